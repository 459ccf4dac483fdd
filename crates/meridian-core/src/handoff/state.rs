//! What is kept of handoffs, and what they wait for.

mod fold;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Action, Item, ItemKey, Mend, Reading, Said, Stability, VoidBecause, Who};
use crate::{
    Instant,
    estate::HandoffRule,
    id::{HandoffId, IncidentId, Name, PageId},
    roster::Edge,
};

/// So many ended handoffs of each rota are kept; older ones stand in the journal alone.
pub const ENDED_KEPT: usize = 500;

/// For so long after acceptance it is looked at what the brief did not say.
pub const LOOKED_AT: jiff::SignedDuration = jiff::SignedDuration::from_hours(4);

/// Something closed and something still open: all that is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Handoffs {
    all: BTreeMap<HandoffId, Handoff>,
    open: BTreeSet<HandoffId>,
    rotas: BTreeMap<Name, OfRota>,
    last: HandoffId,
}

/// What is kept of a rota that is handed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct OfRota {
    rule: Rule,
    /// The estate does not have it, or it passes by the clock now.
    rests: bool,
    /// Edges up to here were handed over, or passed before handoffs were kept.
    cursor: Instant,
    next: Option<Edge>,
    /// By number; open and ended.
    handoffs: BTreeSet<HandoffId>,
    /// What people added to items, kept until the item is gone.
    desk: BTreeMap<ItemKey, Added>,
    last_note: u64,
}

/// The durations of the rota's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    opens: jiff::SignedDuration,
    late: jiff::SignedDuration,
    leads_after: jiff::SignedDuration,
}

impl From<&HandoffRule> for Rule {
    fn from(rule: &HandoffRule) -> Rule {
        Rule { opens: rule.opens, late: rule.late, leads_after: rule.leads_after }
    }
}

/// The passing of one rota's watch along one edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    pub id: HandoffId,
    pub edge: Edge,
    pub opened_at: Instant,
    said: BTreeMap<ItemKey, Said>,
    /// What each of the incoming read last.
    #[serde(default)]
    pub readings: BTreeMap<Name, Reading>,
    pub refusals: Vec<Refusal>,
    pub late: Option<Late>,
    pub escalated_at: Option<Instant>,
    pub end: Option<End>,
    /// Pages to the incoming in the first hours after acceptance.
    pub pages_after: Vec<PageAfter>,
    /// What the estate or an override demands: done at the next tick.
    amiss: Option<Mend>,
}

/// What people added to an item. It outlives the handoff, as long as the item does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// When it was changed last.
    pub at: Instant,
    pub by: Name,
    /// Present: the item is this note alone.
    pub written: Option<Written>,
    pub severity: Option<SaidSeverity>,
    pub owner: Option<Who>,
    pub contingency: Option<String>,
    pub note: Option<String>,
    pub actions: Vec<Action>,
    /// The highest number that an action of it ever had.
    #[serde(default)]
    pub last_action: u32,
}

/// How an item stands in the words of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidSeverity {
    pub severity: Stability,
    pub by: Name,
    pub at: Instant,
    /// How it stood then by what the house knew; facts of older journals do not tell.
    pub computed: Option<Stability>,
}

impl SaidSeverity {
    /// Whether it counts beside what the house computes now. Said of something that got worse since, it hides nothing;
    /// worse than what is computed, it always counts.
    pub fn counts(&self, now: Stability) -> bool {
        // Worst is first.
        self.severity <= now || self.computed.is_some_and(|then| now >= then)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub at: Instant,
    pub by: Name,
    pub summary: String,
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub at: Instant,
    pub by: Name,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    pub at: Instant,
    pub incident: IncidentId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Accepted { at: Instant, by: Name, emergency: bool, items: Vec<Item> },
    Void { at: Instant, because: VoidBecause },
}

/// A page that came soon after a handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageAfter {
    pub page: PageId,
    pub incident: IncidentId,
    pub at: Instant,
    /// It was about what began before the handoff, and the brief did not say so.
    pub missed: bool,
}

/// How a handoff stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Open,
    /// It was due and is not accepted.
    Late,
    Accepted,
    Void,
}

/// What a handoff waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Timer {
    Open(Edge),
    Mend(HandoffId, Mend),
    Late(HandoffId),
    Escalate(HandoffId),
}

impl Handoff {
    pub fn rota(&self) -> &Name {
        &self.edge.rota
    }

    pub fn said(&self, item: &ItemKey) -> Option<&Said> {
        self.said.get(item)
    }

    /// What was said of each item in this handoff.
    pub fn all_said(&self) -> impl Iterator<Item = (&ItemKey, &Said)> {
        self.said.iter()
    }

    pub fn ended_at(&self) -> Option<Instant> {
        match &self.end {
            Some(End::Accepted { at, .. } | End::Void { at, .. }) => Some(*at),
            None => None,
        }
    }

    /// When it was accepted and by whom.
    pub fn accepted(&self) -> Option<(Instant, &Name)> {
        match &self.end {
            Some(End::Accepted { at, by, .. }) => Some((*at, by)),
            _ => None,
        }
    }

    pub fn standing(&self, now: Instant) -> Standing {
        match &self.end {
            Some(End::Accepted { .. }) => Standing::Accepted,
            Some(End::Void { .. }) => Standing::Void,
            None if self.edge.due() <= now => Standing::Late,
            None => Standing::Open,
        }
    }

    /// Whether it was due and not accepted at `at`.
    pub fn keeps_outgoing(&self, at: Instant) -> bool {
        self.edge.due() <= at && self.ended_at().is_none_or(|ended| at < ended)
    }

    /// Whether it was accepted at `at` and is not due yet.
    pub fn is_early(&self, at: Instant) -> bool {
        self.accepted().is_some_and(|(accepted, _)| accepted <= at) && at < self.edge.due()
    }
}

impl Handoffs {
    pub fn get(&self, id: HandoffId) -> Option<&Handoff> {
        self.all.get(&id)
    }

    /// Every handoff that is kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Handoff> {
        self.all.values()
    }

    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Handoff> {
        self.open.iter().filter_map(|id| self.all.get(id))
    }

    /// Of this rota, oldest first.
    pub fn of(&self, rota: &Name) -> impl DoubleEndedIterator<Item = &Handoff> {
        self.rotas.get(rota).into_iter().flat_map(|of| &of.handoffs).filter_map(|id| self.all.get(id))
    }

    pub fn next_id(&self) -> HandoffId {
        HandoffId(self.last.0 + 1)
    }

    pub fn next_note(&self, rota: &Name) -> u64 {
        self.rotas.get(rota).map_or(1, |of| of.last_note + 1)
    }

    /// What people added to items of this rota.
    pub fn desk(&self, rota: &Name) -> &BTreeMap<ItemKey, Added> {
        static NOTHING: BTreeMap<ItemKey, Added> = BTreeMap::new();
        self.rotas.get(rota).map_or(&NOTHING, |of| &of.desk)
    }

    /// The next edge that is not opened yet, and from when on it is the next one.
    pub fn next_edge(&self, rota: &Name) -> Option<(Instant, &Edge)> {
        let of = self.rotas.get(rota)?;
        Some((of.cursor, of.next.as_ref()?))
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.timers().map(|(at, _)| at).min()
    }

    pub(crate) fn due(&self, now: Instant) -> Option<Timer> {
        let due = self.timers().filter(|(at, _)| *at <= now);
        due.min_by_key(|(at, _)| *at).map(|(_, timer)| timer())
    }

    /// Everything that waits for a moment. Few rotas are handed over and few handoffs are open, so they are looked at.
    fn timers(&self) -> impl Iterator<Item = (Instant, Box<dyn Fn() -> Timer + '_>)> {
        let later = |at: Instant, by: jiff::SignedDuration| at.saturating_add(by).unwrap_or(Instant::MAX);
        let opening = self.rotas.values().filter_map(move |of| {
            let edge = of.next.as_ref()?;
            let timer: Box<dyn Fn() -> Timer + '_> = Box::new(|| Timer::Open(edge.clone()));
            Some((later(edge.at, -of.rule.opens), timer))
        });
        let of_open = self.open().filter_map(move |handoff| {
            let id = handoff.id;
            if let Some(mend) = &handoff.amiss {
                let timer: Box<dyn Fn() -> Timer + '_> = Box::new(move || Timer::Mend(id, mend.clone()));
                return Some((Instant::MIN, timer));
            }
            let rule = self.rotas.get(handoff.rota())?.rule;
            let late = later(handoff.edge.due(), rule.late);
            match (handoff.late, handoff.escalated_at) {
                (None, _) => Some((late, Box::new(move || Timer::Late(id)) as Box<dyn Fn() -> Timer + '_>)),
                (Some(late), None) => {
                    Some((later(late.at, rule.leads_after), Box::new(move || Timer::Escalate(id)) as Box<_>))
                }
                _ => None,
            }
        });
        opening.chain(of_open)
    }
}
