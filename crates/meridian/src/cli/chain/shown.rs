//! A report as people read it, and its sequence picture.

use std::{collections::BTreeMap, fmt::Write as _};

use meridian_core::trace::{Clock, Connection, Matched, Report, Verdict, View};

/// So many connections have a line of their own, and so many a row of the picture; the rest is counted.
const ROWS_MAX: usize = 50;
const PICTURE_MAX: usize = 12;

/// What went wrong stands first, then what is less sure.
fn worst_first(report: &Report) -> Vec<&Connection> {
    let mut connections: Vec<&Connection> = report.connections.iter().collect();
    connections.sort_by_key(|connection| connection.verdict == Verdict::Opened);
    connections
}

pub fn told(report: &Report, warnings: &[String]) -> String {
    let mut text = String::new();
    for warning in warnings {
        let _ = writeln!(text, "note: {warning}");
    }
    for capture in &report.captures {
        let lost = if capture.lost > 0 { format!(", {} lost by the capture", capture.lost) } else { String::new() };
        let _ =
            writeln!(text, "{}: {} packets, {} handshakes{lost}", capture.name, capture.packets, capture.handshakes);
    }
    for clock in &report.clocks {
        let (here, before) = (&report.captures[clock.of].name, &report.captures[clock.of - 1].name);
        let _ = writeln!(text, "clock of {here} against {before}: {}", clock_told(clock));
    }
    text.push('\n');
    if report.connections.is_empty() {
        return text
            + "No handshake of TCP is in any of them: capture while connections are opened, SYNs among the packets.\n";
    }
    let mut sums: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    for connection in &report.connections {
        *sums.entry((connection.verdict == Verdict::Opened, &connection.told)).or_default() += 1;
    }
    for ((_, told), count) in sums {
        let _ = writeln!(text, "{count:>6}  {told}");
    }
    text.push('\n');
    let failed = worst_first(report).into_iter().filter(|one| one.verdict != Verdict::Opened || !one.notes.is_empty());
    let failed: Vec<&Connection> = failed.collect();
    text += &table(report, &failed[..failed.len().min(ROWS_MAX)]);
    if failed.len() > ROWS_MAX {
        let _ = writeln!(text, "and {} more; --json has them all", failed.len() - ROWS_MAX);
    }
    text
}

/// A row for each connection: what each test point saw of it, and what became of it. Its notes stand below it.
fn table(report: &Report, connections: &[&Connection]) -> String {
    if connections.is_empty() {
        return String::new();
    }
    let captures = report.captures.iter().map(|capture| capture.name.clone());
    let words = |words: [&str; 2]| words.map(str::to_owned);
    let head = ["CONNECTION".to_owned()].into_iter().chain(captures).chain(words(["SURE", "VERDICT"]));
    let mut rows: Vec<Vec<String>> = vec![head.collect()];
    for connection in connections {
        let views = connection.views.iter().map(|view| view.as_ref().map_or_else(|| "-".to_owned(), saw));
        let verdict = [sure(connection), connection.told.clone()];
        rows.push([ends(connection)].into_iter().chain(views).chain(verdict).collect());
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let notes = [&[][..]].into_iter().chain(connections.iter().map(|connection| connection.notes.as_slice()));
    let mut text = String::new();
    for (row, notes) in rows.iter().zip(notes) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
        for note in notes {
            let _ = writeln!(text, "    {note}");
        }
    }
    text
}

/// What a test point saw of a handshake, and how often.
fn saw(view: &View) -> String {
    let seen = [
        ("SYN", view.syn_ns.len()),
        ("SYN-ACK", view.syn_ack_ns.len()),
        ("RST", view.reset_ns.len()),
        ("ICMP", view.unreachable_ns.len()),
    ];
    let times = |(what, count): &(&str, usize)| match count {
        0 => None,
        1 => Some((*what).to_owned()),
        _ => Some(format!("{count} {what}")),
    };
    seen.iter().filter_map(times).collect::<Vec<_>>().join(", ")
}

fn clock_told(clock: &Clock) -> String {
    let ms = |ns: i64| ns as f64 / 1e6;
    if clock.moved() {
        return "they contradict themselves: one was set meanwhile".to_owned();
    }
    match (clock.ahead_min_ns, clock.ahead_max_ns) {
        (Some(min), Some(max)) => format!("ahead by {:.3} to {:.3} ms, from {} packets", ms(min), ms(max), clock.n),
        (None, Some(max)) => format!("ahead by {:.3} ms at most", ms(max)),
        (Some(min), None) => format!("ahead by {:.3} ms at least", ms(min)),
        (None, None) => "unknown, as no packet is in both".to_owned(),
    }
}

/// The ends as they were first seen, and as they are behind a translation.
fn ends(connection: &Connection) -> String {
    let mut seen = vec![];
    for view in connection.views.iter().flatten() {
        let ends = format!("{} > {}", view.client, view.server);
        if seen.last() != Some(&ends) {
            seen.push(ends);
        }
    }
    seen.join(", then ")
}

/// What became of a packet where its arrow ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Arrived,
    /// It was seen here, and not at the next test point.
    Vanished,
    /// Nobody captured what came next.
    Unknown,
}

const GOOD: &str = "#1a6b3c";
const BAD: &str = "#b3261e";

/// A sequence picture: a line for each test point, and how far each packet got, the worst first.
pub fn picture(report: &Report) -> String {
    let shown: Vec<&Connection> = worst_first(report).into_iter().take(PICTURE_MAX).collect();
    let titles: Vec<String> =
        shown.iter().map(|one| format!("{}: {} ({} sure)", ends(one), one.told, sure(one))).collect();
    let names = report.captures.iter().map(|capture| capture.name.as_str());
    let names: Vec<&str> = ["client"].into_iter().chain(names).chain(["server"]).collect();
    // A letter is eight pixels wide at most, as far as anybody can know without the font.
    let longest = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count() * 8).max().unwrap_or(0);
    let column = longest(&mut names.iter().copied()).max(136) + 24;
    let width = (names.len() * column).max(longest(&mut titles.iter().map(String::as_str)) + 40);
    let height = 90 + shown.len() * 96;
    let x = |at: usize| column / 2 + at * column;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"How far each packet got\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (at, name) in names.iter().enumerate() {
        let (x, end) = (x(at), height - 12);
        let dash = if at == 0 || at + 1 == names.len() { " stroke-dasharray=\"3 5\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"28\" text-anchor=\"middle\" font-weight=\"600\">{}</text>\n\
             <line x1=\"{x}\" y1=\"38\" x2=\"{x}\" y2=\"{end}\" stroke=\"#999\"{dash}/>",
            escaped(name)
        );
    }
    for (row, (connection, title)) in shown.iter().zip(&titles).enumerate() {
        let y = 66 + row * 96;
        let _ = writeln!(
            svg,
            "<text x=\"20\" y=\"{y}\" fill=\"#222\" stroke=\"#fff\" stroke-width=\"4\" paint-order=\"stroke\">{}</text>",
            escaped(title)
        );
        arrows(&mut svg, connection, y, &x);
    }
    if report.connections.len() > shown.len() {
        let (more, y) = (report.connections.len() - shown.len(), height - 20);
        let _ = writeln!(svg, "<text x=\"20\" y=\"{y}\" fill=\"#666\">and {more} more connections</text>");
    }
    svg + "</svg>\n"
}

/// The arrows of one connection. The client's column is 0, the first test point's 1.
fn arrows(svg: &mut String, connection: &Connection, y: usize, x: &impl Fn(usize) -> usize) {
    let server = connection.views.len() + 1;
    let column = |what: fn(&View) -> bool| {
        let at = |view: &Option<View>| view.as_ref().is_some_and(what);
        let views = &connection.views;
        views.iter().position(at).map(|at| at + 1).zip(views.iter().rposition(at).map(|at| at + 1))
    };
    let syn = column(|view| !view.syn_ns.is_empty()).map_or(1, |(_, far)| far);
    let answer = column(|view| !view.syn_ack_ns.is_empty());
    let rejection = column(|view| !view.reset_ns.is_empty() || !view.unreachable_ns.is_empty());
    match (&connection.verdict, answer, rejection) {
        (Verdict::Opened, ..) => {
            arrow(svg, "SYN", GOOD, (x(0), x(server), y + 20), End::Arrived);
            arrow(svg, "SYN-ACK", GOOD, (x(server), x(0), y + 42), End::Arrived);
        }
        (_, Some((near, _)), _) => {
            arrow(svg, "SYN", GOOD, (x(0), x(server), y + 20), End::Arrived);
            arrow(svg, "SYN-ACK", BAD, (x(server), x(near), y + 42), End::Vanished);
        }
        (Verdict::Rejected { behind, .. }, _, Some((near, _))) => {
            // Whoever rejected stands somewhere behind the test point, so the arrows meet there.
            let from = x(behind + 1) + (x(1) - x(0)) / 2;
            let passed = if syn > behind + 1 { x(syn) } else { from };
            arrow(svg, "SYN", GOOD, (x(0), passed, y + 20), End::Arrived);
            let (to, end) = if near == 1 { (x(0), End::Arrived) } else { (x(near), End::Vanished) };
            arrow(svg, "rejected", BAD, (from, to, y + 42), end);
        }
        (Verdict::Silent { .. }, ..) => arrow(svg, "SYN", BAD, (x(0), x(syn), y + 20), End::Unknown),
        _ => arrow(svg, "SYN", BAD, (x(0), x(syn), y + 20), End::Vanished),
    }
    if connection.views.iter().flatten().any(|view| view.matched == Matched::Probably) {
        let _ = writeln!(svg, "<text x=\"20\" y=\"{}\" fill=\"#666\">matched by options and time</text>", y + 62);
    }
}

fn arrow(svg: &mut String, label: &str, colour: &str, (from, to, y): (usize, usize, usize), end: End) {
    let back = to < from;
    let line = |from: usize, to: usize, dash: &str| {
        format!(
            "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>\n"
        )
    };
    let text = |x: usize, y: usize, size: u8, text: &str| {
        format!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"{size}\" fill=\"{colour}\">{text}</text>\n"
        )
    };
    *svg += &line(from, to, "");
    *svg += &text((from + to) / 2, y.saturating_sub(4), 11, label);
    if end == End::Arrived {
        let turn = if back { 8i64 } else { -8 };
        let _ = writeln!(svg, "<path d=\"M{to} {y} l{turn} -5 l0 10 z\" fill=\"{colour}\"/>");
        return;
    }
    // It was seen here, and no further: what is not known stands beyond the line.
    let at = if back { to.saturating_sub(40) } else { to + 40 };
    *svg += &line(to, at, " stroke-dasharray=\"4 4\"");
    if end == End::Unknown {
        *svg += &text(at + 10, y + 5, 15, "?");
        return;
    }
    let (left, top) = (at.saturating_sub(6), y.saturating_sub(6));
    let _ = writeln!(
        svg,
        "<path d=\"M{left} {top} l12 12 m0 -12 l-12 12\" stroke=\"{colour}\" stroke-width=\"3\" fill=\"none\"/>"
    );
}

/// Rounded down, and never all: a capture is no proof.
fn sure(connection: &Connection) -> String {
    format!("{:.0}%", (connection.confidence * 100.0).floor().min(99.0))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
