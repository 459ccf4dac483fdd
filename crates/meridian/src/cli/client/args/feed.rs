//! `meridian feed`.

use clap::Subcommand;
use meridian_core::feed::FeedOf;

#[derive(Debug, Subcommand)]
pub enum FeedCommand {
    /// List the calendar feeds that you may revoke; never their addresses.
    List,
    /// Make a calendar feed; its address is printed once, alone on standard output.
    ///
    /// Whoever has the address reads the feed, until it is revoked. Some calendars read it only every 8 to 24 hours.
    #[command(after_help = "Examples:\n  meridian feed create rota/payments\n  meridian feed create person/wen")]
    Create {
        /// person/NAME, rota/NAME or team/NAME.
        of: FeedOf,
    },
    /// Revoke calendar feeds: whoever reads them finds nothing any more.
    #[command(after_help = "Example:\n  meridian feed revoke 3")]
    Revoke {
        /// Their numbers in `feed list`.
        #[arg(required = true, value_name = "FEED")]
        feeds: Vec<u64>,
    },
}
