//! Passwords: hashed with argon2id, a few at a time, off the threads that serve requests.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use super::Gate;

pub const PASSWORD_CHARS_MIN: usize = 12;
const PASSWORD_BYTES_MAX: usize = 1024;

/// Verified instead when there is no such account, so that this takes as long. It is the hash of nothing in use.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bWVyaWRpYW4tbm9ib2R5$TqQ2lAHKZGxA0vQpVGbTfnG9gl0bG2wJQm7uhPzJvd0";

/// Whether a new password may be used, or why not.
pub fn check_length(password: &str) -> Result<(), String> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(format!(
            "it has fewer than {PASSWORD_CHARS_MIN} characters; a few words in a row are easy to remember"
        ));
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(format!("it is longer than {PASSWORD_BYTES_MAX} bytes"));
    }
    Ok(())
}

/// A PHC string.
pub async fn hash(gate: &Gate, password: String) -> Result<String, String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|e| format!("no random numbers: {e}"))?;
    let work = move || {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|e| e.to_string())
    };
    off_thread(gate, work).await?
}

/// `phc` is absent when there is no such account: then it takes as long and is false.
pub async fn verify(gate: &Gate, password: String, phc: Option<String>) -> Result<bool, String> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    off_thread(gate, move || {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| NOBODY.to_owned());
        let fits = PasswordHash::new(&phc)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        fits && known
    })
    .await
}

async fn off_thread<T: Send + 'static>(gate: &Gate, work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let _permit = gate.hashing.acquire().await.map_err(|e| e.to_string())?;
    tokio::task::spawn_blocking(work).await.map_err(|e| e.to_string())
}
