//! Rules of Rust source: function length, banned calls, module documentation, where SQL may stand.

use super::Finding;
use super::tree::{File, Source};

const FUNCTION_LINES_MAX: usize = 60;

/// Calls that read or wait for the time; `clippy.toml` bans the same by type.
const CLOCK: [&str; 8] = [
    "Timestamp::now",
    "Zoned::now",
    "SystemTime::now",
    "Instant::now",
    "time::sleep",
    "time::interval",
    "thread::sleep",
    "TimeZone::system",
];
const UNFINISHED: [&str; 2] = ["todo!", "unimplemented!"];
const SQL: [&str; 9] = [
    "SELECT ",
    "INSERT INTO",
    "INSERT OR",
    "DELETE FROM",
    "UPDATE ",
    "CREATE TABLE",
    "CREATE INDEX",
    "DROP TABLE",
    "PRAGMA ",
];

pub fn check(file: &File, found: &mut Vec<Finding>) {
    if !file.is("rs") {
        return;
    }
    let Source { code, strings, .. } = Source::read(&file.text);
    let mut say = |line, rule, what: String| found.push(Finding { path: file.path.clone(), line, rule, what });

    let shipped = without_tests(&code);
    // A test is often a table of cases, and an example a table of data; both are read by the line.
    for (line, name, lines) in functions(&shipped) {
        if lines > FUNCTION_LINES_MAX && !file.is_test() && !file.path.contains("/examples/") {
            say(
                line,
                "function-length",
                format!("`{name}` has {lines} lines; it should fit a screen: {FUNCTION_LINES_MAX}"),
            );
        }
    }
    for (n, line) in code.lines().enumerate() {
        for word in UNFINISHED.iter().filter(|word| calls(line, word)) {
            say(n + 1, "unfinished", format!("`{word}`: a path that is not written must not compile"));
        }
    }
    if !may_know_the_time(file) {
        for (n, line) in shipped.lines().enumerate() {
            for call in CLOCK.iter().filter(|call| calls(line, call)) {
                say(n + 1, "clock", format!("`{call}`: time is an argument; only clock.rs knows it"));
            }
        }
    }
    if !file.path.starts_with("crates/meridian-store/") && !file.path.starts_with("xtask/") {
        for (line, text) in &strings {
            let inner = text.trim_start_matches(['b', 'r', '#', '"']).trim_start();
            if SQL.iter().any(|word| inner.starts_with(word)) {
                say(*line, "sql", "SQL stands in meridian-store alone: ask the journal or the world".into());
            }
        }
    }
    let is_module = file.path.starts_with("crates/") && file.path.contains("/src/") && !file.is_test();
    if is_module && !file.text.starts_with("//!") {
        say(1, "module-doc", "begin with `//!`: what this module is, and what it does not do".into());
    }
}

fn may_know_the_time(file: &File) -> bool {
    file.is_test()
        || file.path.ends_with("/clock.rs")
        || file.path.starts_with("crates/meridian-testkit/")
        || file.path.starts_with("xtask/")
}

/// Whether the line names this call as whole words: `time::sleep` is not in `my_time::sleepy`.
fn calls(line: &str, call: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(call).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + call.len()..].chars().next();
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

/// Every function that has a body: line, name, and number of lines from `fn` to the closing brace.
fn functions(code: &str) -> Vec<(usize, String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        let name: String = code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        if let Some(len) = item_len(&code[at..]) {
            let line = code[..at].matches('\n').count() + 1;
            found.push((line, name, code[at..at + len].matches('\n').count() + 1));
        }
    }
    found
}

/// The length of an item that ends with the brace that closes its body; none for one that ends with a semicolon.
fn item_len(item: &str) -> Option<usize> {
    let (mut round, mut braces) = (0_i64, 0_i64);
    for (at, c) in item.char_indices() {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces <= 0 && round == 0 {
                    return Some(at + 1);
                }
            }
            ';' if round == 0 && braces == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The code with every item under `#[cfg(test)]` blanked.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let (mut out, mut rest) = (String::new(), code);
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        let item = &rest[at + MARK.len()..];
        let len = item_len(item).or_else(|| item.find(';').map(|end| end + 1)).unwrap_or(item.len());
        out.extend(item[..len].chars().filter(|c| *c == '\n'));
        rest = &item[len..];
    }
    out + rest
}
