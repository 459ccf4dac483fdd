//! The server as the command line reaches it: one request, its answer, and at most one retry.
//!
//! A POST carries an `Idempotency-Key`, so that sending it again after a lost answer changes nothing twice.

use std::{error::Error as _, path::Path, time::Duration};

use jiff::SignedDuration;
use reqwest::{
    Certificate, Client, Method, Response, StatusCode, Url,
    header::{self, HeaderMap},
    redirect,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{args::Flags, failure::Failure, secret};
use crate::{clock::Clock, notify::roots::Roots};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// No answer of the API comes near it.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Whoever asks for more patience is told to the user instead.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// After a connection that failed, or an answer that was lost.
const REST: SignedDuration = SignedDuration::from_secs(1);

pub struct Server {
    client: Client,
    base: Url,
    token: Option<String>,
    clock: Clock,
}

/// What the server answered, with success.
#[derive(Debug)]
pub struct Answer {
    pub body: String,
    wish: String,
}

impl Answer {
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.body).map_err(|error| {
            let why = format!("its answer is not what this version expects: {error}");
            Failure::new(self.wish.clone(), why).hint("the server may be older or newer than this program")
        })
    }
}

/// A request that can be sent twice.
struct Request<'a> {
    wish: &'a str,
    method: Method,
    url: Url,
    body: Sent<'a>,
    key: Option<String>,
}

/// What a request carries.
#[derive(Clone, Copy)]
enum Sent<'a> {
    Nothing,
    Json(&'a Value),
    /// One JSON object a line, packed by gzip.
    Lines(&'a [u8]),
}

/// Why a request brought no success, and whether once more may help.
struct Missed {
    failure: Failure,
    again_after: Option<SignedDuration>,
}

impl Server {
    /// Needs the process's TLS provider to be installed already.
    pub fn new(flags: &Flags, clock: Clock) -> Result<Server, Failure> {
        let wish = format!("reach {}", flags.server);
        let base = base(&flags.server).map_err(|why| Failure::new(&*wish, why))?;
        let found = secret::find(flags.token_file.as_deref())?;
        let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let here = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        if !flags.quiet {
            found.warning.iter().for_each(|warning| eprintln!("warning: {warning}"));
            if found.token.is_some() && base.scheme() == "http" && !here {
                eprintln!("warning: the token goes to {base} unencrypted; https would protect it");
            }
        }
        let mut builder = Client::builder()
            .user_agent(concat!("meridian-cli/", env!("CARGO_PKG_VERSION")))
            .tls_certs_merge(authorities(flags.ca.as_deref()).map_err(|why| Failure::new(&*wish, why))?)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN);
        if here {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| Failure::new(wish, causes(&error)))?;
        Ok(Server { client, base, token: found.token, clock })
    }

    /// Without a slash at the end.
    pub fn url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// `path` is below `/api/v1`.
    pub async fn get(&self, wish: &str, path: &[&str], query: &[(&str, String)]) -> Result<Answer, Failure> {
        let mut url = self.at(&[&["api", "v1"], path].concat());
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.ask(Request { wish, method: Method::GET, url, body: Sent::Nothing, key: None }).await
    }

    pub async fn post(&self, wish: &str, path: &[&str], body: &Value) -> Result<Answer, Failure> {
        let url = self.at(&[&["api", "v1"], path].concat());
        let key = Some(random_key().map_err(|why| Failure::new(wish, why))?);
        self.ask(Request { wish, method: Method::POST, url, body: Sent::Json(body), key }).await
    }

    pub async fn put(&self, wish: &str, path: &[&str], body: &Value) -> Result<Answer, Failure> {
        let url = self.at(&[&["api", "v1"], path].concat());
        self.ask(Request { wish, method: Method::PUT, url, body: Sent::Json(body), key: None }).await
    }

    pub async fn delete(&self, wish: &str, path: &[&str]) -> Result<Answer, Failure> {
        let url = self.at(&[&["api", "v1"], path].concat());
        self.ask(Request { wish, method: Method::DELETE, url, body: Sent::Nothing, key: None }).await
    }

    /// Lines that the receiver knows by their numbers, once: packed by gzip. The error says after how long they can be sent
    /// again, if that can help.
    pub async fn lines(
        &self,
        wish: &str,
        path: &[&str],
        packed: &[u8],
    ) -> Result<Answer, (Failure, Option<SignedDuration>)> {
        let url = self.at(&[&["api", "v1"], path].concat());
        let request = Request { wish, method: Method::POST, url, body: Sent::Lines(packed), key: None };
        let (status, headers, body) = self.send(&request).await.map_err(|missed| (missed.failure, Some(REST)))?;
        if status.is_success() {
            return Ok(Answer { body, wish: wish.to_owned() });
        }
        let passes = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT);
        Err((self.refused(wish, status, &body), passes.then(|| retry_after(&headers).unwrap_or(REST))))
    }

    /// A path outside the API, once: what it says is the answer, whatever its status.
    pub async fn plain(&self, wish: &str, method: Method, path: &[&str]) -> Result<(StatusCode, String), Failure> {
        let request = Request { wish, method, url: self.at(path), body: Sent::Nothing, key: None };
        let (status, _, body) = self.send(&request).await.map_err(|missed| missed.failure)?;
        Ok((status, body))
    }

    /// Of a request that was answered, but not with success.
    pub fn refused(&self, wish: &str, status: StatusCode, body: &str) -> Failure {
        Failure::refused(wish, status.as_u16(), body, self.url(), self.token.is_some())
    }

    fn at(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn ask(&self, request: Request<'_>) -> Result<Answer, Failure> {
        match self.once(&request).await {
            Ok(answer) => Ok(answer),
            Err(Missed { failure, again_after: None }) => Err(failure),
            Err(Missed { again_after: Some(rest), .. }) => {
                self.clock.sleep(rest).await;
                self.once(&request).await.map_err(|missed| missed.failure)
            }
        }
    }

    async fn once(&self, request: &Request<'_>) -> Result<Answer, Missed> {
        let (status, headers, body) = self.send(request).await?;
        if status.is_success() {
            return Ok(Answer { body, wish: request.wish.to_owned() });
        }
        let mut failure = self.refused(request.wish, status, &body);
        if status.is_redirection()
            && let Some(to) = headers.get(header::LOCATION).and_then(|value| value.to_str().ok())
        {
            failure.hint = Some(format!("it sends on to {to}: name that server with --server"));
        }
        // 409 with a Retry-After: the first try of this very request is still under way.
        let busy = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::CONFLICT);
        Err(Missed { failure, again_after: patience(&headers).filter(|_| busy) })
    }

    async fn send(&self, request: &Request<'_>) -> Result<(StatusCode, HeaderMap, String), Missed> {
        let mut builder = self.client.request(request.method.clone(), request.url.clone());
        if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        if let Some(key) = &request.key {
            builder = builder.header("idempotency-key", key);
        }
        builder = match request.body {
            Sent::Nothing => builder,
            Sent::Json(body) => builder.json(body),
            Sent::Lines(packed) => builder
                .header(header::CONTENT_TYPE, "application/x-ndjson")
                .header(header::CONTENT_ENCODING, "gzip")
                .body(packed.to_vec()),
        };
        // A DELETE that was answered, and the answer lost, would be told "does not exist" by the second try.
        let repeatable = request.method == Method::GET || request.key.is_some();
        let answer = builder.send().await.map_err(|error| self.missed(request.wish, &error, repeatable))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = whole(answer).await.map_err(|why| match why {
            Some(error) => self.missed(request.wish, &error, repeatable),
            None => Missed {
                failure: Failure::new(request.wish, format!("the answer is longer than {ANSWER_BYTES_MAX} bytes")),
                again_after: None,
            },
        })?;
        Ok((status, headers, body))
    }

    fn missed(&self, wish: &str, error: &reqwest::Error, repeatable: bool) -> Missed {
        let (url, why) = (self.url(), causes(error));
        let hint = if why.contains("UnknownIssuer") {
            "if it is your own certificate authority, name its file with --ca".to_owned()
        } else if why.contains("corrupt message") {
            format!("does it speak https at all? Try http://{}", url.trim_start_matches("https://"))
        } else if error.is_connect() {
            "does `meridian serve` run there? --server or MERIDIAN_SERVER says where".to_owned()
        } else if url.starts_with("http://") && !error.is_timeout() {
            format!("does it speak https? Try https://{}", url.trim_start_matches("http://"))
        } else {
            "try again in a moment".to_owned()
        };
        let failure = Failure::new(wish, format!("{url} does not answer: {why}")).hint(hint);
        let again = error.is_connect() || (repeatable && !error.is_timeout() && !error.is_builder());
        Missed { failure, again_after: again.then_some(REST) }
    }
}

/// The whole body as text; `None` as error if it is too long.
async fn whole(mut answer: Response) -> Result<String, Option<reqwest::Error>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Some)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(None);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn base(text: &str) -> Result<Url, String> {
    let shape = "expected is a URL such as https://meridian.example.com";
    let url = Url::parse(text).map_err(|why| format!("it is no URL: {why}; {shape}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("it begins with `{}:`; {shape}", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL can be read by every process: put the token into MERIDIAN_TOKEN or a file instead".into());
    }
    Ok(url)
}

/// Those of `--ca`, and of SSL_CERT_FILE, beside the public ones.
fn authorities(file: Option<&Path>) -> Result<Vec<Certificate>, String> {
    let from_environment = Roots::from_environment()?;
    let mut found: Vec<Vec<u8>> = from_environment.iter().map(<[u8]>::to_vec).collect();
    if let Some(path) = file {
        let wrong = |why: String| format!("--ca {} is no file of PEM certificates: {why}", path.display());
        let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let read = read.map_err(|why| wrong(why.to_string()))?;
        if read.is_empty() {
            return Err(wrong("it holds no certificate".into()));
        }
        found.extend(read.iter().map(|der| der.to_vec()));
    }
    found.iter().map(|der| Certificate::from_der(der).map_err(|error| error.to_string())).collect()
}

/// How long to wait, where the server says so and it is not long.
fn patience(headers: &HeaderMap) -> Option<SignedDuration> {
    retry_after(headers).filter(|wait| *wait <= PATIENCE)
}

fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let seconds: u32 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(SignedDuration::from_secs(i64::from(seconds)))
}

/// The innermost cause says most; the outer ones say that there was one.
fn causes(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        let within = if error.is_connect() { CONNECT_WITHIN } else { ANSWER_WITHIN };
        return format!("nothing came within {} s", within.as_secs());
    }
    let mut innermost = error.source();
    while let Some(inner) = innermost.and_then(|cause| cause.source()) {
        innermost = Some(inner);
    }
    innermost.map_or_else(|| error.to_string(), |cause| cause.to_string())
}

fn random_key() -> Result<String, String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| format!("this machine has no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_may_be_called() {
        for (text, fits) in [
            ("http://127.0.0.1:9094", true),
            ("https://meridian.example.com/below/", true),
            ("meridian.example.com", false),
            ("localhost:9094", false),
            ("ftp://h", false),
            ("https://user:secret@h", false),
            ("", false),
        ] {
            assert_eq!(base(text).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn patience_ends_at_five_seconds() {
        for (value, expected) in [("0", Some(0)), ("5", Some(5)), ("6", None), ("-1", None), ("soon", None)] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(patience(&headers).map(|wait| wait.as_secs()), expected, "{value}");
        }
        assert_eq!(patience(&HeaderMap::new()), None);
    }

    #[test]
    fn keys_differ() {
        assert_ne!(random_key().unwrap(), random_key().unwrap());
    }
}
