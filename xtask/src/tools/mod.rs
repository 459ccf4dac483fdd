//! What the tests need beside Rust, installed once: Debian packages, a Python environment, npm packages.
//!
//! Nothing is fetched but from the registries of apt, pip and npm by their own clients. What is there is left alone, so
//! that the second run costs a few stats of files. Python and npm packages live under `target/test-tools`.

mod debian;
mod node;
mod python;

use std::path::{Path, PathBuf};

/// Where the tests find their tools; each becomes a variable of the tests' environment.
#[derive(Debug)]
pub struct Tools {
    pub venv: PathBuf,
    pub node_modules: PathBuf,
    pub chromium: PathBuf,
}

impl Tools {
    pub fn environment(&self) -> [(&'static str, &Path); 3] {
        [
            ("MERIDIAN_VENV", self.venv.as_path()),
            ("MERIDIAN_NODE_MODULES", self.node_modules.as_path()),
            ("MERIDIAN_CHROMIUM", self.chromium.as_path()),
        ]
    }

    /// Where the tools are or would be.
    pub fn located() -> Self {
        let dir = crate::run::target_dir().join("test-tools");
        Self {
            venv: dir.join("venv"),
            node_modules: dir.join("node").join("node_modules"),
            chromium: crate::run::which("chromium").unwrap_or_else(|| PathBuf::from("/usr/bin/chromium")),
        }
    }
}

/// Installs what is missing and says so.
pub fn install() -> Result<Tools, String> {
    debian::install()?;
    let tools = Tools::located();
    python::install(&tools.venv)?;
    node::install(&tools.node_modules)?;
    Ok(Tools::located())
}

/// Whether the stamp beside an installation says that it holds exactly this.
fn is_stamped(stamp: &Path, wanted: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|text| text == wanted)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(|why| format!("{}: {why}", dir.display()))?;
    }
    std::fs::write(path, text).map_err(|why| format!("{}: {why}", path.display()))
}
