//! The demonstration: a bank's day on a simulated clock. Everything is real but the clock, the sources of alerts and
//! of checkpoints, and the carriers: nothing leaves this machine, and nothing is kept when it ends.

mod announced;
mod bank;
mod changes;
mod colleague;
mod day;
mod director;
mod handoff;
mod wires;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use meridian_store::MemoryJournal;

use crate::{
    clock::Clock,
    serve::{
        Intake, Settings,
        run::{Running, Sending, StartError, begin},
    },
};

/// Tuesday afternoon in London, morning in New York, night in Hong Kong.
const BEGINS: &str = "2026-03-17T13:40:00Z";

/// A demonstration that runs.
pub struct Demo {
    pub running: Running,
    director: tokio::task::JoinHandle<()>,
    wires: tokio::task::JoinHandle<()>,
    colleague: tokio::task::JoinHandle<()>,
    /// Holds the estate; removed when dropped.
    _directory: tempfile::TempDir,
}

/// Begins the day. `speed` is how many of its seconds pass in one second.
pub async fn play(listen: SocketAddr, speed: f64) -> Result<Demo, StartError> {
    let directory = tempfile::tempdir().map_err(|error| StartError::new(format!("no temporary directory: {error}")))?;
    let estate = directory.path().join("bank");
    bank::write(&estate).map_err(|error| StartError::new(format!("the estate can't be written: {error}")))?;
    let origin = BEGINS.parse().map_err(StartError::new)?;
    let settings = settings(listen, directory.path().join("data"), estate);
    let journal = Arc::new(MemoryJournal::new());
    let running = begin(settings, journal, Clock::simulated(origin, speed), Sending::Pretend).await?;
    let director = tokio::spawn(director::direct(running.house.clone()));
    let wires = tokio::spawn(wires::flow(running.house.clone()));
    let colleague = tokio::spawn(colleague::agree(running.house.clone()));
    Ok(Demo { running, director, wires, colleague, _directory: directory })
}

fn settings(listen: SocketAddr, data: PathBuf, estate: PathBuf) -> Settings {
    Settings {
        listen,
        data,
        estate,
        name: "bank".into(),
        external_url: format!("http://{listen}"),
        intake: Intake::Open,
        tls: None,
        public_targets_only: false,
        checkpoints: Default::default(),
        trusted_proxies: Vec::new(),
        demo: true,
    }
}

impl Demo {
    /// Runs until SIGTERM or SIGINT.
    pub async fn until_signal(self) -> std::io::Result<()> {
        let ended = self.running.until_signal().await;
        self.director.abort();
        self.wires.abort();
        self.colleague.abort();
        ended
    }
}
