//! Regular expressions as people write them for Prometheus: Go's RE2 dialect, brought to Rust's.
//!
//! The two differ little, and silently: `\d`, `\w`, `\s` and `\b` mean ASCII there; brackets nest and `&&`, `--`, `~~`
//! are operators here; a lone `{` is a literal there and an error here. What cannot be brought over is refused.

use regex::{Regex, RegexBuilder};

/// Bounds what one pattern may cost: a thousand service names fit, `(\w{1000}){1000}` does not.
const SIZE_LIMIT: usize = 4 << 20;

/// Compiles the pattern, anchored at both ends.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern)?;
    RegexBuilder::new(&format!("^(?:{translated})$"))
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(1 << 20)
        .nest_limit(120)
        .build()
        .map_err(|e| match e {
            regex::Error::CompiledTooBig(_) => "the regular expression is too large when compiled".into(),
            other => format!("not a regular expression: {}", last_line(&other.to_string())),
        })
}

/// The message of the library shows the pattern over several lines, then says what is wrong in its last one.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or(message);
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut depth = 0usize;
    let mut rest = pattern;
    // 1 after a repetition, 2 after a lazy one.
    let mut repeated = 0;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let repetition = matches!(c, '*' | '+' | '?') || c == '{' && is_repetition(after);
        repeated = match (repetition, repeated, c) {
            (false, ..) => 0,
            (true, 0, _) => 1,
            (true, 1, '?') => 2,
            _ => return Err("not a regular expression: a repetition of a repetition".into()),
        };
        rest = match c {
            '{' if repetition => {
                let end = after.find('}').map_or(after.len(), |at| at + 1);
                out.push('{');
                out.push_str(&after[..end]);
                &after[end..]
            }
            '\\' => escape(after, false, &mut out),
            '[' => class(after, &mut out),
            '{' => {
                out.push_str("\\{");
                after
            }
            c => {
                match c {
                    '(' => depth += 1,
                    // Otherwise `a)|(b` would slip out of the anchors.
                    ')' => depth = depth.checked_sub(1).ok_or("not a regular expression: unopened `)`")?,
                    _ => {}
                }
                out.push(c);
                after
            }
        };
    }
    Ok(out)
}

/// `{2}`, `{2,}`, `{2,5}`; anything else is a literal brace.
fn is_repetition(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let (low, high) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

/// What follows a backslash; yields what is left.
fn escape<'a>(after: &'a str, in_class: bool, out: &mut String) -> &'a str {
    let Some(c) = after.chars().next() else {
        out.push('\\');
        return after;
    };
    let rest = &after[c.len_utf8()..];
    let ascii = match c {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => "[\\t\\n\\x0C\\r ]",
        'S' => "[^\\t\\n\\x0C\\r ]",
        'b' if !in_class => "(?-u:\\b)",
        '<' => "<",
        '>' => ">",
        'Q' => {
            let (literal, rest) = rest.split_once("\\E").unwrap_or((rest, ""));
            out.push_str(&regex::escape(literal));
            return rest;
        }
        _ => "",
    };
    if ascii.is_empty() {
        out.push('\\');
        out.push(c);
    } else {
        out.push_str(ascii);
    }
    rest
}

/// The inside of `[...]`; yields what follows it.
fn class<'a>(after: &'a str, out: &mut String) -> &'a str {
    out.push('[');
    let mut rest = after;
    if let Some(negated) = rest.strip_prefix('^') {
        out.push('^');
        rest = negated;
    }
    let mut first = true;
    while let Some(c) = rest.chars().next() {
        let next = &rest[c.len_utf8()..];
        rest = match c {
            ']' if !first => {
                out.push(']');
                return next;
            }
            '\\' => escape(next, true, out),
            '[' if next.starts_with(':') && next.contains(":]") => {
                let end = next.find(":]").map_or(next.len(), |i| i + 2);
                out.push('[');
                out.push_str(&next[..end]);
                &next[end..]
            }
            '-' if next.starts_with('-') => {
                out.push_str(if first { "\\--" } else { "-\\-" });
                &next[1..]
            }
            '[' | '&' | '~' | ']' => {
                out.push('\\');
                out.push(c);
                next
            }
            c => {
                out.push(c);
                next
            }
        };
        first = false;
    }
    rest
}
