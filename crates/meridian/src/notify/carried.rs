//! What a sender carries: a message about an incident, or a letter about changes, each rendered for every way.

use lettre::{Address, message::Mailbox};
use meridian_core::Instant;
use serde_json::Value;

use super::{Letter, Message, Recipient, mail, ntfy, phone, slack, webhook};

/// Something for one person, that any way can carry.
pub trait Carried: Send + Sync {
    fn key(&self) -> &str;
    fn to(&self) -> &Recipient;
    /// The instant of this attempt.
    fn at(&self) -> Instant;
    fn mail(&self, from: Mailbox, to: Address, domain: &str) -> Result<lettre::Message, String>;
    fn sms(&self) -> String;
    fn twiml(&self) -> String;
    fn webhook(&self) -> Value;
    fn slack(&self) -> Value;
    fn ntfy(&self, topic: &str) -> Value;
}

impl Carried for Message {
    fn key(&self) -> &str {
        &self.key
    }
    fn to(&self) -> &Recipient {
        &self.to
    }
    fn at(&self) -> Instant {
        self.at
    }
    fn mail(&self, from: Mailbox, to: Address, domain: &str) -> Result<lettre::Message, String> {
        mail::build(self, from, to, domain)
    }
    fn sms(&self) -> String {
        phone::sms(self)
    }
    fn twiml(&self) -> String {
        phone::twiml(self)
    }
    fn webhook(&self) -> Value {
        webhook::body(self)
    }
    fn slack(&self) -> Value {
        slack::body(self)
    }
    fn ntfy(&self, topic: &str) -> Value {
        ntfy::body(self, topic)
    }
}

impl Carried for Letter {
    fn key(&self) -> &str {
        &self.key
    }
    fn to(&self) -> &Recipient {
        &self.to
    }
    fn at(&self) -> Instant {
        self.at
    }
    fn mail(&self, from: Mailbox, to: Address, domain: &str) -> Result<lettre::Message, String> {
        mail::letter(self, from, to, domain)
    }
    fn sms(&self) -> String {
        Letter::sms(self)
    }
    fn twiml(&self) -> String {
        phone::said_twice(&self.spoken())
    }
    fn webhook(&self) -> Value {
        Letter::webhook(self)
    }
    fn slack(&self) -> Value {
        slack::letter(self)
    }
    fn ntfy(&self, topic: &str) -> Value {
        Letter::ntfy(self, topic)
    }
}
