//! The people of the day hand their watch over: the outgoing add what the system can't know, the incoming ask, read
//! back and accept. Hong Kong's is taken late, as it happens.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, World,
    handoff::{Brief, Change, Handoff, Missing, Wish},
    id::{Actor, HandoffId, Name},
};

use crate::serve::House;

/// What a person does now.
type Act = (HandoffId, Name, Wish);

/// Everything that is done about handoffs in this minute.
pub async fn hand_over(house: &House, minute: Instant) {
    // One act may make room for the next; a minute has few of them.
    for _ in 0..40 {
        let act = next(&house.keeper.world(), minute);
        let Some((handoff, by, wish)) = act else { return };
        let command = Command::Handoff { handoff, by: by.clone(), wish };
        if let Err(why) = house.keeper.ask(Actor::Link(by), command).await {
            tracing::debug!("the handoff goes on without: {why}");
            return;
        }
    }
}

fn next(world: &World, minute: Instant) -> Option<Act> {
    world.handoffs.open().find_map(|handoff| {
        let brief = world.brief(handoff.id, minute)?;
        let (by, wish) = of_one(world, handoff, &brief, minute)?;
        Some((handoff.id, by, wish))
    })
}

fn of_one(world: &World, handoff: &Handoff, brief: &Brief, minute: Instant) -> Option<(Name, Wish)> {
    let edge = &handoff.edge;
    let age = minute.duration_since(handoff.opened_at);
    let (outgoing, incoming) = (edge.from.persons.first()?.clone(), world.incoming(handoff, minute).first()?.clone());
    let after = |minutes: i64| age >= SignedDuration::from_mins(minutes);
    let noted = brief.items.iter().any(|item| item.key.as_str().starts_with("note/"));
    if after(6) && !noted {
        return Some((outgoing, noise(&incoming)));
    }
    let lacking = brief.items.iter().find(|item| item.missing().next().is_some());
    if let Some(item) = lacking.filter(|_| after(12)) {
        let missing: Vec<Missing> = item.missing().collect();
        let owner = missing.contains(&Missing::Owner).then(|| meridian_core::handoff::Who::Person(outgoing.clone()));
        let contingency = missing.contains(&Missing::Contingency).then(|| THEN.to_owned());
        let change = Change { owner, contingency, ..Change::default() };
        return Some((outgoing, Wish::Amend { item: item.key.clone(), change }));
    }
    let first = brief.items.first()?;
    let read = brief.read_by.iter().find(|read| read.by == incoming);
    if after(16) && read.is_none_or(|read| !read.unread.is_empty()) {
        return Some((incoming, Wish::Read { revision: brief.revision() }));
    }
    let question = first.questions.first();
    if question.is_none() && after(20) {
        return Some((
            incoming,
            Wish::Ask { item: first.key.clone(), text: "Does anybody outside know already?".into() },
        ));
    }
    if question.is_some_and(|question| question.answer.is_none()) && after(24) {
        let text = "Yes, operations told the desk; nobody else is waiting.".into();
        return Some((outgoing, Wish::Answer { item: first.key.clone(), question: 1, text }));
    }
    if let Some(item) = brief.items.iter().find(|item| item.needs_read_back()).filter(|_| after(28)) {
        let next_at = minute.checked_add(SignedDuration::from_mins(30)).ok();
        let (words, next) = (WORDS.into(), Some(NEXT.into()));
        return Some((incoming, Wish::ReadBack { item: item.key.clone(), words, next, next_at }));
    }
    // Hong Kong's morning has other things to do first.
    let late = if edge.to.site.as_str() == "london" { 14 } else { -6 };
    let ready = edge.due().saturating_add(SignedDuration::from_mins(late)).unwrap_or(edge.due());
    let accept = minute >= ready && brief.before_acceptance(Some(&incoming)).is_empty();
    accept.then_some((incoming, Wish::Accept { emergency: false }))
}

const THEN: &str = "If it is not better in an hour, open the bridge and tell operations before the next cut-off.";
const NEXT: &str = "a look at its alerts";
const WORDS: &str =
    "It is still moving, so I look at it first and every quarter of an hour; if it gets worse I open the bridge.";

fn noise(owner: &Name) -> Wish {
    Wish::AddNote {
        summary: "The bridge is noisy; use the payments channel".into(),
        detail: "Facilities mends the line tomorrow.".into(),
        owner: Some(meridian_core::handoff::Who::Person(owner.clone())),
        contingency: Some("If the channel fails too, call each other.".into()),
    }
}
