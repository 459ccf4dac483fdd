//! Alerts and silences, a page at a time.

use meridian_core::{
    alert::{
        AlertFilter, AlertState as Suppression, GroupKey, Labels, Matcher, Order, Quiet, SilenceMatcher,
        SilenceState as Kept,
    },
    id::Fingerprint,
    incident::Severity,
};

use super::Lens;
use crate::ui::{
    parts::Say,
    view::alert::{AlertRow, AlertState, AlertsTab, AlertsView, SilenceRow, SilenceState, SilencesView},
};

pub const PER_PAGE: usize = 100;
const COUNTED_MAX: usize = 2_000;

/// `job="dtc-batch"`
pub(super) fn matcher(matcher: &SilenceMatcher) -> String {
    format!("{}{}{:?}", matcher.name, matcher.op, matcher.value)
}

pub(super) fn row(lens: &Lens<'_>, fp: Fingerprint) -> Option<AlertRow> {
    let alerts = &lens.world.alerts;
    let Some(alert) = alerts.get(fp) else { return resolved(lens, fp) };
    let annotations = alert.annotations();
    let summary = annotations.get("summary").or_else(|| annotations.get("description")).unwrap_or_default();
    let labels = alert.labels.iter().filter(|(name, _)| *name != "alertname");
    let state = match alerts.quiet(fp, lens.now) {
        None => AlertState::Firing,
        Some(why) => AlertState::Quiet(quiet(lens, &why)),
    };
    Some(AlertRow {
        fingerprint: fp,
        name: alert.labels.get("alertname").unwrap_or("no name").to_owned(),
        summary: summary.to_owned(),
        severity: severity(lens, alert.groups().next(), fp, &alert.labels),
        site: site(lens, &alert.labels),
        labels: labels.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        since: alert.fired_at,
        state,
        incident: alert.groups().find_map(|key| alerts.group(key)?.incident),
        source_url: Some(alert.generator_url.to_string())
            .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
    })
}

/// It was resolved a short while ago, and its group has not been told of it yet.
fn resolved(lens: &Lens<'_>, fp: Fingerprint) -> Option<AlertRow> {
    let alert = lens.world.alerts.resolved(fp)?;
    let labels = alert.labels.iter().filter(|(name, _)| *name != "alertname");
    Some(AlertRow {
        fingerprint: fp,
        name: alert.labels.get("alertname").unwrap_or("no name").to_owned(),
        summary: alert.annotations.get("summary").unwrap_or_default().to_owned(),
        severity: severity(lens, None, fp, &alert.labels),
        site: site(lens, &alert.labels),
        labels: labels.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        since: alert.since,
        state: AlertState::Resolved(alert.resolved_at),
        incident: None,
        source_url: None,
    })
}

/// As the incident that it would open alone.
fn severity(lens: &Lens<'_>, group: Option<&GroupKey>, fp: Fingerprint, labels: &Labels) -> Severity {
    let Some(routing) = lens.world.routing() else { return Severity::Sev3 };
    if let Some(key) = group {
        return lens.world.alerts.severity(key, &[fp], routing);
    }
    let rule = &routing.severity;
    let said = labels.get(&rule.label).and_then(|value| rule.map.get(value).copied().or_else(|| value.parse().ok()));
    said.unwrap_or(rule.default)
}

/// Only a site of the estate: the label of the same name may mean something else.
fn site(lens: &Lens<'_>, labels: &Labels) -> Option<String> {
    lens.world.estate().sites.get(labels.get("site")?).map(|site| site.display_name.clone())
}

fn quiet(lens: &Lens<'_>, why: &Quiet) -> Say {
    match why {
        Quiet::BySilence(ids) => match ids.first().and_then(|id| lens.world.alerts.silence(id)) {
            Some(silence) => Say::new().text(format!("{} silenced it until ", silence.created_by)).at(silence.ends_at),
            None => Say::new().text("it is silenced"),
        },
        Quiet::ByInhibition(sources) => {
            let names = sources.iter().take(2).filter_map(|fp| lens.world.alerts.get(*fp)?.labels.get("alertname"));
            Say::new().text(format!("{} inhibits it", names.collect::<Vec<_>>().join(", ")))
        }
        Quiet::ByTimeInterval(name) => Say::new().text(format!("its route is muted by {name}")),
    }
}

/// `page` counts from 1.
pub fn alerts(lens: &Lens<'_>, tab: AlertsTab, filter: &str, page: usize) -> AlertsView {
    let all = &lens.world.alerts;
    let looks_like_matchers = filter.contains(['=', '{']);
    let (matchers, text, error) = match looks_like_matchers.then(|| Matcher::parse(filter)) {
        Some(Ok(matchers)) => (matchers, "", None),
        Some(Err(why)) => (Vec::new(), "", Some(why.to_string())),
        None => (Vec::new(), filter, None),
    };
    let state = match tab {
        AlertsTab::All => None,
        AlertsTab::Told => Some(Suppression::Active),
        AlertsTab::Quiet => Some(Suppression::Suppressed),
    };
    let wanted = AlertFilter { matchers, state, receiver: None, text: text.into() };
    let offset = page.saturating_sub(1).saturating_mul(PER_PAGE);
    let listed = all.list(&wanted, Order::Newest, lens.now, offset, PER_PAGE);
    // Each active alert is asked for its silences and inhibitions: with very many, only for those that are shown.
    let countable = all.active_count() <= COUNTED_MAX;
    let suppressed = AlertFilter { state: Some(Suppression::Suppressed), ..AlertFilter::default() };
    AlertsView {
        tab,
        filter: filter.to_owned(),
        filter_error: error,
        rows: listed.alerts.iter().filter_map(|(fp, _)| row(lens, *fp)).collect(),
        active: all.active_count(),
        quiet: countable.then(|| all.list(&suppressed, Order::Fingerprint, lens.now, 0, 0).total),
        matched: listed.total,
        page: page.max(1),
        pages: listed.total.div_ceil(PER_PAGE).max(1),
    }
}

pub fn silences(lens: &Lens<'_>, expired_tab: bool) -> SilencesView {
    let all = &lens.world.alerts;
    let is_over = |s: &&meridian_core::alert::Silence| s.state(lens.now) == Kept::Expired;
    let expired = all.silences().filter(is_over).count();
    let mut shown: Vec<_> = all.silences().filter(|s| is_over(s) == expired_tab).collect();
    shown.sort_by_key(|s| {
        if expired_tab { std::cmp::Reverse(s.ends_at).0.as_second().wrapping_neg() } else { s.ends_at.as_second() }
    });
    let row = |silence: &&meridian_core::alert::Silence| {
        let compiled: Result<Vec<Matcher>, _> = silence.matchers.iter().map(|m| m.compile()).collect();
        let filter = AlertFilter { matchers: compiled.unwrap_or_default(), ..AlertFilter::default() };
        let state = match silence.state(lens.now) {
            Kept::Active => SilenceState::Active,
            Kept::Pending => SilenceState::Pending,
            Kept::Expired => SilenceState::Expired,
        };
        let quiets =
            if state == SilenceState::Active { all.list(&filter, Order::Fingerprint, lens.now, 0, 0).total } else { 0 };
        SilenceRow {
            id: silence.id.to_string(),
            matchers: silence.matchers.iter().map(matcher).collect(),
            owner: silence.created_by.to_string(),
            reason: silence.comment.to_string(),
            starts: silence.starts_at,
            ends: silence.ends_at,
            state,
            quiets,
        }
    };
    let rows = shown.iter().take(200).map(row).collect();
    SilencesView { expired_tab, rows, active: all.silences().len() - expired, expired }
}
