//! The fold: the feeds that can be read now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FeedFact, FeedOf};
use crate::{Instant, id::FeedId};

/// All feeds that were made and not revoked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feeds {
    feeds: BTreeMap<FeedId, Feed>,
    /// By hash, for that is what a request brings.
    by_hash: BTreeMap<String, FeedId>,
    last_id: FeedId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    pub id: FeedId,
    pub of: FeedOf,
    pub prefix: String,
    /// An account's name.
    pub made_by: String,
    pub made_at: Instant,
    hash: String,
}

impl Feeds {
    pub fn apply(&mut self, at: Instant, fact: &FeedFact) {
        match fact {
            FeedFact::Made { feed, of, hash, prefix, made_by } => {
                self.last_id = self.last_id.max(*feed);
                self.by_hash.insert(hash.clone(), *feed);
                let (of, prefix, made_by) = (of.clone(), prefix.clone(), made_by.clone());
                self.feeds.insert(*feed, Feed { id: *feed, of, prefix, made_by, made_at: at, hash: hash.clone() });
            }
            FeedFact::Revoked { feed, .. } => {
                if let Some(gone) = self.feeds.remove(feed) {
                    self.by_hash.remove(&gone.hash);
                }
            }
        }
    }

    /// The feed whose secret has this hash.
    pub fn by_hash(&self, hash: &str) -> Option<&Feed> {
        self.feeds.get(self.by_hash.get(hash)?)
    }

    pub fn get(&self, id: FeedId) -> Option<&Feed> {
        self.feeds.get(&id)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Feed> {
        self.feeds.values()
    }

    pub(super) fn next_id(&self) -> FeedId {
        FeedId(self.last_id.0.saturating_add(1))
    }
}
