//! What becomes of a wish about a handoff, and of a handoff whose plan changed.

mod mend;
mod say;

use std::collections::BTreeSet;

use super::{
    Action, Added, Brief, Change, End, Handoff, HandoffFact, Item, ItemKey, Mark, Missing, Obstacle, Who, plain,
};
use crate::{Instant, command::Refusal, id::Name};

pub use self::mend::{Mend, is_handed_over, leads, mend};

/// The longest text that a person gives, in bytes.
const TEXT_MAX: usize = 4 * 1024;

/// So many notes, questions of an item, and actions of an item fit into a brief that people read.
const MANY: usize = 100;

/// What a person wants of a handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    AddNote {
        summary: String,
        detail: String,
        owner: Option<Who>,
        contingency: Option<String>,
    },
    Amend {
        item: ItemKey,
        change: Change,
    },
    AddAction {
        item: ItemKey,
        action: Action,
    },
    /// By its number on the item.
    ChangeAction {
        item: ItemKey,
        number: u32,
        action: Action,
    },
    RemoveAction {
        item: ItemKey,
        number: u32,
    },
    Ask {
        item: ItemKey,
        text: String,
    },
    Answer {
        item: ItemKey,
        question: u32,
        text: String,
    },
    /// They have read the brief, as this revision of it stands.
    Read {
        revision: Mark,
    },
    ReadBack {
        item: ItemKey,
        words: String,
        next: Option<String>,
        next_at: Option<Instant>,
    },
    Waive {
        item: ItemKey,
        what: Missing,
        reason: String,
    },
    Accept {
        emergency: bool,
    },
    Refuse {
        reason: String,
    },
}

/// What planning needs to know beyond the handoff.
pub struct Asked<'a> {
    pub now: Instant,
    pub by: &'a Name,
    pub brief: &'a Brief,
    /// Who may read back, accept and refuse.
    pub incoming: &'a BTreeSet<Name>,
    /// What people added to the item that it is about.
    pub added: Option<&'a Added>,
    pub next_note: u64,
}

pub fn plan(handoff: &Handoff, asked: &Asked<'_>, wish: Wish) -> Result<Vec<HandoffFact>, Refusal> {
    let id = handoff.id;
    if let Some(end) = &handoff.end {
        return Err(Refusal::Conflict(match end {
            End::Accepted { at, by, .. } => format!("handoff {id} was accepted by {by} at {at}"),
            End::Void { because, .. } => format!("handoff {id} is void: {}", because.words()),
        }));
    }
    let by = asked.by.clone();
    match wish {
        Wish::AddNote { summary, detail, owner, contingency } => {
            say::add_note(handoff, asked, summary, detail, (owner, contingency))
        }
        Wish::Amend { item, change } => say::amend(handoff, asked, item, change),
        Wish::AddAction { item, action } => say::add_action(handoff, asked, item, action),
        Wish::ChangeAction { item, number, action } => say::change_action(handoff, asked, item, number, Some(action)),
        Wish::RemoveAction { item, number } => say::change_action(handoff, asked, item, number, None),
        Wish::Ask { item, text: question } => {
            text("text", &question)?;
            let number = known(asked, &item)?.questions.len();
            few("questions", number)?;
            Ok(vec![HandoffFact::Asked { handoff: id, item, question: number as u32 + 1, by, text: question }])
        }
        Wish::Answer { item, question, text: answer } => {
            text("text", &answer)?;
            let found = handoff.said(&item).and_then(|said| said.questions.iter().find(|q| q.number == question));
            match found {
                None => Err(Refusal::NotFound(format!("question {question} on {item}"))),
                Some(_) => Ok(vec![HandoffFact::Answered { handoff: id, item, question, by, text: answer }]),
            }
        }
        Wish::Read { revision } => read(handoff, asked, &revision),
        Wish::ReadBack { item, words, next, next_at } => read_back(handoff, asked, item, words, (next, next_at)),
        Wish::Waive { item, what, reason } => waive(handoff, asked, item, what, reason),
        Wish::Accept { emergency } => accept(handoff, asked, emergency),
        Wish::Refuse { reason } => {
            is_incoming(handoff, asked, "refuse")?;
            text("reason", &reason)?;
            few("refusals", handoff.refusals.len())?;
            Ok(vec![HandoffFact::Refused { handoff: id, by, reason }])
        }
    }
}

/// Whoever read an older revision would say yes to what they have not seen.
fn read(handoff: &Handoff, asked: &Asked<'_>, revision: &Mark) -> Result<Vec<HandoffFact>, Refusal> {
    is_incoming(handoff, asked, "say that they have read the brief")?;
    let present = asked.brief.revision();
    if present != *revision {
        return Err(Refusal::Conflict(format!(
            "the brief has changed meanwhile: it is revision {present} now, not {revision}; look at it again"
        )));
    }
    let marks = asked.brief.marks(Some(asked.by));
    if handoff.readings.get(asked.by).is_some_and(|reading| reading.marks == marks) {
        return Ok(Vec::new());
    }
    Ok(vec![HandoffFact::Read { handoff: handoff.id, by: asked.by.clone(), marks }])
}

fn read_back(
    handoff: &Handoff,
    asked: &Asked<'_>,
    item: ItemKey,
    words: String,
    (next, next_at): (Option<String>, Option<Instant>),
) -> Result<Vec<HandoffFact>, Refusal> {
    is_incoming(handoff, asked, "read back")?;
    text("words", &words)?;
    if let Some(next) = &next {
        text("next", next)?;
    }
    if let Some(at) = next_at.filter(|at| *at <= asked.now) {
        return Err(invalid("next_at", format!("{at} has passed: say when the next thing is to happen")));
    }
    let found = known(asked, &item)?;
    let same = |phrases: &[super::Phrase]| plain(phrases).trim() == words.trim();
    if same(&found.summary) || same(&found.detail) {
        return Err(invalid(
            "words",
            "are those of the brief: say it in your own, with what comes next and when".into(),
        ));
    }
    let (handoff, by, severity) = (handoff.id, asked.by.clone(), found.severity);
    Ok(vec![HandoffFact::ReadBack { handoff, item, by, words, severity, next, next_at }])
}

fn waive(
    handoff: &Handoff,
    asked: &Asked<'_>,
    item: ItemKey,
    what: Missing,
    reason: String,
) -> Result<Vec<HandoffFact>, Refusal> {
    text("reason", &reason)?;
    if !known(asked, &item)?.missing().any(|missing| missing == what) {
        return Ok(Vec::new());
    }
    Ok(vec![HandoffFact::Waived { handoff: handoff.id, item, what, by: asked.by.clone(), reason }])
}

fn accept(handoff: &Handoff, asked: &Asked<'_>, emergency: bool) -> Result<Vec<HandoffFact>, Refusal> {
    is_incoming(handoff, asked, "accept")?;
    let before = asked.brief.before_acceptance(Some(asked.by));
    if !emergency && !before.is_empty() {
        let words: Vec<String> = before.iter().map(Obstacle::words).collect();
        return Err(Refusal::Conflict(format!("before acceptance: {}", words.join("; "))));
    }
    let (by, items) = (asked.by.clone(), asked.brief.items.clone());
    Ok(vec![HandoffFact::Accepted { handoff: handoff.id, by, emergency, items }])
}

fn is_incoming(handoff: &Handoff, asked: &Asked<'_>, what: &str) -> Result<(), Refusal> {
    if asked.incoming.contains(asked.by) {
        return Ok(());
    }
    let names: Vec<&str> = asked.incoming.iter().map(Name::as_str).collect();
    Err(Refusal::Conflict(format!(
        "only the incoming {what}: {} is not on watch at {}, {} is; put them there by an override first",
        asked.by,
        handoff.edge.to.site,
        names.join(", "),
    )))
}

fn known<'a>(asked: &Asked<'a>, item: &ItemKey) -> Result<&'a Item, Refusal> {
    asked.brief.item(item).ok_or_else(|| Refusal::NotFound(format!("item {item} of this brief")))
}

fn text(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(invalid(field, "is empty".into()));
    }
    if text.len() > TEXT_MAX {
        return Err(invalid(field, "is longer than 4 KiB".into()));
    }
    Ok(())
}

fn few(field: &'static str, are: usize) -> Result<(), Refusal> {
    if are < MANY { Ok(()) } else { Err(invalid(field, format!("there are {are} already"))) }
}

fn invalid(field: &'static str, why: String) -> Refusal {
    Refusal::Invalid { field, why }
}
