//! The SMTP side: a pooled transport per channel, and what a reply means.

use std::time::Duration;

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
    pub fn transport(&self, roots: &Roots) -> Result<Transport, String> {
        let parameters = || self.tls_parameters(roots).map_err(|why| format!("TLS for {}: {why}", self.host));
        let tls = match self.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::StartTls => Tls::Required(parameters()?),
            SmtpTls::Implicit => Tls::Wrapper(parameters()?),
        };
        let builder = Transport::builder_dangerous(&self.host)
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
