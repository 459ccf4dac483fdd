//! Where the installed tools are, and whether they are there at all.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const PROGRAMS: [&str; 7] = ["prometheus", "prometheus-alertmanager", "amtool", "node", "ip", "nft", "tcpdump"];

/// Whether the servers and clients of the tests are installed. Where they are required, their absence panics.
pub fn installed() -> bool {
    static MISSING: OnceLock<Vec<String>> = OnceLock::new();
    let missing = MISSING.get_or_init(missing);
    if missing.is_empty() {
        return true;
    }
    let what = format!("not installed: {} (`cargo xtask test` installs them)", missing.join(", "));
    assert!(std::env::var_os("MERIDIAN_REQUIRE_SERVERS").is_none(), "{what}");
    eprintln!("SKIPPED: {what}");
    false
}

fn missing() -> Vec<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = |name: &str| std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    let programs = PROGRAMS.iter().filter(|name| !on_path(name)).map(|name| (*name).to_owned());
    let files = [venv_python(), node_modules().join("playwright-core"), node_modules().join("axe-core"), chromium()];
    programs.chain(files.iter().filter(|file| !file.exists()).map(|file| file.display().to_string())).collect()
}

/// The root of the workspace.
pub(super) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

pub(super) fn venv_python() -> PathBuf {
    from_environment("MERIDIAN_VENV", "venv").join("bin/python")
}

pub(super) fn node_modules() -> PathBuf {
    from_environment("MERIDIAN_NODE_MODULES", "node/node_modules")
}

pub(super) fn chromium() -> PathBuf {
    std::env::var_os("MERIDIAN_CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

/// Fontconfig's settings for a browser that knows DejaVu alone, the widest of the usual fonts: what fits there fits
/// everywhere, and every machine measures the same. None where it is not installed.
pub(super) fn one_font() -> Option<&'static Path> {
    const DEJAVU: &str = "/usr/share/fonts/truetype/dejavu";
    static FONTS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let write = || {
        let file = from_environment("MERIDIAN_FONTS", "fonts.conf");
        let cache = file.with_file_name("fonts");
        let text = format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n\
             <fontconfig><dir>{DEJAVU}</dir><cachedir>{}</cachedir></fontconfig>\n",
            cache.display()
        );
        // Other test programs may write the same at the same time.
        let new = file.with_extension(std::process::id().to_string());
        std::fs::create_dir_all(&cache).and_then(|()| std::fs::write(&new, text)).ok()?;
        std::fs::rename(&new, &file).ok()?;
        Some(file)
    };
    FONTS.get_or_init(|| Path::new(DEJAVU).is_dir().then(write).flatten()).as_deref()
}

fn from_environment(variable: &str, otherwise: &str) -> PathBuf {
    let target = || match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    };
    std::env::var_os(variable).map_or_else(|| target().join("test-tools").join(otherwise), PathBuf::from)
}
