use jiff::SignedDuration;
use proptest::prelude::*;

use super::{Ring, estate_text, key, name};
use crate::{
    Command,
    announcement::{Announced, AnnouncedKind},
    estate::{Override, Role},
    handoff::{Action, Change, End, Missing, Obstacle, Who, Wish},
    id::{AnnouncementId, HandoffId, IncidentId},
    incident::AcknowledgedBecause,
};

/// One thing that may happen between two instants.
#[derive(Clone, Debug)]
enum Step {
    Pass(i64),
    Wish(usize, &'static str, Wish),
    Read(usize, &'static str),
    Fire(u8),
    Acknowledge(&'static str),
    Resolve,
    Cover(&'static str, &'static str, i64),
    Uncover,
    Announce(AnnouncedKind, i64, i64),
    Withdraw(u64),
    Sick(&'static str, i64),
    Well(&'static str),
    WithoutTom,
    ByTheClock,
    Whole,
    Crash,
}

fn person() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["wen", "mei", "tom", "priya", "oliver", "dana", "ruth"])
}

fn wish() -> impl Strategy<Value = Wish> {
    let item =
        || prop::sample::select(vec!["incident/1", "incident/2", "note/1", "note/2", "announcement/1"]).prop_map(key);
    let missing = prop::sample::select(vec![Missing::Owner, Missing::Contingency]);
    prop_oneof![
        3 => any::<bool>().prop_map(|emergency| Wish::Accept { emergency }),
        1 => Just(Wish::Refuse { reason: "not yet".into() }),
        1 => Just(Wish::AddNote { summary: "noted".into(), detail: "".into(), owner: None, contingency: None }),
        1 => item().prop_map(|item| Wish::Ask { item, text: "why?".into() }),
        1 => item().prop_map(|item| Wish::Answer { item, question: 1, text: "so".into() }),
        2 => (item(), any::<bool>()).prop_map(|(item, whole)| Wish::ReadBack {
            item,
            words: "my words".into(),
            next: whole.then(|| "it ends".into()),
            next_at: whole.then_some(crate::Instant::MAX),
        }),
        1 => item().prop_map(|item| Wish::AddAction { item, action: Action::new("do", Who::Person(name("tom")), None) }),
        1 => (item(), 1..3u32).prop_map(|(item, number)| Wish::RemoveAction { item, number }),
        2 => (item(), missing).prop_map(|(item, what)| Wish::Waive { item, what, reason: "fine".into() }),
        1 => item().prop_map(|item| {
            let change = Change { contingency: Some("then".into()), ..Change::default() };
            Wish::Amend { item, change }
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..400i64).prop_map(Step::Pass),
        8 => (0..3usize, person(), wish()).prop_map(|(back, by, wish)| Step::Wish(back, by, wish)),
        4 => (0..3usize, person()).prop_map(|(back, by)| Step::Read(back, by)),
        1 => (0..4u8).prop_map(Step::Fire),
        1 => person().prop_map(Step::Acknowledge),
        1 => Just(Step::Resolve),
        2 => (person(), person(), 1..600i64).prop_map(|(who, with, minutes)| Step::Cover(who, with, minutes)),
        1 => Just(Step::Uncover),
        2 => (prop::sample::select(AnnouncedKind::ALL.to_vec()), 0..600i64, 1..900i64)
            .prop_map(|(kind, ahead, lasting)| Step::Announce(kind, ahead, lasting)),
        1 => (1..4u64).prop_map(Step::Withdraw),
        2 => (person(), 1..900i64).prop_map(|(who, minutes)| Step::Sick(who, minutes)),
        1 => person().prop_map(Step::Well),
        1 => Just(Step::WithoutTom),
        1 => Just(Step::ByTheClock),
        2 => Just(Step::Whole),
        2 => Just(Step::Crash),
    ]
}

fn play(ring: &mut Ring, step: Step) {
    match step {
        Step::Pass(minutes) => ring.pass(ring.now + SignedDuration::from_mins(minutes)),
        Step::Wish(back, by, wish) => {
            let id = ring.world.handoffs.iter().rev().nth(back).map_or(HandoffId(1), |handoff| handoff.id);
            let items = ring.world.brief(id, ring.now).map(|brief| brief.items);
            let unread = ring.world.brief(id, ring.now).is_some_and(|brief| {
                brief
                    .before_acceptance(Some(&name(by)))
                    .iter()
                    .any(|one| matches!(one, Obstacle::NotRead | Obstacle::Unread(_)))
            });
            let (accepts, calm) = (matches!(wish, Wish::Accept { .. }), wish == Wish::Accept { emergency: false });
            // What is refused changes nothing; what is accepted keeps every item that was in the brief.
            if ring.wish_of(id, by, wish).is_ok() && accepts {
                let end = ring.world.handoffs.get(id).and_then(|handoff| handoff.end.clone());
                let Some(End::Accepted { items: kept, .. }) = end else { panic!("{end:?}") };
                assert_eq!(Some(kept), items, "every item is kept");
                assert!(!(calm && unread), "who accepts has read");
            }
        }
        Step::Read(back, by) => {
            let id = ring.world.handoffs.iter().rev().nth(back).map_or(HandoffId(1), |handoff| handoff.id);
            if let Some(brief) = ring.world.brief(id, ring.now) {
                let _ = ring.wish_of(id, by, Wish::Read { revision: brief.revision() });
            }
        }
        Step::Fire(which) => ring.fire(&format!("Alert{which}"), if which % 2 == 0 { "critical" } else { "warning" }),
        Step::Acknowledge(by) => {
            let because = AcknowledgedBecause::Api;
            let _ = ring.ask(Command::Acknowledge { incident: IncidentId(1), by: name(by), because });
        }
        Step::Resolve => {
            let newest = ring.world.incidents.open().next_back().map(|incident| incident.id);
            if let Some(incident) = newest {
                ring.ask(Command::Resolve { incident, reason: "over".into() }).unwrap();
            }
        }
        Step::Cover(who, with, minutes) => {
            let until = ring.now + SignedDuration::from_mins(minutes);
            let change = Override { from: ring.now, until, replace: Some(name(who)), with: name(with), layer: None };
            let _ = ring.ask(Command::AddOverride { rota: name("payments"), change });
        }
        Step::Announce(kind, ahead, lasting) => {
            let from = ring.now + SignedDuration::from_mins(ahead);
            let what = Announced {
                kind,
                title: "fw-2 rules".into(),
                reference: String::new(),
                link: String::new(),
                from,
                until: from + SignedDuration::from_mins(lasting),
                rotas: [].into(),
                owner: None,
                if_wrong: String::new(),
            };
            ring.ask(Command::Announce(what.into())).unwrap();
        }
        Step::Withdraw(number) => {
            let (announcement, reason) = (AnnouncementId(number), String::new());
            let _ = ring.ask(Command::WithdrawAnnouncement { announcement, reason });
        }
        Step::Sick(who, minutes) => {
            let until = ring.now + SignedDuration::from_mins(minutes);
            let _ = ring.ask(Command::ReportSick { person: name(who), until, note: String::new() });
        }
        Step::Well(who) => {
            let _ = ring.ask(Command::EndSick { person: name(who) });
        }
        Step::Uncover => {
            let newest = ring.world.overrides.numbered(&name("payments")).last().map(|(id, _)| *id);
            if let Some(id) = newest {
                let _ = ring.ask(Command::RemoveOverride { rota: name("payments"), id });
            }
        }
        Step::WithoutTom => {
            let text = estate_text();
            let mut documents: Vec<&str> = text.split("---\n").collect();
            documents.retain(|document| !document.contains("metadata: { name: tom }"));
            let _ = ring.load(&documents.join("---\n").replace("[tom]", "[priya]").replace("tom, ", ""));
        }
        Step::ByTheClock => {
            let _ = ring.load(&estate_text().replace("  handoff: { opens: 1h, late: 10m, leadsAfter: 10m }\n", ""));
        }
        Step::Whole => {
            let _ = ring.load(&estate_text());
        }
        Step::Crash => {
            ring.refold();
            ring.ask(Command::Start { version: "again".into() }).unwrap();
        }
    }
}

/// Somebody who is in the estate is responsible, and the pager would page the same.
fn somebody_is_responsible(ring: &Ring, at: crate::Instant) {
    let rota = name("payments");
    if ring.world.estate().rotas[&rota].handoff.is_none() {
        return;
    }
    let found = ring.world.responsible(&rota, Role::Primary, at, ring.now);
    assert!(!found.is_empty(), "nobody is responsible at {at}, now {}", ring.now);
    // Whoever is sick is named only when there is nobody else.
    let sick = |one: &crate::world::Responsible| ring.world.is_sick(&one.person, at);
    if at == ring.now {
        assert!(!found.iter().any(sick) || found.iter().all(sick), "{found:?} at {at}");
    }
    for one in found {
        assert!(ring.world.estate().persons.contains_key(&one.person), "{one:?} is not in the estate");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// In any order of what people, the plan, the estate and the process do: there is no instant without somebody
    /// responsible, no item is dropped, what is due is done, and a replay gives the same.
    #[test]
    fn nobody_and_nothing_is_dropped(steps in prop::collection::vec(step(), 1..60)) {
        let mut ring = Ring::begin("2026-03-17T15:50Z");
        for step in steps {
            let before = ring.now;
            play(&mut ring, step);
            prop_assert!(ring.world.next_due().is_none_or(|due| due > ring.now), "something due is left");
            somebody_is_responsible(&ring, ring.now);
            // Also as it was on the way, and as it is planned.
            let middle = before + before.duration_until(ring.now) / 2;
            somebody_is_responsible(&ring, middle);
            somebody_is_responsible(&ring, ring.now + SignedDuration::from_hours(7));
        }
        ring.refold();
    }
}
