//! Why alerts are quiet, as flushes, pages and the API see it; and lists of alerts.

use super::*;
use crate::id::Fingerprint;

/// At night on route `night`, by day outside `office`; always heard on `loud`.
fn house() -> Alerts {
    let at_night = TimeInterval { times: vec![parse_time_range("00:00", "06:00").unwrap()], ..TimeInterval::default() };
    let office = TimeInterval { times: vec![parse_time_range("08:00", "18:00").unwrap()], ..TimeInterval::default() };
    let mut night = route("night", "on=~night|both", &["n"], vec![]);
    (night.mute_time_intervals, night.continues) = (vec!["sleep".into()], true);
    let mut day = route("day", "on=~office|both", &["n"], vec![]);
    day.active_time_intervals = vec!["office".into()];
    let mut routing = routing(route("loud", "", &["n"], vec![night, day]));
    routing.time_intervals.insert("sleep".into(), vec![at_night]);
    routing.time_intervals.insert("office".into(), vec![office]);
    let mut alerts = Alerts::default();
    alerts.apply_estate(at(0), Some(&routing));
    alerts
}

fn fire(alerts: &mut Alerts, now: Instant, text: &str) -> Fingerprint {
    let end = now.saturating_add(SignedDuration::from_hours(48)).unwrap();
    let alert = Incoming { ends_at: Some(end), starts_at: Some(now), ..incoming(text) };
    let fp = alert.labels.fingerprint();
    alerts.intake(now, vec![alert]).facts.iter().for_each(|fact| alerts.apply(now, fact, None));
    fp
}

fn hour(text: &str) -> Instant {
    format!("2026-11-23T{text}Z").parse().unwrap()
}

#[test]
fn time_intervals_mute() {
    #[track_caller]
    fn check(on: &str, time: &str, reason: Option<&str>, muted_by: &[&str]) {
        let mut alerts = house();
        let fp = fire(&mut alerts, hour(time), &format!("n=a on={on}"));
        let said = |quiet: Option<Quiet>| match quiet {
            Some(Quiet::ByTimeInterval(name)) => Some(name),
            None => None,
            other => panic!("{other:?}"),
        };
        let alert = alerts.get(fp).unwrap();
        assert_eq!(said(alerts.quiet(fp, hour(time))).as_deref(), reason);
        let status = alerts.status(fp, hour(time)).unwrap();
        assert_eq!(
            (status.muted_by, status.state == AlertState::Suppressed),
            (muted_by.iter().map(|n| (*n).into()).collect(), reason.is_some())
        );
        assert_eq!(alerts.state(alert, hour(time)), status.state);
        // What is told of its groups: every one that is not muted opens, the others say why not.
        let groups = alert.groups().len();
        let after = hour(time).saturating_add(SignedDuration::from_secs(30)).unwrap();
        let told = alerts.flush(after);
        assert_eq!(told.len(), groups);
        for (key, flush) in told {
            let expected = alerts.muted(&key, after).map(|because| Flush::Quiet { because });
            assert_eq!(flush, expected.unwrap_or(Flush::Open { alerts: vec![fp] }), "{key}");
        }
    }
    check("none", "03:00:00", None, &[]);
    check("night", "03:00:00", Some("sleep"), &["sleep"]);
    check("night", "12:00:00", None, &[]);
    check("office", "12:00:00", None, &[]);
    check("office", "19:00:00", Some("outside office"), &["office"]);
    // Both routes take it; it is quiet only while both are muted.
    check("both", "03:00:00", Some("sleep"), &["office", "sleep"]);
    check("both", "07:00:00", None, &[]);
    check("both", "12:00:00", None, &[]);
}

/// A muted group is told of at the next look after its interval ends, and nothing is lost meanwhile.
#[test]
fn what_was_muted_is_told_when_the_interval_ends() {
    let mut alerts = house();
    let fp = fire(&mut alerts, hour("05:58:00"), "n=a on=night");
    let mut told = Vec::new();
    while let Some(next) = alerts.next_flush().filter(|next| *next <= hour("06:10:00")) {
        let minute = |at: Instant| at.to_string()[11..16].to_owned();
        told.extend(alerts.flush(next).into_iter().map(|(_, flush)| (minute(next), flush)));
        if matches!(told.last(), Some((_, Flush::Open { .. }))) {
            break;
        }
    }
    let quiet = Flush::Quiet { because: Quiet::ByTimeInterval("sleep".into()) };
    assert_eq!(told, [("05:58".into(), quiet), ("06:03".into(), Flush::Open { alerts: vec![fp] })]);
}

#[test]
fn lists() {
    let mut alerts = house();
    let noon = |minute: i64| hour("12:00:00").saturating_add(SignedDuration::from_mins(minute)).unwrap();
    for (minute, text) in ["n=a on=office", "n=b on=night", "n=c", "n=d sev=Critical"].iter().enumerate() {
        fire(&mut alerts, noon(minute as i64), text);
    }
    let silence = AlertFact::SilenceSet {
        silence: Silence {
            id: "s".into(),
            matchers: vec![Matcher::parse("n=c").unwrap()[0].written()],
            starts_at: noon(0),
            ends_at: noon(100),
            created_by: "wen".into(),
            comment: "x".into(),
            updated_at: noon(0),
        },
    };
    alerts.apply(noon(5), &silence, None);
    let check = |filter: AlertFilter, now: Instant, offset, limit, names: &[&str], total| {
        let page = alerts.list(&filter, Order::Newest, now, offset, limit);
        let found: Vec<&str> = page.alerts.iter().map(|(_, alert)| alert.labels.get("n").unwrap()).collect();
        assert_eq!((found.as_slice(), page.total), (names, total), "{filter:?}");
        let by_print = alerts.list(&filter, Order::Fingerprint, now, 0, usize::MAX);
        assert!(by_print.alerts.is_sorted_by_key(|(fp, _)| *fp) && by_print.total == total);
    };
    let all = AlertFilter::default;
    check(all(), noon(5), 0, 10, &["d", "c", "b", "a"], 4);
    check(all(), noon(5), 1, 2, &["c", "b"], 4);
    check(all(), noon(5), 4, 2, &[], 4);
    check(all(), noon(5), usize::MAX, usize::MAX, &[], 4);
    check(all(), noon(5), 0, 0, &[], 4);
    let state = |state| AlertFilter { state: Some(state), ..all() };
    check(state(AlertState::Suppressed), noon(5), 0, 10, &["c"], 1);
    check(state(AlertState::Active), noon(5), 0, 10, &["d", "b", "a"], 3);
    check(state(AlertState::Unprocessed), noon(5), 0, 10, &[], 0);
    // The answer is of that moment: the silence is over, and `a` is outside its hours.
    check(state(AlertState::Suppressed), hour("20:00:00"), 0, 10, &["a"], 1);
    check(AlertFilter { receiver: Some("loud".into()), ..all() }, noon(5), 0, 10, &["d", "c"], 2);
    check(AlertFilter { text: " cRiT ".into(), ..all() }, noon(5), 0, 10, &["d"], 1);
    check(AlertFilter { matchers: Matcher::parse("n=~a|b,on!=night").unwrap(), ..all() }, noon(5), 0, 10, &["a"], 1);
}

#[test]
fn dedup_keys_are_found() {
    let mut alerts = house();
    let one = fire(&mut alerts, at(0), "n=a dedup_key=k integration=x");
    let other = fire(&mut alerts, at(0), "n=a dedup_key=k integration=y");
    fire(&mut alerts, at(0), "n=a dedup_key=l");
    let found = |alerts: &Alerts, key: &str| {
        alerts.with_dedup_key(key).map(|(fp, _)| fp).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(found(&alerts, "k"), [one, other].into());
    let resolved = AlertFact::Resolved { alerts: vec![one], because: ResolvedBecause::SourceResolved };
    alerts.apply(at(1), &resolved, None);
    assert_eq!(found(&alerts, "k"), [other].into());
    let mut restored: Alerts = serde_json::from_slice(&serde_json::to_vec(&alerts).unwrap()).unwrap();
    restored.reindex(None);
    assert_eq!(found(&restored, "k"), [other].into());
    restored.apply_estate(at(2), None);
    assert_eq!((found(&restored, "k"), found(&restored, "x").len()), ([other].into(), 0));
}
