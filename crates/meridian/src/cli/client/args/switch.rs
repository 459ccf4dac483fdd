//! What the commands about switches from route to route take.

use clap::Subcommand;
use meridian_core::{Instant, id::Name, switch::Fate};

use super::Part;
use crate::cli::client::parse;

#[derive(Debug, Subcommand)]
pub enum SwitchCommand {
    /// List switches, newest first.
    #[command(after_help = "Example:\n  meridian switch list --state open")]
    List {
        /// Only of this chain.
        #[arg(long)]
        chain: Option<Name>,
        /// open or over.
        #[arg(long)]
        state: Option<String>,
        #[command(flatten)]
        part: Part,
    },
    /// Show a switch with its checklist.
    Show {
        /// Its number.
        switch: u64,
    },
    /// Begin to switch a chain to another route: the cut is fixed now, and nothing is closed yet.
    #[command(
        after_help = "Example:\n  meridian switch begin usd-fedwire --to b --reason 'fw-2 drops every second session'"
    )]
    Begin {
        /// The chain.
        chain: Name,
        /// The route that is taken.
        #[arg(long)]
        to: Name,
        /// The route that is left; the only other one, if absent.
        #[arg(long)]
        from: Option<Name>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// The incident that it belongs to; that of a breach of the chain, if absent.
        #[arg(long, value_parser = parse::incident)]
        incident: Option<u64>,
    },
    /// Close the old route: by the estate's actions, or say with --note how people did it.
    #[command(after_help = "Examples:\n  meridian switch fence 7 --dry-run\n  meridian switch fence 7")]
    Fence {
        /// Its number.
        switch: u64,
        /// Rehearse: nothing is closed.
        #[arg(long, conflicts_with = "note")]
        dry_run: bool,
        /// How it was closed, and how you know.
        #[arg(long)]
        note: Option<String>,
    },
    /// Write down the last numbers that the sender gave.
    #[command(after_help = "Example:\n  meridian switch counters 7 cust-1=17138 bank-1=9120")]
    Counters {
        /// Its number.
        switch: u64,
        /// A lane and its last number.
        #[arg(required = true, value_name = "LANE=LAST", value_parser = counter)]
        counters: Vec<(String, u64)>,
    },
    /// Wait no longer for late confirmations.
    Drain {
        /// Its number.
        switch: u64,
    },
    /// Say of every message of the cut what is proven.
    Partition {
        /// Its number.
        switch: u64,
    },
    /// Write down that the authority was asked.
    #[command(after_help = "Example:\n  meridian switch ask 7 --whom 'Federal Reserve' --promised 2026-11-23T23:30Z")]
    Ask {
        /// Its number.
        switch: u64,
        /// Who was asked.
        #[arg(long)]
        whom: String,
        /// By when they promised to answer, as RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        promised: Option<Instant>,
        /// Over which way, and what was asked.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Write down what the authority says of messages.
    #[command(after_help = "Example:\n  meridian switch answer 7 --fate received IMAD-2 IMAD-9")]
    Answer {
        /// Its number.
        switch: u64,
        /// received, rejected or not_received.
        #[arg(long, value_parser = |text: &str| text.parse::<Fate>())]
        fate: Fate,
        /// Business keys, or LANE/NUMBER.
        #[arg(required = true, value_name = "MESSAGE")]
        messages: Vec<String>,
        /// How they answered.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Send messages over another rail although nobody knows whether they arrived; two people have to say so.
    Release {
        /// Its number.
        switch: u64,
        /// Business keys, or LANE/NUMBER.
        #[arg(required = true, value_name = "MESSAGE")]
        messages: Vec<String>,
        /// On what grounds.
        #[arg(long)]
        note: String,
    },
    /// Fix the list of what waits, open the new route and send; or say with --note how people sent it.
    Replay {
        /// Its number.
        switch: u64,
        /// Rehearse: nothing is opened, nothing is sent.
        #[arg(long, conflicts_with_all = ["again", "note"])]
        dry_run: bool,
        /// An action failed: try it again.
        #[arg(long, conflicts_with = "note")]
        again: bool,
        /// How the list was sent.
        #[arg(long)]
        note: Option<String>,
    },
    /// Say how the lanes are numbered from now on; without lanes the numbers go on.
    #[command(after_help = "Example:\n  meridian switch epoch 7 cust-1:17138:cust-1/42:1")]
    Epoch {
        /// Its number.
        switch: u64,
        /// A lane, its last number, its name from now on, and its first number.
        #[arg(value_name = "LANE:LAST:TO:FIRST", value_parser = lane)]
        lanes: Vec<Lane>,
    },
    /// Close the account and sign it.
    Reconcile {
        /// Its number.
        switch: u64,
    },
    /// Call a switch off.
    CallOff {
        /// Its number.
        switch: u64,
        /// Why, and what becomes of what waits.
        #[arg(long)]
        reason: String,
    },
    /// Say that an action was done that failed, or of which nobody knows.
    Done {
        /// Its number.
        switch: u64,
        /// Its number in `switch show`.
        run: u64,
        /// How you know.
        #[arg(long)]
        note: String,
    },
    /// Print a list: of the messages, of the replay, or of what became of each.
    #[command(
        after_help = "Examples:\n  meridian switch messages 7 --set in_doubt --format csv > doubt.csv\n  meridian switch messages 7 --of replay"
    )]
    Messages {
        /// Its number.
        switch: u64,
        /// messages (as they were at the partition), replay, or account.
        #[arg(long, default_value = "messages", value_parser = ["messages", "replay", "account"])]
        of: String,
        /// confirmed, rejected, cancelled, never_left or in_doubt.
        #[arg(long)]
        set: Option<String>,
        /// ndjson or csv.
        #[arg(long, default_value = "ndjson")]
        format: String,
    },
}

/// How a lane is numbered from now on.
#[derive(Clone, Debug)]
pub struct Lane {
    pub lane: String,
    pub last: u64,
    pub to: String,
    pub first: u64,
}

fn counter(text: &str) -> Result<(String, u64), String> {
    let (lane, last) = text.rsplit_once('=').ok_or("is not LANE=LAST")?;
    Ok((lane.to_owned(), last.parse().map_err(|_| format!("`{last}` is no number"))?))
}

fn lane(text: &str) -> Result<Lane, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [lane, last, to, first] = parts[..] else { return Err("is not LANE:LAST:TO:FIRST".to_owned()) };
    let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
    Ok(Lane { lane: lane.to_owned(), last: number(last)?, to: to.to_owned(), first: number(first)? })
}
