//! The two servers with the same routing, and what the system says of their processes.

use meridian_testkit::servers::{Alertmanager, Meridian, Receiver, http};

/// When groups are told of.
#[derive(Clone, Copy)]
pub struct Timing {
    pub group_wait: &'static str,
    pub group_interval: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    Meridian,
    Alertmanager,
}

impl Rival {
    pub const BOTH: [Rival; 2] = [Rival::Meridian, Rival::Alertmanager];

    pub fn name(self) -> &'static str {
        match self {
            Rival::Meridian => "Meridian",
            Rival::Alertmanager => "Alertmanager",
        }
    }

    /// A new one with empty directories, which tells everything to `receiver`.
    pub fn start(self, timing: Timing, receiver: &Receiver) -> Running {
        match self {
            Rival::Meridian => Running::Meridian(meridian(timing, &receiver.url("/hook"))),
            Rival::Alertmanager => {
                Running::Alertmanager(Alertmanager::start(&configuration(timing, &receiver.url("/hook"))))
            }
        }
    }
}

pub enum Running {
    Meridian(Meridian),
    Alertmanager(Alertmanager),
}

impl Running {
    /// Host and port.
    pub fn address(&self) -> String {
        let url = match self {
            Running::Meridian(meridian) => meridian.url(""),
            Running::Alertmanager(alertmanager) => alertmanager.url().to_owned(),
        };
        url.trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn pid(&self) -> u32 {
        match self {
            Running::Meridian(meridian) => meridian.pid().unwrap(),
            Running::Alertmanager(alertmanager) => alertmanager.pid(),
        }
    }

    /// User and system time of all its threads so far.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        // The name in parentheses may hold spaces; what follows it does not.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
        ticks as f64 / TICKS_PER_SECOND
    }

    /// How many alerts it says it has: those that fire; Alertmanager only counts those that it was sent.
    pub fn alerts(&self) -> usize {
        let metrics = http::get(&format!("http://{}/metrics", self.address())).unwrap().text();
        let name = match self {
            Running::Meridian(_) => "meridian_alerts_active ",
            Running::Alertmanager(_) => "alertmanager_alerts_received_total{status=\"firing\",version=\"v2\"} ",
        };
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        value.trim().parse::<f64>().unwrap() as usize
    }

    /// Resident memory now and at its highest, in MiB.
    pub fn memory_mib(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let mib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
        };
        (mib("VmRSS:"), mib("VmHWM:"))
    }
}

/// `sysconf(_SC_CLK_TCK)`, which is 100 on every Linux that Debian builds.
const TICKS_PER_SECOND: f64 = 100.0;

/// One person who gets everything, at a webhook.
pub fn estate(Timing { group_wait, group_interval }: Timing, hook: &str) -> String {
    format!(
        r#"
apiVersion: meridian/v1
kind: Site
metadata: {{ name: london }}
spec: {{ timeZone: Europe/London }}
---
apiVersion: meridian/v1
kind: Channel
metadata: {{ name: hook }}
spec: {{ webhook: {{ secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw }} }}
---
apiVersion: meridian/v1
kind: Person
metadata: {{ name: ana }}
spec:
  site: london
  contacts: [{{ name: hook, webhook: "{hook}" }}]
---
apiVersion: meridian/v1
kind: Escalation
metadata: {{ name: everything }}
spec: {{ steps: [{{ page: [person/ana], within: 1h }}] }}
---
apiVersion: meridian/v1
kind: Routing
metadata: {{ name: everything }}
spec:
  route: {{ receiver: everything, group_by: [group], group_wait: {group_wait}, group_interval: {group_interval}, repeat_interval: 4h }}
"#
    )
}

fn meridian(timing: Timing, hook: &str) -> Meridian {
    Meridian::start(env!("CARGO_BIN_EXE_meridian"), &[("estate.yaml", &estate(timing, hook))], &[])
}

fn configuration(Timing { group_wait, group_interval }: Timing, hook: &str) -> String {
    format!(
        r#"
route: {{ receiver: everything, group_by: [group], group_wait: {group_wait}, group_interval: {group_interval}, repeat_interval: 4h }}
receivers:
  - {{ name: everything, webhook_configs: [{{ url: "{hook}" }}] }}
"#
    )
}
