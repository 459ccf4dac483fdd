//! Lines put into a file of the estate, with everything else in it left as it stands.

use std::{fs, io::Write as _, path::Path};

use meridian_core::estate::{self, SourceFile};

/// Adds `items` to the list `key` under the `spec` of the document that has this line. The estate is read with the new
/// text first; what would not be accepted is not written.
pub fn write(
    dir: &Path,
    files: &[SourceFile],
    (file, line): (&str, u32),
    (key, items): (&str, &[String]),
) -> Result<(), String> {
    let mut changed = files.to_vec();
    let source = changed.iter_mut().find(|known| known.path == file).ok_or_else(|| format!("{file} is gone"))?;
    let by_hand = || {
        let lines: String = items.iter().map(|item| format!("\n  - {item}")).collect();
        format!(
            "{file}: the lines can't be put under `{key}` without changing others; add them by hand:\n{key}:{lines}"
        )
    };
    let text = with_items(&source.text, line, key, items).ok_or_else(by_hand)?;
    source.text.clone_from(&text);
    if let Err(problems) = estate::load(&changed) {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        return Err(format!("{file}: with the new lines the estate would be refused; nothing was written\n{first}"));
    }
    let path = dir.join(file);
    replace(&path, &text).map_err(|error| format!("{} can't be written: {error}", path.display()))
}

/// Replaces a file of the estate, whole or not at all.
pub(in crate::cli) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = fs::canonicalize(path)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    // A name that the estate's watcher does not look at.
    let mut file = tempfile::Builder::new().prefix(".written-").tempfile_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map(drop).map_err(|error| error.error)
}

/// None: where the lines belong is not plain.
fn with_items(text: &str, line: u32, key: &str, items: &[String]) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let is_border = |line: &&str| line.starts_with("---") || line.starts_with("...");
    let begin = lines.get(..at)?.iter().rposition(is_border).map_or(0, |border| border + 1);
    let end = lines[at..].iter().position(is_border).map_or(lines.len(), |border| at + border);
    let spec = begin + lines[begin..end].iter().position(|line| without_comment(line) == "spec:")?;
    let first = spec + 1 + lines[spec + 1..end].iter().position(|line| !is_empty(line))?;
    let indent = indent_of(lines[first]);
    if indent == 0 {
        return None;
    }
    let after = lines[first..end].iter().position(|line| !is_empty(line) && indent_of(line) < indent);
    let end = last_said(&lines, first, after.map_or(end, |after| first + after));
    let pad = " ".repeat(indent);
    let known = (first..end)
        .find(|at| indent_of(lines[*at]) == indent && lines[*at].trim_start().starts_with(&format!("{key}:")));
    let (place, head, item_pad) = match known {
        None => (end, format!("{pad}{key}:\n"), format!("{pad}  ")),
        Some(known) if without_comment(lines[known].trim_start()) == format!("{key}:") => {
            let is_item = |line: &str| line.trim_start().starts_with("- ");
            let first_item = (known + 1..end).find(|at| !is_empty(lines[*at])).filter(|at| is_item(lines[*at]))?;
            let item_indent = indent_of(lines[first_item]);
            if item_indent < indent {
                return None;
            }
            let over = |at: &usize| {
                let (line, deep) = (lines[*at], indent_of(lines[*at]));
                !is_empty(line) && (deep < item_indent || (deep == item_indent && !is_item(line)))
            };
            let past = (first_item..end).find(over).unwrap_or(end);
            (last_said(&lines, first_item, past), String::new(), " ".repeat(item_indent))
        }
        Some(_) => return None,
    };
    let added: String = items.iter().map(|item| format!("{item_pad}- {item}\n")).collect();
    let mut before = lines[..place].concat();
    if !before.ends_with('\n') {
        before.push('\n');
    }
    Some(before + &head + &added + &lines[place..].concat())
}

/// The end of what is said, without the empty lines and comments behind it.
fn last_said(lines: &[&str], first: usize, end: usize) -> usize {
    (first..end).rev().find(|at| !is_empty(lines[*at])).map_or(end, |last| last + 1)
}

fn is_empty(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn without_comment(line: &str) -> &str {
    line.split_once(" #").map_or(line, |(said, _)| said).trim_end()
}
