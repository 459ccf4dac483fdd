//! What can happen to a notice. How its deliveries go on stands in the facts of deliveries ([`crate::page::PageFact`]).

use serde::{Deserialize, Serialize};

use crate::{
    id::{ChangeId, Name, NoticeId},
    page::{Planned, Urgency},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeFact {
    #[serde(rename = "notice.planned")]
    Planned {
        notice: NoticeId,
        person: Name,
        /// What it is about, in the order in which it is said.
        changes: Vec<ChangeId>,
        because: NoticeBecause,
        /// High: over the contacts of a page, because the watch begins within an hour or has begun.
        urgency: Urgency,
        /// In order of their time. Empty: the person has no contact, and that is shown.
        deliveries: Vec<Planned>,
    },
}

/// Why this person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeBecause {
    /// They can take it, and their turn to be asked has come.
    Asked,
    /// It is their watch, or one of their team, and nobody took it.
    Untaken,
    /// Their watch has somebody else now.
    Relieved,
    /// They are on watch by it.
    OnWatch,
    /// What put them on watch, or took them off, is undone.
    Undone,
    /// Their answer to a swap is awaited.
    SwapProposed,
    /// Their approval of a swap is awaited.
    SwapToApprove,
    SwapMade,
    SwapRefused,
    SwapWithdrawn,
}
