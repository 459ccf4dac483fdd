//! Whatever comes in: no panic, and no problem without a place.

use proptest::prelude::*;

use super::bank;
use crate::estate::{self, Problem, SourceFile, load};

fn accounted_for(problems: &[Problem], text: &str) {
    for problem in problems {
        assert!(!problem.message.is_empty());
        assert!(
            problem.line as usize <= text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() + 2,
            "{problem}"
        );
        assert!(problem.to_string().len() < 10_000, "{problem}");
    }
}

fn read(text: &str) {
    let file = SourceFile { path: "f.yaml".into(), text: text.into() };
    match load(std::slice::from_ref(&file)) {
        Ok(loaded) => drop(estate::check(&loaded.estate, "2026-11-22T12:00:00Z".parse().unwrap())),
        Err(problems) => accounted_for(&problems, text),
    }
}

/// Pieces of which YAML that is nearly right is made.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "apiVersion: meridian/v1\n",
        "kind: Rota\n",
        "kind: Routing\n",
        "kind: Chain\n",
        "metadata: { name: a }\n",
        "spec:\n",
        "---\n",
        "...\n",
        "  ",
        "- ",
        ": ",
        "? ",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        "\"",
        "|\n",
        ">-\n",
        "#",
        "%YAML 1.2\n",
        "\t",
        "\r",
        "\u{85}",
        "\u{feff}",
        "\0",
        "é",
        "layers:\n",
        "members: [a]\n",
        "route:\n",
        "receiver: x\n",
        "hops: [{ name: a }, { name: b }]\n",
        "routes: [{ name: r, hops: [a, b] }]\n",
        "start: 2026-01-05\n",
        "every: 1 week\n",
        "\n",
    ];
    prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => "[ -~]{0,6}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        match estate::text("f.yaml", &bytes) {
            Ok(file) => read(&file.text),
            Err(problem) => accounted_for(&[problem], &String::from_utf8_lossy(&bytes)),
        }
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        read(&text);
    }

    #[test]
    fn nearly_yaml(pieces in prop::collection::vec(piece(), 0..40)) {
        read(&pieces.concat());
    }

    /// A document of the bank with one stretch of it replaced by something else.
    #[test]
    fn nearly_the_bank(file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), len in 0usize..40, other in piece()) {
        let mut files = bank::files();
        let file = file.index(files.len());
        let chars: Vec<char> = files[file].text.chars().collect();
        let at = at.index(chars.len());
        let after = chars.iter().skip(at + len);
        files[file].text = chars[..at].iter().chain(other.chars().collect::<Vec<_>>().iter()).chain(after).collect();
        if let Err(problems) = load(&files) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn durations_survive_a_round_trip(millis in 0i64..100_000_000_000) {
        let duration = jiff::SignedDuration::from_millis(millis);
        prop_assert_eq!(estate::parse_duration(&estate::show_duration(duration)), Ok(duration));
    }

    #[test]
    fn the_digest_knows_paths_from_texts(a in "[a-b]{0,3}", b in "[a-b]{0,3}", c in "[a-b]{0,3}", d in "[a-b]{0,3}") {
        let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.into() };
        let one = [file(&a, &b), file(&c, &d)];
        let turned = [file(&c, &d), file(&a, &b)];
        prop_assert_eq!(estate::digest(&one), estate::digest(&turned));
        let other = [file(&a, &c), file(&b, &d)];
        let mut sorted = [(&a, &b), (&c, &d)];
        let mut others = [(&a, &c), (&b, &d)];
        sorted.sort();
        others.sort();
        prop_assert_eq!(estate::digest(&one) == estate::digest(&other), sorted == others);
    }
}

/// A few lines that stand for billions of values are refused before they take any memory.
#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let refs = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{refs}]\n");
    }
    let problems = load(&[SourceFile { path: "f.yaml".into(), text }]).unwrap_err();
    assert_eq!(problems[0].message, "the anchors and aliases of this document stand for more than 20000 values");
    assert_eq!(problems.len(), 1);
}

#[test]
fn large_and_deep_files_are_refused_or_read_in_time() {
    let large = |text: String| load(&[SourceFile { path: "f.yaml".into(), text }]).unwrap_err();
    assert!(large("x".repeat(estate::FILE_BYTES_MAX + 1))[0].message.contains("4194305 bytes"));
    assert!(large("- ".repeat(100_000) + "x")[0].message.contains("nested deeper"));
    assert!(large("{a: ".repeat(10_000))[0].message.contains("nested too deeply"));
    let keys: String = (0..100_000).map(|n| format!("k{n}: x\n")).collect();
    assert!(large(keys)[0].message.contains("more than 1000 keys"));
    let documents = "---\nkind: Site\n".repeat(20_000);
    let problems = large(documents);
    assert!(problems.last().unwrap().message.contains("further problems are not shown"), "{:?}", problems.last());
}
