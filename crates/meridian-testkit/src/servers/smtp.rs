//! A real SMTP server that takes every mail, or refuses, stalls or hangs up as the test tells it.

use super::process::{Process, free_port, wait_until};
use super::tools;
use serde::Deserialize;
use tempfile::TempDir;

const SCRIPT: &str = include_str!("smtp.py");

/// How the server treats a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Accept,
    /// Refuses every recipient with this code: 451 is "later", 550 is "never".
    Refuse(u16),
    /// Takes the mail and never answers.
    Stall,
    /// Takes the mail and hangs up instead of answering: the sender cannot know whether it arrived.
    Drop,
}

/// A mail as it arrived, its parts decoded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Seconds since 1970, as the server saw it.
    pub at: f64,
    /// Whether the sender was told that it was taken.
    pub answered: bool,
    pub subject: String,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
}

impl Mail {
    pub fn header(&self, name: &str) -> Option<&str> {
        super::http::find(&self.headers, name)
    }

    /// The first link in the text that contains this.
    pub fn link(&self, containing: &str) -> Option<&str> {
        let ends = |c: char| c.is_whitespace() || "<>\"'()".contains(c);
        self.text.split(ends).find(|word| word.starts_with("http") && word.contains(containing))
    }
}

/// A running SMTP server.
#[derive(Debug)]
pub struct Smtp {
    process: Process,
    port: u16,
    dir: TempDir,
}

impl Smtp {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let mut process = Process::start("smtp", &tools::venv_python(), dir.path(), |command| {
            command.args(["-c", SCRIPT]).arg(dir.path()).arg(port.to_string());
        });
        process.wait_until("it is ready", |log| log.contains("ready").then_some(()));
        Self { process, port, dir }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// How it treats what comes from now on.
    pub fn set_mood(&self, mood: Mood) {
        let word = match mood {
            Mood::Accept => "accept".to_owned(),
            Mood::Refuse(code) => code.to_string(),
            Mood::Stall => "stall".to_owned(),
            Mood::Drop => "drop".to_owned(),
        };
        let new = self.dir.path().join("mood.new");
        std::fs::write(&new, word).expect("the mood can be written");
        std::fs::rename(new, self.dir.path().join("mood")).expect("the mood can be put in place");
    }

    /// Every mail so far, in the order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        let text = std::fs::read_to_string(self.dir.path().join("mails.jsonl")).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))).collect()
    }

    /// Waits until there are this many.
    pub fn wait_for(&self, count: usize) -> Vec<Mail> {
        wait_until(&format!("{count} mails"), || Some(self.mails()).filter(|mails| mails.len() >= count))
    }
}
