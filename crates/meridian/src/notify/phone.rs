//! What a telephone shows or says: the text of an SMS, and the TwiML of a call.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{
    message::{Kind, Message},
    text::{one_line, web_url},
};

/// Two messages of an ordinary phone plan; more costs more and arrives in pieces.
const SMS_CHARS_MAX: usize = 320;

/// The link stands whole; the title gives way to it.
pub fn sms(m: &Message) -> String {
    let (verb, url) = match &m.acknowledge_url {
        Some(url) if m.kind.is_page() => ("Ack", url),
        _ => ("See", &m.incident_url),
    };
    let url = web_url(url).filter(|url| url.len() <= 220);
    let tail = url.map(|url| format!(" {verb}: {url}")).unwrap_or_default();
    let room = SMS_CHARS_MAX - tail.chars().count();
    let headline = m.headline(room.min(160));
    let rest = room.saturating_sub(headline.chars().count());
    let since = format!(". Since {}.", m.when(m.incident.since));
    let since = if since.chars().count() <= rest { since } else { String::new() };
    let next = m.without_you().map(|text| format!(" {text}")).unwrap_or_default();
    let next = if since.chars().count() + next.chars().count() <= rest { next } else { String::new() };
    format!("{headline}{since}{next}{tail}")
}

/// What a call says, twice: who half sleeps misses the first. With a keypad URL, 1 acknowledges and 2 passes on.
pub fn twiml(m: &Message) -> String {
    let said = escape(&spoken(m));
    let once = format!("<Say language=\"en-GB\">{said}</Say>");
    let Some(url) = m.keypad_url.as_deref().and_then(web_url).filter(|_| m.kind.is_page()) else {
        return said_twice(&spoken(m));
    };
    let url = escape(&url);
    let ask = "<Say language=\"en-GB\">Press 1 to acknowledge. Press 2 if you cannot, to pass it on.</Say>";
    let gather = format!(
        "<Gather input=\"dtmf\" numDigits=\"1\" timeout=\"8\" method=\"POST\" action=\"{url}\">{once}{ask}</Gather>"
    );
    format!(
        "<Response>{gather}{gather}<Say language=\"en-GB\">Nothing was pressed. Nothing is acknowledged.</Say></Response>"
    )
}

/// What is only told.
pub fn said_twice(text: &str) -> String {
    let once = format!("<Say language=\"en-GB\">{}</Say>", escape(text));
    format!("<Response>{once}<Pause length=\"1\"/>{once}</Response>")
}

fn spoken(m: &Message) -> String {
    let drill = if m.drill { "This is a drill. " } else { "" };
    let kind = match m.kind {
        Kind::Page { .. } => "Meridian pages you.",
        Kind::Update { .. } => "An update from Meridian.",
        Kind::Reminder => "A reminder from Meridian.",
        Kind::Resolved => "Meridian: resolved.",
    };
    let severity = m.incident.severity.word().trim_start_matches("SEV");
    // Dashes and underlines are read out letter by letter or not at all.
    let title: String = one_line(&m.incident.title, 300).replace(['_', '-', '/', '='], " ");
    let reason = one_line(&m.reason(), 300);
    format!("{drill}{kind} Severity {severity}, incident {}. {title}. {reason}", m.incident.number)
}

/// For text and for attributes. Characters that XML 1.0 can't hold were dropped by `one_line` before.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// Whether `signature` is the `X-Twilio-Signature` of a request to `url` (as Twilio was told it) with this form.
/// Compares in constant time.
pub fn verify_twilio(auth_token: &str, url: &str, form: &BTreeMap<String, String>, signature: &str) -> bool {
    let (Ok(mut mac), Ok(tag)) =
        (Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()), BASE64_STANDARD.decode(signature))
    else {
        return false;
    };
    mac.update(url.as_bytes());
    for (name, value) in form {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    mac.verify_slice(&tag).is_ok()
}
