//! A report as people read it, and its sequence picture.

use std::{collections::BTreeMap, fmt::Write as _};

use meridian_core::trace::{Clock, Connection, Matched, Report, Verdict};

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
    for connection in failed.iter().take(ROWS_MAX) {
        let _ = writeln!(
            text,
            "{}  {}  ({:.0}% sure)",
            ends(connection),
            connection.told,
            (connection.confidence * 100.0).floor()
        );
        for note in &connection.notes {
            let _ = writeln!(text, "    {note}");
        }
    }
    if failed.len() > ROWS_MAX {
        let _ = writeln!(text, "and {} more; --json has them all", failed.len() - ROWS_MAX);
    }
    text
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

/// A sequence picture: a line for each test point, and how far each packet got, the worst first.
pub fn picture(report: &Report) -> String {
    let shown: Vec<&Connection> = worst_first(report).into_iter().take(PICTURE_MAX).collect();
    let columns = report.captures.len() + 2;
    let (width, height) = (120 + columns * 160, 90 + shown.len() * 96);
    let x = |column: usize| 60 + 80 + column * 160;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"How far each packet got\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let names = report.captures.iter().map(|capture| capture.name.as_str());
    for (column, name) in ["client"].into_iter().chain(names).chain(["server"]).enumerate() {
        let (x, end) = (x(column), height - 12);
        let dash = if column == 0 || column + 1 == columns { " stroke-dasharray=\"3 5\"" } else { "" };
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"28\" text-anchor=\"middle\" font-weight=\"600\">{}</text>\n\
             <line x1=\"{x}\" y1=\"38\" x2=\"{x}\" y2=\"{end}\" stroke=\"#999\"{dash}/>",
            escaped(name)
        );
    }
    for (row, connection) in shown.iter().enumerate() {
        let y = 66 + row * 96;
        let _ = writeln!(
            svg,
            "<text x=\"20\" y=\"{y}\" fill=\"#222\" stroke=\"#fff\" stroke-width=\"4\" paint-order=\"stroke\">{}</text>",
            escaped(&format!(
                "{}: {} ({:.0}% sure)",
                ends(connection),
                connection.told,
                (connection.confidence * 100.0).floor()
            ))
        );
        arrows(&mut svg, connection, y, &x);
    }
    svg + "</svg>\n"
}

fn arrows(svg: &mut String, connection: &Connection, y: usize, x: &impl Fn(usize) -> usize) {
    let last = connection.views.len();
    let seen = |what: fn(&meridian_core::trace::View) -> bool| {
        let at = |view: &Option<meridian_core::trace::View>| view.as_ref().is_some_and(what);
        (connection.views.iter().position(at), connection.views.iter().rposition(at))
    };
    let (_, syn) = seen(|view| !view.syn_ns.is_empty());
    let (back, _) = seen(|view| !view.syn_ack_ns.is_empty());
    let (reset, reset_from) = seen(|view| !view.reset_ns.is_empty() || !view.unreachable_ns.is_empty());
    // How far each got, as column; the client's is 0, the first test point's 1.
    let forward = match &connection.verdict {
        Verdict::DroppedForward { after, .. } => after + 1,
        Verdict::Rejected { behind, .. } => behind + 1,
        _ => {
            if back.is_some() {
                last + 1
            } else {
                syn.map_or(1, |syn| syn + 1)
            }
        }
    };
    arrow(svg, "SYN", x(0), x(forward), y + 20, forward <= last && reset.is_none());
    if let Some(back) = back {
        let opened = connection.verdict == Verdict::Opened;
        let end = if opened { 0 } else { back + 1 };
        arrow(svg, "SYN-ACK", x(last + 1), x(end), y + 42, !opened);
    } else if let Some((reset, from)) = reset.zip(reset_from) {
        let end = if reset == 0 { 0 } else { reset + 1 };
        arrow(svg, "rejected", x(from + 1) + 60, x(end), y + 42, reset > 0);
    }
    if connection.views.iter().flatten().any(|view| view.matched == Matched::Probably) {
        let _ = writeln!(svg, "<text x=\"20\" y=\"{}\" fill=\"#666\">matched by options and time</text>", y + 62);
    }
}

fn arrow(svg: &mut String, label: &str, from: usize, to: usize, y: usize, vanished: bool) {
    let (colour, back) = (if vanished { "#b3261e" } else { "#1a6b3c" }, to < from);
    let _ =
        writeln!(svg, "<line x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\"/>");
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{colour}\">{label}</text>",
        (from + to) / 2,
        y - 4
    );
    if vanished {
        // It was seen here, and no further: the cross stands beyond the line.
        let at = if back { to.saturating_sub(40) } else { to + 40 };
        let _ = writeln!(
            svg,
            "<line x1=\"{to}\" y1=\"{y}\" x2=\"{at}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"4 4\"/>\n\
             <path d=\"M{} {} l12 12 m0 -12 l-12 12\" stroke=\"{colour}\" stroke-width=\"3\" fill=\"none\"/>",
            at.saturating_sub(6),
            y.saturating_sub(6)
        );
    } else {
        let turn = if back { 8i64 } else { -8 };
        let _ = writeln!(svg, "<path d=\"M{to} {y} l{turn} -5 l0 10 z\" fill=\"{colour}\"/>");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
