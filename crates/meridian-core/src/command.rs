//! What can be asked of the keeper, and what it answers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    access::{AccountRole, Scope},
    alert::{Incoming, Matcher, Silence},
    announcement::Announced,
    cover::{Imported, LeaveImport, LeaveWish, PartWish, Remark},
    estate::{Override, RefusedProblem, SourceFile},
    feed::FeedOf,
    finding::Found,
    id::{
        AnnouncementId, ChangeId, DeliveryId, FeedId, FindingId, Fingerprint, HandoffId, IncidentId, Name, PageId,
        SwitchId,
    },
    incident::{AcknowledgedBecause, Severity},
    switch::{Deed, SwitchWish},
};

/// A wish. Everything that a plan needs and may not make itself (random ids, hashes) is in it.
#[derive(Clone, Debug)]
pub enum Command {
    /// The keeper begins (journals `house.started`).
    Start {
        version: String,
    },
    Stop,
    /// The journal takes entries again, after it refused them (journals `house.resumed`).
    Resume {
        refused_since: Instant,
        why: String,
    },
    LoadEstate {
        files: Vec<SourceFile>,
        digest: String,
    },
    RefuseEstate {
        digest: String,
        problems: Vec<RefusedProblem>,
    },

    Alerts(Vec<Incoming>),
    /// By fingerprint: the alert is resolved, whatever its source says.
    ResolveAlerts(Vec<Fingerprint>),
    /// `id` is the UUID to use when the silence is new, or when a changed one must be a new one.
    SetSilence {
        silence: SilenceWish,
        id: Box<str>,
    },
    ExpireSilence {
        id: Box<str>,
    },

    /// All breaches of chains that hold now: what is missing is over.
    Breaches(Vec<crate::chain::breach::Breach>),

    OpenIncident {
        title: String,
        severity: Severity,
        escalation: Name,
    },
    Acknowledge {
        incident: IncidentId,
        by: Name,
        because: AcknowledgedBecause,
    },
    /// All incidents of these alerts, also of groups that nobody was told of yet.
    AcknowledgeAlerts {
        alerts: Vec<Fingerprint>,
        by: Name,
        because: AcknowledgedBecause,
    },
    Note {
        incident: IncidentId,
        text: String,
    },
    Reassign {
        incident: IncidentId,
        to: Name,
        reason: String,
    },
    ChangeSeverity {
        incident: IncidentId,
        severity: Severity,
        reason: String,
    },
    Resolve {
        incident: IncidentId,
        reason: String,
    },
    /// "I cannot, pass on": the next step follows at once.
    PassOn {
        page: PageId,
        by: Name,
    },

    /// From the notifier: what came of an attempt.
    DeliveryOutcome {
        delivery: DeliveryId,
        attempt: u32,
        outcome: Outcome,
    },

    /// What a person wants of a handoff.
    Handoff {
        handoff: HandoffId,
        by: Name,
        wish: crate::handoff::Wish,
    },
    /// The next update on an incident is promised for `due`.
    Promise {
        incident: IncidentId,
        due: Instant,
        what: String,
    },

    /// Work, a freeze or an event.
    Announce(Box<Announced>),
    ChangeAnnouncement {
        announcement: AnnouncementId,
        what: Box<Announced>,
    },
    WithdrawAnnouncement {
        announcement: AnnouncementId,
        reason: String,
    },

    /// From a route of a chain to another one.
    DeclareSwitch(Box<SwitchWish>),
    Switch {
        switch: SwitchId,
        deed: Box<Deed>,
    },
    /// What somebody saw by hand. No incident: that of the chain's fault.
    Find {
        incident: Option<IncidentId>,
        found: Box<Found>,
    },
    WithdrawFinding {
        finding: FindingId,
        reason: String,
    },

    AddOverride {
        rota: Name,
        change: Override,
    },
    RemoveOverride {
        rota: Name,
        id: u64,
    },

    /// Who can take this?
    AskCover {
        part: PartWish,
        reason: String,
    },
    TakeCover {
        change: ChangeId,
        by: Name,
    },
    DeclineCover {
        change: ChangeId,
        by: Name,
    },
    WithdrawCover {
        change: ChangeId,
    },
    /// Without having been asked.
    TakeShift {
        part: PartWish,
        by: Name,
        reason: String,
    },
    ProposeSwap {
        one: PartWish,
        other: PartWish,
        reason: String,
    },
    AcceptSwap {
        change: ChangeId,
        by: Name,
    },
    ApproveSwap {
        change: ChangeId,
        by: Name,
    },
    RefuseSwap {
        change: ChangeId,
        by: Name,
        reason: String,
    },
    AddLeave(LeaveWish),
    /// All of a calendar, or nothing of it.
    ImportLeave(LeaveImport),
    RemoveLeave {
        change: ChangeId,
    },
    ReportSick {
        person: Name,
        until: Instant,
        note: String,
    },
    /// They are back.
    EndSick {
        person: Name,
    },
    UndoChange {
        change: ChangeId,
        /// The person who undoes it, where that is one of the estate.
        by: Option<Name>,
    },

    CreateAccount {
        account: Name,
        display_name: String,
        password_hash: String,
        role: AccountRole,
        person: Option<Name>,
        first: bool,
    },
    /// `link_hash` is of the secret in a one-time link, by which the password is chosen.
    InviteAccount {
        account: Name,
        display_name: String,
        role: AccountRole,
        person: Option<Name>,
        link_hash: String,
        until: Instant,
    },
    /// A new one-time link, for who lost the link or the password.
    MakeLink {
        account: Name,
        link_hash: String,
        until: Instant,
    },
    /// Whoever holds a one-time link chooses the password.
    Join {
        link_hash: String,
        password_hash: String,
    },
    ChangeRole {
        account: Name,
        role: AccountRole,
    },
    DisableAccount {
        account: Name,
    },
    EnableAccount {
        account: Name,
    },
    /// `but` is the hash of the session that stays.
    EndSessions {
        account: Name,
        but: Option<String>,
    },
    ChangeAccount {
        account: Name,
        display_name: String,
        role: AccountRole,
        person: Option<Name>,
    },
    ChangePassword {
        account: Name,
        password_hash: String,
    },
    RemoveAccount {
        account: Name,
    },
    OpenSession {
        hash: String,
        account: Name,
        until: Instant,
    },
    CloseSession {
        hash: String,
    },
    CreateToken {
        token: Name,
        hash: String,
        prefix: String,
        scopes: Vec<Scope>,
        created_by: String,
        expires: Option<Instant>,
    },
    RevokeToken {
        token: Name,
    },

    /// What a client is told whose request was granted, to be told again.
    AnswerRequest {
        request: String,
        status: u16,
        body: String,
    },
    MakeFeed {
        of: FeedOf,
        hash: String,
        prefix: String,
        /// An account's name.
        made_by: String,
    },
    RevokeFeed {
        feed: FeedId,
    },
}

/// A silence as somebody wants it.
#[derive(Clone, Debug)]
pub struct SilenceWish {
    /// Present: change that one.
    pub id: Option<Box<str>>,
    pub matchers: Vec<Matcher>,
    /// Absent or past: now.
    pub starts_at: Option<Instant>,
    pub ends_at: Instant,
    pub created_by: Box<str>,
    pub comment: Box<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent {
        receipt: String,
    },
    /// Worth another try; `retry_after` is what the other side asked for.
    Failed {
        error: String,
        retry_after: Option<jiff::SignedDuration>,
    },
    /// Another try can't help: a wrong address, a revoked URL.
    Refused {
        error: String,
    },
}

/// What a command led to. It is journalled for requests that may be sent again, so a shape is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Done,
    /// It was so already; nothing was journalled.
    Already,
    Incident(IncidentId),
    Silence(Silence),
    Override(u64),
    /// The changes that were made, the wished one first, and what whoever asked should know of it.
    Changes {
        changes: Vec<ChangeId>,
        remarks: Vec<Remark>,
    },
    Feed(FeedId),
    Announcement(AnnouncementId),
    Switch(SwitchId),
    Finding(FindingId),
    Imported(Imported),
}

/// Why a command changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What does not exist, e.g. `incident 7`.
    NotFound(String),
    /// The request itself is wrong: which field, and why.
    Invalid { field: &'static str, why: String },
    /// It does not fit the present state, e.g. a note on a resolved incident.
    Conflict(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotFound(what) => write!(f, "{what} does not exist"),
            Refusal::Invalid { field, why } => write!(f, "{field}: {why}"),
            Refusal::Conflict(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}
