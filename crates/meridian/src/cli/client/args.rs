//! What the commands for a running server take.

mod access;
mod announcement;
mod chain;
mod changes;
mod feed;
mod handoff;
mod switch;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use meridian_core::{
    Instant,
    alert::{AlertState, SilenceState},
    id::Name,
    incident::{Severity, Status},
};

use super::parse;
use crate::cli::roster;
pub use access::{AccountCommand, TokenCommand};
pub use announcement::{AnnouncementCommand, What};
pub use chain::{ChainCommand, FoundHere, Where};
pub use changes::{CoverCommand, LeaveCommand, SickCommand, SwapCommand, Which};
pub use feed::FeedCommand;
pub use handoff::HandoffCommand;
pub use switch::{Lane, SwitchCommand};

/// One noun: which server, how to print, and what to do.
#[derive(Debug, Args)]
pub struct Remote<C: Subcommand> {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: C,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server and output")]
pub struct Flags {
    /// Where Meridian runs.
    #[arg(long, global = true, env = "MERIDIAN_SERVER", default_value = "http://127.0.0.1:9094")]
    #[arg(value_name = "URL", value_hint = ValueHint::Url)]
    pub server: String,
    /// A file with the API token, `-` for standard input; else MERIDIAN_TOKEN or ~/.config/meridian/token.
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,
    /// A PEM file with certificate authorities to trust beside the public ones.
    #[arg(long, global = true, env = "MERIDIAN_CA", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca: Option<PathBuf>,
    /// Print the API's JSON unchanged.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print fields with tabs between them, without heads and colours.
    #[arg(long, global = true, conflicts_with = "json")]
    pub plain: bool,
    /// Print only the ids of what was listed or made, and nothing of other changes.
    #[arg(short, long, global = true, conflicts_with = "json")]
    pub quiet: bool,
}

/// Which part of a list.
#[derive(Clone, Debug, Args)]
pub struct Part {
    /// At most so many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Go on where an earlier list ended.
    #[arg(long)]
    pub cursor: Option<String>,
}

/// The commands for a running server.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show who is on watch where, what is open, and whether all is well.
    ///
    /// Exit code 1 if the journal takes no entries or a change of the estate is refused.
    #[command(after_help = "Examples:\n  meridian status\n  meridian status --server https://meridian.example.com")]
    Status(Flags),
    /// Incidents: list, open, take, note, resolve.
    Incident(Remote<IncidentCommand>),
    /// Alerts that fire.
    Alert(Remote<AlertCommand>),
    /// Silences: list, add, expire.
    Silence(Remote<SilenceCommand>),
    /// Pages: whom Meridian tried to reach, how, and what came of it.
    Page(Remote<PageCommand>),
    /// Announcements: work on the systems, freezes, and events outside.
    Announcement(Remote<AnnouncementCommand>),
    /// Switches: from one route of a chain to another, with nothing lost and nothing paid twice.
    Switch(Remote<SwitchCommand>),
    /// Overrides: who is on watch for a while instead of, or beside, whom the rota names.
    Override(Remote<OverrideCommand>),
    /// Who carries how much of the watch: hours, nights, weekends, holidays, pages, balance.
    ///
    /// With --estate as its files have it; else the server answers, who knows of overrides and pages as well.
    #[command(
        after_help = "Examples:\n  meridian fairness --rota payments --from 2026-10-01T00:00Z --to 2027-01-01T00:00Z\n  \
                            meridian fairness --estate estate --from 2026-10-01T00:00Z --to 2027-01-01T00:00Z"
    )]
    Fairness(Fairness),
    /// Cover: ask who can take a watch, take it, give it back.
    Cover(Remote<CoverCommand>),
    /// Swaps: each takes the other's watch.
    Swap(Remote<SwapCommand>),
    /// Leave: who is away, and cover for the watches in it.
    Leave(Remote<LeaveCommand>),
    /// Sickness: nobody pages them, and others cover at once.
    Sick(Remote<SickCommand>),
    /// Calendar feeds: watches in the calendars that people already look at.
    Feed(Remote<FeedCommand>),
    /// Handoffs: the brief, questions, read-backs, and taking the watch.
    Handoff(Remote<HandoffCommand>),
    /// Accounts: who can log in, and what each may.
    Account(Remote<AccountCommand>),
    /// API tokens.
    Token(Remote<TokenCommand>),
    /// Have the server read its estate again, and say what is wrong with it.
    #[command(after_help = "Example:\n  meridian check estate && meridian reload")]
    Reload(Flags),
}

#[derive(Debug, Args)]
pub struct Fairness {
    #[command(flatten)]
    pub flags: Flags,
    /// The directory with the estate's YAML files, asked instead of a server.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub estate: Option<PathBuf>,
    /// The directory with a journal, asked instead of a server; the server may run meanwhile, or not at all.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "estate")]
    pub data: Option<PathBuf>,
    /// Only this rota.
    #[arg(long, conflicts_with = "team")]
    pub rota: Option<String>,
    /// Only the rotas of this team.
    #[arg(long)]
    pub team: Option<String>,
    /// The beginning of the window, as RFC 3339.
    #[arg(long, value_name = "INSTANT", value_parser = roster::instant)]
    pub from: Instant,
    /// Its end, which does not belong to it.
    #[arg(long, value_name = "INSTANT", value_parser = roster::instant)]
    pub to: Instant,
}

#[derive(Debug, Subcommand)]
pub enum IncidentCommand {
    /// List incidents, newest first; 50 unless --limit says otherwise.
    #[command(
        after_help = "Examples:\n  meridian incident list --status open\n  meridian incident list --severity SEV1 \
                            --json | jq '.items[].title'"
    )]
    List {
        /// open, acknowledged or resolved.
        #[arg(long, value_parser = parse::status)]
        status: Option<Status>,
        /// SEV1 to SEV5.
        #[arg(long, value_parser = parse::severity)]
        severity: Option<Severity>,
        /// Only those that walk this escalation.
        #[arg(long, value_name = "NAME")]
        escalation: Option<Name>,
        #[command(flatten)]
        part: Part,
    },
    /// Show an incident with its timeline.
    #[command(after_help = "Example:\n  meridian incident show 4")]
    Show {
        /// Its number, such as 4 or INC-4.
        #[arg(value_parser = parse::incident)]
        incident: u64,
    },
    /// Open an incident by hand.
    #[command(
        after_help = "Example:\n  meridian incident open 'Fedwire answers late' --severity SEV2 --escalation payments"
    )]
    Open {
        /// What threatens users, in one line; `-` reads it from standard input.
        title: String,
        /// SEV1 to SEV5.
        #[arg(long, value_parser = parse::severity)]
        severity: Severity,
        /// The escalation that says whom to page.
        #[arg(long, value_name = "NAME")]
        escalation: Name,
    },
    /// Take incidents: nobody else is paged for them.
    #[command(after_help = "Examples:\n  meridian incident ack 4\n  meridian incident ack 4 5 --by wen")]
    Ack {
        /// Their numbers, such as 4 or INC-4.
        #[arg(required = true, value_name = "INCIDENT", value_parser = parse::incident)]
        incidents: Vec<u64>,
        /// The person who takes them; whoever asks, if absent.
        #[arg(long, value_name = "PERSON")]
        by: Option<Name>,
    },
    /// Write a note onto the timeline.
    #[command(after_help = "Examples:\n  meridian incident note 4 'Two more senders are started.'\n  \
                            kubectl get pods | meridian incident note 4 -")]
    Note {
        /// Its number, such as 4 or INC-4.
        #[arg(value_parser = parse::incident)]
        incident: u64,
        /// `-` reads it from standard input.
        text: String,
    },
    /// Give an incident to another person, who is paged.
    #[command(after_help = "Example:\n  meridian incident reassign 4 --to priya --reason 'she knows the gateway'")]
    Reassign {
        /// Its number, such as 4 or INC-4.
        #[arg(value_parser = parse::incident)]
        incident: u64,
        /// Who takes it over.
        #[arg(long, value_name = "PERSON")]
        to: Name,
        /// Why; `-` reads it from standard input.
        #[arg(long)]
        reason: String,
    },
    /// Change the severity of an incident.
    #[command(after_help = "Example:\n  meridian incident severity 4 SEV1 --reason 'the cut-off is in danger'")]
    Severity {
        /// Its number, such as 4 or INC-4.
        #[arg(value_parser = parse::incident)]
        incident: u64,
        /// SEV1 to SEV5.
        #[arg(value_parser = parse::severity)]
        severity: Severity,
        /// Why; `-` reads it from standard input.
        #[arg(long)]
        reason: String,
    },
    /// Resolve incidents.
    #[command(after_help = "Example:\n  meridian incident resolve 4 --reason 'the queue is empty again'")]
    Resolve {
        /// Their numbers, such as 4 or INC-4.
        #[arg(required = true, value_name = "INCIDENT", value_parser = parse::incident)]
        incidents: Vec<u64>,
        /// Why; `-` reads it from standard input.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum AlertCommand {
    /// List alerts that fire.
    #[command(
        after_help = "Examples:\n  meridian alert list\n  meridian alert list severity=critical 'site=~\"nyc|ldn\"'\n  \
                            meridian alert list --state suppressed"
    )]
    List {
        /// Alertmanager's matchers, such as severity=critical; all must fit.
        #[arg(value_name = "MATCHER", value_parser = parse::matcher)]
        matchers: Vec<String>,
        /// active, suppressed or unprocessed.
        #[arg(long, value_parser = parse::alert_state)]
        state: Option<AlertState>,
        /// Only those that go to this escalation.
        #[arg(long, value_name = "NAME")]
        receiver: Option<Name>,
        #[command(flatten)]
        part: Part,
    },
}

#[derive(Debug, Subcommand)]
pub enum SilenceCommand {
    /// List silences that are pending or active, and those that ended within five days.
    #[command(after_help = "Example:\n  meridian silence list --state active")]
    List {
        /// pending, active or expired.
        #[arg(long, value_parser = parse::silence_state)]
        state: Option<SilenceState>,
        #[command(flatten)]
        part: Part,
    },
    /// Set a silence: alerts that fit page nobody meanwhile.
    #[command(
        after_help = "Examples:\n  meridian silence add alertname=QueueStuck site=london --for 2h --comment 'CHG-2288'\n  \
                            meridian silence add 'service=~\"dtc.*\"' --for 4h --comment 'migration' --dry-run"
    )]
    Add {
        /// Alertmanager's matchers, such as severity=critical; all must fit.
        #[arg(required = true, value_name = "MATCHER", value_parser = parse::matcher)]
        matchers: Vec<String>,
        #[command(flatten)]
        end: End,
        /// When it begins, as RFC 3339; now, if absent.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        from: Option<Instant>,
        /// Why; `-` reads it from standard input.
        #[arg(long)]
        comment: String,
        /// Who sets it; the token's name, if absent.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Set nothing: list the alerts that fire now and would fall silent.
        #[arg(long)]
        dry_run: bool,
    },
    /// End silences now.
    #[command(after_help = "Example:\n  meridian silence list --state active --quiet | xargs meridian silence expire")]
    Expire {
        /// Their ids, from `silence list`.
        #[arg(required = true, value_name = "ID")]
        silences: Vec<String>,
    },
}

/// When something ends.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct End {
    /// How long, such as 90m, 2h or 1d12h.
    #[arg(long = "for", value_name = "DURATION", value_parser = parse::duration)]
    pub lasting: Option<jiff::SignedDuration>,
    /// Until when, as RFC 3339.
    #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
    pub until: Option<Instant>,
}

#[derive(Debug, Subcommand)]
pub enum PageCommand {
    /// List pages, newest first; 50 unless --limit says otherwise.
    #[command(
        after_help = "Examples:\n  meridian page list --incident 4\n  meridian page list --person wen --limit 10"
    )]
    List {
        /// Only those about this incident.
        #[arg(long, value_name = "INCIDENT", value_parser = parse::incident)]
        incident: Option<u64>,
        /// Only those to this person.
        #[arg(long)]
        person: Option<Name>,
        #[command(flatten)]
        part: Part,
    },
    /// Pass a page on, "I cannot": the next step follows at once.
    #[command(after_help = "Example:\n  meridian page pass 36 --by wen")]
    Pass {
        /// Its number.
        #[arg(value_parser = parse::page)]
        page: u64,
        /// The person who cannot; whoever asks, if absent.
        #[arg(long, value_name = "PERSON")]
        by: Option<Name>,
    },
}

#[derive(Debug, Subcommand)]
pub enum OverrideCommand {
    /// List the overrides of a rota; those of the estate's files have no number.
    #[command(after_help = "Example:\n  meridian override list payments")]
    List {
        /// The name of the rota.
        rota: Name,
    },
    /// Have somebody stand in.
    #[command(after_help = "Examples:\n  meridian override add payments --with mei --replace wen --for 4h\n  \
                            meridian override add payments --with mei --from 2026-12-24T22:00Z --for 48h")]
    Add {
        /// The name of the rota.
        rota: Name,
        /// Who is on watch.
        #[arg(long, value_name = "PERSON")]
        with: Name,
        /// Who is not, meanwhile; if absent, both are.
        #[arg(long, value_name = "PERSON")]
        replace: Option<Name>,
        /// Only in this layer.
        #[arg(long)]
        layer: Option<String>,
        /// When it begins, as RFC 3339; now, if absent.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        from: Option<Instant>,
        #[command(flatten)]
        end: End,
    },
    /// Take an override back that is not over.
    #[command(after_help = "Example:\n  meridian override remove payments 7")]
    Remove {
        /// The name of the rota.
        rota: Name,
        /// Its number in `override list`.
        id: u64,
    },
}
