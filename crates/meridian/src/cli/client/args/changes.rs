//! What the commands that change who is on watch take.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use meridian_core::{Instant, id::Name};

use super::End;
use crate::cli::client::parse;

/// Who answers.
#[derive(Clone, Debug, Args)]
pub struct By {
    /// The person who does it; whoever asks, if absent.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<Name>,
}

/// Whose watch.
#[derive(Clone, Debug, Args)]
pub struct Whose {
    /// The person whose it is; whoever asks, if absent.
    #[arg(long, value_name = "PERSON")]
    pub person: Option<Name>,
}

/// Which part of a watch.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// The name of the rota.
    pub rota: Name,
    /// Only in this layer.
    #[arg(long)]
    pub layer: Option<String>,
    /// When it begins, as RFC 3339; now, if absent.
    #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
    pub from: Option<Instant>,
    #[command(flatten)]
    pub end: End,
}

#[derive(Debug, Subcommand)]
pub enum CoverCommand {
    /// List the requests that somebody can take; `--all`: every change, newest first.
    #[command(after_help = "Examples:\n  meridian cover list\n  meridian cover list --all")]
    List {
        /// Everything that changed who is on watch, newest first.
        #[arg(long)]
        all: bool,
    },
    /// Ask who can take a part of a watch. Until somebody does, it stays whose it is.
    #[command(
        after_help = "Example:\n  meridian cover ask payments --from 2026-12-01T14:00Z --for 4h --reason dentist"
    )]
    Ask {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        whose: Whose,
        /// What those who are asked should know.
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Take what is asked for.
    #[command(after_help = "Example:\n  meridian cover take 12")]
    Take {
        /// Its number in `cover list`.
        change: u64,
        #[command(flatten)]
        by: By,
    },
    /// Say that you can't.
    #[command(after_help = "Example:\n  meridian cover decline 12")]
    Decline {
        /// Its number in `cover list`.
        change: u64,
        #[command(flatten)]
        by: By,
    },
    /// Take a watch of somebody who did not ask for cover.
    #[command(after_help = "Example:\n  meridian cover take-shift payments --of wen --for 2h")]
    TakeShift {
        #[command(flatten)]
        which: Which,
        /// Whose watch it is.
        #[arg(long, value_name = "PERSON")]
        of: Name,
        #[command(flatten)]
        by: By,
        /// What they should know.
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Undo a change; whoever took a watch gives it back so.
    #[command(after_help = "Example:\n  meridian cover undo 12")]
    Undo {
        /// Its number in `cover list --all`.
        change: u64,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Debug, Subcommand)]
pub enum SwapCommand {
    /// List the swaps that wait for somebody.
    #[command(after_help = "Example:\n  meridian swap list")]
    List,
    /// Propose that each takes the other's watch.
    #[command(
        after_help = "Example:\n  meridian swap propose payments --from 2026-12-01T00:00Z --until 2026-12-01T12:00Z \\\n    \
                            --with mei --their-from 2026-12-02T00:00Z --their-until 2026-12-02T12:00Z"
    )]
    Propose {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        whose: Whose,
        /// The other person.
        #[arg(long, value_name = "PERSON")]
        with: Name,
        /// The other's rota; the same, if absent.
        #[arg(long, value_name = "ROTA")]
        their_rota: Option<Name>,
        /// When the other's part begins.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        their_from: Instant,
        /// When it ends.
        #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
        their_until: Instant,
        /// What the other should know.
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Agree to it.
    #[command(after_help = "Example:\n  meridian swap accept 14")]
    Accept {
        /// Its number in `swap list`.
        change: u64,
        #[command(flatten)]
        by: By,
    },
    /// Approve it, as the lead.
    #[command(after_help = "Example:\n  meridian swap approve 14")]
    Approve {
        /// Its number in `swap list`.
        change: u64,
        #[command(flatten)]
        by: By,
    },
    /// Say no to it.
    #[command(after_help = "Example:\n  meridian swap refuse 14 --reason 'I am away then'")]
    Refuse {
        /// Its number in `swap list`.
        change: u64,
        #[command(flatten)]
        by: By,
        /// Why.
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum LeaveCommand {
    /// List who is away, now and later, and the watches that are still theirs.
    #[command(after_help = "Example:\n  meridian leave list --person wen")]
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// Add a leave, and ask for cover for each watch in it.
    #[command(after_help = "Examples:\n  meridian leave add 2026-12-24 2026-12-31 --note holidays\n  \
                            meridian leave add 2026-12-24T12:00Z 2026-12-24T18:00Z --person wen")]
    Add {
        /// The first day by the clock of the person's site, or an instant.
        from: String,
        /// The last day, which belongs to it, or an instant.
        until: String,
        #[command(flatten)]
        whose: Whose,
        /// What others should know.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Take over the leave of a person from an iCalendar file; once more: what changed in it.
    ///
    /// What is new is added, what was moved is moved, and what vanished from the calendar is removed; other leave is left
    /// alone. All of it or nothing: an event that can't be read refuses the file, unless --lenient says that the rest is
    /// wanted.
    #[command(after_help = "Examples:\n  meridian leave import leave.ics --person wen\n  \
                            meridian leave import team.ics --person wen --source team --to 2027-01-01")]
    Import {
        /// The iCalendar file; `-` reads the standard input.
        #[arg(value_hint = clap::ValueHint::FilePath)]
        file: PathBuf,
        #[command(flatten)]
        whose: Whose,
        /// Tells several calendars of one person apart.
        #[arg(long, default_value = "calendar")]
        source: String,
        /// The first day that is read; today, if absent.
        #[arg(long, value_name = "DATE")]
        from: Option<Date>,
        /// The end, which is not read any more; three years after the beginning, if absent.
        #[arg(long, value_name = "DATE")]
        to: Option<Date>,
        /// Import what can be read, and only name what can't.
        #[arg(long)]
        lenient: bool,
    },
    /// Remove a leave, and what was asked for because of it.
    #[command(after_help = "Example:\n  meridian leave remove 15")]
    Remove {
        /// Its number in `leave list`.
        change: u64,
    },
}

#[derive(Debug, Subcommand)]
pub enum SickCommand {
    /// List who is sick.
    #[command(after_help = "Example:\n  meridian sick list")]
    List,
    /// Nobody pages them from now on, and cover is asked for.
    #[command(after_help = "Example:\n  meridian sick report --person wen --for 2d")]
    Report {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        end: End,
        /// What others should know.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// They are back.
    #[command(after_help = "Example:\n  meridian sick end wen")]
    End {
        /// Who is back.
        person: Name,
    },
}
