//! Nothing that a file can hold makes the reader fall over.

use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;

use crate::ics::read;

/// As Outlook and Google write them, in one.
const WHOLE: &str = "BEGIN:VCALENDAR\r\nPRODID:-//x//y//EN\r\nX-WR-TIMEZONE:Asia/Hong_Kong\r\nBEGIN:VTIMEZONE\r\nTZID:Ours\r\n\
BEGIN:STANDARD\r\nDTSTART:16011104T020000\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n\
END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010311T020000\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\nTZOFFSETFROM:-0500\r\n\
TZOFFSETTO:-0400\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Annual\r\n  leave\\, all of us\r\n\
DTSTART;TZID=Ours:20260701T090000\r\nDTEND;TZID=Ours:20260701T170000\r\nRRULE:FREQ=MONTHLY;BYDAY=MO,-1FR;BYSETPOS=-1;\
UNTIL=20270101T000000Z;WKST=SU\r\nEXDATE;TZID=Ours:20260731T090000,20260831T090000\r\nRDATE;VALUE=DATE:20260909\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=Ours:20260925T090000\r\nDTSTART:20260926T000000Z\r\nDURATION:P1DT2H\r\nSEQUENCE:3\r\n\
STATUS:CONFIRMED\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\n\
RRULE:FREQ=YEARLY;INTERVAL=2;COUNT=9;BYMONTHDAY=25,-1;BYMONTH=12\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn survives(bytes: &[u8]) {
    let zone = TimeZone::get("Asia/Hong_Kong").unwrap();
    for (from, until) in [(date(2026, 1, 1), date(2028, 1, 1)), (date(-9999, 1, 1), date(9999, 12, 31))] {
        if let Ok(read) = read(bytes, &zone, from, until) {
            let ordered = read.occurrences.is_sorted_by_key(|one| one.span);
            assert!(ordered && read.problems.len() <= read.broken);
        }
    }
}

/// Words that stand in such files, at the ends of what they may be.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "BEGIN:VEVENT\n",
        "END:VEVENT\n",
        "BEGIN:VCALENDAR\n",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "EXDATE",
        "RDATE",
        "RECURRENCE-ID",
        ";VALUE=DATE",
        ";TZID=",
        "Eastern Standard Time",
        "Asia/Tokyo",
        "\"",
        ":",
        ";",
        ",",
        "\n",
        "\n ",
        "00010101",
        "99991231",
        "99991231T235959",
        "20260329T013000",
        "T000000Z",
        "P999999999W",
        "PT0S",
        "-P1D",
        "FREQ=DAILY",
        "FREQ=WEEKLY",
        "FREQ=MONTHLY",
        "FREQ=YEARLY",
        ";INTERVAL=10000",
        ";COUNT=4294967295",
        ";BYDAY=-53SU",
        ";BYDAY=5MO",
        ";BYMONTHDAY=-31,31",
        ";BYMONTH=2",
        ";BYSETPOS=-366",
        ";UNTIL=00010101",
        ";WKST=SU",
        "+2359",
        "-0000",
        "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nTZOFFSETTO:",
        "END:STANDARD\nEND:VTIMEZONE\n",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
        survives(&[b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", &bytes[..]].concat());
    }

    #[test]
    fn any_words(words in prop::collection::vec(word(), 0..40)) {
        survives(format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260101\n{}", words.concat()).as_bytes());
    }

    #[test]
    fn nearly_a_real_file(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..12)) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"0123456789:;=,\n -"[usize::from(byte) % 17]),
            }
        }
        survives(&bytes);
    }
}

#[test]
fn the_real_file_is_read_whole() {
    let read = read(WHOLE.as_bytes(), &TimeZone::UTC, date(2026, 1, 1), date(2028, 1, 1)).unwrap();
    assert_eq!(read.problems, []);
    assert!(read.occurrences.len() > 6, "{:#?}", read.occurrences);
}
