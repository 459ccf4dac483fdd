//! The sets at a cut: what is proven by which word of the border.

use super::*;
use crate::chain::HopSet;
use crate::chain::record::{Checkpoint, Heartbeat, Outcome};

fn seen(engine: &mut Engine, seq: u64, hop: &str, at: i64, n: u64, outcome: Option<Outcome>) {
    let (id, reporter) = (format!("m{seq}"), format!("at-{hop}"));
    let point = Checkpoint {
        chain: "wires".into(),
        seq: Some(seq),
        id: id.as_str().into(),
        hop: hop.into(),
        at,
        outcome,
        reporter: Some(reporter.as_str().into()),
        epoch: Some(1),
        n: Some(n),
        ..Checkpoint::default()
    };
    assert_eq!(engine.apply(&Record::Checkpoint(point), &mut Vec::new()), Taken::New);
}

/// 1 arrived, 2 was rejected, 3 left, 4 came to the gateway only, 5 began after the cut.
fn history(border_until: Option<i64>, plan: ChainPlan) -> Engine {
    let mut engine = Engine::new(vec![plan]).unwrap();
    for (n, seq) in (1..=4).zip(1..) {
        seen(&mut engine, seq, "origin", n, n as u64, None);
    }
    seen(&mut engine, 4, "gateway", 5, 1, None);
    seen(&mut engine, 5, "origin", 30, 5, None);
    seen(&mut engine, 1, "firewall", 5, 1, None);
    seen(&mut engine, 2, "firewall", 6, 2, Some(Outcome::Rejected));
    seen(&mut engine, 3, "firewall", 7, 3, None);
    seen(&mut engine, 1, "bank", 8, 1, None);
    if let Some(at) = border_until {
        let beat = Heartbeat { reporter: "at-firewall".into(), epoch: 1, through: 3, at };
        engine.apply(&Record::Heartbeat(beat), &mut Vec::new());
    }
    engine
}

#[test]
fn every_message_is_in_one_set_and_never_left_needs_proof() {
    use Set::{Confirmed, InDoubt, NeverLeft, Rejected};
    let optional = || {
        let mut plan = plan();
        plan.hops[2].required = false;
        plan
    };
    let cases = [
        ("reported until after the fence", Some(25), Some(20), plan(), NeverLeft),
        ("reported until before the fence", Some(15), Some(20), plan(), InDoubt),
        ("fenced before the cut, reported until between", Some(8), Some(7), plan(), InDoubt),
        ("not fenced", Some(25), None, plan(), InDoubt),
        ("said nothing of how far", None, Some(20), plan(), InDoubt),
        ("need not report", Some(25), Some(20), optional(), InDoubt),
    ];
    for (border, until, fenced, plan, fourth) in cases {
        let engine = history(until, plan);
        let borders: HopSet = [HopId(2)].into_iter().collect();
        let cut = Cut { at: 10, borders, beyond: borders.with(HopId(3)), fenced };
        let sets = engine.sets("wires", cut).unwrap();
        let found: Vec<(Key, Set)> = sets.members.iter().map(|member| (member.key.clone(), member.set)).collect();
        let wanted = [Confirmed, Rejected, InDoubt, fourth];
        let wanted: Vec<(Key, Set)> = (1..).map(Key::Seq).zip(wanted).collect();
        assert_eq!(found, wanted, "the border {border}");
        assert_eq!(sets.members[3].last, Some((HopId(1), 5)));
    }
    for borders in [HopSet::default(), [HopId(9)].into_iter().collect()] {
        let nowhere = Cut { at: 10, borders, beyond: borders, fenced: None };
        assert_eq!(history(None, plan()).sets("wires", nowhere), None);
    }
}
