//! The leave of a person, taken over from a calendar by a real server, and followed.

use super::client::{ESTATE, House};
use serde_json::Value;

fn calendar(events: &[(&str, &str)]) -> String {
    let event = |(uid, more): &(&str, &str)| format!("BEGIN:VEVENT\r\nUID:{uid}\r\n{more}\r\nEND:VEVENT\r\n");
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn leaves(house: &House) -> Vec<String> {
    let listed: Value = serde_json::from_str(&house.run(&["leave", "list", "--json"]).ok()).unwrap();
    let text = |leave: &Value, key: &str| leave[key].as_str().unwrap().to_owned();
    let items = listed["items"].as_array().unwrap();
    let line = |leave: &Value| format!("{} {} {}", text(leave, "from"), text(leave, "until"), text(leave, "note"));
    let mut lines: Vec<String> = items.iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn a_calendar_is_followed() {
    let house = House::with(ESTATE);
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("leave.ics").display().to_string();
    let import = |text: &str, more: &[&str]| {
        std::fs::write(&path, text).unwrap();
        let wish = ["leave", "import", &path, "--person", "wen", "--from", "2031-01-01", "--to", "2032-01-01"];
        house.run(&[&wish[..], more].concat())
    };
    let spring = ("a@x", "DTSTART;VALUE=DATE:20310310\r\nDTEND;VALUE=DATE:20310315\r\nSUMMARY:Spring");
    let dentist = ("b@x", "DTSTART;TZID=GMT Standard Time:20310701T090000\r\nDURATION:PT3H\r\nSUMMARY:Dentist");
    let fridays = ("c@x", "DTSTART;VALUE=DATE:20310905\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:Off");
    let first = calendar(&[spring, dentist, fridays]);
    let said = import(&first, &[]).ok();
    assert!(said.starts_with("Of 3 events: 5 leaves added, 0 changed, 0 removed, 0 as they were, 0 past.\n"), "{said}");
    let expected = [
        "2031-03-10T00:00:00Z 2031-03-15T00:00:00Z Spring",
        // A zone by its name in Windows, in summer.
        "2031-07-01T08:00:00Z 2031-07-01T11:00:00Z Dentist",
        "2031-09-04T23:00:00Z 2031-09-05T23:00:00Z Off",
        "2031-09-11T23:00:00Z 2031-09-12T23:00:00Z Off",
        "2031-09-18T23:00:00Z 2031-09-19T23:00:00Z Off",
    ];
    assert_eq!(leaves(&house), expected);
    // Once more: nothing, and not a word in the journal.
    let said = import(&first, &[]).ok();
    assert!(said.starts_with("Of 3 events: 0 leaves added, 0 changed, 0 removed, 5 as they were, 0 past.\n"), "{said}");
    house.run(&["leave", "add", "2031-05-01", "2031-05-01", "--person", "wen", "--note", "by hand"]).ok();
    let moved = (spring.0, "DTSTART;VALUE=DATE:20310311\r\nDTEND;VALUE=DATE:20310316\r\nSUMMARY:Spring");
    let said = import(&calendar(&[moved, dentist]), &[]).ok();
    assert!(said.starts_with("Of 2 events: 0 leaves added, 1 changed, 3 removed, 1 as they were, 0 past.\n"), "{said}");
    let by_hand = "2031-04-30T23:00:00Z 2031-05-01T23:00:00Z by hand";
    assert_eq!(leaves(&house), ["2031-03-11T00:00:00Z 2031-03-16T00:00:00Z Spring", by_hand, expected[1]]);
    // Another calendar, and a shorter time: what was not read did not vanish.
    let said = import(&calendar(&[fridays]), &["--source", "team"]).ok();
    assert!(said.contains("3 leaves added, 0 changed, 0 removed"), "{said}");
    let short = ["leave", "import", &path, "--person", "wen", "--from", "2031-01-01", "--to", "2031-06-01"];
    std::fs::write(&path, calendar(&[])).unwrap();
    let said = house.run(&short).ok();
    assert!(said.contains("0 leaves added, 0 changed, 1 removed"), "{said}");
    assert_eq!(leaves(&house).len(), 5);
}

#[test]
fn what_can_not_be_taken_over_changes_nothing() {
    let house = House::with(ESTATE);
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("leave.ics").display().to_string();
    let good = ("a@x", "DTSTART;VALUE=DATE:20310310");
    let broken = ("b@x", "DTSTART;TZID=Mars Standard Time:20310701T090000\r\nDURATION:PT3H");
    let long = ("c@x", "DTSTART;VALUE=DATE:20310401\r\nDTEND;VALUE=DATE:20330401");
    let many: Vec<String> = (0..100_000).map(|number| format!("{number}@x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|uid| (uid.as_str(), good.1)).collect();
    let different: Vec<(String, String)> = (0..300)
        .map(|n| (format!("{n}@x"), format!("DTSTART;VALUE=DATE:2031{:02}{:02}", n / 28 + 1, n % 28 + 1)))
        .collect();
    let different: Vec<(&str, &str)> = different.iter().map(|(uid, day)| (uid.as_str(), day.as_str())).collect();
    let too_many = [&many[..], &[good]].concat();
    for (text, person, said) in [
        (
            calendar(&[good, broken]),
            "wen",
            &["1 of 2 events can't be read", "Mars Standard Time", "Nothing was imported"][..],
        ),
        (calendar(&[good, long]), "wen", &["event of 2031-04-01", "at most 366 days", "nothing was imported"]),
        (calendar(&too_many), "wen", &["more than 100000 events", "Nothing was imported"]),
        (calendar(&different), "wen", &["more than 200 leaves to come", "Nothing was imported"]),
        ("hello".into(), "wen", &["no BEGIN:VCALENDAR", "Nothing was imported"]),
        (calendar(&[good]), "wne", &["did you mean `wen`?"]),
    ] {
        std::fs::write(&path, text).unwrap();
        let wish = ["leave", "import", &path, "--person", person, "--from", "2031-01-01"];
        house.run(&wish).fails(1, said);
        assert_eq!(leaves(&house), [""; 0], "{said:?}");
    }
    // The same day 100,000 times is one leave; and the others of a file, if they are wanted.
    std::fs::write(&path, calendar(&many)).unwrap();
    let wish = ["leave", "import", &path, "--person", "wen", "--from", "2031-01-01"];
    assert!(house.run(&wish).ok().starts_with("Of 100000 events: 1 leaves added"));
    std::fs::write(&path, calendar(&[good, broken])).unwrap();
    let said = house.run(&[&wish[..], &["--lenient"]].concat()).ok();
    assert!(said.contains("Not read: line") && said.contains("Mars Standard Time"), "{said}");
    assert_eq!(leaves(&house).len(), 1);
}
