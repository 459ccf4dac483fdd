//! Facts as sentences, each with its reason.

use meridian_core::{
    Fact, Instant,
    access::AccessFact,
    alert::AlertFact,
    chain::breach::ChainFact,
    estate::EstateFact,
    fact::HouseFact,
    feed::{FeedFact, RevokedBecause, title},
    id::{Actor, DeliveryId},
    incident::{AcknowledgedBecause, IncidentFact, IncidentResolvedBecause, OpenedBecause},
    journal::Entry,
    page::{PageFact, PagedBecause},
    roster::RosterFact,
};

use super::{Lens, announcement, changes, finding, handoff, switch};
use crate::ui::{
    parts::{Glyph, Say, lasting},
    view::{JournalView, Told},
};

/// One entry, told. `None`: too small to tell.
pub fn tell(lens: &Lens<'_>, seq: u64, at: Instant, actor: &Actor, fact: &Fact) -> Option<Told> {
    let told = match fact {
        Fact::Incident(fact) => incident(lens, at, fact),
        Fact::Page(fact) => page(lens, at, fact)?,
        Fact::Alert(fact) => alert(lens, at, fact),
        Fact::Roster(fact) => roster(lens, at, fact),
        Fact::Cover(fact) => changes::told(lens, at, fact),
        Fact::Notice(fact) => changes::noticed(lens, at, fact),
        Fact::Handoff(fact) => handoff::told(lens, at, fact),
        Fact::Chain(fact) => chain(at, fact),
        Fact::Switch(fact) => switch::told(lens, at, fact)?,
        Fact::Finding(fact) => finding::told(lens, at, fact),
        Fact::Announcement(fact) => announcement::told(lens, at, fact),
        Fact::Estate(fact) => estate(at, fact),
        Fact::Feed(fact) => feed(lens, at, fact),
        Fact::Access(fact) => access(at, fact)?,
        // Bookkeeping of clients; what they asked for is told.
        Fact::Request(_) => return None,
        Fact::House(HouseFact::Started { version }) => Told::new(at, format!("Meridian {version} started")),
        Fact::House(HouseFact::Stopped {}) => Told::new(at, "Meridian stopped"),
        Fact::House(HouseFact::Resumed { refused_since, why }) => resumed(at, *refused_since, why),
    };
    let by = told.by.clone().or_else(|| lens.actor(actor));
    Some(Told { seq: Some(seq), by, ..told })
}

fn chain(at: Instant, fact: &ChainFact) -> Told {
    let chain = &fact.key().chain;
    match fact {
        ChainFact::Breached { breach, .. } | ChainFact::Counted { breach, .. } => {
            Told::new(at, format!("Chain {chain}: {}", breach.words()))
                .shape(Glyph::Severity(breach.key.trouble.severity()))
        }
        ChainFact::Cleared { key, .. } => Told::new(at, format!("Chain {chain}: {}", key.cleared())).shape(Glyph::Ok),
    }
}

fn resumed(at: Instant, refused_since: Instant, why: &str) -> Told {
    let refused_s = at.duration_since(refused_since).as_secs();
    let said =
        format!("The journal takes entries again; for {refused_s} seconds it took none, and senders were told so");
    Told::new(at, said).shape(Glyph::Risk).because(why.to_owned())
}

fn incident(lens: &Lens<'_>, at: Instant, fact: &IncidentFact) -> Told {
    let id = fact.incident();
    let here = || Say::new().incident(id);
    match fact {
        IncidentFact::Opened { title, severity, because, .. } => {
            let told =
                Told::new(at, here().text(format!(" opened as {severity}: {title}"))).shape(Glyph::Severity(*severity));
            match because {
                OpenedBecause::AlertsFired { alerts, .. } => {
                    told.because(count(alerts.len(), "alert fires", "alerts fire"))
                }
                OpenedBecause::ByHand => told,
                OpenedBecause::HandoffLate { handoff } => told.because(handoff::link(*handoff, "nobody accepted it")),
                OpenedBecause::ChainBreached { breach } => told.because(format!("chain {}", breach.chain)),
            }
        }
        IncidentFact::Reopened { alerts, .. } => {
            Told::new(at, here().text(" reopened")).shape(Glyph::Risk).because(match alerts.len() {
                0 => "something is wrong with its chain again".to_owned(),
                n => count(n, "alert of its group fires again", "alerts of its group fire again"),
            })
        }
        IncidentFact::AlertsChanged { joined, left, .. } => {
            let shape = if joined.is_empty() { Glyph::Ok } else { Glyph::Risk };
            Told::new(at, here().text(format!(": {}", changed(joined.len(), left.len())))).shape(shape)
        }
        IncidentFact::Reminded { .. } => Told::new(at, here().text(" still fires; those who know were reminded")),
        IncidentFact::Acknowledged { by, because, .. } => {
            let through = through(*because);
            let after = lens.world.incidents.get(id).map(|i| lasting(at.duration_since(i.opened_at)));
            let after = after.map_or(String::new(), |after| format!(", {after} after it opened"));
            Told::new(at, here().text(" acknowledged by ").strong(lens.person(by)).text(format!("{through}{after}")))
                .shape(Glyph::Accepted)
                .by(lens.person(by))
        }
        IncidentFact::HandedOver { .. } | IncidentFact::Promised { .. } => handoff::of_incident(lens, at, fact),
        IncidentFact::Noted { text, .. } => Told::new(at, here().text(format!(": “{text}”"))).shape(Glyph::Note),
        IncidentFact::Reassigned { to, reason, .. } => {
            because(Told::new(at, here().text(" given to ").strong(lens.person(to))).shape(Glyph::Due), reason)
        }
        IncidentFact::Released { person, because, .. } => {
            let why = format!(" {}", because.words());
            Told::new(at, here().text(" waits for somebody again: ").strong(lens.person(person)).text(why))
                .shape(Glyph::Risk)
        }
        IncidentFact::SeverityChanged { severity, reason, .. } => {
            because(Told::new(at, here().text(format!(" is {severity} now"))).shape(Glyph::Severity(*severity)), reason)
        }
        IncidentFact::Resolved { because, .. } => resolved(Told::new(at, here().text(" resolved")), because),
    }
}

fn resolved(told: Told, because_of: &IncidentResolvedBecause) -> Told {
    let told = told.shape(Glyph::Ok);
    match because_of {
        IncidentResolvedBecause::AllAlertsResolved => told.because("none of its alerts fires any more"),
        IncidentResolvedBecause::HandoffEnded { handoff } => told.because(handoff::link(*handoff, "it is over")),
        IncidentResolvedBecause::BreachesCleared => {
            told.because("nothing is wrong any more with the messages that it was about")
        }
        IncidentResolvedBecause::ByHand { reason } => because(told, reason),
    }
}

/// How an acknowledgement came, after the name of the person.
fn through(because: AcknowledgedBecause) -> &'static str {
    match because {
        AcknowledgedBecause::Link => " by the link in the message",
        AcknowledgedBecause::Page => "",
        AcknowledgedBecause::Api => " through the API",
        AcknowledgedBecause::Source => " at its source",
        AcknowledgedBecause::Handoff => " with the watch",
    }
}

fn changed(joined: usize, left: usize) -> String {
    let more = count(joined, "alert more fires", "alerts more fire");
    match (joined, left) {
        (0, n) => count(n, "alert resolved", "alerts resolved"),
        (_, 0) => more,
        (_, n) => format!("{more}, {n} resolved"),
    }
}

fn because(told: Told, reason: &str) -> Told {
    if reason.is_empty() { told } else { told.because(reason) }
}

fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

fn page(lens: &Lens<'_>, at: Instant, fact: &PageFact) -> Option<Told> {
    Some(match fact {
        PageFact::Stepped { incident, step, round, because, nobody, until } => {
            let round = if *round > 0 { format!(" of round {}", round + 1) } else { String::new() };
            let mut say = Say::new().incident(*incident).text(format!(": step {}{round}, until ", step + 1)).at(*until);
            for (target, why) in nobody {
                say = say.text(format!("; {target} found nobody because {}", why.words()));
            }
            Told::new(at, say)
                .shape(if nobody.is_empty() { Glyph::Due } else { Glyph::Nobody })
                .because(because.words())
        }
        PageFact::Held { incident, because, until } => {
            let say = Say::new().incident(*incident).text(": nobody further is paged, until ").at(*until);
            Told::new(at, say).shape(Glyph::Unknown).because(because.words())
        }
        PageFact::Exhausted { incident, because } => {
            Told::new(at, Say::new().incident(*incident).text(": everybody was tried and nobody answered"))
                .shape(Glyph::Nobody)
                .because(because.words())
        }
        PageFact::Opened { page, incident, person, because, .. } => {
            let say = Say::new()
                .text(format!("Page {page} to "))
                .strong(lens.person(person))
                .text(" about ")
                .incident(*incident);
            Told::new(at, say).shape(Glyph::Page).because(paged_because(lens, because))
        }
        PageFact::DeliverySucceeded { delivery, .. } => {
            Told::new(at, delivered(lens, *delivery, "sent")).shape(Glyph::Ok)
        }
        PageFact::DeliveryFailed { delivery, error, retry_at, .. } => {
            let say = delivered(lens, *delivery, "could not be sent");
            let say = match retry_at {
                Some(again) => say.text("; again at ").at(*again),
                None => say.text("; given up"),
            };
            Told::new(at, say).shape(Glyph::Fail).because(error.to_string())
        }
        PageFact::DeliveryCancelled { deliveries, because } => {
            Told::new(at, count(deliveries.len(), "message was not needed", "messages were not needed"))
                .because(because.words())
        }
        PageFact::Noticed { .. } | PageFact::DeliveryStarted { .. } => return None,
    })
}

/// "on watch for Payments (london)"
pub(super) fn paged_because(lens: &Lens<'_>, because: &PagedBecause) -> String {
    match because {
        PagedBecause::OnWatch { rota, layer, role } => {
            let role = if *role == meridian_core::estate::Role::Primary {
                String::new()
            } else {
                format!(", {}", role.word())
            };
            format!("on watch for {} ({layer}{role})", lens.rota_title(rota))
        }
        other => other.words(),
    }
}

fn delivered(lens: &Lens<'_>, delivery: DeliveryId, verb: &str) -> Say {
    match lens.world.pages.delivery(delivery) {
        None => match lens.world.notices.delivery(delivery) {
            None => Say::new().text(format!("Message {delivery} {verb}")),
            Some(known) => {
                let say = Say::new().text(format!("Notice of a change {verb} to ")).strong(lens.person(&known.person));
                say.text(format!(" by {}", known.contact))
            }
        },
        Some(known) => {
            let what = match &known.notice {
                None => format!("Page {}", known.page),
                Some(notice) => format!("Notice that {}", notice.words()),
            };
            let say = Say::new().text(format!("{what} {verb} to ")).strong(lens.person(&known.person));
            say.text(format!(" by {}", known.contact))
        }
    }
}

fn alert(lens: &Lens<'_>, at: Instant, fact: &AlertFact) -> Told {
    match fact {
        AlertFact::Fired { alerts } => {
            let mut names: Vec<&str> = alerts.iter().filter_map(|a| a.labels.get("alertname")).collect();
            names.dedup();
            names.truncate(3);
            Told::new(at, format!("{}: {}", count(alerts.len(), "alert fires", "alerts fire"), names.join(", ")))
                .shape(Glyph::Risk)
        }
        AlertFact::Resolved { alerts, because } => {
            let why = match because {
                meridian_core::alert::ResolvedBecause::SourceResolved => "its source said so",
                meridian_core::alert::ResolvedBecause::Expired => "it was not sent again in time",
                meridian_core::alert::ResolvedBecause::ClosedByHand => "its incident was closed by hand",
            };
            Told::new(at, count(alerts.len(), "alert resolved", "alerts resolved")).shape(Glyph::Ok).because(why)
        }
        AlertFact::Quieted { group, because } => {
            let labels = lens.world.alerts.group(group).map(|group| group.labels.clone()).unwrap_or_default();
            let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let what =
                format!("Nobody is told of {}", if labels.is_empty() { "a group".into() } else { labels.join(", ") });
            Told::new(at, what).shape(Glyph::Unknown).because(because.words())
        }
        AlertFact::SilenceSet { silence } => {
            let matchers: Vec<String> = silence.matchers.iter().map(super::alert::matcher).collect();
            because(
                Told::new(at, Say::new().text(format!("Silenced {} until ", matchers.join(", "))).at(silence.ends_at))
                    .shape(Glyph::Unknown)
                    .by(silence.created_by.to_string()),
                &silence.comment,
            )
        }
        AlertFact::SilenceExpired { id } => {
            let of = lens.world.alerts.silence(id).map(|s| format!(" of {}", s.created_by)).unwrap_or_default();
            Told::new(at, format!("The silence{of} was ended"))
        }
    }
}

fn feed(lens: &Lens<'_>, at: Instant, fact: &FeedFact) -> Told {
    match fact {
        FeedFact::Made { of, .. } => Told::new(at, format!("Calendar feed made: {}", title(lens.world.estate(), of))),
        FeedFact::Revoked { feed, because } => {
            let told = Told::new(at, format!("Calendar feed {feed} revoked"));
            match because {
                RevokedBecause::Asked => told,
                RevokedBecause::MakerMayNot => told.because("whoever made it may not have it any more"),
            }
        }
    }
}

fn roster(lens: &Lens<'_>, at: Instant, fact: &RosterFact) -> Told {
    match fact {
        RosterFact::OverrideAdded { rota, change, .. } => {
            let say = Say::new()
                .strong(lens.person(&change.with))
                .text(" is on watch in ")
                .link(format!("/rotas/{rota}"), lens.rota_title(rota));
            let say = say.text(" from ").at(change.from).text(" to ").at(change.until);
            let told = Told::new(at, say).shape(Glyph::Due);
            match &change.replace {
                Some(replaced) => told.because(format!("{} is replaced", lens.person(replaced))),
                None => told,
            }
        }
        RosterFact::OverrideRemoved { id, rota } => Told::new(
            at,
            Say::new()
                .text(format!("Override {id} of "))
                .link(format!("/rotas/{rota}"), lens.rota_title(rota))
                .text(" removed"),
        ),
        RosterFact::OverrideEnded { id, rota, .. } => Told::new(
            at,
            Say::new()
                .text(format!("Override {id} of "))
                .link(format!("/rotas/{rota}"), lens.rota_title(rota))
                .text(" ended before its time"),
        ),
    }
}

fn estate(at: Instant, fact: &EstateFact) -> Told {
    match fact {
        EstateFact::Loaded { files, .. } => Told::new(
            at,
            Say::new()
                .text("The ")
                .link("/estate", "estate")
                .text(format!(" came into force, {}", count(files.len(), "file", "files"))),
        )
        .shape(Glyph::Ok),
        EstateFact::Refused { problems, .. } => Told::new(
            at,
            Say::new()
                .text("A change of the ")
                .link("/estate", "estate")
                .text(" was refused; the one before stays in force"),
        )
        .shape(Glyph::Fail)
        .because(count(problems.len(), "problem stands in it", "problems stand in it")),
    }
}

fn access(at: Instant, fact: &AccessFact) -> Option<Told> {
    Some(Told::new(
        at,
        match fact {
            AccessFact::AccountCreated { account, role, .. } => format!("Account {account} made, {}", role.word()),
            AccessFact::AccountInvited { account, role, .. } => format!("Account {account} invited, {}", role.word()),
            AccessFact::LinkMade { account, .. } => format!("A one-time link made for the account {account}"),
            AccessFact::AccountDisabled { account } => format!("Account {account} disabled"),
            AccessFact::AccountEnabled { account } => format!("Account {account} enabled"),
            AccessFact::SessionsEnded { account, .. } => format!("Browsers of the account {account} logged out"),
            AccessFact::AccountChanged { account, role, .. } => format!("Account {account} changed, {}", role.word()),
            AccessFact::PasswordChanged { account, .. } => format!("Account {account} has a new password"),
            AccessFact::AccountRemoved { account } => format!("Account {account} removed"),
            AccessFact::TokenCreated { token, .. } => format!("API token {token} made"),
            AccessFact::TokenRevoked { token } => format!("API token {token} revoked"),
            AccessFact::SessionOpened { .. } | AccessFact::SessionClosed { .. } => return None,
        },
    ))
}

/// A page of the newest facts, from the entries read for it, newest first.
pub fn journal<'e>(
    lens: &Lens<'_>,
    entries: impl Iterator<Item = &'e Entry>,
    newer: bool,
    older: Option<u64>,
    head: String,
) -> JournalView {
    JournalView {
        told: entries.filter_map(|e| tell(lens, e.seq, e.at, &e.actor, &e.fact)).collect(),
        older,
        newer,
        entries: lens.world.seq(),
        head,
    }
}
