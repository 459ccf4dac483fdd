//! Of findings.

use super::name;
use crate::{
    finding::{FindingFact, Found, Side, Spot},
    id::{FindingId, IncidentId},
};

pub fn every() -> Vec<FindingFact> {
    let (finding, incident) = (FindingId(2), Some(IncidentId(7)));
    let at = |side| Spot { chain: name("fedwire-out"), hop: name("mq-gateway"), side };
    let bare = |side| Found { at: at(side), seen: true, note: String::new(), by: None };
    let mut facts: Vec<_> =
        Side::ALL.map(|side| FindingFact::Made { finding, incident: None, found: bare(side) }).into();
    let found = Found {
        seen: false,
        note: "tcpdump on \u{201c}eth1\u{201d}".into(),
        by: Some(name("mei")),
        ..bare(Side::Exit)
    };
    facts.push(FindingFact::Made { finding, incident, found });
    facts.push(FindingFact::Withdrawn { finding, incident, reason: "the wrong interface".into() });
    facts.push(FindingFact::Withdrawn { finding, incident: None, reason: String::new() });
    facts
}
