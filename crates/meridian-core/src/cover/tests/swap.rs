use super::{Room, at, name, part};
use crate::{Command, id::ChangeId};

const NOON: &str = "2026-03-09T12:00Z";

fn swap(one: &str, other: &str) -> Command {
    Command::ProposeSwap { one: part(one), other: part(other), reason: "a wedding".into() }
}

fn accept(by: &str) -> Command {
    Command::AcceptSwap { change: ChangeId(1), by: name(by) }
}

fn approve(by: &str) -> Command {
    Command::ApproveSwap { change: ChangeId(1), by: name(by) }
}

const WEN: &str = "payments wen 2026-03-10T00:00Z 2026-03-10T12:00Z";
const MEI: &str = "payments mei 2026-03-11T00:00Z 2026-03-11T12:00Z";

#[test]
fn a_swap_is_made_when_all_agreed_and_not_before() {
    let mut room = Room::new(NOON);
    assert_eq!(room.does(swap(WEN, MEI)).1, ["swap.proposed"]);
    assert_eq!(room.does(swap(WEN, MEI)), (vec![ChangeId(1)], vec![]));
    assert_eq!(room.needs("mei"), ["answer 1"]);
    room.refuses(accept("wen"), "only mei can accept it");
    room.refuses(approve("priya"), "mei has not accepted it yet");
    assert_eq!(room.does(accept("mei")).1, ["swap.accepted"]);
    assert_eq!(room.watch("payments", "2026-03-10T01:00Z"), "hong-kong wen", "the lead has to approve it");
    assert_eq!((room.needs("mei"), room.needs("priya")), (vec![], vec!["approve 1".into()]));
    room.refuses(approve("mei"), "only priya can approve it");
    assert_eq!(room.does(approve("priya")).1, ["swap.approved", "override.added", "override.added"]);
    assert_eq!(room.watch("payments", "2026-03-10T01:00Z"), "hong-kong mei");
    assert_eq!(room.watch("payments", "2026-03-11T01:00Z"), "hong-kong wen");
    room.refuses(accept("mei"), "swap 1 was made at 2026-03-09T12:00:00Z");
    room.survives();
}

#[test]
fn a_lead_who_is_a_party_agrees_as_one() {
    let mut room = Room::new(NOON);
    room.does(swap(
        "desk priya 2026-03-16T09:00Z 2026-03-16T17:00Z",
        "desk oliver 2026-03-23T09:00Z 2026-03-23T17:00Z",
    ));
    let (_, said) = room.does(accept("oliver"));
    assert_eq!(said[..3], ["swap.accepted", "override.added", "override.added"]);
    // What one has elsewhere at that time is said.
    assert_eq!(said[3], "oliver is on watch in payments, too, from 2026-03-16T12:00:00Z to 2026-03-16T17:00:00Z");
}

#[test]
fn a_refused_swap_changes_nothing() {
    let mut room = Room::new(NOON);
    room.does(swap(WEN, MEI));
    let refuse = |by: &str| Command::RefuseSwap { change: ChangeId(1), by: name(by), reason: "I am away".into() };
    room.refuses(refuse("oliver"), "oliver is not asked; mei is");
    assert_eq!(room.does(refuse("mei")).1, ["swap.refused"]);
    room.refuses(accept("mei"), "mei refused swap 1 at 2026-03-09T12:00:00Z");
    assert_eq!(room.watch("payments", "2026-03-10T01:00Z"), "hong-kong wen");
}

#[test]
fn a_swap_that_comes_too_late_is_withdrawn() {
    let mut room = Room::new(NOON);
    room.does(swap(WEN, MEI));
    room.does(accept("mei"));
    assert_eq!(room.tick("2026-03-10T00:00Z"), ["swap.withdrawn"]);
    room.refuses(approve("priya"), "swap 1 was withdrawn at 2026-03-10T00:00:00Z");
    room.survives();
}

#[test]
fn a_swap_whose_part_is_gone_is_withdrawn() {
    let mut room = Room::new(NOON);
    room.does(swap(WEN, MEI));
    let part = part(WEN);
    assert_eq!(
        room.does(Command::TakeShift { part, by: name("ana"), reason: String::new() }).1,
        ["shift.taken", "override.added", "swap.withdrawn"]
    );
    room.survives();
}

#[test]
fn what_cannot_be_swapped_is_refused() {
    let mut room = Room::new(NOON);
    room.refuses(
        swap("payments wen 2026-03-08T00:00Z 2026-03-08T12:00Z", MEI),
        "one: it began at 2026-03-08T00:00:00Z: what was stays as it was",
    );
    room.refuses(
        swap("payments wen 2026-03-10T00:00Z 2026-03-10T13:00Z", MEI),
        "one: wen is not on watch in payments all from 2026-03-10T00:00:00Z to 2026-03-10T13:00:00Z",
    );
    room.refuses(swap(WEN, "payments wen 2026-03-12T00:00Z 2026-03-12T12:00Z"), "other: both parts are wen's");
    room.does(Command::ReportSick { person: name("wen"), until: at("2026-03-12T00:00Z"), note: String::new() });
    room.refuses(swap(MEI, WEN), "wen is sick until 2026-03-12T00:00:00Z");
}
