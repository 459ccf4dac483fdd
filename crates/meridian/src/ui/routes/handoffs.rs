//! Handoffs: looked at, and acted on by forms.

use std::convert::Infallible;

use axum::{
    Form,
    extract::{FromRequestParts, Path, Query},
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::{civil::Date, tz::TimeZone};
use meridian_core::{
    Command, Reply,
    access::Action,
    handoff::{self, Change, ItemKey, Removed, Search, Who, Wish},
    id::{HandoffId, Name},
};

use super::{Fields, moment};
use crate::ui::{
    pages,
    parts::list::Tone,
    read::{self, InName},
    view::handoff::Asked,
    visitor::{Member, Visitor},
};

pub async fn list(Member(v): Member, asked: Asked) -> Response {
    v.ok(|shell, lens| pages::handoffs(shell, &read::handoffs(lens, &asked)))
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    /// What an address says wrong is as if it said nothing: an address is typed by people, too.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Infallible> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_or_else(|_| Vec::new(), |sent| sent.0);
        let get = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim());
        let name = |text: &str| text.parse::<Name>().ok();
        let day = |name: &str| get(name).and_then(|text| text.parse::<Date>().ok());
        let begins = |day: Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
        let edge: Vec<&str> = get("edge").unwrap_or_default().split('/').collect();
        let [rota, from, to] = if let [rota, from, to] = edge[..] { [rota, from, to] } else { [""; 3] };
        let search = Search {
            words: get("q").unwrap_or_default().to_owned(),
            rota: name(rota).or_else(|| get("rota").and_then(name)),
            person: get("person").and_then(name),
            from: name(from),
            to: name(to),
            since: day("since").and_then(begins),
            until: day("until").and_then(|day| day.tomorrow().ok()).and_then(begins),
            only: get("only").and_then(|text| text.parse().ok()),
        };
        Ok(Asked { search, before: get("before").and_then(|text| text.parse().ok()) })
    }
}

pub async fn one(Member(v): Member, Path(id): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    let named = InName { outgoing: fields.get("out").parse().ok(), incoming: fields.get("in").parse().ok() };
    let view = id.parse().ok().and_then(|id| {
        let world = v.house.keeper.world();
        read::brief(&v.lens(&world), HandoffId(id), &named)
    });
    match view {
        Some(view) => v.ok(|shell, _| pages::handoff(shell, &view)),
        None => {
            let id: String = id.chars().take(40).collect();
            let why = "Handoffs are counted from 1, and old ones stand in the journal alone.";
            v.oops(StatusCode::NOT_FOUND, &format!("There is no handoff {id}"), why)
        }
    }
}

/// Everything that a form does to a handoff.
pub async fn act(
    Member(v): Member,
    Path((id, act)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let fields = Fields(pairs);
    let Ok(id) = id.parse::<u64>() else {
        return v.oops(StatusCode::NOT_FOUND, "There is no such handoff", "Handoffs are counted from 1.");
    };
    let at = fields.get("at");
    let plain = !at.is_empty() && at.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let place = if plain { format!("#{at}") } else { String::new() };
    let to = format!("/handoffs/{id}{}{place}", named(&fields));
    let actor = match v.act(Action::Respond, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Some(by) = by(&v, &fields) else {
        return v.back(&to, Tone::Bad, "Nothing was changed: say in whose name.");
    };
    let wish = match wish(&v, &act, &fields) {
        Ok(Some(wish)) => wish,
        Ok(None) => return v.oops(StatusCode::NOT_FOUND, "There is no such page", "Nothing like that can be done."),
        Err(why) => return v.back(&to, Tone::Bad, &format!("Nothing was changed: {why}.")),
    };
    let said = said(&wish);
    match v.house.keeper.ask(actor, Command::Handoff { handoff: HandoffId(id), by, wish }).await {
        Ok(Reply::Already) => v.back(&to, Tone::Good, "It was so already."),
        Ok(_) => v.back(&to, Tone::Good, said),
        Err(error) => v.refused(&to, &error),
    }
}

/// The names in which the page acts, kept over the act.
fn named(fields: &Fields) -> String {
    let name = |key: &str| Some(format!("{key}={}", fields.get(key).parse::<Name>().ok()?));
    let names: Vec<String> = ["out", "in"].into_iter().filter_map(name).collect();
    if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) }
}

/// The reader's own person; who is nobody of the estate says in whose name.
fn by(v: &Visitor, fields: &Fields) -> Option<Name> {
    if let Some(own) = v.principal.person() {
        return Some(own.clone());
    }
    let named = fields.get("by").parse::<Name>().ok();
    named.filter(|name| v.house.keeper.world().estate().persons.contains_key(name)).or_else(|| v.name())
}

fn said(wish: &Wish) -> &'static str {
    match wish {
        Wish::AddNote { .. } => "The item stands in the brief.",
        Wish::Amend { change, .. } if change.done => "The item is done and has left the brief.",
        Wish::Amend { .. } => "It is kept with the item.",
        Wish::AddAction { .. } => "The action is added.",
        Wish::ChangeAction { .. } => "The action is changed.",
        Wish::RemoveAction { .. } => "The action is gone.",
        Wish::Read { .. } => "You have read the brief; what changes from now on is marked.",
        Wish::Ask { .. } => "Asked; the answer will stand here.",
        Wish::Answer { .. } => "Answered.",
        Wish::ReadBack { .. } => "Read back.",
        Wish::Waive { .. } => "Waived, with your reason.",
        Wish::Accept { emergency: false } => "The watch is yours.",
        Wish::Accept { emergency: true } => "The watch is yours, taken in an emergency.",
        Wish::Refuse { .. } => "Refused. The outgoing stay responsible.",
    }
}

/// None: there is no such act.
fn wish(v: &Visitor, act: &str, fields: &Fields) -> Result<Option<Wish>, String> {
    let text = |name: &str| fields.get(name).to_owned();
    let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let item = || fields.get("item").parse::<ItemKey>();
    let owner = || some("owner").map(|text| who(v, text));
    Ok(Some(match act {
        "note" => Wish::AddNote {
            summary: text("summary"),
            detail: text("detail"),
            owner: owner(),
            contingency: some("contingency"),
        },
        "amend" => Wish::Amend { item: item()?, change: change(v, fields)? },
        "action" => {
            let number = some("number").map(|text| text.parse().map_err(|_| "which action")).transpose()?;
            if let Some(number) = number.filter(|_| !fields.get("remove").is_empty()) {
                return Ok(Some(Wish::RemoveAction { item: item()?, number }));
            }
            let due = some("due").map(|text| moment(&text, &TimeZone::UTC)).transpose()?;
            let action = handoff::Action::new(text("text"), owner().ok_or("say by whom")?, due);
            match number {
                Some(number) => Wish::ChangeAction { item: item()?, number, action },
                None => Wish::AddAction { item: item()?, action },
            }
        }
        "ask" => Wish::Ask { item: item()?, text: text("text") },
        "answer" => {
            let question = fields.get("question").parse().map_err(|_| "which question")?;
            Wish::Answer { item: item()?, question, text: text("text") }
        }
        "read" => Wish::Read { revision: text("revision").into() },
        "read-back" => {
            let next_at = some("next_at").map(|text| moment(&text, &TimeZone::UTC)).transpose()?;
            Wish::ReadBack { item: item()?, words: text("words"), next: some("next"), next_at }
        }
        "waive" => Wish::Waive { item: item()?, what: fields.get("what").parse()?, reason: text("reason") },
        "accept" => Wish::Accept { emergency: !fields.get("emergency").is_empty() },
        "refuse" => Wish::Refuse { reason: text("reason") },
        _ => return Ok(None),
    }))
}

/// What the writer changed, against what the form showed; what was there and is emptied is taken back.
fn change(v: &Visitor, fields: &Fields) -> Result<Change, String> {
    let mut change = Change { done: !fields.get("done").is_empty(), ..Change::default() };
    if change.done {
        return Ok(change);
    }
    let parts = [
        ("severity", Removed::Severity),
        ("owner", Removed::Owner),
        ("contingency", Removed::Contingency),
        ("note", Removed::Note),
    ];
    for (name, part) in parts {
        let (now, was) = (fields.get(name).trim(), fields.get(&format!("was-{name}")).trim());
        match part {
            _ if now == was => {}
            _ if now.is_empty() => {
                change.remove.insert(part);
            }
            Removed::Severity => change.severity = Some(now.parse()?),
            Removed::Owner => change.owner = Some(who(v, now.to_owned())),
            Removed::Contingency => change.contingency = Some(now.to_owned()),
            Removed::Note => change.note = Some(now.to_owned()),
        }
    }
    Ok(change)
}

/// A person by name or as people call them, else words.
fn who(v: &Visitor, text: String) -> Who {
    let world = v.house.keeper.world();
    let meant = |person: &&meridian_core::estate::Person| {
        person.name.as_str() == text || person.display_name.eq_ignore_ascii_case(&text)
    };
    match world.estate().persons.values().find(meant) {
        Some(person) => Who::Person(person.name.clone()),
        None => Who::from(text),
    }
}
