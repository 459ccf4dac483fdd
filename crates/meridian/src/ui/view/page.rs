//! Pages: recent attempts to reach people, and the acknowledgement that a signed link asks to confirm.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant,
    id::{IncidentId, PageId},
    incident::Severity,
};

use crate::ui::parts::Say;

#[derive(Clone, Debug)]
pub struct PageRow {
    pub id: PageId,
    pub incident: IncidentId,
    pub severity: Severity,
    pub who: String,
    pub opened: Instant,
    /// "on watch in payments, London".
    pub because: Say,
    pub attempts: Vec<Attempt>,
    pub answered: bool,
}

/// One delivery over one contact.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// "phone, sms".
    pub way: String,
    pub at: Instant,
    pub state: AttemptState,
    /// A receipt, an error, or why it was not sent.
    pub detail: String,
    pub tries: u32,
}

/// All attempts to reach one person about one incident.
#[derive(Clone, Debug)]
pub struct Tried {
    pub who: String,
    pub because: Say,
    pub pages: usize,
    pub answered: bool,
    pub ways: Vec<TriedWay>,
}

/// The attempts of one kind: over one contact, about one thing.
#[derive(Clone, Debug)]
pub struct TriedWay {
    pub last: Attempt,
    pub times: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptState {
    Due,
    Sending,
    Sent,
    Retrying,
    Failed,
    Cancelled,
}

#[derive(Clone, Debug, Default)]
pub struct PagesView {
    pub rows: Vec<PageRow>,
    pub waiting: usize,
    pub older: Option<u64>,
    pub newer: bool,
}

/// The phone page behind a signed link: what, since when, who is next, one button.
#[derive(Clone, Debug)]
pub struct AckView {
    pub incident: IncidentId,
    pub severity: Severity,
    pub title: String,
    pub who: String,
    /// The zone of the person's site.
    pub zone: TimeZone,
    pub opened: Instant,
    pub state: AckState,
    /// "You are on watch in payments, London."
    pub why: Say,
    /// Summaries of the first alerts, and how many there are.
    pub alerts: Vec<String>,
    pub alerts_total: usize,
    /// "Tom Ashdown, London, paged 17:46 UTC, no answer".
    pub others: Vec<Say>,
    /// Where the forms post to.
    pub action: String,
    pub pass_on: Option<String>,
}

#[derive(Clone, Debug)]
pub enum AckState {
    /// Nobody has it; then who is paged next, and when.
    Waiting {
        next: Option<(Say, Instant)>,
    },
    Yours {
        at: Instant,
    },
    TakenBy {
        who: String,
        at: Instant,
    },
    PassedOn,
    Resolved {
        at: Instant,
    },
}
