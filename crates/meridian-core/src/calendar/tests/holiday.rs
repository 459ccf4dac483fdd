use jiff::civil::{Date, date};

use crate::calendar::{calendars, covered_years, holiday};

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
        ("atlantis-public", "2026-01-01", None),
    ] {
        assert_eq!(holiday(calendar, day.parse().unwrap()), name, "{calendar} {day}");
    }
}

#[test]
fn every_covered_year_has_its_new_year_and_no_other_year_anything() {
    for calendar in calendars() {
        let years = covered_years(calendar).unwrap();
        for year in 2015..=2040 {
            let first = date(year, 1, 1);
            let count = first.series(jiff::Span::new().days(1)).take_while(|d| d.year() == year);
            let count = count.filter(|d: &Date| holiday(calendar, *d).is_some()).count();
            assert_eq!(years.contains(&year), holiday(calendar, first).is_some(), "{calendar} {year}");
            assert_eq!(years.contains(&year), count >= 8, "{calendar} {year}: {count}");
        }
    }
    assert_eq!(covered_years("atlantis-public"), None);
}
