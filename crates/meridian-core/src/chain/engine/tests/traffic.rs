//! What passed where of late: which route a message is on, and where it is proven missing.

use super::super::traffic::{Alike, STEP};
use super::*;
use crate::chain::plan::HopSet;
use crate::chain::record::{Checkpoint, Heartbeat, Outcome};

/// Of each message: its number, the hop, the instant, how it ended there.
type Seen<'a> = &'a [(u64, &'a str, i64, Option<Outcome>)];

fn engine(plan: ChainPlan, seen: Seen<'_>, through: &[(&str, i64)]) -> Engine {
    let mut engine = Engine::new(vec![plan]).unwrap();
    let mut counters = std::collections::BTreeMap::<&str, u64>::new();
    for (seq, hop, at, outcome) in seen {
        let n = counters.entry(hop).or_default();
        *n += 1;
        let (id, reporter) = (format!("m{seq}"), format!("at-{hop}"));
        let point = Checkpoint {
            chain: "wires".into(),
            seq: Some(*seq),
            id: id.as_str().into(),
            hop: (*hop).into(),
            at: *at,
            outcome: *outcome,
            reporter: Some(reporter.as_str().into()),
            epoch: Some(1),
            n: Some(*n),
            ..Checkpoint::default()
        };
        assert_eq!(engine.apply(&Record::Checkpoint(point), &mut Vec::new()), Taken::New);
    }
    for (hop, at) in through {
        let (reporter, through) = (format!("at-{hop}"), counters.get(hop).copied().unwrap_or(0));
        let beat = Heartbeat { reporter: reporter.as_str().into(), epoch: 1, through, at: *at };
        engine.apply(&Record::Heartbeat(beat), &mut Vec::new());
    }
    engine
}

fn hops(set: HopSet) -> String {
    set.iter().map(|hop| hop.0.to_string()).collect()
}

/// `1: 01 -23` is one message on route 1 that was seen at the first two hops and is missing at the others.
fn told(engine: &Engine) -> Vec<String> {
    let line = |alike: &Alike| {
        let end = if alike.confirmed { "!" } else { "" };
        format!("{} on {}: {} -{}{end}", alike.count, alike.route, hops(alike.seen), hops(alike.missing))
    };
    let mut found: Vec<String> = engine.traffic("wires", 0).unwrap().iter().map(line).collect();
    found.sort();
    found
}

#[test]
fn a_message_is_missing_only_where_all_was_reported_until_after_it_was_due() {
    let rejected = Some(Outcome::Rejected);
    let whole: Seen<'_> =
        &[(1, "origin", 1, None), (1, "gateway", 2, None), (1, "firewall", 3, None), (1, "bank", 4, None)];
    let held: Seen<'_> =
        &[(1, "origin", 1, None), (1, "gateway", 2, None), (2, "firewall", 3, None), (3, "bank", 9, None)];
    for (what, seen, through, expected) in [
        ("arrived", whole, &[][..], &["1 on 0: 0123 -!"][..]),
        ("under way", &whole[..2], &[], &["1 on 0: 01 -"]),
        ("rejected", &[(1, "origin", 1, None), (1, "gateway", 2, rejected)], &[], &[]),
        ("due at the next hop at 12", held, &[("firewall", 11)], &["1 on 0: 01 -", "1 on 0: 2 -", "1 on 0: 3 -!"]),
        ("and reported until then", held, &[("firewall", 12)], &["1 on 0: 01 -2", "1 on 0: 2 -", "1 on 0: 3 -!"]),
        (
            "the next hop is not heard, the one behind it is",
            held,
            &[("bank", 22)],
            &["1 on 0: 01 -3", "1 on 0: 2 -3", "1 on 0: 3 -!"],
        ),
    ] {
        assert_eq!(told(&engine(plan(), seen, through)), expected, "{what}");
    }
}

#[test]
fn a_message_that_fits_several_routes_is_on_the_one_that_was_taken_last() {
    let at_fork: Seen<'_> = &[(9, "origin", 90, None)];
    let over_gateway: Seen<'_> = &[(1, "origin", 1, None), (1, "gateway", 2, None)];
    let over_firewall: Seen<'_> = &[(2, "origin", 3, None), (2, "firewall", 4, None)];
    for (what, before, expected) in [
        ("nothing before", &[][..], "1 on 0: 0 -"),
        ("over the gateway", &[over_gateway], "1 on 0: 0 -"),
        ("over the firewall at last", &[over_gateway, over_firewall], "1 on 1: 0 -"),
    ] {
        let seen: Vec<_> = before.iter().copied().flatten().chain(at_fork).copied().collect();
        assert!(told(&engine(plan_of_routes(), &seen, &[])).contains(&expected.to_owned()), "{what}");
    }
    // What was seen on both fits none.
    let both = [over_gateway, &[(1, "firewall", 4, None)]].concat();
    assert_eq!(told(&engine(plan_of_routes(), &both, &[])), [""; 0]);
}

#[test]
fn what_passed_long_ago_is_left_out_and_what_is_missing_is_not() {
    let engine = engine(
        plan(),
        &[(1, "origin", 1, None), (1, "bank", 4, None), (2, "origin", 5, None), (3, "gateway", 50, None)],
        &[("gateway", 60)],
    );
    let count = |since| engine.traffic("wires", since).unwrap().iter().map(|alike| alike.count).sum::<u64>();
    assert_eq!((count(0), count(10 * STEP)), (3, 1));
    assert_eq!(engine.traffic("none", 0), None);
}
