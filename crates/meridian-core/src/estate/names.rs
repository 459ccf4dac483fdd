//! Which names exist: gathered from all files before anything is judged, so that the order of files means nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Technology};
use crate::id::Name;

#[derive(Default)]
pub(crate) struct Names {
    known: BTreeMap<Kind, BTreeSet<Name>>,
    /// What each channel is; none where its document doesn't say it rightly.
    pub technologies: BTreeMap<Name, Option<Technology>>,
    /// Somewhere stands a document of this kind whose name can't be read: what seems not to exist may be that one.
    blind: BTreeSet<Kind>,
}

impl Names {
    pub fn add(&mut self, kind: Kind, name: Name) {
        self.known.entry(kind).or_default().insert(name);
    }

    pub fn holds(&self, kind: Kind, name: &Name) -> bool {
        self.is_blind(kind) || self.known.get(&kind).is_some_and(|names| names.contains(name))
    }

    pub fn blind(&mut self, kind: Kind) {
        self.blind.insert(kind);
    }

    pub fn blind_all(&mut self) {
        self.blind.extend(Kind::ALL);
    }

    pub fn is_blind(&self, kind: Kind) -> bool {
        self.blind.contains(&kind)
    }

    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.known.get(&kind).into_iter().flatten().map(Name::as_str)
    }
}
