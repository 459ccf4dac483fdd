//! Work, freezes and events in the brief of those who will have the watch then.

use super::{Ring, instant, key, name};
use crate::{
    Command,
    announcement::{Announced, AnnouncedKind},
    handoff::{
        Stability::{self, Stable, Watcher},
        StabilityBecause::{self, Calm, Collides, UnderWay},
        Who, plain,
    },
};

/// London hands to New York at 17:00; New York has the watch until 23:00.
fn announced(kind: AnnouncedKind, from: &str, until: &str) -> Announced {
    let day = |time: &str| instant(&format!("2026-03-17T{time}Z"));
    Announced {
        kind,
        title: "fw-2 rules".into(),
        reference: "CHG-2291".into(),
        link: String::new(),
        from: day(from),
        until: day(until),
        rotas: [].into(),
        owner: None,
        if_wrong: String::new(),
    }
}

#[test]
fn what_is_announced_for_the_next_watch_is_in_its_brief() {
    use AnnouncedKind::{Event, Freeze, Work};
    type Expected = Option<(Stability, &'static [StabilityBecause], bool, bool)>;
    // In the brief: how it stands, why, whether it has an owner and a contingency.
    let cases: [(&str, Announced, Expected); 9] = [
        ("in the watch", announced(Work, "18:00", "19:00"), Some((Stable, &[Calm], false, false))),
        ("under way", announced(Work, "16:50", "17:10"), Some((Watcher, &[UnderWay], false, false))),
        ("from its first instant on", announced(Work, "17:00", "17:10"), Some((Watcher, &[UnderWay], false, false))),
        ("over before", announced(Work, "16:40", "17:00"), None),
        ("after the watch", announced(Work, "23:00", "23:30"), None),
        ("a freeze", announced(Freeze, "16:00", "22:00"), Some((Stable, &[Calm], true, true))),
        ("an event", announced(Event, "18:00", "18:05"), Some((Stable, &[Calm], true, true))),
        (
            "known to the last",
            Announced {
                owner: Some(name("mei")),
                if_wrong: "Put the old rules back.".into(),
                rotas: [name("payments")].into(),
                ..announced(Work, "18:00", "19:00")
            },
            Some((Stable, &[Calm], true, true)),
        ),
        ("withdrawn", Announced { title: "off".into(), ..announced(Work, "18:00", "19:00") }, None),
    ];
    for (name, what, expected) in cases {
        let mut ring = Ring::begin("2026-03-17T10:05Z");
        let withdrawn = what.title == "off";
        ring.ask(Command::Announce(what.into())).unwrap();
        if withdrawn {
            let withdraw =
                Command::WithdrawAnnouncement { announcement: crate::id::AnnouncementId(1), reason: "".into() };
            ring.ask(withdraw).unwrap();
        }
        ring.until("2026-03-17T16:30Z");
        let found = ring.brief().item(&key("announcement/1")).cloned();
        let stands = found
            .as_ref()
            .map(|item| (item.severity, item.because.as_slice(), item.owner.is_some(), item.contingency.is_some()));
        assert_eq!(stands, expected, "{name}");
    }
}

#[test]
fn work_in_a_freeze_is_watched_from_both_sides() {
    let mut ring = Ring::begin("2026-03-17T10:05Z");
    let freeze = Announced {
        title: "Fed rate decision".into(),
        reference: String::new(),
        ..announced(AnnouncedKind::Freeze, "17:30", "20:00")
    };
    let work = Announced {
        owner: Some(name("mei")),
        if_wrong: "Put the old rules back.".into(),
        link: "https://changes.example/CHG-2291".into(),
        ..announced(AnnouncedKind::Work, "18:00", "19:00")
    };
    ring.ask(Command::Announce(freeze.into())).unwrap();
    ring.ask(Command::Announce(work.into())).unwrap();
    ring.until("2026-03-17T16:30Z");
    let brief = ring.brief();
    let item = |number: u64| brief.item(&key(&format!("announcement/{number}"))).unwrap();
    for number in [1, 2] {
        assert_eq!((item(number).severity, item(number).because.as_slice()), (Watcher, [Collides].as_slice()));
    }
    let said = |number| (plain(&item(number).summary), plain(&item(number).detail));
    assert_eq!(
        said(2),
        (
            "Work: CHG-2291 fw-2 rules".into(),
            "From 2026-03-17 18:00 UTC until 2026-03-17 19:00 UTC, beginning in your watch. It falls in the freeze “Fed \
             rate decision”, 2026-03-17 17:30 UTC to 2026-03-17 20:00 UTC. https://changes.example/CHG-2291"
                .into()
        )
    );
    assert_eq!(
        said(1).1,
        "From 2026-03-17 17:30 UTC until 2026-03-17 20:00 UTC, beginning in your watch. “CHG-2291 fw-2 rules” is announced in \
         it, 2026-03-17 18:00 UTC to 2026-03-17 19:00 UTC."
    );
    assert_eq!(item(2).owner, Some(Who::Person(name("mei"))));
    let action = &item(2).actions[0];
    assert_eq!(
        (action.text.as_str(), action.due),
        ("see that CHG-2291 fw-2 rules is done, or taken back", Some(instant("2026-03-17T19:00Z")))
    );
}
