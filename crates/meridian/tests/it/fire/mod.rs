//! The fire: two banks with a firewall between them, each in a network of its own, and wires over TCP; then the firewall
//! gets a rule that drops SYNs. Meridian sees it, says where, and leads over to the second route, and in the end each wire
//! was booked once.
//!
//! | who | what is real |
//! | --- | --- |
//! | the banks | programs that send pacs.008 over TCP and answer with pacs.002; the other one books twice what comes twice without a mark |
//! | the firewalls | kernels that forward, with nftables; a sensor at the outside of each |
//! | the test points | `meridian tap` over the logs, `tcpdump` on each side |
//! | the switch | the estate's commands close and open the firewalls, and hand the list to the gateway |
//!
//! What happened is compared with what the banks wrote down, not with what Meridian said before.

mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use meridian_testkit::servers::installed;
use serde_json::{Value, json};

use stage::{Stage, Wire, cents, until};

/// By count and in cents.
type Sum = (u64, u64);

fn sum<'a>(wires: impl IntoIterator<Item = &'a Wire>) -> Sum {
    wires.into_iter().fold((0, 0), |(count, sum), wire| (count + 1, sum + wire.cents))
}

/// Shares of a partition, a replay or an account.
fn shares(of: &Value) -> BTreeMap<String, Sum> {
    let share = |share: &Value| {
        assert_eq!(share["currency"], "USD", "{share}");
        let of = share["of"].as_str().unwrap().to_owned();
        (of, (share["count"].as_u64().unwrap(), cents(share["amount"].as_str().unwrap())))
    };
    of.as_array().unwrap().iter().map(share).collect()
}

fn states(switch: &Value) -> Vec<&str> {
    switch["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect()
}

#[test]
fn a_rule_that_drops_syns_is_seen_named_and_gone_round() {
    if !installed() || !stage::networks() {
        return;
    }
    let mut stage = Stage::set();
    it_flows(&mut stage);
    it_is_seen(&mut stage);
    it_is_named(&mut stage);
    let doubt = the_session_dies(&mut stage);
    let fenced = the_route_is_fenced(&mut stage);
    the_sets_are_exact(&mut stage, &doubt, &fenced);
    the_list_is_sent(&mut stage, &doubt);
    the_account_closes(&mut stage, &fenced);
    each_wire_was_booked_once(&mut stage);
}

fn it_flows(stage: &mut Stage) {
    until("wires flow", || {
        let chain = stage.chain();
        let confirmed = chain["messages"]["confirmed"].as_u64().unwrap();
        (confirmed > 100 && chain["state"] == "flows").then_some(())
    });
    stage.say("wires flow: back office, gateway, fw-1, other bank, and back");
}

fn it_is_seen(stage: &mut Stage) {
    let rule = stage.now();
    stage.order("fault", "ip netns exec fw-1 nft add rule inet filter through 'tcp flags & (syn | ack) == syn drop'");
    stage.say("fw-1 gets a rule that drops SYNs; the treasury's session, which is open, goes on");
    let breach = until("Meridian sees it", || {
        let chain = stage.chain();
        chain["breaches"].as_array().unwrap().iter().find(|breach| breach["incident"].is_u64()).cloned()
    });
    let words = breach["words"].as_str().unwrap();
    stage.say(&format!("seen after {:.1} s: {words}", (stage.now() - rule).as_secs_f64()));
    assert!(words.contains("between gateway and fw-1"), "{breach}");
    let number = breach["incident"].as_u64().unwrap();
    let paged = stage.hook.wait_until("somebody is paged", |requests| {
        requests.iter().any(|request| request.json()["data"]["incident"]["number"] == number)
    });
    assert!(paged.iter().any(|request| request.text().contains("wires")), "the page names the chain");
    let page = stage.page("/chains/wires");
    assert!(page.contains("held between gateway and fw-1"), "the page of the chain says the same");
    stage.say(&format!("Wen is paged: INC-{number}"));
}

fn it_is_named(stage: &mut Stage) {
    let before = stage.meridian(&["chain", "where"]).ok();
    stage.tell(&before);
    assert!(before.contains("fw-1"), "{before}");
    // What TCP tells, at each side of the firewall. The captures are still being written, one a little before the other.
    let dropped = "SYN dropped between fw-1-inside and fw-1-outside";
    until("the captures agree", || {
        let trace: Value = serde_json::from_str(&stage.trace(&["--json"])).unwrap();
        let told = trace["connections"].as_array().unwrap().iter().map(|one| one["told"].as_str().unwrap());
        (told.collect::<BTreeSet<&str>>() == BTreeSet::from(["opened", dropped])).then_some(())
    });
    stage.tell(&stage.trace(&[]));
    stage.meridian(&["chain", "found", "wires", "fw-1", "--side", "entrance", "--seen", "--note", dropped]).ok();
    stage.meridian(&["chain", "found", "wires", "fw-1", "--side", "exit", "--not-seen", "--note", dropped]).ok();
    let after: Value = serde_json::from_str(&stage.meridian(&["chain", "where", "--json"]).ok()).unwrap();
    stage.tell(&stage.meridian(&["chain", "where"]).ok());
    let best = &after["explanations"][0];
    assert_eq!(best["sets"].as_array().map(Vec::len), Some(1), "nothing ties: {after}");
    assert!(best.to_string().contains("fw-1"), "{after}");
    stage.say("the captures agree with Meridian: it is fw-1 itself");
}

/// Which wires passed the firewall, and whose answers never came.
fn the_session_dies(stage: &mut Stage) -> BTreeSet<String> {
    stage.order("reload", "ip netns exec fw-1 nft insert rule inet filter through drop");
    stage.say("somebody loads the rules of fw-1 anew, and the session that still worked dies, with wires under way");
    std::thread::sleep(Duration::from_secs(1));
    let (left, answered) = (stage.left("fw-1"), stage.answered());
    let doubt: BTreeSet<String> = left.difference(&answered).cloned().collect();
    assert!(!doubt.is_empty(), "nothing was under way");
    doubt
}

/// The wires that the old route may have taken.
fn the_route_is_fenced(stage: &mut Stage) -> Vec<Wire> {
    let begun = stage.meridian(&["switch", "begin", "wires", "--to", "b", "--reason", "fw-1 drops what is new"]).ok();
    stage.tell(&begun);
    stage.meridian(&["switch", "fence", "1", "--dry-run"]).ok();
    let switch = stage.switch_until("the rehearsal", |switch| switch["runs"][1]["outcome"] == "done");
    assert!(switch["runs"].as_array().unwrap().iter().all(|run| run["said"].as_str().unwrap().contains("would ")));
    stage.meridian(&["switch", "fence", "1"]).ok();
    assert_eq!(states(&stage.switch())[1], "second_person");
    stage.meridian(&["switch", "fence", "1"]).fails(1, &["a second person"]);
    stage.as_second(&["switch", "fence", "1"]).ok();
    let switch = stage.switch_until("the fence", |switch| states(switch)[1] == "done");
    let fenced = switch["steps"][1]["at"].as_str().unwrap();
    let of_switch: Vec<Wire> = stage.wires().into_iter().filter(|wire| *wire.at <= *fenced).collect();
    stage.say(&format!("route a is fenced by two people; {} wires are of the switch", of_switch.len()));
    stage.switch_until("it is drained", |switch| states(switch)[2] == "done");
    of_switch
}

fn the_sets_are_exact(stage: &mut Stage, doubt: &BTreeSet<String>, of_switch: &[Wire]) {
    let (left, answered, rejected) = (stage.left("fw-1"), stage.answered(), stage.rejected());
    let part = |is: &dyn Fn(&str) -> bool| sum(of_switch.iter().filter(|wire| is(&wire.id)));
    let expected: BTreeMap<String, Sum> = [
        ("confirmed", part(&|id| answered.contains(id) && !rejected.contains(id))),
        ("rejected", part(&|id| rejected.contains(id))),
        ("never_left", part(&|id| !left.contains(id))),
        ("in_doubt", part(&|id| doubt.contains(id))),
    ]
    .map(|(of, sum)| (of.to_owned(), sum))
    .into();
    // What the taps have not told yet proves nothing; so whoever is too early asks again.
    until(&format!("the partition is proven as {expected:?}"), || {
        let switch: Value =
            serde_json::from_str(&stage.meridian(&["switch", "partition", "1", "--json"]).ok()).unwrap();
        (shares(&switch["partition"]) == expected).then_some(())
    });
    let listed = stage.meridian(&["switch", "messages", "1", "--set", "in_doubt"]).ok();
    let listed: BTreeSet<String> = stage::ids(&listed).into_iter().collect();
    assert_eq!(&listed, doubt);
    let csv = stage.meridian(&["switch", "messages", "1", "--set", "never_left", "--format", "csv"]).ok();
    assert_eq!(csv.lines().count() as u64, expected["never_left"].0 + 1);
    stage.say(&format!("the sets are exact: {expected:?}"));
    stage.are_accessible(&["/switches/1", "/chains/wires"]);
}

fn the_list_is_sent(stage: &mut Stage, doubt: &BTreeSet<String>) {
    // The other bank looks one of them up; of the others nobody knows, and they go marked.
    let (asked, open) = doubt.iter().partition::<Vec<&String>, _>(|id| Some(*id) == doubt.first() && doubt.len() > 1);
    stage.meridian(&["switch", "ask", "1", "--whom", "Other Bank", "--note", "by telephone"]).ok();
    for id in &asked {
        let fate = if stage.booked()[*id] == "RJCT" { "rejected" } else { "received" };
        stage.meridian(&["switch", "answer", "1", "--fate", fate, id, "--note", "Ana of payments said so"]).ok();
    }
    stage.meridian(&["switch", "replay", "1", "--dry-run"]).ok();
    stage.switch_until("the rehearsal", |switch| {
        let mut runs = switch["runs"].as_array().unwrap().iter();
        runs.any(|run| run["phase"] == "replay" && run["outcome"] == "done")
    });
    stage.meridian(&["switch", "replay", "1"]).ok();
    stage.as_second(&["switch", "replay", "1"]).ok();
    let switch = stage.switch_until("the list is sent", |switch| states(switch)[5] == "done");
    let sent = shares(&switch["replay"]);
    assert_eq!(sent.get("possible_duplicate").map_or(0, |sum| sum.0), open.len() as u64, "{sent:?}");
    let list = stage.meridian(&["switch", "messages", "1", "--of", "replay"]).ok();
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for row in list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (lane, seq) = (row["lane"].as_str().unwrap().to_owned(), row["seq"].as_u64().unwrap());
        assert!(last.insert(lane, seq).is_none_or(|before| before < seq), "each lane in its order: {row}");
        assert_eq!(row["possdup"] == true, open.iter().any(|id| row["id"] == **id), "{row}");
    }
    stage.say(&format!("the list is sent over route b: {sent:?}"));
    // The authority's word stands in the account; the chain itself hears it from the status that is asked for.
    asked.iter().for_each(|id| stage.tell_gateway("ask", id));
}

fn the_account_closes(stage: &mut Stage, of_switch: &[Wire]) {
    stage.meridian(&["switch", "epoch", "1"]).ok();
    until("all answers came", || {
        let answered = stage.answered();
        of_switch.iter().all(|wire| answered.contains(&wire.id)).then_some(())
    });
    let now = Timestamp::now();
    until("all answers are told", || {
        let reports = stage.chain()["reports"].take();
        let of_hop = reports.as_array().unwrap().iter().find(|report| report["hop"] == "other-bank").cloned();
        let through = of_hop.and_then(|report| report["through"].as_str()?.parse::<Timestamp>().ok());
        (through > Some(now)).then_some(())
    });
    let account = stage.account();
    let rejected: BTreeSet<String> =
        stage.booked().into_iter().filter(|(_, status)| status == "RJCT").map(|(id, _)| id).collect();
    let part = |paid: bool| sum(of_switch.iter().filter(|wire| rejected.contains(&wire.id) != paid));
    let expected: BTreeMap<String, Sum> =
        [("originated", sum(of_switch)), ("confirmed", part(true)), ("rejected", part(false))]
            .map(|(of, sum)| (of.to_owned(), sum))
            .into();
    assert_eq!(shares(&account["shares"]), expected, "{account}");
    assert_eq!(account["doubled"], json!(0));
    stage.say(&format!("the account closes, signed at entry {}: {expected:?}", account["entry"]));
    stage.tell(&stage.meridian(&["switch", "show", "1"]).ok());
}

fn each_wire_was_booked_once(stage: &mut Stage) {
    stage.tell_gateway("rest", "");
    std::thread::sleep(Duration::from_millis(500));
    let wires = stage.wires();
    until("the day's wires are booked", || (stage.ledger().len() >= wires.len()).then_some(()));
    std::thread::sleep(Duration::from_secs(1));
    let mut booked: Vec<(String, u64)> = stage.ledger();
    booked.sort_unstable();
    let mut sent: Vec<(String, u64)> = wires.iter().map(|wire| (wire.id.clone(), wire.cents)).collect();
    sent.sort_unstable();
    assert_eq!(booked, sent, "each wire once, with its amount");
    let chain = until("nothing is held any more", || {
        Some(stage.chain()).filter(|chain| chain["messages"]["held"] == 0 && chain["messages"]["under_way"] == 0)
    });
    // The wires that waited were late, and the answers of many connections overtake each other. Nothing else went wrong,
    // and that is of the fire.
    for breach in chain["breaches"].as_array().unwrap() {
        let words = breach["words"].as_str().unwrap();
        let is_known = words.contains(" late at ") || words.contains("passed other-bank out of order");
        assert!(is_known && breach["incident"] == 1, "{breach}");
    }
    stage.say(&format!("{} wires were written, and each was booked once", wires.len()));
}
