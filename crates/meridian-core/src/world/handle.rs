//! What a command leads to.

use super::{Turn, World};
use crate::{
    Instant,
    access::{self, AccessFact},
    alert::{AlertFact, Incoming, ResolvedBecause},
    announcement::{self, AnnouncePlan, Announced},
    command::{Command, Refusal, Reply, SilenceWish},
    estate::EstateFact,
    fact::HouseFact,
    feed,
    id::{Actor, AnnouncementId, DeliveryId, Fingerprint},
    journal::Entry,
    request::{Mark, RequestFact},
};

impl World {
    /// As [`World::handle`], for a command of a request that may be sent again: it is granted once. What it led to is
    /// recorded beside its facts, so one is never durable without the other.
    pub fn handle_once(
        &mut self,
        now: Instant,
        actor: Actor,
        command: Command,
        mark: Option<&Mark>,
        out: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let Some(mark) = mark else { return self.handle(now, actor, command, out) };
        match self.requests.get(&mark.request, now) {
            Some(known) if known.body_hash != mark.body_hash => {
                let why = "it was used with another body; use a new key".to_owned();
                return Err(Refusal::Invalid { field: "Idempotency-Key", why });
            }
            Some(known) => {
                if let Some(reply) = known.replies.get(mark.nth as usize) {
                    return Ok(reply.clone());
                }
            }
            None => {}
        }
        let before = out.len();
        let reply = self.handle(now, actor.clone(), command, out)?;
        let cause = out.get(before).map(|first| first.seq);
        let Mark { request, body_hash, nth } = mark.clone();
        let mut turn = Turn::new(self, now, actor, out);
        turn.cause = cause;
        turn.record(RequestFact::Granted { request, body_hash, nth, reply: reply.clone() });
        Ok(reply)
    }

    /// Plans the command and applies what it leads to; the entries are appended to `out` for the journal.
    /// A refusal changes nothing.
    pub fn handle(
        &mut self,
        now: Instant,
        actor: Actor,
        command: Command,
        out: &mut Vec<Entry>,
    ) -> Result<Reply, Refusal> {
        let mut turn = Turn::new(self, now, actor, out);
        if let Some(plan) = access::plan(&turn.world.access, &command, turn.now) {
            let facts = plan?;
            let reply = if facts.is_empty() { Reply::Already } else { Reply::Done };
            turn.access(facts);
            return Ok(reply);
        }
        match command {
            Command::Alerts(incoming) => Ok(turn.intake(incoming)),
            Command::DeliveryOutcome { delivery, attempt, outcome } => Ok(turn.outcome(delivery, attempt, &outcome)),
            Command::ResolveAlerts(alerts) => Ok(turn.resolve_alerts(alerts)),
            Command::SetSilence { silence, id } => turn.set_silence(silence, id),
            Command::ExpireSilence { id } => turn.expire_silence(&id),
            Command::LoadEstate { files, digest } => Ok(turn.load_estate(files, digest)),
            Command::RefuseEstate { digest, problems } => {
                let known = turn.world.estate.refused.as_ref().is_some_and(|refused| refused.digest == digest);
                if known { Ok(Reply::Already) } else { Ok(turn.done(EstateFact::Refused { digest, problems })) }
            }
            Command::AddOverride { rota, change } => turn.add_override(&rota, change),
            Command::RemoveOverride { rota, id } => turn.remove_override(&rota, id),
            Command::AnswerRequest { request, status, body } => {
                let answered = turn.world.requests.plan_answer(turn.now, &request, status, &body);
                Ok(answered.map_or(Reply::Already, |fact| turn.done(fact)))
            }
            command @ (Command::MakeFeed { .. } | Command::RevokeFeed { .. }) => turn.feed(command),
            Command::Announce(what) => turn.announce(None, *what),
            Command::ChangeAnnouncement { announcement, what } => turn.announce(Some(announcement), *what),
            Command::WithdrawAnnouncement { announcement, reason } => {
                let known = &turn.world.announcements;
                let fact = announcement::plan_withdraw(known, announcement, reason, turn.now)?;
                Ok(turn.done(fact))
            }
            Command::DeclareSwitch(wish) => turn.declare_switch(*wish),
            Command::Switch { switch, deed } => turn.switch(switch, *deed),
            Command::Find { incident, found } => turn.find(incident, *found),
            Command::WithdrawFinding { finding, reason } => turn.withdraw_finding(finding, &reason),
            Command::Breaches(found) => Ok(turn.breaches(&found)),
            Command::Start { version } => Ok(turn.done(HouseFact::Started { version })),
            Command::Resume { refused_since, why } => Ok(turn.done(HouseFact::Resumed { refused_since, why })),
            Command::Stop => Ok(turn.done(HouseFact::Stopped {})),
            other => turn.changed_or_incident(other),
        }
    }
}

impl Turn<'_> {
    pub fn done(&mut self, fact: impl Into<crate::Fact>) -> Reply {
        self.record(fact);
        Reply::Done
    }

    fn set_silence(&mut self, silence: SilenceWish, id: Box<str>) -> Result<Reply, Refusal> {
        let (facts, silence) = self.world.alerts.plan_silence(self.now, silence, id)?;
        self.record_all(facts);
        self.hear_anew();
        Ok(Reply::Silence(silence))
    }

    fn expire_silence(&mut self, id: &str) -> Result<Reply, Refusal> {
        let Some(fact) = self.world.alerts.plan_expire(self.now, id)? else { return Ok(Reply::Already) };
        self.record(fact);
        self.hear_anew();
        Ok(Reply::Done)
    }

    /// A new one, or another content for one that stands.
    fn announce(&mut self, stands: Option<AnnouncementId>, what: Announced) -> Result<Reply, Refusal> {
        let (known, estate) = (&self.world.announcements, &self.world.estate.parsed);
        let plan = match stands {
            None => announcement::plan_announce(known, estate, what, self.now)?,
            Some(id) => announcement::plan_change(known, estate, id, what, self.now)?,
        };
        Ok(Reply::Announcement(match plan {
            AnnouncePlan::Stands(id) => id,
            AnnouncePlan::Fact(fact) => {
                let id = fact.announcement();
                self.record(fact);
                id
            }
        }))
    }

    fn feed(&mut self, command: Command) -> Result<Reply, Refusal> {
        let feeds = &self.world.feeds;
        let (fact, reply) = match command {
            Command::MakeFeed { of, hash, prefix, made_by } => {
                let (id, fact) = feed::plan_make(feeds, self.world.estate(), &of, hash, prefix, made_by)?;
                (fact, Reply::Feed(id))
            }
            Command::RevokeFeed { feed } => (feed::plan_revoke(feeds, feed)?, Reply::Done),
            _ => return Ok(Reply::Already),
        };
        self.record(fact);
        Ok(reply)
    }

    /// Whoever may less from now on keeps no address of what they could see before.
    fn access(&mut self, facts: Vec<AccessFact>) {
        let may_orphan =
            |fact: &AccessFact| matches!(fact, AccessFact::AccountRemoved { .. } | AccessFact::AccountChanged { .. });
        let before = facts.iter().any(may_orphan).then(|| self.world.access.clone());
        self.record_all(facts);
        if let Some(before) = before {
            self.record_all(feed::orphans(&self.world.feeds, &before, &self.world.access));
        }
    }

    /// Transitions become facts; re-sends are only remembered, until the next start.
    fn intake(&mut self, incoming: Vec<Incoming>) -> Reply {
        let intake = self.world.alerts.intake(self.now, incoming);
        let reply = if intake.facts.is_empty() { Reply::Already } else { Reply::Done };
        self.world.alerts.absorb(self.now, intake.absorbed);
        self.record_all(intake.facts);
        reply
    }

    fn resolve_alerts(&mut self, alerts: Vec<Fingerprint>) -> Reply {
        let active = |alert: &Fingerprint| self.world.alerts.get(*alert).is_some();
        let alerts: Vec<Fingerprint> = alerts.into_iter().filter(active).collect();
        if alerts.is_empty() {
            return Reply::Already;
        }
        self.done(AlertFact::Resolved { alerts, because: ResolvedBecause::SourceResolved })
    }

    fn outcome(&mut self, delivery: DeliveryId, attempt: u32, outcome: &crate::command::Outcome) -> Reply {
        if self.world.notices.delivery(delivery).is_some() {
            return self.notice_outcome(delivery, attempt, outcome);
        }
        let Some(incident) = self.world.pages.delivery(delivery).map(|delivery| delivery.incident) else {
            return Reply::Already;
        };
        let facts = self
            .world
            .plan_pages(self.now, incident, |pages, context| pages.plan_outcome(context, delivery, attempt, outcome));
        let reply = if facts.is_empty() { Reply::Already } else { Reply::Done };
        self.record_all(facts);
        reply
    }

    fn load_estate(&mut self, files: Vec<crate::estate::SourceFile>, digest: String) -> Reply {
        let same = self.world.estate.digest == digest;
        // The same estate again clears a refusal: the operator took the broken change back.
        if same && self.world.estate.refused.is_none() {
            return Reply::Already;
        }
        let before = self.world.estate.parsed.clone();
        let reply = self.done(EstateFact::Loaded { digest, files });
        self.estate_changed();
        self.let_go_of(|person| before.persons.contains_key(person));
        reply
    }
}
