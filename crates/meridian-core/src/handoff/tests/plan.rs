//! Reading first, reading back whole, and what people say and take back.

use super::{Ring, instant, key, name};
use crate::{
    Reply,
    handoff::{Action, Change, Removed, Stability, Who, Wish},
};

const ACCEPT: Wish = Wish::Accept { emergency: false };

/// A ring in which New York can read what London hands over: one note, complete.
fn with_a_note() -> Ring {
    let mut ring = Ring::begin("2026-03-17T12:00Z");
    ring.until("2026-03-17T16:10Z");
    note(&mut ring, "the bridge is noisy");
    ring
}

fn note(ring: &mut Ring, summary: &str) {
    let (owner, contingency) = (Some(Who::Person(name("tom"))), Some("If it fails, call.".to_owned()));
    let note = Wish::AddNote { summary: summary.into(), detail: String::new(), owner, contingency };
    ring.wish("tom", note).unwrap();
}

fn read(ring: &mut Ring) -> Reply {
    let revision = ring.brief().revision();
    ring.wish("oliver", Wish::Read { revision }).unwrap()
}

/// What an acceptance is refused for; empty: it is accepted.
fn refused(ring: &mut Ring) -> String {
    ring.wish("oliver", ACCEPT).err().map(|why| why.to_string()).unwrap_or_default()
}

#[test]
fn the_incoming_read_first_and_again_what_changed() {
    type Act = fn(&mut Ring);
    let cases: [(&str, Act, &str); 8] = [
        ("nothing happens", |_| {}, ""),
        ("an item comes", |ring| note(ring, "one more"), "read item 2 (note/2), it is new since you read"),
        (
            "an item is amended",
            |ring| {
                let change = Change { note: Some("since noon".into()), ..Change::default() };
                ring.add("tom", "note/1", change).unwrap();
            },
            "read item 1 (note/1) again, it changed since you read",
        ),
        (
            "an action is added",
            |ring| {
                let action = Action::new("mend it", Who::Other("facilities".into()), None);
                ring.wish("tom", Wish::AddAction { item: key("note/1"), action }).unwrap();
            },
            "read item 1 (note/1) again",
        ),
        (
            "a question of theirs is answered",
            |ring| {
                ring.wish("oliver", Wish::Ask { item: key("note/1"), text: "how long?".into() }).unwrap();
                ring.wish("tom", Wish::Answer { item: key("note/1"), question: 1, text: "an hour".into() }).unwrap();
            },
            "read item 1 (note/1) again",
        ),
        (
            "they ask",
            |ring| {
                ring.wish("oliver", Wish::Ask { item: key("note/1"), text: "how long?".into() }).unwrap();
            },
            "",
        ),
        (
            "they read it back",
            |ring| {
                let words = "I use the channel".into();
                ring.wish("oliver", Wish::ReadBack { item: key("note/1"), words, next: None, next_at: None }).unwrap();
            },
            "",
        ),
        (
            "an item leaves",
            |ring| {
                ring.add("tom", "note/1", Change { done: true, ..Change::default() }).unwrap();
            },
            "",
        ),
    ];
    for (what, act, expected) in cases {
        let mut ring = with_a_note();
        assert!(refused(&mut ring).contains("read the brief first"), "{what}: {}", refused(&mut ring));
        assert_eq!((read(&mut ring), read(&mut ring)), (Reply::Done, Reply::Already), "{what}");
        ring.now += jiff::SignedDuration::from_mins(1);
        act(&mut ring);
        let why = refused(&mut ring);
        assert!(why.contains(expected) && (why.is_empty() == expected.is_empty()), "{what}: {why}");
        if !expected.is_empty() {
            read(&mut ring);
            assert_eq!(refused(&mut ring), "", "{what}, read again");
        }
        ring.refold();
    }
}

#[test]
fn an_older_revision_is_not_what_is_read() {
    let mut ring = with_a_note();
    let older = ring.brief().revision();
    note(&mut ring, "one more");
    let why = ring.wish("oliver", Wish::Read { revision: older }).unwrap_err().to_string();
    assert!(why.contains("look at it again"), "{why}");
    let why = ring.wish("tom", Wish::Read { revision: ring.brief().revision() }).unwrap_err().to_string();
    assert!(why.contains("only the incoming"), "{why}");
}

#[test]
fn a_read_back_has_words_what_comes_next_and_when() {
    let soon = || Some(instant("2026-03-17T17:30Z"));
    let cases = [
        (None, None, "say what comes next for item 1 (incident/1); say when the next of item 1 (incident/1) is"),
        (Some("the capture"), None, "say when the next of item 1 (incident/1) is"),
        (None, soon(), "say what comes next for item 1 (incident/1)"),
        (Some("the capture"), soon(), ""),
    ];
    for (next, next_at, expected) in cases {
        let mut ring = Ring::begin("2026-03-17T12:00Z");
        ring.fire("Wires", "critical");
        ring.until("2026-03-17T16:10Z");
        let then = Change {
            owner: Some(Who::Person(name("tom"))),
            contingency: Some("If it stays, invoke the plan.".into()),
            ..Change::default()
        };
        ring.add("tom", "incident/1", then).unwrap();
        read(&mut ring);
        assert!(refused(&mut ring).contains("read back item 1 (incident/1)"), "{}", refused(&mut ring));
        let past = Some(ring.now);
        let wish = |next_at| Wish::ReadBack {
            item: key("incident/1"),
            words: "I watch the wires".into(),
            next: next.map(str::to_owned),
            next_at,
        };
        assert!(ring.wish("oliver", wish(past)).unwrap_err().to_string().contains("has passed"));
        ring.wish("oliver", wish(next_at)).unwrap();
        let why = refused(&mut ring);
        assert!(why.ends_with(expected) && why.is_empty() == expected.is_empty(), "{next:?} {next_at:?}: {why}");
    }
}

#[test]
fn what_people_said_is_changed_and_taken_back_in_their_name() {
    let mut ring = with_a_note();
    let item = |ring: &Ring| ring.brief().item(&key("note/1")).cloned().unwrap();
    let action = |text: &str| Action::new(text, Who::Person(name("tom")), None);
    let add = |text| Wish::AddAction { item: key("note/1"), action: action(text) };
    ring.wish("tom", add("call facilities")).unwrap();
    ring.wish("priya", add("write to the desk")).unwrap();
    let change = Wish::ChangeAction { item: key("note/1"), number: 1, action: action("call them again") };
    ring.wish("oliver", change).unwrap();
    let actions = |ring: &Ring| -> Vec<String> {
        let line = |a: Action| format!("{} {} by {}", a.number.unwrap(), a.text, a.by.unwrap());
        item(ring).actions.into_iter().map(line).collect()
    };
    assert_eq!(actions(&ring), ["1 call them again by oliver", "2 write to the desk by priya"]);
    ring.wish("tom", Wish::RemoveAction { item: key("note/1"), number: 2 }).unwrap();
    // A number is never given twice: what is meant by an old page is gone, not another one.
    ring.wish("tom", add("open a ticket")).unwrap();
    assert_eq!(actions(&ring), ["1 call them again by oliver", "3 open a ticket by tom"]);
    let gone = ring.wish("tom", Wish::RemoveAction { item: key("note/1"), number: 2 }).unwrap_err().to_string();
    assert!(gone.contains("action 2"), "{gone}");
    // A contingency, an owner and a severity can be taken back; then they are missing again, or as computed.
    let severity = Change { severity: Some(Stability::Unstable), ..Change::default() };
    ring.add("tom", "note/1", severity).unwrap();
    let remove = [Removed::Contingency, Removed::Owner, Removed::Severity].into();
    ring.add("priya", "note/1", Change { remove, ..Change::default() }).unwrap();
    let now = item(&ring);
    assert_eq!((now.contingency, now.owner, now.severity), (None, None, Stability::Stable));
    assert_eq!(now.amended.map(|amended| amended.by), Some(name("priya")));
    let both = Change { owner: Some(Who::Other("x".into())), remove: [Removed::Owner].into(), ..Change::default() };
    let why = ring.add("priya", "note/1", both).unwrap_err().to_string();
    assert!(why.contains("given and removed at once"), "{why}");
    ring.refold();
}
