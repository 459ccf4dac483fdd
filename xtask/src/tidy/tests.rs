//! For each rule a sample that breaks it and one that keeps it.

use super::tree::{File, Source, Tree};
use super::{Finding, findings};

/// A tree of these files, and the findings that it must have as `path:line rule`.
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let mut tree = Tree::default();
    for (path, text) in files {
        let mut upto = String::new();
        for part in path.split('/') {
            upto = if upto.is_empty() { part.to_owned() } else { format!("{upto}/{part}") };
            tree.paths.insert(upto.clone());
        }
        tree.files.push(File { path: (*path).to_owned(), text: (*text).to_owned() });
    }
    let found: Vec<String> =
        findings(&tree).iter().map(|Finding { path, line, rule, .. }| format!("{path}:{line} {rule}")).collect();
    assert_eq!(found, expected, "{files:#?}");
}

/// One file of the program, with the findings as `line rule`.
fn check_code(text: &str, expected: &[&str]) {
    let path = "crates/meridian/src/a.rs";
    let expected: Vec<String> = expected.iter().map(|e| format!("{path}:{e}")).collect();
    check(&[(path, &format!("//! A.\n{text}"))], &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_file_has_at_most_500_lines() {
    check_code(&"// x\n".repeat(499), &[]);
    check_code(&"// x\n".repeat(500), &["501 file-length"]);
}

#[test]
fn a_function_has_at_most_60_lines() {
    let function = |lines: usize| format!("fn long(a: [u8; 2]) -> [u8; 2] {{\n{}}}\n", "    a;\n".repeat(lines - 2));
    check_code(&function(60), &[]);
    check_code(&function(61), &["2 function-length"]);
    check_code(&format!("#[cfg(test)]\nmod tests {{\n{}}}\n{}", function(99), function(61)), &["104 function-length"]);
    check(&[("crates/meridian/tests/it/a.rs", &function(61))], &[]);
    check_code(&format!("/* fn */ fn short() {{}}\n// fn x() {{\n{}", "// }\n".repeat(80)), &[]);
    check_code(&format!("const A: fn(u8) = b;\n{}", "const B: u8 = 1;\n".repeat(80)), &[]);
    check_code(&format!("trait T {{\n    fn absent(&self);\n{}}}\n", "    const C: u8;\n".repeat(80)), &[]);
    check_code(&format!("fn f() -> char {{ '{{' }}\n{}", "const B: &str = \"{\";\n".repeat(80)), &[]);
}

#[test]
fn only_the_clock_knows_the_time() {
    let call = "//! A.\nfn f() { let _ = Timestamp::now(); }\n";
    check(&[("crates/meridian/src/a.rs", call)], &["crates/meridian/src/a.rs:2 clock"]);
    check(&[("crates/meridian-core/src/alert/plan.rs", call)], &["crates/meridian-core/src/alert/plan.rs:2 clock"]);
    for home in ["crates/meridian/src/clock.rs", "crates/meridian/benches/a.rs", "crates/meridian/tests/it/a.rs"] {
        check(&[(home, call)], &[]);
    }
    for call in
        ["tokio::time::sleep(d).await", "std::thread::sleep(d)", "std::time::Instant::now()", "SystemTime::now()"]
    {
        check_code(&format!("async fn f() {{ {call}; }}\n"), &["2 clock"]);
    }
    check_code("// Timestamp::now is banned\nconst A: &str = \"Timestamp::now\";\nfn my_time() {}\n", &[]);
    check_code("#[cfg(test)]\nmod tests {\n    fn f() { Instant::now(); }\n}\n", &[]);
    check_code("#[cfg(test)]\nmod tests;\nfn f() { Instant::now(); }\n", &["4 clock"]);
}

#[test]
fn nothing_is_left_unfinished() {
    check_code("fn f() { todo!() }\n", &["2 unfinished"]);
    check_code("fn f() { unimplemented!(\"later\") }\n", &["2 unfinished"]);
    check_code("/* a\n TODO b */\n", &["3 unfinished"]);
    check_code("const A: &str = \"TODO\";\n", &[]);
    check(&[("docs/A.md", "FIXME: say more\n")], &["docs/A.md:1 unfinished"]);
    check(&[("docs/A.md", "the word `FIXME` is not allowed\n")], &[]);
}

#[test]
fn white_space_is_plain() {
    check_code("fn f() {} \n", &["2 white-space"]);
    check_code("fn f() {\n\t}\n", &["3 tab"]);
    check_code("fn f() {}", &["2 white-space"]);
    check(&[("docs/A.md", "a\r\n")], &["docs/A.md:1 white-space"]);
    check(&[("examples/a.csv", "a\tb \n")], &[]);
}

#[test]
fn a_module_says_what_it_is() {
    check(&[("crates/meridian/src/a.rs", "fn f() {}\n")], &["crates/meridian/src/a.rs:1 module-doc"]);
    check(&[("crates/meridian/src/a.rs", "")], &["crates/meridian/src/a.rs:1 module-doc"]);
    check(&[("crates/meridian/tests/it/a.rs", "fn f() {}\n")], &[]);
    check(&[("crates/meridian-core/src/alert/tests/a.rs", "fn f() {}\n")], &[]);
}

#[test]
fn sql_stands_in_the_store() {
    let sql = "//! A.\nconst A: &str = \"SELECT 1\";\n";
    check(&[("crates/meridian/src/a.rs", sql)], &["crates/meridian/src/a.rs:2 sql"]);
    check_code("const A: &str = r#\"\n  DELETE FROM b\"#;\n", &["2 sql"]);
    check_code("const A: &str = \"Select a rota\";\n", &[]);
    check(&[("crates/meridian-store/src/a.rs", sql)], &[]);
    let manifest = "[dependencies]\nsqlx.workspace = true\n";
    check(&[("crates/meridian/Cargo.toml", manifest)], &["crates/meridian/Cargo.toml:2 sql"]);
    check(&[("crates/meridian-store/Cargo.toml", manifest)], &[]);
}

#[test]
fn core_stays_pure() {
    let path = "crates/meridian-core/Cargo.toml";
    check(&[(path, "[dependencies]\nserde.workspace = true\n[dev-dependencies]\ntempfile = \"3\"\n")], &[]);
    check(&[(path, "[dependencies]\ntokio-stream = \"1\"\n")], &["crates/meridian-core/Cargo.toml:2 pure-core"]);
    check(&[(path, "[dependencies]\nserde = \"1\"\nrand = \"1\"\n")], &["crates/meridian-core/Cargo.toml:3 pure-core"]);
}

#[test]
fn every_dependency_is_accounted_for() {
    let manifest = "[workspace.dependencies]\nmeridian-core = { path = \"a\" }\nserde = \"1\"\n";
    let account = |names: &str| format!("| crate | why |\n| --- | --- |\n{names}");
    check(&[("Cargo.toml", manifest), ("docs/DEPENDENCIES.md", &account("| `serde` | x |\n"))], &[]);
    check(&[("Cargo.toml", manifest), ("docs/DEPENDENCIES.md", &account(""))], &["Cargo.toml:3 dependency"]);
    check(
        &[("Cargo.toml", manifest), ("docs/DEPENDENCIES.md", &account("| `serde` | x |\n| `gone` | x |\n"))],
        &["docs/DEPENDENCIES.md:4 dependency"],
    );
}

#[test]
fn a_document_names_what_exists() {
    let check_doc = |text: &str, expected: &[&str]| {
        check(&[("README.md", "a\n"), ("docs/A.md", text), ("crates/meridian/src/main.rs", "//! M.\n")], expected);
    };
    check_doc("[a](../README.md#x) [b](A.md) [c](#here) [d](https://example.com/x) [e](../docs/)\n", &[]);
    check_doc("[a](B.md)\n", &["docs/A.md:1 dead-link"]);
    check_doc("[a](../../out.md)\n", &["docs/A.md:1 dead-link"]);
    check_doc("`crates/meridian/src/main.rs:12`, `crates/meridian/`, `crates/*/src`, `cargo test`\n", &[]);
    check_doc("see `crates/meridian/src/gone.rs`\n", &["docs/A.md:1 dead-path"]);
    check_doc("```\n[a](B.md)\n```\n", &[]);
}

#[test]
fn literals_and_comments_are_set_apart() {
    let code = |text: &str| Source::read(text).code;
    assert_eq!(code("a // b\nc"), "a     \nc");
    assert_eq!(code("/* a /* b */ c */d"), "                 d");
    assert_eq!(code(r#"f("a\"b", 'c', '\'', 'x: &'a str)"#), r#"f(      ,    ,     , 'x: &'a str)"#);
    assert_eq!(code("r#\"a\"b\"# br\"c\" bar(\"d\")"), format!("{}bar(   )", " ".repeat(15)));
    assert_eq!(code("attr\"x\""), "attr   ");
    for unfinished in ["\"", "'\\", "/*", "r#\"", "b'", "é\"ü", "'"] {
        Source::read(unfinished);
    }
}
