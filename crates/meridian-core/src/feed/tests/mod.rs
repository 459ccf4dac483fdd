//! What a feed holds, how it changes, and who keeps it.

mod changes;
mod holders;

use crate::{
    Command, Instant, Refusal, Reply, World,
    estate::{Override, SourceFile, digest},
    feed::{FeedOf, calendar},
    ics::Event,
    id::{Actor, Name},
};

const ESTATE: &str = r#"
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
kind: Person
metadata: { name: tom }
spec: { displayName: "Tom, the Elder", site: london }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: priya }
spec: { displayName: Priya Nair, site: london }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: oliver }
spec: { displayName: Oliver Stone, site: new-york }
---
apiVersion: meridian/v1
kind: Team
metadata: { name: ops }
spec: { displayName: Operations, members: [tom, priya, oliver] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  displayName: Payments
  team: ops
  layers:
    - name: london
      site: london
      hours: [{ days: mon-fri, from: "08:00", to: "17:00" }]
      rotation: { start: 2026-01-05T08:00, every: 1 week, members: [tom, priya] }
    - name: nights
      site: new-york
      hours: [{ days: daily, from: "22:00", to: "06:00" }]
      rotation: { start: 2026-01-05T22:00, every: 1 day, members: [oliver, [priya, tom]] }
    - name: always
      site: london
      role: secondary
      rotation: { start: 2026-01-05T08:00, every: 1 week, members: [priya] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: alone }
spec:
  layers:
    - { name: london, site: london, rotation: { start: 2020-01-05T08:00, every: 1 week, members: [tom, tom, priya] } }
"#;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The bare world of a house.
#[derive(Default)]
struct House(World);

impl House {
    fn new(now: &str) -> House {
        let mut house = House::default();
        house.load(at(now), ESTATE);
        house
    }

    fn ask(&mut self, now: Instant, command: Command) -> Result<Reply, Refusal> {
        self.0.handle(now, Actor::System, command, &mut Vec::new())
    }

    fn load(&mut self, now: Instant, text: &str) {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: text.into() }];
        let digest = digest(&files);
        self.ask(now, Command::LoadEstate { files, digest }).unwrap();
        assert!(!self.0.estate().rotas.is_empty(), "the estate is broken");
    }

    fn change(&mut self, now: Instant, change: Override) -> u64 {
        match self.ask(now, Command::AddOverride { rota: name("payments"), change }).unwrap() {
            Reply::Override(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn events(&self, of: &str, now: Instant) -> Vec<Event> {
        let of: FeedOf = of.parse().unwrap();
        calendar(&self.0.feed_source(), &of, now, "https://m.example").events
    }
}

/// `london tom > priya`
fn stand_in(from: &str, until: &str, who: &str) -> Override {
    let (layer, who) = who.split_once(' ').unwrap();
    let (replace, with) = who.split_once("> ").unwrap();
    let replace = Some(replace.trim()).filter(|text| !text.is_empty()).map(name);
    Override { from: at(from), until: at(until), replace, with: name(with), layer: Some(layer.into()) }
}
