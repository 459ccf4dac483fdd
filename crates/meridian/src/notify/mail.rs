//! The mail itself: headers, threading, and both bodies.
//!
//! Headers are set through typed values that encode, and every text in them was made one line before; a line end in a
//! title can't begin a header of its own.

use lettre::{
    Address,
    message::{
        Mailbox, MessageBuilder, MultiPart, MultiPartKind, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};

use super::{Letter, mail_html, mail_text, message::Message, text::one_line};

/// Builds the mail. `domain` is the right side of its `Message-ID`.
pub fn build(m: &Message, from: Mailbox, to: Address, domain: &str) -> Result<lettre::Message, String> {
    let (text, html) = (mail_text::render(m), mail_html::render(m));
    let thread = format!("inc-{}.{}", m.incident.number, m.to.person);
    let head = Head {
        key: &m.key,
        name: &m.to.display_name,
        at: m.at,
        subject: m.headline(180),
        thread,
        important: m.kind.is_page(),
    };
    head.build(from, to, domain, text, html)
}

pub fn letter(m: &Letter, from: Mailbox, to: Address, domain: &str) -> Result<lettre::Message, String> {
    let about = m.items.first().map_or(0, |item| item.change);
    let thread = format!("change-{about}.{}", m.to.person);
    let head =
        Head { key: &m.key, name: &m.to.display_name, at: m.at, subject: m.subject(180), thread, important: m.urgent };
    head.build(from, to, domain, m.mail_text(), mail_html::letter(m))
}

/// What stands above both bodies.
struct Head<'a> {
    key: &'a str,
    name: &'a str,
    at: meridian_core::Instant,
    subject: String,
    thread: String,
    important: bool,
}

impl Head<'_> {
    fn build(
        &self,
        from: Mailbox,
        to: Address,
        domain: &str,
        text: String,
        html: String,
    ) -> Result<lettre::Message, String> {
        let to = Mailbox::new(Some(one_line(self.name, 80)).filter(|name| !name.is_empty()), to);
        // All mails about one thing to one person hang below this id, though no mail has it: so the thread holds even
        // when the first mail was lost or a later one overtook it.
        let thread = message_id(&self.thread, domain);
        let mail = MessageBuilder::new()
            .from(from)
            .to(to)
            .date(self.at.into())
            .subject(self.subject.clone())
            .message_id(Some(message_id(self.key, domain)))
            .in_reply_to(thread.clone())
            .references(thread)
            .header(AutoSubmitted)
            .header(MeridianKey(one_line(self.key, 200)))
            .header(Importance(self.important));
        let bodies = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(digest(self.key))
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text))
            .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html));
        mail.multipart(bodies).map_err(|e| e.to_string())
    }
}

/// `<left@domain>`. A key of letters, digits and `.-_` stays as it is; any other is hashed, so that two stay two.
fn message_id(left: &str, domain: &str) -> String {
    let plain = (1..=64).contains(&left.len())
        && left.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if plain { format!("<{left}@{domain}>") } else { format!("<{}@{domain}>", digest(left)) }
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

macro_rules! header {
    ($type:ident, $name:literal, $value:expr) => {
        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }
            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Err("only written, never read".into())
            }
            fn display(&self) -> HeaderValue {
                let value: fn(&$type) -> String = $value;
                HeaderValue::new(Self::name(), value(self))
            }
        }
    };
}

/// Holidays' auto-replies must not answer.
#[derive(Clone)]
struct AutoSubmitted;
header!(AutoSubmitted, "Auto-Submitted", |_| "auto-generated".to_owned());

#[derive(Clone)]
struct MeridianKey(String);
header!(MeridianKey, "X-Meridian-Key", |key| key.0.clone());

/// A page is important; what merely tells is not.
#[derive(Clone)]
struct Importance(bool);
header!(Importance, "Importance", |high| if high.0 { "high" } else { "normal" }.to_owned());
