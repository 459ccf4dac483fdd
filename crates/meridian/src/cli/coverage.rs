//! `meridian coverage`: where the ring has holes, as the estate's files, a journal or a running server has it.

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    estate::{Estate, Rota},
    roster::coverage::{lasting, listed},
};

use super::roster::{Source, Unanswered, no_rota};
use crate::api::coverage::{ClockChangeView, CoverageView, FindingView, WINDOW_MAX, moment};

/// Reads an instant or a date of the command line.
pub fn instant_or_date(text: &str) -> Result<Instant, String> {
    moment(text).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        format!("`{}` is neither an instant like 2026-03-08T06:55:00Z nor a date like 2026-03-08", shown.escape_debug())
    })
}

/// A rota of the estate, by its name.
pub(super) fn find<'a>(estate: &'a Estate, name: &str) -> Result<&'a Rota, String> {
    estate.rotas.get(name).ok_or_else(|| no_rota(name, estate.rotas.keys().map(|known| known.as_str())))
}

/// Printed in the same bytes, wherever the answer comes from.
pub fn coverage(
    source: &Source,
    rota: Option<&str>,
    from: Instant,
    to: Instant,
    json: bool,
) -> Result<String, Unanswered> {
    if from >= to {
        return Err(format!("--to {to} is not after --from {from}").into());
    }
    if from.duration_until(to) > WINDOW_MAX {
        return Err(format!("from {from} to {to} are more than two years: ask for less at a time").into());
    }
    let found = source.coverage(rota, from, to)?;
    if json {
        return serde_json::to_string_pretty(&found).map_err(|error| error.to_string().into());
    }
    Ok(told(&found))
}

fn told(found: &CoverageView) -> String {
    let mut text: String = found.findings.iter().map(said).collect();
    let of_rotas = found.covers.iter().filter(|cover| cover.of.starts_with("rota/"));
    let holes = of_rotas.flat_map(|cover| &cover.holes);
    let (count, total) = holes.fold((0, SignedDuration::ZERO), |(count, total), hole| {
        let length = hole.until.parse().ok().zip(hole.from.parse().ok());
        let length = length.map(|(until, from): (Instant, Instant)| until.duration_since(from)).unwrap_or_default();
        (count + 1, total.saturating_add(length))
    });
    let day = |at: &str| at.chars().take(10).collect::<String>();
    let window = format!("from {} to {}", day(&found.from), day(&found.until));
    if found.covers.is_empty() {
        return "The estate has no rota.\n".to_owned();
    }
    text += &match count {
        0 => format!("No hole {window}.\n"),
        1 => format!("1 hole {window}, {}.\n", lasting(total)),
        _ => format!("{count} holes {window}, {} together.\n", lasting(total)),
    };
    text
}

/// `payments`, `team trading`, `the whole estate`.
fn whose(of: &str) -> String {
    match of.split_once('/') {
        Some(("rota", name)) => name.to_owned(),
        Some((kind, name)) => format!("{kind} {name}"),
        None => format!("the whole {of}"),
    }
}

fn said(finding: &FindingView) -> String {
    let mut text = format!("{}: {}\n", whose(&finding.of), finding.title);
    for phase in &finding.phases {
        text += &format!("  {}\n", phase.said);
        let there: Vec<String> =
            phase.local.iter().map(|local| format!("{} in {}", local.times, local.site_name)).collect();
        if !there.is_empty() {
            text += &format!("    {}\n", there.join(", "));
        }
        text += &changes("since", &phase.begun_by);
        text += &changes("until", &phase.ended_by);
    }
    let reasons = finding.because.iter().filter(|because| because.reason != "clock-change");
    let reasons: Vec<String> = reasons.map(|because| because.said.clone()).collect();
    if !reasons.is_empty() {
        text += &format!("  because {}\n", listed(reasons));
    }
    let proposals: Vec<&str> = finding.proposals.iter().map(|proposal| proposal.said.as_str()).collect();
    if let Some(first) = finding.proposals.first() {
        let all = if first.closes == finding.days { "" } else { " (the others are holidays)" };
        text += &format!("  closed by {} on {} days{all}\n", proposals.join(", or "), first.closes);
    }
    text + "\n"
}

fn changes(word: &str, changes: &[ClockChangeView]) -> String {
    let words: Vec<&str> = changes.iter().map(|change| change.said.as_str()).collect();
    if words.is_empty() { String::new() } else { format!("    {word} {}\n", words.join("; ")) }
}
