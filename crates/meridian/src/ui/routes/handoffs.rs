//! Handoffs: looked at, and acted on by forms.

use axum::{Form, extract::Path, http::StatusCode, response::Response};
use jiff::tz::TimeZone;
use meridian_core::{
    Command, Reply,
    access::Action,
    handoff::{self, Change, ItemKey, Who, Wish},
    id::{HandoffId, Name},
};

use super::{Fields, look::Wanted, moment};
use crate::ui::{
    pages,
    parts::list::Tone,
    read::{self, Search},
    visitor::{Member, Visitor},
};

pub async fn list(Member(v): Member, wanted: Wanted) -> Response {
    let search =
        Search { words: wanted.q.trim(), rota: wanted.rota.as_deref().unwrap_or_default(), before: wanted.before };
    v.ok(|shell, lens| pages::handoffs(shell, &read::handoffs(lens, search)))
}

pub async fn one(Member(v): Member, Path(id): Path<String>) -> Response {
    let view = id.parse().ok().and_then(|id| {
        let world = v.house.keeper.world();
        read::brief(&v.lens(&world), HandoffId(id))
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
    let to = if plain { format!("/handoffs/{id}#{at}") } else { format!("/handoffs/{id}") };
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
        Wish::RemoveAction { .. } => "The action is gone.",
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
        "amend" => {
            let change = Change {
                severity: some("severity").map(|text| text.parse()).transpose()?,
                owner: owner(),
                contingency: some("contingency"),
                note: some("note"),
                actions: None,
                done: !fields.get("done").is_empty(),
            };
            Wish::Amend { item: item()?, change }
        }
        "action" => {
            let due = some("due").map(|text| moment(&text, &TimeZone::UTC)).transpose()?;
            let owner = owner().ok_or("say by whom")?;
            Wish::AddAction { item: item()?, action: handoff::Action { text: text("text"), owner, due } }
        }
        "ask" => Wish::Ask { item: item()?, text: text("text") },
        "answer" => {
            let question = fields.get("question").parse().map_err(|_| "which question")?;
            Wish::Answer { item: item()?, question, text: text("text") }
        }
        "read-back" => Wish::ReadBack { item: item()?, words: text("words"), next_at: None },
        "waive" => Wish::Waive { item: item()?, what: fields.get("what").parse()?, reason: text("reason") },
        "accept" => Wish::Accept { emergency: !fields.get("emergency").is_empty() },
        "refuse" => Wish::Refuse { reason: text("reason") },
        _ => return Ok(None),
    }))
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
