//! On-call answers for 1,000 rotas over 10 years: all shifts of three-layer weekday rotas, on one core; and the coverage
//! of a hundred of them over a year; who holds a watch that two sites never leave; and a fair plan.

use std::hint::black_box;

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Instant,
    calendar::{Days, Hours, SiteCalendar, WallTime},
    estate::{Escalation, Estate, Every, Holidays, Layer, Role, Rota, Rotation, Step, Target, Turns, Unit},
    id::Name,
    roster::{
        Overrides, coverage,
        fair_plan::{Draft, Rules, wish},
        holder, on_leave, on_watch, shifts,
    },
};

const SITES: [(&str, &str, &str); 3] = [
    ("hong-kong", "Asia/Hong_Kong", "hk-public"),
    ("london", "Europe/London", "england-public"),
    ("new-york", "America/New_York", "us-public"),
];

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn layer(number: u32, (site, zone, calendar): (&str, &str, &str)) -> Layer {
    let members = (0..4 + number % 5).map(|person| vec![name(&format!("{site}-{person}")).into()]).collect();
    Layer {
        name: site.into(),
        site: name(site),
        zone: TimeZone::get(zone).expect("a zone"),
        role: Role::Primary,
        hours: vec![Hours { days: Days(0b1_1111), from: WallTime(8 * 3600), to: WallTime(17 * 3600) }],
        holidays: if number.is_multiple_of(2) { Holidays::Staffed } else { Holidays::Closed },
        calendar: SiteCalendar::named(calendar),
        needs: vec![],
        rotation: Rotation {
            start: jiff::civil::date(2025, 1, 6).at(8, 0, 0, 0),
            every: vec![Every { count: 1, unit: if number.is_multiple_of(3) { Unit::Days } else { Unit::Weeks } }],
            turns: if number.is_multiple_of(4) { Turns::Served } else { Turns::Elapsed },
            members,
        },
    }
}

/// Each rota with an escalation of its own that relies on it.
fn estate(rotas: impl Iterator<Item = Rota>) -> Estate {
    let mut estate = Estate::default();
    for rota in rotas {
        let step =
            Step { page: vec![Target::Rota(rota.name.clone(), Role::Primary)], within: SignedDuration::from_mins(5) };
        let escalation =
            Escalation { name: rota.name.clone(), display_name: String::new(), steps: vec![step], repeat: 0 };
        estate.escalations.insert(rota.name.clone(), escalation);
        estate.rotas.insert(rota.name.clone(), rota);
    }
    estate
}

fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// The shortest of three runs: what else the machine does can only make it longer.
fn seconds(mut work: impl FnMut() -> usize) -> (f64, usize) {
    let runs = (0..3).map(|_| {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures the real time that passes")]
        let begun = std::time::Instant::now();
        let done = work();
        (begun.elapsed().as_secs_f64(), done)
    });
    runs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

fn report(bench: &str, name: &str, (seconds, shifts): (f64, usize)) {
    let line = serde_json::json!({
        "bench": bench, "name": name, "value": seconds, "unit": "s", "seconds": seconds, "shifts": shifts,
    });
    println!("{line}");
}

fn main() {
    let rota = |number: u32| Rota {
        layers: SITES.into_iter().map(|site| layer(number, site)).collect(),
        ..bare(&format!("rota-{number}"))
    };
    let rotas: Vec<Rota> = (0..1000).map(rota).collect();
    let (from, until) = (instant("2026-01-01T00:00Z"), instant("2036-01-01T00:00Z"));
    let whole = || rotas.iter().map(|rota| black_box(shifts(rota, &[], from, until)).len()).sum();
    report("roster", "all shifts of 1,000 rotas of three layers over 10 years", seconds(whole));
    let at = instant("2026-11-02T14:00Z");
    let now = || rotas.iter().map(|rota| black_box(on_watch(rota, &[], at)).len()).sum();
    report("roster", "who is on watch in 1,000 rotas at an instant", seconds(now));
    let estate = estate(rotas.into_iter().take(100));
    let (from, until) = (instant("2026-01-01T00:00Z"), instant("2027-01-01T00:00Z"));
    let away = on_leave(&estate);
    let findings = || black_box(coverage(&estate, &Overrides::default(), &away, None, (from, until))).findings.len();
    report("roster", "coverage of 100 rotas of three layers over a year", seconds(findings));
    let always = never_left();
    let held = || (0..100).filter(|_| black_box(holder(&always, &[], at)).is_some()).count();
    report("roster", "who holds the watch that two sites never leave, 100 times", seconds(held));
    let twelve = twelve();
    let planned = || {
        let window = (instant("2026-10-05T00:00Z"), instant("2027-01-04T00:00Z"));
        let wish =
            wish(&Estate::default(), &Default::default(), &Default::default(), &twelve, window, Rules::default());
        let mut draft = Draft::new(&wish);
        draft.improve(4, |_, _| {});
        draft.given().len()
    };
    report("roster", "the search of a plan for 12 people over 13 weeks", seconds(planned));
}

/// Two sites, both always on watch, whose people change every day.
fn never_left() -> Rota {
    let all_day = |site: usize| {
        let mut layer = layer(3, SITES[site]);
        (layer.hours, layer.holidays) = (vec![], Holidays::Staffed);
        layer
    };
    Rota { layers: vec![all_day(0), all_day(1)], ..bare("always") }
}

/// A primary and a secondary for whole days, in turns of a day that give some people more weekends than others.
fn twelve() -> Rota {
    let one = |shift: usize, role: Role| {
        let mut layer = layer(3, SITES[1]);
        (layer.hours, layer.holidays, layer.role) = (vec![], Holidays::Staffed, role);
        layer.name = format!("layer-{shift}");
        let person = |number: usize| vec![name(&format!("p{:02}", (number + shift) % 12)).into()];
        layer.rotation.members = (0..12).map(person).collect();
        layer
    };
    Rota { layers: vec![one(0, Role::Primary), one(5, Role::Secondary)], ..bare("twelve") }
}

fn bare(called: &str) -> Rota {
    Rota {
        name: name(called),
        display_name: String::new(),
        team: None,
        layers: vec![],
        overrides: vec![],
        handoff: None,
    }
}
