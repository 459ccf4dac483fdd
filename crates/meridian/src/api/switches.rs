//! `/switches`: from one route of a chain to another, step by step.

mod deeds;
mod lists;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Reply,
    access::Action,
    id::{IncidentId, SwitchId},
    switch::{Account, Done, Run, RunOutcome, Share, Switch, SwitchWish},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use deeds::*;
pub use lists::*;

use super::{
    Body, Caller, Params, Problem,
    listing::{Listed, Paging},
    name, number,
};
use crate::serve::{House, switches::NoList};

#[derive(Serialize, ToSchema)]
pub struct SwitchView {
    switch: u64,
    chain: String,
    /// The route that is left.
    from: String,
    to: String,
    /// `open`, `reconciled` or `called_off`.
    state: &'static str,
    /// The step whose turn it is; null: it is over.
    step: Option<&'static str>,
    reason: String,
    incident: Option<u64>,
    /// What was first seen before it, or while the old route was still open, is of this switch.
    #[schema(format = DateTime)]
    cut: String,
    /// The hop at which a message leaves the house.
    border: String,
    /// Whether the receiver behind both routes knows a message that came before.
    same_rail: bool,
    /// Whether fence and replay need a second person.
    four_eyes: bool,
    declared: DoneView,
    steps: Vec<StepView>,
    runs: Vec<RunView>,
    /// What every message of the cut was at the partition.
    partition: Vec<ShareView>,
    /// Numbers of lanes that are in use and that nobody has seen.
    unseen: u64,
    /// What is to be sent and what is held, once it is fixed.
    replay: Vec<ShareView>,
    account: Option<AccountView>,
}

#[derive(Serialize, ToSchema)]
pub struct DoneView {
    #[schema(format = DateTime)]
    at: String,
    by: String,
    note: String,
}

#[derive(Serialize, ToSchema)]
pub struct StepView {
    number: usize,
    /// `cut`, `fence`, `drain`, `partition`, `ask`, `replay`, `epoch` or `reconcile`.
    step: &'static str,
    /// `done`, `now`, `second_person`, `under_way`, `stuck` or `waits`.
    state: &'static str,
    title: String,
    words: String,
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// A try of an action.
#[derive(Serialize, ToSchema)]
pub struct RunView {
    run: u32,
    /// `fence`, `open` or `replay`.
    phase: &'static str,
    action: String,
    dry_run: bool,
    begun: DoneView,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// `done`, `failed`, `unknown`; null: it runs.
    outcome: Option<&'static str>,
    said: String,
}

/// So many messages of one kind and currency, and their worth.
#[derive(Serialize, ToSchema)]
pub struct ShareView {
    of: String,
    /// Empty: no amount was said.
    currency: String,
    count: u64,
    amount: String,
}

#[derive(Serialize, ToSchema)]
pub struct AccountView {
    shares: Vec<ShareView>,
    by_authority: u64,
    unseen: u64,
    doubled: u64,
    /// The entry of the journal that signs it; `meridian journal verify` proves that it was not changed.
    entry: u64,
    /// BLAKE3 of the list.
    list: String,
}

fn done(done: &Done) -> DoneView {
    DoneView { at: done.at.to_string(), by: done.by.to_string(), note: done.note.clone() }
}

/// The word by which a value is written.
fn word<T: Serialize>(of: &T) -> String {
    serde_json::to_value(of).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn shares<T: Serialize>(shares: &[Share<T>]) -> Vec<ShareView> {
    let view = |share: &Share<T>| ShareView {
        of: word(&share.of),
        currency: share.currency.clone(),
        count: share.count,
        amount: share.amount.to_string(),
    };
    shares.iter().map(view).collect()
}

fn run(run: &Run) -> RunView {
    let (outcome, said) = match run.ended.as_ref().map(|(_, outcome)| outcome) {
        None => (None, ""),
        Some(RunOutcome::Done(said)) => (Some("done"), said.as_str()),
        Some(RunOutcome::Failed(why)) => (Some("failed"), why.as_str()),
        Some(RunOutcome::Unknown) => (Some("unknown"), ""),
    };
    RunView {
        run: run.run,
        phase: run.phase.word(),
        action: run.action.to_string(),
        dry_run: run.dry,
        begun: done(&run.begun),
        ended_at: run.ended.as_ref().map(|(at, _)| at.to_string()),
        outcome,
        said: said.to_owned(),
    }
}

fn account(account: &Account, entry: u64) -> AccountView {
    AccountView {
        shares: shares(&account.shares),
        by_authority: account.by_authority,
        unseen: account.unseen,
        doubled: account.doubled,
        entry,
        list: account.paper.clone(),
    }
}

pub fn view(switch: &Switch) -> SwitchView {
    let what = &switch.what;
    let steps = switch.steps().into_iter().map(|line| StepView {
        number: line.step.number(),
        step: line.step.word(),
        state: line.state.word(),
        title: line.title,
        words: line.words,
        at: line.at.map(|at| at.to_string()),
    });
    let partition = switch.partition.as_ref().map(|(_, partition)| partition);
    SwitchView {
        switch: switch.id.0,
        chain: what.chain.to_string(),
        from: what.from.to_string(),
        to: what.to.to_string(),
        state: match (&switch.reconciled, &switch.called_off) {
            (Some(_), _) => "reconciled",
            (None, Some(_)) => "called_off",
            (None, None) => "open",
        },
        step: switch.step().map(|step| step.word()),
        reason: what.reason.clone(),
        incident: what.incident.map(|incident| incident.0),
        cut: what.cut.to_string(),
        border: what.border.to_string(),
        same_rail: what.same_rail,
        four_eyes: what.four_eyes,
        declared: done(&switch.declared),
        steps: steps.collect(),
        runs: switch.runs.iter().map(run).collect(),
        partition: partition.map(|partition| shares(&partition.shares)).unwrap_or_default(),
        unseen: partition.map_or(0, |partition| partition.unseen),
        replay: switch.replay.as_ref().map(|(_, replay)| shares(&replay.shares)).unwrap_or_default(),
        account: switch.reconciled.as_ref().map(|(_, told, entry)| account(told, *entry)),
    }
}

#[derive(Deserialize)]
pub struct SwitchFilter {
    chain: Option<String>,
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn switches(
    State(house): State<House>,
    caller: Caller,
    Params(wanted): Params<SwitchFilter>,
) -> Listed<SwitchView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(wanted.limit, wanted.cursor);
    let before: Option<SwitchId> = paging.after()?;
    let chain = wanted.chain.as_deref().map(|chain| name("chain", chain)).transpose()?;
    let open = match wanted.state.as_deref() {
        None => None,
        Some("open") => Some(true),
        Some("over") => Some(false),
        Some(other) => {
            let shown: String = other.chars().take(40).collect();
            return Err(Problem::query("state", format!("`{}` is none of open, over", shown.escape_debug())));
        }
    };
    let world = house.keeper.world();
    let found = world.switches.iter().rev().filter(|one| {
        before.is_none_or(|before| one.id < before)
            && chain.as_ref().is_none_or(|chain| one.what.chain == *chain)
            && open.is_none_or(|open| one.is_open() == open)
    });
    paging.page(found.map(|one| (one.id, view(one))))
}

fn id(text: &str) -> Result<SwitchId, Problem> {
    number("switch", text).map(SwitchId)
}

pub async fn switch(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<Json<SwitchView>, Problem> {
    caller.authorize(Action::Read)?;
    shown(&house, id(&wanted)?).map(Json)
}

fn shown(house: &House, id: SwitchId) -> Result<SwitchView, Problem> {
    let world = house.keeper.world();
    world.switches.get(id).map(view).ok_or_else(|| Problem::not_found(format!("switch {id}")))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSwitch {
    chain: String,
    /// The route that is left; absent: the only other one.
    from: Option<String>,
    /// The route that is taken.
    to: String,
    reason: String,
    /// Absent: that of a breach of the chain, if there is one.
    incident: Option<u64>,
}

/// The cut is now.
pub async fn declare(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewSwitch>,
) -> Result<(StatusCode, Json<SwitchView>), Problem> {
    let actor = caller.authorize(Action::Switch)?;
    let wish = SwitchWish {
        chain: name("chain", &wish.chain)?,
        from: wish.from.as_deref().map(|from| name("from", from)).transpose()?,
        to: name("to", &wish.to)?,
        reason: wish.reason,
        incident: wish.incident.map(IncidentId),
    };
    match house.keeper.ask(actor, Command::DeclareSwitch(wish.into())).await? {
        Reply::Switch(id) => Ok((StatusCode::CREATED, Json(shown(&house, id)?))),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was declared, but its number is not known")),
    }
}

impl From<NoList> for Problem {
    fn from(why: NoList) -> Problem {
        match why {
            NoList::Conflict(why) => Problem::new(StatusCode::CONFLICT, why),
            NoList::Failed(why) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why),
        }
    }
}
