//! What is worth knowing about a change that was made nevertheless.

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    id::{ChangeId, Name},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remark {
    /// So many further watches lie in that time, from `from` on, and nobody was asked for them.
    NotAskedFor { watches: usize, from: Instant },
    /// Everybody of the rota is away, sick, on watch or without a contact.
    NobodyCan { change: ChangeId },
    /// They are on watch elsewhere at the same time.
    AlsoOnWatch { person: Name, rota: Name, from: Instant, until: Instant },
    /// Another leave of the same person overlaps it.
    LeaveOverlaps { from: Instant, until: Instant },
    /// Cover that was taken already stays taken.
    StaysTaken { change: ChangeId, by: Name },
    /// An earlier override for the same watch; the later one counts.
    WinsOver { over: u64 },
    /// Nothing changes: nobody is replaced.
    ChangesNothing,
}

impl Remark {
    /// A sentence.
    pub fn words(&self) -> String {
        match self {
            Remark::NotAskedFor { watches, from } => {
                format!(
                    "{watches} further watches from {from} on lie in it, for which nobody was asked: change the rota"
                )
            }
            Remark::NobodyCan { change } => {
                format!("nobody can be asked for change {change}: all others are away, on watch or without a contact")
            }
            Remark::AlsoOnWatch { person, rota, from, until } => {
                format!("{person} is on watch in {rota}, too, from {from} to {until}")
            }
            Remark::LeaveOverlaps { from, until } => format!("it overlaps another leave, from {from} to {until}"),
            Remark::StaysTaken { change, by } => {
                format!("change {change} stays: {by} took that watch; undo it by itself")
            }
            Remark::WinsOver { over } => format!("it overlaps override {over}; the later one counts"),
            Remark::ChangesNothing => "nothing changes: whom it replaces is not on watch in that time".into(),
        }
    }
}
