use super::{check, layer, rota};
use crate::estate::Holidays;

const WEEKDAYS: &str = "mon-fri 08:00-17:00";

/// One person, so that only the hours speak.
fn hours(zone: &str, hours: &str, from: &str, until: &str, expected: &[&str]) {
    let rota = rota([layer("site", zone, hours, "1800-01-01T00:00", "1 day", "ana")]);
    let expected: Vec<String> = expected.iter().map(|times| format!("{times} site ana")).collect();
    check(&rota, &[], from, until, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn hours_follow_the_wall_clock_of_the_site() {
    hours(
        "Asia/Hong_Kong",
        WEEKDAYS,
        "2026-03-27T00:00Z",
        "2026-03-31T00:00Z",
        &["2026-03-27T00:00Z 2026-03-27T09:00Z", "2026-03-30T00:00Z 2026-03-30T09:00Z"],
    );
    hours(
        "Europe/London",
        WEEKDAYS,
        "2026-03-27T00:00Z",
        "2026-03-31T00:00Z",
        &["2026-03-27T08:00Z 2026-03-27T17:00Z", "2026-03-30T07:00Z 2026-03-30T16:00Z"],
    );
    hours(
        "Europe/London",
        WEEKDAYS,
        "2026-10-23T00:00Z",
        "2026-10-27T00:00Z",
        &["2026-10-23T07:00Z 2026-10-23T16:00Z", "2026-10-26T08:00Z 2026-10-26T17:00Z"],
    );
    hours(
        "America/New_York",
        WEEKDAYS,
        "2026-03-06T00:00Z",
        "2026-03-10T00:00Z",
        &["2026-03-06T13:00Z 2026-03-06T22:00Z", "2026-03-09T12:00Z 2026-03-09T21:00Z"],
    );
    hours(
        "America/New_York",
        WEEKDAYS,
        "2026-10-30T00:00Z",
        "2026-11-03T00:00Z",
        &["2026-10-30T12:00Z 2026-10-30T21:00Z", "2026-11-02T13:00Z 2026-11-02T22:00Z"],
    );
    // Clipped to the window.
    hours(
        "Asia/Hong_Kong",
        WEEKDAYS,
        "2026-03-27T04:30Z",
        "2026-03-27T05:45Z",
        &["2026-03-27T04:30Z 2026-03-27T05:45Z"],
    );
    hours("Asia/Hong_Kong", WEEKDAYS, "2026-03-27T09:00Z", "2026-03-30T00:00Z", &[]);
}

#[test]
fn overnight_hours_belong_to_the_day_on_which_they_start() {
    hours(
        "Europe/London",
        "fri 22:00-06:00",
        "2026-03-20T00:00Z",
        "2026-04-01T00:00Z",
        &["2026-03-20T22:00Z 2026-03-21T06:00Z", "2026-03-27T22:00Z 2026-03-28T06:00Z"],
    );
    // Over both changes: an hour less, an hour more.
    hours(
        "Europe/London",
        "sat 22:00-06:00",
        "2026-03-28T00:00Z",
        "2026-03-30T00:00Z",
        &["2026-03-28T22:00Z 2026-03-29T05:00Z"],
    );
    hours(
        "Europe/London",
        "sat 22:00-06:00",
        "2026-10-24T00:00Z",
        "2026-10-26T00:00Z",
        &["2026-10-24T21:00Z 2026-10-25T06:00Z"],
    );
    // The window begins in the night.
    hours(
        "Europe/London",
        "sat 22:00-06:00",
        "2026-10-25T02:00Z",
        "2026-10-26T00:00Z",
        &["2026-10-25T02:00Z 2026-10-25T06:00Z"],
    );
    // From a time of day to the same one is a whole day.
    hours(
        "Asia/Hong_Kong",
        "wed 09:00-09:00",
        "2026-03-23T00:00Z",
        "2026-03-30T00:00Z",
        &["2026-03-25T01:00Z 2026-03-26T01:00Z"],
    );
    hours(
        "Asia/Hong_Kong",
        "wed 00:00-24:00; thu 00:00-08:00",
        "2026-03-23T00:00Z",
        "2026-03-30T00:00Z",
        &["2026-03-24T16:00Z 2026-03-26T00:00Z"],
    );
}

#[test]
fn a_clock_change_makes_overlaps_and_never_holes() {
    // In the gap, 01:00 to 02:00 on 2026-03-29: the first instant after it.
    hours(
        "Europe/London",
        "sun 01:15-05:00",
        "2026-03-29T00:00Z",
        "2026-03-30T00:00Z",
        &["2026-03-29T01:00Z 2026-03-29T04:00Z"],
    );
    hours(
        "Europe/London",
        "sat 20:00-01:30",
        "2026-03-28T00:00Z",
        "2026-03-30T00:00Z",
        &["2026-03-28T20:00Z 2026-03-29T01:00Z"],
    );
    hours("Europe/London", "sun 01:10-01:50", "2026-03-29T00:00Z", "2026-03-30T00:00Z", &[]);
    // In the fold, 01:00 to 02:00 on 2026-10-25: a start at the first, an end at the last.
    hours(
        "Europe/London",
        "sun 01:30-05:00",
        "2026-10-25T00:00Z",
        "2026-10-26T00:00Z",
        &["2026-10-25T00:30Z 2026-10-25T05:00Z"],
    );
    hours(
        "Europe/London",
        "sun 00:00-01:30",
        "2026-10-24T00:00Z",
        "2026-10-26T00:00Z",
        &["2026-10-24T23:00Z 2026-10-25T01:30Z"],
    );
    hours(
        "Europe/London",
        "sun 01:10-01:20",
        "2026-10-25T00:00Z",
        "2026-10-26T00:00Z",
        &["2026-10-25T00:10Z 2026-10-25T01:20Z"],
    );
    // Half an hour at Lord Howe.
    hours(
        "Australia/Lord_Howe",
        "sun 02:10-06:00",
        "2026-10-03T00:00Z",
        "2026-10-05T00:00Z",
        &["2026-10-03T15:30Z 2026-10-03T19:00Z"],
    );
    hours(
        "Australia/Lord_Howe",
        "sun 01:45-06:00",
        "2026-04-04T00:00Z",
        "2026-04-06T00:00Z",
        &["2026-04-04T14:45Z 2026-04-04T19:30Z"],
    );
    hours(
        "Australia/Lord_Howe",
        "sat 22:00-01:45",
        "2026-04-04T00:00Z",
        "2026-04-06T00:00Z",
        &["2026-04-04T11:00Z 2026-04-04T15:15Z"],
    );
    // Friday 2011-12-30 never was in Apia.
    hours(
        "Pacific/Apia",
        "daily 08:00-17:00",
        "2011-12-28T10:00Z",
        "2011-12-31T10:00Z",
        &[
            "2011-12-28T18:00Z 2011-12-29T03:00Z",
            "2011-12-29T18:00Z 2011-12-30T03:00Z",
            "2011-12-30T18:00Z 2011-12-31T03:00Z",
        ],
    );
    hours(
        "Pacific/Apia",
        "thu 22:00-06:00",
        "2011-12-28T10:00Z",
        "2011-12-31T10:00Z",
        &["2011-12-30T08:00Z 2011-12-30T10:00Z"],
    );
    hours(
        "Pacific/Apia",
        "fri 22:00-06:00",
        "2011-12-28T10:00Z",
        "2011-12-31T10:00Z",
        &["2011-12-30T10:00Z 2011-12-30T16:00Z"],
    );
    // No midnight that day: the day starts at 01:00.
    hours(
        "America/Sao_Paulo",
        "sun 00:00-08:00",
        "2018-11-03T00:00Z",
        "2018-11-05T00:00Z",
        &["2018-11-04T03:00Z 2018-11-04T10:00Z"],
    );
    hours(
        "America/Sao_Paulo",
        "sat 20:00-24:00",
        "2018-11-03T00:00Z",
        "2018-11-05T00:00Z",
        &["2018-11-03T23:00Z 2018-11-04T03:00Z"],
    );
    // Midnight twice: Saturday 24:00 is the last of them, Sunday 00:00 the first.
    hours(
        "America/Havana",
        "sat 20:00-24:00",
        "2025-11-01T00:00Z",
        "2025-11-03T00:00Z",
        &["2025-11-02T00:00Z 2025-11-02T05:00Z"],
    );
    hours(
        "America/Havana",
        "sun 00:00-08:00",
        "2025-11-01T00:00Z",
        "2025-11-03T00:00Z",
        &["2025-11-02T04:00Z 2025-11-02T13:00Z"],
    );
    // Around the clock stays so, whatever the clock does.
    for zone in ["Europe/London", "Pacific/Apia", "Australia/Lord_Howe", "America/Sitka", "Asia/Beirut"] {
        for hours_text in ["", "daily 00:00-24:00", "daily 01:30-14:00; daily 14:00-01:30"] {
            hours(zone, hours_text, "1866-01-01T00:00Z", "2030-01-01T00:00Z", &["1866-01-01T00:00Z 2030-01-01T00:00Z"]);
        }
    }
}

#[test]
fn a_layer_may_close_on_the_holidays_of_its_site() {
    let mut site = layer("hong-kong", "Asia/Hong_Kong", "mon-fri 22:00-06:00", "2026-01-05T00:00", "1 day", "wen");
    (site.holidays, site.calendar) = (Holidays::Closed, crate::calendar::SiteCalendar::named("hk-public"));
    // 2026-02-17 to 19 are holidays: the night of the 16th still reaches into the first.
    let nights =
        ["2026-02-16T14:00Z 2026-02-16T22:00Z hong-kong wen", "2026-02-20T14:00Z 2026-02-20T22:00Z hong-kong wen"];
    check(&rota([site.clone()]), &[], "2026-02-16T00:00Z", "2026-02-21T00:00Z", &nights);
    // Around the clock: the local days are closed.
    site.hours.clear();
    check(
        &rota([site.clone()]),
        &[],
        "2026-02-16T00:00Z",
        "2026-02-21T00:00Z",
        &["2026-02-16T00:00Z 2026-02-16T16:00Z hong-kong wen", "2026-02-19T16:00Z 2026-02-21T00:00Z hong-kong wen"],
    );
    let whole = ["2026-02-16T00:00Z 2026-02-21T00:00Z hong-kong wen"];
    check(
        &rota([crate::estate::Layer { calendar: crate::calendar::SiteCalendar::default(), ..site.clone() }]),
        &[],
        "2026-02-16T00:00Z",
        "2026-02-21T00:00Z",
        &whole,
    );
    site.holidays = Holidays::Staffed;
    check(&rota([site]), &[], "2026-02-16T00:00Z", "2026-02-21T00:00Z", &whole);
}
