//! What is announced for the incoming's watch: work, freezes, events.

use super::Composing;
use crate::{
    announcement::{AnnouncedKind, Announcement},
    handoff::{About, Action, ItemKey, Phrase, Stability, StabilityBecause, Who},
};

impl Composing<'_> {
    pub(super) fn announced(&mut self) {
        let world = self.world;
        for one in world.announcements.of(self.handoff.rota(), self.begins(), self.until) {
            self.announcement(one);
        }
    }

    fn announcement(&mut self, one: &Announcement) {
        let (what, begins, incoming) = (&one.what, self.begins(), self.incoming());
        let against = self.world.announcements.collisions(what, Some(one.id));
        let work = what.kind == AnnouncedKind::Work;
        let owner = what.owner.clone().map(Who::Person);
        let mut detail: Vec<Phrase> = vec!["From ".into(), what.from.into(), " until ".into(), one.ends_at().into()];
        detail.push(
            if what.from > begins { ", beginning in your watch." } else { ", under way when you take over." }.into(),
        );
        for other in &against {
            let said = match other.what.kind {
                AnnouncedKind::Freeze => format!(" It falls in the freeze “{}”, ", other.what.name()),
                _ => format!(" “{}” is announced in it, ", other.what.name()),
            };
            detail.extend([said.into(), other.what.from.into(), " to ".into(), other.ends_at().into(), ".".into()]);
        }
        if !what.link.is_empty() {
            detail.push(format!(" {}", what.link).into());
        }
        let item = self.item(ItemKey::of("announcement", one.id), About::Announcement(one.id), what.from);
        let mut because = Vec::new();
        because.extend((!against.is_empty()).then_some(StabilityBecause::Collides));
        because.extend((work && what.from <= begins).then_some(StabilityBecause::UnderWay));
        if !because.is_empty() {
            (item.severity, item.because) = (Stability::Watcher, because);
        }
        item.summary = vec![summary(one).into()];
        item.detail = detail;
        if let (true, Some(owner)) = (work, &owner) {
            let text = format!("see that {} is done, or taken back", what.name());
            item.actions.push(Action::new(text, owner.clone(), Some(one.ends_at())));
        }
        // Work that nobody answers for, or that nobody knows how to take back, is what an acceptance asks about.
        item.owner = if work { owner } else { owner.or(incoming) };
        item.contingency = match (what.if_wrong.as_str(), what.kind) {
            ("", AnnouncedKind::Work) => None,
            ("", AnnouncedKind::Freeze) => Some("If something must be changed all the same, a lead decides it first."),
            ("", AnnouncedKind::Event) => Some("If it is felt here, it comes as alerts, and they page you."),
            (said, _) => Some(said),
        }
        .map(|said| vec![said.into()]);
    }
}

/// `Work: CHG-2291 fw-2 rules`
fn summary(one: &Announcement) -> String {
    let kind = match one.what.kind {
        AnnouncedKind::Work => "Work",
        AnnouncedKind::Freeze => "Freeze",
        AnnouncedKind::Event => "Event",
    };
    format!("{kind}: {}", one.what.name())
}
