//! `meridian chain`: what became of messages and connections, by files alone, and what a server knows of its chains.
//!
//! `trace` tells where the handshakes of TCP vanished, by captures at several test points; `audit` what became of every
//! message, by checkpoints; `log` what the server's checkpoint log holds. They do *not* capture, and ask no server: the files are all that they need.
//! What asks a server stands beside the other commands that do ([`client`]).

mod audit;
mod log;
mod packets;
mod shown;

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use meridian_core::trace::{Report, trace};

use super::{answer, client};

#[derive(Debug, clap::Subcommand)]
pub enum ChainCommand {
    /// Tell where connections vanished between test points, by captures of the same minutes.
    ///
    /// Name the captures in the order in which a connection's first packet passes them, the client's side first. Clocks may
    /// differ, addresses may be translated. Reads pcap and pcapng; a file that breaks off is used as far as it goes.
    #[command(
        after_help = "Examples:\n  meridian chain trace bank.pcap firewall.pcap wire.pcap\n  meridian chain trace bank.pcap wire.pcapng --svg trace.svg\n  meridian chain trace bank.pcap wire.pcap --json | jq .connections\n\nAt each test point: tcpdump -i eth1 -s 128 -w bank.pcap 'tcp or icmp or icmp6'"
    )]
    Trace(Asked),
    /// Tell what became of every message of the estate's chains, by the checkpoints in files.
    ///
    /// Files hold one JSON object a line, a checkpoint or a heartbeat. Lines of several files are taken by their instants. The
    /// time is taken from the records; a hop that says nothing is dark, not lossy. Prints each chain's count and worth, and
    /// every verdict that holds at the end.
    #[command(
        after_help = "Examples:\n  meridian chain audit --estate estate wires.ndjson\n  meridian chain audit --estate estate hop-*.ndjson.gz --json | jq .chains\n\nA checkpoint: {\"chain\":\"usd-fedwire\",\"lane\":\"A\",\"seq\":7,\"id\":\"20261123A1B2C3D4000007\",\n    \"hop\":\"mq-gateway\",\"at\":\"2026-11-23T18:29:58Z\",\"amount\":\"1250000.00\",\"currency\":\"USD\"}\nA heartbeat:  {\"reporter\":\"tap-1\",\"epoch\":1,\"through\":1204,\"at\":\"2026-11-23T18:30:00Z\"}"
    )]
    Audit(audit::Asked),
    /// Verify the server's checkpoint log, or print what is in it.
    Log {
        #[command(subcommand)]
        command: log::LogCommand,
    },
    #[command(flatten)]
    Remote(client::args::ChainCommand),
}

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// The captures, the client's side first.
    #[arg(required = true, num_args = 2.., value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Print JSON, with every connection and all its times.
    #[arg(long)]
    pub json: bool,
    /// Draw how far each packet got, the worst twelve connections, into this file.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub svg: Option<PathBuf>,
}

#[derive(serde::Serialize)]
struct Told<'a> {
    warnings: &'a [String],
    #[serde(flatten)]
    report: &'a Report,
}

pub fn run(command: ChainCommand) -> ExitCode {
    answer(match command {
        ChainCommand::Trace(asked) => run_trace(&asked),
        ChainCommand::Audit(asked) => audit::run(&asked),
        ChainCommand::Log { command } => log::run(&command),
        ChainCommand::Remote(command) => return client::run_chain(command),
    })
}

fn run_trace(asked: &Asked) -> Result<String, String> {
    let (mut captures, mut warnings) = (vec![], vec![]);
    for (path, name) in asked.files.iter().zip(names(&asked.files)) {
        let read = packets::read(path, name)?;
        captures.push(read.capture);
        warnings.extend(read.warnings);
    }
    let report = trace(&captures);
    if let Some(path) = &asked.svg {
        let written = std::fs::write(path, shown::picture(&report));
        written.map_err(|why| format!("the picture can't be written to {}: {why}", path.display()))?;
    }
    if asked.json {
        let told = Told { warnings: &warnings, report: &report };
        return serde_json::to_string_pretty(&told).map_err(|error| error.to_string());
    }
    Ok(shown::told(&report, &warnings))
}

/// The files' own names without what all of them end with; numbered where two are the same.
fn names(files: &[PathBuf]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let name = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 { format!("{name} ({count})") } else { name }
    };
    files.iter().map(name).collect()
}

#[cfg(test)]
mod tests;
