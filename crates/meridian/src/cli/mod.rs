//! The command line: what it takes, and which function answers.
//!
//! Exit codes: 0 done, 1 the answer is no (a broken estate, a refusal, a server that can't be reached), 2 wrong usage.

pub mod args;
pub mod calendar;
pub mod chain;
pub mod client;
pub mod color;
pub mod coverage;
pub mod estate;
pub mod journal;
pub mod plan;
pub mod roster;
pub mod route;
pub mod serve;
pub mod tap;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command, JournalCommand, RotaCommand};

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let args = Args::parse();
    match args.command {
        Command::Serve(flags) => serve::serve(flags),
        Command::Demo(flags) => serve::demo(flags),
        Command::Check { dir, json, strict } => estate::check(&dir, json, strict),
        Command::Schema { kind } => estate::schema(kind.as_deref()),
        Command::Route { estate, labels, json } => route::run(&estate, &labels, json),
        Command::Oncall { source, rota, at, json } => {
            let answer = source.open_at(at).and_then(|source| roster::oncall(&source, rota.as_deref(), at, json));
            answer.map_or_else(|why| why.tell(json), |found| remarked(&found))
        }
        Command::Shifts { source, rota, from, to, json } => {
            let answer = source.open().and_then(|source| roster::shifts(&source, &rota, from, to, json));
            answer.map_or_else(|why| why.tell(json), |found| remarked(&found))
        }
        Command::Coverage { source, from, to, rota, json } => {
            let answer = source.open().and_then(|source| coverage::coverage(&source, rota.as_deref(), from, to, json));
            answer.map_or_else(|why| why.tell(json), |text| said(&text))
        }
        Command::Calendar { command } => calendar_command(command),
        Command::Chain { command } => chain::run(command),
        Command::Tap(asked) => tap::run(*asked),
        Command::Rota { command: RotaCommand::Plan(asked) } => {
            plan::plan(&asked).map_or_else(|why| why.tell(asked.json), |text| said(&text))
        }
        Command::Remote(command) => client::run(command),
        Command::Journal { command } => match command {
            JournalCommand::Verify { data, json } => journal::verify(&data, json),
            JournalCommand::Export { data, from, to } => journal::export(&data, from, to),
            JournalCommand::Stats { data, json } => journal::stats(&data, json),
        },
        Command::Completions { shell } => {
            // Into memory first: whoever reads the script may go away in the middle.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "meridian", &mut script);
            answer(String::from_utf8(script).map_err(|error| error.to_string()))
        }
        Command::Man { dir } => man(&dir),
    }
}

fn calendar_command(command: calendar::CalendarCommand) -> ExitCode {
    let wish = match command {
        calendar::CalendarCommand::List { name } => return answer(calendar::list(name.as_deref())),
        calendar::CalendarCommand::Import(wish) => wish,
    };
    let today = crate::clock::Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    match calendar::import(&wish, today) {
        Ok(done) => {
            // Beside the lines, so that the standard output can go into a file.
            done.said.iter().for_each(|said| eprintln!("{said}"));
            if !done.text.is_empty() {
                print(&done.text);
            }
            ExitCode::SUCCESS
        }
        Err(why) => fail(&why),
    }
}

/// Prints an answer, or the error to the standard error.
pub fn answer(result: Result<String, String>) -> ExitCode {
    match result {
        Ok(text) => said(&text),
        Err(why) => fail(&why),
    }
}

fn said(text: &str) -> ExitCode {
    print(text);
    ExitCode::SUCCESS
}

/// The remarks go beside the answer, so that a script reads the answer alone.
fn remarked(found: &roster::Said) -> ExitCode {
    found.remarks.iter().for_each(|remark| eprintln!("note: {remark}"));
    said(&found.text)
}

/// Writes to the standard output; a reader that has seen enough (`| head`) is no error.
pub fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(out, "{text}{end}").and_then(|()| out.flush());
}

pub fn fail(why: &str) -> ExitCode {
    eprintln!("{} {why}", color::error("error:"));
    ExitCode::FAILURE
}

fn man(dir: &std::path::Path) -> ExitCode {
    let made = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Args::command(), dir));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("the man pages can't be written to {}: {error}", dir.display())),
    }
}
