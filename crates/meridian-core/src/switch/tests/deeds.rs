//! What may be done when, and what it leads to.

use super::*;
use crate::chain::{
    Amount,
    engine::{Key, Set},
};

fn partition(never_left: u64, in_doubt: u64) -> Partition {
    let share = |of, count| Share { of, currency: "USD".into(), count, amount: Amount(0) };
    let shares = vec![share(Set::NeverLeft, never_left), share(Set::InDoubt, in_doubt)];
    Partition { shares, unseen: 0, border_through: None, paper: "p".into() }
}

fn replay() -> Replay {
    Replay { shares: Vec::new(), ended: 0, elsewhere: 0, paper: "r".into() }
}

fn account(originated: u64, confirmed: u64) -> Account {
    let share = |of, count| Share { of, currency: "USD".into(), count, amount: Amount(i128::from(count)) };
    let shares = vec![share(Part::Originated, originated), share(Part::Confirmed, confirmed)];
    Account { shares, by_authority: 0, unseen: 0, doubled: 0, forgotten: 0, paper: "a".into() }
}

fn note() -> String {
    "by phone".into()
}

fn done() -> RunOutcome {
    RunOutcome::Done("ok".into())
}

fn seven() -> MessageRef {
    MessageRef { lane: "cust".into(), key: Key::Seq(7) }
}

#[test]
fn what_can_be_declared() {
    let two = estate("", "", "");
    let check = |estate: &Estate, wish: SwitchWish, why: &str| {
        let told = plan_declare(&Switches::default(), estate, wish, at(0)).unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
    };
    check(&two, SwitchWish { chain: name("wire"), ..wish() }, "chain `wire` does not exist");
    check(&two, SwitchWish { to: name("c"), ..wish() }, "to: `c` is no route of this chain: a, b");
    check(&two, SwitchWish { from: Some(name("b")), ..wish() }, "`b` is the route that is left");
    check(&two, SwitchWish { reason: " ".into(), ..wish() }, "reason: is empty");
    let story = Story::declared(&two);
    let told = plan_declare(&story.switches, &two, wish(), at(0)).unwrap_err().to_string();
    assert!(told.contains("switch 1 of this chain is not over"), "{told}");
    let what = &story.switch().what;
    assert_eq!((what.from.as_str(), what.border.as_str(), what.same_rail), ("a", "line-a", true));
    assert_eq!((what.drain_s, what.four_eyes, what.cut), (600, false, at(0)));
    let other = estate("", ", rail: fed", ", rail: chips, border: mq-b");
    assert!(!Story::declared(&other).switch().what.same_rail);
}

/// From the cut to the signature, everything by hand.
#[test]
fn step_by_step_in_the_order_that_is_safe() {
    let mut story = Story::declared(&estate("", "", ""));
    // Whatever comes too early is refused with the reason.
    let early = [
        (Deed::Drain, "not fenced"),
        (Deed::Partition(partition(1, 0)), "drain first"),
        (Deed::Ask { whom: "Fed".into(), promised: None, note: String::new() }, "fence first"),
        (Deed::Answer { answers: Vec::new(), note: String::new() }, "no partition yet"),
        (Deed::Vouch { messages: vec![seven()], note: note() }, "no partition yet"),
        (Deed::Replay(replay()), "no partition yet"),
        (Deed::Replayed { note: note() }, "not fixed yet"),
        (Deed::Number { lanes: Vec::new(), note: String::new() }, "not sent yet"),
        (Deed::Reconcile(account(1, 1)), "how the lanes are numbered"),
        (Deed::Fence { dry: false }, "names no action"),
        (Deed::Fenced { note: " ".into() }, "note: is empty"),
        (Deed::CallOff { reason: String::new() }, "reason: is empty"),
        (Deed::SayDone { run: 9, note: note() }, "try 9 of switch 1 does not exist"),
    ];
    for (deed, why) in early {
        let told = story.does("mei", deed.clone()).unwrap_err().to_string();
        assert!(told.contains(why), "{deed:?}: {told}");
    }
    let mut steps = vec![story.switch().step()];
    let mut ok = |story: &mut Story, deed: Deed| {
        story.does("mei", deed).unwrap();
        steps.push(story.switch().step());
    };
    ok(&mut story, Deed::Fenced { note: note() });
    ok(&mut story, Deed::Counters([("cust".to_owned(), 9)].into()));
    ok(&mut story, Deed::Drain);
    ok(&mut story, Deed::Partition(partition(2, 1)));
    ok(&mut story, Deed::Ask { whom: "Fed".into(), promised: Some(at(60)), note: String::new() });
    ok(&mut story, Deed::Answer { answers: vec![Answer { message: seven(), fate: Fate::Received }], note: note() });
    ok(&mut story, Deed::Replay(replay()));
    ok(&mut story, Deed::Replayed { note: note() });
    ok(&mut story, Deed::Number { lanes: Vec::new(), note: String::new() });
    ok(&mut story, Deed::Reconcile(account(3, 3)));
    use Step::*;
    let wanted = [
        Some(Fence),
        Some(Drain),
        Some(Drain),
        Some(Partition),
        Some(Ask),
        Some(Ask),
        Some(Replay),
        Some(Replay),
        Some(Epoch),
        Some(Reconcile),
        None,
    ];
    assert_eq!(steps, wanted);
    let told = story.does("mei", Deed::Drain).unwrap_err().to_string();
    assert!(told.contains("was reconciled at"), "{told}");
}

#[test]
fn actions_run_one_after_the_other_and_the_last_one_fences() {
    let mut story = Story::declared(&estate("", TWO_ACTIONS, ""));
    let begun = |story: &Story| story.switch().running().map(|run| (run.run, run.action.to_string(), run.dry));
    // A rehearsal goes through all of them, whatever one of them says.
    story.does("mei", Deed::Fence { dry: true }).unwrap();
    assert_eq!(begun(&story), Some((1, "stop".into(), true)));
    story.ends(RunOutcome::Failed("no".into()));
    assert_eq!(begun(&story), Some((2, "revoke".into(), true)));
    story.ends(done());
    assert_eq!((begun(&story), story.switch().fenced.as_ref()), (None, None));

    story.does("mei", Deed::Fence { dry: false }).unwrap();
    let told = story.does("mei", Deed::Fence { dry: false }).unwrap_err().to_string();
    assert!(told.contains("`stop` is running"), "{told}");
    story.ends(RunOutcome::Failed("exit 1".into()));
    assert_eq!((begun(&story), story.switch().steps()[1].state), (None, StepState::Stuck));
    // Once more: it begins with what was not done.
    story.does("mei", Deed::Fence { dry: false }).unwrap();
    story.ends(done());
    assert_eq!(begun(&story), Some((5, "revoke".into(), false)));
    story.ends(RunOutcome::Unknown);
    assert!(story.switch().fenced.is_none());
    let told = story.does("mei", Deed::SayDone { run: 3, note: note() }).unwrap_err().to_string();
    assert!(told.contains("try 3 of `stop` is not open"), "{told}");
    story.does("mei", Deed::SayDone { run: 5, note: note() }).unwrap();
    assert_eq!(story.switch().fenced.as_ref().map(|done| done.note.as_str()), Some(""));
    // What comes in late, of a try that is over, changes nothing.
    assert_eq!(story.does("nobody", Deed::Ended { run: 5, outcome: RunOutcome::Failed("late".into()) }), Ok(vec![]));
}

#[test]
fn it_is_drained_when_its_time_has_passed() {
    let mut story = Story::declared(&estate("  switch: { drain: 2m }\n", "", ""));
    assert_eq!(story.switches.next_due(), None);
    story.passes(30);
    story.does("mei", Deed::Fenced { note: note() }).unwrap();
    assert_eq!(story.switches.next_due(), Some(at(150)));
    story.passes(119);
    assert!(story.switch().drained.is_none());
    story.passes(1);
    assert_eq!(story.switch().drained.as_ref().map(|done| (done.at, done.note.as_str())), Some((at(150), "")));
    assert_eq!(story.switches.next_due(), None);
}

#[test]
fn where_four_eyes_are_asked_for_one_pair_is_not_enough() {
    let mut story = Story::declared(&estate("  switch: { fourEyes: true }\n", TWO_ACTIONS, ""));
    // A rehearsal changes nothing, so one person is enough.
    assert!(matches!(story.does("mei", Deed::Fence { dry: true }).unwrap()[..], [SwitchFact::Begun { dry: true, .. }]));
    story.ends(done());
    story.ends(done());
    let asked = story.does("mei", Deed::Fence { dry: false }).unwrap();
    assert_eq!(asked, [SwitchFact::Asked { switch: SwitchId(1), step: Step::Fence }]);
    assert_eq!(story.switch().steps()[1].state, StepState::Second);
    let told = story.does("mei", Deed::Fence { dry: false }).unwrap_err().to_string();
    assert!(told.contains("a second person has to agree"), "{told}");
    assert!(matches!(
        story.does("wen", Deed::Fence { dry: false }).unwrap()[..],
        [SwitchFact::Begun { dry: false, .. }]
    ));
    story.ends(RunOutcome::Failed("no".into()));
    // The next try is another decision.
    assert!(matches!(story.does("wen", Deed::Fenced { note: note() }).unwrap()[..], [SwitchFact::Asked { .. }]));
    story.does("mei", Deed::Fenced { note: note() }).unwrap();
    story.does("mei", Deed::Drain).unwrap();
    story.does("mei", Deed::Partition(partition(1, 0))).unwrap();
    assert!(matches!(story.does("mei", Deed::Replay(replay())).unwrap()[..], [SwitchFact::Asked { .. }]));
    assert!(matches!(story.does("wen", Deed::Replay(replay())).unwrap()[..], [SwitchFact::ReplayFixed { .. }]));
}

#[test]
fn the_new_route_is_opened_before_anything_is_sent() {
    let open = ", open: [{ name: start, command: [x] }]";
    let extra = "  switch: { replay: [{ name: send, webhook: 'https://x.example/' }] }\n";
    let mut story = Story::declared(&estate(extra, "", open));
    story.does("mei", Deed::Fenced { note: note() }).unwrap();
    story.does("mei", Deed::Drain).unwrap();
    story.does("mei", Deed::Partition(partition(1, 0))).unwrap();
    story.does("mei", Deed::RehearseReplay).unwrap();
    story.ends(done());
    story.ends(done());
    story.does("mei", Deed::Replay(replay())).unwrap();
    assert_eq!(story.switch().running().map(|run| run.phase), Some(Phase::Open));
    story.ends(RunOutcome::Failed("no".into()));
    assert!(story.switch().running().is_none(), "nothing is sent over a route that is not open");
    story.does("mei", Deed::Again).unwrap();
    story.ends(done());
    assert_eq!(story.switch().running().map(|run| run.phase), Some(Phase::Replay));
    story.ends(done());
    assert!(story.switch().replayed.is_some());
    let told = story.does("mei", Deed::Replayed { note: note() }).unwrap_err().to_string();
    assert!(told.contains("sent twice it would be paid twice"), "{told}");
}

/// The route that was left stands by once the list is sent, and the way back begins there.
#[test]
fn a_switch_makes_the_other_route_the_one_that_is_taken() {
    let estate = estate("", "", ", standby: true");
    let stand_by = |story: &Story| {
        let plan = story.switches.in_force(&estate.chains[&name("wires")].plan);
        plan.routes.iter().map(|route| route.standby).collect::<Vec<_>>()
    };
    let back = SwitchWish { to: name("a"), ..wish() };
    let told = plan_declare(&Switches::default(), &estate, back.clone(), at(0)).unwrap_err().to_string();
    assert!(told.contains("route `b` stands by"), "{told}");
    let mut story = Story::declared(&estate);
    for deed in [Deed::Fenced { note: note() }, Deed::Drain, Deed::Partition(partition(1, 0)), Deed::Replay(replay())] {
        story.does("mei", deed).unwrap();
        assert_eq!(stand_by(&story), [false, true]);
    }
    assert_eq!(story.switches.newest_made(), None);
    story.does("mei", Deed::Replayed { note: note() }).unwrap();
    assert_eq!((stand_by(&story), story.switches.newest_made()), (vec![true, false], Some(SwitchId(1))));
    story.does("mei", Deed::Number { lanes: vec![], note: note() }).unwrap();
    story.does("mei", Deed::Reconcile(account(1, 1))).unwrap();
    let fact = plan_declare(&story.switches, &estate, back, at(0)).unwrap();
    story.switches.apply((90, at(1)), &person("mei"), &person("mei"), &fact);
    assert_eq!(stand_by(&story), [true, false]);
}

#[test]
fn what_is_held_on_another_rail_needs_two_people() {
    let mut story = Story::declared(&estate("", ", rail: fed", ", rail: chips"));
    story.does("mei", Deed::Fenced { note: note() }).unwrap();
    story.does("mei", Deed::Drain).unwrap();
    story.does("mei", Deed::Partition(partition(0, 1))).unwrap();
    let vouch = || Deed::Vouch { messages: vec![seven(), seven()], note: note() };
    assert_eq!(story.does("mei", vouch()).unwrap().len(), 1);
    assert_eq!(story.does("mei", vouch()).unwrap(), [], "once more by the same person is no second person");
    assert_eq!(story.switch().vouched[&seven()].len(), 1);
    story.does("wen", vouch()).unwrap();
    assert_eq!(story.switch().vouched[&seven()].len(), 2);
    let one_rail = &mut Story::declared(&estate("", "", ""));
    one_rail.does("mei", Deed::Fenced { note: note() }).unwrap();
    one_rail.does("mei", Deed::Drain).unwrap();
    one_rail.does("mei", Deed::Partition(partition(0, 1))).unwrap();
    assert!(one_rail.does("mei", vouch()).unwrap_err().to_string().contains("nothing is held"));
}

#[test]
fn numbers_and_accounts_that_are_wrong() {
    let mut story = Story::declared(&estate("", "", ""));
    story.does("mei", Deed::Fenced { note: note() }).unwrap();
    story.does("mei", Deed::Drain).unwrap();
    story.does("mei", Deed::Partition(partition(1, 1))).unwrap();
    let two = |fate| Answer { message: seven(), fate };
    let answers = vec![two(Fate::Received), two(Fate::Rejected)];
    let told = story.does("mei", Deed::Answer { answers, note: String::new() }).unwrap_err().to_string();
    assert!(told.contains("two fates"), "{told}");
    story.does("mei", Deed::Replay(replay())).unwrap();
    assert!(story.does("mei", Deed::CallOff { reason: note() }).unwrap_err().to_string().contains("list is fixed"));
    story.does("mei", Deed::Replayed { note: note() }).unwrap();
    let lane = |to: &str, first| LaneEpoch { lane: "cust".into(), last: 9, to: to.into(), first };
    let told = story.does("mei", Deed::Number { lanes: vec![lane("cust", 9)], note: String::new() });
    assert!(told.unwrap_err().to_string().contains("would be reset from 9 to 9"));
    story.does("mei", Deed::Number { lanes: vec![lane("cust-42", 1)], note: String::new() }).unwrap();
    let told = story.does("mei", Deed::Reconcile(account(3, 2))).unwrap_err().to_string();
    assert!(told.contains("does not close: USD: 3 originated"), "{told}");
    let forgotten = Account { forgotten: 1, ..account(3, 3) };
    assert!(story.does("mei", Deed::Reconcile(forgotten)).unwrap_err().to_string().contains("nothing is known"));
    story.does("mei", Deed::Reconcile(account(3, 3))).unwrap();
    assert!(!story.switch().is_open());
}

#[test]
fn messages_are_named_in_one_text() {
    for (lane, key) in
        [("", Key::Seq(0)), ("a #1 =2", Key::Seq(u64::MAX)), ("", Key::Id("".into())), ("é 1", Key::Id("=3 #4".into()))]
    {
        let one = MessageRef { lane: lane.into(), key };
        assert_eq!(one.to_string().parse(), Ok(one));
    }
    for wrong in ["", "#", "#x cust", "7 cust", "=9 ab", "=1 é"] {
        assert!(wrong.parse::<MessageRef>().is_err(), "{wrong}");
    }
}
