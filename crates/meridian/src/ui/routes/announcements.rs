//! What is announced: the list, the form, changing and withdrawing.

use axum::{
    Form, Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use jiff::tz::TimeZone;
use meridian_core::{
    Command, Refusal,
    access::Action,
    announcement::Announced,
    id::{AnnouncementId, Name},
};

use super::{Fields, look::Wanted, moment};
use crate::{
    serve::{AskError, House},
    ui::{
        pages,
        parts::list::Tone,
        read,
        view::announcement::AnnouncementForm,
        visitor::{Member, Visitor},
    },
};

const HERE: &str = "/announcements";

pub fn router() -> Router<House> {
    Router::new()
        .route("/announcements", get(list).post(announce))
        .route("/announcements/new", get(new))
        .route("/announcements/{id}", get(one).post(change))
        .route("/announcements/{id}/withdraw", post(withdraw))
}

async fn list(Member(v): Member, wanted: Wanted) -> Response {
    v.ok(|shell, lens| pages::announcements(shell, &read::announcements(lens, wanted.state == "over")))
}

async fn new(Member(v): Member) -> Response {
    blank(&v, None)
}

async fn one(Member(v): Member, Path(id): Path<String>) -> Response {
    match id.parse() {
        Ok(id) => blank(&v, Some(id)),
        Err(_) => nothing(&v),
    }
}

fn nothing(v: &Visitor) -> Response {
    v.oops(StatusCode::NOT_FOUND, "This is not announced", "What is announced stands on the page of announcements.")
}

fn blank(v: &Visitor, id: Option<AnnouncementId>) -> Response {
    let world = v.house.keeper.world();
    let zone = v.mine(&world);
    let form = read::announcement_form(&v.lens(&world), &zone, id);
    drop(world);
    match form {
        Some(form) => v.ok(|shell, _| pages::announcement_form(shell, &form)),
        None => nothing(v),
    }
}

async fn announce(Member(v): Member, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    set(&v, None, &Fields(pairs)).await
}

async fn change(Member(v): Member, Path(id): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    match id.parse() {
        Ok(id) => set(&v, Some(id), &Fields(pairs)).await,
        Err(_) => nothing(&v),
    }
}

async fn set(v: &Visitor, id: Option<AnnouncementId>, fields: &Fields) -> Response {
    let actor = match v.act(Action::Announce, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let form = typed(id, fields);
    let what = match wish(&form) {
        Ok(what) => Box::new(what),
        Err(error) => return again(v, form, error),
    };
    let command = match id {
        None => Command::Announce(what),
        Some(announcement) => Command::ChangeAnnouncement { announcement, what },
    };
    match v.house.keeper.ask(actor, command).await {
        Ok(_) => v.back(
            HERE,
            Tone::Good,
            "Announced. It stands in the day, and in the briefs of the watches that it touches.",
        ),
        Err(AskError::Refused(Refusal::Invalid { field, why })) => again(v, form, (field, why)),
        Err(error) => v.refused(HERE, &error),
    }
}

/// The form once more, as it was typed, with what is wrong.
fn again(v: &Visitor, form: AnnouncementForm, error: (&'static str, String)) -> Response {
    let world = v.house.keeper.world();
    let form = read::with_choices(&v.lens(&world), AnnouncementForm { error: Some(error), ..form });
    let markup = pages::announcement_form(&v.shell(&world), &form);
    drop(world);
    v.page(StatusCode::UNPROCESSABLE_ENTITY, markup)
}

fn typed(id: Option<AnnouncementId>, fields: &Fields) -> AnnouncementForm {
    let get = |name: &str| fields.get(name).to_owned();
    AnnouncementForm {
        id,
        kind: get("kind"),
        title: get("title"),
        reference: get("reference"),
        link: get("link"),
        from: get("from"),
        until: get("until"),
        zone: get("zone"),
        rotas: fields.all("rota").map(str::to_owned).collect(),
        owner: get("owner"),
        if_wrong: get("if_wrong"),
        ..AnnouncementForm::default()
    }
}

fn wish(form: &AnnouncementForm) -> Result<Announced, (&'static str, String)> {
    let zone = TimeZone::get(&form.zone).unwrap_or(TimeZone::UTC);
    let rota = |rota: &String| rota.parse::<Name>().map_err(|why| ("rotas", why.to_string()));
    Ok(Announced {
        kind: form.kind.parse().map_err(|why| ("kind", why))?,
        title: form.title.clone(),
        reference: form.reference.clone(),
        link: form.link.clone(),
        from: moment(&form.from, &zone).map_err(|why| ("from", why))?,
        until: moment(&form.until, &zone).map_err(|why| ("until", why))?,
        rotas: form.rotas.iter().map(rota).collect::<Result<_, _>>()?,
        owner: match form.owner.as_str() {
            "" => None,
            owner => Some(owner.parse().map_err(|why: meridian_core::id::NameError| ("owner", why.to_string()))?),
        },
        if_wrong: form.if_wrong.clone(),
    })
}

async fn withdraw(Member(v): Member, Path(id): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Announce, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Ok(announcement) = id.parse() else { return nothing(&v) };
    let command = Command::WithdrawAnnouncement { announcement, reason: fields.get("reason").to_owned() };
    match v.house.keeper.ask(actor, command).await {
        Ok(_) => v.back(HERE, Tone::Good, "Withdrawn. It stands on the tab of what is over."),
        Err(error) => v.refused(HERE, &error),
    }
}
