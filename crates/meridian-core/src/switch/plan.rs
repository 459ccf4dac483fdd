//! What becomes of the wish to switch, and of what is done on the way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    Account, Answer, Declared, LaneEpoch, MessageRef, Partition, Phase, Replay, RunOutcome, Step, Switch, SwitchFact,
    Switches,
};
use crate::{
    Instant, Refusal,
    estate::{Chain, Estate, nearest},
    id::{Actor, IncidentId, Name},
};

mod replay;

pub use replay::open_ends;
use replay::{again, fix, next_of_replay, number, reconcile, rehearse, replayed};

/// In bytes.
const TEXT_MAX: usize = 2_000;
/// Messages that one deed may name.
pub const NAMED_MAX: usize = 20_000;
/// Tries of actions; more is a loop that tries.
const RUNS_MAX: usize = 500;
const LANES_MAX: usize = 1_000;
/// How far ahead an answer may be promised.
const PROMISED_AT_MOST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a switch begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchWish {
    pub chain: Name,
    /// None: the only other route.
    pub from: Option<Name>,
    pub to: Name,
    pub reason: String,
    pub incident: Option<IncidentId>,
}

/// Something that is done on the way of a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Runs the actions that close the old route.
    Fence {
        dry: bool,
    },
    /// "It is closed": by hand, or although an action said no.
    Fenced {
        note: String,
    },
    /// The last numbers that the sender gave, by lane.
    Counters(BTreeMap<String, u64>),
    /// Late confirmations are not waited for any longer.
    Drain,
    Partition(Partition),
    Ask {
        whom: String,
        promised: Option<Instant>,
        note: String,
    },
    Answer {
        answers: Vec<Answer>,
        note: String,
    },
    Vouch {
        messages: Vec<MessageRef>,
        note: String,
    },
    /// Fixes the list, opens the new route and sends.
    Replay(Replay),
    /// Tries the actions of the replay, or those that open the new route, again.
    Again,
    /// Shows what the actions of the replay would do.
    RehearseReplay,
    /// "The list was sent": by hand, or although an action said no.
    Replayed {
        note: String,
    },
    Number {
        lanes: Vec<LaneEpoch>,
        note: String,
    },
    Reconcile(Account),
    CallOff {
        reason: String,
    },
    /// From the edge: what came of a try.
    Ended {
        run: u32,
        outcome: RunOutcome,
    },
    /// "It was done": of a try of which nobody knows, or that failed.
    SayDone {
        run: u32,
        note: String,
    },
}

type Facts = Result<Vec<SwitchFact>, Refusal>;

fn conflict<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Conflict(why.into()))
}

fn invalid<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid { field, why: why.into() })
}

/// A text that must say something.
fn said(field: &'static str, text: &str, wanted: &str) -> Result<String, Refusal> {
    let text = may_say(field, text)?;
    if text.is_empty() { invalid(field, format!("is empty; say {wanted}")) } else { Ok(text) }
}

fn may_say(field: &'static str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.len() > TEXT_MAX {
        return invalid(field, format!("has {} bytes; at most {TEXT_MAX}", text.len()));
    }
    Ok(text.to_owned())
}

pub fn plan_declare(
    switches: &Switches,
    estate: &Estate,
    wish: SwitchWish,
    now: Instant,
) -> Result<SwitchFact, Refusal> {
    let chain = estate.chains.get(&wish.chain).ok_or_else(|| Refusal::NotFound(format!("chain `{}`", wish.chain)))?;
    if let Some(open) = switches.open_of(&wish.chain) {
        return conflict(format!("switch {} of this chain is not over; finish it or call it off", open.id));
    }
    let (from, to) = routes(chain, wish.from, wish.to)?;
    let plan = switches.in_force(&chain.plan);
    if plan.routes.iter().any(|route| route.name == from && route.standby) {
        return conflict(format!("route `{from}` stands by, so nothing passes it that could be switched"));
    }
    let reason = said("reason", &wish.reason, "why; whoever looks back will ask")?;
    let settings = &chain.switch;
    let (Some(old), Some(new)) = (settings.route(from.as_str()), settings.route(to.as_str())) else {
        return conflict("the routes of this chain are not known");
    };
    let Some(border) = chain.plan.hop_plan(old.border).map(|hop| hop.name.clone()) else {
        return conflict("the border of the old route is not known");
    };
    let what = Declared {
        chain: wish.chain,
        from,
        to,
        cut: now,
        border,
        same_rail: old.rail == new.rail,
        drain_s: settings.drain.as_secs(),
        four_eyes: settings.four_eyes,
        authority: settings.authority.clone(),
        fence: old.fence.clone(),
        open: new.open.clone(),
        replay: settings.replay.clone(),
        reason,
        incident: wish.incident,
    };
    Ok(SwitchFact::Declared { switch: switches.next_id(), what: Box::new(what) })
}

fn routes(chain: &Chain, from: Option<Name>, to: Name) -> Result<(Name, Name), Refusal> {
    let names: Vec<&Name> = chain.plan.routes.iter().map(|route| &route.name).collect();
    if names.len() < 2 {
        return conflict("this chain has no second route: name its routes in the estate");
    }
    let known = |field: &'static str, name: &Name| {
        if names.contains(&name) {
            return Ok(());
        }
        let all: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        let meant = nearest(name.as_str(), all.iter().copied());
        let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        invalid(field, format!("`{name}` is no route of this chain: {}{meant}", all.join(", ")))
    };
    known("to", &to)?;
    let from = match (from, &names[..]) {
        (Some(from), _) => from,
        (None, [one, other]) => if to == **one { *other } else { *one }.clone(),
        (None, _) => return invalid("from", "is needed: this chain has more than two routes"),
    };
    known("from", &from)?;
    if from == to {
        return invalid("to", format!("`{to}` is the route that is left"));
    }
    Ok((from, to))
}

/// What the passing of time leads to.
pub fn plan_due(switches: &Switches, now: Instant) -> Option<SwitchFact> {
    let mut draining = switches.iter().filter(|switch| switch.is_open() && switch.drained.is_none());
    let over = draining.find(|switch| switch.drains_until().is_some_and(|until| until <= now))?;
    Some(SwitchFact::Drained { switch: over.id, early: false })
}

/// What a deed leads to; nothing: it was so already.
pub fn plan_deed(switch: &Switch, actor: &Actor, deed: Deed, now: Instant) -> Facts {
    if let Deed::Ended { run, outcome } = deed {
        return Ok(ended(switch, run, outcome));
    }
    if let Some((done, ..)) = &switch.reconciled {
        return conflict(format!("switch {} was reconciled at {}; it is over", switch.id, done.at));
    }
    if let Some(done) = &switch.called_off {
        return conflict(format!("switch {} was called off at {}", switch.id, done.at));
    }
    let id = switch.id;
    match deed {
        Deed::Fence { dry } => fence(switch, actor, dry),
        Deed::Fenced { note } => fenced(switch, actor, &note),
        Deed::Counters(counters) => counted(switch, counters),
        Deed::Drain => drain(switch),
        Deed::Partition(partition) => partitioned(switch, partition),
        Deed::Ask { whom, promised, note } => ask(switch, whom, promised, &note, now),
        Deed::Answer { answers, note } => answer(switch, answers, &note),
        Deed::Vouch { messages, note } => vouch(switch, actor, messages, &note),
        Deed::Replay(replay) => fix(switch, actor, replay),
        Deed::Again => again(switch),
        Deed::RehearseReplay => rehearse(switch),
        Deed::Replayed { note } => replayed(switch, &note),
        Deed::Number { lanes, note } => number(switch, lanes, &note),
        Deed::Reconcile(account) => reconcile(switch, account),
        Deed::CallOff { reason } => {
            still(switch)?;
            if switch.replay.is_some() {
                return conflict("the replay list is fixed: go on, and switch back afterwards if it must be");
            }
            let reason = said("reason", &reason, "why, and what becomes of the messages that wait")?;
            Ok(vec![SwitchFact::CalledOff { switch: id, reason }])
        }
        Deed::SayDone { run, note } => say_done(switch, run, &note),
        Deed::Ended { .. } => Ok(Vec::new()),
    }
}

/// Nothing is changed under an action that runs.
fn still(switch: &Switch) -> Result<(), Refusal> {
    match switch.running() {
        Some(run) => conflict(format!("the action `{}` is running; wait for its end", run.action)),
        None => Ok(()),
    }
}

/// None: a second person has to want it, too; then the facts say that this one did.
fn two_of(switch: &Switch, actor: &Actor, step: Step) -> Result<Option<SwitchFact>, Refusal> {
    match switch.asked.get(&step) {
        _ if !switch.what.four_eyes => Ok(None),
        Some(first) if first.by != *actor => Ok(None),
        Some(first) => conflict(format!("you asked for it at {}; a second person has to agree", first.at)),
        None => Ok(Some(SwitchFact::Asked { switch: switch.id, step })),
    }
}

fn begin(switch: &Switch, phase: Phase, action: &Name, dry: bool) -> SwitchFact {
    let run = switch.runs.last().map_or(0, |run| run.run) + 1;
    SwitchFact::Begun { switch: switch.id, run, phase, action: action.clone(), dry }
}

fn fence(switch: &Switch, actor: &Actor, dry: bool) -> Facts {
    still(switch)?;
    if switch.fenced.is_some() {
        return conflict("the old route is fenced already");
    }
    let Some(first) = switch.what.fence.first() else {
        return conflict(
            "the estate names no action that fences this route: close it by hand, then say how it was done",
        );
    };
    tries_left(switch)?;
    if dry {
        return Ok(vec![begin(switch, Phase::Fence, &first.name, true)]);
    }
    if let Some(asked) = two_of(switch, actor, Step::Fence)? {
        return Ok(vec![asked]);
    }
    let next = switch.next_action(Phase::Fence).unwrap_or(first);
    Ok(vec![begin(switch, Phase::Fence, &next.name, false)])
}

fn tries_left(switch: &Switch) -> Result<(), Refusal> {
    if switch.runs.len() >= RUNS_MAX {
        return conflict(format!("{RUNS_MAX} tries were made; go on by hand"));
    }
    Ok(())
}

fn fenced(switch: &Switch, actor: &Actor, note: &str) -> Facts {
    still(switch)?;
    if switch.fenced.is_some() {
        return conflict("the old route is fenced already");
    }
    let note = said("note", note, "how the route was closed and how you know that nothing passes")?;
    if let Some(asked) = two_of(switch, actor, Step::Fence)? {
        return Ok(vec![asked]);
    }
    Ok(vec![SwitchFact::Fenced { switch: switch.id, note }])
}

fn counted(switch: &Switch, counters: BTreeMap<String, u64>) -> Facts {
    if switch.replay.is_some() {
        return conflict("the replay list is fixed");
    }
    if counters.is_empty() || counters.len() > LANES_MAX {
        return invalid("counters", format!("names {} lanes; 1 to {LANES_MAX}", counters.len()));
    }
    let news: BTreeMap<String, u64> =
        counters.into_iter().filter(|(lane, last)| switch.counters.get(lane) != Some(last)).collect();
    let fact = SwitchFact::Counted { switch: switch.id, counters: news.clone() };
    Ok(if news.is_empty() { Vec::new() } else { vec![fact] })
}

fn drain(switch: &Switch) -> Facts {
    match (&switch.fenced, &switch.drained) {
        (None, _) => conflict("the old route is not fenced: what is not closed cannot be drained"),
        (_, Some(_)) => conflict("it is drained already"),
        _ => Ok(vec![SwitchFact::Drained { switch: switch.id, early: true }]),
    }
}

fn partitioned(switch: &Switch, partition: Partition) -> Facts {
    if switch.drained.is_none() {
        return conflict("late confirmations still count; drain first");
    }
    if switch.replay.is_some() {
        return conflict("the replay list is fixed");
    }
    Ok(vec![SwitchFact::Partitioned { switch: switch.id, partition }])
}

fn ask(switch: &Switch, whom: String, promised: Option<Instant>, note: &str, now: Instant) -> Facts {
    if switch.fenced.is_none() {
        return conflict("fence first: what is asked before may be another answer a minute later");
    }
    let whom = said("whom", &whom, "who was asked")?;
    if promised.is_some_and(|at| at < now || at.duration_since(now) > PROMISED_AT_MOST) {
        return invalid("promised", "is not within the 30 days to come");
    }
    let note = may_say("note", note)?;
    Ok(vec![SwitchFact::Inquired { switch: switch.id, whom, promised, note }])
}

fn partition_first(switch: &Switch) -> Result<(), Refusal> {
    if switch.partition.is_none() {
        conflict("there is no partition yet: nobody knows what is in doubt")
    } else {
        Ok(())
    }
}

fn named(count: usize) -> Result<(), Refusal> {
    if count == 0 || count > NAMED_MAX {
        return invalid("messages", format!("names {count} messages; 1 to {NAMED_MAX} at a time"));
    }
    Ok(())
}

fn answer(switch: &Switch, answers: Vec<Answer>, note: &str) -> Facts {
    partition_first(switch)?;
    named(answers.len())?;
    let mut seen = BTreeMap::new();
    for Answer { message, fate } in &answers {
        if seen.insert(message, *fate).is_some_and(|before| before != *fate) {
            return invalid("messages", format!("`{message}` is named with two fates"));
        }
    }
    let answers: Vec<Answer> =
        answers.into_iter().filter(|one| switch.answers.get(&one.message) != Some(&one.fate)).collect();
    let note = may_say("note", note)?;
    Ok(if answers.is_empty() { Vec::new() } else { vec![SwitchFact::Answered { switch: switch.id, answers, note }] })
}

fn vouch(switch: &Switch, actor: &Actor, messages: Vec<MessageRef>, note: &str) -> Facts {
    partition_first(switch)?;
    if switch.what.same_rail {
        return conflict("both routes are of one rail, which knows a message that came before: nothing is held");
    }
    if switch.replay.is_some() {
        return conflict("the replay list is fixed");
    }
    named(messages.len())?;
    let note = said("note", note, "on what grounds; two people answer for it if they are paid twice")?;
    let new = |one: &MessageRef| !switch.vouched.get(one).is_some_and(|by| by.contains(actor));
    let messages: BTreeSet<MessageRef> = messages.into_iter().filter(new).collect();
    let messages: Vec<MessageRef> = messages.into_iter().collect();
    Ok(if messages.is_empty() { Vec::new() } else { vec![SwitchFact::Vouched { switch: switch.id, messages, note }] })
}

fn say_done(switch: &Switch, run: u32, note: &str) -> Facts {
    still(switch)?;
    let Some(known) = switch.runs.iter().find(|known| known.run == run) else {
        return Err(Refusal::NotFound(format!("try {run} of switch {}", switch.id)));
    };
    let open = matches!(known.ended, Some((_, RunOutcome::Failed(_) | RunOutcome::Unknown)));
    if known.dry || !open || switch.last_run(known.phase, &known.action) != Some(known) {
        return conflict(format!("try {run} of `{}` is not open", known.action));
    }
    let note = said("note", note, "how you know that it was done")?;
    Ok(ended(switch, run, RunOutcome::Done(format!("by hand: {note}"))))
}

/// What a try came to, and what follows from it.
fn ended(switch: &Switch, run: u32, outcome: RunOutcome) -> Vec<SwitchFact> {
    let Some(known) = switch.runs.iter().find(|known| known.run == run) else { return Vec::new() };
    if matches!(known.ended, Some((_, RunOutcome::Done(_)))) {
        return Vec::new();
    }
    let worked = matches!(outcome, RunOutcome::Done(_));
    let mut facts = vec![SwitchFact::Ended { switch: switch.id, run, outcome }];
    let mut after = switch.clone();
    if let Some(known) = after.runs.iter_mut().find(|known| known.run == run) {
        known.ended = Some((known.begun.at, RunOutcome::Done(String::new())));
    }
    // A rehearsal shows all that would be done, whether one of it would fail or not.
    if known.dry {
        facts.extend(next_rehearsed(switch, known.phase, &known.action));
    } else if worked && switch.is_open() {
        facts.extend(next_after(&after, known.phase));
    }
    facts
}

fn next_rehearsed(switch: &Switch, phase: Phase, action: &Name) -> Option<SwitchFact> {
    let all: Vec<(Phase, &Name)> = match phase {
        Phase::Fence => vec![Phase::Fence],
        Phase::Open | Phase::Replay => vec![Phase::Open, Phase::Replay],
    }
    .into_iter()
    .flat_map(|phase| switch.actions(phase).iter().map(move |action| (phase, &action.name)))
    .collect();
    let at = all.iter().position(|known| *known == (phase, action))?;
    let (phase, action) = all.get(at + 1)?;
    switch.is_open().then(|| begin(switch, *phase, action, true))
}

fn next_after(switch: &Switch, phase: Phase) -> Option<SwitchFact> {
    let id = switch.id;
    match phase {
        Phase::Fence if switch.fenced.is_some() => None,
        Phase::Fence => Some(match switch.next_action(Phase::Fence) {
            Some(action) => begin(switch, Phase::Fence, &action.name, false),
            None => SwitchFact::Fenced { switch: id, note: String::new() },
        }),
        Phase::Open | Phase::Replay if switch.replayed.is_some() => None,
        Phase::Open | Phase::Replay => next_of_replay(switch).or_else(|| {
            let sent = !switch.what.replay.is_empty();
            sent.then(|| SwitchFact::Replayed { switch: id, note: String::new() })
        }),
    }
}
