//! Switches from route to route.

use meridian_core::{
    Instant,
    id::{IncidentId, Name, SwitchId},
    switch::{Step, StepLine},
};

/// The checklist, and what is safe now.
pub struct SwitchPanel {
    pub id: SwitchId,
    pub to: Name,
    /// How many of the eight are done.
    pub done: usize,
    /// None: it is over.
    pub step: Option<Step>,
    pub safe: Safe,
    pub steps: Vec<StepLine>,
}

/// What may be sent again, and what may not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Safe {
    pub confirmed: u64,
    pub rejected: u64,
    pub cancelled: u64,
    pub never_left: u64,
    pub in_doubt: u64,
    pub unseen: u64,
    /// It is what was proven at the partition, and not a preview.
    pub proven: bool,
}

/// One switch.
pub struct SwitchView {
    pub panel: SwitchPanel,
    pub chain: Name,
    pub title: String,
    pub from: Name,
    pub border: Name,
    pub cut: Instant,
    pub reason: String,
    pub by: String,
    pub incident: Option<IncidentId>,
    pub same_rail: bool,
    pub four_eyes: bool,
    pub drains_until: Option<Instant>,
    pub fence: Vec<String>,
    pub replay: Vec<String>,
    pub runs: Vec<RunRow>,
    pub running: bool,
    pub fixed: bool,
    /// What is in doubt, the first of them; empty before the partition.
    pub doubt: Vec<DoubtRow>,
    pub more_doubt: usize,
    /// Why the papers cannot be shown, if so.
    pub fault: Option<String>,
    pub promised: Option<Instant>,
    pub over: Option<Over>,
}

pub struct RunRow {
    pub run: u32,
    pub what: String,
    pub dry: bool,
    pub at: Instant,
    pub by: String,
    /// None: it runs.
    pub outcome: Option<(bool, String)>,
    /// A person has to say what became of it.
    pub open: bool,
}

pub struct DoubtRow {
    /// `#7 cust`: how a form names it.
    pub message: String,
    pub lane: String,
    pub seq: Option<u64>,
    pub id: Option<String>,
    pub hop: Option<Name>,
    pub at: Option<Instant>,
    pub worth: String,
    /// What the authority says, or who has released it.
    pub said: String,
}

/// How it ended.
pub enum Over {
    CalledOff { at: Instant, by: String, reason: String },
    Reconciled(AccountView),
}

pub struct AccountView {
    pub at: Instant,
    pub by: String,
    pub entry: u64,
    /// Of the entry in the chain of the journal.
    pub hash: Option<String>,
    pub list: String,
    /// Per currency: the counts and worths of all parts, in their order.
    pub lines: Vec<(String, Vec<(u64, String)>)>,
    pub by_authority: u64,
    pub unseen: u64,
    pub doubled: u64,
}
