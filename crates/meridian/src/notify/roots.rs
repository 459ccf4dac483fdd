//! The roots of trust beyond the public ones: a house's own certificate authority.
//!
//! Named as other programs name them, by `SSL_CERT_FILE`: a file of certificates in PEM. They are added to the public
//! roots, never put in their place, and count for mail and for HTTP alike.

use std::{path::Path, sync::Arc};

use rustls::pki_types::{CertificateDer, pem::PemObject};

/// The certificates in DER.
#[derive(Clone, Default)]
pub struct Roots(Arc<[CertificateDer<'static>]>);

impl Roots {
    /// Those of `SSL_CERT_FILE`; none, if it is not set.
    pub fn from_environment() -> Result<Roots, String> {
        match std::env::var_os("SSL_CERT_FILE") {
            Some(path) if !path.is_empty() => Roots::read(Path::new(&path)),
            _ => Ok(Roots::default()),
        }
    }

    /// All certificates of a PEM file.
    pub fn read(path: &Path) -> Result<Roots, String> {
        let wrong = |why: String| {
            format!("SSL_CERT_FILE names {}, which is no file of PEM certificates: {why}", path.display())
        };
        let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let found = found.map_err(|why| wrong(why.to_string()))?;
        if found.is_empty() { Err(wrong("it holds no certificate".into())) } else { Ok(Roots(found.into())) }
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }
}

/// What to do about an error of TLS, where something can be done.
pub fn hint(error: &str) -> &'static str {
    let unknown = error.contains("UnknownIssuer");
    if unknown { "; if it is your own certificate authority, name its file in SSL_CERT_FILE" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let check = |name: &str, text: Option<&str>, expected: &str| {
            let path = dir.path().join(name);
            if let Some(text) = text {
                std::fs::write(&path, text).unwrap();
            }
            let error = Roots::read(&path).err().unwrap();
            assert!(error.contains(name) && error.contains(expected), "{error}");
        };
        check("gone.pem", None, "No such file");
        check("empty.pem", Some(""), "it holds no certificate");
        check("broken.pem", Some("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"), "base64");
    }
}
