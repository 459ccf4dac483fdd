use std::{fs, path::PathBuf};

use super::*;

const ESTATE: &str = "\
apiVersion: meridian/v1
kind: Site
metadata: { name: london } # the first
spec: # of it
  timeZone: Europe/London
  calendar: england-public
  # who works when
  hours: [{ days: mon-fri, from: \"08:00\", to: \"17:00\" }]

---
apiVersion: meridian/v1
kind: Site
metadata: { name: paris }
spec: { timeZone: Europe/Paris }
---
apiVersion: meridian/v1
kind: Person
metadata:
  name: tom
spec:
  leave:
    # the summer
    - { from: 2026-07-01, until: 2026-07-10 }
  site: london
";

const FILE: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Founding: day\nDTSTART:20260601\nDTEND:20260603\nEND:VEVENT\n\
BEGIN:VEVENT\nUID:2\nSUMMARY:Christmas\nDTSTART:20201225\nRRULE:FREQ=YEARLY\nEND:VEVENT\n\
BEGIN:VEVENT\nUID:3\nSUMMARY:Party\nDTSTART;TZID=GMT Standard Time:20260701T170000\nDURATION:PT3H\nEND:VEVENT\n\
BEGIN:VEVENT\nUID:4\nDTSTART:20260701\nDTEND:20260711\nEND:VEVENT\nEND:VCALENDAR\n";

/// What is printed and said, and the estate's file afterwards.
fn run(
    file: &str,
    estate: &str,
    whose: [Option<&str>; 2],
    set: impl Fn(&mut Import),
) -> Result<(Done, String), String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("estate.yaml");
    fs::write(&path, estate).unwrap();
    let ics = dir.path().join("file.ics");
    fs::write(&ics, file).unwrap();
    let name = |text: &str| text.parse::<Name>().unwrap();
    let [site, person] = whose.map(|name_of| name_of.map(name));
    let mut wish = Import {
        file: ics,
        estate: PathBuf::from(dir.path()),
        site,
        person,
        from: None,
        to: None,
        lenient: false,
        write: false,
    };
    set(&mut wish);
    let done = import(&wish, date(2026, 3, 1)).map_err(|why| why.replace(&dir.path().display().to_string(), "."))?;
    Ok((done, fs::read_to_string(&path).unwrap()))
}

#[test]
fn holidays_are_printed_as_the_estate_has_them() {
    let (done, after) = run(FILE, ESTATE, [Some("london"), None], |_| {}).unwrap();
    let expected = "# under `spec` of site london\nholidays:\n  - { date: 2026-06-01, name: \"Founding: day\" }\n  \
                    - { date: 2026-06-02, name: \"Founding: day\" }\n";
    assert!(done.text.starts_with(expected), "{}", done.text);
    assert_eq!(done.text.matches("name: Holiday }").count(), 10, "{}", done.text);
    assert!(
        done.said[0].ends_with("line 14: `Party` takes no whole day (2026-07-01 17:00 to 2026-07-01 20:00): left out"),
        "{:?}",
        done.said
    );
    assert!(done.said[1].ends_with("3 of its days are holidays of london already"), "{:?}", done.said);
    assert_eq!(after, ESTATE);
}

#[test]
fn lines_are_put_where_they_belong_and_nothing_else_is_changed() {
    let short = |wish: &mut Import| (wish.write, wish.to) = (true, Some(date(2026, 6, 30)));
    let added = "  holidays:\n    - { date: 2026-06-01, name: \"Founding: day\" }\n    - { date: 2026-06-02, name: \"Founding: day\" }\n";
    let (done, after) = run(FILE, ESTATE, [Some("london"), None], short).unwrap();
    assert_eq!(
        (done.text.as_str(), done.said.last().unwrap().as_str()),
        ("", "estate.yaml: 2 lines written under `holidays` of site/london")
    );
    let hours = "to: \"17:00\" }]\n";
    assert_eq!(after, ESTATE.replace(hours, &format!("{hours}{added}")));
    // Again: nothing is new.
    let (done, again) = run(FILE, &after, [Some("london"), None], short).unwrap();
    assert!(done.said.last().unwrap().ends_with("of its 4 events nothing is new"), "{:?}", done.said);
    assert_eq!(again, after);
    // More of them come behind those that stand there.
    let more = FILE.replace("20260601", "20260531");
    let (_, more) = run(&more, &after, [Some("london"), None], short).unwrap();
    let last = "    - { date: 2026-06-02, name: \"Founding: day\" }\n";
    assert_eq!(more, after.replace(last, &format!("{last}    - {{ date: 2026-05-31, name: \"Founding: day\" }}\n")));
    // A spec in one line is for a person to change.
    let why = run(FILE, ESTATE, [Some("paris"), None], short).map(drop).unwrap_err();
    assert!(why.contains("add them by hand:\nholidays:\n  - { date: 2026-06-01"), "{why}");
}

#[test]
fn leave_of_a_person() {
    let (_, after) = run(FILE, ESTATE, [None, Some("tom")], |wish| {
        (wish.write, wish.to) = (true, Some(date(2026, 8, 1)));
    })
    .unwrap();
    let known = "    - { from: 2026-07-01, until: 2026-07-10 }\n";
    let added = "    - { from: 2026-06-01, until: 2026-06-02, note: \"Founding: day\" }\n    \
                 - { from: \"2026-07-01T16:00:00Z\", until: \"2026-07-01T19:00:00Z\", note: Party }\n";
    assert_eq!(after, ESTATE.replace(known, &format!("{known}{added}")));
}

#[test]
fn what_cannot_be_read_is_named() {
    let broken = FILE.replace("GMT Standard Time", "Middle Earth Standard Time");
    let why = run(&broken, ESTATE, [Some("london"), None], |_| {}).map(drop).unwrap_err();
    assert!(why.starts_with("1 of 4 events can't be read; --lenient imports the others\n"), "{why}");
    assert!(why.contains("file.ics: line 17: DTSTART: the zone `Middle Earth Standard Time` is not known"), "{why}");
    let (done, _) = run(&broken, ESTATE, [Some("london"), None], |wish| wish.lenient = true).unwrap();
    assert!(done.said[0].contains("Middle Earth") && done.text.contains("2026-06-01"), "{:?}", done.said);
    for (file, whose, expected) in [
        ("", [Some("london"), None], "no BEGIN:VCALENDAR stands here"),
        (FILE, [Some("londom"), None], "the estate has no site `londom`; did you mean `london`?"),
        (FILE, [None, Some("tim")], "the estate has no person `tim`; did you mean `tom`?"),
    ] {
        let why = run(file, ESTATE, whose, |_| {}).map(drop).unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
}

#[test]
fn of_a_hundred_thousand_events_none_is_lost_unsaid() {
    let many = |count: usize, body: &str| {
        let events: String = (0..count).map(|n| format!("BEGIN:VEVENT\nUID:{n}\n{body}\nEND:VEVENT\n")).collect();
        format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    };
    let days = many(2_000, "SUMMARY:Founders\nDTSTART:20260601");
    let (done, _) = run(&days, ESTATE, [Some("london"), None], |_| {}).unwrap();
    assert_eq!(done.text.matches("{ date: 2026-06-01, name: Founders }").count(), 1, "{}", done.text);
    let hours = many(100_000, "SUMMARY:Party\nDTSTART:20260601T170000Z\nDURATION:PT3H");
    let (done, after) = run(&hours, ESTATE, [Some("london"), None], |wish| wish.write = true).unwrap();
    assert!(done.said[19].contains("`Party` takes no whole day") && done.said[20].ends_with("and 99980 more"));
    assert_eq!(after, ESTATE);
    let broken = many(2_000, "DTSTART;TZID=Middle Earth Standard Time:20260601T170000");
    let why = run(&broken, ESTATE, [Some("london"), None], |_| {}).map(drop).unwrap_err();
    assert!(why.starts_with("2000 of 2000 events can't be read") && why.ends_with("and 1980 more"), "{why}");
    let one_more = many(100_001, "SUMMARY:Founders\nDTSTART:20260601");
    let why = run(&one_more, ESTATE, [None, Some("tom")], |wish| wish.write = true).map(drop).unwrap_err();
    assert!(why.ends_with("it has more than 100000 events; export a shorter time"), "{why}");
}

#[test]
fn shipped_calendars_are_listed() {
    assert!(list(None).unwrap().contains("hk-public               2024 to 2030\n"));
    assert!(list(Some("england-public")).unwrap().contains("2026-12-28 Mon Boxing Day (observed)\n"));
    assert_eq!(list(Some("hk-pubic")).unwrap_err(), "there is no calendar `hk-pubic`; did you mean `hk-public`?");
}
