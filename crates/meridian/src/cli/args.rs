//! What the command line takes.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use meridian_core::Instant;

use super::{calendar, chain, client, coverage, plan, roster, route, tap};
use crate::serve::proxy::Network;

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
    #[command(after_help = "Example:\n  meridian serve --estate estate --external-url https://meridian.example.com")]
    Serve(Serve),
    /// Run a bank's day on a simulated clock, with everything embedded; nothing is sent to anybody.
    #[command(after_help = "Example:\n  meridian demo --speed 600")]
    Demo(Demo),
    /// Check an estate and tell every error at once.
    ///
    /// Exit code 1 if it has errors.
    #[command(
        after_help = "Examples:\n  meridian check estate\n  meridian check estate --strict --json | jq .problems"
    )]
    Check {
        /// The directory with the estate's YAML files.
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// Print the problems as JSON.
        #[arg(long)]
        json: bool,
        /// Warnings fail, too.
        #[arg(long)]
        strict: bool,
    },
    /// Print the JSON Schema of a kind, or of all, for editors.
    #[command(after_help = "Example:\n  meridian schema > meridian.schema.json")]
    Schema {
        /// Site, Person, Team, Rota, Escalation, Channel, Routing or Chain; all, if absent.
        kind: Option<String>,
    },
    /// Print the receivers of an alert with these labels, in order.
    #[command(
        after_help = "Example:\n  meridian route --estate estate alertname=QueueStuck severity=critical team=payments"
    )]
    Route {
        /// The directory with the estate's YAML files.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
        estate: PathBuf,
        /// The alert's labels, as name=value.
        #[arg(required = true, value_name = "LABEL", value_parser = route::label)]
        labels: Vec<route::Label>,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Print who is on watch.
    ///
    /// A running server and a journal know the overrides that were made at run time; an estate's files alone do not.
    #[command(
        after_help = "Examples:\n  meridian oncall --server https://meridian.example.com\n  meridian oncall --data data\n  meridian oncall --estate estate --rota payments --at 2026-03-08T06:55:00Z --json"
    )]
    Oncall {
        #[command(flatten)]
        source: roster::Asked,
        /// Only this rota.
        #[arg(long)]
        rota: Option<String>,
        /// An instant as RFC 3339, e.g. 2026-03-08T06:55:00Z; now, if absent.
        #[arg(long, value_name = "INSTANT", value_parser = roster::instant)]
        at: Option<Instant>,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Print the shifts of a rota in a window.
    ///
    /// A running server and a journal know the overrides that were made at run time; an estate's files alone do not.
    #[command(
        after_help = "Example:\n  meridian shifts --estate estate --rota payments --from 2026-12-24T00:00Z --to 2027-01-02T00:00Z"
    )]
    Shifts {
        #[command(flatten)]
        source: roster::Asked,
        /// The name of the rota.
        #[arg(long)]
        rota: String,
        /// The beginning of the window, as RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = roster::instant)]
        from: Instant,
        /// Its end, which does not belong to it.
        #[arg(long, value_name = "INSTANT", value_parser = roster::instant)]
        to: Instant,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Print where the ring has holes, overlaps and double cover in a window, why, and what would close the holes.
    ///
    /// Also: who is on watch while on leave or sick and nobody covers, who may not be reached, overrides that change
    /// nothing. The estate's files alone know nothing of what was changed at run time; a server and a journal do.
    #[command(
        after_help = "Examples:\n  meridian coverage --estate estate --from 2026-03-01 --to 2026-12-01\n  meridian coverage --server https://meridian.example.com --from 2026-03-01 --to 2026-12-01\n  meridian coverage --estate estate --from 2026-03-01 --to 2026-04-01 --rota trading --json"
    )]
    Coverage {
        #[command(flatten)]
        source: roster::Asked,
        /// The beginning of the window, as RFC 3339 or as a date.
        #[arg(long, value_name = "INSTANT|DATE", value_parser = coverage::instant_or_date)]
        from: Instant,
        /// Its end, which does not belong to it.
        #[arg(long, value_name = "INSTANT|DATE", value_parser = coverage::instant_or_date)]
        to: Instant,
        /// Only this rota; all of them, alone and together, if absent.
        #[arg(long)]
        rota: Option<String>,
        /// Print JSON, as the API answers it.
        #[arg(long)]
        json: bool,
    },
    /// Calendars of holidays, and what is imported from the calendars of others.
    Calendar {
        #[command(subcommand)]
        command: calendar::CalendarCommand,
    },
    /// Transfer chains: where the fault is, what was found, and audits, traces and logs without a server.
    Chain {
        #[command(subcommand)]
        command: chain::ChainCommand,
    },
    /// Report checkpoints of what an application writes: NDJSON, FIX, or any log by a regular expression.
    ///
    /// Follows the file, also when it is rotated. What was read, and with which numbers it was reported, is kept in a file of its
    /// own, so that a tap that is killed loses nothing and reports nothing twice.
    #[command(
        after_help = "Examples:\n  meridian tap --chain usd-fedwire --hop mq-gateway /var/log/gateway/wires.ndjson\n  meridian tap --chain orders --hop venue-out --format fix --types D,F,G fix/ --files '*.log'\n  meridian tap --chain usd-fedwire --hop fw-2 --format regex --zone Europe/London wires.log\\\n    --pattern '^(?P<at>\\S+ \\S+) wire (?P<id>\\S+)'\n  meridian tap --chain usd-fedwire --hop fed --once --to fed.ndjson wires.ndjson"
    )]
    Tap(Box<tap::Asked>),
    /// Work on the rotas of an estate's files.
    Rota {
        #[command(subcommand)]
        command: RotaCommand,
    },
    #[command(flatten)]
    Remote(client::args::Command),
    /// Examine a journal; the server may run meanwhile.
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Print a completion script for a shell.
    #[command(
        after_help = "Examples:\n  meridian completions bash > /etc/bash_completion.d/meridian\n  meridian completions zsh > \"${fpath[1]}/_meridian\"\n  meridian completions fish > ~/.config/fish/completions/meridian.fish"
    )]
    Completions {
        /// For which shell.
        shell: Shell,
    },
    /// Write man pages into a directory.
    #[command(after_help = "Example:\n  meridian man /usr/local/share/man/man1")]
    Man {
        /// It is made, if it does not exist.
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum RotaCommand {
    /// Plan who takes which turn of a rota, so that hours, nights, weekends and holidays are shared out fairly.
    ///
    /// Keeps to rest, days in a row, leave and skills, weighs preferences, names what can't be met, and shows the change
    /// of the estate as a diff. Leave, sickness and overrides that were made at run time are kept to where --server or
    /// --data says whom to ask for them.
    #[command(
        after_help = "Examples:\n  meridian rota plan --estate estate --rota payments --from 2026-10-05 --weeks 13\n  meridian rota plan --estate estate --server URL --rota payments --from 2026-10-05 --write\n  meridian rota plan --estate estate --rota payments --from 2026-10-05 --diff | git apply"
    )]
    Plan(plan::Asked),
}

#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Check every entry and the whole hash chain.
    ///
    /// Exit code 1 if an entry is wrong or missing, or if the journal can't be read.
    Verify {
        /// The directory with the journal.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print entries as NDJSON, one line each, with their hashes.
    Export {
        /// The directory with the journal.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
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
        /// The directory with the journal.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The directory with the estate's YAML files.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
    pub estate: PathBuf,
    /// Where the journal is kept.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
    pub data: PathBuf,
    /// The address and port to listen on.
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
    /// Refuse webhook, Slack, ntfy and Twilio URLs and mail servers at private and loopback addresses: for estates that not
    /// everybody who writes them is trusted with. Link-local and metadata addresses are always refused.
    #[arg(long, env = "MERIDIAN_PUBLIC_TARGETS_ONLY")]
    pub public_targets_only: bool,
    /// A proxy before this server, as an address or a network: for its requests `Forwarded` and `X-Forwarded-For` say who
    /// asks, which the limits on logins count. May be repeated.
    #[arg(long, value_name = "CIDR", env = "MERIDIAN_TRUSTED_PROXY", value_delimiter = ',')]
    pub trusted_proxy: Vec<Network>,
    /// How long checkpoints are kept in their log, such as 30d; for ever, if absent. What a start needs always stays.
    #[arg(long, value_name = "DURATION", env = "MERIDIAN_KEEP_CHECKPOINTS", value_parser = super::client::duration)]
    pub keep_checkpoints: Option<jiff::SignedDuration>,
    /// How many bytes the log of checkpoints may take, such as 50000000000; no limit, if absent.
    #[arg(long, value_name = "BYTES", env = "MERIDIAN_KEEP_CHECKPOINT_BYTES")]
    pub keep_checkpoint_bytes: Option<u64>,
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
    /// The address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:9094")]
    pub listen: SocketAddr,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// Each command below `command`, by its whole name.
    fn walk(name: &str, command: &clap::Command, seen: &mut Vec<(String, clap::Command)>) {
        let name = format!("{name} {}", command.get_name()).trim().to_owned();
        command.get_subcommands().for_each(|below| walk(&name, below, seen));
        seen.push((name, command.clone()));
    }

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn everything_is_explained() {
        let mut seen = Vec::new();
        walk("", &Args::command(), &mut seen);
        assert!(seen.len() > 35, "{}", seen.len());
        for (name, command) in &seen {
            assert!(command.get_about().is_some(), "{name} says nothing of itself");
            for arg in command.get_arguments().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
                assert!(arg.get_help().is_some(), "{name}: {} says nothing of itself", arg.get_id());
            }
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in after.lines() {
                assert!(line.chars().count() < 100, "{name}: an example that does not fit on its line: {line}");
            }
            // What goes on over the end of a line stands further in.
            let begins = |line: &&str| line.starts_with("  ") && !line.starts_with("    ");
            for example in after.lines().filter(begins) {
                assert!(example.contains(name.as_str()), "{name}: an example of something else: {example}");
            }
        }
    }
}
