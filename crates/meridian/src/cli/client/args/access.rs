//! `meridian account` and `meridian token`.

use clap::Subcommand;
use meridian_core::{
    access::{AccountRole, Scope},
    id::Name,
};

use super::super::parse;

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// List accounts, with who they are, what they may and when they last logged in.
    List,
    /// Make an account, and print the one-time link by which whoever gets it chooses the password.
    #[command(after_help = "Example:\n  meridian account add wen --name 'Wen Li' --role responder --person wen")]
    Add {
        /// With what one logs in: 1 to 63 of a-z, 0-9 and -.
        account: Name,
        /// As others read it; the account, if absent.
        #[arg(long)]
        name: Option<String>,
        /// viewer, responder or admin.
        #[arg(long, default_value = "viewer", value_parser = parse::role)]
        role: AccountRole,
        /// The person of the estate that this account is.
        #[arg(long)]
        person: Option<Name>,
    },
    /// Print a new one-time link, for who lost the link or the password.
    #[command(after_help = "Example:\n  meridian account link wen")]
    Link {
        /// Its name.
        account: Name,
    },
    /// Set a password: asked for at a terminal, else the first line of standard input.
    ///
    /// It is known to whoever set it, too: `account link` is better where the person can open a link.
    #[command(after_help = "Examples:\n  meridian account password wen\n  \
                            pwgen 24 1 | meridian account password robot")]
    Password {
        /// Its name.
        account: Name,
    },
    /// Change what an account may.
    #[command(after_help = "Example:\n  meridian account role wen admin")]
    Role {
        /// Its name.
        account: Name,
        /// viewer, responder or admin.
        #[arg(value_parser = parse::role)]
        role: AccountRole,
    },
    /// Disable accounts: no login, and the tokens that they made open nothing until they are enabled.
    #[command(after_help = "Example:\n  meridian account disable wen")]
    Disable {
        /// Their names.
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Name>,
    },
    /// Enable accounts again.
    #[command(after_help = "Example:\n  meridian account enable wen")]
    Enable {
        /// Their names.
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Name>,
    },
    /// Log every browser of accounts out.
    #[command(after_help = "Example:\n  meridian account logout wen")]
    Logout {
        /// Their names.
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Name>,
    },
    /// Remove accounts for good; the tokens that they made are revoked.
    #[command(after_help = "Example:\n  meridian account remove wen")]
    Remove {
        /// Their names.
        #[arg(required = true, value_name = "ACCOUNT")]
        accounts: Vec<Name>,
    },
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List API tokens; never their secrets.
    List,
    /// Make an API token; its secret is printed once, alone on standard output.
    #[command(
        after_help = "Example:\n  (umask 077; meridian token create laptop --scope respond > ~/.config/meridian/token)"
    )]
    Create {
        /// How the token is called, in lists and in the journal.
        name: Name,
        /// read, ingest, respond or admin; may be repeated.
        #[arg(long = "scope", required = true, value_delimiter = ',', value_parser = parse::scope)]
        scopes: Vec<Scope>,
        /// In whole days, such as 90d; it does not expire, if absent.
        #[arg(long, value_name = "DURATION", value_parser = parse::days)]
        expires_in: Option<u32>,
    },
    /// Revoke API tokens: they open nothing any more.
    #[command(after_help = "Example:\n  meridian token revoke laptop")]
    Revoke {
        /// Their names.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<Name>,
    },
}
