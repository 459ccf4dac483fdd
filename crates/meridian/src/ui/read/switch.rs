//! Switches from route to route, read from the world and from what the engine knows.

use std::collections::BTreeSet;

use meridian_core::{
    Instant,
    chain::engine::Set,
    estate::Chain,
    id::{Actor, SwitchId},
    switch::{Account, Done, Part, Phase, Run, RunOutcome, Step, StepState, Switch, SwitchFact, paper::Row},
};

use super::Lens;
use crate::{
    serve::switches::{Preview, Switches},
    ui::{
        parts::{Glyph, Say},
        view::{
            Told,
            switch::{AccountView, DoubtRow, Over, RunRow, Safe, SwitchPanel, SwitchView},
        },
    },
};

/// None: too small to tell.
pub fn told(lens: &Lens<'_>, at: Instant, fact: &SwitchFact) -> Option<Told> {
    let id = fact.switch();
    let here = |what: &str| Say::new().link(format!("/switches/{id}"), format!("Switch {id}")).text(what);
    let known = lens.world.switches.get(id);
    let line = |step: Step| known.and_then(|switch| switch.steps().into_iter().find(|line| line.step == step));
    let words = |step| line(step).map_or_else(String::new, |line| line.words);
    let (from, to) = known.map_or(("?", "?"), |switch: &Switch| (switch.what.from.as_str(), switch.what.to.as_str()));
    let told = match fact {
        SwitchFact::Declared { what, .. } => {
            let what_for =
                format!(" of chain {} from route {} to {} was begun: the cut is fixed", what.chain, what.from, what.to);
            Told::new(at, here(&what_for)).shape(Glyph::Risk).because(what.reason.clone())
        }
        SwitchFact::Asked { step, .. } => {
            Told::new(at, here(&format!(" waits for a second person: {}", step.word()))).shape(Glyph::Due)
        }
        SwitchFact::Begun { .. } | SwitchFact::Counted { .. } => return None,
        SwitchFact::Ended { run, outcome, .. } => {
            let action = known.and_then(|switch| switch.runs.iter().find(|known| known.run == *run));
            let action = action.map_or("an action", |known| known.action.as_str());
            return told_of_action(action, outcome, |what, glyph| Told::new(at, here(what)).shape(glyph));
        }
        SwitchFact::Fenced { note, .. } => {
            let told = Told::new(at, here(&format!(": route {from} is fenced"))).shape(Glyph::Ok);
            if note.is_empty() { told } else { told.because(note.clone()) }
        }
        SwitchFact::Drained { early, .. } => {
            let early = if *early { ", before its time" } else { "" };
            Told::new(at, here(&format!(": drained{early}")))
        }
        SwitchFact::Partitioned { .. } => Told::new(at, here(&format!(": {}", words(Step::Partition)))),
        SwitchFact::Inquired { whom, .. } => Told::new(at, here(&format!(": {whom} was asked"))).shape(Glyph::Due),
        SwitchFact::Answered { answers, .. } => {
            Told::new(at, here(&format!(": the authority answered for {}", answers.len())))
        }
        SwitchFact::Vouched { messages, note, .. } => {
            let what = format!(": {} in doubt were released by one person", messages.len());
            Told::new(at, here(&what)).shape(Glyph::Risk).because(note.clone())
        }
        SwitchFact::ReplayFixed { .. } => {
            Told::new(at, here(&format!(": replay over route {to}: {}", words(Step::Replay))))
        }
        SwitchFact::Replayed { .. } => {
            Told::new(at, here(&format!(": the list was sent over route {to}"))).shape(Glyph::Ok)
        }
        SwitchFact::Numbered { .. } => Told::new(at, here(&format!(": {}", words(Step::Epoch)))),
        SwitchFact::Reconciled { .. } => {
            Told::new(at, here(" was reconciled: the account closes")).shape(Glyph::Accepted)
        }
        SwitchFact::CalledOff { reason, .. } => {
            Told::new(at, here(" was called off")).shape(Glyph::Stable).because(reason.clone())
        }
    };
    Some(told)
}

fn told_of_action(action: &str, outcome: &RunOutcome, told: impl Fn(&str, Glyph) -> Told) -> Option<Told> {
    match outcome {
        RunOutcome::Done(_) => None,
        RunOutcome::Failed(why) => Some(told(&format!(": `{action}` failed"), Glyph::Fail).because(why.clone())),
        RunOutcome::Unknown => {
            let told = told(&format!(": nobody knows whether `{action}` was done"), Glyph::Unknown);
            Some(told.because("Meridian stopped while it ran"))
        }
    }
}

/// So many in doubt are shown with their names; the list has them all.
const DOUBT_MAX: usize = 100;

/// The checklist of the switch of this chain that is not over.
pub fn panel(lens: &Lens<'_>, switches: &Switches, chain: &Chain) -> Option<SwitchPanel> {
    let switch = lens.world.switches.open_of(&chain.plan.name)?;
    Some(panel_of(switch, switches, Some(chain)))
}

fn panel_of(switch: &Switch, switches: &Switches, chain: Option<&Chain>) -> SwitchPanel {
    let steps = switch.steps();
    let safe = match (&switch.partition, chain) {
        (Some((_, partition)), _) => Safe {
            confirmed: partition.count(Set::Confirmed),
            rejected: partition.count(Set::Rejected),
            cancelled: partition.count(Set::Cancelled),
            never_left: partition.count(Set::NeverLeft),
            in_doubt: partition.count(Set::InDoubt),
            unseen: partition.unseen,
            proven: true,
        },
        (None, Some(chain)) => {
            let Preview { confirmed, rejected, cancelled, waiting, in_doubt } =
                switches.preview(chain, &switch.what.from, switch.until());
            Safe { confirmed, rejected, cancelled, never_left: waiting, in_doubt, unseen: 0, proven: false }
        }
        (None, None) => Safe::default(),
    };
    SwitchPanel {
        id: switch.id,
        to: switch.what.to.clone(),
        done: steps.iter().filter(|line| line.state == StepState::Done).count(),
        step: switch.step(),
        safe,
        steps,
    }
}

/// One switch with all that can be done now. `rows` are those of its partition's paper.
pub fn switch(
    lens: &Lens<'_>,
    switches: &Switches,
    id: SwitchId,
    rows: Result<&[Row], &str>,
    hash: Option<String>,
) -> Option<SwitchView> {
    let switch = lens.world.switches.get(id)?;
    let what = &switch.what;
    let chain = lens.world.estate().chains.get(&what.chain);
    let actions = |phases: &[Phase]| {
        let all = phases.iter().flat_map(|phase| switch.actions(*phase));
        all.map(|action| format!("{} {}", action.name, action.does.words())).collect()
    };
    let fault = rows.err().map(str::to_owned);
    let open = rows.unwrap_or_default().iter().filter(|row| row.set == Set::InDoubt);
    let total = open.clone().count();
    let doubt = open.take(DOUBT_MAX).map(|row| doubt(lens, switch, row)).collect();
    let name = |by: &Actor| lens.actor(by).unwrap_or_else(|| "Meridian".to_owned());
    let over = match (&switch.reconciled, &switch.called_off) {
        (Some((done, account, entry)), _) => Some(Over::Reconciled(reconciled(done, account, *entry, hash, &name))),
        (None, Some(done)) => Some(Over::CalledOff { at: done.at, by: name(&done.by), reason: done.note.clone() }),
        (None, None) => None,
    };
    Some(SwitchView {
        panel: panel_of(switch, switches, chain),
        chain: what.chain.clone(),
        title: chain.map_or_else(|| what.chain.to_string(), |chain| chain.display_name.clone()),
        from: what.from.clone(),
        border: what.border.clone(),
        cut: what.cut,
        reason: what.reason.clone(),
        by: name(&switch.declared.by),
        incident: what.incident,
        same_rail: what.same_rail,
        four_eyes: what.four_eyes,
        drains_until: switch.drains_until(),
        fence: actions(&[Phase::Fence]),
        replay: actions(&[Phase::Open, Phase::Replay]),
        runs: switch.runs.iter().rev().map(|run| run_row(switch, run, &name)).collect(),
        running: switch.running().is_some(),
        fixed: switch.replay.is_some(),
        doubt,
        more_doubt: total.saturating_sub(DOUBT_MAX),
        fault,
        promised: switch.inquiry.as_ref().and_then(|inquiry| inquiry.promised),
        over,
    })
}

fn run_row(switch: &Switch, run: &Run, name: &dyn Fn(&Actor) -> String) -> RunRow {
    let outcome = run.ended.as_ref().map(|(_, outcome)| match outcome {
        RunOutcome::Done(said) => (true, if said.is_empty() { "done".to_owned() } else { said.clone() }),
        RunOutcome::Failed(why) => (false, why.clone()),
        RunOutcome::Unknown => (false, "Meridian stopped while it ran: look whether it was done".to_owned()),
    });
    let failed = outcome.as_ref().is_some_and(|(worked, _)| !worked);
    RunRow {
        run: run.run,
        what: format!("{} {}", run.phase.word(), run.action),
        dry: run.dry,
        at: run.begun.at,
        by: name(&run.begun.by),
        outcome,
        open: failed && !run.dry && switch.is_open() && switch.last_run(run.phase, &run.action) == Some(run),
    }
}

fn doubt(lens: &Lens<'_>, switch: &Switch, row: &Row) -> DoubtRow {
    let message = row.message();
    let said = match (switch.answers.get(&message), switch.vouched.get(&message)) {
        (Some(fate), _) => fate.word().replace('_', " "),
        (None, Some(by)) => {
            let names: Vec<String> = by.iter().filter_map(|by| lens.actor(by)).collect();
            format!("released by {}", names.join(" and "))
        }
        (None, None) => String::new(),
    };
    let worth = match (&row.amount, &row.currency) {
        (Some(amount), Some(currency)) => format!("{currency} {}", super::chains::money(amount)),
        (Some(amount), None) => super::chains::money(amount),
        _ => String::new(),
    };
    DoubtRow {
        message: message.to_string(),
        lane: row.lane.clone(),
        seq: row.seq,
        id: row.id.clone(),
        hop: row.hop.clone(),
        at: row.at,
        worth,
        said,
    }
}

fn reconciled(
    done: &Done,
    account: &Account,
    entry: u64,
    hash: Option<String>,
    name: &dyn Fn(&Actor) -> String,
) -> AccountView {
    let currencies: BTreeSet<&str> = account.shares.iter().map(|share| share.currency.as_str()).collect();
    let of = |currency: &str, part: Part| {
        let share = account.shares.iter().find(|share| share.of == part && share.currency == currency);
        share.map_or((0, "0".to_owned()), |share| (share.count, super::chains::money(&share.amount.to_string())))
    };
    let line = |currency: &str| (currency.to_owned(), Part::ALL.map(|part| of(currency, part)).to_vec());
    AccountView {
        at: done.at,
        by: name(&done.by),
        entry,
        hash,
        list: account.paper.clone(),
        lines: currencies.into_iter().map(line).collect(),
        by_authority: account.by_authority,
        unseen: account.unseen,
        doubled: account.doubled,
    }
}
