//! The engine driven by hand: a small house that journals nothing but applies what it decides.

use super::*;
use crate::{
    command::SilenceWish,
    id::{Fingerprint, IncidentId},
    incident::{IncidentFact, IncidentResolvedBecause, OpenedBecause},
};

/// A keeper in small.
struct House {
    alerts: Alerts,
    routing: Routing,
    next_incident: u64,
    next_silence: u32,
    told: Vec<String>,
}

impl House {
    fn new(routing: Routing) -> House {
        let mut alerts = Alerts::default();
        alerts.apply_estate(at(0), Some(&routing));
        House { alerts, routing, next_incident: 1, next_silence: 1, told: Vec::new() }
    }

    fn send(&mut self, now: i64, all: Vec<Incoming>) -> usize {
        let intake = self.alerts.intake(at(now), all);
        intake.facts.iter().for_each(|fact| self.alerts.apply(at(now), fact, Some(&self.routing)));
        self.alerts.absorb(at(now), intake.absorbed);
        intake.facts.len()
    }

    fn fire(&mut self, now: i64, text: &str) {
        self.send(now, vec![Incoming { ends_at: Some(at(1_000_000)), ..incoming(text) }]);
    }

    fn resolve(&mut self, now: i64, text: &str) {
        self.send(now, vec![Incoming { ends_at: Some(at(now)), ..incoming(text) }]);
    }

    /// Lets time pass, applying what comes due, and notes what was told and when.
    fn until(&mut self, end: i64) -> &mut House {
        while let Some(now) = [self.alerts.next_due(), self.alerts.next_flush()].into_iter().flatten().min() {
            if now > at(end) {
                break;
            }
            while let Some(fact) = self.alerts.due(now) {
                self.alerts.apply(now, &fact, Some(&self.routing));
            }
            for (key, flush) in self.alerts.flush(now) {
                self.tell(now, &key, flush);
            }
        }
        self
    }

    fn tell(&mut self, now: Instant, key: &GroupKey, flush: Flush) {
        let when = now.as_second() - at(0).as_second();
        let names = |fps: &[Fingerprint]| {
            let mut names: Vec<String> = fps
                .iter()
                .map(|fp| {
                    let labels =
                        self.alerts.get(*fp).map(|a| &a.labels).or(self.alerts.resolved(*fp).map(|r| &r.labels));
                    labels.and_then(|l| l.get("n")).unwrap_or("?").to_owned()
                })
                .collect();
            names.sort();
            names.join(",")
        };
        let (line, fact) = match flush {
            Flush::Open { alerts } => {
                let incident = IncidentId(self.next_incident);
                self.next_incident += 1;
                let line = format!("open {incident} {}", names(&alerts));
                let opened = IncidentFact::Opened {
                    incident,
                    title: String::new(),
                    severity: Severity::Sev3,
                    escalation: "x".parse().unwrap(),
                    because: OpenedBecause::AlertsFired { group: key.clone(), alerts },
                };
                (line, Some(opened))
            }
            Flush::Changed { incident, joined, left } => {
                let line = format!("change {incident} +{} -{}", names(&joined), names(&left));
                (line, Some(IncidentFact::AlertsChanged { incident, joined, left }))
            }
            Flush::Remind { incident } => (format!("remind {incident}"), Some(IncidentFact::Reminded { incident })),
            Flush::Resolve { incident } => {
                let because = IncidentResolvedBecause::AllAlertsResolved;
                (format!("resolve {incident}"), Some(IncidentFact::Resolved { incident, because }))
            }
            Flush::Quiet { because } => {
                let why = match because {
                    Quiet::BySilence(ids) => format!("silence {}", ids.join(",")),
                    Quiet::ByInhibition(by) => format!("inhibited by {}", names(&by)),
                    Quiet::ByTimeInterval(name) => format!("interval {name}"),
                };
                (format!("quiet {why}"), None)
            }
        };
        self.told.push(format!("{when} {line}"));
        if let Some(fact) = fact {
            self.alerts.apply_incident(now, &fact);
        }
    }

    fn told(&mut self, expected: &[&str]) {
        assert_eq!(self.told, expected);
        self.told.clear();
    }

    fn silence(&mut self, now: i64, matchers: &str, from: i64, until: i64) -> Box<str> {
        let id = format!("s{}", self.next_silence);
        self.next_silence += 1;
        let wish = SilenceWish {
            id: None,
            matchers: Matcher::parse(matchers).unwrap(),
            starts_at: Some(at(from)),
            ends_at: at(until),
            created_by: "wen".into(),
            comment: "planned".into(),
        };
        let (facts, silence) = self.alerts.plan_silence(at(now), wish, id.into()).unwrap();
        facts.iter().for_each(|fact| self.alerts.apply(at(now), fact, None));
        silence.id
    }

    /// As after a crash: the snapshot is all that is left.
    fn restart(&mut self, now: i64) {
        let bytes = serde_json::to_vec(&self.alerts).unwrap();
        self.alerts = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(serde_json::to_vec(&self.alerts).unwrap(), bytes, "a snapshot is the same byte for byte");
        self.alerts.reindex(Some(&self.routing));
        self.alerts.apply_started(at(now));
    }
}

fn by_team() -> House {
    House::new(routing(route("all", "", &["team"], vec![])))
}

#[test]
fn a_group_waits_changes_repeats_and_resolves() {
    let mut house = by_team();
    house.fire(0, "n=a team=pay");
    house.fire(10, "n=b team=pay");
    house.fire(10, "n=x team=fx");
    house.until(39).told(&["30 open 1 a,b"]);
    house.until(100).told(&["40 open 2 x"]);
    house.fire(100, "n=c team=pay");
    house.resolve(110, "n=a team=pay");
    house.until(340).told(&["330 change 1 +c -a"]);
    house.until(14_750).told(&["14440 remind 2", "14730 remind 1"]);
    house.resolve(14_750, "n=b team=pay");
    house.resolve(14_750, "n=c team=pay");
    house.until(15_100).told(&["15030 resolve 1"]);
    assert_eq!(house.alerts.groups().len(), 1);
    let key = GroupKey::new("{}", &labels("team=pay"));
    assert_eq!(house.alerts.former_incident(&key).unwrap().incident, IncidentId(1));
}

#[test]
fn what_fires_and_resolves_within_the_wait_is_not_told() {
    let mut house = by_team();
    house.fire(0, "n=a team=pay");
    house.resolve(20, "n=a team=pay");
    house.until(1000).told(&[]);
    assert_eq!(house.alerts.groups().len(), 0);
    assert_eq!(house.alerts.recently_resolved().count(), 1);
}

#[test]
fn who_began_long_ago_does_not_wait() {
    let mut house = by_team();
    let long_ago = Incoming { starts_at: Some(at(-86_400)), ..incoming("n=a team=pay") };
    house.send(5, vec![long_ago]);
    house.until(6).told(&["5 open 1 a"]);
}

#[test]
fn silences_and_inhibition_keep_quiet_without_losing() {
    let mut house = by_team();
    house.silence(0, "n=a", 0, 1000);
    house.fire(0, "n=a team=pay");
    house.until(900).told(&["30 quiet silence s1", "330 quiet silence s1", "630 quiet silence s1"]);
    house.until(1300).told(&["930 quiet silence s1", "1230 open 1 a"]);
    // A silence over what was told neither resolves nor reminds.
    house.silence(1300, "n=a", 0, 100_000);
    house.until(20_000).told(&[]);
    house.resolve(20_000, "n=a team=pay");
    house.until(20_300).told(&["20130 resolve 1"]);

    let mut with_rule = routing(route("all", "", &["n"], vec![]));
    with_rule.inhibit_rules.push(InhibitRule {
        source: Matcher::parse("sev=down").unwrap(),
        target: Matcher::parse("sev=~down|slow").unwrap(),
        equal: vec!["site".into()],
    });
    let mut house = House::new(with_rule);
    house.fire(0, "n=a sev=down site=hk");
    house.fire(0, "n=b sev=slow site=hk");
    house.fire(0, "n=c sev=slow site=ny");
    house.fire(0, "n=d sev=down site=hk");
    house.until(40).told(&["30 open 1 a", "30 quiet inhibited by d", "30 open 2 c", "30 open 3 d"]);
}

#[test]
fn a_decision_comes_again_until_it_is_applied() {
    let mut house = by_team();
    house.fire(0, "n=a team=pay");
    let first = house.alerts.flush(at(30));
    assert!(matches!(&first[..], [(_, Flush::Open { .. })]));
    assert_eq!(house.alerts.flush(at(30)), []);
    assert_eq!(house.alerts.next_flush(), Some(at(31)));
    assert_eq!(house.alerts.flush(at(31)), first);
    house.restart(40);
    house.until(60).told(&["30 open 1 a"]);
}

#[test]
fn alerts_expire_unless_they_come_again_and_have_a_grace_after_a_start() {
    let mut house = by_team();
    house.send(0, vec![incoming("n=a team=pay")]);
    assert_eq!(house.alerts.next_due(), Some(at(300)));
    assert_eq!(house.send(60, vec![incoming("n=a team=pay")]), 0);
    assert_eq!(house.alerts.next_due(), Some(at(360)));
    house.until(359);
    assert_eq!(house.alerts.active_count(), 1);
    house.restart(1000);
    assert_eq!(house.alerts.next_due(), Some(at(1300)));
    house.told.clear();
    house.until(2000).told(&["1530 resolve 1"]);
}

#[test]
fn an_end_that_was_made_up_gives_way_to_one_that_is_given() {
    let mut house = by_team();
    let ends = |end: i64| Incoming { ends_at: Some(at(end)), ..incoming("n=a team=pay") };
    house.send(0, vec![incoming("n=a team=pay")]);
    house.send(1, vec![ends(20)]);
    assert_eq!(house.alerts.next_due(), Some(at(20)));
    house.send(2, vec![ends(10)]);
    assert_eq!(house.alerts.next_due(), Some(at(20)), "of two that are given the later rules");
}
