//! Overrides, written into the file of a rota without touching any other line.

use meridian_core::{
    estate::{self, Estate, Override, SourceFile},
    id::Name,
};

/// One file before and after.
pub struct Edit {
    pub path: String,
    pub before: String,
    pub after: String,
    /// The line before which the new ones stand, from 0.
    at: usize,
    lines: Vec<String>,
}

/// As the estate writes it.
pub fn yaml(change: &Override) -> String {
    let replace = change.replace.as_ref().map_or(String::new(), |name| format!(", replace: {name}"));
    let layer = change.layer.as_ref().map_or(String::new(), |layer| format!(", layer: {layer}"));
    format!("- {{ from: \"{}\", until: \"{}\"{replace}, with: {}{layer} }}", change.from, change.until, change.with)
}

/// Adds these overrides behind those that the rota has. The result is read back: what would not mean the same is refused.
pub fn edit(files: &[SourceFile], estate: &Estate, rota: &Name, changes: &[Override]) -> Result<Edit, String> {
    let unclear = || "the file is written so that no line can be added: add the overrides by hand".to_owned();
    let known = estate.rotas.get(rota).ok_or_else(unclear)?;
    let (path, line) = match known.overrides.len().checked_sub(1) {
        Some(last) => estate.places.of(&format!("rota/{rota}/override-{last}")),
        None => known.layers.first().and_then(|layer| estate.places.of(&format!("rota/{rota}/{}", layer.name))),
    }
    .ok_or_else(unclear)?;
    let file = files.iter().find(|file| file.path == path).ok_or_else(unclear)?;
    let lines: Vec<&str> = file.text.lines().collect();
    let start = (line as usize).saturating_sub(1);
    let depth = |line: &str| line.len() - line.trim_start().len();
    let (at, mut added) = if known.overrides.is_empty() {
        let head =
            (0..=start).rev().find(|i| lines.get(*i).is_some_and(|line| line.trim_start().starts_with("layers:")));
        let indent = head.map(|head| depth(lines[head])).ok_or_else(unclear)?;
        let end = (start + 1..lines.len()).find(|i| lines[*i].starts_with("---")).unwrap_or(lines.len());
        let end = (start + 1..=end).rev().find(|i| !lines[*i - 1].trim().is_empty()).unwrap_or(end);
        (end, vec![format!("{}overrides:", " ".repeat(indent))])
    } else {
        let last = lines.get(start).filter(|line| line.trim_start().starts_with("- ")).ok_or_else(unclear)?;
        let inner = |line: &&str| !line.trim().is_empty() && depth(line) > depth(last);
        (start + 1 + lines[start + 1..].iter().take_while(|line| inner(line)).count(), Vec::new())
    };
    let indent = match (added.first(), lines.get(start)) {
        (Some(head), _) => depth(head) + 2,
        (None, Some(last)) => depth(last),
        (None, None) => return Err(unclear()),
    };
    added.extend(changes.iter().map(|change| format!("{}{}", " ".repeat(indent), yaml(change))));
    let mut all: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    all.splice(at..at, added.clone());
    let edit =
        Edit { path: path.to_owned(), before: file.text.clone(), after: all.join("\n") + "\n", at, lines: added };
    let after = files.iter().map(|file| SourceFile {
        path: file.path.clone(),
        text: if file.path == edit.path { edit.after.clone() } else { file.text.clone() },
    });
    let read = estate::load(&after.collect::<Vec<_>>()).map_err(|_| unclear())?;
    let mut wanted = known.overrides.clone();
    wanted.extend(changes.iter().cloned());
    match read.estate.rotas.get(rota) {
        Some(read) if read.overrides == wanted => Ok(edit),
        _ => Err(unclear()),
    }
}

impl Edit {
    /// As a unified diff, with three lines around it.
    pub fn diff(&self) -> String {
        let lines: Vec<&str> = self.before.lines().collect();
        let (first, last) = (self.at.saturating_sub(3), (self.at + 3).min(lines.len()));
        let count = last - first;
        let mut text = format!(
            "--- a/{0}\n+++ b/{0}\n@@ -{1},{count} +{1},{2} @@\n",
            self.path,
            first + 1,
            count + self.lines.len()
        );
        lines[first..self.at].iter().for_each(|line| text += &format!(" {line}\n"));
        self.lines.iter().for_each(|line| text += &format!("+{line}\n"));
        lines[self.at..last].iter().for_each(|line| text += &format!(" {line}\n"));
        text
    }
}
