//! Site: a place with a time zone.

use super::{Document, Field, Node, Shape, Takes, display_name, text};
use crate::{
    calendar::{Days, Hours},
    estate::{
        Site,
        form::{self, CALENDAR, DAYS, LINE, WALL_TIME, ZONE},
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

pub(crate) static SITE: Shape = Shape::of(
    "Site",
    "A place where people watch, with its time zone, working hours and holidays.",
    &[
        Field::may("displayName", text(&LINE), "how pages and mails call it").or("the name"),
        Field::must("timeZone", text(&ZONE), "its IANA time zone"),
        Field::may("calendar", text(&CALENDAR), "its public holidays, e.g. hk-public"),
        Field::may("hours", Takes::List { of: &Takes::Map(&HOURS), some: false }, "its working hours"),
        Field::may("location", Takes::Map(&LOCATION), "where it is, for the map"),
    ],
);

pub(super) fn make(document: &Document<'_>) -> Option<Site> {
    let spec = document.spec;
    let degrees = |key| spec.get("location")?.get(key)?.parse::<f64>();
    Some(Site {
        name: document.name.clone(),
        display_name: display_name(document),
        zone: form::zone(spec.text_of("timeZone")?).ok()?,
        calendar: spec.text_of("calendar").map(str::to_owned),
        hours: hours(spec.get("hours")),
        location: degrees("latitude").zip(degrees("longitude")),
    })
}

pub(super) fn hours(node: Option<&Node>) -> Vec<Hours> {
    let one = |item: &Node| {
        let days = item.text_of("days").map_or(Ok(Days::DAILY), Days::parse).ok()?;
        Some(Hours { days, from: item.get("from")?.parse()?, to: item.get("to")?.parse()? })
    };
    node.map(|node| node.items().iter().filter_map(one).collect()).unwrap_or_default()
}
