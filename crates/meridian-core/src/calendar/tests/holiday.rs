use std::collections::BTreeSet;

use jiff::{
    Span,
    civil::{Date, Weekday, date},
};

use crate::calendar::{SiteCalendar, calendars, covered_years, holiday};

#[test]
fn public_holidays_are_known_by_place() {
    for (calendar, day, name) in [
        ("hk-public", "2026-02-17", Some("Chinese New Year")),
        ("hk-public", "2026-02-16", None),
        ("england-public", "2026-12-28", Some("Boxing Day (observed)")),
        ("england-public", "2026-11-26", None),
        ("us-public", "2026-11-26", Some("Thanksgiving Day")),
        ("us-public", "2026-12-26", None),
        ("us-public", "2031-01-01", None),
        ("us-public", "1969-12-25", None),
        ("sg-public", "2028-02-28", Some("Eid al-Fitr (observed, estimated)")),
        ("jp-public", "2026-09-22", Some("National Holiday")),
        ("cn-public", "2026-01-02", Some("Day off in exchange for 2026-01-04")),
        ("de-hesse-public", "2026-10-03", Some("German Unity Day")),
        ("fr-public", "2026-07-14", Some("National Day")),
        ("ch-zurich-public", "2026-08-01", Some("National Day")),
        ("in-maharashtra-public", "2026-05-01", Some("Buddha Purnima; Maharashtra Day")),
        ("au-nsw-public", "2026-04-25", Some("ANZAC Day")),
        ("atlantis-public", "2026-01-01", None),
    ] {
        assert_eq!(holiday(calendar, day.parse().unwrap()), name, "{calendar} {day}");
    }
}

fn days_of(year: i16) -> impl Iterator<Item = Date> {
    date(year, 1, 1).series(Span::new().days(1)).take_while(move |day| day.year() == year)
}

#[test]
fn every_covered_year_has_its_holidays_and_no_other_year_any() {
    for calendar in calendars() {
        let years = covered_years(calendar).unwrap();
        for year in 2015..=2040 {
            let count = days_of(year).filter(|day| holiday(calendar, *day).is_some()).count();
            assert_eq!(years.contains(&year), count >= 8, "{calendar} {year}: {count}");
        }
    }
    assert_eq!(covered_years("atlantis-public"), None);
}

/// By the rule of 1582 for the Gregorian calendar, as Meeus gives it.
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    date(year, month as i8, day as i8)
}

fn nth(year: i16, month: i8, nth: i8, weekday: Weekday) -> Date {
    date(year, month, 1).nth_weekday_of_month(nth, weekday).unwrap()
}

/// The next weekdays that no other holiday has.
fn moved_on(fixed: &[Date]) -> BTreeSet<Date> {
    let weekend = |day: Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let mut days: BTreeSet<Date> = fixed.iter().copied().filter(|day| !weekend(*day)).collect();
    for day in fixed.iter().filter(|day| weekend(**day)) {
        let mut free = *day;
        while weekend(free) || days.contains(&free) {
            free = free.tomorrow().unwrap();
        }
        days.insert(free);
    }
    days
}

/// The law of the place, computed from its own words, against the table.
#[test]
fn tables_agree_with_the_law_of_their_place() {
    use Weekday::{Monday, Thursday};
    let check = |calendar: &str, year: i16, law: BTreeSet<Date>, beside: &dyn Fn(Date) -> bool| {
        let table: BTreeSet<Date> =
            days_of(year).filter(|day| holiday(calendar, *day).is_some() && !beside(*day)).collect();
        assert_eq!(table, law, "{calendar} {year}");
    };
    let none = |_: Date| false;
    let weekend = |day: Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    for year in 2024..=2030 {
        let after = |days: i32| easter(year) + Span::new().days(days);
        let england =
            [nth(year, 5, 1, Monday), nth(year, 5, -1, Monday), nth(year, 8, -1, Monday), after(-2), after(1)];
        let mut law = moved_on(&[date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]);
        law.extend(england);
        // The table has the day itself as well, where that is a weekend.
        check("england-public", year, law, &weekend);

        let fixed = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)].map(|(month, day)| date(year, month, day));
        let mut law: BTreeSet<Date> = fixed.into();
        law.extend([nth(year, 1, 3, Monday), nth(year, 2, 3, Monday), nth(year, 5, -1, Monday)]);
        law.extend([nth(year, 9, 1, Monday), nth(year, 10, 2, Monday), nth(year, 11, 4, Thursday)]);
        check("us-public", year, law, &|day| holiday("us-public", day).is_some_and(|name| name.contains("(observed)")));

        let fixed = [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)].map(|(month, day)| date(year, month, day));
        let mut law: BTreeSet<Date> = fixed.into();
        law.extend([-2, 1, 39, 50, 60].map(after));
        check("de-hesse-public", year, law, &none);

        let fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
        let mut law: BTreeSet<Date> = fixed.map(|(month, day)| date(year, month, day)).into();
        law.extend([1, 39, 50].map(after));
        check("fr-public", year, law, &none);
    }
}

#[test]
fn a_site_has_days_of_its_own() {
    let days = |text: &str| text.split(' ').filter(|text| !text.is_empty()).map(|day| day.parse().unwrap()).collect();
    let check = |name: Option<&str>, own: &str, working: &str, on: &str, expected: Option<&str>| {
        let own: Vec<Date> = days(own);
        let working: Vec<Date> = days(working);
        let own = own.into_iter().map(|day| (day, "Own".to_owned()));
        let site = SiteCalendar::new(name, own, &working.into_iter().collect());
        assert_eq!(site.holiday(on.parse().unwrap()), expected, "{name:?} {on}");
    };
    check(None, "", "", "2026-12-25", None);
    check(Some("hk-public"), "", "", "2026-12-25", Some("Christmas Day"));
    check(Some("hk-public"), "2026-12-25", "", "2026-12-25", Some("Own"));
    check(Some("hk-public"), "", "2026-12-25", "2026-12-25", None);
    check(Some("hk-public"), "", "2026-12-25", "2026-12-26", Some("The first weekday after Christmas Day"));
    check(None, "2031-12-25 1960-01-01", "", "1960-01-01", Some("Own"));
    let site = SiteCalendar::new(Some("hk-public"), [(date(2035, 5, 1), "Own".into())], &BTreeSet::new());
    assert_eq!([2023, 2024, 2030, 2031, 2035].map(|year| site.knows(year)), [false, true, true, false, true]);
}
