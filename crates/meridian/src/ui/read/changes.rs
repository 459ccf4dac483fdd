//! Changes of who is on watch, read from the world.

use meridian_core::{
    Instant,
    cover::{AskedBecause, CoverFact, Part, SickEndedBecause, WithdrawnBecause},
    id::ChangeId,
};

use super::Lens;
use crate::ui::{
    parts::{Glyph, Say},
    view::Told,
};

/// A fact about a change, as a sentence.
pub(super) fn told(lens: &Lens<'_>, at: Instant, fact: &CoverFact) -> Told {
    match fact {
        CoverFact::Asked { part, because, offers, .. } => {
            let asked = Told::new(at, during(wanted(lens, "Cover asked for ", part), part)).shape(Glyph::Due);
            let asked = because_of(asked, because);
            if offers.is_empty() { asked.shape(Glyph::Nobody) } else { asked }
        }
        CoverFact::Taken { change, by, .. } => {
            let say = Say::new().strong(lens.person(by)).text(" takes the watch");
            let say = lens.world.covers.request(*change).map_or(say.clone(), |(_, request)| {
                during(
                    say.text(format!(" of {} in ", lens.person(&request.part.person)))
                        .link(format!("/rotas/{}", request.part.rota), lens.rota_title(&request.part.rota)),
                    &request.part,
                )
            });
            Told::new(at, say).shape(Glyph::Accepted)
        }
        CoverFact::Declined { change, by } => {
            Told::new(at, number(Say::new().strong(lens.person(by)).text(" can't take "), *change))
        }
        CoverFact::Withdrawn { change, because } | CoverFact::SwapWithdrawn { change, because } => {
            Told::new(at, number(Say::new(), *change).text(" withdrawn")).because(withdrawn(*because))
        }
        CoverFact::Lapsed { change, person } => {
            let say = Say::new().text("Nobody took ");
            let say = number(say, *change).text(": ").strong(lens.person(person)).text(" stays on watch");
            Told::new(at, say).shape(Glyph::Nobody)
        }
        CoverFact::ShiftTaken { part, by, reason, .. } => {
            let say = Say::new()
                .strong(lens.person(by))
                .text(format!(" took the watch of {} in ", lens.person(&part.person)));
            let say = say.link(format!("/rotas/{}", part.rota), lens.rota_title(&part.rota));
            reasoned(Told::new(at, during(say, part)).shape(Glyph::Accepted), reason)
        }
        CoverFact::SwapProposed { one, other, reason, .. } => {
            let say = Say::new().strong(lens.person(&one.person)).text(" proposes a swap to ");
            let say = say.strong(lens.person(&other.person)).text(": ").at(one.from).text(" for ").at(other.from);
            reasoned(Told::new(at, say).shape(Glyph::Due), reason)
        }
        CoverFact::SwapAccepted { change, by, overrides } => {
            let told = Told::new(at, number(Say::new().strong(lens.person(by)).text(" accepted "), *change));
            if overrides.is_empty() { told.because("the lead has to approve it") } else { told.shape(Glyph::Accepted) }
        }
        CoverFact::SwapApproved { change, by, .. } => {
            Told::new(at, number(Say::new().strong(lens.person(by)).text(" approved "), *change)).shape(Glyph::Accepted)
        }
        CoverFact::SwapRefused { change, by, reason } => {
            reasoned(Told::new(at, number(Say::new().strong(lens.person(by)).text(" refused "), *change)), reason)
        }
        _ => away(lens, at, fact),
    }
}

fn away(lens: &Lens<'_>, at: Instant, fact: &CoverFact) -> Told {
    match fact {
        CoverFact::LeaveAdded { person, leave, .. } => {
            let say = Say::new().strong(lens.person(person)).text(" is on leave from ").at(leave.from);
            reasoned(Told::new(at, say.text(" to ").at(leave.until)), &leave.note)
        }
        CoverFact::LeaveRemoved { change } => Told::new(at, number(Say::new(), *change).text(" removed")),
        CoverFact::SickReported { person, until, note, .. } => {
            let say = Say::new().strong(lens.person(person)).text(" is sick until ").at(*until);
            reasoned(Told::new(at, say).shape(Glyph::Risk), note)
        }
        CoverFact::SickEnded { change, because } => {
            let told = Told::new(at, number(Say::new(), *change).text(" ended")).shape(Glyph::Ok);
            told.because(match because {
                SickEndedBecause::SaidSo => "they are back",
                SickEndedBecause::Over => "its time is over",
                SickEndedBecause::Changed => "another end was named",
            })
        }
        CoverFact::Undone { change, asked_again, .. } => {
            let told = Told::new(at, number(Say::new(), *change).text(" undone"));
            if *asked_again { told.because("it was given back, and is asked for again") } else { told }
        }
        _ => Told::new(at, "A change"),
    }
}

fn number(say: Say, change: ChangeId) -> Say {
    say.text(format!("change {change}"))
}

fn wanted(lens: &Lens<'_>, begin: &str, part: &Part) -> Say {
    let say = Say::new().text(begin).strong(lens.person(&part.person)).text(" in ");
    say.link(format!("/rotas/{}", part.rota), lens.rota_title(&part.rota))
}

fn during(say: Say, part: &Part) -> Say {
    say.text(", ").at(part.from).text(" to ").at(part.until)
}

fn because_of(told: Told, because: &AskedBecause) -> Told {
    match because {
        AskedBecause::Asked => told,
        AskedBecause::OnLeave { .. } | AskedBecause::LeaveInEstate => told.because("they are on leave"),
        AskedBecause::Sick { .. } => told.because("they are sick"),
        AskedBecause::NotInEstate => told.because("the estate has them no more"),
    }
}

fn withdrawn(because: WithdrawnBecause) -> &'static str {
    match because {
        WithdrawnBecause::ByHand => "whoever asked said so",
        WithdrawnBecause::NoLongerAway => "they are not away any more",
        WithdrawnBecause::NotOnWatchAnyMore => "another change took them off that watch",
        WithdrawnBecause::NotInEstate => "the estate has one of them no more",
        WithdrawnBecause::TooLate => "the watch began before it was settled",
    }
}

fn reasoned(told: Told, reason: &str) -> Told {
    if reason.is_empty() { told } else { told.because(reason.to_owned()) }
}
