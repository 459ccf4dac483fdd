//! npm packages of the browser tests: what drives Chromium, and what judges accessibility.

use crate::run;
use std::path::Path;
use std::process::Command;

pub fn install(node_modules: &Path) -> Result<(), String> {
    let source = run::root().join("tests/browser/package.json");
    let manifest = std::fs::read_to_string(&source).map_err(|why| format!("{}: {why}", source.display()))?;
    let stamp = node_modules.join("meridian-packages");
    if super::is_stamped(&stamp, &manifest) {
        return Ok(());
    }
    let dir = node_modules.parent().unwrap_or(node_modules);
    println!("installing npm packages in {}", dir.display());
    super::write(&dir.join("package.json"), &manifest)?;
    // Both packages are pinned and have no dependencies, so a lock would add nothing. The browser is Debian's: nothing
    // may be downloaded behind npm's back.
    let quiet = ["install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run::shown(Command::new("npm").args(quiet).current_dir(dir).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    super::write(&stamp, &manifest)
}
