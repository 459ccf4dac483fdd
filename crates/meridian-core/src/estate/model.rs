//! The estate as values: what the YAML said, checked, with every reference known to exist.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    alert::{InhibitRule, Route, TimeInterval},
    calendar::{Days, Hours, SiteCalendar},
    chain::ChainPlan,
    id::Name,
    switch::SwitchSettings,
};

/// All that is under care. Immutable: a reload makes a new one.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    pub sites: BTreeMap<Name, Site>,
    pub persons: BTreeMap<Name, Person>,
    pub teams: BTreeMap<Name, Team>,
    pub rotas: BTreeMap<Name, Rota>,
    pub escalations: BTreeMap<Name, Escalation>,
    pub channels: BTreeMap<Name, Channel>,
    pub routing: Option<Arc<Routing>>,
    pub chains: BTreeMap<Name, Chain>,
    /// Where everything stands in the files.
    pub places: super::Places,
}

/// A place with a time zone.
#[derive(Clone, Debug)]
pub struct Site {
    pub name: Name,
    pub display_name: String,
    /// The IANA name is `zone.iana_name()`.
    pub zone: TimeZone,
    /// Its holidays.
    pub calendar: SiteCalendar,
    pub hours: Vec<Hours>,
    /// Degrees north and east, where given.
    pub location: Option<(f64, f64)>,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub name: Name,
    pub display_name: String,
    pub site: Name,
    pub contacts: Vec<Contact>,
    pub reach: Reach,
    /// As the estate knows it. What was added at run time is beside it: `World::leave_of` has both.
    pub leave: Vec<Leave>,
    /// What they can do; a layer may need somebody who can.
    pub skills: Vec<String>,
    /// Days of the week on which they like to be on watch, and on which they would rather not: for a plan.
    pub prefers: Days,
    pub avoids: Days,
}

/// A stretch in which somebody is away, whoever is scheduled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    pub from: Instant,
    pub until: Instant,
    /// Where whole days were named: the first and the last one, by the clock of the person's site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<(civil::Date, civil::Date)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Leave {
    /// Whole days from `first` to `last`, both included, by the clock of `zone`. None: beyond what a clock can say.
    pub fn days(first: civil::Date, last: civil::Date, zone: &TimeZone, note: &str) -> Option<Leave> {
        let begin = |day: civil::Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
        let (from, until) = (begin(first)?, begin(last.tomorrow().ok()?)?);
        Some(Leave { from, until, days: Some((first, last)), note: note.to_owned() })
    }

    pub fn touches(&self, from: Instant, until: Instant) -> bool {
        self.from < until && from < self.until
    }
}

/// How a page of each urgency tries to get through, in order.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    pub high: Vec<ReachStep>,
    pub low: Vec<ReachStep>,
}

#[derive(Clone, Debug)]
pub struct ReachStep {
    /// The name of one of the person's contacts.
    pub contact: String,
    /// Counted from the beginning of the page.
    pub after: SignedDuration,
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub name: String,
    pub way: Way,
    /// The channel that carries it. Resolved on load: the named one, else the only one that can.
    pub channel: Name,
}

/// A way to reach a person. `Text` may hold `${env:NAME}` or `${file:PATH}`, resolved only where it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Email(String),
    Sms(String),
    Voice(String),
    Ntfy(String),
    /// An URL that gets a signed (Standard Webhooks) POST.
    Webhook(String),
    /// A Slack-compatible incoming webhook URL.
    Slack(String),
}

/// What a way rests on. Two ways of one technology fail together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Technology {
    Smtp,
    Twilio,
    Ntfy,
    Webhook,
    Slack,
}

impl Technology {
    pub fn word(self) -> &'static str {
        match self {
            Technology::Smtp => "smtp",
            Technology::Twilio => "twilio",
            Technology::Ntfy => "ntfy",
            Technology::Webhook => "webhook",
            Technology::Slack => "slack",
        }
    }
}

impl Way {
    pub fn technology(&self) -> Technology {
        match self {
            Way::Email(_) => Technology::Smtp,
            Way::Sms(_) | Way::Voice(_) => Technology::Twilio,
            Way::Ntfy(_) => Technology::Ntfy,
            Way::Webhook(_) => Technology::Webhook,
            Way::Slack(_) => Technology::Slack,
        }
    }

    /// The YAML key and the word people read: `email`, `sms`, `voice`, `ntfy`, `webhook`, `slack`.
    pub fn word(&self) -> &'static str {
        match self {
            Way::Email(_) => "email",
            Way::Sms(_) => "sms",
            Way::Voice(_) => "voice",
            Way::Ntfy(_) => "ntfy",
            Way::Webhook(_) => "webhook",
            Way::Slack(_) => "slack",
        }
    }

    pub fn address(&self) -> &str {
        match self {
            Way::Email(a) | Way::Sms(a) | Way::Voice(a) | Way::Ntfy(a) | Way::Webhook(a) | Way::Slack(a) => a,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub name: Name,
    pub carrier: Carrier,
}

/// What carries messages. Texts may hold secrets' placeholders, as in [`Way`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    Smtp {
        host: String,
        port: u16,
        from: String,
        username: Option<String>,
        password: Option<String>,
        tls: SmtpTls,
    },
    Twilio {
        account_sid: String,
        auth_token: String,
        from: String,
        base_url: String,
    },
    Ntfy {
        url: String,
        token: Option<String>,
    },
    /// `secret` is `whsec_…` (base64) of Standard Webhooks.
    Webhook {
        secret: String,
    },
    Slack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// Plain text; only sensible on the same machine.
    None,
    StartTls,
    Implicit,
}

impl Carrier {
    pub fn technology(&self) -> Technology {
        match self {
            Carrier::Smtp { .. } => Technology::Smtp,
            Carrier::Twilio { .. } => Technology::Twilio,
            Carrier::Ntfy { .. } => Technology::Ntfy,
            Carrier::Webhook { .. } => Technology::Webhook,
            Carrier::Slack => Technology::Slack,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Team {
    pub name: Name,
    pub display_name: String,
    pub members: Vec<Name>,
    pub lead: Option<Name>,
    /// Whether a swap needs the lead's approval.
    pub approve_swaps: bool,
    /// How long before its beginning a watch may still be taken by somebody who was not asked. None: at any time.
    pub take_notice: Option<SignedDuration>,
}

#[derive(Clone, Debug)]
pub struct Rota {
    pub name: Name,
    pub display_name: String,
    pub team: Option<Name>,
    pub layers: Vec<Layer>,
    pub overrides: Vec<Override>,
    /// Present: the watch passes by acceptance. Absent: by the clock.
    pub handoff: Option<HandoffRule>,
}

/// How the watch of a rota is handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoffRule {
    /// How long before the outgoing's end the brief opens.
    pub opens: SignedDuration,
    /// How long after it was due it is late, and both sides are paged.
    pub late: SignedDuration,
    /// How long after that the leads are paged.
    pub leads_after: SignedDuration,
    /// Empty: the lead of the rota's team.
    pub leads: Vec<Name>,
    pub between: Between,
}

/// Which edges of the ring are handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// Those from one site to another.
    #[default]
    Sites,
    /// Also those from one person to another at the same site.
    Persons,
}

#[derive(Clone, Debug)]
pub struct Layer {
    pub name: String,
    pub site: Name,
    /// The zone of the site, kept here so that a rota can be resolved alone.
    pub zone: TimeZone,
    pub role: Role,
    /// Empty: always.
    pub hours: Vec<Hours>,
    pub holidays: Holidays,
    /// The holidays of the site.
    pub calendar: SiteCalendar,
    /// Skills of which somebody on watch must have each.
    pub needs: Vec<String>,
    pub rotation: Rotation,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    #[default]
    Primary,
    Secondary,
    /// Watches along to learn, and is not paged.
    Shadow,
    /// Learns by leading: paged together with the primaries, whose watch it never replaces.
    ReverseShadow,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Primary, Role::Secondary, Role::Shadow, Role::ReverseShadow];
    pub fn word(self) -> &'static str {
        match self {
            Role::Primary => "primary",
            Role::Secondary => "secondary",
            Role::Shadow => "shadow",
            Role::ReverseShadow => "reverse-shadow",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holidays {
    #[default]
    Staffed,
    Closed,
}

#[derive(Clone, Debug)]
pub struct Rotation {
    /// Wall clock at the site.
    pub start: civil::DateTime,
    /// How long a turn lasts. Several: one after the other, again and again. Never empty, and months stand among months.
    pub every: Vec<Every>,
    pub turns: Turns,
    /// In the order of their turns. Never empty, nor is any of them: one or more members on watch together.
    pub members: Vec<Vec<Member>>,
}

impl Rotation {
    /// Everybody who is, was or will be a member; who has two turns comes twice.
    pub fn persons(&self) -> impl Iterator<Item = &Name> {
        self.members.iter().flatten().map(|member| &member.person)
    }
}

/// Somebody who takes turns, and from when until when, by the wall clock of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: Name,
    /// Absent: from the start of the rotation.
    pub from: Option<civil::DateTime>,
    /// The first moment at which they are no longer a member.
    pub until: Option<civil::DateTime>,
}

impl From<Name> for Member {
    fn from(person: Name) -> Member {
        Member { person, from: None, until: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    /// At least 1.
    pub count: u32,
    pub unit: Unit,
}

/// As the estate writes it: `1 week`, `4 days`.
impl std::fmt::Display for Every {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = match self.unit {
            Unit::Hours => "hour",
            Unit::Days => "day",
            Unit::Weeks => "week",
            Unit::Months => "month",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Hours,
    Days,
    Weeks,
    Months,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turns {
    /// The calendar advances the turn.
    #[default]
    Elapsed,
    /// Only a stretch that was worked does.
    Served,
}

impl Turns {
    pub fn word(self) -> &'static str {
        match self {
            Turns::Elapsed => "elapsed",
            Turns::Served => "served",
        }
    }
}

/// A temporary change of who. Without `replace`, `with` is on watch in addition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    pub from: Instant,
    pub until: Instant,
    pub replace: Option<Name>,
    pub with: Name,
    /// Only this layer, by name; none: every layer of the rota that `replace` stands in.
    pub layer: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Escalation {
    pub name: Name,
    pub display_name: String,
    pub steps: Vec<Step>,
    /// How often the steps are walked again after the first time.
    pub repeat: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub page: Vec<Target>,
    /// How long the step waits for an acknowledgement.
    pub within: SignedDuration,
}

/// Whom a step pages. Written `rota/payments`, `rota/payments#secondary`, `person/ana`, `team/ops`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    Rota(Name, Role),
    Person(Name),
    Team(Name),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Rota(name, Role::Primary) => write!(f, "rota/{name}"),
            Target::Rota(name, role) => write!(f, "rota/{name}#{}", role.word()),
            Target::Person(name) => write!(f, "person/{name}"),
            Target::Team(name) => write!(f, "team/{name}"),
        }
    }
}

/// A path of messages through test points.
#[derive(Clone, Debug)]
pub struct Chain {
    pub display_name: String,
    /// What the engine goes by; its name is the chain's.
    pub plan: ChainPlan,
    /// How people go from one of its routes to another one.
    pub switch: SwitchSettings,
}

/// Alertmanager's own route tree, whose receivers name escalations.
#[derive(Clone, Debug)]
pub struct Routing {
    pub name: Name,
    pub route: Route,
    pub inhibit_rules: Vec<InhibitRule>,
    /// `time_intervals` and the older `mute_time_intervals` of the top level.
    pub time_intervals: BTreeMap<String, Vec<TimeInterval>>,
    /// How the severity of an incident is read from an alert.
    pub severity: SeverityRule,
}

/// `severity: { label: severity, map: { critical: SEV2 }, default: SEV3 }`.
#[derive(Clone, Debug)]
pub struct SeverityRule {
    pub label: String,
    pub map: BTreeMap<String, crate::incident::Severity>,
    pub default: crate::incident::Severity,
}
