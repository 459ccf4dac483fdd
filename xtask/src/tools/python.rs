//! A Python environment of the tests' own: a real SMTP server, and the clients that people already use.

use crate::run;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: [&str; 4] = ["aiosmtpd==1.4.6", "pdpyras==5.4.1", "icalendar==7.3.0", "recurring-ical-events==3.8.2"];

/// A Python that can make environments. The system's comes second: a chosen one stands before it in `PATH`.
pub fn interpreter() -> Option<PathBuf> {
    let candidates = [run::which("python3"), Some(PathBuf::from("/usr/bin/python3"))];
    let able = |python: &PathBuf| run::succeeds(Command::new(python).args(["-c", "import ensurepip, venv"]));
    candidates.into_iter().flatten().find(able)
}

pub fn install(venv: &Path) -> Result<(), String> {
    let stamp = venv.join("meridian-packages");
    let wanted = PACKAGES.join("\n");
    if super::is_stamped(&stamp, &wanted) {
        return Ok(());
    }
    println!("installing Python packages in {}: {}", venv.display(), PACKAGES.join(" "));
    let python = interpreter().ok_or("no python3 with venv; `apt-get install python3-venv` brings one")?;
    run::shown(Command::new(python).args(["-m", "venv", "--clear"]).arg(venv))?;
    run::shown(
        Command::new(venv.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(PACKAGES),
    )?;
    super::write(&stamp, &wanted)
}
