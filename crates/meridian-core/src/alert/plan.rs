//! What to do about alerts, with reasons. Nothing here changes what is durable: that happens when the facts are folded.
//!
//! All decisions go by `now`, the clock of this house. What a source says about time is kept as it was said and is
//! believed in two places only: an `ends_at` says how long to wait for the next re-send, and a `starts_at` longer ago
//! than a group waits makes the group be looked at once.

mod flush;
mod incoming;
mod intake;
mod list;
mod quiet;
mod silence;

pub use flush::Flush;
pub use incoming::{LABEL_NAME_BYTES_MAX, LABEL_VALUE_BYTES_MAX, LABELS_MAX, Unacceptable};
pub use intake::{Intake, RESOLVE_TIMEOUT, Resend};
pub use list::{AlertFilter, Order, Page};
pub use quiet::{AlertState, AlertStatus};

use super::{AlertFact, Alerts, ResolvedBecause};
use crate::Instant;

/// So many alerts expire in one entry of the journal.
const EXPIRE_AT_ONCE: usize = 1000;

impl Alerts {
    /// The alerts whose end came without their being sent again.
    pub fn due(&self, now: Instant) -> Option<AlertFact> {
        let over = self.index.expiry.iter().take_while(|(end, _)| *end <= now);
        let alerts: Vec<_> = over.take(EXPIRE_AT_ONCE).map(|(_, fp)| *fp).collect();
        if alerts.is_empty() { None } else { Some(AlertFact::Resolved { alerts, because: ResolvedBecause::Expired }) }
    }

    /// When the next alert expires.
    pub fn next_due(&self) -> Option<Instant> {
        self.index.expiry.first().map(|(end, _)| *end)
    }

    /// When the next group is to be looked at.
    pub fn next_flush(&self) -> Option<Instant> {
        self.index.flushes.first().map(|(next, _)| *next)
    }
}
