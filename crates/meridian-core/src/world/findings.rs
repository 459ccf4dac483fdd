//! Findings: which fault each belongs to, and whether it still counts.

use super::{Turn, World};
use crate::{
    command::{Refusal, Reply},
    finding::{self, FindPlan, Finding, FindingState, Found, Spot},
    id::{FindingId, IncidentId, Name},
};

impl World {
    pub fn finding_state(&self, finding: &Finding) -> FindingState {
        if finding.withdrawn.is_some() {
            FindingState::Withdrawn
        } else if !self.is_fault_open(finding) {
            FindingState::Over
        } else if self.counting_at(&finding.found.at).is_some_and(|counts| counts.id != finding.id) {
            FindingState::Replaced
        } else {
            FindingState::Counts
        }
    }

    /// Those that count, oldest first.
    pub fn findings_that_count(&self) -> Vec<&Finding> {
        let mut places = std::collections::BTreeSet::new();
        let open = self.findings.iter().rev().filter(|one| one.withdrawn.is_none() && self.is_fault_open(one));
        let mut found: Vec<&Finding> = open.filter(|one| places.insert(&one.found.at)).collect();
        found.reverse();
        found
    }

    /// The one that counts at this place: the newest whose fault is open.
    fn counting_at(&self, spot: &Spot) -> Option<&Finding> {
        let here = self.findings.iter().rev().filter(|one| one.found.at == *spot && one.withdrawn.is_none());
        here.into_iter().find(|one| self.is_fault_open(one))
    }

    /// Whether it is still about what it was made for. A fault that was over and came again is another one.
    fn is_fault_open(&self, finding: &Finding) -> bool {
        let Some(id) = finding.incident else {
            let mut open = self.breaches.open().filter(|open| open.breach.key.chain == finding.found.at.chain);
            return open.any(|open| open.breach.key.trouble.is_of_passage() && open.found_at <= finding.made_at);
        };
        let since_reopened = |at| finding.made_at >= at;
        self.incidents
            .get(id)
            .is_some_and(|incident| !incident.is_resolved() && incident.reopened_at.is_none_or(since_reopened))
    }

    /// The fault of this chain that a finding belongs to when nobody names an incident: that of the worst breach of
    /// passage, an open one.
    fn fault_of(&self, chain: &Name) -> Result<Option<IncidentId>, Refusal> {
        let of_chain = self.breaches.open().filter(|open| open.breach.key.chain == *chain);
        let mut open: Vec<_> = of_chain.filter(|open| open.breach.key.trouble.is_of_passage()).collect();
        open.sort_by_key(|open| (open.breach.key.trouble, open.found_at));
        if open.is_empty() {
            return Err(Refusal::Conflict(format!(
                "nothing is held, late or dark on chain `{chain}`, so that there is no fault to find; name an open incident if there is one all the same"
            )));
        }
        let is_open = |id: &IncidentId| self.incidents.get(*id).is_some_and(|incident| !incident.is_resolved());
        Ok(open.iter().filter_map(|open| open.incident).find(is_open))
    }
}

impl Turn<'_> {
    pub fn find(&mut self, incident: Option<IncidentId>, found: Found) -> Result<Reply, Refusal> {
        let found = finding::checked(&self.world.estate.parsed, found)?;
        let incident = match incident {
            None => self.world.fault_of(&found.at.chain)?,
            Some(id) => {
                let known = self.world.incidents.get(id);
                let known = known.ok_or_else(|| Refusal::NotFound(format!("incident {id}")))?;
                if known.is_resolved() {
                    let why = format!("incident {id} is resolved; a finding belongs to a fault that is open");
                    return Err(Refusal::Conflict(why));
                }
                Some(id)
            }
        };
        let counting = self.world.counting_at(&found.at);
        Ok(Reply::Finding(match finding::plan_find(&self.world.findings, counting, incident, found) {
            FindPlan::Stands(id) => id,
            FindPlan::Fact(fact) => {
                let id = fact.finding();
                self.record(fact);
                id
            }
        }))
    }

    pub fn withdraw_finding(&mut self, id: FindingId, reason: &str) -> Result<Reply, Refusal> {
        let fact = finding::plan_withdraw(&self.world.findings, id, reason)?;
        Ok(self.done(fact))
    }
}
