//! A journal folded in one go: a start, or the world of an earlier day.
//!
//! Timers, queues and indices exist for questions that nobody asks before the last entry is folded. They are left out
//! on the way and made once at the end; so a world that is being replayed cannot be asked anything.

use super::World;
use crate::journal::Entry;

/// A world that is being replayed.
///
/// ```
/// use meridian_core::{World, fact::samples::every_entry, world::Replay};
/// let (mut replay, mut world) = (Replay::from(World::default()), World::default());
/// for entry in &every_entry() {
///     replay.fold(entry);
///     world.fold(entry);
/// }
/// assert_eq!(replay.world().to_snapshot().unwrap(), world.to_snapshot().unwrap());
/// ```
pub struct Replay(World);

impl From<World> for Replay {
    /// Goes on from this world, e.g. that of a snapshot.
    fn from(mut world: World) -> Replay {
        world.alerts.replay();
        world.pages.replay();
        Replay(world)
    }
}

impl Replay {
    pub fn fold(&mut self, entry: &Entry) {
        self.0.apply(entry);
    }

    /// The number of the last entry that was folded.
    pub fn seq(&self) -> u64 {
        self.0.seq
    }

    /// Ends the replay: everything may be asked.
    pub fn world(mut self) -> World {
        self.0.derive();
        self.0
    }
}
