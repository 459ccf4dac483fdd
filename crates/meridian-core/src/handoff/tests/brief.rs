//! What the brief composes: how incidents stand, and who is out, wanted, swapped, or runs on a fallback.

use jiff::SignedDuration;

use super::{Ring, instant, key, name};
use crate::{
    Command, Instant,
    alert::{Incoming, Labels},
    cover::PartWish,
    estate::Override,
    handoff::{Change, Stability, StabilityBecause, Who, Wish},
    id::IncidentId,
    incident::{AcknowledgedBecause, Severity},
};

/// One alert of many in one group of SEV4, that fires or ends.
pub fn alert(ring: &mut Ring, number: u32, ends: bool) {
    let number = number.to_string();
    let labels: Labels = [("alertname", "Stuck"), ("severity", "warning"), ("n", &*number)].into_iter().collect();
    let ends_at = if ends { ring.now } else { ring.now + SignedDuration::from_hours(1000) };
    let alert = Incoming {
        labels,
        annotations: Labels::default(),
        starts_at: Some(ring.now - SignedDuration::from_secs(1)),
        ends_at: Some(ends_at),
        generator_url: "".into(),
    };
    ring.ask(Command::Alerts(vec![alert])).unwrap();
}

/// What happens at an instant of the day.
#[derive(Clone, Copy)]
enum Does {
    Fires(u32),
    Ends(u32),
    Taken,
}
use Does::{Ends, Fires, Taken};

#[test]
fn an_incident_burns_by_a_rule() {
    use StabilityBecause::{Calm, Flapped, Growing, Rising};
    // London looks at 16:30, an hour before it is 15:30.
    let cases: [(&str, &[(&str, Does)], StabilityBecause); 9] = [
        ("calm", &[("10:10", Fires(1)), ("10:11", Taken)], Calm),
        (
            "it grew in the last hour",
            &[("10:10", Fires(1)), ("10:11", Taken), ("15:50", Fires(2)), ("16:00", Fires(3))],
            Growing { from: 1, to: 3 },
        ),
        ("it grew, but more than an hour ago", &[("10:10", Fires(1)), ("10:11", Taken), ("15:00", Fires(2))], Calm),
        ("it grew before somebody took it", &[("15:40", Fires(1)), ("15:50", Fires(2)), ("16:10", Taken)], Calm),
        (
            "it grew after somebody took it, within the hour",
            &[("15:40", Fires(1)), ("15:50", Taken), ("16:20", Fires(2))],
            Growing { from: 1, to: 2 },
        ),
        (
            "one joined and one left: no more than before",
            &[("10:10", Fires(1)), ("10:11", Fires(2)), ("10:12", Taken), ("15:50", Ends(2)), ("16:10", Fires(3))],
            Calm,
        ),
        (
            "it rose for hours, and rests now",
            &[("10:10", Fires(1)), ("10:11", Taken), ("14:00", Fires(2)), ("15:00", Fires(3))],
            Rising { from: 1, to: 3 },
        ),
        (
            "it rose, fell and rose",
            &[
                ("10:10", Fires(1)),
                ("10:11", Fires(9)),
                ("10:12", Taken),
                ("13:40", Fires(2)),
                ("14:40", Ends(9)),
                ("14:50", Ends(2)),
                ("15:20", Fires(3)),
            ],
            Calm,
        ),
        (
            "it flapped twice",
            &[
                ("10:10", Fires(1)),
                ("10:11", Fires(2)),
                ("10:12", Taken),
                ("10:30", Ends(2)),
                ("11:00", Fires(2)),
                ("11:30", Ends(2)),
                ("12:00", Fires(2)),
            ],
            Flapped(2),
        ),
    ];
    for (what, happens, expected) in cases {
        let mut ring = Ring::begin("2026-03-17T10:05Z");
        for (at, does) in happens {
            ring.until(&format!("2026-03-17T{at}Z"));
            match does {
                Fires(number) => alert(&mut ring, *number, false),
                Ends(number) => alert(&mut ring, *number, true),
                Taken => {
                    let (incident, because) = (IncidentId(1), AcknowledgedBecause::Api);
                    ring.ask(Command::Acknowledge { incident, by: name("tom"), because }).unwrap();
                }
            }
        }
        ring.until("2026-03-17T16:30Z");
        let item =
            ring.brief().item(&key("incident/1")).cloned().unwrap_or_else(|| panic!("{what}: {:?}", ring.keys()));
        assert_eq!(item.because, [expected], "{what}");
        let watcher = item.because != [Calm];
        assert_eq!(item.severity, if watcher { Stability::Watcher } else { Stability::Stable }, "{what}");
    }
}

fn part(person: &str, layer: &str, from: &str, until: &str) -> PartWish {
    let (from, until) = (instant(from), instant(until));
    PartWish { rota: name("payments"), layer: Some(layer.into()), person: name(person), from, until }
}

/// At 16:30 London hands to New York, whose watch goes on until Hong Kong's at 01:00, with a hole from 23:00 on.
#[test]
fn changes_that_take_effect_in_the_next_watch_are_announced() {
    let override_ = |from: &str, until: &str, replace: Option<&str>, with: &str| Command::AddOverride {
        rota: name("payments"),
        change: Override {
            from: instant(from),
            until: instant(until),
            replace: replace.map(name),
            with: name(with),
            layer: Some("new-york".into()),
        },
    };
    let sick = |person: &str, until: &str| Command::ReportSick {
        person: name(person),
        until: instant(until),
        note: "flu".into(),
    };
    let ask = |part| Command::AskCover { part, reason: "dentist".into() };
    // What was said, the item that it leads to (or none), how it stands, and words of it.
    let cases: [(&str, Command, &str, Option<Stability>, &str); 9] = [
        (
            "an override that begins in it",
            override_("2026-03-17T20:00Z", "2026-03-17T22:00Z", Some("oliver"), "dana"),
            "override/1",
            Some(Stability::Stable),
            "dana watches for oliver",
        ),
        (
            "an override that is over before it",
            override_("2026-03-17T16:00Z", "2026-03-17T16:59Z", Some("oliver"), "dana"),
            "override/1",
            None,
            "",
        ),
        (
            "an override after it",
            override_("2026-03-18T18:00Z", "2026-03-18T19:00Z", Some("oliver"), "dana"),
            "override/1",
            None,
            "",
        ),
        (
            "cover that is wanted",
            ask(part("oliver", "new-york", "2026-03-17T20:00Z", "2026-03-17T22:00Z")),
            "cover/1",
            Some(Stability::Stable),
            "Cover is wanted for oliver",
        ),
        (
            "cover that is wanted for the day after",
            ask(part("oliver", "new-york", "2026-03-18T14:00Z", "2026-03-18T16:00Z")),
            "cover/1",
            None,
            "",
        ),
        (
            "who has the watch is sick",
            sick("oliver", "2026-03-18T12:00Z"),
            "out/oliver",
            Some(Stability::Watcher),
            "nobody covers",
        ),
        ("a lead is sick", sick("ruth", "2026-03-18T12:00Z"), "out/ruth", Some(Stability::Stable), "ruth is sick"),
        ("somebody of no layer is sick", sick("dana", "2026-03-18T12:00Z"), "out/dana", None, ""),
        ("who is not on watch is well again before it", sick("wen", "2026-03-17T16:20Z"), "out/wen", None, ""),
    ];
    for (what, command, item, expected, words) in cases {
        let mut ring = Ring::begin("2026-03-17T12:00Z");
        ring.until("2026-03-17T15:30Z");
        ring.ask(command).unwrap_or_else(|why| panic!("{what}: {why}"));
        ring.until("2026-03-17T16:30Z");
        let brief = ring.brief();
        let found = brief.item(&key(item));
        assert_eq!(found.map(|item| item.severity), expected, "{what}: {:?}", ring.keys());
        if let Some(found) = found {
            let said = format!("{} {}", crate::handoff::plain(&found.summary), crate::handoff::plain(&found.detail));
            assert!(said.contains(words), "{what}: {said}");
            assert!(found.missing().next().is_none(), "{what}: what is composed has owner and contingency");
        }
    }
}

#[test]
fn what_runs_on_a_fallback_is_named() {
    // Nobody accepts London to New York; over the hole after New York the last watch stays responsible.
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T22:30Z");
    let hole: Instant = instant("2026-03-17T23:00Z");
    let hole = format!("hole/{hole}");
    let item = |ring: &Ring, item: &str| ring.brief().item(&key(item)).cloned();
    let known = item(&ring, &hole).unwrap_or_else(|| panic!("{:?}", ring.keys()));
    assert_eq!(known.severity, Stability::Stable);
    let older = item(&ring, "handoff/1").expect("the older one is open");
    assert_eq!((older.severity, older.owner), (Stability::Watcher, Some(Who::Person(name("tom")))));
    ring.until("2026-03-17T23:30Z");
    let known = item(&ring, &hole).expect("it lasts");
    assert_eq!((known.severity, known.because), (Stability::Watcher, vec![StabilityBecause::OnFallback]));
}

#[test]
fn the_acknowledgements_that_move_are_those_of_the_outgoing_whoever_is_named_as_owner() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    ring.fire("Ledger", "critical");
    ring.until("2026-03-17T16:30Z");
    let owner = |who: &str| Change { owner: Some(Who::Person(name(who))), ..Change::default() };
    // An owner is named, and nobody acknowledged anything: nothing moves.
    ring.add("tom", "incident/1", owner("tom")).unwrap();
    assert_eq!(ring.brief().moves.acknowledgements, 0);
    // Tom has the other, for which somebody else is named: it moves.
    let (incident, because) = (IncidentId(2), AcknowledgedBecause::Api);
    ring.ask(Command::Acknowledge { incident, by: name("tom"), because }).unwrap();
    ring.add("tom", "incident/2", owner("dana")).unwrap();
    assert_eq!(ring.brief().moves.acknowledgements, 1);
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    let has =
        |incident: u64| ring.world.incidents.get(IncidentId(incident)).unwrap().acknowledged.clone().map(|has| has.by);
    assert_eq!((has(1), has(2)), (None, Some(name("oliver"))));
}

#[test]
fn who_left_the_estate_owns_nothing_and_what_they_had_waits_again() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    let (incident, because) = (IncidentId(1), AcknowledgedBecause::Api);
    ring.ask(Command::Acknowledge { incident, by: name("tom"), because }).unwrap();
    ring.until("2026-03-17T16:30Z");
    let owner = Some(Who::Person(name("tom")));
    let change = Change { owner, contingency: Some("then".into()), ..Default::default() };
    ring.add("tom", "incident/1", change).unwrap();
    let pages = |ring: &Ring| ring.world.pages.pages_of(incident).count();
    let before = pages(&ring);
    let text = ring.text.clone();
    let mut documents: Vec<&str> = text.split("---\n").collect();
    documents.retain(|document| !document.contains("metadata: { name: tom }"));
    ring.load(&documents.join("---\n").replace("[tom]", "[priya]").replace("tom, ", "")).unwrap();
    assert!(ring.world.incidents.get(incident).unwrap().acknowledged.is_none(), "it waits for somebody again");
    assert!(pages(&ring) > before, "and somebody is paged");
    let item = ring.brief().item(&key("incident/1")).cloned().unwrap();
    assert_eq!((item.severity, &item.owner), (Stability::Unstable, &None));
    assert!(item.missing().any(|what| what == crate::handoff::Missing::Owner));
    ring.refold();
}

#[test]
fn a_site_that_is_renamed_on_watch_keeps_its_handoff() {
    for at in ["2026-03-17T16:30Z", "2026-03-17T17:30Z"] {
        let mut ring = Ring::begin("2026-03-17T12:00Z");
        ring.until(at);
        let note = Wish::AddNote {
            summary: "the bridge is noisy".into(),
            detail: String::new(),
            owner: None,
            contingency: None,
        };
        ring.wish("tom", note).unwrap();
        ring.wish("oliver", Wish::Ask { item: key("note/1"), text: "since when?".into() }).unwrap();
        let (before, responsible) = (ring.newest().id, ring.responsible());
        let text = ring.text.replace("name: london }", "name: city }").replace("site: london", "site: city");
        ring.load(&text).unwrap();
        assert_eq!((ring.newest().id, ring.newest().end.clone()), (before, None), "{at}: it is the same handoff");
        assert_eq!(ring.newest().edge.from.site, name("city"), "{at}");
        assert_eq!(ring.responsible(), responsible, "{at}");
        assert_eq!(ring.brief().item(&key("note/1")).unwrap().questions.len(), 1, "{at}: nothing is dropped");
        ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
        ring.refold();
    }
}

#[test]
fn a_promise_waits_for_who_has_the_incident_and_for_the_leads() {
    // Of the incident that fires at 10:10 an update is promised for 12:00.
    let cases: [(&str, Option<&str>, Option<&str>, &str, bool); 11] = [
        ("too early", Some("tom"), Some("tom"), "2026-03-17T10:59Z", false),
        ("within the hour", Some("tom"), Some("tom"), "2026-03-17T11:00Z", true),
        ("overdue", Some("tom"), Some("tom"), "2026-03-17T12:30Z", true),
        ("the lead", Some("tom"), Some("ruth"), "2026-03-17T11:30Z", true),
        ("whoever has it, though not on watch", Some("dana"), Some("dana"), "2026-03-17T11:30Z", true),
        ("on watch, and somebody else has it", Some("dana"), Some("tom"), "2026-03-17T11:30Z", false),
        ("nobody has it: who is on watch", None, Some("tom"), "2026-03-17T11:30Z", true),
        ("nobody has it: the lead", None, Some("ruth"), "2026-03-17T11:30Z", true),
        ("nobody has it: somebody else", None, Some("dana"), "2026-03-17T11:30Z", false),
        ("a reader who is nobody of the estate", Some("tom"), None, "2026-03-17T11:30Z", true),
        ("the same, too early", Some("tom"), None, "2026-03-17T10:30Z", false),
    ];
    for (what, taken, reader, at, waits) in cases {
        let mut ring = Ring::begin("2026-03-17T10:05Z");
        ring.until("2026-03-17T10:10Z");
        alert(&mut ring, 1, false);
        let incident = IncidentId(1);
        if let Some(by) = taken {
            ring.ask(Command::Acknowledge { incident, by: name(by), because: AcknowledgedBecause::Api }).unwrap();
        }
        let due = instant("2026-03-17T12:00Z");
        ring.ask(Command::Promise { incident, due, what: "next update".into() }).unwrap();
        ring.until(at);
        let reader = reader.map(name);
        let asked = |ring: &Ring| ring.world.promises_due(reader.as_ref(), ring.now).len();
        assert_eq!(asked(&ring), usize::from(waits), "{what}");
        ring.ask(Command::Note { incident, text: "The update".into() }).unwrap();
        assert_eq!(asked(&ring), 0, "{what}: a note keeps the promise");
    }
}

#[test]
fn a_promise_stands_in_the_brief_whoever_has_the_incident() {
    use StabilityBecause::{PromiseOverdue, Severe, Unacknowledged};
    let overdue = [Unacknowledged, PromiseOverdue];
    let severe = [Severe(Severity::Sev2), PromiseOverdue];
    // New York comes at 17:00 UTC; London looks at 16:30, and an update is promised for 16:20.
    let cases: [(&str, &str, Option<&str>, Option<&str>, &str, &[StabilityBecause]); 6] = [
        ("nobody has it: the incoming give it", "warning", None, None, "oliver", &overdue),
        ("nobody has it, and somebody is named", "warning", None, Some("dana"), "dana", &overdue),
        ("who has it", "warning", Some("tom"), None, "tom", &[PromiseOverdue]),
        ("somebody is named, and another has it", "warning", Some("tom"), Some("dana"), "dana", &[PromiseOverdue]),
        ("unstable, and somebody has it", "critical", Some("tom"), None, "tom", &severe),
        ("who is named is in words", "warning", Some("tom"), Some("the bank"), "the bank", &[PromiseOverdue]),
    ];
    for (what, severity, taken, named, gives, because) in cases {
        let mut ring = Ring::begin("2026-03-17T16:05Z");
        ring.fire("Stuck", severity);
        ring.until("2026-03-17T16:06Z");
        let incident = IncidentId(1);
        if let Some(by) = taken {
            ring.ask(Command::Acknowledge { incident, by: name(by), because: AcknowledgedBecause::Api }).unwrap();
        }
        let due = instant("2026-03-17T16:20Z");
        ring.ask(Command::Promise { incident, due, what: "next update".into() }).unwrap();
        if let Some(owner) = named {
            let owner = owner.parse().map_or_else(|_| Who::Other(owner.into()), Who::Person);
            ring.add("tom", "incident/1", Change { owner: Some(owner), ..Change::default() }).unwrap();
        }
        ring.until("2026-03-17T16:30Z");
        let item = ring.brief().item(&key("incident/1")).cloned().unwrap_or_else(|| panic!("{what}"));
        let said: Vec<_> = item.actions.iter().map(|action| (action.owner.clone(), action.due)).collect();
        let gives = gives.parse().map_or_else(|_| Who::Other(gives.into()), Who::Person);
        assert_eq!(said, [(gives, Some(due))], "{what}");
        assert_eq!(item.because, because, "{what}");
    }
}
