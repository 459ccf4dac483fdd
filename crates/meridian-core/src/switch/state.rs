//! Switches under way, and those that are over.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{
    Account, Declared, Fate, LaneEpoch, MessageRef, Partition, Phase, Replay, RunOutcome, Step, SwitchAction,
    SwitchFact,
};
use crate::{
    Instant,
    chain::ChainPlan,
    id::{Actor, Name, SwitchId},
};

/// So many are kept; the oldest falls out first, and the journal has them all.
const SWITCHES_KEPT: usize = 200;

/// That something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub at: Instant,
    pub by: Actor,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One try of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub run: u32,
    pub phase: Phase,
    pub action: Name,
    pub dry: bool,
    pub begun: Done,
    pub ended: Option<(Instant, RunOutcome)>,
}

/// That the authority was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    pub done: Done,
    pub whom: String,
    pub promised: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    pub id: SwitchId,
    /// The journal's entry that declared it.
    pub seq: u64,
    pub declared: Done,
    pub what: Declared,
    /// Who wanted a step that needs a second person.
    pub asked: BTreeMap<Step, Done>,
    pub runs: Vec<Run>,
    pub fenced: Option<Done>,
    pub counters: BTreeMap<String, u64>,
    /// The note is empty unless it ended before its time.
    pub drained: Option<Done>,
    pub partition: Option<(Done, Partition)>,
    pub inquiry: Option<Inquiry>,
    pub answers: BTreeMap<MessageRef, Fate>,
    pub vouched: BTreeMap<MessageRef, BTreeSet<Actor>>,
    pub replay: Option<(Done, Replay)>,
    pub replayed: Option<Done>,
    pub numbered: Option<(Done, Vec<LaneEpoch>)>,
    /// With the journal's entry that signs it.
    pub reconciled: Option<(Done, Account, u64)>,
    pub called_off: Option<Done>,
}

impl Switch {
    pub fn is_open(&self) -> bool {
        self.reconciled.is_none() && self.called_off.is_none()
    }

    /// What was first seen until then is of this switch: all of before the cut, and what came in while the old route was
    /// still open.
    pub fn until(&self) -> Instant {
        self.fenced.as_ref().map_or(self.what.cut, |fenced| fenced.at.max(self.what.cut))
    }

    /// When late confirmations are not waited for any more.
    pub fn drains_until(&self) -> Option<Instant> {
        let drain = SignedDuration::from_secs(i64::try_from(self.what.drain_s).unwrap_or(i64::MAX));
        self.fenced.as_ref().map(|fenced| fenced.at.saturating_add(drain).unwrap_or(Instant::MAX))
    }

    pub fn actions(&self, phase: Phase) -> &[SwitchAction] {
        match phase {
            Phase::Fence => &self.what.fence,
            Phase::Open => &self.what.open,
            Phase::Replay => &self.what.replay,
        }
    }

    /// The one that runs now.
    pub fn running(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.ended.is_none())
    }

    /// How the last try of this action for real went.
    pub fn last_run(&self, phase: Phase, action: &Name) -> Option<&Run> {
        self.runs.iter().rev().find(|run| !run.dry && run.phase == phase && run.action == *action)
    }

    /// The first action of the phase that was not done yet.
    pub fn next_action(&self, phase: Phase) -> Option<&SwitchAction> {
        let done = |action: &&SwitchAction| {
            let last = self.last_run(phase, &action.name).and_then(|run| run.ended.as_ref());
            matches!(last, Some((_, RunOutcome::Done(_))))
        };
        self.actions(phase).iter().find(|action| !done(action))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Switches {
    all: BTreeMap<SwitchId, Switch>,
    last: SwitchId,
}

impl Switches {
    pub fn get(&self, id: SwitchId) -> Option<&Switch> {
        self.all.get(&id)
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Switch> {
        self.all.values()
    }

    /// The plan with its routes as switches have left them: the one that was left stands by, and the one that was taken
    /// does not. Until the list is sent a switch changes nothing.
    pub fn in_force(&self, plan: &ChainPlan) -> ChainPlan {
        let mut plan = plan.clone();
        let made = self.iter().filter(|switch| switch.what.chain == plan.name && switch.replayed.is_some());
        for Declared { from, to, .. } in made.map(|switch| &switch.what) {
            for route in &mut plan.routes {
                route.standby = route.name == *from || (route.standby && route.name != *to);
            }
        }
        plan
    }

    /// The newest one after which routes stand by that did not; whoever knows it knows [`Self::in_force`].
    pub fn newest_made(&self) -> Option<SwitchId> {
        self.iter().rev().find(|switch| switch.replayed.is_some()).map(|switch| switch.id)
    }

    /// The one of this chain that is not over.
    pub fn open_of(&self, chain: &Name) -> Option<&Switch> {
        self.iter().rev().find(|switch| switch.is_open() && switch.what.chain == *chain)
    }

    /// When time itself leads to something.
    pub fn next_due(&self) -> Option<Instant> {
        let draining = self.iter().filter(|switch| switch.is_open() && switch.drained.is_none());
        draining.filter_map(Switch::drains_until).min()
    }

    pub(crate) fn next_id(&self) -> SwitchId {
        SwitchId(self.last.0 + 1)
    }

    /// `person` is who stands behind `actor`: two tokens of one person are one person.
    pub(crate) fn apply(&mut self, (seq, at): (u64, Instant), actor: &Actor, person: &Actor, fact: &SwitchFact) {
        let done = |note: &str| Done { at, by: actor.clone(), note: note.to_owned() };
        if let SwitchFact::Declared { switch, what } = fact {
            self.last = self.last.max(*switch);
            self.all.insert(*switch, declared(*switch, seq, done(&what.reason), what));
            let over = self.iter().find(|switch| !switch.is_open()).map(|switch| switch.id);
            if let Some(over) = over.filter(|_| self.all.len() > SWITCHES_KEPT) {
                self.all.remove(&over);
            }
            return;
        }
        if let Some(one) = self.all.get_mut(&fact.switch()) {
            one.apply(seq, done, person, fact);
        }
    }
}

fn declared(id: SwitchId, seq: u64, declared: Done, what: &Declared) -> Switch {
    Switch {
        id,
        seq,
        declared,
        what: what.clone(),
        asked: BTreeMap::new(),
        runs: Vec::new(),
        fenced: None,
        counters: BTreeMap::new(),
        drained: None,
        partition: None,
        inquiry: None,
        answers: BTreeMap::new(),
        vouched: BTreeMap::new(),
        replay: None,
        replayed: None,
        numbered: None,
        reconciled: None,
        called_off: None,
    }
}

impl Switch {
    fn apply(&mut self, seq: u64, done: impl Fn(&str) -> Done, person: &Actor, fact: &SwitchFact) {
        match fact {
            SwitchFact::Declared { .. } => {}
            SwitchFact::Asked { step, .. } => {
                self.asked.insert(*step, Done { by: person.clone(), ..done("") });
            }
            SwitchFact::Begun { run, phase, action, dry, .. } => {
                // The second person has spoken: a third try needs two again.
                if !dry {
                    self.asked.remove(&step_of(*phase));
                }
                let (begun, action) = (done(""), action.clone());
                self.runs.push(Run { run: *run, phase: *phase, action, dry: *dry, begun, ended: None });
            }
            SwitchFact::Ended { run, outcome, .. } => {
                if let Some(known) = self.runs.iter_mut().find(|known| known.run == *run) {
                    known.ended = Some((done("").at, outcome.clone()));
                }
            }
            SwitchFact::Fenced { note, .. } => {
                self.asked.remove(&Step::Fence);
                self.fenced = Some(done(note));
            }
            SwitchFact::Counted { counters, .. } => self.counters.extend(counters.clone()),
            SwitchFact::Drained { early, .. } => {
                self.drained = Some(done(if *early { "before its time" } else { "" }));
            }
            SwitchFact::Partitioned { partition, .. } => self.partition = Some((done(""), partition.clone())),
            SwitchFact::Inquired { whom, promised, note, .. } => {
                self.inquiry = Some(Inquiry { done: done(note), whom: whom.clone(), promised: *promised });
            }
            SwitchFact::Answered { answers, .. } => {
                self.answers.extend(answers.iter().map(|answer| (answer.message.clone(), answer.fate)));
            }
            SwitchFact::Vouched { messages, .. } => {
                for message in messages {
                    self.vouched.entry(message.clone()).or_default().insert(person.clone());
                }
            }
            SwitchFact::ReplayFixed { replay, .. } => {
                self.asked.remove(&Step::Replay);
                self.replay = Some((done(""), replay.clone()));
            }
            SwitchFact::Replayed { note, .. } => self.replayed = Some(done(note)),
            SwitchFact::Numbered { lanes, note, .. } => self.numbered = Some((done(note), lanes.clone())),
            SwitchFact::Reconciled { account, .. } => self.reconciled = Some((done(""), account.clone(), seq)),
            SwitchFact::CalledOff { reason, .. } => self.called_off = Some(done(reason)),
        }
    }
}

fn step_of(phase: Phase) -> Step {
    match phase {
        Phase::Fence => Step::Fence,
        Phase::Open | Phase::Replay => Step::Replay,
    }
}
