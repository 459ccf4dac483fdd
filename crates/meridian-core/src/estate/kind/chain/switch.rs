//! How people go from one route of a chain to another.

use std::{collections::BTreeSet, time::Duration};

use super::{Making, Node, Shape, Takes, duration, text};
use crate::{
    chain::{ChainPlan, HopId, Organisation, RoutePlan},
    estate::{
        form::{DURATION, LINE, NAME, OPEN, URL},
        kind::Field,
        nearest::{listed, nearest},
        problem::Fault,
    },
    id::Name,
    switch::{ActionDoes, RouteSettings, SwitchAction, SwitchSettings},
};

const DRAIN: Duration = Duration::from_secs(600);
const TIMEOUT: Duration = Duration::from_secs(60);
/// Whoever waits for longer has no fence.
const TIMEOUT_MAX: Duration = Duration::from_secs(3_600);
const DRAIN_MAX: Duration = Duration::from_secs(86_400);

static ACTION: Shape = Shape::of(
    "SwitchAction",
    "Something that is done to a route: a program that is run, or a POST to an address.",
    &[
        Field::must("name", text(&NAME), "unique in its list"),
        Field::may(
            "command",
            Takes::List { of: &text(&OPEN), some: true },
            "a program of this machine and its arguments",
        ),
        Field::may("webhook", text(&URL), "an address that is posted to"),
        Field::may("dryRun", Takes::Truth, "whether it can be told to change nothing").or("false"),
        Field::may("timeout", text(&DURATION), "how long it may take").or("1m"),
    ],
);

pub(super) const ACTIONS: Takes = Takes::List { of: &Takes::Map(&ACTION), some: false };

pub(super) static SWITCH: Shape = Shape::of(
    "ChainSwitch",
    "How people go from one route of the chain to another without losing or doubling a message.",
    &[
        Field::may("drain", text(&DURATION), "how long late confirmations are waited for after the fence").or("10m"),
        Field::may("fourEyes", Takes::Truth, "whether fence and replay need a second person").or("false"),
        Field::may("authority", text(&LINE), "who knows what has arrived"),
        Field::may("replay", ACTIONS, "what sends the messages that wait").or("people do it"),
    ],
);

pub(super) fn make(spec: &Node, plan: &ChainPlan, making: &mut Making<'_, '_>) -> SwitchSettings {
    let node = spec.get("switch");
    let of = |key: &str| node.and_then(|node| node.get(key));
    let routes = spec.get("routes").into_iter().flat_map(Node::items);
    let routes = routes.filter_map(|item| route(item, plan, making)).collect();
    let replay = actions(of("replay"), making);
    if let (Some(node), true) = (node, plan.routes.len() < 2) {
        let fault = Fault::new("this chain has no second route to switch to");
        making.sink.warning(node.at, fault.expected("two routes or more"));
    }
    SwitchSettings {
        drain: node.and_then(|node| bounded(node, "drain", DRAIN_MAX, making)).unwrap_or(DRAIN),
        four_eyes: of("fourEyes").and_then(Node::text) == Some("true"),
        authority: of("authority").and_then(Node::text).map(|text| text.trim().to_owned()),
        replay,
        routes,
    }
}

fn bounded(node: &Node, key: &str, most: Duration, making: &mut Making<'_, '_>) -> Option<Duration> {
    let found = duration(node, key)?;
    if found > most
        && let Some(at) = node.get(key).map(|node| node.at)
    {
        let fault = Fault::new(format!("{} is too long", super::shown(found)));
        making.sink.error(at, fault.expected(format!("at most {}", super::shown(most))));
    }
    Some(found)
}

fn route(item: &Node, plan: &ChainPlan, making: &mut Making<'_, '_>) -> Option<RouteSettings> {
    let name: Name = item.get("name")?.parse()?;
    let route = plan.routes.iter().find(|route| route.name == name)?;
    let border = match item.get("border") {
        Some(node) => named_border(node, route, plan, making)?,
        None => border(route, plan)?,
    };
    let rail = item.text_of("rail").map_or_else(String::new, |rail| rail.trim().to_owned());
    let (fence, open) = (actions(item.get("fence"), making), actions(item.get("open"), making));
    Some(RouteSettings { name, border, rail, fence, open })
}

/// Our last hop before a counterparty's; where all are ours, the one before the confirming hop.
fn border(route: &RoutePlan, plan: &ChainPlan) -> Option<HopId> {
    let ours = |hop: &&HopId| plan.hop_plan(**hop).is_some_and(|hop| hop.organisation == Organisation::Ours);
    let mine = route.hops.iter().take_while(ours);
    let before_end = |hop: &&HopId| **hop < plan.confirming();
    mine.clone().take_while(before_end).last().or_else(|| mine.last()).or(route.hops.first()).copied()
}

fn named_border(node: &Node, route: &RoutePlan, plan: &ChainPlan, making: &mut Making<'_, '_>) -> Option<HopId> {
    let text = node.text()?;
    let found = route.hops.iter().copied().find(|hop| plan.hop_plan(*hop).is_some_and(|hop| hop.name.as_str() == text));
    if found.is_none() && !route.hops.is_empty() {
        let names = || route.hops.iter().filter_map(|hop| plan.hop_plan(*hop)).map(|hop| hop.name.as_str());
        let fault = Fault::new(format!("route `{}` has no hop `{}`", route.name, text.escape_debug()));
        let fault = fault.expected(format!("one of its hops: {}", listed(names()))).nearest(nearest(text, names()));
        making.sink.error(node.at, fault);
    }
    found
}

fn actions(list: Option<&Node>, making: &mut Making<'_, '_>) -> Vec<SwitchAction> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for item in list.into_iter().flat_map(Node::items) {
        let Some(name_node) = item.get("name") else { continue };
        if let Some(text) = name_node.text().filter(|text| !seen.insert(*text)) {
            let fault = Fault::new(format!("an action `{}` stands here a second time", text.escape_debug()));
            making.sink.error(name_node.at, fault.expected("a name that is unique in this list"));
        }
        let words = |node: &Node| node.items().iter().filter_map(|item| item.text().map(str::to_owned)).collect();
        let does = match (item.get("command"), item.get("webhook")) {
            (Some(command), None) => ActionDoes::Command(words(command)),
            (None, Some(webhook)) => ActionDoes::Webhook(webhook.text().unwrap_or_default().to_owned()),
            _ => {
                let fault = Fault::new("an action is either a `command` or a `webhook`");
                making.sink.error(item.at, fault.expected("one of the two"));
                continue;
            }
        };
        let timeout = bounded(item, "timeout", TIMEOUT_MAX, making).unwrap_or(TIMEOUT);
        if let (true, Some(node)) = (timeout.is_zero(), item.get("timeout")) {
            making.sink.error(node.at, super::no_time("timeout"));
        }
        let Some(name) = name_node.parse() else { continue };
        let dry_run = item.text_of("dryRun") == Some("true");
        found.push(SwitchAction { name, does, dry_run, timeout_s: timeout.as_secs().max(1) });
    }
    found
}
