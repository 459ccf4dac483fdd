//! `meridian handoff …`.

use meridian_core::handoff::{Item, plain};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    args::HandoffCommand,
    failure::Failure,
    output::{Form, Output, Usual},
    table::{Cell, Table, Tone, clean},
    text_or_stdin,
};

/// A handoff, as the API gives it.
#[derive(Deserialize)]
struct Handoff {
    handoff: u64,
    rota: String,
    title: String,
    standing: String,
    due: String,
    from: Side,
    to: Side,
    accepted: Option<Accepted>,
    void_because: Option<String>,
    before_acceptance: Option<Vec<String>>,
    #[serde(default)]
    revision: Option<String>,
    #[serde(default)]
    read_by: Option<Vec<ReadBy>>,
    items: Option<Vec<Item>>,
    #[serde(default)]
    found_in: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    item: Option<String>,
    part: String,
}

/// How well an edge is handed over, as far as the table shows it.
#[derive(Deserialize)]
struct Figures {
    rota: String,
    from: String,
    to: String,
    accepted: Vec<u64>,
    late: Vec<u64>,
    emergencies: Vec<u64>,
    read_back: usize,
    unstable: usize,
    pages: Vec<u64>,
    missed: Vec<u64>,
}

#[derive(Deserialize)]
struct Edges {
    items: Vec<Figures>,
}

#[derive(Deserialize)]
struct ReadBy {
    by: String,
    at: String,
    unread: Vec<String>,
}

#[derive(Deserialize)]
struct Side {
    persons: Vec<String>,
}

#[derive(Deserialize)]
struct Accepted {
    by: String,
    at: String,
    emergency: bool,
}

/// Newest first, as many as anybody reads.
const USUAL: Usual = Usual::Newest(50);

pub(super) async fn run(client: &Client, command: HandoffCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        HandoffCommand::List { rota, standing, search, person, from, to, since, until, only, part } => {
            let query = [
                ("person", person.map(String::from)),
                ("from", from.map(String::from)),
                ("to", to.map(String::from)),
                ("since", since.map(|since| since.to_string())),
                ("until", until.map(|until| until.to_string())),
                ("only", only.map(|only| only.word().to_owned())),
                ("rota", rota.map(String::from)),
                ("standing", standing.map(|standing| standing.word().to_owned())),
                ("q", search),
            ];
            let show = |out: &Output, found: Vec<Handoff>| out.table(&table(out, &found), "There is no such handoff.");
            out.list(server, ("list handoffs", &["handoffs"]), &query, (&part, USUAL), show).await
        }
        HandoffCommand::Figures { from, until } => {
            let instants = [("from", from), ("until", until)];
            let query: Vec<_> = instants.iter().filter_map(|(key, at)| Some((*key, (*at)?.to_string()))).collect();
            let answer = server.get("show the figures of handoffs", &["handoffs", "figures"], &query).await?;
            if out.is_json() {
                return Ok(answer.body);
            }
            let found: Edges = answer.read()?;
            Ok(out.table(&figures(&found.items), "No handoff has ended there."))
        }
        HandoffCommand::Show { handoff } => {
            let number = handoff.to_string();
            let answer = server.get(&format!("show handoff {number}"), &["handoffs", &number], &[]).await?;
            if out.is_json() { Ok(answer.body) } else { Ok(show(out, &answer.read()?)) }
        }
        HandoffCommand::Read { handoff, by } => {
            let (number, wish) = (handoff.to_string(), format!("read handoff {handoff}"));
            let shown = server.get(&wish, &["handoffs", &number], &[]).await?;
            let brief: Handoff = shown.read()?;
            let body = json!({ "by": by, "revision": brief.revision });
            let answer = server.post(&wish, &["handoffs", &number, "read"], &body).await?;
            // What was read is what was shown, whatever it says now.
            let text = if out.is_json() { String::new() } else { show(out, &brief) + "\n" };
            Ok(text + &out.done(&answer, |handoff: Handoff| said(out, &handoff, "read"))?)
        }
        other => {
            let (handoff, path, body, what) = change(other)?;
            let number = handoff.to_string();
            let wish = format!("change handoff {number}");
            let answer = server.post(&wish, &["handoffs", &number, path], &body).await?;
            out.done(&answer, |handoff: Handoff| said(out, &handoff, what))
        }
    }
}

/// The handoff, the end of the path, the body, and what it did.
fn change(command: HandoffCommand) -> Result<(u64, &'static str, Value, &'static str), Failure> {
    use HandoffCommand::{
        Accept, Action, Amend, Answer, Ask, Figures, List, Note, Read, ReadBack, Refuse, Show, Waive,
    };
    Ok(match command {
        // Asked for before.
        List { .. } | Figures { .. } => (0, "", json!({}), ""),
        Show { handoff } | Read { handoff, .. } => (handoff, "", json!({}), ""),
        Action { about, number: Some(number), over: true, .. } => {
            let body = json!({ "by": about.by, "item": about.item, "number": number });
            (about.handoff, "actions/over", body, "action over")
        }
        Action { about, text, owner, due, number, .. } => {
            let body = json!({
                "by": about.by, "item": about.item, "text": text.map(text_or_stdin).transpose()?, "owner": owner,
                "due": due, "number": number,
            });
            (about.handoff, "actions", body, if number.is_some() { "action changed" } else { "action added" })
        }
        Note { handoff, text, owner, contingency, by } => {
            let body = json!({ "by": by, "summary": text_or_stdin(text)?, "owner": owner, "contingency": contingency });
            (handoff, "notes", body, "noted")
        }
        Amend { about, severity, owner, contingency, note, remove, done } => {
            let note = note.map(text_or_stdin).transpose()?;
            let body = json!({
                "by": about.by, "item": about.item, "severity": severity, "owner": owner,
                "contingency": contingency, "note": note, "remove": remove, "done": done,
            });
            (about.handoff, "items", body, "amended")
        }
        Ask { about, text } => {
            let body = json!({ "by": about.by, "item": about.item, "text": text_or_stdin(text)? });
            (about.handoff, "questions", body, "asked")
        }
        Answer { about, question, text } => {
            let text = text_or_stdin(text)?;
            let body = json!({ "by": about.by, "item": about.item, "question": question, "text": text });
            (about.handoff, "answers", body, "answered")
        }
        ReadBack { about, words, next, at } => {
            let words = text_or_stdin(words)?;
            let body = json!({ "by": about.by, "item": about.item, "words": words, "next": next, "next_at": at });
            (about.handoff, "read-backs", body, "read back")
        }
        Waive { about, what, reason } => {
            let reason = text_or_stdin(reason)?;
            let body = json!({ "by": about.by, "item": about.item, "what": what.word(), "reason": reason });
            (about.handoff, "waivers", body, "waived")
        }
        Accept { handoff, emergency, by } => {
            (handoff, "accept", json!({ "by": by, "emergency": emergency }), "accepted")
        }
        Refuse { handoff, reason, by } => {
            (handoff, "refuse", json!({ "by": by, "reason": text_or_stdin(reason)? }), "refused")
        }
    })
}

/// `Handoff 7, London to New York, is accepted by oliver; 2 things stand before acceptance.`
fn said(out: &Output, handoff: &Handoff, what: &str) -> String {
    let (state, _) = state(out, handoff);
    let before = handoff.before_acceptance.iter().flatten().count();
    let before = match before {
        0 => String::new(),
        1 => "; one thing stands before acceptance".into(),
        many => format!("; {many} things stand before acceptance"),
    };
    clean(&format!("Handoff {}, {}: {what}; {state}{before}.", handoff.handoff, handoff.title)) + "\n"
}

/// In words, and how it stands out.
fn state(out: &Output, handoff: &Handoff) -> (String, Tone) {
    match (&handoff.accepted, &handoff.void_because, &*handoff.standing) {
        (Some(accepted), ..) => {
            let how = if accepted.emergency { "accepted in an emergency" } else { "accepted" };
            (format!("{how} by {} at {}", accepted.by, out.instant(&accepted.at)), Tone::Good)
        }
        (_, Some(why), _) => (format!("void: {why}"), Tone::Plain),
        (_, _, "late") => ("late".into(), Tone::Bad),
        (_, _, other) => (other.to_owned(), Tone::Warn),
    }
}

/// `3 of 4`
fn of(part: usize, whole: usize) -> String {
    format!("{part} of {whole}")
}

fn figures(edges: &[Figures]) -> Table {
    let mut table = Table::new(["ROTA", "FROM", "TO", "ON TIME", "READ BACK", "MISSED", "EMERGENCIES"]);
    for edge in edges {
        let accepted = edge.accepted.len();
        table.row([
            (&edge.rota).into(),
            (&edge.from).into(),
            (&edge.to).into(),
            of(accepted.saturating_sub(edge.late.len()), accepted).into(),
            of(edge.read_back, edge.unstable).into(),
            of(edge.missed.len(), edge.pages.len()).into(),
            edge.emergencies.len().to_string().into(),
        ]);
    }
    table
}

/// `question of incident/42, title`
fn places(found: &[Found]) -> String {
    let place = |found: &Found| match &found.item {
        Some(item) => format!("{} of {item}", found.part),
        None => found.part.clone(),
    };
    found.iter().map(place).collect::<Vec<_>>().join(", ")
}

fn table(out: &Output, handoffs: &[Handoff]) -> Table {
    let mut table = Table::new(["HANDOFF", "ROTA", "TITLE", "DUE", "FROM", "TO", "STATE", "FOUND IN"]);
    for handoff in handoffs {
        let (state, tone) = state(out, handoff);
        table.row([
            handoff.handoff.to_string().into(),
            (&handoff.rota).into(),
            (&handoff.title).into(),
            out.instant(&handoff.due).into(),
            handoff.from.persons.join(", ").into(),
            handoff.to.persons.join(", ").into(),
            Cell::new(state, tone),
            places(&handoff.found_in).into(),
        ]);
    }
    table
}

/// The brief, item by item.
fn show(out: &Output, handoff: &Handoff) -> String {
    if out.form == Form::Ids {
        return format!("{}\n", handoff.handoff);
    }
    let (state, tone) = state(out, handoff);
    let mut text = format!("{} of {}, handoff {}\n", clean(&handoff.title), clean(&handoff.rota), handoff.handoff);
    text += &format!("{:<14}{}\n", "state", out.paint(tone, &clean(&state)));
    text += &format!("{:<14}{}\n", "due", out.instant(&handoff.due));
    let persons = |side: &Side| clean(&side.persons.join(", "));
    text += &format!("{:<14}{} to {}\n", "watch", persons(&handoff.from), persons(&handoff.to));
    for read in handoff.read_by.iter().flatten() {
        let since = if read.unread.is_empty() { String::new() } else { format!("; {}", read.unread.join("; ")) };
        text += &format!("{:<14}{} at {}{}\n", "read by", clean(&read.by), out.instant(&read.at), clean(&since));
    }
    for item in handoff.items.iter().flatten() {
        text += &one(out, item);
    }
    for (number, before) in handoff.before_acceptance.iter().flatten().enumerate() {
        let head = if number == 0 { "\nbefore acceptance\n" } else { "" };
        text += &format!("{head}  {}\n", clean(before));
    }
    text
}

fn one(out: &Output, item: &Item) -> String {
    use meridian_core::handoff::{Stability, StabilityBecause, Who};
    let tone = match item.severity {
        Stability::Unstable => Tone::Bad,
        Stability::Watcher => Tone::Warn,
        Stability::Stable => Tone::Plain,
    };
    let because: Vec<String> = item.because.iter().map(StabilityBecause::words).collect();
    let severity = out.paint(tone, item.severity.word());
    let mut lines = vec![format!("\n{}. {severity}  {}  [{}]", item.number, clean(&plain(&item.summary)), item.key)];
    let mut line = |key: &str, text: String| lines.push(format!("   {key:<13}{}", clean(&text)));
    line("because", because.join(", "));
    if !item.detail.is_empty() {
        line("detail", plain(&item.detail));
    }
    if let Some(latest) = &item.latest {
        line("newest note", latest.clone());
    }
    if let Some(note) = &item.note {
        line("note", note.clone());
    }
    let who = |who: &Who| String::from(who.clone());
    line("owner", item.owner.as_ref().map_or_else(|| "nobody".into(), who));
    for action in &item.actions {
        let due = action.due.map_or(String::new(), |due| format!(" by {}", out.instant(&due.to_string())));
        let number = action.number.map_or(String::new(), |number| format!(" ({number})"));
        line("action", format!("{}: {}{due}{number}", who(&action.owner), action.text));
    }
    line("contingency", item.contingency.as_deref().map_or_else(|| "none".into(), plain));
    for waiver in &item.waivers {
        line("waived", format!("{} by {}: {}", waiver.what.word(), waiver.by, waiver.reason));
    }
    for question in &item.questions {
        line(&format!("question {}", question.number), format!("{}: {}", question.by, question.text));
        if let Some(answer) = &question.answer {
            line("answer", format!("{}: {}", answer.by, answer.text));
        }
    }
    if let Some(read) = &item.read_back {
        line("read back", format!("{}: {}", read.by, read.words));
        let at = read.next_at.map_or(String::new(), |at| format!(" {}", out.instant(&at.to_string())));
        if read.next.is_some() || read.next_at.is_some() {
            line("next", format!("{}{at}", read.next.clone().unwrap_or_default()));
        }
    }
    if item.needs_read_back() {
        line("read back", "needed".into());
    }
    lines.join("\n") + "\n"
}
