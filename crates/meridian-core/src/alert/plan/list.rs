//! Alerts to look at: filtered, ordered, a page at a time.

use crate::{
    Instant,
    alert::{Alert, AlertState, Alerts, Labels, Matcher},
    id::Fingerprint,
};

/// What to look at. The default is everything.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// All must match.
    pub matchers: Vec<Matcher>,
    pub state: Option<AlertState>,
    /// Only alerts that go to this escalation.
    pub receiver: Option<Box<str>>,
    /// Stands somewhere in a label or an annotation, upper or lower case alike.
    pub text: Box<str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What was accepted last comes first.
    #[default]
    Newest,
    Fingerprint,
}

/// One page, and how many there are in all.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    pub alerts: Vec<(Fingerprint, &'a Alert)>,
    pub total: usize,
}

impl Alerts {
    /// The alerts that fire and pass the filter, from the `offset`-th on, at most `limit`.
    pub fn list(&self, filter: &AlertFilter, order: Order, now: Instant, offset: usize, limit: usize) -> Page<'_> {
        let text = filter.text.trim().to_lowercase();
        let passes = |(_, alert): &(Fingerprint, &Alert)| {
            filter.matchers.iter().all(|m| m.matches(&alert.labels))
                && filter.receiver.as_ref().is_none_or(|r| self.receivers_of(alert).any(|own| own == &**r))
                && (text.is_empty() || contains(&alert.labels, &text) || contains(alert.annotations(), &text))
                && filter.state.is_none_or(|wanted| self.state(alert, now) == wanted)
        };
        let mut found: Vec<(Fingerprint, &Alert)> = self.active.in_no_order().filter(passes).collect();
        let total = found.len();
        let until = offset.saturating_add(limit).min(total);
        if offset >= until {
            return Page { alerts: Vec::new(), total };
        }
        match order {
            Order::Newest => top(&mut found, until, |(fp, alert)| (std::cmp::Reverse(alert.fired_at), *fp)),
            Order::Fingerprint => top(&mut found, until, |(fp, _)| *fp),
        }
        Page { alerts: found[offset..until].to_vec(), total }
    }

    /// The receivers of the groups that the alert is in.
    pub fn receivers_of<'a>(&'a self, alert: &'a Alert) -> impl Iterator<Item = &'a str> {
        alert.groups().filter_map(|key| self.groups.get(key)).map(|group| group.receiver.as_str())
    }
}

/// Puts the first `count` in order; only they need to be.
fn top<T, K: Ord>(all: &mut [T], count: usize, key: impl Fn(&T) -> K) {
    if count < all.len() {
        all.select_nth_unstable_by_key(count - 1, &key);
    }
    all[..count].sort_unstable_by_key(key);
}

fn contains(labels: &Labels, lower: &str) -> bool {
    let holds = |text: &str| {
        if text.is_ascii() && lower.is_ascii() {
            text.len() >= lower.len()
                && text.as_bytes().windows(lower.len()).any(|w| w.eq_ignore_ascii_case(lower.as_bytes()))
        } else {
            text.to_lowercase().contains(lower)
        }
    };
    labels.iter().any(|(name, value)| holds(value) || holds(name))
}
