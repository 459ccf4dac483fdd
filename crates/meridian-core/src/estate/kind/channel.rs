//! Channel: what carries messages to people.

use super::{Document, Field, Making, Node, Shape, Takes, text};
use crate::estate::{
    Carrier, Channel, SmtpTls, Technology,
    form::{EMAIL, OPEN, PHONE, SECRET, SIGNING, URL, has_secret},
    problem::Fault,
};

static SMTP: Shape = Shape::of(
    "Smtp",
    "A mail server that takes our mail.",
    &[
        Field::must("host", text(&OPEN), "its host name or address"),
        Field::may("port", Takes::Whole { min: 1, max: 65_535 }, "its port")
            .or("587; 465 with tls: implicit, 25 with tls: none"),
        Field::must("from", text(&EMAIL), "the sender of our mail"),
        Field::may("username", text(&OPEN), "how Meridian logs in there").or("no login"),
        Field::may("password", text(&SECRET), "with what it logs in"),
        Field::may("tls", Takes::Word(&["none", "starttls", "implicit"]), "how the way there is encrypted")
            .or("starttls"),
    ],
);

static TWILIO: Shape = Shape::of(
    "Twilio",
    "Text messages and calls through Twilio, or what speaks like it.",
    &[
        Field::must("accountSid", text(&OPEN), "the account, AC…"),
        Field::must("authToken", text(&SECRET), "its token"),
        Field::must("from", text(&PHONE), "the number that messages come from"),
        Field::may("baseUrl", text(&URL), "where the service is").or("https://api.twilio.com"),
    ],
);

static NTFY: Shape = Shape::of(
    "Ntfy",
    "Push messages through a server of ntfy.",
    &[
        Field::must("url", text(&URL), "the server, without a topic"),
        Field::may("token", text(&SECRET), "an access token, tk_…"),
    ],
);

static WEBHOOK: Shape = Shape::of(
    "Webhook",
    "POST requests that are signed as Standard Webhooks says.",
    &[Field::must("secret", text(&SIGNING), "what they are signed with")],
);

static SLACK: Shape = Shape::of("Slack", "Incoming webhooks of Slack, or what speaks like it.", &[]);

/// What a channel may be, with the technology that it is.
pub(crate) const CARRIERS: [(&str, Technology); 5] = [
    ("smtp", Technology::Smtp),
    ("twilio", Technology::Twilio),
    ("ntfy", Technology::Ntfy),
    ("webhook", Technology::Webhook),
    ("slack", Technology::Slack),
];

pub(crate) static CHANNEL: Shape = Shape::of(
    "Channel",
    "What carries messages to people: exactly one of the technologies.",
    &[
        Field::may("smtp", Takes::Map(&SMTP), "mail"),
        Field::may("twilio", Takes::Map(&TWILIO), "text messages and calls"),
        Field::may("ntfy", Takes::Map(&NTFY), "push messages"),
        Field::may("webhook", Takes::Map(&WEBHOOK), "signed requests"),
        Field::may("slack", Takes::Map(&SLACK), "messages in Slack; the address stands with the person"),
    ],
)
.one_of(&["smtp", "twilio", "ntfy", "webhook", "slack"]);

static CONFIDENTIAL: [(&str, &str); 4] =
    [("smtp", "password"), ("twilio", "authToken"), ("ntfy", "token"), ("webhook", "secret")];

pub(super) fn make(document: &Document<'_>, making: &mut Making<'_, '_>) -> Option<Channel> {
    for (carrier, key) in CONFIDENTIAL {
        let node = document.spec.get(carrier).and_then(|node| node.get(key));
        if let Some(node) = node.filter(|node| node.text().is_some_and(|text| !has_secret(text))) {
            let fault = Fault::new("a secret stands here for everybody who reads the estate");
            making.sink.warning(node.at, fault.expected(SECRET.expected));
        }
    }
    let (entry, node) = document.spec.entries().iter().map(|entry| (entry.key.as_str(), &entry.value)).next()?;
    let get = |key: &str| node.text_of(key).map(str::to_owned);
    let carrier = match entry {
        "smtp" => smtp(node)?,
        "twilio" => Carrier::Twilio {
            account_sid: get("accountSid")?,
            auth_token: get("authToken")?,
            from: get("from")?,
            base_url: get("baseUrl").unwrap_or_else(|| "https://api.twilio.com".into()),
        },
        "ntfy" => Carrier::Ntfy { url: get("url")?, token: get("token") },
        "webhook" => Carrier::Webhook { secret: get("secret")? },
        "slack" => Carrier::Slack,
        _ => return None,
    };
    Some(Channel { name: document.name.clone(), carrier })
}

fn smtp(node: &Node) -> Option<Carrier> {
    let get = |key: &str| node.text_of(key).map(str::to_owned);
    let (tls, usual) = match node.text_of("tls").unwrap_or("starttls") {
        "none" => (SmtpTls::None, 25),
        "implicit" => (SmtpTls::Implicit, 465),
        _ => (SmtpTls::StartTls, 587),
    };
    Some(Carrier::Smtp {
        host: get("host")?,
        port: node.get("port").and_then(Node::parse).unwrap_or(usual),
        from: get("from")?,
        username: get("username"),
        password: get("password"),
        tls,
    })
}
