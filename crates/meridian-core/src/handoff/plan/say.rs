//! What people add to a brief: notes, owners, contingencies, actions.

use super::{Asked, few, invalid, known, text};
use crate::{
    command::Refusal,
    handoff::{About, Action, Change, Handoff, HandoffFact, ItemKey, Who},
};

pub(super) fn add_note(
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
    few("notes", asked.brief.items.iter().filter(|item| item.about == About::Note).count())?;
    let (id, note, by) = (handoff.id, asked.next_note, asked.by.clone());
    let mut facts = vec![HandoffFact::ItemAdded { handoff: id, note, by: by.clone(), summary, detail }];
    if owner.is_some() || contingency.is_some() {
        let change = Change { owner, contingency, ..Change::default() };
        check(&change)?;
        facts.push(HandoffFact::Amended { handoff: id, item: ItemKey::note(note), by, change, computed: None });
    }
    Ok(facts)
}

pub(super) fn amend(
    handoff: &Handoff,
    asked: &Asked<'_>,
    item: ItemKey,
    change: Change,
) -> Result<Vec<HandoffFact>, Refusal> {
    let found = known(asked, &item)?;
    let gone = change.remove.iter().find(|removed| {
        let given =
            [change.severity.is_some(), change.owner.is_some(), change.contingency.is_some(), change.note.is_some()];
        given[**removed as usize]
    });
    if let Some(both) = gone {
        return Err(invalid("remove", format!("the {} is given and removed at once: one of them", both.word())));
    }
    if change == Change::default() {
        return Err(invalid("change", "says nothing".into()));
    }
    if change.done && found.about != About::Note {
        return Err(invalid("done", format!("{item} is not a note: it leaves the brief when it is over")));
    }
    check(&change)?;
    let computed = change.severity.and(found.computed);
    Ok(vec![HandoffFact::Amended { handoff: handoff.id, item, by: asked.by.clone(), change, computed }])
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

pub(super) fn add_action(
    handoff: &Handoff,
    asked: &Asked<'_>,
    item: ItemKey,
    action: Action,
) -> Result<Vec<HandoffFact>, Refusal> {
    let mut actions = asked.added.map(|added| added.actions.clone()).unwrap_or_default();
    let number = asked.added.map_or(0, |added| added.last_action) + 1;
    few("actions", actions.len())?;
    actions.push(Action { number: Some(number), by: Some(asked.by.clone()), ..action });
    amend(handoff, asked, item, Change { actions: Some(actions), ..Change::default() })
}

/// Says something else of an action; `None`: it is done or not needed any more.
pub(super) fn change_action(
    handoff: &Handoff,
    asked: &Asked<'_>,
    item: ItemKey,
    number: u32,
    to: Option<Action>,
) -> Result<Vec<HandoffFact>, Refusal> {
    let mut actions = asked.added.map(|added| added.actions.clone()).unwrap_or_default();
    let place = actions.iter().position(|action| action.number == Some(number));
    let place = place.ok_or_else(|| Refusal::NotFound(format!("action {number} that people added to {item}")))?;
    match to {
        None => {
            actions.remove(place);
        }
        Some(action) => actions[place] = Action { number: Some(number), by: Some(asked.by.clone()), ..action },
    }
    amend(handoff, asked, item, Change { actions: Some(actions), ..Change::default() })
}
