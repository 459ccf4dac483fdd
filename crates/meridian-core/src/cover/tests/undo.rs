use super::{
    Room,
    ask::{ask, take},
    at, name, part,
};
use crate::{Command, estate::Override, id::ChangeId};

const NOON: &str = "2026-03-09T12:00Z";
const ASKED: &str = "payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z";

fn undo(change: u64, by: &str) -> Command {
    Command::UndoChange { change: ChangeId(change), by: Some(name(by)) }
}

#[test]
fn who_gives_a_watch_back_has_it_asked_for_again() {
    let mut room = Room::new(NOON);
    room.does(ask(ASKED));
    room.does(take(1, "mei"));
    assert_eq!(room.does(undo(1, "mei")).1, ["change.undone", "override.removed"]);
    assert_eq!(room.watch("payments", "2026-03-10T03:00Z"), "hong-kong wen");
    assert_eq!(room.wanted().len(), 1);
    room.does(take(1, "ana"));
    // Whoever asked takes it back for good.
    assert_eq!(room.does(undo(1, "wen")).1, ["change.undone", "override.removed"]);
    assert_eq!((room.wanted().len(), room.watch("payments", "2026-03-10T03:00Z")), (0, "hong-kong wen".into()));
    assert_eq!(room.does(undo(1, "wen")).1, [""; 0]);
    room.survives();
}

#[test]
fn what_was_stays_as_it_was() {
    let mut room = Room::new(NOON);
    room.does(ask(ASKED));
    room.does(take(1, "mei"));
    room.tick("2026-03-10T03:00Z");
    assert_eq!(room.does(undo(1, "mei")).1, ["change.undone", "override.ended"]);
    assert_eq!(room.watch("payments", "2026-03-10T02:30Z"), "hong-kong mei");
    assert_eq!(room.watch("payments", "2026-03-10T03:00Z"), "hong-kong wen");
    // Nobody takes the rest: said after a quarter of an hour.
    assert_eq!(room.tick("2026-03-10T03:15Z"), ["cover.lapsed"]);
    room.survives();
}

#[test]
fn a_change_that_others_rest_on_names_them() {
    let mut room = Room::new(NOON);
    room.does(ask(ASKED));
    room.does(take(1, "mei"));
    room.does(ask("payments mei 2026-03-10T03:00Z 2026-03-10T04:00Z"));
    room.does(take(2, "oliver"));
    room.refuses(undo(1, "mei"), "change 2 rests on it: undo that first");
    room.does(undo(2, "oliver"));
    room.does(undo(1, "mei"));
    assert_eq!(room.watch("payments", "2026-03-10T03:30Z"), "hong-kong wen");
    // What mei asked for is hers no more.
    assert_eq!(room.wanted(), ["1 payments/hong-kong wen 2026-03-10T02:00 mei,ana,priya,oliver"]);
    room.survives();
}

#[test]
fn a_swap_is_undone_whole_or_not_at_all() {
    let mut room = Room::new(NOON);
    let one = part("desk priya 2026-03-16T09:00Z 2026-03-16T17:00Z");
    let other = part("desk oliver 2026-03-23T09:00Z 2026-03-23T17:00Z");
    room.does(Command::ProposeSwap { one, other, reason: String::new() });
    room.does(Command::AcceptSwap { change: ChangeId(1), by: name("oliver") });
    assert_eq!(room.watch("desk", "2026-03-16T10:00Z"), "desk oliver");
    // Half of it can't be taken back by its override either.
    let half = Command::RemoveOverride { rota: name("desk"), id: 2 };
    let before = room.journal.len();
    room.ask(half).unwrap();
    let facts = room.changes_since(before);
    assert_eq!(facts, ["change.undone", "override.removed", "override.removed"]);
    assert_eq!(room.watch("desk", "2026-03-16T10:00Z"), "desk priya");
    room.survives();
}

#[test]
fn a_swap_that_began_stays() {
    let mut room = Room::new(NOON);
    let one = part("desk priya 2026-03-16T09:00Z 2026-03-16T17:00Z");
    let other = part("desk oliver 2026-03-23T09:00Z 2026-03-23T17:00Z");
    room.does(Command::ProposeSwap { one, other, reason: String::new() });
    room.does(Command::AcceptSwap { change: ChangeId(1), by: name("oliver") });
    room.tick("2026-03-17T00:00Z");
    room.refuses(
        undo(1, "oliver"),
        "half of swap 1 began at 2026-03-16T09:00:00Z: it is undone as a whole or not at all",
    );
}

#[test]
fn an_override_by_hand_is_a_change_too() {
    let mut room = Room::new(NOON);
    let change = |replace: &str, with: &str| Command::AddOverride {
        rota: name("payments"),
        change: Override {
            from: at("2026-03-10T02:00Z"),
            until: at("2026-03-10T04:00Z"),
            replace: Some(name(replace)),
            with: name(with),
            layer: None,
        },
    };
    room.ask(change("wen", "mei")).unwrap();
    room.ask(change("wen", "oliver")).unwrap();
    room.ask(change("zoe", "ana")).unwrap();
    let words = |id| -> Vec<String> {
        room.world.override_remarks(&name("payments"), id).iter().map(crate::cover::Remark::words).collect()
    };
    assert_eq!(words(1), [""; 0]);
    assert_eq!(words(2), ["it overlaps override 1; the later one counts"]);
    assert_eq!(words(3), ["nothing changes: whom it replaces is not on watch in that time"]);
    assert_eq!(room.does(undo(2, "priya")).1, ["change.undone", "override.removed"]);
    assert_eq!(room.watch("payments", "2026-03-10T03:00Z"), "hong-kong mei");
    room.survives();
}
