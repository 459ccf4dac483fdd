//! A password from a terminal, unseen, or from a pipe. Never from a flag, which every process of the machine could read.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use meridian_core::id::Name;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::failure::Failure;
use crate::api::auth::check_length;

/// More is no password.
const BYTES_MAX: u64 = 4096;

/// A new password for `account`: typed twice at a terminal, else the first line of the standard input.
pub fn read(account: &Name) -> Result<String, Failure> {
    let wish = format!("read a password for {account}");
    let wrong = |why: String| Failure::new(wish.as_str(), why);
    let password = if io::stdin().is_terminal() {
        let first = unseen(&format!("New password for {account}: ")).map_err(|error| wrong(error.to_string()))?;
        let again = unseen("Again: ").map_err(|error| wrong(error.to_string()))?;
        if first != again {
            return Err(wrong("the two differ".into()));
        }
        first
    } else {
        let mut text = String::new();
        io::stdin().take(BYTES_MAX).read_to_string(&mut text).map_err(|error| wrong(error.to_string()))?;
        line(&text).to_owned()
    };
    if password.is_empty() {
        return Err(wrong("the standard input is empty".into()).hint("type it at a terminal, or pipe it in"));
    }
    check_length(&password).map_err(wrong)?;
    Ok(password)
}

/// The first line, without its end. Spaces belong to a password.
fn line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The terminal as it was, also when reading fails.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> io::Result<Hidden> {
        let before = tcgetattr(io::stdin())?;
        let mut unseen = before.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &unseen)?;
        Ok(Hidden(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        eprintln!();
    }
}

fn unseen(prompt: &str) -> io::Result<String> {
    let _hidden = Hidden::begin()?;
    eprint!("{prompt}");
    let mut typed = String::new();
    io::stdin().lock().take(BYTES_MAX).read_line(&mut typed)?;
    Ok(line(&typed).to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_pipe_gives_its_first_line() {
        for (text, expected) in
            [("two words \n", "two words "), ("one\r\ntwo\n", "one"), ("no end", "no end"), ("", ""), ("\n", "")]
        {
            assert_eq!(super::line(text), expected, "{text:?}");
        }
    }
}
