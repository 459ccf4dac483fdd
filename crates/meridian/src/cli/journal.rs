//! `meridian journal verify | export | stats`: what is asked of a journal on its own, also while a server writes it.
//!
//! It opens the file to read and repairs nothing. A broken journal can still be exported up to where it breaks, so
//! that it can be compared with a backup.

use std::{
    io::{self, BufWriter, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use meridian_store::{Journal, OpenError, SqliteJournal, Stats, WholeError};
use serde_json::json;

/// The journal's file in the data directory; a file is taken as it is, e.g. a backup.
pub(super) fn file_of(data: &Path) -> PathBuf {
    if data.is_file() { data.to_owned() } else { data.join("journal.db") }
}

/// Runs one command to its end.
fn block_on(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => super::fail(&format!("no task can be started: {error}")),
    }
}

/// Checks every entry. Exit code 1 if one is wrong, or if the journal cannot be examined.
pub fn verify(data: &Path, json: bool) -> ExitCode {
    block_on(verify_file(&file_of(data), json))
}

async fn verify_file(path: &Path, json: bool) -> ExitCode {
    let journal = match SqliteJournal::open_unverified(path).await {
        Ok(journal) => journal,
        Err(error) => return refuse(path, &error, json),
    };
    let watched = io::stderr().is_terminal() && !json;
    let progress = |entries: u64| {
        if watched && entries.is_multiple_of(1 << 17) {
            eprint!("\r{} entries so far", grouped(entries));
        }
    };
    let outcome = meridian_store::verify(&journal, progress).await;
    if watched {
        eprint!("\r\x1b[K");
    }
    match outcome {
        Ok(report) if json => {
            let (entries, head) = (report.entries, report.head);
            say(&json!({ "sound": true, "entries": entries, "head": head, "witnessed": report.witnessed }).to_string())
        }
        Ok(report) => {
            let witness = match (report.entries, report.witnessed) {
                (0, _) => "",
                (_, true) => "Its end agrees with what was last seen of it.",
                (_, false) => {
                    "Nothing beside it tells how far it should reach: whether its end was cut off is unknown."
                }
            };
            let (entries, seq, hash) = (grouped(report.entries), report.head.seq, report.head.hash);
            say(format!("{} is sound: {entries} entries verified.\nhead {seq} {hash}\n{witness}", path.display())
                .trim_end())
        }
        Err(error) => fail(path, &error, json),
    }
}

/// Writes the entries `from` to `to` (both included) to standard output, one JSON object a line.
pub fn export(data: &Path, from: u64, to: Option<u64>) -> ExitCode {
    block_on(export_file(&file_of(data), from, to))
}

async fn export_file(path: &Path, from: u64, to: Option<u64>) -> ExitCode {
    let journal = match SqliteJournal::open_unverified(path).await {
        Ok(journal) => journal,
        Err(error) => return refuse(path, &error, false),
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
    match meridian_store::export(&journal, from, to, &mut out).await {
        Ok(_) => ExitCode::SUCCESS,
        // Whoever reads has seen enough, e.g. `head`.
        Err(WholeError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = out.flush();
            fail(path, &error, false)
        }
    }
}

/// How many entries there are, of what and from when.
pub fn stats(data: &Path, json: bool) -> ExitCode {
    block_on(stats_file(&file_of(data), json))
}

async fn stats_file(path: &Path, json: bool) -> ExitCode {
    let journal = match SqliteJournal::open_unverified(path).await {
        Ok(journal) => journal,
        Err(error) => return refuse(path, &error, json),
    };
    match meridian_store::stats(&journal as &dyn Journal).await {
        Ok(stats) if json => say(&json!(stats).to_string()),
        Ok(stats) => say(&table(path, &stats)),
        Err(error) => fail(path, &error, json),
    }
}

fn table(path: &Path, stats: &Stats) -> String {
    let instant = |at: Option<meridian_core::Instant>| at.map_or_else(|| "none".to_owned(), |at| at.to_string());
    let (entries, first, last) = (grouped(stats.entries), instant(stats.first), instant(stats.last));
    let mut text = format!(
        "{}\n  entries  {entries}\n  first    {first}\n  last     {last}\n  size     {}\n",
        path.display(),
        size(stats.bytes)
    );
    for (title, counts) in [("per fact", &stats.facts), ("per day (UTC)", &stats.days)] {
        if counts.is_empty() {
            continue;
        }
        let width = counts.keys().map(|key| key.chars().count()).max().unwrap_or(0);
        text += &format!("\n{title}\n");
        for (key, count) in counts {
            let share = *count as f64 * 100.0 / stats.entries as f64;
            text += &format!("  {key:<width$}  {:>13}  {share:>5.1} %\n", grouped(*count));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// `1234567` as people read it: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (bytes as f64 / 1024.0, 0);
    while value >= 1024.0 && unit + 1 < units.len() {
        (value, unit) = (value / 1024.0, unit + 1);
    }
    format!("{value:.1} {} ({} bytes)", units[unit], grouped(bytes))
}

fn say(text: &str) -> ExitCode {
    super::print(text);
    ExitCode::SUCCESS
}

fn refuse(path: &Path, error: &OpenError, json: bool) -> ExitCode {
    if json {
        let _ =
            say(&json!({ "sound": null, "path": path, "error": error.to_string(), "hint": error.hint() }).to_string());
    } else {
        let _ = super::fail(&format!("{error}\nhint: {}", error.hint()));
    }
    ExitCode::FAILURE
}

fn fail(path: &Path, error: &WholeError, json: bool) -> ExitCode {
    match error {
        WholeError::Broken(broken) => {
            let error = OpenError::Broken { path: path.to_owned(), broken: broken.clone() };
            if json {
                let fields = json!({ "sound": false, "path": path, "entry": broken.seq(), "error": broken.to_string(), "hint": error.hint() });
                let _ = say(&fields.to_string());
            } else {
                let before = grouped(broken.seq().saturating_sub(1));
                eprintln!(
                    "error: {error}\nThe {before} entries before it are as they were written.\nhint: {}",
                    error.hint()
                );
            }
        }
        error if json => drop(say(&json!({ "sound": null, "path": path, "error": error.to_string() }).to_string())),
        error => drop(super::fail(&format!("{}: {error}", path.display()))),
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (123_456, "123,456"), (u64::MAX, "18,446,744,073,709,551,615")]
        {
            assert_eq!(grouped(number), text);
        }
        for (bytes, text) in
            [(0, "0.0 KiB"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3.0 TiB"), (9 << 50, "9216.0 TiB")]
        {
            assert!(size(bytes).starts_with(text), "{}", size(bytes));
        }
    }

    #[test]
    fn statistics_are_readable() {
        let mut stats =
            Stats { entries: 1500, bytes: 2048, first: Some(meridian_core::Instant::UNIX_EPOCH), ..Stats::default() };
        stats.facts = [("page.opened".to_owned(), 500), ("alert.fired".to_owned(), 1000)].into();
        stats.days = [("1970-01-01".to_owned(), 1500)].into();
        let expected = "journal.db
  entries  1,500
  first    1970-01-01T00:00:00Z
  last     none
  size     2.0 KiB (2,048 bytes)

per fact
  alert.fired          1,000   66.7 %
  page.opened            500   33.3 %

per day (UTC)
  1970-01-01          1,500  100.0 %";
        assert_eq!(table(Path::new("journal.db"), &stats), expected);
    }
}
