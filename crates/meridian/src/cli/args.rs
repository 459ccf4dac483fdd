//! What the command line takes.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::client;

/// The control room for production that follows the sun: who is on watch, what is broken, who must know.
#[derive(Debug, Parser)]
#[command(name = "meridian", version, propagate_version = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server.
    Serve(Serve),
    /// Run a bank's day on a simulated clock, with everything embedded; nothing is sent to anybody.
    Demo(Demo),
    /// Check an estate and tell every error at once.
    Check {
        /// The directory with the estate's YAML files.
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        #[arg(long)]
        json: bool,
        /// Warnings fail, too.
        #[arg(long)]
        strict: bool,
    },
    /// Print the JSON Schema of a kind, or of all, for editors.
    Schema {
        /// Site, Person, Team, Rota, Escalation, Routing or Channel.
        kind: Option<String>,
    },
    /// Print the receivers of an alert with these labels, in order.
    Route {
        #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
        estate: PathBuf,
        /// As `name=value`.
        #[arg(required = true)]
        labels: Vec<String>,
        #[arg(long)]
        json: bool,
    },
    /// Print who is on watch.
    Oncall {
        #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
        estate: PathBuf,
        /// Only this rota.
        #[arg(long)]
        rota: Option<String>,
        /// An instant as RFC 3339, e.g. 2026-03-08T06:55:00Z; now, if absent.
        #[arg(long)]
        at: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Print the shifts of a rota in a window.
    Shifts {
        #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
        estate: PathBuf,
        #[arg(long)]
        rota: String,
        /// RFC 3339, inclusive.
        #[arg(long)]
        from: String,
        /// RFC 3339, exclusive.
        #[arg(long)]
        to: String,
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    Remote(client::args::Command),
    /// Examine a journal; the server may run meanwhile.
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Print a completion script for a shell.
    Completions { shell: Shell },
    /// Write man pages into a directory.
    Man {
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Check every entry and the whole hash chain.
    Verify {
        #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Print entries as NDJSON, one line each, with their hashes.
    Export {
        #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        /// The first entry's number.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// The last entry's number; the newest, if absent.
        #[arg(long)]
        to: Option<u64>,
    },
    /// Print how many entries there are, of which facts, since when.
    Stats {
        #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The directory with the estate's YAML files.
    #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
    pub estate: PathBuf,
    /// Where the journal is kept.
    #[arg(long, value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
    pub data: PathBuf,
    #[arg(long, env = "MERIDIAN_LISTEN", default_value = "127.0.0.1:9094")]
    pub listen: SocketAddr,
    /// How people's browsers reach this server; links in messages begin with it.
    #[arg(long, env = "MERIDIAN_EXTERNAL_URL")]
    pub external_url: Option<String>,
    /// The name in the head of every page; the estate's directory, if absent.
    #[arg(long, env = "MERIDIAN_NAME")]
    pub name: Option<String>,
    /// Who may send alerts and silences in Alertmanager's and PagerDuty's ways: everybody, or who has an API token.
    /// The default is `open` on a loopback address and `token` on any other.
    #[arg(long, env = "MERIDIAN_INTAKE", value_enum)]
    pub intake: Option<IntakeFlag>,
    /// A PEM file with the certificate chain; serves HTTPS.
    #[arg(long, value_hint = ValueHint::FilePath, requires = "tls_key", env = "MERIDIAN_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// A PEM file with the private key.
    #[arg(long, value_hint = ValueHint::FilePath, requires = "tls_cert", env = "MERIDIAN_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum IntakeFlag {
    Open,
    Token,
}

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Seconds of the simulated day that pass in one second.
    #[arg(long, default_value_t = 60.0)]
    pub speed: f64,
    #[arg(long, default_value = "127.0.0.1:9094")]
    pub listen: SocketAddr,
}
