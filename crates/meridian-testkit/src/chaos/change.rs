//! Changes of who is on watch among the bad luck, and what must be true of whom they were told.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    cover::{Changed, PartWish},
    id::{ChangeId, DeliveryId, Name},
    journal::Entry,
    notice::{NoticeFact, NoticeState, still_concerns},
    page::DeliveryState,
    roster::Shift,
};

use super::{
    Broken, Chaos,
    act::{PERSONS, name},
    witness::Witness,
};

/// So far ahead the watches lie that are given, taken and swapped.
const AHEAD: SignedDuration = SignedDuration::from_hours(72);

impl Chaos {
    /// Somebody wants something about who is on watch.
    pub(super) fn change_watch(&mut self) {
        let person = name(self.seeds.pick::<&str>(&PERSONS));
        let kept: Vec<ChangeId> = self.sim.world.covers.iter().map(|change| change.id).collect();
        let newest: Vec<ChangeId> = kept.into_iter().rev().take(6).collect();
        let any = |chaos: &mut Chaos| (!newest.is_empty()).then(|| *chaos.seeds.pick(&newest));
        let what = self.seeds.below(12);
        let command = match what {
            0..=2 => self.part().map(|part| Command::AskCover { part, reason: "dentist".into() }),
            3 => {
                let until = self.sim.now.saturating_add(SignedDuration::from_hours(3)).expect("in range");
                Some(Command::ReportSick { person, until, note: String::new() })
            }
            4 => Some(Command::EndSick { person }),
            5 => self.part().zip(self.part()).map(|(one, other)| Command::ProposeSwap {
                one,
                other,
                reason: String::new(),
            }),
            6 => self.part().map(|part| Command::TakeShift { part, by: person, reason: String::new() }),
            7 => any(self).map(|change| Command::UndoChange { change, by: Some(person) }),
            _ => any(self).and_then(|change| self.answer_to(change, person)),
        };
        if let Some(command) = command {
            self.ask(command);
        }
    }

    /// One of the next watches.
    fn part(&mut self) -> Option<PartWish> {
        let now = self.sim.now.max(self.sim.world.at());
        let until = now.saturating_add(AHEAD).expect("in range");
        let shifts: Vec<Shift> = self.sim.world.shifts(&name("payments"), now, until);
        let shift = shifts.get(self.seeds.below(shifts.len().max(1) as u64) as usize)?;
        let (from, until) = (shift.from.max(now), shift.until);
        Some(PartWish { rota: shift.rota.clone(), layer: None, person: shift.person.clone(), from, until })
    }

    fn answer_to(&mut self, change: ChangeId, by: Name) -> Option<Command> {
        let yes = self.seeds.chance(60);
        let offered =
            |request: &meridian_core::cover::Request| request.offers.first().map(|offer| offer.person.clone());
        match &self.sim.world.covers.get(change)?.what {
            Changed::Cover(request) => {
                let by = offered(request).filter(|_| yes).unwrap_or(by);
                Some(if yes { Command::TakeCover { change, by } } else { Command::DeclineCover { change, by } })
            }
            Changed::Swap(swap) => {
                let by = swap.other.person.clone();
                Some(match yes {
                    true => Command::AcceptSwap { change, by },
                    false => Command::RefuseSwap { change, by, reason: String::new() },
                })
            }
            _ => Some(Command::UndoChange { change, by: None }),
        }
    }

    /// A notice arrived, or its failure is shown, or it says why it was not sent, or its time has not come.
    pub(super) fn check_everybody_was_told(&self) -> Result<(), Broken> {
        let (world, now) = (&self.sim.world, self.sim.now);
        for notice in world.notices.iter() {
            let deliveries = || world.notices.deliveries_of(notice);
            let why = match world.notices.state(notice) {
                NoticeState::Sending => "is still being sent",
                NoticeState::Waiting { until } if until <= now => "waits for a moment that is past",
                NoticeState::Failed if !deliveries().any(|one| one.attempts.iter().any(|a| a.outcome.is_err())) => {
                    "failed, and nothing says why"
                }
                NoticeState::NoContact if !notice.deliveries.is_empty() => "has contacts, and used none",
                _ => continue,
            };
            return Err(format!("notice {} to {} {why}", notice.id, notice.person));
        }
        // What the other side got is what the journal says.
        for sent in self.sim.sent_notices.iter().filter(|sent| sent.arrived) {
            let Some(delivery) = world.notices.delivery(sent.delivery) else { continue };
            // After a crash between sending and recording it is sent again with the same key, and that may fail; then it is
            // tried again, or given up, as one that never arrived, and the journal has that attempt.
            let torn = self.sim.torn.contains_key(&(sent.delivery, sent.attempt));
            let attempted = delivery.attempts.len() >= sent.attempt as usize;
            match &delivery.state {
                DeliveryState::Delivered { .. } => {}
                _ if torn && attempted => {}
                state => return Err(format!("delivery {} arrived, and the journal says {state:?}", delivery.id)),
            }
        }
        Ok(())
    }
}

impl Witness {
    /// Only whom a change concerns is told of it, over each contact once. That nobody is told twice [`super::told`] sees.
    pub(super) fn may_tell(&self, entry: &Entry, fact: &NoticeFact) -> Result<(), Broken> {
        let NoticeFact::Planned { person, changes, because, deliveries, .. } = fact;
        let world = &self.world;
        if !world.estate().persons.contains_key(person) {
            return Err(format!("{person}, who is not in the estate, is told"));
        }
        for change in changes {
            if !still_concerns(&world.covers, entry.at, *change, *because, person) {
                return Err(format!("{person} is told of change {change} because {because:?}, which is not so"));
            }
        }
        let mut contacts: Vec<&str> = deliveries.iter().map(|planned| &*planned.contact).collect();
        contacts.sort_unstable();
        contacts.dedup();
        if contacts.len() == deliveries.len() { Ok(()) } else { Err(format!("{person} is told twice over a contact")) }
    }

    /// What is settled is not begun any more, and who is sick is left in peace.
    pub(super) fn may_start_notice(&self, at: Instant, id: DeliveryId) -> Result<(), Broken> {
        let world = &self.world;
        let delivery = world.notices.delivery(id).ok_or_else(|| format!("delivery {id} is unknown"))?;
        let notice = world.notices.get(delivery.notice).ok_or_else(|| format!("delivery {id} of no notice"))?;
        let concerns = |change: &ChangeId| still_concerns(&world.covers, at, *change, notice.because, &notice.person);
        if notice.changes.iter().any(concerns) {
            return Ok(());
        }
        Err(format!("delivery {id} starts, and nothing of what it says concerns {} any more", notice.person))
    }
}
