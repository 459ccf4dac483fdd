//! Who carries how much, as tables and as laws.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{at, layer, name, rota, stand_in};
use crate::{
    Instant,
    calendar::SiteCalendar,
    estate::{Estate, Layer, Override, Person, Reach, Role, Site},
    id::Name,
    roster::{Overrides, RosterFact, Share, fairness, shifts},
};

const SITES: [(&str, &str, Option<&str>); 3] = [
    ("london", "Europe/London", Some("england-public")),
    ("hong-kong", "Asia/Hong_Kong", Some("hk-public")),
    ("new-york", "America/New_York", None),
];

/// `people`: `ana@london bob@hong-kong`.
fn estate(layers: Vec<Layer>, people: &str) -> Estate {
    let mut estate = Estate::default();
    for (site, zone, calendar) in SITES {
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let calendar = calendar.map(SiteCalendar::named).unwrap_or_default();
        let site = Site { name: name(site), display_name: site.into(), zone, calendar, hours: vec![], location: None };
        estate.sites.insert(site.name.clone(), site);
    }
    for (person, site) in people.split(' ').map(|text| text.split_once('@').unwrap()) {
        let person = Person {
            name: name(person),
            display_name: person.into(),
            site: name(site),
            contacts: vec![],
            reach: Reach::default(),
            leave: vec![],
            skills: vec![],
            prefers: Default::default(),
            avoids: Default::default(),
        };
        estate.persons.insert(person.name.clone(), person);
    }
    estate.rotas.insert(name("payments"), rota(layers));
    estate
}

fn added(changes: &[Override]) -> Overrides {
    let mut overrides = Overrides::default();
    for (id, change) in changes.iter().enumerate() {
        let (id, rota) = (id as u64 + 1, name("payments"));
        overrides.apply(&RosterFact::OverrideAdded { id, rota, change: change.clone() });
    }
    overrides
}

fn ask(estate: &Estate, changes: &[Override], from: Instant, until: Instant) -> Vec<Share> {
    fairness(estate, &added(changes), [], &[name("payments")], from, until)
}

/// `ana 9h nights 0/0h weekends 0/0h holidays 0/0h fair 4.5h balance +4.5h`
fn line(share: &Share) -> String {
    let hours = |length: SignedDuration| format!("{}h", length.as_secs_f64() / 3600.0);
    let burden = |burden: crate::roster::Burden| format!("{}/{}", burden.count, hours(burden.hours));
    format!(
        "{} {} nights {} weekends {} holidays {} fair {} balance {}",
        share.person,
        hours(share.hours),
        burden(share.nights),
        burden(share.weekends),
        burden(share.holidays),
        hours(share.fair),
        hours(share.balance)
    )
}

fn check(estate: &Estate, changes: &[Override], from: &str, until: &str, expected: &[&str]) {
    let lines: Vec<String> = ask(estate, changes, at(from), at(until)).iter().map(line).collect();
    assert_eq!(lines, expected, "{from} to {until}");
}

#[test]
fn who_learns_by_leading_has_the_hours_and_who_watches_along_has_none() {
    let of = |role: Role, member: &str| {
        let mut layer = layer("site", "UTC", "daily 08:00-16:00", "2026-03-02T08:00", "1 week", member);
        (layer.name, layer.role) = (role.word().into(), role);
        layer
    };
    let plain = "8h nights 0/0h weekends 0/0h holidays 0/0h fair 8h balance 0h";
    for (role, counts) in [(Role::Secondary, true), (Role::ReverseShadow, true), (Role::Shadow, false)] {
        let estate = estate(vec![of(Role::Primary, "ana"), of(role, "ben")], "ana@london ben@london");
        let lines: Vec<String> = ["ana", "ben"].iter().map(|person| format!("{person} {plain}")).collect();
        let expected: Vec<&str> = lines.iter().map(String::as_str).take(1 + usize::from(counts)).collect();
        check(&estate, &[], "2026-03-02T00:00Z", "2026-03-03T00:00Z", &expected);
    }
}

#[test]
fn hours_nights_weekends_and_holidays() {
    // A whole week each, around the clock; ana lives by London's clock, wen by Hong Kong's.
    let always = layer("site", "UTC", "", "2026-03-02T00:00", "1 week", "ana wen");
    check(
        &estate(vec![always], "ana@london wen@hong-kong"),
        &[],
        "2026-03-02T00:00Z",
        "2026-03-16T00:00Z",
        &[
            "ana 168h nights 8/56h weekends 1/48h holidays 0/0h fair 168h balance 0h",
            // From Monday 08:00 to Monday 08:00 in Hong Kong.
            "wen 168h nights 7/56h weekends 1/48h holidays 0/0h fair 168h balance 0h",
        ],
    );
    // The night in which London's clocks go forward has seven hours; Good Friday and Easter Monday are holidays.
    let easter = layer("site", "Europe/London", "", "2026-03-28T12:00", "1 week", "ana");
    check(
        &estate(vec![easter.clone()], "ana@london"),
        &[],
        "2026-03-28T12:00Z",
        "2026-03-29T11:00Z",
        &["ana 23h nights 1/7h weekends 1/23h holidays 0/0h fair 23h balance 0h"],
    );
    check(
        &estate(vec![easter], "ana@london"),
        &[],
        "2026-04-03T09:00Z",
        "2026-04-06T09:00Z",
        &["ana 72h nights 3/24h weekends 1/48h holidays 2/24h fair 72h balance 0h"],
    );
}

#[test]
fn the_balance_is_against_the_share_of_each_layer() {
    let day = |members| layer("site", "UTC", "mon-fri 08:00-17:00", "2026-01-05T00:00", "1 day", members);
    let both = estate(vec![day("ana bob")], "ana@london bob@london cem@london");
    // Five days: ana has three of them.
    check(
        &both,
        &[],
        "2026-01-05T00:00Z",
        "2026-01-10T00:00Z",
        &[
            "ana 27h nights 0/0h weekends 0/0h holidays 0/0h fair 22.5h balance 4.5h",
            "bob 18h nights 0/0h weekends 0/0h holidays 0/0h fair 22.5h balance -4.5h",
        ],
    );
    // Who stands in from outside has no share; what is added on top is shared out, too.
    check(
        &both,
        &[stand_in("2026-01-05T08:00Z", "2026-01-05T12:00Z", "ana > cem")],
        "2026-01-05T00:00Z",
        "2026-01-07T00:00Z",
        &[
            "ana 5h nights 0/0h weekends 0/0h holidays 0/0h fair 9h balance -4h",
            "bob 9h nights 0/0h weekends 0/0h holidays 0/0h fair 9h balance 0h",
            "cem 4h nights 0/0h weekends 0/0h holidays 0/0h fair 0h balance 4h",
        ],
    );
    // A shadow counts for nothing, and a second layer has its own share.
    let mut shadow = day("cem");
    (shadow.name, shadow.role) = ("learning".into(), Role::Shadow);
    let mut second = day("bob");
    (second.name, second.role) = ("second".into(), Role::Secondary);
    check(
        &estate(vec![day("ana"), shadow, second], "ana@london bob@london cem@london"),
        &[],
        "2026-01-05T00:00Z",
        "2026-01-06T00:00Z",
        &[
            "ana 9h nights 0/0h weekends 0/0h holidays 0/0h fair 9h balance 0h",
            "bob 9h nights 0/0h weekends 0/0h holidays 0/0h fair 9h balance 0h",
        ],
    );
}

#[test]
fn whoever_joins_or_leaves_owes_nothing_of_the_time_without_them() {
    // Two are members for two days, three for two, two again for two; the rest of bob's turn of the fifth is cem's.
    let daily = layer("site", "UTC", "", "2026-01-05T00:00", "1 day", "ana bob[..2026-01-09] cem[2026-01-07..]");
    check(
        &estate(vec![daily], "ana@new-york bob@new-york cem@new-york"),
        &[],
        "2026-01-05T05:00Z",
        "2026-01-11T05:00Z",
        &[
            "ana 67h nights 3/22h weekends 1/19h holidays 0/0h fair 64h balance 3h",
            "bob 24h nights 1/8h weekends 0/0h holidays 0/0h fair 37.5h balance -13.5h",
            "cem 53h nights 3/18h weekends 1/5h holidays 0/0h fair 42.5h balance 10.5h",
        ],
    );
    // Nobody is a member, and somebody is there all the same.
    let gone = layer("site", "UTC", "", "2026-01-05T00:00", "1 day", "ana[..2026-01-06]");
    check(
        &estate(vec![gone], "ana@london bob@london"),
        &[stand_in("2026-01-06T10:00Z", "2026-01-06T16:00Z", "> bob")],
        "2026-01-05T00:00Z",
        "2026-01-07T00:00Z",
        &[
            "ana 24h nights 2/8h weekends 0/0h holidays 0/0h fair 24h balance 0h",
            "bob 6h nights 0/0h weekends 0/0h holidays 0/0h fair 6h balance 0h",
        ],
    );
}

#[test]
fn pages_count_within_the_window() {
    let estate = estate(vec![layer("site", "UTC", "", "2026-01-05T00:00", "1 day", "ana")], "ana@london");
    let (ana, from, until) = (name("ana"), at("2026-01-05T00:00Z"), at("2026-01-06T00:00Z"));
    let paged = [at("2026-01-04T23:59Z"), from, at("2026-01-05T12:00Z"), until].map(|at| (&ana, at));
    let shares = fairness(&estate, &Overrides::default(), paged, &[name("payments"), name("nothing")], from, until);
    assert_eq!(shares.iter().map(|share| share.pages).collect::<Vec<_>>(), [2]);
}

fn total(shares: &[Share], of: impl Fn(&Share) -> SignedDuration) -> SignedDuration {
    shares.iter().map(of).sum()
}

proptest! {
    #[test]
    fn balances_cancel_out_hours_are_cover_and_windows_add_up((rota, from, until) in super::oracle::case(), cut in 0.0f64..1.0) {
        let mut estate = estate(vec![], "ana@london bob@hong-kong cem@new-york");
        let cover: SignedDuration = shifts(&rota, &[], from, until)
            .iter()
            .filter(|shift| shift.role != Role::Shadow)
            .map(|shift| shift.until.duration_since(shift.from))
            .sum();
        let layers = rota.layers.len() as i64;
        estate.rotas.insert(name("payments"), rota);
        let whole = ask(&estate, &[], from, until);
        prop_assert_eq!(total(&whole, |share| share.hours), cover);
        prop_assert_eq!(total(&whole, |share| share.balance), SignedDuration::ZERO);
        for share in &whole {
            for burden in [share.nights, share.weekends, share.holidays] {
                prop_assert!(burden.hours <= share.hours && (burden.count > 0) == (burden.hours > SignedDuration::ZERO));
            }
        }
        let middle = from + SignedDuration::from_secs_f64(until.duration_since(from).as_secs_f64() * cut);
        let parts = [ask(&estate, &[], from, middle), ask(&estate, &[], middle, until)].concat();
        let of = |person: &Name, part: fn(&Share) -> SignedDuration| -> SignedDuration {
            parts.iter().filter(|share| share.person == *person).map(part).sum()
        };
        for share in &whole {
            prop_assert_eq!(of(&share.person, |share| share.hours), share.hours);
            prop_assert_eq!(of(&share.person, |share| share.nights.hours), share.nights.hours);
            prop_assert_eq!(of(&share.person, |share| share.weekends.hours), share.weekends.hours);
            // A nanosecond of each layer and part can't be divided.
            let apart = (of(&share.person, |share| share.fair) - share.fair).abs();
            prop_assert!(apart <= SignedDuration::from_nanos(100 * layers), "{} is {:?} apart", share.person, apart);
        }
    }
}
