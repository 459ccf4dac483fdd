//! `POST /alerts`, `GET /alerts`, `GET /alerts/groups`.

use std::{cmp::Reverse, sync::atomic::Ordering};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use meridian_core::{
    Command, Instant, World,
    access::Action,
    alert::{AlertState, Labels, MatchOp, Matcher},
    id::Fingerprint,
};
use serde::Serialize;

use super::answer::{Answer, Millis, check_json, filters, pairs};
use crate::{
    api::{Caller, Problem},
    hooks::{
        body::{parse_off_thread, read},
        incoming::{Batch, batch},
        intake::admit,
    },
    serve::House,
};

/// A batch of Prometheus is some 50 KB; this is for storms.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// So many problems are told; more would only hide the first.
const PROBLEMS_TOLD: usize = 20;
/// So many alerts are written at a time, so that the keeper never waits long for the world.
const PORTION: usize = 500;

pub async fn post(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Answer> {
    let actor = admit(&house, caller, Action::Ingest, &headers)?;
    check_json(&headers)?;
    let body = read(&headers, body, BODY_BYTES_MAX).await?;
    if body.trim_ascii().is_empty() {
        return Err(Answer::code(StatusCode::UNPROCESSABLE_ENTITY, 602, "alerts in body is required"));
    }
    let parsed = parse_off_thread(body, batch).await?;
    let Batch { alerts, problems, count } = parsed.map_err(|e| {
        Answer::code(StatusCode::BAD_REQUEST, 400, format!("parsing alerts body from \"\" failed, because {e}"))
    })?;
    if !alerts.is_empty() {
        house.metrics.alerts_received.fetch_add(alerts.len() as u64, Ordering::Relaxed);
        house.keeper.ask(actor, Command::Alerts(alerts)).await?;
    }
    if problems.is_empty() {
        return Ok(Answer::empty(StatusCode::OK));
    }
    if let Some(first) = problems.first().filter(|p| p.field == "labels" && p.why.starts_with("required")) {
        let message = format!("{}.labels in body is required", first.index);
        return Err(Answer::code(StatusCode::UNPROCESSABLE_ENTITY, 602, message));
    }
    let mut told: Vec<String> = problems.iter().take(PROBLEMS_TOLD).map(ToString::to_string).collect();
    if problems.len() > PROBLEMS_TOLD {
        told.push(format!("and {} more", problems.len() - PROBLEMS_TOLD));
    }
    let taken = count - problems.len();
    let text = format!("{} ({taken} of {count} alerts were taken)", told.join("; "));
    Err(Answer::text(StatusCode::BAD_REQUEST, text))
}

/// What the query wants to see.
struct Wanted {
    active: bool,
    silenced: bool,
    inhibited: bool,
    unprocessed: bool,
    muted: bool,
    matchers: Vec<Matcher>,
    receiver: Option<Matcher>,
}

impl Wanted {
    fn read(uri: &Uri) -> Result<Wanted, Answer> {
        let pairs = pairs(uri)?;
        let last = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let flag = |name: &str| last(name).is_none_or(|v| matches!(v, "true" | "1" | "t" | "yes" | "y" | "on" | "ok"));
        let receiver = last("receiver").filter(|text| !text.is_empty()).map(|text| {
            Matcher::new("receiver", MatchOp::Regex, text)
                .map_err(|e| Answer::text(StatusCode::BAD_REQUEST, format!("failed to parse receiver param: {e}")))
        });
        Ok(Wanted {
            active: flag("active"),
            silenced: flag("silenced"),
            inhibited: flag("inhibited"),
            unprocessed: flag("unprocessed"),
            muted: flag("muted"),
            matchers: filters(&pairs)?,
            receiver: receiver.transpose()?,
        })
    }

    fn hears(&self, receiver: &str) -> bool {
        self.receiver.as_ref().is_none_or(|wanted| wanted.matches_value(receiver))
    }
}

#[derive(Serialize)]
struct Receiver<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    inhibited_by: Vec<Fingerprint>,
    muted_by: Vec<String>,
    silenced_by: Vec<Box<str>>,
    state: AlertState,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    annotations: &'a Labels,
    ends_at: Millis,
    fingerprint: Fingerprint,
    receivers: Vec<Receiver<'a>>,
    starts_at: Millis,
    status: Status,
    updated_at: Millis,
    #[serde(rename = "generatorURL", skip_serializing_if = "str::is_empty")]
    generator_url: &'a str,
    labels: &'a Labels,
}

/// The alert as the API shows it, if it is wanted: by itself, or as one of a group that is muted by these.
fn shown<'a>(
    world: &'a World,
    fp: Fingerprint,
    wanted: &Wanted,
    muted_by: Option<&[String]>,
    now: Instant,
) -> Option<Shown<'a>> {
    let alert = world.alerts.get(fp)?;
    if !wanted.matchers.iter().all(|m| m.matches(&alert.labels)) {
        return None;
    }
    let mut receivers: Vec<&str> = world.alerts.receivers_of(alert).collect();
    receivers.sort_unstable();
    receivers.dedup();
    if wanted.receiver.is_some() && !receivers.iter().any(|name| wanted.hears(name)) {
        return None;
    }
    let mut status = world.alerts.status(fp, now)?;
    if let Some(muted_by) = muted_by {
        receivers.retain(|name| wanted.hears(name));
        status.muted_by = muted_by.to_vec();
        status.state = match [status.silenced_by.len(), status.inhibited_by.len(), muted_by.len()] {
            [0, 0, 0] => AlertState::Active,
            _ => AlertState::Suppressed,
        };
    }
    let hidden = !wanted.active && status.state == AlertState::Active
        || !wanted.unprocessed && status.state == AlertState::Unprocessed
        || !wanted.silenced && !status.silenced_by.is_empty()
        || !wanted.inhibited && !status.inhibited_by.is_empty();
    (!hidden).then(|| Shown {
        annotations: alert.annotations(),
        ends_at: Millis(alert.ends_at()),
        fingerprint: fp,
        receivers: receivers.into_iter().map(|name| Receiver { name }).collect(),
        starts_at: Millis(alert.starts_at),
        status: Status {
            inhibited_by: status.inhibited_by,
            muted_by: status.muted_by,
            silenced_by: status.silenced_by,
            state: status.state,
        },
        updated_at: Millis(alert.last_seen()),
        generator_url: &alert.generator_url,
        labels: &alert.labels,
    })
}

/// Writes the wanted ones of `alerts`, separated by commas, taking the world anew for each portion.
fn write_alerts(
    house: &House,
    alerts: &[Fingerprint],
    wanted: &Wanted,
    muted_by: Option<&[String]>,
    out: &mut Vec<u8>,
) -> usize {
    let now = house.clock.now();
    let mut written = 0;
    for portion in alerts.chunks(PORTION) {
        let world = house.keeper.world();
        for shown in portion.iter().filter_map(|fp| shown(&world, *fp, wanted, muted_by, now)) {
            if written > 0 {
                out.push(b',');
            }
            // Labels and times always can be written.
            let _ = serde_json::to_writer(&mut *out, &shown);
            written += 1;
        }
    }
    written
}

pub async fn list(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Answer, Answer> {
    admit(&house, caller, Action::Read, &headers)?;
    let wanted = Wanted::read(&uri)?;
    let all: Vec<Fingerprint> = house.keeper.world().alerts.active().map(|(fp, _)| fp).collect();
    let mut out = Vec::with_capacity(2 + all.len().min(10_000) * 512);
    out.push(b'[');
    write_alerts(&house, &all, &wanted, None, &mut out);
    out.extend_from_slice(b"]\n");
    Ok(Answer::bytes(out))
}

struct ListedGroup {
    labels: Labels,
    receiver: String,
    members: Vec<Fingerprint>,
    muted_by: Vec<String>,
}

impl ListedGroup {
    /// As in Alertmanager: fewer labels first; where the names differ, the one whose name comes later in the alphabet.
    fn order(&self, other: &ListedGroup) -> std::cmp::Ordering {
        fn pairs(labels: &Labels) -> impl Iterator<Item = (Reverse<&str>, &str)> {
            labels.iter().map(|(name, value)| (Reverse(name), value))
        }
        let by_labels = self.labels.iter().len().cmp(&other.labels.iter().len());
        by_labels
            .then_with(|| pairs(&self.labels).cmp(pairs(&other.labels)))
            .then_with(|| self.receiver.cmp(&other.receiver))
    }
}

#[derive(Serialize)]
struct GroupEnd<'a> {
    labels: &'a Labels,
    receiver: Receiver<'a>,
    #[serde(rename = "routeLabels")]
    route_labels: Labels,
}

pub async fn groups(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Answer, Answer> {
    admit(&house, caller, Action::Read, &headers)?;
    let wanted = Wanted::read(&uri)?;
    let (now, world) = (house.clock.now(), house.keeper.world());
    let heard = world.alerts.groups().filter(|(_, group)| wanted.hears(group.receiver.as_str()));
    let mut groups: Vec<ListedGroup> = heard
        .map(|(key, group)| ListedGroup {
            labels: group.labels.clone(),
            receiver: group.receiver.to_string(),
            members: group.members.iter().copied().collect(),
            muted_by: world.alerts.group_muted_by(key, now).into_iter().map(str::to_owned).collect(),
        })
        .filter(|group| wanted.muted || group.muted_by.is_empty())
        .collect();
    drop(world);
    groups.sort_unstable_by(ListedGroup::order);
    let mut out = vec![b'['];
    for ListedGroup { labels, receiver, members, muted_by } in groups {
        let before = out.len();
        out.extend_from_slice(if before > 1 { b",{\"alerts\":[" } else { b"{\"alerts\":[" });
        if write_alerts(&house, &members, &wanted, Some(&muted_by), &mut out) == 0 {
            out.truncate(before);
            continue;
        }
        out.extend_from_slice(b"],");
        let end = GroupEnd { labels: &labels, receiver: Receiver { name: &receiver }, route_labels: Labels::default() };
        let end = serde_json::to_vec(&end).unwrap_or_default();
        out.extend_from_slice(end.strip_prefix(b"{").unwrap_or(b"}"));
    }
    out.extend_from_slice(b"]\n");
    Ok(Answer::bytes(out))
}
