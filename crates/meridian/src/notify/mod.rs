//! How Meridian reaches people: mail, signed webhook, Slack, ntfy, SMS and voice.
//!
//! A [`Message`] about an incident and a [`Letter`] about changes of who is on watch are independent of the world; the
//! notifier builds them from the world, a [`Sender`] renders it for the
//! way and carries it, and what came of it is an [`Outcome`](meridian_core::command::Outcome). What this module does
//! *not* do: it decides nothing (who, when, whether again: that is core's), records nothing, knows no time, retries nothing.
//!
//! Everything in a message that came from outside is hostile until escaped, and each way escapes for itself.

pub mod letter;
pub mod link;
pub mod message;
pub mod policy;
pub mod secret;
pub mod sender;
pub mod when;

mod carried;
pub(crate) mod http;
mod mail;
mod mail_html;
mod mail_text;
mod ntfy;
mod phone;
pub(crate) mod roots;
mod slack;
mod smtp;
mod text;
mod webhook;

#[cfg(test)]
mod tests;

pub use carried::Carried;
pub use letter::{Letter, LetterItem};
pub use message::{AlertLine, IncidentStatus, IncidentSummary, Kind, Message, Next, Recipient};
pub use phone::verify_twilio;
pub use policy::OutboundPolicy;
pub use secret::{Secret, SecretError, Secrets};
pub use sender::Sender;
pub use webhook::{WebhookKey, standard_signature};
