//! Switches at the edge: the lists of messages, which the checkpoint log and the engine give, and the actions, which run
//! here.
//!
//! | what is asked for | what it is made from |
//! | --- | --- |
//! | the preview | what the engine knows now, as if the fence had just been closed |
//! | the partition | what the engine knows now; the business keys from the checkpoint log |
//! | the replay list | the partition's paper, and what the engine and the authority have said since |
//! | the account | the partition's paper, and what became of every message in it |
//!
//! What this does *not* do: it decides nothing ([`meridian_core::switch`] does).

mod action;
mod papers;
mod task;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::Arc,
};

use meridian_core::{
    Instant,
    chain::{
        HopSet, Record,
        engine::{Cut, Key, Set, Sets},
        wire::{block::Records, group},
    },
    estate::Chain,
    id::{Name, SwitchId},
    switch::{
        Account, MessageRef, Partition, Replay, Switch,
        paper::{self, AccountRow, Live, Outlook, Row},
    },
};
use meridian_store::checkpoints::{LogError, Position, frames};

use super::{Keeper, chains::Chains};

pub use action::Runner;
pub use papers::Papers;
pub use task::Task;

/// Where the papers are kept, and what they are made from.
#[derive(Clone)]
pub struct Switches {
    papers: Arc<Papers>,
    /// The checkpoint log.
    log: PathBuf,
    keeper: Keeper,
    chains: Chains,
}

/// What would be in the sets if the fence were closed now, without names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub confirmed: u64,
    pub rejected: u64,
    pub cancelled: u64,
    /// Not seen at a border or behind it: these may go after the fence, if the border says so.
    pub waiting: u64,
    /// Seen at the border, and not ended: not safe to send again.
    pub in_doubt: u64,
}

/// A message as people name it: by its business key, or by lane and number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub lane: String,
    pub seq: Option<u64>,
    pub id: Option<String>,
}

/// Why there is no list.
#[derive(Debug)]
pub enum NoList {
    /// It can't be now, and why.
    Conflict(String),
    /// What Meridian itself could not do.
    Failed(String),
}

fn failed(why: impl ToString) -> NoList {
    NoList::Failed(why.to_string())
}

impl Switches {
    pub fn new(papers: PathBuf, log: PathBuf, keeper: Keeper, chains: Chains) -> Switches {
        Switches { papers: Arc::new(Papers::at(papers)), log, keeper, chains }
    }

    pub fn papers(&self) -> &Papers {
        &self.papers
    }

    fn known(&self, id: SwitchId) -> Result<(Switch, Chain), NoList> {
        let world = self.keeper.world();
        let switch = world.switches.get(id).ok_or_else(|| NoList::Conflict(format!("there is no switch {id}")))?;
        let mut chain = world.estate().chains.get(&switch.what.chain).cloned();
        chain.iter_mut().for_each(|chain| chain.plan = world.switches.in_force(&chain.plan));
        let gone = || NoList::Conflict(format!("the estate has no chain `{}` any more", switch.what.chain));
        Ok((switch.clone(), chain.ok_or_else(gone)?))
    }

    /// What is safe, and what is not, as of now.
    pub fn preview(&self, chain: &Chain, from: &Name, cut: Instant) -> Preview {
        let fenced = Some(nanos(cut));
        let (route, _) = of_route(chain, from);
        let room = self.chains.room();
        let Some(sets) = sets(&room.engine, chain, cut, fenced) else { return Preview::default() };
        let (_, beyond) = chain.switch.borders(&chain.plan);
        let mut found = Preview::default();
        for member in sets.members.iter().filter(|member| member.seen.without(route).is_empty()) {
            let count = match member.set {
                Set::Confirmed => &mut found.confirmed,
                Set::Rejected => &mut found.rejected,
                Set::Cancelled => &mut found.cancelled,
                Set::NeverLeft => &mut found.waiting,
                Set::InDoubt if member.seen.and(beyond).is_empty() => &mut found.waiting,
                Set::InDoubt => &mut found.in_doubt,
            };
            *count += 1;
        }
        found
    }

    /// Makes the partition's paper, keeps it, and says what is in it. It blocks.
    pub fn partition(&self, id: SwitchId) -> Result<Partition, NoList> {
        let (switch, chain) = self.known(id)?;
        let (route, _) = of_route(&chain, &switch.what.from);
        let fenced = switch.fenced.as_ref().map(|done| nanos(done.at));
        let wanted = {
            let room = self.chains.room();
            let sets = sets_of(&room.engine, &chain, &switch, fenced)?;
            let open = sets.members.iter().filter(|member| member.seen.without(route).is_empty());
            let seq = |key: &Key| if let Key::Seq(seq) = key { Some(*seq) } else { None };
            open.filter_map(|member| Some((member.lane.to_owned(), seq(&member.key)?))).collect()
        };
        let ids = self.ids(&switch.what.chain, wanted)?;
        let room = self.chains.room();
        // Looked at once more: what came while the log was read belongs to it, too.
        let sets = sets_of(&room.engine, &chain, &switch, fenced)?;
        let id_of = |lane: &str, seq| ids.get(lane).and_then(|ids| ids.get(&seq)).cloned();
        let rows = paper::rows(&chain.plan, route, &sets, id_of);
        let unseen = paper::unseen(&sets, &switch.counters);
        let border = chain.plan.hop(switch.what.border.as_str());
        let frontiers = room.engine.frontiers(switch.what.chain.as_str()).unwrap_or_default();
        let through = frontiers.into_iter().find(|one| Some(one.hop) == border).and_then(|one| one.through);
        let through = through.and_then(|through| Instant::from_nanosecond(through.into()).ok());
        drop(sets);
        drop(room);
        let hash = self.papers.keep(&paper::to_ndjson(&rows)).map_err(failed)?;
        Ok(paper::partition(&rows, unseen, through, hash))
    }

    /// The messages of the partition, as they were then.
    pub fn rows(&self, switch: &Switch) -> Result<Vec<Row>, NoList> {
        let (_, partition) = switch
            .partition
            .as_ref()
            .ok_or_else(|| NoList::Conflict("there is no partition yet: nobody knows what is in doubt".to_owned()))?;
        paper::read(&self.papers.read(&partition.paper).map_err(failed)?).map_err(failed)
    }

    /// The messages of the partition that are meant. A key that two messages have needs their lane and number, too.
    pub fn resolve(&self, id: SwitchId, wanted: &[Named]) -> Result<Vec<MessageRef>, NoList> {
        let (switch, _) = self.known(id)?;
        let rows = self.rows(&switch)?;
        let (mut by_key, mut by_number) = (HashMap::<&str, Vec<&Row>>::new(), HashMap::new());
        for row in &rows {
            if let Some(id) = &row.id {
                by_key.entry(id).or_default().push(row);
            }
            if let Some(seq) = row.seq {
                by_number.insert((row.lane.as_str(), seq), row);
            }
        }
        let one = |(place, named): (usize, &Named)| {
            let wrong = |why: String| NoList::Conflict(format!("message {}: {why}", place + 1));
            let shown = |text: &str| text.chars().take(80).collect::<String>();
            let row = match (named.seq, named.id.as_deref()) {
                (Some(seq), _) => by_number.get(&(named.lane.as_str(), seq)).copied().ok_or_else(|| {
                    wrong(format!("number {seq} of lane `{}` is not in the partition", shown(&named.lane)))
                }),
                (None, Some(id)) => match by_key.get(id).map(Vec::as_slice) {
                    Some([one]) => Ok(*one),
                    Some(_) => Err(wrong(format!("two messages have the key `{}`: name lane and number", shown(id)))),
                    None => Err(wrong(format!("`{}` is not in the partition", shown(id)))),
                },
                (None, None) => Err(wrong("needs an id, or a lane and a seq".to_owned())),
            }?;
            let is_open = matches!(row.set, Set::NeverLeft | Set::InDoubt);
            if is_open { Ok(row.message()) } else { Err(wrong("it had ended before the partition".to_owned())) }
        };
        wanted.iter().enumerate().map(one).collect()
    }

    /// What follows from the partition and all that is known since.
    pub fn outlook(&self, id: SwitchId) -> Result<Outlook, NoList> {
        let (switch, chain) = self.known(id)?;
        let rows = self.rows(&switch)?;
        let (route, beyond) = of_route(&chain, &switch.what.from);
        let room = self.chains.room();
        let sets = sets_of(&room.engine, &chain, &switch, switch.fenced.as_ref().map(|done| nanos(done.at)))?;
        Ok(paper::outlook(&switch, &rows, &Live::of(&sets), (route, beyond)))
    }

    /// Makes the replay list and keeps it. A fence that does not hold stops it.
    pub fn replay(&self, id: SwitchId) -> Result<Replay, NoList> {
        let outlook = self.outlook(id)?;
        if !outlook.leaks.is_empty() {
            let named: Vec<String> = outlook.leaks.iter().take(5).map(|row| row.message().to_string()).collect();
            return Err(NoList::Conflict(format!(
                "the fence does not hold: {} messages that had never left were seen at the border since, such as {}. \
                 Close the route, then make the partition again",
                outlook.leaks.len(),
                named.join(", ")
            )));
        }
        let hash = self.papers.keep(&paper::to_ndjson(&outlook.list)).map_err(failed)?;
        Ok(outlook.replay(hash))
    }

    /// What became of every message of the cut, as of now.
    pub fn account(&self, id: SwitchId) -> Result<(Vec<AccountRow>, Account), NoList> {
        let (switch, chain) = self.known(id)?;
        let rows = self.rows(&switch)?;
        let unseen = switch.partition.as_ref().map_or(0, |(_, partition)| partition.unseen);
        let room = self.chains.room();
        let sets = sets_of(&room.engine, &chain, &switch, switch.fenced.as_ref().map(|done| nanos(done.at)))?;
        Ok(paper::account(&switch, &rows, &Live::of(&sets), unseen))
    }

    /// The account with its paper, kept.
    pub fn reconcile(&self, id: SwitchId) -> Result<Account, NoList> {
        let (told, account) = self.account(id)?;
        let hash = self.papers.keep(&paper::to_ndjson(&told)).map_err(failed)?;
        Ok(Account { paper: hash, ..account })
    }

    /// The business keys of numbered messages: the engine keeps their fingerprints only, the log has them.
    fn ids(&self, chain: &Name, wanted: BTreeSet<(String, u64)>) -> Result<Ids, NoList> {
        let mut by_lane: HashMap<String, BTreeSet<u64>> = HashMap::new();
        for (lane, seq) in wanted {
            by_lane.entry(lane).or_default().insert(seq);
        }
        let mut ids = Ids::new();
        if by_lane.is_empty() || !self.log.exists() {
            return Ok(ids);
        }
        let kept = match frames(&self.log, Position::START) {
            Err(LogError::Gone { first, .. }) => frames(&self.log, first),
            kept => kept,
        };
        for frame in kept.map_err(failed)? {
            let frame = frame.map_err(failed)?;
            for block in group::blocks(&frame.blob) {
                for record in Records::new(block.map_err(failed)?).map_err(failed)? {
                    let Record::Checkpoint(point) = record.map_err(failed)? else { continue };
                    let (Some(seq), true) = (point.seq, point.chain == chain.as_str()) else { continue };
                    let lane = point.lane.as_deref().unwrap_or_default();
                    if by_lane.get_mut(lane).is_some_and(|wanted| wanted.remove(&seq)) {
                        ids.entry(lane.to_owned()).or_default().insert(seq, point.id.into_owned());
                    }
                }
            }
        }
        Ok(ids)
    }
}

type Ids = HashMap<String, HashMap<u64, String>>;

fn nanos(at: Instant) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)
}

/// The hops of a route, and those of them at its border or behind it.
fn of_route(chain: &Chain, route: &Name) -> (HopSet, HopSet) {
    let hops =
        chain.plan.routes.iter().filter(|known| known.name == *route).flat_map(|known| known.hops.iter().copied());
    let hops: HopSet = hops.collect();
    let beyond = chain.switch.route(route.as_str()).map_or(hops, |settings| {
        let border = settings.border;
        hops.iter().filter(|hop| *hop >= border).collect()
    });
    (hops, beyond)
}

fn sets<'a>(
    engine: &'a meridian_core::chain::engine::Engine,
    chain: &Chain,
    cut: Instant,
    fenced: Option<i64>,
) -> Option<Sets<'a>> {
    let (borders, beyond) = chain.switch.borders(&chain.plan);
    engine.sets(chain.plan.name.as_str(), Cut { at: nanos(cut), borders, beyond, fenced })
}

fn sets_of<'a>(
    engine: &'a meridian_core::chain::engine::Engine,
    chain: &Chain,
    switch: &Switch,
    fenced: Option<i64>,
) -> Result<Sets<'a>, NoList> {
    let none = || NoList::Conflict("the watch does not know this chain yet; ask again in a moment".to_owned());
    sets(engine, chain, switch.until(), fenced).ok_or_else(none)
}
