//! Reasons in words: the same on the pages, in messages and in the API.

use super::{NoticeBecause, NoticeState};

impl NoticeBecause {
    /// Completes "… is told because …".
    pub fn words(self) -> &'static str {
        match self {
            NoticeBecause::Asked => "they can take it",
            NoticeBecause::Untaken => "nobody took it",
            NoticeBecause::Relieved => "somebody else has their watch",
            NoticeBecause::OnWatch => "they are on watch by it",
            NoticeBecause::Undone => "it is undone",
            NoticeBecause::SwapProposed => "their answer is awaited",
            NoticeBecause::SwapToApprove => "their approval is awaited",
            NoticeBecause::SwapMade => "the swap is made",
            NoticeBecause::SwapRefused => "the swap is refused",
            NoticeBecause::SwapWithdrawn => "the swap is withdrawn",
        }
    }

    /// As it stands in JSON.
    pub fn word(self) -> &'static str {
        match self {
            NoticeBecause::Asked => "asked",
            NoticeBecause::Untaken => "untaken",
            NoticeBecause::Relieved => "relieved",
            NoticeBecause::OnWatch => "on_watch",
            NoticeBecause::Undone => "undone",
            NoticeBecause::SwapProposed => "swap_proposed",
            NoticeBecause::SwapToApprove => "swap_to_approve",
            NoticeBecause::SwapMade => "swap_made",
            NoticeBecause::SwapRefused => "swap_refused",
            NoticeBecause::SwapWithdrawn => "swap_withdrawn",
        }
    }

    /// Whether it waits for something that the person can do.
    pub fn asks(self) -> bool {
        use NoticeBecause::{Asked, SwapProposed, SwapToApprove, Untaken};
        matches!(self, Asked | Untaken | SwapProposed | SwapToApprove)
    }
}

impl NoticeState {
    pub fn word(self) -> &'static str {
        match self {
            NoticeState::Waiting { .. } => "waiting",
            NoticeState::Sending => "sending",
            NoticeState::Delivered { .. } => "delivered",
            NoticeState::Failed => "failed",
            NoticeState::Cancelled { .. } => "cancelled",
            NoticeState::NoContact => "no_contact",
        }
    }
}
