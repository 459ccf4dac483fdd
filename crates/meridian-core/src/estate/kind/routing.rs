//! Routing: Alertmanager's own route tree, inhibition rules and time intervals, whose receivers are escalations.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    Document, Field, Kind, Making, Node, Shape, Takes,
    intervals::{NAMED_INTERVAL, intervals},
    matchers::{MATCHER, REGEX, compiled},
    text,
};
use crate::{
    alert::{GroupBy, InhibitRule, Route},
    estate::{
        Routing, SeverityRule,
        duration::parse_duration,
        form::{DURATION, GROUP_LABEL, LABEL, LINE, LINE_OR_EMPTY, SEVERITY},
        nearest::{listed, nearest},
        problem::Fault,
    },
    id::Name,
    incident::Severity,
};

const SEVERITIES: Takes = Takes::Word(&["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"]);
const LINES: Takes = Takes::List { of: &Takes::Text(&LINE), some: false };
const MATCHERS: Takes = Takes::OneOrNone(&Takes::Text(&MATCHER));

static ROUTE: Shape = Shape::of(
    "Route",
    "A node of the tree: an alert goes to the deepest node that matches it. What a node doesn't say, it has from its parent.",
    &[
        Field::may("receiver", Takes::Ref(Kind::Escalation), "the escalation that its alerts walk").or("the parent's"),
        Field::may("matchers", MATCHERS, "which alerts, e.g. severity=\"critical\"").or("all of the parent's"),
        Field::may("match", Takes::Texts(&LINE_OR_EMPTY), "older way: labels and the values they must have"),
        Field::may("match_re", Takes::Texts(&REGEX), "older way: labels and regular expressions for their values"),
        Field::may("continue", Takes::Truth, "whether the nodes after this one get the alert, too").or("false"),
        Field::may(
            "group_by",
            Takes::List { of: &Takes::Text(&GROUP_LABEL), some: false },
            "alerts that agree in these labels are one group; '...': in all labels",
        )
        .or("the parent's; at the root all are one group"),
        Field::may("group_wait", text(&DURATION), "how long a new group waits for others to join it")
            .or("the parent's; 30s at the root"),
        Field::may("group_interval", text(&DURATION), "how long between messages about changes of a group")
            .or("the parent's; 5m at the root"),
        Field::may("repeat_interval", text(&DURATION), "how long until those who know are reminded")
            .or("the parent's; 4h at the root"),
        Field::may("mute_time_intervals", LINES, "time intervals in which it tells nobody; not inherited"),
        Field::may("active_time_intervals", LINES, "the only time intervals in which it tells anybody; not inherited"),
        Field::may("severity", SEVERITIES, "the severity of its incidents, whatever the label says")
            .or("the parent's; else by the label"),
        Field::may("routes", Takes::List { of: &Takes::Map(&ROUTE), some: false }, "the nodes below"),
    ],
);

static INHIBIT_RULE: Shape = Shape::of(
    "InhibitRule",
    "While an alert that the source matches fires, alerts that the target matches are kept quiet.",
    &[
        Field::may("source_matchers", MATCHERS, "which alerts inhibit"),
        Field::may("source_match", Takes::Texts(&LINE_OR_EMPTY), "older way: labels and values"),
        Field::may("source_match_re", Takes::Texts(&REGEX), "older way: labels and regular expressions"),
        Field::may("target_matchers", MATCHERS, "which alerts are kept quiet"),
        Field::may("target_match", Takes::Texts(&LINE_OR_EMPTY), "older way: labels and values"),
        Field::may("target_match_re", Takes::Texts(&REGEX), "older way: labels and regular expressions"),
        Field::may("equal", Takes::List { of: &Takes::Text(&LABEL), some: false }, "labels in which both must agree"),
    ],
);

static SEVERITY_RULE: Shape = Shape::of(
    "SeverityRule",
    "How the severity of an incident is read from its alerts.",
    &[
        Field::may("label", text(&LABEL), "the label that says it").or("severity"),
        Field::may("map", Takes::Texts(&SEVERITY), "what each value of the label means")
            .or("critical and page: SEV2, error: SEV3, warning: SEV4, info: SEV5"),
        Field::may("default", SEVERITIES, "what any other value means").or("SEV3"),
    ],
);

pub(crate) static ROUTING: Shape = Shape::of(
    "Routing",
    "Which alerts walk which escalation, as Alertmanager writes it. At most one in an estate.",
    &[
        Field::must("route", Takes::Map(&ROUTE), "the root of the tree; it matches every alert"),
        Field::may(
            "inhibit_rules",
            Takes::List { of: &Takes::Map(&INHIBIT_RULE), some: false },
            "which alerts make others needless",
        ),
        Field::may(
            "time_intervals",
            Takes::List { of: &Takes::Map(&NAMED_INTERVAL), some: false },
            "stretches of time with a name",
        ),
        Field::may(
            "mute_time_intervals",
            Takes::List { of: &Takes::Map(&NAMED_INTERVAL), some: false },
            "the older name of `time_intervals`",
        ),
        Field::may("severity", Takes::Map(&SEVERITY_RULE), "how bad an incident is").or("by the label `severity`"),
    ],
)
.elsewhere(&[
    ("receivers", "receivers are escalations: a document of kind Escalation for each"),
    ("global", "what `global` sets stands in documents of kind Channel"),
    ("templates", "nothing; Meridian writes its messages itself"),
]);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>) -> Option<Routing> {
    let spec = document.spec;
    let time_intervals = intervals(spec, making);
    let inhibit_rules =
        spec.get("inhibit_rules").map(|node| node.items().iter().map(|rule| inhibit_rule(rule, making)).collect());
    let node = spec.get("route")?;
    root_rules(node, spec, making);
    let known = time_intervals.keys().map(String::as_str).collect();
    let route = route(node, None, &known, making)?;
    Some(Routing {
        name: document.name.clone(),
        route,
        inhibit_rules: inhibit_rules.unwrap_or_default(),
        time_intervals,
        severity: severity(spec.get("severity")),
    })
}

/// What Alertmanager demands of the root.
fn root_rules(node: &Node, spec: &Node, making: &mut Making<'_, '_>) {
    let owner = spec.entry("route").map_or(node.at, |entry| entry.key_at);
    if node.get("receiver").is_none() {
        let fault = Fault::new("the root of the tree has no receiver");
        making
            .sink
            .error(owner, fault.expected(format!("`receiver:` with {}", Takes::Ref(Kind::Escalation).expected())));
    }
    for key in ["matchers", "match", "match_re", "mute_time_intervals", "active_time_intervals"] {
        let holds = |node: &Node| !node.items().is_empty() || !node.entries().is_empty() || node.text().is_some();
        if let Some(entry) = node.entry(key).filter(|entry| holds(&entry.value)) {
            let fault = Fault::new(format!("the root of the tree can't have `{key}`: every alert must end somewhere"));
            making.sink.error(entry.key_at, fault.expected("this condition at a route below the root"));
        }
    }
    if let Some(entry) = node.entry("continue").filter(|entry| entry.value.text() == Some("true")) {
        making.sink.warning(entry.key_at, Fault::new("`continue` means nothing at the root: nothing comes after it"));
    }
}

fn route(
    node: &Node,
    parent: Option<&Route>,
    intervals: &BTreeSet<&str>,
    making: &mut Making<'_, '_>,
) -> Option<Route> {
    let duration = |key: &str| node.text_of(key).and_then(|text| parse_duration(text).ok());
    let inherited = |key: &str, from: fn(&Route) -> SignedDuration, root: SignedDuration| {
        duration(key).unwrap_or(parent.map_or(root, from))
    };
    let named = |key: &str| -> Vec<String> {
        node.get(key)
            .map(|list| list.items().iter().filter_map(|item| item.text().map(str::to_owned)).collect())
            .unwrap_or_default()
    };
    route_rules(node, intervals, making);
    let receiver: Name = match node.text_of("receiver") {
        Some(text) => text.parse().ok(),
        None => parent.map(|parent| parent.receiver.clone()),
    }
    .or_else(|| "unknown".parse().ok())?;
    let mut found = Route {
        receiver,
        matchers: compiled(node, ["match", "match_re", "matchers"], making),
        // An empty list is as good as none, as in Alertmanager.
        group_by: node
            .get("group_by")
            .filter(|node| !node.items().is_empty())
            .map_or_else(|| parent.map_or(GroupBy::Labels(Vec::new()), |p| p.group_by.clone()), group_by),
        continues: node.text_of("continue") == Some("true"),
        group_wait: inherited("group_wait", |p| p.group_wait, SignedDuration::from_secs(30)),
        group_interval: inherited("group_interval", |p| p.group_interval, SignedDuration::from_mins(5)),
        repeat_interval: inherited("repeat_interval", |p| p.repeat_interval, SignedDuration::from_hours(4)),
        mute_time_intervals: named("mute_time_intervals"),
        active_time_intervals: named("active_time_intervals"),
        severity: node.get("severity").and_then(Node::parse).or(parent.and_then(|p| p.severity)),
        routes: Vec::new(),
    };
    if let Some(list) = node.get("routes") {
        found.routes = list.items().iter().filter_map(|child| route(child, Some(&found), intervals, making)).collect();
    }
    Some(found)
}

/// What Alertmanager demands of every route, beyond the form of its fields.
fn route_rules(node: &Node, intervals: &BTreeSet<&str>, making: &mut Making<'_, '_>) {
    for key in ["group_interval", "repeat_interval"] {
        if let Some(node) = node
            .get(key)
            .filter(|node| node.text().and_then(|text| parse_duration(text).ok()).is_some_and(|d| d.is_zero()))
        {
            making.sink.error(node.at, Fault::new(format!("`{key}` can't be zero")).expected("a duration above zero"));
        }
    }
    for key in ["mute_time_intervals", "active_time_intervals"] {
        for item in node.get(key).map(Node::items).unwrap_or_default() {
            if let Some(text) = item.text().filter(|text| !intervals.contains(text)) {
                let known = || intervals.iter().copied();
                let fault = Fault::new(format!("there is no time interval `{}`", text.escape_debug()));
                making.sink.error(
                    item.at,
                    fault
                        .expected(format!("a name under `time_intervals`: {}", listed(known())))
                        .nearest(nearest(text, known())),
                );
            }
        }
    }
    let labels = node.get("group_by").map(Node::items).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for item in labels {
        let Some(label) = item.text() else { continue };
        if label == "..." && labels.len() > 1 {
            making.sink.error(item.at, Fault::new("`...` stands for all labels and can't stand beside others"));
        }
        if !seen.insert(label) {
            making
                .sink
                .error(item.at, Fault::new(format!("`{}` stands in this list a second time", label.escape_debug())));
        }
    }
}

fn group_by(node: &Node) -> GroupBy {
    let labels: Vec<&str> = node.items().iter().filter_map(Node::text).collect();
    if labels.contains(&"...") { GroupBy::All } else { GroupBy::Labels(labels.into_iter().map(Into::into).collect()) }
}

fn inhibit_rule(node: &Node, making: &mut Making<'_, '_>) -> InhibitRule {
    let equal = node.get("equal").map(Node::items).unwrap_or_default();
    InhibitRule {
        source: compiled(node, ["source_match", "source_match_re", "source_matchers"], making),
        target: compiled(node, ["target_match", "target_match_re", "target_matchers"], making),
        equal: equal.iter().filter_map(|item| item.text().map(Into::into)).collect(),
    }
}

fn severity(node: Option<&Node>) -> SeverityRule {
    let mut rule = SeverityRule::default();
    let Some(node) = node else { return rule };
    if let Some(label) = node.text_of("label") {
        rule.label = label.to_owned();
    }
    if let Some(map) = node.get("map") {
        rule.map = map.entries().iter().filter_map(|entry| Some((entry.key.clone(), entry.value.parse()?))).collect();
    }
    if let Some(default) = node.get("default").and_then(Node::parse) {
        rule.default = default;
    }
    rule
}

impl Default for SeverityRule {
    fn default() -> SeverityRule {
        let map = [
            ("critical", Severity::Sev2),
            ("page", Severity::Sev2),
            ("error", Severity::Sev3),
            ("warning", Severity::Sev4),
            ("info", Severity::Sev5),
        ];
        let map: BTreeMap<String, Severity> =
            map.into_iter().map(|(word, severity)| (word.to_owned(), severity)).collect();
        SeverityRule { label: "severity".into(), map, default: Severity::Sev3 }
    }
}
