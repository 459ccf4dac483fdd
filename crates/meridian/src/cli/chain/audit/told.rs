//! What an audit found, for people and for programs.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::Timestamp;
use meridian_core::{
    chain::{
        ChainPlan, HopId,
        engine::{Day, Engine, Key, Rule, Subject, Sum, Verdict},
    },
    id::Name,
};
use serde::Serialize;

use super::{Found, source::Refused};
use crate::ui::shell::thousands;

/// So many refused lines stand in the text; JSON has more of them.
const REFUSED_SHOWN: usize = 20;

#[derive(Serialize)]
pub struct Audit {
    records: Records,
    /// The first 1,000 of them.
    refused: Vec<Refused>,
    /// Names that the estate does not have.
    unknown: Vec<Unknown>,
    chains: Vec<Chain>,
    /// What holds at the end of the files.
    verdicts: Vec<Told>,
    /// How many were taken back by what came later.
    withdrawn: u64,
}

#[derive(Serialize)]
struct Records {
    read: u64,
    refused: u64,
    /// Repetitions and corroborations among what was read.
    absorbed: u64,
    /// A second report of one number with other content.
    contradicted: u64,
    /// By reason, with what to do.
    aside: Vec<AsideView>,
}

#[derive(Serialize)]
struct AsideView {
    reason: serde_json::Value,
    count: u64,
    told: &'static str,
}

#[derive(Serialize)]
struct Unknown {
    chain: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hop: Option<String>,
    records: u64,
}

#[derive(Serialize)]
struct Chain {
    chain: String,
    messages: Messages,
    /// What began on each day in UTC, in each currency; amounts are decimal text.
    days: Vec<DayView>,
    hops: Vec<Hop>,
    /// How many verdicts there are of each rule.
    verdicts: BTreeMap<&'static str, u64>,
}

#[derive(Clone, Copy, Default, Serialize)]
struct Messages {
    originated: u64,
    confirmed: u64,
    rejected: u64,
    cancelled: u64,
    outstanding: u64,
}

#[derive(Serialize)]
struct DayView {
    day: String,
    currency: String,
    originated: SumView,
    confirmed: SumView,
    rejected: SumView,
    cancelled: SumView,
    outstanding: SumView,
}

#[derive(Serialize)]
struct SumView {
    count: u64,
    amount: String,
}

#[derive(Serialize)]
struct Hop {
    hop: String,
    /// Until when it has reported all that it saw; none: it said nothing.
    through: Option<String>,
    dark: bool,
}

#[derive(Serialize)]
struct Told {
    id: String,
    rule: &'static str,
    chain: String,
    hop: String,
    #[serde(flatten)]
    subject: SubjectView,
    /// Of a lost message; none: nobody has seen it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<String>,
    /// The instant of the record that proved it.
    at: String,
    told: String,
}

#[derive(Default, Serialize)]
struct SubjectView {
    #[serde(skip_serializing_if = "Option::is_none")]
    lane: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// The last number, where it is about several.
    #[serde(skip_serializing_if = "Option::is_none")]
    through_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reporter: Option<String>,
    /// `lane A, number 7`
    #[serde(skip_serializing_if = "String::is_empty")]
    subject: String,
}

fn instant(nanos: i64) -> String {
    Timestamp::from_nanosecond(nanos.into()).map_or_else(|_| nanos.to_string(), |at| at.to_string())
}

fn hop(plan: &ChainPlan, hop: HopId) -> String {
    plan.hop_plan(hop).map(|hop| hop.name.to_string()).unwrap_or_default()
}

impl Audit {
    pub fn of(engine: &Engine, found: Found, shown: &dyn Fn(&Name) -> bool) -> Audit {
        let plans: BTreeMap<&Name, &ChainPlan> = engine.plans().map(|plan| (&plan.name, plan)).collect();
        let mut verdicts: Vec<(u64, Verdict)> = found.verdicts.into_values().collect();
        verdicts.retain(|(_, verdict)| shown(&verdict.chain));
        verdicts.sort_unstable_by_key(|(order, _)| *order);
        let verdicts: Vec<Verdict> = verdicts.into_iter().map(|(_, verdict)| verdict).collect();
        let aside = engine.aside().counts().iter().map(|(reason, count)| AsideView {
            reason: serde_json::to_value(reason).unwrap_or_default(),
            count: *count,
            told: reason.explain(),
        });
        let unknown = engine.aside().unknown_names().iter().map(|(chain, hop, records)| Unknown {
            chain: chain.to_string(),
            hop: Some(hop.to_string()).filter(|hop| !hop.is_empty()),
            records: *records,
        });
        let chains = plans.values().filter(|plan| shown(&plan.name));
        Audit {
            records: Records {
                read: found.read,
                refused: found.refused,
                absorbed: found.absorbed,
                contradicted: found.contradicted,
                aside: aside.collect(),
            },
            refused: found.refused_lines,
            unknown: unknown.collect(),
            chains: chains.map(|plan| Chain::of(plan, engine, &verdicts)).collect(),
            verdicts: verdicts.iter().filter_map(|one| Some(Told::of(plans.get(&one.chain)?, one))).collect(),
            withdrawn: found.withdrawn,
        }
    }

    pub fn text(&self) -> String {
        let mut text = self.intake();
        for chain in &self.chains {
            text += &chain.text();
        }
        if !self.verdicts.is_empty() {
            text.push('\n');
        }
        for one in &self.verdicts {
            let subject = &one.subject.subject;
            let colon = if subject.is_empty() { "" } else { ": " };
            let _ = writeln!(text, "{}  {}  {subject}{colon}{}", one.at, one.chain, one.told);
        }
        text
    }

    fn intake(&self) -> String {
        let Records { read, refused, absorbed, contradicted, aside } = &self.records;
        let count = |n: u64| thousands(n as usize);
        let mut text = format!("{} records read, {} refused", count(*read), count(*refused));
        for (n, what) in
            [(*absorbed, "repeated"), (*contradicted, "contradicted"), (self.withdrawn, "verdicts taken back")]
        {
            if n > 0 {
                let _ = write!(text, ", {} {what}", count(n));
            }
        }
        text.push('\n');
        for Refused { file, line, block, field, reason, hint } in self.refused.iter().take(REFUSED_SHOWN) {
            let field = field.as_ref().map(|field| format!("field `{field}` ")).unwrap_or_default();
            let place = match (line, block) {
                (Some(line), _) => format!(":{line}"),
                (None, Some(block)) => format!(", block {block}"),
                (None, None) => String::new(),
            };
            let _ = writeln!(text, "  {file}{place}: {field}{reason}; {hint}");
        }
        if *refused > REFUSED_SHOWN as u64 {
            let _ = writeln!(text, "  and {} more", count(refused - REFUSED_SHOWN as u64));
        }
        for AsideView { count: n, told, .. } in aside {
            let _ = writeln!(text, "{} set aside: {told}", count(*n));
        }
        for Unknown { chain, hop, records } in self.unknown.iter().take(REFUSED_SHOWN) {
            let hop = hop.as_ref().map(|hop| format!(", hop {}", hop.escape_debug())).unwrap_or_default();
            let _ = writeln!(text, "  chain {}{hop}: {}", chain.escape_debug(), count(*records));
        }
        text
    }
}

impl Chain {
    fn of(plan: &ChainPlan, engine: &Engine, verdicts: &[Verdict]) -> Chain {
        let days = engine.days(plan.name.as_str()).unwrap_or_default();
        let mut messages = Messages::default();
        for (_, _, day) in &days {
            messages.originated += day.originated.count;
            messages.confirmed += day.confirmed.count;
            messages.rejected += day.rejected.count;
            messages.cancelled += day.cancelled.count;
            messages.outstanding += outstanding(day).count;
        }
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        for verdict in verdicts.iter().filter(|verdict| verdict.chain == plan.name) {
            *counts.entry(verdict.rule.name()).or_default() += 1;
        }
        let frontiers = engine.frontiers(plan.name.as_str()).unwrap_or_default();
        let hops = frontiers.into_iter().map(|frontier| Hop {
            hop: hop(plan, frontier.hop),
            through: frontier.through.map(instant),
            dark: frontier.dark,
        });
        Chain {
            chain: plan.name.to_string(),
            messages,
            days: days.iter().map(|(day, currency, sums)| DayView::of(*day, currency, sums)).collect(),
            hops: hops.collect(),
            verdicts: counts,
        }
    }

    fn text(&self) -> String {
        let count = |n: u64| thousands(n as usize);
        let Messages { originated, confirmed, rejected, cancelled, outstanding } = self.messages;
        if originated == 0 {
            return format!("\n{}: no message was seen\n", self.chain);
        }
        let mut text = format!(
            "\n{}: {} messages = {} confirmed + {} rejected + {} cancelled + {} outstanding\n",
            self.chain,
            count(originated),
            count(confirmed),
            count(rejected),
            count(cancelled),
            count(outstanding),
        );
        for day in self.days.iter().filter(|day| !day.currency.is_empty()) {
            let DayView { day, currency, originated, confirmed, rejected, cancelled, outstanding } = day;
            let sums = [originated, confirmed, rejected, cancelled, outstanding].map(|sum| sum.amount.as_str());
            let [whole, parts @ ..] = sums;
            let _ = writeln!(text, "  {day} {currency}: {whole} = {}", parts.join(" + "));
        }
        let dark: Vec<&str> = self.hops.iter().filter(|hop| hop.dark).map(|hop| hop.hop.as_str()).collect();
        if !dark.is_empty() {
            let _ = writeln!(text, "  dark: {}", dark.join(", "));
        }
        let counts: Vec<String> = self.verdicts.iter().map(|(rule, n)| format!("{} {rule}", count(*n))).collect();
        let _ =
            writeln!(text, "  {}", if counts.is_empty() { "nothing to object".to_owned() } else { counts.join(", ") });
        text
    }
}

fn outstanding(day: &Day) -> Sum {
    let Day { originated, confirmed, rejected, cancelled } = day;
    let ended = [confirmed, rejected, cancelled];
    let mut left = *originated;
    for sum in ended {
        left.count = left.count.saturating_sub(sum.count);
        left.amount.0 = left.amount.0.saturating_sub(sum.amount.0);
    }
    left
}

impl DayView {
    fn of(day: i64, currency: &str, sums: &Day) -> DayView {
        let view = |sum: &Sum| SumView { count: sum.count, amount: sum.amount.to_string() };
        DayView {
            day: instant(day.saturating_mul(86_400_000_000_000)).chars().take(10).collect(),
            currency: currency.to_owned(),
            originated: view(&sums.originated),
            confirmed: view(&sums.confirmed),
            rejected: view(&sums.rejected),
            cancelled: view(&sums.cancelled),
            outstanding: view(&outstanding(sums)),
        }
    }
}

impl Told {
    fn of(plan: &ChainPlan, verdict: &Verdict) -> Told {
        let last_seen = match verdict.rule {
            Rule::Lost { last_seen, .. } => last_seen.map(|last| hop(plan, last)),
            _ => None,
        };
        Told {
            id: verdict.id.to_string(),
            rule: verdict.rule.name(),
            chain: plan.name.to_string(),
            hop: hop(plan, verdict.hop),
            subject: SubjectView::of(&verdict.subject),
            last_seen,
            at: instant(verdict.at),
            told: verdict.words(plan),
        }
    }
}

impl SubjectView {
    fn of(subject: &Subject) -> SubjectView {
        let lane = |lane: &str| Some(lane.to_owned()).filter(|lane| !lane.is_empty());
        let view = SubjectView { subject: subject.words(), ..SubjectView::default() };
        match subject {
            Subject::Message { lane: of, key: Key::Seq(seq) } => {
                SubjectView { lane: lane(of), seq: Some(*seq), ..view }
            }
            Subject::Message { lane: of, key: Key::Id(id) } => {
                SubjectView { lane: lane(of), id: Some(id.to_string()), ..view }
            }
            Subject::Gap { lane: of, from, to } => {
                SubjectView { lane: lane(of), seq: Some(*from), through_seq: Some(*to), ..view }
            }
            Subject::Hop => view,
            Subject::Reporter(name) => SubjectView { reporter: Some(name.to_string()), ..view },
        }
    }
}
