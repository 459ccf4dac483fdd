//! Incidents: looked at, and acted on by forms.

use axum::{Form, extract::Path, http::StatusCode, response::Response};
use meridian_core::{
    Command, Reply,
    access::Action,
    id::{IncidentId, Name},
    incident::{AcknowledgedBecause, Severity},
};

use super::{Fields, look::Wanted};
use crate::ui::{
    pages,
    parts::list::Tone,
    read,
    view::incident::Tab,
    visitor::{Member, Visitor},
};

type Sent = Form<Vec<(String, String)>>;

pub async fn list(Member(v): Member, wanted: Wanted) -> Response {
    let tab = if wanted.state == "resolved" { Tab::Resolved } else { Tab::Open };
    v.ok(|shell, lens| pages::incidents(shell, &read::incidents(lens, tab, wanted.before)))
}

pub async fn one(Member(v): Member, Path(id): Path<String>, wanted: Wanted) -> Response {
    let view = id.parse().ok().and_then(|id| {
        let world = v.house.keeper.world();
        read::incident(&v.lens(&world), id, wanted.before)
    });
    match view {
        Some(view) => v.ok(|shell, _| pages::incident(shell, &view)),
        None => {
            let newest = v.house.keeper.world().incidents.iter().next_back().map(|i| i.id);
            let newest = newest.map_or("None was opened yet.".to_owned(), |id| format!("The newest is INC-{id}."));
            let id: String = id.chars().take(40).collect();
            v.oops(
                StatusCode::NOT_FOUND,
                &format!("There is no incident {id}"),
                &format!("Incidents are counted from 1. {newest}"),
            )
        }
    }
}

/// Asks the keeper and comes back with a word about it.
async fn ask(v: &Visitor, fields: &Fields, to: &str, said: &str, command: Command) -> Response {
    let actor = match v.act(Action::Respond, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    match v.house.keeper.ask(actor, command).await {
        Ok(Reply::Already) => v.back(to, Tone::Good, "It was so already."),
        Ok(Reply::Incident(id)) => v.back(&format!("/incidents/{id}"), Tone::Good, said),
        Ok(_) => v.back(to, Tone::Good, said),
        Err(error) => v.refused(to, &error),
    }
}

pub async fn open(Member(v): Member, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let (Ok(severity), Ok(escalation)) =
        (fields.get("severity").parse::<Severity>(), fields.get("escalation").parse::<Name>())
    else {
        return v.back("/incidents", Tone::Bad, "Nothing was opened: choose a severity and an escalation.");
    };
    let command = Command::OpenIncident { title: fields.get("title").to_owned(), severity, escalation };
    ask(&v, &fields, "/incidents", "Opened; the escalation begins.", command).await
}

pub async fn acknowledge(Member(v): Member, Path(id): Path<IncidentNumber>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let Some(by) = v.name() else {
        return v.oops(StatusCode::FORBIDDEN, "Nobody is logged in", "Log in to take an incident.");
    };
    let command = Command::Acknowledge { incident: id.0, by, because: AcknowledgedBecause::Page };
    ask(&v, &fields, &id.path(), "You have it. Nobody further is paged.", command).await
}

pub async fn note(Member(v): Member, Path(id): Path<IncidentNumber>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let command = Command::Note { incident: id.0, text: fields.get("text").to_owned() };
    ask(&v, &fields, &id.path(), "The note stands in the journal.", command).await
}

/// The time is read in UTC, as the form says.
pub async fn promise(Member(v): Member, Path(id): Path<IncidentNumber>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let due = match super::moment(fields.get("due"), &jiff::tz::TimeZone::UTC) {
        Ok(due) => due,
        Err(why) => return v.back(&id.path(), Tone::Bad, &format!("Nothing was promised: the time {why}.")),
    };
    let command = Command::Promise { incident: id.0, due, what: fields.get("what").to_owned() };
    ask(&v, &fields, &id.path(), "Promised; a note keeps the promise.", command).await
}

pub async fn reassign(Member(v): Member, Path(id): Path<IncidentNumber>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let Ok(to) = fields.get("to").parse::<Name>() else {
        return v.back(&id.path(), Tone::Bad, "Nothing was changed: choose a person.");
    };
    let command = Command::Reassign { incident: id.0, to, reason: fields.get("reason").to_owned() };
    ask(&v, &fields, &id.path(), "Reassigned; they are paged now.", command).await
}

pub async fn severity(Member(v): Member, Path(id): Path<IncidentNumber>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let severity = match fields.get("severity").parse::<Severity>() {
        Ok(severity) => severity,
        Err(why) => return v.back(&id.path(), Tone::Bad, &why),
    };
    let command = Command::ChangeSeverity { incident: id.0, severity, reason: fields.get("reason").to_owned() };
    ask(&v, &fields, &id.path(), "The severity is changed.", command).await
}

pub async fn resolve(Member(v): Member, Path(id): Path<IncidentNumber>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let command = Command::Resolve { incident: id.0, reason: fields.get("reason").to_owned() };
    ask(&v, &fields, &id.path(), "Resolved. Everybody who was told is told that it is over.", command).await
}

/// The number in an address.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub struct IncidentNumber(IncidentId);

impl IncidentNumber {
    fn path(self) -> String {
        format!("/incidents/{}", self.0)
    }
}
