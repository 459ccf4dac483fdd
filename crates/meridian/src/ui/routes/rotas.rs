//! One rota, and its overrides.

use axum::{Form, extract::Path, http::StatusCode, response::Response};
use jiff::tz::TimeZone;
use meridian_core::{Command, Refusal, access::Action, estate::Override, id::Name};

use super::{Fields, look::Wanted, moment};
use crate::{
    serve::AskError,
    ui::{
        pages,
        parts::list::Tone,
        read,
        view::rota::{OverrideForm, RotaView, Span},
        visitor::{Member, Visitor},
    },
};

pub async fn one(Member(v): Member, Path(name): Path<String>, wanted: Wanted) -> Response {
    match view(&v, &name, &wanted) {
        Some(view) => v.ok(|shell, _| pages::rota(shell, &view)),
        None => no_rota(&v, &name),
    }
}

fn view(v: &Visitor, name: &str, wanted: &Wanted) -> Option<RotaView> {
    let name = name.parse::<Name>().ok()?;
    let world = v.house.keeper.world();
    let from = wanted.from.as_deref().and_then(|from| from.parse().ok());
    let span = Span::ALL.into_iter().find(|span| span.word() == wanted.span).unwrap_or_default();
    read::rota(&v.lens(&world), &name, from, span, &v.clock(&world))
}

fn no_rota(v: &Visitor, name: &str) -> Response {
    let name: String = name.chars().take(63).collect();
    v.oops(
        StatusCode::NOT_FOUND,
        &format!("There is no rota {name}"),
        "The page of rotas lists all that the estate has.",
    )
}

pub async fn add(Member(v): Member, Path(name): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Override, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Ok(rota) = name.parse::<Name>() else { return no_rota(&v, &name) };
    let outcome = match wish(&fields) {
        Ok(change) => match v.house.keeper.ask(actor, Command::AddOverride { rota, change }).await {
            Ok(_) => return v.back(&format!("/rotas/{name}"), Tone::Good, "The override is in force."),
            Err(AskError::Refused(Refusal::Invalid { field, why })) => (field, why),
            Err(error) => return v.refused(&format!("/rotas/{name}"), &error),
        },
        Err(error) => error,
    };
    let Some(mut view) = view(&v, &name, &Wanted::default()) else { return no_rota(&v, &name) };
    view.form = OverrideForm {
        from: fields.get("from").to_owned(),
        until: fields.get("until").to_owned(),
        zone: fields.get("zone").to_owned(),
        with: fields.get("with").to_owned(),
        replace: fields.get("replace").to_owned(),
        layer: fields.get("layer").to_owned(),
        error: Some(outcome),
    };
    let markup = pages::rota(&v.shell(&v.house.keeper.world()), &view);
    v.page(StatusCode::UNPROCESSABLE_ENTITY, markup)
}

fn wish(fields: &Fields) -> Result<Override, (&'static str, String)> {
    let zone = TimeZone::get(fields.get("zone")).unwrap_or(TimeZone::UTC);
    let with = fields.get("with").parse().map_err(|_| ("with", "choose a person".to_owned()))?;
    let replace = match fields.get("replace") {
        "" => None,
        name => Some(name.parse().map_err(|_| ("replace", "choose a person, or nobody".to_owned()))?),
    };
    Ok(Override {
        from: moment(fields.get("from"), &zone).map_err(|why| ("from", why))?,
        until: moment(fields.get("until"), &zone).map_err(|why| ("until", why))?,
        replace,
        with,
        layer: Some(fields.get("layer").to_owned()).filter(|layer| !layer.is_empty()),
    })
}

pub async fn remove(
    Member(v): Member,
    Path((name, id)): Path<(String, u64)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Override, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Ok(rota) = name.parse::<Name>() else { return no_rota(&v, &name) };
    let to = format!("/rotas/{name}");
    match v.house.keeper.ask(actor, Command::RemoveOverride { rota, id }).await {
        Ok(_) => v.back(&to, Tone::Good, "The override is removed; the rotation decides again."),
        Err(error) => v.refused(&to, &error),
    }
}
