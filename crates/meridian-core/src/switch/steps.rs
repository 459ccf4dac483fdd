//! The checklist: how each step stands, in words. Page, API and command line show the same.

use super::{Phase, RunOutcome, Step, Switch, Way};
use crate::{
    Instant,
    chain::{engine::Set, grouped},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    /// It is its turn.
    Now,
    /// One person wants it; a second one has to.
    Second,
    /// Its action runs, or its time passes.
    Under,
    /// An action failed, or nobody knows what became of it.
    Stuck,
    Waits,
}

impl StepState {
    pub fn word(self) -> &'static str {
        match self {
            StepState::Done => "done",
            StepState::Now => "now",
            StepState::Second => "second_person",
            StepState::Under => "under_way",
            StepState::Stuck => "stuck",
            StepState::Waits => "waits",
        }
    }
}

/// One line of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    pub step: Step,
    pub state: StepState,
    /// `Fence route a`
    pub title: String,
    pub words: String,
    /// When it was done.
    pub at: Option<Instant>,
}

fn n(count: u64) -> String {
    grouped(&count.to_string())
}

impl Switch {
    /// The step whose turn it is; none: it is over.
    pub fn step(&self) -> Option<Step> {
        Step::ALL.into_iter().find(|step| self.done_at(*step).is_none()).filter(|_| self.is_open())
    }

    fn done_at(&self, step: Step) -> Option<Instant> {
        match step {
            Step::Cut => Some(self.what.cut),
            Step::Fence => self.fenced.as_ref().map(|done| done.at),
            Step::Drain => self.drained.as_ref().map(|done| done.at),
            Step::Partition => self.partition.as_ref().map(|(done, _)| done.at),
            Step::Ask => self.asked_enough(),
            Step::Replay => self.replayed.as_ref().map(|done| done.at),
            Step::Epoch => self.numbered.as_ref().map(|(done, _)| done.at),
            Step::Reconcile => self.reconciled.as_ref().map(|(done, ..)| done.at),
        }
    }

    /// With nothing in doubt there is nothing to ask; and whoever fixed the replay has asked enough.
    fn asked_enough(&self) -> Option<Instant> {
        let (at, partition) = self.partition.as_ref().map(|(done, partition)| (done.at, partition))?;
        let open = partition.count(Set::InDoubt).saturating_sub(self.answers.len() as u64);
        let fixed = self.replay.as_ref().map(|(done, _)| done.at);
        if open == 0 { self.inquiry.as_ref().map(|inquiry| inquiry.done.at).or(Some(at)) } else { fixed }
    }

    pub fn steps(&self) -> Vec<StepLine> {
        let current = self.step();
        Step::ALL.into_iter().map(|step| self.line(step, current)).collect()
    }

    fn line(&self, step: Step, current: Option<Step>) -> StepLine {
        let at = self.done_at(step);
        let phases: &[Phase] = match step {
            Step::Fence => &[Phase::Fence],
            Step::Replay => &[Phase::Open, Phase::Replay],
            _ => &[],
        };
        let runs = || self.runs.iter().filter(|run| phases.contains(&run.phase));
        let last = runs().rfind(|run| !run.dry).and_then(|run| run.ended.as_ref());
        let state = if at.is_some() {
            StepState::Done
        } else if current != Some(step) {
            StepState::Waits
        } else if runs().any(|run| run.ended.is_none()) || step == Step::Drain {
            StepState::Under
        } else if self.asked.contains_key(&step) {
            StepState::Second
        } else if matches!(last, Some((_, RunOutcome::Failed(_) | RunOutcome::Unknown))) {
            StepState::Stuck
        } else {
            StepState::Now
        };
        StepLine { step, state, title: self.title(step), words: self.words(step), at }
    }

    fn title(&self, step: Step) -> String {
        match step {
            Step::Cut => "Fix the cut".to_owned(),
            Step::Fence => format!("Fence route {}", self.what.from),
            Step::Drain => "Drain".to_owned(),
            Step::Partition => "Partition".to_owned(),
            Step::Ask => "Ask the authority".to_owned(),
            Step::Replay => format!("Replay over route {}", self.what.to),
            Step::Epoch => "New epoch".to_owned(),
            Step::Reconcile => "Reconcile and sign".to_owned(),
        }
    }

    fn words(&self, step: Step) -> String {
        let what = &self.what;
        match step {
            Step::Cut => {
                format!("Declared at entry {}. What is first seen after the fence is not of this switch.", n(self.seq))
            }
            Step::Fence => self.fence_words(),
            Step::Drain => format!("Up to {}. Late confirmations still count.", span(what.drain_s)),
            Step::Partition => match &self.partition {
                None => format!("Confirmed, rejected, never left {}, in doubt.", what.border),
                Some((_, partition)) => {
                    let of = |set| n(partition.count(set));
                    let unseen = match partition.unseen {
                        0 => String::new(),
                        count => format!(" {} numbers that nobody has seen.", n(count)),
                    };
                    let ended = match partition.count(Set::Cancelled) {
                        0 => format!("{} confirmed, {} rejected", of(Set::Confirmed), of(Set::Rejected)),
                        cancelled => format!(
                            "{} confirmed, {} rejected, {} cancelled",
                            of(Set::Confirmed),
                            of(Set::Rejected),
                            n(cancelled)
                        ),
                    };
                    format!("{ended}, {} never left, {} in doubt.{unseen}", of(Set::NeverLeft), of(Set::InDoubt))
                }
            },
            Step::Ask => self.ask_words(),
            Step::Replay => self.replay_words(),
            Step::Epoch => match &self.numbered {
                None => "How the lanes are numbered from now on: gap-fill, never reset.".to_owned(),
                Some((_, lanes)) if lanes.is_empty() => "The numbers go on as they were.".to_owned(),
                Some((_, lanes)) => {
                    let lanes = lanes.iter().map(|lane| {
                        format!("{} after {} is {} from {}", lane.lane, n(lane.last), lane.to, n(lane.first))
                    });
                    format!("{}.", lanes.collect::<Vec<_>>().join("; "))
                }
            },
            Step::Reconcile => match &self.reconciled {
                None => "What was originated must equal its parts, by count and by value.".to_owned(),
                Some((_, account, seq)) => match account.doubled {
                    0 => format!("The account closes; entry {} of the journal signs it.", n(*seq)),
                    doubled => format!(
                        "The account closes, and {} arrived more than once; entry {} of the journal signs it.",
                        n(doubled),
                        n(*seq)
                    ),
                },
            },
        }
    }

    fn fence_words(&self) -> String {
        let mut words = match (&self.fenced, &self.what.fence[..]) {
            (Some(done), _) if !done.note.is_empty() => format!("By hand: {}", done.note),
            (_, []) => "By hand: close it, then say how it was done.".to_owned(),
            (_, actions) => {
                let names: Vec<&str> = actions.iter().map(|action| action.name.as_str()).collect();
                format!("{}.", names.join(", "))
            }
        };
        for (lane, last) in &self.counters {
            words.push_str(&format!(" Last number of {lane}: {}.", n(*last)));
        }
        words
    }

    fn ask_words(&self) -> String {
        let authority = self.what.authority.as_deref().unwrap_or("Whoever receives them");
        let Some((_, partition)) = &self.partition else {
            return format!("{authority}: the fate of what is in doubt.");
        };
        let doubt = partition.count(Set::InDoubt);
        if doubt == 0 {
            return "Nothing is in doubt.".to_owned();
        }
        let answered = match self.answers.len() {
            0 => String::new(),
            count => format!(" {} answered.", n(count as u64)),
        };
        let asked = match &self.inquiry {
            None => String::new(),
            Some(inquiry) => match inquiry.promised {
                None => format!(" Asked at {} UTC.", inquiry.done.at.strftime("%H:%M")),
                Some(promised) => format!(
                    " Asked at {} UTC, promised for {} UTC.",
                    inquiry.done.at.strftime("%H:%M"),
                    promised.strftime("%H:%M")
                ),
            },
        };
        let whom = self.inquiry.as_ref().map_or(authority, |inquiry| inquiry.whom.as_str());
        format!("{whom}: the fate of {}.{asked}{answered}", n(doubt))
    }

    fn replay_words(&self) -> String {
        let held = if self.what.same_rail {
            "What is in doubt goes with the mark of a possible duplicate."
        } else {
            "What is in doubt stays held: another rail needs negative proof or two approvals."
        };
        let Some((_, replay)) = &self.replay else {
            return format!("What never left goes as originals, in order per lane. {held}");
        };
        let of = |way| n(replay.count(way));
        let mut words =
            format!("{} as originals, {} as possible duplicates", of(Way::Original), of(Way::PossibleDuplicate));
        if replay.count(Way::Held) > 0 {
            words.push_str(&format!("; {} held", of(Way::Held)));
        }
        words.push('.');
        if let Some(done) = self.replayed.as_ref().filter(|done| !done.note.is_empty()) {
            words.push_str(&format!(" By hand: {}", done.note));
        }
        words
    }
}

fn span(seconds: u64) -> String {
    crate::estate::show_duration(jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}
