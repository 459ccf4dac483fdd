//! One request over HTTP, and what its answer means. Redirects are never followed, answers never read at length.

use std::{error::Error, time::Duration};

use jiff::SignedDuration;
use meridian_core::{Instant, command::Outcome};
use reqwest::{Certificate, Client, RequestBuilder, StatusCode, Url, header::RETRY_AFTER, redirect};

use super::{
    policy::{Forbidden, GuardedResolver, OutboundPolicy},
    roots::{Roots, hint},
    text::one_line,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);
const ANSWER_BYTES_MAX: usize = 4096;
/// A server may ask for patience, but not for so much that a page is forgotten.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(1);

/// The client for all channels. Needs the process's TLS provider to be installed already.
pub fn client(policy: OutboundPolicy, roots: &Roots) -> Result<Client, reqwest::Error> {
    let roots: Vec<Certificate> = roots.iter().map(Certificate::from_der).collect::<Result<_, _>>()?;
    Client::builder()
        .tls_certs_merge(roots)
        .user_agent(concat!("Meridian/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        // A proxy would resolve names itself, past the guard.
        .no_proxy()
        .dns_resolver(GuardedResolver(policy))
        .build()
}

/// What was answered.
pub struct Answer {
    pub status: StatusCode,
    retry_after: Option<SignedDuration>,
    pub body: String,
}

/// The texts that must not appear in an error.
#[derive(Default)]
pub struct Redacted(Vec<String>);

impl Redacted {
    pub fn hide(&mut self, secret: &str) {
        // Shorter ones would blacken every other word, and are no secrets.
        if secret.len() >= 4 {
            self.0.push(secret.to_owned());
        }
    }

    /// The URL's path and query are what is secret of an incoming webhook, and so is a password in it.
    pub fn hide_url(&mut self, url: &Url) {
        self.hide(url.as_str());
        self.hide(url.path());
        self.hide(url.username());
        for part in [url.query(), url.password()].into_iter().flatten() {
            self.hide(part);
        }
        url.path_segments().into_iter().flatten().for_each(|segment| self.hide(segment));
    }

    pub fn apply(&self, text: &str) -> String {
        let clean = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "[hidden]"));
        one_line(&clean, 300)
    }
}

/// Parses an URL from the estate and checks what can be checked before names are resolved.
pub fn parse_url(text: &str, policy: OutboundPolicy) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|why| format!("the URL is not one: {why}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("the URL begins with `{}:`; Meridian speaks http and https", one_line(url.scheme(), 20)));
    }
    let host = url.host_str().unwrap_or_default();
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        policy.check(address).map_err(|why| why.to_string())?;
    }
    Ok(url)
}

/// Scheme, host and port: what an error may say of an URL.
pub fn origin(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// Sends and reads at most 4 KiB of the answer. `now` is for a `Retry-After` that names an instant.
pub async fn send(request: RequestBuilder, origin: &str, now: Instant) -> Result<Answer, Outcome> {
    let mut response = request.send().await.map_err(|error| unreachable(error, origin))?;
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|value| parse_retry_after(value, now));
    let mut body = Vec::new();
    while body.len() < ANSWER_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            // The status is known, and it decides; a body that breaks off is only a poorer receipt.
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(ANSWER_BYTES_MAX);
    Ok(Answer { status: response.status(), retry_after, body: String::from_utf8_lossy(&body).into_owned() })
}

fn unreachable(error: reqwest::Error, origin: &str) -> Outcome {
    let mut causes: Vec<&(dyn Error + 'static)> = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        causes.push(inner);
        cause = inner.source();
    }
    if let Some(forbidden) = causes.iter().find_map(|inner| inner.downcast_ref::<Forbidden>()) {
        return Outcome::Refused { error: format!("{origin}: {forbidden}") };
    }
    let why = match causes.last() {
        _ if error.is_timeout() => "no answer within 15 s".to_owned(),
        Some(last) => one_line(&last.to_string(), 200),
        None => "the request failed".to_owned(),
    };
    let outcome = format!("{origin}: {why}{}", hint(&why));
    if error.is_builder() {
        Outcome::Refused { error: outcome }
    } else {
        Outcome::Failed { error: outcome, retry_after: None }
    }
}

/// What an answer means for a sender whose success is any 2xx.
pub fn classify(answer: &Answer, origin: &str, redacted: &Redacted) -> Outcome {
    let status = answer.status;
    if status.is_success() {
        return Outcome::Sent { receipt: format!("{} from {origin}", code(status)) };
    }
    let said = redacted.apply(&answer.body);
    let said = if said.is_empty() { String::new() } else { format!(", saying: {said}") };
    let error = format!("{origin} answered {}{said}", code(status));
    if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
        return Outcome::Failed { error, retry_after: answer.retry_after };
    }
    if status.is_redirection() {
        return Outcome::Refused { error: format!("{error}; redirects are not followed, write the final URL") };
    }
    Outcome::Refused { error }
}

fn code(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// Both forms of RFC 9110: seconds, or an HTTP date.
fn parse_retry_after(value: &str, now: Instant) -> Option<SignedDuration> {
    let value = value.trim();
    let wait = match value.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
            at.duration_since(now)
        }
    };
    Some(wait.clamp(SignedDuration::ZERO, RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn retry_after() {
        let now: Instant = "2026-11-23T10:00:00Z".parse().unwrap();
        let check = |value: &str, expected: Option<i64>| {
            assert_eq!(parse_retry_after(value, now).map(|wait| wait.as_secs()), expected, "{value}");
        };
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("999999999", Some(3600));
        check("99999999999999999999", None);
        check("-5", None);
        check("Mon, 23 Nov 2026 10:00:30 GMT", Some(30));
        check("Mon, 23 Nov 2026 09:00:00 GMT", Some(0));
        check("soon", None);
    }

    #[test]
    fn urls() {
        let policy = OutboundPolicy::default();
        let check = |url: &str, fits: bool| assert_eq!(parse_url(url, policy).is_ok(), fits, "{url}");
        check("https://hooks.example/x", true);
        check("http://127.0.0.1:9/x", true);
        check("http://[::1]/", true);
        check("ftp://h/x", false);
        check("file:///etc/passwd", false);
        check("not an url", false);
        for hidden in
            ["169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "[::ffff:a9fe:a9fe]", "0", "[::]"]
        {
            check(&format!("http://{hidden}/latest/meta-data"), false);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,80}") {
            let _ = parse_retry_after(&text, Instant::UNIX_EPOCH);
            let _ = parse_url(&text, OutboundPolicy::default());
        }
    }
}
