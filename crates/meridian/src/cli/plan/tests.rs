//! The line of asking, the edit of a file, and the programs.

use clap::Parser;
use meridian_core::{
    estate::{self, Override, SourceFile},
    roster::fair_plan::{Draft, Rules, wish},
};

use super::{Asked, edit, solve};
use crate::cli::args::{Args, Command, RotaCommand};

const PEOPLE: &str = "apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec: { site: london }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: bob }
spec: { site: london }
---
";

const ROTA: &str = "# Who has the phone.
apiVersion: meridian/v1
kind: Rota
metadata: { name: ops }   # all of it
spec:
  layers:
    - name: london  # the only one
      site: london
      rotation: { start: 2026-01-05T08:00, every: 1 day, members: [ana, bob] }
";

fn change(day: u8) -> Override {
    let at = |day: u8| format!("2026-10-{day:02}T08:00:00Z").parse().unwrap();
    let name = |text: &str| text.parse().unwrap();
    Override {
        from: at(day),
        until: at(day + 1),
        replace: Some(name("ana")),
        with: name("bob"),
        layer: Some("london".into()),
    }
}

fn files(text: &str) -> Vec<SourceFile> {
    vec![SourceFile { path: "rotas/ops.yaml".into(), text: text.into() }]
}

const LINE: &str =
    "- { from: \"2026-10-05T08:00:00Z\", until: \"2026-10-06T08:00:00Z\", replace: ana, with: bob, layer: london }";

#[test]
fn lines_go_where_they_belong_and_no_other_line_changes() {
    let old = "  overrides: # made by hand\n    - { from: \"2026-02-02T08:00Z\", until: \"2026-02-03T08:00Z\", replace: ana, \
               with: bob }  # swapped\n    # the last one\n";
    let next =
        "---\n# Another one.\napiVersion: meridian/v1\nkind: Team\nmetadata: { name: ops }\nspec: { members: [ana] }\n";
    let keyed = format!("{ROTA}  handoff: {{ late: 5m }}\n");
    for (name, text, before, behind) in [
        ("a rota at the end", ROTA.to_owned(), ROTA.to_owned(), ""),
        ("another key behind the layers", keyed.clone(), keyed.clone(), ""),
        ("a document behind it", format!("{ROTA}\n{next}"), ROTA.to_owned(), "\n---\n# Another one."),
        ("overrides that are there", format!("{ROTA}{old}{next}"), format!("{ROTA}{old}"), "---\n# Another one."),
        ("no end of the last line", ROTA.trim_end().to_owned(), ROTA.to_owned(), ""),
    ] {
        let files = files(&format!("{PEOPLE}{text}"));
        let estate = estate::load(&files).unwrap_or_else(|why| panic!("{name}: {why:?}")).estate;
        let made = edit::edit(&files, &estate, &"ops".parse().unwrap(), &[change(5)]).unwrap();
        let head = if text.contains("  overrides:") { "" } else { "  overrides:\n" };
        // A note below the last override is about what comes next: the line goes before it or behind it, never into it.
        let after = made.after.strip_prefix(PEOPLE).unwrap();
        let without: String = after.replacen(&format!("{head}    {LINE}\n"), "", 1);
        assert_ne!(without, after, "{name}: {after}");
        assert_eq!(without.trim_end(), text.trim_end(), "{name}");
        assert!(after.starts_with(before.trim_end().split("    # the last one").next().unwrap()), "{name}: {after}");
        assert!(behind.is_empty() || after.contains(behind), "{name}: {after}");
        assert!(made.diff().contains(&format!("+    {LINE}\n")), "{name}: {}", made.diff());
    }
}

#[test]
fn what_windows_wrote_stays_so() {
    let files = files(&format!("{PEOPLE}{ROTA}").replace('\n', "\r\n"));
    let estate = estate::load(&files).unwrap().estate;
    let made = edit::edit(&files, &estate, &"ops".parse().unwrap(), &[change(5), change(7)]).unwrap();
    assert!(made.after.starts_with(&files[0].text));
    assert_eq!(made.after.matches('\n').count(), made.after.matches("\r\n").count());
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let flow = "apiVersion: meridian/v1\nkind: Rota\nmetadata: { name: ops }\nspec: { layers: [{ name: london, site: london, \
                rotation: { start: 2026-01-05T08:00, every: 1 day, members: [ana, bob] } }] }\n";
    let listed = format!(
        "{ROTA}  overrides: [{{ from: \"2026-02-02T08:00Z\", until: \"2026-02-03T08:00Z\", replace: ana, with: bob }}]\n"
    );
    for text in [flow, &listed, &format!("{ROTA}  overrides: []\n")] {
        let files = files(&format!("{PEOPLE}{text}"));
        let estate = estate::load(&files).unwrap().estate;
        let why = edit::edit(&files, &estate, &"ops".parse().unwrap(), &[change(5)]).err().unwrap();
        assert!(why.contains("the rota ops") && why.contains("by hand"), "{text}: {why}");
    }
}

fn asked(line: &str) -> Result<Asked, String> {
    let line = format!("meridian rota plan {line}");
    match Args::try_parse_from(line.split(' ')).map(|args| args.command) {
        Ok(Command::Rota { command: RotaCommand::Plan(asked) }) => Ok(asked),
        Ok(_) => Err("another command".into()),
        Err(why) => Err(why.to_string()),
    }
}

#[test]
fn what_is_asked_makes_sense() {
    let plain = "--estate e --rota ops --from 2026-10-05";
    assert_eq!(asked(plain).unwrap().weeks, 13);
    for (line, why) in [
        ("--weeks 0", "0 is not in 1..=53"),
        ("--weeks 520", "520 is not in 1..=53"),
        ("--rest 99", "99 is not in 0..=48"),
        ("--stretch 0", "0 is not in 1..=31"),
        ("--seconds nan", "a number of seconds from 1 to 3600"),
        ("--seconds -3", "unexpected argument"),
        ("--json --write", "cannot be used with"),
        ("--diff --json", "cannot be used with"),
        ("--server http://a --data d", "cannot be used with"),
    ] {
        let said = asked(&format!("{plain} {line}")).map(|_| ()).unwrap_err();
        assert!(said.contains(why), "{line}: {said}");
    }
    assert!(asked("--estate e --rota ops --from 2026-13-05").map(|_| ()).unwrap_err().contains("2026-13-05"));
}

#[test]
fn a_bound_is_below_every_plan_and_the_programs_make_none_worse() {
    let files = files(&format!("{PEOPLE}{ROTA}"));
    let estate = estate::load(&files).unwrap().estate;
    let rota = &estate.rotas["ops"];
    let at = |text: &str| text.parse().unwrap();
    for (rest, until) in [(11, "2026-10-20T00:00Z"), (0, "2026-10-20T00:00Z")] {
        let rules = Rules { rest: jiff::SignedDuration::from_hours(rest), stretch_days: 7 };
        let window = (at("2026-10-05T00:00Z"), at(until));
        let wish = wish(&estate, &Default::default(), &Default::default(), rota, window, rules);
        let mut draft = Draft::new(&wish);
        draft.improve(1, |_, _| {});
        let mut said = Vec::new();
        let found = solve::solve(&wish, 2.0, |line| said.push(line.to_owned()));
        let total = wish.cost(&found.given).total;
        assert!(total <= draft.total() + 1e-6, "{rest}");
        assert!(found.bound <= total + 1e-6, "{rest}: {} {total}", found.bound);
        // Turns of a whole day touch: with a rest nobody can have two days in a row, and both are needed.
        assert_eq!(wish.cost(&found.given).missing, 0, "{rest}");
        assert!(said.iter().any(|line| line.starts_with("search, round")), "{said:?}");
        assert!(said.iter().any(|line| line.starts_with("no plan costs less")), "{said:?}");
    }
}
