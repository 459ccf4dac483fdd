//! `/handoffs`, `/responsible`: how the watch passes on, and who is responsible until it has.

mod acts;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Instant, World,
    access::Action,
    estate::Role,
    handoff::{self, End, FoundIn, Handoff, Obstacle, Only, ReadBy, Search, Standing, Unread, share},
    id::{HandoffId, IncidentId, Name},
    roster::Side,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use acts::*;

use super::{
    Body, Caller, Params, Problem, instant,
    listing::{Listed, Paging, whole},
    moment::{Moment, room, room_or_plan},
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
    /// Where the words of `q` were found; only of a search by words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    found_in: Vec<FoundView>,
    /// Who of the incoming has read it, and how much is new or changed since; only of a single handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_by: Option<Vec<ReadByView>>,
    /// What the brief says: who says that they have read it names this; only of a single handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// What stands before acceptance by whoever has read most, in words; only of a single handoff.
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
pub struct FoundView {
    /// Such as `incident/42`; absent: said of the handoff itself.
    item: Option<String>,
    /// `title`, `person`, `refusal`, `summary`, `detail`, `note`, `action`, `contingency`, `question`, `answer`, `waiver`,
    /// `read-back` or `next trigger`.
    part: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct AcceptedView {
    by: String,
    #[schema(format = DateTime)]
    at: String,
    emergency: bool,
}

#[derive(Serialize, ToSchema)]
pub struct ReadByView {
    by: String,
    #[schema(format = DateTime)]
    at: String,
    /// In words, item by item.
    unread: Vec<String>,
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

fn read_by(read: &ReadBy) -> ReadByView {
    let unread = read.unread.iter().map(Unread::words).collect();
    ReadByView { by: read.by.to_string(), at: read.at.to_string(), unread }
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
        found_in: Vec::new(),
        read_by: brief.as_ref().map(|brief| brief.read_by.iter().map(read_by).collect()),
        revision: brief.as_ref().map(|brief| brief.revision().to_string()),
        before_acceptance: brief.as_ref().map(|b| b.before_acceptance(None).iter().map(Obstacle::words).collect()),
        items: brief.and_then(|brief| serde_json::to_value(&brief.items).ok()),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    rota: Option<String>,
    standing: Option<Standing>,
    /// Words that the title, a person or an item has.
    q: Option<String>,
    /// On either side, or who accepted.
    person: Option<String>,
    /// The sites of the edge.
    from: Option<String>,
    to: Option<String>,
    /// Due at or after, and before.
    since: Option<String>,
    until: Option<String>,
    /// How one that ended went.
    only: Option<Only>,
    /// As it was then.
    at: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn list(State(house): State<House>, caller: Caller, Params(filter): Params<Filter>) -> Listed<HandoffView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(filter.limit, filter.cursor);
    let after: Option<u64> = paging.after()?;
    let world = room(&house, filter.at.as_deref()).await?;
    let now = world.now;
    let one = |field: &'static str, text: &Option<String>| text.as_deref().map(|text| name(field, text)).transpose();
    let at = |field: &'static str, text: &Option<String>| text.as_deref().map(|text| instant(field, text)).transpose();
    let search = Search {
        rota: one("rota", &filter.rota)?,
        person: one("person", &filter.person)?,
        from: one("from", &filter.from)?,
        to: one("to", &filter.to)?,
        since: at("since", &filter.since)?,
        until: at("until", &filter.until)?,
        only: filter.only,
        words: filter.q.unwrap_or_default(),
    };
    let meant = world.handoffs.iter().rev().filter(|handoff| {
        after.is_none_or(|after| handoff.id.0 < after)
            && filter.standing.is_none_or(|wanted| handoff.standing(now) == wanted)
    });
    paging.page(meant.filter_map(|handoff| {
        let found = world.handoff_found(handoff, &search, now)?;
        let place = |found: FoundIn| FoundView { item: found.item.map(String::from), part: found.part.words() };
        let found_in = found.into_iter().map(place).collect();
        Some((handoff.id, HandoffView { found_in, ..view(&world, handoff, now, false) }))
    }))
}

fn shown(house: &House, id: HandoffId) -> Result<Json<HandoffView>, Problem> {
    found(&house.keeper.world(), id, house.clock.now())
}

fn found(world: &World, id: HandoffId, now: Instant) -> Result<Json<HandoffView>, Problem> {
    let handoff = world.handoffs.get(id).ok_or_else(|| Problem::not_found(format!("handoff {id}")))?;
    Ok(Json(view(world, handoff, now, true)))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Params(moment): Params<Moment>,
) -> Result<Json<HandoffView>, Problem> {
    caller.authorize(Action::Read)?;
    let id = HandoffId(number("handoff", &id)?);
    let room = room(&house, moment.at.as_deref()).await?;
    found(&room, id, room.now)
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
    /// The handoffs with an unstable item that was not read back.
    not_read_back: Vec<u64>,
    missed_share: Option<f64>,
}

#[derive(Deserialize)]
pub struct Window {
    /// Only of the handoffs that were due at or after this, and before that.
    from: Option<String>,
    until: Option<String>,
}

pub async fn figures(
    State(house): State<House>,
    caller: Caller,
    Params(window): Params<Window>,
) -> Listed<FiguresView> {
    caller.authorize(Action::Read)?;
    let at = |field: &'static str, text: &Option<String>| text.as_deref().map(|text| instant(field, text)).transpose();
    let (from, until) = (at("from", &window.from)?, at("until", &window.until)?);
    if from.zip(until).is_some_and(|(from, until)| until <= from) {
        return Err(Problem::query("until", "it must lie after `from`"));
    }
    let figures = house.keeper.world().handoffs.figures_of(from, until);
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
            not_read_back: ids(&known.not_read_back),
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
    let only = query.rota.as_deref().map(|text| name("rota", text)).transpose()?;
    let world = room_or_plan(&house, query.at.as_deref()).await?;
    // Read after the room's own instant: of a moment that is over nothing may count as yet to come.
    let now = house.clock.now();
    let rotas = world.estate().rotas.keys().filter(|rota| only.as_ref().is_none_or(|only| only == *rota));
    let of = |rota: &Name| {
        let found = world.responsible(rota, Role::Primary, world.now, now.min(world.now));
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
