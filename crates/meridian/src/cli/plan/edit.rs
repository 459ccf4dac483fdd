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
    let unclear = || {
        format!(
            "the rota {rota} is written so that no line can be added under its overrides without changing others: add \
             them by hand, one a line below `overrides:`"
        )
    };
    let known = estate.rotas.get(rota).ok_or_else(unclear)?;
    let (path, line) = match known.overrides.len().checked_sub(1) {
        Some(last) => estate.places.of(&format!("rota/{rota}/override-{last}")),
        None => known.layers.first().and_then(|layer| estate.places.of(&format!("rota/{rota}/{}", layer.name))),
    }
    .ok_or_else(unclear)?;
    let file = files.iter().find(|file| file.path == path).ok_or_else(unclear)?;
    let lines: Vec<&str> = file.text.lines().collect();
    let start = (line as usize).saturating_sub(1);
    let (at, indent, head) = if known.overrides.is_empty() {
        let (end, indent) = behind_document(&lines, start).ok_or_else(unclear)?;
        (end, indent + 2, Some(format!("{}overrides:", " ".repeat(indent))))
    } else {
        let last = lines.get(start).filter(|line| line.trim_start().starts_with("- ")).ok_or_else(unclear)?;
        let inner = |line: &&str| !line.trim().is_empty() && depth(line) > depth(last);
        (start + 1 + lines[start + 1..].iter().take_while(|line| inner(line)).count(), depth(last), None)
    };
    let added = changes.iter().map(|change| format!("{}{}", " ".repeat(indent), yaml(change)));
    let lines = head.into_iter().chain(added).collect();
    let edit = Edit::new(file, at, lines);
    let mut after = files.to_vec();
    after.iter_mut().filter(|file| file.path == edit.path).for_each(|file| file.text.clone_from(&edit.after));
    let read = estate::load(&after).map_err(|_| unclear())?;
    let mut wanted = known.overrides.clone();
    wanted.extend(changes.iter().cloned());
    match read.estate.rotas.get(rota) {
        Some(read) if read.overrides == wanted => Ok(edit),
        _ => Err(unclear()),
    }
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The line behind the last one that is said in a rota's document, and how deep its keys stand.
fn behind_document(lines: &[&str], start: usize) -> Option<(usize, usize)> {
    let head =
        (0..=start).rev().find(|i| lines.get(*i).is_some_and(|line| line.trim_start().starts_with("layers:")))?;
    let is_border = |line: &str| line.starts_with("---") || line.starts_with("...");
    let end = (start + 1..lines.len()).find(|i| is_border(lines[*i])).unwrap_or(lines.len());
    // Blank lines and what is noted at the left border before the next document stay there.
    let said = |line: &str| !line.trim().is_empty() && !line.starts_with('#');
    let end = (start + 1..=end).rev().find(|i| said(lines[*i - 1]))?;
    Some((end, depth(lines[head])))
}

impl Edit {
    fn new(file: &SourceFile, at: usize, lines: Vec<String>) -> Edit {
        let end = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
        let head: usize = file.text.split_inclusive('\n').take(at).map(str::len).sum();
        let (before, behind) = file.text.split_at(head);
        let broken = if before.is_empty() || before.ends_with('\n') { "" } else { end };
        let added: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        let lines = lines.into_iter().map(|line| format!("{line}{}", end.trim_end_matches('\n'))).collect();
        let after = format!("{before}{broken}{added}{behind}");
        Edit { path: file.path.clone(), before: file.text.clone(), after, at, lines }
    }

    /// As a unified diff, with three lines around it.
    pub fn diff(&self) -> String {
        const OPEN: &str = "\\ No newline at end of file\n";
        let lines: Vec<&str> = self.before.split('\n').collect();
        let is_open = !self.before.ends_with('\n');
        let count_all = if is_open { lines.len() } else { lines.len() - 1 };
        let (first, last) = (self.at.saturating_sub(3), (self.at + 3).min(count_all));
        let count = last - first;
        let mut text = format!(
            "--- a/{0}\n+++ b/{0}\n@@ -{1},{count} +{1},{2} @@\n",
            self.path,
            first + 1,
            count + self.lines.len()
        );
        for (number, line) in lines.iter().enumerate().take(self.at).skip(first) {
            // The last line of a file that does not end it gets its end.
            if is_open && number + 1 == count_all {
                text += &format!("-{line}\n{OPEN}+{line}\n");
            } else {
                text += &format!(" {line}\n");
            }
        }
        self.lines.iter().for_each(|line| text += &format!("+{line}\n"));
        for (number, line) in lines.iter().enumerate().take(last).skip(self.at) {
            text += &format!(" {line}\n");
            if is_open && number + 1 == count_all {
                text += OPEN;
            }
        }
        text
    }
}
