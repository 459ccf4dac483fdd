//! Silences: set, changed, expired, by Alertmanager's rules.

use crate::{
    Instant, Refusal,
    alert::{AlertFact, Alerts, Silence, SilenceMatcher, SilenceState},
    command::SilenceWish,
};

impl Alerts {
    /// The facts that fulfil the wish, and the silence as it then is. `id` is used when it must be a new one: what is
    /// silenced, or since when, can't be changed in place, so the old one ends and a new one begins.
    pub fn plan_silence(
        &self,
        now: Instant,
        wish: SilenceWish,
        id: Box<str>,
    ) -> Result<(Vec<AlertFact>, Silence), Refusal> {
        let before = match &wish.id {
            None => None,
            Some(id) => Some(self.silence(id).ok_or_else(|| unknown(id))?),
        };
        let alive = before.filter(|b| b.state(now) != SilenceState::Expired);
        let starts_at = wish.starts_at.or(alive.map(|b| b.starts_at)).unwrap_or(now);
        refuse_wrong(&wish, starts_at, now)?;
        let matchers: Vec<SilenceMatcher> = wish.matchers.iter().map(|m| m.written()).collect();
        let in_place = alive.filter(|b| {
            let same_start = match b.state(now) {
                SilenceState::Active => b.starts_at.as_second() == starts_at.as_second(),
                _ => starts_at >= now,
            };
            same_start && sorted(&b.matchers) == sorted(&matchers)
        });
        let mut silence = Silence {
            id,
            matchers,
            starts_at: starts_at.max(now),
            ends_at: wish.ends_at,
            created_by: wish.created_by,
            comment: wish.comment,
            updated_at: now,
        };
        let mut facts = Vec::with_capacity(2);
        match (in_place, alive) {
            (Some(before), _) => {
                silence.id = before.id.clone();
                if before.state(now) == SilenceState::Active {
                    silence.starts_at = before.starts_at;
                }
            }
            (None, Some(before)) => facts.push(AlertFact::SilenceExpired { id: before.id.clone() }),
            (None, None) => {}
        }
        facts.push(AlertFact::SilenceSet { silence: silence.clone() });
        Ok((facts, silence))
    }

    /// None when it is over already.
    pub fn plan_expire(&self, now: Instant, id: &str) -> Result<Option<AlertFact>, Refusal> {
        let silence = self.silence(id).ok_or_else(|| unknown(id))?;
        let over = silence.state(now) == SilenceState::Expired;
        Ok(if over { None } else { Some(AlertFact::SilenceExpired { id: id.into() }) })
    }
}

fn unknown(id: &str) -> Refusal {
    Refusal::NotFound(format!("silence {}", id.chars().take(80).flat_map(char::escape_debug).collect::<String>()))
}

fn sorted(matchers: &[SilenceMatcher]) -> Vec<(&str, &str, super::super::MatchOp)> {
    let mut all: Vec<_> = matchers.iter().map(|m| (m.name.as_ref(), m.value.as_ref(), m.op)).collect();
    all.sort();
    all
}

fn refuse_wrong(wish: &SilenceWish, starts_at: Instant, now: Instant) -> Result<(), Refusal> {
    let invalid = |field, why: &str| Err(Refusal::Invalid { field, why: why.into() });
    if wish.matchers.is_empty() {
        return invalid("matchers", "at least one is needed");
    }
    if wish.matchers.iter().all(|m| m.matches_empty()) {
        return invalid("matchers", "at least one must not match the empty string, or every alert would be silenced");
    }
    if wish.ends_at <= now {
        return invalid("endsAt", "it is in the past");
    }
    if wish.ends_at <= starts_at {
        return invalid("endsAt", "it is not after startsAt");
    }
    if wish.created_by.trim().is_empty() {
        return invalid("createdBy", "a silence needs an owner");
    }
    if wish.comment.trim().is_empty() {
        return invalid("comment", "a silence needs a reason");
    }
    Ok(())
}
