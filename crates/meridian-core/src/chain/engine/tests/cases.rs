//! The table of the module, case by case, in words: who says what, and what follows.
//!
//! `t 10` is a tick. `gateway 3 @15` is message 3 at the gateway; `n=1` counts it (by a reporter of the hop's name, or
//! `by=`), `d=x` is its digest, `pd` marks it, `rejected`, `a=2`, `lane=B`, `id=X` (then it has no sequence).
//! `beat gateway 3 @20` is a heartbeat. What follows is written as `+ rule subject hop`, `~` revised, `-` withdrawn.

use super::*;
use crate::chain::amount::Amount;
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record};

fn record(text: &str) -> Record<'_> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let instant = |word: &str| word.trim_start_matches('@').parse::<i64>().unwrap();
    if words[0] == "t" {
        return Record::Tick { now: instant(words[1]) };
    }
    if words[0] == "beat" {
        let (through, at) = (words[2].parse().unwrap(), instant(words[3]));
        return Record::Heartbeat(Heartbeat { reporter: words[1].into(), epoch: 1, through, at });
    }
    let mut point = Checkpoint {
        chain: "wires".into(),
        hop: words[0].into(),
        seq: words[1].parse().ok(),
        id: words[1].into(),
        at: instant(words[2]),
        ..Checkpoint::default()
    };
    for word in &words[3..] {
        match word.split_once('=').unwrap_or((word, "")) {
            ("n", n) => {
                point.n = n.parse().ok();
                point.epoch = Some(1);
                point.reporter = point.reporter.or(Some(words[0].into()));
            }
            ("by", name) => point.reporter = Some((*name).into()),
            ("d", digest) => point.digest = Some(Digest::of(digest)),
            ("amount", amount) => (point.amount, point.currency) = (amount.parse::<Amount>().ok(), Some("USD".into())),
            ("pd", _) => point.possdup = true,
            ("a", attempt) => point.attempt = attempt.parse().ok(),
            ("rejected", _) => point.outcome = Some(Outcome::Rejected),
            ("cancelled", _) => point.outcome = Some(Outcome::Cancelled),
            ("lane", lane) => point.lane = Some((*lane).into()),
            ("chain", chain) => point.chain = (*chain).into(),
            _ => panic!("{word} in {text}"),
        }
    }
    Record::Checkpoint(point)
}

fn say(plan: &ChainPlan, change: &Change) -> String {
    let (sign, verdict) = match change {
        Change::Raised(now) => ('+', now),
        Change::Revised { now, .. } => ('~', now),
        Change::Withdrawn { now, .. } => ('-', now),
    };
    let name = |hop: HopId| plan.hop_plan(hop).unwrap().name.to_string();
    let subject = match &verdict.subject {
        Subject::Message { key: Key::Seq(seq), .. } => seq.to_string(),
        Subject::Message { key: Key::Id(id), .. } => id.to_string(),
        Subject::Gap { from, to, .. } => format!("{from}..{to}"),
        Subject::Hop => "hop".into(),
        Subject::Reporter(reporter) => reporter.to_string(),
    };
    let more = match &verdict.rule {
        Rule::Lost { last_seen, .. } => format!(" after {}", last_seen.map_or("nothing".into(), name)),
        Rule::Duplicate(kind) => format!(" {kind:?}").to_lowercase(),
        Rule::OutOfOrder { after } => format!(" after {after}"),
        Rule::Late { by } => format!(" by {by}"),
        Rule::Altered { against } => format!(" against {}", name(*against)),
        _ => String::new(),
    };
    format!("{sign} {} {subject} {}{more}", verdict.rule.name(), name(verdict.hop))
}

fn check(plan: &ChainPlan, cases: &[(&str, &str, &[&str])]) {
    for (title, story, expected) in cases {
        let mut engine = Engine::new(vec![plan.clone()]).unwrap();
        let mut changes = Vec::new();
        for line in story.split(';').map(str::trim) {
            engine.apply(&record(line), &mut changes);
        }
        let said: Vec<String> = changes.iter().map(|change| say(plan, change)).collect();
        assert_eq!(said, *expected, "{title}: {story}");
    }
}

#[test]
fn a_message_is_lost_when_the_next_hop_has_told_all_and_not_sooner() {
    check(
        &plan(),
        &[
            ("all is well", "t 0; origin 1 @1; gateway 1 @2; firewall 1 @3; bank 1 @4; t 90", &[]),
            (
                "the firewall has told all until after it was due",
                "t 0; origin 1 @1; gateway 1 @2; firewall 9 @3 n=1 lane=B; t 15; beat firewall 1 @12",
                &["+ lost 1 firewall after gateway"],
            ),
            (
                "one instant too early",
                "t 0; origin 1 @1; gateway 1 @2; firewall 9 @3 n=1 lane=B; t 15; beat firewall 1 @11",
                &[],
            ),
            (
                "a heartbeat counts for nothing while a report is missing",
                "t 0; firewall 7 @1 n=1 lane=B; origin 1 @1; gateway 1 @2; t 15; beat firewall 2 @14; firewall 8 @13 n=2 lane=B",
                &["+ unexpected 7 origin", "+ lost 1 firewall after gateway"],
            ),
            (
                "a heartbeat from the future counts until now, and no further as time goes on",
                "t 0; firewall 7 @1 n=1 lane=B; origin 1 @1; gateway 1 @2; t 11; beat firewall 1 @999; t 12; t 13; beat firewall 1 @999",
                &["+ unexpected 7 origin", "+ lost 1 firewall after gateway"],
            ),
            (
                "a silent hop proves nothing; when it speaks again, it does",
                "t 0; origin 1 @1; gateway 1 @2; t 19; t 20; gateway 2 @20; origin 2 @19; t 30; firewall 2 @29; bank 2 @30",
                &[
                    "+ dark hop firewall",
                    "+ dark hop bank",
                    "- dark hop firewall",
                    "+ lost 1 firewall after gateway",
                    "- dark hop bank",
                ],
            ),
            (
                "late evidence withdraws it",
                "t 0; firewall 7 @1 n=1 lane=B; origin 1 @1; gateway 1 @2; t 15; beat firewall 1 @14; firewall 1 @5 n=2",
                &["+ unexpected 7 origin", "+ lost 1 firewall after gateway", "- lost 1 firewall after gateway"],
            ),
            (
                "what is rejected on its way is not lost",
                "t 0; firewall 7 @1 n=1 lane=B; origin 1 @1; gateway 1 @2 rejected; t 15; beat firewall 1 @14",
                &["+ unexpected 7 origin"],
            ),
        ],
    );
}

#[test]
fn numbers_that_nobody_saw_are_one_gap() {
    check(
        &plan(),
        &[
            (
                "a gap, filled from within",
                "t 0; origin 1 @1 n=1; origin 6 @2 n=2; t 15; beat origin 2 @12; origin 3 @2 n=3",
                &[
                    "+ lost 2..5 origin after nothing",
                    "- lost 2..5 origin after nothing",
                    "+ lost 2..2 origin after nothing",
                    "+ lost 4..5 origin after nothing",
                    "+ out_of_order 3 origin after 6",
                ],
            ),
            (
                "a leap is another numbering",
                "t 0; origin 1 @1 n=1; origin 18446744073709551615 @2 n=2; t 15; beat origin 2 @14",
                &[],
            ),
        ],
    );
}

#[test]
fn a_duplicate_is_what_its_effects_are() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("the same report", "origin 1 @1 n=1; origin 1 @1 n=1", &[]),
        ("the same words without a number", "origin 1 @1; origin 1 @1", &[]),
        ("a second tap", "gateway 1 @1 n=1; gateway 1 @2 n=1 by=spare", &[]),
        ("marked, one effect", "gateway 1 @1; gateway 1 @2 a=2 pd; bank 1 @3", &["+ duplicate 1 gateway benign"]),
        ("not marked, one effect", "gateway 1 @1; gateway 1 @2 a=2", &["+ duplicate 1 gateway unflagged"]),
        (
            "two effects, whatever the mark",
            "gateway 1 @1; gateway 1 @2 a=2 pd; bank 1 @3; bank 1 @4 a=2 pd",
            &["+ duplicate 1 gateway benign", "~ duplicate 1 bank true"],
        ),
        ("who says that it was rejected there tells of no other passing", "gateway 1 @1; gateway 1 @2 rejected", &[]),
        ("nor who said so before", "gateway 1 @2 rejected; gateway 1 @1; gateway 1 @3 cancelled", &[]),
        ("the second one was rejected", "bank 1 @3; bank 1 @4 a=2 pd rejected", &["+ duplicate 1 bank benign"]),
        (
            "one number, two contents",
            "gateway 1 @1 n=1; gateway 1 @2 n=1; gateway 2 @2 n=1",
            &["+ contradiction gateway gateway"],
        ),
    ];
    check(&plan(), cases);
}

#[test]
fn what_may_not_change_may_not_change() {
    check(
        &plan_of_routes(),
        &[
            ("another digest", "origin 1 @1 d=x; gateway 1 @2 d=y", &["+ altered 1 gateway against origin"]),
            ("none said", "origin 1 @1 d=x; gateway 1 @2", &[]),
            ("after a hop that transforms", "origin 1 @1 d=x; firewall 1 @2 d=y; bank 1 @3 d=y", &[]),
            (
                "another amount",
                "origin 1 @1 amount=10; gateway 1 @2 amount=10.01",
                &["+ altered 1 gateway against origin"],
            ),
            ("the same amount", "origin 1 @1 amount=10; gateway 1 @2 amount=10.00", &[]),
        ],
    );
}

#[test]
fn order_is_judged_by_the_counter_and_else_by_time() {
    check(
        &plan(),
        &[
            ("the counter says so", "origin 2 @1 n=1; origin 1 @2 n=2", &["+ out_of_order 1 origin after 2"]),
            ("the clock does not matter", "origin 1 @9 n=1; origin 2 @2 n=2", &[]),
            ("nor does arrival", "origin 5 @0 n=1; origin 7 @2 n=3; origin 6 @1 n=2", &[]),
            (
                "by time, when all until then is known",
                "t 0; origin 2 @1; origin 1 @2; t 6; t 7",
                &["+ out_of_order 1 origin after 2"],
            ),
            (
                "sent again may come after",
                "origin 1 @1 n=1; origin 2 @2 n=2; origin 1 @3 n=3 a=2 pd",
                &["+ duplicate 1 origin benign"],
            ),
        ],
    );
}

#[test]
fn late_and_unexpected() {
    check(
        &plan(),
        &[
            ("to a hop", "origin 1 @1; gateway 1 @14", &["+ late 1 gateway by 3"]),
            (
                "an earlier sighting is reported",
                "origin 1 @1; firewall 1 @14; gateway 1 @7",
                &["+ late 1 firewall by 3", "- late 1 firewall by 3"],
            ),
            (
                "a hop was passed by",
                "t 0; gateway 9 @1 n=1 lane=B; origin 1 @1; firewall 1 @3; t 8; beat gateway 1 @3",
                &["+ unexpected 9 origin", "+ unexpected 1 gateway"],
            ),
            (
                "after its end",
                "t 0; origin 1 @1; gateway 1 @2; firewall 1 @3; bank 1 @4; t 109; bank 1 @110; bank 1 @111",
                &["+ unexpected_after_end 1 bank"],
            ),
            (
                "and just before",
                "t 0; origin 1 @1; gateway 1 @2; firewall 1 @3; bank 1 @4; t 108; bank 1 @110",
                &["+ duplicate 1 bank true"],
            ),
        ],
    );
}

#[test]
fn a_route_asks_for_its_own_hops() {
    check(
        &plan_of_routes(),
        &[
            (
                "either route may be it",
                "t 0; origin 1 @1; gateway 7 @1 n=1 lane=B; firewall 7 @1 n=1 lane=C; t 15; beat gateway 1 @12",
                &[],
            ),
            (
                "neither is",
                "t 0; origin 1 @1; gateway 7 @1 n=1 lane=B; firewall 7 @1 n=1 lane=C; t 52; beat gateway 1 @51; beat firewall 1 @51",
                &["+ dark hop origin", "+ dark hop bank", "+ lost 1 gateway after origin"],
            ),
        ],
    );
}

#[test]
fn what_is_not_taken_is_counted() {
    let mut engine = Engine::new(vec![plan()]).unwrap();
    let mut out = Vec::new();
    for (line, expected) in [
        ("origin 1 @1 chain=nobody", Taken::Aside(AsideReason::UnknownChain)),
        ("nowhere 1 @1", Taken::Aside(AsideReason::UnknownHop)),
        ("nowhere 1 @1", Taken::Aside(AsideReason::UnknownHop)),
        ("origin 1 @1", Taken::New),
        ("origin 99999999 @1", Taken::Aside(AsideReason::Leap)),
        ("origin 1 @1", Taken::Absorbed),
        ("t 5", Taken::New),
        ("t 4", Taken::Absorbed),
    ] {
        assert_eq!(engine.apply(&record(line), &mut out), expected, "{line}");
    }
    assert_eq!(engine.aside().counts()[&AsideReason::UnknownHop], 2);
    let names: Vec<_> = engine.aside().unknown_names().iter().map(|(a, b, n)| (a.as_ref(), b.as_ref(), *n)).collect();
    assert_eq!(names, [("nobody", "", 1), ("wires", "nowhere", 2)]);
}

#[test]
fn where_lanes_are_listed_no_other_is_taken() {
    let mut plan = plan();
    plan.lanes = vec!["high".into(), "low".into()];
    let mut engine = Engine::new(vec![plan]).unwrap();
    let mut out = Vec::new();
    for (line, expected) in [
        ("origin 1 @1 lane=high", Taken::New),
        ("origin 1 @1 lane=low", Taken::New),
        ("origin 1 @1 lane=High", Taken::Aside(AsideReason::UnknownLane)),
        ("origin 1 @1", Taken::Aside(AsideReason::UnknownLane)),
    ] {
        assert_eq!(engine.apply(&record(line), &mut out), expected, "{line}");
    }
    assert_eq!(engine.aside().counts()[&AsideReason::UnknownLane], 2);
}

#[test]
fn where_a_message_is() {
    let lost = "t 0; firewall 9 @0 n=1 lane=B; origin 1 @1 amount=100; gateway 1 @2 amount=100; origin 3 @3; t 21; beat firewall 1 @20";
    let cases: &[(&str, u64, &str)] = &[
        ("t 0; origin 1 @1; gateway 1 @2", 1, "At(gateway) next firewall"),
        ("t 0; origin 1 @1; gateway 1 @2; t 13", 1, "At(gateway) next firewall overdue"),
        ("t 0; origin 1 @1; gateway 1 @2; t 23", 1, "At(gateway) next firewall overdue dark in doubt"),
        (lost, 1, "At(gateway) next firewall overdue missing in doubt"),
        (lost, 2, "Expected next origin overdue missing"),
        ("t 0; origin 1 @1; bank 1 @2", 1, "Ended(Confirmed)"),
        ("t 0; origin 1 @1; gateway 1 @2 cancelled", 1, "Ended(Cancelled)"),
        ("t 0; origin 1 @1; gateway 1 @2; firewall 1 @3; bank 1 @4; t 109", 1, "Over"),
    ];
    let plan = plan();
    for (story, seq, expected) in cases {
        let mut engine = Engine::new(vec![plan.clone()]).unwrap();
        for line in story.split(';') {
            engine.apply(&record(line.trim()), &mut Vec::new());
        }
        let custody = engine.custody("wires", None, &Key::Seq(*seq)).unwrap();
        let name = |hop: HopId| plan.hop_plan(hop).unwrap().name.to_string();
        let mut said = match custody.place {
            Place::At(hop) => format!("At({})", name(hop)),
            place => format!("{place:?}"),
        };
        custody.next.into_iter().for_each(|next| said += &format!(" next {}", name(next)));
        for (word, is) in [
            (" overdue", custody.overdue),
            (" dark", custody.dark),
            (" missing", custody.missing),
            (" in doubt", custody.in_doubt),
        ] {
            said += if is { word } else { "" };
        }
        assert_eq!(said, *expected, "{story}");
    }
}

#[test]
fn the_day_adds_up() {
    let mut engine = Engine::new(vec![plan()]).unwrap();
    let story = "t 0; origin 1 @1 amount=100; gateway 1 @2; firewall 1 @3; bank 1 @4; origin 2 @2 amount=10.5; \
                 origin 3 @3 amount=7; gateway 3 @4 rejected; t 109";
    for line in story.split(';') {
        engine.apply(&record(line.trim()), &mut Vec::new());
    }
    let days = engine.days("wires").unwrap();
    let [(0, "USD", day)] = days[..] else { panic!("{days:?}") };
    let sum = |sum: Sum| (sum.count, sum.amount.to_string());
    assert_eq!(sum(day.originated), (3, "117.5".into()));
    assert_eq!((sum(day.confirmed), sum(day.rejected)), ((1, "100".into()), (1, "7".into())));
    assert_eq!(engine.find("2").len(), 1);
}

#[test]
fn a_snapshot_of_another_plan_is_refused() {
    let bytes = Engine::new(vec![plan()]).unwrap().to_bytes().unwrap();
    let mut other = plan();
    other.lateness = Duration::from_nanos(6);
    let cases = [
        (Engine::from_bytes(vec![other], &bytes).err(), "chain `wires` is another one"),
        (Engine::from_bytes(vec![], &bytes).err(), "is another one"),
        (Engine::from_bytes(vec![plan()], b"{\"version\":9}").err(), "version 9, not 3"),
        (Engine::from_bytes(vec![plan()], &bytes[..bytes.len() - 1]).err(), "cannot be read"),
    ];
    for (error, expected) in cases {
        assert!(error.clone().is_some_and(|error| error.to_string().contains(expected)), "{error:?} {expected}");
    }
}
