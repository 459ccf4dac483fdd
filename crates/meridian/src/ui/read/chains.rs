//! Chains: their health, their flow, and where a message is. What is wrong, the journal's breaches say; how much passes
//! where, the live look does.

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    chain::{
        ChainPlan, HopId, HopPlan, Organisation,
        breach::{Breach, OpenBreach, Trouble},
        engine::{
            End, Frontier, Key, Place,
            flow::{Flow, HopFlow, Latency},
        },
        grouped,
    },
    estate::Chain,
    id::{IncidentId, Name},
};

use super::Lens;
use crate::{
    serve::{
        chains::{Chains, Look, State},
        switches::Switches,
    },
    ui::{
        parts::Glyph,
        view::chains::{
            Account, BreachRow, ChainView, ChainsView, Health, LaneRow, LatencyView, MessageView, MessagesView, Path,
            Point, ReportRow, Ribbon, Segment,
        },
    },
};

/// So many messages of a key are shown.
const FOUND_MAX: usize = 20;
/// So many unknown names are shown.
const UNKNOWN_MAX: usize = 20;
/// Over so many minutes the rate is taken.
const RATE_MINUTES: f64 = 10.0;

pub fn chains(lens: &Lens<'_>, chains: &Chains) -> ChainsView {
    let ribbons = lens.world.estate().chains.values();
    let ribbons = ribbons.map(|chain| Reading::of(lens, chains, chain).ribbon()).collect();
    let room = chains.room();
    let aside = room.engine.aside();
    let unknown = aside.unknown_names().iter().map(|(chain, hop, count)| {
        let name = if hop.is_empty() { format!("chain {chain}") } else { format!("hop {hop} of {chain}") };
        (name, *count)
    });
    ChainsView {
        ribbons,
        fault: fault(chains),
        unknown: unknown.take(UNKNOWN_MAX).collect(),
        aside: aside.counts().iter().map(|(reason, count)| (reason.explain(), *count)).collect(),
    }
}

fn fault(chains: &Chains) -> Option<String> {
    match chains.state() {
        State::Ready => None,
        State::Folding => Some("What was reported so far is being read; checkpoints wait.".to_owned()),
        State::Broken(why) => Some(format!("No checkpoints are taken: {why}")),
    }
}

/// None: the estate has no such chain.
pub fn chain(lens: &Lens<'_>, chains: &Chains, switches: &Switches, name: &str) -> Option<ChainView> {
    let chain = lens.world.estate().chains.get(&name.parse::<Name>().ok()?)?;
    Some(Reading::of(lens, chains, chain).whole(chains, switches))
}

/// What is read of one chain.
struct Reading<'a> {
    lens: &'a Lens<'a>,
    chain: &'a Chain,
    look: Option<std::sync::Arc<Look>>,
    frontiers: Vec<Frontier>,
    /// The worst first.
    breaches: Vec<&'a OpenBreach>,
}

fn instant(nanos: i64) -> Option<Instant> {
    Instant::from_nanosecond(nanos.into()).ok()
}

impl<'a> Reading<'a> {
    fn of(lens: &'a Lens<'a>, chains: &Chains, chain: &'a Chain) -> Reading<'a> {
        let name = &chain.plan.name;
        let look = chains.look(name, lens.now);
        let frontiers = chains.room().engine.frontiers(name.as_str()).unwrap_or_default();
        let of_chain = lens.world.breaches.open().filter(|open| open.breach.key.chain == *name);
        let mut breaches: Vec<&OpenBreach> = of_chain.collect();
        breaches.sort_by_key(|open| (open.breach.key.trouble, open.breach.since));
        Reading { lens, chain, look, frontiers, breaches }
    }

    fn plan(&self) -> &ChainPlan {
        &self.chain.plan
    }

    fn flow(&self) -> Option<&Flow> {
        self.look.as_ref().map(|look| &look.flow)
    }

    fn is_heard(&self) -> bool {
        self.flow().is_some_and(|flow| flow.hops.iter().any(|hop| hop.last_seen.is_some()))
    }

    fn health(&self) -> Health {
        let Some(worst) = self.breaches.first() else {
            let (shape, class, word) = match self.is_heard() {
                true => (Glyph::Ok, "ok", "Flows"),
                false => (Glyph::Unknown, "", "Nothing reported yet"),
            };
            return Health { shape, class, word: word.into(), since: None };
        };
        let (shape, class, word) = match worst.breach.key.trouble {
            Trouble::Lost => (Glyph::Fail, "crit", "Held since"),
            Trouble::Altered => (Glyph::Fail, "crit", "Altered since"),
            Trouble::Doubled => (Glyph::Fail, "crit", "Doubled since"),
            Trouble::Dark => (Glyph::Unknown, "warn", "Dark since"),
            Trouble::Late => (Glyph::Risk, "warn", "Late since"),
            Trouble::OutOfOrder => (Glyph::Risk, "warn", "Out of order since"),
            Trouble::Unexpected => (Glyph::Risk, "warn", "Unexpected since"),
            Trouble::Unflagged | Trouble::Contradiction => (Glyph::Risk, "warn", "Faulty reports or marks since"),
        };
        Health { shape, class, word: word.into(), since: Some(worst.breach.since) }
    }

    fn incident(&self) -> Option<IncidentId> {
        let open = |id: &IncidentId| self.lens.world.incidents.get(*id).is_some_and(|it| !it.is_resolved());
        self.breaches.iter().filter_map(|open| open.incident).find(open)
    }

    fn account(&self) -> Account {
        let mut sum = Account::default();
        for lane in self.flow().into_iter().flat_map(|flow| &flow.lanes) {
            sum.originated += lane.originated;
            sum.confirmed += lane.confirmed;
            sum.rejected += lane.rejected;
            sum.cancelled += lane.cancelled;
            sum.held += lane.held;
            sum.under_way += lane.outstanding().saturating_sub(lane.held);
        }
        sum
    }

    fn ribbon(&self) -> Ribbon {
        let (mut paths, flow) = (self.paths(), self.flow());
        let latency = flow.map(|flow| flow.end_to_end.all());
        let oldest = flow.and_then(|flow| flow.lanes.iter().filter_map(|lane| lane.oldest).min());
        Ribbon {
            name: self.plan().name.to_string(),
            title: self.chain.display_name.clone(),
            health: self.health(),
            incident: self.incident(),
            account: self.account(),
            path: paths.remove(0),
            oldest: oldest.and_then(instant),
            rate: flow.map_or(0.0, |flow| flow.confirmed_lately as f64 / RATE_MINUTES),
            p50: latency.as_ref().and_then(|latency| latency.quantile(0.5)),
            p99: latency.as_ref().and_then(|latency| latency.quantile(0.99)),
        }
    }

    /// The way that most messages take, then the others.
    fn paths(&self) -> Vec<Path> {
        let plan = self.plan();
        if plan.routes.is_empty() {
            let all: Vec<HopId> = plan.all().iter().collect();
            return vec![self.path(None, &all, false)];
        }
        let seen =
            |hop: HopId| self.flow().and_then(|flow| flow.hops.get(usize::from(hop.0))).map_or(0, |hop| hop.seen);
        let others = |route: usize, hop: &HopId| {
            plan.routes.iter().enumerate().any(|(place, other)| place != route && other.hops.contains(hop))
        };
        // What tells a route from the others are the hops that it alone has.
        let used = |route: usize| {
            let hops = plan.routes[route].hops.iter().filter(|hop| !others(route, hop));
            hops.map(|hop| seen(*hop)).max().unwrap_or(0)
        };
        let mut order: Vec<usize> = (0..plan.routes.len()).collect();
        order.sort_by_key(|route| std::cmp::Reverse(used(*route)));
        let path = |(place, route): (usize, &usize)| {
            let hops = &plan.routes[*route].hops;
            self.path(Some(plan.routes[*route].name.to_string()), hops, place > 0 && used(*route) == 0)
        };
        order.iter().enumerate().map(path).collect()
    }

    fn path(&self, name: Option<String>, hops: &[HopId], idle: bool) -> Path {
        let point = |(place, hop): (usize, &HopId)| {
            let hop_plan = self.plan().hop_plan(*hop)?;
            let mut point = self.point(*hop, hop_plan, place + 1 == hops.len());
            // What waits before the fork waits for the way that is taken.
            point.after.iter_mut().filter(|_| idle).for_each(|after| (after.held, after.between) = (0, 0));
            Some(point)
        };
        Path { name, idle, points: hops.iter().enumerate().filter_map(point).collect() }
    }

    fn point(&self, id: HopId, plan: &HopPlan, last: bool) -> Point {
        let flow = self.flow().and_then(|flow| flow.hops.get(usize::from(id.0)));
        let (seen, here, held) = flow.map_or((0, 0, 0), |flow| (flow.seen, flow.here, flow.held));
        let dark = self.breaches.iter().find(|open| {
            let key = &open.breach.key;
            key.trouble == Trouble::Dark && key.hop == plan.name
        });
        let live = self.frontiers.iter().any(|frontier| frontier.hop == id && frontier.dark);
        Point {
            name: plan.name.to_string(),
            organisation: match &plan.organisation {
                Organisation::Ours => None,
                Organisation::Counterparty(name) => Some(name.to_string()),
            },
            seen,
            dark: live,
            unheard: flow.is_none_or(|flow| flow.last_seen.is_none()),
            note: dark
                .filter(|_| live)
                .map(|open| format!("silent since {} UTC", open.breach.since.strftime("%H:%M:%S"))),
            after: (!last).then_some(Segment { held, between: here - held, suspect: None }),
        }
    }

    fn whole(&self, chains: &Chains, switches: &Switches) -> ChainView {
        let mut paths = self.paths();
        let today = self.look.as_ref().map(|look| look.today.as_slice()).unwrap_or_default();
        let values = today.iter().filter(|(currency, _)| !currency.is_empty());
        let values = values.map(|(currency, day)| {
            let shown = |amount: &meridian_core::chain::Amount| money(&amount.to_string());
            (currency.clone(), shown(&day.originated.amount), shown(&day.confirmed.amount))
        });
        ChainView {
            ribbon: self.ribbon(),
            others: paths.split_off(1),
            values: values.collect(),
            breaches: self.rows(chains),
            latencies: self.latencies(),
            lanes: self.lanes(),
            ordered: self.plan().ordered,
            reports: self.reports(),
            switch: super::switch::panel(self.lens, switches, self.chain),
            routes: self.plan().routes.iter().map(|route| route.name.clone()).collect(),
        }
    }

    /// The journal says what is wrong; how many messages it is about at this moment, the live watch knows better.
    fn rows(&self, chains: &Chains) -> Vec<BreachRow> {
        let live = chains.room().breaches();
        let of = |open: &OpenBreach| live.iter().find(|breach| breach.key == open.breach.key).cloned();
        self.breaches.iter().map(|open| breach_row(open, &of(open).unwrap_or_else(|| open.breach.clone()))).collect()
    }

    fn latencies(&self) -> Vec<LatencyView> {
        let Some(flow) = self.flow() else { return Vec::new() };
        // Of a way that nobody takes there is nothing to tell.
        let told = |(hop, _): &(&HopFlow, &HopPlan)| hop.last_seen.is_some() || self.plan().routes.is_empty();
        let into = flow.hops.iter().zip(&self.plan().hops).skip(1).filter(told).map(|(flow, plan)| {
            let limit = plan.limit.and_then(|limit| i64::try_from(limit.as_nanos()).ok());
            latency(format!("into {}", plan.name), &flow.into, limit)
        });
        let whole = self.plan().end_to_end.and_then(|limit| i64::try_from(limit.as_nanos()).ok());
        into.chain([latency("end to end".into(), &flow.end_to_end, whole)]).collect()
    }

    fn lanes(&self) -> Vec<LaneRow> {
        let out_of_order = |lane: &str| {
            let said = if lane.is_empty() { "number ".to_owned() } else { format!("lane {lane}, ") };
            let broken = self.breaches.iter().filter(|open| open.breach.key.trouble == Trouble::OutOfOrder);
            broken.into_iter().any(|open| open.breach.examples.iter().any(|example| example.starts_with(&said)))
        };
        let lanes = self.flow().into_iter().flat_map(|flow| &flow.lanes);
        lanes
            .map(|lane| LaneRow {
                name: if lane.name.is_empty() { "(one lane)".to_owned() } else { lane.name.to_string() },
                account: Account {
                    originated: lane.originated,
                    confirmed: lane.confirmed,
                    rejected: lane.rejected,
                    cancelled: lane.cancelled,
                    held: lane.held,
                    under_way: lane.outstanding().saturating_sub(lane.held),
                },
                first_held: lane.first_held,
                unseen: lane.unseen,
                oldest: lane.oldest.and_then(instant),
                out_of_order: out_of_order(&lane.name),
            })
            .collect()
    }

    fn reports(&self) -> Vec<ReportRow> {
        let name = |hop: HopId| self.plan().hop_plan(hop).map(|hop| hop.name.to_string()).unwrap_or_default();
        let row = |frontier: &Frontier| ReportRow {
            hop: name(frontier.hop),
            through: frontier.through.and_then(instant),
            dark: frontier.dark,
            stalled: frontier.stalled.iter().map(ToString::to_string).collect(),
        };
        self.frontiers.iter().map(row).collect()
    }
}

fn breach_row(open: &OpenBreach, breach: &Breach) -> BreachRow {
    BreachRow {
        shape: Glyph::Severity(breach.key.trouble.severity()),
        words: breach.words(),
        since: breach.since,
        examples: breach.examples.iter().map(ToString::to_string).collect(),
        incident: open.incident,
    }
}

fn latency(into: String, latency: &Latency, limit: Option<i64>) -> LatencyView {
    let all = latency.all();
    let steps = latency.steps().iter().map(|step| Some((step.quantile(0.5)?, step.quantile(0.99)?)));
    let (p50, p99) = (all.quantile(0.5), all.quantile(0.99));
    let limited = limit.map(|limit| format!("limit {}", short(limit)));
    let over = matches!((p99, limit), (Some(p99), Some(limit)) if p99 > limit);
    let note = match (p50, limited) {
        (None, Some(limit)) => format!("nothing yet, {limit}"),
        (None, None) => "nothing yet".to_owned(),
        (Some(_), Some(limit)) if over => format!("{limit}, p99 above it"),
        (Some(_), Some(limit)) => limit,
        (Some(_), None) => String::new(),
    };
    LatencyView { into, p50, p99, steps: steps.collect(), note }
}

/// `12 ms`, `1.9 s`, `3 min`.
pub fn short(nanos: i64) -> String {
    let value = nanos as f64;
    let figure = |value: f64| if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    match value {
        v if v < 999.5e3 => format!("{}\u{a0}µs", figure(v / 1e3)),
        v if v < 999.5e6 => format!("{}\u{a0}ms", figure(v / 1e6)),
        v if v < 120e9 => format!("{}\u{a0}s", figure(v / 1e9).trim_end_matches(".0")),
        _ => crate::ui::parts::lasting(SignedDuration::from_nanos(nanos)),
    }
}

/// The messages of this key: a business key, or `LANE/NUMBER`, or a number.
pub fn messages(lens: &Lens<'_>, chains: &Chains, key: &str, only: Option<&str>) -> MessagesView {
    let room = chains.room();
    let estate = lens.world.estate();
    let mut keys: Vec<(Name, String, Key)> = Vec::new();
    let wanted = |name: &Name| only.is_none_or(|only| name.as_str() == only);
    let key = key.trim();
    if !key.is_empty() {
        let (lane, number) = key.rsplit_once('/').unwrap_or(("", key));
        if let Ok(seq) = number.trim().parse::<u64>() {
            let chains = estate.chains.keys().filter(|name| wanted(name));
            keys.extend(chains.map(|name| (name.clone(), lane.trim().to_owned(), Key::Seq(seq))));
        }
        let found = room.engine.find(key).into_iter().filter(|(name, ..)| wanted(name));
        keys.extend(found.map(|(name, lane, key)| (name.clone(), lane.to_owned(), key)));
    }
    let mut found: Vec<MessageView> = Vec::new();
    for (name, lane, key) in keys {
        let Some(chain) = estate.chains.get(&name) else { continue };
        let of_lane = Some(lane.as_str()).filter(|lane| !lane.is_empty());
        let Some(custody) = room.engine.custody(name.as_str(), of_lane, &key) else { continue };
        let hop = |hop: HopId| chain.plan.hop_plan(hop).map(|hop| hop.name.to_string()).unwrap_or_default();
        let (shape, place) = where_it_is(&custody, &hop);
        found.push(MessageView {
            chain: name.to_string(),
            title: chain.display_name.clone(),
            lane: lane.clone(),
            key: match key {
                Key::Seq(seq) => format!("number {seq}"),
                Key::Id(id) => id.to_string(),
            },
            shape,
            place,
            sightings: custody.sightings.iter().filter_map(|(at, when)| Some((hop(*at), instant(*when)?))).collect(),
        });
    }
    let more = found.len() > FOUND_MAX;
    found.truncate(FOUND_MAX);
    MessagesView { key: key.to_owned(), found, more }
}

fn where_it_is(custody: &meridian_core::chain::engine::Custody, hop: &dyn Fn(HopId) -> String) -> (Glyph, String) {
    let next = custody.next.map(hop);
    match custody.place {
        Place::Ended(End::Confirmed) => (Glyph::Ok, "Confirmed".into()),
        Place::Ended(End::Rejected) => (Glyph::Accepted, "Rejected".into()),
        Place::Ended(End::Cancelled) => (Glyph::Accepted, "Cancelled".into()),
        Place::Over => (Glyph::Ok, "Settled, and its details are forgotten: nobody can send it again".into()),
        Place::Expected => (Glyph::Fail, "Nobody has seen it, though later numbers of its lane were seen".into()),
        Place::At(at) => {
            let (at, next) = (hop(at), next.unwrap_or_else(|| "the next hop".into()));
            if custody.missing {
                (Glyph::Fail, format!("Held between {at} and {next}: {next} has reported all, and not this"))
            } else if custody.dark {
                (Glyph::Unknown, format!("Unknown beyond {at}: {next} says nothing"))
            } else if custody.overdue {
                (Glyph::Risk, format!("Overdue at {next}, seen last at {at}"))
            } else {
                (Glyph::Due, format!("Under way from {at} to {next}"))
            }
        }
    }
}

/// `1,250,000.50`: a single decimal is half of what people read.
pub(super) fn money(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let whole = grouped(digits);
    match fraction {
        "" => format!("{sign}{whole}"),
        one if one.len() == 1 => format!("{sign}{whole}.{one}0"),
        more => format!("{sign}{whole}.{more}"),
    }
}
