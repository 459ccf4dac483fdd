use jiff::{civil::date, tz::TimeZone};

use crate::ics::{EVENTS_MAX, Read, Refused, Span, read};

fn file(body: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", body.trim().replace('\n', "\r\n"))
}

fn event(body: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\nSUMMARY:One\n{}\nEND:VEVENT", body.trim())
}

/// In 2026, at a site in London.
fn of_2026(text: &str) -> Result<Read, Refused> {
    read(text.as_bytes(), &TimeZone::get("Europe/London").unwrap(), date(2026, 1, 1), date(2027, 1, 1))
}

fn said(read: &Read) -> Vec<String> {
    let span = |span: &Span| match span {
        Span::Days { first, last } if first == last => first.to_string(),
        Span::Days { first, last } => format!("{first}..{last}"),
        Span::Time { from, until } => format!("{from}..{until}").replace(":00Z", "Z"),
    };
    let problems = read.problems.iter().map(|problem| format!("! {problem}"));
    read.occurrences.iter().map(|one| span(&one.span)).chain(problems).collect()
}

#[track_caller]
fn check(body: &str, expected: &[&str]) {
    assert_eq!(said(&of_2026(&file(body)).unwrap()), expected, "{body}");
}

/// `DTSTART` and the like of one event.
#[track_caller]
fn one(body: &str, expected: &[&str]) {
    check(&event(body), expected);
}

#[test]
fn days_and_times() {
    one("DTSTART;VALUE=DATE:20261225", &["2026-12-25"]);
    one("DTSTART:20261225", &["2026-12-25"]);
    one("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227", &["2026-12-25..2026-12-26"]);
    one("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", &["2026-12-25"]);
    one("DTSTART;VALUE=DATE:20261225\nDURATION:P2D", &["2026-12-25..2026-12-26"]);
    one("DTSTART:20260701T080000Z\nDTEND:20260701T090000Z", &["2026-07-01T08:00Z..2026-07-01T09:00Z"]);
    // Without a zone: the site's, which is an hour ahead of UTC in July.
    one("DTSTART:20260701T080000\nDURATION:PT1H30M", &["2026-07-01T07:00Z..2026-07-01T08:30Z"]);
    one("dtstart;value=date:20261225", &["2026-12-25"]);
    // What only touches the year.
    one("DTSTART;VALUE=DATE:20251230\nDTEND;VALUE=DATE:20260103", &["2025-12-30..2026-01-02"]);
    one("DTSTART;VALUE=DATE:20251225", &[]);
    one("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED", &[]);
}

#[test]
fn zones_by_their_names_of_iana_of_windows_and_by_their_rules() {
    let noon = |zone: &str, expected: &str| {
        one(&format!("DTSTART;TZID={zone}:20260701T120000\nDURATION:PT1H"), &[expected]);
    };
    noon("America/New_York", "2026-07-01T16:00Z..2026-07-01T17:00Z");
    noon("Eastern Standard Time", "2026-07-01T16:00Z..2026-07-01T17:00Z");
    noon("\"China Standard Time\"", "2026-07-01T04:00Z..2026-07-01T05:00Z");
    noon("romance standard time", "2026-07-01T10:00Z..2026-07-01T11:00Z");
    noon("UTC", "2026-07-01T12:00Z..2026-07-01T13:00Z");
    noon("\"tzone://Microsoft/Utc\"", "2026-07-01T12:00Z..2026-07-01T13:00Z");
    noon("/freeassociation.sourceforge.net/Europe/Berlin", "2026-07-01T10:00Z..2026-07-01T11:00Z");
    noon("/mozilla.org/20070129_1/America/Argentina/Buenos_Aires", "2026-07-01T15:00Z..2026-07-01T16:00Z");
    noon("Asia/Calcutta", "2026-07-01T06:30Z..2026-07-01T07:30Z");

    let described = |name: &str, more: &str, at: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{name}\n{more}BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
             RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\n\
             TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n{}",
            event(&format!("DTSTART;TZID={name}:{at}\nDURATION:PT1H"))
        )
    };
    for (at, expected) in [
        ("20260328T120000", "2026-03-28T11:00Z..2026-03-28T12:00Z"),
        ("20260329T120000", "2026-03-29T10:00Z..2026-03-29T11:00Z"),
        ("20261024T120000", "2026-10-24T10:00Z..2026-10-24T11:00Z"),
        ("20261025T120000", "2026-10-25T11:00Z..2026-10-25T12:00Z"),
    ] {
        check(&described("Our Zone", "", at), &[expected]);
    }
    // A name that is known counts for more than what the file says of it.
    check(&described("W. Europe Standard Time", "", "20260701T120000"), &["2026-07-01T10:00Z..2026-07-01T11:00Z"]);
    check(
        &described("Ours", "X-LIC-LOCATION:Asia/Tokyo\n", "20260701T120000"),
        &["2026-07-01T03:00Z..2026-07-01T04:00Z"],
    );
    one(
        "DTSTART;TZID=Our Zone:20260701T120000",
        &[
            "! line 6: DTSTART: the zone `Our Zone` is not known: it is no IANA or Windows name, and the file does not say what it is",
        ],
    );
    // A zone whose rules make no sense describes nothing.
    let broken = described("Our Zone", "", "20260701T120000").replace("FREQ=YEARLY", "FREQ=SOMETIMES");
    assert!(said(&of_2026(&file(&broken)).unwrap())[0].contains("`Our Zone` is not known"));
}

#[test]
fn every_windows_name_has_its_zone() {
    let rows = include_str!("../windows-zones.csv").lines().skip(1);
    let names: Vec<&str> = rows.map(|row| row.split_once(',').unwrap().0).collect();
    assert!(names.len() >= 139, "{}", names.len());
    for name in names {
        let text = file(&event(&format!("DTSTART;TZID={name}:20260701T120000")));
        let found = of_2026(&text).unwrap();
        assert_eq!((found.occurrences.len(), found.problems.len()), (1, 0), "{name}");
    }
}

#[test]
fn rules() {
    let rule = |start: &str, rule: &str, expected: &[&str]| {
        one(&format!("DTSTART;VALUE=DATE:{start}\nRRULE:{rule}"), expected)
    };
    rule("20001225", "FREQ=YEARLY", &["2026-12-25"]);
    rule("20240229", "FREQ=YEARLY", &[]);
    rule("20251229", "FREQ=DAILY;COUNT=5", &["2026-01-01", "2026-01-02"]);
    rule("20260101", "FREQ=DAILY;INTERVAL=10;UNTIL=20260121", &["2026-01-01", "2026-01-11", "2026-01-21"]);
    rule("20260105", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3", &["2026-01-05", "2026-01-09", "2026-01-12"]);
    rule("20260106", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=3", &["2026-01-06", "2026-01-18", "2026-01-20"]);
    rule("20260131", "FREQ=MONTHLY;COUNT=3", &["2026-01-31", "2026-03-31", "2026-05-31"]);
    rule("20260130", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", &["2026-01-30", "2026-02-27"]);
    rule(
        "20260101",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3",
        &["2026-01-01", "2026-02-02", "2026-03-02"],
    );
    rule("20260131", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", &["2026-01-31", "2026-02-28", "2026-03-31"]);
    rule("20200101", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", &["2026-11-26"]);
    rule("20200525", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", &["2026-05-25"]);
    rule("20260213", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", &["2026-02-13", "2026-03-13", "2026-11-13"]);
    rule("20200101", "FREQ=YEARLY;INTERVAL=3", &["2026-01-01"]);
    one(
        "DTSTART;TZID=Europe/London:20260328T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2",
        &["2026-03-28T09:00Z..2026-03-28T10:00Z", "2026-03-29T08:00Z..2026-03-29T09:00Z"],
    );
    one(
        "DTSTART;TZID=America/New_York:20260601T200000\nRRULE:FREQ=DAILY;UNTIL=20260602T235959Z",
        &["2026-06-02T00:00Z..2026-06-02T00:00Z"],
    );
    for (refused, why) in [
        ("FREQ=YEARLY;BYWEEKNO=20", "! line 7: a rule with `BYWEEKNO` is not read"),
        ("FREQ=HOURLY", "! line 7: a rule with `FREQ=HOURLY` is not read"),
        ("COUNT=3", "! line 7: a rule without `FREQ`"),
        ("FREQ=DAILY;COUNT=0", "! line 7: `COUNT=0` in a rule makes no sense"),
        ("FREQ=WEEKLY;BYDAY=XX", "! line 7: `BYDAY=XX` in a rule makes no sense"),
        ("FREQ=DAILY;UNTIL=tomorrow", "! line 7: `TOMORROW` is neither a date nor a time"),
    ] {
        rule("20260101", refused, &[why]);
    }
}

#[test]
fn exceptions_additions_and_moved_occurrences() {
    let series = "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=4";
    one(&format!("{series}\nEXDATE;VALUE=DATE:20260102,20260103"), &["2026-01-01", "2026-01-04"]);
    one(&format!("{series}\nEXDATE:20260102T000000Z"), &["2026-01-01", "2026-01-03", "2026-01-04"]);
    one(
        &format!("{series}\nRDATE;VALUE=DATE:20260201"),
        &["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-02-01"],
    );
    let times = "DTSTART;TZID=Europe/London:20260328T090000\nRRULE:FREQ=DAILY;COUNT=3\n";
    one(
        &format!("{times}EXDATE:20260329T080000Z"),
        &["2026-03-28T09:00Z..2026-03-28T09:00Z", "2026-03-30T08:00Z..2026-03-30T08:00Z"],
    );
    let moved = |more: &str| format!("{}\n{}", event(series), event(more));
    check(
        &moved("RECURRENCE-ID;VALUE=DATE:20260102\nDTSTART;VALUE=DATE:20260210"),
        &["2026-01-01", "2026-01-03", "2026-01-04", "2026-02-10"],
    );
    check(
        &moved("RECURRENCE-ID;VALUE=DATE:20260102\nDTSTART;VALUE=DATE:20260102\nSTATUS:CANCELLED"),
        &["2026-01-01", "2026-01-03", "2026-01-04"],
    );
    let later = moved("RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260102\nDTSTART;VALUE=DATE:20260210");
    assert!(
        said(&of_2026(&file(&later)).unwrap())
            .iter()
            .any(|line| line.contains("all later occurrences (RANGE) is not read"))
    );
    // Of an event that stands there twice, the newer.
    check(
        &format!("{}\n{}", event("SEQUENCE:2\nDTSTART:20260105"), event("SEQUENCE:1\nDTSTART:20260106")),
        &["2026-01-05"],
    );
}

#[test]
fn files_as_they_come() {
    // Folded in the middle of a character, with a mark at the beginning, without carriage returns.
    let mut bytes = b"\xef\xbb\xbfBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Ch".to_vec();
    bytes.extend_from_slice(b"\xc3\n \xa9ung\\, and\\n more\nDTSTART:2026\n 0925\nBEGIN:VALARM\nDTSTART:20250101\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR");
    let found = read(&bytes, &TimeZone::UTC, date(2026, 1, 1), date(2027, 1, 1)).unwrap();
    assert_eq!(
        (found.occurrences[0].summary.as_str(), said(&found)),
        ("Ch\u{e9}ung, and more", vec!["2026-09-25".to_owned()])
    );
    check("BEGIN:VEVENT\nUID:1\nDTSTART:20260101", &["! line 3: this event has no END:VEVENT"]);
    check("BEGIN:VEVENT\nUID:1\nEND:VEVENT", &["! line 3: this event has no DTSTART"]);
    one("DTSTART:20260230", &["! line 6: DTSTART: `20260230` is not in the calendar"]);
    one("DTSTART:soon", &["! line 6: DTSTART: `soon` is neither a date nor a time"]);
    one("DTSTART:20260105\nDTEND:20260101", &["! line 7: this event ends before it begins"]);
    one(
        "DTSTART:20260105\nDTEND:20260105T100000",
        &["! line 7: of this event's beginning and end only one is a whole day"],
    );
    one("DTSTART:20260105\nDURATION:1D", &["! line 7: `1D` is no duration"]);
    one("DTSTART:20260105\nDTEND:21260105", &["! line 7: this event lasts longer than ten years"]);
    assert_eq!(of_2026(""), Err(Refused::NotACalendar));
    assert_eq!(of_2026("<html>BEGIN:VEVENT</html>"), Err(Refused::NotACalendar));
}

#[test]
fn a_file_takes_no_more_than_its_share() {
    let many = |count: usize, body: &str| {
        let events: String = (0..count).map(|n| format!("BEGIN:VEVENT\nUID:{n}\n{body}\nEND:VEVENT\n")).collect();
        format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    };
    let whole = of_2026(&many(EVENTS_MAX, "DTSTART:20260101\nSUMMARY:A day")).unwrap();
    assert_eq!((whole.events, whole.occurrences.len()), (EVENTS_MAX, EVENTS_MAX));
    assert_eq!(of_2026(&many(EVENTS_MAX + 1, "DTSTART:20260101")), Err(Refused::TooManyEvents));
    assert_eq!(of_2026(&many(400, "DTSTART:20260101\nRRULE:FREQ=DAILY")), Err(Refused::TooManyOccurrences));
    // Rules that are counted have to be walked from their beginning.
    let long = "DTSTART:00010101\nRRULE:FREQ=DAILY;COUNT=4000000";
    assert_eq!(of_2026(&many(100, long)), Err(Refused::TooManyOccurrences));
    // A rule that never fits ends all the same.
    assert_eq!(
        of_2026(&many(1, "DTSTART:20260101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")).unwrap().occurrences,
        []
    );
    let broken = of_2026(&many(5_000, "DTSTART:soon")).unwrap();
    assert_eq!((broken.broken, broken.problems.len()), (5_000, 1_000));
}
