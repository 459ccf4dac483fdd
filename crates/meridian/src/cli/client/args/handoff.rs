//! What the commands about handoffs take.

use clap::{Args, Subcommand};
use meridian_core::{
    Instant,
    handoff::{Missing, Only, Removed, Standing},
    id::Name,
};

use super::{super::parse, Part};

/// Which item, and in whose name.
#[derive(Clone, Debug, Args)]
pub struct About {
    /// The handoff's number.
    #[arg(value_parser = parse::handoff)]
    pub handoff: u64,
    /// The item, as `handoff show` names it, such as incident/42.
    pub item: String,
    /// The person who does it; whoever asks, if absent.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<Name>,
}

#[derive(Debug, Subcommand)]
pub enum HandoffCommand {
    /// List handoffs, newest first; 50 unless --limit says otherwise.
    #[command(
        after_help = "Examples:\n  meridian handoff list --standing open\n  meridian handoff list --search fedwire\n  meridian handoff list --from london --only missed"
    )]
    List {
        /// Only those of this rota.
        #[arg(long, value_name = "NAME")]
        rota: Option<Name>,
        /// open, late, accepted or void.
        #[arg(long, value_parser = parse::standing)]
        standing: Option<Standing>,
        /// Words in the title, a person, or anything that was said: items, questions, answers, read-backs, waivers, refusals.
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
        /// On either side, or who accepted.
        #[arg(long, value_name = "PERSON")]
        person: Option<Name>,
        /// The site from which.
        #[arg(long, value_name = "SITE")]
        from: Option<Name>,
        /// The site to which.
        #[arg(long, value_name = "SITE")]
        to: Option<Name>,
        /// Due at or after this, as RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        since: Option<Instant>,
        /// Due before this.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        until: Option<Instant>,
        /// How one that ended went: accepted, on-time, late, emergency, read-back, not-read-back, paged, missed, void.
        #[arg(long, value_name = "HOW")]
        only: Option<Only>,
        #[command(flatten)]
        part: Part,
    },
    /// How well each edge is handed over: punctuality, read-backs and misses.
    #[command(after_help = "Example:\n  meridian handoff figures --from 2026-03-01T00:00Z --until 2026-04-01T00:00Z")]
    Figures {
        /// Only handoffs that were due at or after this, as RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        from: Option<Instant>,
        /// Only those that were due before this.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        until: Option<Instant>,
    },
    /// Show the brief: as it is now, or as it was accepted.
    #[command(after_help = "Example:\n  meridian handoff show 7")]
    Show {
        /// Its number.
        #[arg(value_parser = parse::handoff)]
        handoff: u64,
    },
    /// Add an item of one's own.
    #[command(
        after_help = "Example:\n  meridian handoff note 7 'The bridge is noisy' --owner tom --contingency 'use the channel'"
    )]
    Note {
        /// The handoff's number.
        #[arg(value_parser = parse::handoff)]
        handoff: u64,
        /// In one line; `-` reads it from standard input.
        text: String,
        /// Who owns it: a person of the estate, or words.
        #[arg(long)]
        owner: Option<String>,
        /// If … then …
        #[arg(long)]
        contingency: Option<String>,
        /// The person who adds it; whoever asks, if absent.
        #[arg(long, value_name = "PERSON")]
        by: Option<Name>,
    },
    /// Say more about an item: its owner, its contingency, what the system can't know.
    #[command(
        after_help = "Example:\n  meridian handoff amend 7 incident/42 --contingency 'If not by 20:00, invoke the plan'"
    )]
    Amend {
        #[command(flatten)]
        about: About,
        /// unstable, watcher or stable.
        #[arg(long)]
        severity: Option<String>,
        /// A person of the estate, or words.
        #[arg(long)]
        owner: Option<String>,
        /// If … then …
        #[arg(long)]
        contingency: Option<String>,
        /// What the system can't know; `-` reads it from standard input.
        #[arg(long)]
        note: Option<String>,
        /// Take back what was said: severity, owner, contingency or note; more than once for more than one.
        #[arg(long, value_name = "WHAT", value_parser = parse::removed)]
        remove: Vec<Removed>,
        /// A note that is done leaves the brief.
        #[arg(long)]
        done: bool,
    },
    /// Add an action to an item; change one, or say that it is over, by its number.
    #[command(
        after_help = "Examples:\n  meridian handoff action 7 incident/42 'capture outside' --owner network\n  meridian handoff action 7 incident/42 --number 1 --over"
    )]
    Action {
        #[command(flatten)]
        about: About,
        /// What is to be done; `-` reads it from standard input.
        #[arg(required_unless_present = "over", conflicts_with = "over")]
        text: Option<String>,
        /// By whom: a person of the estate, or words.
        #[arg(long, required_unless_present = "over")]
        owner: Option<String>,
        /// By when, as RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        due: Option<Instant>,
        /// Which one of those that people added, as `handoff show` numbers them.
        #[arg(long)]
        number: Option<u32>,
        /// It is done, or not needed any more.
        #[arg(long, requires = "number")]
        over: bool,
    },
    /// Show the brief and say that it was read: acceptance comes after.
    #[command(after_help = "Example:\n  meridian handoff read 7 --by oliver")]
    Read {
        /// The handoff's number.
        #[arg(value_parser = parse::handoff)]
        handoff: u64,
        /// The person who reads it; whoever asks, if absent.
        #[arg(long, value_name = "PERSON")]
        by: Option<Name>,
    },
    /// Ask about an item.
    #[command(after_help = "Example:\n  meridian handoff ask 7 incident/42 'same host both times?'")]
    Ask {
        #[command(flatten)]
        about: About,
        /// The question; `-` reads it from standard input.
        text: String,
    },
    /// Answer a question.
    #[command(after_help = "Example:\n  meridian handoff answer 7 incident/42 1 'yes, tap-ldn-3'")]
    Answer {
        #[command(flatten)]
        about: About,
        /// The number of the question on the item.
        question: u32,
        /// The answer; `-` reads it from standard input.
        text: String,
    },
    /// Read an item back in one's own words, with what comes next and when.
    #[command(
        after_help = "Example:\n  meridian handoff read-back 7 incident/42 'I watch' --next 'the capture' --at 2026-03-17T18:25Z"
    )]
    ReadBack {
        #[command(flatten)]
        about: About,
        /// What it is, and what would change it; `-` reads it from standard input.
        words: String,
        /// What comes next.
        #[arg(long, value_name = "WORDS")]
        next: Option<String>,
        /// When that is, as RFC 3339.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        at: Option<Instant>,
    },
    /// Let an item go without an owner or a contingency.
    #[command(after_help = "Example:\n  meridian handoff waive 7 note/1 contingency --reason 'nothing can go wrong'")]
    Waive {
        #[command(flatten)]
        about: About,
        /// owner or contingency.
        #[arg(value_parser = parse::missing)]
        what: Missing,
        /// Why; `-` reads it from standard input.
        #[arg(long)]
        reason: String,
    },
    /// Take the watch.
    #[command(
        after_help = "Examples:\n  meridian handoff accept 7 --by oliver\n  meridian handoff accept 7 --emergency"
    )]
    Accept {
        /// The handoff's number.
        #[arg(value_parser = parse::handoff)]
        handoff: u64,
        /// In one action, whatever stands before it; it is marked as such.
        #[arg(long)]
        emergency: bool,
        /// The person who takes it; whoever asks, if absent.
        #[arg(long, value_name = "PERSON")]
        by: Option<Name>,
    },
    /// Refuse it for now: the outgoing stay responsible.
    #[command(after_help = "Example:\n  meridian handoff refuse 7 --reason 'the bridge is down'")]
    Refuse {
        /// The handoff's number.
        #[arg(value_parser = parse::handoff)]
        handoff: u64,
        /// Why; `-` reads it from standard input.
        #[arg(long)]
        reason: String,
        /// The person who refuses; whoever asks, if absent.
        #[arg(long, value_name = "PERSON")]
        by: Option<Name>,
    },
}
