//! Changes of who is on watch: what a command, a moment or another estate leads to, and who is away.

use std::{cell::RefCell, collections::BTreeMap};

use jiff::SignedDuration;

use super::{Turn, World};
use crate::{
    Instant,
    command::{Command, Refusal, Reply},
    cover::{self, Changed, Conflict, Context, CoverFact, ImportStep, LeaveImport, Need, Plan, Remark},
    estate::{Leave, Override},
    id::{ChangeId, IncidentId, Name},
    incident::{IncidentFact, ReleasedBecause},
    page::StepBecause,
    roster::{self, Absences, Away, AwayBecause, OverrideRemark},
};

/// Whose balance is lowest is told by the last quarter and the coming month, so that what was promised counts.
const BALANCE_BACK: SignedDuration = SignedDuration::from_hours(91 * 24);
const BALANCE_AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);

impl World {
    /// All leave of a person: what the estate says first, then what was added at run time, with its number.
    pub fn leave_of(&self, person: &Name) -> Vec<(Option<ChangeId>, &Leave)> {
        cover::leave_of(&self.estate.parsed, &self.covers, person)
    }

    /// The leave that this person is on at `at`.
    pub fn on_leave(&self, person: &Name, at: Instant) -> Option<&Leave> {
        self.leave_of(person).into_iter().map(|(_, leave)| leave).find(|leave| leave.from <= at && at < leave.until)
    }

    /// Whether the pager passes this person over, because they said that they are sick.
    pub fn is_sick(&self, person: &Name, at: Instant) -> bool {
        self.covers.sick(person, at).is_some()
    }

    /// Everybody who is away at some time, as far as that is known: by the estate, or as it was said at run time.
    pub fn absences(&self) -> Absences {
        let mut absences = roster::on_leave(&self.estate.parsed);
        for change in self.covers.iter().filter(|change| change.undone.is_none()) {
            let (person, from, until, because) = match &change.what {
                Changed::Leave { person, leave, removed: None, .. } => {
                    (person, leave.from, leave.until, AwayBecause::Leave)
                }
                Changed::Sick { person, until, ended: None, .. } => (person, change.at, *until, AwayBecause::Sick),
                _ => continue,
            };
            absences.entry(person.clone()).or_default().push(Away { from, until, because });
        }
        absences
    }

    /// Who is on watch in `[from, until)` and can't be: on leave, sick, or not in the estate any more.
    pub fn conflicts(&self, from: Instant, until: Instant) -> Vec<Conflict> {
        self.plan_change(from, |context| cover::conflicts(context, from, until))
    }

    /// What is remarkable about an override that was added at run time: whom it wins over, or that it changes nothing.
    pub fn override_remarks(&self, rota: &Name, id: u64) -> Vec<Remark> {
        let numbered = self.overrides.numbered(rota);
        let Some(known) = self.estate.parsed.rotas.get(rota) else { return Vec::new() };
        let Some(place) = numbered.iter().position(|(known, _)| *known == id) else { return Vec::new() };
        let wins = roster::overlapped(known, numbered, id).into_iter().map(|over| Remark::WinsOver { over });
        let added = self.overrides.of(rota);
        let idle = roster::idle_overrides(known, &added).iter().any(|idle| std::ptr::eq(*idle, &added[place]));
        wins.chain(idle.then_some(Remark::ChangesNothing)).collect()
    }

    /// What is worth knowing about the overrides of a rota that concern `[from, until)`.
    pub fn remarks_on_overrides(&self, rota: &Name, from: Instant, until: Instant) -> Vec<OverrideRemark> {
        let Some(known) = self.estate.parsed.rotas.get(rota) else { return Vec::new() };
        roster::override_remarks(known, self.overrides.numbered(rota), from, until)
    }

    /// What of all changes waits for this person. Nobody of the estate: what waits for whoever looks after it.
    pub fn change_needs(&self, person: Option<&Name>, now: Instant) -> Vec<Need> {
        self.plan_change(now, |context| cover::needs(context, person))
    }

    pub(super) fn plan_change<T>(&self, now: Instant, plan: impl FnOnce(&Context<'_>) -> T) -> T {
        let (estate, overrides, covers) = (&*self.estate.parsed, &self.overrides, &self.covers);
        let known: RefCell<BTreeMap<Name, BTreeMap<Name, i64>>> = RefCell::default();
        let balance = |rota: &Name, person: &Name| {
            let mut known = known.borrow_mut();
            let of_rota = known.entry(rota.clone()).or_insert_with(|| self.balances(rota, now));
            of_rota.get(person).copied()
        };
        plan(&Context { now, estate, overrides, covers, balance: &balance })
    }

    /// Minutes beyond the fair share, by person.
    fn balances(&self, rota: &Name, now: Instant) -> BTreeMap<Name, i64> {
        let from = now.saturating_sub(BALANCE_BACK).unwrap_or(now);
        let until = now.saturating_add(BALANCE_AHEAD).unwrap_or(now);
        let shares = self.fairness(std::slice::from_ref(rota), from, until);
        shares.into_iter().map(|share| (share.person, share.balance.as_mins())).collect()
    }
}

impl Turn<'_> {
    /// A command that changes who is on watch, with what it leads to for those whom it concerns.
    pub fn changed_or_incident(&mut self, command: Command) -> Result<Reply, Refusal> {
        let before = self.out.len();
        let reply = self.watch_changed(command)?;
        self.tell_of_changes(before);
        Ok(reply)
    }

    fn watch_changed(&mut self, command: Command) -> Result<Reply, Refusal> {
        match command {
            Command::AskCover { part, reason } => self.change(|context| cover::plan_ask(context, &part, &reason)),
            Command::TakeCover { change, by } => self.change(|context| cover::plan_take(context, change, &by)),
            Command::DeclineCover { change, by } => self.change(|context| cover::plan_decline(context, change, &by)),
            Command::WithdrawCover { change } => self.change(|context| cover::plan_withdraw(context, change)),
            Command::TakeShift { part, by, reason } => {
                self.change(|context| cover::plan_take_shift(context, &part, &by, &reason))
            }
            Command::ProposeSwap { one, other, reason } => {
                self.change(|context| cover::plan_swap(context, &one, &other, &reason))
            }
            Command::AcceptSwap { change, by } => self.change(|context| cover::plan_swap_accept(context, change, &by)),
            Command::ApproveSwap { change, by } => {
                self.change(|context| cover::plan_swap_approve(context, change, &by))
            }
            Command::RefuseSwap { change, by, reason } => {
                self.change(|context| cover::plan_swap_refuse(context, change, &by, &reason))
            }
            Command::AddLeave(wish) => self.change(|context| cover::plan_leave(context, &wish)),
            Command::ImportLeave(import) => self.import_leave(&import),
            Command::RemoveLeave { change } => self.change(|context| cover::plan_leave_remove(context, change)),
            Command::ReportSick { person, until, note } => {
                let reply = self.change(|context| cover::plan_sick(context, &person, until, &note))?;
                self.pass_over(&person);
                Ok(reply)
            }
            Command::EndSick { person } => self.change(|context| cover::plan_well(context, &person)),
            Command::UndoChange { change, by } => self.change(|context| cover::plan_undo(context, change, by.as_ref())),
            other => self.incident(other),
        }
    }

    fn change(&mut self, plan: impl FnOnce(&Context<'_>) -> Result<Plan, Refusal>) -> Result<Reply, Refusal> {
        let Plan { facts, changes, remarks } = self.world.plan_change(self.now, plan)?;
        let roster_changes = facts.iter().any(|fact| matches!(fact, crate::Fact::Roster(_)));
        self.record_all(facts);
        if roster_changes {
            self.settle();
        }
        Ok(Reply::Changes { changes, remarks })
    }

    /// Each step is planned against what the one before it left, and all were checked before: none fails on its own.
    fn import_leave(&mut self, import: &LeaveImport) -> Result<Reply, Refusal> {
        let (steps, mut done) = self.world.plan_change(self.now, |context| cover::plan_import(context, import))?;
        for step in steps {
            let reply = match &step {
                ImportStep::Remove(change) => self.change(|context| cover::plan_leave_remove(context, *change))?,
                ImportStep::Add(wish) | ImportStep::Change(wish) => {
                    self.change(|context| cover::plan_leave(context, wish))?
                }
            };
            let Reply::Changes { changes, remarks } = reply else { continue };
            let of = match step {
                ImportStep::Remove(_) => &mut done.removed,
                ImportStep::Add(_) => &mut done.added,
                ImportStep::Change(_) => &mut done.changed,
            };
            of.extend(changes.first());
            done.remarks.extend(remarks);
        }
        Ok(Reply::Imported(done))
    }

    pub fn add_override(&mut self, rota: &Name, change: Override) -> Result<Reply, Refusal> {
        let (estate, overrides) = (self.world.estate().clone(), &self.world.overrides);
        let fact = roster::plan_add(&estate, overrides, rota, change, self.now)?;
        let (id, before) = (fact.id(), self.out.len());
        self.record(fact);
        self.settle();
        self.tell_of_changes(before);
        Ok(Reply::Override(id))
    }

    /// An override that a change made is taken back with all that the change made.
    pub fn remove_override(&mut self, rota: &Name, id: u64) -> Result<Reply, Refusal> {
        let fact = roster::plan_remove(&self.world.overrides, rota, id, self.now)?;
        let before = self.out.len();
        let reply = match self.world.covers.made(id) {
            Some(change) => self.change(|context| cover::plan_undo(context, change, None)).map(|_| Reply::Done),
            None => Ok(self.done(fact)),
        };
        self.tell_of_changes(before);
        reply
    }

    /// After who is on watch has changed.
    pub fn settle(&mut self) {
        let facts = self.world.plan_change(self.now, cover::plan_settle);
        self.record_all(facts);
        let lost = self.world.plan_change(self.now, cover::plan_lost);
        self.record_all(lost.facts);
    }

    pub fn estate_changed(&mut self) {
        let before = self.out.len();
        self.settle();
        let plan = self.world.plan_change(self.now, cover::plan_estate);
        self.record_all(plan.facts);
        self.tell_of_changes(before);
    }

    /// What is due among changes.
    pub fn changes_due(&mut self) {
        let before = self.out.len();
        while let Some(change) = self.world.covers.due(self.now) {
            let fact: CoverFact = self.world.plan_change(self.now, |context| cover::plan_due(context, change));
            self.record(fact);
        }
        self.tell_of_changes(before);
    }

    /// What somebody had who left with this change of the estate waits for somebody again: nobody else would look at it.
    pub fn let_go_of(&mut self, was_here: impl Fn(&Name) -> bool) {
        let here = |person: &Name| self.world.estate.parsed.persons.contains_key(person);
        let had = self.world.incidents.open().filter_map(|incident| {
            let by = &incident.acknowledged.as_ref()?.by;
            (was_here(by) && !here(by)).then(|| (incident.id, by.clone()))
        });
        for (incident, person) in had.collect::<Vec<_>>() {
            let because = StepBecause::LeftEstate { person: person.clone() };
            self.record(IncidentFact::Released { incident, person, because: ReleasedBecause::NotInEstate });
            if !self.is_not_worth_a_page(incident) {
                self.page(incident, |pages, context| pages.plan_begin(context, because));
            }
        }
    }

    /// Nobody waits any longer for this person's answer, and what they had taken is open again.
    fn pass_over(&mut self, person: &Name) {
        let open = self.world.incidents.open().map(|incident| {
            let theirs = incident.acknowledged.as_ref().map(|acknowledged| acknowledged.by == *person);
            (incident.id, theirs)
        });
        let open: Vec<(IncidentId, Option<bool>)> = open.collect();
        let because = || StepBecause::Sick { person: person.clone() };
        for (incident, theirs) in open {
            match theirs {
                Some(false) => {}
                Some(true) => {
                    let because_of = ReleasedBecause::Sick;
                    self.record(IncidentFact::Released { incident, person: person.clone(), because: because_of });
                    if !self.is_not_worth_a_page(incident) {
                        self.page(incident, |pages, context| pages.plan_begin(context, because()));
                    }
                }
                None => self.page(incident, |pages, context| pages.plan_pass_over(context, person, because())),
            }
        }
    }
}
