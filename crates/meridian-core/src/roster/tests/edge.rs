use jiff::SignedDuration;
use proptest::prelude::*;

use super::{at, layer, name, rota, stand_in};
use crate::{
    estate::{Override, Role, Rota},
    roster::{Edge, edges, holder, holes, next_edge},
};

const START: &str = "2026-01-01T00:00";

fn site(name: &str, zone: &str, hours: &str, members: &str) -> crate::estate::Layer {
    layer(name, zone, &format!("daily {hours}"), START, "1 week", members)
}

/// Hong Kong, London and New York, whose hours always overlap.
fn ring() -> Rota {
    rota([
        site("hong-kong", "Asia/Hong_Kong", "06:00-17:00", "wen mei"),
        site("london", "Europe/London", "08:00-17:00", "tom priya"),
        site("new-york", "America/New_York", "08:00-19:00", "oliver dana"),
    ])
}

fn hours(duration: SignedDuration) -> String {
    let (sign, minutes) = (if duration.is_negative() { "-" } else { "" }, duration.as_mins().abs());
    if minutes % 60 == 0 {
        format!("{sign}{}h", minutes / 60)
    } else {
        format!("{sign}{}:{:02}h", minutes / 60, minutes % 60)
    }
}

fn persons(side: &crate::roster::Side) -> String {
    side.persons.iter().map(|name| name.as_str()).collect::<Vec<_>>().join("+")
}

/// `2026-01-10T09:00Z hong-kong wen > london tom 1h`
fn line(edge: &Edge) -> String {
    let minute = edge.at.to_string().replace(":00Z", "Z");
    let side = |side| format!("{} {}", crate::roster::Side::clone(side).site, persons(side));
    format!("{minute} {} > {} {}", side(&edge.from), side(&edge.to), hours(edge.overlap()))
}

fn check(rota: &Rota, added: &[Override], from: &str, until: &str, expected: &[&str]) {
    let found: Vec<String> = edges(rota, added, at(from), at(until)).iter().map(line).collect();
    assert_eq!(found, expected, "{from} to {until}");
}

/// The sites and overlaps of one day, without the persons.
fn day(rota: &Rota, date: &str, expected: &[&str]) {
    let from = at(&format!("{date}T00:30Z"));
    let until = from + SignedDuration::from_hours(24);
    let short = |edge: &Edge| {
        let time = edge.at.strftime("%H:%M");
        format!("{} > {} {time} {}", edge.from.site, edge.to.site, hours(edge.overlap()))
    };
    let found: Vec<String> =
        edges(rota, &[], from, until).iter().filter(|edge| edge.is_between_sites()).map(short).collect();
    assert_eq!(found, expected, "{date}");
}

#[test]
fn the_overlaps_change_with_the_clocks_of_both_ends() {
    let ring = ring();
    let winter = ["hong-kong > london 09:00 1h", "london > new-york 17:00 4h", "new-york > hong-kong 00:00 2h"];
    let apart = ["hong-kong > london 09:00 1h", "london > new-york 17:00 5h", "new-york > hong-kong 23:00 1h"];
    let summer = ["hong-kong > london 09:00 2h", "london > new-york 16:00 4h", "new-york > hong-kong 23:00 1h"];
    for (date, expected) in [
        ("2026-03-06", winter),
        ("2026-03-07", winter),
        ("2026-03-08", apart), // New York's clocks
        ("2026-03-28", apart),
        ("2026-03-29", summer), // London's
        ("2026-10-24", summer),
        ("2026-10-25", apart), // London's
        ("2026-10-31", apart),
        ("2026-11-01", winter), // New York's
    ] {
        day(&ring, date, &expected);
    }
}

#[test]
fn a_hole_is_a_negative_overlap_and_grows_with_the_clocks() {
    let ring = rota([
        site("hong-kong", "Asia/Hong_Kong", "09:00-18:00", "wen"),
        site("new-york", "America/New_York", "06:00-19:00", "oliver"),
    ]);
    day(&ring, "2026-03-06", &["hong-kong > new-york 10:00 -1h", "new-york > hong-kong 00:00 -1h"]);
    day(&ring, "2026-03-10", &["hong-kong > new-york 10:00 0h", "new-york > hong-kong 23:00 -2h"]);
    let edge = next_edge(&ring, &[], at("2026-03-17T12:00Z"), |_| true).unwrap();
    assert_eq!((edge.at, edge.due()), (at("2026-03-17T23:00Z"), at("2026-03-18T01:00Z")));
    // Over the hole the last watch holds it.
    let held = holder(&ring, &[], at("2026-03-18T00:10Z")).unwrap();
    assert_eq!((persons(&held.side), held.ended), ("oliver".into(), Some(at("2026-03-17T23:00Z"))));
    let held = holder(&ring, &[], at("2026-03-18T01:00Z")).unwrap();
    assert_eq!((persons(&held.side), held.since, held.ended), ("wen".into(), at("2026-03-18T01:00Z"), None));
    // Before anybody ever was on watch there is none.
    assert_eq!(holder(&ring, &[], at("2025-12-01T00:00Z")), None);
}

#[test]
fn four_sites_and_the_southern_clocks() {
    let ring = rota([
        site("sydney", "Australia/Sydney", "07:00-15:00", "liv"),
        site("hong-kong", "Asia/Hong_Kong", "11:00-17:00", "wen"),
        site("london", "Europe/London", "08:00-17:00", "tom"),
        site("new-york", "America/New_York", "09:00-19:00", "oliver"),
    ]);
    let edges = |date: &str, expected: [&str; 4]| day(&ring, date, &expected);
    edges(
        "2026-04-04",
        [
            "sydney > hong-kong 04:00 1h",
            "hong-kong > london 09:00 2h",
            "london > new-york 16:00 3h",
            "new-york > sydney 23:00 2h",
        ],
    );
    // Sydney's clocks went back in the night before.
    edges(
        "2026-04-05",
        [
            "sydney > hong-kong 05:00 2h",
            "hong-kong > london 09:00 2h",
            "london > new-york 16:00 3h",
            "new-york > sydney 23:00 2h",
        ],
    );
    edges(
        "2026-10-04",
        [
            "sydney > hong-kong 04:00 1h",
            "hong-kong > london 09:00 2h",
            "london > new-york 16:00 3h",
            "new-york > sydney 23:00 3h",
        ],
    );
}

#[test]
fn persons_of_one_site_pass_it_among_themselves() {
    let one = rota([layer("ops", "UTC", "", START, "1 day", "ana bob")]);
    check(
        &one,
        &[],
        "2026-03-02T12:00Z",
        "2026-03-04T12:00Z",
        &["2026-03-03T00:00Z ops ana > ops bob 0h", "2026-03-04T00:00Z ops bob > ops ana 0h"],
    );
    // Somebody who joins takes nothing over; whoever leaves passes it to those who stay.
    check(
        &one,
        &[stand_in("2026-03-02T10:00Z", "2026-03-02T14:00Z", "> cem")],
        "2026-03-02T00:00Z",
        "2026-03-02T23:00Z",
        &["2026-03-02T00:00Z ops bob > ops ana 0h", "2026-03-02T14:00Z ops ana+cem > ops ana 0h"],
    );
}

#[test]
fn an_override_moves_the_edge() {
    let ring = ring();
    let day = |added: &[Override], expected: &[&str]| {
        check(&ring, added, "2026-03-10T00:30Z", "2026-03-11T00:00Z", expected);
    };
    day(
        &[],
        &[
            "2026-03-10T09:00Z hong-kong mei > london priya 1h",
            "2026-03-10T17:00Z london priya > new-york dana 5h",
            "2026-03-10T23:00Z new-york dana > hong-kong mei 1h",
        ],
    );
    // Priya is ill from noon; Tom stands in.
    day(
        &[stand_in("2026-03-10T12:00Z", "2026-03-10T20:00Z", "priya > tom")],
        &[
            "2026-03-10T09:00Z hong-kong mei > london priya 1h",
            "2026-03-10T12:00Z london priya > london tom 0h",
            "2026-03-10T17:00Z london tom > new-york dana 5h",
            "2026-03-10T23:00Z new-york dana > hong-kong mei 1h",
        ],
    );
    // London stays two hours longer.
    day(
        &[stand_in("2026-03-10T17:00Z", "2026-03-10T19:00Z", "> priya @london")],
        &[
            "2026-03-10T09:00Z hong-kong mei > london priya 1h",
            "2026-03-10T19:00Z london priya > new-york dana 7h",
            "2026-03-10T23:00Z new-york dana > hong-kong mei 1h",
        ],
    );
}

#[test]
fn only_the_primary_watch_passes() {
    let mut second = site("london", "Europe/London", "16:00-20:00", "ruth");
    (second.name, second.role) = ("second".into(), Role::Secondary);
    let mut layers = ring().layers;
    layers.push(second);
    let with = rota(layers);
    let (from, until) = (at("2026-02-01T00:00Z"), at("2026-02-08T00:00Z"));
    assert_eq!(edges(&with, &[], from, until), edges(&ring(), &[], from, until));
}

fn hour() -> impl Strategy<Value = u8> {
    0..24u8
}

fn any_rota() -> impl Strategy<Value = Rota> {
    let zones = ["Asia/Hong_Kong", "Europe/London", "America/New_York", "Australia/Sydney"];
    let one = (0..4usize, hour(), hour(), prop::sample::select(vec!["daily", "mon-fri", "sat"]));
    prop::collection::vec(one, 1..5).prop_map(move |layers| {
        let made = layers.into_iter().enumerate().map(|(number, (zone, from, to, days))| {
            let hours = format!("{days} {from:02}:00-{to:02}:00");
            let members = format!("a{number} b{number} c");
            let mut layer = layer("site", zones[zone], &hours, START, "1 day", &members);
            (layer.name, layer.site) = (format!("layer-{number}"), name(["hk", "ldn", "nyc", "syd"][zone]));
            layer
        });
        rota(made)
    })
}

proptest! {
    /// The ring is one: each edge begins with those who held it, whatever window is looked at, and somebody holds it at
    /// every instant; they are on watch then, unless nobody is.
    #[test]
    fn the_watch_is_held_without_a_break(rota in any_rota(), offset in 0..400i64, length in 1..100i64) {
        let (begin, end) = (at("2026-03-01T00:00Z"), at("2026-03-25T00:00Z"));
        let all = edges(&rota, &[], begin, end);
        let from = begin + SignedDuration::from_hours(offset);
        let until = from + SignedDuration::from_hours(length);
        let part: Vec<Edge> = all.iter().filter(|edge| from <= edge.at && edge.at < until).cloned().collect();
        prop_assert_eq!(edges(&rota, &[], from, until), part);
        let held = holder(&rota, &[], from);
        prop_assert!(held.is_some() || all.is_empty() || from < all[0].at);
        if let Some(held) = held {
            let on = crate::roster::on_watch(&rota, &[], from);
            let hole = !holes(&rota, &[], Role::Primary, from, from + SignedDuration::from_nanos(1)).is_empty();
            prop_assert_eq!(held.ended.is_some(), hole);
            let scheduled = on.iter().filter(|shift| shift.site == held.side.site);
            let names: std::collections::BTreeSet<_> = scheduled.map(|shift| shift.person.clone()).collect();
            prop_assert!(hole || names == held.side.persons, "{names:?} {held:?}");
            let next = all.iter().find(|edge| edge.at > from && held.ended.is_none());
            prop_assert!(next.is_none_or(|edge| edge.from.site == held.side.site), "{held:?} {next:?}");
        }
    }
}
