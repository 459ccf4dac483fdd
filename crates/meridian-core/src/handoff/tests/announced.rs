//! What the brief announced in one form, and what became of it in another.

use jiff::SignedDuration;

use super::{Ring, instant, key, name};
use crate::{
    Command,
    alert::{Labels, Matcher},
    command::SilenceWish,
    handoff::{Change, Wish},
    id::IncidentId,
};

fn silence(ring: &mut Ring, matchers: &str, from: &str, until: &str) {
    let silence = SilenceWish {
        id: None,
        matchers: Matcher::parse(matchers).unwrap(),
        starts_at: Some(instant(from)),
        ends_at: instant(until),
        created_by: "tom".into(),
        comment: "planned".into(),
    };
    ring.ask(Command::SetSilence { silence, id: "quiet".into() }).unwrap();
}

/// At 16:30 London hands to New York, whose watch goes on until Hong Kong's at 01:00.
#[test]
fn silences_that_end_in_the_next_watch_are_announced_whenever_they_begin() {
    let cases = [
        ("holds and ends in it", "2026-03-17T16:00Z", "2026-03-17T18:00Z", Some("Ends")),
        ("begins and ends in it", "2026-03-17T18:00Z", "2026-03-17T20:00Z", Some("Begins")),
        ("begins before it, not yet now, and ends in it", "2026-03-17T16:50Z", "2026-03-17T20:00Z", Some("Begins")),
        ("begins in it and outlasts it", "2026-03-17T18:00Z", "2026-03-18T02:00Z", None),
        ("begins after it", "2026-03-18T02:00Z", "2026-03-18T03:00Z", None),
        ("is over", "2026-03-17T16:00Z", "2026-03-17T16:20Z", None),
    ];
    for (what, from, until, expected) in cases {
        let mut ring = Ring::begin("2026-03-17T15:00Z");
        ring.until("2026-03-17T16:00Z");
        silence(&mut ring, "alertname=Wires", from, until);
        ring.until("2026-03-17T16:30Z");
        let brief = ring.brief();
        let detail = brief.item(&key("silence/quiet")).map(|item| crate::handoff::plain(&item.detail));
        let begins = detail.as_deref().map(|text| text.split(' ').next().unwrap_or_default());
        assert_eq!(begins, expected, "{what}: {detail:?}");
    }
}

/// Fires something that began at 16:10, after the acceptance at 16:30, and says whether its page is a miss.
fn missed(prepare: impl FnOnce(&mut Ring), later: impl FnOnce(&mut Ring)) -> Vec<bool> {
    let mut ring = Ring::begin("2026-03-17T15:00Z");
    ring.until("2026-03-17T16:10Z");
    prepare(&mut ring);
    ring.until("2026-03-17T16:30Z");
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    later(&mut ring);
    // London still pages first until 17:00.
    ring.pass(ring.now + SignedDuration::from_mins(90));
    ring.refold();
    let figures = ring.world.handoffs.figures();
    let of = &figures[&(name("payments"), name("london"), name("new-york"))];
    of.pages.iter().map(|(_, page)| page.missed).collect()
}

fn heard_late(ring: &mut Ring, alertname: &str) {
    let labels: Labels = [("alertname", alertname), ("severity", "critical")].into_iter().collect();
    let alert = crate::alert::Incoming {
        labels,
        annotations: Labels::default(),
        starts_at: Some(instant("2026-03-17T16:10Z")),
        ends_at: Some(ring.now + SignedDuration::from_hours(1000)),
        generator_url: "".into(),
    };
    ring.ask(Command::Alerts(vec![alert])).unwrap();
}

#[test]
fn what_was_announced_in_another_form_is_no_miss() {
    let note = |text: &'static str| {
        move |ring: &mut Ring| {
            ring.until("2026-03-17T16:20Z");
            let (summary, detail) = (text.to_owned(), String::new());
            ring.wish("tom", Wish::AddNote { summary, detail, owner: None, contingency: None }).unwrap();
        }
    };
    let quiet = |matchers: &'static str| {
        move |ring: &mut Ring| {
            silence(ring, matchers, "2026-03-17T16:10Z", "2026-03-17T17:15Z");
            ring.fire("Wires", "critical");
        }
    };
    let later = |ring: &mut Ring| heard_late(ring, "Wires");
    type Does = Box<dyn FnOnce(&mut Ring)>;
    let cases: [(&str, Does, Does, bool); 6] = [
        ("nothing announced it", Box::new(|_| {}), Box::new(later), true),
        ("a note names it", Box::new(note("Wires are slow today")), Box::new(later), false),
        ("a note names something longer", Box::new(note("WiresOut are slow today")), Box::new(later), true),
        ("a note names another", Box::new(note("the link is slow")), Box::new(later), true),
        (
            "a silence of something else ends",
            Box::new(|ring| silence(ring, "alertname=Link", "2026-03-17T16:10Z", "2026-03-17T17:15Z")),
            Box::new(later),
            true,
        ),
        ("its silence ends", Box::new(quiet("alertname=Wires")), Box::new(|_| {}), false),
    ];
    for (what, prepare, after, expected) in cases {
        let pages = missed(prepare, after);
        assert!(!pages.is_empty() && pages.iter().all(|one| *one == expected), "{what}: {pages:?}");
    }
}

#[test]
fn an_incident_that_comes_again_under_another_number_is_no_miss() {
    let resolve = |ring: &mut Ring, incident| {
        ring.ask(Command::Resolve { incident: IncidentId(incident), reason: "over".into() }).unwrap();
    };
    let pages = missed(
        |ring| {
            ring.fire("Wires", "critical");
            ring.until("2026-03-17T16:20Z");
            ring.add("tom", "incident/1", Change { note: Some("again".into()), ..Change::default() }).unwrap();
        },
        |ring| {
            resolve(ring, 1);
            ring.until("2026-03-17T17:30Z");
            heard_late(ring, "Wires");
        },
    );
    assert!(!pages.is_empty() && pages.iter().all(|missed| !missed), "{pages:?}");
}
