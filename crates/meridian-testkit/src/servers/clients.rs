//! Clients that people already run, run unmodified.

use super::browser::Ran;
use super::tools;
use std::process::Command;

/// Runs Debian's `amtool` against an Alertmanager API, without the configuration file of whoever runs the test.
pub fn amtool(url: &str, args: &[&str]) -> Ran {
    let nowhere = tempfile::tempdir().expect("a temporary directory");
    let flag = format!("--alertmanager.url={url}");
    let mut command = Command::new("amtool");
    Ran::of(command.arg(flag).args(args).env("HOME", nowhere.path()).env("XDG_CONFIG_HOME", nowhere.path()))
}

/// Runs a Python script in the environment of the tests; `args` are `sys.argv[1:]`.
pub fn python(script: &str, args: &[&str]) -> Ran {
    Ran::of(Command::new(tools::venv_python()).args(["-c", script]).args(args))
}
