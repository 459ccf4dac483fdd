//! What the passing of time leads to: alerts that expire, groups that are told of, steps that time out, retries.

use super::{Turn, World};
use crate::{
    Instant,
    alert::{Flush, GroupKey},
    id::{Actor, Fingerprint, IncidentId, Name},
    incident::{IncidentFact, IncidentResolvedBecause, OpenedBecause, Severity},
    journal::Entry,
    page::{Notice, StepBecause, Timer},
    switch,
};

/// A storm is told in portions, so that commands that wait get their turn between.
const FACTS_PER_TICK: usize = 20_000;

impl World {
    /// When [`World::tick`] has something to do next.
    pub fn next_due(&self) -> Option<Instant> {
        let (alerts, pages) = (&self.alerts, &self.pages);
        let due = [
            alerts.next_due(),
            alerts.next_flush(),
            pages.next_due(),
            self.covers.next_due(),
            self.handoffs.next_due(),
            self.notices.next_due(),
            self.switches.next_due(),
        ];
        due.into_iter().flatten().min()
    }

    /// Does everything that is due. The entries are appended to `out` for the journal.
    pub fn tick(&mut self, now: Instant, out: &mut Vec<Entry>) {
        let before = out.len();
        while out.len() - before < FACTS_PER_TICK && self.next_due().is_some_and(|due| due <= now) {
            let mut turn = Turn::new(self, now, Actor::System, out);
            if let Some(fact) = turn.world.alerts.due(turn.now) {
                turn.record(fact);
            }
            turn.changes_due();
            turn.handoff_timers();
            turn.notices_due();
            if let Some(fact) = switch::plan_due(&turn.world.switches, turn.now) {
                turn.record(fact);
            }
            turn.flush();
            turn.timers();
        }
    }
}

impl Turn<'_> {
    fn timers(&mut self) {
        let mut budget = FACTS_PER_TICK;
        while let Some(timer) = self.world.pages.due(self.now) {
            let incident = match timer {
                Timer::Step(incident) => Some(incident),
                Timer::Delivery(id) => self.world.pages.delivery(id).map(|delivery| delivery.incident),
            };
            budget = budget.saturating_sub(1);
            let Some(incident) = incident.filter(|_| budget > 0) else { return };
            if !(matches!(timer, Timer::Step(_)) && self.is_not_worth_a_page(incident)) {
                self.page(incident, |pages, context| pages.plan_timer(context, timer));
            }
        }
    }

    fn flush(&mut self) {
        for (group, flush) in self.world.alerts.flush(self.now) {
            // Each group's facts are a chain of their own.
            Turn::new(self.world, self.now, Actor::System, self.out).tell(group, flush);
        }
    }

    /// Whoever acknowledges what nobody was told of yet must not be paged for it afterwards: so the group's incident is
    /// opened before its time, and nobody is paged. None when the alerts of the group are kept quiet.
    pub fn incident_to_acknowledge(&mut self, group: GroupKey) -> Option<IncidentId> {
        if let Some(Flush::Open { alerts }) = self.world.alerts.flush_now(&group, self.now) {
            return self.begin(group, alerts).map(|(incident, _)| incident);
        }
        self.world.alerts.group(&group)?.incident
    }

    fn tell(&mut self, group: GroupKey, flush: Flush) {
        match flush {
            Flush::Open { alerts } => self.open(group, alerts),
            Flush::Changed { incident, joined, left } => self.changed(incident, joined, left),
            Flush::Remind { incident } => {
                self.record(IncidentFact::Reminded { incident });
                self.page(incident, |pages, context| pages.plan_notices(context, &Notice::Reminder));
            }
            Flush::Resolve { incident } => self.resolve(incident, IncidentResolvedBecause::AllAlertsResolved),
            Flush::Quiet { because } => self.stay_quiet(group, because),
        }
    }

    fn open(&mut self, group: GroupKey, alerts: Vec<Fingerprint>) {
        if let Some((incident, because)) = self.begin(group, alerts) {
            self.page(incident, |pages, context| pages.plan_begin(context, because));
        }
    }

    /// The incident of the group, new or open again, before anybody is paged for it.
    fn begin(&mut self, group: GroupKey, alerts: Vec<Fingerprint>) -> Option<(IncidentId, StepBecause)> {
        if let Some((incident, before)) = self.world.incidents.reopenable(&group, self.now).map(|i| (i.id, i.severity))
        {
            let severity = self.world.severity(&group, &alerts);
            self.record(IncidentFact::Reopened { incident, alerts });
            if severity < before {
                let reason = format!("an alert of {severity} fires");
                self.record(IncidentFact::SeverityChanged { incident, severity, reason, wakes: false });
            }
            self.page(incident, |pages, _| pages.take_back_end(incident));
            return Some((incident, StepBecause::IncidentReopened));
        }
        let incident = self.world.incidents.next_id();
        let (title, severity) = (self.world.title(&group, &alerts), self.world.severity(&group, &alerts));
        let escalation = self.world.receiver(&group)?;
        let because = OpenedBecause::AlertsFired { group, alerts };
        self.record(IncidentFact::Opened { incident, title, severity, escalation, because });
        Some((incident, StepBecause::IncidentOpened))
    }

    fn changed(&mut self, incident: IncidentId, joined: Vec<Fingerprint>, left: Vec<Fingerprint>) {
        let count = joined.len() as u32;
        let present = self.world.incidents.get(incident).map(|incident| (incident.severity, incident.group.clone()));
        let worse = present.and_then(|(present, group)| {
            let joined = self.world.severity(&group?, &joined);
            (count > 0 && joined < present).then_some(joined)
        });
        self.record(IncidentFact::AlertsChanged { incident, joined, left });
        if let Some(severity) = worse {
            let woken = self.change_severity(incident, severity, format!("an alert of {severity} joined"), true);
            // Who is paged anew sees there what joined.
            if woken {
                return;
            }
        }
        if count > 0 {
            self.page(incident, |pages, context| pages.plan_notices(context, &Notice::Update { joined: count }));
        }
    }
}

impl World {
    fn receiver(&self, group: &GroupKey) -> Option<Name> {
        self.alerts.group(group).map(|group| group.receiver.clone())
    }

    fn severity(&self, group: &GroupKey, alerts: &[Fingerprint]) -> Severity {
        self.routing().map_or(Severity::Sev3, |routing| self.alerts.severity(group, alerts, routing))
    }

    /// What the alerts say of themselves: the summary that they share, else the first one's and how many more there
    /// are, else their name and what they are grouped by.
    fn title(&self, group: &GroupKey, alerts: &[Fingerprint]) -> String {
        let summary = |alert: &Fingerprint| {
            let annotations = self.alerts.get(*alert)?.annotations();
            ["summary", "title", "message", "description"].iter().find_map(|name| annotations.get(name)).map(one_line)
        };
        let first = alerts.first().and_then(summary).filter(|text| !text.is_empty());
        let same = |text: &String| alerts.iter().take(100).all(|alert| summary(alert).as_ref() == Some(text));
        match first {
            Some(text) if same(&text) => text,
            Some(text) => format!("{text}, and {} more", alerts.len() - 1),
            None => {
                let labels = self.alerts.group(group).map(|group| group.labels.clone()).unwrap_or_default();
                let labels = if labels.is_empty() {
                    alerts.first().and_then(|alert| self.alerts.get(*alert)).map(|alert| alert.labels.clone())
                } else {
                    Some(labels)
                };
                let labels = labels.unwrap_or_default();
                let name = labels.get("alertname").unwrap_or("Alert");
                let rest = labels.iter().filter(|(label, _)| *label != "alertname");
                let rest: Vec<String> = rest.take(4).map(|(label, value)| format!("{label} {value}")).collect();
                if rest.is_empty() { one_line(name) } else { one_line(&format!("{name} ({})", rest.join(", "))) }
            }
        }
    }
}

/// The first line, at most 160 characters.
fn one_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(159) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
