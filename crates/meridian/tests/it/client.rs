//! The commands for a running server, as people and scripts call them.

use meridian_testkit::servers::{Meridian, http, wait_until};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_meridian");

pub const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: mail }
spec: { smtp: { host: 127.0.0.1, port: 9, from: meridian@example.com, tls: none } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { site: london, contacts: [{ name: mail, email: wen@example.com }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec: { site: london, contacts: [{ name: mail, email: ana@example.com }] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  layers: [{ name: london, site: london, rotation: { start: "2020-01-06T08:00", every: 1 week, members: [wen] } }]
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: payments }
spec: { steps: [{ page: [rota/payments], within: 10m }, { page: [person/ana], within: 10m }] }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: house }
spec:
  route: { receiver: payments, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
  severity: { label: severity, map: { critical: SEV1 }, default: SEV3 }
"#;

/// A server, and a token that may do everything.
pub struct House {
    pub meridian: Meridian,
    pub token: String,
    home: tempfile::TempDir,
}

#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        Ran { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!((self.code, &*self.err), (0, ""), "{self:?}");
        self.out
    }

    #[track_caller]
    pub fn fails(self, code: i32, said: &[&str]) -> Ran {
        assert_eq!(self.code, code, "{self:?}");
        assert!(said.iter().all(|part| self.err.contains(part)), "{said:?} is not all in\n{}", self.err);
        self
    }
}

impl House {
    pub fn start() -> House {
        House::with(ESTATE)
    }

    pub fn with(estate: &str) -> House {
        let meridian = Meridian::start(PROGRAM, &[("estate.yaml", estate)], &[]);
        // It is printed right after the first answer.
        let printed = || meridian.log().split_once("/setup?token=").is_some_and(|(_, rest)| rest.contains('\n'));
        wait_until("the setup link", || printed().then_some(()));
        let link = meridian.setup_link();
        let (_, setup) = link.split_once("token=").expect("a token in the link");
        let body =
            json!({ "token": setup, "account": "ops", "display_name": "Ops", "password": "correct horse battery" });
        let made = meridian.post("/api/v1/setup", &body);
        let cookie = made.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", made.text()));
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let me = meridian.send("GET", "/api/v1/me", &[("cookie", &cookie)], b"").json();
        let csrf = me["csrf"].as_str().expect("a CSRF token").to_owned();
        let headers = [("cookie", &*cookie), ("x-csrf-token", &csrf), ("content-type", "application/json")];
        let wish = json!({ "token": "root", "scopes": ["admin"] }).to_string();
        let token = meridian.send("POST", "/api/v1/tokens", &headers, wish.as_bytes()).json();
        let token = token["secret"].as_str().unwrap_or_else(|| panic!("no secret: {token}")).to_owned();
        House { meridian, token, home: tempfile::tempdir().expect("a directory") }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = bare(&self.meridian.url(""), args);
        command.env("HOME", self.home.path()).env("MERIDIAN_TOKEN", &self.token);
        command
    }

    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().expect("the program starts").into()
    }

    /// What the command prints is the API's answer, byte for byte.
    #[track_caller]
    pub fn unchanged(&self, args: &[&str], path: &str) -> Value {
        let bearer = format!("Bearer {}", self.token);
        let answer = self.meridian.send("GET", path, &[("authorization", &bearer)], b"");
        let printed = self.run(&[args, &["--json"]].concat()).ok();
        assert_eq!(printed.trim_end(), answer.text(), "{args:?}");
        answer.json()
    }

    fn fire(&self, alertname: &str) {
        let alerts = json!([{ "labels": { "alertname": alertname, "severity": "critical" },
                              "annotations": { "summary": "a\u{1b}[2Jb" } }]);
        assert_eq!(self.meridian.post("/api/v2/alerts", &alerts).status, 200);
    }
}

/// Without anything of the surroundings of the test.
pub fn bare(server: &str, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("MERIDIAN_SERVER", server).env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

#[track_caller]
pub fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

#[test]
fn an_incident_from_the_command_line() {
    let house = House::start();
    let run = |args: &[&str]| house.run(args).ok();
    let open = ["incident", "open", "Fedwire answers late", "--severity", "sev2", "--escalation", "payments", "-q"];
    assert_eq!(run(&open), "1\n");
    contains(
        &run(&["incident", "list"]),
        &["INCIDENT  SEVERITY  STATE", "SEV2", "open", "UTC", "Fedwire answers late"],
    );
    assert_eq!(run(&["incident", "list", "--status", "resolved"]), "There is no such incident.\n");
    assert_eq!(run(&["incident", "list", "--status", "resolved", "--plain"]), "");
    contains(&run(&["page", "list"]), &["wen", "high", "on watch for payments (london)"]);
    assert_eq!(run(&["page", "list", "-q"]), "1\n");
    contains(&run(&["page", "pass", "1", "--by", "wen"]), &["Page 1 to wen about INC-1 is passed on."]);
    contains(&run(&["page", "list", "--person", "ana"]), &["named by the escalation"]);
    contains(&run(&["incident", "ack", "INC-1", "--by", "ana"]), &["INC-1 SEV2, acknowledged by ana: Fedwire"]);
    contains(&run(&["incident", "reassign", "1", "--to", "wen", "--reason", "r"]), &["INC-1 given to wen;"]);
    contains(&run(&["incident", "severity", "1", "SEV3", "--reason", "r"]), &["INC-1 changed; SEV3"]);
    assert_eq!(run(&["incident", "note", "1", "a line", "--quiet"]), "");
    let mut piped = house.command(&["incident", "note", "1", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let piped = piped.as_mut().expect("the program starts");
    piped.stdin.take().expect("a pipe").write_all(b"from a pipe\n").expect("it reads");
    assert!(piped.wait().expect("it ends").success());
    let shown = run(&["incident", "show", "1"]);
    contains(
        &shown,
        &["escalation    payments", "note: a line", "note: from a pipe", "given to wen, because r", "token root"],
    );
    contains(
        &run(&["incident", "show", "1", "--plain"]),
        &["incident\tINC-1\n", "\nseverity\tSEV3\n", "\ntimeline\t20"],
    );
    contains(&run(&["incident", "resolve", "1", "--reason", "mended"]), &["INC-1 SEV3, resolved"]);
    let one = house.unchanged(&["incident", "show", "1"], "/api/v1/incidents/1");
    assert_eq!(one["status"], "resolved");
    house.unchanged(&["incident", "list"], "/api/v1/incidents?limit=50");
    house.unchanged(&["page", "list"], "/api/v1/pages?limit=50");
    let acknowledged = house.run(&["incident", "ack", "1", "99", "--json"]);
    acknowledged.fails(1, &["\"status\":4"]);
}

#[test]
fn what_fires_and_what_is_silenced() {
    let house = House::start();
    let run = |args: &[&str]| house.run(args).ok();
    house.fire("QueueStuck");
    house.fire("DiskFull");
    let alerts = run(&["alert", "list", "--plain"]);
    assert_eq!(alerts.lines().count(), 2, "{alerts}");
    assert!(!alerts.contains('\x1b'), "{alerts:?}");
    contains(&run(&["alert", "list", "QueueStuck"]), &["QueueStuck", "severity=\"critical\"", "active"]);
    assert_eq!(run(&["alert", "list", "severity=info"]), "No such alert fires.\n");
    // The second page is asked for with the cursor of the first.
    let first = house.run(&["alert", "list", "--limit", "1", "--plain"]).fails(0, &["--cursor "]);
    let (_, cursor) = first.err.split_once("--cursor ").expect("a cursor");
    let cursor = cursor.split(' ').next().unwrap_or_default();
    let second = run(&["alert", "list", "--cursor", cursor, "--plain"]);
    assert_eq!(format!("{}{second}", first.out), alerts);

    let add = ["silence", "add", "QueueStuck", "--for", "2h", "--comment", "CHG-1", "--by", "ana"];
    contains(&run(&[&add[..], &["--dry-run"]].concat()), &["QueueStuck"]);
    assert_eq!(run(&["silence", "list"]), "There is no such silence.\n");
    let id = run(&[&add[..], &["-q"]].concat());
    contains(&run(&["silence", "list", "--state", "active"]), &[id.trim(), "alertname=\"QueueStuck\"", "ana", "CHG-1"]);
    contains(&run(&["alert", "list", "--state", "suppressed"]), &["QueueStuck", "suppressed"]);
    house.unchanged(&["alert", "list"], "/api/v1/alerts?limit=500");
    house.unchanged(&["silence", "list"], "/api/v1/silences?limit=500");
    contains(&run(&["silence", "expire", id.trim()]), &["is ended"]);
    contains(&run(&["silence", "list"]), &["expired"]);
}

#[test]
fn an_override_says_what_it_wins_over_and_that_it_changes_nothing() {
    let house = House::start();
    for (with, replaced, from, note) in [
        ("ana", "wen", "2031-03-04T02:00Z", None),
        ("wen", "ana", "2031-03-04T04:00Z", Some("Note: it overlaps override 1; the later one counts.")),
        ("wen", "ana", "2031-04-04T02:00Z", Some("Note: nothing changes: whom it replaces is not on watch")),
    ] {
        let wish =
            ["override", "add", "payments", "--with", with, "--replace", replaced, "--from", from, "--for", "4h"];
        let said = house.run(&wish).ok();
        contains(&said, &["is on watch in payments instead of", note.unwrap_or("")]);
        assert_eq!(said.contains("Note:"), note.is_some(), "{said}");
    }
    let past = ["--from", "2020-03-04T02:00Z", "--until", "2020-03-04T04:00Z"];
    let wish = [&["override", "add", "payments", "--with", "ana"][..], &past].concat();
    house.run(&wish).fails(1, &["2020-03-04T04:00:00Z is past: what was stays as it was"]);
}

#[test]
fn who_is_on_watch_and_whether_all_is_well() {
    let house = House::start();
    let run = |args: &[&str]| house.run(args).ok();
    assert_eq!(run(&["override", "list", "payments"]), "The rota payments has no override.\n");
    let made = run(&["override", "add", "payments", "--with", "ana", "--replace", "wen", "--for", "4h"]);
    contains(&made, &["ana is on watch in payments instead of wen"]);
    let id = run(&["override", "list", "payments", "-q"]);
    house.unchanged(&["override", "list", "payments"], "/api/v1/rotas/payments/overrides?limit=500");
    contains(&run(&["status"]), &["journal   healthy", "payments  london  primary  ana", "0 not resolved"]);
    contains(&run(&["override", "remove", "payments", id.trim()]), &["is removed"]);
    let status: Value = serde_json::from_str(&run(&["status", "--json"])).expect("JSON");
    assert_eq!((&status["journal"]["healthy"], &status["oncall"]["items"][0]["person"]), (&json!(true), &json!("wen")));
    contains(&run(&["status", "--plain"]), &["journal\thealthy\n", "\nwatch\tpayments\tlondon\tprimary\twen\t"]);

    contains(&run(&["reload"]), &["in force"]);
    house.meridian.write_estate("broken.yaml", "apiVersion: meridian/v1\nkind: Sight\n");
    house.run(&["reload"]).fails(1, &["cannot reload the estate", "broken.yaml:1", "meridian check DIR"]);
    let status = house.run(&["status"]).fails(1, &[]);
    contains(&status.out, &["a change was refused at", "broken.yaml:1"]);
}

#[test]
fn tokens_and_where_they_stand() {
    let house = House::start();
    let made = house.run(&["token", "create", "reader", "--scope", "read", "--expires-in", "90d"]);
    contains(&made.err, &["may read and expires", "told only now"]);
    let secret = made.out.trim();
    assert!(secret.starts_with("mrd_") && !secret.contains(char::is_whitespace), "{made:?}");
    contains(&house.run(&["token", "list"]).ok(), &["reader", "root", "never", &secret[..8]]);
    house.unchanged(&["token", "list"], "/api/v1/tokens?limit=500");

    let server = house.meridian.url("");
    let dir = house.home.path().join(".config/meridian");
    std::fs::create_dir_all(&dir).expect("a directory");
    let file = dir.join("token");
    std::fs::write(&file, format!("{secret}\n")).expect("a file");
    Command::new("chmod").arg("600").arg(&file).status().expect("chmod");
    let run = |args: &[&str]| -> Ran { bare(&server, args).env("HOME", house.home.path()).output().unwrap().into() };
    run(&["incident", "list"]).ok();
    run(&["silence", "add", "X", "--for", "1h", "--comment", "c"])
        .fails(1, &["403 Forbidden", "may not silence alerts", "wider scope"]);
    Command::new("chmod").arg("644").arg(&file).status().expect("chmod");
    run(&["incident", "list"]).fails(0, &["mode 0644", "chmod 600"]);
    let named: Ran =
        bare(&server, &["incident", "list", "--token-file", &file.to_string_lossy(), "-q"]).output().unwrap().into();
    named.ok();

    contains(&house.run(&["token", "revoke", "reader"]).ok(), &["The token reader is revoked."]);
    run(&["incident", "list"]).fails(1, &["401 Unauthorized", "unknown, revoked or expired", "make a new token at"]);
}

#[test]
fn what_goes_wrong_says_what_why_and_what_to_do() {
    let house = House::start();
    let server = house.meridian.url("");
    let anonymous = |args: &[&str]| -> Ran { bare(&server, args).output().unwrap().into() };
    anonymous(&["incident", "list"]).fails(1, &["cannot list incidents", "401", "/tokens", "MERIDIAN_TOKEN", "0600"]);
    let problem = anonymous(&["incident", "list", "--json"]).fails(1, &[]);
    assert_eq!(serde_json::from_str::<Value>(&problem.err).expect("a problem")["status"], 401);
    assert_eq!(problem.out, "");
    house.run(&["incident", "show", "99"]).fails(1, &["cannot show incident 99", "incident 99 does not exist (404"]);
    house.run(&["override", "list", "paymnts"]).fails(1, &["rota `paymnts` does not exist"]);
    let open = ["incident", "open", "t", "--severity", "SEV1", "--escalation", "nobody"];
    house.run(&open).fails(1, &["cannot open an incident", "nobody"]);
    let mut wrong = house.command(&["status"]);
    Ran::from(wrong.env("MERIDIAN_TOKEN", "two words").output().unwrap()).fails(1, &["MERIDIAN_TOKEN holds no token"]);
    for args in [
        &["incident", "list", "--status", "closed"][..],
        &["incident", "show", "four"],
        &["incident", "open", "t", "--severity", "SEV9", "--escalation", "payments"],
        &["silence", "add", "a=~(", "--for", "1h", "--comment", "c"],
        &["silence", "add", "a=b", "--for", "1h", "--until", "2027-01-01T00:00Z", "--comment", "c"],
        &["silence", "add", "a=b", "--comment", "c"],
        &["silence", "add", "a=b", "--for", "soon", "--comment", "c"],
        &["token", "create", "t", "--scope", "root"],
        &["status", "--json", "--plain"],
        &["status", "--token", "mrd_x"],
    ] {
        house.run(args).fails(2, &["error:"]);
    }
}

#[test]
fn no_server_and_servers_that_are_none() {
    let none = |server: &str| -> Ran { bare(server, &["incident", "list"]).output().unwrap().into() };
    none("http://127.0.0.1:9").fails(1, &["http://127.0.0.1:9 does not answer", "refused", "meridian serve"]);
    none("http://nowhere.invalid").fails(1, &["http://nowhere.invalid does not answer"]);
    none("localhost").fails(1, &["cannot reach localhost", "it is no URL"]);
    none("https://user:secret@h").fails(1, &["MERIDIAN_TOKEN"]);
    let page = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>";
    none(&answers(&[page]).0).fails(1, &["its answer is not what this version expects"]);
    let moved = "HTTP/1.1 308 Permanent Redirect\r\nlocation: https://elsewhere\r\ncontent-length: 0\r\n\r\n";
    none(&answers(&[moved]).0).fails(1, &["308", "https://elsewhere", "--server"]);
}

/// A server that gives one answer a connection, an empty one as a connection that breaks; and the requests it got.
fn answers(answers: &[&str]) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let served = std::thread::spawn(move || {
        let one = |answer: &String| {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).expect("a request");
            stream.write_all(answer.as_bytes()).expect("it is read");
            String::from_utf8_lossy(&bytes[..read]).into_owned()
        };
        answers.iter().map(one).collect()
    });
    (url, served)
}

#[test]
fn a_change_is_sent_again_with_the_same_key() {
    let incident = json!({ "incident": 1, "title": "t", "severity": "SEV1", "status": "resolved", "escalation": "p",
                           "opened_at": "2026-01-01T00:00:00Z", "alerts": [] })
    .to_string();
    let length = incident.len();
    let good = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{incident}");
    let soon = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let late = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 60\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let ack = |server: &str| -> Ran { bare(server, &["incident", "ack", "1"]).output().unwrap().into() };
    let key = |request: &String| {
        request.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).expect("a key").trim().to_owned()
    };
    for first in ["", soon] {
        let (server, served) = answers(&[first, &good]);
        contains(&ack(&server).ok(), &["INC-1 SEV1, resolved: t"]);
        let seen = served.join().expect("two requests");
        assert_eq!(key(&seen[0]), key(&seen[1]));
        assert_eq!(key(&seen[0]).len(), 32);
    }
    ack(&answers(&[late]).0).fails(1, &["503", "try again in a moment"]);
    ack(&answers(&[soon, soon]).0).fails(1, &["503"]);
}

#[test]
fn colour_only_on_a_terminal_that_wants_it() {
    let house = House::start();
    let on_terminal = |no_color: Option<&str>| {
        let line = format!("{PROGRAM} status");
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env_remove("NO_COLOR").env("TERM", "xterm");
        command.env("MERIDIAN_SERVER", house.meridian.url("")).env("MERIDIAN_TOKEN", &house.token);
        command.envs(no_color.map(|value| ("NO_COLOR", value)));
        let out = command.stdin(Stdio::null()).output().expect("script(1) of util-linux");
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    contains(&on_terminal(None), &["\x1b[32mhealthy\x1b[0m"]);
    let plain = on_terminal(Some("1"));
    contains(&plain, &["journal   healthy"]);
    assert!(!plain.contains("\x1b["), "{plain:?}");
    assert!(!house.run(&["status"]).ok().contains('\x1b'), "nothing is coloured in a pipe");
}

#[test]
fn scripts_and_pages_for_the_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Ran::from(bare("", &["completions", shell]).output().unwrap()).ok();
        contains(&script, &["meridian", "incident", "silence"]);
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("script");
        std::fs::write(&file, &script).expect("a file");
        // Where the shell is installed, it must take the script.
        if let Ok(parsed) = Command::new(shell).arg("-n").arg(&file).output() {
            assert!(parsed.status.success(), "{shell}: {}", String::from_utf8_lossy(&parsed.stderr));
        }
    }
    let dir = tempfile::tempdir().expect("a directory");
    Ran::from(bare("", &["man", &dir.path().to_string_lossy()]).output().unwrap()).ok();
    let page = std::fs::read_to_string(dir.path().join("meridian-incident-ack.1")).expect("a page");
    contains(&page, &[".TH", "meridian incident ack 4 5"]);
}

#[test]
fn wrong_usage_and_what_needs_no_server() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_string_lossy().into_owned();
    std::fs::write(dir.path().join("estate.yaml"), ESTATE).expect("a file");
    let run = |args: &[&str]| -> Ran { bare("", args).output().unwrap().into() };
    assert_eq!(run(&["route", "--estate", &path, "a=b"]).ok(), "payments\n");
    assert_eq!(run(&["route", "--estate", &path, "a=b", "--json"]).ok(), "[\"payments\"]\n");
    run(&["route", "--estate", &path, "a"]).fails(2, &["name=value"]);
    run(&["oncall", "--estate", &path, "--at", "now"]).fails(2, &["RFC 3339"]);
    run(&["oncall", "--estate", &path, "--rota", "paymnts"]).fails(1, &["did you mean `payments`?"]);

    std::fs::write(dir.path().join("latin.yaml"), b"# caf\xe9").expect("a file");
    std::fs::write(dir.path().join("sight.yaml"), "apiVersion: meridian/v1\nkind: Sight\n").expect("a file");
    let checked = run(&["check", &path]).fails(1, &[]);
    contains(&checked.out, &["latin.yaml", "sight.yaml:2"]);
    assert!(!checked.out.contains("estate.yaml"), "nobody is blamed for another's file:\n{}", checked.out);
}

#[test]
fn a_house_with_its_own_authority() {
    assert!(http::get("http://127.0.0.1:9/").is_err(), "nothing listens on the port that these tests take for nobody");
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("empty.pem");
    std::fs::write(&file, "").expect("a file");
    let args = ["status", "--ca", &file.to_string_lossy()];
    Ran::from(bare("https://127.0.0.1:9", &args).output().unwrap()).fails(1, &["--ca", "holds no certificate"]);
}
