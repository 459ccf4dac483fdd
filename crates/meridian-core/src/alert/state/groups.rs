//! Groups, by their key and by a number.
//!
//! The key is a text that says all of the group: its route and its labels. Writing one and finding a group by it is slow
//! beside all else that an alert takes, so each group has a number besides, by which an alert finds it at once.
//! A group that is over mostly comes back, as the same thing breaks again: so its key, its labels and its number wait for that,
//! empty, as long as those that wait are no more than [`WAITING`] and no more than those that are there.
//!
//! What is iterated, written or compared are the groups that are there, by key. A number stands nowhere outside of this
//! process, so it may be another one after the next start.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Group;
use crate::alert::{GroupKey, router::Lookup};

/// So many that are over may wait, however few are there.
const WAITING: usize = 1024;

/// See the [module](self). Boxed, so that the list moves pointers when it makes room.
#[derive(Clone, Default)]
pub(in crate::alert) struct Groups {
    kept: Vec<Option<Box<Kept>>>,
    free: Vec<GroupNumber>,
    by_key: Lookup<GroupKey, GroupNumber>,
    there: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::alert) struct GroupNumber(u32);

#[derive(Clone)]
struct Kept {
    key: GroupKey,
    group: Group,
    is_there: bool,
}

impl Groups {
    fn kept(&self, number: GroupNumber) -> Option<&Kept> {
        self.kept.get(number.0 as usize)?.as_deref()
    }

    pub fn number(&self, key: &GroupKey) -> Option<GroupNumber> {
        self.by_key.get(key).copied()
    }

    pub fn get(&self, key: &GroupKey) -> Option<&Group> {
        self.kept(self.number(key)?).filter(|kept| kept.is_there).map(|kept| &kept.group)
    }

    pub fn get_mut(&mut self, key: &GroupKey) -> Option<&mut Group> {
        self.at_mut(self.number(key)?).map(|(_, group)| group)
    }

    pub fn at_mut(&mut self, number: GroupNumber) -> Option<(&GroupKey, &mut Group)> {
        let kept = self.kept.get_mut(number.0 as usize)?.as_deref_mut()?;
        kept.is_there.then_some((&kept.key, &mut kept.group))
    }

    /// The group under this number, which begins again with `begin` if it waited.
    pub fn wake(&mut self, number: GroupNumber, begin: impl FnOnce(&mut Group)) -> Option<(&GroupKey, &mut Group)> {
        let kept = self.kept.get_mut(number.0 as usize)?.as_deref_mut()?;
        if !kept.is_there {
            begin(&mut kept.group);
            kept.is_there = true;
            self.there += 1;
        }
        Some((&kept.key, &mut kept.group))
    }

    /// Takes the place of one with the same key.
    pub fn insert(&mut self, key: GroupKey, group: Group) -> GroupNumber {
        let known = self.number(&key);
        self.there += usize::from(!known.and_then(|number| self.kept(number)).is_some_and(|kept| kept.is_there));
        let number = known.or_else(|| self.free.pop()).unwrap_or_else(|| {
            self.kept.push(None);
            GroupNumber(self.kept.len() as u32 - 1)
        });
        self.by_key.insert(key.clone(), number);
        self.kept[number.0 as usize] = Some(Box::new(Kept { key, group, is_there: true }));
        number
    }

    /// The group is over: it waits. True: too many wait now, see [`Groups::forget_waiting`].
    pub fn end(&mut self, number: GroupNumber) -> bool {
        let Some(kept) = self.kept.get_mut(number.0 as usize).and_then(Option::as_mut) else { return false };
        self.there -= usize::from(std::mem::take(&mut kept.is_there));
        self.by_key.len() - self.there > self.there.max(WAITING)
    }

    /// Their numbers will be given to others.
    pub fn forget_waiting(&mut self) {
        for (number, place) in self.kept.iter_mut().enumerate() {
            if let Some(gone) = place.take_if(|kept| !kept.is_there) {
                self.by_key.remove(&gone.key);
                self.free.push(GroupNumber(number as u32));
            }
        }
    }

    /// Whether there is such a group, or it waits.
    pub fn is_kept(&self, number: GroupNumber) -> bool {
        self.kept(number).is_some()
    }

    /// By key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&GroupKey, &Group)> + use<'_> {
        let there = self.kept.iter().flatten().filter(|kept| kept.is_there);
        let mut all: Vec<(&GroupKey, &Group)> = there.map(|kept| (&kept.key, &kept.group)).collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all.into_iter()
    }

    /// Only for changes of each by itself.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&GroupKey, &mut Group)> {
        let there = self.kept.iter_mut().flatten().filter(|kept| kept.is_there);
        there.map(|kept| (&kept.key, &mut kept.group))
    }

    /// Those that are there, by key.
    pub fn into_map(self) -> BTreeMap<GroupKey, Group> {
        let there = self.kept.into_iter().flatten().filter(|kept| kept.is_there);
        there.map(|kept| (kept.key, kept.group)).collect()
    }
}

impl PartialEq for Groups {
    fn eq(&self, other: &Groups) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Groups {}

impl fmt::Debug for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Groups {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Groups {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Groups, D::Error> {
        let mut groups = Groups::default();
        for (key, group) in BTreeMap::deserialize(deserializer)? {
            groups.insert(key, group);
        }
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Instant, alert::Labels};

    fn group(created: u16) -> Group {
        Group {
            route: "{}".into(),
            receiver: "all".parse().unwrap(),
            labels: Labels::default(),
            members: Default::default(),
            incident: None,
            announced: Default::default(),
            announced_at: None,
            created_at: Instant::from_second(created.into()).unwrap(),
            quieted: None,
            pace: Default::default(),
        }
    }

    fn key(number: u32) -> GroupKey {
        GroupKey(number.to_string().into())
    }

    proptest! {
        /// Whatever is put in, woken, ended and forgotten: a tree says the same of those that are there, a number leads to
        /// the same group as long as it is kept, and what begins anew has nothing of what was before.
        #[test]
        fn they_behave_as_a_map(steps in prop::collection::vec((0u32..24, 0u8..8, any::<u16>()), 0..200)) {
            let (mut groups, mut map) = (Groups::default(), BTreeMap::new());
            for (which, what, created) in steps {
                let key = key(which);
                let known = groups.number(&key);
                match (what, known) {
                    (0, _) => groups.forget_waiting(),
                    (1..4, Some(number)) => {
                        groups.end(number);
                        map.remove(&key);
                    }
                    (4.., Some(number)) => {
                        let found = groups.wake(number, |waited| *waited = group(created));
                        let expected = map.entry(key.clone()).or_insert_with(|| group(created));
                        prop_assert_eq!(found, Some((&key, expected)));
                    }
                    _ => {
                        groups.insert(key.clone(), group(created));
                        map.insert(key.clone(), group(created));
                    }
                }
                prop_assert_eq!(groups.get(&key), map.get(&key));
                prop_assert_eq!(groups.number(&key).is_some_and(|n| groups.is_kept(n)), groups.number(&key).is_some());
            }
            prop_assert!(groups.iter().eq(&map));
            let written = serde_json::to_string(&groups).unwrap();
            prop_assert_eq!(&written, &serde_json::to_string(&map).unwrap());
            prop_assert_eq!(&serde_json::from_str::<Groups>(&written).unwrap(), &groups);
            prop_assert_eq!(groups.into_map(), map);
        }
    }

    #[test]
    fn no_more_wait_than_are_there_or_than_a_few() {
        for there in [0, 10, 3 * WAITING] {
            let mut groups = Groups::default();
            for n in 0..there as u32 {
                groups.insert(key(n), group(0));
            }
            for n in 0..10 * WAITING as u32 {
                let number = groups.insert(key(1_000_000 + n), group(0));
                if groups.end(number) {
                    groups.forget_waiting();
                }
                assert!(groups.by_key.len() - there <= there.max(WAITING) + 1);
                assert!(groups.kept.len() <= there + there.max(WAITING) + 1);
            }
            assert_eq!(groups.iter().len(), there);
        }
    }
}
