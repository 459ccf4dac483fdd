//! Announcements as a world makes them.

use super::{Announced, AnnouncedKind, AnnouncementState};
use crate::{
    Command, Reply,
    cover::tests::{Room, at, name},
    id::AnnouncementId,
};

const NOW: &str = "2026-03-16T12:00Z";

/// `what("work 2026-03-17T01:00Z 2026-03-17T03:00Z")`
fn what(text: &str) -> Announced {
    let words: Vec<&str> = text.split(' ').collect();
    Announced {
        kind: words[0].parse().unwrap(),
        title: "fw-2 rules".into(),
        reference: "CHG-2291".into(),
        link: String::new(),
        from: at(words[1]),
        until: at(words[2]),
        rotas: [].into(),
        owner: None,
        if_wrong: String::new(),
    }
}

fn announce(room: &mut Room, what: Announced) -> AnnouncementId {
    match room.ask(Command::Announce(what.into())) {
        Ok(Reply::Announcement(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn of_payments(mut what: Announced) -> Announced {
    what.rotas = [name("payments")].into();
    what
}

#[test]
fn what_is_wrong_is_refused_by_its_field() {
    let work = || what("work 2026-03-17T01:00Z 2026-03-17T03:00Z");
    let with = |change: fn(&mut Announced)| {
        let mut what = work();
        change(&mut what);
        what
    };
    let cases: [(Announced, &str); 15] = [
        (with(|w| w.title = "  ".into()), "title: is empty; say in a few words what it is"),
        (with(|w| w.title = "x".repeat(201)), "title: has 201 characters; at most 200"),
        (with(|w| w.title = "two\nlines".into()), "title: holds control characters; write it in one line"),
        (with(|w| w.reference = "x".repeat(61)), "reference: has 61 characters; at most 60"),
        (
            with(|w| w.link = "javascript:alert(1)".into()),
            "link: `javascript:alert(1)` is no address that begins with https:// or http://",
        ),
        (with(|w| w.link = "https://".into()), "link: `https://` is no address that begins with https:// or http://"),
        (
            with(|w| w.link = "https://a b".into()),
            "link: `https://a b` is no address that begins with https:// or http://",
        ),
        (with(|w| w.until = w.from), "until: 2026-03-17T01:00:00Z is not after the beginning, 2026-03-17T01:00:00Z"),
        (
            what("work 2026-03-16T10:00Z 2026-03-16T12:00Z"),
            "until: 2026-03-16T12:00:00Z is over; only what is to come, or is under way, is announced",
        ),
        (
            what("work 2026-03-17T00:00Z 2026-06-15T00:00:00.000000001Z"),
            "until: is more than 90 days after the beginning; announce it in parts",
        ),
        (what("work 2029-03-17T00:00Z 2029-03-18T00:00Z"), "from: is more than two years ahead"),
        (
            with(|w| w.rotas = [name("payment")].into()),
            "rotas: no rota of the estate is called `payment`; did you mean `payments`?",
        ),
        (with(|w| w.rotas = [name("zzz")].into()), "rotas: no rota of the estate is called `zzz`"),
        (
            with(|w| w.owner = Some(name("wenn"))),
            "owner: no person of the estate is called `wenn`; did you mean `wen`?",
        ),
        (with(|w| w.if_wrong = "x".repeat(2_001)), "if_wrong: has 2001 bytes; at most 2000"),
    ];
    let mut room = Room::new(NOW);
    for (what, why) in cases {
        room.refuses(Command::Announce(what.into()), why);
    }
    let longest = announce(&mut room, what("freeze 2026-03-17T00:00Z 2026-06-15T00:00Z"));
    room.refuses(
        Command::ChangeAnnouncement { announcement: longest, what: with(|w| w.title = String::new()).into() },
        "title: is empty; say in a few words what it is",
    );
    let nobody = AnnouncementId(99);
    room.refuses(
        Command::WithdrawAnnouncement { announcement: nobody, reason: String::new() },
        "announcement 99 does not exist",
    );
}

#[test]
fn it_stands_and_is_changed_and_withdrawn() {
    use AnnouncementState::{Ahead, Over, UnderWay, Withdrawn};
    let mut room = Room::new(NOW);
    let work = what("work 2026-03-16T14:00Z 2026-03-16T16:00Z");
    let id = announce(&mut room, work.clone());
    // A pipeline that sends twice announces once.
    let entries = room.journal.len();
    assert_eq!((announce(&mut room, work.clone()), room.journal.len()), (id, entries));
    let states = |room: &Room, id, times: [&str; 4]| {
        let one = room.world.announcements.get(id).cloned().unwrap();
        times.map(|time| one.state(at(&format!("2026-03-16T{time}Z"))))
    };
    let times = ["13:59:59", "14:00", "15:59:59", "16:00"];
    assert_eq!(states(&room, id, times), [Ahead, UnderWay, UnderWay, Over]);
    // An hour later, all of it.
    let later = what("work 2026-03-16T15:00Z 2026-03-16T17:00Z");
    let change = |what: &Announced| Command::ChangeAnnouncement { announcement: id, what: what.clone().into() };
    assert_eq!(room.ask(change(&later)), Ok(Reply::Announcement(id)));
    assert_eq!(states(&room, id, times), [Ahead, Ahead, UnderWay, UnderWay]);
    // The same once more changes nothing.
    let entries = room.journal.len();
    room.ask(change(&later)).unwrap();
    assert_eq!(room.journal.len(), entries);
    // Under way it can last longer and can't begin anew.
    room.now = at("2026-03-16T15:30Z");
    room.refuses(
        change(&what("work 2026-03-16T15:45Z 2026-03-16T17:00Z")),
        "from: it is under way; withdraw it, and announce the later one",
    );
    room.ask(change(&what("work 2026-03-16T15:00Z 2026-03-16T18:00Z"))).unwrap();
    let withdraw = |id| Command::WithdrawAnnouncement { announcement: id, reason: "done early".into() };
    room.ask(withdraw(id)).unwrap();
    assert_eq!(states(&room, id, ["14:59", "15:00", "15:29:59", "15:30"]), [Ahead, UnderWay, UnderWay, Over]);
    room.refuses(withdraw(id), "announcement 1 was withdrawn at 2026-03-16T15:30:00Z");
    // One that has not begun is called off.
    let off = announce(&mut room, what("event 2026-03-16T18:00Z 2026-03-16T19:00Z"));
    room.ask(withdraw(off)).unwrap();
    assert_eq!(states(&room, off, ["17:00", "18:00", "18:30", "20:00"]), [Withdrawn; 4]);
    // So is one that is withdrawn at the instant of its beginning.
    let never = announce(&mut room, what("event 2026-03-16T15:30Z 2026-03-16T16:00Z"));
    room.ask(withdraw(never)).unwrap();
    assert_eq!(states(&room, never, ["15:00", "15:30", "15:45", "20:00"]), [Withdrawn; 4]);
    // What is over is left as it was.
    let over = announce(&mut room, what("event 2026-03-16T18:00Z 2026-03-16T19:00Z"));
    room.now = at("2026-03-16T19:00Z");
    room.refuses(withdraw(over), "announcement 4 was over at 2026-03-16T19:00:00Z");
    room.survives();
}

#[test]
fn work_collides_with_a_freeze_of_a_rota_that_both_concern() {
    let freeze = "freeze 2026-03-17T02:00Z 2026-03-17T08:00Z";
    let payments = of_payments;
    let securities = |mut what: Announced| {
        what.rotas = [name("securities")].into();
        what
    };
    let cases = [
        (what(freeze), what("work 2026-03-17T01:00Z 2026-03-17T03:00Z"), true),
        (what(freeze), what("work 2026-03-17T01:00Z 2026-03-17T02:00Z"), false),
        (what(freeze), what("work 2026-03-17T08:00Z 2026-03-17T09:00Z"), false),
        (what(freeze), what("event 2026-03-17T03:00Z 2026-03-17T04:00Z"), false),
        (what(freeze), what("freeze 2026-03-17T03:00Z 2026-03-17T04:00Z"), false),
        (payments(what(freeze)), payments(what("work 2026-03-17T01:00Z 2026-03-17T03:00Z")), true),
        (payments(what(freeze)), what("work 2026-03-17T01:00Z 2026-03-17T03:00Z"), true),
        (payments(what(freeze)), securities(what("work 2026-03-17T01:00Z 2026-03-17T03:00Z")), false),
    ];
    for (freeze, work, collides) in cases {
        assert_eq!((freeze.collides_with(&work), work.collides_with(&freeze)), (collides, collides), "{work:?}");
    }
    let mut room = Room::new(NOW);
    let ice = announce(&mut room, what(freeze));
    let work = what("work 2026-03-17T01:00Z 2026-03-17T03:00Z");
    let met = |room: &Room| {
        let against = room.world.announcements.collisions(&work, None);
        against.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(met(&room), [ice]);
    room.ask(Command::WithdrawAnnouncement { announcement: ice, reason: String::new() }).unwrap();
    assert_eq!(met(&room), []);
}

#[test]
fn those_that_ended_first_fall_out_first() {
    let mut room = Room::new(NOW);
    let first = announce(&mut room, what("event 2026-03-16T12:00Z 2026-03-16T12:01Z"));
    let long = announce(&mut room, what("freeze 2026-03-16T12:00Z 2026-04-16T12:00Z"));
    for minute in 0..super::ANNOUNCEMENTS_KEPT {
        room.now = room.now.saturating_add(jiff::SignedDuration::from_mins(1)).unwrap();
        let from = room.now;
        let until = from.saturating_add(jiff::SignedDuration::from_mins(2)).unwrap();
        let one = Announced {
            from,
            until,
            kind: AnnouncedKind::Event,
            title: format!("{minute}"),
            ..what("event 2026-03-16T12:00Z 2026-03-16T12:01Z")
        };
        announce(&mut room, one);
    }
    let known = &room.world.announcements;
    assert_eq!(known.iter().count(), super::ANNOUNCEMENTS_KEPT);
    assert!(known.get(first).is_none() && known.get(long).is_some());
}
