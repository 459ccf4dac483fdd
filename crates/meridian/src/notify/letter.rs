//! What one person is told about changes of who is on watch. Independent of the world and of the way, as a
//! [`Message`](super::Message) about an incident is.

use jiff::tz::TimeZone;
use meridian_core::Instant;
use serde_json::{Value, json};

use super::{
    Recipient,
    text::{one_line, web_url, within_bytes},
    when,
};

/// One notice over one contact. Rendering it twice gives the same text.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The idempotency key: the same across retries and after a crash.
    pub key: String,
    pub to: Recipient,
    /// Why they are told, as it stands in JSON: `asked`, `untaken`, …
    pub word: &'static str,
    /// The watch begins within an hour, or runs.
    pub urgent: bool,
    /// One line that says what this is about.
    pub title: String,
    /// A sentence: why it reaches this person.
    pub reason: String,
    /// What it is about, each with its times as the reader reads them.
    pub items: Vec<LetterItem>,
    /// What the link is for, and the page with its signed token. Absent where nothing is asked.
    pub answer: Option<(&'static str, String)>,
    pub changes_url: String,
    /// The instant of this attempt.
    pub at: Instant,
    /// The recipient's.
    pub zone: TimeZone,
}

#[derive(Clone, Debug)]
pub struct LetterItem {
    pub change: u64,
    pub text: String,
}

/// The longest text of an SMS: two messages of an ordinary phone plan.
const SMS_CHARS_MAX: usize = 320;
/// So many items stand in a message; the page behind the link has all.
const ITEMS_SHOWN: usize = 10;

impl Letter {
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.items.iter().take(ITEMS_SHOWN).map(|item| one_line(&item.text, 400)).collect();
        if self.items.len() > ITEMS_SHOWN {
            lines.push(format!("and {} more", self.items.len() - ITEMS_SHOWN));
        }
        lines
    }

    pub(super) fn subject(&self, chars_max: usize) -> String {
        one_line(&self.title, chars_max)
    }

    pub(super) fn written(&self) -> String {
        format!("Written at {} · {}", when::full(self.at, &self.zone), one_line(&self.key, 100))
    }

    /// The link that answers, else the page of all changes.
    pub(super) fn link(&self) -> (&'static str, Option<String>) {
        match &self.answer {
            Some((label, url)) => (label, web_url(url)),
            None => ("Open the changes", web_url(&self.changes_url)),
        }
    }

    pub(super) fn mail_text(&self) -> String {
        let mut out = format!("{}\n\n{}\n\n", self.subject(500), one_line(&self.reason, 500));
        for line in self.lines() {
            out += &format!("* {line}\n");
        }
        let (label, url) = self.link();
        if let Some(url) = url {
            out += &format!("\n{label}: {url}\n");
        }
        if let (Some(_), Some(url)) = (&self.answer, web_url(&self.changes_url)) {
            out += &format!("All changes: {url}\n");
        }
        format!("{out}\n{}\n", self.written())
    }

    /// The link stands whole; the words give way to it.
    pub(super) fn sms(&self) -> String {
        let (_, url) = self.link();
        let tail = url.filter(|url| url.len() <= 220).map(|url| format!(" {url}")).unwrap_or_default();
        let room = SMS_CHARS_MAX - tail.chars().count();
        let text = format!("{}. {}", self.subject(140), self.lines().join("; "));
        format!("{}{tail}", one_line(&text, room))
    }

    /// Said twice: who half sleeps misses the first.
    pub(super) fn spoken(&self) -> String {
        let first = self.lines().into_iter().next().unwrap_or_default();
        let text =
            format!("Meridian, about your watch. {}. {first}. The link to answer is in the message.", self.title);
        one_line(&text, 600).replace(['_', '-', '/', '='], " ")
    }

    pub(super) fn webhook(&self) -> Value {
        json!({
            "type": "change.notice",
            "timestamp": self.at.to_string(),
            "data": {
                "key": self.key,
                "person": {"name": self.to.person.as_str(), "displayName": self.to.display_name},
                "because": self.word,
                "urgent": self.urgent,
                "title": self.title,
                "reason": self.reason,
                "changes": self.items.iter().map(|item| json!({"change": item.change, "text": item.text})).collect::<Vec<_>>(),
                "answerUrl": self.answer.as_ref().map(|(_, url)| url),
                "changesUrl": self.changes_url,
            },
        })
    }

    pub(super) fn ntfy(&self, topic: &str) -> Value {
        let text = format!("{}\n{}", one_line(&self.reason, 500), self.lines().join("\n"));
        let mut body = json!({
            "topic": topic,
            "title": self.subject(200),
            "message": within_bytes(&text, 3500),
            "priority": if self.urgent { 5 } else { 3 },
            "tags": ["watch", self.word],
        });
        if let (label, Some(url)) = self.link() {
            body["click"] = json!(url);
            body["actions"] = json!([{"action": "view", "label": label, "url": url, "clear": false}]);
        }
        body
    }
}
