//! How fast alerts are taken in, folded, read and expired, and what they weigh. Prints a JSON object per line:
//! `cargo bench -p meridian-core --bench alert`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{collections::BTreeMap, fmt::Write, time::Instant as Stopwatch};

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    alert::{
        AlertFact, AlertFilter, AlertState, Alerts, GroupBy, Incoming, InhibitRule, Matcher, Order, Route, Silence,
    },
    estate::{Routing, SeverityRule},
    incident::Severity,
};

const ALERTS: usize = 100_000;
const GROUPS: usize = 1000;

fn route(receiver: &str, matchers: &str, routes: Vec<Route>) -> Route {
    Route {
        receiver: receiver.parse().unwrap(),
        matchers: Matcher::parse(matchers).unwrap(),
        group_by: GroupBy::Labels(vec!["alertname".into(), "service".into()]),
        continues: false,
        group_wait: SignedDuration::from_secs(30),
        group_interval: SignedDuration::from_mins(5),
        repeat_interval: SignedDuration::from_hours(4),
        mute_time_intervals: Vec::new(),
        active_time_intervals: Vec::new(),
        severity: None,
        routes,
    }
}

/// 20 teams with a critical and another route each, and two inhibition rules.
fn routing() -> Routing {
    let team = |n: usize| {
        let critical = route("wake", r#"severity=~"critical|page""#, vec![]);
        route("team", &format!(r#"team="team-{n}""#), vec![critical])
    };
    let rule = |source: &str| InhibitRule {
        source: Matcher::parse(source).unwrap(),
        target: Matcher::parse(r#"severity="warning""#).unwrap(),
        equal: vec!["service".into(), "site".into()],
    };
    Routing {
        name: "main".parse().unwrap(),
        route: route("all", "", (0..20).map(team).collect()),
        inhibit_rules: vec![rule(r#"severity="critical""#), rule(r#"alertname="SiteDown""#)],
        time_intervals: BTreeMap::new(),
        severity: SeverityRule { label: "severity".into(), map: BTreeMap::new(), default: Severity::Sev3 },
    }
}

fn json(n: usize) -> (String, String) {
    let group = n % GROUPS;
    let (name, team, site) = (group % 50, group % 20, ["hk", "ldn", "nyc"][n % 3]);
    let severity = ["critical", "warning", "info"][group % 3];
    let labels = format!(
        r#"{{"alertname":"QueueStuck{name}","service":"service-{group}","team":"team-{team}","site":"{site}","severity":"{severity}","instance":"10.1.{}.{}:9100","job":"node-exporter","cluster":"prod-{}"}}"#,
        n / 250 % 250,
        n % 250,
        n / 62_500
    );
    let annotations = format!(
        r#"{{"summary":"Messages wait in the queue of service-{group} for more than five minutes","runbook_url":"https://runbooks.example.com/queue-stuck"}}"#
    );
    (labels, annotations)
}

fn incoming(n: usize, now: Instant) -> Incoming {
    let (labels, annotations) = json(n);
    Incoming {
        labels: serde_json::from_str(&labels).unwrap(),
        annotations: serde_json::from_str(&annotations).unwrap(),
        starts_at: Some(now),
        ends_at: Some(now + SignedDuration::from_mins(4)),
        generator_url: format!("http://prometheus:9090/graph?g0.expr=queue_age%3E300&g0.tab={}", n % 50).into(),
    }
}

fn report(what: &str, count: usize, seconds: f64, more: &str) {
    let each = seconds * 1e6 / count as f64;
    println!(
        r#"{{"bench":"alert/{what}","count":{count},"us_each":{each:.3},"per_s":{:.0}{more}}}"#,
        count as f64 / seconds
    );
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let watch = Stopwatch::now();
    let done = work();
    (done, watch.elapsed().as_secs_f64())
}

fn main() {
    let now = Instant::from_second(1_700_000_000).unwrap();
    let routing = routing();
    let mut alerts = Alerts::default();
    alerts.apply_estate(now, Some(&routing));

    let before = resident_mib();
    let mut facts = Vec::new();
    let mut spent = 0.0;
    for batch in 0..ALERTS / 50 {
        let all: Vec<Incoming> = (0..50).map(|n| incoming(batch * 50 + n, now)).collect();
        let (fact, seconds) = timed(|| {
            let intake = alerts.intake(now, all);
            for fact in &intake.facts {
                alerts.apply(now, fact, Some(&routing));
            }
            alerts.absorb(now, intake.absorbed);
            intake.facts
        });
        spent += seconds;
        if batch < 400 {
            facts.extend(fact.iter().map(|f| serde_json::to_string(f).unwrap()));
        }
    }
    report("intake, new, batches of 50", ALERTS, spent, "");
    let kib = (resident_mib() - before) * 1024.0 / ALERTS as f64;
    println!(
        r#"{{"bench":"alert/memory of an active alert","count":{ALERTS},"kib_each":{kib:.3},"process_mib":{:.0}}}"#,
        resident_mib()
    );

    let later = now + SignedDuration::from_secs(60);
    let mut spent = 0.0;
    for batch in 0..ALERTS / 50 {
        let all: Vec<Incoming> = (0..50).map(|n| incoming(batch * 50 + n, later)).collect();
        let ((), seconds) = timed(|| {
            let intake = alerts.intake(later, all);
            assert!(intake.facts.is_empty());
            alerts.absorb(later, intake.absorbed);
        });
        spent += seconds;
    }
    report("intake, sent again, batches of 50", ALERTS, spent, "");

    let (flushed, seconds) = timed(|| alerts.flush(later));
    report("flush of all groups", ALERTS, seconds, &format!(r#","groups":{}"#, flushed.len()));

    reads(&mut alerts, later);

    let (regrouped, seconds) = timed(|| {
        alerts.apply_estate(later, Some(&routing));
        alerts.groups().len()
    });
    report("regroup for a new estate", ALERTS, seconds, &format!(r#","groups":{regrouped}"#));
    let (bytes, seconds) = timed(|| serde_json::to_vec(&alerts).unwrap());
    report("snapshot written", ALERTS, seconds, &format!(r#","mib":{:.1}"#, bytes.len() as f64 / 1048576.0));
    let (_, seconds) = timed(|| {
        let mut read: Alerts = serde_json::from_slice(&bytes).unwrap();
        read.reindex(Some(&routing));
        read.active_count()
    });
    report("snapshot read", ALERTS, seconds, "");
    folds(now, &routing, &facts);
}

fn reads(alerts: &mut Alerts, now: Instant) {
    let filter = AlertFilter::default();
    let (_, seconds) =
        timed(|| (0..10).map(|n| alerts.list(&filter, Order::Newest, now, n * 50, 50).total).sum::<usize>());
    report("a page of all", 10, seconds, "");
    for n in 0..50 {
        let silence = Silence {
            id: format!("s{n}").into(),
            matchers: Matcher::parse(&format!(r#"service="service-{n}",site=~"hk|ldn""#))
                .unwrap()
                .iter()
                .map(|m| m.written())
                .collect(),
            starts_at: now,
            ends_at: now + SignedDuration::from_hours(1),
            created_by: "wen".into(),
            comment: "planned".into(),
            updated_at: now,
        };
        alerts.apply(now, &AlertFact::SilenceSet { silence }, None);
    }
    let filter = AlertFilter {
        state: Some(AlertState::Suppressed),
        text: "queue".into(),
        matchers: Matcher::parse("site=hk").unwrap(),
        ..AlertFilter::default()
    };
    let (_, seconds) = timed(|| (0..10).map(|_| alerts.list(&filter, Order::Newest, now, 0, 50).total).sum::<usize>());
    report("a page of the suppressed, 50 silences", 10, seconds, "");
    let fps: Vec<_> = alerts.active().map(|(fp, _)| fp).collect();
    let (_, seconds) = timed(|| fps.iter().filter(|fp| alerts.quiet(**fp, now).is_some()).count());
    report("quiet, 50 silences", fps.len(), seconds, "");
}

/// Facts of one alert each, as a journal of single alerts has them.
fn folds(now: Instant, routing: &Routing, batches: &[String]) {
    let mut single = Vec::new();
    for batch in batches {
        if let AlertFact::Fired { alerts } = serde_json::from_str(batch).unwrap() {
            single.extend(alerts.into_iter().map(|alert| AlertFact::Fired { alerts: vec![alert] }));
        }
    }
    let gone = |fact: &AlertFact| match fact {
        AlertFact::Fired { alerts } => AlertFact::Resolved {
            alerts: alerts.iter().map(|a| a.labels.fingerprint()).collect(),
            because: meridian_core::alert::ResolvedBecause::SourceResolved,
        },
        other => other.clone(),
    };
    let resolved: Vec<AlertFact> = single.iter().map(gone).collect();
    let mut folded = Alerts::default();
    folded.apply_estate(now, Some(routing));
    let mut spent = 0.0;
    let mut text = String::new();
    for round in 0..5 {
        let (_, seconds) = timed(|| {
            single.iter().chain(&resolved).for_each(|fact| folded.apply(now, fact, None));
        });
        spent += seconds;
        let _ = write!(text, "{round}");
    }
    report("fold, one alert a fact", 10 * single.len(), spent, "");
}
