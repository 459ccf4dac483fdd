//! Site: a place with a time zone.

use std::collections::BTreeSet;

use super::{Document, Field, Making, Node, Shape, Takes, display_name, text};
use crate::{
    calendar::{Days, Hours, SiteCalendar, holiday},
    estate::{
        Site,
        form::{self, CALENDAR, DATE, DAYS, LINE, WALL_TIME, ZONE},
        problem::Fault,
    },
};

pub(crate) static HOURS: Shape = Shape::of(
    "Hours",
    "A stretch of the week by the wall clock of the site.",
    &[
        Field::may("days", text(&DAYS), "the days on which it starts").or("daily"),
        Field::must("from", text(&WALL_TIME), "when it starts"),
        Field::must("to", text(&WALL_TIME), "when it ends; not after `from`: on the next day"),
    ],
);

static LOCATION: Shape = Shape::of(
    "Location",
    "Where it is, for the map.",
    &[
        Field::must("latitude", Takes::Decimal { min: -90.0, max: 90.0 }, "degrees north"),
        Field::must("longitude", Takes::Decimal { min: -180.0, max: 180.0 }, "degrees east"),
    ],
);

static HOLIDAY: Shape = Shape::of(
    "Holiday",
    "A holiday of the site that its calendar does not have.",
    &[
        Field::must("date", text(&DATE), "on which day, by the wall clock of the site"),
        Field::must("name", text(&LINE), "what is celebrated"),
    ],
);

pub(crate) static SITE: Shape = Shape::of(
    "Site",
    "A place where people watch, with its time zone, working hours and holidays.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call it").or("the name"),
        Field::must("timeZone", text(&ZONE), "its IANA time zone"),
        Field::may("calendar", text(&CALENDAR), "its public holidays, e.g. hk-public"),
        Field::may(
            "holidays",
            Takes::List { of: &Takes::Map(&HOLIDAY), some: false },
            "holidays beside those of its calendar",
        ),
        Field::may(
            "workingDays",
            Takes::List { of: &text(&DATE), some: false },
            "holidays of its calendar on which it works all the same",
        ),
        Field::may("hours", Takes::List { of: &Takes::Map(&HOURS), some: false }, "its working hours"),
        Field::may("location", Takes::Map(&LOCATION), "where it is, for the map"),
    ],
);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>) -> Option<Site> {
    let spec = document.spec;
    let calendar = calendar(spec, making);
    let degrees = |key| spec.get("location")?.get(key)?.parse::<f64>();
    Some(Site {
        name: document.name.clone(),
        display_name: display_name(document),
        zone: form::zone(spec.text_of("timeZone")?).ok()?,
        calendar,
        hours: hours(spec.get("hours")),
        location: degrees("latitude").zip(degrees("longitude")),
    })
}

fn calendar(spec: &Node, making: &mut Making<'_, '_>) -> SiteCalendar {
    let name = spec.text_of("calendar");
    let (mut own, mut own_days, mut working) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for item in spec.get("holidays").into_iter().flat_map(Node::items) {
        let Some((node, date)) = item.get("date").and_then(|node| Some((node, form::date(node.text()?).ok()?))) else {
            continue;
        };
        if !own_days.insert(date) {
            making.sink.error(node.at, Fault::new(format!("{date} stands here a second time")));
        }
        own.extend(item.text_of("name").map(|name| (date, name.trim().to_owned())));
    }
    for node in spec.get("workingDays").into_iter().flat_map(Node::items) {
        let Some(date) = node.text().and_then(|text| form::date(text).ok()) else { continue };
        working.insert(date);
        if own_days.contains(&date) {
            making.sink.error(node.at, Fault::new(format!("{date} stands under `holidays`, too")));
        } else if name.is_none_or(|name| holiday(name, date).is_none()) {
            let whose = name.map_or_else(|| "this site, which has no calendar".to_owned(), |name| format!("`{name}`"));
            making.sink.error(node.at, Fault::new(format!("{date} is no holiday of {whose}")));
        }
    }
    SiteCalendar::new(name, own, &working)
}

pub(super) fn hours(node: Option<&Node>) -> Vec<Hours> {
    let one = |item: &Node| {
        let days = item.text_of("days").map_or(Ok(Days::DAILY), Days::parse).ok()?;
        Some(Hours { days, from: item.get("from")?.parse()?, to: item.get("to")?.parse()? })
    };
    node.map(|node| node.items().iter().filter_map(one).collect()).unwrap_or_default()
}
