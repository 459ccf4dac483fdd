//! The papers of a switch: every message of the cut by name, what is to be sent, and what became of all of them.
//!
//! They are made from what the engine knows and from the paper before, so that each can be made again and compared. A
//! paper is NDJSON, one message a line: by lane, in each what has a number in its order, then the rest by key. What this
//! does *not* do: it keeps no file, and it decides nothing that a person or an authority has to.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Account, Fate, MessageRef, Part, Partition, Share, Switch, Way};
use crate::{
    Instant,
    chain::{
        Amount, ChainPlan, HopSet,
        engine::{Key, Member, Set, Sets},
    },
    id::Name,
};

/// A message of the cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lane: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The business key; absent: the log has forgotten it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub set: Set,
    /// Where it was seen furthest on, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A message of the replay list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRow {
    /// Its place in the list, counted from 1.
    pub n: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lane: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether it has to carry the mark of a possible duplicate.
    pub possdup: bool,
    pub because: Because,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// Why a message is sent, or held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    NeverLeft,
    /// The authority says that it did not come.
    NotReceived,
    /// Nobody knows, and the receiver knows a message that came before.
    InDoubt,
    /// Nobody knows, and two people have released it.
    Released,
}

impl Row {
    pub fn message(&self) -> MessageRef {
        let key = match (self.seq, &self.id) {
            (Some(seq), _) => Key::Seq(seq),
            (None, id) => Key::Id(id.as_deref().unwrap_or_default().into()),
        };
        MessageRef { lane: self.lane.clone(), key }
    }

    fn worth(&self) -> Amount {
        self.amount.as_deref().and_then(|amount| amount.parse().ok()).unwrap_or_default()
    }
}

/// The messages of the cut that are on this route. What was seen on another one goes its own way.
pub fn rows(plan: &ChainPlan, route: HopSet, sets: &Sets<'_>, id: impl Fn(&str, u64) -> Option<String>) -> Vec<Row> {
    let of_route = |member: &&Member<'_>| member.seen.without(route).is_empty();
    let row = |member: &Member<'_>| {
        let (seq, id) = match &member.key {
            Key::Seq(seq) => (Some(*seq), id(member.lane, *seq)),
            Key::Id(id) => (None, Some(id.to_string())),
        };
        Row {
            lane: member.lane.to_owned(),
            seq,
            id,
            set: member.set,
            hop: member.last.and_then(|(hop, _)| plan.hop_plan(hop)).map(|hop| hop.name.clone()),
            at: member.last.and_then(|(_, at)| Instant::from_nanosecond(at.into()).ok()),
            attempts: member.attempts,
            amount: member.amount.map(|amount| amount.to_string()),
            currency: member.currency.map(str::to_owned),
        }
    };
    sets.members.iter().filter(of_route).map(row).collect()
}

/// Numbers that nobody has seen: the gaps, and what the sender says that it has given beyond the last that was seen.
pub fn unseen(sets: &Sets<'_>, counters: &BTreeMap<String, u64>) -> u64 {
    let gaps: u64 = sets.unseen.iter().map(|gap| gap.to - gap.from + 1).sum();
    let mut highest: BTreeMap<&str, u64> = BTreeMap::new();
    let seen = sets.members.iter().filter_map(|member| match member.key {
        Key::Seq(seq) => Some((member.lane, seq)),
        Key::Id(_) => None,
    });
    for (lane, seq) in seen.chain(sets.unseen.iter().map(|gap| (gap.lane, gap.to))) {
        let known = highest.entry(lane).or_default();
        *known = seq.max(*known);
    }
    let beyond = counters.iter().filter_map(|(lane, last)| last.checked_sub(*highest.get(lane.as_str())?));
    gaps.saturating_add(beyond.sum())
}

/// The parts in their order, and in each the currencies in theirs.
fn shares<T: Copy + Ord>(of: impl Iterator<Item = (T, String, Amount)>) -> Vec<Share<T>> {
    let mut sums: BTreeMap<(T, String), (u64, i128)> = BTreeMap::new();
    for (of, currency, amount) in of {
        let sum = sums.entry((of, currency)).or_default();
        *sum = (sum.0 + 1, sum.1.saturating_add(amount.0));
    }
    let share = |((of, currency), (count, sum))| Share { of, currency, count, amount: Amount(sum) };
    sums.into_iter().map(share).collect()
}

fn currency(row: &Row) -> String {
    row.currency.clone().unwrap_or_default()
}

pub fn partition(rows: &[Row], unseen: u64, border_through: Option<Instant>, paper: String) -> Partition {
    let shares = shares(rows.iter().map(|row| (row.set, currency(row), row.worth())));
    Partition { shares, unseen, border_through, paper }
}

/// What the engine knows of each message now.
pub struct Live<'a>(HashMap<(&'a str, &'a Key), &'a Member<'a>>);

impl<'a> Live<'a> {
    pub fn of(sets: &'a Sets<'a>) -> Live<'a> {
        Live(sets.members.iter().map(|member| ((member.lane, &member.key), member)).collect())
    }

    fn get(&self, message: &MessageRef) -> Option<&'a Member<'a>> {
        self.0.get(&(message.lane.as_str(), &message.key)).copied()
    }
}

/// What follows from the partition and from all that is known since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// In the order in which they are to be sent.
    pub list: Vec<ReplayRow>,
    /// May have arrived, and the other rail would not know.
    pub held: Vec<Row>,
    /// Ended meanwhile, or by the authority's word.
    pub ended: u64,
    /// Seen on another route since: they are on their way, and sent once more they would be there twice.
    pub elsewhere: u64,
    /// Never left, and were seen at the border or behind it afterwards: the fence does not hold.
    pub leaks: Vec<Row>,
    shares: Vec<Share<Way>>,
}

impl Outlook {
    pub fn replay(&self, paper: String) -> super::Replay {
        super::Replay { shares: self.shares.clone(), ended: self.ended, elsewhere: self.elsewhere, paper }
    }
}

/// `route`: the hops of the old route; `beyond`: those of them at its border or behind it.
pub fn outlook(switch: &Switch, rows: &[Row], live: &Live<'_>, (route, beyond): (HopSet, HopSet)) -> Outlook {
    let mut found = Outlook::default();
    let mut ways = Vec::new();
    for row in rows {
        let message = row.message();
        let now = live.get(&message);
        let set = now.map_or(row.set, |now| now.set);
        let fate = switch.answers.get(&message);
        let is_over = matches!(set, Set::Confirmed | Set::Rejected | Set::Cancelled);
        if row.set == Set::NeverLeft && now.is_some_and(|now| !now.seen.and(beyond).is_empty()) {
            found.leaks.push(row.clone());
        }
        if is_over || matches!(fate, Some(Fate::Received | Fate::Rejected)) {
            // What was over at the cut is not news.
            found.ended += u64::from(matches!(row.set, Set::NeverLeft | Set::InDoubt));
            continue;
        }
        if now.is_some_and(|now| !now.seen.without(route).is_empty()) {
            found.elsewhere += 1;
            continue;
        }
        let released = switch.vouched.get(&message).is_some_and(|by| by.len() >= 2);
        let because = match (row.set, fate) {
            (Set::NeverLeft, _) => Some(Because::NeverLeft),
            (_, Some(Fate::NotReceived)) => Some(Because::NotReceived),
            _ if switch.what.same_rail => Some(Because::InDoubt),
            _ if released => Some(Because::Released),
            _ => None,
        };
        let way = match because {
            Some(Because::NeverLeft | Because::NotReceived) => Way::Original,
            Some(Because::InDoubt | Because::Released) => Way::PossibleDuplicate,
            None => Way::Held,
        };
        ways.push((way, currency(row), row.worth()));
        match because {
            None => found.held.push(row.clone()),
            Some(because) => found.list.push(ReplayRow {
                n: found.list.len() as u64 + 1,
                lane: row.lane.clone(),
                seq: row.seq,
                id: row.id.clone(),
                possdup: way == Way::PossibleDuplicate,
                because,
                amount: row.amount.clone(),
                currency: row.currency.clone(),
            }),
        }
    }
    found.shares = shares(ways.into_iter());
    found
}

/// A message in the paper of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    #[serde(flatten)]
    pub row: Row,
    /// What became of it; absent: nothing is known of it any more.
    pub part: Option<Part>,
    /// How often it arrived.
    pub arrivals: u64,
}

/// What became of every message of the cut.
pub fn account(switch: &Switch, rows: &[Row], live: &Live<'_>, unseen: u64) -> (Vec<AccountRow>, Account) {
    let (mut told, mut parts) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len() * 2));
    let mut account =
        Account { shares: Vec::new(), by_authority: 0, unseen, doubled: 0, forgotten: 0, paper: String::new() };
    for row in rows {
        let message = row.message();
        let now = live.get(&message);
        let fate = switch.answers.get(&message);
        let part = match (now.map(|now| now.set), fate) {
            (Some(Set::Confirmed), _) => Some(Part::Confirmed),
            (Some(Set::Rejected), _) => Some(Part::Rejected),
            (Some(Set::Cancelled), _) => Some(Part::Cancelled),
            (_, Some(Fate::Received)) => {
                account.by_authority += 1;
                Some(Part::Confirmed)
            }
            (_, Some(Fate::Rejected)) => Some(Part::Rejected),
            (Some(Set::NeverLeft | Set::InDoubt), _) => Some(Part::Outstanding),
            (None, _) => ended(row.set),
        };
        let arrivals = now.map_or(0, |now| now.effects as u64);
        account.doubled += u64::from(arrivals > 1);
        account.forgotten += u64::from(part.is_none());
        parts.push((Part::Originated, currency(row), row.worth()));
        parts.extend(part.map(|part| (part, currency(row), row.worth())));
        told.push(AccountRow { row: row.clone(), part, arrivals });
    }
    account.shares = shares(parts.into_iter());
    for part in [Part::Originated, Part::Outstanding] {
        count_in(&mut account.shares, part, unseen);
    }
    (told, account)
}

/// Numbers that nobody has seen were given, and are on their way for all that is known; their worth is not.
fn count_in(shares: &mut Vec<Share<Part>>, of: Part, count: u64) {
    let wanted = |share: &Share<Part>| (share.of, share.currency.as_str()).cmp(&(of, ""));
    match shares.binary_search_by(wanted) {
        Ok(at) => shares[at].count = shares[at].count.saturating_add(count),
        Err(_) if count == 0 => {}
        Err(at) => shares.insert(at, Share { of, currency: String::new(), count, amount: Amount(0) }),
    }
}

/// What had ended at the partition has ended, though the engine keeps no more than its number.
fn ended(set: Set) -> Option<Part> {
    match set {
        Set::Confirmed => Some(Part::Confirmed),
        Set::Rejected => Some(Part::Rejected),
        Set::Cancelled => Some(Part::Cancelled),
        Set::NeverLeft | Set::InDoubt => None,
    }
}

/// The paper: a line each.
pub fn to_ndjson<T: Serialize>(rows: &[T]) -> Vec<u8> {
    let mut text = Vec::new();
    for row in rows {
        // Writing to memory what serialises as a plain object cannot fail.
        if serde_json::to_writer(&mut text, row).is_ok() {
            text.push(b'\n');
        }
    }
    text
}

/// Reads a paper back.
pub fn read<T: for<'de> Deserialize<'de>>(text: &[u8]) -> Result<Vec<T>, String> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let row = |(place, line)| serde_json::from_slice(line).map_err(|why| format!("line {}: {why}", place + 1));
    lines.enumerate().map(row).collect()
}

/// As a table for a spreadsheet: the fields of the lines as columns, in this order, as RFC 4180 says.
pub fn to_csv<T: Serialize>(rows: &[T], columns: &[&str]) -> String {
    let mut text = format!("{}\r\n", columns.join(","));
    for row in rows {
        let row = serde_json::to_value(row).unwrap_or_default();
        let cells = columns.iter().map(|column| match row.get(column) {
            None | Some(serde_json::Value::Null) => String::new(),
            Some(serde_json::Value::String(text)) => quoted(text),
            Some(other) => other.to_string(),
        });
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
