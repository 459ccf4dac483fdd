//! Plays the day: sources that fire and send again each minute, and people who answer or do not.

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Command, Instant, World,
    alert::{Incoming, Labels, MatchOp, Matcher},
    command::SilenceWish,
    id::{Actor, IncidentId, Name},
    incident::AcknowledgedBecause,
};

use super::day::{DAY, MINUTES, Story};
use crate::serve::House;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// A source that is not heard of for so long has gone silent; the alert ends.
const ENDS_AFTER: SignedDuration = SignedDuration::from_mins(4);

/// The minute of an hour at which people wish for changes, as they do when the demonstration begins.
const WISHES_AT: u16 = 40;

/// Runs for ever: the same day again and again, on following dates.
pub async fn direct(house: House) {
    let mut begun: Vec<(&Story, Instant)> = Vec::new();
    let mut minute = house.clock.now();
    silence_known_noise(&house).await;
    // A fast clock may have passed the minute before anything runs.
    super::changes::wish(&house, minute).await;
    super::announced::announce(&house, minute).await;
    loop {
        let of_day = minute_of_day(minute);
        begun.extend(DAY.iter().filter(|story| story.at == of_day).map(|story| (story, minute)));
        for (story, since) in &begun {
            let age = (minute.duration_since(*since).as_secs() / 60) as u16;
            play(&house, story, *since, age).await;
        }
        if of_day % 60 == WISHES_AT {
            super::changes::wish(&house, minute).await;
            super::announced::announce(&house, minute).await;
        }
        super::handoff::hand_over(&house, minute).await;
        begun.retain(|(story, since)| minute.duration_since(*since).as_secs() / 60 < i64::from(story.over));
        minute = minute.saturating_add(MINUTE).unwrap_or(minute);
        house.clock.sleep_until(minute).await;
    }
}

fn minute_of_day(at: Instant) -> u16 {
    let time = at.to_zoned(TimeZone::UTC).time();
    (time.hour() as u16 * 60 + time.minute() as u16) % MINUTES
}

async fn play(house: &House, story: &Story, since: Instant, age: u16) {
    let now = house.clock.now();
    let over = age >= story.over;
    let ends_at = now.checked_add(if over { -MINUTE } else { ENDS_AFTER }).ok();
    let incoming = Incoming {
        labels: story.labels.iter().copied().collect(),
        annotations: [("summary", story.summary)].into_iter().collect(),
        starts_at: Some(since),
        ends_at,
        generator_url: "".into(),
    };
    ask(house, Actor::source("prometheus"), Command::Alerts(vec![incoming])).await;
    let labels: Labels = story.labels.iter().copied().collect();
    let incident = || incident_of(&house.keeper.world(), &labels);
    if story.taken == Some(age)
        && let Some((incident, Some(by))) = incident()
    {
        let command = Command::Acknowledge { incident, by: by.clone(), because: AcknowledgedBecause::Link };
        ask(house, Actor::Link(by), command).await;
    }
    if let (Some(text), Some(taken)) = (story.note, story.taken)
        && age == taken + 2
        && let Some((incident, Some(by))) = incident()
    {
        ask(house, Actor::Link(by), Command::Note { incident, text: text.into() }).await;
    }
}

/// The open incident that this alert is part of, and who was paged for it last.
fn incident_of(world: &World, labels: &Labels) -> Option<(IncidentId, Option<Name>)> {
    let alert = labels.fingerprint();
    let incident = world.incidents.open().find(|incident| incident.alerts.contains(&alert))?;
    let paged = world.pages.pages_of(incident.id).next_back().map(|page| page.person.clone());
    Some((incident.id, paged))
}

/// A silence as people leave them: with an owner, a reason and an end.
async fn silence_known_noise(house: &House) {
    let Ok(matcher) = Matcher::new("alertname", MatchOp::Equal, "FedwireAckLate") else { return };
    let silence = SilenceWish {
        id: None,
        matchers: vec![matcher],
        starts_at: None,
        ends_at: house.clock.now().saturating_add(SignedDuration::from_hours(8)).unwrap_or_default(),
        created_by: "Dana Ruiz".into(),
        comment: "Counted twice since the upgrade of fedline; CHG-2288 mends it tonight".into(),
    };
    let id = "5f3a1c2e-7d41-4b0a-9c55-2f6f0d1be001".into();
    ask(house, Actor::Account("dana".into()), Command::SetSilence { silence, id }).await;
}

/// A refusal is part of a day: somebody else was quicker.
async fn ask(house: &House, actor: Actor, command: Command) {
    if let Err(why) = house.keeper.ask(actor, command).await {
        tracing::debug!("the day goes on without: {why}");
    }
}
