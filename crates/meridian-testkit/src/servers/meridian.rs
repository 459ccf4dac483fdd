//! The program itself: started, killed, started again on the same data.

use super::http::{self, Response};
use super::process::{Process, free_port};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use tempfile::TempDir;

/// A running Meridian, or one that was stopped and can be started again.
#[derive(Debug)]
pub struct Meridian {
    program: PathBuf,
    estate: TempDir,
    data: TempDir,
    log: TempDir,
    port: u16,
    flags: Vec<String>,
    process: Option<Process>,
    token: Option<String>,
}

impl Meridian {
    /// Starts `program serve` on this estate, given as files by name, and waits until it is ready.
    ///
    /// A `{url}` in an estate file becomes its own URL. `program` is `env!("CARGO_BIN_EXE_meridian")` in the program's tests.
    pub fn start(program: impl AsRef<Path>, estate: &[(&str, &str)], flags: &[&str]) -> Self {
        let mut meridian = Self {
            program: program.as_ref().to_path_buf(),
            estate: tempfile::tempdir().expect("a temporary directory"),
            data: tempfile::tempdir().expect("a temporary directory"),
            log: tempfile::tempdir().expect("a temporary directory"),
            port: free_port(),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            process: None,
            token: None,
        };
        for (name, text) in estate {
            meridian.write_estate(name, text);
        }
        meridian.restart();
        meridian
    }

    /// Writes a file of the estate; a running server sees the change by itself, or at the next reload.
    pub fn write_estate(&self, name: &str, text: &str) {
        let text = text.replace("{url}", &self.url(""));
        std::fs::write(self.estate.path().join(name), text).unwrap_or_else(|why| panic!("{name}: {why}"));
    }

    /// Starts it again on the same estate, data and port, and waits until it is ready.
    pub fn restart(&mut self) {
        drop(self.process.take());
        let (estate, data, port) = (self.estate.path(), self.data.path(), self.port);
        let ready = self.url("/-/ready");
        let mut process = Process::start("meridian", &self.program, self.log.path(), |command| {
            command.arg("serve").arg("--estate").arg(estate).arg("--data").arg(data);
            command.arg("--listen").arg(format!("127.0.0.1:{port}")).args(&self.flags).env("NO_COLOR", "1");
        });
        process.wait_until("it is ready", |_| http::get(&ready).ok().filter(|r| r.status == 200));
        self.process = Some(process);
    }

    /// Kills it in the middle of whatever it does.
    pub fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Asks it to stop, as a supervisor does, and waits until it has.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        self.process.take().map(|mut process| process.terminate())
    }

    /// Tells it to read its estate again, as `systemctl reload` does.
    pub fn hangup(&self) {
        if let Some(process) = &self.process {
            process.signal("HUP");
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Everything that it printed, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path().join("meridian.log")).unwrap_or_default()
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn estate(&self) -> &Path {
        self.estate.path()
    }

    /// The link that it prints on its first start, with which the first account is made.
    pub fn setup_link(&self) -> String {
        let log = self.log();
        let mut words = log.split(|c: char| c.is_whitespace() || "\"'<>".contains(c));
        let link = words.find(|word| word.starts_with("http") && word.contains("/setup"));
        link.unwrap_or_else(|| panic!("no setup link was printed:\n{log}")).to_owned()
    }

    /// The bearer token of all further requests.
    pub fn set_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], b"")
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &serde_json::Value) -> Response {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut headers = headers.to_vec();
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let answer = http::send(method, &self.url(path), &headers, body);
        answer.unwrap_or_else(|why| panic!("{method} {path}: {why}\n{}", self.log()))
    }
}
