//! Handoffs: the list with its figures, one brief, and their facts as sentences.

use meridian_core::{
    Instant,
    handoff::{
        self, About, End, Figures, Handoff, HandoffFact, Item, ItemKey, Missing, Obstacle, Phrase, Stability, Who,
    },
    id::{HandoffId, Name},
    incident::IncidentFact,
    roster::Side,
};

use super::Lens;
use crate::ui::{
    parts::{Glyph, Say, lasting},
    view::{
        Told,
        control::Need,
        handoff::{Before, BriefView, FigureRow, HandoffRow, HandoffsView, ItemRow, QuestionRow, ReadRow},
    },
};

/// `nobody accepted it, handoff 7`
pub(super) fn link(id: HandoffId, why: &str) -> Say {
    Say::new().text(format!("{why}, ")).link(format!("/handoffs/{id}"), format!("handoff {id}"))
}

/// What became of an incident with the watch: who has it, and what is promised.
pub(super) fn of_incident(lens: &Lens<'_>, at: Instant, fact: &IncidentFact) -> Told {
    let here = || Say::new().incident(fact.incident());
    match fact {
        IncidentFact::HandedOver { to, handoff, .. } => {
            let said = here().text(" handed over to ").strong(lens.person(to));
            Told::new(at, said).shape(Glyph::Accepted).because(link(*handoff, "it was accepted"))
        }
        IncidentFact::Promised { due, what, .. } => {
            Told::new(at, here().text(format!(": “{what}” promised by ")).at(*due)).shape(Glyph::Note)
        }
        _ => Told::new(at, here()),
    }
}

pub(super) fn told(lens: &Lens<'_>, at: Instant, fact: &HandoffFact) -> Told {
    let id = fact.handoff();
    let title = || lens.world.handoffs.get(id).map(|handoff: &Handoff| lens.world.handoff_title(&handoff.edge));
    let here = || Say::new().link(format!("/handoffs/{id}"), format!("Handoff {}", title().unwrap_or(id.to_string())));
    match fact {
        HandoffFact::Opened { edge, .. } => {
            Told::new(at, here().text(" opened; due at ").at(edge.due())).shape(Glyph::Due)
        }
        HandoffFact::Changed { edge, .. } => {
            Told::new(at, here().text(" changed; due at ").at(edge.due())).because("the plan changed")
        }
        HandoffFact::ItemAdded { by, summary, .. } => {
            Told::new(at, here().text(format!(": “{summary}” added"))).shape(Glyph::Note).by(lens.person(by))
        }
        HandoffFact::Amended { by, item, .. } => {
            Told::new(at, here().text(format!(": {item} amended"))).by(lens.person(by))
        }
        HandoffFact::Asked { by, item, text, .. } => {
            Told::new(at, here().text(format!(": asked about {item}, “{text}”"))).shape(Glyph::Note).by(lens.person(by))
        }
        HandoffFact::Answered { by, item, text, .. } => {
            let said = here().text(format!(": answered about {item}, “{text}”"));
            Told::new(at, said).shape(Glyph::Note).by(lens.person(by))
        }
        HandoffFact::ReadBack { by, item, words, .. } => {
            let said = here().text(format!(": {item} read back, “{words}”"));
            Told::new(at, said).shape(Glyph::Ok).by(lens.person(by))
        }
        HandoffFact::Waived { by, item, what, reason, .. } => {
            Told::new(at, here().text(format!(": {item} goes without {}", what.word())))
                .by(lens.person(by))
                .because(reason.as_str())
        }
        HandoffFact::Accepted { by, emergency, .. } => {
            let how = if *emergency { " accepted in an emergency by " } else { " accepted by " };
            Told::new(at, here().text(how).strong(lens.person(by))).shape(Glyph::Accepted)
        }
        HandoffFact::Refused { by, reason, .. } => Told::new(at, here().text(" refused by ").strong(lens.person(by)))
            .shape(Glyph::Fail)
            .because(reason.as_str()),
        HandoffFact::Late { incident, .. } => {
            Told::new(at, here().text(" is late; both sides are paged by ").incident(*incident)).shape(Glyph::Nobody)
        }
        HandoffFact::Escalated { leads, .. } => {
            let who = if leads.is_empty() { "both sides".into() } else { lens.people(leads) };
            Told::new(at, here().text(" is still not accepted; paged as well: ").strong(who)).shape(Glyph::Nobody)
        }
        HandoffFact::Void { because, .. } => Told::new(at, here().text(" is void")).because(because.words()),
    }
}

/// So many ended handoffs stand on one page of the history.
const PER_PAGE: usize = 50;

/// What the address asks of the history.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    pub words: &'a str,
    pub rota: &'a str,
    pub before: Option<u64>,
}

pub fn handoffs(lens: &Lens<'_>, search: Search<'_>) -> HandoffsView {
    let world = lens.world;
    let mut open: Vec<HandoffRow> = world.handoffs.open().map(|handoff| row(lens, handoff)).collect();
    open.sort_by_key(|row| (row.due, row.id));
    let ended = world.handoffs.iter().rev().filter(|handoff| {
        handoff.end.is_some()
            && search.before.is_none_or(|before| handoff.id.0 < before)
            && (search.rota.is_empty() || handoff.rota().as_str() == search.rota)
            && (search.words.is_empty() || world.handoff_meets(handoff, search.words, lens.now))
    });
    let mut rows: Vec<HandoffRow> = ended.take(PER_PAGE + 1).map(|handoff| row(lens, handoff)).collect();
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let rotas = world.estate().rotas.values().filter(|rota| rota.handoff.is_some());
    let next = rotas.clone().filter_map(|rota| world.handoffs.next_edge(&rota.name));
    let next = next
        .min_by_key(|(_, edge)| edge.at)
        .map(|(_, edge)| Say::new().text(format!("Next: {}, ", world.handoff_title(edge))).at(edge.due()).text("."));
    HandoffsView {
        open,
        older: rows.last().filter(|_| more).map(|row| row.id.0),
        rows,
        figures: figures(lens),
        words: search.words.to_owned(),
        rota: search.rota.to_owned(),
        rotas: rotas.map(|rota| (rota.name.clone(), rota.display_name.clone())).collect(),
        newer: search.before.is_some(),
        next,
    }
}

fn row(lens: &Lens<'_>, handoff: &Handoff) -> HandoffRow {
    let edge = &handoff.edge;
    let people = |side: &Side| lens.people(&side.persons.iter().cloned().collect::<Vec<_>>());
    let brief = lens.world.brief(handoff.id, lens.now);
    let count = |severity| brief.as_ref().map_or(0, |brief| brief.count(severity));
    HandoffRow {
        id: handoff.id,
        title: lens.world.handoff_title(edge),
        rota: lens.rota_title(handoff.rota()),
        standing: handoff.standing(lens.now),
        was_late: handoff.late.is_some(),
        due: edge.due(),
        from: people(&edge.from),
        to: people(&edge.to),
        end: end(lens, handoff),
        counts: Stability::ALL.map(count),
        before: brief.map_or(0, |brief| brief.before_acceptance.len()),
    }
}

fn end(lens: &Lens<'_>, handoff: &Handoff) -> Option<Say> {
    Some(match handoff.end.as_ref()? {
        End::Accepted { at, by, emergency, .. } => {
            let due = handoff.edge.due();
            let how = if *emergency { "Accepted in an emergency by " } else { "Accepted by " };
            let when = match at.duration_since(due) {
                late if late.as_secs() > 59 => format!(", {} late", lasting(late)),
                early if early.as_secs() < -59 => format!(", {} early", lasting(early.abs())),
                _ => ", on time".into(),
            };
            Say::new().text(how).strong(lens.person(by)).text(" at ").at(*at).text(when)
        }
        End::Void { at, because } => Say::new().text("Void since ").at(*at).text(format!(": {}", because.words())),
    })
}

fn figures(lens: &Lens<'_>) -> Vec<FigureRow> {
    let figures = lens.world.handoffs.figures();
    let row = |((rota, from, to), known): ((Name, Name, Name), Figures)| FigureRow {
        edge: format!("{} to {}", lens.site(&from).0, lens.site(&to).0),
        rota: lens.rota_title(&rota),
        accepted: known.accepted.len(),
        on_time: (known.on_time(), known.accepted.len()),
        late: known.late.clone(),
        emergencies: known.emergencies.clone(),
        read_back: (known.read_back, known.unstable),
        missed: (known.missed(), known.pages.len()),
        missed_pages: known
            .pages
            .iter()
            .filter(|(_, page)| page.missed)
            .map(|(handoff, page)| (*handoff, page.incident))
            .collect(),
    };
    figures.into_iter().map(row).collect()
}

pub fn brief(lens: &Lens<'_>, id: HandoffId) -> Option<BriefView> {
    let world = lens.world;
    let handoff = world.handoffs.get(id)?;
    let brief = world.brief(id, lens.now)?;
    let edge = &handoff.edge;
    let people = |side: &Side| lens.people(&side.persons.iter().cloned().collect::<Vec<_>>());
    let incoming = world.incoming(handoff, lens.now);
    let rule = world.estate().rotas.get(handoff.rota()).and_then(|rota| Some((rota, rota.handoff.as_ref()?)));
    let leads = rule.map(|(rota, _)| world.leads(rota)).unwrap_or_default();
    let is_open = handoff.end.is_none();
    let until = world.incoming_until(handoff);
    let name = |place: &Name| (place.clone(), lens.person(place));
    Some(BriefView {
        id,
        title: world.handoff_title(edge),
        rota: lens.rota_title(handoff.rota()),
        standing: handoff.standing(lens.now),
        due: edge.due(),
        sites: [&edge.from.site, &edge.to.site].map(|site| lens.site(site)),
        from: people(&edge.from),
        to: people(&edge.to),
        hole: (edge.at < edge.incoming_from).then_some((edge.at, edge.incoming_from)),
        late_at: rule.and_then(|(_, rule)| edge.due().checked_add(rule.late).ok()),
        leads: lens.people(&leads.into_iter().collect::<Vec<_>>()),
        late_incident: handoff.late.map(|late| late.incident),
        counts: Stability::ALL.map(|severity| brief.count(severity)),
        moves: (brief.moves.acknowledgements, brief.moves.actions),
        before: brief.before_acceptance.iter().map(obstacle).collect(),
        items: brief.items.iter().map(|item| item_row(lens, item, is_open)).collect(),
        falls_due: falls_due(&brief.items, edge.due(), until),
        end: end(lens, handoff),
        refusals: handoff.refusals.iter().map(|refusal| refused(lens, refusal)).collect(),
        is_incoming: lens.me.is_none_or(|me| incoming.contains(me)),
        chooses: lens.me.is_none(),
        incoming: incoming.iter().map(name).collect(),
        people: lens.choices(),
        seq: world.seq(),
    })
}

fn refused(lens: &Lens<'_>, refusal: &handoff::Refusal) -> Say {
    let by = Say::new().text("Refused by ").strong(lens.person(&refusal.by)).text(" at ").at(refusal.at);
    by.text(format!(": “{}”", refusal.reason))
}

fn obstacle(obstacle: &Obstacle) -> Before {
    match obstacle {
        Obstacle::ReadBack { item, number } => {
            Before { anchor: anchor(item), words: format!("Read back item {number}") }
        }
        Obstacle::Missing { item, number, what } => {
            let article = if *what == Missing::Owner { "an" } else { "a" };
            let words = format!("give item {number} {article} {} or waive it with a reason", what.word());
            Before { anchor: anchor(item), words }
        }
    }
}

/// What is promised or to be done within the incoming's watch, in the order of time.
fn falls_due(items: &[Item], from: Instant, until: Instant) -> Vec<(String, Instant)> {
    let actions = items.iter().flat_map(|item| item.actions.iter());
    let due = actions.filter_map(|action| Some((action.text.clone(), action.due?)));
    let mut due: Vec<(String, Instant)> = due.filter(|(_, at)| from <= *at && *at < until).collect();
    due.sort_by_key(|(_, at)| *at);
    due.truncate(4);
    due
}

/// An item's key as the name of a place on the page.
pub fn anchor(key: &ItemKey) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("item-{}", key.as_str().chars().map(plain).collect::<String>())
}

fn say(phrases: &[Phrase]) -> Say {
    phrases.iter().fold(Say::new(), |say, phrase| match phrase {
        Phrase::Text(text) => say.text(text.as_str()),
        Phrase::At(at) => say.at(*at),
    })
}

fn who(lens: &Lens<'_>, who: &Who) -> String {
    match who {
        Who::Person(name) => lens.person(name),
        Who::Other(text) => text.clone(),
    }
}

fn item_row(lens: &Lens<'_>, item: &Item, is_open: bool) -> ItemRow {
    let (shape, href) = match &item.about {
        About::Incident { incident, severity, .. } => {
            (Some(Glyph::Severity(*severity)), Some(format!("/incidents/{incident}")))
        }
        About::Silence(_) => (None, Some("/silences".into())),
        About::Hole { .. } => (Some(Glyph::Nobody), None),
        About::Estate => (Some(Glyph::Fail), Some("/estate".into())),
        About::Note => (Some(Glyph::Note), None),
        About::Alerts | About::Override(_) | About::Contact { .. } => (None, None),
    };
    let action = |action: &handoff::Action| {
        let said = Say::new().text(format!("{}: {}", who(lens, &action.owner), action.text));
        action.due.map_or(said.clone(), |due| said.text(" by ").at(due))
    };
    let waiver = |waiver: &handoff::Waiver| {
        Say::new().text(format!(
            "No {}, waived by {}: “{}”",
            waiver.what.word(),
            lens.person(&waiver.by),
            waiver.reason
        ))
    };
    ItemRow {
        key: item.key.clone(),
        anchor: anchor(&item.key),
        number: item.number,
        severity: item.severity,
        because: item.because.iter().map(handoff::StabilityBecause::words).collect::<Vec<_>>().join(", "),
        shape,
        href,
        summary: say(&item.summary),
        detail: say(&item.detail),
        note: item.note.clone(),
        owner: item.owner.as_ref().map(|owner| who(lens, owner)),
        actions: item.actions.iter().map(action).collect(),
        contingency: item.contingency.as_deref().map(say),
        missing: if is_open { item.missing().collect() } else { Vec::new() },
        waivers: item.waivers.iter().map(waiver).collect(),
        questions: item.questions.iter().map(|question| asked(lens, question)).collect(),
        read_back: item.read_back.as_ref().map(|read| ReadRow {
            words: read.words.clone(),
            by: lens.person(&read.by),
            at: read.at,
            next_at: read.next_at,
        }),
        needs_read_back: item.needs_read_back(),
        is_note: item.about == About::Note,
    }
}

fn asked(lens: &Lens<'_>, question: &handoff::Question) -> QuestionRow {
    let answer = question.answer.as_ref().map(|answer| format!("{}: {}", lens.person(&answer.by), answer.text));
    QuestionRow {
        number: question.number,
        asked: format!("Asked by {}: {}", lens.person(&question.by), question.text),
        answer,
    }
}

/// A handoff that waits for this reader, or for anybody when the reader is nobody of the estate.
pub(super) fn needs(lens: &Lens<'_>) -> Vec<Need> {
    let mut open: Vec<&Handoff> = lens.world.handoffs.open().collect();
    open.sort_by_key(|handoff| handoff.edge.due());
    let concerns = |handoff: &&Handoff| {
        let Some(me) = lens.me else { return true };
        handoff.edge.from.persons.contains(me) || lens.world.incoming(handoff, lens.now).contains(me)
    };
    open.into_iter().filter(concerns).filter_map(|handoff| need(lens, handoff)).collect()
}

fn need(lens: &Lens<'_>, handoff: &Handoff) -> Option<Need> {
    let brief = lens.world.brief(handoff.id, lens.now)?;
    let late = handoff.edge.due() <= lens.now;
    let items = brief.items.len();
    let read = brief.items.iter().filter(|item| item.needs_read_back()).count();
    let lack = brief.items.iter().filter(|item| item.missing().next().is_some()).count();
    let mut words = format!(". {items} {}", if items == 1 { "item" } else { "items" });
    if read > 0 {
        words += &format!(", {read} to read back");
    }
    if lack > 0 {
        words += &format!(", {lack} without owner or contingency");
    }
    Some(Need {
        shape: if late { Glyph::Nobody } else { Glyph::Due },
        what: format!("Handoff {}", lens.world.handoff_title(&handoff.edge)),
        until: Some(handoff.edge.due()),
        urgent: late,
        more: Say::new().text(if late { "Was due " } else { "Due " }).at(handoff.edge.due()).text(words + "."),
        act: None,
        refuse: None,
        open: format!("/handoffs/{}", handoff.id),
    })
}
