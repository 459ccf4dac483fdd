//! Silences: the list, the form, setting and ending one.

use axum::{Form, extract::Path, http::StatusCode, response::Response};
use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Command, Refusal,
    access::Action,
    alert::{AlertFilter, MatchOp, Matcher, Order},
    command::SilenceWish,
};

use super::{Fields, look::Wanted, moment};
use crate::{
    serve::AskError,
    ui::{
        pages,
        parts::list::Tone,
        read,
        view::alert::SilenceForm,
        visitor::{Member, Visitor},
    },
};

pub async fn list(Member(v): Member, wanted: Wanted) -> Response {
    v.ok(|shell, lens| pages::silences(shell, &read::silences(lens, wanted.state == "expired")))
}

/// `q` are matchers to begin with, as the filter of the alerts has them.
pub async fn form(Member(v): Member, wanted: Wanted) -> Response {
    let matchers = Matcher::parse(&wanted.q).unwrap_or_default();
    let typed = matchers.iter().map(|m| (m.name.to_string(), m.op.to_string(), m.value.to_string())).collect();
    let world = v.house.keeper.world();
    let zone = v.mine(&world);
    drop(world);
    let until = v.now.saturating_add(SignedDuration::from_hours(2)).unwrap_or(v.now).to_zoned(zone.clone());
    let form = SilenceForm {
        matchers: typed,
        owner: owner(&v),
        until: until.strftime("%Y-%m-%dT%H:%M").to_string(),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        meets: None,
        ..SilenceForm::default()
    };
    show(&v, StatusCode::OK, form, &matchers)
}

fn owner(v: &Visitor) -> String {
    v.principal.owner(None).unwrap_or_default()
}

fn show(v: &Visitor, status: StatusCode, mut form: SilenceForm, matchers: &[Matcher]) -> Response {
    let world = v.house.keeper.world();
    if !matchers.is_empty() {
        let filter = AlertFilter { matchers: matchers.to_vec(), ..AlertFilter::default() };
        form.meets = Some(world.alerts.list(&filter, Order::Fingerprint, v.now, 0, 0).total);
    }
    let markup = pages::silence_form(&v.shell(&world), &form);
    drop(world);
    v.page(status, markup)
}

pub async fn set(Member(v): Member, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Silence, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let lines = fields.all("name").zip(fields.all("op")).zip(fields.all("value"));
    let typed: Vec<(String, String, String)> = lines
        .map(|((n, o), value)| (n.trim().to_owned(), o.to_owned(), value.to_owned()))
        .filter(|(n, _, _)| !n.is_empty())
        .collect();
    let mut form = SilenceForm {
        matchers: typed,
        owner: owner(&v),
        reason: fields.get("reason").to_owned(),
        until: fields.get("until").to_owned(),
        zone: fields.get("zone").to_owned(),
        error: None,
        meets: None,
    };
    let wish = match wish(&form) {
        Ok(wish) => wish,
        Err(error) => {
            form.error = Some(error);
            return show(&v, StatusCode::UNPROCESSABLE_ENTITY, form, &[]);
        }
    };
    let id = match uuid() {
        Ok(id) => id,
        Err(why) => return v.oops(StatusCode::SERVICE_UNAVAILABLE, "Not now", &why),
    };
    let matchers = wish.matchers.clone();
    match v.house.keeper.ask(actor, Command::SetSilence { silence: wish, id }).await {
        Ok(_) => v.back("/silences", Tone::Good, "Silenced. Matching alerts page nobody until it ends."),
        Err(AskError::Refused(Refusal::Invalid { field, why })) => {
            let field = match field {
                "comment" => "reason",
                "endsAt" | "ends_at" | "startsAt" | "starts_at" => "until",
                _ => "matchers",
            };
            form.error = Some((field, why));
            show(&v, StatusCode::UNPROCESSABLE_ENTITY, form, &matchers)
        }
        Err(error) => v.refused("/silences", &error),
    }
}

fn wish(form: &SilenceForm) -> Result<SilenceWish, (&'static str, String)> {
    let ops = [MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex];
    let matcher = |(name, op, value): &(String, String, String)| {
        let op = ops.into_iter().find(|known| known.as_str() == op).unwrap_or(MatchOp::Equal);
        Matcher::new(name, op, value).map_err(|why| ("matchers", format!("{name}: {why}")))
    };
    let matchers = form.matchers.iter().map(matcher).collect::<Result<Vec<_>, _>>()?;
    if matchers.is_empty() {
        return Err(("matchers", "Name at least one label; a silence of everything is none of ours.".into()));
    }
    if form.reason.is_empty() {
        return Err(("reason", "is empty".into()));
    }
    let zone = TimeZone::get(&form.zone).unwrap_or(TimeZone::UTC);
    let ends_at = moment(&form.until, &zone).map_err(|why| ("until", why))?;
    Ok(SilenceWish {
        id: None,
        matchers,
        starts_at: None,
        ends_at,
        created_by: form.owner.as_str().into(),
        comment: form.reason.as_str().into(),
    })
}

/// A random (version 4) UUID.
fn uuid() -> Result<Box<str>, String> {
    let mut b = [0u8; 16];
    getrandom::fill(&mut b).map_err(|error| format!("no random numbers: {error}"))?;
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    let hex: String = b.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]).into())
}

pub async fn expire(Member(v): Member, Path(id): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Silence, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    match v.house.keeper.ask(actor, Command::ExpireSilence { id: id.into() }).await {
        Ok(_) => v.back("/silences", Tone::Good, "Ended. What still fires pages again."),
        Err(error) => v.refused("/silences", &error),
    }
}
