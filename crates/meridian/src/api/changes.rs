//! Changes of who is on watch, as the API shows them: `/changes`, `/cover`, `/swaps`, `/leave` and `/sick`.

use axum::{
    Json,
    extract::{Path, State},
};
use jiff::SignedDuration;
use meridian_core::{
    Instant, World,
    access::Action,
    cover::{Change, Changed, Offer, Part, Request, RequestState, SwapState},
    id::{ChangeId, Name},
    notice::{ChangeNotice, NoticeDelivery},
    page::DeliveryState,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Caller, Params, Problem,
    listing::{Listed, Paging, whole},
    name, number,
    pages::{self, AttemptView},
};
use crate::serve::House;

/// A change of who is on watch, or of who can be.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    change: u64,
    /// `cover`, `shift`, `swap`, `leave`, `sick` or `override`.
    kind: &'static str,
    /// `open`, `untaken`, `taken`, `proposed`, `accepted`, `made`, `refused`, `withdrawn`, `in_force`, `ended` or
    /// `undone`.
    state: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// Who asked Meridian for it, e.g. `account:wen`.
    actor: String,
    /// Whose watch, leave or sickness it is.
    person: Option<String>,
    /// Who takes it, or the other person of a swap.
    with: Option<String>,
    rota: Option<String>,
    layer: Option<String>,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    /// Of a swap: the other person's part.
    other: Option<PartView>,
    reason: String,
    /// Those who are asked, in their order.
    offers: Vec<OfferView>,
    /// Those who were or will be told of it, oldest first.
    told: Vec<ToldView>,
}

/// What one person is told of a change.
#[derive(Serialize, ToSchema)]
pub struct ToldView {
    notice: u64,
    person: String,
    /// `asked`, `untaken`, `relieved`, `on_watch`, `undone`, `swap_proposed`, `swap_to_approve`, `swap_made`,
    /// `swap_refused` or `swap_withdrawn`.
    because: &'static str,
    /// `high`: over the contacts of a page.
    urgency: &'static str,
    /// `waiting`, `sending`, `delivered`, `failed`, `cancelled` or `no_contact`.
    state: &'static str,
    deliveries: Vec<ToldDelivery>,
}

#[derive(Serialize, ToSchema)]
pub struct ToldDelivery {
    delivery: u64,
    contact: String,
    technology: String,
    /// Sent then, if it waits.
    #[schema(format = DateTime)]
    due: Option<String>,
    /// `waiting`, `sending`, `delivered`, `failed` or `cancelled`.
    state: &'static str,
    /// Why nothing is sent, if it is cancelled.
    because: Option<&'static str>,
    attempts: Vec<AttemptView>,
}

#[derive(Serialize, ToSchema)]
pub struct PartView {
    rota: String,
    layer: String,
    person: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
}

#[derive(Serialize, ToSchema)]
pub struct OfferView {
    person: String,
    /// Whether most of it lies in the day where they are.
    day: bool,
    /// Watched minutes above, or below, the fair share.
    balance_minutes: Option<i64>,
    #[schema(format = DateTime)]
    asked_from: String,
    declined: bool,
}

/// What a wish led to.
#[derive(Serialize, ToSchema)]
pub struct Made {
    /// The wished one first.
    changes: Vec<ChangeView>,
    /// What is worth knowing of it, e.g. an override that it overlaps.
    remarks: Vec<String>,
}

impl Made {
    pub fn new(house: &House, changes: &[ChangeId], remarks: Vec<String>) -> Made {
        let world = house.keeper.world();
        Made {
            changes: changes.iter().filter_map(|id| world.covers.get(*id)).map(|change| view(&world, change)).collect(),
            remarks,
        }
    }
}

pub fn view(world: &World, change: &Change) -> ChangeView {
    let mut view = ChangeView {
        change: change.id.0,
        kind: change.what.word(),
        state: change.state(),
        at: change.at.to_string(),
        actor: change.actor.to_string(),
        person: None,
        with: None,
        rota: None,
        layer: None,
        from: String::new(),
        until: String::new(),
        other: None,
        reason: String::new(),
        offers: Vec::new(),
        told: world.notices.of(change.id).map(|notice| told(world, notice)).collect(),
    };
    match &change.what {
        Changed::Cover(request) => {
            view.part(&request.part);
            view.reason.clone_from(&request.reason);
            view.offers = request.offers.iter().map(|offer| offered(request, offer)).collect();
            if let RequestState::Taken { by, .. } = &request.state {
                view.with = Some(by.to_string());
            }
        }
        Changed::Shift { part, by, reason, .. } => {
            view.part(part);
            view.with = Some(by.to_string());
            view.reason.clone_from(reason);
        }
        Changed::Swap(swap) => {
            view.part(&swap.one);
            view.with = Some(swap.other.person.to_string());
            view.other = Some(part(&swap.other));
            view.reason.clone_from(&swap.reason);
            if let SwapState::Refused { reason, .. } = &swap.state {
                view.reason.clone_from(reason);
            }
        }
        Changed::Leave { person, leave, .. } => view.away(person, leave.from, leave.until, &leave.note),
        Changed::Sick { person, until, note, .. } => view.away(person, change.at, *until, note),
        Changed::Override { rota, change, .. } => {
            (view.from, view.until) = (change.from.to_string(), change.until.to_string());
            (view.rota, view.layer) = (Some(rota.to_string()), change.layer.clone());
            (view.person, view.with) = (change.replace.as_ref().map(Name::to_string), Some(change.with.to_string()));
        }
    }
    view
}

impl ChangeView {
    fn part(&mut self, part: &Part) {
        (self.rota, self.layer) = (Some(part.rota.to_string()), Some(part.layer.clone()));
        self.away(&part.person, part.from, part.until, "");
    }

    fn away(&mut self, person: &Name, from: Instant, until: Instant, note: &str) {
        self.person = Some(person.to_string());
        (self.from, self.until, self.reason) = (from.to_string(), until.to_string(), note.to_owned());
    }
}

fn told(world: &World, notice: &ChangeNotice) -> ToldView {
    let deliveries = world.notices.deliveries_of(notice);
    ToldView {
        notice: notice.id.0,
        person: notice.person.to_string(),
        because: notice.because.word(),
        urgency: notice.urgency.word(),
        state: world.notices.state(notice).word(),
        deliveries: deliveries.map(delivery).collect(),
    }
}

fn delivery(delivery: &NoticeDelivery) -> ToldDelivery {
    let (due, because) = match delivery.state {
        DeliveryState::Waiting { due } => (Some(due.to_string()), None),
        DeliveryState::Cancelled { because } => (None, Some(because.words())),
        _ => (None, None),
    };
    ToldDelivery {
        delivery: delivery.id.0,
        contact: delivery.contact.to_string(),
        technology: format!("{:?}", delivery.technology).to_lowercase(),
        due,
        state: pages::state(&delivery.state),
        because,
        attempts: pages::attempts(&delivery.attempts),
    }
}

fn part(part: &Part) -> PartView {
    PartView {
        rota: part.rota.to_string(),
        layer: part.layer.clone(),
        person: part.person.to_string(),
        from: part.from.to_string(),
        until: part.until.to_string(),
    }
}

fn offered(request: &Request, offer: &Offer) -> OfferView {
    OfferView {
        person: offer.person.to_string(),
        day: offer.day,
        balance_minutes: offer.balance_minutes,
        asked_from: offer.asked_from.to_string(),
        declined: request.declined.contains(&offer.person),
    }
}

#[derive(Deserialize)]
pub struct ChangesQuery {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn changes(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<ChangesQuery>,
) -> Listed<ChangeView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(query.limit, query.cursor);
    let before: Option<ChangeId> = paging.after()?;
    let world = house.keeper.world();
    let older = world.covers.iter().rev().filter(|change| before.is_none_or(|before| change.id < before));
    paging.page(older.map(|change| (change.id, view(&world, change))))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ChangeView>, Problem> {
    caller.authorize(Action::Read)?;
    let id = ChangeId(number("change", &id)?);
    let world = house.keeper.world();
    let change = world.covers.get(id).ok_or_else(|| Problem::not_found(format!("change {id}")))?;
    Ok(Json(view(&world, change)))
}

/// The requests that somebody can still take.
pub async fn wanted(State(house): State<House>, caller: Caller) -> Listed<ChangeView> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    whole(world.covers.wanted(house.clock.now()).map(|(change, _)| view(&world, change)))
}

/// The swaps that wait for somebody.
pub async fn swaps(State(house): State<House>, caller: Caller) -> Listed<ChangeView> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    whole(world.covers.pending().map(|(change, _)| view(&world, change)))
}

/// Everybody who is sick now.
pub async fn sick(State(house): State<House>, caller: Caller) -> Listed<ChangeView> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    let sick = world.covers.all_sick(house.clock.now());
    whole(sick.filter_map(|(_, change, _)| world.covers.get(change)).map(|change| view(&world, change)))
}

/// A time in which somebody is away.
#[derive(Serialize, ToSchema)]
pub struct LeaveView {
    /// Absent: it stands in the estate's files.
    change: Option<u64>,
    person: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    /// Where whole days were named.
    first_day: Option<String>,
    last_day: Option<String>,
    note: String,
    /// The watches in it that are still theirs.
    conflicts: Vec<PartView>,
}

#[derive(Deserialize)]
pub struct LeaveQuery {
    person: Option<String>,
}

/// How far ahead the watches within a leave are looked at.
const CONFLICTS_AHEAD: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Leave of now and of later, of the estate and of run time.
pub async fn leave(State(house): State<House>, caller: Caller, Params(query): Params<LeaveQuery>) -> Listed<LeaveView> {
    caller.authorize(Action::Read)?;
    let only = query.person.as_deref().map(|person| name("person", person)).transpose()?;
    let (world, now) = (house.keeper.world(), house.clock.now());
    let ahead = now.saturating_add(CONFLICTS_AHEAD).unwrap_or(now);
    let conflicts = world.conflicts(now, ahead);
    let persons = world.estate().persons.keys().filter(|person| only.as_ref().is_none_or(|only| only == *person));
    let all = persons.flat_map(|person| world.leave_of(person).into_iter().map(move |found| (person, found)));
    let coming = all.filter(|(_, (_, leave))| leave.until > now);
    whole(coming.map(|(person, (change, leave))| {
        let within = conflicts
            .iter()
            .map(|conflict| &conflict.shift)
            .filter(|shift| shift.person == *person && leave.touches(shift.from, shift.until));
        let shown = |shift: &meridian_core::roster::Shift| PartView {
            rota: shift.rota.to_string(),
            layer: shift.layer.to_string(),
            person: shift.person.to_string(),
            from: shift.from.to_string(),
            until: shift.until.to_string(),
        };
        LeaveView {
            change: change.map(|change| change.0),
            person: person.to_string(),
            from: leave.from.to_string(),
            until: leave.until.to_string(),
            first_day: leave.days.map(|(first, _)| first.to_string()),
            last_day: leave.days.map(|(_, last)| last.to_string()),
            note: leave.note.clone(),
            conflicts: within.map(shown).collect(),
        }
    }))
}
