//! What becomes of a wish about a handoff, and of a handoff whose plan changed.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{
    Action, Brief, Change, End, Handoff, HandoffFact, Item, ItemKey, Missing, Obstacle, VoidBecause, Who, plain,
};
use crate::{
    Instant,
    command::Refusal,
    estate::{Between, Estate, HandoffRule, Override},
    id::Name,
    roster::{Edge, edges, holder},
};

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
    /// By its place among those that people added, counted from 0.
    RemoveAction {
        item: ItemKey,
        place: usize,
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
    ReadBack {
        item: ItemKey,
        words: String,
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
    /// What people added to the item before, and the number of the next note.
    pub actions: &'a [Action],
    pub next_note: u64,
}

/// What the estate or an override demands of an open handoff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mend {
    Change(Edge),
    Void(VoidBecause),
}

/// Whether this edge of the ring is handed over, or passes by the clock.
pub fn is_handed_over(rule: &HandoffRule, edge: &Edge) -> bool {
    edge.is_between_sites() || rule.between == Between::Persons
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
            add_note(handoff, asked, summary, detail, (owner, contingency))
        }
        Wish::Amend { item, change } => amend(handoff, asked, item, change),
        Wish::AddAction { item, action } => {
            text("text", &action.text)?;
            let mut actions = asked.actions.to_vec();
            few("actions", actions.len())?;
            actions.push(action);
            amend(handoff, asked, item, Change { actions: Some(actions), ..Change::default() })
        }
        Wish::RemoveAction { item, place } => {
            let mut actions = asked.actions.to_vec();
            if place >= actions.len() {
                return Err(Refusal::NotFound(format!("action {place} of {item}")));
            }
            actions.remove(place);
            amend(handoff, asked, item, Change { actions: Some(actions), ..Change::default() })
        }
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
        Wish::ReadBack { item, words, next_at } => read_back(handoff, asked, item, words, next_at),
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

fn add_note(
    handoff: &Handoff,
    asked: &Asked<'_>,
    summary: String,
    detail: String,
    (owner, contingency): (Option<Who>, Option<String>),
) -> Result<Vec<HandoffFact>, Refusal> {
    text("summary", &summary)?;
    if !detail.is_empty() {
        text("detail", &detail)?;
    }
    few("notes", asked.brief.items.iter().filter(|item| item.about == super::About::Note).count())?;
    let (id, note, by) = (handoff.id, asked.next_note, asked.by.clone());
    let mut facts = vec![HandoffFact::ItemAdded { handoff: id, note, by: by.clone(), summary, detail }];
    if owner.is_some() || contingency.is_some() {
        let change = Change { owner, contingency, ..Change::default() };
        check(&change)?;
        facts.push(HandoffFact::Amended { handoff: id, item: ItemKey::note(note), by, change });
    }
    Ok(facts)
}

fn amend(handoff: &Handoff, asked: &Asked<'_>, item: ItemKey, change: Change) -> Result<Vec<HandoffFact>, Refusal> {
    let found = known(asked, &item)?;
    if change == Change::default() {
        return Err(invalid("change", "says nothing".into()));
    }
    if change.done && found.about != super::About::Note {
        return Err(invalid("done", format!("{item} is not a note: it leaves the brief when it is over")));
    }
    check(&change)?;
    Ok(vec![HandoffFact::Amended { handoff: handoff.id, item, by: asked.by.clone(), change }])
}

fn check(change: &Change) -> Result<(), Refusal> {
    if let Some(contingency) = &change.contingency {
        text("contingency", contingency)?;
    }
    if let Some(note) = &change.note {
        text("note", note)?;
    }
    if let Some(Who::Other(owner)) = &change.owner {
        text("owner", owner)?;
    }
    for action in change.actions.iter().flatten() {
        text("actions", &action.text)?;
        if let Who::Other(owner) = &action.owner {
            text("owner", owner)?;
        }
    }
    few("actions", change.actions.as_ref().map_or(0, Vec::len).saturating_sub(1))
}

fn read_back(
    handoff: &Handoff,
    asked: &Asked<'_>,
    item: ItemKey,
    words: String,
    next_at: Option<Instant>,
) -> Result<Vec<HandoffFact>, Refusal> {
    is_incoming(handoff, asked, "read back")?;
    text("words", &words)?;
    let found = known(asked, &item)?;
    let same = |phrases: &[super::Phrase]| plain(phrases).trim() == words.trim();
    if same(&found.summary) || same(&found.detail) {
        return Err(invalid(
            "words",
            "are those of the brief: say it in your own, with what comes next and when".into(),
        ));
    }
    let (handoff, by, severity) = (handoff.id, asked.by.clone(), found.severity);
    Ok(vec![HandoffFact::ReadBack { handoff, item, by, words, severity, next_at }])
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
    if !emergency && !asked.brief.before_acceptance.is_empty() {
        let words: Vec<String> = asked.brief.before_acceptance.iter().map(Obstacle::words).collect();
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

/// How far an edge may move and still be the same handoff.
const MOVES_AT_MOST: SignedDuration = SignedDuration::from_hours(12);

/// What an open handoff needs so that it fits the plan. `taken` are the ends of the rota's other handoffs.
pub fn mend(
    handoff: &Handoff,
    taken: &BTreeSet<Instant>,
    estate: &Estate,
    added: &[Override],
    now: Instant,
) -> Option<Mend> {
    let void = |because| Some(Mend::Void(because));
    let edge = &handoff.edge;
    let Some(rota) = estate.rotas.get(&edge.rota) else { return void(VoidBecause::RotaGone) };
    let Some(rule) = &rota.handoff else { return void(VoidBecause::PassesByTheClock) };
    if edge.at <= now {
        // Who had the watch when it ended stays responsible; only those who left the estate can't.
        let mut kept = edge.clone();
        kept.from.persons.retain(|person| estate.persons.contains_key(person));
        if kept.from.persons.is_empty() {
            return void(VoidBecause::OutgoingLeft);
        }
        kept.to.persons.retain(|person| estate.persons.contains_key(person));
        if kept.to.persons.is_empty()
            && let Some(held) = holder(rota, added, now.max(edge.due()))
        {
            kept.to = held.side;
        }
        return (kept != *edge).then_some(Mend::Change(kept));
    }
    let around = |by| edge.at.saturating_add(by).unwrap_or(edge.at);
    let fits = |found: &Edge| {
        let same = found.from.site == edge.from.site && found.to.site == edge.to.site;
        same && is_handed_over(rule, found) && !taken.contains(&found.at)
    };
    let found = edges(rota, added, around(-MOVES_AT_MOST), around(MOVES_AT_MOST)).into_iter().filter(fits);
    match found.min_by_key(|found| (found.at.duration_since(edge.at).abs(), found.at)) {
        None => void(VoidBecause::EdgeGone),
        Some(found) => (found != *edge).then_some(Mend::Change(found)),
    }
}
