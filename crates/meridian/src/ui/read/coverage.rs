//! Coverage: thirteen weeks of every rota as one picture, and the findings behind it.

use jiff::{SignedDuration, Span, civil::Date, tz::TimeZone};
use meridian_core::{
    Instant, calendar,
    id::Name,
    roster::{
        Coverage, Stretch,
        coverage::{Because, ClockChange, Cover, Finding, Phase, Scope, What, lasting, listed, span},
    },
};

use super::Lens;
use crate::ui::{
    parts::{
        Clock, Say,
        time::{axis_name, offset},
    },
    view::coverage::{Block, CoverageView, Panel, PhaseRow, Quarter, Row, Section},
};

const DAYS: i32 = 91;

/// So many rotas have a picture, those with a hole before others; their own pages have them all.
const PANELS: usize = 12;

/// So many findings of a kind stand on the page; the API and the command line have all.
const ROWS: usize = 24;

pub fn coverage(lens: &Lens<'_>, from: Option<Date>, clock: &Clock) -> CoverageView {
    let zone = clock.axis_zone(None);
    let today = lens.now.to_zoned(zone.clone()).date();
    let from = from.unwrap_or(today);
    let step = |days: i32| from.checked_add(Span::new().days(days)).unwrap_or(from);
    let (begin, end) = (start_of(from, &zone), start_of(step(DAYS), &zone));
    let found = lens.world.coverage(None, begin, end);
    let drawn = Drawn { zone: &zone, from };
    let (panels, more) = panels(lens, &found, &drawn);
    let section = |wanted: &dyn Fn(&Finding) -> bool| section(lens, &found, wanted);
    CoverageView {
        from,
        last: step(DAYS - 1),
        earlier: step(-DAYS),
        later: step(DAYS),
        is_now: from == today,
        quarter: quarter(lens, &found, &drawn, axis_name(begin, end, &zone), today),
        panels,
        more,
        holes: section(&Finding::is_hole),
        people: section(&|finding| {
            matches!(finding.what, What::Away { .. } | What::Unreachable { .. } | What::IdleOverride { .. })
        }),
        doubles: section(&|finding| matches!(finding.what, What::DoubleCover { .. })),
        overlaps: section(&|finding| matches!(finding.what, What::Overlap { .. })),
    }
}

fn start_of(day: Date, zone: &TimeZone) -> Instant {
    calendar::start_instant(zone, day.to_datetime(jiff::civil::Time::midnight()))
}

/// The picture's days, by the clock of a zone.
struct Drawn<'a> {
    zone: &'a TimeZone,
    from: Date,
}

impl Drawn<'_> {
    fn day(&self, date: Date) -> i32 {
        (date - self.from).get_days()
    }

    /// The stretches cut at midnights; what is the same on days in a row is one block.
    fn blocks(&self, stretches: &[Stretch]) -> Vec<Block> {
        let mut pieces: Vec<(i32, f64, f64)> = Vec::new();
        for (from, until) in stretches {
            let (from, until) = (self.zone.to_datetime(*from), self.zone.to_datetime(*until));
            let second = |time: jiff::civil::Time| time.duration_since(jiff::civil::Time::midnight()).as_secs() as f64;
            let (first, last) = (self.day(from.date()), self.day(until.date()));
            for day in first.max(0)..=last.min(DAYS - 1) {
                let begin = if day == first { second(from.time()) } else { 0.0 };
                let end = if day == last { second(until.time()) } else { 86_400.0 };
                if begin < end {
                    pieces.push((day, begin / 864.0, end / 864.0));
                }
            }
        }
        let mut blocks: Vec<Block> = Vec::new();
        // Only what the day before had can go on.
        let mut open: Vec<usize> = Vec::new();
        for (day, from, until) in pieces {
            let day = day as u32;
            open.retain(|block| blocks[*block].day + blocks[*block].days >= day);
            let same = open.iter().copied().find(|block| {
                let block = &blocks[*block];
                block.day + block.days == day && block.from == from && block.until == until
            });
            match same {
                Some(block) => blocks[block].days += 1,
                None => {
                    open.push(blocks.len());
                    blocks.push(Block { day, days: 1, from, until });
                }
            }
        }
        blocks
    }
}

fn panels(lens: &Lens<'_>, found: &Coverage, drawn: &Drawn<'_>) -> (Vec<Panel>, usize) {
    let of_rotas = found.covers.iter().filter_map(|cover| match &cover.of {
        Scope::Rota(name) => Some((name, cover)),
        Scope::Team(_) | Scope::Estate => None,
    });
    let mut covers: Vec<(&Name, &Cover)> = of_rotas.collect();
    covers.sort_by_key(|(_, cover)| cover.holes.is_empty());
    let more = covers.len().saturating_sub(PANELS);
    let panel = |(name, cover): (&Name, &Cover)| Panel {
        name: name.clone(),
        title: lens.rota_title(name),
        covered: drawn.blocks(&cover.covered),
        overlaps: drawn.blocks(&cover.overlaps),
        holes: drawn.blocks(&cover.holes),
        off: drawn.blocks(&cover.off),
        hole: match cover.holes.as_slice() {
            [] => None,
            [one] => Some(format!("1 hole, {}", lasting(one.1.duration_since(one.0)))),
            holes => Some(format!("{} holes, {}", holes.len(), lasting(total(holes)))),
        },
    };
    (covers.into_iter().take(PANELS).map(panel).collect(), more)
}

fn total(stretches: &[Stretch]) -> SignedDuration {
    stretches.iter().fold(SignedDuration::ZERO, |sum, (from, until)| sum.saturating_add(until.duration_since(*from)))
}

fn quarter(lens: &Lens<'_>, found: &Coverage, drawn: &Drawn<'_>, zone_name: String, today: Date) -> Quarter {
    let within = |day: i32| u32::try_from(day).ok().filter(|day| *day < DAYS as u32);
    let firsts = (0..4).filter_map(|months| {
        let first = drawn.from.first_of_month().checked_add(Span::new().months(months)).ok()?;
        Some((within(drawn.day(first))?, first.strftime("%b").to_string()))
    });
    let mut changes: Vec<(u32, String, String)> = Vec::new();
    for change in &found.clock_changes {
        let date = drawn.zone.to_datetime(change.at).date();
        let Some(day) = within(drawn.day(date)) else { continue };
        let words = format!("{} {}", lens.site(&change.site).0, by(change));
        match changes.last_mut() {
            Some(last) if last.0 == day => last.2 += &format!(", {words}"),
            _ => changes.push((day, date.strftime("%-d %b").to_string(), words)),
        }
    }
    Quarter { days: DAYS as u32, zone_name, months: firsts.collect(), changes, today: within(drawn.day(today)) }
}

/// `+1 h`: the clocks go forward.
fn by(change: &ClockChange) -> String {
    let by = change.by();
    let sign = if by.is_negative() { "\u{2212}" } else { "+" };
    format!("{sign}{}", lasting(by.abs()))
}

fn section(lens: &Lens<'_>, found: &Coverage, wanted: &dyn Fn(&Finding) -> bool) -> Section {
    let all: Vec<&Finding> = found.findings.iter().filter(|finding| wanted(finding)).collect();
    let more = all.len().saturating_sub(ROWS);
    let aside = all.iter().all(|finding| !finding.is_fault());
    Section { rows: all.into_iter().take(ROWS).map(|finding| row(lens, finding)).collect(), more, aside }
}

fn row(lens: &Lens<'_>, finding: &Finding) -> Row {
    let of = match &finding.of {
        Scope::Rota(name) => Say::new().link(format!("/rotas/{name}"), lens.rota_title(name)),
        Scope::Team(name) => Say::new().text(format!("Team {name}")),
        Scope::Estate => Say::new().text("The whole estate"),
    };
    let estate = lens.world.estate();
    let title = match &finding.what {
        What::Unreachable { person } => format!("{} is on watch and may not be reached", lens.person(person)),
        What::Away { person } => format!("{} is on watch while away and nobody covers", lens.person(person)),
        _ => capital(&finding.title(estate)),
    };
    let reasons = finding.because.iter().filter(|because| !matches!(because, Because::ClockChange(_)));
    let closes = finding.proposals.first().map_or(String::new(), |first| match finding.days() {
        days if days == first.closes => "every day of it".to_owned(),
        days => format!("{} of its {days} days; the others are holidays", first.closes),
    });
    Row {
        of,
        title,
        phases: finding.phases.iter().map(|phase| phase_row(lens, finding, phase)).collect(),
        because: listed(reasons.map(|because| because.words(estate)).collect()),
        proposals: finding.proposals.iter().map(|proposal| proposal.words(estate)).collect(),
        closes,
    }
}

fn phase_row(lens: &Lens<'_>, finding: &Finding, phase: &Phase) -> PhaseRow {
    let words = |changes: &[ClockChange]| {
        let one = |change: &ClockChange| {
            let (site, zone) = lens.site(&change.site);
            let (before, after) = (offset(before(change.at), &zone), offset(change.at, &zone));
            format!("{site}'s clock change on {} ({before} to {after})", change.at.strftime("%-d %b"))
        };
        changes.iter().map(one).collect()
    };
    let site = |name: &&Name| {
        let (title, zone) = lens.site(name);
        Some(format!("{} in {title}", phase.there(&zone)?))
    };
    PhaseRow {
        times: phase.example().map_or(String::new(), |example| span(example, &TimeZone::UTC)),
        length: lasting(phase.length()),
        days: days(&phase.stretches),
        there: finding.sites().iter().filter_map(site).collect(),
        since: words(&phase.begun_by),
        until: words(&phase.ended_by),
    }
}

fn before(at: Instant) -> Instant {
    at.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(at)
}

/// `36 days, Mon 5 Jan to Thu 5 Mar 2026`.
fn days(stretches: &[Stretch]) -> String {
    let day = |at: Instant, format: &str| at.strftime(format).to_string();
    match stretches {
        [] => String::new(),
        [(one, _)] => day(*one, "%a %-d %b %Y"),
        [(first, _), .., (last, _)] => {
            format!("{} days, {} to {}", stretches.len(), day(*first, "%a %-d %b"), day(*last, "%a %-d %b %Y"))
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_alike_are_one_block() {
        fn check(zone: &str, from: &str, stretches: &[(&str, &str)], expect: &[(u32, u32, f64, f64)]) {
            let zone = TimeZone::get(zone).expect("a zone");
            let at = |text: &str| text.parse::<Instant>().expect("an instant");
            let stretches: Vec<Stretch> = stretches.iter().map(|(from, until)| (at(from), at(until))).collect();
            let drawn = Drawn { zone: &zone, from: from.parse().expect("a date") };
            let blocks: Vec<_> = drawn.blocks(&stretches).iter().map(|b| (b.day, b.days, b.from, b.until)).collect();
            assert_eq!(blocks, expect);
        }
        let nights = [("2026-03-06T18:00Z", "2026-03-07T06:00Z"), ("2026-03-07T18:00Z", "2026-03-08T06:00Z")];
        check("UTC", "2026-03-06", &nights, &[(0, 2, 75.0, 100.0), (1, 2, 0.0, 25.0)]);
        // By the clock of New York the second ends an hour later, for it goes forward at 07:00Z.
        let mornings = [("2026-03-07T06:00Z", "2026-03-07T11:00Z"), ("2026-03-08T06:00Z", "2026-03-08T11:00Z")];
        let (one, two) = (100.0 / 24.0, 700.0 / 24.0);
        let expect = [(0, 1, one, 25.0), (1, 1, one, two)];
        check("America/New_York", "2026-03-07", &mornings, &expect);
        check("UTC", "2026-03-07", &[("2026-03-01T00:00Z", "2027-03-01T00:00Z")], &[(0, 91, 0.0, 100.0)]);
        check("UTC", "2026-03-07", &[], &[]);
    }
}
