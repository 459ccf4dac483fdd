//! The rules once more, as slowly and plainly as they can be said, beside the real answers.
//!
//! For one instant after the other: which wall-clock stretches would hold it? Every boundary is resolved alone, by the
//! classification of the time zone library; no stretch is joined, no table is kept, no order is assumed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration, Span,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};
use proptest::prelude::*;

use super::{name, rota};
use crate::{
    Instant,
    calendar::{Days, Hours, SiteCalendar, WallTime, holiday},
    estate::{Every, Holidays, Layer, Member, Override, Role, Rota, Rotation, Turns, Unit},
    roster::{Shift, holes, next_change, on_watch, shifts},
};

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

fn resolve(zone: &TimeZone, wall: DateTime, edge: Edge) -> Instant {
    let offset = match (zone.to_ambiguous_timestamp(wall).offset(), edge) {
        (AmbiguousOffset::Unambiguous { offset }, _) => offset,
        (AmbiguousOffset::Fold { before, .. }, Edge::Start) => before,
        (AmbiguousOffset::Fold { after, .. }, Edge::End) => after,
        (AmbiguousOffset::Gap { after, .. }, _) => {
            return zone.following(after.to_timestamp(wall).unwrap()).next().unwrap().timestamp();
        }
    };
    offset.to_timestamp(wall).unwrap()
}

/// The wall clock at which a period begins: the lengths of all before it, added up.
fn handoff(rotation: &Rotation, number: i64) -> DateTime {
    let (mut months, mut hours) = (0, 0);
    for (place, every) in rotation.every.iter().enumerate() {
        let parts = rotation.every.len() as i64;
        let times = number / parts + i64::from((place as i64) < number % parts);
        match every.unit {
            Unit::Hours => hours += times * i64::from(every.count),
            Unit::Days => hours += times * i64::from(every.count) * 24,
            Unit::Weeks => hours += times * i64::from(every.count) * 168,
            Unit::Months => months += times * i64::from(every.count),
        }
    }
    rotation.start + Span::new().months(months) + SignedDuration::from_hours(hours)
}

fn is_there(member: &Member, wall: DateTime) -> bool {
    member.from.is_none_or(|from| from <= wall) && member.until.is_none_or(|until| wall < until)
}

/// Walks all turns from the first: each goes to the next place at which somebody is a member when it begins. Says of
/// each period where the search for somebody starts.
fn walk(rotation: &Rotation, periods: impl Iterator<Item = i64>) -> BTreeMap<i64, usize> {
    let ring = rotation.members.len();
    let (mut before, mut begins) = (ring - 1, BTreeMap::new());
    for period in periods {
        let wall = handoff(rotation, period);
        let next = (1..=ring).map(|step| (before + step) % ring);
        let had = next.into_iter().find(|place| rotation.members[*place].iter().any(|one| is_there(one, wall)));
        begins.insert(period, had.unwrap_or((before + 1) % ring));
        before = had.unwrap_or(before);
    }
    begins
}

/// The hours that start on this date, as wall clock.
fn hours_of(layer: &Layer, date: Date) -> Vec<(DateTime, DateTime)> {
    let calendar = layer.calendar.name().filter(|_| layer.holidays == Holidays::Closed);
    if calendar.is_some_and(|calendar| holiday(calendar, date).is_some()) {
        return vec![];
    }
    let midnight = date.to_datetime(Time::midnight());
    if layer.hours.is_empty() {
        return vec![(midnight, midnight + Span::new().days(1))];
    }
    let of_day = layer.hours.iter().filter(|hours| hours.days.contains(date.weekday()));
    let wall = |seconds: u32| midnight + SignedDuration::from_secs(seconds.into());
    of_day.map(|h| (wall(h.from.0), wall(h.to.0 + if h.to <= h.from { 86_400 } else { 0 }))).collect()
}

/// What lies in one period and is somebody's work, with the wall clock at which it begins.
type Piece = (i64, DateTime, Instant, Instant);

/// All pieces of a layer that somebody works, up to a date. They end where somebody joins or leaves.
fn pieces(layer: &Layer, until: Date) -> Vec<Piece> {
    let members = layer.rotation.members.iter().flatten();
    let dates: BTreeSet<DateTime> = members.flat_map(|member| [member.from, member.until]).flatten().collect();
    let mut found = Vec::new();
    let (mut date, mut period) = (layer.rotation.start.date() - Span::new().days(1), 0);
    while date <= until {
        for (from, to) in hours_of(layer, date) {
            // Hours of one day may lie in earlier periods than those before.
            while period > 0 && handoff(&layer.rotation, period) > from {
                period -= 1;
            }
            let mut number = period;
            while handoff(&layer.rotation, number) < to {
                let a = from.max(handoff(&layer.rotation, number));
                let b = to.min(handoff(&layer.rotation, number + 1));
                if a < b {
                    period = number;
                    let within = dates.iter().copied().filter(|date| a < *date && *date < b);
                    let cuts: Vec<DateTime> = std::iter::once(a).chain(within).chain([b]).collect();
                    for part in cuts.windows(2) {
                        let from = resolve(&layer.zone, part[0], Edge::Start);
                        let until = resolve(&layer.zone, part[1], Edge::End);
                        if from < until {
                            found.push((number, part[0], from, until));
                        }
                    }
                }
                number += 1;
            }
        }
        date += Span::new().days(1);
    }
    found
}

/// Who of a layer's rotation is on watch at each of these instants.
fn rotation_says(layer: &Layer, instants: &[Instant]) -> Vec<BTreeSet<String>> {
    let last = layer.zone.to_datetime(*instants.last().unwrap()).date() + Span::new().days(2);
    let mut pieces = pieces(layer, last);
    let worked: BTreeSet<i64> = pieces.iter().map(|piece| piece.0).collect();
    let rotation = &layer.rotation;
    let begins = match rotation.turns {
        Turns::Elapsed => walk(rotation, 0..=worked.last().copied().unwrap_or(0)),
        Turns::Served => walk(rotation, worked.into_iter()),
    };
    pieces.retain(|(_, _, from, until)| from <= instants.last().unwrap() && instants[0] < *until);
    let persons = |(period, wall, _, _): &Piece| {
        let ring = rotation.members.len();
        let there = |place: usize| rotation.members[place].iter().filter(|member| is_there(member, *wall));
        let place = (0..ring).map(|step| (begins[period] + step) % ring).find(|place| there(*place).count() > 0);
        place.into_iter().flat_map(there).map(|member| member.person.to_string()).collect::<Vec<_>>()
    };
    let at = |instant: &Instant| {
        pieces.iter().filter(|(_, _, from, until)| from <= instant && instant < until).flat_map(&persons).collect()
    };
    instants.iter().map(at).collect()
}

/// The overrides, one after the other, at one instant of one layer.
fn overrides_say(rota: &Rota, layer: usize, on_rotation: &BTreeSet<String>, at: Instant) -> BTreeSet<String> {
    // Each place remembers everybody who had it; the last has it.
    let mut places: Vec<Vec<String>> = on_rotation.iter().map(|person| vec![person.clone()]).collect();
    let first_primary = rota.layers.iter().position(|layer| layer.role == Role::Primary).unwrap_or(0);
    for change in rota.overrides.iter().filter(|change| change.from <= at && at < change.until) {
        let with = change.with.to_string();
        let named = change.layer.as_ref().map(|name| *name == rota.layers[layer].name);
        match &change.replace {
            None if named.unwrap_or(layer == first_primary) => places.push(vec![with]),
            Some(replaced) if named.unwrap_or(true) => {
                for place in places.iter_mut().filter(|place| place.contains(&replaced.to_string())) {
                    place.push(with.clone());
                }
            }
            _ => {}
        }
    }
    places.into_iter().filter_map(|mut place| place.pop()).collect()
}

const ZONES: [(&str, &str); 12] = [
    ("Europe/London", "2026-03-29T00:00Z"),
    ("Europe/London", "2026-10-25T00:00Z"),
    ("America/New_York", "2026-03-08T06:00Z"),
    ("America/New_York", "2026-11-01T05:00Z"),
    ("Asia/Hong_Kong", "2026-02-17T00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00Z"),
    ("Asia/Beirut", "2024-03-30T22:00Z"),
    ("Africa/Cairo", "2024-04-25T22:00Z"),
];

const MEMBERS: [&str; 5] = ["ana", "bob", "cem", "dee", "eve"];

prop_compose! {
    /// Full and half hours, mostly: boundaries then meet each other and the clock changes.
    fn wall_time()(half in 0u32..=48, odd in 0u32..40) -> u32 {
        half * 1800 - if half > 0 && odd < 3 { odd * 600 } else { 0 }
    }
}

prop_compose! {
    fn hours()(days in prop_oneof![Just(127u8), Just(31), 1u8..128], from in wall_time(), to in wall_time()) -> Hours {
        Hours { days: Days(days), from: WallTime(from % 86_400), to: WallTime(to) }
    }
}

/// Whence member dates are counted until it is known when the rotation starts.
const BASE: DateTime = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);

prop_compose! {
    /// Most stay for ever; others join or leave at some half of a day, now and then in the middle of a turn.
    fn member()(person in 0usize..5, from in prop::option::weighted(0.2, -20i64..90), until in prop::option::weighted(0.2, -10i64..100)) -> Member {
        let date = |half_days: i64| BASE + SignedDuration::from_hours(half_days * 12);
        Member { person: name(MEMBERS[person]), from: from.map(date), until: until.map(date) }
    }
}

prop_compose! {
    fn rotation()(
        days_before in prop_oneof![0i64..20, 20i64..400],
        start in wall_time(),
        every in prop::collection::vec((1u32..9, prop_oneof![Just(Unit::Hours), Just(Unit::Days), Just(Unit::Weeks), Just(Unit::Months)]), 1..4),
        served in any::<bool>(),
        members in prop::collection::vec(prop::collection::vec(member(), 1..3), 1..5),
    ) -> (i64, u32, Rotation) {
        // Months stand among months.
        let months = |unit: &Unit| *unit == Unit::Months;
        let first = every[0].1;
        let alike = every.iter().filter(|(_, unit)| months(unit) == months(&first));
        let every = alike.map(|(count, unit)| Every { count: *count, unit: *unit }).collect();
        let turns = if served { Turns::Served } else { Turns::Elapsed };
        let rotation = Rotation { start: DateTime::ZERO, every, turns, members };
        (days_before, start, rotation)
    }
}

prop_compose! {
    fn some_layer()(
        hours in prop::collection::vec(hours(), 0..4),
        closed in any::<bool>(),
        calendar in prop_oneof![Just(None), Just(Some("hk-public")), Just(Some("us-public"))],
        role in 0usize..4,
        rotation in rotation(),
    ) -> (Layer, i64, u32) {
        let (days_before, start, rotation) = rotation;
        let layer = Layer {
            name: String::new(),
            site: name("site"),
            zone: TimeZone::UTC,
            role: Role::ALL[role],
            hours,
            holidays: if closed { Holidays::Closed } else { Holidays::Staffed },
            calendar: calendar.map(SiteCalendar::named).unwrap_or_default(),
            needs: vec![],
            rotation,
        };
        (layer, days_before, start)
    }
}

prop_compose! {
    fn some_override()(from in -30i64..100, hours in 1i64..60, replace in prop::option::of(0usize..5), with in 0usize..5, layer in 0usize..7)
        -> (i64, i64, Override) {
        let replace = replace.map(|person| name(MEMBERS[person]));
        let layer = (layer < 3).then(|| format!("layer-{layer}"));
        (from, hours, Override { from: Instant::MIN, until: Instant::MAX, replace, with: name(MEMBERS[with]), layer })
    }
}

prop_compose! {
    /// A rota around a clock change, and a window in which to look at it.
    pub(super) fn case()(
        zones in prop::collection::vec(0..ZONES.len(), 1..4),
        layers in prop::collection::vec(some_layer(), 1..4),
        overrides in prop::collection::vec(some_override(), 0..5),
        before in 0i64..60 * 60,
        length in 1i64..60 * 90,
    ) -> (Rota, Instant, Instant) {
        let change: Instant = ZONES[zones[0]].1.parse().unwrap();
        let layers = layers.into_iter().enumerate().map(|(number, (mut layer, days_before, start))| {
            layer.zone = TimeZone::get(ZONES[zones[number % zones.len()]].0).unwrap();
            let date = layer.zone.to_datetime(change).date() - Span::new().days(days_before - 2);
            layer.rotation.start = date.to_datetime(Time::midnight()) + SignedDuration::from_secs(start.into());
            // Half of a layer's dates around the window, where they matter most.
            let around = if number % 2 == 0 { date - Span::new().days(2) } else { layer.zone.to_datetime(change).date() - Span::new().days(15) };
            let shift = around.to_datetime(Time::midnight()).duration_since(BASE);
            for member in layer.rotation.members.iter_mut().flatten() {
                (member.from, member.until) = (member.from.map(|from| from + shift), member.until.map(|until| until + shift));
            }
            layer.name = format!("layer-{number}");
            layer
        });
        let mut rota = rota(layers);
        let hours = SignedDuration::from_hours;
        rota.overrides = overrides.into_iter().map(|(from, length, change_of)| Override {
            from: change + hours(from - 36),
            until: change + hours(from - 36 + length),
            ..change_of
        }).collect();
        let from = change - SignedDuration::from_mins(before);
        (rota, from, from + SignedDuration::from_mins(length))
    }
}

/// Joins what touches, as a union of adjacent windows has to.
fn joined(shifts: impl IntoIterator<Item = Shift>) -> Vec<Shift> {
    let mut joined: Vec<Shift> = Vec::new();
    for shift in shifts {
        let same = |before: &&mut Shift| {
            before.person == shift.person && before.layer == shift.layer && shift.from <= before.until
        };
        match joined.iter_mut().rev().find(same) {
            Some(before) => before.until = before.until.max(shift.until),
            None => joined.push(shift),
        }
    }
    joined
}

proptest! {
    #[test]
    fn minute_for_minute_it_is_as_the_rules_say((rota, from, until) in case()) {
        let seen = shifts(&rota, &[], from, until);
        let minutes = (until.as_second() - from.as_second()) / 60;
        let instants: Vec<Instant> = (0..minutes).map(|minute| from + SignedDuration::from_mins(minute)).collect();
        for (number, layer) in rota.layers.iter().enumerate() {
            for (at, on_rotation) in instants.iter().zip(rotation_says(layer, &instants)) {
                let expected = overrides_say(&rota, number, &on_rotation, *at);
                let now = seen.iter().filter(|shift| *shift.layer == *layer.name && shift.from <= *at && *at < shift.until);
                let now: Vec<String> = now.map(|shift| shift.person.to_string()).collect();
                prop_assert_eq!(now.len(), expected.len(), "{} at {}: {:?}", layer.name, at, now);
                prop_assert_eq!(now.into_iter().collect::<BTreeSet<_>>(), expected, "{} at {}", layer.name, at);
            }
        }
    }

    #[test]
    fn windows_that_touch_add_up((rota, from, until) in case(), part in 0i64..1000) {
        let seconds = (until.as_second() - from.as_second()) * part / 1000;
        let middle = from + SignedDuration::from_secs(seconds);
        let whole = shifts(&rota, &[], from, until);
        let mut parts = joined(shifts(&rota, &[], from, middle).into_iter().chain(shifts(&rota, &[], middle, until)));
        parts.sort_by(|a, b| (a.from, &a.layer, &a.person).cmp(&(b.from, &b.layer, &b.person)));
        prop_assert_eq!(&whole, &parts);
        // And an override makes no difference by where it is kept.
        let (kept, added) = (Rota { overrides: vec![], ..rota.clone() }, &rota.overrides);
        prop_assert_eq!(whole, shifts(&kept, added, from, until));
    }

    #[test]
    fn the_other_answers_agree_with_the_shifts((rota, from, until) in case(), part in 0i64..1000) {
        let whole = shifts(&rota, &[], from, until);
        let at = from + SignedDuration::from_secs((until.as_second() - from.as_second()) * part / 1000);
        let who = |shift: &Shift| (shift.layer.to_string(), shift.person.to_string());
        let now: BTreeSet<_> = whole.iter().filter(|shift| shift.from <= at && at < shift.until).map(who).collect();
        let on_watch = on_watch(&rota, &[], at);
        prop_assert_eq!(&on_watch.iter().map(who).collect::<BTreeSet<_>>(), &now);
        prop_assert!(on_watch.iter().all(|shift| shift.from <= at && at < shift.until));
        for shift in whole.iter().filter(|shift| shift.from <= at && at < shift.until) {
            let same = on_watch.iter().find(|now| who(now) == who(shift)).unwrap();
            prop_assert_eq!((same.from.max(from), same.until.min(until)), (shift.from, shift.until));
        }
        for role in Role::ALL {
            let hole = holes(&rota, &[], role, from, until).iter().any(|(from, until)| *from <= at && at < *until);
            prop_assert_eq!(hole, !on_watch.iter().any(|shift| shift.role == role));
        }
        let edges = whole.iter().flat_map(|shift| [shift.from, shift.until]).filter(|edge| at < *edge && *edge < until);
        if let Some(next) = edges.min() {
            prop_assert_eq!(next_change(&rota, &[], at), Some(next));
        }
    }

    #[test]
    fn hours_that_touch_leave_no_hole(zone in 0..ZONES.len(), cuts in prop::collection::btree_set(0u32..86_400, 1..6), members in 1usize..4) {
        let (zone, change) = ZONES[zone];
        let change: Instant = change.parse().unwrap();
        let cuts: Vec<u32> = cuts.into_iter().collect();
        // One layer for each stretch of the day: no layer alone is whole.
        let layers = cuts.iter().zip(cuts.iter().cycle().skip(1)).enumerate().map(|(number, (from, to))| {
            let mut layer = super::layer("site", zone, "", "2000-01-01T00:00", "1 day", &MEMBERS[..members].join(" "));
            layer.name = format!("layer-{number}");
            layer.hours = vec![Hours { days: Days::DAILY, from: WallTime(*from), to: WallTime(*to) }];
            layer
        });
        let days = SignedDuration::from_hours(72);
        prop_assert_eq!(holes(&rota(layers), &[], Role::Primary, change - days, change + days), vec![]);
    }

    #[test]
    fn no_rota_and_no_window_makes_it_panic(
        (mut rota, from, _) in case(),
        start in any::<(i16, u8, u8)>(),
        count in any::<u32>(),
        wild_hours in prop::collection::vec((any::<u8>(), 0u32..=86_400, 0u32..=86_400), 0..3),
        window in 0usize..4,
    ) {
        for layer in &mut rota.layers {
            // Served turns are counted from the start: eight thousand years of them are too slow for a test.
            if window == 1 {
                layer.rotation.turns = Turns::Elapsed;
            }
            let served = layer.rotation.turns == Turns::Served;
            let year = if served { start.0.rem_euclid(100) + 1950 } else { start.0.rem_euclid(9999) };
            layer.rotation.start = DateTime::new(year, (start.1 % 12 + 1) as i8, (start.2 % 28 + 1) as i8, 0, 0, 0, 0).unwrap();
            layer.rotation.every[0].count = count;
            layer.hours = wild_hours.iter().map(|(d, f, t)| Hours { days: Days(*d), from: WallTime(*f), to: WallTime(*t) }).collect();
        }
        let (from, until) = match window {
            0 => (Instant::MIN, Instant::MIN + SignedDuration::from_hours(1000)),
            1 => (Instant::MAX - SignedDuration::from_hours(1000), Instant::MAX),
            2 => (Instant::MAX, Instant::MIN),
            _ => (from, from + SignedDuration::from_hours(1000)),
        };
        for shift in shifts(&rota, &[], from, until) {
            prop_assert!(from <= shift.from && shift.from < shift.until && shift.until <= until);
        }
    }
}
