use proptest::prelude::*;

use crate::alert::*;

#[test]
fn parses_each_field() {
    fn check<T: std::fmt::Debug>(found: Result<T, String>, expected: &str) {
        let found = found.map_or_else(|e| format!("! {e}"), |v| format!("{v:?}"));
        assert!(
            found == expected || expected.starts_with('!') && found.starts_with(expected),
            "{found} is not {expected}"
        );
    }
    check(parse_time_range("09:00", "17:30"), "(540, 1050)");
    check(parse_time_range("00:00", "24:00"), "(0, 1440)");
    check(parse_time_range("24:00", "24:00"), "! `24:00` is not after");
    check(parse_time_range("17:00", "09:00"), "! `09:00` is not after `17:00`");
    check(parse_time_range("9:00", "17:00"), "! `9:00` is not a time of day");
    check(parse_time_range("09:60", "17:00"), "! `09:60`");
    check(parse_time_range("24:01", "17:00"), "! `24:01`");
    check(parse_weekdays("monday:friday"), "Days(31)");
    check(parse_weekdays("Sunday"), "Days(64)");
    check(parse_weekdays("SUNDAY:tuesday"), "Days(67)");
    check(parse_weekdays("saturday:sunday"), "! `saturday:sunday` ends before it starts");
    check(parse_weekdays("mon"), "! `mon` is not a weekday");
    check(parse_days_of_month("1:15"), "(1, 15)");
    check(parse_days_of_month("-1"), "(-1, -1)");
    check(parse_days_of_month("20:-1"), "(20, -1)");
    check(parse_days_of_month("-3:2"), "! `-3:2`: the end must");
    check(parse_days_of_month("-31:5"), "! `-31:5`: the end must");
    check(parse_days_of_month("-1:-3"), "! `-1:-3` ends before");
    check(parse_days_of_month("0"), "! `0` is not a day");
    check(parse_days_of_month("32"), "! `32`");
    check(parse_months("january:March"), "(1, 3)");
    check(parse_months("12"), "(12, 12)");
    check(parse_months("13"), "! `13` is not a month");
    check(parse_months("march:january"), "! `3:1` ends");
    check(parse_years("2026:2028"), "(2026, 2028)");
    check(parse_years("x"), "! `x` is not a year");
}

#[test]
fn contains_in_its_zone() {
    let check = |interval: &TimeInterval, at: &str, expected: bool| {
        assert_eq!(interval.contains(at.parse().unwrap()), expected, "{interval:?} at {at}");
    };
    check(&TimeInterval::default(), "2026-11-22T10:00Z", true);
    let office = TimeInterval {
        times: vec![(540, 1020)],
        weekdays: Some(parse_weekdays("monday:friday").unwrap()),
        location: Some(jiff::tz::TimeZone::get("America/New_York").unwrap()),
        ..TimeInterval::default()
    };
    check(&office, "2026-11-23T13:59:59Z", false);
    check(&office, "2026-11-23T14:00Z", true);
    check(&office, "2026-11-23T21:59:59Z", true);
    check(&office, "2026-11-23T22:00Z", false);
    check(&office, "2026-11-22T15:00Z", false);
    let evening = TimeInterval { times: vec![(1320, 1440)], ..TimeInterval::default() };
    check(&evening, "2026-11-22T23:59:59.9Z", true);
    check(&evening, "2026-11-23T00:00Z", false);
    let days = |text: &str| TimeInterval {
        days_of_month: vec![parse_days_of_month(text).unwrap()],
        ..TimeInterval::default()
    };
    check(&days("-3:-1"), "2027-02-26T12:00Z", true);
    check(&days("-3:-1"), "2027-02-25T12:00Z", false);
    check(&days("29:31"), "2027-02-28T12:00Z", false);
    check(&days("25:31"), "2027-02-28T12:00Z", true);
    check(&days("-31:-30"), "2027-02-01T12:00Z", false);
    let year = TimeInterval { months: vec![(1, 3)], years: vec![(2027, 2028)], ..TimeInterval::default() };
    check(&year, "2027-03-31T23:59Z", true);
    check(&year, "2027-04-01T00:00Z", false);
    check(&year, "2026-02-01T00:00Z", false);
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,12}", other in "[0-9:a-z-]{0,9}") {
        for text in [&text, &other] {
            let _ = (parse_time_range(text, &other), parse_weekdays(text), parse_days_of_month(text), parse_months(text), parse_years(text));
        }
    }

    #[test]
    fn days_of_month_never_contradict_their_range(from in -31i8..=31, to in -31i8..=31, seconds in 0i64..4_000_000_000) {
        let at = jiff::Timestamp::from_second(seconds).unwrap();
        if let Ok(range) = parse_days_of_month(&format!("{from}:{to}")) {
            let contains = TimeInterval { days_of_month: vec![range], ..TimeInterval::default() }.contains(at);
            let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
            let within = (1..=date.days_in_month()).any(|d| {
                let from_end = d - date.days_in_month() - 1;
                let after_start = if from < 0 { from_end >= from } else { d >= from };
                let before_end = if to < 0 { from_end <= to } else { d <= to };
                d == date.day() && after_start && before_end
            });
            prop_assert_eq!(contains, within);
        }
    }
}
