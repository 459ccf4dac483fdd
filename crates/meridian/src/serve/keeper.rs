//! The keeper: the one task that may change the world.
//!
//! Commands wait in a queue. The keeper takes all that wait, plans them one after the other against the growing world,
//! appends all their facts in one durable commit, and only then answers. It sleeps until a command comes or the world
//! has something due. When the journal refuses a commit, the world is folded anew from what is durable, every waiting
//! command is answered with [`AskError::Unavailable`], and it tries again a second later.
//!
//! A read may see a fact some milliseconds before it is durable; nothing outside is told, and nothing is sent, before.

use std::sync::{
    Arc, RwLock, RwLockReadGuard,
    atomic::{AtomicBool, Ordering},
};

use meridian_core::{
    Command, Fact, Instant, Refusal, Reply, World,
    id::{Actor, DeliveryId},
    journal::{Entry, Head, open, seal_all},
    notice::NoticeFact,
    page::PageFact,
    request::Mark,
    world::SNAPSHOT_VERSION,
};
use meridian_store::{Journal, Lease, ReadError, Snapshot};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

pub use super::fold::{FoldError, fold};
use super::once;
use crate::clock::Clock;

/// So many commands may wait; a further one is refused, before memory grows.
const QUEUE: usize = 4_096;
/// So many commands are committed together.
const BATCH: usize = 512;
/// A snapshot is taken after so many entries: what a start has to fold at most.
const SNAPSHOT_EVERY: u64 = 50_000;
/// So many entries at most are looked for that became durable although the journal said otherwise.
const LANDED: usize = 8_192;
/// How long commands are refused at once after the journal refused a commit.
const REST: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);
/// When whoever was refused so may ask again.
const RETRY_AFTER_S: u64 = 5;

/// The way to the keeper; cheap to clone.
#[derive(Clone)]
pub struct Keeper {
    asks: mpsc::Sender<Ask>,
    shared: Arc<Shared>,
    changed: watch::Receiver<u64>,
}

struct Shared {
    world: RwLock<World>,
    /// The journal took the last commit.
    healthy: AtomicBool,
    ending: watch::Sender<bool>,
}

struct Ask {
    actor: Actor,
    command: Command,
    /// Present: it belongs to a request that may be sent again.
    mark: Option<Mark>,
    answer: oneshot::Sender<Result<Reply, AskError>>,
}

/// Why a command led to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskError {
    /// It may not be, whoever asks again.
    Refused(Refusal),
    /// Not now: nothing was changed, ask again.
    Unavailable { why: String, retry_after_s: u64 },
}

impl std::fmt::Display for AskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AskError::Refused(refusal) => refusal.fmt(f),
            AskError::Unavailable { why, .. } => f.write_str(why),
        }
    }
}

impl std::error::Error for AskError {}

/// The keeper's own side: runs until it is told to stop.
pub struct Loop {
    asks: mpsc::Receiver<Ask>,
    shared: Arc<Shared>,
    changed: watch::Sender<u64>,
    journal: Arc<dyn Journal>,
    lease: Lease,
    head: Head,
    clock: Clock,
    outbox: mpsc::UnboundedSender<DeliveryId>,
    snapshot_at: u64,
    /// A snapshot that is being written.
    writing: Option<JoinHandle<()>>,
    /// Present from the first refused commit until one is taken.
    refused: Option<Refused>,
}

/// The journal refuses to take entries.
struct Refused {
    since: Instant,
    why: String,
    /// Commands are refused until then; then the journal is tried again, whether or not anybody asks.
    rests_until: Instant,
}

impl Keeper {
    /// Folds the journal and makes both sides. What is to be sent goes to `outbox`, as soon as it is durable.
    pub async fn begin(
        journal: Arc<dyn Journal>,
        lease: Lease,
        clock: Clock,
        outbox: mpsc::UnboundedSender<DeliveryId>,
    ) -> Result<(Keeper, Loop), FoldError> {
        let (world, snapshot_at) = fold(journal.as_ref()).await?;
        let head = journal.head().await.map_err(|error| FoldError(error.to_string()))?;
        clock.raise(world.at());
        for delivery in world.outbox() {
            // Nobody listens any more only when the process is about to end.
            let _ = outbox.send(delivery);
        }
        let (asks, waiting) = mpsc::channel(QUEUE);
        let (sender, changed) = watch::channel(world.seq());
        let shared = Arc::new(Shared {
            world: RwLock::new(world),
            healthy: AtomicBool::new(true),
            ending: watch::Sender::new(false),
        });
        let keeper = Keeper { asks, shared: shared.clone(), changed };
        let asks = waiting;
        let changed = sender;
        let (writing, refused) = (None, None);
        let keeper_loop =
            Loop { asks, shared, changed, journal, lease, head, clock, outbox, snapshot_at, writing, refused };
        Ok((keeper, keeper_loop))
    }

    /// Asks and waits until what it led to is durable.
    pub async fn ask(&self, actor: Actor, command: Command) -> Result<Reply, AskError> {
        let (answer, answered) = oneshot::channel();
        self.asks.try_send(Ask { actor, command, mark: once::mark(), answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => unavailable("too much is waiting; nothing was changed", 1),
            mpsc::error::TrySendError::Closed(_) => unavailable("Meridian is stopping; nothing was changed", 5),
        })?;
        answered.await.unwrap_or_else(|_| Err(unavailable("Meridian is stopping; ask again to be sure", 5)))
    }

    /// The world as it is now. Never hold this across an `await`: the keeper waits for it.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.shared.world.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Whether no command is taken any more.
    pub fn is_stopping(&self) -> bool {
        self.asks.is_closed()
    }

    /// Tells those who listen without end that it is time to let go. Commands are still taken.
    pub fn announce_end(&self) {
        self.shared.ending.send_replace(true);
    }

    pub fn is_ending(&self) -> bool {
        *self.shared.ending.borrow()
    }

    /// Returns when the end was announced.
    pub async fn ending(&self) {
        // The sender lives as long as this value does.
        let _ = self.shared.ending.subscribe().wait_for(|ending| *ending).await;
    }

    /// The number of the newest durable entry; wakes whoever waits for a change.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    /// Whether the journal took the last commit.
    pub fn is_healthy(&self) -> bool {
        self.shared.healthy.load(Ordering::Relaxed)
    }
}

fn unavailable(why: &str, retry_after_s: u64) -> AskError {
    AskError::Unavailable { why: why.to_owned(), retry_after_s }
}

impl Loop {
    /// Runs until every [`Keeper`] is gone or `stop` fires; then a last snapshot is kept.
    pub async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut stopping = false;
        loop {
            let due = self.due();
            tokio::select! {
                biased;
                _ = &mut stop, if !stopping => {
                    // What waits is still answered; nothing new is taken.
                    stopping = true;
                    self.asks.close();
                }
                taken = self.asks.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        break;
                    }
                }
                () = self.clock.sleep_until(due.unwrap_or(Instant::MAX)), if due.is_some() => {}
            }
            self.turn(&mut batch).await;
        }
        let mut last = vec![];
        self.commit_stop(&mut last).await;
        self.snapshot_written().await;
        self.snapshot();
        self.snapshot_written().await;
    }

    /// The next moment at which time itself leads to something.
    fn due(&self) -> Option<Instant> {
        match &self.refused {
            // Nobody may send alerts to a server that is not ready, so it must find out by itself.
            Some(refused) => Some(refused.rests_until),
            None => read(&self.shared).next_due(),
        }
    }

    /// Plans all that waits and all that is due, commits it, and answers.
    async fn turn(&mut self, batch: &mut Vec<Ask>) {
        let now = self.clock.now();
        if let Some(refused) = self.refused.as_ref().filter(|refused| now < refused.rests_until) {
            let why = format!("the journal takes no entries now: {}; nothing was changed", refused.why);
            let refusal = AskError::Unavailable { why, retry_after_s: RETRY_AFTER_S };
            batch.drain(..).for_each(|ask| drop(ask.answer.send(Err(refusal.clone()))));
            return;
        }
        let mut entries = Vec::new();
        if let Some(Refused { since, why, .. }) = &self.refused {
            let resume = Command::Resume { refused_since: *since, why: why.clone() };
            // It can't be refused; the entry itself is the trial.
            let _ = write(&self.shared).handle(now, Actor::System, resume, &mut entries);
        }
        let mut answers = Vec::with_capacity(batch.len());
        for Ask { actor, command, mark, answer } in batch.drain(..) {
            let reply = write(&self.shared).handle_once(now, actor, command, mark.as_ref(), &mut entries);
            answers.push((answer, reply.map_err(AskError::Refused)));
        }
        write(&self.shared).tick(now, &mut entries);
        let committed = self.commit(&entries).await;
        for (answer, reply) in answers {
            // A refusal stands whether or not the others were committed.
            let reply = match (&committed, reply) {
                (Err(why), Ok(_)) => Err(why.clone()),
                (_, reply) => reply,
            };
            // Whoever asked may have gone away meanwhile; what was asked is done all the same.
            let _ = answer.send(reply);
        }
    }

    async fn commit(&mut self, entries: &[Entry]) -> Result<(), AskError> {
        if entries.is_empty() {
            return Ok(());
        }
        let sealed = seal_all(self.head.hash, entries);
        match self.journal.append(self.lease, self.head, &sealed).await {
            Ok(head) => {
                self.head = head;
                self.shared.healthy.store(true, Ordering::Relaxed);
                if self.refused.take().is_some() {
                    tracing::info!("the journal takes entries again");
                }
                self.send_out(entries);
                self.changed.send_replace(head.seq);
                if head.seq >= self.snapshot_at + SNAPSHOT_EVERY {
                    self.snapshot();
                }
                Ok(())
            }
            Err(error) => {
                self.shared.healthy.store(false, Ordering::Relaxed);
                self.note_refusal(error.to_string());
                self.refold().await;
                let why = format!("{error}; nothing was changed");
                Err(AskError::Unavailable { why, retry_after_s: RETRY_AFTER_S })
            }
        }
    }

    fn note_refusal(&mut self, why: String) {
        let now = self.clock.now();
        let rests_until = now.saturating_add(REST).unwrap_or(Instant::MAX);
        let since = match &self.refused {
            Some(before) => before.since,
            None => {
                tracing::error!("the journal takes no entries: {why}; it is tried again every second");
                now
            }
        };
        self.refused = Some(Refused { since, why, rests_until });
    }

    /// Takes back what was planned but is not durable.
    async fn refold(&mut self) {
        loop {
            match self.durable().await {
                Ok((mut world, head, landed)) => {
                    world.alerts.lose_resends(self.clock.now());
                    self.head = head;
                    *write(&self.shared) = world;
                    self.send_out(&landed);
                    return;
                }
                Err(error) => tracing::error!("the journal can't be folded anew: {error}; trying again"),
            }
            self.clock.sleep(REST).await;
        }
    }

    /// What is durable: the world, the head, and entries that became durable although the journal said otherwise.
    async fn durable(&self) -> Result<(World, Head, Vec<Entry>), FoldError> {
        let failed = |error: ReadError| FoldError(error.to_string());
        let (world, _) = fold(self.journal.as_ref()).await?;
        let landed = self.journal.read(self.head.seq + 1, LANDED).await.map_err(failed)?;
        let landed = landed.iter().map(|sealed| open(sealed).map_err(|broken| FoldError(broken.to_string())));
        Ok((world, self.journal.head().await.map_err(failed)?, landed.collect::<Result<_, _>>()?))
    }

    /// Hands what these entries ask to send to the notifier. Called only when they are durable.
    fn send_out(&self, entries: &[Entry]) {
        let world = read(&self.shared);
        let send = |id: DeliveryId| {
            if world.sending(id).is_some() {
                // Nobody listens any more only when the process is about to end; the outbox is sent at the next start.
                let _ = self.outbox.send(id);
            }
        };
        for entry in entries {
            match &*entry.fact {
                Fact::Page(PageFact::DeliveryStarted { delivery, .. }) => send(*delivery),
                Fact::Page(PageFact::Opened { deliveries, .. } | PageFact::Noticed { deliveries, .. })
                | Fact::Notice(NoticeFact::Planned { deliveries, .. }) => {
                    deliveries
                        .iter()
                        .filter(|planned| planned.due <= entry.at)
                        .for_each(|planned| send(planned.delivery));
                }
                _ => {}
            }
        }
    }

    async fn commit_stop(&mut self, entries: &mut Vec<Entry>) {
        let now = self.clock.now();
        let stopped = write(&self.shared).handle(now, Actor::System, Command::Stop, entries);
        if stopped.is_ok() && self.commit(entries).await.is_err() {
            tracing::error!(
                "the stop could not be written to the journal; the next start will look like one after a crash"
            );
        }
    }

    /// Takes a snapshot of now. The disk gets it beside the work: nobody's page waits for it.
    fn snapshot(&mut self) {
        if self.writing.as_ref().is_some_and(|writing| !writing.is_finished()) {
            return;
        }
        let bytes = match read(&self.shared).to_snapshot() {
            Ok(bytes) => bytes,
            Err(error) => return tracing::error!("no snapshot: {error}"),
        };
        self.snapshot_at = self.head.seq;
        let snapshot = Snapshot { head: self.head, version: SNAPSHOT_VERSION, bytes };
        let journal = self.journal.clone();
        self.writing = Some(tokio::spawn(async move {
            if let Err(error) = journal.snapshot(snapshot).await {
                tracing::warn!("the snapshot was not kept; the next start takes longer: {error}");
            }
        }));
    }

    async fn snapshot_written(&mut self) {
        if let Some(writing) = self.writing.take()
            && let Err(error) = writing.await
        {
            tracing::warn!("the writing of a snapshot ended early: {error}");
        }
    }
}

fn read(shared: &Shared) -> RwLockReadGuard<'_, World> {
    shared.world.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn write(shared: &Shared) -> std::sync::RwLockWriteGuard<'_, World> {
    shared.world.write().unwrap_or_else(|poisoned| poisoned.into_inner())
}
