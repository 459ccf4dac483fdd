//! Lines that change who is on watch, and who can be.

use jiff::SignedDuration;
use meridian_core::{Command, cover::PartWish};

use super::{
    Play, Told,
    read::{duration, name},
};

impl Play {
    pub(super) fn changes_watch(&mut self, words: &[&str]) -> Option<Told> {
        let command = match words {
            ["ask", rota, person, "for", count, unit] => {
                duration(count, unit).and_then(|by| self.ask_cover(rota, person, by))
            }
            ["take", person] => self.take(person),
            ["undo", person] => self.undo(person),
            ["sick", person, "for", count, unit] => duration(count, unit).and_then(|by| self.sick(person, by)),
            ["well", person] => name(person).map(|person| Command::EndSick { person }),
            _ => return None,
        };
        Some(command.and_then(|command| self.ask(command)))
    }

    fn ask_cover(&self, rota: &str, person: &str, by: SignedDuration) -> Result<Command, String> {
        let until = self.sim.now.checked_add(by).map_err(|why| why.to_string())?;
        let part = PartWish { rota: name(rota)?, layer: None, person: name(person)?, from: self.sim.now, until };
        Ok(Command::AskCover { part, reason: "scenario".into() })
    }

    fn take(&self, person: &str) -> Result<Command, String> {
        let newest = self.sim.world.covers.wanted(self.sim.now).last().map(|(change, _)| change.id);
        Ok(Command::TakeCover { change: newest.ok_or("nobody is asked for cover")?, by: name(person)? })
    }

    fn undo(&self, person: &str) -> Result<Command, String> {
        let newest = self.sim.world.covers.iter().next_back().map(|change| change.id);
        Ok(Command::UndoChange { change: newest.ok_or("nothing was changed")?, by: Some(name(person)?) })
    }

    fn sick(&self, person: &str, by: SignedDuration) -> Result<Command, String> {
        let until = self.sim.now.checked_add(by).map_err(|why| why.to_string())?;
        Ok(Command::ReportSick { person: name(person)?, until, note: "scenario".into() })
    }
}
