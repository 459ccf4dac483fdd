//! The figures of an edge, each with what is behind it.

use jiff::SignedDuration;

use super::{Ring, instant, key, name};
use crate::{
    Command,
    alert::{Incoming, Labels},
    handoff::{Change, Only, PageAfter, Search, Wish},
    id::{HandoffId, IncidentId, PageId},
};

impl Ring {
    /// An alert that began then and is heard of only now.
    fn fire_since(&mut self, alertname: &str, since: &str) {
        let labels: Labels = [("alertname", alertname), ("severity", "critical")].into_iter().collect();
        let alert = Incoming {
            labels,
            annotations: Labels::default(),
            starts_at: Some(instant(since)),
            ends_at: Some(self.now + SignedDuration::from_hours(1000)),
            generator_url: "".into(),
        };
        self.ask(Command::Alerts(vec![alert])).unwrap();
    }
}

#[test]
fn a_page_for_another_rota_is_no_miss_of_this_one() {
    for (rota, counted) in [(Some("payments"), 1), (None, 1), (Some("trading"), 0)] {
        let mut ring = Ring::begin("2026-03-17T12:00Z");
        ring.pass(instant("2026-03-17T16:30Z"));
        ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
        let at = ring.now + SignedDuration::from_mins(5);
        let page = PageAfter { page: PageId(99), incident: IncidentId(99), at, missed: false };
        let began = || instant("2026-03-17T16:00Z");
        ring.world.handoffs.note_page(&name("oliver"), rota.map(name).as_ref(), page, |_| false, began);
        let of = &ring.world.handoffs.figures()[&(name("payments"), name("london"), name("new-york"))];
        assert_eq!((of.pages.len(), of.missed()), (counted, counted), "{rota:?}");
    }
}

#[test]
fn a_miss_began_before_and_was_not_in_the_brief() {
    // When its alert began, when it is heard of, whether it is counted, and whether it is a miss. Accepted at 16:30.
    let cases = [
        ("in the brief", "2026-03-17T16:00Z", "2026-03-17T16:10Z", Some(false)),
        ("began before, not in the brief", "2026-03-17T16:29Z", "2026-03-17T16:40Z", Some(true)),
        ("began long before, not in the brief", "2026-03-17T09:00Z", "2026-03-17T20:29Z", Some(true)),
        ("began after", "2026-03-17T16:31Z", "2026-03-17T16:40Z", Some(false)),
        ("began with the acceptance", "2026-03-17T16:30Z", "2026-03-17T16:40Z", Some(false)),
        ("paged after four hours", "2026-03-17T16:29Z", "2026-03-17T20:31Z", None),
    ];
    for (what, began, heard, expected) in cases {
        let mut ring = Ring::begin("2026-03-17T12:00Z");
        let accepted = instant("2026-03-17T16:30Z");
        if instant(heard) < accepted {
            ring.until(heard);
            ring.fire_since("Wires", began);
        }
        ring.pass(accepted);
        ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
        if instant(heard) >= accepted {
            ring.until(heard);
            ring.fire_since("Wires", began);
        }
        // Nobody answers, so whoever has the watch now is paged, if only by the next round.
        ring.pass(ring.now + SignedDuration::from_mins(40));
        let figures = ring.world.handoffs.figures();
        let of = &figures[&(name("payments"), name("london"), name("new-york"))];
        let pages: Vec<bool> = of.pages.iter().map(|(_, page)| page.missed).collect();
        match expected {
            None => assert_eq!(pages, [] as [bool; 0], "{what}"),
            Some(missed) => assert!(!pages.is_empty() && pages.iter().all(|one| *one == missed), "{what}: {pages:?}"),
        }
        assert_eq!(of.missed(), pages.iter().filter(|one| **one).count(), "{what}");
        // Each figure has the handoffs behind it: this one was an emergency, on time, and read nothing back.
        let first = vec![HandoffId(1)];
        let unread = if what == "in the brief" { first.clone() } else { Vec::new() };
        assert_eq!(
            (&of.accepted, &of.emergencies, &of.late, &of.not_read_back),
            (&first, &first, &vec![], &unread),
            "{what}"
        );
    }
}

#[test]
fn punctuality_and_read_backs_are_counted_per_edge() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    ring.until("2026-03-17T17:30Z");
    let (owner, contingency) = (None, Some("If it stays, invoke the plan.".to_owned()));
    ring.add("tom", "incident/1", Change { owner, contingency, ..Change::default() }).unwrap();
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    ring.until("2026-03-18T00:30Z");
    let next_at = Some(ring.now + SignedDuration::from_hours(2));
    let (words, next) = ("I look at the wires".to_owned(), Some("they flow".to_owned()));
    ring.wish("wen", Wish::ReadBack { item: key("incident/1"), words, next, next_at }).unwrap();
    ring.wish("wen", Wish::Accept { emergency: true }).unwrap();
    let figures = ring.world.handoffs.figures();
    let of = |from, to| &figures[&(name("payments"), name(from), name(to))];
    let (late, on_time) = (of("london", "new-york"), of("new-york", "hong-kong"));
    assert_eq!((late.on_time(), late.late.len(), late.read_back, late.unstable), (0, 1, 0, late.unstable));
    assert_eq!((on_time.on_time(), on_time.late.len(), on_time.read_back), (1, 0, 1));
    // Due at 17:00 and at 01:00: a window has what is due from its beginning on and before its end.
    for (from, until, edges) in [
        (None, None, 2),
        (Some("2026-03-17T17:00Z"), None, 2),
        (Some("2026-03-17T17:00:01Z"), None, 1),
        (None, Some("2026-03-18T01:00Z"), 1),
        (None, Some("2026-03-18T01:00:01Z"), 2),
        (Some("2026-03-17T18:00Z"), Some("2026-03-18T01:00Z"), 0),
    ] {
        let found = ring.world.handoffs.figures_of(from.map(instant), until.map(instant));
        assert_eq!(found.len(), edges, "{from:?} {until:?}");
    }
}

#[test]
fn history_is_found_by_words_person_edge_dates_and_how_it_went() {
    // London to New York, late and in an emergency, by Oliver on the 17th; New York to Hong Kong on the 18th, by Wen.
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    ring.until("2026-03-17T17:30Z");
    let note = Change { note: Some("seven are in doubt".into()), ..Change::default() };
    ring.add("tom", "incident/1", note).unwrap();
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    ring.ask(Command::Resolve { incident: crate::id::IncidentId(1), reason: "over".into() }).unwrap();
    ring.until("2026-03-18T00:30Z");
    ring.accept("wen").unwrap();
    let site = |text: &str| Some(name(text));
    let words = |words: &str| Search { words: words.into(), ..Search::default() };
    let only = |only| Search { only: Some(only), ..Search::default() };
    let since = |text: &str| Search { since: Some(instant(text)), ..Search::default() };
    let until = |text: &str| Search { until: Some(instant(text)), ..Search::default() };
    let cases: [(Search, &[u64]); 22] = [
        (Search::default(), &[1, 2]),
        (words("wires"), &[1]),
        (words("WIRES london"), &[1]),
        (words("doubt"), &[1]),
        (words("wires wen"), &[]),
        (words("nobody is scheduled"), &[1, 2]),
        (Search { rota: site("payments"), ..Search::default() }, &[1, 2]),
        (Search { rota: site("trading"), ..Search::default() }, &[]),
        (Search { person: site("tom"), ..Search::default() }, &[1]),
        (Search { person: site("oliver"), ..Search::default() }, &[1, 2]),
        (Search { person: site("ruth"), ..Search::default() }, &[]),
        (Search { from: site("london"), ..Search::default() }, &[1]),
        (Search { to: site("hong-kong"), ..Search::default() }, &[2]),
        (Search { from: site("london"), to: site("hong-kong"), ..Search::default() }, &[]),
        (since("2026-03-17T17:00Z"), &[1, 2]),
        (since("2026-03-17T17:00:01Z"), &[2]),
        (until("2026-03-17T17:00Z"), &[]),
        (until("2026-03-18T01:00Z"), &[1]),
        (only(Only::Late), &[1]),
        (only(Only::Emergency), &[1]),
        (only(Only::OnTime), &[2]),
        (only(Only::NotReadBack), &[1]),
    ];
    for (search, expected) in cases {
        let ended = ring.world.handoffs.iter().filter(|handoff| handoff.end.is_some());
        let found: Vec<u64> = ended
            .filter(|handoff| ring.world.handoff_found(handoff, &search, ring.now).is_some())
            .map(|h| h.id.0)
            .collect();
        assert_eq!(found, expected, "{search:?}");
    }
}

#[test]
fn whatever_was_said_is_found_and_it_is_told_where() {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.fire("Wires", "critical");
    ring.until("2026-03-17T16:30Z");
    let item = || key("incident/1");
    let contingency = Some("If cobalt, then teal".to_owned());
    ring.add("tom", "incident/1", Change { contingency, ..Change::default() }).unwrap();
    let action = crate::handoff::Action::new("paint it umber", "the bank".to_owned().into(), None);
    ring.wish("tom", Wish::AddAction { item: item(), action }).unwrap();
    ring.wish("oliver", Wish::Ask { item: item(), text: "is it ochre?".into() }).unwrap();
    ring.wish("tom", Wish::Answer { item: item(), question: 1, text: "no, sienna".into() }).unwrap();
    let what = crate::handoff::Missing::Owner;
    ring.wish("tom", Wish::Waive { item: item(), what, reason: "crimson owns it".into() }).unwrap();
    ring.wish("oliver", Wish::Refuse { reason: "I see magenta".into() }).unwrap();
    let next_at = Some(instant("2026-03-17T19:00Z"));
    let (words, next) = ("it is violet".to_owned(), Some("indigo comes".to_owned()));
    ring.wish("oliver", Wish::ReadBack { item: item(), words, next, next_at }).unwrap();
    ring.wish("oliver", Wish::Accept { emergency: true }).unwrap();
    let cases = [
        ("cobalt", "contingency of incident/1"),
        ("UMBER", "action of incident/1"),
        ("ochre", "question of incident/1"),
        ("sienna", "answer of incident/1"),
        ("crimson", "waiver of incident/1"),
        ("magenta", "refusal"),
        ("violet", "read-back of incident/1"),
        ("indigo", "next trigger of incident/1"),
        ("oliver", "person, detail of hole/2026-03-17T23:00:00Z"),
        ("magenta ochre", "refusal, question of incident/1"),
        ("", ""),
        ("magenta vermilion", "nothing"),
    ];
    for (words, expected) in cases {
        let search = Search { words: words.into(), ..Search::default() };
        let found = ring.world.handoff_found(ring.newest(), &search, ring.now);
        let places = |found: Vec<crate::handoff::FoundIn>| {
            found.iter().map(crate::handoff::FoundIn::words).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(found.map_or_else(|| "nothing".into(), places), expected, "{words}");
    }
}
