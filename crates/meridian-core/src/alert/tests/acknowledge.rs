//! "I have it", said before anybody was told.

use super::*;
use crate::{
    Fact, World,
    command::{Command, Reply, SilenceWish},
    estate::SourceFile,
    id::Actor,
    incident::AcknowledgedBecause,
    journal::Entry,
};

const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec: { displayName: Ana Ruiz, site: london, contacts: [{ name: hook, webhook: "https://hooks.example/ana" }] }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: signed }
spec: { webhook: { secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: ana }
spec: { steps: [{ page: [person/ana], within: 5m }] }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: house }
spec:
  route: { receiver: ana, group_by: [team], group_wait: 30s, group_interval: 1m }
  severity: { label: severity, map: {}, default: SEV1 }
"#;

struct House {
    world: World,
    journal: Vec<Entry>,
}

impl House {
    fn new() -> House {
        let mut house = House { world: World::default(), journal: Vec::new() };
        let files = vec![SourceFile { path: "estate.yaml".into(), text: ESTATE.into() }];
        house.ask(0, Command::LoadEstate { files, digest: "d".into() });
        house
    }

    fn ask(&mut self, now: i64, command: Command) -> Reply {
        self.world.handle(at(now), Actor::source("test"), command, &mut self.journal).unwrap()
    }

    fn fire(&mut self, now: i64, text: &str) {
        let ends_at = Some(at(100_000));
        self.ask(now, Command::Alerts(vec![Incoming { ends_at, starts_at: Some(at(now)), ..incoming(text) }]));
    }

    fn acknowledge(&mut self, now: i64, text: &str) -> Reply {
        let alerts = vec![labels(text).fingerprint()];
        let (by, because) = ("pagerduty-1".parse().unwrap(), AcknowledgedBecause::Source);
        self.ask(now, Command::AcknowledgeAlerts { alerts, by, because })
    }

    /// Lets time pass and yields the names of all facts since the last time.
    fn until(&mut self, now: i64) -> Vec<String> {
        while let Some(due) = self.world.next_due().filter(|due| *due <= at(now)) {
            self.world.tick(due, &mut self.journal);
        }
        let told = |fact: &Fact| !matches!(fact, Fact::Alert(_) | Fact::Estate(_));
        self.journal.drain(..).filter(|entry| told(&entry.fact)).map(|entry| entry.fact.name()).collect()
    }
}

#[test]
fn before_the_first_flush_it_counts_and_nobody_is_paged() {
    let mut house = House::new();
    house.fire(0, "n=a team=pay");
    assert_eq!(house.acknowledge(5, "n=a team=pay"), Reply::Done);
    assert_eq!(house.world.pages.outbox().count(), 0);
    let facts = house.until(3000);
    assert_eq!(facts, ["incident.opened", "incident.acknowledged"]);
    // Again, and after what joins: one incident, still acknowledged.
    assert_eq!(house.acknowledge(3001, "n=a team=pay"), Reply::Already);
    house.fire(3001, "n=b team=pay");
    assert!(!house.until(6000).contains(&"incident.opened".to_owned()));
    assert_eq!(house.world.incidents.open().count(), 1);
}

#[test]
fn without_it_she_is_paged() {
    let mut house = House::new();
    house.fire(0, "n=a team=pay");
    assert!(house.until(60).contains(&"page.opened".to_owned()));
    assert_eq!(house.acknowledge(61, "n=a team=pay"), Reply::Done);
    assert!(house.until(62).contains(&"incident.acknowledged".to_owned()));
}

#[test]
fn what_is_silenced_or_unknown_opens_nothing() {
    let mut house = House::new();
    assert_eq!(house.acknowledge(0, "n=a team=pay"), Reply::Already);
    let silence = SilenceWish {
        id: None,
        matchers: Matcher::parse("n=a").unwrap(),
        starts_at: None,
        ends_at: at(1000),
        created_by: "wen".into(),
        comment: "planned".into(),
    };
    house.ask(0, Command::SetSilence { silence, id: "s".into() });
    house.fire(1, "n=a team=pay");
    assert_eq!(house.acknowledge(2, "n=a team=pay"), Reply::Already);
    assert_eq!(house.until(900), Vec::<String>::new());
}
