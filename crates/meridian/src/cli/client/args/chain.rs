//! What the commands about the chains of a server take.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use meridian_core::{finding::Side, id::Name};

use super::{Flags, Part};
use crate::cli::client::parse;

#[derive(Debug, Subcommand)]
pub enum ChainCommand {
    /// List the chains of a server: how each is, what is held, how old the oldest is, how fast it flows.
    #[command(
        after_help = "Examples:\n  meridian chain list\n  meridian chain list --json | jq '.items[] | select(.state != \"flows\")'"
    )]
    List(Flags),
    /// Tell where the fault is: what explains the missing messages of all chains best, and where to look next.
    ///
    /// The server answers; with --data what its journal and its checkpoint log say up to their end, also while it runs.
    #[command(
        after_help = "Examples:\n  meridian chain where\n  meridian chain where --data data\n  meridian chain where --json | jq '.explanations[0]'"
    )]
    Where(Where),
    /// Record what was seen by hand: whether messages that go missing are seen at a place of a chain.
    #[command(
        after_help = "Examples:\n  meridian chain found usd-fedwire mq-gateway --side exit --seen --note 'tcpdump on eth1'\n  meridian chain found usd-fedwire fw-2 --side entrance --not-seen --by wen"
    )]
    Found(Box<FoundHere>),
    /// List what was found by hand, newest first.
    #[command(after_help = "Example:\n  meridian chain findings --state counts")]
    Findings {
        #[command(flatten)]
        flags: Flags,
        /// counts, replaced, withdrawn or over.
        #[arg(long)]
        state: Option<String>,
        /// Only of this incident.
        #[arg(long, value_parser = parse::incident)]
        incident: Option<u64>,
        #[command(flatten)]
        part: Part,
    },
    /// Take a finding back: it counts no more.
    #[command(after_help = "Example:\n  meridian chain withdraw 3 --reason 'the wrong interface'")]
    Withdraw {
        #[command(flatten)]
        flags: Flags,
        /// Its number in `chain findings`.
        finding: u64,
        /// Why.
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub struct Where {
    #[command(flatten)]
    pub flags: Flags,
    /// The directory with a server's data, asked instead of a server.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = false, args = ["seen", "not_seen"])]
pub struct FoundHere {
    #[command(flatten)]
    pub flags: Flags,
    /// The chain whose messages go missing.
    pub chain: Name,
    /// The hop where somebody looked.
    pub hop: Name,
    /// entrance (they arrive there), at (the hop has them) or exit (it has sent them).
    #[arg(long, default_value = "at", value_parser = |text: &str| text.parse::<Side>())]
    pub side: Side,
    /// They were seen there.
    #[arg(long)]
    pub seen: bool,
    /// They were not seen there.
    #[arg(long)]
    pub not_seen: bool,
    /// How it was looked, or what else was seen.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub note: String,
    /// The person who looked; whoever asks, if absent.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<Name>,
    /// The incident that it belongs to; that of the chain's fault, if absent.
    #[arg(long, value_parser = parse::incident)]
    pub incident: Option<u64>,
}

impl ChainCommand {
    pub fn flags(&self) -> &Flags {
        match self {
            ChainCommand::List(flags) | ChainCommand::Findings { flags, .. } | ChainCommand::Withdraw { flags, .. } => {
                flags
            }
            ChainCommand::Where(asked) => &asked.flags,
            ChainCommand::Found(found) => &found.flags,
        }
    }
}
