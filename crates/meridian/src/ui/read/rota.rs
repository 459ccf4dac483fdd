//! Rotas: who is on watch now, next, and over two weeks.

use jiff::{SignedDuration, civil, tz::TimeZone};
use meridian_core::{
    Instant, calendar,
    estate::{Holidays, Layer, Member, Override, Role, Rota, Turns},
    id::Name,
    roster::{OverrideDoubt, Shift, WatchBecause, next_change},
};

use super::{
    Lens,
    cover::{Absent, absent},
};
use crate::ui::{
    parts::{
        lanes::{Axis, Bar, Line, Row},
        time::{Clock, axis_name, offset, zone_mark},
    },
    view::rota::{LayerRow, MemberRow, OverrideForm, OverrideRow, RotaRow, RotaView, RotasView, ShiftRow, Span},
};

const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The zone in which the reader types wall-clock times.
pub fn zone_of_reader(lens: &Lens<'_>, mine: &TimeZone) -> TimeZone {
    let person = lens.me.and_then(|me| lens.world.estate().persons.get(me));
    person.map_or_else(|| mine.clone(), |person| lens.site(&person.site).1)
}

pub fn rotas(lens: &Lens<'_>) -> RotasView {
    let until = lens.now.saturating_add(FORTNIGHT).unwrap_or(lens.now);
    let row = |rota: &Rota| {
        let primaries = |at| {
            lens.world.on_watch(&rota.name, at).into_iter().filter(|s| s.role == Role::Primary).collect::<Vec<_>>()
        };
        let now = primaries(lens.now);
        let change = next_change(rota, &lens.world.overrides.of(&rota.name), lens.now);
        let next: Vec<Shift> = change.map(|at| lens.world.shifts(&rota.name, at, until)).unwrap_or_default();
        let fresh = next
            .iter()
            .find(|s| s.role == Role::Primary && !now.iter().any(|n| n.person == s.person && n.until >= s.until));
        let absent = absent(lens, rota, lens.now, until);
        RotaRow {
            name: rota.name.clone(),
            display_name: rota.display_name.clone(),
            team: rota.team.as_ref().map(|team| team.to_string()).unwrap_or_default(),
            until: now.iter().map(|s| s.until).min(),
            now: now.iter().map(|s| lens.person(&s.person)).collect(),
            next: fresh.map(|s| lens.person(&s.person)).into_iter().collect(),
            hole: absent.holes.first().copied(),
            holes: absent.holes.len(),
            off: absent.off.first().is_some_and(|(from, _)| *from <= lens.now),
        }
    };
    RotasView { rows: lens.world.estate().rotas.values().map(row).collect() }
}

/// The days of a span, from its first to the first of the next, and the first of the one before.
fn days(span: Span, day: civil::Date) -> Option<[civil::Date; 3]> {
    let (first, length) = match span {
        Span::Fortnight => (day, jiff::Span::new().days(14)),
        Span::Month => (day.first_of_month(), jiff::Span::new().months(1)),
    };
    Some([first.checked_sub(length).ok()?, first, first.checked_add(length).ok()?])
}

/// What of a rota is looked at: a span that holds a day, drawn in the zone that the reader chose.
pub fn rota(lens: &Lens<'_>, name: &Name, from: Option<civil::Date>, span: Span, clock: &Clock) -> Option<RotaView> {
    let estate = lens.world.estate();
    let rota = estate.rotas.get(name)?;
    let zone = clock.axis_zone(rota.layers.first().map(|layer| &layer.zone));
    let today = lens.now.to_zoned(zone.clone()).date();
    let [earlier, first, later] = days(span, from.unwrap_or(today))?;
    let (begin, until) = (start_of(first, &zone)?, start_of(later, &zone)?);
    let shifts = lens.world.shifts(name, begin, until);
    let absent = absent(lens, rota, begin, until);
    let holes = absent.holes.clone();
    let zone_name = axis_name(begin, until, &zone);
    let axis = Axis { from: begin, until, now: lens.now, zone, zone_name, every_hours: 24 };
    let mut rows = vec![cover("cover", &shifts, absent)];
    rows.extend(rota.layers.iter().map(|layer| {
        let (site, zone) = lens.site(&layer.site);
        let of_layer: Vec<&Shift> = shifts.iter().filter(|s| *s.layer == *layer.name).collect();
        let role = if layer.role == Role::Primary { String::new() } else { format!("{}, ", layer.role.word()) };
        let sub = format!("{role}{site}, {}", zone_mark(begin, &zone));
        Row::Lane { name: layer.name.clone(), sub, zone, nights: Vec::new(), lines: pack(lens, &of_layer, false) }
    }));
    Some(RotaView {
        name: name.clone(),
        display_name: rota.display_name.clone(),
        team: rota.team.as_ref().map(|team| team.to_string()).unwrap_or_default(),
        axis,
        rows,
        shifts: shifts.iter().map(|shift| shift_row(lens, shift, false)).collect(),
        holes: holes.into_iter().filter(|(_, until)| *until > lens.now).collect(),
        turns: rota.layers.iter().map(|layer| layer_row(lens, layer)).collect(),
        overrides: override_rows(lens, rota),
        people: lens.choices(),
        layers: rota.layers.iter().map(|layer| layer.name.clone()).collect(),
        form: OverrideForm { zone: clock.mine.iana_name().unwrap_or("UTC").to_owned(), ..OverrideForm::default() },
        span,
        from: first,
        earlier,
        later,
        is_now: days(span, today).is_some_and(|now| now[1] == first),
    })
}

/// Those that are not over yet, first those of the estate.
fn override_rows(lens: &Lens<'_>, rota: &Rota) -> Vec<OverrideRow> {
    let numbered = lens.world.overrides.numbered(&rota.name).iter().map(|(id, change)| (Some(*id), change));
    let all = rota.overrides.iter().map(|change| (None, change)).chain(numbered);
    let remarks = lens.world.remarks_on_overrides(&rota.name, lens.now, Instant::MAX);
    let gives_way = |what: &OverrideDoubt| match what {
        OverrideDoubt::GivesWay { with, from, until, .. } => Some((*from, *until, lens.person(with))),
        OverrideDoubt::CoversNobody => None,
    };
    let row = |(id, change): (Option<u64>, &Override)| OverrideRow {
        idle: remarks.iter().any(|one| one.is_about(id, change) && one.what == OverrideDoubt::CoversNobody),
        gives_way: remarks
            .iter()
            .filter(|one| one.is_about(id, change))
            .filter_map(|one| gives_way(&one.what))
            .collect(),
        id,
        from: change.from,
        until: change.until,
        with: lens.person(&change.with),
        replace: change.replace.as_ref().map(|replaced| lens.person(replaced)),
        layer: change.layer.clone(),
    };
    all.filter(|(_, change)| change.until > lens.now).map(row).collect()
}

fn layer_row(lens: &Lens<'_>, layer: &Layer) -> LayerRow {
    let wall = layer.zone.to_datetime(lens.now);
    let rotation = &layer.rotation;
    let member = |member: &Member| {
        let (joins, leaves) = (member.from.filter(|from| *from > wall), member.until);
        let day = |date: civil::DateTime| {
            let midnight = date.time() == civil::Time::midnight();
            date.strftime(if midnight { "%-d %b %Y" } else { "%-d %b %Y %H:%M" }).to_string()
        };
        let gone = leaves.is_some_and(|until| until <= wall);
        let joins = joins.map(|from| format!("from {}", day(from)));
        let leaves = leaves.map(|until| format!("{} {}", if gone { "left" } else { "until" }, day(until)));
        MemberRow {
            who: lens.person(&member.person),
            absent: gone || joins.is_some(),
            when: joins.into_iter().chain(leaves).collect::<Vec<_>>().join(", "),
        }
    };
    LayerRow {
        name: layer.name.clone(),
        role: layer.role,
        site: lens.site(&layer.site).0,
        hours: layer.hours.iter().map(ToString::to_string).collect(),
        closed_on_holidays: layer.holidays == Holidays::Closed,
        every: rotation.every.iter().map(ToString::to_string).collect::<Vec<_>>().join(", then "),
        served: rotation.turns == Turns::Served,
        members: rotation.members.iter().map(|turn| turn.iter().map(member).collect()).collect(),
    }
}

/// The first instant of a day, which the clocks may have moved.
fn start_of(day: civil::Date, zone: &TimeZone) -> Option<Instant> {
    Some(calendar::start_instant(zone, day.to_datetime(civil::Time::midnight())))
        .filter(|at| (Instant::MIN..Instant::MAX).contains(at))
}

pub(super) fn shift_row(lens: &Lens<'_>, shift: &Shift, with_rota: bool) -> ShiftRow {
    ShiftRow {
        rota: if with_rota { lens.rota_title(&shift.rota) } else { String::new() },
        layer: shift.layer.to_string(),
        role: shift.role,
        who: lens.person(&shift.person),
        change: change_of(lens, shift),
        from: shift.from,
        until: shift.until,
        zone: lens.site(&shift.site).1,
        because: match &shift.because {
            WatchBecause::Rotation { .. } => "rotation".into(),
            WatchBecause::Override { replaces: Some(replaced) } => format!("override, for {}", lens.person(replaced)),
            WatchBecause::Override { replaces: None } => "override, in addition".into(),
        },
    }
}

/// Where a watch that is not over can be changed.
pub fn change_of(lens: &Lens<'_>, shift: &Shift) -> Option<String> {
    let layer = crate::ui::pages::percent(&shift.layer);
    let (from, until) = (shift.from, shift.until);
    let address = format!("/changes/watch?rota={}&layer={layer}&person={}", shift.rota, shift.person);
    (until > lens.now && shift.role != Role::Shadow).then(|| format!("{address}&from={from}&until={until}"))
}

/// The bars of shifts, those of the same time below one another.
pub(super) fn pack(lens: &Lens<'_>, shifts: &[&Shift], with_rota: bool) -> Vec<Line> {
    let mut lines: Vec<(Instant, Line)> = Vec::new();
    for shift in shifts {
        let thin = shift.role != Role::Primary;
        let who = lens.person(&shift.person);
        let title = format!("{who}, {} in {}, {}", shift.role.word(), lens.rota_title(&shift.rota), shift.layer);
        let changed = matches!(shift.because, WatchBecause::Override { .. });
        let aside = with_rota.then(|| lens.rota_title(&shift.rota));
        let bar = Bar { from: shift.from, until: shift.until, who, aside, title, changed };
        match lines.iter_mut().find(|(end, line)| *end <= shift.from && line.thin == thin) {
            Some((end, line)) => {
                *end = shift.until;
                line.bars.push(bar);
            }
            None => lines.push((shift.until, Line { bars: vec![bar], thin })),
        }
    }
    let mut lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
    lines.sort_by_key(|line| line.thin);
    lines
}

/// Where somebody is primary, where two are, and where nobody is.
pub(super) fn cover(name: &str, shifts: &[Shift], absent: Absent) -> Row {
    let primary: Vec<&Shift> = shifts.iter().filter(|s| s.role == Role::Primary).collect();
    let mut overlaps = Vec::new();
    for (i, one) in primary.iter().enumerate() {
        for other in primary[i + 1..].iter().take_while(|other| other.from < one.until) {
            // People of one layer are on watch together by intent; an overlap is between layers.
            if other.layer != one.layer {
                overlaps.push((other.from, one.until.min(other.until)));
            }
        }
    }
    let covered = primary.iter().map(|s| (s.from, s.until)).collect();
    Row::Cover { name: name.to_owned(), covered, overlaps, holes: absent.holes, off: absent.off }
}

/// `HKT, UTC+8`
pub(super) fn zone_words(at: Instant, zone: &TimeZone) -> String {
    let (mark, offset) = (zone_mark(at, zone), offset(at, zone));
    if mark == offset || mark == "UTC" { offset } else { format!("{mark}, {offset}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_begins_at_midnight_of_the_chosen_zone() {
        fn check(span: Span, day: &str, zone: &str, expect: [&str; 2]) {
            let zone = TimeZone::get(zone).expect("a zone");
            let [_, first, later] = days(span, day.parse().expect("a date")).expect("days");
            let window = [first, later].map(|day| start_of(day, &zone).map(|at| at.to_string()).unwrap_or_default());
            assert_eq!(window, expect, "{day} in {zone:?}");
        }
        check(Span::Fortnight, "2026-03-20", "UTC", ["2026-03-20T00:00:00Z", "2026-04-03T00:00:00Z"]);
        // The clocks go forward within it: an hour less.
        check(Span::Fortnight, "2026-03-20", "Europe/London", ["2026-03-20T00:00:00Z", "2026-04-02T23:00:00Z"]);
        check(Span::Month, "2026-11-22", "America/New_York", ["2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"]);
        check(Span::Month, "2026-02-28", "Asia/Hong_Kong", ["2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"]);
        assert_eq!(days(Span::Month, civil::Date::MIN), None);
        assert_eq!(days(Span::Fortnight, civil::Date::MAX), None);
    }
}
