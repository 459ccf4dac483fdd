//! The request that a task serves: whatever it asks of the keeper carries the request's mark.
//!
//! It stands with the task and not in each handler's arguments, so that no handler can forget it: a command that went
//! without its mark would be done twice when the client repeats the request.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use meridian_core::request::Mark;

tokio::task_local! {
    static SERVED: Arc<Served>;
}

/// A request with a key, as the keeper knows it.
#[derive(Debug)]
pub struct Served {
    request: String,
    body_hash: String,
    commands: AtomicU32,
}

impl Served {
    pub fn new(request: String, body_hash: String) -> Arc<Served> {
        Arc::new(Served { request, body_hash, commands: AtomicU32::new(0) })
    }

    /// Runs `handler` so that all its commands carry this request's mark.
    pub async fn by<T>(self: &Arc<Self>, handler: impl Future<Output = T>) -> T {
        SERVED.scope(self.clone(), handler).await
    }
}

/// The mark of the next command of the request that this task serves, if that has a key.
pub(super) fn mark() -> Option<Mark> {
    let next = |served: &Arc<Served>| Mark {
        request: served.request.clone(),
        body_hash: served.body_hash.clone(),
        nth: served.commands.fetch_add(1, Ordering::Relaxed),
    };
    SERVED.try_with(next).ok()
}
