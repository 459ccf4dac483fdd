//! One of every fact of notices, with every reason.

use super::{instant, later, name};
use crate::{
    estate::Technology,
    id::{ChangeId, DeliveryId, NoticeId},
    notice::{NoticeBecause, NoticeFact},
    page::{Planned, Urgency},
};

pub(super) fn every() -> Vec<NoticeFact> {
    use NoticeBecause as Because;
    let reasons = [
        Because::Asked,
        Because::Untaken,
        Because::Relieved,
        Because::OnWatch,
        Because::Undone,
        Because::SwapProposed,
        Because::SwapToApprove,
        Because::SwapMade,
        Because::SwapRefused,
        Because::SwapWithdrawn,
    ];
    let planned = |(number, because): (u64, NoticeBecause)| {
        let delivery =
            |id, due| Planned { delivery: DeliveryId(id), contact: "mail".into(), technology: Technology::Smtp, due };
        let first = 100 + 2 * number;
        NoticeFact::Planned {
            notice: NoticeId(number),
            person: name("mei"),
            changes: vec![ChangeId(3), ChangeId(4)],
            because,
            urgency: if number % 2 == 0 { Urgency::High } else { Urgency::Low },
            deliveries: vec![delivery(first, instant()), delivery(first + 1, later())],
        }
    };
    let none = NoticeFact::Planned {
        notice: NoticeId(99),
        person: name("wen"),
        changes: vec![ChangeId(5)],
        because: Because::Asked,
        urgency: Urgency::Low,
        deliveries: Vec::new(),
    };
    (1..).zip(reasons).map(planned).chain([none]).collect()
}
