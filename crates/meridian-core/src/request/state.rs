//! The fold: the requests of a day, at most so many and so much.

use std::collections::{BTreeMap, VecDeque};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::RequestFact;
use crate::{Instant, command::Reply};

/// How long a request is remembered.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// At most so many; the oldest go first.
pub const KEPT_MAX: usize = 10_000;
/// A longer answer is not kept: it is made anew from the replies.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024;
/// And not where all answers together would be more: a snapshot stays small.
pub const ANSWERS_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A request has one command, seldom a few.
const REPLIES_MAX: usize = 16;

/// What a command says of the request that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub request: String,
    pub body_hash: String,
    /// Which of the request's commands, counted from 0.
    pub nth: u32,
}

/// By hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    known: BTreeMap<String, Request>,
    /// Oldest first.
    order: VecDeque<(Instant, String)>,
    answers_bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub body_hash: String,
    pub since: Instant,
    /// What its commands led to, in their order.
    pub replies: Vec<Reply>,
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Requests {
    pub fn apply(&mut self, at: Instant, fact: &RequestFact) {
        match fact {
            RequestFact::Granted { request, body_hash, nth, reply } => {
                self.forget(at);
                let known = self.known.entry(request.clone()).or_insert_with(|| {
                    self.order.push_back((at, request.clone()));
                    Request { body_hash: body_hash.clone(), since: at, replies: Vec::new(), answer: None }
                });
                if known.replies.len() == *nth as usize && known.replies.len() < REPLIES_MAX {
                    known.replies.push(reply.clone());
                }
            }
            RequestFact::Answered { request, status, body } => {
                if let Some(known) = self.known.get_mut(request).filter(|known| known.answer.is_none()) {
                    known.answer = Some(Answer { status: *status, body: body.clone() });
                    self.answers_bytes += body.len();
                }
            }
        }
    }

    /// What is older than a day goes, and the oldest when there are too many.
    fn forget(&mut self, now: Instant) {
        while let Some((since, _)) = self.order.front()
            && (now.duration_since(*since) >= KEPT_FOR || self.order.len() >= KEPT_MAX)
        {
            if let Some((_, request)) = self.order.pop_front() {
                let answer = self.known.remove(&request).and_then(|known| known.answer);
                self.answers_bytes -= answer.map_or(0, |answer| answer.body.len());
            }
        }
    }

    /// A request that was granted within a day.
    pub fn get(&self, request: &str, now: Instant) -> Option<&Request> {
        self.known.get(request).filter(|known| now.duration_since(known.since) < KEPT_FOR)
    }

    /// The answer to keep, if it is one to keep.
    pub fn plan_answer(&self, now: Instant, request: &str, status: u16, body: &str) -> Option<RequestFact> {
        let known = self.get(request, now)?;
        let short = body.len() <= ANSWER_BYTES_MAX && self.answers_bytes + body.len() <= ANSWERS_BYTES_MAX;
        let keep = known.answer.is_none() && short;
        keep.then(|| RequestFact::Answered { request: request.to_owned(), status, body: body.to_owned() })
    }

    pub fn len(&self) -> usize {
        self.known.len()
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}
