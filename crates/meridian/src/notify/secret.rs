//! Secrets: `${env:NAME}` and `${file:PATH}` become their values here, at the edge, and nowhere else.
//!
//! The estate, the journal and every snapshot hold the placeholder only. A value is read at each use, so a secret
//! that was rotated counts from the next message on, without a reload.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// More than any password, token or URL; a mistaken path to a log file must not be read whole.
const BYTES_MAX: u64 = 64 * 1024;

/// Where placeholders are looked up.
#[derive(Clone, Default)]
pub struct Secrets(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Process,
    Given(Arc<BTreeMap<String, String>>),
}

impl Secrets {
    /// The environment of this process and the files of this machine.
    pub fn process() -> Secrets {
        Secrets(Source::Process)
    }

    /// A fixed set, keyed as in the placeholder: `env:NAME`, `file:PATH`. Drills and the demo need no environment.
    pub fn given(values: impl IntoIterator<Item = (String, String)>) -> Secrets {
        Secrets(Source::Given(Arc::new(values.into_iter().collect())))
    }

    /// Replaces every placeholder of `text`.
    pub fn resolve(&self, text: &str) -> Result<Secret, SecretError> {
        let mut value = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            value.push_str(&rest[..start]);
            let inner = &rest[start + 2..];
            let end = inner.find('}').ok_or(SecretError::Unclosed)?;
            value.push_str(&self.look_up(&inner[..end])?);
            rest = &inner[end + 1..];
        }
        value.push_str(rest);
        Ok(Secret { secret: text.contains("${"), value })
    }

    /// As [`Secrets::resolve`], for tasks: a file may stand on a disk or a share that does not answer, and nobody else's
    /// message waits for that.
    pub async fn resolve_aside(&self, text: &str) -> Result<Secret, SecretError> {
        if !text.contains("${file:") {
            return self.resolve(text);
        }
        let (secrets, text) = (self.clone(), text.to_owned());
        let read = tokio::task::spawn_blocking(move || secrets.resolve(&text)).await;
        read.unwrap_or_else(|why| Err(SecretError::Unreadable("of a placeholder".into(), why.to_string())))
    }

    fn look_up(&self, placeholder: &str) -> Result<String, SecretError> {
        let (kind, name) = placeholder.split_once(':').ok_or_else(|| SecretError::Unknown(placeholder.to_owned()))?;
        if !matches!(kind, "env" | "file") || name.is_empty() {
            return Err(SecretError::Unknown(placeholder.to_owned()));
        }
        let value = match (&self.0, kind) {
            (Source::Given(values), _) => values.get(placeholder).cloned(),
            (Source::Process, "env") => std::env::var(name).ok(),
            (Source::Process, _) => Some(read(name)?),
        };
        let mut value = value.ok_or_else(|| SecretError::Missing(placeholder.to_owned()))?;
        while value.ends_with(['\n', '\r']) {
            value.pop();
        }
        if value.is_empty() { Err(SecretError::Empty(placeholder.to_owned())) } else { Ok(value) }
    }
}

fn read(path: &str) -> Result<String, SecretError> {
    use std::io::Read;
    let unreadable = |why: std::io::Error| SecretError::Unreadable(path.to_owned(), why.kind().to_string());
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut value = String::new();
    file.take(BYTES_MAX + 1).read_to_string(&mut value).map_err(unreadable)?;
    if value.len() as u64 > BYTES_MAX {
        return Err(SecretError::Unreadable(path.to_owned(), "it is longer than 64 KiB".into()));
    }
    Ok(value)
}

/// A resolved text. It does not show itself: not by `Debug`, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: String,
    secret: bool,
}

impl Secret {
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Whether a placeholder was in it, that is, whether people may not see it.
    pub fn is_secret(&self) -> bool {
        self.secret
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a placeholder has no value. Names the placeholder, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretError {
    Missing(String),
    Empty(String),
    Unreadable(String, String),
    Unknown(String),
    Unclosed,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretError::Missing(p) => match p.strip_prefix("env:") {
                Some(name) => write!(f, "the environment variable {name} is not set; set it and start Meridian again"),
                None => write!(f, "${{{p}}} is not given"),
            },
            SecretError::Empty(p) => write!(f, "${{{p}}} is empty"),
            SecretError::Unreadable(path, why) => write!(f, "the secret file {path} can't be read: {why}"),
            SecretError::Unknown(p) => {
                write!(f, "`${{{}}}` is no placeholder: ${{env:NAME}} or ${{file:PATH}}", p.escape_debug())
            }
            SecretError::Unclosed => f.write_str("a placeholder begins with `${` and has no `}`"),
        }
    }
}

impl std::error::Error for SecretError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn given() -> Secrets {
        Secrets::given([("env:TOKEN".to_owned(), "s3cret\r\n".to_owned()), ("env:NONE".to_owned(), "\n".to_owned())])
    }

    #[test]
    fn placeholders() {
        let check = |text: &str, expected: Result<&str, &str>| {
            let found = given().resolve(text);
            let found = found.as_ref().map(Secret::expose).map_err(ToString::to_string);
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        };
        check("plain", Ok("plain"));
        check("", Ok(""));
        check("$5 {x}", Ok("$5 {x}"));
        check("${env:TOKEN}", Ok("s3cret"));
        check("https://h/${env:TOKEN}/${env:TOKEN}?", Ok("https://h/s3cret/s3cret?"));
        check("${env:GONE}", Err("the environment variable GONE is not set; set it and start Meridian again"));
        check("${env:NONE}", Err("${env:NONE} is empty"));
        check("${TOKEN}", Err("`${TOKEN}` is no placeholder: ${env:NAME} or ${file:PATH}"));
        check("${vault:x}", Err("`${vault:x}` is no placeholder: ${env:NAME} or ${file:PATH}"));
        check("${env:TOKEN", Err("a placeholder begins with `${` and has no `}`"));
    }

    #[test]
    fn files_lose_their_last_newline_and_nothing_shows_a_value() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        std::fs::write(&path, "pa ss\n").unwrap();
        let secret = Secrets::process().resolve(&format!("${{file:{}}}", path.display())).unwrap();
        assert_eq!((secret.expose(), secret.is_secret()), ("pa ss", true));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let gone = Secrets::process().resolve("${file:/nowhere/at/all}").unwrap_err().to_string();
        assert_eq!(gone, "the secret file /nowhere/at/all can't be read: entity not found");
        std::fs::write(&path, "x".repeat(70_000)).unwrap();
        assert!(Secrets::process().resolve(&format!("${{file:{}}}", path.display())).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = given().resolve(&text);
            let _ = given().resolve(&format!("${{{text}}}"));
        }
    }
}
