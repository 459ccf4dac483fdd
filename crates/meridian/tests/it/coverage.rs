//! Coverage beside an independent computation: Python's `zoneinfo` and a walk in steps of a quarter of an hour, on
//! which all these hours begin and end. They share neither code nor time zone data with ours.

use std::{fmt::Write as _, fs, process::Command};

use meridian_testkit::servers::{installed, python};
use serde_json::Value;

use crate::estate::PROGRAM;

const SITES: [(&str, &str); 4] = [
    ("hong-kong", "Asia/Hong_Kong"),
    ("london", "Europe/London"),
    ("new-york", "America/New_York"),
    ("sydney", "Australia/Sydney"),
];

/// Rotas, each as the sites that watch and their hours: `DAYS FROM-TO` in the order of [`SITES`], `-` for none.
const ROTAS: [[&str; 4]; 9] = [
    ["daily 08:00-17:00", "daily 08:00-17:00", "daily 08:00-19:00", "-"],
    ["daily 09:00-18:00", "daily 08:00-17:00", "daily 08:00-19:00", "-"],
    ["daily 06:00-17:00", "daily 08:00-17:00", "daily 08:00-19:00", "-"],
    ["mon-fri 08:00-17:00", "mon-fri 07:30-17:00", "mon-fri 08:00-17:30", "-"],
    ["-", "daily 08:00-18:00", "daily 09:00-17:00", "daily 07:00-19:00"],
    ["-", "mon-fri 08:00-18:00", "mon-sat 10:00-17:00", "mon-fri 08:00-17:00"],
    ["-", "daily 20:00-06:00", "-", "daily 18:00-05:30"],
    ["daily 07:15-16:45", "-", "-", "daily 05:00-12:15"],
    ["mon-thu 22:00-07:00", "sat,sun 06:00-23:30", "fri 12:00-24:00", "daily 11:00-12:00"],
];

/// Both seasons of clock changes, north and south, twice.
const WINDOWS: [(&str, &str); 3] =
    [("2026-02-20", "2026-04-20"), ("2026-09-20", "2026-11-20"), ("2027-02-25", "2027-04-15")];

const ORACLE: &str = r#"
import json, sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
rotas, begin, end = json.loads(sys.argv[1]), *map(datetime.fromisoformat, sys.argv[2:4])
STEP = 15
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
def days(text):
    if text == "daily": return set(DAYS)
    found = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        i, j = DAYS.index(first), DAYS.index(last or first)
        found |= {DAYS[k % 7] for k in range(i, (j if j >= i else j + 7) + 1)}
    return found
def minutes(text):
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
def on_watch(layer, instant):
    there = instant.astimezone(layer["zone"])
    now = there.hour * 60 + there.minute
    today, before = DAYS[there.weekday()], DAYS[there.weekday() - 1]
    start, stop = layer["from"], layer["to"]
    if start < stop: return today in layer["days"] and start <= now < stop
    return (today in layer["days"] and now >= start) or (before in layer["days"] and now < stop)
def stretches(flags):
    found, open_at = [], None
    for minute, flag in enumerate(flags + [False]):
        if flag and open_at is None: open_at = minute
        if not flag and open_at is not None:
            found.append([open_at, minute]); open_at = None
    text = lambda m: (begin + timedelta(minutes=m * STEP)).strftime("%Y-%m-%dT%H:%M:00Z")
    return [[text(a), text(b)] for a, b in found]
begin, end = begin.replace(tzinfo=timezone.utc), end.replace(tzinfo=timezone.utc)
count = int((end - begin).total_seconds() // 60)
answer = {"rotas": [], "changes": []}
for rota in rotas:
    layers = []
    for zone, hours in rota:
        which, times = hours.split(" ")
        start, stop = map(minutes, times.split("-"))
        layers.append({"zone": ZoneInfo(zone), "days": days(which), "from": start, "to": stop})
    there = [sum(on_watch(layer, begin + timedelta(minutes=m)) for layer in layers) for m in range(0, count, STEP)]
    answer["rotas"].append({"holes": stretches([n == 0 for n in there]), "overlaps": stretches([n > 1 for n in there])})
for zone in json.loads(sys.argv[4]):
    there = ZoneInfo(zone)
    offset = lambda m: (begin + timedelta(minutes=m)).astimezone(there).utcoffset().total_seconds()
    for m in range(60, count, 60):
        if offset(m) != offset(m - 60):
            at = (begin + timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:00Z")
            answer["changes"].append([at, int(offset(m - 60)), int(offset(m))])
answer["changes"].sort()
print(json.dumps(answer))
"#;

fn estate() -> String {
    let mut text = String::new();
    for (site, zone) in SITES {
        writeln!(
            text,
            "apiVersion: meridian/v1\nkind: Site\nmetadata: {{ name: {site} }}\nspec: {{ timeZone: {zone} }}\n---"
        )
        .unwrap();
        writeln!(text, "apiVersion: meridian/v1\nkind: Person\nmetadata: {{ name: {site}-a }}\nspec: {{ site: {site}, displayName: A }}\n---").unwrap();
    }
    for (number, hours) in ROTAS.iter().enumerate() {
        writeln!(text, "apiVersion: meridian/v1\nkind: Rota\nmetadata: {{ name: rota-{number} }}\nspec:\n  layers:")
            .unwrap();
        for ((site, _), hours) in SITES.iter().zip(hours).filter(|(_, hours)| **hours != "-") {
            let (days, times) = hours.split_once(' ').unwrap();
            let (from, to) = times.split_once('-').unwrap();
            writeln!(
                text,
                "    - name: {site}\n      site: {site}\n      hours: [{{ days: \"{days}\", from: \"{from}\", to: \"{to}\" }}]\n      \
                 rotation: {{ start: 2020-01-06T00:00, every: 1 week, members: [{site}-a] }}"
            )
            .unwrap();
        }
        text += "---\n";
    }
    text.trim_end().trim_end_matches("---").to_owned()
}

fn list(value: &Value, fields: &[&str]) -> Vec<Vec<Value>> {
    value.as_array().unwrap().iter().map(|one| fields.iter().map(|field| one[*field].clone()).collect()).collect()
}

#[test]
fn coverage_is_what_an_independent_computation_says() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("estate.yaml"), estate()).unwrap();
    let rotas: Vec<Vec<(&str, &str)>> = ROTAS
        .iter()
        .map(|hours| SITES.iter().zip(hours).filter(|(_, h)| **h != "-").map(|((_, zone), h)| (*zone, *h)).collect())
        .collect();
    let zones: Vec<&str> = SITES.iter().map(|(_, zone)| *zone).collect();
    for (from, to) in WINDOWS {
        let args = [serde_json::to_string(&rotas).unwrap(), serde_json::to_string(&zones).unwrap()];
        let oracle: Value = serde_json::from_str(&python(ORACLE, &[&args[0], from, to, &args[1]]).ok()).unwrap();
        let ran = Command::new(PROGRAM)
            .args(["coverage", "--json", "--from", from, "--to", to, "--estate"])
            .arg(dir.path())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let ours: Value = serde_json::from_slice(&ran.stdout).unwrap();
        for (number, expected) in oracle["rotas"].as_array().unwrap().iter().enumerate() {
            let cover =
                ours["covers"].as_array().unwrap().iter().find(|cover| cover["of"] == format!("rota/rota-{number}"));
            for what in ["holes", "overlaps"] {
                let found = list(&cover.unwrap()[what], &["from", "until"]);
                assert_eq!(serde_json::json!(found), expected[what], "{what} of {:?} from {from}", ROTAS[number]);
            }
        }
        let mut changes = list(&ours["clock_changes"], &["at", "from_offset", "to_offset"]);
        changes.sort_by_key(|change| change[0].to_string());
        assert_eq!(serde_json::json!(changes), oracle["changes"], "clock changes from {from}");
        assert!(!changes.is_empty());
    }
}
