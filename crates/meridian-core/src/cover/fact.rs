//! What can happen to cover requests, swaps, leave and sickness.

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    estate::Leave,
    id::{ChangeId, Name},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CoverFact {
    /// Somebody is wanted for this part of a watch. Until somebody takes it, the one who asks stays on watch.
    #[serde(rename = "cover.asked")]
    Asked {
        change: ChangeId,
        part: Part,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        because: AskedBecause,
        /// Those who can, in the order in which they are asked. Empty: nobody can, and that is said.
        offers: Vec<Offer>,
    },
    /// The override that makes it true follows in the same commit.
    #[serde(rename = "cover.taken")]
    Taken {
        change: ChangeId,
        by: Name,
        /// Later than the beginning of the part when that had passed.
        from: Instant,
        #[serde(rename = "override")]
        over: u64,
    },
    #[serde(rename = "cover.declined")]
    Declined { change: ChangeId, by: Name },
    #[serde(rename = "cover.withdrawn")]
    Withdrawn { change: ChangeId, because: WithdrawnBecause },
    /// The watch began and nobody took it: `person` is on watch, as before. It can still be taken.
    #[serde(rename = "cover.lapsed")]
    Lapsed { change: ChangeId, person: Name },
    /// Somebody took a watch without being asked. The override follows in the same commit.
    #[serde(rename = "shift.taken")]
    ShiftTaken {
        change: ChangeId,
        part: Part,
        by: Name,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        #[serde(rename = "override")]
        over: u64,
    },
    #[serde(rename = "swap.proposed")]
    SwapProposed {
        change: ChangeId,
        /// Of the one who proposes.
        one: Part,
        other: Part,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// The team whose lead has to approve it, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval: Option<Name>,
    },
    /// With its two overrides in the same commit, or with none while the approval is awaited.
    #[serde(rename = "swap.accepted")]
    SwapAccepted { change: ChangeId, by: Name, overrides: Vec<u64> },
    #[serde(rename = "swap.approved")]
    SwapApproved { change: ChangeId, by: Name, overrides: Vec<u64> },
    #[serde(rename = "swap.refused")]
    SwapRefused {
        change: ChangeId,
        by: Name,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    #[serde(rename = "swap.withdrawn")]
    SwapWithdrawn { change: ChangeId, because: WithdrawnBecause },
    #[serde(rename = "leave.added")]
    LeaveAdded {
        change: ChangeId,
        person: Name,
        leave: Leave,
        /// What it was made from, if not by hand: the UID of an event in a calendar.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
    },
    #[serde(rename = "leave.removed")]
    LeaveRemoved { change: ChangeId },
    /// From now on nobody pages this person, and whoever waits for their answer is told to go on.
    #[serde(rename = "sick.reported")]
    SickReported {
        change: ChangeId,
        person: Name,
        until: Instant,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    #[serde(rename = "sick.ended")]
    SickEnded { change: ChangeId, because: SickEndedBecause },
    /// What the change had made is taken back in the same commit.
    #[serde(rename = "change.undone")]
    Undone {
        change: ChangeId,
        /// The person who gave or took it back, where that is one of the estate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Name>,
        /// A cover request whose taker gave it back: it is open again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        asked_again: bool,
    },
}

/// A part of one person's watch in one layer of a rota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub rota: Name,
    pub layer: String,
    pub person: Name,
    pub from: Instant,
    pub until: Instant,
}

/// Somebody who can take a part, and why at this place in the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub person: Name,
    /// Whether most of the part lies in the day where they are.
    pub day: bool,
    /// Watched minutes above (or below) the fair share of their rota, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_minutes: Option<i64>,
    /// They are asked from then on: the first few at once, the others when those had time to answer.
    pub asked_from: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBecause {
    /// The person, or somebody for them, asked for this.
    Asked,
    OnLeave {
        leave: ChangeId,
    },
    /// The leave stands in the estate.
    LeaveInEstate,
    Sick {
        sick: ChangeId,
    },
    /// The estate has this person no more, and an override still names them.
    NotInEstate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawnBecause {
    ByHand,
    /// The leave or the sickness for which it was asked is over.
    NoLongerAway,
    /// Another change took the person off that watch.
    NotOnWatchAnyMore,
    /// Its watch began before it was settled.
    TooLate,
    /// The estate has one of its people no more.
    NotInEstate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SickEndedBecause {
    SaidSo,
    /// The time that was named is over.
    Over,
    /// Another end was named.
    Changed,
}

impl CoverFact {
    /// The change that it is about.
    pub fn change(&self) -> ChangeId {
        match self {
            CoverFact::Asked { change, .. }
            | CoverFact::Taken { change, .. }
            | CoverFact::Declined { change, .. }
            | CoverFact::Withdrawn { change, .. }
            | CoverFact::Lapsed { change, .. }
            | CoverFact::ShiftTaken { change, .. }
            | CoverFact::SwapProposed { change, .. }
            | CoverFact::SwapAccepted { change, .. }
            | CoverFact::SwapApproved { change, .. }
            | CoverFact::SwapRefused { change, .. }
            | CoverFact::SwapWithdrawn { change, .. }
            | CoverFact::LeaveAdded { change, .. }
            | CoverFact::LeaveRemoved { change }
            | CoverFact::SickReported { change, .. }
            | CoverFact::SickEnded { change, .. }
            | CoverFact::Undone { change, .. } => *change,
        }
    }
}
