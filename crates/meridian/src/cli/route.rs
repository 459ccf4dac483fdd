//! `meridian route`: where an alert with these labels goes.

use std::{path::Path, process::ExitCode};

use meridian_core::alert::{self, Labels};

use super::answer;

/// A label of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    name: Box<str>,
    value: Box<str>,
}

pub fn run(dir: &Path, labels: &[Label], json: bool) -> ExitCode {
    answer(super::estate::load(dir).and_then(|estate| {
        let routing = estate.routing.as_ref().ok_or_else(|| format!("{} has no Routing", dir.display()))?;
        let pairs = labels.iter().map(|label| (label.name.clone(), label.value.clone())).collect();
        let receivers = alert::receivers(routing, &Labels::new(pairs));
        let names: Vec<&str> = receivers.iter().map(|name| name.as_str()).collect();
        if json { serde_json::to_string(&names).map_err(|error| error.to_string()) } else { Ok(names.join(",")) }
    }))
}

/// `name=value`; the value may stand in quotes. What `amtool` refuses as a label is refused here, too.
pub fn label(text: &str) -> Result<Label, String> {
    let named = |name: &str| {
        let mut chars = name.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match text.split_once('=') {
        Some((name, value)) if named(name) && !value.starts_with('~') => {
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            Ok(Label { name: name.into(), value: value.into() })
        }
        Some((name, _)) if named(name.trim_end_matches('!')) => {
            Err("an alert has labels, not matchers: name=value is expected".into())
        }
        _ => Err("name=value is expected, with a name of letters, digits and _".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for (text, expected) in [
            ("severity=critical", Some(("severity", "critical"))),
            ("a=", Some(("a", ""))),
            ("a=b=c", Some(("a", "b=c"))),
            ("_a1=\"b c\"", Some(("_a1", "b c"))),
            ("a=\"", Some(("a", "\""))),
            ("a", None),
            ("=a", None),
            ("a-b=c", None),
            ("1a=c", None),
            ("é=c", None),
            ("a=~b", None),
            ("a!=b", None),
            ("a!~b", None),
            ("", None),
        ] {
            let seen = label(text).ok();
            assert_eq!(seen.as_ref().map(|label| (&*label.name, &*label.value)), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}|[a=~!\"]{0,6}") {
            let _ = label(&text);
        }
    }
}
