//! A small ring of three sites, played hour by hour.

mod announced;
mod brief;
mod figures;
mod laws;
mod life;
mod plan;
mod severity;
mod work;

use std::collections::BTreeSet;

use crate::{
    Command, Instant, Refusal, Reply, World,
    alert::{Incoming, Labels},
    estate::{self, Role, SourceFile},
    handoff::{Brief, Change, Handoff, ItemKey, Standing, Wish},
    id::{Actor, HandoffId, Name},
    journal::Entry,
    page::PagedBecause,
};

/// Hong Kong 09-18, London 08-17, New York 08-19: in March New York ends at 23:00 UTC and Hong Kong begins at 01:00.
pub const RING: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { displayName: Hong Kong, timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { displayName: London, timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Site
metadata: { name: new-york }
spec: { displayName: New York, timeZone: America/New_York }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: hooks }
spec: { webhook: { secret: "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0" } }
PEOPLE
---
apiVersion: meridian/v1
kind: Team
metadata: { name: payments }
spec: { members: [wen, mei, tom, priya, oliver, dana, ruth], lead: ruth }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: payments
  layers:
    - name: hong-kong
      site: hong-kong
      hours: [{ days: daily, from: "09:00", to: "18:00" }]
      rotation: { start: 2026-01-05T00:00, every: 1 week, members: [wen] }
    - name: london
      site: london
      hours: [{ days: daily, from: "08:00", to: "17:00" }]
      rotation: { start: 2026-01-05T00:00, every: 1 week, members: [tom] }
    - name: new-york
      site: new-york
      hours: [{ days: daily, from: "08:00", to: "19:00" }]
      rotation: { start: 2026-01-05T00:00, every: 1 week, members: [oliver] }
  handoff: { opens: 1h, late: 10m, leadsAfter: 10m }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: payments }
spec: { steps: [{ page: [rota/payments], within: 5m }], repeat: 1 }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: routing }
spec:
  route: { receiver: payments, group_by: [alertname], group_wait: 0s }
  severity: { label: severity, map: { critical: SEV2, warning: SEV4 }, default: SEV3 }
"#;

fn estate_text() -> String {
    let person = |(name, site): (&str, &str)| {
        format!(
            "---\napiVersion: meridian/v1\nkind: Person\nmetadata: {{ name: {name} }}\nspec:\n  displayName: {name}\n  \
             site: {site}\n  contacts: [{{ name: hook, webhook: \"https://example.com/{name}\" }}]\n  reach: {{ high: [{{ \
             contact: hook }}], low: [{{ contact: hook }}] }}\n"
        )
    };
    let people = [
        ("wen", "hong-kong"),
        ("mei", "hong-kong"),
        ("tom", "london"),
        ("priya", "london"),
        ("oliver", "new-york"),
        ("dana", "new-york"),
        ("ruth", "london"),
    ];
    RING.replace("PEOPLE", people.map(person).concat().trim_end())
}

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub fn instant(text: &str) -> Instant {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

pub struct Ring {
    pub world: World,
    pub now: Instant,
    pub journal: Vec<Entry>,
    pub text: String,
}

impl Ring {
    pub fn begin(at: &str) -> Ring {
        let mut ring = Ring { world: World::default(), now: instant(at), journal: Vec::new(), text: String::new() };
        ring.load(&estate_text()).unwrap();
        ring
    }

    pub fn load(&mut self, text: &str) -> Result<Reply, Refusal> {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: text.into() }];
        if let Err(problems) = estate::load(&files) {
            panic!("{problems:#?}");
        }
        self.text = text.to_owned();
        let digest = estate::digest(&files);
        self.ask(Command::LoadEstate { files, digest })
    }

    pub fn ask(&mut self, command: Command) -> Result<Reply, Refusal> {
        let reply = self.world.handle(self.now, Actor::System, command, &mut self.journal);
        self.world.tick(self.now, &mut self.journal);
        reply
    }

    pub fn until(&mut self, at: &str) {
        self.pass(instant(at));
    }

    pub fn pass(&mut self, until: Instant) {
        while let Some(due) = self.world.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.world.tick(self.now, &mut self.journal);
        }
        self.now = self.now.max(until);
    }

    pub fn fire(&mut self, alertname: &str, severity: &str) {
        let labels: Labels = [("alertname", alertname), ("severity", severity)].into_iter().collect();
        let alert = Incoming {
            labels,
            annotations: Labels::default(),
            starts_at: Some(self.now),
            ends_at: Some(self.now + jiff::SignedDuration::from_hours(1000)),
            generator_url: "".into(),
        };
        self.ask(Command::Alerts(vec![alert])).unwrap();
    }

    pub fn newest(&self) -> &Handoff {
        self.world.handoffs.iter().next_back().expect("a handoff was opened")
    }

    pub fn wish(&mut self, by: &str, wish: Wish) -> Result<Reply, Refusal> {
        let handoff = self.newest().id;
        self.wish_of(handoff, by, wish)
    }

    pub fn wish_of(&mut self, handoff: HandoffId, by: &str, wish: Wish) -> Result<Reply, Refusal> {
        self.ask(Command::Handoff { handoff, by: name(by), wish })
    }

    /// Reads the brief as it is now, and accepts.
    pub fn accept(&mut self, by: &str) -> Result<Reply, Refusal> {
        self.accept_of(self.newest().id, by)
    }

    pub fn accept_of(&mut self, handoff: HandoffId, by: &str) -> Result<Reply, Refusal> {
        if let Some(brief) = self.world.brief(handoff, self.now).filter(|brief| !brief.items.is_empty()) {
            self.wish_of(handoff, by, Wish::Read { revision: brief.revision() })?;
        }
        self.wish_of(handoff, by, Wish::Accept { emergency: false })
    }

    pub fn add(&mut self, by: &str, item: &str, change: Change) -> Result<Reply, Refusal> {
        self.wish(by, Wish::Amend { item: key(item), change })
    }

    pub fn brief(&self) -> Brief {
        self.world.brief(self.newest().id, self.now).unwrap()
    }

    pub fn keys(&self) -> BTreeSet<String> {
        self.brief().items.into_iter().map(|item| item.key.to_string()).collect()
    }

    pub fn standing(&self) -> Standing {
        self.newest().standing(self.now)
    }

    /// `tom HandoffNotAccepted, oliver OnWatch`
    pub fn responsible(&self) -> String {
        self.responsible_at(self.now)
    }

    pub fn responsible_at(&self, at: Instant) -> String {
        let found = self.world.responsible(&name("payments"), Role::Primary, at, self.now).into_iter();
        let line = |found: crate::world::Responsible| format!("{} {}", found.person, variant(&found.because));
        found.map(line).collect::<Vec<_>>().join(", ")
    }

    /// The world as a start would fold it, which must be this one.
    pub fn refold(&mut self) {
        let mut world = World::default();
        self.journal.iter().for_each(|entry| world.fold(entry));
        assert_eq!(world.handoffs, self.world.handoffs, "a replay gives the same handoffs");
        self.world = world;
    }
}

fn variant(because: &PagedBecause) -> String {
    format!("{because:?}").split([' ', '{']).next().unwrap_or_default().to_owned()
}

pub fn key(text: &str) -> ItemKey {
    text.parse().unwrap()
}
