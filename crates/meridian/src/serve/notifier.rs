//! The notifier: sends what the world asks to send, and tells the keeper what came of it.
//!
//! It has no input but the numbers of deliveries that are durable and due. A crash between sending and telling leads
//! to the same delivery again after the start, with the same key. What this does *not* do: decide about retries.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use futures_util::FutureExt;
use meridian_core::{
    Command, World,
    command::Outcome,
    id::{Actor, DeliveryId, Name},
    incident::Incident,
    page::{Delivery, Notice, Page},
};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinSet,
};

use super::{AskError, House, guard, letters};
use crate::notify::{
    AlertLine, Carried, IncidentStatus, IncidentSummary, Kind, Message, Next, Recipient, Sender,
    link::{self, LinkClaims, Purpose},
};

/// So many messages are under way at once to one contact of one person, and over one channel. What hangs fills only its
/// own places: a dead mail server never delays a call.
const AT_ONCE_TO_CONTACT: usize = 32;
const AT_ONCE_OVER_CHANNEL: usize = 256;
/// So many alerts are listed in a message.
const ALERTS_LISTED: usize = 10;
/// How long the links of a message work.
const LINK_VALID: jiff::SignedDuration = jiff::SignedDuration::from_hours(48);
/// Before the keeper is told again what it could not take.
const REST: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// How messages leave. The demo has another carrier than the real one.
#[derive(Clone)]
pub enum Carrier {
    Real(Arc<RwLock<Sender>>),
    /// Nothing leaves: every message counts as delivered. For the demonstration.
    Pretend,
}

/// Runs until `stop` fires, then waits for what is under way.
pub async fn run(
    house: House,
    carrier: Carrier,
    mut outbox: mpsc::UnboundedReceiver<DeliveryId>,
    mut stop: oneshot::Receiver<()>,
) {
    let places = Places::default();
    let mut under_way = JoinSet::new();
    loop {
        let id = tokio::select! {
            biased;
            _ = &mut stop => break,
            Some(_) = under_way.join_next(), if !under_way.is_empty() => continue,
            id = outbox.recv() => match id {
                Some(id) => id,
                None => break,
            },
        };
        let Some((to, over)) = places.of(&house, id) else { continue };
        let (house, carrier) = (house.clone(), carrier.clone());
        under_way.spawn(async move {
            // What has no place yet when Meridian stops is sent after the next start.
            if let (Ok(_to), Ok(_over)) = (to.acquire().await, over.acquire().await) {
                deliver(&house, &carrier, id).await;
            }
        });
    }
    places.close();
    while under_way.join_next().await.is_some() {}
}

/// The places of each contact and of each channel.
#[derive(Default)]
struct Places(Mutex<BTreeMap<(Name, String), Arc<Semaphore>>>);

impl Places {
    /// Those of this delivery's contact and channel; none: the delivery is not kept any more.
    fn of(&self, house: &House, id: DeliveryId) -> Option<(Arc<Semaphore>, Arc<Semaphore>)> {
        let (person, contact, channel) = {
            let world = house.keeper.world();
            let of_page = world.pages.delivery(id).map(|delivery| (&delivery.person, &delivery.contact));
            let of_notice = || world.notices.delivery(id).map(|delivery| (&delivery.person, &delivery.contact));
            let (to, over) = of_page.or_else(of_notice)?;
            let person = world.estate().persons.get(to);
            let contact = person.and_then(|person| person.contacts.iter().find(|one| *one.name == **over));
            // What left the estate is refused when it is built; until then it waits with its own kind.
            let channel = contact.map_or_else(|| to.clone(), |contact| contact.channel.clone());
            (to.clone(), over.to_string(), channel)
        };
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = |key, most| places.entry(key).or_insert_with(|| Arc::new(Semaphore::new(most))).clone();
        // No contact has an empty name, so a channel can't be taken for one.
        Some((place((person, contact), AT_ONCE_TO_CONTACT), place((channel, String::new()), AT_ONCE_OVER_CHANNEL)))
    }

    /// Lets nobody in any more.
    fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().for_each(|places| places.close());
    }
}

async fn deliver(house: &House, carrier: &Carrier, id: DeliveryId) {
    let attempt = house.keeper.world().sending(id);
    let Some(attempt) = attempt else { return };
    let outcome = AssertUnwindSafe(carry(house, carrier, id)).catch_unwind().await.unwrap_or_else(|panic| {
        // A fault of ours must not leave the person untold: the delivery counts as failed, and is tried another way.
        let error = format!("a fault of Meridian while sending: {}", guard::words(panic.as_ref()));
        tracing::error!("delivery {id}: {error}");
        Outcome::Failed { error, retry_after: None }
    });
    house.metrics.delivery(&outcome);
    let command = Command::DeliveryOutcome { delivery: id, attempt, outcome };
    while let Err(AskError::Unavailable { .. }) = house.keeper.ask(Actor::System, command.clone()).await {
        // A journal that takes nothing must not keep the process from ending; the next start sends under the same key.
        if house.keeper.is_stopping() || (house.keeper.is_ending() && !house.keeper.is_healthy()) {
            return;
        }
        house.clock.sleep(REST).await;
    }
}

async fn carry(house: &House, carrier: &Carrier, id: DeliveryId) -> Outcome {
    let now = house.clock.now();
    let built = {
        let world = house.keeper.world();
        match (world.pages.delivery(id), world.notices.delivery(id)) {
            (Some(delivery), _) => message(house, &world, delivery, now).map(boxed),
            (None, Some(delivery)) => letters::letter(house, &world, delivery, now).map(boxed),
            (None, None) => Err("the delivery is not kept any more".to_owned()),
        }
    };
    match built {
        Err(error) => Outcome::Refused { error },
        Ok((channel, message)) => match carrier {
            Carrier::Pretend => Outcome::Sent { receipt: "demonstration: nothing left this machine".into() },
            Carrier::Real(sender) => {
                let sender = sender.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
                sender.send(&channel, &*message).await
            }
        },
    }
}

fn boxed<C: Carried + 'static>((channel, carried): (Name, C)) -> (Name, Box<dyn Carried>) {
    (channel, Box::new(carried))
}

/// Builds the message from the world, and says which channel carries it.
fn message(
    house: &House,
    world: &World,
    delivery: &Delivery,
    at: meridian_core::Instant,
) -> Result<(Name, Message), String> {
    let estate = world.estate();
    let gone = |what: &str| format!("{what} is not in the estate any more");
    let person = estate.persons.get(&delivery.person).ok_or_else(|| gone(&format!("person {}", delivery.person)))?;
    let contact = person.contacts.iter().find(|contact| *contact.name == *delivery.contact);
    let contact = contact.ok_or_else(|| gone(&format!("contact {} of {}", delivery.contact, delivery.person)))?;
    let page = world.pages.page(delivery.page).ok_or("the page is not kept any more")?;
    let incident = world.incidents.get(delivery.incident).ok_or("the incident is not kept any more")?;
    let zone = estate.sites.get(&person.site).map_or(jiff::tz::TimeZone::UTC, |site| site.zone.clone());
    let base = &house.settings.external_url;
    let link = |path: &str, purpose: Purpose| {
        let until = at.saturating_add(LINK_VALID).unwrap_or(at);
        let claims = LinkClaims { page: page.id, incident: incident.id, person: person.name.clone(), purpose, until };
        format!("{base}/{path}/{}", link::sign(&house.link_key, &claims))
    };
    let wants_answer = delivery.notice.is_none() && !incident.is_resolved() && incident.acknowledged.is_none();
    let message = Message {
        key: format!("mrd-{}-d{}", house.settings.name, delivery.id),
        kind: kind(delivery, page),
        to: Recipient {
            person: person.name.clone(),
            display_name: person.display_name.clone(),
            way: contact.way.clone(),
        },
        incident: summary(world, incident),
        because: format!("you are {}", page.because.words()),
        next: wants_answer.then(|| next(world, incident)).flatten(),
        acknowledge_url: wants_answer.then(|| link("ack", Purpose::Acknowledge)),
        pass_on_url: wants_answer.then(|| link("pass", Purpose::PassOn)),
        keypad_url: None,
        incident_url: format!("{base}/incidents/{}", incident.id),
        at,
        zone,
        drill: false,
    };
    Ok((contact.channel.clone(), message))
}

fn kind(delivery: &Delivery, page: &Page) -> Kind {
    match &delivery.notice {
        None => Kind::Page { urgency: page.urgency },
        Some(Notice::Update { joined }) => Kind::Update { joined: *joined },
        Some(Notice::Reminder) => Kind::Reminder,
        Some(Notice::Resolved) => Kind::Resolved,
    }
}

fn summary(world: &World, incident: &Incident) -> IncidentSummary {
    let alerts = incident.alerts.iter().filter_map(|id| world.alerts.get(*id)).take(ALERTS_LISTED);
    let alerts: Vec<AlertLine> = alerts
        .map(|alert| AlertLine {
            labels: alert.labels.clone(),
            annotations: alert.annotations().clone(),
            since: alert.starts_at,
            firing: true,
            generator_url: alert.generator_url.to_string(),
        })
        .collect();
    let runbook = |alert: &AlertLine| {
        ["runbook_url", "runbook"].iter().find_map(|name| alert.annotations.get(name)).map(str::to_owned)
    };
    let display = |name: &Name| world.estate().persons.get(name).map_or(name.to_string(), |p| p.display_name.clone());
    IncidentSummary {
        number: incident.id,
        title: incident.title.clone(),
        severity: incident.severity,
        since: incident.opened_at,
        status: match (&incident.resolved, &incident.acknowledged) {
            (Some(resolution), _) => IncidentStatus::Resolved { at: resolution.at },
            (None, Some(ack)) => IncidentStatus::Acknowledged { by: display(&ack.by), at: ack.at },
            (None, None) => IncidentStatus::Open,
        },
        group: incident.labels.clone(),
        runbook_url: alerts.iter().find_map(runbook),
        alerts_total: incident.alerts.len(),
        alerts,
    }
}

fn next(world: &World, incident: &Incident) -> Option<Next> {
    let next = world.next_paged(incident.id)?;
    let display = |name: &Name| world.estate().persons.get(name).map_or(name.to_string(), |p| p.display_name.clone());
    let who: Vec<String> = next.persons.iter().map(display).collect();
    (!who.is_empty()).then(|| Next { who: who.join(" and "), at: next.at })
}
