//! Debian's Prometheus: real rules that fire real alerts.

use super::http;
use super::process::{Process, free_port};
use std::path::Path;
use tempfile::TempDir;

/// A running Prometheus that evaluates its rules every second.
#[derive(Debug)]
pub struct Prometheus {
    process: Process,
    url: String,
    dir: TempDir,
}

impl Prometheus {
    /// Starts it with this rule file; alerts go to `alertmanager`, the URL of anything that speaks its API.
    ///
    /// A rule that always fires: `expr: vector(1)`; it scrapes itself, so `up == 1` holds too.
    pub fn start(rules: &str, alertmanager: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let address = format!("127.0.0.1:{}", free_port());
        let target = alertmanager.trim_start_matches("http://").trim_end_matches('/');
        let (host, path) = target.split_once('/').unwrap_or((target, ""));
        let config = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             rule_files: [rules.yml]\n\
             alerting:\n  alertmanagers:\n    - path_prefix: \"/{path}\"\n      static_configs: [{{ targets: [\"{host}\"] }}]\n\
             scrape_configs:\n  - job_name: self\n    static_configs: [{{ targets: [\"{address}\"] }}]\n"
        );
        std::fs::write(dir.path().join("prometheus.yml"), config).expect("the configuration can be written");
        std::fs::write(dir.path().join("rules.yml"), rules).expect("the rules can be written");
        let mut process = Process::start("prometheus", Path::new("prometheus"), dir.path(), |command| {
            command
                .current_dir(dir.path())
                .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.enable-lifecycle"])
                .args(["--rules.alert.resend-delay=2s", "--log.level=info"])
                .arg(format!("--web.listen-address={address}"));
        });
        let url = format!("http://{address}");
        let ready = format!("{url}/-/ready");
        process.wait_until("it is ready", |_| http::get(&ready).ok().filter(|r| r.status == 200));
        Self { process, url, dir }
    }

    /// Puts other rules in force; an alert whose rule no longer holds is resolved.
    pub fn set_rules(&self, rules: &str) {
        std::fs::write(self.dir.path().join("rules.yml"), rules).expect("the rules can be written");
        let answer = http::post(&format!("{}/-/reload", self.url), "text/plain", "").expect("it answers");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}
