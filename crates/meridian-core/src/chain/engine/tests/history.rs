//! Random histories: reporters that count and beat or do not, with losses, repetitions, retries, wrong clocks, lies.

use proptest::prelude::*;

use crate::chain::amount::Amount;
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record};

const HOPS: [&str; 5] = ["origin", "gateway", "firewall", "bank", "nowhere"];

/// One step, in terms of what the one who makes it knows.
#[derive(Clone, Debug)]
pub struct Step {
    kind: u8,
    hop: usize,
    seq: u64,
    lane: u8,
    passed: i64,
    skew: i64,
    numbering: u8,
    content: u8,
    sending: u8,
    second_tap: bool,
}

prop_compose! {
    pub fn step()(
        (kind, hop, seq, lane) in (0..100_u8, prop_oneof![40 => 0..4_usize, 1 => Just(4)], 1..9_u64, 0..8_u8),
        (passed, skew, numbering) in (0..6_i64, prop_oneof![6 => Just(0_i64), 1 => -12..12_i64], 0..20_u8),
        (content, sending, second_tap) in (0..40_u8, 0..20_u8, proptest::bool::weighted(0.1)),
    ) -> Step {
        Step { kind, hop, seq, lane, passed, skew, numbering, content, sending, second_tap }
    }
}

/// Plays the steps. `counting` says of each hop whether its reporter counts and beats.
pub fn play(steps: &[Step], counting: [bool; 5]) -> Vec<Record<'static>> {
    let mut time = 1000;
    let mut counters = [[0_u64; 2]; 5];
    let mut epochs = [[1_u64; 2]; 5];
    let mut last: Option<Record<'static>> = None;
    let mut records = Vec::new();
    for step in steps {
        time += step.passed;
        let tap = usize::from(step.second_tap);
        let name = format!("{}-{tap}", HOPS[step.hop]);
        let at = time + step.skew;
        let record = match step.kind {
            0..20 => Record::Tick { now: at },
            20..23 => Record::Tick { now: at + 40 },
            23..43 if counting[step.hop] => Record::Heartbeat(Heartbeat {
                reporter: name.into(),
                epoch: epochs[step.hop][tap],
                through: counters[step.hop][tap].saturating_sub(u64::from(step.numbering == 0))
                    + u64::from(step.numbering == 1),
                at,
            }),
            23..47 if last.is_some() => last.clone().unwrap(),
            _ => {
                let (epoch, n) = if counting[step.hop] {
                    let counter = &mut counters[step.hop][tap];
                    match step.numbering {
                        0 => *counter += 2,
                        1 => {}
                        2 => (epochs[step.hop][tap], *counter) = (epochs[step.hop][tap] + 1, 1),
                        _ => *counter += 1,
                    }
                    // A straggler of the epoch before.
                    let back = u64::from(step.numbering == 3 && epochs[step.hop][tap] > 1);
                    (Some(epochs[step.hop][tap] - back), Some((*counter).max(1)))
                } else {
                    (None, None)
                };
                let named = counting[step.hop] || step.second_tap;
                Record::Checkpoint(Checkpoint {
                    chain: "wires".into(),
                    lane: (step.lane < 2).then(|| "B".into()),
                    seq: (step.lane != 7).then_some(step.seq),
                    id: format!("M{}", if step.content == 0 { 0 } else { step.seq }).into(),
                    hop: HOPS[step.hop].into(),
                    at,
                    digest: (step.content < 30).then(|| Digest([u8::from(step.content == 1); 16])),
                    amount: (step.content < 20).then_some(Amount(i128::from(step.content == 2))),
                    currency: (step.content < 10).then(|| if step.content == 3 { "EUR".into() } else { "USD".into() }),
                    attempt: (step.sending < 4).then_some(u32::from(step.sending)),
                    possdup: matches!(step.sending, 2 | 4 | 5),
                    outcome: match step.sending {
                        6 => Some(Outcome::Rejected),
                        7 => Some(Outcome::Cancelled),
                        _ => None,
                    },
                    reporter: named.then(|| name.into()),
                    epoch,
                    n,
                })
            }
        };
        last = Some(record.clone());
        records.push(record);
    }
    records
}
/// One step of a day on which nearly all goes its usual way.
#[derive(Clone, Debug)]
pub struct CalmStep {
    kind: u8,
    which: u8,
    passed: i64,
}

prop_compose! {
    pub fn calm_step()((kind, which, passed) in (0..100_u8, any::<u8>(), 0..4_i64)) -> CalmStep {
        CalmStep { kind, which, passed }
    }
}

/// Plays them: messages begin one after the other and go from hop to hop, nearly always the oldest one first. Each hop
/// says what `says` has for it: whether it counts and beats, and says a digest, an amount, a currency.
pub fn calm(steps: &[CalmStep], says: [u8; 4]) -> Vec<Record<'static>> {
    let (mut time, mut seq, mut counters) = (1000, 0_u64, [0_u64; 4]);
    let mut under_way: Vec<(u64, usize)> = Vec::new();
    let mut records: Vec<Record<'static>> = Vec::new();
    for CalmStep { kind, which, passed } in steps {
        time += passed;
        let which = usize::from(*which);
        let place = if which < 200 { 0 } else { which % under_way.len().max(1) };
        match kind {
            75..84 if says[which % 4] & 1 == 1 => {
                let hop = which % 4;
                let reporter = HOPS[hop].into();
                records.push(Record::Heartbeat(Heartbeat { reporter, epoch: 1, through: counters[hop], at: time }));
            }
            75..93 => records.push(Record::Tick { now: time }),
            93 | 94 => records.push(Record::Tick { now: time + if which < 128 { 8 } else { 100 } }),
            98 => records.extend(records.last().cloned()),
            0..30 => {
                seq += if which < 4 { 20 } else { 1 };
                under_way.push((seq, 0));
                records.push(seen(seq, 0, time, says, &mut counters));
            }
            _ => {
                let Some((seq, hop)) = under_way.get_mut(place) else { continue };
                *hop += match kind {
                    95 => 2,
                    96 => 0,
                    _ => 1,
                };
                let (seq, hop) = (*seq, (*hop).min(3));
                let at = if *kind == 97 { time - 12 } else { time };
                records.push(seen(seq, hop, at, says, &mut counters));
                if hop == 3 || *kind == 99 {
                    under_way.remove(place);
                }
            }
        }
    }
    records
}

fn seen(seq: u64, hop: usize, at: i64, says: [u8; 4], counters: &mut [u64; 4]) -> Record<'static> {
    let says = says[hop];
    counters[hop] += 1;
    Record::Checkpoint(Checkpoint {
        chain: "wires".into(),
        seq: Some(seq),
        id: format!("M{seq}").into(),
        hop: HOPS[hop].into(),
        at,
        digest: (says & 2 != 0).then_some(Digest([seq as u8 | 1; 16])),
        amount: (says & 4 != 0).then_some(Amount(i128::from(seq % 3) * 5)),
        currency: (says & 8 != 0).then(|| "USD".into()),
        reporter: Some(HOPS[hop].into()),
        epoch: (says & 1 != 0).then_some(1),
        n: (says & 1 != 0).then_some(counters[hop]),
        ..Checkpoint::default()
    })
}
