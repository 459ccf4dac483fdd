//! Where the API token comes from: a file, the environment, or the file that stands in the home directory. Never from
//! a flag's value, which every process of the machine could read.

use std::{
    env, fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::failure::Failure;

/// More is no token.
const BYTES_MAX: u64 = 4096;
const WISH: &str = "read the API token";

/// The token, if there is one, and what is doubtful about where it stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub token: Option<String>,
    pub warning: Option<String>,
}

/// From `--token-file`, else MERIDIAN_TOKEN, else `~/.config/meridian/token`.
pub fn find(file: Option<&Path>) -> Result<Found, Failure> {
    if let Some(path) = file {
        return if path == Path::new("-") { from_stdin() } else { from_file(path) };
    }
    match env::var("MERIDIAN_TOKEN") {
        Ok(text) if !text.trim().is_empty() => Ok(Found { token: Some(one("MERIDIAN_TOKEN", &text)?), warning: None }),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::new(WISH, "MERIDIAN_TOKEN is not text")),
        _ => match at_home() {
            Some(path) if path.exists() => from_file(&path),
            _ => Ok(Found::default()),
        },
    }
}

/// Below `XDG_CONFIG_HOME`, or `~/.config`.
fn at_home() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("meridian/token"))
}

fn from_stdin() -> Result<Found, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| Failure::new(WISH, format!("the standard input can't be read: {error}")))?;
    Ok(Found { token: Some(one("the standard input", &text)?), warning: None })
}

fn from_file(path: &Path) -> Result<Found, Failure> {
    let shown = path.display().to_string();
    let mut text = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| Failure::new(WISH, format!("{shown} can't be read: {error}")))?;
    Ok(Found { token: Some(one(&shown, &text)?), warning: readable_by_others(path) })
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let shown = path.display();
    (mode & 0o077 != 0)
        .then(|| format!("{shown} has mode {mode:04o}, so others can read the token: `chmod 600 {shown}` mends it"))
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<String> {
    None
}

/// One line without spaces, as an HTTP header can carry it.
fn one(place: &str, text: &str) -> Result<String, Failure> {
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let why = format!("{place} holds no token: one line like mrd_… is expected");
        return Err(Failure::new(WISH, why));
    }
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_one_token() {
        let dir = tempfile::tempdir().unwrap();
        for (text, expected) in [("mrd_abc\n", Some("mrd_abc")), ("", None), ("a b", None), ("a\nb", None), ("é", None)]
        {
            let path = dir.path().join("token");
            fs::write(&path, text).unwrap();
            assert_eq!(find(Some(&path)).ok().and_then(|found| found.token).as_deref(), expected, "{text:?}");
        }
        let gone = find(Some(&dir.path().join("gone"))).unwrap_err();
        assert!(gone.why.contains("gone can't be read: No such file"), "{gone:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_warned_about() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        fs::write(&path, "mrd_abc").unwrap();
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let warning = find(Some(&path)).unwrap().warning;
            assert_eq!(warning.is_some(), warned, "{mode:o}: {warning:?}");
        }
    }
}
