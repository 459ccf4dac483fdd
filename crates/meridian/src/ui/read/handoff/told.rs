//! Facts of handoffs as sentences.

use meridian_core::{
    Instant,
    handoff::{Handoff, HandoffFact},
    id::HandoffId,
    incident::IncidentFact,
};

use crate::ui::{
    parts::{Glyph, Say},
    read::Lens,
    view::Told,
};

/// `nobody accepted it, handoff 7`
pub fn link(id: HandoffId, why: &str) -> Say {
    Say::new().text(format!("{why}, ")).link(format!("/handoffs/{id}"), format!("handoff {id}"))
}

/// What became of an incident with the watch: who has it, and what is promised.
pub fn of_incident(lens: &Lens<'_>, at: Instant, fact: &IncidentFact) -> Told {
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

pub fn told(lens: &Lens<'_>, at: Instant, fact: &HandoffFact) -> Told {
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
        HandoffFact::Amended { by, item, change, .. } => {
            Told::new(at, here().text(format!(": {item} amended, {}", change.words()))).by(lens.person(by))
        }
        HandoffFact::Asked { by, item, text, .. } => {
            Told::new(at, here().text(format!(": asked about {item}, “{text}”"))).shape(Glyph::Note).by(lens.person(by))
        }
        HandoffFact::Answered { by, item, text, .. } => {
            let said = here().text(format!(": answered about {item}, “{text}”"));
            Told::new(at, said).shape(Glyph::Note).by(lens.person(by))
        }
        HandoffFact::Read { by, marks, .. } => {
            let items = if marks.len() == 1 { "1 item".into() } else { format!("{} items", marks.len()) };
            Told::new(at, here().text(format!(": the brief read, {items}"))).shape(Glyph::Ok).by(lens.person(by))
        }
        HandoffFact::ReadBack { by, item, words, next, next_at, .. } => {
            let said = here().text(format!(": {item} read back, “{words}”"));
            let said = next.as_ref().map_or(said.clone(), |next| said.text(format!("; next: {next}")));
            let said = next_at.map_or(said.clone(), |next_at| said.text(", ").at(next_at));
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
