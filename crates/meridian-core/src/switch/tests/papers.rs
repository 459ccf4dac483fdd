//! The papers, made from what a real engine knows.

use super::{super::paper::*, *};
use crate::chain::{
    Checkpoint, Heartbeat, HopId, HopSet, Outcome, Record,
    engine::{Cut, Engine, Key, Set},
};

const OFFICE: &str = "office";

/// A chain of the test's estate, told of by each hop in its own counter.
struct Line {
    engine: Engine,
    estate: Estate,
    counters: std::collections::BTreeMap<String, u64>,
}

impl Line {
    fn new(of_b: &str) -> Line {
        let estate = estate("", if of_b.is_empty() { "" } else { ", rail: fed" }, of_b);
        let plans = estate.chains.values().map(|chain| chain.plan.clone()).collect();
        Line { engine: Engine::new(plans).unwrap(), estate, counters: [].into() }
    }

    fn sees(&mut self, seq: u64, hop: &str, second: i64) {
        self.sees_as(seq, hop, second, 1, None);
    }

    fn sees_as(&mut self, seq: u64, hop: &str, second: i64, attempt: u32, outcome: Option<Outcome>) {
        let n = self.counters.entry(hop.to_owned()).or_default();
        *n += 1;
        let (id, reporter) = (format!("M{seq}"), format!("at-{hop}"));
        let point = Checkpoint {
            chain: "wires".into(),
            lane: Some("cust".into()),
            seq: Some(seq),
            id: id.as_str().into(),
            hop: hop.into(),
            at: at(second).as_nanosecond() as i64,
            amount: Some("100.50".parse().unwrap()),
            currency: Some("USD".into()),
            attempt: Some(attempt),
            possdup: attempt > 1,
            outcome,
            reporter: Some(reporter.as_str().into()),
            epoch: Some(1),
            n: Some(*n),
            ..Checkpoint::default()
        };
        self.engine.apply(&Record::Checkpoint(point), &mut Vec::new());
    }

    fn told_all(&mut self, hop: &str, second: i64) {
        let (reporter, through) = (format!("at-{hop}"), self.counters.get(hop).copied().unwrap_or_default());
        let at = at(second).as_nanosecond() as i64;
        let beat = Heartbeat { reporter: reporter.as_str().into(), epoch: 1, through, at };
        self.engine.apply(&Record::Heartbeat(beat), &mut Vec::new());
    }

    fn sets(&self) -> crate::chain::engine::Sets<'_> {
        let nanos = |second| at(second).as_nanosecond() as i64;
        let chain = self.estate.chains.values().next().unwrap();
        let (borders, beyond) = chain.switch.borders(&chain.plan);
        self.engine.sets("wires", Cut { at: nanos(10), borders, beyond, fenced: Some(nanos(20)) }).unwrap()
    }

    fn rows(&self) -> Vec<Row> {
        let plan = &self.estate.chains.values().next().unwrap().plan;
        let route: HopSet = plan.routes[0].hops.iter().copied().collect();
        rows(plan, route, &self.sets(), |lane, seq| (lane == "cust").then(|| format!("M{seq}")))
    }

    fn outlook(&self, story: &Story, rows: &[Row]) -> Outlook {
        let of = |hops: [u8; 4]| hops.into_iter().map(HopId).collect::<HopSet>();
        let (route, beyond) = (of([0, 1, 2, 5]), of([2, 2, 5, 5]));
        outlook(story.switch(), rows, &Live::of(&self.sets()), (route, beyond))
    }
}

/// 1 arrived, 2 was rejected, 3 left, 4 and 5 did not, 6 goes over the other route, 7 began after the cut; 8 is missing
/// below 9, which is in the office.
fn line(of_b: &str) -> Line {
    let mut line = Line::new(of_b);
    for seq in [1, 2, 3, 4, 5, 6, 9] {
        line.sees(seq, OFFICE, 1);
    }
    for seq in 1..=4 {
        line.sees(seq, "mq-a", 2);
    }
    line.sees(6, "mq-b", 2);
    line.sees(6, "line-b", 3);
    for seq in 1..=3 {
        line.sees(seq, "line-a", 3);
    }
    line.sees(1, "fed", 4);
    line.sees_as(2, "fed", 4, 1, Some(Outcome::Rejected));
    line.sees(10, OFFICE, 15);
    line.told_all("line-a", 25);
    line.told_all("line-b", 25);
    line
}

fn partitioned(line: &Line) -> (Story, Vec<Row>) {
    let mut story = Story::declared(&line.estate);
    story.does("mei", Deed::Fenced { note: "x".into() }).unwrap();
    story.does("mei", Deed::Drain).unwrap();
    let rows = line.rows();
    let unseen = unseen(&line.sets(), &story.switch().counters);
    story.does("mei", Deed::Partition(partition(&rows, unseen, None, "p".into()))).unwrap();
    (story, rows)
}

fn message(seq: u64) -> MessageRef {
    MessageRef { lane: "cust".into(), key: Key::Seq(seq) }
}

fn told(outlook: &Outlook) -> Vec<(u64, bool, Because)> {
    outlook.list.iter().map(|row| (row.seq.unwrap(), row.possdup, row.because)).collect()
}

use Because::*;

#[test]
fn every_message_of_the_route_is_in_the_partition_once() {
    let line = line("");
    let (story, rows) = partitioned(&line);
    let found: Vec<(u64, Set)> = rows.iter().map(|row| (row.seq.unwrap(), row.set)).collect();
    use Set::*;
    let wanted = [(1, Confirmed), (2, Rejected), (3, InDoubt), (4, NeverLeft), (5, NeverLeft), (9, NeverLeft)];
    assert_eq!(found, wanted);
    let (_, partition) = story.switch().partition.as_ref().unwrap();
    assert_eq!((partition.total(), partition.count(NeverLeft)), (6, 3));
    let worth = partition.shares.iter().find(|share| share.of == NeverLeft).unwrap();
    assert_eq!((worth.currency.as_str(), worth.amount.to_string().as_str()), ("USD", "301.5"));
    assert_eq!(rows[3].hop.as_ref().map(Name::as_str), Some("mq-a"));
    assert_eq!(rows[3].id.as_deref(), Some("M4"));
}

/// Whoever waits in the office may have gone over a route that says nothing; where that one is closed, it has not.
#[test]
fn a_route_that_says_nothing_proves_nothing_unless_it_is_closed() {
    for (of_b, waiting) in [(", rail: x", Set::InDoubt), (", rail: x, standby: true", Set::NeverLeft)] {
        let mut line = Line::new(of_b);
        line.sees(1, OFFICE, 1);
        line.sees(2, OFFICE, 1);
        line.sees(2, "mq-a", 2);
        line.sees(3, "line-a", 3);
        line.told_all("line-a", 25);
        let sets: Vec<Set> = line.rows().iter().map(|row| row.set).collect();
        assert_eq!(sets, [waiting, Set::NeverLeft, Set::InDoubt], "{of_b}");
    }
}

#[test]
fn on_one_rail_what_is_in_doubt_goes_with_its_mark_and_in_order() {
    let line = line("");
    let (story, rows) = partitioned(&line);
    let found = line.outlook(&story, &rows);
    assert_eq!(told(&found), [(3, true, InDoubt), (4, false, NeverLeft), (5, false, NeverLeft), (9, false, NeverLeft)]);
    assert_eq!((found.held.len(), found.ended, found.leaks.len()), (0, 0, 0));
    assert_eq!(found.list.iter().map(|row| row.n).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let replay = found.replay("r".into());
    assert_eq!([Way::Original, Way::PossibleDuplicate, Way::Held].map(|way| replay.count(way)), [3, 1, 0]);
}

#[test]
fn on_another_rail_it_is_held_until_it_is_proven_or_two_release_it() {
    let line = line(", rail: chips");
    let held = |story: &Story, rows: &[Row]| {
        let found = line.outlook(story, rows);
        (found.held.iter().map(|row| row.seq.unwrap()).collect::<Vec<_>>(), told(&found), found.ended)
    };
    let originals = [(4, false, NeverLeft), (5, false, NeverLeft), (9, false, NeverLeft)];
    let (mut story, rows) = partitioned(&line);
    assert_eq!(held(&story, &rows), (vec![3], originals.to_vec(), 0));
    let vouch = || Deed::Vouch { messages: vec![message(3)], note: "x".into() };
    story.does("mei", vouch()).unwrap();
    assert_eq!(held(&story, &rows).0, [3]);
    story.does("wen", vouch()).unwrap();
    assert_eq!(held(&story, &rows).1[0], (3, true, Released));

    for (fate, first, ended) in
        [(Fate::NotReceived, Some((3, false, NotReceived)), 0), (Fate::Received, None, 1), (Fate::Rejected, None, 1)]
    {
        let (mut story, rows) = partitioned(&line);
        let answers = vec![Answer { message: message(3), fate }];
        story.does("mei", Deed::Answer { answers, note: String::new() }).unwrap();
        let wanted: Vec<_> = first.into_iter().chain(originals).collect();
        assert_eq!(held(&story, &rows), (vec![], wanted, ended), "{fate:?}");
    }
}

#[test]
fn late_evidence_takes_out_who_arrived_and_finds_a_fence_that_leaks() {
    let mut line = line("");
    let (story, rows) = partitioned(&line);
    line.sees(3, "fed", 30);
    let found = line.outlook(&story, &rows);
    assert_eq!((told(&found).len(), found.ended, found.leaks.len()), (3, 1, 0));
    line.sees(4, "line-a", 31);
    let found = line.outlook(&story, &rows);
    assert_eq!(found.leaks.iter().map(|row| row.seq.unwrap()).collect::<Vec<_>>(), [4]);
    // The office has sent 5 over the other route by itself.
    line.sees(5, "mq-b", 32);
    let found = line.outlook(&story, &rows);
    assert_eq!((told(&found).len(), found.elsewhere), (2, 1));
}

#[test]
fn the_account_closes_and_says_what_is_doubled_and_what_is_open() {
    let mut line = line("");
    let (mut story, rows) = partitioned(&line);
    let answers = vec![Answer { message: message(9), fate: Fate::Received }];
    story.does("mei", Deed::Answer { answers, note: String::new() }).unwrap();
    // Over the other route: 4 once, 3 twice, 5 not yet.
    for (seq, attempt) in [(4, 1), (3, 2), (3, 3)] {
        line.sees_as(seq, "mq-b", 40, attempt, None);
        line.sees_as(seq, "fed", 41, attempt, None);
    }
    let (told, account) = account(story.switch(), &rows, &Live::of(&line.sets()), 1);
    let count = |part| account.shares.iter().filter(|share| share.of == part).map(|share| share.count).sum::<u64>();
    assert_eq!(Part::ALL.map(count), [7, 4, 1, 0, 2]);
    assert_eq!((account.by_authority, account.doubled, account.forgotten, account.unseen), (1, 1, 0, 1));
    assert_eq!(open_ends(&account), None);
    assert_eq!(told.iter().map(|row| row.arrivals).collect::<Vec<_>>(), [1, 0, 2, 1, 0, 0]);

    // Of a message that the engine has forgotten, the account cannot speak.
    let fresh = Line::new("");
    let (_, account) = super::super::paper::account(story.switch(), &rows, &Live::of(&fresh.sets()), 0);
    assert_eq!(account.forgotten, 3, "3, 4 and 5; the others had ended, or the authority has answered");
    assert!(open_ends(&account).is_some());
}

#[test]
fn numbers_that_the_sender_gave_and_nobody_saw_are_counted() {
    let line = line("");
    let count = |last: &[(&str, u64)]| {
        unseen(&line.sets(), &last.iter().map(|(lane, last)| ((*lane).to_owned(), *last)).collect())
    };
    let gaps = count(&[]);
    assert_eq!(count(&[("cust", 9)]), gaps);
    assert_eq!(count(&[("cust", 14)]), gaps + 5);
    assert_eq!(count(&[("other", 14)]), gaps);
    assert_eq!(
        count(&[("cust", 3)]),
        gaps,
        "a sender that has given less than was seen is wrong, and takes nothing away"
    );
}

#[test]
fn papers_are_read_back_and_tables_are_quoted() {
    let (_, rows) = partitioned(&line(""));
    assert_eq!(read::<Row>(&to_ndjson(&rows)), Ok(rows.clone()));
    assert!(read::<Row>(b"{\"set\":\"confirmed\"}\n").unwrap_err().starts_with("line 1: missing field"));
    let mut odd = rows[0].clone();
    odd.id = Some("a \"b\", c".into());
    let table = to_csv(&[odd], &["lane", "seq", "id", "set", "amount", "nothing"]);
    assert_eq!(table, "lane,seq,id,set,amount,nothing\r\ncust,1,\"a \"\"b\"\", c\",confirmed,100.5,\r\n");
}
