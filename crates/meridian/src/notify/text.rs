//! Text that came from outside, made fit for a line. Escaping for HTML, XML or JSON comes after and elsewhere.

/// One line of at most `chars_max` characters: control characters and line ends become one space, characters that
/// turn or hide the text around them are dropped, and what is cut ends in `…`.
pub fn one_line(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    let (mut chars, mut space) = (0, false);
    for c in text.chars() {
        if is_invisible(c) {
            continue;
        }
        if c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            space = chars > 0;
            continue;
        }
        let wanted = 1 + usize::from(space);
        if chars + wanted > chars_max {
            return cut(line, chars, chars_max);
        }
        if std::mem::take(&mut space) {
            line.push(' ');
        }
        line.push(c);
        chars += wanted;
    }
    line
}

fn cut(mut line: String, chars: usize, chars_max: usize) -> String {
    if chars == chars_max {
        line.pop();
    }
    if chars_max > 0 {
        line.truncate(line.trim_end().len());
        line.push('…');
    }
    line
}

/// Direction overrides and zero-width characters: a title must not reorder the words that follow it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// The URL, if a person may be led there: `http` or `https`, nothing that runs or reads (`javascript:`, `file:`).
pub fn web_url(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(url.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 2000).then(|| url.into())
}

/// `text` cut to at most `bytes_max` bytes at a character.
pub fn within_bytes(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines() {
        let check = |text: &str, max: usize, expected: &str| assert_eq!(one_line(text, max), expected, "{text:?}");
        check("Queue  stuck\r\nBcc: all@example.com", 99, "Queue stuck Bcc: all@example.com");
        check("  a\u{0}b\u{7}c\u{2028}d  ", 99, "a b c d");
        check("pay\u{202e}gnp.exe\u{200b}", 99, "paygnp.exe");
        check("abcdef", 6, "abcdef");
        check("abcdefg", 6, "abcde…");
        check("abcde fg", 6, "abcde…");
        check("abcd  efg", 6, "abcd…");
        check("abc", 1, "…");
        check("abc", 0, "");
        check("", 9, "");
    }

    #[test]
    fn urls() {
        let check = |url: &str, expected: Option<&str>| assert_eq!(web_url(url).as_deref(), expected, "{url}");
        check("https://runbooks.example/a b", Some("https://runbooks.example/a%20b"));
        check(" http://h/\" onclick=x", Some("http://h/%22%20onclick=x"));
        check("javascript:alert(1)", None);
        check("JaVaScRiPt:alert(1)", None);
        check("data:text/html,x", None);
        check("/relative", None);
        check(&format!("https://h/{}", "a".repeat(3000)), None);
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_within_its_limit(text in "\\PC{0,40}|[\\x00-\\x20\u{202e}é]{0,40}", max in 0usize..30) {
            let line = one_line(&text, max);
            prop_assert!(line.chars().count() <= max, "{line:?}");
            prop_assert!(!line.chars().any(|c| c.is_control()));
        }
    }
}
