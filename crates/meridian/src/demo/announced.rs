//! What is announced for the bank's days: the same each day, so that today and tomorrow always have some of it.

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Command, Instant,
    announcement::{Announced, AnnouncedKind},
    id::Actor,
};

use crate::serve::House;

struct Plan {
    kind: AnnouncedKind,
    title: &'static str,
    /// Of work: its number on the first day of the year.
    reference: Option<i64>,
    /// In minutes after midnight UTC.
    from: i64,
    until: i64,
    rota: Option<&'static str>,
    owner: Option<&'static str>,
    if_wrong: &'static str,
}

const PLANS: [Plan; 4] = [
    Plan {
        kind: AnnouncedKind::Work,
        title: "fw-2 rules",
        reference: Some(2291),
        from: 18 * 60 + 30,
        until: 19 * 60 + 30,
        rota: Some("payments"),
        owner: Some("tom"),
        if_wrong: "If a session drops, put back the rules of the day before and call the network desk.",
    },
    Plan {
        kind: AnnouncedKind::Freeze,
        title: "US payrolls",
        reference: None,
        from: 20 * 60,
        until: 22 * 60 + 30,
        rota: None,
        owner: None,
        if_wrong: "",
    },
    // Nobody said how it is taken back: the handoff before it asks.
    Plan {
        kind: AnnouncedKind::Work,
        title: "mq-gateway certificate",
        reference: Some(2296),
        from: 21 * 60 + 30,
        until: 22 * 60,
        rota: Some("payments"),
        owner: Some("oliver"),
        if_wrong: "",
    },
    Plan {
        kind: AnnouncedKind::Event,
        title: "CLS pay-in",
        reference: None,
        from: 6 * 60,
        until: 10 * 60,
        rota: None,
        owner: None,
        if_wrong: "",
    },
];

/// What is not over of today and tomorrow. What stands already is not announced again.
pub async fn announce(house: &House, now: Instant) {
    for day in 0..2 {
        for plan in &PLANS {
            let Some(what) = announced(plan, now, day).filter(|what| what.until > now) else { continue };
            let command = Command::Announce(what.into());
            if let Err(error) = house.keeper.ask(Actor::Account("change-desk".into()), command).await {
                tracing::debug!(%error, "the demonstration could not announce something");
            }
        }
    }
}

fn announced(plan: &Plan, now: Instant, day: i32) -> Option<Announced> {
    let date = now.to_zoned(TimeZone::UTC).date().checked_add(SignedDuration::from_hours(24) * day).ok()?;
    let midnight = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let at = |minutes| midnight.checked_add(SignedDuration::from_mins(minutes)).ok();
    Some(Announced {
        kind: plan.kind,
        title: plan.title.into(),
        reference: plan
            .reference
            .map_or(String::new(), |first| format!("CHG-{}", first + 7 * i64::from(date.day_of_year()))),
        link: String::new(),
        from: at(plan.from)?,
        until: at(plan.until)?,
        rotas: plan.rota.into_iter().filter_map(|rota| rota.parse().ok()).collect(),
        owner: plan.owner.and_then(|owner| owner.parse().ok()),
        if_wrong: plan.if_wrong.into(),
    })
}
