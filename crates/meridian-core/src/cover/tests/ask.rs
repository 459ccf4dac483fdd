use super::{Room, name, part};
use crate::{Command, cover::PartWish, id::ChangeId};

pub fn ask(text: &str) -> Command {
    Command::AskCover { part: part(text), reason: "dentist".into() }
}

pub fn take(change: u64, by: &str) -> Command {
    Command::TakeCover { change: ChangeId(change), by: name(by) }
}

/// Wednesday 2026-03-11: wen has Hong Kong's watch on even days, mei on odd ones; oliver and ana share London's.
const NOON: &str = "2026-03-09T12:00Z";

#[test]
fn a_part_of_a_watch_is_asked_for_and_taken() {
    let mut room = Room::new(NOON);
    let (changes, said) = room.does(ask("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"));
    assert_eq!((changes, said), (vec![ChangeId(1)], vec!["cover.asked".into()]));
    assert_eq!(room.wanted(), ["1 payments/hong-kong wen 2026-03-10T02:00 mei,ana,priya,oliver"]);
    assert_eq!(room.watch("payments", "2026-03-10T03:00Z"), "hong-kong wen", "until somebody takes it");
    assert_eq!(room.needs("mei"), ["take 1 as 1"]);
    assert_eq!(room.needs("oliver"), [""; 0], "the fourth is asked later: his balance is highest");
    assert_eq!(room.needs("wen"), [""; 0]);
    // Asked for again, nothing happens; a longer time asks for what is missing.
    assert_eq!(room.does(ask("payments wen 2026-03-10T02:00Z 2026-03-10T03:00Z")), (vec![ChangeId(1)], vec![]));
    assert_eq!(room.does(ask("payments wen 2026-03-10T01:00Z 2026-03-10T05:00Z")).1, ["cover.asked", "cover.asked"]);
    assert_eq!(room.does(take(1, "mei")).1, ["cover.taken", "override.added"]);
    assert_eq!(room.watch("payments", "2026-03-10T01:59Z"), "hong-kong wen");
    assert_eq!(room.watch("payments", "2026-03-10T02:00Z"), "hong-kong mei");
    assert_eq!(room.watch("payments", "2026-03-10T04:00Z"), "hong-kong wen");
    assert_eq!(room.needs("mei"), ["take 2 as 1", "take 3 as 1"]);
    // Whoever comes second is told who was first; the first may say it again.
    room.refuses(take(1, "ana"), "mei took it at 2026-03-09T12:00:00Z");
    assert_eq!(room.does(take(1, "mei")).1, [""; 0]);
    room.survives();
}

#[test]
fn those_who_are_asked_later_come_when_the_first_declined() {
    let mut room = Room::new(NOON);
    room.does(ask("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"));
    for person in ["mei", "ana"] {
        assert_eq!(room.does(Command::DeclineCover { change: ChangeId(1), by: name(person) }).1, ["cover.declined"]);
        assert_eq!(room.needs("oliver"), [""; 0]);
    }
    room.does(Command::DeclineCover { change: ChangeId(1), by: name("priya") });
    assert_eq!(room.needs("oliver"), ["take 1 as 4"]);
    room.does(Command::DeclineCover { change: ChangeId(1), by: name("oliver") });
    // Nobody is left: whoever asked and the lead are told.
    assert_eq!(room.needs("wen"), ["untaken 1"]);
    assert_eq!(room.needs("priya"), ["untaken 1"]);
    room.refuses(Command::DeclineCover { change: ChangeId(1), by: name("zoe") }, "by: zoe was not asked");
    // Who declined may still take it.
    room.does(take(1, "mei"));
    assert_eq!(room.needs("wen"), [""; 0]);
    room.survives();
}

#[test]
fn the_others_are_asked_after_a_quarter_of_the_time() {
    let mut room = Room::new(NOON);
    room.does(ask("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"));
    room.now = super::at("2026-03-09T15:29Z");
    assert_eq!(room.needs("oliver"), [""; 0]);
    room.now = super::at("2026-03-09T15:30Z");
    assert_eq!(room.needs("oliver"), ["take 1 as 4"]);
}

#[test]
fn what_nobody_takes_is_said_and_stays_with_whoever_asked() {
    let mut room = Room::new(NOON);
    room.does(ask("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z"));
    assert_eq!(room.tick("2026-03-10T01:59Z"), [""; 0]);
    assert_eq!(room.tick("2026-03-10T02:00Z"), ["cover.lapsed"]);
    assert_eq!(room.watch("payments", "2026-03-10T02:30Z"), "hong-kong wen");
    assert_eq!(room.needs("wen"), ["untaken 1"]);
    // The rest of it can still be taken.
    room.tick("2026-03-10T03:00Z");
    room.does(take(1, "mei"));
    assert_eq!(room.watch("payments", "2026-03-10T02:30Z"), "hong-kong wen", "what was stays as it was");
    assert_eq!(room.watch("payments", "2026-03-10T03:30Z"), "hong-kong mei");
    room.tick("2026-03-10T04:00Z");
    room.refuses(
        Command::WithdrawCover { change: ChangeId(1) },
        "mei took it at 2026-03-10T03:00:00Z; undo that instead",
    );
    room.survives();
}

#[test]
fn what_cannot_be_is_refused() {
    let mut room = Room::new(NOON);
    let next = "; the next time is from 2026-03-10T00:00:00Z to 2026-03-10T12:00:00Z";
    room.refuses(
        ask("payments wen 2026-03-11T02:00Z 2026-03-11T04:00Z"),
        &format!("from: wen is not on watch in payments in that time{next}"),
    );
    room.refuses(
        ask("payments wen 2026-03-08T02:00Z 2026-03-08T04:00Z"),
        "until: 2026-03-08T04:00:00Z is past: what was stays as it was",
    );
    room.refuses(ask("payment wen 2026-03-10T02:00Z 2026-03-10T04:00Z"), "rota payment does not exist");
    let layer = Some("tokyo".to_owned());
    let wish = PartWish { layer, ..part("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z") };
    room.refuses(
        Command::AskCover { part: wish, reason: String::new() },
        "layer: rota payments has no layer `tokyo`, only hong-kong, london",
    );
    room.refuses(take(7, "mei"), "cover request 7 does not exist");
    room.does(ask("payments ana 2026-03-15T12:00Z 2026-03-16T00:00Z"));
    room.refuses(take(1, "ana"), "by: ana has this watch already");
    room.refuses(take(1, "zoe"), "zoe has no contact for urgent pages");
    room.refuses(take(1, "nobody"), "by: no person of the estate is called `nobody`");
    room.does(Command::ReportSick {
        person: name("oliver"),
        until: super::at("2026-03-16T00:00Z"),
        note: String::new(),
    });
    room.refuses(take(1, "oliver"), "oliver is sick until 2026-03-16T00:00:00Z");
}

#[test]
fn a_watch_is_taken_unasked_with_notice() {
    let mut room = Room::new("2026-03-09T12:01Z");
    let take_shift =
        |text: &str, by: &str| Command::TakeShift { part: part(text), by: name(by), reason: "I am there".into() };
    room.refuses(
        take_shift("payments wen 2026-03-09T23:00Z 2026-03-10T04:00Z", "mei"),
        "the team payments wants 12h of notice; wen can ask for cover, and then you can take it",
    );
    let mut room = Room::new(NOON);
    assert_eq!(
        room.does(take_shift("payments wen 2026-03-09T23:00Z 2026-03-10T04:00Z", "mei")).1,
        ["shift.taken", "override.added"]
    );
    assert_eq!(room.watch("payments", "2026-03-10T03:59Z"), "hong-kong mei");
    // Who was asked needs no notice, and answers that request.
    room.does(ask("payments mei 2026-03-10T02:00Z 2026-03-10T03:00Z"));
    room.now = super::at("2026-03-10T01:00Z");
    assert_eq!(
        room.does(take_shift("payments mei 2026-03-10T02:00Z 2026-03-10T03:00Z", "ana")).1,
        ["cover.taken", "override.added"]
    );
    room.survives();
}
