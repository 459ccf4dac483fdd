//! When the clocks of a site change.

use jiff::{SignedDuration, tz::TimeZone};

use super::model::ClockChange;
use crate::{Instant, id::Name};

/// The changes of offset in `(from, until]`, in order.
pub(super) fn changes(site: &Name, zone: &TimeZone, from: Instant, until: Instant) -> Vec<ClockChange> {
    let following = zone.following(from).take_while(|jump| jump.timestamp() <= until);
    following
        .filter_map(|jump| {
            let at = jump.timestamp();
            let before = zone.to_offset(at.saturating_sub(SignedDuration::from_secs(1)).ok()?);
            let (from_offset, to_offset) = (before.seconds(), jump.offset().seconds());
            (from_offset != to_offset).then(|| ClockChange { at, site: site.clone(), from_offset, to_offset })
        })
        .collect()
}

impl ClockChange {
    /// Positive: forward.
    pub fn by(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.to_offset) - i64::from(self.from_offset))
    }
}
