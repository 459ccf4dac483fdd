//! What becomes of the wish to keep a finding, or to take one back.

use super::{Finding, FindingFact, Findings, Found};
use crate::{
    Refusal,
    estate::{Estate, nearest},
    id::{FindingId, IncidentId},
};

/// In bytes.
const NOTE_MAX: usize = 2_000;

/// What becomes of it: a fact, or the finding that says the same already.
#[derive(Clone, Debug, PartialEq)]
pub enum FindPlan {
    Fact(FindingFact),
    Stands(FindingId),
}

fn invalid<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid { field, why: why.into() })
}

/// Whether the estate has such a place, and such a person.
pub fn checked(estate: &Estate, found: Found) -> Result<Found, Refusal> {
    let Some(chain) = estate.chains.get(&found.at.chain) else {
        let meant = nearest(found.at.chain.as_str(), estate.chains.keys().map(|name| name.as_str()));
        return invalid("chain", unknown("chain of the estate", found.at.chain.as_str(), meant));
    };
    if chain.plan.hop(found.at.hop.as_str()).is_none() {
        let meant = nearest(found.at.hop.as_str(), chain.plan.hops.iter().map(|hop| hop.name.as_str()));
        return invalid("hop", unknown("hop of this chain", found.at.hop.as_str(), meant));
    }
    if let Some(by) = found.by.as_ref().filter(|by| !estate.persons.contains_key(*by)) {
        let meant = nearest(by.as_str(), estate.persons.keys().map(|name| name.as_str()));
        return invalid("by", unknown("person of the estate", by.as_str(), meant));
    }
    let note = text("note", &found.note)?;
    Ok(Found { note, ..found })
}

fn unknown(kind: &str, name: &str, meant: Option<&str>) -> String {
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    format!("no {kind} is called `{name}`{meant}")
}

fn text(field: &'static str, said: &str) -> Result<String, Refusal> {
    let said = said.trim();
    if said.len() > NOTE_MAX {
        return invalid(field, format!("has {} bytes; at most {NOTE_MAX}", said.len()));
    }
    Ok(said.to_owned())
}

/// `counting` is the one that counts at this place now.
pub fn plan_find(known: &Findings, counting: Option<&Finding>, incident: Option<IncidentId>, found: Found) -> FindPlan {
    match counting.filter(|same| same.found == found && same.incident == incident) {
        Some(same) => FindPlan::Stands(same.id),
        None => FindPlan::Fact(FindingFact::Made { finding: known.next_id(), incident, found }),
    }
}

pub fn plan_withdraw(known: &Findings, id: FindingId, reason: &str) -> Result<FindingFact, Refusal> {
    let finding = known.get(id).ok_or_else(|| Refusal::NotFound(format!("finding {id}")))?;
    if let Some((at, ..)) = &finding.withdrawn {
        return Err(Refusal::Conflict(format!("finding {id} was withdrawn at {at}")));
    }
    let (incident, reason) = (finding.incident, text("reason", reason)?);
    Ok(FindingFact::Withdrawn { finding: id, incident, reason })
}
