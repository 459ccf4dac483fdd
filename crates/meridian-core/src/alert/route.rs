//! The route tree: which receivers an alert goes to, in which groups.

use std::{collections::BTreeMap, sync::Arc};

use super::{GroupBy, GroupKey, Labels, Matcher, Route};
use crate::{estate::Routing, id::Name};

impl Route {
    /// The nodes that take the alert, depth first: a node takes it when it matches and no child of it does; after a
    /// child that took it, its siblings are asked only if it has `continue`. None when the root itself does not match.
    pub fn walk(&self, labels: &Labels) -> Vec<&Route> {
        let mut found = Vec::new();
        self.walk_into(labels, &mut found);
        found
    }

    fn walk_into<'a>(&'a self, labels: &Labels, found: &mut Vec<&'a Route>) -> bool {
        if !self.matchers.iter().all(|m| m.matches(labels)) {
            return false;
        }
        let before = found.len();
        for child in &self.routes {
            if child.walk_into(labels, found) && !child.continues {
                break;
            }
        }
        if found.len() == before {
            found.push(self);
        }
        true
    }

    /// `{}` for the root, `{}/{severity="critical"}` below. Matchers stand sorted, as in Alertmanager's group keys. Of
    /// siblings with the same matchers the second is `{…}#2`, so that no two routes share a path.
    pub(super) fn path(&self, parent: Option<&str>, siblings: &mut BTreeMap<String, u32>) -> Arc<str> {
        let mut matchers: Vec<&Matcher> = self.matchers.iter().collect();
        matchers.sort_by(|a, b| (&a.name, &a.value, a.op).cmp(&(&b.name, &b.value, b.op)));
        let written: Vec<String> = matchers.iter().map(|m| m.to_string()).collect();
        let own = format!("{{{}}}", written.join(","));
        let count = siblings.entry(own.clone()).or_insert(0);
        *count += 1;
        let mark = if *count > 1 { format!("#{count}") } else { String::new() };
        match parent {
            None => own.into(),
            Some(parent) => format!("{parent}/{own}{mark}").into(),
        }
    }
}

/// The receivers of an alert with these labels, in order, as `meridian route` prints them.
pub fn receivers(routing: &Routing, labels: &Labels) -> Vec<Name> {
    routing.route.walk(labels).into_iter().map(|route| route.receiver.clone()).collect()
}

impl GroupBy {
    /// The labels of the group that an alert belongs to; a label that it lacks is left out.
    pub fn of(&self, labels: &Labels) -> Labels {
        match self {
            GroupBy::All => labels.clone(),
            GroupBy::Labels(names) => names.iter().filter_map(|n| Some((n.as_ref(), labels.get(n)?))).collect(),
        }
    }
}

impl GroupKey {
    /// `{}/{severity="critical"}:{alertname="X", site="nyc"}`
    pub fn new(path: &str, labels: &Labels) -> GroupKey {
        let mut key = String::with_capacity(path.len() + 48);
        key.push_str(path);
        key.push_str(":{");
        for (at, (name, value)) in labels.iter().enumerate() {
            if at > 0 {
                key.push_str(", ");
            }
            key.push_str(name);
            key.push_str("=\"");
            for c in value.chars() {
                match c {
                    '"' => key.push_str("\\\""),
                    '\\' => key.push_str("\\\\"),
                    '\n' => key.push_str("\\n"),
                    c => key.push(c),
                }
            }
            key.push('"');
        }
        key.push('}');
        GroupKey(key.into())
    }
}

impl std::fmt::Display for GroupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}
