use jiff::{civil::DateTime, tz::TimeZone};

use crate::calendar::{end_instant, start_instant};

fn check(zone: &str, wall: &str, start: &str, end: &str) {
    let zone = TimeZone::get(zone).unwrap();
    let wall: DateTime = wall.parse().unwrap();
    let seen = (start_instant(&zone, wall).to_string(), end_instant(&zone, wall).to_string());
    assert_eq!(seen, (start.to_owned(), end.to_owned()), "{wall} in {:?}", zone.iana_name());
}

#[test]
fn a_wall_clock_boundary_is_an_instant() {
    // Plain.
    check("Asia/Hong_Kong", "2026-03-29T08:00", "2026-03-29T00:00:00Z", "2026-03-29T00:00:00Z");
    check("Europe/London", "2026-07-01T08:00", "2026-07-01T07:00:00Z", "2026-07-01T07:00:00Z");
    // Gaps: the first instant after, whatever the distance into the gap.
    for wall in ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-29T01:59:59"] {
        check("Europe/London", wall, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z");
    }
    check("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z");
    check("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z");
    check("Asia/Beirut", "2022-03-27T00:00", "2022-03-26T22:00:00Z", "2022-03-26T22:00:00Z");
    check("Africa/Cairo", "2024-04-26T00:15", "2024-04-25T22:00:00Z", "2024-04-25T22:00:00Z");
    check("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z");
    // A day that never was: all of it means the instant at which the next one began.
    for wall in ["2011-12-30T00:00", "2011-12-30T12:00", "2011-12-30T23:59:59", "2011-12-31T00:00"] {
        check("Pacific/Apia", wall, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z");
    }
    // Folds: a start takes the first, an end the last.
    check("Europe/London", "2026-10-25T01:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z");
    check("Europe/London", "2026-10-25T02:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z");
    check("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z");
    check("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z");
    check("America/Havana", "2025-11-02T00:30", "2025-11-02T04:30:00Z", "2025-11-02T05:30:00Z");
    // Another day that never was, and one that came twice, when Alaska changed sides of the date line.
    check("Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-21T12:00:00Z", "1993-08-21T12:00:00Z");
    check("America/Sitka", "1867-10-19T12:00", "1867-10-18T21:01:13Z", "1867-10-19T21:01:13Z");
    // Local mean time, to the second.
    check("America/New_York", "1883-11-18T12:00", "1883-11-18T16:56:02Z", "1883-11-18T17:00:00Z");
    // The ends of time do not panic.
    check(
        "Pacific/Kiritimati",
        "9999-12-31T23:59:59",
        "9999-12-30T22:00:00.999999999Z",
        "9999-12-30T22:00:00.999999999Z",
    );
}
