//! Chain: the path of messages through test points, in the terms of the engine that watches it.

mod switch;

use std::{collections::BTreeSet, time::Duration};

use super::{Document, Field, Kind, Making, Node, Shape, Takes, display_name, text};
use crate::{
    chain::{ChainPlan, Confirmation, HOPS_MAX, HopId, HopPlan, HopSet, Organisation, RoutePlan},
    estate::{
        Chain,
        duration::{parse_duration, show_duration},
        form::{DURATION, LINE, NAME},
        nearest::{listed, nearest},
        problem::{Fault, Span},
    },
};

static HOP: Shape = Shape::of(
    "Hop",
    "A test point: where messages are seen.",
    &[
        Field::must("name", text(&NAME), "how reporters and routes call it"),
        Field::may("component", text(&NAME), "the component that the messages pass there"),
        Field::may("team", Takes::Ref(Kind::Team), "who cares for it"),
        Field::may("technology", text(&LINE), "what it runs on; two routes that share one share its faults"),
        Field::may("organisation", text(&LINE), "the counterparty whose it is").or("ours"),
        Field::may("limit", text(&DURATION), "how long after the hop before it a message must be seen here")
            .or("`endToEnd`"),
        Field::may("required", Takes::Truth, "whether every message of a route with this hop must be seen here")
            .or("true"),
        Field::may("transforms", Takes::Truth, "whether it changes the content of messages by design").or("false"),
    ],
);

static ROUTE: Shape = Shape::of(
    "ChainRoute",
    "One way through the chain.",
    &[
        Field::must("name", text(&NAME), "unique within the chain"),
        Field::must("hops", Takes::List { of: &text(&NAME), some: true }, "its hops, in the order of the chain"),
        Field::may("border", text(&NAME), "the hop at which a message leaves the house")
            .or("our last hop before a counterparty's, else the one before the final hop"),
        Field::may("rail", text(&LINE), "whose receiver knows a message that came before over a route of this rail")
            .or("the same for all routes"),
        Field::may("standby", Takes::Truth, "whether nothing passes it until somebody opens it").or("false"),
        Field::may("fence", switch::ACTIONS, "what closes it, so that nothing can pass any more").or("people do it"),
        Field::may("open", switch::ACTIONS, "what opens it").or("people do it"),
    ],
);

pub(crate) static CHAIN: Shape = Shape::of(
    "Chain",
    "The path of messages through test points, and by when each must have passed them.",
    &[
        Field::may("displayName", text(&LINE), "how pages call it").or("the name"),
        Field::must(
            "hops",
            Takes::List { of: &Takes::Map(&HOP), some: true },
            "2 to 32 test points, in the order in which messages pass them",
        ),
        Field::may(
            "routes",
            Takes::List { of: &Takes::Map(&ROUTE), some: false },
            "alternative ways, each by its hops",
        )
        .or("one route over all hops"),
        Field::may("switch", Takes::Map(&switch::SWITCH), "how people go from one route to another"),
        Field::may(
            "lanes",
            Takes::List { of: &text(&LINE), some: false },
            "the domains in which messages are numbered",
        )
        .or("whichever the reporters name"),
        Field::may("ordered", Takes::Truth, "whether the messages of a lane must keep the order of their numbers")
            .or("true"),
        Field::may("endToEnd", text(&DURATION), "how long after its first sighting a message must be confirmed")
            .or("no limit"),
        Field::may("finalHop", text(&NAME), "the hop where messages end").or("the last hop"),
        Field::may("acknowledgedAt", text(&NAME), "the hop where the acknowledgement is seen that confirms a message")
            .or("it is confirmed when it is seen at the final hop"),
        Field::may("retryHorizon", text(&DURATION), "how long after its last sighting somebody may send it again")
            .or("1d"),
        Field::may("lateness", text(&DURATION), "how late a reporter that sends no heartbeats may report").or("30s"),
        Field::may("darkAfter", text(&DURATION), "how long a hop may owe a word before it counts as dark").or("1m"),
        Field::may(
            "breachPages",
            Takes::Ref(Kind::Escalation),
            "the escalation that a breach is for; an audit pages nobody",
        )
        .or("nobody"),
    ],
);

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>) -> Option<Chain> {
    let spec = document.spec;
    let known = Hops::read(document, making)?;
    let final_hop = match spec.get("finalHop") {
        Some(node) => known.find(node, making)?,
        None => HopId(known.plans.len() as u8 - 1),
    };
    let confirmation = match spec.get("acknowledgedAt") {
        Some(node) => Confirmation::AcknowledgedAt(known.find(node, making)?),
        None => Confirmation::SeenAtFinal,
    };
    let routes = routes(document, &known, final_hop, making);
    let end_to_end = span(spec, "endToEnd", making);
    known.limits(end_to_end, making);
    let or = |duration: Option<Duration>, seconds| duration.unwrap_or(Duration::from_secs(seconds));
    let plan = ChainPlan {
        name: document.name.clone(),
        hops: known.plans.clone(),
        ordered: spec.text_of("ordered") != Some("false"),
        end_to_end,
        retry_horizon: or(span(spec, "retryHorizon", making), 86_400),
        final_hop,
        confirmation,
        routes,
        lateness: or(duration(spec, "lateness"), 30),
        dark_after: or(span(spec, "darkAfter", making), 60),
        breach_pages: spec.get("breachPages").and_then(Node::parse),
        lanes: lanes(spec, making),
    };
    if let (true, Some(entry)) = (plan.dark_after < plan.lateness, spec.entry("darkAfter")) {
        let (dark, late) = (shown(plan.dark_after), shown(plan.lateness));
        let fault =
            Fault::new(format!("a hop counts as dark after {dark}, while its reports are in time until {late}"));
        making.sink.warning(entry.value.at, fault.expected(format!("at least {late}, the `lateness`")));
    }
    known.on_no_route(&plan, making);
    if let Some(entry) = spec.entry("breachPages") {
        making.place(format!("chain/{}/breach", document.name), entry.key_at);
    }
    let switch = switch::make(spec, &plan, making);
    Some(Chain { display_name: display_name(document), plan, switch })
}

/// The hops of a chain, and where they stand.
struct Hops<'a> {
    plans: Vec<HopPlan>,
    nodes: Vec<&'a Node>,
    /// One of them has no name that can be read: what seems not to exist may be that one.
    blind: bool,
}

impl<'a> Hops<'a> {
    fn read(document: &Document<'a>, making: &mut Making<'_, '_>) -> Option<Hops<'a>> {
        let entry = document.spec.entry("hops")?;
        let items = entry.value.items();
        let wrong = match items.len() {
            0 => return None,
            1 => Some("a chain of one hop proves nothing: no message can be lost in it".to_owned()),
            count if count > HOPS_MAX => Some(format!("this chain has {count} hops")),
            _ => None,
        };
        let counted = wrong.is_none();
        if let Some(wrong) = wrong {
            making.sink.error(entry.key_at, Fault::new(wrong).expected(format!("2 to {HOPS_MAX} hops")));
        }
        let mut seen = BTreeSet::new();
        for node in items.iter().filter_map(|item| item.get("name")) {
            if let Some(name) = node.text().filter(|name| !seen.insert(*name)) {
                let fault = Fault::new(format!("a hop `{}` stands here a second time", name.escape_debug()));
                making.sink.error(node.at, fault.expected("a name that is unique within the chain"));
            }
        }
        let hops = items.iter().filter_map(|item| Some((hop(item)?, item)));
        let (plans, nodes): (Vec<HopPlan>, Vec<&Node>) = hops.unzip();
        for (hop, node) in plans.iter().zip(&nodes) {
            making.place(format!("chain/{}/{}", document.name, hop.name), node.at);
        }
        (counted && !plans.is_empty()).then_some(Hops { blind: plans.len() < items.len(), plans, nodes })
    }

    fn id(&self, name: &str) -> Option<HopId> {
        (0..).map(HopId).zip(&self.plans).find(|(_, hop)| hop.name.as_str() == name).map(|(id, _)| id)
    }

    fn name(&self, hop: HopId) -> &str {
        self.plans.get(usize::from(hop.0)).map_or("", |hop| hop.name.as_str())
    }

    fn find(&self, node: &Node, making: &mut Making<'_, '_>) -> Option<HopId> {
        let name = node.text().filter(|name| (NAME.check)(name).is_ok())?;
        let found = self.id(name);
        if found.is_none() && !self.blind {
            let names = || self.plans.iter().map(|hop| hop.name.as_str());
            let fault = Fault::new(format!("this chain has no hop `{name}`")).nearest(nearest(name, names()));
            making.sink.error(node.at, fault.expected(format!("one of its hops: {}", listed(names()))));
        }
        found
    }

    fn limits(&self, end_to_end: Option<Duration>, making: &mut Making<'_, '_>) {
        for (place, (hop, item)) in self.plans.iter().zip(&self.nodes).enumerate() {
            let (Some(limit), Some(node)) = (hop.limit, item.get("limit")) else { continue };
            if limit.is_zero() {
                making.sink.error(node.at, no_time("limit"));
            } else if let Some(whole) = end_to_end.filter(|whole| limit > *whole) {
                let (limit, whole) = (shown(limit), shown(whole));
                let fault = Fault::new(format!("this hop alone may take {limit}, and all of the chain only {whole}"));
                making.sink.error(node.at, fault.expected(format!("at most {whole}, the chain's `endToEnd`")));
            } else if place == 0 {
                making
                    .sink
                    .warning(node.at, Fault::new("a limit means nothing here: no hop stands before the first one"));
            }
        }
    }

    /// What is seen at a hop that no route has, belongs to no route.
    fn on_no_route(&self, plan: &ChainPlan, making: &mut Making<'_, '_>) {
        let on_some: HopSet = plan.routes.iter().flat_map(|route| route.hops.iter().copied()).collect();
        let missed = plan.all().without(on_some.with(plan.confirming()));
        let broken = plan.routes.iter().any(|route| route.hops.is_empty());
        for hop in missed.iter().filter(|_| !plan.routes.is_empty() && !broken) {
            let Some((found, node)) = self.plans.get(usize::from(hop.0)).zip(self.nodes.get(usize::from(hop.0))) else {
                continue;
            };
            let (name, at) = (&found.name, node.get("name").map_or(node.at, |name| name.at));
            if found.required {
                let fault = Fault::new(format!("every message must be seen at `{name}`, and no route has it"));
                making.sink.error(at, fault.expected("a route with this hop, or `required: false`"));
            } else {
                let fault = Fault::new(format!("no route has `{name}`: what is seen there is on none of them"));
                making.sink.warning(at, fault.expected("a route with this hop"));
            }
        }
    }
}

fn hop(item: &Node) -> Option<HopPlan> {
    let line = |key: &str| item.text_of(key).map(|text| Box::from(text.trim()));
    Some(HopPlan {
        name: item.get("name")?.parse()?,
        component: item.get("component").and_then(Node::parse),
        team: item.get("team").and_then(Node::parse),
        technology: line("technology"),
        organisation: line("organisation").map_or(Organisation::Ours, Organisation::Counterparty),
        limit: duration(item, "limit"),
        required: item.text_of("required") != Some("false"),
        transforms: item.text_of("transforms") == Some("true"),
    })
}

fn routes(document: &Document<'_>, known: &Hops<'_>, final_hop: HopId, making: &mut Making<'_, '_>) -> Vec<RoutePlan> {
    let (mut routes, mut seen) = (Vec::new(), BTreeSet::new());
    for item in document.spec.get("routes").into_iter().flat_map(Node::items) {
        let (Some(name), Some(list)) = (item.get("name"), item.entry("hops")) else { continue };
        if let Some(text) = name.text().filter(|text| !seen.insert(*text)) {
            let fault = Fault::new(format!("a route `{}` stands here a second time", text.escape_debug()));
            making.sink.error(name.at, fault.expected("a name that is unique within the chain"));
        }
        let Some(name) = name.parse() else { continue };
        making.place(format!("chain/{}/route/{name}", document.name), item.at);
        let items = list.value.items();
        let found: Vec<(HopId, Span)> =
            items.iter().filter_map(|item| Some((known.find(item, making)?, item.at))).collect();
        let mut hops: Vec<HopId> = found.iter().map(|(hop, _)| *hop).collect();
        // What could not be read was reported, and nothing more is said about the whole.
        if hops.len() < items.len() || hops.is_empty() {
            hops.clear();
        } else {
            in_order(&found, known, making);
            whole(&hops, known.name(final_hop), hops.contains(&final_hop), list.key_at, making);
        }
        routes.push(RoutePlan { name, hops, standby: item.text_of("standby") == Some("true") });
    }
    routes
}

fn in_order(found: &[(HopId, Span)], known: &Hops<'_>, making: &mut Making<'_, '_>) {
    for pair in found.windows(2) {
        let [(before, _), (hop, at)] = pair else { continue };
        let (earlier, name) = (known.name(*before), known.name(*hop));
        if hop == before {
            making.sink.error(*at, Fault::new(format!("`{name}` stands in this route a second time")));
        } else if hop < before {
            let fault = Fault::new(format!("`{name}` stands after `{earlier}` here, and before it in the chain"));
            making.sink.error(*at, fault.expected("the hops in the order of the chain"));
        }
    }
}

fn whole(hops: &[HopId], final_hop: &str, ends: bool, at: Span, making: &mut Making<'_, '_>) {
    if !ends {
        let fault = Fault::new(format!("this route never reaches the final hop, `{final_hop}`"));
        making.sink.error(at, fault.expected(format!("`{final_hop}` among its hops")));
    } else if hops.len() < 2 {
        let fault = Fault::new("a route of one hop proves nothing: no message can be lost on it");
        making.sink.error(at, fault.expected("at least 2 hops"));
    }
}

fn lanes(spec: &Node, making: &mut Making<'_, '_>) -> Vec<Box<str>> {
    let mut lanes = Vec::<Box<str>>::new();
    for item in spec.get("lanes").into_iter().flat_map(Node::items) {
        let Some(lane) = item.text().map(str::trim) else { continue };
        if lanes.iter().any(|known| known.as_ref() == lane) {
            let fault = Fault::new(format!("a lane `{}` stands here a second time", lane.escape_debug()));
            making.sink.error(item.at, fault);
        }
        lanes.push(lane.into());
    }
    lanes
}

fn duration(node: &Node, key: &str) -> Option<Duration> {
    parse_duration(node.text_of(key)?).ok().map(jiff::SignedDuration::unsigned_abs)
}

/// A duration that must not be zero.
fn span(spec: &Node, key: &str, making: &mut Making<'_, '_>) -> Option<Duration> {
    let found = duration(spec, key)?;
    if let (true, Some(node)) = (found.is_zero(), spec.get(key)) {
        making.sink.error(node.at, no_time(key));
    }
    Some(found)
}

fn no_time(key: &str) -> Fault {
    Fault::new(format!("`{key}` can't be zero")).expected("a duration above zero")
}

fn shown(duration: Duration) -> String {
    jiff::SignedDuration::try_from(duration).map_or_else(|_| format!("{duration:?}"), show_duration)
}
