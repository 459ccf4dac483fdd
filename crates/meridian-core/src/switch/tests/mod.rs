mod deeds;
mod papers;

use super::*;
use crate::{
    Instant, Refusal,
    estate::{Estate, SourceFile, load},
    id::{Actor, Name, SwitchId},
};

/// Two routes with one end; `extra` stands in the chain's spec.
fn estate(extra: &str, of_a: &str, of_b: &str) -> Estate {
    let text = format!(
        "apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: wires }}\nspec:\n  hops: [{{ name: office }}, {{ name: mq-a }}, \
         {{ name: line-a }}, {{ name: mq-b }}, {{ name: line-b }}, {{ name: fed, organisation: Fed }}]\n  routes:\n  - {{ name: a, \
         hops: [office, mq-a, line-a, fed]{of_a} }}\n  - {{ name: b, hops: [office, mq-b, line-b, fed]{of_b} }}\n{extra}"
    );
    load(&[SourceFile { path: "f.yaml".into(), text }]).unwrap_or_else(|problems| panic!("{}", problems[0])).estate
}

const TWO_ACTIONS: &str =
    ", fence: [{ name: stop, command: [mqctl, stop], dryRun: true }, { name: revoke, webhook: 'https://x.example/' }]";

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn at(second: i64) -> Instant {
    Instant::from_second(1_770_000_000 + second).unwrap()
}

fn person(name: &str) -> Actor {
    Actor::Account(name.into())
}

fn wish() -> SwitchWish {
    SwitchWish { chain: name("wires"), from: None, to: name("b"), reason: "it drops".into(), incident: None }
}

/// A switch on its way, as the journal would have it.
struct Story {
    switches: Switches,
    seq: u64,
    now: i64,
}

impl Story {
    fn declared(estate: &Estate) -> Story {
        let mut story = Story { switches: Switches::default(), seq: 0, now: 0 };
        let fact = plan_declare(&story.switches, estate, wish(), at(0)).unwrap();
        story.record(&person("mei"), &fact);
        story
    }

    fn record(&mut self, by: &Actor, fact: &SwitchFact) {
        self.seq += 1;
        self.switches.apply((self.seq, at(self.now)), by, by, fact);
    }

    fn switch(&self) -> &Switch {
        self.switches.get(SwitchId(1)).unwrap()
    }

    fn does(&mut self, who: &str, deed: Deed) -> Result<Vec<SwitchFact>, Refusal> {
        let facts = plan_deed(self.switch(), &person(who), deed, at(self.now))?;
        facts.iter().for_each(|fact| self.record(&person(who), fact));
        Ok(facts)
    }

    /// The action that runs ends so.
    fn ends(&mut self, outcome: RunOutcome) {
        let run = self.switch().running().expect("an action runs").run;
        self.does("nobody", Deed::Ended { run, outcome }).unwrap();
    }

    fn passes(&mut self, seconds: i64) {
        self.now += seconds;
        while let Some(fact) = plan_due(&self.switches, at(self.now)) {
            self.record(&Actor::System, &fact);
        }
    }
}
