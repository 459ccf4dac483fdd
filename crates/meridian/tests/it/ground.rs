//! Meridian with a webhook receiver and nothing else: what hostile senders, full disks and kills are tried on.
//! It needs no installed tools, so these tests run everywhere.

use meridian_testkit::servers::{Meridian, Receiver, http::Response, wait_until};
use serde_json::{Value, json};
use std::process::Command;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_meridian");

/// Wen is always on watch and is told by a webhook.
pub const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { displayName: Wen Li, site: hong-kong, contacts: [{ name: hook, webhook: "{hook}/wen" }] }
---
apiVersion: meridian/v1
kind: Team
metadata: { name: payments }
spec: { members: [wen] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: payments
  layers:
    - { name: hong-kong, site: hong-kong, rotation: { start: "2020-01-06T08:00", every: 1 week, members: [wen] } }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: payments }
spec: { steps: [{ page: [rota/payments], within: 10m }] }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: signed }
spec: { webhook: { secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: house }
spec:
  route: { receiver: payments, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
  severity: { label: severity, map: { critical: SEV1, warning: SEV4 }, default: SEV3 }
"#;

/// Makes the first account, `ops`, and a token that may do everything.
pub fn admin_token(meridian: &Meridian) -> String {
    // It is printed right after the first answer.
    let printed = || meridian.log().split_once("/setup?token=").is_some_and(|(_, rest)| rest.contains('\n'));
    wait_until("the setup link", || printed().then_some(()));
    let link = meridian.setup_link();
    let (_, setup) = link.split_once("token=").expect("a token in the link");
    let body = json!({ "token": setup, "account": "ops", "display_name": "Ops", "password": "correct horse battery" });
    let made = meridian.post("/api/v1/setup", &body);
    let cookie = made.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", made.text()));
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let me = meridian.send("GET", "/api/v1/me", &[("cookie", &cookie)], b"").json();
    let csrf = me["csrf"].as_str().expect("a CSRF token").to_owned();
    let headers = [("cookie", &*cookie), ("x-csrf-token", &csrf), ("content-type", "application/json")];
    let wish = json!({ "token": "root", "scopes": ["admin"] }).to_string();
    let token = meridian.send("POST", "/api/v1/tokens", &headers, wish.as_bytes()).json();
    token["secret"].as_str().unwrap_or_else(|| panic!("no secret: {token}")).to_owned()
}

pub struct Ground {
    pub meridian: Meridian,
    pub hook: Receiver,
}

impl Ground {
    pub fn start() -> Self {
        let hook = Receiver::start();
        let meridian = Meridian::start(PROGRAM, &[("estate.yaml", &estate(&hook))], &[]);
        Self { meridian, hook }
    }

    /// The estate of this ground, to be changed and written again.
    pub fn estate(&self) -> String {
        estate(&self.hook)
    }

    /// Every entry of the journal, oldest first. Works beside a running server and after a kill.
    pub fn journal(&self) -> Vec<Value> {
        let out = self.command("export");
        out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// The hash chain holds, and nothing panicked on the way here.
    pub fn is_sound(&self) {
        self.command("verify");
        let log = self.meridian.log();
        assert!(!log.contains("panicked"), "something panicked:\n{log}");
    }

    /// An alert is taken and its page arrives: the server lives, whatever came before.
    #[track_caller]
    pub fn lives(&self, alertname: &str) {
        let answer = self.alert(alertname);
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), self.meridian.log());
        self.hook.wait_until(&format!("the page of {alertname}"), |requests| {
            requests.iter().any(|request| request.text().contains(alertname))
        });
    }

    #[track_caller]
    pub fn alert(&self, alertname: &str) -> Response {
        self.meridian.post("/api/v2/alerts", &json!([{ "labels": { "alertname": alertname } }]))
    }

    #[track_caller]
    fn command(&self, what: &str) -> String {
        let out = Command::new(PROGRAM).args(["journal", what, "--data"]).arg(self.meridian.data()).output();
        let out = out.expect("the program starts");
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "meridian journal {what}: {said}\n{}", self.meridian.log());
        String::from_utf8_lossy(&out.stdout).into_owned()
    }
}

pub fn estate(hook: &Receiver) -> String {
    ESTATE.replace("{hook}", &hook.url(""))
}
