//! The estate of these tests: Wen, who has mail and a webhook, is always on watch; Ana is next.

use meridian_testkit::servers::{Meridian, Receiver, Smtp, wait_until};
use serde_json::Value;
use std::process::Command;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_meridian");

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
  contacts: [{ name: mail, email: wen@example.com }, { name: hook, webhook: "{hook}/wen" }]
  reach:
    high: [{ contact: mail }, { contact: hook }]
    low: [{ contact: hook }]
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec:
  displayName: Ana Ruiz
  site: hong-kong
  contacts: [{ name: mail, email: ana@example.com }, { name: hook, webhook: "{hook}/ana" }]
---
apiVersion: meridian/v1
kind: Team
metadata: { name: payments }
spec: { members: [wen, ana] }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: payments
  layers:
    - name: hong-kong
      site: hong-kong
      rotation: { start: "2020-01-06T08:00", every: 1 week, members: [wen] }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: payments }
spec:
  steps: [{ page: [rota/payments], within: 10m }, { page: [person/ana], within: 10m }]
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: catch-all }
spec:
  steps: [{ page: [person/ana], within: 10m }]
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: mail }
spec: { smtp: { host: 127.0.0.1, port: {smtp}, from: meridian@example.com, tls: none } }
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
  route:
    receiver: catch-all
    group_by: [alertname]
    group_wait: 0s
    group_interval: 1s
    repeat_interval: 1h
    routes:
      - receiver: payments
        matchers: [severity=~"critical|warning"]
  severity: { label: severity, map: { critical: SEV1, warning: SEV4 }, default: SEV3 }
"#;

/// Meridian with everything around it that a page goes through.
pub struct House {
    pub meridian: Meridian,
    pub smtp: Smtp,
    pub hook: Receiver,
}

impl House {
    pub fn start() -> Self {
        let (smtp, hook) = (Smtp::start(), Receiver::start());
        let estate = ESTATE.replace("{smtp}", &smtp.port().to_string()).replace("{hook}", &hook.url(""));
        let meridian = Meridian::start(PROGRAM, &[("estate.yaml", &estate)], &[]);
        Self { meridian, smtp, hook }
    }

    /// Every entry of the journal, oldest first.
    pub fn journal(&self) -> Vec<Value> {
        let export = self.command(&["journal", "export", "--data", &self.meridian.data().to_string_lossy()]);
        export.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Every fact of this name in the journal.
    pub fn facts(&self, name: &str) -> Vec<Value> {
        self.journal().iter().filter_map(|entry| entry["fact"].get(name).cloned()).collect()
    }

    /// Waits until the journal holds this many facts of this name.
    pub fn wait_for_facts(&self, name: &str, count: usize) -> Vec<Value> {
        wait_until(&format!("{count} facts {name}"), || Some(self.facts(name)).filter(|facts| facts.len() >= count))
    }

    /// The hash chain holds.
    pub fn verify(&self) {
        self.command(&["journal", "verify", "--data", &self.meridian.data().to_string_lossy()]);
    }

    /// Runs the program's own command line and gives what it printed; panics where it fails.
    fn command(&self, args: &[&str]) -> String {
        let out = Command::new(PROGRAM).args(args).env("NO_COLOR", "1").output().expect("the program starts");
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "meridian {}: {said}\n{}", args.join(" "), self.meridian.log());
        String::from_utf8_lossy(&out.stdout).into_owned()
    }
}
