//! One of every fact, with every reason it can carry: for tests that prove a whole class, and for the journals of each
//! release that are read forever. Not part of the program.

mod announcement;
mod chain;
mod cover;
mod finding;
mod handoff;
mod notice;
mod switch;

use jiff::SignedDuration;

use super::{Fact, HouseFact};
use crate::{
    Instant,
    access::{AccessFact, AccountRole, Scope},
    alert::{AlertFact, FiredAlert, GroupKey, Labels, MatchOp, Quiet, ResolvedBecause, Silence, SilenceMatcher},
    command::Reply,
    cover::{Imported, Remark},
    estate::{EstateFact, Override, RefusedProblem, Role, SourceFile, Target, Technology},
    feed::{FeedFact, FeedOf, RevokedBecause},
    id::{
        Actor, AnnouncementId, ChangeId, DeliveryId, FeedId, FindingId, Fingerprint, HandoffId, IncidentId, Name,
        PageId, SwitchId,
    },
    incident::{AcknowledgedBecause, IncidentFact, IncidentResolvedBecause, OpenedBecause, ReleasedBecause, Severity},
    journal::Entry,
    page::{CancelledBecause, NobodyBecause, Notice, PageFact, PagedBecause, Planned, StepBecause, Urgency},
    request::RequestFact,
    roster::RosterFact,
};

/// Every fact at least once. A test holds it against the names that the facts' own reader knows.
pub fn every_fact() -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(house().map(Fact::from));
    facts.extend(estate().map(Fact::from));
    facts.extend(access().map(Fact::from));
    facts.extend(request().into_iter().map(Fact::from));
    facts.extend(roster().map(Fact::from));
    facts.extend(cover::every().map(Fact::from));
    facts.extend(feed().map(Fact::from));
    facts.extend(announcement::every().into_iter().map(Fact::from));
    facts.extend(switch::every().into_iter().map(Fact::from));
    facts.extend(finding::every().into_iter().map(Fact::from));
    facts.extend(chain::every().into_iter().map(Fact::from));
    facts.extend(handoff::every().into_iter().map(Fact::from));
    facts.extend(alert().into_iter().map(Fact::from));
    facts.extend(incident().into_iter().map(Fact::from));
    facts.extend(escalation().into_iter().map(Fact::from));
    facts.extend(page().into_iter().map(Fact::from));
    facts.extend(delivery().into_iter().map(Fact::from));
    facts.extend(notice::every().into_iter().map(Fact::from));
    facts
}

/// [`every_fact`] as a journal, a minute apart, by every kind of actor.
pub fn every_entry() -> Vec<Entry> {
    let actors = [
        Actor::System,
        Actor::Account("wen".into()),
        Actor::Link(name("oliver")),
        Actor::Token("ci \"quoted\" \u{1f512}".into()),
        Actor::source("prometheus"),
    ];
    let entry = |(i, fact): (usize, Fact)| {
        let seq = i as u64 + 1;
        let at = instant() + SignedDuration::from_mins(i as i64);
        Entry {
            seq,
            at,
            actor: actors[i % actors.len()].clone(),
            cause: (i % 3 == 2).then_some(seq - 1),
            fact: fact.into(),
        }
    };
    every_fact().into_iter().enumerate().map(entry).collect()
}

fn name(text: &str) -> Name {
    text.parse().expect("the samples' names are names")
}

fn instant() -> Instant {
    Instant::from_second(1_772_952_900).expect("2026-03-08T06:55:00Z exists")
}

fn later() -> Instant {
    instant() + SignedDuration::from_millis(300_250)
}

fn house() -> [HouseFact; 3] {
    let why = "no space left on the device".into();
    let resumed = HouseFact::Resumed { refused_since: instant(), why };
    [HouseFact::Started { version: "0.1.0".into() }, HouseFact::Stopped {}, resumed]
}

fn estate() -> [EstateFact; 2] {
    let file = SourceFile { path: "sites/hong-kong.yaml".into(), text: "kind: Site # 香港\n\tspec: {}\r\n".into() };
    let problem = RefusedProblem {
        file: "rotas.yaml".into(),
        line: 12,
        column: 5,
        message: "no person is named `wenn`; did you mean `wen`?".into(),
        snippet: "12 | members: [wenn]\n   |           ^^^^".into(),
    };
    [
        EstateFact::Loaded { digest: "9f2c".into(), files: vec![file] },
        EstateFact::Refused { digest: "77aa".into(), problems: vec![problem] },
    ]
}

fn access() -> [AccessFact; 14] {
    let hash = || "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".to_owned();
    let password_hash = || "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g".to_owned();
    let created = |role, person| AccessFact::AccountCreated {
        account: name("wen"),
        display_name: "Wen Li".into(),
        password_hash: password_hash(),
        role,
        person,
    };
    [
        created(AccountRole::Admin, None),
        created(AccountRole::Viewer, Some(name("wen"))),
        AccessFact::AccountChanged {
            account: name("wen"),
            display_name: "Wen \"W\" Li".into(),
            role: AccountRole::Responder,
            person: Some(name("wen")),
        },
        AccessFact::AccountInvited {
            account: name("mei"),
            display_name: "Mei".into(),
            role: AccountRole::Responder,
            person: Some(name("mei")),
            link_hash: hash(),
            until: later(),
        },
        AccessFact::LinkMade { account: name("mei"), link_hash: hash(), until: later() },
        AccessFact::PasswordChanged { account: name("wen"), password_hash: password_hash() },
        AccessFact::AccountDisabled { account: name("mei") },
        AccessFact::AccountEnabled { account: name("mei") },
        AccessFact::SessionsEnded { account: name("wen"), but: Some(hash()) },
        AccessFact::AccountRemoved { account: name("wen") },
        AccessFact::SessionOpened { hash: hash(), account: name("wen"), until: later() },
        AccessFact::SessionClosed { hash: hash() },
        AccessFact::TokenCreated {
            token: name("ci"),
            hash: hash(),
            prefix: "mrd_3fQ".into(),
            scopes: vec![Scope::Read, Scope::Ingest, Scope::Respond, Scope::Admin],
            created_by: "wen".into(),
            expires: Some(later()),
        },
        AccessFact::TokenRevoked { token: name("ci") },
    ]
}

fn request() -> Vec<RequestFact> {
    let hash = |digit: &str| digit.repeat(64);
    let granted = |nth, reply| RequestFact::Granted { request: hash("a"), body_hash: hash("b"), nth, reply };
    let silence = alert().into_iter().find_map(|fact| match fact {
        AlertFact::SilenceSet { silence } => Some(Reply::Silence(silence)),
        _ => None,
    });
    let mut replies = vec![
        Reply::Done,
        Reply::Already,
        Reply::Incident(IncidentId(42)),
        Reply::Override(7),
        Reply::Feed(FeedId(3)),
        Reply::Announcement(AnnouncementId(3)),
        Reply::Switch(SwitchId(3)),
        Reply::Finding(FindingId(2)),
    ];
    replies.extend(silence);
    let remarks = vec![Remark::StaysTaken { change: ChangeId(3), by: name("mei") }];
    let (added, changed, removed) = (vec![ChangeId(15)], vec![ChangeId(16)], Vec::new());
    replies.push(Reply::Imported(Imported { added, changed, removed, unchanged: 2, past: 1, remarks }));
    let mut facts: Vec<_> = (0u32..).zip(replies).map(|(nth, reply)| granted(nth, reply)).collect();
    facts.push(RequestFact::Answered { request: hash("a"), status: 201, body: "{\"incident\":42}".into() });
    facts
}

fn feed() -> [FeedFact; 5] {
    let made = |feed, of| FeedFact::Made {
        feed: FeedId(feed),
        of,
        hash: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".into(),
        prefix: "mrf_3fQ1".into(),
        made_by: "wen".into(),
    };
    [
        made(1, FeedOf::Person(name("wen"))),
        made(2, FeedOf::Rota(name("payments"))),
        made(3, FeedOf::Team(name("payments"))),
        FeedFact::Revoked { feed: FeedId(1), because: RevokedBecause::Asked },
        FeedFact::Revoked { feed: FeedId(2), because: RevokedBecause::MakerMayNot },
    ]
}

fn roster() -> [RosterFact; 4] {
    let change = |replace, layer| Override { from: instant(), until: later(), replace, with: name("mei"), layer };
    let added = |id, change| RosterFact::OverrideAdded { id, rota: name("payments"), change };
    [
        added(1, change(Some(name("wen")), Some("hong-kong".into()))),
        added(2, change(None, None)),
        RosterFact::OverrideRemoved { id: 1, rota: name("payments") },
        RosterFact::OverrideEnded { id: 2, rota: name("payments"), until: later() },
    ]
}

fn alert() -> Vec<AlertFact> {
    let labels: Labels =
        [("alertname", "QueueStuck"), ("note", "a\"b\\c\n\u{0}\u{7f}é"), ("empty", "")].into_iter().collect();
    let fired = |annotations, url: &str| FiredAlert {
        fingerprint: labels.fingerprint(),
        labels: labels.clone(),
        annotations,
        starts_at: instant(),
        ends_at: later(),
        generator_url: url.into(),
    };
    let annotated =
        fired([("summary", "messages wait")].into_iter().collect(), "http://prometheus:9090/graph?g0.expr=up");
    let matcher = |op| SilenceMatcher { name: "site".into(), op, value: "new-york|london".into() };
    let silence = Silence {
        id: "0b9c2c6e-8f5e-4a53-9a55-0d9b2f7c1f11".into(),
        matchers: [MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex].map(matcher).to_vec(),
        starts_at: instant(),
        ends_at: later(),
        created_by: "wen".into(),
        comment: "planned".into(),
        updated_at: instant(),
    };
    let resolved =
        |because| AlertFact::Resolved { alerts: vec![Fingerprint(0xc897_7d94_a94a_172e), Fingerprint(7)], because };
    let quieted = |because| AlertFact::Quieted { group: GroupKey::new("{}", &Labels::default()), because };
    vec![
        AlertFact::Fired { alerts: vec![annotated, fired(Labels::default(), "")] },
        resolved(ResolvedBecause::SourceResolved),
        resolved(ResolvedBecause::Expired),
        resolved(ResolvedBecause::ClosedByHand),
        quieted(Quiet::BySilence(vec!["0b9c2c6e-8f5e-4a53-9a55-0d9b2f7c1f11".into()])),
        quieted(Quiet::ByInhibition(vec![Fingerprint(7)])),
        quieted(Quiet::ByTimeInterval("weekend".into())),
        AlertFact::SilenceSet { silence },
        AlertFact::SilenceExpired { id: "0b9c2c6e-8f5e-4a53-9a55-0d9b2f7c1f11".into() },
    ]
}

fn incident() -> Vec<IncidentFact> {
    let incident = IncidentId(42);
    let alerts = vec![Fingerprint(u64::MAX), Fingerprint(0)];
    let opened = |severity, because| IncidentFact::Opened {
        incident,
        title: "QueueStuck at new-york".into(),
        severity,
        escalation: name("payments"),
        because,
    };
    let group = GroupKey("{}/{team=\"payments\"}:{alertname=\"QueueStuck\"}".into());
    let mut facts = vec![
        opened(Severity::Sev1, OpenedBecause::AlertsFired { group, alerts: alerts.clone() }),
        opened(Severity::Sev5, OpenedBecause::ByHand),
        opened(Severity::Sev2, OpenedBecause::ChainBreached { breach: chain::key() }),
        IncidentFact::Resolved { incident, because: IncidentResolvedBecause::BreachesCleared },
        IncidentFact::Reopened { incident, alerts: alerts.clone() },
        IncidentFact::AlertsChanged { incident, joined: alerts.clone(), left: Vec::new() },
        IncidentFact::Reminded { incident },
        opened(Severity::Sev3, OpenedBecause::HandoffLate { handoff: HandoffId(3) }),
        IncidentFact::HandedOver { incident, to: name("oliver"), handoff: HandoffId(3) },
        IncidentFact::Promised { incident, due: later(), what: "update 3".into() },
        IncidentFact::Resolved { incident, because: IncidentResolvedBecause::HandoffEnded { handoff: HandoffId(3) } },
        IncidentFact::Noted { incident, text: "the second line\nis here: 香港 \u{1f4df}".into() },
        IncidentFact::Reassigned { incident, to: name("oliver"), reason: "knows the queue".into() },
        IncidentFact::Released { incident, person: name("wen"), because: ReleasedBecause::Sick },
        IncidentFact::Released { incident, person: name("wen"), because: ReleasedBecause::NotInEstate },
        IncidentFact::Resolved { incident, because: IncidentResolvedBecause::AllAlertsResolved },
        IncidentFact::Resolved { incident, because: IncidentResolvedBecause::ByHand { reason: "restarted".into() } },
    ];
    use AcknowledgedBecause::{Api, Handoff, Link, Page, Source};
    facts.extend([Link, Page, Api, Source, Handoff].map(|because| IncidentFact::Acknowledged {
        incident,
        by: name("wen"),
        because,
    }));
    let changed = |severity| {
        let (reason, wakes) = ("customers wait".into(), severity == Severity::Sev1);
        IncidentFact::SeverityChanged { incident, severity, reason, wakes }
    };
    facts.extend(Severity::ALL.map(changed));
    facts
}

fn escalation() -> Vec<PageFact> {
    let incident = IncidentId(42);
    let mut nobody = vec![
        (Target::Rota(name("payments"), Role::Primary), NobodyBecause::NobodyOnWatch),
        (Target::Rota(name("payments"), Role::Secondary), NobodyBecause::NotInEstate),
        (Target::Rota(name("payments"), Role::Shadow), NobodyBecause::NotInEstate),
        (Target::Team(name("ops")), NobodyBecause::TeamEmpty),
        (Target::Person(name("ana")), NobodyBecause::NoContact),
        (Target::Person(name("wen")), NobodyBecause::AlreadyPaged),
        (Target::Person(name("mei")), NobodyBecause::Sick),
    ];
    let reasons = [
        StepBecause::IncidentOpened,
        StepBecause::IncidentReopened,
        StepBecause::StepTimedOut,
        StepBecause::NobodyOnWatch,
        StepBecause::NobodyReached,
        StepBecause::SeverityRaised,
        StepBecause::QuietEnded,
        StepBecause::PassedOn { by: name("wen") },
        StepBecause::Reassigned { to: name("oliver") },
        StepBecause::Sick { person: name("wen") },
        StepBecause::LeftEstate { person: name("tom") },
    ];
    let stepped = |because| PageFact::Stepped {
        incident,
        round: 1,
        step: 2,
        because,
        nobody: std::mem::take(&mut nobody),
        until: later(),
    };
    let mut facts: Vec<PageFact> = reasons.map(stepped).into();
    facts.push(PageFact::Held {
        incident,
        because: Quiet::BySilence(vec!["0b9c2c6e-8f5e-4a53-9a55-0d9b2f7c1f11".into()]),
        until: later(),
    });
    facts.push(PageFact::Exhausted { incident, because: StepBecause::StepTimedOut });
    facts
}

fn page() -> Vec<PageFact> {
    use Technology::{Ntfy, Slack, Smtp, Twilio, Webhook};
    let (page, incident) = (PageId(7), IncidentId(42));
    let planned = |technology| Planned { delivery: DeliveryId(9), contact: "phone".into(), technology, due: later() };
    let opened = |urgency, because| PageFact::Opened {
        page,
        incident,
        person: name("wen"),
        urgency,
        because,
        deliveries: [Smtp, Twilio, Ntfy, Webhook, Slack].map(planned).into(),
    };
    let noticed = |notice| PageFact::Noticed { page, incident, notice, deliveries: vec![planned(Smtp)] };
    let on_watch = PagedBecause::OnWatch { rota: name("payments"), layer: "hong-kong".into(), role: Role::Primary };
    vec![
        opened(Urgency::High, on_watch),
        opened(Urgency::Low, PagedBecause::Named),
        opened(Urgency::High, PagedBecause::MemberOf { team: name("ops") }),
        opened(Urgency::High, PagedBecause::Reassigned),
        opened(Urgency::High, PagedBecause::HandoffNotAccepted { rota: name("payments"), handoff: HandoffId(3) }),
        opened(Urgency::High, PagedBecause::HandoffAccepted { rota: name("payments"), handoff: HandoffId(3) }),
        opened(Urgency::High, PagedBecause::NobodyScheduled { rota: name("payments") }),
        opened(Urgency::High, PagedBecause::NobodyElse { rota: name("payments") }),
        noticed(Notice::Update { joined: 3 }),
        noticed(Notice::Reminder),
        noticed(Notice::Resolved),
    ]
}

fn delivery() -> Vec<PageFact> {
    let delivery = DeliveryId(9);
    let failed =
        |attempt, retry_at| PageFact::DeliveryFailed { delivery, attempt, error: "421 try later".into(), retry_at };
    let cancelled = |because| PageFact::DeliveryCancelled { deliveries: vec![delivery, DeliveryId(10)], because };
    vec![
        PageFact::DeliveryStarted { delivery, attempt: 1 },
        failed(1, Some(later())),
        failed(2, None),
        PageFact::DeliverySucceeded { delivery, attempt: 3, receipt: "250 2.0.0 queued as 4F1".into() },
        cancelled(CancelledBecause::Acknowledged),
        cancelled(CancelledBecause::Resolved),
        cancelled(CancelledBecause::Quiet),
        cancelled(CancelledBecause::Superseded),
        cancelled(CancelledBecause::NeverTold),
        cancelled(CancelledBecause::Sick),
        cancelled(CancelledBecause::Told),
        cancelled(CancelledBecause::Settled),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the reader itself knows: it lists the names when it is asked for one that does not exist.
    fn names_of(noun: &str) -> Vec<String> {
        let error = serde_json::from_str::<Fact>(&format!(r#"{{"{noun}.":{{}}}}"#)).unwrap_err().to_string();
        let known = error.split("expected").nth(1).unwrap_or_else(|| panic!("{error}"));
        known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// A new noun does not compile here until it is listed.
    fn noun(fact: &Fact) -> &'static str {
        match fact {
            Fact::Alert(_) => "alert",
            Fact::Incident(_) => "incident",
            Fact::Page(_) => "page",
            Fact::Roster(_) => "override",
            Fact::Cover(_) => "cover",
            Fact::Handoff(_) => "handoff",
            Fact::Notice(_) => "notice",
            Fact::Estate(_) => "estate",
            Fact::Access(_) => "account",
            Fact::Request(_) => "request",
            Fact::Feed(_) => "feed",
            Fact::Chain(_) => "chain",
            Fact::Switch(_) => "switch",
            Fact::Announcement(_) => "announcement",
            Fact::Finding(_) => "finding",
            Fact::House(_) => "house",
        }
    }

    #[test]
    fn every_fact_is_among_the_samples() {
        let have: BTreeSet<String> = every_fact().iter().map(Fact::name).collect();
        let nouns: BTreeSet<&str> = every_fact().iter().map(noun).collect();
        assert_eq!(nouns.len(), 16, "{nouns:?}");
        let known: BTreeSet<String> = nouns.into_iter().flat_map(names_of).collect();
        assert_eq!(have, known);
    }

    #[test]
    fn every_fact_survives_a_round_trip() {
        for fact in every_fact() {
            let text = serde_json::to_string(&fact).unwrap();
            let read: Fact = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read, fact, "{text}");
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }
}
