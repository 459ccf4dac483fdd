//! What breaches lead to in the world: incidents, who is paged, and when it is over.

use jiff::SignedDuration;

use super::name;
use crate::{
    Command, Instant, Reply, World,
    chain::breach::{Breach, BreachKey, Trouble},
    estate::{self, SourceFile},
    id::{Actor, IncidentId, SwitchId},
    incident::{AcknowledgedBecause, Severity, Status},
    journal::Entry,
    switch::{Deed, SwitchWish},
};

const ESTATE: &str = "
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: push }
spec: { ntfy: { url: 'http://127.0.0.1:1' } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec: { site: london, contacts: [{ name: phone, ntfy: ana }] }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: ops }
spec: { steps: [{ page: person/ana, within: 5m }] }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: routes }
spec: { route: { receiver: ops } }
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: out }
spec:
  hops: [{ name: app }, { name: gateway }, { name: wire }]
  routes: [{ name: a, hops: [app, gateway, wire] }, { name: b, hops: [app, wire] }]
  breachPages: ops
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: quiet }
spec: { hops: [{ name: app }, { name: wire }] }
";

struct House {
    world: World,
    now: Instant,
    entries: Vec<Entry>,
}

fn breach(trouble: Trouble, hop: &str, count: u64) -> Breach {
    let after = (trouble == Trouble::Lost).then(|| name("app"));
    let key = BreachKey { chain: name("out"), trouble, hop: name(hop), after };
    Breach { key, count, since: Instant::UNIX_EPOCH, examples: vec!["number 7".into()] }
}

impl House {
    fn new() -> House {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: ESTATE.into() }];
        estate::load(&files).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let digest = estate::digest(&files);
        let now = "2026-11-23T18:30:00Z".parse().unwrap();
        let mut house = House { world: World::default(), now, entries: Vec::new() };
        house.ask(Command::Start { version: "test".into() });
        house.ask(Command::LoadEstate { files, digest });
        house
    }

    fn ask(&mut self, command: Command) -> Reply {
        self.world.handle(self.now, Actor::System, command, &mut self.entries).unwrap()
    }

    fn found(&mut self, found: &[Breach]) -> Reply {
        self.ask(Command::Breaches(found.to_vec()))
    }

    fn pass(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
        self.world.tick(self.now, &mut self.entries);
    }

    /// `1 SEV2 open`, of each incident.
    fn incidents(&self) -> Vec<String> {
        let all = self.world.incidents.iter();
        all.map(|it| format!("{} {} {}", it.id, it.severity, it.status().word())).collect()
    }

    fn pages(&self) -> usize {
        self.world.incidents.iter().map(|incident| self.world.pages.pages_of(incident.id).count()).sum()
    }

    /// A replay of all entries gives the same.
    fn refold(&self) {
        let mut again = World::default();
        self.entries.iter().for_each(|entry| again.fold(entry));
        assert_eq!(again.to_snapshot().unwrap(), self.world.to_snapshot().unwrap());
    }
}

#[test]
fn one_incident_for_a_cause_and_not_for_each_message() {
    let mut house = House::new();
    let (dark, lost) = (breach(Trouble::Dark, "gateway", 1), |count| breach(Trouble::Lost, "gateway", count));
    assert_eq!(house.found(std::slice::from_ref(&dark)), Reply::Done);
    assert_eq!((house.incidents(), house.pages()), (vec!["1 SEV3 open".to_owned()], 1));
    // Worse, at the same passage: it joins, and whoever had taken it is called again.
    house.ask(Command::Acknowledge { incident: IncidentId(1), by: name("ana"), because: AcknowledgedBecause::Api });
    assert_eq!(house.found(&[dark.clone(), lost(3)]), Reply::Done);
    assert_eq!(house.incidents(), ["1 SEV2 acknowledged"], "SEV3 and SEV2 both wake people: who has it has it");
    // The same again is nothing new; a few more are told a minute later, twice as many at once.
    assert_eq!(house.found(&[dark.clone(), lost(3)]), Reply::Already);
    assert_eq!(house.found(&[dark.clone(), lost(4)]), Reply::Already);
    assert_eq!(house.found(&[dark.clone(), lost(6)]), Reply::Done);
    house.pass(1);
    assert_eq!(house.found(&[dark.clone(), lost(7)]), Reply::Done);
    // Something else is wrong at another place: another incident.
    house.found(&[dark.clone(), lost(7), breach(Trouble::Altered, "wire", 1)]);
    assert_eq!(house.incidents(), ["1 SEV2 acknowledged", "2 SEV2 open"]);
    // What was held is late now, and the hop speaks: the work is the same until that is over, too.
    house.found(&[breach(Trouble::Late, "gateway", 7), breach(Trouble::Altered, "wire", 1)]);
    assert_eq!(house.world.incidents.get(IncidentId(1)).unwrap().status(), Status::Acknowledged);
    house.found(&[breach(Trouble::Altered, "wire", 1)]);
    assert_eq!(house.incidents(), ["1 SEV2 resolved", "2 SEV2 open"]);
    // Whether money changed on its way, a person says.
    house.found(&[]);
    assert_eq!(house.incidents(), ["1 SEV2 resolved", "2 SEV2 open"]);
    assert_eq!((house.world.breaches.open().count(), house.world.breaches.over().count()), (0, 4));
    house.refold();
}

#[test]
fn what_comes_back_soon_is_the_same_work_and_what_grows_after_a_person_closed_it_is_not() {
    let mut house = House::new();
    let lost = |count| breach(Trouble::Lost, "wire", count);
    house.found(&[lost(5)]);
    house.found(&[]);
    house.pass(14);
    house.found(&[lost(2)]);
    assert_eq!((house.incidents(), house.pages()), (vec!["1 SEV2 open".to_owned()], 2));
    house.ask(Command::Resolve { incident: IncidentId(1), reason: "known, mended tonight".into() });
    // It still holds, and no more of them: nobody is called.
    house.pass(2);
    assert_eq!(house.found(&[lost(2)]), Reply::Already);
    house.found(&[lost(1)]);
    assert_eq!(house.incidents(), ["1 SEV2 resolved"]);
    house.found(&[lost(9)]);
    assert_eq!(house.incidents(), ["1 SEV2 resolved", "2 SEV2 open"]);
    house.found(&[]);
    assert_eq!(house.incidents(), ["1 SEV2 resolved", "2 SEV2 resolved"]);
    house.pass(16);
    house.found(&[lost(1)]);
    assert_eq!(house.incidents().last().unwrap(), "3 SEV2 open", "a quarter of an hour later it is another one");
    house.refold();
}

#[test]
fn test_points_that_fall_silent_together_are_one_incident() {
    let mut house = House::new();
    let dark = |hop| breach(Trouble::Dark, hop, 1);
    house.found(&[dark("gateway")]);
    house.found(&[dark("gateway"), dark("wire")]);
    assert_eq!(house.incidents(), ["1 SEV3 open"]);
    // What is held at another passage is something else.
    house.found(&[dark("gateway"), breach(Trouble::Lost, "app", 3)]);
    assert_eq!(house.incidents(), ["1 SEV3 open", "2 SEV2 open"]);
    house.found(&[]);
    assert_eq!(house.incidents(), ["1 SEV3 resolved", "2 SEV2 resolved"]);
    house.refold();
}

/// A switch is made because of one incident, and what it does to messages is of that one.
#[test]
fn what_is_found_while_a_chain_is_switched_is_of_the_incident_that_it_is_switched_for() {
    let mut house = House::new();
    let lost = breach(Trouble::Lost, "gateway", 5);
    house.found(std::slice::from_ref(&lost));
    let mei = Actor::Account("mei".into());
    let wish = SwitchWish { chain: name("out"), from: None, to: name("b"), reason: "it drops".into(), incident: None };
    let declare = Command::DeclareSwitch(Box::new(wish));
    house.world.handle(house.now, mei.clone(), declare, &mut house.entries).unwrap();
    // It is held no more, and late elsewhere; but nobody has signed that all arrived.
    house.found(&[breach(Trouble::Late, "wire", 5)]);
    house.found(&[]);
    assert_eq!(house.incidents(), ["1 SEV2 open"]);
    let over = Deed::CallOff { reason: "the firewall is mended".into() };
    let deed = Command::Switch { switch: SwitchId(1), deed: Box::new(over) };
    house.world.handle(house.now, mei, deed, &mut house.entries).unwrap();
    assert_eq!(house.found(&[]), Reply::Done);
    assert_eq!(house.incidents(), ["1 SEV2 resolved"]);
    house.pass(16);
    house.found(&[breach(Trouble::OutOfOrder, "wire", 5)]);
    assert_eq!(house.incidents(), ["1 SEV2 resolved", "2 SEV3 open"]);
    house.refold();
}

#[test]
fn a_chain_that_pages_nobody_is_journalled_all_the_same() {
    let mut house = House::new();
    let key = BreachKey { chain: name("quiet"), ..breach(Trouble::Doubled, "wire", 1).key };
    let doubled = Breach { key, ..breach(Trouble::Doubled, "wire", 1) };
    assert_eq!(house.found(std::slice::from_ref(&doubled)), Reply::Done);
    assert_eq!((house.incidents(), house.world.breaches.open().count()), (vec![], 1));
    let mut more = doubled.clone();
    more.count = 5;
    assert_eq!(house.found(std::slice::from_ref(&more)), Reply::Done);
    assert_eq!(house.found(&[]), Reply::Done);
    assert_eq!(house.found(&[]), Reply::Already);
    house.refold();
}

#[test]
fn every_trouble_has_its_severity_and_its_words() {
    for trouble in Trouble::ALL {
        let mut house = House::new();
        house.found(&[breach(trouble, "wire", 1204)]);
        let incident = house.world.incidents.get(IncidentId(1)).unwrap();
        assert_eq!(incident.severity, trouble.severity());
        assert!(
            incident.title.starts_with("out: ") && incident.title.ends_with(" since 00:00:00 UTC"),
            "{}",
            incident.title
        );
        let count = incident.title.contains("1,204");
        assert_eq!(count, trouble != Trouble::Dark, "{}", incident.title);
        assert_eq!(house.pages(), 1, "{trouble:?}");
        assert!(incident.severity >= Severity::Sev2);
        house.found(&[]);
        let over = house.world.incidents.get(IncidentId(1)).unwrap().is_resolved();
        assert_eq!(over, trouble.ends_by_itself(), "{trouble:?}");
        assert!(!breach(trouble, "wire", 1).key.cleared().is_empty());
    }
}
