//! Debian's Alertmanager: the reference for what its API answers.

use super::http;
use super::process::{Process, free_port};
use std::path::Path;
use tempfile::TempDir;

/// A running Alertmanager with this configuration.
#[derive(Debug)]
pub struct Alertmanager {
    process: Process,
    url: String,
    _dir: TempDir,
}

impl Alertmanager {
    pub fn start(config: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let file = dir.path().join("alertmanager.yml");
        std::fs::write(&file, config).expect("the configuration can be written");
        let address = format!("127.0.0.1:{}", free_port());
        let program = Path::new("prometheus-alertmanager");
        let mut process = Process::start("alertmanager", program, dir.path(), |command| {
            command
                .arg(format!("--config.file={}", file.display()))
                .arg(format!("--storage.path={}", dir.path().join("data").display()))
                .arg(format!("--web.listen-address={address}"))
                .arg("--cluster.listen-address=");
        });
        let url = format!("http://{address}");
        let ready = format!("{url}/-/ready");
        process.wait_until("it is ready", |_| http::get(&ready).ok().filter(|r| r.status == 200));
        Self { process, url, _dir: dir }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}
