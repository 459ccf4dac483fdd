//! The fold of handoff facts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Action, Answer, Change, HandoffFact, Item, ItemKey, KeptReadBack, Mend, Question, ReadBack, Said, Stability,
    VoidBecause, Waiver, Who, mend,
};
use crate::{
    Instant,
    estate::{Estate, HandoffRule, Rota},
    id::{HandoffId, IncidentId, Name, PageId},
    roster::{Edge, Overrides, next_edge},
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
    pub severity: Option<(Stability, Name)>,
    pub owner: Option<Who>,
    pub contingency: Option<String>,
    pub note: Option<String>,
    pub actions: Vec<Action>,
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

    pub fn apply(&mut self, at: Instant, fact: &HandoffFact) {
        if let HandoffFact::Opened { handoff, edge } = fact {
            self.opened(at, *handoff, edge);
            return;
        }
        let Some(handoff) = self.all.get_mut(&fact.handoff()) else { return };
        let of = self.rotas.get_mut(&handoff.edge.rota);
        match fact {
            HandoffFact::Opened { .. } => {}
            HandoffFact::Changed { edge, .. } => {
                handoff.edge = edge.clone();
                if let Some(of) = of {
                    of.cursor = of.cursor.max(edge.at);
                }
            }
            HandoffFact::ItemAdded { note, by, summary, detail, .. } => {
                if let Some(of) = of {
                    of.last_note = of.last_note.max(*note);
                    let written = Written { at, by: by.clone(), summary: summary.clone(), detail: detail.clone() };
                    of.desk.insert(ItemKey::note(*note), Added { written: Some(written), ..Added::by(at, by) });
                }
            }
            HandoffFact::Amended { item, by, change, .. } => {
                if let Some(of) = of {
                    of.amend(at, item, by, change);
                }
            }
            HandoffFact::Late { incident, .. } => handoff.late = Some(Late { at, incident: *incident }),
            HandoffFact::Escalated { incident, .. } => {
                handoff.escalated_at = Some(at);
                handoff.late = handoff.late.map(|late| Late { incident: *incident, ..late });
            }
            HandoffFact::Refused { by, reason, .. } => {
                handoff.refusals.push(Refusal { at, by: by.clone(), reason: reason.clone() });
            }
            HandoffFact::Accepted { by, emergency, items, .. } => {
                if let Some(of) = of {
                    of.hand_over(handoff, by, items);
                }
                let (by, items) = (by.clone(), items.clone());
                self.end(fact.handoff(), End::Accepted { at, by, emergency: *emergency, items });
            }
            HandoffFact::Void { because, .. } => {
                if let Some(of) = of.filter(|of| *because == VoidBecause::EdgeGone && of.cursor == handoff.edge.at) {
                    // What the plan has now instead is looked for anew.
                    of.cursor = at.min(handoff.edge.at);
                }
                self.end(fact.handoff(), End::Void { at, because: because.clone() });
            }
            _ => handoff.say(at, fact),
        }
    }

    fn opened(&mut self, at: Instant, id: HandoffId, edge: &Edge) {
        self.last = self.last.max(id);
        let Some(of) = self.rotas.get_mut(&edge.rota) else { return };
        of.cursor = of.cursor.max(edge.at);
        of.handoffs.insert(id);
        let handoff = Handoff {
            id,
            edge: edge.clone(),
            opened_at: at,
            said: BTreeMap::new(),
            refusals: Vec::new(),
            late: None,
            escalated_at: None,
            end: None,
            pages_after: Vec::new(),
            amiss: None,
        };
        self.open.insert(id);
        self.all.insert(id, handoff);
    }

    fn end(&mut self, id: HandoffId, end: End) {
        self.open.remove(&id);
        let Some(handoff) = self.all.get_mut(&id) else { return };
        (handoff.end, handoff.amiss) = (Some(end), None);
        let Some(of) = self.rotas.get_mut(&handoff.edge.rota) else { return };
        while of.handoffs.len() > ENDED_KEPT {
            let Some(oldest) = of.handoffs.iter().copied().find(|id| !self.open.contains(id)) else { return };
            of.handoffs.remove(&oldest);
            self.all.remove(&oldest);
        }
    }

    /// A page that may have told the incoming what the brief should have. When it began is asked for rarely: soon after
    /// a handoff alone.
    pub(crate) fn note_page(&mut self, person: &Name, page: PageAfter, began: impl Fn() -> Instant) {
        let soon = |handoff: &&mut Handoff| {
            let accepted = handoff.accepted().map(|(at, _)| at);
            accepted.is_some_and(|at| at <= page.at && page.at.duration_since(at) < LOOKED_AT)
        };
        // The newest few of each rota; who is looked for accepted within the last hours.
        let recent: Vec<HandoffId> =
            self.rotas.values().flat_map(|of| of.handoffs.iter().rev().take(8)).copied().collect();
        for id in recent {
            let Some(handoff) = self.all.get_mut(&id) else { continue };
            let Some(handoff) = Some(handoff).filter(soon) else { continue };
            let Some(End::Accepted { at, by, items, .. }) = &handoff.end else { continue };
            if by != person && !handoff.edge.to.persons.contains(person) {
                continue;
            }
            let said = items.iter().any(|item| item.key == ItemKey::of("incident", page.incident));
            handoff.pages_after.push(PageAfter { missed: !said && began() < *at, ..page });
        }
    }

    /// Looks at the plan again, after a fact that may have changed it: of one rota, or of all.
    pub(crate) fn look_ahead(&mut self, at: Instant, estate: &Estate, overrides: &Overrides, only: Option<&Name>) {
        let concerns = |name: &Name| only.is_none_or(|only| only == name);
        if only.is_none() {
            // A rota that is not handed over any more keeps its history, and nothing is due.
            let handed_over = |name: &Name| estate.rotas.get(name).is_some_and(|rota| rota.handoff.is_some());
            for (_, of) in self.rotas.iter_mut().filter(|(name, _)| !handed_over(name)) {
                (of.next, of.rests) = (None, true);
            }
        }
        for rota in estate.rotas.values().filter(|rota| concerns(&rota.name)) {
            let Some(rule) = &rota.handoff else { continue };
            let added = overrides.of(&rota.name);
            let of = self.rotas.entry(rota.name.clone()).or_insert_with(|| OfRota {
                rule: rule.into(),
                rests: false,
                cursor: at,
                next: None,
                handoffs: BTreeSet::new(),
                desk: BTreeMap::new(),
                last_note: 0,
            });
            of.rule = rule.into();
            // Nobody is asked to accept what passed by the clock meanwhile.
            if std::mem::take(&mut of.rests) {
                of.cursor = of.cursor.max(at);
            }
            of.next = next_after(rota, rule, &added, of.cursor);
        }
        let open: Vec<HandoffId> = self.open.iter().copied().collect();
        for id in open {
            let Some(handoff) = self.all.get(&id).filter(|handoff| concerns(handoff.rota())) else { continue };
            let taken: BTreeSet<Instant> =
                self.of(handoff.rota()).filter(|other| other.id != id).map(|other| other.edge.at).collect();
            let amiss = mend(handoff, &taken, estate, &overrides.of(handoff.rota()), at);
            if let Some(handoff) = self.all.get_mut(&id) {
                handoff.amiss = amiss;
            }
        }
    }
}

fn next_after(rota: &Rota, rule: &HandoffRule, added: &[crate::estate::Override], cursor: Instant) -> Option<Edge> {
    let after = cursor.saturating_add(jiff::SignedDuration::from_nanos(1)).ok()?;
    next_edge(rota, added, after, |edge| super::is_handed_over(rule, edge))
}

impl Added {
    fn by(at: Instant, by: &Name) -> Added {
        Added {
            at,
            by: by.clone(),
            written: None,
            severity: None,
            owner: None,
            contingency: None,
            note: None,
            actions: Vec::new(),
        }
    }
}

impl OfRota {
    fn amend(&mut self, at: Instant, item: &ItemKey, by: &Name, change: &Change) {
        if change.done {
            self.desk.remove(item);
            return;
        }
        let added = self.desk.entry(item.clone()).or_insert_with(|| Added::by(at, by));
        (added.at, added.by) = (at, by.clone());
        if let Some(severity) = change.severity {
            added.severity = Some((severity, by.clone()));
        }
        added.owner = change.owner.clone().or(added.owner.take());
        added.contingency = change.contingency.clone().or(added.contingency.take());
        added.note = change.note.clone().or(added.note.take());
        if let Some(actions) = &change.actions {
            added.actions = actions.clone();
        }
    }

    /// What the outgoing had to do goes to whoever accepted. What was added to items that are gone goes with them.
    fn hand_over(&mut self, handoff: &Handoff, to: &Name, items: &[Item]) {
        let outgoing = |who: &Who| who.person().is_some_and(|person| handoff.edge.from.persons.contains(person));
        self.desk.retain(|key, added| added.written.is_some() || items.iter().any(|item| item.key == *key));
        for added in self.desk.values_mut() {
            let owners = added.owner.iter_mut().chain(added.actions.iter_mut().map(|action| &mut action.owner));
            owners.filter(|who| outgoing(who)).for_each(|who| *who = Who::Person(to.clone()));
        }
    }
}

impl Handoff {
    fn say(&mut self, at: Instant, fact: &HandoffFact) {
        match fact {
            HandoffFact::Asked { item, question, by, text, .. } => {
                let said = self.said.entry(item.clone()).or_default();
                let (by, text) = (by.clone(), text.clone());
                said.questions.push(Question { number: *question, by, at, text, answer: None });
            }
            HandoffFact::Answered { item, question, by, text, .. } => {
                let said = self.said.entry(item.clone()).or_default();
                if let Some(asked) = said.questions.iter_mut().find(|asked| asked.number == *question) {
                    asked.answer = Some(Answer { by: by.clone(), at, text: text.clone() });
                }
            }
            HandoffFact::ReadBack { item, by, words, severity, next_at, .. } => {
                let read = ReadBack { by: by.clone(), at, words: words.clone(), next_at: *next_at };
                let kept = KeptReadBack { read, at, severity: *severity };
                self.said.entry(item.clone()).or_default().read_back = Some(kept);
            }
            HandoffFact::Waived { item, what, by, reason, .. } => {
                let said = self.said.entry(item.clone()).or_default();
                said.waivers.push(Waiver { what: *what, by: by.clone(), at, reason: reason.clone() });
            }
            _ => {}
        }
    }
}
