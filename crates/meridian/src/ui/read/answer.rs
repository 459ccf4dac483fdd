//! A notice as its reader finds it behind the link.

use meridian_core::{
    cover::{Change, Changed, RequestState, SwapState},
    id::{Name, NoticeId},
    notice::{NoticeBecause, still_concerns},
};

use super::Lens;
use crate::{
    serve::letters,
    ui::view::answer::{AnswerItem, AnswerView},
};

const TAKES: &[(&str, &str)] = &[("take", "Take it"), ("decline", "I can't")];
const ACCEPTS: &[(&str, &str)] = &[("accept", "Accept"), ("refuse", "Refuse")];
const APPROVES: &[(&str, &str)] = &[("approve", "Approve"), ("refuse", "Refuse")];

/// None: the notice is not kept any more, or was for somebody else.
pub fn answer(lens: &Lens<'_>, notice: NoticeId, person: &Name, action: String) -> Option<AnswerView> {
    let world = lens.world;
    let notice = world.notices.get(notice).filter(|notice| notice.person == *person)?;
    let zone = letters::zone(world, person);
    let answers = match notice.because {
        NoticeBecause::Asked => TAKES,
        NoticeBecause::SwapProposed => ACCEPTS,
        NoticeBecause::SwapToApprove => APPROVES,
        _ => &[],
    };
    let items = notice.changes.iter().map(|id| {
        let waits = still_concerns(&world.covers, lens.now, *id, notice.because, person);
        let change = world.covers.get(*id).filter(|_| !waits);
        AnswerItem {
            change: *id,
            text: letters::item(world, *id, &zone),
            stands: change.map(|change| stands(lens, change, person)),
            answers: if waits { answers } else { &[] },
        }
    });
    Some(AnswerView {
        action,
        who: lens.person(person),
        title: letters::title(world, notice, lens.now, &zone),
        reason: letters::reason(notice.because),
        items: items.collect(),
    })
}

fn stands(lens: &Lens<'_>, change: &Change, person: &Name) -> String {
    if change.undone.is_some() {
        return "It is undone".into();
    }
    match &change.what {
        Changed::Cover(request) => match &request.state {
            RequestState::Taken { by, .. } if by == person => "You have it".into(),
            RequestState::Taken { by, .. } => format!("{} has it", lens.person(by)),
            RequestState::Withdrawn { .. } => "It is withdrawn".into(),
            _ if request.declined.contains(person) => "You can't, and that is noted".into(),
            _ => "It is over".into(),
        },
        Changed::Swap(swap) => match &swap.state {
            SwapState::Made { .. } => "The swap is made".into(),
            SwapState::Accepted { .. } => "Accepted; the lead has to approve it".into(),
            SwapState::Refused { by, .. } => format!("{} refused", lens.person(by)),
            SwapState::Withdrawn { .. } => "It is withdrawn".into(),
            SwapState::Proposed => "It waits for the other person".into(),
        },
        _ => change.state().replace('_', " "),
    }
}
