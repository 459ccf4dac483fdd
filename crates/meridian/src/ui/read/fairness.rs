//! Who carries how much of the watch, in a window of days.

use jiff::{SignedDuration, Span, civil::Date};
use meridian_core::{
    calendar::start_instant,
    id::Name,
    roster::{Share, Whose},
};

use super::{Lens, rota::shift_row};
use crate::ui::{
    parts::Clock,
    view::fairness::{FairnessView, ShareRow},
};

/// What an address asks for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub of: String,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub person: Option<Name>,
}

/// A quarter, if nobody says.
const DAYS_USUAL: i64 = 91;
const DAYS_MAX: i32 = 732;
const SHIFTS_SHOWN: usize = 60;

pub fn fairness(lens: &Lens<'_>, clock: &Clock, wish: &Wish) -> FairnessView {
    let estate = lens.world.estate();
    let zone = clock.axis_zone(None);
    let today = lens.now.to_zoned(zone.clone()).date();
    let to = wish.to.unwrap_or_else(|| match wish.from {
        Some(from) if from > today => from.saturating_add(Span::new().days(DAYS_USUAL - 1)),
        _ => today,
    });
    let from = wish.from.unwrap_or_else(|| to.saturating_sub(Span::new().days(DAYS_USUAL - 1)));
    let (mut from, mut wrong) = (from, None);
    if to < from {
        (from, wrong) = (to, Some("The last day lies before the first: the last alone is shown."));
    } else if days(from, to) > DAYS_MAX {
        from = to.saturating_sub(Span::new().days(DAYS_MAX - 1));
        wrong = Some("At most two years are shown: those before the last day.");
    }
    let instant = |date: Date| start_instant(&zone, date.to_datetime(jiff::civil::Time::midnight()));
    let window = (instant(from), instant(to.tomorrow().unwrap_or(to)));
    let (of, whose) = whose(&wish.of);
    let rotas = whose.rotas(estate);
    let shares = lens.world.fairness(&rotas, window.0, window.1);
    let largest = shares.iter().map(|share| share.balance.abs()).max().unwrap_or_default();
    let person =
        wish.person.as_ref().filter(|person| shares.iter().any(|share| share.person == **person)).map(|person| {
            let all = rotas.iter().flat_map(|rota| lens.world.shifts(rota, window.0, window.1));
            let mut own: Vec<_> = all.filter(|shift| shift.person == *person).collect();
            own.sort_by_key(|shift| std::cmp::Reverse(shift.from));
            let shown = own.iter().take(SHIFTS_SHOWN).map(|shift| shift_row(lens, shift, true)).collect();
            (lens.person(person), shown, own.len())
        });
    FairnessView {
        of,
        choices: choices(lens),
        from,
        to,
        zone: zone.iana_name().unwrap_or("UTC").replace('_', " "),
        wrong,
        hours: shares.iter().map(|share| share.hours).sum(),
        rows: shares.into_iter().map(|share| row(lens, share, largest)).collect(),
        person,
    }
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days()).saturating_add(1)
}

fn whose(of: &str) -> (String, Whose) {
    let whose = match of.split_once('/').map(|(kind, name)| (kind, name.parse())) {
        Some(("rota", Ok(name))) => Whose::Rota(name),
        Some(("team", Ok(name))) => Whose::Team(name),
        _ => return (String::new(), Whose::Everybody),
    };
    (of.to_owned(), whose)
}

fn choices(lens: &Lens<'_>) -> Vec<(String, String)> {
    let estate = lens.world.estate();
    let rotas = estate.rotas.values().map(|rota| (format!("rota/{}", rota.name), rota.display_name.clone()));
    let teams = estate.teams.values().filter(|team| estate.rotas.values().any(|r| r.team.as_ref() == Some(&team.name)));
    let teams = teams.map(|team| (format!("team/{}", team.name), format!("Team {}", team.display_name)));
    std::iter::once((String::new(), "All rotas".to_owned())).chain(rotas).chain(teams).collect()
}

fn row(lens: &Lens<'_>, share: Share, largest: SignedDuration) -> ShareRow {
    let person = lens.world.estate().persons.get(&share.person);
    let weight = if largest.is_zero() { 0.0 } else { share.balance.as_secs_f64() / largest.as_secs_f64() };
    ShareRow {
        who: lens.person(&share.person),
        site: person.map_or_else(String::new, |person| lens.site(&person.site).0),
        name: share.person.to_string(),
        hours: share.hours,
        nights: share.nights,
        weekends: share.weekends,
        holidays: share.holidays,
        pages: share.pages,
        fair: share.fair,
        balance: share.balance,
        weight,
    }
}
