//! What the palette finds: places, people and things by their words, and what can be done.
//!
//! What it does *not* do: act. What it offers leads to the page that acts, or is that page's own form.

use jiff::SignedDuration;
use meridian_core::roster::Shift;

use crate::ui::{
    parts::Glyph,
    read::{self, Lens},
    view::Found,
};

/// Where to go, and by which keys.
pub const PLACES: [(&str, &str, &str); 17] = [
    ("/", "The day", "g d"),
    ("/incidents", "Incidents", "g i"),
    ("/handoffs", "Handoffs", "g h"),
    ("/changes", "Changes", "g x"),
    ("/announcements", "Announced work, freezes and events", "g n"),
    ("/alerts", "Alerts", "g a"),
    ("/pages", "Pages", "g p"),
    ("/silences", "Silences", "g s"),
    ("/rotas", "Rotas", "g r"),
    ("/coverage", "Coverage", "g c"),
    ("/fairness", "Fairness", "g f"),
    ("/chains", "Chains", "g m"),
    ("/where", "Where is the fault?", "g l"),
    ("/people", "People", "g o"),
    ("/calendars", "Calendar feeds", ""),
    ("/journal", "Journal", "g j"),
    ("/estate", "Estate", "g e"),
];

/// What to do. A form that is folded away opens where an address names a field in it.
const DOINGS: [(&str, &str); 5] = [
    ("/changes#sick-person", "Report sickness"),
    ("/changes#leave-person", "Add leave"),
    ("/silences/new", "Silence alerts"),
    ("/announcements/new", "Announce work, a freeze or an event"),
    ("/incidents#new-title", "Open an incident"),
];

/// What is done to a watch, and the field of its page where that begins.
const ABOUT_A_WATCH: [(&str, &str); 2] = [("Ask for cover", "#ask-from"), ("Propose a swap", "#swap-from")];

/// Whoever only reads is offered nothing to do.
pub fn search(lens: &Lens<'_>, responds: bool, query: &str) -> Vec<Found> {
    let mut all = Vec::new();
    if !query.is_empty() {
        all.extend(things(lens, query));
    }
    if responds {
        all.extend(doings(lens, query));
    }
    let places = PLACES.into_iter().filter(|(_, what, _)| meets(what, query));
    all.extend(places.map(|(href, what, keys)| to("Go to", href, what, keys)));
    all
}

fn meets(text: &str, query: &str) -> bool {
    text.to_lowercase().contains(query)
}

fn to(section: &'static str, href: impl Into<String>, what: impl Into<String>, more: impl Into<String>) -> Found {
    Found { section, shape: None, href: href.into(), what: what.into(), more: more.into(), posts: false }
}

fn things(lens: &Lens<'_>, query: &str) -> Vec<Found> {
    let world = lens.world;
    let digits = query.trim_start_matches("inc-");
    let incidents = world.incidents.iter().rev().filter(|i| i.id.to_string() == digits || meets(&i.title, query));
    let found = incidents.take(8).map(|i| Found {
        shape: Some(Glyph::Severity(i.severity)),
        ..to("Incidents", format!("/incidents/{}", i.id), format!("INC-{} {}", i.id, i.title), i.status().word())
    });
    let mut all: Vec<Found> = found.collect();
    let handoffs = world.handoffs.open().map(|handoff| (handoff, world.handoff_title(&handoff.edge)));
    all.extend(handoffs.filter(|(_, title)| meets(title, query)).take(6).map(|(handoff, title)| Found {
        shape: Some(Glyph::Due),
        ..to("Handoffs", format!("/handoffs/{}", handoff.id), title, lens.rota_title(handoff.rota()))
    }));
    let announced = read::announcements(lens, false).rows.into_iter();
    let announced = announced.map(|row| (row.id, format!("{} {}", row.reference, row.title).trim().to_owned()));
    all.extend(announced.filter(|(_, name)| meets(name, query)).take(6).map(|(id, name)| Found {
        shape: Some(Glyph::Note),
        ..to("Announced", format!("/announcements#a{id}"), name, "")
    }));
    let people = world.estate().persons.values();
    let people = people.filter(|p| meets(&p.display_name, query) || meets(p.name.as_str(), query));
    let person = |name| format!("/people#p-{name}");
    all.extend(people.take(6).map(|p| to("People", person(&p.name), &p.display_name, lens.site(&p.site).0)));
    let rotas = world.estate().rotas.values();
    let rotas = rotas.filter(|r| meets(&r.display_name, query) || meets(r.name.as_str(), query));
    all.extend(rotas.take(6).map(|r| to("Rotas", format!("/rotas/{}", r.name), &r.display_name, "")));
    all
}

fn doings(lens: &Lens<'_>, query: &str) -> Vec<Found> {
    let mut all = Vec::new();
    let open = lens.world.incidents.open().filter(|incident| incident.acknowledged.is_none());
    let open = open.map(|incident| (incident, format!("Acknowledge INC-{}", incident.id)));
    all.extend(open.filter(|(_, what)| meets(what, query)).take(6).map(|(incident, what)| Found {
        posts: true,
        ..to("Do", format!("/incidents/{}/acknowledge", incident.id), what, &incident.title)
    }));
    let mut watches = ABOUT_A_WATCH.into_iter().filter(|(what, _)| meets(what, query)).peekable();
    if watches.peek().is_some() {
        let next = own_next(lens);
        let href = next.as_ref().and_then(|shift| read::change_of(lens, shift));
        all.extend(watches.map(|(what, field)| match (&href, &next) {
            (Some(href), Some(shift)) => {
                let more = format!("your next watch, {}", lens.rota_title(&shift.rota));
                to("Do", format!("{href}{field}"), what, more)
            }
            _ => to("Do", "/rotas", what, "choose a watch of a rota"),
        }));
    }
    all.extend(DOINGS.into_iter().filter(|(_, what)| meets(what, query)).map(|(href, what)| to("Do", href, what, "")));
    all
}

/// The reader's own watch that comes next, or is now. Not a shadow's: nobody stands in for one.
fn own_next(lens: &Lens<'_>) -> Option<Shift> {
    let me = lens.me?;
    let until = lens.now.saturating_add(SignedDuration::from_hours(14 * 24)).unwrap_or(lens.now);
    let rotas = lens.world.estate().rotas.keys();
    let shifts = rotas.flat_map(|rota| lens.world.shifts(rota, lens.now, until));
    shifts.filter(|shift| shift.person == *me && read::change_of(lens, shift).is_some()).min_by_key(|shift| shift.from)
}

#[cfg(test)]
mod tests {
    use meridian_core::access::AccountRole;

    use super::{DOINGS, PLACES};
    use crate::{api::tests::house::Mock, serve::Intake};

    const KEYS: &str = include_str!("../assets/keys.js");

    #[test]
    fn every_chord_is_one_and_the_browser_knows_it() {
        for (n, (href, what, chord)) in PLACES.into_iter().enumerate() {
            let Some(letter) = chord.strip_prefix("g ") else { continue };
            assert!(KEYS.contains(&format!("{letter}: \"{href}\"")), "{what}: {chord}");
            assert!(PLACES[..n].iter().all(|(_, _, other)| *other != chord), "{chord} means two places");
        }
    }

    #[tokio::test]
    async fn what_can_be_done_is_found_by_its_words_by_whoever_may() {
        let mock = Mock::new(Intake::Open).await;
        let admin = mock.session("ana", AccountRole::Admin).await;
        let viewer = mock.session("vic", AccountRole::Viewer).await;
        let opened = r#"{"title":"Gateway slow","severity":"SEV2","escalation":"payments"}"#;
        let (status, said) = mock.ask(&admin, "post", "/api/v1/incidents", opened).await;
        assert!(status.is_success(), "{said}");
        let check = async |query: &str, href: &str| {
            for (asked, may) in [(&admin, true), (&viewer, false)] {
                let (_, _, body) = mock.send(asked, "get", &format!("/find?q={query}"), Vec::new()).await;
                let body = String::from_utf8(body).unwrap();
                assert_eq!(body.contains(&format!("=\"{href}")), may, "{query}: {body}");
            }
        };
        check("acknowledge%20inc-1", "/incidents/1/acknowledge").await;
        for (href, what) in DOINGS {
            check(&what.to_lowercase().replace(' ', "%20"), href).await;
        }
    }
}
