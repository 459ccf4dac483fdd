//! Matchers in the three ways in which Alertmanager's files write them.

use super::{Making, Node};
use crate::{
    alert::{MatchOp, Matcher, MatcherError},
    estate::{nearest::nearest, problem::Fault, shape::Form},
};

pub(crate) static MATCHER: Form = Form {
    expected: "matchers such as severity=\"critical\" or team=~\"payments|trading\"",
    pattern: None,
    examples: &["severity=\"critical\"", "team=~\"payments|trading\""],
    check: |text| Matcher::parse(text).map(drop).map_err(|error| fault(text, error)),
};

pub(crate) static REGEX: Form = Form {
    expected: "a regular expression for the whole value",
    pattern: None,
    examples: &["pay.*"],
    check: |text| Matcher::new("any", MatchOp::Regex, text).map(drop).map_err(|error| Fault::new(error.why)),
};

fn fault(text: &str, error: MatcherError) -> Fault {
    let before = text.get(..error.offset).unwrap_or_default();
    Fault { offset: u32::try_from(before.chars().count()).unwrap_or(0), ..Fault::new(error.why) }
}

/// All matchers of a node, from the fields for equality, for regular expressions and for both.
pub(super) fn compiled(node: &Node, [equal, regex, both]: [&str; 3], making: &mut Making<'_, '_>) -> Vec<Matcher> {
    let mut matchers = Vec::new();
    for (key, op) in [(equal, MatchOp::Equal), (regex, MatchOp::Regex)] {
        for entry in node.get(key).map(Node::entries).unwrap_or_default() {
            let Some(value) = entry.value.text().or((op == MatchOp::Equal).then_some("")) else { continue };
            match Matcher::new(&entry.key, op, value) {
                Ok(matcher) => matchers.push(matcher),
                // A wrong regular expression was reported where the form of the value was looked at.
                Err(error) if Matcher::new(&entry.key, MatchOp::Equal, "").is_err() => {
                    making.sink.error(
                        entry.key_at,
                        Fault::new(error.why).nearest(nearest(&entry.key, ["severity", "alertname", "team", "site"])),
                    );
                }
                Err(_) => {}
            }
        }
    }
    let texts = node.get(both).map(Node::one_or_more).unwrap_or_default();
    matchers.extend(texts.iter().filter_map(|item| Matcher::parse(item.text()?).ok()).flatten());
    matchers.sort_by(|a, b| (&a.name, &a.value, a.op).cmp(&(&b.name, &b.value, b.op)));
    matchers
}
