//! The networks, the banks in them, a Meridian with its taps, and what each of them wrote down.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use meridian_testkit::servers::{Browser, Meridian, Receiver, wait_until};
use serde_json::{Value, json};

use crate::{
    client::{self, Ran},
    ground::{PROGRAM, admin_token, estate},
};

/// What is told where, in the words of the estate.
const CHAIN: &str = r#"---
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires }
spec:
  displayName: Wires to the other bank
  hops:
    - { name: back-office, component: payments-hub }
    - { name: gateway, component: gateway, limit: 2s }
    - { name: fw-1, component: fw-1, limit: 3s }
    - { name: fw-2, component: fw-2, limit: 3s }
    - { name: other-bank, organisation: Other Bank, limit: 5s }
  routes:
    - name: a
      hops: [back-office, gateway, fw-1, other-bank]
      border: fw-1
      fence:
        - { name: stop-gateway, command: [sh, {programs}/act.sh, {dir}, stop], dryRun: true }
        - { name: close-fw-1, command: [sh, {programs}/act.sh, {dir}, close], dryRun: true }
    - name: b
      hops: [back-office, gateway, fw-2, other-bank]
      border: fw-2
      standby: true
      open: [{ name: open-fw-2, command: [sh, {programs}/act.sh, {dir}, open], dryRun: true }]
  switch:
    drain: 3s
    fourEyes: true
    authority: Other Bank
    replay: [{ name: send, command: [sh, {programs}/act.sh, {dir}, send], dryRun: true }]
  endToEnd: 10s
  retryHorizon: 1d
  breachPages: payments
"#;

const UNSHARE: [&str; 10] = [
    "--user",
    "--map-user=1000",
    "--map-group=1000",
    "--keep-caps",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--",
];
const CAPTURES: [&str; 4] = ["bank.pcap", "fw-1-inside.pcap", "fw-1-outside.pcap", "other-bank.pcap"];

/// As long as it may take on a busy machine.
#[track_caller]
pub fn until<T>(what: &str, question: impl FnMut() -> Option<T>) -> T {
    wait_until(what, question)
}

/// Whether networks and firewalls can be made here. Some systems and containers forbid it to everybody but root.
pub fn networks() -> bool {
    let probe = "mount -t tmpfs none /run && ip netns add probe && ip link add probe type veth && \
                 ip netns exec probe nft add table inet probe";
    let made = Command::new("unshare").args(UNSHARE).args(["sh", "-c", probe]).stderr(Stdio::null()).status();
    let allowed = made.is_ok_and(|status| status.success());
    if !allowed {
        eprintln!("SKIPPED: no network namespaces with a firewall may be made here, so there is no fire");
    }
    allowed
}

/// A wire as the back office wrote it.
pub struct Wire {
    pub id: String,
    pub at: String,
    pub cents: u64,
}

pub fn cents(amount: &str) -> u64 {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}{part:0<2}").parse().unwrap()
}

fn within<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

/// The business keys of a list, one object a line.
pub fn ids(list: &str) -> Vec<String> {
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    list.lines().map(id).collect()
}

pub struct Stage {
    pub hook: Receiver,
    meridian: Meridian,
    /// Of two people.
    tokens: [String; 2],
    /// With which the second one is logged in.
    cookie: String,
    dir: tempfile::TempDir,
    began: Instant,
    children: Vec<Child>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::write(self.path("stop"), "");
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Stage {
    pub fn set() -> Stage {
        let dir = tempfile::tempdir().unwrap();
        for name in ["told", "orders"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fire");
        let chain = CHAIN.replace("{dir}", &dir.path().to_string_lossy());
        let chain = chain.replace("{programs}", &programs.to_string_lossy());
        let hook = Receiver::start();
        let meridian = Meridian::start(PROGRAM, &[("estate.yaml", &format!("{}{chain}", estate(&hook)))], &[]);
        let first = admin_token(&meridian);
        let (token, cookie) = second(&meridian, &first);
        let tokens = [first, token];
        let mut stage = Stage { hook, meridian, tokens, cookie, dir, began: Instant::now(), children: Vec::new() };
        stage.taps();
        let mut networks = Command::new("setpriv");
        networks.args(["--pdeathsig", "KILL", "--", "unshare"]).args(UNSHARE);
        networks.arg("sh").arg(programs.join("networks.sh")).arg(stage.dir.path()).arg("python3").arg(programs);
        let said = fs::File::create(stage.path("networks.err")).unwrap();
        stage.children.push(networks.stdout(Stdio::null()).stderr(said).spawn().unwrap());
        until("the networks", || {
            let ended = stage.children.last_mut().and_then(|child| child.try_wait().unwrap());
            assert!(ended.is_none(), "the networks ended: {}", stage.read("networks.err"));
            stage.path("ready").exists().then_some(())
        });
        stage.say("two banks and two firewalls, each in a network of its own");
        stage
    }

    fn taps(&mut self) {
        let sensor = r"^(?P<at>\S+) out (?P<id>\S+) (?P<lane>[^/]+)/(?P<seq>\d+) (?P<amount>\S+) (?P<currency>\S+)$";
        let iso = ["--format", "iso20022", "--key", "msg-id", "--imad", "msg-id", "--at", "log"];
        let regex = ["--format", "regex", "--pattern", sensor];
        for (hop, log, more) in [
            ("back-office", "back-office.log", iso.to_vec()),
            ("gateway", "gateway.log", [&iso[..], &["--answers", "other-bank"]].concat()),
            ("fw-1", "fw-1.log", regex.to_vec()),
            ("fw-2", "fw-2.log", regex.to_vec()),
        ] {
            let mut tap = Command::new("setpriv");
            tap.args(["--pdeathsig", "KILL", "--", PROGRAM, "tap", "--chain", "wires", "--hop", hop, "--lag", "500ms"]);
            tap.args(more).arg(log).current_dir(self.dir.path());
            tap.env("MERIDIAN_SERVER", self.meridian.url("")).env("MERIDIAN_TOKEN", &self.tokens[0]);
            let said = fs::File::create(self.path(&format!("tap-{hop}.said"))).unwrap();
            self.children.push(tap.stdout(said.try_clone().unwrap()).stderr(said).spawn().unwrap());
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// The story, for whoever watches (`cargo xtask fire`).
    pub fn say(&self, what: &str) {
        println!("{:>6.1} s  {what}", self.now().as_secs_f64());
    }

    /// What Meridian printed.
    pub fn tell(&self, printed: &str) {
        printed.lines().for_each(|line| println!("          | {line}"));
    }

    pub fn meridian(&self, args: &[&str]) -> Ran {
        self.run_as(0, args)
    }

    pub fn as_second(&self, args: &[&str]) -> Ran {
        self.run_as(1, args)
    }

    fn run_as(&self, person: usize, args: &[&str]) -> Ran {
        let mut command = client::bare(&self.meridian.url(""), args);
        command.env("MERIDIAN_TOKEN", &self.tokens[person]).output().unwrap().into()
    }

    /// What the captures of the test points tell together.
    pub fn trace(&self, more: &[&str]) -> String {
        let mut command = Command::new(PROGRAM);
        command.args(["chain", "trace"]).args(CAPTURES).args(more).current_dir(self.dir.path());
        let ran: Ran = command.output().unwrap().into();
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out
    }

    fn get(&self, path: &str) -> String {
        let bearer = format!("Bearer {}", self.tokens[0]);
        let answer = self.meridian.send("GET", path, &[("authorization", &bearer)], b"");
        assert_eq!(answer.status, 200, "{path}: {}\n{}", answer.text(), self.meridian.log());
        answer.text()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }

    pub fn page(&self, path: &str) -> String {
        self.get(path)
    }

    /// That everybody can read these pages as they are now.
    #[track_caller]
    pub fn are_accessible(&self, paths: &[&str]) {
        let urls: Vec<String> = paths.iter().map(|path| self.meridian.url(path)).collect();
        let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
        Browser::with_cookie(&self.cookie).axe(&urls).ok();
    }

    pub fn chain(&self) -> Value {
        self.json("/api/v1/chains/wires")
    }

    pub fn switch(&self) -> Value {
        self.json("/api/v1/switches/1")
    }

    pub fn switch_until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        until(what, || Some(self.switch()).filter(|switch| is(switch)))
    }

    /// Signs the account.
    pub fn account(&self) -> Value {
        let ran = self.meridian(&["switch", "reconcile", "1", "--json"]);
        serde_json::from_str::<Value>(&ran.ok()).unwrap()["account"].take()
    }

    /// Does something inside the networks.
    pub fn order(&self, name: &str, script: &str) {
        let path = self.path(&format!("orders/{name}.sh"));
        fs::write(path.with_extension("new"), script).unwrap();
        fs::rename(path.with_extension("new"), &path).unwrap();
        let code = until(name, || Some(self.read(&format!("orders/{name}.sh.code"))).filter(|code| !code.is_empty()));
        assert_eq!(code.trim(), "0", "{}", self.read(&format!("orders/{name}.sh.said")));
    }

    /// Tells our bank to do something, and waits until it has.
    pub fn tell_gateway(&self, what: &str, more: &str) {
        fs::write(self.path(&format!("told/.{what}")), more).unwrap();
        fs::rename(self.path(&format!("told/.{what}")), self.path(&format!("told/{what}"))).unwrap();
        until(what, || self.path(&format!("told/{what}.done")).exists().then_some(()));
    }

    pub fn wires(&self) -> Vec<Wire> {
        let wire = |line: &str| {
            let amount = within(line, "Ccy=\"USD\">", "<")?;
            let (at, _) = line.split_once(' ')?;
            Some(Wire { id: within(line, "<MsgId>", "<")?.to_owned(), at: at.to_owned(), cents: cents(amount) })
        };
        self.read("back-office.log").lines().filter_map(wire).collect()
    }

    /// What the sensor of a firewall saw leave.
    pub fn left(&self, firewall: &str) -> BTreeSet<String> {
        let id = |line: &str| line.split(' ').nth(2).map(str::to_owned);
        self.read(&format!("{firewall}.log")).lines().filter_map(id).collect()
    }

    fn answers(&self, of: &str) -> BTreeSet<String> {
        let log = self.read("gateway.log");
        let answers = log.lines().filter(|line| line.contains(of));
        answers.filter_map(|line| within(line, "<OrgnlMsgId>", "<").map(str::to_owned)).collect()
    }

    pub fn answered(&self) -> BTreeSet<String> {
        self.answers("<TxSts>")
    }

    pub fn rejected(&self) -> BTreeSet<String> {
        self.answers("<TxSts>RJCT<")
    }

    fn postings(&self) -> Vec<Value> {
        self.read("ledger.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What the other bank booked, with its status.
    pub fn booked(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.postings().iter().map(|row| (text(&row["id"]), text(&row["status"]))).collect()
    }

    /// Every posting of the other bank; one that was booked twice is there twice.
    pub fn ledger(&self) -> Vec<(String, u64)> {
        let posting = |row: &Value| (row["id"].as_str().unwrap().to_owned(), cents(row["amount"].as_str().unwrap()));
        self.postings().iter().map(posting).collect()
    }
}

/// Another person joins, and makes a token of their own.
fn second(meridian: &Meridian, token: &str) -> (String, String) {
    let bearer = format!("Bearer {token}");
    let json_of = |headers: &[(&str, &str)], path: &str, body: Value| {
        let headers = [&[("content-type", "application/json")], headers].concat();
        let answer = meridian.send("POST", path, &headers, body.to_string().as_bytes());
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer
    };
    let wish = json!({"account": "mei", "display_name": "Mei", "role": "admin"});
    let made = json_of(&[("authorization", &bearer)], "/api/v1/accounts", wish).json();
    let (_, link) = made["link"].as_str().unwrap().split_once("token=").unwrap();
    let joined = json_of(&[], "/api/v1/join", json!({"token": link, "password": "correct horse battery"}));
    let cookie = joined.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned();
    let me = meridian.send("GET", "/api/v1/me", &[("cookie", &cookie)], b"").json();
    let csrf = me["csrf"].as_str().unwrap();
    let wish = json!({"token": "mei-1", "scopes": ["admin"]});
    let made = json_of(&[("cookie", &cookie), ("x-csrf-token", csrf)], "/api/v1/tokens", wish).json();
    (made["secret"].as_str().unwrap().to_owned(), cookie)
}
