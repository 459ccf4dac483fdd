//! Findings as sentences.

use meridian_core::{Instant, finding::FindingFact};

use super::Lens;
use crate::ui::{
    parts::{Glyph, Say},
    view::Told,
};

pub(super) fn told(lens: &Lens<'_>, at: Instant, fact: &FindingFact) -> Told {
    match fact {
        FindingFact::Made { found, .. } => {
            let chain = &found.at.chain;
            let say = Say::new().text("Looked ").text(found.at.words()).text(" of ");
            let say = say.link(format!("/chains/{chain}"), chain.to_string()).text(": ");
            let say = say.strong(if found.seen { "seen" } else { "not seen" });
            let told = Told::new(at, say).shape(Glyph::Note);
            let told = if found.note.is_empty() { told } else { told.because(found.note.clone()) };
            match &found.by {
                Some(by) => told.by(lens.person(by)),
                None => told,
            }
        }
        FindingFact::Withdrawn { finding, reason, .. } => {
            let known = lens.world.findings.get(*finding);
            let what = known.map_or_else(|| format!("Finding {finding}"), |one| format!("“{}”", one.found.words()));
            let told = Told::new(at, format!("{what} is withdrawn")).shape(Glyph::Note);
            if reason.is_empty() { told } else { told.because(reason.clone()) }
        }
    }
}
