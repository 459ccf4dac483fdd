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
