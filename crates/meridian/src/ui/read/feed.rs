//! Calendar feeds: those that the reader may revoke, and what more can be made.

use meridian_core::{
    access::{Principal, may_make_feed, may_revoke_feed},
    feed::{Feed, FeedOf, title},
};

use super::Lens;
use crate::ui::view::feed::{FeedRow, FeedsView};

pub fn feeds(lens: &Lens<'_>, principal: &Principal, account: &str, chosen: &str) -> FeedsView {
    let estate = lens.world.estate();
    let row = |feed: &Feed| FeedRow {
        id: feed.id,
        title: title(estate, &feed.of),
        of: feed.of.to_string(),
        prefix: feed.prefix.clone(),
        made_by: feed.made_by.clone(),
        made_at: feed.made_at,
    };
    let rows = lens.world.feeds.iter().filter(|feed| may_revoke_feed(principal, account, feed)).map(row).collect();
    let mine = lens
        .me
        .filter(|me| estate.persons.contains_key(*me))
        .map(|me| (FeedOf::Person(me.clone()), "My watches".to_owned()));
    let rotas =
        estate.rotas.values().map(|rota| (FeedOf::Rota(rota.name.clone()), format!("The rota {}", rota.display_name)));
    let teams = estate
        .teams
        .values()
        .map(|team| (FeedOf::Team(team.name.clone()), format!("All rotas of the team {}", team.display_name)));
    let others = lens.choices().into_iter().filter(|(name, _)| Some(name) != lens.me);
    let others = others.map(|(name, word)| (FeedOf::Person(name), word));
    let all = mine.into_iter().chain(rotas).chain(teams).chain(others);
    let choices = all.filter(|(of, _)| may_make_feed(principal, of)).map(|(of, word)| (of.to_string(), word));
    FeedsView {
        rows,
        choices: choices.collect(),
        chosen: chosen.to_owned(),
        nobody: lens.me.is_none() && *principal != Principal::Demo,
        ..FeedsView::default()
    }
}
