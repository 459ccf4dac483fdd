//! The sender: takes a message and a channel, carries it, and says what came of it.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lettre::{Address, message::Mailbox};
use meridian_core::{
    command::Outcome,
    estate::{Carrier, Estate, Way},
    id::Name,
};
use reqwest::{Client, header::CONTENT_TYPE};
use serde_json::Value;

use super::{
    OutboundPolicy, Secret, Secrets, WebhookKey,
    carried::Carried,
    http::{self, Answer, Redacted},
    ntfy,
    roots::Roots,
    smtp,
    text::one_line,
    webhook,
};

/// Carries messages over the channels of one estate. Cheap to clone, and cheap to make anew for a new estate with
/// [`Sender::reload`]: connections stay open where a channel did not change.
#[derive(Clone)]
pub struct Sender {
    channels: Arc<BTreeMap<Name, Carrier>>,
    secrets: Secrets,
    policy: OutboundPolicy,
    /// The right side of `Message-ID`s.
    domain: Arc<str>,
    http: Client,
    roots: Roots,
    pools: Arc<Mutex<BTreeMap<Name, Pool>>>,
}

/// The connections of a mail channel.
struct Pool {
    account: smtp::Account,
    address: IpAddr,
    transport: smtp::Transport,
}

/// Ends a delivery early: the outcome is known.
type Step<T> = Result<T, Outcome>;

fn refused<T>(error: impl Into<String>) -> Step<T> {
    Err(Outcome::Refused { error: error.into() })
}

impl Sender {
    /// `external_url` is where people reach Meridian; mails take their domain from it. The process's TLS provider
    /// must be installed before. The certificates in `SSL_CERT_FILE` are trusted beside the public roots.
    pub fn new(
        estate: &Estate,
        external_url: &str,
        secrets: Secrets,
        policy: OutboundPolicy,
    ) -> Result<Sender, String> {
        let roots = Roots::from_environment()?;
        let http = http::client(policy, &roots).map_err(|why| format!("the HTTP client can't be built: {why}"))?;
        Ok(Sender {
            channels: channels(estate),
            secrets,
            policy,
            domain: domain(external_url).into(),
            http,
            roots,
            pools: Arc::default(),
        })
    }

    /// A sender for another estate that shares this one's connections.
    pub fn reload(&self, estate: &Estate) -> Sender {
        let channels = channels(estate);
        self.pools().retain(|name, _| channels.contains_key(name));
        Sender { channels, ..self.clone() }
    }

    /// Sends once. The same message may be sent again; its key tells the other side (mail: `Message-ID`, webhook:
    /// `webhook-id`, others: `X-Meridian-Key`) that it is the same. Twilio has no such key: a retry after a lost
    /// answer can ring twice.
    pub async fn send(&self, channel: &Name, message: &dyn Carried) -> Outcome {
        self.try_send(channel, message).await.unwrap_or_else(|outcome| outcome)
    }

    async fn try_send(&self, channel: &Name, m: &dyn Carried) -> Step<Outcome> {
        let Some(carrier) = self.channels.get(channel) else {
            // A reload may be under way; a channel that is really gone is still gone at the next try.
            return Err(Outcome::Failed { error: format!("the estate has no channel {channel}"), retry_after: None });
        };
        match (carrier, &m.to().way) {
            (Carrier::Smtp { .. }, Way::Email(to)) => self.mail(channel, carrier, to, m).await,
            (Carrier::Webhook { secret }, Way::Webhook(url)) => self.webhook(channel, secret, url, m).await,
            (Carrier::Slack, Way::Slack(url)) => self.slack(url, m).await,
            (Carrier::Ntfy { url, token }, Way::Ntfy(topic)) => self.ntfy(url, token.as_deref(), topic, m).await,
            (Carrier::Twilio { .. }, Way::Sms(to)) => {
                self.twilio(carrier, to, &[("Body", m.sms())], "Messages", m).await
            }
            (Carrier::Twilio { .. }, Way::Voice(to)) => {
                self.twilio(carrier, to, &[("Twiml", m.twiml())], "Calls", m).await
            }
            (carrier, way) => refused(format!(
                "channel {channel} is of {:?} and can't carry {}; name another channel for this contact",
                carrier.technology(),
                way.word()
            )),
        }
    }

    /// Resolves, and remembers what no error may show.
    async fn resolve(&self, text: &str, what: &str, redacted: &mut Redacted) -> Step<Secret> {
        let secret = self
            .secrets
            .resolve_aside(text)
            .await
            .map_err(|why| Outcome::Refused { error: format!("{what}: {why}") })?;
        if secret.is_secret() {
            redacted.hide(secret.expose());
        }
        Ok(secret)
    }

    async fn mail(&self, channel: &Name, carrier: &Carrier, to: &str, m: &dyn Carried) -> Step<Outcome> {
        let Carrier::Smtp { host, port, from, username, password, tls } = carrier else {
            return refused("not a mail channel");
        };
        let mut redacted = Redacted::default();
        let what = |field: &str| format!("{field} of channel {channel}");
        let to = self.resolve(to, "the mail address", &mut redacted).await?;
        let from = self.resolve(from, &what("from"), &mut redacted).await?;
        let host = self.resolve(host, &what("host"), &mut Redacted::default()).await?;
        let credentials = match (username, password) {
            (Some(user), Some(password)) => {
                let user = self.resolve(user, &what("username"), &mut redacted).await?;
                let password = self.resolve(password, &what("password"), &mut redacted).await?;
                redacted.hide(password.expose());
                Some((user.expose().to_owned(), password.expose().to_owned()))
            }
            _ => None,
        };
        let account = smtp::Account { host: host.expose().to_owned(), port: *port, tls: *tls, credentials };
        let to: Address =
            to.expose().trim().parse().map_err(|_| Outcome::Refused {
                error: format!("`{}` is no mail address", redacted.apply(to.expose())),
            })?;
        let from: Mailbox = one_line(from.expose(), 400)
            .parse()
            .map_err(|why| Outcome::Refused { error: format!("{} is no mail address: {why}", what("from")) })?;
        let mail = m.mail(from, to, &self.domain).map_err(|why| Outcome::Refused {
            error: format!("the mail can't be written: {}", redacted.apply(&why)),
        })?;
        let addresses = account.addresses(self.policy).await?;
        let transport = self.transport(channel, &account, &addresses).await?;
        let outcome = smtp::send(&transport, &account, mail, &redacted).await;
        if matches!(outcome, Outcome::Failed { .. }) {
            // The next try may find another of its addresses.
            self.pools().remove(channel);
        }
        Ok(outcome)
    }

    fn pools(&self) -> MutexGuard<'_, BTreeMap<Name, Pool>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pool of this channel, made anew when its settings, its secrets or its addresses changed.
    async fn transport(&self, channel: &Name, account: &smtp::Account, addresses: &[IpAddr]) -> Step<smtp::Transport> {
        let fits = |pool: &&Pool| pool.account == *account && addresses.contains(&pool.address);
        if let Some(pool) = self.pools().get(channel).filter(fits) {
            return Ok(pool.transport.clone());
        }
        let Some(address) = account.reachable(addresses).await else {
            return refused("the mail server has no address");
        };
        let made = account.transport(address, &self.roots);
        let transport = made.map_err(|error| Outcome::Refused { error })?;
        let pool = Pool { account: account.clone(), address, transport: transport.clone() };
        self.pools().insert(channel.clone(), pool);
        Ok(transport)
    }

    async fn webhook(&self, channel: &Name, secret: &str, url: &str, m: &dyn Carried) -> Step<Outcome> {
        let mut redacted = Redacted::default();
        let secret = self.resolve(secret, &format!("secret of channel {channel}"), &mut redacted).await?;
        let Some(key) = WebhookKey::parse(secret.expose()) else {
            return refused(format!(
                "secret of channel {channel} is no signing secret: `whsec_` and at least 16 bytes in base64"
            ));
        };
        redacted.hide(secret.expose());
        let body = m.webhook().to_string();
        let id = header_safe(m.key());
        let seconds = m.at().as_second();
        let headers = [
            ("webhook-id", id.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", webhook::standard_signature(&key, &id, seconds, body.as_bytes())),
        ];
        let (answer, origin) = self.post(url, &headers, body, m, &mut redacted).await?;
        Ok(http::classify(&answer, &origin, &redacted))
    }

    async fn slack(&self, url: &str, m: &dyn Carried) -> Step<Outcome> {
        let mut redacted = Redacted::default();
        let (answer, origin) = self.post(url, &[], m.slack().to_string(), m, &mut redacted).await?;
        // Slack itself says `ok`; what only speaks like Slack may say something else, and has taken the message all the
        // same. A page for people (a login, a proxy's greeting) has not.
        if answer.status.is_success() && answer.body.trim_start().starts_with('<') {
            let error = format!("{origin} answered {} with a page instead of `ok`", answer.status.as_u16());
            return Ok(Outcome::Failed { error, retry_after: None });
        }
        Ok(http::classify(&answer, &origin, &redacted))
    }

    async fn ntfy(&self, url: &str, token: Option<&str>, topic: &str, m: &dyn Carried) -> Step<Outcome> {
        let mut redacted = Redacted::default();
        let topic = self.resolve(topic, "the ntfy topic", &mut redacted).await?;
        // Who knows a topic can read it.
        redacted.hide(topic.expose());
        if !ntfy::is_topic(topic.expose()) {
            return refused("the ntfy topic is not 1 to 64 letters, digits, `-` and `_`");
        }
        let mut headers = Vec::new();
        if let Some(token) = token {
            let token = self.resolve(token, "the ntfy token", &mut redacted).await?;
            redacted.hide(token.expose());
            headers.push(("authorization", format!("Bearer {}", header_safe(token.expose()))));
        }
        let body = m.ntfy(topic.expose()).to_string();
        let (answer, origin) = self.post(url, &headers, body, m, &mut redacted).await?;
        Ok(receipt(http::classify(&answer, &origin, &redacted), &answer, "id"))
    }

    async fn twilio(
        &self,
        carrier: &Carrier,
        to: &str,
        content: &[(&str, String)],
        resource: &str,
        m: &dyn Carried,
    ) -> Step<Outcome> {
        let Carrier::Twilio { account_sid, auth_token, from, base_url } = carrier else {
            return refused("not a Twilio channel");
        };
        let mut redacted = Redacted::default();
        let sid = self.resolve(account_sid, "the Twilio account", &mut redacted).await?;
        let token = self.resolve(auth_token, "the Twilio auth token", &mut redacted).await?;
        redacted.hide(token.expose());
        let from = self.resolve(from, "the Twilio sender", &mut redacted).await?;
        let to = self.resolve(to, "the phone number", &mut redacted).await?;
        let Some(to) = phone_number(to.expose()) else {
            return refused(format!("`{}` is no phone number: + and 7 to 15 digits", redacted.apply(to.expose())));
        };
        let base = self.resolve(base_url, "the Twilio base URL", &mut redacted).await?;
        let mut url = http::parse_url(base.expose(), self.policy).map_err(|error| Outcome::Refused { error })?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["2010-04-01", "Accounts", sid.expose(), &format!("{resource}.json")]);
        }
        let mut form = vec![("To", to), ("From", from.expose().to_owned())];
        form.extend(content.iter().map(|(name, value)| (*name, value.clone())));
        let origin = http::origin(&url);
        let request = self.http.post(url).basic_auth(sid.expose(), Some(token.expose())).form(&form);
        let answer = http::send(request, &origin, m.at()).await?;
        Ok(receipt(http::classify(&answer, &origin, &redacted), &answer, "sid"))
    }

    /// A JSON POST with the key in its head.
    async fn post(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: String,
        m: &dyn Carried,
        redacted: &mut Redacted,
    ) -> Step<(Answer, String)> {
        let url = self.resolve(url, "the URL", redacted).await?;
        let url = http::parse_url(url.expose(), self.policy)
            .map_err(|error| Outcome::Refused { error: redacted.apply(&error) })?;
        redacted.hide_url(&url);
        let origin = http::origin(&url);
        let mut request =
            self.http.post(url).header(CONTENT_TYPE, "application/json").header("x-meridian-key", header_safe(m.key()));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Ok((http::send(request.body(body), &origin, m.at()).await?, origin))
    }
}

fn channels(estate: &Estate) -> Arc<BTreeMap<Name, Carrier>> {
    Arc::new(estate.channels.iter().map(|(name, channel)| (name.clone(), channel.carrier.clone())).collect())
}

/// A mail's ids need a domain; an address of a machine is written as a literal.
fn domain(external_url: &str) -> String {
    let host = reqwest::Url::parse(external_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    match host {
        Some(host) if host.starts_with('[') => host.replace('[', "[IPv6:"),
        Some(host) if host.parse::<std::net::Ipv4Addr>().is_ok() => format!("[{host}]"),
        Some(host) if !host.is_empty() => host,
        _ => "meridian.invalid".to_owned(),
    }
}

/// Visible ASCII only; anything else can't stand in a header.
fn header_safe(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(300).collect()
}

/// `+852 0000-0000` is `+85200000000`.
fn phone_number(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let digits = number.strip_prefix('+')?;
    ((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

/// The id that the other side gave the message, where it gave one: what its support asks for.
fn receipt(outcome: Outcome, answer: &Answer, field: &str) -> Outcome {
    let Outcome::Sent { receipt } = outcome else { return outcome };
    let id = serde_json::from_str::<Value>(&answer.body).ok();
    match id.as_ref().and_then(|body| body.get(field)).and_then(Value::as_str) {
        Some(id) => Outcome::Sent { receipt: format!("{receipt}, {field} {}", one_line(id, 80)) },
        None => Outcome::Sent { receipt },
    }
}
