use proptest::prelude::*;

use crate::ics::{Calendar, Event};

fn event(summary: &str) -> Event {
    Event {
        uid: "a@meridian".into(),
        sequence: u64::MAX,
        modified: "2026-03-01T10:00:00.5Z".parse().unwrap(),
        from: "2026-03-09T00:00:00Z".parse().unwrap(),
        until: "2026-03-09T09:00:00Z".parse().unwrap(),
        summary: summary.into(),
        description: String::new(),
        location: String::new(),
        url: "https://example.com".into(),
    }
}

fn written(summary: &str) -> String {
    Calendar { name: "Wen".into(), events: vec![event(summary)] }.to_ics()
}

/// What a reader makes of a text.
fn read(text: &str, property: &str) -> String {
    let unfolded = text.replace("\r\n ", "");
    let value = unfolded.lines().find_map(|line| line.strip_prefix(property)).unwrap().to_owned();
    let mut read = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => read.extend(chars.next().map(|c| if c == 'n' { '\n' } else { c })),
            c => read.push(c),
        }
    }
    read
}

#[test]
fn a_calendar_as_the_standard_has_it() {
    let text = written("Payments; primary, Wen");
    assert_eq!(
        text.replace("\r\n", "\n"),
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Meridian//Rotas//EN\nCALSCALE:GREGORIAN\nMETHOD:PUBLISH\nNAME:Wen\n\
         X-WR-CALNAME:Wen\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\nX-PUBLISHED-TTL:PT15M\nBEGIN:VEVENT\n\
         UID:a@meridian\nDTSTAMP:20260301T100000Z\nLAST-MODIFIED:20260301T100000Z\nSEQUENCE:2147483647\n\
         DTSTART:20260309T000000Z\nDTEND:20260309T090000Z\nSUMMARY:Payments\\; primary\\, Wen\nDESCRIPTION:\n\
         LOCATION:\nURL:https://example.com\nSTATUS:CONFIRMED\nTRANSP:TRANSPARENT\nEND:VEVENT\nEND:VCALENDAR\n"
    );
}

#[test]
fn at_each_whole_second_the_calendar_shows_what_is_then() {
    // From, until, and the whole seconds of 09:00 within.
    for (from, until, told) in [
        ("08:59:59.999999", "09:00:02", Some((0, 2))),
        ("09:00:00", "09:00:01.000001", Some((0, 2))),
        ("09:00:00.5", "09:00:02.5", Some((1, 3))),
        ("09:00:00.1", "09:00:00.9", None),
        ("09:00:01", "09:00:01", None),
    ] {
        let at = |time: &str| format!("2026-03-09T{time}Z").parse().unwrap();
        let event = Event { from: at(from), until: at(until), ..event("a") };
        let text = Calendar { name: "Wen".into(), events: vec![event] }.to_ics();
        let told =
            told.map(|(from, until)| format!("DTSTART:20260309T09000{from}Z\r\nDTEND:20260309T09000{until}Z\r\n"));
        let expected = told.unwrap_or_default();
        assert!(text.contains(&expected), "{from} to {until}: {text}");
        assert_eq!(text.contains("VEVENT"), !expected.is_empty(), "{from} to {until}: {text}");
    }
}

proptest! {
    #[test]
    fn every_text_comes_back_and_no_line_is_too_long(summary in "[\\PC\n\t\r\\\\;,香é]{0,200}") {
        let text = written(&summary);
        prop_assert!(text.ends_with("\r\n"));
        for line in text.trim_end_matches("\r\n").split("\r\n") {
            prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        }
        prop_assert_eq!(read(&text, "SUMMARY:"), summary.replace('\r', ""));
    }
}
