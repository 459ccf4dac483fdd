use jiff::civil::date;

use super::{ESTATE, Room, at, name};
use crate::{
    Command,
    cover::{LeaveWhen, LeaveWish},
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
