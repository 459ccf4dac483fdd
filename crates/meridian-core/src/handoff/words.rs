//! Reasons in words: the same on the page, in the API, in messages and on the command line.

use super::{
    Change, Lack, Missing, Obstacle, Removed, StabilityBecause, Standing, Unread, UnreadBecause, VoidBecause, Who,
};

impl VoidBecause {
    /// Completes "void because …".
    pub fn words(&self) -> String {
        match self {
            VoidBecause::RotaGone => "the estate has no such rota any more".into(),
            VoidBecause::PassesByTheClock => "the rota passes by the clock now".into(),
            VoidBecause::EdgeGone => "the watch does not pass there any more".into(),
            VoidBecause::OutgoingLeft => "nobody of the outgoing is in the estate any more".into(),
            VoidBecause::Superseded { by } => format!("handoff {by} was accepted after it"),
        }
    }
}

impl Obstacle {
    pub fn words(&self) -> String {
        match self {
            Obstacle::NotRead => "read the brief first".into(),
            Obstacle::Unread(unread) => unread.words(),
            Obstacle::ReadBack { number, item, lack: Lack::Words } => format!("read back item {number} ({item})"),
            Obstacle::ReadBack { number, item, lack: Lack::Next } => {
                format!("say what comes next for item {number} ({item})")
            }
            Obstacle::ReadBack { number, item, lack: Lack::Time } => {
                format!("say when the next of item {number} ({item}) is")
            }
            Obstacle::Missing { number, item, what: Missing::Owner } => {
                format!("give item {number} ({item}) an owner or waive it with a reason")
            }
            Obstacle::Missing { number, item, what: Missing::Contingency } => {
                format!("give item {number} ({item}) a contingency or waive it with a reason")
            }
        }
    }
}

impl Unread {
    pub fn words(&self) -> String {
        let Unread { number, item, because } = self;
        match because {
            UnreadBecause::New => format!("read item {number} ({item}), it is new since you read"),
            UnreadBecause::Changed => format!("read item {number} ({item}) again, it changed since you read"),
        }
    }
}

impl Removed {
    pub fn word(self) -> &'static str {
        match self {
            Removed::Severity => "severity",
            Removed::Owner => "owner",
            Removed::Contingency => "contingency",
            Removed::Note => "note",
        }
    }
}

impl Change {
    /// What a person said, part by part: `contingency “…”; owner removed`.
    pub fn words(&self) -> String {
        if self.done {
            return "done".into();
        }
        let who = |who: &Who| String::from(who.clone());
        let said = [
            self.severity.map(|severity| severity.word().to_owned()),
            self.owner.as_ref().map(|owner| format!("owner {}", who(owner))),
            self.contingency.as_ref().map(|then| format!("contingency “{then}”")),
            self.note.as_ref().map(|note| format!("note “{note}”")),
            self.actions.as_ref().map(|actions| {
                let all: Vec<String> = actions.iter().map(|a| format!("{}: {}", who(&a.owner), a.text)).collect();
                if all.is_empty() { "no action any more".into() } else { format!("actions now {}", all.join(", ")) }
            }),
        ];
        let removed = self.remove.iter().map(|removed| format!("{} removed", removed.word()));
        said.into_iter().flatten().chain(removed).collect::<Vec<_>>().join("; ")
    }
}

impl StabilityBecause {
    /// Completes "because …".
    pub fn words(&self) -> String {
        match self {
            StabilityBecause::Severe(severity) => format!("it is {severity}"),
            StabilityBecause::Unacknowledged => "nobody acknowledged it".into(),
            StabilityBecause::Reopened => "it was reopened".into(),
            StabilityBecause::Flapped(times) => format!("its alerts came back {times} times"),
            StabilityBecause::Growing { from, to } => {
                format!("it burns: {from} of its alerts fired an hour ago, {to} do now")
            }
            StabilityBecause::Rising { from, to } => {
                format!("it burns: its alerts rose from {from} to {to} in three hours")
            }
            StabilityBecause::NoCover => "nobody covers".into(),
            StabilityBecause::StillFires => "it was closed and its alerts still fire".into(),
            StabilityBecause::PromiseOverdue => "an update is overdue".into(),
            StabilityBecause::OnFallback => "something runs on its fallback".into(),
            StabilityBecause::UnderWay => "it is under way when the watch passes".into(),
            StabilityBecause::Collides => "work is announced in a freeze".into(),
            StabilityBecause::SaidBy(person) => format!("{person} said so"),
            StabilityBecause::WorseSince { by, severity, at } => {
                let at = at.strftime("%Y-%m-%d %H:%M UTC");
                format!("{by} said {} at {at} and it got worse since", severity.word())
            }
            StabilityBecause::Calm => "nothing moves".into(),
        }
    }
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Late => "late",
            Standing::Accepted => "accepted",
            Standing::Void => "void",
        }
    }
}
