//! How facts, another estate and other overrides change what is kept of handoffs.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Added, ENDED_KEPT, End, Handoff, Handoffs, LOOKED_AT, Late, OfRota, PageAfter, Refusal, SaidSeverity, Written,
};
use crate::{
    Instant,
    estate::{Estate, HandoffRule, Rota},
    handoff::{
        Action, Answer, Change, HandoffFact, Item, ItemKey, KeptReadBack, Question, ReadBack, Reading, Removed,
        Stability, VoidBecause, Waiver, Who, is_handed_over, mend,
    },
    id::{HandoffId, Name},
    roster::{Edge, Overrides, next_edge},
};

impl Handoffs {
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
            HandoffFact::Amended { item, by, change, computed, .. } => {
                if let Some(of) = of {
                    of.amend(at, item, by, change, *computed);
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
                // What the plan has now instead is looked for anew; but an edge that is there and not there in the same
                // instant would be opened and void for ever.
                let looks_again = *because == VoidBecause::EdgeGone && handoff.opened_at < at;
                if let Some(of) = of.filter(|of| looks_again && of.cursor == handoff.edge.at) {
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
            readings: BTreeMap::new(),
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

    /// A page that may have told the incoming what the brief should have. A page for the watch of another rota says
    /// nothing about this one's brief. When it began is asked for rarely: soon after a handoff alone.
    pub(crate) fn note_page(
        &mut self,
        person: &Name,
        rota: Option<&Name>,
        page: PageAfter,
        announces: impl Fn(&Item) -> bool,
        began: impl Fn() -> Instant,
    ) {
        let soon = |handoff: &&mut Handoff| {
            let accepted = handoff.accepted().map(|(at, _)| at);
            accepted.is_some_and(|at| at <= page.at && page.at.duration_since(at) < LOOKED_AT)
        };
        // The newest few of each rota; who is looked for accepted within the last hours.
        let recent: Vec<HandoffId> =
            self.rotas.values().flat_map(|of| of.handoffs.iter().rev().take(8)).copied().collect();
        for id in recent {
            let Some(handoff) = self.all.get_mut(&id) else { continue };
            let is_of = |handoff: &&mut Handoff| rota.is_none_or(|rota| handoff.edge.rota == *rota);
            let Some(handoff) = Some(handoff).filter(is_of).filter(soon) else { continue };
            let Some(End::Accepted { at, by, items, .. }) = &handoff.end else { continue };
            if by != person && !handoff.edge.to.persons.contains(person) {
                continue;
            }
            let missed = began() < *at && !items.iter().any(&announces);
            handoff.pages_after.push(PageAfter { missed, ..page });
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
            // An edge that was gone for a while and is there again belongs to nobody else.
            let counts = |other: &&Handoff| other.id != id && !matches!(other.end, Some(End::Void { .. }));
            let taken: BTreeSet<Instant> = self.of(handoff.rota()).filter(counts).map(|other| other.edge.at).collect();
            let amiss = mend(handoff, &taken, estate, &overrides.of(handoff.rota()), at);
            if let Some(handoff) = self.all.get_mut(&id) {
                handoff.amiss = amiss;
            }
        }
    }
}

fn next_after(rota: &Rota, rule: &HandoffRule, added: &[crate::estate::Override], cursor: Instant) -> Option<Edge> {
    let after = cursor.saturating_add(jiff::SignedDuration::from_nanos(1)).ok()?;
    next_edge(rota, added, after, |edge| is_handed_over(rule, edge))
}

impl Added {
    /// Those without a number are of an older journal and get the next one.
    fn act(&mut self, actions: Vec<Action>) {
        self.actions = actions;
        for action in &mut self.actions {
            let number = *action.number.get_or_insert(self.last_action + 1);
            self.last_action = self.last_action.max(number);
        }
    }

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
            last_action: 0,
        }
    }
}

impl OfRota {
    fn amend(&mut self, at: Instant, item: &ItemKey, by: &Name, change: &Change, computed: Option<Stability>) {
        if change.done {
            self.desk.remove(item);
            return;
        }
        let added = self.desk.entry(item.clone()).or_insert_with(|| Added::by(at, by));
        (added.at, added.by) = (at, by.clone());
        if let Some(severity) = change.severity {
            added.severity = Some(SaidSeverity { severity, by: by.clone(), at, computed });
        }
        added.owner = change.owner.clone().or(added.owner.take());
        added.contingency = change.contingency.clone().or(added.contingency.take());
        added.note = change.note.clone().or(added.note.take());
        for removed in &change.remove {
            match removed {
                Removed::Severity => added.severity = None,
                Removed::Owner => added.owner = None,
                Removed::Contingency => added.contingency = None,
                Removed::Note => added.note = None,
            }
        }
        if let Some(actions) = &change.actions {
            added.act(actions.clone());
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
            HandoffFact::Read { by, marks, .. } => {
                self.readings.insert(by.clone(), Reading { at, marks: marks.clone() });
            }
            HandoffFact::ReadBack { item, by, words, severity, next, next_at, .. } => {
                let (words, next) = (words.clone(), next.clone());
                let read = ReadBack { by: by.clone(), at, words, next, next_at: *next_at };
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
