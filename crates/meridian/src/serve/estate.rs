//! The estate watcher: reads the estate's directory at the start, on SIGHUP, on `POST /-/reload` and when a file changes.
//!
//! A broken estate is refused whole: the one before stays in force, and the page says so.

use std::{path::Path, sync::Arc};

use meridian_core::{
    Command,
    estate::{self, Problem, RefusedProblem, SourceFile},
    id::Actor,
};
use notify::Watcher;
use tokio::sync::{mpsc, oneshot};

use super::{House, notifier::Carrier};
use crate::cli::estate::{read_dir, unserved};

/// Editors write a file in several steps; changes that follow each other within this time are one.
const SETTLE: std::time::Duration = std::time::Duration::from_millis(300);
/// Where changes never come to rest, the estate is read all the same, after so many.
const SETTLES_MAX: u32 = 200;

/// A wish to read the estate again, and where to say what came of it.
pub type Reload = Option<oneshot::Sender<Result<(), String>>>;

/// What a read of the directory brings.
pub enum Read {
    Good { files: Vec<SourceFile>, digest: String },
    Broken { digest: String, problems: Vec<Problem> },
}

/// Reads and checks the directory; it changes nothing.
pub fn read(dir: &Path) -> Read {
    let files = match read_dir(dir) {
        Ok(files) => files,
        Err(problems) => {
            let digest = estate::digest(&[]);
            return Read::Broken { digest, problems };
        }
    };
    let digest = estate::digest(&files);
    match estate::load(&files) {
        Ok(loaded) => match unserved(&loaded.estate, dir) {
            None => Read::Good { files, digest },
            Some(problem) => Read::Broken { digest, problems: vec![problem] },
        },
        Err(problems) => Read::Broken { digest, problems },
    }
}

/// Reads the estate and asks the keeper to put it into force, or to note the refusal.
pub async fn reload(house: &House, carrier: &Carrier, actor: Actor) -> Result<(), String> {
    let dir = house.settings.estate.clone();
    let read = tokio::task::spawn_blocking(move || read(&dir)).await.map_err(|error| error.to_string())?;
    match read {
        Read::Good { files, digest } => {
            let command = Command::LoadEstate { files, digest };
            house.keeper.ask(actor, command).await.map_err(|error| error.to_string())?;
            if let Carrier::Real(sender) = carrier {
                let estate = house.keeper.world().estate().clone();
                let mut sender = sender.write().unwrap_or_else(|poisoned| poisoned.into_inner());
                *sender = sender.reload(&estate);
            }
            Ok(())
        }
        Read::Broken { digest, problems } => {
            let count = problems.len();
            let first = problems.first().map(Problem::to_string).unwrap_or_default();
            let problems = problems.into_iter().take(100).map(refused).collect();
            house.keeper.ask(actor, Command::RefuseEstate { digest, problems }).await.map_err(|e| e.to_string())?;
            let before = match house.keeper.world().estate_in_force().since {
                Some(_) => "the one before stays in force",
                None => "and there is none before it",
            };
            Err(format!(
                "the estate was refused whole, {before}; {count} problem{}, the first:\n{first}",
                if count == 1 { "" } else { "s" }
            ))
        }
    }
}

fn refused(problem: Problem) -> RefusedProblem {
    let snippet = problem.to_string();
    RefusedProblem { file: problem.file, line: problem.line, column: problem.column, message: problem.message, snippet }
}

/// Runs until every sender of `wishes` is gone.
pub async fn run(house: House, carrier: Carrier, mut wishes: mpsc::Receiver<Reload>) {
    while let Some(wish) = wishes.recv().await {
        let result = reload(&house, &carrier, Actor::System).await;
        match &result {
            Ok(()) => tracing::info!("the estate in {} is in force", house.settings.estate.display()),
            Err(why) => tracing::warn!("{why}"),
        }
        if let Some(answer) = wish {
            // The one who asked may have gone away; the estate is read all the same.
            let _ = answer.send(result);
        }
    }
}

/// Watches the directory until every receiver of `wishes` is gone.
///
/// Its parent is watched, too: a directory that is moved away and put back, or a link that points elsewhere now, is
/// another one, and a watch of the old one would stay silent.
pub fn watch(house: &House, wishes: mpsc::Sender<Reload>) {
    let dir = std::path::absolute(&house.settings.estate).unwrap_or_else(|_| house.settings.estate.clone());
    let changed = Arc::new(tokio::sync::Notify::new());
    let (wake, ours) = (changed.clone(), dir.clone());
    let watcher = notify::recommended_watcher(move |event: Result<notify::Event, notify::Error>| {
        let is_ours = |event: &notify::Event| event.paths.iter().any(|path| path.starts_with(&ours));
        if event.is_ok_and(|event| !event.kind.is_access() && is_ours(&event)) {
            wake.notify_one();
        }
    });
    let watched = watcher.and_then(|mut watcher| again(&mut watcher, &dir).map(|()| watcher));
    let mut watcher = match watched {
        Ok(watcher) => watcher,
        Err(error) => {
            let dir = dir.display();
            return tracing::warn!("changes of {dir} are not watched ({error}); use SIGHUP or POST /-/reload");
        }
    };
    tokio::spawn(async move {
        loop {
            changed.notified().await;
            // Only what has come to rest is read: a file that is being written is empty for a moment.
            let mut waits = 0;
            while waits < SETTLES_MAX && tokio::time::timeout(SETTLE, changed.notified()).await.is_ok() {
                waits += 1;
            }
            // There may be nothing to watch just now; the parent tells when there is.
            let _ = again(&mut watcher, &dir);
            if wishes.send(None).await.is_err() {
                return;
            }
        }
    });
}

fn again(watcher: &mut notify::RecommendedWatcher, dir: &Path) -> Result<(), notify::Error> {
    // What was watched under this name may be another directory now.
    let _ = watcher.unwatch(dir);
    if let Some(parent) = dir.parent() {
        watcher.watch(parent, notify::RecursiveMode::NonRecursive)?;
    }
    watcher.watch(dir, notify::RecursiveMode::Recursive)
}
