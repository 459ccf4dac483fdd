//! `meridian rota plan` from the outside. What it promises is counted again here, from what `meridian shifts` says of the
//! estate that it wrote: nothing of the plan itself is believed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::client::{House, Ran, bare};

const HOUR: i64 = 3600;

/// Five people, of whom one is away for a week; days and nights.
const ESTATE: &str = r#"# The house.
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London, calendar: england-public }   # holidays from the shipped calendar
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec: { site: london, leave: [{ from: 2031-03-10, until: 2031-03-16 }] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: ops }
spec:
  # Whoever has the day hands over at eight.
  layers:
    - name: day
      site: london
      hours: [{ days: daily, from: "08:00", to: "20:00" }]
      rotation: { start: "2026-01-05T08:00", every: 1 day, members: [ana, bob, cem, dan, eve] }
    - name: night   # by the same people
      site: london
      hours: [{ days: daily, from: "20:00", to: "08:00" }]
      rotation: { start: "2026-01-05T20:00", every: 1 day, members: [bob, cem, dan, eve, ana] }

# Nothing relies on anybody else.
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: ops }
spec: { steps: [{ page: [rota/ops], within: 10m }] }
"#;

fn estate() -> String {
    let person = |name: &str| {
        format!("---\napiVersion: meridian/v1\nkind: Person\nmetadata: {{ name: {name} }}\nspec: {{ site: london }}\n")
    };
    ESTATE.to_owned() + &["bob", "cem", "dan", "eve"].map(person).concat()
}

fn written(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("estate.yaml"), text).unwrap();
    dir
}

fn meridian(dir: &Path, args: &str) -> Ran {
    let args: Vec<&str> = args.split(' ').collect();
    bare("", &args).arg("--estate").arg(dir).output().unwrap().into()
}

const PLAN: &str = "rota plan --rota ops --from 2031-03-03 --weeks 4 --seconds 2";

/// The watches of everybody, from what the command line says of the files: begin, end and layer, in seconds.
fn watches(dir: &Path) -> BTreeMap<String, Vec<(i64, i64, String)>> {
    watches_of(dir, "ops")
}

fn watches_of(dir: &Path, rota: &str) -> BTreeMap<String, Vec<(i64, i64, String)>> {
    let ran = meridian(dir, &format!("shifts --rota {rota} --from 2031-03-04T00:00Z --to 2031-03-30T20:00Z --json"));
    // Beside the answer it is said which overrides give way to later ones.
    assert_eq!(ran.code, 0, "{ran:?}");
    let rows: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let mut watches: BTreeMap<String, Vec<(i64, i64, String)>> = BTreeMap::new();
    for row in rows {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let at = |field: &str| text(field).parse::<jiff::Timestamp>().unwrap().as_second();
        watches.entry(text("person")).or_default().push((at("from"), at("until"), text("layer")));
    }
    watches.values_mut().for_each(|own| own.sort());
    watches
}

#[test]
fn what_is_written_keeps_to_the_rules_and_touches_nothing_else() {
    let dir = written(&estate());
    let path = dir.path().join("estate.yaml");
    let json: Value = serde_json::from_str(&meridian(dir.path(), &format!("{PLAN} --json")).out).unwrap();
    assert_eq!(json["unmet"], serde_json::json!([]), "{json:#}");
    assert!(json["at_least"].as_f64() <= json["objective"].as_f64(), "{json:#}");
    let before = watches(dir.path());
    let ran = meridian(dir.path(), &format!("{PLAN} --write"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("planning ops: search, round 1 of 4"), "progress is told: {}", ran.err);
    assert!(ran.out.contains("Every turn is taken.") && ran.out.contains("Written into"), "{}", ran.out);

    let text = fs::read_to_string(&path).unwrap();
    let added: Vec<&str> = text.lines().filter(|line| !estate().lines().any(|known| known == *line)).collect();
    let lines = json["overrides"].as_array().unwrap().len();
    assert_eq!(added.len(), lines + 1, "the head of the list and a line for each: {added:#?}");
    let left: Vec<&str> = text.lines().filter(|line| !added.contains(line)).collect();
    assert_eq!(left, estate().lines().collect::<Vec<_>>(), "order and comments stay");
    let check: Ran = bare("", &["check"]).arg(dir.path()).output().unwrap().into();
    assert!(check.code == 0 && !check.out.contains("override"), "{check:?}");
    let after = watches(dir.path());
    check_rules(&before, false);
    check_rules(&after, true);

    let again = meridian(dir.path(), PLAN);
    assert!(again.out.contains("nothing to change"), "a plan that was accepted stays: {}", again.out);
}

/// Rest, days in a row, leave, cover, and hours shared out; as the rota was, ana is on watch on leave and nights touch days.
fn check_rules(watches: &BTreeMap<String, Vec<(i64, i64, String)>>, kept: bool) {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    let (away_from, away_until) = (at("2031-03-10T00:00Z"), at("2031-03-17T00:00Z"));
    let ana = watches["ana"].iter().any(|(from, until, _)| *from < away_until && away_from < *until);
    assert_eq!(ana, !kept, "{watches:?}");
    let gaps = watches.values().flat_map(|own| own.windows(2).map(|pair| pair[1].0 - pair[0].1));
    let rest = gaps.min().unwrap();
    assert_eq!(rest >= 11 * HOUR, kept, "the shortest rest is {rest} s");
    if !kept {
        return;
    }
    for (person, own) in watches {
        let days: BTreeSet<i64> = own.iter().map(|(from, ..)| from.div_euclid(24 * HOUR)).collect();
        let run = days.iter().map(|day| (0..).take_while(|ahead| days.contains(&(day + ahead))).count()).max();
        assert!(run <= Some(7), "{person}: {days:?}");
    }
    let mut all: Vec<_> = watches.values().flatten().collect();
    all.sort();
    let mut until = at("2031-03-04T00:00Z");
    for (from, end, _) in all {
        assert!(*from <= until, "nobody is there from {until} to {from}");
        until = until.max(*end);
    }
    let hours: Vec<i64> =
        watches.values().map(|own| own.iter().map(|(from, until, _)| (until - from) / HOUR).sum()).collect();
    let (least, most) = (hours.iter().min().unwrap(), hours.iter().max().unwrap());
    assert!(most - least <= 36, "{hours:?}");
}

/// Nights of the same people in another rota, which the plan may not change.
const NIGHTS: &str = r#"---
apiVersion: meridian/v1
kind: Rota
metadata: { name: nights }
spec:
  layers:
    - name: nights
      site: london
      hours: [{ days: daily, from: "22:00", to: "06:00" }]
      rotation: { start: "2026-01-05T22:00", every: 1 week, members: [ana, bob] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: days }
spec:
  layers:
    - name: days
      site: london
      hours: [{ days: daily, from: "08:00", to: "16:00" }]
      rotation: { start: "2026-01-05T08:00", every: 1 day, members: [ana, bob, cem, dan, eve] }
"#;

#[test]
fn nobody_has_a_morning_after_their_night_in_another_rota() {
    let dir = written(&(estate() + NIGHTS));
    let shortest = || {
        let mut watches: BTreeMap<String, Vec<(i64, i64, String)>> = BTreeMap::new();
        for rota in ["days", "nights"] {
            for (person, own) in watches_of(dir.path(), rota) {
                watches.entry(person).or_default().extend(own);
            }
        }
        watches.values_mut().for_each(|own| own.sort());
        watches.values().flat_map(|own| own.windows(2).map(|pair| pair[1].0 - pair[0].1)).min().unwrap()
    };
    assert!(shortest() < 11 * HOUR, "as the rotas are, mornings follow nights");
    let ran = meridian(dir.path(), &format!("{} --write", PLAN.replace("--rota ops", "--rota days")));
    assert!(ran.code == 0 && ran.out.contains("Every turn is taken."), "{ran:?}");
    assert!(shortest() >= 11 * HOUR, "{} s", shortest());
}

#[test]
fn an_estate_that_changes_meanwhile_is_left_alone() {
    let dir = written(&estate());
    let path = dir.path().join("estate.yaml");
    let args: Vec<&str> = PLAN.split(' ').chain(["--write"]).collect();
    let mut command: Command = bare("", &args);
    let mut child =
        command.arg("--estate").arg(dir.path()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("search"));
    let changed = estate() + "# one more word\n";
    fs::write(&path, &changed).unwrap();
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("was changed while it was planned")), "{rest:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), changed);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left there");
}

#[test]
fn a_diff_is_one_that_git_applies() {
    let dir = written(&estate());
    let diff = meridian(dir.path(), &format!("{PLAN} --diff"));
    assert!(diff.code == 0 && diff.out.starts_with("--- a/estate.yaml\n+++ b/estate.yaml\n@@ "), "{diff:?}");
    fs::write(dir.path().join("plan.diff"), &diff.out).unwrap();
    let git = Command::new("git").args(["apply", "plan.diff"]).current_dir(dir.path()).output().unwrap();
    assert!(git.status.success(), "{git:?}\n{}", diff.out);
    check_rules(&watches(dir.path()), true);
}

#[test]
fn what_cannot_be_planned_says_why() {
    let alone = estate().replace("members: [ana, bob, cem, dan, eve]", "members: [ana]");
    let broken = estate().replace("members: [ana, bob, cem, dan, eve]", "members: [ana, bobb]");
    let skilled = estate().replace(
        "      hours: [{ days: daily, from: \"08:00\"",
        "      needs: [cobol]\n      hours: [{ days: daily, from: \"08:00\"",
    );
    let dir = written(&alone);
    let said = meridian(dir.path(), PLAN);
    let on_leave = "2031-03-12 08:00Z day: ana is on leave until 2031-03-17 00:00Z";
    assert!(said.code == 0 && said.out.contains("Nobody has:") && said.out.contains(on_leave), "{said:?}");
    assert!(said.out.contains("ana would be on watch"), "{said:?}");
    let dir = written(&skilled);
    let said = meridian(dir.path(), PLAN);
    assert!(said.out.contains("nobody on it has the skill cobol: no member has it"), "{said:?}");
    meridian(written(&broken).path(), PLAN).fails(1, &["the estate in", "is broken", "estate.yaml"]);
    let dir = written(&estate());
    meridian(dir.path(), "rota plan --rota opps --from 2031-03-03").fails(1, &["no rota `opps`", "did you mean `ops`"]);
    meridian(dir.path(), "rota plan --rota ops --from 2001-03-05").fails(1, &["lie in the past", "2001-03-05"]);
    meridian(dir.path(), "rota plan --rota ops --from 2031-03-03 --weeks 520").fails(2, &["520 is not in 1..=53"]);
    meridian(dir.path(), "rota plan --rota ops --from 9999-12-20 --weeks 53").fails(1, &["9999"]);
    let gone = dir.path().join("gone");
    meridian(&gone, PLAN).fails(1, &["can't be read"]);
    meridian(dir.path(), &format!("{PLAN} --server http://127.0.0.1:9")).fails(1, &["does not answer"]);
    meridian(dir.path(), &format!("{PLAN} --data {}", gone.display())).fails(1, &["journal.db"]);
}

/// What the server keeps the plan to: an override, leave and sickness of run time.
#[test]
fn what_was_changed_at_run_time_is_kept_to() {
    let channel = "---\napiVersion: meridian/v1\nkind: Routing\nmetadata: { name: house }\nspec:\n  route: { receiver: ops, \
                   group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }\n  severity: { label: \
                   severity, map: { critical: SEV1 }, default: SEV3 }\n";
    let text = estate() + channel;
    let house = House::with(&text);
    let dir = written(&text);
    house.run(&["leave", "add", "2031-03-17", "2031-03-23", "--person", "bob"]).ok();
    let window = ["--from", "2031-03-26T08:00Z", "--until", "2031-03-26T20:00Z"];
    let day = meridian(dir.path(), "oncall --rota ops --at 2031-03-26T12:00:00Z --json").ok();
    let rows: Vec<Value> = serde_json::from_str(&day).unwrap();
    let had = rows.iter().find(|row| row["layer"] == "day").unwrap()["person"].as_str().unwrap().to_owned();
    let with = if had == "cem" { "dan" } else { "cem" };
    house.run(&[&["override", "add", "ops", "--with", with, "--replace", &had][..], &window].concat()).ok();
    let (server, data) = (house.meridian.url(""), house.meridian.data().display().to_string());
    let mut plans = Vec::new();
    for source in [&["--server", server.as_str()][..], &["--data", &data]] {
        let args: Vec<&str> = PLAN.split(' ').chain(["--json", "--estate", dir.path().to_str().unwrap()]).collect();
        let ran = house.run(&[&args[..], source].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        let plan: Value = serde_json::from_str(&ran.out).unwrap();
        let turns = plan["turns"].as_u64().unwrap();
        assert_eq!(turns, 55, "one of 56 was changed by hand and stays");
        let of_bob = plan["overrides"].as_array().unwrap().iter().filter(|change| change["with"] == "bob");
        let in_leave = |change: &&Value| {
            change["from"].as_str() >= Some("2031-03-17") && change["from"].as_str() < Some("2031-03-24")
        };
        assert_eq!(of_bob.filter(in_leave).count(), 0, "{plan:#}");
        plans.push((turns, plan["as_it_is"].clone()));
    }
    assert_eq!(plans[0], plans[1], "server and journal know the same");
    let alone: Value = serde_json::from_str(&meridian(dir.path(), &format!("{PLAN} --json")).out).unwrap();
    assert_eq!(alone["turns"], 56);
}
