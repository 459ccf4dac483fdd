//! The overrides that were added at run time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RosterFact;
use crate::{estate::Override, id::Name};

/// By rota, in the order in which they were added. They outlive a reload of the estate, also one without their rota.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrides {
    by_rota: BTreeMap<Name, Vec<(u64, Override)>>,
    /// The highest number that was ever given.
    last_id: u64,
}

impl Overrides {
    pub fn apply(&mut self, fact: &RosterFact) {
        match fact {
            RosterFact::OverrideAdded { id, rota, change } => {
                self.last_id = self.last_id.max(*id);
                self.by_rota.entry(rota.clone()).or_default().push((*id, change.clone()));
            }
            RosterFact::OverrideRemoved { id, rota } => {
                if let Some(of_rota) = self.by_rota.get_mut(rota) {
                    of_rota.retain(|(known, _)| known != id);
                    if of_rota.is_empty() {
                        self.by_rota.remove(rota);
                    }
                }
            }
            RosterFact::OverrideEnded { id, rota, until } => {
                let of_rota = self.by_rota.get_mut(rota).into_iter().flatten();
                if let Some((_, change)) = of_rota.into_iter().find(|(known, _)| known == id) {
                    change.until = change.until.min(*until);
                }
            }
        }
    }

    /// What [`super::shifts`] wants to know.
    pub fn of(&self, rota: &Name) -> Vec<Override> {
        self.numbered(rota).iter().map(|(_, change)| change.clone()).collect()
    }

    /// With the ids by which they can be removed.
    pub fn numbered(&self, rota: &Name) -> &[(u64, Override)] {
        self.by_rota.get(rota).map_or(&[], Vec::as_slice)
    }

    /// The override of this number, and whose rota it changes.
    pub fn get(&self, id: u64) -> Option<(&Name, &Override)> {
        self.by_rota.iter().find_map(|(rota, of_rota)| {
            let (_, change) = of_rota.iter().find(|(known, _)| *known == id)?;
            Some((rota, change))
        })
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.last_id.saturating_add(1)
    }
}
