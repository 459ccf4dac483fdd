//! What people get wrong, and what they are told.

mod chains;
mod documents;
mod people;
mod routing;
mod watch;

use crate::estate::{Problem, SourceFile, load, text};

/// What everything in these cases may refer to.
const BASE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: mail }
spec: { smtp: { host: localhost, from: a@b.example } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { site: hong-kong, contacts: [{ name: mail, email: wen@b.example }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: mei }
spec: { site: hong-kong }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec: { layers: [{ name: all, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }] }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: ops }
spec: { steps: [{ page: [rota/payments], within: 5m }] }
"#;

fn problems(text: &str) -> Vec<Problem> {
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.into() };
    load(&[file("base.yaml", BASE), file("f.yaml", text)]).err().unwrap_or_default()
}

/// Line, column, message, what was expected, and what was probably meant.
fn told(problem: &Problem) -> String {
    let mut line = format!("{}:{} {}", problem.line, problem.column, problem.message);
    line += &problem.expected.as_ref().map(|text| format!(" | {text}")).unwrap_or_default();
    line + &problem.nearest.as_ref().map(|text| format!(" ? {text}")).unwrap_or_default()
}

/// `spec` stands on line 4, so that what is wrong in it is there, too.
fn check(kind: &str, cases: &[(&str, &[&str])]) {
    for (spec, wanted) in cases {
        let text = format!("apiVersion: meridian/v1\nkind: {kind}\nmetadata: {{ name: x }}\nspec: {spec}\n");
        check_texts(&[(&text, wanted)]);
    }
}

fn check_texts(cases: &[(&str, &[&str])]) {
    for (text, wanted) in cases {
        let problems = problems(text);
        assert_eq!(problems.iter().map(told).collect::<Vec<_>>(), *wanted, "\nof:\n{text}\n");
    }
}

#[test]
fn files_that_are_not_text() {
    let told = |bytes: &[u8]| text("f.yaml", bytes).map_err(|problem| problem.to_string());
    assert_eq!(told(b"\xef\xbb\xbfa: b").unwrap().text, "a: b");
    assert_eq!(
        told(b"a: b\nc: \xff\n").unwrap_err(),
        "f.yaml:2:4: error: the byte 0xff is not UTF-8\n    2 | c: \u{fffd}\n      |    ^\n   expected: a text file in UTF-8"
    );
    assert_eq!(
        told(b"a: b\0").unwrap_err(),
        "f.yaml:1:5: error: a NUL character stands here\n    1 | a: b\u{fffd}\n      |     ^\n   expected: text without NUL characters"
    );
    let large = told(&vec![b' '; (4 << 20) + 1]).unwrap_err();
    assert_eq!(large, "f.yaml: error: the file has 4194305 bytes\n   expected: at most 4194304 bytes (4 MiB)");
}

#[test]
fn a_problem_shows_the_line() {
    let file = "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec:\n  timeZone: Asia/HongKong\n";
    assert_eq!(
        problems(file)[0].to_string(),
        "f.yaml:5:13: error: unknown time zone `Asia/HongKong`\n    5 |   timeZone: Asia/HongKong\n      |             ^^^^^^^^^^^^^\n   \
         expected: an IANA time zone name\n   did you mean `Asia/Hong_Kong`?"
    );
    // A tab counts as one character, and of a long line only a part is shown.
    let long = format!(
        "apiVersion: meridian/v1\nkind: Site\nmetadata: {{ name: x }}\nspec: {{ displayName: {}, timezone: UTC }}\n",
        "é".repeat(300)
    );
    let shown = problems(&long)[1].to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[1].chars().count() < 120, "{shown}");
    let marked: String =
        lines[1].chars().zip(lines[2].chars()).filter(|(_, mark)| *mark == '^').map(|(c, _)| c).collect();
    assert_eq!(marked, "timezone", "{shown}");
}

/// What is wrong in one file doesn't hide what is wrong in another, and nobody is blamed for a name that is there.
#[test]
fn errors_of_all_files_at_once() {
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.into() };
    let head = |kind: &str, name: &str, spec: &str| {
        format!("apiVersion: meridian/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n")
    };
    let files = [
        file("c.yaml", &head("Team", "t", "{ members: [ana, bo] }")),
        file("b.yaml", &head("Person", "ana", "{ site: here, contats: [] }")),
        file("a.yaml", &head("Site", "here", "{ timeZone: Nowhere }")),
    ];
    let problems = load(&files).unwrap_err();
    let lines: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.file, problem.message)).collect();
    assert_eq!(
        lines,
        ["a.yaml unknown time zone `Nowhere`", "b.yaml unknown field `contats`", "c.yaml there is no person `bo`"]
    );
}
