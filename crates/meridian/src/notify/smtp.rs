//! The SMTP side: a pooled transport per channel, and what a reply means.
//!
//! A mail server's name is resolved here and not by the transport, so that the very addresses that were judged by the
//! policy are connected to. TLS still proves the name.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        Error, PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use meridian_core::{command::Outcome, estate::SmtpTls};

use super::{
    http::Redacted,
    policy::OutboundPolicy,
    roots::{Roots, hint},
    text::one_line,
};

/// For the connection and for each reply.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For the whole mail; a server that answers one line every nine seconds must not hold a page.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);

pub type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// All that a transport is made of, resolved. Equal: the pool is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub credentials: Option<(String, String)>,
}

impl Account {
    /// Where the server's name leads now. As for HTTP, one forbidden address among several refuses the name.
    pub async fn addresses(&self, policy: OutboundPolicy) -> Result<Vec<IpAddr>, Outcome> {
        let later = |why: String| Outcome::Failed { error: format!("{}: {why}", self.server()), retry_after: None };
        let host = self.host.trim_matches(['[', ']']);
        let found = tokio::time::timeout(TIMEOUT, tokio::net::lookup_host((host, self.port))).await;
        let found = found.map_err(|_| later("the name was not resolved within 10 s".into()))?;
        let found: Vec<IpAddr> = found.map_err(|why| later(why.to_string()))?.map(|address| address.ip()).collect();
        for address in &found {
            let refused = |why| Outcome::Refused { error: format!("{}: {why}", self.server()) };
            policy.check(*address).map_err(refused)?;
        }
        if found.is_empty() { Err(later("the name has no address".into())) } else { Ok(found) }
    }

    /// Of several addresses the first that takes a connection; the transport knows one only.
    pub async fn reachable(&self, addresses: &[IpAddr]) -> Option<IpAddr> {
        if let [_, _, ..] = addresses {
            for address in addresses {
                let connect = tokio::net::TcpStream::connect(SocketAddr::new(*address, self.port));
                if matches!(tokio::time::timeout(TIMEOUT, connect).await, Ok(Ok(_))) {
                    return Some(*address);
                }
            }
        }
        addresses.first().copied()
    }

    /// Connects to `address`, and expects the certificate of the name.
    pub fn transport(&self, address: IpAddr, roots: &Roots) -> Result<Transport, String> {
        let parameters = || self.tls_parameters(roots).map_err(|why| format!("TLS for {}: {why}", self.host));
        let tls = match self.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::StartTls => Tls::Required(parameters()?),
            SmtpTls::Implicit => Tls::Wrapper(parameters()?),
        };
        let builder = Transport::builder_dangerous(address.to_string())
            .port(self.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(4).idle_timeout(Duration::from_secs(30)));
        Ok(match &self.credentials {
            Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.clone())).build(),
            None => builder.build(),
        })
    }

    fn tls_parameters(&self, roots: &Roots) -> Result<TlsParameters, Error> {
        let mut builder = TlsParameters::builder(self.host.clone());
        for root in roots.iter() {
            builder = builder.add_root_certificate(Certificate::from_der(root.to_vec())?);
        }
        builder.build()
    }

    fn server(&self) -> String {
        format!("smtp://{}:{}", self.host, self.port)
    }
}

pub async fn send(transport: &Transport, account: &Account, mail: lettre::Message, redacted: &Redacted) -> Outcome {
    let sent = tokio::time::timeout(TOTAL_TIMEOUT, transport.send(mail)).await;
    match sent {
        Ok(Ok(reply)) => {
            let words: Vec<&str> = reply.message().collect();
            Outcome::Sent { receipt: redacted.apply(&format!("{} {}", reply.code(), words.join(" "))) }
        }
        Ok(Err(error)) => classify(&error, &account.server(), redacted),
        Err(_) => Outcome::Failed { error: format!("{} took longer than 30 s", account.server()), retry_after: None },
    }
}

/// 5xx says never, 4xx says later; whatever broke on the way says nothing about later.
fn classify(error: &Error, server: &str, redacted: &Redacted) -> Outcome {
    let mut said = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        cause = inner.source();
    }
    let said = redacted.apply(&one_line(&said.join(": "), 400));
    let error_text = format!("{server}: {said}{}", hint(&said));
    if error.is_permanent() || error.is_client() {
        Outcome::Refused { error: error_text }
    } else {
        Outcome::Failed { error: error_text, retry_after: None }
    }
}
