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
