//! Secrets that are drawn: of sessions and API tokens. Only their hashes are kept.

use sha2::{Digest, Sha256};

/// What makes a token recognisable for scanners of leaked secrets.
pub const TOKEN_PREFIX: &str = "mrd_";
const TOKEN_CHARS: usize = 32;
const CHECKSUM_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A secret, told once, and what is kept of it.
pub struct Drawn {
    pub secret: String,
    pub hash: String,
    /// The first characters, so that people recognise it.
    pub prefix: String,
}

/// `mrd_`, 32 random characters, and 6 that check them, so that a typo and a false alarm are known without a look-up.
pub fn draw_token() -> Result<Drawn, getrandom::Error> {
    let body = draw(TOKEN_CHARS)?;
    let secret = format!("{TOKEN_PREFIX}{body}{}", checksum(&body));
    Ok(Drawn { hash: hash(&secret), prefix: secret.chars().take(TOKEN_PREFIX.len() + 4).collect(), secret })
}

/// What makes the address of a calendar feed recognisable for scanners of leaked secrets.
pub const FEED_PREFIX: &str = "mrf_";

/// The secret in the address of a calendar feed.
pub fn draw_feed() -> Result<Drawn, getrandom::Error> {
    let secret = format!("{FEED_PREFIX}{}", draw(TOKEN_CHARS)?);
    Ok(Drawn { hash: hash(&secret), prefix: secret.chars().take(FEED_PREFIX.len() + 4).collect(), secret })
}

pub fn draw_session() -> Result<Drawn, getrandom::Error> {
    let secret = draw(43)?;
    Ok(Drawn { hash: hash(&secret), prefix: String::new(), secret })
}

/// Whether it has the form of a token, checksum included.
pub fn is_token(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(TOKEN_PREFIX) else { return false };
    rest.is_ascii()
        && rest.len() == TOKEN_CHARS + CHECKSUM_CHARS
        && checksum(&rest[..TOKEN_CHARS]) == rest[TOKEN_CHARS..]
}

/// SHA-256 in hexadecimal. A secret with 190 random bits needs no slow hash.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random characters, each of the 62 as likely as the others.
fn draw(chars: usize) -> Result<String, getrandom::Error> {
    let mut text = String::with_capacity(chars);
    let mut bytes = [0u8; 64];
    while text.len() < chars {
        getrandom::fill(&mut bytes)?;
        // 248 is the largest multiple of 62; what lies above would favour the first letters.
        let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(fair.take(chars - text.len()));
    }
    Ok(text)
}

fn checksum(body: &str) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(body.as_bytes());
    let mut sum = crc.sum();
    let mut text = [b'0'; CHECKSUM_CHARS];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(sum % 62) as usize];
        sum /= 62;
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

/// Bytes as letters and digits, for what is derived rather than drawn.
pub fn base62(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 62)])).collect()
}
