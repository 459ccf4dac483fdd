//! Of announcements.

use super::{instant, later, name};
use crate::{
    announcement::{Announced, AnnouncedKind, AnnouncementFact},
    id::AnnouncementId,
};

pub fn every() -> Vec<AnnouncementFact> {
    let announcement = AnnouncementId(3);
    let bare = |kind| Announced {
        kind,
        title: "fw-2 rules".into(),
        reference: String::new(),
        link: String::new(),
        from: instant(),
        until: later(),
        rotas: [].into(),
        owner: None,
        if_wrong: String::new(),
    };
    let what = Announced {
        reference: "CHG-2291".into(),
        link: "https://changes.example/CHG-2291".into(),
        rotas: [name("payments"), name("securities")].into(),
        owner: Some(name("mei")),
        if_wrong: "Put the rules of \u{201c}Friday\u{201d} back".into(),
        ..bare(AnnouncedKind::Work)
    };
    let mut facts: Vec<_> =
        AnnouncedKind::ALL.map(|kind| AnnouncementFact::Made { announcement, what: bare(kind) }).into();
    facts.push(AnnouncementFact::Made { announcement, what: what.clone() });
    facts.push(AnnouncementFact::Changed { announcement, what });
    facts.extend(
        ["", "the vendor is late"].map(|reason| AnnouncementFact::Withdrawn { announcement, reason: reason.into() }),
    );
    facts
}
