//! The estate in force: since when, of what content, and the change that was refused.

use maud::{Markup, html};

use crate::ui::{
    parts::{
        Detail, elapsed, empty,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, frame, thousands},
    view::estate::{EstateView, Refused},
};

pub fn estate(shell: &Shell, view: &EstateView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        div.title { h1 { "Estate " (view.name) } span.dim { "read from files; changed there, not here" } }
        section #inforce.gap-top data-live aria-label="In force" {
            @if let Some(refused) = &view.refused { (refused_change(shell, refused)) }
            dl.kv {
                dt { "In force" }
                dd { @match view.since { Some(at) => { "since " (time(clock, at, None, Detail::Second)) ", " (elapsed(clock, at)) }, None => "no estate was loaded yet" } }
                dt { "Digest" } dd { code { (view.digest) } }
                dt { "Holds" } dd { @for (i, (what, n)) in view.counts.iter().enumerate() { @if i > 0 { ", " } b { (n) } " " (what) } }
            }
        }
        div.cols.half.gap-top {
            section #warnings data-live aria-label="Warnings" {
                (section_head("Warnings", html! { (view.warnings.len()) }))
                @if view.warnings.is_empty() { (empty("Nothing to warn of", html! { "Everybody on watch can be reached, and every escalation ends with somebody." })) }
                @else { div.tight { @for warning in &view.warnings { (note(Tone::Warning, &warning.what, html! { @if let Some(file) = &warning.file { (file) } })) } } }
            }
            section aria-label="Files" {
                (section_head("Files", html! { (view.files.len()) }))
                (scroll("Files", html! {
                    table {
                        caption.sr { "Files of the estate" }
                        thead { tr { th scope="col" { "File" } th.num scope="col" { "Lines" } } }
                        tbody { @for (path, lines) in &view.files { tr { td { code { (path) } } td.num { (thousands(*lines)) } } } }
                    }
                }))
            }
        }
    };
    frame(shell, "Estate", Place::Estate, "page", content)
}

fn refused_change(shell: &Shell, refused: &Refused) -> Markup {
    html! {
        div.over #refused {
            (note(Tone::Bad, "A change was refused whole; the estate below stays in force", html! {
                "At " (time(&shell.clock, refused.at, None, Detail::Second)) ", " (refused.problems.len()) " problems. Correct the files; they are read again when they change."
            }))
            @for problem in &refused.problems {
                p.tight { b { (problem.message) } " " span.faint { (problem.file) ", line " (problem.line) ", column " (problem.column) } }
                @if !problem.snippet.is_empty() { pre.code tabindex="0" { (problem.snippet) } }
            }
        }
    }
}
