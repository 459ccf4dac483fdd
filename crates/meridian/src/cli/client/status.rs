//! `meridian status` and `meridian reload`: is all well?

use reqwest::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{json, value::RawValue};

use super::{
    Client, Done,
    failure::Failure,
    incidents::{self, Incident},
    output::{Form, Output},
    server::Answer,
    table::{Cell, Table, Tone, clean},
};

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Estate {
    name: String,
    digest: String,
    since: Option<String>,
    refused: Option<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    at: String,
    problems: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    file: String,
    line: u32,
    column: u32,
    message: String,
}

#[derive(Deserialize)]
struct Rota {
    rota: String,
}

#[derive(Deserialize)]
struct Shift {
    rota: String,
    role: String,
    person: String,
    site: String,
    until: String,
}

/// What one screen is made of, each as the API gave it.
struct Seen {
    estate: Answer,
    rotas: Answer,
    oncall: Answer,
    open: Answer,
    acknowledged: Answer,
    silences: Answer,
    /// What is wrong with the journal.
    journal: Option<String>,
}

/// Who is on watch where, what is open, is the journal healthy, is the estate refused.
pub(super) async fn status(client: &Client) -> Result<Done, Failure> {
    let seen = look(client).await?;
    let estate: Estate = seen.estate.read()?;
    let well = seen.journal.is_none() && estate.refused.is_none();
    let text = match client.out.form {
        Form::Json => as_json(&seen)?,
        Form::Ids => String::new(),
        Form::People | Form::Plain => screen(client, &seen, &estate)?,
    };
    Ok(Done { text, well })
}

async fn look(client: &Client) -> Result<Seen, Failure> {
    let server = &client.server;
    let get = async |path: &'static str, query: &[(&'static str, &str)]| {
        let query: Vec<(&str, String)> = query.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        server.get("tell the status", &[path], &query).await
    };
    let of = |status: &'static str| [("status", status), ("limit", "500")];
    let estate = get("estate", &[]).await?;
    let (status, said) = server.plain("ask whether the journal is healthy", Method::GET, &["-", "ready"]).await?;
    Ok(Seen {
        estate,
        rotas: get("rotas", &[]).await?,
        oncall: get("oncall", &[]).await?,
        open: get("incidents", &of("open")).await?,
        acknowledged: get("incidents", &of("acknowledged")).await?,
        silences: get("silences", &[("state", "active"), ("limit", "500")]).await?,
        journal: (status != StatusCode::OK).then(|| said.trim().to_owned()),
    })
}

fn items<T: DeserializeOwned>(answer: &Answer) -> Result<Vec<T>, Failure> {
    answer.read::<Items<T>>().map(|page| page.items)
}

/// The API's answers, unchanged, under their names.
fn as_json(seen: &Seen) -> Result<String, Failure> {
    let raw = |answer: &Answer| answer.read::<Box<RawValue>>();
    let parts = [
        ("estate", raw(&seen.estate)?),
        ("oncall", raw(&seen.oncall)?),
        ("open", raw(&seen.open)?),
        ("acknowledged", raw(&seen.acknowledged)?),
        ("silences", raw(&seen.silences)?),
    ];
    let journal = json!({ "healthy": seen.journal.is_none(), "why": seen.journal });
    let parts = parts.iter().map(|(name, answer)| format!("\"{name}\":{answer}")).collect::<Vec<_>>().join(",");
    Ok(format!("{{\"journal\":{journal},{parts}}}\n"))
}

fn screen(client: &Client, seen: &Seen, estate: &Estate) -> Result<String, Failure> {
    let out = &client.out;
    let mut unresolved: Vec<Incident> = items(&seen.open)?;
    unresolved.extend(items::<Incident>(&seen.acknowledged)?);
    unresolved.sort_by(Incident::by_need);
    let watch = on_watch(out, &items::<Rota>(&seen.rotas)?, &items::<Shift>(&seen.oncall)?);
    let incidents = incidents::table(out, &unresolved);
    let silenced = items::<serde::de::IgnoredAny>(&seen.silences)?.len();
    if out.form == Form::Plain {
        let journal = format!("journal\t{}\n", seen.journal.as_deref().map_or("healthy".into(), clean));
        let refused = if estate.refused.is_some() { "refused" } else { "in force" };
        let marked =
            |mark: &str, table: &Table| table.plain().lines().map(|l| format!("{mark}\t{l}\n")).collect::<String>();
        let estate = format!("estate\t{}\t{}\t{refused}\n", clean(&estate.name), clean(&estate.digest));
        let silences = format!("silences\t{silenced}\n");
        return Ok(journal + &estate + &silences + &marked("watch", &watch) + &marked("incident", &incidents));
    }
    let heading = |text: &str| format!("\n{}\n", out.paint(Tone::Strong, text));
    let waiting = unresolved.iter().filter(|incident| incident.status == "open").count();
    let mut text = head(out, client.server.url(), seen, estate);
    if silenced > 0 {
        text += &format!("silences  {silenced} active\n");
    }
    text += &heading("On watch");
    text += &out.table(&watch, "The estate has no rota.");
    text += &heading(&format!("Incidents: {} not resolved, {waiting} not acknowledged", unresolved.len()));
    if !incidents.is_empty() {
        text += &incidents.aligned(out.color);
    }
    Ok(text)
}

fn head(out: &Output, url: &str, seen: &Seen, estate: &Estate) -> String {
    let name = out.paint(Tone::Strong, &clean(&estate.name));
    let journal = match &seen.journal {
        None => out.paint(Tone::Good, "healthy"),
        Some(why) => out.paint(Tone::Bad, &clean(why)),
    };
    let digest: String = clean(&estate.digest).chars().take(12).collect();
    let since = estate.since.as_ref().map_or(String::new(), |at| format!(" since {}", out.instant(at)));
    let mut text = format!("{name} at {url}\njournal   {journal}\nestate    {digest} in force{since}\n");
    if let Some(refused) = &estate.refused {
        let n = refused.problems.len();
        let said = format!(
            "a change was refused at {}: {n} problem{}",
            out.instant(&refused.at),
            if n == 1 { "" } else { "s" }
        );
        text += &format!("          {}\n", out.paint(Tone::Bad, &said));
        for problem in &refused.problems {
            text += &format!("            {}\n", located(problem));
        }
    }
    text
}

fn located(problem: &Problem) -> String {
    let Problem { file, line, column, message } = problem;
    clean(&if *line == 0 { format!("{file}: {message}") } else { format!("{file}:{line}:{column}: {message}") })
}

/// A rota with nobody on watch is a row, too: it is what matters most.
fn on_watch(out: &Output, rotas: &[Rota], shifts: &[Shift]) -> Table {
    let mut table = Table::new(["ROTA", "SITE", "ROLE", "PERSON", "UNTIL"]);
    for Rota { rota } in rotas {
        let mut found = shifts.iter().filter(|shift| shift.rota == *rota).peekable();
        if found.peek().is_none() {
            table.row([rota.into(), "".into(), "".into(), Cell::new("nobody", Tone::Warn), "".into()]);
        }
        for shift in found {
            let until = out.instant(&shift.until);
            table.row([rota.into(), (&shift.site).into(), (&shift.role).into(), (&shift.person).into(), until.into()]);
        }
    }
    table
}

/// The server reads its estate again; a broken one is refused whole.
pub(super) async fn reload(client: &Client) -> Result<String, Failure> {
    let wish = "reload the estate";
    let (status, said) = client.server.plain(wish, Method::POST, &["-", "reload"]).await?;
    if status.is_success() {
        return Ok(client.out.said("The estate is read again and in force.".to_owned()));
    }
    if status == StatusCode::INTERNAL_SERVER_ERROR && !said.trim().is_empty() {
        let why = said.trim().lines().map(clean).collect::<Vec<_>>().join("\n        ");
        return Err(Failure::new(wish, why)
            .hint("`meridian check DIR` tells every error with its place; the old estate stays in force"));
    }
    Err(client.server.refused(wish, status, &said))
}
