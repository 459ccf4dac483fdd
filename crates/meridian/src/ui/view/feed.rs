//! Calendar feeds.

use meridian_core::{Instant, id::FeedId};

#[derive(Clone, Debug, Default)]
pub struct FeedsView {
    pub rows: Vec<FeedRow>,
    /// What a feed can be made of: `rota/payments` and how people call it.
    pub choices: Vec<(String, String)>,
    pub chosen: String,
    /// Shown once.
    pub fresh: Option<FreshFeed>,
    pub error: Option<String>,
    /// The reader is no person of the estate, so there is no feed of their own.
    pub nobody: bool,
}

#[derive(Clone, Debug)]
pub struct FeedRow {
    pub id: FeedId,
    pub title: String,
    pub of: String,
    pub prefix: String,
    pub made_by: String,
    pub made_at: Instant,
}

#[derive(Clone, Debug)]
pub struct FreshFeed {
    pub title: String,
    pub url: String,
    /// The same, for a calendar that this machine has.
    pub webcal: String,
}
