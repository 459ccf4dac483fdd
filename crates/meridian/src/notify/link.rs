//! The signed tokens of links in messages: what a person may do who holds one, without logging in.
//!
//! A token is single-purpose, ends at an instant, and is short enough for an SMS. It is not encrypted: it holds
//! numbers and the name of the person, nothing that the message around it does not say as well. Opening a token
//! changes nothing; mail scanners open every link, so the page behind it asks, and only its POST acts.
//!
//! ```
//! use meridian::notify::link::{LinkClaims, Purpose, open, sign};
//! use meridian_core::id::{IncidentId, PageId};
//! let until = "2026-11-23T12:00:00Z".parse().unwrap();
//! let claims = LinkClaims { page: PageId(7), incident: IncidentId(42), person: "wen".parse().unwrap(), purpose: Purpose::Acknowledge, until };
//! let token = sign(&[1; 32], &claims);
//! assert_eq!(open(&[1; 32], &token, Purpose::Acknowledge, "2026-11-23T11:59:59Z".parse().unwrap()), Ok(claims));
//! ```

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use meridian_core::{
    Instant,
    id::{IncidentId, Name, NoticeId, PageId},
};
use sha2::Sha256;

/// The first byte of every token; a new layout gets a new number.
const VERSION: u8 = 1;
/// 128 bits can't be guessed, and halve the length of the signature in an SMS.
const TAG_BYTES: usize = 16;
/// A token of ours is below 120 characters; anything longer is not looked at.
const TOKEN_CHARS_MAX: usize = 256;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkClaims {
    pub page: PageId,
    pub incident: IncidentId,
    pub person: Name,
    pub purpose: Purpose,
    /// Exclusive; whole seconds.
    pub until: Instant,
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    Acknowledge = 1,
    /// "I cannot, pass on".
    PassOn = 2,
    /// The answer to a notice about changes of who is on watch.
    Answer = 3,
}

impl Purpose {
    fn from_byte(byte: u8) -> Option<Purpose> {
        [Purpose::Acknowledge, Purpose::PassOn, Purpose::Answer].into_iter().find(|p| *p as u8 == byte)
    }
}

/// Why a token opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Cut off or changed on its way, or signed by another Meridian.
    Damaged,
    /// It was good for something else.
    OtherPurpose,
    Expired(Instant),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Damaged => f.write_str(
                "This link is damaged: it was cut off or changed on its way. Open it from the message again, or log in to acknowledge.",
            ),
            LinkError::OtherPurpose => {
                f.write_str("This link is good for something else. Use the button in the message, or log in.")
            }
            LinkError::Expired(at) => write!(f, "This link was good until {at:.0}. Log in to acknowledge."),
        }
    }
}

impl std::error::Error for LinkError {}

/// The token for `claims`: URL-safe, about 40 to 60 characters.
pub fn sign(key: &[u8; 32], claims: &LinkClaims) -> String {
    let mut bytes = vec![VERSION, claims.purpose as u8];
    bytes.extend_from_slice(&claims.until.as_second().to_be_bytes());
    put_number(&mut bytes, claims.page.0);
    put_number(&mut bytes, claims.incident.0);
    bytes.extend_from_slice(claims.person.as_str().as_bytes());
    let tag = mac(key, &bytes).finalize().into_bytes();
    bytes.extend_from_slice(&tag[..TAG_BYTES]);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What `token` says, if it was signed with `key`, is good for `purpose`, and still holds at `now`.
pub fn open(key: &[u8; 32], token: &str, purpose: Purpose, now: Instant) -> Result<LinkClaims, LinkError> {
    if token.len() > TOKEN_CHARS_MAX {
        return Err(LinkError::Damaged);
    }
    // Base64 is strict here about unused bits, so that no two spellings mean the same token.
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| LinkError::Damaged)?;
    let at = bytes.len().checked_sub(TAG_BYTES).ok_or(LinkError::Damaged)?;
    let (body, tag) = bytes.split_at(at);
    mac(key, body).verify_truncated_left(tag).map_err(|_| LinkError::Damaged)?;
    let claims = parse(body).ok_or(LinkError::Damaged)?;
    if claims.purpose != purpose {
        return Err(LinkError::OtherPurpose);
    }
    if now >= claims.until { Err(LinkError::Expired(claims.until)) } else { Ok(claims) }
}

/// The token of a notice: it lets its person answer what the notice asks, and nothing else.
pub fn sign_notice(key: &[u8; 32], notice: NoticeId, person: &Name, until: Instant) -> String {
    // The number of the notice stands where a page has its own; the purpose keeps the two apart.
    let (page, incident, purpose) = (PageId(notice.0), IncidentId(0), Purpose::Answer);
    sign(key, &LinkClaims { page, incident, person: person.clone(), purpose, until })
}

/// The notice and the person whom such a token names.
pub fn open_notice(key: &[u8; 32], token: &str, now: Instant) -> Result<(NoticeId, Name), LinkError> {
    let claims = open(key, token, Purpose::Answer, now)?;
    Ok((NoticeId(claims.page.0), claims.person))
}

fn mac(key: &[u8; 32], body: &[u8]) -> Hmac<Sha256> {
    // HMAC fills a short key with zeros to the block; done here, the type says that it can't fail.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    // The key may sign other things, too; this text keeps the domains apart.
    mac.update(b"meridian link\0");
    mac.update(body);
    mac
}

fn parse(body: &[u8]) -> Option<LinkClaims> {
    let [VERSION, purpose, rest @ ..] = body else { return None };
    let (until, mut rest) = rest.split_first_chunk::<8>()?;
    let page = take_number(&mut rest)?;
    let incident = take_number(&mut rest)?;
    Some(LinkClaims {
        page: PageId(page),
        incident: IncidentId(incident),
        person: std::str::from_utf8(rest).ok()?.parse().ok()?,
        purpose: Purpose::from_byte(*purpose)?,
        until: Instant::from_second(i64::from_be_bytes(*until)).ok()?,
    })
}

/// LEB128: small numbers take one byte.
fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn claims(page: u64, incident: u64, person: &str, until: i64) -> LinkClaims {
        LinkClaims {
            page: PageId(page),
            incident: IncidentId(incident),
            person: person.parse().unwrap(),
            purpose: Purpose::Acknowledge,
            until: Instant::from_second(until).unwrap(),
        }
    }

    #[test]
    fn what_is_refused() {
        let good = claims(1, 42, "wen", 1000);
        let token = sign(&KEY, &good);
        let now = |second| Instant::from_second(second).unwrap();
        let check = |token: &str, purpose, second, expected| {
            assert_eq!(open(&KEY, token, purpose, now(second)), expected, "{token}");
        };
        assert!(token.len() <= 44, "{} characters", token.len());
        check(&token, Purpose::Acknowledge, 999, Ok(good.clone()));
        check(&token, Purpose::Acknowledge, 1000, Err(LinkError::Expired(now(1000))));
        check(&token, Purpose::PassOn, 999, Err(LinkError::OtherPurpose));
        check("", Purpose::Acknowledge, 0, Err(LinkError::Damaged));
        check(&token[1..], Purpose::Acknowledge, 0, Err(LinkError::Damaged));
        check(&format!("{token}="), Purpose::Acknowledge, 0, Err(LinkError::Damaged));
        check(&"A".repeat(100_000), Purpose::Acknowledge, 0, Err(LinkError::Damaged));
        let answer = sign_notice(&KEY, NoticeId(9), &good.person, now(1000));
        check(&answer, Purpose::Acknowledge, 999, Err(LinkError::OtherPurpose));
        assert_eq!(open_notice(&KEY, &answer, now(999)), Ok((NoticeId(9), good.person.clone())));
        assert_eq!(open_notice(&KEY, &token, now(999)), Err(LinkError::OtherPurpose));
        assert_eq!(open(&[8; 32], &token, Purpose::Acknowledge, now(0)), Err(LinkError::Damaged));
    }

    proptest! {
        #[test]
        fn survives_the_round_trip(page: u64, incident: u64, person in "[a-z0-9-]{1,63}", until in 0i64..4_000_000_000) {
            let claims = claims(page, incident, &person, until);
            let token = sign(&KEY, &claims);
            prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            let now = Instant::from_second(until - 1).unwrap();
            prop_assert_eq!(open(&KEY, &token, Purpose::Acknowledge, now), Ok(claims));
        }

        #[test]
        fn any_changed_character_is_refused(page in 0u64..1_000_000, at: proptest::sample::Index, to: char) {
            let token = sign(&KEY, &claims(page, page / 2, "wen", 1000));
            let mut characters: Vec<char> = token.chars().collect();
            let at = at.index(characters.len());
            prop_assume!(characters[at] != to);
            characters[at] = to;
            let changed: String = characters.into_iter().collect();
            let opened = open(&KEY, &changed, Purpose::Acknowledge, Instant::from_second(0).unwrap());
            prop_assert_eq!(opened, Err(LinkError::Damaged));
        }

        #[test]
        fn never_panics(token in ".{0,300}") {
            let _ = open(&KEY, &token, Purpose::Acknowledge, Instant::UNIX_EPOCH);
        }
    }
}
