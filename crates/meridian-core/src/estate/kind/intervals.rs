//! Time intervals as Alertmanager's files write them.

use std::collections::BTreeMap;

use super::{Field, Making, Node, Shape, Takes, text};
use crate::{
    alert::{TimeInterval, parse_days_of_month, parse_months, parse_time_range, parse_weekdays, parse_years},
    calendar::Days,
    estate::{
        form::{self, DAYS_OF_MONTH, LINE, MINUTE, MONTHS, WEEKDAYS, YEARS, ZONE},
        problem::Fault,
    },
};

static TIMES: Shape = Shape::of(
    "Times",
    "A stretch of the day.",
    &[
        Field::must("start_time", text(&MINUTE), "when it starts"),
        Field::must("end_time", text(&MINUTE), "when it ends; 24:00 is the end of the day"),
    ],
);

const fn some_of(takes: &'static Takes) -> Takes {
    Takes::List { of: takes, some: false }
}

static INTERVAL: Shape = Shape::of(
    "TimeInterval",
    "An instant is in it that meets all of its conditions; a condition that is absent is met.",
    &[
        Field::may("times", some_of(&Takes::Map(&TIMES)), "parts of the day"),
        Field::may("weekdays", some_of(&Takes::Text(&WEEKDAYS)), "days of the week"),
        Field::may(
            "days_of_month",
            some_of(&Takes::Text(&DAYS_OF_MONTH)),
            "days of the month; negative: counted from its end",
        ),
        Field::may("months", some_of(&Takes::Text(&MONTHS)), "months"),
        Field::may("years", some_of(&Takes::Text(&YEARS)), "years"),
        Field::may("location", text(&ZONE), "the time zone by which it is meant").or("UTC"),
    ],
);

pub(super) static NAMED_INTERVAL: Shape = Shape::of(
    "NamedTimeInterval",
    "A stretch of time with a name: all instants that are in one of its intervals.",
    &[
        Field::must("name", text(&LINE), "how routes call it"),
        Field::must("time_intervals", some_of(&Takes::Map(&INTERVAL)), "an instant is in it that is in one of these"),
    ],
);

/// The intervals under both names that Alertmanager has had for them.
pub(super) fn intervals(spec: &Node, making: &mut Making<'_, '_>) -> BTreeMap<String, Vec<TimeInterval>> {
    let mut named = BTreeMap::new();
    let lists = ["time_intervals", "mute_time_intervals"].into_iter().filter_map(|key| spec.get(key));
    for item in lists.flat_map(Node::items) {
        let Some((node, name)) = item.get("name").and_then(|node| Some((node, node.text()?))) else { continue };
        let list = item.get("time_intervals").map(Node::items).unwrap_or_default();
        let list = list.iter().map(|interval| self::interval(interval, making)).collect();
        if named.insert(name.to_owned(), list).is_some() {
            making.sink.error(
                node.at,
                Fault::new(format!("a time interval `{}` stands here a second time", name.escape_debug())),
            );
        }
    }
    named
}

fn interval(node: &Node, making: &mut Making<'_, '_>) -> TimeInterval {
    fn all<T>(node: &Node, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| parse(item.text()?).ok()).collect()
    }
    let mut times = Vec::new();
    for item in node.get("times").map(Node::items).unwrap_or_default() {
        let Some((from, to)) = item.text_of("start_time").zip(item.text_of("end_time")) else { continue };
        match parse_time_range(from, to) {
            Ok(range) => times.push(range),
            // Where one of the two is wrong alone, that was said before.
            Err(why) if (MINUTE.check)(from).is_ok() && (MINUTE.check)(to).is_ok() => {
                making.sink.error(item.at, Fault::new(why))
            }
            Err(_) => {}
        }
    }
    let weekdays = all(node, "weekdays", parse_weekdays);
    TimeInterval {
        times,
        weekdays: (!weekdays.is_empty()).then(|| Days(weekdays.iter().fold(0, |all, days| all | days.0))),
        days_of_month: all(node, "days_of_month", parse_days_of_month),
        months: all(node, "months", parse_months),
        years: all(node, "years", parse_years),
        location: node.text_of("location").and_then(|text| form::zone(text).ok()),
    }
}
