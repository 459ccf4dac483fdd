//! What becomes of the wish for a feed, or for its end.

use super::{Feed, FeedFact, FeedOf, Feeds, RevokedBecause};
use crate::{
    Refusal,
    access::{Access, AccountRole},
    estate::{Estate, nearest},
    id::{FeedId, Name},
};

/// Each is computed anew whenever it is read.
const FEEDS_MAX: usize = 10_000;
const FEEDS_PER_MAKER_MAX: usize = 200;

/// Checks a wish and numbers it.
pub fn plan_make(
    feeds: &Feeds,
    estate: &Estate,
    of: &FeedOf,
    hash: String,
    prefix: String,
    made_by: String,
) -> Result<(FeedId, FeedFact), Refusal> {
    let names: Vec<&Name> = match of {
        FeedOf::Person(_) => estate.persons.keys().collect(),
        FeedOf::Rota(_) => estate.rotas.keys().collect(),
        FeedOf::Team(_) => estate.teams.keys().collect(),
    };
    if !names.contains(&of.name()) {
        let meant = nearest(of.name().as_str(), names.iter().map(|name| name.as_str()));
        let meant = meant.map_or(String::new(), |name| format!("; did you mean `{}/{name}`?", of.kind()));
        return Err(Refusal::Invalid { field: "of", why: format!("the estate has no {of}{meant}") });
    }
    let of_maker = feeds.iter().filter(|feed| feed.made_by == made_by).count();
    if feeds.iter().len() >= FEEDS_MAX || of_maker >= FEEDS_PER_MAKER_MAX {
        let why = format!("`{made_by}` has {of_maker} calendar feeds; revoke those that nobody reads");
        return Err(Refusal::Conflict(why));
    }
    let feed = feeds.next_id();
    Ok((feed, FeedFact::Made { feed, of: of.clone(), hash, prefix, made_by }))
}

pub fn plan_revoke(feeds: &Feeds, id: FeedId) -> Result<FeedFact, Refusal> {
    match feeds.get(id) {
        None => Err(Refusal::NotFound(format!("calendar feed {id}"))),
        Some(_) => Ok(FeedFact::Revoked { feed: id, because: RevokedBecause::Asked }),
    }
}

/// The feeds of accounts that are gone, or that may not have them any more: an address must not outlive the right to it.
pub fn orphans(feeds: &Feeds, before: &Access, after: &Access) -> Vec<FeedFact> {
    let lost = |feed: &&Feed| {
        // Whoever has no account, such as the demo's visitor, has none to lose.
        let Some(was) = before.account(&feed.made_by) else { return false };
        match (after.account(&feed.made_by), &feed.of) {
            (None, _) => true,
            (Some(is), FeedOf::Person(person)) => {
                let entitled = |account: &crate::access::Account| {
                    account.role == AccountRole::Admin || account.person.as_ref() == Some(person)
                };
                entitled(was) && !entitled(is)
            }
            (Some(_), _) => false,
        }
    };
    let revoked = |feed: &Feed| FeedFact::Revoked { feed: feed.id, because: RevokedBecause::MakerMayNot };
    feeds.iter().filter(lost).map(revoked).collect()
}
