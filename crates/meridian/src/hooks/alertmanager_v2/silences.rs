//! Silences: list, one, set, expire.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
};
use meridian_core::{
    Command, Instant, Refusal, Reply,
    access::{Action, Principal},
    alert::{Labels, MatchOp, Matcher, Silence, SilenceMatcher, SilenceState},
    command::SilenceWish,
};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Millis, check_json, filters, pairs};
use crate::{
    api::{Caller, Problem},
    hooks::{body::read, incoming::Time, intake::admit},
    serve::{AskError, House},
};

const BODY_BYTES_MAX: usize = 1024 * 1024;

#[derive(Serialize)]
struct ShownMatcher<'a> {
    #[serde(rename = "isEqual")]
    is_equal: bool,
    #[serde(rename = "isRegex")]
    is_regex: bool,
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Phase {
    state: SilenceState,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: &'a str,
    status: Phase,
    updated_at: Millis,
    annotations: Labels,
    comment: &'a str,
    created_by: &'a str,
    ends_at: Millis,
    matchers: Vec<ShownMatcher<'a>>,
    starts_at: Millis,
}

fn shown(silence: &Silence, now: Instant) -> Shown<'_> {
    let matcher = |m: &'_ SilenceMatcher| (m.op.is_positive(), m.op.is_regex());
    Shown {
        id: &silence.id,
        status: Phase { state: silence.state(now) },
        updated_at: Millis(silence.updated_at),
        annotations: Labels::default(),
        comment: &silence.comment,
        created_by: &silence.created_by,
        ends_at: Millis(silence.ends_at),
        matchers: silence
            .matchers
            .iter()
            .map(|m| ShownMatcher { is_equal: matcher(m).0, is_regex: matcher(m).1, name: &m.name, value: &m.value })
            .collect(),
        starts_at: Millis(silence.starts_at),
    }
}

pub async fn list(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Answer, Answer> {
    admit(&house, caller, Action::Read, &headers)?;
    let wanted = filters(&pairs(&uri)?)?;
    let now = house.clock.now();
    let world = house.keeper.world();
    // A filter asks for the silence's own matchers, word by word, as Alertmanager's does.
    let wanted: Vec<SilenceMatcher> = wanted.iter().map(Matcher::written).collect();
    let holds_all = |s: &&Silence| wanted.iter().all(|m| s.matchers.contains(m));
    let mut found: Vec<&Silence> = world.alerts.silences().filter(holds_all).collect();
    found.sort_by_key(|s| match s.state(now) {
        SilenceState::Active => (0, s.ends_at.as_microsecond()),
        SilenceState::Pending => (1, s.starts_at.as_microsecond()),
        SilenceState::Expired => (2, -s.ends_at.as_microsecond()),
    });
    Ok(Answer::json(&found.into_iter().map(|s| shown(s, now)).collect::<Vec<_>>()))
}

pub async fn one(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Answer, Answer> {
    admit(&house, caller, Action::Read, &headers)?;
    check_uuid(&id)?;
    let world = house.keeper.world();
    let silence = world.alerts.silence(&id).ok_or_else(|| Answer::empty(StatusCode::NOT_FOUND))?;
    Ok(Answer::json(&shown(silence, house.clock.now())))
}

pub async fn expire(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Answer, Answer> {
    let actor = admit(&house, caller, Action::Silence, &headers)?;
    check_uuid(&id)?;
    match house.keeper.ask(actor, Command::ExpireSilence { id: id.into() }).await {
        Ok(_) => Ok(Answer::empty(StatusCode::OK)),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: AskError) -> Answer {
    match error {
        AskError::Refused(Refusal::NotFound(_)) => Answer::text(StatusCode::NOT_FOUND, "silence not found"),
        AskError::Refused(refusal) => Answer::text(StatusCode::BAD_REQUEST, format!("silence invalid: {refusal}")),
        other => other.into(),
    }
}

/// What somebody wants, as it stands in the JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Postable {
    id: Option<String>,
    comment: Option<String>,
    created_by: Option<String>,
    ends_at: Option<Time>,
    starts_at: Option<Time>,
    matchers: Option<Vec<PostableMatcher>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostableMatcher {
    name: Option<String>,
    value: Option<String>,
    is_regex: Option<bool>,
    is_equal: Option<bool>,
}

pub async fn post(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Answer> {
    // Where nobody needs to log in, whoever is named answers for it.
    let principal = caller.as_ref().map_or(Principal::Anonymous, |caller| caller.principal.clone());
    let actor = admit(&house, caller, Action::Silence, &headers)?;
    check_json(&headers)?;
    let body = read(&headers, body, BODY_BYTES_MAX).await?;
    let mut silence = wish(&body)?;
    silence.created_by = principal.owner(Some(&silence.created_by)).unwrap_or_default().into();
    let id = new_uuid().map_err(|why| Answer::text(StatusCode::SERVICE_UNAVAILABLE, why))?.into();
    match house.keeper.ask(actor, Command::SetSilence { silence, id }).await {
        Ok(Reply::Silence(set)) => Ok(Answer::json(&serde_json::json!({ "silenceID": set.id }))),
        Ok(_) => Err(Answer::text(StatusCode::INTERNAL_SERVER_ERROR, "the silence was set, but its id is not known")),
        Err(error) => Err(refused(error)),
    }
}

fn wish(body: &[u8]) -> Result<SilenceWish, Answer> {
    if body.trim_ascii().is_empty() {
        return Err(invalid(602, "silence in body is required"));
    }
    let posted: Postable = serde_json::from_slice(body).map_err(|e| {
        Answer::code(StatusCode::BAD_REQUEST, 400, format!("parsing silence body from \"\" failed, because {e}"))
    })?;
    let missing = |field: &str| invalid(602, &format!("{field} in body is required"));
    let comment = posted.comment.ok_or_else(|| missing("comment"))?;
    let created_by = posted.created_by.ok_or_else(|| missing("createdBy"))?;
    let ends_at = posted.ends_at.ok_or_else(|| missing("endsAt"))?;
    let matchers = posted.matchers.ok_or_else(|| missing("matchers"))?;
    let starts_at = posted.starts_at.ok_or_else(|| missing("startsAt"))?;
    if matchers.is_empty() {
        return Err(invalid(612, "matchers in body should have at least 1 items"));
    }
    let refused = |why: String| Answer::text(StatusCode::BAD_REQUEST, why);
    let mut compiled = Vec::with_capacity(matchers.len());
    for (n, matcher) in matchers.into_iter().enumerate() {
        let is_regex = matcher.is_regex.ok_or_else(|| missing(&format!("matchers.{n}.isRegex")))?;
        let name = matcher.name.ok_or_else(|| missing(&format!("matchers.{n}.name")))?;
        let value = matcher.value.ok_or_else(|| missing(&format!("matchers.{n}.value")))?;
        let op = match (is_regex, matcher.is_equal.unwrap_or(true)) {
            (false, true) => MatchOp::Equal,
            (false, false) => MatchOp::NotEqual,
            (true, true) => MatchOp::Regex,
            (true, false) => MatchOp::NotRegex,
        };
        let matcher = Matcher::new(&name, op, &value);
        compiled.push(matcher.map_err(|e| refused(format!("silence invalid: invalid label matcher {n}: {e}")))?);
    }
    Ok(SilenceWish {
        id: posted.id.filter(|id| !id.is_empty()).map(Into::into),
        matchers: compiled,
        starts_at: starts_at.0,
        ends_at: ends_at.0.ok_or_else(|| refused("silence invalid: endsAt is not set".into()))?,
        created_by: created_by.into(),
        comment: comment.into(),
    })
}

fn invalid(code: u32, message: &str) -> Answer {
    Answer::code(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}

fn check_uuid(id: &str) -> Result<(), Answer> {
    let fits = id.len() == 36
        && id
            .bytes()
            .enumerate()
            .all(|(n, b)| if matches!(n, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() });
    let shown: String = id.chars().take(80).collect();
    if fits { Ok(()) } else { Err(invalid(601, &format!("silenceID in path must be of type uuid: {shown:?}"))) }
}

/// A random UUID (version 4).
pub fn new_uuid() -> Result<String, String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| format!("no random numbers: {e}"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
