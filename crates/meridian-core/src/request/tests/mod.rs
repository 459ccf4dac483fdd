//! A wish with a key is granted once, whatever is repeated, and what is remembered stays within its bounds.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::{
    Instant, World,
    command::{Command, Reply},
    id::Actor,
    journal::Entry,
};

fn at(minute: i64) -> Instant {
    Instant::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn mark(request: &str, body: &str, nth: u32) -> Mark {
    Mark { request: request.into(), body_hash: body.into(), nth }
}

fn invite(account: &str) -> Command {
    Command::CreateAccount {
        account: account.parse().unwrap(),
        display_name: account.into(),
        password_hash: "h".into(),
        role: crate::access::AccountRole::Admin,
        person: None,
        first: false,
    }
}

fn ask(world: &mut World, minute: i64, command: Command, mark: Option<Mark>) -> (Result<Reply, String>, Vec<Entry>) {
    let mut out = Vec::new();
    let reply = world.handle_once(at(minute), Actor::source("test"), command, mark.as_ref(), &mut out);
    (reply.map_err(|refusal| refusal.to_string()), out)
}

#[test]
fn what_was_granted_is_not_granted_again() {
    let mut world = World::default();
    let (reply, entries) = ask(&mut world, 0, invite("ana"), Some(mark("k", "b", 0)));
    assert_eq!((reply, entries.len()), (Ok(Reply::Done), 2), "the fact and that it was granted, in one commit");
    assert_eq!(entries[1].cause, Some(entries[0].seq));
    let again = |minute, request, body, nth| {
        let mut world = World::from_snapshot(&world.to_snapshot().unwrap()).unwrap();
        ask(&mut world, minute, invite("ana"), Some(mark(request, body, nth)))
    };
    assert_eq!(again(1, "k", "b", 0), (Ok(Reply::Done), vec![]), "the same reply, and no fact");
    let other =
        [("another request", 1, "l", "b", 0), ("the next command", 1, "k", "b", 1), ("a day later", 1440, "k", "b", 0)];
    for (what, minute, request, body, nth) in other {
        let (reply, entries) = again(minute, request, body, nth);
        assert!(reply.is_err_and(|why| why.contains("there is an account `ana` already")), "{what}");
        assert_eq!(entries, vec![], "{what}: a refusal is not remembered");
    }
    let (reply, _) = again(1, "k", "c", 0);
    assert_eq!(reply, Err("Idempotency-Key: it was used with another body; use a new key".to_owned()));
}

#[test]
fn what_led_to_nothing_is_remembered_too() {
    let mut world = World::default();
    ask(&mut world, 0, invite("ana"), None).0.unwrap();
    let end = || Command::EndSessions { account: "ana".parse().unwrap(), but: None };
    let (reply, entries) = ask(&mut world, 1, end(), Some(mark("k", "b", 0)));
    assert_eq!((reply, entries.len()), (Ok(Reply::Already), 1));
    let until = at(99);
    let open = Command::OpenSession { hash: "s".into(), account: "ana".parse().unwrap(), until };
    ask(&mut world, 2, open, None).0.unwrap();
    assert_eq!(ask(&mut world, 3, end(), Some(mark("k", "b", 0))), (Ok(Reply::Already), vec![]), "no later effect");
    assert!(world.access.by_session("s", at(4)).is_some());
}

#[test]
fn an_answer_is_kept_once_and_only_where_it_is_short() {
    let mut world = World::default();
    let answer = |body: &str| Command::AnswerRequest { request: "k".into(), status: 201, body: body.into() };
    assert_eq!(ask(&mut world, 0, answer("{}"), None).1.len(), 0, "of a request that was not granted");
    ask(&mut world, 1, invite("ana"), Some(mark("k", "b", 0))).0.unwrap();
    assert_eq!(ask(&mut world, 2, answer(&"x".repeat(ANSWER_BYTES_MAX + 1)), None).1.len(), 0);
    assert_eq!(ask(&mut world, 2, answer("{}"), None).1.len(), 1);
    assert_eq!(ask(&mut world, 3, answer("[]"), None).1.len(), 0, "it was told already");
    let known = world.requests.get("k", at(4)).unwrap();
    assert_eq!(known.answer, Some(Answer { status: 201, body: "{}".into() }));
    assert_eq!(world.requests.get("k", at(1) + KEPT_FOR), None);
}

#[test]
fn a_day_and_ten_thousand_are_remembered() {
    let mut requests = Requests::default();
    let granted = |n: usize| RequestFact::Granted {
        request: format!("{n:05}"),
        body_hash: "b".into(),
        nth: 0,
        reply: Reply::Done,
    };
    for n in 0..KEPT_MAX + 5 {
        requests.apply(at(0), &granted(n));
    }
    assert_eq!(requests.len(), KEPT_MAX);
    assert!(requests.get("00004", at(0)).is_none() && requests.get("00005", at(0)).is_some());
    requests.apply(at(0) + KEPT_FOR - SignedDuration::from_secs(1), &granted(99_998));
    assert_eq!(requests.len(), KEPT_MAX);
    requests.apply(at(0) + KEPT_FOR, &granted(99_999));
    assert_eq!(requests.len(), 2);
}

#[test]
fn all_answers_together_are_bounded() {
    let mut requests = Requests::default();
    let body = "x".repeat(ANSWER_BYTES_MAX);
    let mut keep = |n: usize, at: Instant| {
        let request = format!("{n:05}");
        let (body_hash, reply) = ("b".to_owned(), Reply::Done);
        requests.apply(at, &RequestFact::Granted { request: request.clone(), body_hash, nth: 0, reply });
        let answered = requests.plan_answer(at, &request, 201, &body);
        answered.iter().for_each(|fact| requests.apply(at, fact));
        answered.is_some()
    };
    let many = ANSWERS_BYTES_MAX / ANSWER_BYTES_MAX;
    assert_eq!((0..many + 9).filter(|n| keep(*n, at(0))).count(), many);
    assert!(keep(99_999, at(0) + KEPT_FOR), "those of yesterday make room");
}

proptest! {
    /// However often and in whatever order requests are repeated, each is granted once: replaying them all once more
    /// adds no entry, and a fold of the journal remembers the same.
    #[test]
    fn repeating_everything_changes_nothing(wishes in prop::collection::vec((0..6usize, 0..4usize), 1..40)) {
        let names = ["ana", "bo", "mei", "wen"];
        let mut world = World::default();
        let mut journal = Vec::new();
        let mut granted = std::collections::BTreeMap::new();
        for (minute, (key, who)) in (0i64..).zip(&wishes) {
            let (reply, entries) = ask(&mut world, minute, invite(names[*who]), Some(mark(&format!("k{key}"), names[*who], 0)));
            if let Ok(reply) = reply {
                granted.entry((*key, *who)).or_insert(reply);
            }
            journal.extend(entries);
        }
        for ((key, who), before) in &granted {
            // Another body under the same key took no turn of its own.
            let (reply, entries) = ask(&mut world, 60, invite(names[*who]), Some(mark(&format!("k{key}"), names[*who], 0)));
            prop_assert_eq!(entries.len(), 0);
            if let Ok(reply) = reply {
                prop_assert_eq!(&reply, before);
            }
        }
        let mut folded = World::default();
        journal.iter().for_each(|entry| folded.fold(entry));
        prop_assert_eq!(&folded.requests, &world.requests);
    }
}
