//! Suspects in words, the same for pages, the API and the command line.

use std::fmt;

use super::{Accused, Located, Next, Part, Suspect};

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Component(name) => write!(f, "{name}"),
            Part::Counterparty(name) => f.write_str(name),
            Part::Hop { chain, hop } => write!(f, "{hop} of {chain}"),
        }
    }
}

/// `fw-2, where it takes messages in`
impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspect::Into(part) => write!(f, "{part}, where it takes messages in"),
            Suspect::OutOf(part) => write!(f, "{part}, where it passes messages on"),
            Suspect::Whole(part) => write!(f, "{part}"),
            Suspect::Connection(from, to) => write!(f, "the connection from {from} to {to}"),
        }
    }
}

impl Suspect {
    /// The parts that it is, or lies between.
    pub fn parts(&self) -> Vec<&Part> {
        match self {
            Suspect::Into(part) | Suspect::OutOf(part) | Suspect::Whole(part) => vec![part],
            Suspect::Connection(from, to) => vec![from, to],
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Suspect::Into(_) => "into",
            Suspect::OutOf(_) => "out_of",
            Suspect::Whole(_) => "whole",
            Suspect::Connection(..) => "connection",
        }
    }
}

impl Located {
    /// `firewall-b between mq-gateway and fed-edge`
    pub fn words(&self) -> String {
        match (&self.suspect, &self.between) {
            (Suspect::Whole(part), Some((_, before, behind))) => format!("{part} between {before} and {behind}"),
            (suspect, _) => suspect.to_string(),
        }
    }

    /// `loses about half`
    pub fn loss(&self) -> String {
        match self.loses {
            loses if loses >= 0.99 => "loses everything".to_owned(),
            loses => format!("loses about {:.0} % of its messages", loses * 100.0),
        }
    }
}

impl Accused {
    pub fn words(&self) -> String {
        let words: Vec<String> = self.suspects.iter().map(Located::words).collect();
        words.join(", and ")
    }
}

impl Next {
    /// `halves what remains: 0.51 / 0.49, cost 1`
    pub fn why(&self) -> String {
        let (seen, not) = (self.seen, 1.0 - self.seen);
        let verb = if (0.4..=0.6).contains(&seen) { "halves" } else { "divides" };
        format!("{verb} what remains: {seen:.2} / {not:.2}, cost {}", self.cost)
    }
}
