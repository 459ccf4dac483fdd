//! Whether what a notice says is still so.

use super::{ChangeNotice, NoticeBecause};
use crate::{
    Instant,
    cover::{Changed, Covers, RequestState, SwapState},
    id::{ChangeId, Name},
};

/// Nothing of what it says concerns the person any more.
pub(super) fn is_moot(covers: &Covers, now: Instant, notice: &ChangeNotice) -> bool {
    !notice.changes.iter().any(|change| still_concerns(covers, now, *change, notice.because, &notice.person))
}

/// Whether this change still concerns the person for that reason.
pub fn still_concerns(covers: &Covers, now: Instant, change: ChangeId, because: NoticeBecause, person: &Name) -> bool {
    let Some(change) = covers.get(change) else { return false };
    match (&change.what, because) {
        (Changed::Cover(request), NoticeBecause::Asked) => {
            let asked = request.offers.iter().any(|offer| offer.person == *person);
            request.is_wanted() && request.part.until > now && asked && !request.declined.contains(person)
        }
        (Changed::Cover(request), NoticeBecause::Untaken) => request.is_wanted() && request.part.until > now,
        (Changed::Cover(request), NoticeBecause::OnWatch) => {
            matches!(&request.state, RequestState::Taken { by, .. } if by == person) && change.undone.is_none()
        }
        (Changed::Cover(request), NoticeBecause::Relieved) => {
            matches!(request.state, RequestState::Taken { .. }) && change.undone.is_none()
        }
        (Changed::Swap(swap), NoticeBecause::SwapProposed) => swap.state == SwapState::Proposed,
        (Changed::Swap(swap), NoticeBecause::SwapToApprove) => matches!(swap.state, SwapState::Accepted { .. }),
        (_, NoticeBecause::OnWatch | NoticeBecause::Relieved | NoticeBecause::SwapMade) => change.undone.is_none(),
        (_, NoticeBecause::Undone | NoticeBecause::SwapRefused | NoticeBecause::SwapWithdrawn) => true,
        _ => false,
    }
}
