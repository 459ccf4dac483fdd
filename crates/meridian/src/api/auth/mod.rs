//! Who is asking: logins, sessions, API tokens, and the protection of both.
//!
//! What this does *not* do: it does not say who may do what; [`meridian_core::access::may`] does.

mod caller;
mod invite;
mod login;
mod password;
mod secret;

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use governor::{DefaultKeyedRateLimiter, Quota};

pub use caller::{Caller, Via, by_token, is_from_here};
pub use invite::{LINK_KEPT, by_link, invite, join, make_link};
pub use login::{
    LoginError, SESSION_KEPT, check_setup, end_other_sessions, log_in, log_in_again, log_out, open_session,
    session_cookie, set_up, setup_link,
};
pub use password::{PASSWORD_CHARS_MIN, check_length, hash as hash_password, verify as verify_password};
pub use secret::{Drawn, draw_feed, draw_session, draw_token, hash as hash_secret, is_token};

/// What the edge remembers about those who ask. It is in memory only.
pub struct Gate {
    /// In the link that makes the first account.
    setup_secret: String,
    csrf_key: [u8; 32],
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_address_and_account: DefaultKeyedRateLimiter<(IpAddr, String)>,
    /// Hashing a password takes 19 MiB and a core; few at once.
    hashing: tokio::sync::Semaphore,
    pub idempotency: super::idempotency::Remembered,
}

impl Gate {
    /// `key` is secret and stays the same over restarts, so that an open page can still be sent after one.
    pub fn new(key: &[u8; 32]) -> Gate {
        let per_minute = |n: u32| Quota::per_minute(NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        Gate {
            setup_secret: secret::base62(&blake3::derive_key("Meridian 2026-11 setup link", key)),
            csrf_key: blake3::derive_key("Meridian 2026-11 forms of a session", key),
            by_address: DefaultKeyedRateLimiter::keyed(per_minute(30)),
            by_address_and_account: DefaultKeyedRateLimiter::keyed(per_minute(6)),
            hashing: tokio::sync::Semaphore::new(2),
            idempotency: super::idempotency::Remembered::default(),
        }
    }

    /// May this address try to log in to this account once more?
    fn may_try(&self, address: IpAddr, account: &str) -> bool {
        let address = network(address);
        if self.by_address.len() + self.by_address_and_account.len() > 10_000 {
            self.by_address.retain_recent();
            self.by_address_and_account.retain_recent();
        }
        let account: String = account.chars().take(63).collect();
        self.by_address.check_key(&address).is_ok()
            && self.by_address_and_account.check_key(&(address, account)).is_ok()
    }

    /// What a form of this session carries, so that no other site can send it.
    fn csrf(&self, session_hash: &str) -> String {
        secret::base62(blake3::keyed_hash(&self.csrf_key, session_hash.as_bytes()).as_bytes())
    }
}

/// Whoever has one IPv6 address usually has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests;
