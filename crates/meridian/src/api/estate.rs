//! `/estate` and `/journal`.

use axum::{Json, extract::State, http::StatusCode};
use meridian_core::{
    Fact,
    access::{AccessFact, Action},
    feed::FeedFact,
    journal,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Caller, Params, Problem,
    listing::{Listed, Paging},
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct EstateView {
    name: String,
    digest: String,
    #[schema(format = DateTime)]
    since: Option<String>,
    sites: usize,
    persons: usize,
    teams: usize,
    rotas: usize,
    escalations: usize,
    channels: usize,
    chains: usize,
    /// A later change that was refused; the one before stays in force.
    refused: Option<RefusedView>,
}

#[derive(Serialize, ToSchema)]
pub struct RefusedView {
    #[schema(format = DateTime)]
    at: String,
    digest: String,
    problems: Vec<ProblemView>,
}

#[derive(Serialize, ToSchema)]
pub struct ProblemView {
    file: String,
    line: u32,
    column: u32,
    message: String,
    snippet: String,
}

pub async fn estate(State(house): State<House>, caller: Caller) -> Result<Json<EstateView>, Problem> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    let (estate, in_force) = (world.estate(), world.estate_in_force());
    let refused = in_force.refused.as_ref().map(|refused| RefusedView {
        at: refused.at.to_string(),
        digest: refused.digest.clone(),
        problems: refused
            .problems
            .iter()
            .cloned()
            .map(|p| ProblemView {
                file: p.file,
                line: p.line,
                column: p.column,
                message: p.message,
                snippet: p.snippet,
            })
            .collect(),
    });
    Ok(Json(EstateView {
        name: house.settings.name.clone(),
        digest: in_force.digest.clone(),
        since: in_force.since.map(|at| at.to_string()),
        sites: estate.sites.len(),
        persons: estate.persons.len(),
        teams: estate.teams.len(),
        rotas: estate.rotas.len(),
        escalations: estate.escalations.len(),
        channels: estate.channels.len(),
        chains: estate.chains.len(),
        refused,
    }))
}

#[derive(Serialize, ToSchema)]
pub struct EntryView {
    seq: u64,
    #[schema(format = DateTime)]
    at: String,
    actor: String,
    /// The number of the entry that led to this one.
    cause: Option<u64>,
    /// An object with one key, the name of the fact.
    #[schema(value_type = Object)]
    fact: Value,
    /// Of the chain, hexadecimal.
    hash: String,
}

#[derive(Deserialize)]
pub struct JournalQuery {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Oldest first. Hashes of secrets are left out.
pub async fn journal(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<JournalQuery>,
) -> Listed<EntryView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(query.limit, query.cursor);
    let after: u64 = paging.after()?.unwrap_or(0);
    let limit = paging.limit()?;
    let broken =
        |why: String| Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("the journal can't be read: {why}"));
    let sealed = house.journal.read(after.saturating_add(1), limit + 1).await.map_err(|e| broken(e.to_string()))?;
    let mut entries = Vec::with_capacity(sealed.len());
    for sealed in &sealed {
        let entry = journal::open(sealed).map_err(|e| broken(e.to_string()))?;
        let view = EntryView {
            seq: entry.seq,
            at: entry.at.to_string(),
            actor: entry.actor.to_string(),
            cause: entry.cause,
            hash: sealed.hash.to_string(),
            fact: serde_json::to_value(without_secrets(&entry.fact)).unwrap_or_default(),
        };
        entries.push((view.seq, view));
    }
    paging.page(entries.into_iter())
}

/// A hash of a password can be tried at leisure by whoever has it.
fn without_secrets(fact: &Fact) -> Fact {
    let mut fact = fact.clone();
    if let Fact::Feed(FeedFact::Made { hash, .. }) = &mut fact {
        *hash = "…".to_owned();
    }
    if let Fact::Access(access) = &mut fact {
        match access {
            AccessFact::AccountCreated { password_hash: hash, .. }
            | AccessFact::PasswordChanged { password_hash: hash, .. }
            | AccessFact::SessionOpened { hash, .. }
            | AccessFact::SessionClosed { hash }
            | AccessFact::AccountInvited { link_hash: hash, .. }
            | AccessFact::LinkMade { link_hash: hash, .. }
            | AccessFact::SessionsEnded { but: Some(hash), .. }
            | AccessFact::TokenCreated { hash, .. } => *hash = "…".to_owned(),
            AccessFact::AccountChanged { .. }
            | AccessFact::AccountDisabled { .. }
            | AccessFact::AccountEnabled { .. }
            | AccessFact::AccountRemoved { .. }
            | AccessFact::SessionsEnded { but: None, .. }
            | AccessFact::TokenRevoked { .. } => {}
        }
    }
    fact
}
