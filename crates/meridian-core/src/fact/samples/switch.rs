//! Of switches.

use super::{instant, later, name};
use crate::{
    chain::{
        Amount,
        engine::{Key, Set},
    },
    id::{IncidentId, SwitchId},
    switch::{
        Account, ActionDoes, Answer, Declared, Fate, LaneEpoch, MessageRef, Part, Partition, Phase, Replay, RunOutcome,
        Share, Step, SwitchAction, SwitchFact, Way,
    },
};

fn declared(bare: bool) -> SwitchFact {
    let action = |name_of: &str, does| SwitchAction { name: name(name_of), does, dry_run: !bare, timeout_s: 30 };
    let command =
        action("stop-channel", ActionDoes::Command(vec!["mqctl".into(), "stop \u{201c}FED.A\u{201d}".into()]));
    let webhook = action("revoke", ActionDoes::Webhook("${env:REVOKE_URL}".into()));
    let actions = || if bare { Vec::new() } else { vec![command.clone(), webhook.clone()] };
    let what = Declared {
        chain: name("usd-fedwire"),
        from: name("a"),
        to: name("b"),
        cut: instant(),
        border: name("fedline"),
        same_rail: bare,
        drain_s: 600,
        four_eyes: !bare,
        authority: (!bare).then(|| "Federal Reserve".into()),
        fence: actions(),
        open: actions(),
        replay: actions(),
        reason: "fw-2 drops every second session".into(),
        incident: (!bare).then_some(IncidentId(7)),
    };
    SwitchFact::Declared { switch: SwitchId(3), what: Box::new(what) }
}

fn messages() -> Vec<MessageRef> {
    let one = |lane: &str, key| MessageRef { lane: lane.into(), key };
    vec![
        one("cust 1", Key::Seq(u64::MAX)),
        one("", Key::Id("IMAD \"7\"".into())),
        one("cust-1", Key::Id("#1 \u{9999}".into())),
    ]
}

fn share<T>(of: T) -> Share<T> {
    Share { of, currency: "USD".into(), count: 1204, amount: "5620000000.25".parse().unwrap_or(Amount(0)) }
}

pub fn every() -> Vec<SwitchFact> {
    let switch = SwitchId(3);
    let (note, paper) = (|| "by phone".to_owned(), || "5e".repeat(32));
    let sets = [Set::Confirmed, Set::Rejected, Set::Cancelled, Set::NeverLeft, Set::InDoubt];
    let partition =
        Partition { shares: sets.map(share).into(), unseen: 2, border_through: Some(later()), paper: paper() };
    let fates = messages().into_iter().zip(Fate::ALL).map(|(message, fate)| Answer { message, fate });
    let ways = [Way::Original, Way::PossibleDuplicate, Way::Held].map(share).into();
    let lane = LaneEpoch { lane: "cust-1".into(), last: 7, to: "cust-1/42".into(), first: 1 };
    let account = Account {
        shares: Part::ALL.map(share).into(),
        by_authority: 1,
        unseen: 2,
        doubled: 0,
        forgotten: 0,
        paper: paper(),
    };
    let mut facts = vec![
        declared(true),
        declared(false),
        SwitchFact::Fenced { switch, note: String::new() },
        SwitchFact::Fenced { switch, note: note() },
        SwitchFact::Counted { switch, counters: [("cust-1".to_owned(), 17_138)].into() },
        SwitchFact::Drained { switch, early: true },
        SwitchFact::Partitioned { switch, partition: Partition { border_through: None, ..partition.clone() } },
        SwitchFact::Partitioned { switch, partition },
        SwitchFact::Inquired { switch, whom: "Federal Reserve".into(), promised: None, note: String::new() },
        SwitchFact::Inquired { switch, whom: "Federal Reserve".into(), promised: Some(later()), note: note() },
        SwitchFact::Answered { switch, answers: fates.collect(), note: note() },
        SwitchFact::Vouched { switch, messages: messages(), note: note() },
        SwitchFact::ReplayFixed { switch, replay: Replay { shares: ways, ended: 2, elsewhere: 1, paper: paper() } },
        SwitchFact::Replayed { switch, note: note() },
        SwitchFact::Numbered { switch, lanes: vec![lane], note: note() },
        SwitchFact::Reconciled { switch, account },
        SwitchFact::CalledOff { switch, reason: "the firewall is well".into() },
    ];
    facts.extend(Step::ALL.map(|step| SwitchFact::Asked { switch, step }));
    facts.extend([Phase::Fence, Phase::Open, Phase::Replay].map(|phase| {
        let (run, action, dry) = (phase as u32 + 1, name("stop-channel"), phase == Phase::Fence);
        SwitchFact::Begun { switch, run, phase, action, dry }
    }));
    let outcomes = [RunOutcome::Done("stopped".into()), RunOutcome::Failed("exit 1".into()), RunOutcome::Unknown];
    facts.extend((1..).zip(outcomes).map(|(run, outcome)| SwitchFact::Ended { switch, run, outcome }));
    facts
}
