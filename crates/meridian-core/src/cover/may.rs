//! Whom somebody may act for: themselves, those whom they lead, and for an admin or a program everybody.

use crate::{
    access::{AccountRole, Principal},
    estate::Estate,
    id::Name,
};

/// Whether `principal`, who may change who is on watch at all, may do so in the name of `person`.
pub fn may_act_for(estate: &Estate, principal: &Principal, person: &Name) -> bool {
    match principal {
        Principal::Anonymous => false,
        // A program acts for people; the journal says which program.
        Principal::Token { .. } | Principal::Demo | Principal::Session { role: AccountRole::Admin, .. } => true,
        Principal::Session { person: Some(own), .. } => {
            let leads = |team: &crate::estate::Team| team.lead.as_ref() == Some(own) && team.members.contains(person);
            own == person || estate.teams.values().any(leads)
        }
        Principal::Session { person: None, .. } => false,
    }
}
