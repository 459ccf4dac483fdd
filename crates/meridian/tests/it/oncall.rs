//! Who is on watch, and where nobody is, asked of the estate's files, of a journal and of a running server: the same bytes for the same answer.

use super::client::{ESTATE, House, Ran, bare};

/// A rota that nobody watches at night, beside the one that is always watched.
const DAYS: &str = r#"
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: days }
spec:
  layers:
    - name: london
      site: london
      hours: [{ days: mon-fri, from: "08:00", to: "17:00" }]
      rotation: { start: "2020-01-06T08:00", every: 1 week, members: [ana, wen] }
"#;

const QUESTIONS: [&[&str]; 8] = [
    &["oncall", "--at", "2031-03-04T03:00:00Z"],
    &["oncall", "--at", "2031-03-04T03:00:00Z", "--json"],
    &["oncall", "--at", "2031-03-04T12:00:00Z", "--rota", "payments"],
    &["shifts", "--rota", "payments", "--from", "2031-03-03T00:00Z", "--to", "2031-03-20T00:00Z"],
    &["shifts", "--rota", "days", "--from", "2031-03-27T00:00Z", "--to", "2031-04-02T00:00Z", "--json"],
    &["coverage", "--from", "2031-03-01", "--to", "2031-05-01"],
    &["coverage", "--from", "2031-03-01", "--to", "2031-05-01", "--json"],
    &["coverage", "--from", "2031-03-01", "--to", "2031-05-01", "--rota", "days"],
];

#[test]
fn the_same_answer_from_files_journal_and_server() {
    let estate = format!("{ESTATE}{DAYS}");
    let house = House::with(&estate);
    let (server, data) = (house.meridian.url(""), house.meridian.data().display().to_string());
    let files = tempfile::tempdir().unwrap();
    let dir = files.path().display().to_string();
    let ask = |source: &[&str]| -> Vec<String> {
        let ask = |question: &&[&str]| house.run(&[*question, source].concat()).ok();
        QUESTIONS.iter().map(ask).collect()
    };
    let write = |text: &str| std::fs::write(files.path().join("estate.yaml"), text).unwrap();
    write(&estate);
    let before = ask(&["--estate", &dir]);
    assert!(before[0].contains("days: nobody is on watch at 2031-03-04 03:00Z, until 2031-03-04 08:00Z"), "{before:?}");
    assert_eq!(ask(&["--server", &server]), before);
    assert_eq!(ask(&["--data", &data]), before);

    let window = ["--from", "2031-03-04T02:00Z", "--until", "2031-03-05T00:00Z"];
    house.run(&[&["override", "add", "payments", "--with", "ana", "--replace", "wen"][..], &window].concat()).ok();
    let after = ask(&["--server", &server]);
    assert!(after[1].contains("override: in place of wen") && after != before, "{after:?}");
    assert_eq!(ask(&["--data", &data]), after, "the journal knows it while the server runs");
    assert_eq!(ask(&["--estate", &dir]), before, "the files alone do not");
    let with = estate.replace(
        "members: [wen] } }]\n",
        "members: [wen] } }]\n  overrides: [{ from: \"2031-03-04T02:00Z\", until: \"2031-03-05T00:00Z\", replace: wen, with: ana }]\n",
    );
    assert_ne!(with, estate);
    write(&with);
    assert_eq!(ask(&["--estate", &dir]), after, "unless it stands in them");
}

#[test]
fn one_source_and_what_each_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().display().to_string();
    let run = |args: &[&str]| -> Ran { bare("", args).output().unwrap().into() };
    run(&["oncall"]).fails(2, &["name one of --estate DIR, --server URL and --data DIR"]);
    run(&["oncall", "--estate", &path, "--data", &path]).fails(2, &["--estate", "--data", "cannot be used with"]);
    run(&["oncall", "--data", &path]).fails(1, &["journal.db"]);
    run(&["oncall", "--server", "http://127.0.0.1:9"]).fails(1, &["cannot ask who is on watch", "does not answer"]);
    let shifts = ["shifts", "--rota", "r", "--from", "2031-01-02T00:00Z", "--to", "2031-01-01T00:00Z"];
    run(&[&shifts[..], &["--server", "http://127.0.0.1:9"]].concat()).fails(1, &["is not after --from"]);
    run(&["coverage", "--from", "2031-01-01", "--to", "2031-02-01"]).fails(2, &["name one of --estate DIR"]);
    let long = ["coverage", "--from", "2031-01-01", "--to", "2034-01-01", "--server", "http://127.0.0.1:9"];
    run(&long).fails(1, &["more than two years"]);
}

#[test]
fn coverage_knows_who_is_away_by_what_was_said_at_run_time() {
    let house = House::with(ESTATE);
    let coverage = ["coverage", "--from", "2031-03-01", "--to", "2031-04-01"];
    let (server, data) = (house.meridian.url(""), house.meridian.data().display().to_string());
    let ask = |source: &[&str]| house.run(&[&coverage[..], source].concat()).ok();
    assert!(!ask(&["--server", &server]).contains("while away"));
    house.run(&["leave", "add", "2031-03-10", "2031-03-14", "--person", "wen"]).ok();
    let said = ask(&["--server", &server]);
    assert!(said.contains("payments: wen is on watch while away and nobody covers"), "{said}");
    assert!(said.contains("because wen is on leave from Mon 10 Mar 2031 00:00 to Sat 15 Mar 2031 00:00 UTC"), "{said}");
    assert_eq!(ask(&["--data", &data]), said);
    let window = ["--from", "2031-03-10T00:00Z", "--until", "2031-03-15T00:00Z"];
    house.run(&[&["override", "add", "payments", "--with", "ana", "--replace", "wen"][..], &window].concat()).ok();
    assert!(!ask(&["--server", &server]).contains("while away"));
    let window = ["--from", "2031-03-20T00:00Z", "--until", "2031-03-21T00:00Z"];
    house.run(&[&["override", "add", "payments", "--with", "wen", "--replace", "ana"][..], &window].concat()).ok();
    let said = ask(&["--data", &data]);
    assert!(said.contains("the override that puts wen in place of ana changes nothing"), "{said}");
}

#[test]
fn what_covers_nobody_or_gives_way_is_said_everywhere() {
    let house = House::with(ESTATE);
    let add = |with: &str, replace: &str, from: &str, until: &str| {
        let day = |hour: &str| format!("2031-03-04T{hour}:00Z");
        let (from, until) = (day(from), day(until));
        let added =
            ["override", "add", "payments", "--with", with, "--replace", replace, "--from", &from, "--until", &until];
        house.run(&added).ok();
    };
    add("ana", "wen", "02", "10");
    add("ana", "wen", "12", "14");
    // Whoever the second puts in the place of whom the first put there.
    add("wen", "ana", "04", "06");
    add("wen", "ana", "20", "22");
    let gives_way = "payments: override 1, ana for wen from 2031-03-04T02:00:00Z to 2031-03-04T10:00:00Z: \
                     from 2031-03-04T04:00:00Z to 2031-03-04T06:00:00Z override 3, which is later, puts wen on watch; the last one counts";
    let nobody = "payments: override 4, wen for ana from 2031-03-04T20:00:00Z to 2031-03-04T22:00:00Z: \
                  it covers nobody: ana is not on watch there in that time";
    let (server, data) = (house.meridian.url(""), house.meridian.data().display().to_string());
    for (question, expected) in [
        (
            &["shifts", "--rota", "payments", "--from", "2031-03-04T00:00Z", "--to", "2031-03-05T00:00Z"][..],
            &[gives_way, nobody][..],
        ),
        (&["shifts", "--rota", "payments", "--from", "2031-03-04T11:00Z", "--to", "2031-03-04T15:00Z"], &[]),
        (&["oncall", "--at", "2031-03-04T05:00Z"], &[gives_way]),
        (&["oncall", "--at", "2031-03-04T21:00Z", "--json"], &[nobody]),
        (&["oncall", "--at", "2031-03-04T08:00Z", "--json"], &[]),
    ] {
        let expected: String = expected.iter().map(|remark| format!("note: {remark}\n")).collect();
        for source in [["--server", &*server], ["--data", &*data]] {
            let ran = house.run(&[question, &source].concat());
            assert_eq!((ran.code, &ran.err), (0, &expected), "{question:?} {source:?}");
            assert!(!ran.out.contains("override 1"), "a script reads the shifts alone: {}", ran.out);
        }
    }
    let bearer = format!("Bearer {}", house.token);
    let get = |path: &str| house.meridian.send("GET", path, &[("authorization", &bearer)], b"").json();
    let shifts = get("/api/v1/shifts?rota=payments&from=2031-03-04T00:00:00Z&until=2031-03-05T00:00:00Z");
    assert_eq!(shifts["remarks"], serde_json::json!([gives_way, nobody]));
    assert_eq!(get("/api/v1/oncall?at=2031-03-04T08:00:00Z")["remarks"], serde_json::Value::Null);
    let overrides = get("/api/v1/rotas/payments/overrides");
    let remarks: Vec<usize> =
        overrides["items"].as_array().unwrap().iter().map(|one| one["remarks"].as_array().unwrap().len()).collect();
    assert_eq!(remarks, [1, 0, 0, 1], "{overrides}");
}

#[test]
fn fairness_of_a_journal_is_that_of_its_server() {
    let house = House::with(ESTATE);
    let window = ["--from", "2031-03-04T02:00Z", "--until", "2031-03-05T00:00Z"];
    house.run(&[&["override", "add", "payments", "--with", "ana", "--replace", "wen"][..], &window].concat()).ok();
    let (server, data) = (house.meridian.url(""), house.meridian.data().display().to_string());
    for more in [&["--plain"][..], &["--json"], &["--plain", "--rota", "payments"]] {
        let wish = [&["fairness", "--from", "2031-03-01T00:00Z", "--to", "2031-04-01T00:00Z"], more].concat();
        let told = house.run(&[&wish[..], &["--server", &server]].concat()).ok();
        assert!(told.contains("ana") && told.contains("22"), "{told}");
        assert_eq!(house.run(&[&wish[..], &["--data", &data]].concat()).ok().trim_end(), told.trim_end(), "{more:?}");
    }
    let both =
        ["fairness", "--from", "2031-03-01T00:00Z", "--to", "2031-04-01T00:00Z", "--data", &data, "--estate", &data];
    house.run(&both).fails(2, &["cannot be used with"]);
}

/// Ana hands to wen within the hour, so that a handoff is open from the beginning.
const RING: &str = r#"---
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: ring }
spec:
  layers:
    - { name: day, site: london, hours: [{ days: {far}, from: "08:00", to: "09:00" }], rotation: { start: "2020-01-06T00:00", every: 1 week, members: [ana] } }
    - { name: night, site: hong-kong, hours: [{ days: {far}, from: "09:00", to: "10:00" }], rotation: { start: "2020-01-06T00:00", every: 1 week, members: [wen] } }
  overrides:
    - { from: "{-8}", until: "{+1}", with: ana, layer: day }
    - { from: "{+1}", until: "{+8}", with: wen, layer: night }
  handoff: { opens: 2h, leads: [ana] }
"#;

/// Both rotas have ends that do not depend on when one looks: of a turn without end, each answer tells how far it looked.
fn around_now() -> String {
    let now = jiff::Timestamp::now();
    let after = |hours: i64| now + jiff::SignedDuration::from_hours(hours);
    let day = |hours: i64| after(hours).to_zoned(jiff::tz::TimeZone::UTC);
    let turns = format!("start: \"{}T08:00\", every: 52 weeks, members: [wen, ana]", day(-72).date());
    let estate = ESTATE.replace("start: \"2020-01-06T08:00\", every: 1 week, members: [wen]", &turns);
    assert_ne!(estate, ESTATE);
    let mut ring = RING.replace("{far}", &day(72).strftime("%a").to_string().to_lowercase());
    for hours in [-8, 1, 8] {
        ring = ring.replace(&format!("{{{hours:+}}}"), &after(hours).to_string());
    }
    estate + &ring
}

const LOOKED_AT: [&str; 10] = [
    "/oncall",
    "/shifts?rota=payments&from={tomorrow}&until={later}",
    "/responsible",
    "/incidents",
    "/incidents/1",
    "/alerts",
    "/silences",
    "/incidents?status=open",
    "/handoffs",
    "/handoffs/1",
];

/// What the API said at an instant is what it says of it later, whatever happened since.
#[test]
fn the_api_looks_back() {
    let house = House::with(&around_now());
    let bearer = format!("Bearer {}", house.token);
    let ask = |path: &str| house.meridian.send("GET", &format!("/api/v1{path}"), &[("authorization", &bearer)], b"");
    let fire = |name: &str| {
        let alerts = serde_json::json!([{ "labels": { "alertname": name, "severity": "critical" } }]);
        assert_eq!(house.meridian.post("/api/v2/alerts", &alerts).status, 200);
    };
    fire("DiskFills");
    let open = || ["/incidents/1", "/handoffs/1"].iter().all(|path| ask(path).status == 200);
    meridian_testkit::servers::wait_until("the incident and the handoff", || open().then_some(()));
    let after = |hours: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let (tomorrow, later) = (after(24), after(200));
    // Deliveries are tried for a while after it: what is compared is read until nothing moves.
    let read = |at: Option<&str>| -> Vec<serde_json::Value> {
        let one = |path: &&str| {
            let path = path.replace("{tomorrow}", &tomorrow).replace("{later}", &later);
            let and = if path.contains('?') { '&' } else { '?' };
            let at = at.map(|at| format!("{and}at={at}")).unwrap_or_default();
            let answer = ask(&format!("{path}{at}"));
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            answer.json()
        };
        LOOKED_AT.iter().map(one).collect()
    };
    let seq = || ask("/journal?limit=500").json()["items"].as_array().unwrap().len();
    let (then, before) = meridian_testkit::servers::wait_until("a quiet moment", || {
        let first = seq();
        let seen = read(None);
        let now = jiff::Timestamp::now().to_string();
        (seq() == first).then_some((now, seen))
    });
    std::thread::sleep(std::time::Duration::from_millis(20));
    fire("QueueStuck");
    house.run(&["incident", "ack", "1", "--by", "ana"]).ok();
    let window = ["--from", &*tomorrow, "--until", &*later];
    house.run(&[&["override", "add", "payments", "--with", "ana", "--replace", "wen"][..], &window].concat()).ok();
    house.run(&["override", "add", "payments", "--with", "ana", "--replace", "wen", "--for", "2h"]).ok();
    house.run(&["silence", "add", "alertname=DiskFills", "--for", "1h", "--comment", "known"]).ok();
    let note = [("authorization", &*bearer), ("content-type", "application/json")];
    let noted =
        house.meridian.send("POST", "/api/v1/handoffs/1/notes", &note, br#"{"by":"ana","summary":"Look at the disk"}"#);
    assert_eq!(noted.status, 201, "{}", noted.text());
    let after = read(None);
    let then_again = read(Some(&then));
    for (number, path) in LOOKED_AT.iter().enumerate() {
        assert_eq!(then_again[number], before[number], "{path} at {then}");
        // The list tells no notes.
        assert!(*path == "/handoffs" || after[number] != before[number], "{path} changed meanwhile");
    }
    // The journal itself says the same, and the command line of it.
    let data = house.meridian.data().display().to_string();
    let oncall = ["oncall", "--at", &then, "--json"];
    let of_journal = house.run(&[&oncall[..], &["--data", &data]].concat()).ok();
    assert_eq!(house.run(&[&oncall[..], &["--server", &house.meridian.url("")]].concat()).ok(), of_journal);
    assert!(of_journal.contains("wen"), "{of_journal}");
}

#[test]
fn an_instant_that_can_not_be_looked_at_is_refused() {
    let house = House::with(ESTATE);
    let bearer = format!("Bearer {}", house.token);
    let ask = |path: &str| house.meridian.send("GET", &format!("/api/v1{path}"), &[("authorization", &bearer)], b"");
    for (path, status, why) in [
        ("/incidents?at=yesterday", 422, "no RFC 3339 time"),
        ("/incidents?at=2020-01-01T00:00:00Z", 400, "the journal begins later"),
        ("/oncall?at=2020-01-01T00:00:00Z", 400, "the journal begins later"),
        ("/incidents?at=2090-01-01T00:00:00Z", 400, "yet to come"),
        ("/alerts?at=2090-01-01T00:00:00Z", 400, "yet to come"),
        ("/handoffs?at=2090-01-01T00:00:00Z", 400, "yet to come"),
        ("/oncall?at=2090-01-01T00:00:00Z", 200, "wen"),
        ("/responsible?at=2090-01-01T00:00:00Z", 200, "wen"),
    ] {
        let answer = ask(path);
        assert!(answer.status == status && answer.text().contains(why), "{path}: {}", answer.text());
    }
    let data = house.meridian.data().display().to_string();
    house.run(&["oncall", "--at", "2020-01-01T00:00Z", "--data", &data]).fails(1, &["the journal begins later"]);
}
