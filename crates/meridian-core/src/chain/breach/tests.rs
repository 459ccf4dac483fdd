//! What verdicts come to, and when it is told.

mod work;

use jiff::SignedDuration;

use super::{Breach, BreachKey, Breaches, ChainFact, Tally, Trouble};
use crate::{
    Instant,
    chain::{ChainPlan, Checkpoint, Confirmation, Heartbeat, HopId, HopPlan, Organisation, Record, engine::Engine},
    id::Name,
};

const S: i64 = 1_000_000_000;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn plan() -> ChainPlan {
    let hop = |text: &str| HopPlan {
        name: name(text),
        component: None,
        team: None,
        technology: None,
        organisation: Organisation::Ours,
        limit: Some(std::time::Duration::from_secs(10)),
        required: true,
        transforms: false,
    };
    ChainPlan {
        name: name("out"),
        hops: ["app", "gateway", "wire"].map(hop).to_vec(),
        ordered: false,
        end_to_end: None,
        retry_horizon: std::time::Duration::from_secs(3600),
        final_hop: HopId(2),
        confirmation: Confirmation::SeenAtFinal,
        routes: Vec::new(),
        lateness: std::time::Duration::from_secs(5),
        dark_after: std::time::Duration::from_secs(60),
        breach_pages: None,
        lanes: Vec::new(),
    }
}

/// An engine, and what it says in words.
struct Play {
    engine: Engine,
    tally: Tally,
}

impl Play {
    fn new() -> Play {
        Play { engine: Engine::new(vec![plan()]).unwrap(), tally: Tally::default() }
    }

    fn record(&mut self, record: &Record<'_>) {
        let mut changes = Vec::new();
        self.engine.apply(record, &mut changes);
        changes.iter().for_each(|change| self.tally.learn(change, &self.engine));
    }

    fn tick(&mut self, second: i64) {
        self.record(&Record::Tick { now: second * S });
    }

    fn seen(&mut self, seq: u64, hop: &'static str, second: i64) {
        let id = format!("M{seq}");
        let point = Checkpoint {
            chain: "out".into(),
            seq: Some(seq),
            id: id.into(),
            hop: hop.into(),
            at: second * S,
            reporter: Some(hop.into()),
            ..Checkpoint::default()
        };
        self.record(&Record::Checkpoint(point));
    }

    fn beat(&mut self, hop: &'static str, second: i64) {
        self.record(&Record::Heartbeat(Heartbeat { reporter: hop.into(), epoch: 0, through: 0, at: second * S }));
    }

    fn words(&self) -> Vec<String> {
        self.tally.breaches(&self.engine).iter().map(Breach::words).collect()
    }
}

#[test]
fn many_lost_messages_are_one_breach_that_late_evidence_clears() {
    let mut play = Play::new();
    play.tick(0);
    for seq in 1..=3 {
        play.seen(seq, "app", seq as i64);
        play.seen(seq, "gateway", seq as i64 + 1);
    }
    play.seen(1, "wire", 3);
    assert_eq!(play.words(), [""; 0]);
    play.tick(20);
    play.beat("wire", 20);
    assert_eq!(play.words(), ["2 messages held between gateway and wire since 00:00:03 UTC"]);
    let examples = &play.tally.breaches(&play.engine)[0].examples;
    assert_eq!(examples.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["number 2", "number 3"]);
    // A snapshot of both goes on as they would have.
    let bytes = serde_json::to_vec(&play.tally).unwrap();
    assert_eq!(serde_json::from_slice::<Tally>(&bytes).unwrap(), play.tally);
    play.seen(2, "wire", 21);
    let late = "1 message late at wire since 00:00:21 UTC";
    assert_eq!(play.words(), ["1 message held between gateway and wire since 00:00:03 UTC", late]);
    play.seen(3, "wire", 21);
    assert_eq!(play.words(), ["2 messages late at wire since 00:00:21 UTC"]);
    // They stay late; the breach is over when no other one was for a quarter of an hour.
    let over = play.tally.next_due(&play.engine).unwrap();
    assert_eq!(over, 920 * S);
    play.tick(919);
    assert_eq!(play.words().iter().filter(|words| words.contains("late")).count(), 1);
    play.tick(920);
    assert_eq!(play.words().iter().filter(|words| words.contains("late")).count(), 0);
    assert_eq!(play.tally.next_due(&play.engine), None);
    for (hop, second) in [("app", 921), ("gateway", 922), ("wire", 940)] {
        play.seen(4, hop, second);
    }
    assert!(play.words().contains(&"1 message late at wire since 00:15:40 UTC".to_owned()), "{:?}", play.words());
}

#[test]
fn the_engine_says_when_time_itself_matters() {
    let mut play = Play::new();
    assert_eq!(play.engine.next_due(), None, "nothing is known yet");
    play.tick(0);
    assert_eq!(play.engine.next_due(), None, "nothing is waited for");
    play.seen(1, "app", 1);
    // The others owe a word, since the message was seen.
    assert_eq!(play.engine.next_due(), Some(60 * S));
    play.tick(59);
    assert_eq!(play.words(), [""; 0]);
    play.tick(60);
    let silent = |hop: &str| format!("{hop} says nothing, so that what passes there is unknown, since 00:01:00 UTC");
    assert_eq!(play.words(), ["gateway", "wire"].map(silent));
    play.seen(1, "gateway", 2);
    assert_eq!(play.words(), [silent("wire")]);
    play.seen(1, "wire", 3);
    assert_eq!(play.words(), [""; 0]);
    // All have said a word; what is due at last is that the message may be forgotten: at `app`, whose last sighting of
    // it is the earliest that its horizon is counted from.
    let forgotten = play.engine.next_due().unwrap();
    assert!(forgotten > 3600 * S, "{forgotten}");
    play.tick(forgotten / S + 1);
    assert_eq!(play.engine.next_due(), None);
}

/// Whatever is said, a tick before the instant that was named changes nothing.
#[test]
fn no_tick_before_the_named_instant_changes_anything() {
    let hops = ["app", "gateway", "wire"];
    for seed in 0..200_u64 {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let (mut play, mut now) = (Play::new(), 0);
        play.tick(0);
        for _ in 0..40 {
            match next(4) {
                0 | 1 => play.seen(next(6), hops[next(3) as usize], now - next(3) as i64),
                2 => play.beat(hops[next(3) as usize], now + next(8) as i64 - 4),
                _ => {
                    let until = now + 1 + next(90) as i64;
                    let due = play.engine.next_due().map_or(i64::MAX, |due| due - 1);
                    if due >= (now + 1) * S {
                        let mut changes = Vec::new();
                        let before = play.engine.frontiers("out");
                        let mut early = play.engine.clone();
                        early.apply(&Record::Tick { now: due.min(until * S) }, &mut changes);
                        assert_eq!(changes, [], "seed {seed}, at {now} s, before {due}");
                        let dark = |of: Option<Vec<crate::chain::engine::Frontier>>| {
                            of.unwrap().into_iter().map(|hop| hop.dark).collect::<Vec<bool>>()
                        };
                        assert_eq!(dark(early.frontiers("out")), dark(before), "seed {seed}");
                    }
                    play.tick(until);
                    now = until;
                }
            }
        }
    }
}

#[test]
fn a_breach_is_told_at_once_and_a_count_when_it_doubled_or_a_minute_later() {
    let at = |second: i64| Instant::from_second(second).unwrap();
    let key = BreachKey { chain: name("out"), trouble: Trouble::Lost, hop: name("wire"), after: None };
    let breach = |count: u64| Breach { key: key.clone(), count, since: at(0), examples: Vec::new() };
    let mut breaches = Breaches::default();
    assert_eq!(breaches.due(&[], at(5)), None);
    assert_eq!(breaches.due(&[breach(10)], at(5)), Some(at(5)));
    breaches.apply(at(5), &ChainFact::Breached { breach: breach(10), incident: None });
    for (count, due) in [(10, None), (11, Some(at(65))), (19, Some(at(65))), (20, Some(at(7))), (5, Some(at(7)))] {
        assert_eq!(breaches.due(&[breach(count)], at(7)), due, "{count}");
    }
    assert_eq!(breaches.due(&[breach(11)], at(70)), Some(at(70)));
    assert_eq!(breaches.due(&[], at(7)), Some(at(7)), "it is over");
    breaches.apply(at(8), &ChainFact::Counted { breach: breach(11), incident: None });
    assert_eq!(breaches.due(&[breach(12)], at(9)), Some(at(8) + SignedDuration::from_mins(1)));
    breaches.apply(at(9), &ChainFact::Cleared { key: key.clone(), incident: None });
    assert_eq!((breaches.open().count(), breaches.over().next().unwrap().cleared_at), (0, Some(at(9))));
}
