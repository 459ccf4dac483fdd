//! Where reports go: to a server, or into a file that `chain audit` reads.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use jiff::SignedDuration;
use serde::Deserialize;

use crate::{
    cli::client::{failure::Failure, server::Server},
    clock::Clock,
};

/// After a failure it is tried again, later each time.
const REST_FIRST: SignedDuration = SignedDuration::from_secs(1);
const REST_MOST: SignedDuration = SignedDuration::from_secs(30);

pub enum Sink {
    Server(Box<Server>, Clock),
    File(PathBuf),
}

/// What the intake answers.
#[derive(Deserialize)]
struct Taken {
    refused: Vec<Refused>,
    refused_count: u64,
}

#[derive(Deserialize)]
struct Refused {
    line: u64,
    reason: String,
    hint: String,
}

impl Sink {
    /// How long the file is now, if it is one: a batch goes behind that.
    pub fn behind(&self) -> Result<Option<u64>, String> {
        match self {
            Sink::Server(..) => Ok(None),
            Sink::File(path) => match std::fs::metadata(path) {
                Ok(meta) => Ok(Some(meta.len())),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Some(0)),
                Err(error) => Err(format!("{} can't be read: {error}", path.display())),
            },
        }
    }

    /// Hands the lines over. It returns when they are durable there, with how many of them were refused; what may pass by is
    /// waited for.
    pub async fn deliver(&self, lines: &[String], behind: Option<u64>) -> Result<u64, Failure> {
        let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        match self {
            Sink::File(path) => append(path, &text, behind)
                .map(|()| 0)
                .map_err(|why| Failure::new(format!("write into {}", path.display()), why.to_string())),
            Sink::Server(server, clock) => send(server, clock, &text).await,
        }
    }
}

/// Behind `behind`: what a crash left there of this very batch is written once more.
fn append(path: &Path, text: &str, behind: Option<u64>) -> std::io::Result<()> {
    let mut file = File::options().create(true).truncate(false).write(true).open(path)?;
    if let Some(behind) = behind {
        file.set_len(behind)?;
    }
    file.seek(SeekFrom::End(0))?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

async fn send(server: &Server, clock: &Clock, text: &str) -> Result<u64, Failure> {
    let packed = pack(text).map_err(|why| Failure::new("pack the reports", why.to_string()))?;
    let (mut rest, mut failed) = (REST_FIRST, false);
    loop {
        let (failure, again_after) = match server.lines("report checkpoints", &["checkpoints"], &packed).await {
            Ok(answer) => {
                if failed {
                    eprintln!("the server takes reports again");
                }
                let taken = answer.read()?;
                tell(&taken);
                return Ok(taken.refused_count);
            }
            Err((failure, None)) => return Err(failure),
            Err((failure, Some(again_after))) => (failure, again_after),
        };
        let wait = again_after.max(rest);
        eprintln!("cannot report: {}; once more in {} s", failure.why, wait.as_secs());
        clock.sleep(wait).await;
        (rest, failed) = ((rest * 2).min(REST_MOST), true);
    }
}

fn pack(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// Each reason once, with how many it concerns.
fn tell(taken: &Taken) {
    let mut reasons: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for one in &taken.refused {
        reasons.entry((&one.reason, &one.hint)).or_insert((one.line, 0)).1 += 1;
    }
    for ((reason, hint), (first, count)) in reasons {
        let which =
            if count == 1 { format!("report {first}") } else { format!("{count} reports, the first is {first},") };
        eprintln!("the server refused {which} of a batch: {reason}; {hint}");
    }
    let told = taken.refused.len() as u64;
    if taken.refused_count > told {
        eprintln!("and {} more of it", taken.refused_count - told);
    }
}
