//! `/handoffs`, `/responsible`: how the watch passes on, and who is responsible until it has.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Instant, World,
    access::Action,
    estate::Role,
    handoff::{self, Change, End, Handoff, ItemKey, Obstacle, Stability, Standing, Who, Wish, share},
    id::{HandoffId, IncidentId, Name},
    roster::Side,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem,
    incidents::responder,
    instant,
    listing::{Listed, Paging, whole},
    name, number,
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct HandoffView {
    handoff: u64,
    rota: String,
    /// `London to New York`.
    title: String,
    /// `open`, `late`, `accepted` or `void`.
    standing: &'static str,
    /// When the outgoing's stretch ends.
    #[schema(format = DateTime)]
    ends_at: String,
    /// When the watch should be accepted.
    #[schema(format = DateTime)]
    due: String,
    /// How long both are on watch; negative: how long nobody is.
    overlap_s: i64,
    from: SideView,
    to: SideView,
    #[schema(format = DateTime)]
    opened_at: String,
    accepted: Option<AcceptedView>,
    /// Why there is nothing left to accept.
    void_because: Option<String>,
    /// The incident that pages both sides.
    late_incident: Option<u64>,
    refusals: Vec<RefusalView>,
    /// What stands before acceptance, in words; only of a single handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_acceptance: Option<Vec<String>>,
    /// The brief: as it is now, or as it was accepted; only of a single handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    items: Option<Value>,
}

#[derive(Serialize, ToSchema)]
pub struct SideView {
    site: String,
    layers: Vec<String>,
    persons: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct AcceptedView {
    by: String,
    #[schema(format = DateTime)]
    at: String,
    emergency: bool,
}

#[derive(Serialize, ToSchema)]
pub struct RefusalView {
    by: String,
    #[schema(format = DateTime)]
    at: String,
    reason: String,
}

fn side(side: &Side) -> SideView {
    SideView {
        site: side.site.to_string(),
        layers: side.layers.iter().map(ToString::to_string).collect(),
        persons: side.persons.iter().map(ToString::to_string).collect(),
    }
}

fn view(world: &World, handoff: &Handoff, now: Instant, whole: bool) -> HandoffView {
    let edge = &handoff.edge;
    let brief = if whole { world.brief(handoff.id, now) } else { None };
    let refusal =
        |r: &handoff::Refusal| RefusalView { by: r.by.to_string(), at: r.at.to_string(), reason: r.reason.clone() };
    HandoffView {
        handoff: handoff.id.0,
        rota: edge.rota.to_string(),
        title: world.handoff_title(edge),
        standing: handoff.standing(now).word(),
        ends_at: edge.at.to_string(),
        due: edge.due().to_string(),
        overlap_s: edge.overlap().as_secs(),
        from: side(&edge.from),
        to: side(&edge.to),
        opened_at: handoff.opened_at.to_string(),
        accepted: match &handoff.end {
            Some(End::Accepted { at, by, emergency, .. }) => {
                Some(AcceptedView { by: by.to_string(), at: at.to_string(), emergency: *emergency })
            }
            _ => None,
        },
        void_because: match &handoff.end {
            Some(End::Void { because, .. }) => Some(because.words()),
            _ => None,
        },
        late_incident: handoff.late.map(|late| late.incident.0),
        refusals: handoff.refusals.iter().map(refusal).collect(),
        before_acceptance: brief.as_ref().map(|b| b.before_acceptance.iter().map(Obstacle::words).collect()),
        items: brief.and_then(|brief| serde_json::to_value(&brief.items).ok()),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    rota: Option<String>,
    standing: Option<Standing>,
    /// Words that the title, a person or an item has.
    q: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn list(State(house): State<House>, caller: Caller, Params(filter): Params<Filter>) -> Listed<HandoffView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(filter.limit, filter.cursor);
    let after: Option<u64> = paging.after()?;
    let now = house.clock.now();
    let world = house.keeper.world();
    let found = world.handoffs.iter().rev().filter(|handoff| {
        after.is_none_or(|after| handoff.id.0 < after)
            && filter.standing.is_none_or(|wanted| handoff.standing(now) == wanted)
            && filter.rota.as_deref().is_none_or(|wanted| handoff.rota().as_str() == wanted)
            && filter.q.as_deref().is_none_or(|words| world.handoff_meets(handoff, words, now))
    });
    paging.page(found.map(|handoff| (handoff.id, view(&world, handoff, now, false))))
}

fn shown(house: &House, id: HandoffId) -> Result<Json<HandoffView>, Problem> {
    let world = house.keeper.world();
    let handoff = world.handoffs.get(id).ok_or_else(|| Problem::not_found(format!("handoff {id}")))?;
    Ok(Json(view(&world, handoff, house.clock.now(), true)))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<HandoffView>, Problem> {
    caller.authorize(Action::Read)?;
    shown(&house, HandoffId(number("handoff", &id)?))
}

async fn wish(
    house: &House,
    caller: &Caller,
    id: &str,
    by: Option<&str>,
    wish: Wish,
) -> Result<Json<HandoffView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let handoff = HandoffId(number("handoff", id)?);
    let by = responder(house, caller, by)?;
    house.keeper.ask(actor, Command::Handoff { handoff, by, wish }).await?;
    shown(house, handoff)
}

fn item(text: &str) -> Result<ItemKey, Problem> {
    text.parse().map_err(|why: String| Problem::field("item", why))
}

/// `person/NAME`, a bare name of the estate, or words.
fn who(house: &House, text: String) -> Who {
    match text.parse::<Name>().ok().filter(|name| house.keeper.world().estate().persons.contains_key(name)) {
        Some(person) => Who::Person(person),
        None => Who::from(text),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// Absent: whoever asks.
    by: Option<String>,
    summary: String,
    #[serde(default)]
    detail: String,
    /// A person of the estate, or words.
    owner: Option<String>,
    /// If … then …
    contingency: Option<String>,
}

pub async fn note(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewNote>,
) -> Result<(StatusCode, Json<HandoffView>), Problem> {
    let NewNote { by, summary, detail, owner, contingency } = body;
    let note = Wish::AddNote { summary, detail, owner: owner.map(|text| who(&house, text)), contingency };
    Ok((StatusCode::CREATED, wish(&house, &caller, &id, by.as_deref(), note).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    by: Option<String>,
    /// Such as `incident/42`.
    item: String,
    /// `unstable`, `watcher` or `stable`.
    severity: Option<String>,
    owner: Option<String>,
    contingency: Option<String>,
    note: Option<String>,
    /// A note that is done leaves the brief.
    #[serde(default)]
    done: bool,
}

pub async fn amend(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Amendment>,
) -> Result<Json<HandoffView>, Problem> {
    let wrong = |why: String| Problem::field("severity", why);
    let change = Change {
        severity: body.severity.as_deref().map(str::parse::<Stability>).transpose().map_err(wrong)?,
        owner: body.owner.map(|text| who(&house, text)),
        contingency: body.contingency,
        note: body.note,
        actions: None,
        done: body.done,
    };
    let amend = Wish::Amend { item: item(&body.item)?, change };
    wish(&house, &caller, &id, body.by.as_deref(), amend).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    by: Option<String>,
    item: String,
    text: String,
    owner: String,
    #[schema(format = DateTime)]
    due: Option<String>,
}

pub async fn action(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewAction>,
) -> Result<(StatusCode, Json<HandoffView>), Problem> {
    let due = body.due.as_deref().map(|text| instant("due", text)).transpose()?;
    let action = handoff::Action { text: body.text, owner: who(&house, body.owner), due };
    let add = Wish::AddAction { item: item(&body.item)?, action };
    Ok((StatusCode::CREATED, wish(&house, &caller, &id, body.by.as_deref(), add).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    by: Option<String>,
    item: String,
    text: String,
}

pub async fn ask(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewQuestion>,
) -> Result<(StatusCode, Json<HandoffView>), Problem> {
    let ask = Wish::Ask { item: item(&body.item)?, text: body.text };
    Ok((StatusCode::CREATED, wish(&house, &caller, &id, body.by.as_deref(), ask).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    by: Option<String>,
    item: String,
    /// Its number on the item, counted from 1.
    question: u32,
    text: String,
}

pub async fn answer(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewAnswer>,
) -> Result<Json<HandoffView>, Problem> {
    let answer = Wish::Answer { item: item(&body.item)?, question: body.question, text: body.text };
    wish(&house, &caller, &id, body.by.as_deref(), answer).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReadBack {
    by: Option<String>,
    item: String,
    /// In own words: what comes next, and what would change it.
    words: String,
    /// When the next thing is to happen.
    #[schema(format = DateTime)]
    next_at: Option<String>,
}

pub async fn read_back(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewReadBack>,
) -> Result<Json<HandoffView>, Problem> {
    let next_at = body.next_at.as_deref().map(|text| instant("next_at", text)).transpose()?;
    let read = Wish::ReadBack { item: item(&body.item)?, words: body.words, next_at };
    wish(&house, &caller, &id, body.by.as_deref(), read).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWaiver {
    by: Option<String>,
    item: String,
    /// `owner` or `contingency`.
    what: String,
    reason: String,
}

pub async fn waive(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewWaiver>,
) -> Result<Json<HandoffView>, Problem> {
    let what = body.what.parse().map_err(|why: String| Problem::field("what", why))?;
    let waive = Wish::Waive { item: item(&body.item)?, what, reason: body.reason };
    wish(&house, &caller, &id, body.by.as_deref(), waive).await
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Acceptance {
    by: Option<String>,
    /// In one action, whatever stands before it; it is marked as such.
    emergency: bool,
}

pub async fn accept(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Acceptance>,
) -> Result<Json<HandoffView>, Problem> {
    wish(&house, &caller, &id, body.by.as_deref(), Wish::Accept { emergency: body.emergency }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    by: Option<String>,
    reason: String,
}

pub async fn refuse(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Refusal>,
) -> Result<Json<HandoffView>, Problem> {
    wish(&house, &caller, &id, body.by.as_deref(), Wish::Refuse { reason: body.reason }).await
}

/// How well one edge is handed over. A share of nothing is absent.
#[derive(Serialize, ToSchema)]
pub struct FiguresView {
    rota: String,
    from: String,
    to: String,
    /// The handoffs that were accepted, and which of them were late or in an emergency.
    accepted: Vec<u64>,
    late: Vec<u64>,
    emergencies: Vec<u64>,
    void: Vec<u64>,
    on_time_share: Option<f64>,
    unstable: usize,
    read_back: usize,
    read_back_share: Option<f64>,
    /// Pages to the incoming in the first four hours, and those about what began before and was not in the brief.
    pages: Vec<u64>,
    missed: Vec<u64>,
    missed_share: Option<f64>,
}

pub async fn figures(State(house): State<House>, caller: Caller) -> Listed<FiguresView> {
    caller.authorize(Action::Read)?;
    let figures = house.keeper.world().handoffs.figures();
    whole(figures.into_iter().map(|((rota, from, to), known)| {
        let ids = |of: &[HandoffId]| of.iter().map(|id| id.0).collect::<Vec<_>>();
        let pages = |wanted: &dyn Fn(bool) -> bool| -> Vec<u64> {
            known.pages.iter().filter(|(_, page)| wanted(page.missed)).map(|(_, page)| page.page.0).collect()
        };
        FiguresView {
            rota: rota.to_string(),
            from: from.to_string(),
            to: to.to_string(),
            accepted: ids(&known.accepted),
            late: ids(&known.late),
            emergencies: ids(&known.emergencies),
            void: ids(&known.void),
            on_time_share: share(known.on_time(), known.accepted.len()),
            unstable: known.unstable,
            read_back: known.read_back,
            read_back_share: share(known.read_back, known.unstable),
            pages: pages(&|_| true),
            missed: pages(&|missed| missed),
            missed_share: share(known.missed(), known.pages.len()),
        }
    }))
}

#[derive(Serialize, ToSchema)]
pub struct ResponsibleView {
    rota: String,
    person: String,
    /// Such as "on watch for payments (london)".
    because: String,
}

#[derive(Deserialize)]
pub struct ResponsibleQuery {
    rota: Option<String>,
    at: Option<String>,
}

/// In the order in which they are paged.
pub async fn responsible(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<ResponsibleQuery>,
) -> Listed<ResponsibleView> {
    caller.authorize(Action::Read)?;
    let now = house.clock.now();
    let at = query.at.as_deref().map(|text| instant("at", text)).transpose()?.unwrap_or(now);
    let only = query.rota.as_deref().map(|text| name("rota", text)).transpose()?;
    let world = house.keeper.world();
    let rotas = world.estate().rotas.keys().filter(|rota| only.as_ref().is_none_or(|only| only == *rota));
    let of = |rota: &Name| {
        let found = world.responsible(rota, Role::Primary, at, now);
        let rota = rota.to_string();
        found.into_iter().map(move |one| ResponsibleView {
            rota: rota.clone(),
            person: one.person.to_string(),
            because: one.because.words(),
        })
    };
    whole(rotas.flat_map(of).collect::<Vec<_>>())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPromise {
    /// What is promised, such as "update 3".
    what: String,
    #[schema(format = DateTime)]
    due: String,
}

pub async fn promise(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewPromise>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let incident = IncidentId(number("incident", &id)?);
    let command = Command::Promise { incident, due: instant("due", &body.due)?, what: body.what };
    house.keeper.ask(actor, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
