//! How much of all requests' bodies is held in memory at once, together.
//!
//! Each body has a limit of its own, but many clients that send large bodies slowly would add up. So what is read of a
//! body counts against one budget until its request is answered; when that is used up, further large bodies are refused
//! with 503 before memory grows. The first bytes of each body are free, so that alerts, logins and acknowledgements get
//! through while somebody else's uploads fill the budget.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Of all requests together.
const BYTES_MAX: usize = 128 * 1024 * 1024;
/// Of each body; times the connections that the front takes, this is bounded, too.
const BYTES_FREE: usize = 32 * 1024;

pub static BUDGET: Budget = Budget::new(BYTES_MAX, BYTES_FREE);

#[derive(Debug)]
pub struct Budget {
    used: AtomicUsize,
    bytes_max: usize,
    bytes_free: usize,
}

impl Budget {
    pub const fn new(bytes_max: usize, bytes_free: usize) -> Budget {
        Budget { used: AtomicUsize::new(0), bytes_max, bytes_free }
    }

    /// What one body holds, beginning with nothing.
    pub fn hold(&'static self) -> Held {
        Held { budget: self, bytes: AtomicUsize::new(0), refused: AtomicBool::new(false) }
    }

    fn take(&self, bytes: usize) -> bool {
        let more = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.bytes_max);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }
}

/// What one body holds of the budget; given back when dropped.
#[derive(Debug)]
pub struct Held {
    budget: &'static Budget,
    bytes: AtomicUsize,
    refused: AtomicBool,
}

impl Held {
    /// `bytes` more are about to be kept. False: they must not be.
    pub fn grow(&self, bytes: usize) -> bool {
        let before = self.bytes.load(Ordering::Relaxed);
        let counted = |bytes: usize| bytes.saturating_sub(self.budget.bytes_free);
        let taken = self.budget.take(counted(before + bytes) - counted(before));
        match taken {
            true => drop(self.bytes.fetch_add(bytes, Ordering::Relaxed)),
            false => self.refused.store(true, Ordering::Relaxed),
        }
        taken
    }

    /// Whether there was no room for it.
    pub fn is_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let counted = self.bytes.load(Ordering::Relaxed).saturating_sub(self.budget.bytes_free);
        self.budget.used.fetch_sub(counted, Ordering::Relaxed);
    }
}

/// A body that counts what is read of it.
pub struct Counted {
    body: Body,
    held: Arc<Held>,
}

impl Counted {
    pub fn new(body: Body, held: Arc<Held>) -> Counted {
        Counted { body, held }
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && !self.held.grow(data.len())
        {
            let why = io::Error::other("too many bytes of other requests are held; try again in a moment");
            return Poll::Ready(Some(Err(axum::Error::new(why))));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back() {
        static SMALL: Budget = Budget::new(100, 10);
        let used = || SMALL.used.load(Ordering::Relaxed);
        let first = SMALL.hold();
        assert!(first.grow(10) && used() == 0, "the first bytes are free");
        assert!(first.grow(60) && used() == 60);
        let second = SMALL.hold();
        assert!(second.grow(30) && used() == 80);
        assert!(!second.grow(21) && second.is_refused() && used() == 80, "a refusal takes nothing");
        let third = SMALL.hold();
        assert!(third.grow(9) && !third.is_refused(), "a small one gets through");
        assert!(second.grow(20) && used() == 100);
        drop(first);
        assert_eq!(used(), 40);
        assert!(third.grow(61) && used() == 100 && !third.grow(usize::MAX - 200));
        drop((second, third));
        assert_eq!(used(), 0);
    }
}
