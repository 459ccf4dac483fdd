//! The one task that writes the checkpoint log and folds it.

use std::{path::PathBuf, sync::Arc};

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    chain::{
        ChainPlan, Record,
        wire::{
            block::{Records, encode_block},
            group,
        },
    },
    id::{Actor, SwitchId},
};
use meridian_store::checkpoints::{Keep, Log, LogError, Options, Position, State as Snapshot};
use tokio::sync::{mpsc, oneshot};

use super::{
    Kept, Receipt, Refused, Shared, State, Submit,
    room::{PORTION, Room, SNAPSHOT_VERSION},
};
use crate::{clock::Clock, serve::Keeper};

/// Requests that become durable together.
const TOGETHER: usize = 256;
/// Their blocks together; a frame of the log takes 64 MiB.
const GROUP_BYTES: usize = 16 << 20;
/// The engine's time goes on by such steps where records come without end.
const STEP: SignedDuration = SignedDuration::from_millis(100);
/// A snapshot is taken after so many records: what a start has to fold at most.
const SNAPSHOT_EVERY: u64 = 2_000_000;
/// How long after a start reporters may say what they could not before a breach is told.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// When what failed is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(1);
/// When a log that could not be opened is tried again: the disk may have room by then, or somebody has looked at it.
const OPEN_AGAIN: SignedDuration = SignedDuration::from_secs(10);

pub struct Task {
    directory: PathBuf,
    kept: Kept,
    keeper: Keeper,
    clock: Clock,
    waiting: mpsc::Receiver<Submit>,
    shared: Arc<Shared>,
    /// None: nothing was ever sent.
    log: Option<Log>,
    /// The digest of the estate whose plans the engine has, and the newest switch that made one of its routes another.
    plans_of: (String, Option<SwitchId>),
    snapshot_at: u64,
    /// When a log that could not be opened is tried again.
    open_at: Option<Instant>,
    /// Until then no breach is told.
    quiet_until: Instant,
    /// When breaches are to be told.
    told_at: Option<Instant>,
}

/// What a group came to.
struct Written {
    log: Log,
    result: Result<Vec<(Receipt, oneshot::Sender<Answer>)>, Failed>,
}

type Answer = Result<Receipt, Refused>;

struct Failed {
    why: String,
    /// It will not be better the next time.
    for_good: bool,
    submits: Vec<Submit>,
}

impl Task {
    pub(super) fn new(
        directory: PathBuf,
        kept: Kept,
        keeper: Keeper,
        clock: Clock,
        waiting: mpsc::Receiver<Submit>,
        shared: Arc<Shared>,
    ) -> Task {
        let (quiet_until, plans_of) = (Instant::MIN, Default::default());
        Task {
            directory,
            kept,
            keeper,
            clock,
            waiting,
            shared,
            log: None,
            plans_of,
            open_at: None,
            snapshot_at: 0,
            quiet_until,
            told_at: None,
        }
    }

    /// Runs until every [`super::Chains`] is gone or `stop` fires; then a last snapshot is kept.
    pub async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        let mut changed = self.keeper.changed();
        let mut batch = Vec::new();
        let mut stopping = false;
        self.follow_estate().await;
        loop {
            let due = self.due();
            tokio::select! {
                biased;
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    self.waiting.close();
                }
                changed = changed.changed() => {
                    // Without a keeper nobody hears of anything any more.
                    if changed.is_err() {
                        break;
                    }
                    self.follow_estate().await;
                    continue;
                }
                taken = self.waiting.recv_many(&mut batch, TOGETHER) => {
                    if taken == 0 {
                        break;
                    }
                }
                () = self.clock.sleep_until(due.unwrap_or(Instant::MAX)), if due.is_some() => {}
            }
            self.turn(std::mem::take(&mut batch)).await;
        }
        self.snapshot().await;
    }

    /// When time itself leads to something.
    fn due(&self) -> Option<Instant> {
        let room = self.shared.room.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        room.next_due().filter(|_| self.log.is_some()).into_iter().chain(self.told_at).chain(self.open_at).min()
    }

    /// Takes the plans of the estate in force; with other plans everything is folded anew.
    async fn follow_estate(&mut self) {
        let (of, plans) = {
            let world = self.keeper.world();
            let of = (world.estate_in_force().digest.clone(), world.switches.newest_made());
            if of == self.plans_of {
                return;
            }
            (of, world.chain_plans())
        };
        self.plans_of = of;
        if self.shared.room_mut().engine.plans().eq(plans.iter()) && self.shared.is_ready() && !self.is_left() {
            return;
        }
        if self.log.is_none() && !self.directory.exists() {
            match Room::new(plans) {
                Ok(room) => {
                    *self.shared.room_mut() = room;
                    self.shared.looks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
                }
                // An estate that was loaded has no such plans.
                Err(why) => self.shared.set(State::Broken(why)),
            }
            return;
        }
        self.begin(plans).await;
        self.tell().await;
    }

    /// Opens the log, or says why it can't and tries again later.
    async fn begin(&mut self, plans: Vec<ChainPlan>) {
        let Err(why) = self.open(plans).await else {
            self.open_at = None;
            return;
        };
        // Once, and not each time that it is tried.
        if self.open_at.is_none() {
            tracing::error!("checkpoints can't be taken: {why}");
        }
        self.shared.set(State::Broken(why));
        self.open_at = Some(self.clock.now().saturating_add(OPEN_AGAIN).unwrap_or(Instant::MAX));
    }

    /// Whether there is a log that was not opened yet.
    fn is_left(&self) -> bool {
        self.log.is_none() && self.directory.exists()
    }

    /// Opens the log, if it isn't, and folds it by these plans.
    async fn open(&mut self, plans: Vec<ChainPlan>) -> Result<(), String> {
        self.shared.set(State::Folding);
        let begins = self.log.is_none();
        let (log, directory) = (self.log.take(), self.directory.clone());
        let opened = blocking(move || {
            let log = match log {
                Some(log) => log,
                None => begin(&directory)?,
            };
            let room = fold(&log, plans)?;
            Ok::<_, String>((log, room))
        });
        let (log, room) = opened.await?;
        self.snapshot_at = log.end().event;
        if begins && room.position != Position::START {
            self.quiet_until = self.clock.now().saturating_add(GRACE).unwrap_or(Instant::MAX);
        }
        self.log = Some(log);
        *self.shared.room_mut() = room;
        self.shared.looks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clear();
        self.shared.went_on();
        self.shared.set(State::Ready);
        Ok(())
    }

    /// Makes durable what waits, folds it and answers; then says what is wrong.
    async fn turn(&mut self, batch: Vec<Submit>) {
        let again = self.open_at.is_some_and(|at| at <= self.clock.now());
        if self.log.is_none() && (again || (!batch.is_empty() && self.shared.is_ready())) {
            let plans = self.keeper.world().chain_plans();
            self.begin(plans).await;
        }
        let Some(log) = self.log.take() else {
            let why = match &*self.shared.state.read().unwrap_or_else(|poisoned| poisoned.into_inner()) {
                State::Broken(why) => why.clone(),
                _ => "checkpoints can't be taken now".to_owned(),
            };
            batch.into_iter().for_each(|submit| drop(submit.answer.send(Err(Refused::now(why.clone())))));
            return self.tell().await;
        };
        let (shared, now) = (self.shared.clone(), self.clock.now());
        let Written { log, result } = blocking(move || write(log, batch, &shared, now)).await;
        self.log = Some(log);
        match result {
            // Whoever asked may have gone away meanwhile; what was asked is done all the same.
            Ok(answers) => answers.into_iter().for_each(|(receipt, answer)| drop(answer.send(Ok(receipt)))),
            Err(Failed { why, for_good, submits }) => {
                tracing::error!("checkpoints can't be taken: {why}");
                if for_good {
                    self.shared.set(State::Broken(why.clone()));
                }
                submits.into_iter().for_each(|submit| drop(submit.answer.send(Err(Refused::now(why.clone())))));
            }
        }
        self.tell().await;
        if self.log.as_ref().is_some_and(|log| log.end().event >= self.snapshot_at + SNAPSHOT_EVERY) {
            self.snapshot().await;
        }
    }

    /// Tells the keeper of breaches that came, went or grew.
    async fn tell(&mut self) {
        let (now, found) = (self.clock.now(), self.shared.room_mut().breaches());
        let due = self.keeper.world().breaches.due(&found, now).map(|due| due.max(self.quiet_until));
        self.told_at = due;
        if due.is_some_and(|due| due <= now) {
            let told = self.keeper.ask(Actor::System, Command::Breaches(found)).await;
            self.told_at = told.err().and_then(|_| now.saturating_add(AGAIN).ok());
        }
    }

    async fn snapshot(&mut self) {
        let Some(mut log) = self.log.take() else { return };
        let (shared, limits) = (self.shared.clone(), self.limits());
        let (log, kept, retained) = blocking(move || {
            let kept = keep(&log, &shared);
            let retained = limits.map(|limits| log.retain(limits));
            (log, kept, retained)
        })
        .await;
        self.snapshot_at = log.end().event;
        self.log = Some(log);
        if let Err(why) = kept {
            tracing::warn!("no snapshot of the chains was kept, so that the next start takes longer: {why}");
        }
        match retained {
            Some(Ok(gone)) if gone.removed > 0 => {
                tracing::info!("{} segments of the checkpoint log were old enough to go", gone.removed);
            }
            Some(Err(why)) => tracing::warn!("old checkpoints stay: {why}"),
            _ => {}
        }
    }

    /// What may go now. None: everything stays.
    fn limits(&self) -> Option<Keep> {
        let since = self.kept.time.and_then(|time| self.clock.now().checked_sub(time).ok());
        let since = since.and_then(|since| i64::try_from(since.as_nanosecond()).ok());
        (self.kept != Kept::default()).then_some(Keep { since, bytes: self.kept.bytes })
    }
}

impl Shared {
    fn is_ready(&self) -> bool {
        *self.state.read().unwrap_or_else(|poisoned| poisoned.into_inner()) == State::Ready
    }
}

/// Runs what may block, and goes on with what it gives. It ends early only when the process does.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

fn begin(directory: &std::path::Path) -> Result<Log, String> {
    let holder = concat!("meridian ", env!("CARGO_PKG_VERSION"));
    let opened = Log::open(directory, holder, Options::default()).map_err(|error| error.to_string())?;
    if let Some(torn) = opened.recovered.torn {
        tracing::warn!(
            "the checkpoint log ended in a group that was never acknowledged ({} at byte {}); it was cut off",
            torn.segment,
            torn.offset
        );
    }
    Ok(opened.log)
}

/// The state that all of the log comes to, from the newest snapshot that these plans can go on from.
fn fold(log: &Log, plans: Vec<ChainPlan>) -> Result<Room, String> {
    let found = log.snapshots().latest(SNAPSHOT_VERSION..=SNAPSHOT_VERSION).map_err(|error| error.to_string())?;
    found.passed_over.iter().for_each(|why| tracing::warn!("a snapshot of the chains is passed over: {why}"));
    let from = found.state.map(|state| Room::from_bytes(plans.clone(), &state.bytes, state.position));
    let mut room = match from {
        Some(Ok(room)) => room,
        Some(Err(why)) => {
            tracing::info!("the checkpoint log is folded from its beginning: {why}");
            Room::new(plans)?
        }
        None => Room::new(plans)?,
    };
    let frames = match log.read(room.position) {
        Err(LogError::Gone { first, .. }) => log.read(first),
        frames => frames,
    };
    for frame in frames.map_err(|error| error.to_string())? {
        let frame = frame.map_err(|error| error.to_string())?;
        room.fold(&frame.blob).map_err(|why| format!("{}: {why}", frame.position))?;
        room.position = frame.next();
    }
    Ok(room)
}

/// Writes all of these as one frame, makes it durable and folds it.
fn write(mut log: Log, submits: Vec<Submit>, shared: &Shared, now: Instant) -> Written {
    let mut answers = Vec::with_capacity(submits.len());
    let mut waiting = submits;
    let mut tick = Some(now);
    loop {
        let mut bytes = 0;
        let fits = waiting.iter().take_while(|submit| {
            bytes += submit.blocks.iter().map(|block| block.bytes.len() + 4).sum::<usize>();
            bytes <= GROUP_BYTES
        });
        let rest = waiting.split_off(fits.count().max(1).min(waiting.len()));
        let group = waiting;
        waiting = rest;
        let (frame, records, at) = framed(&group, tick.take(), shared);
        if records == 0 {
            answers.extend(group.into_iter().map(|submit| (Receipt::default(), submit.answer)));
        } else {
            let made = log.append(&frame, records, at).and_then(|_| log.sync());
            if let Err(error) = made {
                let for_good = matches!(error, LogError::Failed { .. } | LogError::Damaged(_));
                let submits = group.into_iter().chain(waiting).collect();
                // What was durable before stands.
                answers.into_iter().for_each(|(receipt, answer): (_, oneshot::Sender<Answer>)| {
                    let _ = answer.send(Ok(receipt));
                });
                let why = format!("{error}; nothing was taken");
                return Written { log, result: Err(Failed { why, for_good, submits }) };
            }
            answers.extend(folded(&frame, group, shared));
            shared.room_mut().position = log.end();
            shared.went_on();
        }
        if waiting.is_empty() {
            return Written { log, result: Ok(answers) };
        }
    }
}

/// A tick, if the time has gone on, and the blocks behind it; how many records; the instant of the first.
fn framed(group: &[Submit], tick: Option<Instant>, shared: &Shared) -> (Vec<u8>, u32, i64) {
    let before = shared.room_mut().now();
    let due = |now: &Instant| before.is_none_or(|before| now.duration_since(before) >= STEP || group.is_empty());
    let tick = tick.filter(due).and_then(|now| i64::try_from(now.as_nanosecond()).ok());
    let (mut frame, mut records, mut at) = (Vec::new(), 0_u32, tick);
    // A tick alone is within all bounds of a block.
    if let Some(block) = tick.and_then(|now| encode_block(&[Record::Tick { now }]).ok()) {
        group::push(&mut frame, &block);
        records += 1;
    }
    for block in group.iter().flat_map(|submit| &submit.blocks) {
        group::push(&mut frame, &block.bytes);
        records += block.records;
        at.get_or_insert(block.at);
    }
    (frame, records, at.unwrap_or_default())
}

/// Folds the frame, portion by portion so that readers get their turn, and counts what became of each request.
fn folded(frame: &[u8], group: Vec<Submit>, shared: &Shared) -> Vec<(Receipt, oneshot::Sender<Answer>)> {
    let of: Vec<u64> =
        group.iter().map(|submit| submit.blocks.iter().map(|block| u64::from(block.records)).sum()).collect();
    let mut receipts = vec![Receipt::default(); group.len()];
    let (mut place, mut number) = (0, 0);
    // What was not sound was not written.
    let mut blocks = group::blocks(frame).filter_map(Result::ok).filter_map(|block| Records::new(block).ok());
    let mut block = blocks.next();
    while block.is_some() {
        let mut room = shared.room_mut();
        let mut left = PORTION;
        while let Some(records) = block.as_mut().filter(|_| left > 0) {
            let Some(Ok(record)) = records.lend() else {
                block = blocks.next();
                continue;
            };
            left -= 1;
            let taken = room.apply(&record);
            if matches!(record, Record::Tick { .. }) {
                continue;
            }
            while of.get(place).is_some_and(|count| number >= *count) {
                (place, number) = (place + 1, 0);
            }
            if let Some(receipt) = receipts.get_mut(place) {
                receipt.count(number, taken);
            }
            number += 1;
        }
    }
    receipts.into_iter().zip(group.into_iter().map(|submit| submit.answer)).collect()
}

fn keep(log: &Log, shared: &Shared) -> Result<(), String> {
    let (bytes, position) = {
        let room = shared.room_mut();
        (room.to_bytes()?, room.position)
    };
    if position == Position::START {
        return Ok(());
    }
    let state = Snapshot { position, version: SNAPSHOT_VERSION, bytes };
    log.snapshots().write(&state).map_err(|error| error.to_string())
}
