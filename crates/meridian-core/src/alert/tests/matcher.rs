use proptest::prelude::*;

use super::labels;
use crate::alert::{MatchOp, Matcher};

/// `expected`: the canonical forms joined by a space, or `! offset part of the message`.
fn check(text: &str, expected: &str) {
    let found = match Matcher::parse(text) {
        Ok(matchers) => matchers.iter().map(Matcher::to_string).collect::<Vec<_>>().join(" "),
        Err(e) => format!("! {} {}", e.offset, e.why),
    };
    let holds = if expected.starts_with('!') { found.starts_with(expected) } else { found == expected };
    assert!(holds, "{text:?}: expected {expected}, found {found}");
}

#[test]
fn parses_as_alertmanager_does() {
    check("", "");
    check("{}", "");
    check("severity=critical", r#"severity="critical""#);
    check(r#"severity="critical""#, r#"severity="critical""#);
    check(r#"{ severity = "critical" , team=~"a|b" }"#, r#"severity="critical" team=~"a|b""#);
    check("a!=b,c!~d", r#"a!="b" c!~"d""#);
    check("a=b,", r#"a="b""#);
    check("a=", r#"a="""#);
    check(r#"a="""#, r#"a="""#);
    check("a==b", r#"a="=b""#);
    check(r#"a="x,y""#, r#"a="x,y""#);
    check(r#"a="x\",y",b=c"#, r#"a="x\",y" b="c""#);
    check(r#"a="\n\\\"""#, r#"a="\n\\\"""#);
    check(r"a=\d", r#"a="\\d""#);
    check(r#"a="x\"#, "! 5 the closing double quote is missing");
    check("a=香港", "a=\"香港\"");
    check("a:b=c", r#"a:b="c""#);
    check("a=b c", r#"a="b c""#);
    check("a=\u{a0}b\u{a0}", "a=\"\u{a0}b\u{a0}\"");
    check("a=b,,c=d", "! 4 a label name was expected");
    check(",", "! 0 a label name was expected");
    check("=b", "! 0 a label name was expected");
    check("1a=b", "! 0 a label name was expected");
    check("critical", "! 8 one of = != =~ !~ was expected after `critical`");
    check("x=1, y", "! 6 one of");
    check(r#"a=b"c"#, "! 3 a double quote inside");
    check(r#"a="b"c"#, "! 4 a double quote inside");
    check(r#"a="b"#, "! 4 the closing double quote");
    check("a=~(", "! 3 not a regular expression");
    check("x=1,a=~b)|(c", "! 7 not a regular expression: unopened");
    check("a=~(x{1000}){1000}{1000}", "! 3 the regular expression is too large");
}

#[test]
fn matches_whole_values_and_absent_labels() {
    let check = |text: &str, set: &str, expected: bool| {
        let matchers = Matcher::parse(text).unwrap();
        assert_eq!(matchers.iter().all(|m| m.matches(&labels(set))), expected, "{text} on {set}");
    };
    check("a=b", "a=b", true);
    check("a=b", "a=bb", false);
    check("a=", "x=y", true);
    check("a!=b", "x=y", true);
    check("a=~b", "a=bb", false);
    check("a=~b|c", "a=cc", false);
    check("a=~b|c", "a=c", true);
    check("a=~.*", "x=y", true);
    check("a=~.+", "x=y", false);
    check("a!~.+", "x=y", true);
    check("a!~b|c", "a=c", false);
    // Go's dialect.
    check(r"a=~\d+", "a=12", true);
    check(r"a=~\d+", "a=١٢", false);
    check(r"a=~[\w-]+", "a=a-b_1", true);
    check(r"a=~\w+", "a=é", false);
    check(r"a=~[^\s]+", "a=é", true);
    check(r"a=~[[a]", "a=[", true);
    check(r"a=~[a&&b]", "a=&", true);
    check(r"a=~[+--]", "a=,", true);
    check(r"a=~[]a]", "a=]", true);
    check(r"a=~[[:digit:]]", "a=7", true);
    check(r#"a=~"x{y}""#, "a=x{y}", true);
    check(r#"a=~"x{2}""#, "a=xx", true);
    check(r"a=~\Q.*\E", "a=.*", true);
    check(r"a=~\Q.*\E", "a=ab", false);
    check("a=~(?i)ABC", "a=abc", true);
    check(r"a=~x\b.y", "a=x-y", true);
    check(r#"a="b""#, "", false);
    assert!(Matcher::new("a", MatchOp::NotEqual, "x").unwrap().matches_empty());
    assert!(!Matcher::new("a", MatchOp::Regex, "x+").unwrap().matches_empty());
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC*") {
        let _ = Matcher::parse(&text);
        let _ = Matcher::parse(&format!("a=~{text}"));
    }

    #[test]
    fn never_panics_on_near_misses(text in r#"[a=~!{}",\\\[\]():&^|+*?0-9Qdw\- \n-]{0,24}"#) {
        let _ = Matcher::parse(&text);
        let _ = Matcher::new("a", MatchOp::Regex, &text);
    }

    #[test]
    fn canonical_form_round_trips(name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", value in any::<String>(), negative: bool) {
        let op = if negative { MatchOp::NotEqual } else { MatchOp::Equal };
        let matcher = Matcher::new(&name, op, &value).unwrap();
        let again = Matcher::parse(&matcher.to_string()).unwrap();
        prop_assert_eq!(&again, &vec![matcher.clone()]);
        prop_assert_eq!(&Matcher::parse(&format!("{{{matcher},{matcher}}}")).unwrap(), &vec![matcher.clone(), matcher.clone()]);
        prop_assert_eq!(matcher.written().compile().unwrap(), matcher);
    }
}
