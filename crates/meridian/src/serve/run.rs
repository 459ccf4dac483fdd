//! `meridian serve`: puts the parts together, and takes them apart again so that nothing in flight is lost.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Arc, RwLock},
};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use meridian_core::{Command, id::Actor};
use meridian_store::{Journal, SqliteJournal};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::{mpsc, oneshot, watch},
    task::{JoinError, JoinHandle},
};

use super::{House, Keeper, Settings, chains::Chains, estate, front, guard, notifier, ops, switches};
use crate::{
    clock::Clock,
    notify::{OutboundPolicy, Secrets, Sender},
};

/// Why the server could not begin: what, and what to do.
#[derive(Debug)]
pub struct StartError {
    pub what: String,
    pub hint: Option<String>,
}

impl StartError {
    pub fn new(what: impl ToString) -> StartError {
        StartError { what: what.to_string(), hint: None }
    }

    pub fn hint(self, hint: impl ToString) -> StartError {
        StartError { hint: Some(hint.to_string()), ..self }
    }
}

/// A server that runs.
pub struct Running {
    pub house: House,
    pub address: SocketAddr,
    signals: Signals,
    stop_front: watch::Sender<bool>,
    front: JoinHandle<()>,
    stop_chains: oneshot::Sender<()>,
    chains: JoinHandle<()>,
    stop_actions: oneshot::Sender<()>,
    actions: JoinHandle<()>,
    stop_notifier: oneshot::Sender<()>,
    notifier: JoinHandle<()>,
    estate: JoinHandle<()>,
    stop_keeper: oneshot::Sender<()>,
    keeper: JoinHandle<()>,
}

/// What a supervisor says. They are listened to before anything begins: a reload that comes early is no reason to die.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// What carries messages: the estate's channels, or nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    Real,
    Pretend,
}

/// Everything that all handlers share, as one router.
pub fn router(house: House) -> Router {
    Router::new()
        .merge(ops::router())
        .merge(crate::hooks::router())
        .merge(crate::api::router(&house))
        .merge(crate::api::feeds::router())
        .merge(crate::ui::router())
        .with_state(house)
        .layer(from_fn_with_state(guard::Numbers::default(), guard::guard))
        // Around the guard, so that a person sees a page where a handler panicked.
        .layer(from_fn(crate::ui::for_browsers))
}

/// Opens the journal at `data/journal.db`, making the directory for its first use.
pub async fn open_journal(data: &Path) -> Result<Arc<dyn Journal>, StartError> {
    fs::create_dir_all(data).map_err(|error| {
        StartError::new(format!("{} can't be made: {error}", data.display()))
            .hint("choose another directory with --data")
    })?;
    let journal = SqliteJournal::open(&data.join("journal.db")).await;
    let journal = journal.map_err(|error| StartError::new(&error).hint(error.hint()))?;
    Ok(Arc::new(journal))
}

/// Begins everything. When it returns, the server takes requests.
pub async fn begin(
    settings: Settings,
    journal: Arc<dyn Journal>,
    clock: Clock,
    sending: Sending,
) -> Result<Running, StartError> {
    let signals = Signals::listen().map_err(|error| StartError::new(format!("no signals can be received: {error}")))?;
    let tls = front_tls(&settings)?;
    let lease = journal.acquire(concat!("meridian ", env!("CARGO_PKG_VERSION"))).await.map_err(|error| {
        StartError::new(format!("{}: {error}", settings.data.display()))
            .hint("one server has one directory: choose another with --data")
    })?;
    let (outbox, due) = mpsc::unbounded_channel();
    let (keeper, keeper_loop) = Keeper::begin(journal.clone(), lease, clock.clone(), outbox)
        .await
        .map_err(|error| StartError::new(error).hint("see `meridian journal verify`"))?;
    // Only now, with the journal folded: who asks earlier is refused, and not left waiting.
    let (listener, address) = listen(settings.listen).await?;
    let link_key = link_key(&settings.data).map_err(|error| StartError::new(format!("the key of links: {error}")))?;
    let (reload, wishes) = mpsc::channel(8);
    let (chains, chains_task) =
        Chains::begin(settings.checkpoint_log(), settings.checkpoints, keeper.clone(), clock.clone());
    let house = House::new(keeper, clock, journal, settings, link_key, reload.clone(), chains);

    let (stop_keeper, stopped) = oneshot::channel();
    let keeper = tokio::spawn(keeper_loop.run(stopped));
    let start = Command::Start { version: env!("CARGO_PKG_VERSION").to_owned() };
    house.keeper.ask(Actor::System, start).await.map_err(StartError::new)?;
    let (carrier, runner) = outward(&house, sending)?;
    // Before anybody can ask for anything.
    let actions = switches::Task::new(house.clone(), runner);
    first_estate(&house, &carrier).await?;
    let (stop_chains, stopped) = oneshot::channel();
    let chains = tokio::spawn(chains_task.run(stopped));
    let (stop_actions, stopped) = oneshot::channel();
    let actions = tokio::spawn(actions.run(stopped));
    let (stop_notifier, stopped) = oneshot::channel();
    let notifier = tokio::spawn(notifier::run(house.clone(), carrier.clone(), due, stopped));
    let estate = tokio::spawn(estate::run(house.clone(), carrier, wishes));
    estate::watch(&house, reload);

    let (stop_front, stopped) = watch::channel(false);
    let front = tokio::spawn(front::run(listener, tls, router(house.clone()), house.clock.clone(), stopped));
    Ok(Running {
        house,
        address,
        signals,
        stop_front,
        front,
        stop_chains,
        chains,
        stop_actions,
        actions,
        stop_notifier,
        notifier,
        estate,
        stop_keeper,
        keeper,
    })
}

fn front_tls(settings: &Settings) -> Result<Option<tokio_rustls::TlsAcceptor>, StartError> {
    settings.tls.as_ref().map(front::tls).transpose().map_err(|why| {
        StartError::new(format!("TLS: {why}"))
            .hint("name a chain and its own key, both as PEM, with --tls-cert and --tls-key")
    })
}

/// What carries messages, and what runs the actions of switches.
fn outward(house: &House, sending: Sending) -> Result<(notifier::Carrier, switches::Runner), StartError> {
    match sending {
        Sending::Pretend => Ok((notifier::Carrier::Pretend, switches::Runner::Pretend)),
        Sending::Real => {
            let runner = switches::Runner::real(house.settings.public_targets_only).map_err(StartError::new)?;
            Ok((notifier::Carrier::Real(Arc::new(RwLock::new(sender(house)?))), runner))
        }
    }
}

async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        StartError::new(format!("{wanted} can't be listened on: {error}")).hint("choose another address with --listen")
    })?;
    let address = listener.local_addr().map_err(StartError::new)?;
    Ok((listener, address))
}

fn sender(house: &House) -> Result<Sender, StartError> {
    let estate = house.keeper.world().estate().clone();
    let policy = OutboundPolicy { private: !house.settings.public_targets_only };
    Sender::new(&estate, &house.settings.external_url, Secrets::process(), policy).map_err(StartError::new)
}

/// A broken estate keeps the server from its first start only; later the journal still has the last good one.
async fn first_estate(house: &House, carrier: &notifier::Carrier) -> Result<(), StartError> {
    if let Err(why) = estate::reload(house, carrier, Actor::System).await {
        if house.keeper.world().estate_in_force().since.is_none() {
            return Err(StartError::new(why).hint(format!("see `meridian check {}`", house.settings.estate.display())));
        }
        tracing::warn!("{why}");
    }
    Ok(())
}

/// How long the end of another task waits for that of the keeper, which may have caused it.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(1);

impl Running {
    /// Runs until SIGTERM or SIGINT; SIGHUP reads the estate again.
    ///
    /// None of the tasks ends by itself. Where one does all the same, what is left of the server would answer and yet
    /// do nothing; so the process ends, with an error, and its supervisor starts it anew from what is durable.
    pub async fn until_signal(mut self) -> io::Result<()> {
        let ended = |task: &str, ended: Result<(), JoinError>| {
            let why = ended.err().map_or_else(|| "it returned".to_owned(), |error| error.to_string());
            let said = format!("{task} ended although nobody stopped it ({why}); what is durable is not harmed");
            tracing::error!("{said}");
            Err(io::Error::other(said))
        };
        loop {
            tokio::select! {
                _ = self.signals.terminate.recv() => break,
                _ = self.signals.interrupt.recv() => break,
                // A full queue of wishes will read the estate anyway.
                _ = self.signals.hangup.recv() => drop(self.house.reload.try_send(None)),
                end = &mut self.keeper => return ended("the keeper", end),
                end = &mut self.notifier => {
                    // It also ends when the keeper falls and its last words are still under way: they say more.
                    let keeper = tokio::time::timeout(LAST_WORDS, &mut self.keeper).await;
                    return keeper.map_or_else(|_| ended("the notifier", end), |end| ended("the keeper", end));
                }
                end = &mut self.chains => {
                    let keeper = tokio::time::timeout(LAST_WORDS, &mut self.keeper).await;
                    return keeper.map_or_else(|_| ended("the watch over chains", end), |end| ended("the keeper", end));
                }
                end = &mut self.actions => {
                    let keeper = tokio::time::timeout(LAST_WORDS, &mut self.keeper).await;
                    return keeper.map_or_else(|_| ended("what runs actions", end), |end| ended("the keeper", end));
                }
                end = &mut self.estate => return ended("the estate's watcher", end),
                end = &mut self.front => return ended("the front", end),
            }
        }
        tracing::info!("stopping: requests under way are finished first");
        self.stop().await;
        Ok(())
    }

    /// Ends the front, then the watch over chains and the notifier, then the keeper: each is needed by those before it.
    pub async fn stop(self) {
        self.house.keeper.announce_end();
        // The receivers are gone only if the task is, and then there is nothing to stop.
        let _ = self.stop_front.send(true);
        let _ = self.front.await;
        let _ = self.stop_chains.send(());
        let _ = self.chains.await;
        let _ = self.stop_actions.send(());
        let _ = self.actions.await;
        let _ = self.stop_notifier.send(());
        let _ = self.notifier.await;
        let _ = self.stop_keeper.send(());
        let _ = self.keeper.await;
    }
}

/// The key that signs the links of messages; made on the first start, readable by this user alone.
fn link_key(data: &Path) -> io::Result<[u8; 32]> {
    fs::create_dir_all(data)?;
    let path = data.join("link.key");
    if let Ok(bytes) = fs::read(&path) {
        let wrong =
            |_| io::Error::other(format!("{} does not hold 32 bytes; remove it to make a new one", path.display()));
        return <[u8; 32]>::try_from(bytes.as_slice()).map_err(wrong);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    // Under another name first: a full disk or a crash must not leave half a key that keeps the next start from going on.
    let unfinished = data.join("link.key.part");
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    io::Write::write_all(&mut file, &key)?;
    file.sync_all()?;
    fs::rename(&unfinished, &path)?;
    Ok(key)
}

#[cfg(test)]
mod tests;
