//! `meridian route`: where an alert with these labels goes.

use std::{path::Path, process::ExitCode};

use meridian_core::alert::{self, Labels};

use super::answer;

pub fn run(dir: &Path, labels: &[String], json: bool) -> ExitCode {
    answer(super::estate::load(dir).and_then(|estate| {
        let routing = estate.routing.as_ref().ok_or_else(|| format!("{} has no Routing", dir.display()))?;
        let receivers = alert::receivers(routing, &parse(labels)?);
        let names: Vec<&str> = receivers.iter().map(|name| name.as_str()).collect();
        if json { serde_json::to_string(&names).map_err(|error| error.to_string()) } else { Ok(names.join(",")) }
    }))
}

fn parse(labels: &[String]) -> Result<Labels, String> {
    let pair = |text: &String| {
        let (name, value) =
            text.split_once('=').ok_or_else(|| format!("`{text}` is no label: name=value is expected"))?;
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        Ok((Box::from(name), Box::from(value)))
    };
    labels.iter().map(pair).collect::<Result<Vec<_>, String>>().map(Labels::new)
}
