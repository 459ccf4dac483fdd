//! What is announced, read from the world.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant,
    announcement::{AnnouncedKind, Announcement, AnnouncementFact, AnnouncementState},
    id::{AnnouncementId, Name},
};

use super::Lens;
use crate::ui::{
    parts::{Glyph, Say},
    view::{
        Told,
        announcement::{AnnouncementForm, AnnouncementRow, AnnouncementsView},
    },
};

/// So many of those that are over are shown; the API has all that are kept.
const OVER: usize = 100;

pub fn announcements(lens: &Lens<'_>, over_tab: bool) -> AnnouncementsView {
    let stands =
        |one: &&Announcement| matches!(one.state(lens.now), AnnouncementState::Ahead | AnnouncementState::UnderWay);
    let (mut standing, mut over): (Vec<_>, Vec<_>) = lens.world.announcements.iter().partition(stands);
    standing.sort_by_key(|one| (one.what.from, one.id));
    over.sort_by_key(|one| std::cmp::Reverse((one.ends_at(), one.id)));
    let shown = if over_tab { &over } else { &standing };
    let rows: Vec<AnnouncementRow> =
        shown.iter().take(if over_tab { OVER } else { usize::MAX }).map(|one| row(lens, one)).collect();
    AnnouncementsView { over_tab, standing: standing.len(), over: over.len(), more: shown.len() - rows.len(), rows }
}

fn row(lens: &Lens<'_>, one: &Announcement) -> AnnouncementRow {
    let (what, state) = (&one.what, one.state(lens.now));
    let stands = matches!(state, AnnouncementState::Ahead | AnnouncementState::UnderWay);
    let against = if stands { lens.world.announcements.collisions(what, Some(one.id)) } else { Vec::new() };
    AnnouncementRow {
        id: one.id,
        kind: what.kind,
        state,
        title: what.title.clone(),
        reference: what.reference.clone(),
        link: what.link.clone(),
        from: what.from,
        until: one.ends_at(),
        rotas: what.rotas.iter().map(|rota| (rota.clone(), lens.rota_title(rota))).collect(),
        owner: what.owner.as_ref().map(|owner| lens.person(owner)),
        if_wrong: what.if_wrong.clone(),
        collides: against.iter().map(|other| other.what.name()).collect(),
        by: lens.actor(&one.made_by).unwrap_or_else(|| "Meridian".to_owned()),
        ended: one.withdrawn.as_ref().map(|(_, by, reason)| {
            let by = lens.actor(by).map_or_else(String::new, |by| format!(" by {by}"));
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            format!("withdrawn{by}{reason}")
        }),
    }
}

/// An empty form, or that of one that stands.
pub fn announcement_form(lens: &Lens<'_>, zone: &TimeZone, of: Option<AnnouncementId>) -> Option<AnnouncementForm> {
    let typed = |at: Instant| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string();
    let later = |hours| lens.now.saturating_add(jiff::SignedDuration::from_hours(hours)).unwrap_or(lens.now);
    let mut form = AnnouncementForm {
        kind: AnnouncedKind::Work.word().into(),
        from: typed(later(1)),
        until: typed(later(3)),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        ..AnnouncementForm::default()
    };
    if let Some(id) = of {
        let one = lens.world.announcements.get(id)?;
        let what = &one.what;
        form = AnnouncementForm {
            id: Some(id),
            kind: what.kind.word().into(),
            title: what.title.clone(),
            reference: what.reference.clone(),
            link: what.link.clone(),
            from: typed(what.from),
            until: typed(what.until),
            rotas: what.rotas.iter().map(Name::to_string).collect(),
            owner: what.owner.as_ref().map(Name::to_string).unwrap_or_default(),
            if_wrong: what.if_wrong.clone(),
            ..form
        };
    }
    Some(with_choices(lens, form))
}

/// What can be chosen in the form.
pub fn with_choices(lens: &Lens<'_>, form: AnnouncementForm) -> AnnouncementForm {
    let estate = lens.world.estate();
    let rotas = estate.rotas.values().map(|rota| (rota.name.to_string(), rota.display_name.clone())).collect();
    let people = estate.persons.values().map(|person| (person.name.to_string(), person.display_name.clone()));
    let nobody = (String::new(), "Nobody yet".to_owned());
    AnnouncementForm { known_rotas: rotas, known_people: std::iter::once(nobody).chain(people).collect(), ..form }
}

/// A fact about an announcement, as a sentence.
pub(super) fn told(lens: &Lens<'_>, at: Instant, fact: &AnnouncementFact) -> Told {
    let id = fact.announcement();
    let href = format!("/announcements#a{id}");
    match fact {
        AnnouncementFact::Made { what, .. } | AnnouncementFact::Changed { what, .. } => {
            let new = matches!(fact, AnnouncementFact::Made { .. });
            let kind = match what.kind {
                AnnouncedKind::Work => "Work ",
                AnnouncedKind::Freeze => "A freeze ",
                AnnouncedKind::Event => "An event ",
            };
            let say = Say::new().text(format!("{kind}is {}: ", if new { "announced" } else { "announced anew" }));
            let say = say.link(href, what.name()).text(", ").at(what.from).text(" to ").at(what.until);
            Told::new(at, say).shape(Glyph::Note)
        }
        AnnouncementFact::Withdrawn { reason, .. } => {
            let name =
                lens.world.announcements.get(id).map_or_else(|| format!("announcement {id}"), |one| one.what.name());
            let told = Told::new(at, Say::new().link(href, name).text(" is withdrawn"));
            if reason.is_empty() { told } else { told.because(reason.clone()) }
        }
    }
}
