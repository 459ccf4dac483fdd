//! Colour on the terminal, only where a person reads and did not say NO_COLOR.

use std::io::IsTerminal;

/// Whether the standard output may be coloured.
pub fn on_stdout() -> bool {
    std::io::stdout().is_terminal() && wanted()
}

/// Whether the standard error may be coloured.
pub fn on_stderr() -> bool {
    std::io::stderr().is_terminal() && wanted()
}

fn wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Red and bold on a terminal's standard error.
pub fn error(text: &str) -> String {
    if on_stderr() { format!("\x1b[1;31m{text}\x1b[0m") } else { text.to_owned() }
}
