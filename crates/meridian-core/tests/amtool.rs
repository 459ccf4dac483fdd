//! Routing and matchers beside those of a real `amtool`, on trees and labels made at random.
#![allow(clippy::unwrap_used, reason = "a test that cannot make its own trees has failed")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    alert::{
        GroupBy, InhibitRule, Labels, MatchOp, Matcher, Route, TimeInterval, parse_weekdays, receivers,
        routing_as_alertmanager_yaml,
    },
    estate::{Routing, SeverityRule},
    incident::Severity,
};

/// Small, seeded and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const NAMES: &[&str] = &["alertname", "severity", "team", "site"];
const VALUES: &[&str] = &["a", "b", "ab", "1", "x y", "香港", "q\"t", "back\\slash"];
const PATTERNS: &[&str] = &["a|b", ".*", ".+", "", r"\d", "[^a]+", r"x\sy", "(?i)AB?", r"[\w]{2}", "香."];

fn matcher(dice: &mut Dice) -> Matcher {
    let name = dice.pick(NAMES);
    match dice.roll(6) {
        0..=2 => Matcher::new(name, MatchOp::Equal, dice.pick(VALUES)),
        3 => Matcher::new(name, MatchOp::NotEqual, dice.pick(VALUES)),
        4 => Matcher::new(name, MatchOp::Regex, dice.pick(PATTERNS)),
        _ => Matcher::new(name, MatchOp::NotRegex, dice.pick(PATTERNS)),
    }
    .unwrap()
}

fn matchers(dice: &mut Dice, most: usize) -> Vec<Matcher> {
    (0..1 + dice.roll(most)).map(|_| matcher(dice)).collect()
}

fn tree(dice: &mut Dice, depth: usize, count: &mut usize) -> Route {
    *count += 1;
    let receiver = format!("r{count}").parse().unwrap();
    let children = if depth == 4 { 0 } else { dice.roll(if depth == 0 { 6 } else { 4 }) };
    let names =
        |dice: &mut Dice, on: bool| if on && dice.roll(4) == 0 { vec!["office".to_owned()] } else { Vec::new() };
    Route {
        receiver,
        matchers: if depth == 0 { Vec::new() } else { matchers(dice, 2) },
        group_by: if dice.roll(3) == 0 { GroupBy::All } else { GroupBy::Labels(vec!["team".into()]) },
        continues: depth > 0 && dice.roll(3) == 0,
        group_wait: SignedDuration::from_millis(dice.roll(100_000) as i64),
        group_interval: SignedDuration::from_secs(1 + dice.roll(100_000) as i64),
        repeat_interval: SignedDuration::from_hours(1 + dice.roll(1000) as i64),
        mute_time_intervals: names(dice, depth > 0),
        active_time_intervals: names(dice, depth > 0),
        severity: None,
        routes: (0..children).map(|_| tree(dice, depth + 1, count)).collect(),
    }
}

fn routing(dice: &mut Dice) -> Routing {
    let office = TimeInterval {
        times: vec![(0, 540), (1020, 1440)],
        weekdays: Some(parse_weekdays("monday:friday").unwrap()),
        days_of_month: vec![(1, 15), (-3, -1)],
        months: vec![(1, 12)],
        years: vec![(2026, 2030)],
        location: Some(TimeZone::get("Australia/Lord_Howe").unwrap()),
    };
    let rule = |dice: &mut Dice| InhibitRule {
        source: matchers(dice, 2),
        target: matchers(dice, 2),
        equal: vec!["site".into()],
    };
    Routing {
        name: "main".parse().unwrap(),
        route: tree(dice, 0, &mut 0),
        inhibit_rules: (0..dice.roll(3)).map(|_| rule(dice)).collect(),
        time_intervals: BTreeMap::from([("office".to_owned(), vec![office, TimeInterval::default()])]),
        severity: SeverityRule { label: "severity".into(), map: BTreeMap::new(), default: Severity::Sev3 },
    }
}

/// None, with a line that says so, when there is no `amtool` and nobody insists on it.
fn amtool_is_there() -> bool {
    let found = Command::new("amtool").arg("--version").output().is_ok();
    let required = std::env::var("MERIDIAN_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
    assert!(found || !required, "amtool is not on the PATH (Debian: apt-get install prometheus-alertmanager)");
    if !found {
        println!("skipped: amtool is not on the PATH");
    }
    found
}

fn amtool(args: &[&str]) -> Output {
    Command::new("amtool").env("HOME", "/nonexistent").args(args).output().expect("amtool starts")
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("meridian-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn routes_agree(seed: u64, file: &Path) {
    let mut dice = Dice(seed);
    let routing = routing(&mut dice);
    let yaml = routing_as_alertmanager_yaml(&routing);
    std::fs::write(file, &yaml).unwrap();
    let path = file.to_str().unwrap();
    let checked = amtool(&["check-config", path]);
    assert!(checked.status.success(), "seed {seed}:\n{yaml}\n{}", String::from_utf8_lossy(&checked.stderr));
    for _ in 0..3 {
        let mut pairs = BTreeMap::new();
        for name in NAMES {
            if dice.roll(4) > 0 {
                pairs.insert(*name, dice.pick(VALUES));
            }
        }
        let labels: Labels = pairs.iter().map(|(n, v)| (*n, *v)).collect();
        let config = format!("--config.file={path}");
        // amtool reads `name=value` as it reads a matcher, so the value is written as one.
        let written: Vec<String> =
            pairs.iter().map(|(n, v)| Matcher::new(n, MatchOp::Equal, v).unwrap().to_string()).collect();
        let mut args = vec!["config", "routes", "test", config.as_str()];
        args.extend(written.iter().map(String::as_str));
        let said = amtool(&args);
        assert!(said.status.success(), "seed {seed}: {written:?}: {}", String::from_utf8_lossy(&said.stderr));
        let ours: Vec<String> = receivers(&routing, &labels).iter().map(|name| name.to_string()).collect();
        assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), ours.join(","), "seed {seed}: {written:?}\n{yaml}");
    }
}

#[test]
fn random_trees_route_as_amtool_says() {
    if !amtool_is_there() {
        return;
    }
    let folder = Folder::new("routes");
    let trees: u64 = std::env::var("MERIDIAN_TREES").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let file = folder.0.join(format!("{worker}.yml"));
            scope
                .spawn(move || (0..trees).filter(|seed| seed % 4 == worker).for_each(|seed| routes_agree(seed, &file)));
        }
    });
}

/// What the one takes the other takes, and what the one refuses the other refuses.
#[test]
fn random_matchers_are_taken_as_amtool_takes_them() {
    if !amtool_is_there() {
        return;
    }
    const PARTS: &[&str] = &[
        "a", "b_1", "severity", "=", "=", "=~", "!=", "!~", "\"", "\"", "\\", "\\n", ",", "{", "}", " ", "é", ".*",
        "(", ")", "[", "]", "|", "\\d", "?", "1", "-",
    ];
    let folder = Folder::new("matchers");
    let texts: u64 = std::env::var("MERIDIAN_TREES").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let file = folder.0.join(format!("{worker}.yml"));
            scope.spawn(move || {
                for seed in (0..texts).filter(|seed| seed % 4 == worker) {
                    let mut dice = Dice(seed);
                    let start = if dice.roll(3) > 0 { "a=~" } else { "" };
                    let text: String =
                        std::iter::once(start).chain((0..dice.roll(9)).map(|_| dice.pick(PARTS))).collect();
                    let quoted = serde_json::to_string(&text).unwrap();
                    let config = format!(
                        "{{\"route\":{{\"receiver\":\"a\",\"routes\":[{{\"receiver\":\"a\",\"matchers\":[{quoted}]}}]}},\"receivers\":[{{\"name\":\"a\"}}]}}"
                    );
                    std::fs::write(&file, config).unwrap();
                    let theirs = amtool(&["check-config", file.to_str().unwrap()]).status.success();
                    let ours = Matcher::parse(&text);
                    // The one thing refused on purpose: what slips out of the anchors.
                    if ours.as_ref().is_err_and(|e| e.why.contains("unopened")) {
                        continue;
                    }
                    assert_eq!(ours.is_ok(), theirs, "seed {seed}: {text:?}: ours {ours:?}");
                }
            });
        }
    });
}
