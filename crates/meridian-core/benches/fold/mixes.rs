//! The journals that are folded.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, World,
    alert::Incoming,
    command::Outcome,
    estate::{SourceFile, digest},
    id::{Actor, IncidentId},
    incident::AcknowledgedBecause,
    journal::Entry,
    page::DeliveryState,
};

pub const MIXES: [(&str, fn(usize) -> Vec<Entry>); 3] = [("alerts", alerts), ("weeks", weeks), ("storm", storm)];

/// So many alerts fire at any time of an ordinary week.
const ACTIVE: usize = 500;
/// A storm: alerts in groups, all at once.
const STORM: usize = 10_000;
const GROUPS: usize = 1_000;

/// Alerts that come and go, one in an entry, of which nobody is told.
fn alerts(count: usize) -> Vec<Entry> {
    let mut made = Made::new(ESTATE);
    for number in 0.. {
        if made.entries.len() >= count {
            break;
        }
        made.pass(SignedDuration::from_secs(1));
        made.report(vec![incoming(number, made.now, false)]);
        if let Some(old) = number.checked_sub(ACTIVE) {
            made.report(vec![incoming(old, made.now, true)]);
        }
    }
    made.entries
}

/// Two alerts a minute for weeks: each is paged, delivered and resolved.
fn weeks(count: usize) -> Vec<Entry> {
    let mut made = Made::new(ESTATE);
    for number in 0.. {
        if made.entries.len() >= count {
            break;
        }
        made.pass(SignedDuration::from_secs(30));
        let mut all = vec![incoming(number, made.now, false)];
        all.extend(number.checked_sub(ACTIVE).map(|old| incoming(old, made.now, true)));
        made.report(all);
        made.tick();
        made.deliver(0);
    }
    made.entries
}

/// Storms of 10,000 alerts in 1,000 groups. Two people are paged over three contacts each, every fifth message fails
/// and is tried again, half of the incidents are acknowledged, the others escalate; then all is over.
fn storm(count: usize) -> Vec<Entry> {
    let mut made = Made::new(ESTATE_OF_A_STORM);
    let mut opened = 0;
    for storm in 0.. {
        if made.entries.len() >= count {
            break;
        }
        let numbers = storm * STORM..(storm + 1) * STORM;
        for part in numbers.clone().collect::<Vec<_>>().chunks(50) {
            made.report(part.iter().map(|number| incoming(*number, made.now, false)).collect());
        }
        for minute in 0..12 {
            made.tick();
            made.deliver(5);
            made.pass(SignedDuration::from_mins(1));
            if minute == 2 {
                let half = (opened..opened + GROUPS as u64).step_by(2);
                half.for_each(|incident| made.acknowledge(IncidentId(incident + 1)));
            }
        }
        for part in numbers.collect::<Vec<_>>().chunks(50) {
            made.report(part.iter().map(|number| incoming(*number, made.now, true)).collect());
        }
        for _ in 0..4 {
            made.pass(SignedDuration::from_mins(5));
            made.tick();
            made.deliver(0);
        }
        opened += GROUPS as u64;
        // Beyond the time in which an incident is reopened.
        made.pass(SignedDuration::from_hours(1));
    }
    made.entries
}

/// A world and what it wrote.
struct Made {
    world: World,
    now: Instant,
    entries: Vec<Entry>,
    sent: usize,
}

impl Made {
    fn new(estate: &str) -> Made {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let mut made = Made { world: World::default(), now, entries: Vec::new(), sent: 0 };
        let files = vec![SourceFile { path: "estate.yaml".into(), text: estate.to_owned() }];
        let digest = digest(&files);
        made.ask(Actor::System, Command::LoadEstate { files, digest });
        made
    }

    fn ask(&mut self, actor: Actor, command: Command) {
        self.world.handle(self.now, actor, command, &mut self.entries).unwrap();
    }

    fn report(&mut self, alerts: Vec<Incoming>) {
        self.ask(Actor::source("prometheus"), Command::Alerts(alerts));
    }

    fn tick(&mut self) {
        self.world.tick(self.now, &mut self.entries);
    }

    fn pass(&mut self, time: SignedDuration) {
        self.now += time;
    }

    fn acknowledge(&mut self, incident: IncidentId) {
        let by = "ana".parse().unwrap();
        self.ask(Actor::System, Command::Acknowledge { incident, by, because: AcknowledgedBecause::Link });
    }

    /// Every message arrives at once, or does not, one in `failing`.
    fn deliver(&mut self, failing: usize) {
        let sending = self.world.pages.outbox().filter_map(|delivery| match delivery.state {
            DeliveryState::Sending { attempt, .. } => Some((delivery.id, attempt)),
            _ => None,
        });
        for (delivery, attempt) in sending.collect::<Vec<_>>() {
            self.sent += 1;
            let outcome = if failing > 0 && self.sent.is_multiple_of(failing) {
                let error = "hook.example.com answered 503 Service Unavailable".into();
                Outcome::Failed { error, retry_after: None }
            } else {
                Outcome::Sent { receipt: "200 OK from https://hook.example.com".into() }
            };
            self.ask(Actor::System, Command::DeliveryOutcome { delivery, attempt, outcome });
        }
    }
}

fn incoming(number: usize, now: Instant, over: bool) -> Incoming {
    let (instance, group) = (format!("node-{number}:9100"), format!("g{:04}", number % GROUPS));
    let labels = [
        ("alertname", "QueueStuck"),
        ("cluster", "prod-1"),
        ("group", &group),
        ("instance", &instance),
        ("job", "mq-exporter"),
        ("service", "gateway"),
        ("severity", "critical"),
        ("team", "payments"),
    ];
    Incoming {
        labels: labels.into_iter().collect(),
        annotations: [("summary", "messages wait for longer than 60 s")].into_iter().collect(),
        starts_at: Some(now),
        ends_at: Some(if over { now } else { now + SignedDuration::from_hours(24) }),
        generator_url: "http://prometheus.example:9090/graph".into(),
    }
}

const ESTATE: &str = include_str!("one.yaml");
const ESTATE_OF_A_STORM: &str = include_str!("storm.yaml");
