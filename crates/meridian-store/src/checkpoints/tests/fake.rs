//! A disk in memory that fails when told to, and that knows what a crash would leave of it.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    sync::{Arc, Mutex, MutexGuard},
};

use crate::checkpoints::disk::{Bytes, Disk};

/// Clones are handles on one disk.
#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    names: BTreeMap<String, usize>,
    /// What was done to the names since they were last made durable.
    unsynced: Vec<Rename>,
    durable_names: BTreeMap<String, usize>,
    files: Vec<Content>,
    /// How many more bytes and operations come before the crash.
    power: Option<u64>,
    faults: Vec<Fault>,
    /// The most that one write takes.
    short: Option<usize>,
}

#[derive(Clone)]
enum Rename {
    Create(String, usize),
    Move(String, String),
    Remove(String),
}

#[derive(Clone, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// The nth operation of this kind from now on fails with this error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub on: Op,
    pub after: u32,
    pub error: ErrorKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Create,
    Rename,
    Remove,
    SyncNames,
    Write,
    Reserve,
    Cut,
    Sync,
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(offset, new) => {
            bytes.resize(bytes.len().max(offset + new.len()), 0);
            bytes[*offset..offset + new.len()].copy_from_slice(new);
        }
        Change::Length(length) => bytes.resize(*length, 0),
    }
}

fn rename(names: &mut BTreeMap<String, usize>, change: &Rename) {
    match change {
        Rename::Create(name, file) => drop(names.insert(name.clone(), *file)),
        Rename::Move(from, to) => drop(names.remove(from).map(|file| names.insert(to.clone(), file))),
        Rename::Remove(name) => drop(names.remove(name)),
    }
}

/// Numbers that look random, from a seed.
pub(super) fn dice(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 29)
}

impl Fake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// It dies after this many bytes written; each other change counts as one.
    pub fn dies_after(&self, bytes: u64) {
        self.state().power = Some(bytes);
    }

    pub fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    pub fn writes_at_most(&self, bytes: usize) {
        self.state().short = Some(bytes);
    }

    pub fn well_again(&self) {
        let mut state = self.state();
        (state.power, state.short) = (None, None);
        state.faults.clear();
    }

    pub fn edit(&self, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.names[name];
        edit(&mut state.files[file].now);
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let state = self.state();
        state.files[state.names[name]].now.clone()
    }

    fn image(files: impl Iterator<Item = (String, Vec<u8>)>) -> Fake {
        let mut state = State::default();
        for (at, (name, bytes)) in files.enumerate() {
            state.names.insert(name, at);
            state.files.push(Content { durable: bytes.clone(), now: bytes, pending: Vec::new() });
        }
        state.durable_names = state.names.clone();
        Fake(Arc::new(Mutex::new(state)))
    }

    /// Another disk with what a reader sees now.
    pub fn copy(&self) -> Fake {
        let state = self.state();
        Fake::image(state.names.iter().map(|(name, file)| (name.clone(), state.files[*file].now.clone())))
    }

    /// Another disk with what a loss of power leaves: of what was not made durable each write may be there, or not, or
    /// its beginning; and of the changes to names the first ones.
    pub fn after_power_loss(&self, mut seed: u64) -> Fake {
        let state = self.state();
        let mut names = state.durable_names.clone();
        let kept = dice(&mut seed) as usize % (state.unsynced.len() + 1);
        state.unsynced.iter().take(kept).for_each(|change| rename(&mut names, change));
        Fake::image(names.into_iter().map(|(name, file)| {
            let content = &state.files[file];
            let mut bytes = content.durable.clone();
            for change in &content.pending {
                match (dice(&mut seed) % 3, change) {
                    (0, _) => {}
                    (1, Change::Write(offset, new)) => {
                        let kept = dice(&mut seed) as usize % (new.len() + 1);
                        apply(&mut bytes, &Change::Write(*offset, new[..kept].to_vec()));
                    }
                    _ => apply(&mut bytes, change),
                }
            }
            (name, bytes)
        }))
    }
}

impl State {
    /// Whether this many bytes, or this change, still come to pass: how many of them do.
    fn spend(&mut self, op: Op, wanted: u64) -> io::Result<u64> {
        let mut error = None;
        for fault in self.faults.iter_mut().filter(|fault| fault.on == op) {
            match fault.after {
                0 => error = Some(fault.error),
                _ => fault.after -= 1,
            }
        }
        self.faults.retain(|fault| fault.on != op || error.is_none());
        let Some(power) = &mut self.power else { return error.map_or(Ok(wanted), |kind| Err(kind.into())) };
        let spent = wanted.min(*power);
        *power -= spent;
        match error {
            Some(kind) => Err(kind.into()),
            None if spent == 0 && wanted > 0 => Err(io::Error::other("the power is gone")),
            None => Ok(spent),
        }
    }

    fn rename(&mut self, op: Op, change: Rename) -> io::Result<()> {
        self.spend(op, 1)?;
        rename(&mut self.names, &change);
        self.unsynced.push(change);
        Ok(())
    }

    fn change(&mut self, file: usize, change: Change) {
        apply(&mut self.files[file].now, &change);
        self.files[file].pending.push(change);
    }
}

struct Handle(Fake, usize);

impl Disk for Fake {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.state().names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Bytes>> {
        let file = self.state().names.get(name).copied();
        Ok(Box::new(Handle(self.clone(), file.ok_or(ErrorKind::NotFound)?)))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Bytes>> {
        let mut state = self.state();
        let file = state.files.len();
        state.rename(Op::Create, Rename::Create(name.to_owned(), file))?;
        state.files.push(Content::default());
        Ok(Box::new(Handle(self.clone(), file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state().rename(Op::Rename, Rename::Move(from.to_owned(), to.to_owned()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().rename(Op::Remove, Rename::Remove(name.to_owned()))
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut state = self.state();
        let all = state.spend(Op::SyncNames, 1);
        all?;
        state.durable_names = state.names.clone();
        state.unsynced.clear();
        Ok(())
    }
}

impl Bytes for Handle {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.0.state();
        let bytes = state.files[self.1].now.get(offset as usize..).unwrap_or_default();
        let read = bytes.len().min(buffer.len());
        buffer[..read].copy_from_slice(&bytes[..read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.0.state();
        let most = state.short.map_or(bytes.len(), |short| short.min(bytes.len()));
        let written = state.spend(Op::Write, most as u64)? as usize;
        state.change(self.1, Change::Write(offset as usize, bytes[..written].to_vec()));
        Ok(written)
    }

    fn reserve(&self, bytes: u64) -> io::Result<()> {
        let mut state = self.0.state();
        state.spend(Op::Reserve, 1)?;
        let longer = state.files[self.1].now.len().max(bytes as usize);
        state.change(self.1, Change::Length(longer));
        Ok(())
    }

    fn cut(&self, bytes: u64) -> io::Result<()> {
        let mut state = self.0.state();
        state.spend(Op::Cut, 1)?;
        state.change(self.1, Change::Length(bytes as usize));
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.state().files[self.1].now.len() as u64)
    }

    /// After a failure the system takes what was not written as written, as Linux does: it is not tried again.
    fn sync(&self) -> io::Result<()> {
        let mut state = self.0.state();
        let done = state.spend(Op::Sync, 1);
        let pending = std::mem::take(&mut state.files[self.1].pending);
        if let Err(error) = done {
            if state.power == Some(0) {
                state.files[self.1].pending = pending;
            }
            return Err(error);
        }
        let durable = &mut state.files[self.1].durable;
        pending.iter().for_each(|change| apply(durable, change));
        Ok(())
    }
}
