//! Silences: what can be changed in place, what becomes a new one, and whom they cover.

use proptest::prelude::*;

use super::*;
use crate::{Refusal, command::SilenceWish};

fn wish(id: Option<&str>, matchers: &str, from: Option<i64>, until: i64) -> SilenceWish {
    SilenceWish {
        id: id.map(Into::into),
        matchers: Matcher::parse(matchers).unwrap(),
        starts_at: from.map(at),
        ends_at: at(until),
        created_by: "wen".into(),
        comment: "planned".into(),
    }
}

fn set(alerts: &mut Alerts, now: i64, wish: SilenceWish, id: &str) -> Result<Silence, Refusal> {
    let (facts, silence) = alerts.plan_silence(at(now), wish, id.into())?;
    facts.iter().for_each(|fact| alerts.apply(at(now), fact, None));
    assert_eq!(alerts.silence(&silence.id), Some(&silence), "what is answered is what is folded");
    Ok(silence)
}

/// One silence, `a=1` in [100, 1000), wished for anew at `now`: `old` or `new`, from when, and what becomes of the old one.
#[test]
fn in_place_or_a_new_one() {
    #[track_caller]
    fn check(now: i64, matchers: &str, from: Option<i64>, until: i64, expected: &str) {
        let mut alerts = Alerts::default();
        set(&mut alerts, 50, wish(None, "a=1,b=~x", Some(100), 1000), "old").unwrap();
        let silence = set(&mut alerts, now, wish(Some("old"), matchers, from, until), "new").unwrap();
        let old = alerts.silence("old").unwrap().state(at(now)).word();
        let starts = silence.starts_at.as_second() - at(0).as_second();
        assert_eq!(format!("{} from {starts}, old is {old}", silence.id), expected);
        assert_eq!(alerts.silences().len(), if &*silence.id == "new" { 2 } else { 1 });
    }
    let same = "a=1,b=~x";
    // Pending: any start that is not past.
    check(60, same, Some(100), 2000, "old from 100, old is pending");
    check(60, same, None, 2000, "old from 100, old is pending");
    check(60, same, Some(200), 300, "old from 200, old is pending");
    check(60, same, Some(60), 300, "old from 60, old is active");
    check(60, same, Some(10), 300, "new from 60, old is expired");
    check(60, "b=~x,a=1", Some(100), 2000, "old from 100, old is pending");
    check(60, "a=1", Some(100), 2000, "new from 100, old is expired");
    // Active: the same start, and any end that is to come.
    check(500, same, Some(100), 501, "old from 100, old is active");
    check(500, same, None, 9000, "old from 100, old is active");
    check(500, same, Some(101), 2000, "new from 500, old is expired");
    check(500, same, Some(600), 2000, "new from 600, old is expired");
    check(500, "a=2,b=~x", None, 2000, "new from 500, old is expired");
    check(500, "a=1,b=x", Some(100), 2000, "new from 500, old is expired");
    // Over: always a new one.
    check(1000, same, Some(100), 2000, "new from 1000, old is expired");
    check(5000, same, Some(6000), 7000, "new from 6000, old is expired");
}

#[test]
fn wrong_wishes() {
    #[track_caller]
    fn check(wish: SilenceWish, expected: &str) {
        let alerts = Alerts::default();
        let refusal = alerts.plan_silence(at(100), wish, "new".into()).expect_err("refused");
        assert_eq!(refusal.to_string(), expected);
    }
    check(wish(Some("gone"), "a=1", None, 200), "silence gone does not exist");
    check(wish(None, "", None, 200), "matchers: at least one is needed");
    let all = "matchers: at least one must not match the empty string, or every alert would be silenced";
    check(wish(None, "a=~x?,b!=1,c=\"\"", None, 200), all);
    check(wish(None, "a=1", None, 100), "endsAt: it is in the past");
    check(wish(None, "a=1", Some(300), 300), "endsAt: it is not after startsAt");
    check(
        SilenceWish { created_by: " ".into(), ..wish(None, "a=1", None, 200) },
        "createdBy: a silence needs an owner",
    );
    check(SilenceWish { comment: "".into(), ..wish(None, "a=1", None, 200) }, "comment: a silence needs a reason");
}

/// A refused change leaves the silence as it was.
#[test]
fn a_refusal_changes_nothing() {
    let mut alerts = Alerts::default();
    let before = set(&mut alerts, 0, wish(None, "a=1", None, 1000), "old").unwrap();
    assert!(set(&mut alerts, 100, wish(Some("old"), "a=2", None, 50), "new").is_err());
    assert_eq!(alerts.silences().collect::<Vec<_>>(), [&before]);
}

#[test]
fn expired_by_hand() {
    #[track_caller]
    fn check(now: i64, expected: Option<(i64, i64)>) {
        let mut alerts = Alerts::default();
        set(&mut alerts, 50, wish(None, "a=1", Some(100), 1000), "s").unwrap();
        let fact = alerts.plan_expire(at(now), "s").unwrap();
        assert_eq!(fact.is_some(), expected.is_some());
        fact.iter().for_each(|fact| alerts.apply(at(now), fact, None));
        let silence = alerts.silence("s").unwrap();
        assert_eq!(silence.state(at(now)), SilenceState::Expired);
        let (from, until) = expected.unwrap_or((100, 1000));
        assert_eq!((silence.starts_at, silence.ends_at), (at(from), at(until)));
        assert!(alerts.silenced_by(&labels("a=1"), at(now)).is_empty());
    }
    check(60, Some((60, 60)));
    check(100, Some((100, 100)));
    check(500, Some((100, 500)));
    check(1000, None);
    check(4000, None);
    assert_eq!(Alerts::default().plan_expire(at(0), "x"), Err(Refusal::NotFound("silence x".into())));
}

const MATCHERS: [&str; 9] = ["a=1", "a=2", "b=1", "a!=1", "a=~1|2", "b!~1", "a=\"\"", "b=~.+", "c=x"];
const ALERTS: [&str; 8] = ["a=1", "a=2", "a=1 b=1", "a=2 b=1", "b=1", "b=2", "a=3 b=3", "c=x a=1"];

proptest! {
    /// What the index finds is what one finds by asking every silence, whatever was set, changed, expired or restored.
    #[test]
    fn the_index_leaves_nobody_out(
        steps in prop::collection::vec((0u8..5, prop::collection::vec(0..MATCHERS.len(), 1..3), -50i64..200, 1i64..400), 1..30),
    ) {
        let (mut alerts, mut now) = (Alerts::default(), 0);
        for (n, (kind, matchers, from, lasts)) in steps.into_iter().enumerate() {
            let text: Vec<&str> = matchers.into_iter().map(|m| MATCHERS[m]).collect();
            let ids: Vec<Box<str>> = alerts.silences().map(|s| s.id.clone()).collect();
            let some = ids.get(n % ids.len().max(1)).map(|id| id.to_string());
            match kind {
                0 => drop(some.and_then(|id| alerts.plan_expire(at(now), &id).ok()?).map(|fact| alerts.apply(at(now), &fact, None))),
                1 => now += lasts,
                2 => {
                    alerts = serde_json::from_slice(&serde_json::to_vec(&alerts).unwrap()).unwrap();
                    alerts.reindex(None);
                }
                _ => {
                    let change = some.filter(|_| kind == 3);
                    let from = now + from;
                    drop(set(&mut alerts, now, wish(change.as_deref(), &text.join(","), Some(from), from + lasts), &format!("s{n}")));
                }
            }
            for text in ALERTS {
                let labels = labels(text);
                let covers = |s: &&Silence| {
                    s.state(at(now)) == SilenceState::Active && s.matchers.iter().all(|m| m.compile().unwrap().matches(&labels))
                };
                let expected: Vec<Box<str>> = alerts.silences().filter(covers).map(|s| s.id.clone()).collect();
                prop_assert_eq!(alerts.silenced_by(&labels, at(now)), expected);
            }
        }
    }
}
