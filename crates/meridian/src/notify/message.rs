//! What is to be told to one person over one way. Independent of the world and of the way.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant,
    alert::Labels,
    estate::Way,
    id::{IncidentId, Name},
    incident::Severity,
    page::Urgency,
};

/// One message. Rendering it twice gives the same text, so a retry says the same under the same key.
#[derive(Clone, Debug)]
pub struct Message {
    /// The idempotency key: the same across retries and after a crash, e.g. `mrd-bank-d123`.
    pub key: String,
    pub kind: Kind,
    pub to: Recipient,
    pub incident: IncidentSummary,
    /// A clause that completes "because …": `you are on watch for payments (london, primary) until 17:00 GMT`.
    pub because: String,
    /// Who is paged next unless this person acknowledges.
    pub next: Option<Next>,
    /// The confirmation page with its signed token. Absent where there is nothing to acknowledge.
    pub acknowledge_url: Option<String>,
    /// "I cannot, pass on", likewise.
    pub pass_on_url: Option<String>,
    /// Where a voice call posts the key that was pressed. Absent: the call only tells.
    pub keypad_url: Option<String>,
    pub incident_url: String,
    /// The instant of this attempt; signatures and the `Date` of a mail carry it.
    pub at: Instant,
    /// The recipient's. Every instant is written in it and in UTC.
    pub zone: TimeZone,
    /// A rehearsal: marked as such wherever it is read.
    pub drill: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wants an acknowledgement.
    Page {
        urgency: Urgency,
    },
    /// More alerts joined.
    Update {
        joined: u32,
    },
    /// It still fires.
    Reminder,
    Resolved,
}

impl Kind {
    /// As it stands in the JSON of a webhook.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Page { .. } => "page",
            Kind::Update { .. } => "update",
            Kind::Reminder => "reminder",
            Kind::Resolved => "resolved",
        }
    }

    pub(super) fn is_page(self) -> bool {
        matches!(self, Kind::Page { .. })
    }
}

#[derive(Clone, Debug)]
pub struct Recipient {
    pub person: Name,
    pub display_name: String,
    /// As the estate has it; placeholders are resolved where it is sent.
    pub way: Way,
}

#[derive(Clone, Debug)]
pub struct IncidentSummary {
    pub number: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub since: Instant,
    pub status: IncidentStatus,
    /// The labels that its alerts are grouped by.
    pub group: Labels,
    /// The first few, worst first.
    pub alerts: Vec<AlertLine>,
    /// Of how many.
    pub alerts_total: usize,
    pub runbook_url: Option<String>,
}

#[derive(Clone, Debug)]
pub enum IncidentStatus {
    Open,
    Acknowledged { by: String, at: Instant },
    Resolved { at: Instant },
}

impl IncidentStatus {
    pub(super) fn word(&self) -> &'static str {
        match self {
            IncidentStatus::Open => "open",
            IncidentStatus::Acknowledged { .. } => "acknowledged",
            IncidentStatus::Resolved { .. } => "resolved",
        }
    }
}

#[derive(Clone, Debug)]
pub struct AlertLine {
    pub labels: Labels,
    pub annotations: Labels,
    pub since: Instant,
    pub firing: bool,
    /// Where the source shows it; may be empty.
    pub generator_url: String,
}

impl AlertLine {
    /// What people call it: its summary, else its name.
    pub(super) fn title(&self) -> &str {
        let given = ["summary", "title", "message"].iter().find_map(|name| self.annotations.get(name));
        given
            .filter(|text| !text.trim().is_empty())
            .or_else(|| self.labels.get("alertname"))
            .unwrap_or("An alert without a name")
    }
}

/// Who is paged next, and when.
#[derive(Clone, Debug)]
pub struct Next {
    /// `Grace Lau`, or `rota/payments#secondary` where nobody can be named yet.
    pub who: String,
    pub at: Instant,
}

impl Message {
    /// `INC-42`, as people say it.
    pub(super) fn incident_word(&self) -> String {
        format!("INC-{}", self.incident.number)
    }

    /// One line that says what this is about: subject, title, first words of a call.
    pub(super) fn headline(&self, chars_max: usize) -> String {
        let drill = if self.drill { "DRILL " } else { "" };
        let kind = match self.kind {
            Kind::Page { .. } => "",
            Kind::Update { .. } => "Update: ",
            Kind::Reminder => "Still open: ",
            Kind::Resolved => "Resolved: ",
        };
        let head = format!("{drill}{kind}{} {} ", self.incident.severity, self.incident_word());
        let room = chars_max.saturating_sub(head.chars().count());
        format!("{head}{}", super::text::one_line(&self.incident.title, room))
    }

    /// The paragraph below the headline: why it reaches this person now.
    pub(super) fn reason(&self) -> String {
        let because = super::text::one_line(&self.because, 400);
        let because = because.strip_prefix("because ").unwrap_or(&because);
        match self.kind {
            Kind::Page { .. } => format!("You are paged because {because}."),
            Kind::Update { joined: 1 } => format!("1 more alert joined. You are told because {because}."),
            Kind::Update { joined } => format!("{joined} more alerts joined. You are told because {because}."),
            Kind::Reminder => format!("Still open after {}. You are told because {because}.", self.lasted()),
            Kind::Resolved => format!("Resolved after {}. You are told because {because}.", self.lasted()),
        }
        .replace("..", ".")
    }

    /// "Without you, the next page goes to Grace Lau at 03:09 HKT, 19:09 UTC."
    pub(super) fn without_you(&self) -> Option<String> {
        let next = self.next.as_ref().filter(|_| self.kind.is_page())?;
        let who = super::text::one_line(&next.who, 80);
        Some(format!("Without you, the next page goes to {who} at {}.", self.when(next.at)))
    }

    /// An instant as this recipient reads it.
    pub(super) fn when(&self, at: Instant) -> String {
        super::when::near(at, self.at, &self.zone)
    }

    /// How long it has lasted until now, or lasted in all: `1 h 34 min`.
    pub(super) fn lasted(&self) -> String {
        let until = match self.incident.status {
            IncidentStatus::Resolved { at } => at,
            _ => self.at,
        };
        super::when::span(self.incident.since, until)
    }

    /// The labels that all listed alerts share and the group does not say: said once, for all.
    pub(super) fn shared_labels(&self) -> Vec<(&str, &str)> {
        let [first, rest @ ..] = self.incident.alerts.as_slice() else { return Vec::new() };
        let shared = |(name, value): &(&str, &str)| {
            self.incident.group.get(name) != Some(value)
                && rest.iter().all(|alert| alert.labels.get(name) == Some(value))
        };
        first.labels.iter().filter(shared).collect()
    }

    /// What is left of an alert's labels beside the group's and the shared ones, as `name=value`, at most sixteen.
    pub(super) fn own_labels(&self, alert: &AlertLine) -> Vec<String> {
        use super::text::one_line;
        let shared = self.shared_labels();
        let own = alert
            .labels
            .iter()
            .filter(|label| self.incident.group.get(label.0) != Some(label.1) && !shared.contains(label));
        own.take(16).map(|(n, v)| format!("{}={}", one_line(n, 60), one_line(v, 120))).collect()
    }

    /// The status as a sentence, with its instant.
    pub(super) fn status(&self) -> String {
        match &self.incident.status {
            IncidentStatus::Open => "Open, nobody has acknowledged".to_owned(),
            IncidentStatus::Acknowledged { by, at } => {
                format!("Acknowledged by {} at {}", super::text::one_line(by, 80), self.when(*at))
            }
            IncidentStatus::Resolved { at } => format!("Resolved at {}", self.when(*at)),
        }
    }
}
