//! What a scenario says of handoffs.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    estate::Role,
    handoff::{Change, Handoff, ItemKey, Stability, Who, Wish},
    id::Name,
};

use super::{
    Play, Told,
    expect::variant,
    read::{name, number},
};

impl Play {
    pub(super) fn newest_handoff(&self) -> Result<&Handoff, String> {
        self.sim.world.handoffs.iter().next_back().ok_or_else(|| "no handoff was opened".into())
    }

    pub(super) fn hand_over(&self, words: &[&str]) -> Result<Command, String> {
        let [act, person, rest @ ..] = words else { return Err("it is written `handoff ACT PERSON …`".into()) };
        let (handoff, by) = (self.newest_handoff()?.id, name(person)?);
        let wish = match (*act, rest) {
            ("read", []) => {
                let brief = self.sim.world.brief(handoff, self.sim.now).ok_or("there is no brief")?;
                Wish::Read { revision: brief.revision() }
            }
            _ => wish(act, rest, self.sim.now.saturating_add(NEXT_AFTER).map_err(|why| why.to_string())?)?,
        };
        Ok(Command::Handoff { handoff, by, wish })
    }

    pub(super) fn promise(&self, by: SignedDuration, what: &str) -> Result<Command, String> {
        let due = self.sim.now.checked_add(by).map_err(|why| why.to_string())?;
        Ok(Command::Promise { incident: self.incident()?, due, what: what.to_owned() })
    }

    pub(super) fn responsible(&self, target: &str, rest: &[&str]) -> Told {
        let rota: Name = name(target.strip_prefix("rota/").ok_or("it is written `rota/NAME`")?)?;
        let (persons, because) = match rest {
            [persons @ .., "because", reason] => (persons, Some(*reason)),
            persons => (persons, None),
        };
        let found = self.sim.world.responsible(&rota, Role::Primary, self.sim.now, self.sim.now);
        let are: Vec<&str> = found.iter().map(|one| one.person.as_str()).collect();
        let first = found.first().map(|one| variant(&one.because));
        let fits = are == persons && because.is_none_or(|because| first.as_deref() == Some(because));
        let seen = || format!("responsible are {} because {}", are.join(" "), first.clone().unwrap_or_default());
        if fits { Ok(()) } else { Err(seen()) }
    }

    /// How an item of the newest brief stands.
    pub(super) fn item(&self, key: &str) -> Result<Option<Stability>, String> {
        let brief = self.sim.world.brief(self.newest_handoff()?.id, self.sim.now).ok_or("there is no brief")?;
        Ok(brief.item(&key.parse::<ItemKey>()?).map(|item| item.severity))
    }
}

/// A read-back names something that happens an hour later.
const NEXT_AFTER: SignedDuration = SignedDuration::from_hours(1);

fn wish(act: &str, rest: &[&str], later: Instant) -> Result<Wish, String> {
    let key = |item: &str| item.parse::<ItemKey>();
    Ok(match (act, rest) {
        ("accept", []) => Wish::Accept { emergency: false },
        ("accept", ["emergency"]) => Wish::Accept { emergency: true },
        ("refuse", reason) => Wish::Refuse { reason: reason.join(" ") },
        ("note", text) => {
            Wish::AddNote { summary: text.join(" "), detail: String::new(), owner: None, contingency: None }
        }
        ("ask", [item, text @ ..]) => Wish::Ask { item: key(item)?, text: text.join(" ") },
        ("answer", [item, question, text @ ..]) => {
            Wish::Answer { item: key(item)?, question: number(question)?, text: text.join(" ") }
        }
        ("read-back", [item, words @ ..]) => {
            let next = Some("what comes next".to_owned());
            Wish::ReadBack { item: key(item)?, words: words.join(" "), next, next_at: Some(later) }
        }
        ("owner", [item, person]) => {
            let change = Change { owner: Some(Who::Person(name(person)?)), ..Change::default() };
            Wish::Amend { item: key(item)?, change }
        }
        ("contingency", [item, text @ ..]) => {
            let change = Change { contingency: Some(text.join(" ")), ..Change::default() };
            Wish::Amend { item: key(item)?, change }
        }
        ("waive", [item, what, reason @ ..]) => {
            Wish::Waive { item: key(item)?, what: what.parse()?, reason: reason.join(" ") }
        }
        _ => return Err(format!("`handoff {act}` is none of the acts; see the module's table")),
    })
}
