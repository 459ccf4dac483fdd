use jiff::civil::date;

use super::{ESTATE, Room, at, name};
use crate::{
    Command, Reply,
    cover::{Imported, LeaveImport, LeaveWhen, LeaveWish},
    ics,
    id::ChangeId,
};

fn days(person: &str, first: i8, last: i8) -> LeaveWish {
    let when = LeaveWhen::Days { first: date(2026, 3, first), last: date(2026, 3, last) };
    LeaveWish { person: name(person), when, note: "spring".into(), origin: None }
}

fn add(wish: LeaveWish) -> Command {
    Command::AddLeave(wish)
}

#[test]
fn a_leave_asks_for_each_watch_in_it() {
    let mut room = Room::new("2026-03-09T00:00Z");
    let (changes, said) = room.does(add(days("wen", 10, 13)));
    assert_eq!(changes, [1, 2, 3].map(ChangeId));
    assert_eq!(said, ["leave.added", "cover.asked", "cover.asked"]);
    // Whole days of Hong Kong; wen has every second day there, and mei is free on it. Whose day it is comes first.
    let leave = room.world.leave_of(&name("wen"));
    assert_eq!((leave[0].1.from, leave[0].1.until), (at("2026-03-09T16:00Z"), at("2026-03-13T16:00Z")));
    assert_eq!(
        room.wanted(),
        [
            "2 payments/hong-kong wen 2026-03-10T00:00 mei,ana,priya",
            "3 payments/hong-kong wen 2026-03-12T00:00 mei,ana,priya"
        ]
    );
    assert!(room.world.on_leave(&name("wen"), at("2026-03-13T15:59Z")).is_some());
    assert!(room.world.on_leave(&name("wen"), at("2026-03-13T16:00Z")).is_none());
    // Said again, nothing happens; a leave within it asks for nothing twice.
    assert_eq!(room.does(add(days("wen", 10, 13))), (vec![ChangeId(1)], vec![]));
    let (_, said) = room.does(add(days("wen", 11, 12)));
    assert_eq!(said, ["leave.added", "it overlaps another leave, from 2026-03-09T16:00:00Z to 2026-03-13T16:00:00Z"]);
    // Taken back, what was asked for is withdrawn.
    assert_eq!(
        room.does(Command::RemoveLeave { change: ChangeId(1) }).1,
        ["leave.removed", "cover.withdrawn", "cover.withdrawn"]
    );
    assert_eq!(room.wanted(), [""; 0]);
    assert_eq!(room.does(Command::RemoveLeave { change: ChangeId(1) }).1, [""; 0]);
    room.survives();
}

#[test]
fn a_leave_of_one_origin_changes_with_it() {
    let mut room = Room::new("2026-03-09T00:00Z");
    let event = |first, last| LeaveWish { origin: Some("a@calendar".into()), ..days("wen", first, last) };
    room.does(add(event(10, 11)));
    assert_eq!(room.does(add(event(10, 11))).1, [""; 0]);
    let (_, said) = room.does(add(event(12, 12)));
    assert_eq!(said, ["leave.removed", "cover.withdrawn", "leave.added", "cover.asked"]);
    assert_eq!(room.wanted(), ["4 payments/hong-kong wen 2026-03-12T00:00 mei,ana,priya"]);
    assert_eq!(room.world.leave_of(&name("wen")).len(), 1);
    room.survives();
}

#[test]
fn leave_of_the_estate_counts_and_is_asked_for_when_it_comes_into_force() {
    let mut room = Room::new("2026-03-09T00:00Z");
    let leave =
        "contacts: [{ name: phone, ntfy: ana }], leave: [{ from: 2026-03-16, until: 2026-03-17, note: moving }]";
    room.load(&ESTATE.replace("contacts: [{ name: phone, ntfy: ana }]", leave));
    let known = room.world.leave_of(&name("ana"));
    assert_eq!((known.len(), known[0].0, known[0].1.note.as_str()), (1, None, "moving"));
    assert_eq!((known[0].1.from, known[0].1.until), (at("2026-03-16T00:00Z"), at("2026-03-18T00:00Z")));
    assert_eq!(room.wanted(), ["1 payments/london ana 2026-03-17T12:00 oliver,mei,wen"]);
    // What somebody withdrew by hand is not asked for again; what leaves the estate is withdrawn.
    room.does(Command::WithdrawCover { change: ChangeId(1) });
    room.load(&ESTATE.replace("contacts: [{ name: phone, ntfy: ana }]", &leave.replace("moving", "moved")));
    assert_eq!(room.wanted(), [""; 0]);
    room.load(&ESTATE.replace("contacts: [{ name: phone, ntfy: ana }]", &leave.replace("16", "14")));
    assert_eq!(room.wanted(), ["2 payments/london ana 2026-03-15T12:00 priya,oliver,mei,wen"]);
    room.load(ESTATE);
    assert_eq!(room.wanted(), [""; 0]);
    room.survives();
}

#[test]
fn what_is_no_leave_is_refused() {
    let mut room = Room::new("2026-03-09T00:00Z");
    room.refuses(add(days("wne", 10, 11)), "person: no person of the estate is called `wne`; did you mean `wen`?");
    room.refuses(add(days("wen", 11, 10)), "until: the leave ends before it begins");
    room.refuses(add(days("wen", 1, 2)), "until: 2026-03-02T16:00:00Z is past: what was stays as it was");
    let when = LeaveWhen::Days { first: date(2026, 3, 10), last: date(2027, 3, 12) };
    room.refuses(
        add(LeaveWish { when, ..days("wen", 1, 1) }),
        "until: a leave lasts at most 366 days: who is away for longer leaves the rota's members",
    );
    room.refuses(Command::RemoveLeave { change: ChangeId(9) }, "leave 9 does not exist");
}

#[test]
fn a_leave_longer_than_the_rota_says_what_it_leaves_open() {
    let mut room = Room::new("2026-03-09T00:00Z");
    let when = LeaveWhen::Days { first: date(2026, 3, 10), last: date(2027, 3, 9) };
    let (changes, said) = room.does(add(LeaveWish { when, ..days("wen", 1, 1) }));
    assert_eq!(changes.len(), 101);
    assert_eq!(
        said.last().unwrap(),
        "83 further watches from 2026-09-26T00:00:00Z on lie in it, for which nobody was asked: change the rota"
    );
}

/// Wen's calendar: each line an event, `UID FIRST LAST NOTE`, days of March 2026.
fn import(room: &mut Room, source: &str, calendar: &str) -> (Imported, Vec<String>) {
    let before = room.journal.len();
    let event = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let day = |text: &str| date(2026, 3, text.parse().unwrap());
        let when = ics::Span::Days { first: day(words[1]), last: day(words[2]) };
        ics::Away { when, note: words[3].into(), uid: words[0].into() }
    };
    let events = calendar.split(", ").filter(|line| !line.is_empty()).map(event).collect();
    let (from, until) = (at("2026-03-01T00:00Z"), at("2026-03-29T00:00Z"));
    let wish = LeaveImport { person: name("wen"), source: source.into(), events, from, until };
    let Ok(Reply::Imported(done)) = room.ask(Command::ImportLeave(wish)) else { panic!("{calendar}") };
    (done, room.changes_since(before))
}

fn leaves(room: &Room) -> Vec<String> {
    let leave = room.world.leave_of(&name("wen"));
    let mut said: Vec<String> =
        leave.iter().map(|(_, leave)| format!("{} {}", leave.from.strftime("%d"), leave.note)).collect();
    said.sort();
    said
}

#[test]
fn a_calendar_that_is_read_again_doubles_nothing() {
    let mut room = Room::new("2026-03-09T00:00Z");
    let first = "a 10 11 spring, b 14 14 dentist, old 2 3 gone";
    let (done, said) = import(&mut room, "calendar", first);
    assert_eq!((done.added.len(), done.past, done.unchanged), (2, 1, 0));
    assert_eq!(said, ["leave.added", "cover.asked", "leave.added", "cover.asked"]);
    // Days of Hong Kong begin on the day before.
    assert_eq!(leaves(&room), ["09 spring", "13 dentist"]);
    for (source, calendar, counts, facts, expected) in [
        ("calendar", first, "0 0 0 2", "", "09 spring, 13 dentist"),
        // One is moved, one is new; what is asked for twice is asked for once.
        (
            "calendar",
            "a 12 13 spring, b 14 14 dentist, c 20 20 away",
            "1 1 0 1",
            "leave.removed cover.withdrawn leave.added cover.asked leave.added cover.asked",
            "11 spring, 13 dentist, 19 away",
        ),
        // Only the words change: what was asked for stays asked for.
        (
            "calendar",
            "a 12 13 spring, b 14 14 doctor, c 20 20 away",
            "0 1 0 2",
            "leave.removed leave.added",
            "11 spring, 13 doctor, 19 away",
        ),
        // Another calendar of the same person knows nothing of the first.
        ("team", "a 24 24 course", "1 0 0 0", "leave.added cover.asked", "11 spring, 13 doctor, 19 away, 23 course"),
        // What vanished is removed, and what was asked for because of an earlier form of it is withdrawn.
        (
            "calendar",
            "a 12 13 spring",
            "0 0 2 1",
            "leave.removed cover.withdrawn leave.removed cover.withdrawn",
            "11 spring, 23 course",
        ),
        ("calendar", "", "0 0 1 0", "leave.removed cover.withdrawn", "23 course"),
    ] {
        let (done, said) = import(&mut room, source, calendar);
        let seen = format!("{} {} {} {}", done.added.len(), done.changed.len(), done.removed.len(), done.unchanged);
        assert_eq!((&*seen, &*said.join(" ")), (counts, facts), "{calendar}");
        assert_eq!(leaves(&room).join(", "), expected, "{calendar}");
    }
    room.survives();
}

#[test]
fn what_is_repeated_is_a_leave_each_time() {
    let mut room = Room::new("2026-03-09T00:00Z");
    let (done, _) = import(&mut room, "calendar", "fridays 13 13 off, fridays 20 20 off, fridays 27 27 off");
    assert_eq!((done.added.len(), leaves(&room).len()), (3, 3));
    let (done, _) = import(&mut room, "calendar", "fridays 13 13 off, fridays 20 20 off");
    assert_eq!((done.removed.len(), done.unchanged, leaves(&room).len()), (1, 2, 2));
    // The last of them is still the same one: who was asked about the watch of the 20th is not asked again.
    let (done, said) = import(&mut room, "calendar", "fridays 20 20 off");
    assert_eq!((done.removed.len(), done.unchanged, done.added.len()), (1, 1, 0));
    assert_eq!(said, ["leave.removed"]);
    room.survives();
}

#[test]
fn of_a_calendar_that_is_refused_nothing_is_there() {
    let day = |number: i8| ics::Away {
        when: ics::Span::Days { first: date(2026, 3, 10), last: date(2026, 3, 10) },
        note: String::new(),
        uid: number.to_string(),
    };
    let long = ics::Away { when: ics::Span::Days { first: date(2026, 3, 10), last: date(2028, 3, 10) }, ..day(0) };
    let many = (0..=100).chain(-100..0).map(day).collect();
    for (person, source, events, why) in [
        ("wne", "c", vec![day(1)], "person: no person of the estate is called `wne`; did you mean `wen`?"),
        ("wen", "", vec![day(1)], "source: a source has 1 to 60 characters, without a slash"),
        ("wen", "a/b", vec![day(1)], "source: a source has 1 to 60 characters, without a slash"),
        (
            "wen",
            "c",
            vec![day(1), long],
            "calendar: the event of 2026-03-10: a leave lasts at most 366 days: who is away for longer leaves the rota's \
             members; nothing was imported",
        ),
        ("wen", "c", many, "calendar: it has more than 200 leaves to come; name a shorter time. Nothing was imported"),
    ] {
        let mut room = Room::new("2026-03-09T00:00Z");
        let (from, until) = (at("2026-03-01T00:00Z"), at("2029-03-01T00:00Z"));
        let wish = LeaveImport { person: name(person), source: source.into(), events, from, until };
        room.refuses(Command::ImportLeave(wish), why);
        assert_eq!(leaves(&room), [""; 0]);
    }
}
