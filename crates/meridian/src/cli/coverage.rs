//! `meridian coverage`: where the ring has holes, as the estate alone has it.

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    estate::{Estate, Rota},
    roster::{
        self, Overrides,
        coverage::{ClockChange, Coverage, Finding, Phase, Scope, lasting, listed},
    },
};

use super::roster::no_rota;
use crate::api::coverage::{WINDOW_MAX, moment, view};

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

pub fn coverage(estate: &Estate, rota: Option<&str>, from: Instant, to: Instant, json: bool) -> Result<String, String> {
    let only = rota.map(|name| find(estate, name)).transpose()?.map(|rota| &rota.name);
    if from >= to {
        return Err(format!("--to {to} is not after --from {from}"));
    }
    if from.duration_until(to) > WINDOW_MAX {
        return Err(format!("from {from} to {to} are more than two years: ask for less at a time"));
    }
    let found = roster::coverage(estate, &Overrides::default(), only, from, to);
    if json {
        return serde_json::to_string_pretty(&view(&found, estate)).map_err(|error| error.to_string());
    }
    Ok(told(&found, estate))
}

fn told(found: &Coverage, estate: &Estate) -> String {
    let mut text = String::new();
    for finding in &found.findings {
        text += &said(finding, estate);
    }
    let of_rotas = found.covers.iter().filter(|cover| matches!(cover.of, Scope::Rota(_)));
    let holes = of_rotas.flat_map(|cover| &cover.holes);
    let (count, total) = holes.fold((0, SignedDuration::ZERO), |(count, total), (from, until)| {
        (count + 1, total.saturating_add(until.duration_since(*from)))
    });
    let day = |at: Instant| at.strftime("%Y-%m-%d").to_string();
    let window = format!("from {} to {}", day(found.window.0), day(found.window.1));
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

fn said(finding: &Finding, estate: &Estate) -> String {
    let mut text = format!("{}: {}\n", finding.of.words(), finding.title(estate));
    for phase in &finding.phases {
        text += &format!("  {}\n", phase.when());
        let site = |name: &&meridian_core::id::Name| {
            let site = estate.sites.get(*name)?;
            Some(format!("{} in {}", phase.there(&site.zone)?, site.display_name))
        };
        let there: Vec<String> = finding.sites().iter().filter_map(site).collect();
        if !there.is_empty() {
            text += &format!("    {}\n", there.join(", "));
        }
        text += &changes(phase, estate);
    }
    let reasons = finding.because.iter().filter(|because| because.word() != "clock-change");
    let reasons: Vec<String> = reasons.map(|because| because.words(estate)).collect();
    if !reasons.is_empty() {
        text += &format!("  because {}\n", listed(reasons));
    }
    let proposals: Vec<String> = finding.proposals.iter().map(|proposal| proposal.words(estate)).collect();
    if let Some(first) = finding.proposals.first() {
        let all = if first.closes == finding.days() { "" } else { " (the others are holidays)" };
        text += &format!("  closed by {} on {} days{all}\n", proposals.join(", or "), first.closes);
    }
    text + "\n"
}

fn changes(phase: &Phase, estate: &Estate) -> String {
    let line = |word: &str, changes: &[ClockChange]| {
        let words: Vec<String> = changes.iter().map(|change| change.words(estate)).collect();
        if words.is_empty() { String::new() } else { format!("    {word} {}\n", words.join("; ")) }
    };
    line("since", &phase.begun_by) + &line("until", &phase.ended_by)
}
