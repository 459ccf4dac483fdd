//! Chromium, driven by the scripts in `tests/browser`; and what a client that ran has said.

use super::tools;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How a client ended and what it printed.
#[derive(Debug, Clone)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub(super) fn of(command: &mut Command) -> Self {
        let out = command.stdin(Stdio::null()).output();
        let out = out.unwrap_or_else(|why| panic!("{:?} could not be started: {why}", command.get_program()));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: out.status.code(), stdout: text(&out.stdout), stderr: text(&out.stderr) }
    }

    /// What it printed; panics with everything when it failed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// Runs browser scripts, each in a Chromium of its own that remembers nothing.
#[derive(Debug, Default)]
pub struct Browser {
    cookie: Option<String>,
}

impl Browser {
    pub fn new() -> Self {
        Self::default()
    }

    /// A browser that is logged in: it sends this `name=value` cookie to the page that it opens.
    pub fn with_cookie(cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()) }
    }

    /// Runs `tests/browser/SCRIPT.mjs`.
    pub fn run(&self, script: &str, args: &[&str]) -> Ran {
        let file = tools::root().join("tests/browser").join(format!("{script}.mjs"));
        let mut command = Command::new("node");
        command.arg(file).args(args);
        command.env("MERIDIAN_NODE_MODULES", tools::node_modules()).env("MERIDIAN_CHROMIUM", tools::chromium());
        if let Some(fonts) = tools::one_font() {
            command.env("FONTCONFIG_FILE", fonts);
        }
        match &self.cookie {
            Some(cookie) => command.env("MERIDIAN_COOKIE", cookie),
            None => command.env_remove("MERIDIAN_COOKIE"),
        };
        Ran::of(&mut command)
    }

    /// Every breach of WCAG 2.2 AA on these pages, light and dark; empty when there is none.
    pub fn axe(&self, urls: &[&str]) -> Ran {
        self.run("axe", urls)
    }

    /// A picture of a page, written to a file.
    pub fn shot(&self, url: &str, width: u32, dark: bool) -> PathBuf {
        let dir = tempfile::tempdir().expect("a temporary directory").keep();
        let file = dir.join("page.png");
        let width = width.to_string();
        let name = file.to_string_lossy();
        let mut args = vec![url, &name, "--width", &width];
        if dark {
            args.push("--dark");
        }
        self.run("shot", &args).ok();
        file
    }
}
