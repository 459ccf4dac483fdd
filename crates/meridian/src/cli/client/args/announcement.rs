//! What the commands about announcements take.

use clap::{Args, Subcommand};
use meridian_core::{
    Instant,
    announcement::{AnnouncedKind, AnnouncementState},
    id::Name,
};

use super::{End, Part};
use crate::cli::client::parse;

/// What is announced.
#[derive(Clone, Debug, Args)]
pub struct What {
    /// In a few words.
    pub title: String,
    /// work (a change, a maintenance), freeze or event.
    #[arg(long, default_value = "work", value_parser = parse::announced_kind)]
    pub kind: AnnouncedKind,
    /// When it begins, as RFC 3339; now, if absent.
    #[arg(long, value_name = "INSTANT", value_parser = parse::instant)]
    pub from: Option<Instant>,
    #[command(flatten)]
    pub end: End,
    /// A rota that it concerns; may come more than once. Every rota, if absent.
    #[arg(long = "rota", value_name = "ROTA")]
    pub rotas: Vec<Name>,
    /// Who does it, or can be asked.
    #[arg(long, value_name = "PERSON")]
    pub owner: Option<Name>,
    /// What is done if it goes wrong.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub if_wrong: String,
    /// What others know it by, such as CHG-2291.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub reference: String,
    /// Where more stands, such as https://changes.example.com/CHG-2291.
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub link: String,
}

#[derive(Debug, Subcommand)]
pub enum AnnouncementCommand {
    /// List what is announced, newest first.
    #[command(after_help = "Examples:\n  meridian announcement list --state under_way\n  \
                            meridian announcement list --rota payments --kind freeze")]
    List {
        /// ahead, under_way, over or withdrawn.
        #[arg(long, value_parser = parse::announcement_state)]
        state: Option<AnnouncementState>,
        /// work, freeze or event.
        #[arg(long, value_parser = parse::announced_kind)]
        kind: Option<AnnouncedKind>,
        /// Only what concerns this rota.
        #[arg(long)]
        rota: Option<Name>,
        #[command(flatten)]
        part: Part,
    },
    /// Announce something. It stands in the day, and in the brief of each watch that it touches.
    #[command(
        after_help = "Examples:\n  meridian announcement add 'fw-2 rules' --reference CHG-2291 --for 2h --owner mei\n  \
                            meridian announcement add 'Rate decision' --kind freeze --from 2026-12-16T13:30Z --for 6h"
    )]
    Add(Box<What>),
    /// Change all of an announcement that is not over.
    #[command(after_help = "Example:\n  meridian announcement change 3 'fw-2 rules' --from 2026-12-01T19:00Z --for 2h")]
    Change {
        /// Its number in `announcement list`.
        announcement: u64,
        #[command(flatten)]
        what: Box<What>,
    },
    /// Call an announcement off; one that is under way ends.
    #[command(after_help = "Example:\n  meridian announcement withdraw 3 --reason 'the vendor is late'")]
    Withdraw {
        /// Its number in `announcement list`.
        announcement: u64,
        /// Why.
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
}
