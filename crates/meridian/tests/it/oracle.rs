//! Debian's Alertmanager and Meridian, side by side: the same alerts, silences, inhibit rules and routes, and the same
//! answers, but for what `hooks/alertmanager_v2` says that it does otherwise.
//!
//! A failure names its seed; `ORACLE_SEED=7` runs that one alone.

use meridian_testkit::seeds::Seeds;
use meridian_testkit::servers::http::{self, Response};
use meridian_testkit::servers::{Alertmanager, Meridian, installed};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

const SEEDS: std::ops::Range<u64> = 1..3;
const STEPS: usize = 14;
/// An Alertmanager puts alerts into groups a moment after its 200.
const PATIENCE: Duration = Duration::from_secs(6);

const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec:
  displayName: Wen Li
  site: hong-kong
  contacts: [{ name: hook, webhook: "http://127.0.0.1:9/wen" }]
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: signed }
spec: { webhook: { secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: r0 }
spec: { steps: [{ page: [person/wen], within: 10m }] }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: r1 }
spec: { steps: [{ page: [person/wen], within: 10m }] }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: r2 }
spec: { steps: [{ page: [person/wen], within: 10m }] }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: house }
spec:
"#;

const LABELS: [(&str, &[&str]); 4] = [
    ("alertname", &["A", "B", "C"]),
    ("sev", &["down", "slow", "warn", ""]),
    ("site", &["hk", "ny"]),
    ("zone", &["", "", "z"]),
];

const MATCHERS: [&str; 14] = [
    r#"sev="down""#,
    r#"sev="slow""#,
    r#"sev=~"down|slow""#,
    r#"sev!="down""#,
    r#"sev!~"w.*""#,
    r#"site="hk""#,
    r#"site!="hk""#,
    r#"zone="""#,
    r#"zone!="""#,
    r#"zone!~"z?""#,
    r#"alertname!~"A""#,
    r#"alertname=~".+""#,
    r#"alertname="B""#,
    r#"sev=~"""#,
];

/// Every parameter of a query, alone and together.
const QUERIES: [&str; 16] = [
    "",
    "active=false",
    "silenced=false",
    "inhibited=false",
    "unprocessed=false",
    "silenced=false&inhibited=false",
    "active=false&silenced=false",
    "active=false&inhibited=false",
    "active=false&silenced=false&inhibited=false&unprocessed=false",
    "receiver=r1",
    "receiver=r",
    "receiver=r[12]&silenced=false",
    "filter=sev%3D%22down%22",
    "filter=zone%3D%22%22&filter=site!~%22h.*%22",
    "filter=sev!%3D%22%22&filter=alertname%3D~%22A%7CB%22",
    "filter=nothing%3D%22here%22",
];

const SILENCE_QUERIES: [&str; 5] = [
    "",
    "filter=sev%3D%22down%22",
    "filter=sev!%3D%22down%22",
    "filter=zone%3D%22%22",
    "filter=sev%3D~%22down%7Cslow%22&filter=site%3Dhk",
];

fn route(seeds: &mut Seeds) -> String {
    let mut text = String::from(
        "  route:\n    receiver: r0\n    group_by: [alertname]\n    group_wait: 1h\n    group_interval: 1h\n    routes:\n",
    );
    for _ in 0..3 {
        let group_by = seeds.pick(&["[site]", "['...']", "[sev, zone]", "[]"]);
        let receiver = seeds.below(3);
        text += &format!("    - receiver: r{receiver}\n      group_by: {group_by}\n");
        text += &format!("      matchers: ['{}', '{}']\n", seeds.pick(&MATCHERS), seeds.pick(&MATCHERS));
        text += &format!("      continue: {}\n", seeds.chance(50));
    }
    text
}

fn rules(seeds: &mut Seeds) -> String {
    let mut text = String::from("  inhibit_rules:\n");
    for n in 0..3 {
        let source = *seeds.pick(&MATCHERS);
        // The first rule's sources are its targets.
        let target = if n == 0 { source } else { seeds.pick(&MATCHERS) };
        let equal: Vec<&str> = ["site", "zone", "alertname"].into_iter().filter(|_| seeds.chance(45)).collect();
        text += &format!("  - source_matchers: ['{source}']\n    target_matchers: ['{target}']\n");
        text += &format!("    equal: [{}]\n", equal.join(", "));
    }
    text
}

fn instant(offset_s: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(offset_s)).to_string()
}

struct Pair {
    seeds: Seeds,
    alertmanager: Alertmanager,
    meridian: Meridian,
    /// The ids there and here of one silence.
    silences: Vec<[String; 2]>,
    log: Vec<String>,
}

impl Pair {
    fn start(seed: u64) -> Pair {
        let mut seeds = Seeds::new(seed);
        let routing = format!("{}{}", route(&mut seeds), rules(&mut seeds));
        let outdented: String = routing.lines().map(|line| format!("{}\n", &line[2..])).collect();
        let config = format!("{outdented}receivers: [{{name: r0}}, {{name: r1}}, {{name: r2}}]\n");
        let estate = format!("{ESTATE}{routing}");
        let meridian = Meridian::start(super::estate::PROGRAM, &[("estate.yaml", &estate)], &[]);
        let log = vec![format!("seed {seed}\n{routing}")];
        Pair { seeds, alertmanager: Alertmanager::start(&config), meridian, silences: Vec::new(), log }
    }

    fn urls(&self, path: &str) -> [String; 2] {
        [format!("{}/api/v2{path}", self.alertmanager.url()), self.meridian.url(&format!("/api/v2{path}"))]
    }

    fn get(&self, path: &str) -> [Response; 2] {
        self.urls(path).map(|url| http::get(&url).unwrap_or_else(|why| panic!("{url}: {why}")))
    }

    #[track_caller]
    fn same_status(&self, what: &str, answers: &[Response; 2]) {
        let [theirs, ours] = answers;
        let said = || format!("{what}\ntheirs: {}\nours: {}\n{}", theirs.text(), ours.text(), self.log.join("\n"));
        assert_eq!(ours.status, theirs.status, "{}", said());
    }

    fn post(&mut self, path: &str, bodies: [Value; 2]) -> [Response; 2] {
        self.log.push(format!("POST {path} {}", bodies[0]));
        let mut answers = self.urls(path).into_iter().zip(&bodies).map(|(url, body)| {
            http::post(&url, "application/json", body.to_string()).unwrap_or_else(|why| panic!("{url}: {why}"))
        });
        let answers = [answers.next().unwrap(), answers.next().unwrap()];
        self.same_status(path, &answers);
        answers
    }

    fn send_alerts(&mut self) {
        let count = 1 + self.seeds.below(6);
        let alert = |seeds: &mut Seeds| {
            let labels: Map<String, Value> =
                LABELS.iter().map(|(name, values)| ((*name).to_owned(), json!(seeds.pick(values)))).collect();
            let mut alert = json!({ "labels": labels, "annotations": { "n": seeds.below(3).to_string() } });
            if seeds.chance(60) {
                alert["startsAt"] = json!(instant(-600 - seeds.below(600) as i64));
            }
            match seeds.below(10) {
                0..2 => alert["endsAt"] = json!(instant(-60 - seeds.below(60) as i64)),
                2..4 => alert["endsAt"] = json!(instant(2)),
                4..7 => alert["endsAt"] = json!(instant(3600)),
                _ => {}
            }
            alert
        };
        let batch: Vec<Value> = (0..count).map(|_| alert(&mut self.seeds)).collect();
        self.post("/alerts", [json!(batch), json!(batch)]);
    }

    fn matchers(&mut self) -> Value {
        let count = 1 + self.seeds.below(3);
        let mut all = Vec::new();
        for _ in 0..count {
            let text = *self.seeds.pick(&MATCHERS);
            let (name, rest) = text.split_at(text.find(['=', '!']).unwrap());
            let (op, value) = rest.split_at(rest.find('"').unwrap());
            all.push(json!({
                "name": name, "value": value.trim_matches('"'), "isRegex": op.contains('~'), "isEqual": !op.contains('!'),
            }));
        }
        json!(all)
    }

    fn add_silence(&mut self) {
        let matchers = self.matchers();
        let start = *self.seeds.pick(&[0, 0, -60, 2, 3600]);
        let end = *self.seeds.pick(&[7200, 7200, 7200, 4, -5, -120]);
        let number = self.log.len();
        let wish = json!({
            "matchers": matchers, "startsAt": instant(start), "endsAt": instant(end), "createdBy": "wen",
            "comment": format!("number {number}"),
        });
        self.set_silence([wish.clone(), wish]);
    }

    /// The id that each side answers is new to both, or known to both as the same silence.
    fn set_silence(&mut self, wishes: [Value; 2]) {
        let answers = self.post("/silences", wishes);
        if answers[0].status != 200 {
            return;
        }
        let ids = answers.map(|answer| answer.json()["silenceID"].as_str().unwrap().to_owned());
        let known = |side: usize| self.silences.iter().position(|known| known[side] == ids[side]);
        assert_eq!(known(1), known(0), "a new id, or the old one?\n{}", self.log.join("\n"));
        if known(0).is_none() {
            self.silences.push(ids);
        }
    }

    /// As `amtool silence update` does: what is there is read, changed and sent back.
    fn update_silence(&mut self) {
        let Some(mut wishes) = self.silence_at_rest() else { return };
        let (change, end, start) =
            (self.seeds.below(5), *self.seeds.pick(&[1800, 5400, -60]), *self.seeds.pick(&[-60, 900]));
        let matchers = self.matchers();
        for wish in &mut wishes {
            match change {
                0 => wish["comment"] = json!("changed"),
                1 => wish["endsAt"] = json!(instant(end)),
                2 => wish["startsAt"] = json!(instant(start)),
                3 => wish["matchers"] = matchers.clone(),
                _ => {}
            }
        }
        self.set_silence(wishes);
    }

    fn expire_silence(&mut self) {
        let Some(silences) = self.silence_at_rest() else { return };
        if silences[0]["status"]["state"] == "expired" {
            return;
        }
        let paths = silences.map(|silence| format!("/silence/{}", silence["id"].as_str().unwrap()));
        self.log.push(format!("DELETE {}", paths[0]));
        let urls = [self.urls(&paths[0])[0].clone(), self.urls(&paths[1])[1].clone()];
        let answers = urls.map(|url| http::send("DELETE", &url, &[], b"").unwrap());
        self.same_status("DELETE", &answers);
    }

    /// Some silence that neither begins nor ends in this very moment, as both sides show it.
    fn silence_at_rest(&mut self) -> Option<[Value; 2]> {
        if self.silences.is_empty() {
            return None;
        }
        let ids = self.seeds.pick(&self.silences).clone();
        let read = |side: usize| http::get(&self.urls(&format!("/silence/{}", ids[side]))[side]).unwrap().json();
        let now = jiff::Timestamp::now();
        let moves = |silence: &Value| {
            ["startsAt", "endsAt"].iter().any(|field| {
                let at: jiff::Timestamp = silence[field].as_str().unwrap().parse().unwrap();
                (0..300).contains(&at.duration_since(now).as_millis())
            })
        };
        let silences = [read(0), read(1)];
        (!silences.iter().any(moves)).then_some(silences)
    }

    /// Everything that can be asked, until both say the same.
    #[expect(clippy::disallowed_methods, reason = "another process takes real time")]
    fn compare(&self) {
        let started = Instant::now();
        let mut asked: Vec<String> = SILENCE_QUERIES.iter().map(|query| format!("/silences?{query}")).collect();
        for query in QUERIES {
            asked.extend([format!("/alerts?{query}"), format!("/alerts/groups?{query}")]);
        }
        for path in asked {
            loop {
                let answers = self.get(&path);
                self.same_status(&path, &answers);
                let [theirs, ours] = [0, 1].map(|side| self.plain(&path, side, &answers[side].json()));
                if theirs == ours {
                    break;
                }
                if started.elapsed() > PATIENCE {
                    pretty_assertions(&path, &theirs, &ours, &self.log);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// What must be the same, without what each side names in its own way.
    fn plain(&self, path: &str, side: usize, answer: &Value) -> Vec<String> {
        let silence = |id: &Value| self.silences.iter().position(|known| id == known[side].as_str());
        let alert = |alert: &Value| {
            let status = &alert["status"];
            let silenced: BTreeSet<_> = status["silencedBy"].as_array().unwrap().iter().map(silence).collect();
            let receivers: BTreeSet<_> =
                alert["receivers"].as_array().unwrap().iter().map(|r| r["name"].to_string()).collect();
            let inhibited = !status["inhibitedBy"].as_array().unwrap().is_empty();
            format!(
                "{} {} {} {} {silenced:?} inhibited {inhibited} to {receivers:?}",
                alert["fingerprint"], alert["labels"], alert["annotations"], status["state"]
            )
        };
        let all = answer.as_array().unwrap().iter();
        if path.starts_with("/silences") {
            let line =
                |s: &Value| format!("{:?} {} {} {}", silence(&s["id"]), s["status"], s["matchers"], s["comment"]);
            let lines: BTreeSet<String> = all.map(line).collect();
            return lines.into_iter().collect();
        }
        if path.starts_with("/alerts?") {
            return all.map(alert).collect();
        }
        // Which alert comes first in a group is not said anywhere; which group does, is.
        let group = |group: &Value| {
            let alerts: BTreeMap<String, String> =
                group["alerts"].as_array().unwrap().iter().map(|a| (a["fingerprint"].to_string(), alert(a))).collect();
            format!(
                "{} {}: {:#?}",
                group["receiver"]["name"],
                group["labels"],
                alerts.into_values().collect::<Vec<_>>()
            )
        };
        all.map(group).collect()
    }
}

fn pretty_assertions(path: &str, theirs: &[String], ours: &[String], log: &[String]) -> ! {
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>().join("\n  ")
    };
    panic!(
        "{path} differs\nonly theirs:\n  {}\nonly ours:\n  {}\n{}",
        only(theirs, ours),
        only(ours, theirs),
        log.join("\n")
    );
}

#[test]
fn alertmanager_answers_the_same() {
    if !installed() {
        return;
    }
    let one = std::env::var("ORACLE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = one.map_or(SEEDS, |seed: u64| seed..seed + 1);
    for seed in seeds {
        let mut pair = Pair::start(seed);
        for step in 0..STEPS {
            match pair.seeds.below(10) {
                _ if step == 0 => pair.send_alerts(),
                0..5 => pair.send_alerts(),
                5..7 => pair.add_silence(),
                7..9 => pair.update_silence(),
                _ => pair.expire_silence(),
            }
            if step % 2 == 1 {
                pair.compare();
            }
        }
    }
}
