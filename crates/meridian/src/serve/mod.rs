//! The server: the keeper, the reconcilers and the HTTP front.
//!
//! [`Keeper`] owns the world and the journal's right to append. The reconcilers (`notifier`, `estate`) have no input
//! but the world, and tell the keeper what they did. `front` takes connections. What this does *not* do: decide.

pub mod buffer;
pub mod chains;
pub mod estate;
pub mod fold;
pub mod front;
pub mod guard;
pub mod keeper;
pub mod letters;
pub mod metrics;
pub mod notifier;
pub mod once;
pub mod ops;
pub mod past;
pub mod proxy;
pub mod run;
pub mod switches;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use meridian_store::Journal;

pub use keeper::{AskError, Keeper};

use crate::clock::Clock;

/// Everything that a handler may use; cheap to clone.
#[derive(Clone)]
pub struct House {
    pub keeper: Keeper,
    pub clock: Clock,
    pub journal: Arc<dyn Journal>,
    pub settings: Arc<Settings>,
    /// Signs the links in messages.
    pub link_key: [u8; 32],
    /// Wishes to read the estate again.
    pub reload: tokio::sync::mpsc::Sender<estate::Reload>,
    pub metrics: Arc<metrics::Metrics>,
    /// What is known of messages on their way.
    pub chains: chains::Chains,
    /// The lists of switches from route to route.
    pub switches: switches::Switches,
    /// The control room as it was.
    pub past: Arc<past::Past>,
    /// What is remembered about those who ask.
    pub gate: Arc<crate::api::auth::Gate>,
}

impl House {
    pub fn new(
        keeper: Keeper,
        clock: Clock,
        journal: Arc<dyn Journal>,
        settings: Settings,
        link_key: [u8; 32],
        reload: tokio::sync::mpsc::Sender<estate::Reload>,
        chains: chains::Chains,
    ) -> House {
        let lists = settings.data.join("switches");
        let switches = switches::Switches::new(lists, settings.checkpoint_log(), keeper.clone(), chains.clone());
        let metrics = Arc::new(metrics::Metrics::default());
        let gate = Arc::new(crate::api::auth::Gate::new(&link_key));
        let past = Arc::new(past::Past::new(journal.clone()));
        let settings = Arc::new(settings);
        House { gate, past, keeper, clock, journal, settings, link_key, reload, metrics, chains, switches }
    }
}

/// What the flags said.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub estate: PathBuf,
    /// The name of the estate in the head of every page.
    pub name: String,
    /// Where people's browsers reach this server, without a slash at the end. Links in messages begin with it.
    pub external_url: String,
    pub intake: Intake,
    pub tls: Option<TlsFiles>,
    /// No message goes to a private or loopback address.
    pub public_targets_only: bool,
    /// Proxies whose word about who asks is believed.
    pub trusted_proxies: Vec<proxy::Network>,
    /// How much of the checkpoint log stays.
    pub checkpoints: chains::Kept,
    /// A demonstration: everybody is logged in, nothing is sent to anybody.
    pub demo: bool,
}

impl Settings {
    /// The directory of the checkpoint log.
    pub fn checkpoint_log(&self) -> PathBuf {
        self.data.join("checkpoints")
    }
}

/// Who may send alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// Anybody who can connect. The default only on a loopback address.
    Open,
    /// Who has an API token with the scope `ingest`.
    Token,
}

#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}
