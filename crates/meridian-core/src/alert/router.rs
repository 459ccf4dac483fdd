//! The routing of the estate in force, flattened, with a memory of what it decided.
//!
//! Most alerts differ only in labels that no route and no inhibition rule looks at. So the decision is remembered per
//! projection: the values of the labels that are looked at.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::DefaultHasher},
    hash::BuildHasherDefault,
    sync::Arc,
};

use jiff::SignedDuration;

use super::{GroupBy, InhibitRule, Labels, Matcher, Quiet, Route, TimeInterval, labels::push_number};
use crate::{Instant, estate::Routing, id::Name, incident::Severity};

/// Looked up only, never iterated; its hash has no random seed.
pub(super) type Lookup<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Beyond this the memory starts anew: bounded whatever labels come.
const REMEMBERED: usize = 65_536;

#[derive(Clone, Debug, Default)]
pub(super) struct Router {
    pub nodes: Vec<Node>,
    pub rules: Vec<InhibitRule>,
    by_path: BTreeMap<Arc<str>, u32>,
    time_intervals: BTreeMap<String, Vec<TimeInterval>>,
    /// The names that a matcher of a route or a rule looks at, sorted.
    names: Vec<Box<str>>,
    remembered: Lookup<Box<str>, Arc<Way>>,
    scratch: String,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub path: Arc<str>,
    pub receiver: Name,
    pub group_by: GroupBy,
    pub timing: Timing,
    pub severity: Option<Severity>,
    matchers: Vec<Matcher>,
    continues: bool,
    mute: Vec<String>,
    active: Vec<String>,
    children: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub wait: SignedDuration,
    pub interval: SignedDuration,
    pub repeat: SignedDuration,
}

impl Default for Timing {
    /// Of a group whose route is gone from the estate: it only waits for its incident to end.
    fn default() -> Timing {
        Timing {
            wait: SignedDuration::ZERO,
            interval: SignedDuration::from_mins(1),
            repeat: SignedDuration::from_hours(4),
        }
    }
}

/// What the routing decides about a set of labels: indices of nodes and of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub routes: Vec<u32>,
    pub sources: Vec<u32>,
    pub targets: Vec<u32>,
}

impl Router {
    pub fn new(routing: Option<&Routing>) -> Router {
        let Some(routing) = routing else { return Router::default() };
        let mut router = Router {
            rules: routing.inhibit_rules.clone(),
            time_intervals: routing.time_intervals.clone(),
            ..Router::default()
        };
        router.add(&routing.route, None, &mut BTreeMap::new());
        let of_routes = router.nodes.iter().flat_map(|n| &n.matchers);
        let of_rules = router.rules.iter().flat_map(|r| r.source.iter().chain(&r.target));
        let names: BTreeSet<Box<str>> = of_routes.chain(of_rules).map(|m| m.name.clone()).collect();
        router.names = names.into_iter().collect();
        router
    }

    fn add(&mut self, route: &Route, parent: Option<&str>, siblings: &mut BTreeMap<String, u32>) -> u32 {
        let path = route.path(parent, siblings);
        let at = self.nodes.len() as u32;
        let timing = Timing { wait: route.group_wait, interval: route.group_interval, repeat: route.repeat_interval };
        self.nodes.push(Node {
            path: path.clone(),
            receiver: route.receiver.clone(),
            group_by: route.group_by.clone(),
            timing,
            severity: route.severity,
            matchers: route.matchers.clone(),
            continues: route.continues,
            mute: route.mute_time_intervals.clone(),
            active: route.active_time_intervals.clone(),
            children: Vec::new(),
        });
        self.by_path.insert(path.clone(), at);
        let mut names = BTreeMap::new();
        let children = route.routes.iter().map(|child| self.add(child, Some(&path), &mut names)).collect();
        self.nodes[at as usize].children = children;
        at
    }

    pub fn position(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// What tells the groups of this node apart, as one text. `labels` are those of an alert, or of the group itself.
    pub fn slot(&self, node: u32, labels: &Labels, out: &mut String) {
        push_number(node as usize, out);
        match &self.nodes[node as usize].group_by {
            GroupBy::All => out.push_str(&labels.0),
            GroupBy::Labels(names) => project(names, labels, out),
        }
    }

    pub fn node(&self, path: &str) -> Option<&Node> {
        self.by_path.get(path).map(|at| &self.nodes[*at as usize])
    }

    pub fn timing(&self, path: &str) -> Timing {
        self.node(path).map(|n| n.timing).unwrap_or_default()
    }

    pub fn way(&mut self, labels: &Labels) -> Arc<Way> {
        let mut projection = std::mem::take(&mut self.scratch);
        projection.clear();
        project(&self.names, labels, &mut projection);
        let way = self.remembered.get(projection.as_str()).cloned();
        let way = way.unwrap_or_else(|| self.remember(&projection, labels));
        self.scratch = projection;
        way
    }

    fn remember(&mut self, projection: &str, labels: &Labels) -> Arc<Way> {
        let way = Arc::new(self.decide(labels));
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert(projection.into(), way.clone());
        way
    }

    fn decide(&self, labels: &Labels) -> Way {
        let mut way = Way::default();
        if !self.nodes.is_empty() {
            self.walk(0, labels, &mut way.routes);
        }
        let matched = |matchers: &[Matcher]| matchers.iter().all(|m| m.matches(labels));
        for (at, rule) in self.rules.iter().enumerate() {
            if matched(&rule.source) {
                way.sources.push(at as u32);
            }
            if matched(&rule.target) {
                way.targets.push(at as u32);
            }
        }
        way
    }

    /// [`Route::walk`] on the flat tree.
    fn walk(&self, at: u32, labels: &Labels, found: &mut Vec<u32>) -> bool {
        let node = &self.nodes[at as usize];
        if !node.matchers.iter().all(|m| m.matches(labels)) {
            return false;
        }
        let before = found.len();
        for child in &node.children {
            if self.walk(*child, labels, found) && !self.nodes[*child as usize].continues {
                break;
            }
        }
        if found.len() == before {
            found.push(at);
        }
        true
    }

    /// Whether the time intervals of the route keep it quiet now.
    pub fn muted(&self, path: &str, now: Instant) -> Option<Quiet> {
        self.node_muted(self.position(path)?, now)
    }

    pub fn node_muted(&self, node: u32, now: Instant) -> Option<Quiet> {
        let node = self.nodes.get(node as usize)?;
        if let Some(name) = node.mute.iter().find(|name| self.covers(name, now)) {
            return Some(Quiet::ByTimeInterval(name.clone()));
        }
        if !node.active.is_empty() && !node.active.iter().any(|name| self.covers(name, now)) {
            return Some(Quiet::ByTimeInterval(format!("outside {}", node.active.join(", "))));
        }
        None
    }

    /// The names of the time intervals that keep the route quiet now: those that mute it, else those that it is outside of.
    pub fn muted_by(&self, node: u32, now: Instant) -> Vec<&str> {
        let Some(node) = self.nodes.get(node as usize) else { return Vec::new() };
        let mute: Vec<&str> = node.mute.iter().map(String::as_str).filter(|name| self.covers(name, now)).collect();
        if mute.is_empty() && !node.active.iter().any(|name| self.covers(name, now)) {
            return node.active.iter().map(String::as_str).collect();
        }
        mute
    }

    fn covers(&self, interval: &str, now: Instant) -> bool {
        self.time_intervals.get(interval).is_some_and(|all| all.iter().any(|i| i.contains(now)))
    }
}

/// The values of these labels as one text: of each 0 where it is absent, else its length and one, and itself.
pub(super) fn project(names: &[Box<str>], labels: &Labels, out: &mut String) {
    for name in names {
        match labels.get(name) {
            None => push_number(0, out),
            Some(value) => {
                push_number(value.len() + 1, out);
                out.push_str(value);
            }
        }
    }
}
