//! What changes: who is on watch, and what is announced for the systems.

use axum::routing::{MethodRouter, post, put};
use meridian_core::access::Action::{Announce, Override};

use super::{Endpoint, Needs, PAGED, change, of, read, remove};
use crate::{
    api::{
        announcements, changes, cover, leave_import,
        openapi::Shape::{List, One},
    },
    serve::House,
};

pub fn endpoints() -> Vec<Endpoint> {
    let mut all = of_changes();
    all.extend(of_swaps_and_leave());
    all.extend(of_announcements());
    all
}

fn of_changes() -> Vec<Endpoint> {
    use changes::{ChangeView, Made};
    let made = |status| (status, One(of::<Made>()));
    let answer = |path, summary, handler: MethodRouter<House>| Endpoint {
        method: "post",
        path,
        summary,
        needs: Needs::May(Override),
        query: &[],
        body: Some(of::<cover::Answering>()),
        status: 200,
        answer: One(of::<Made>()),
        route: handler,
    };
    vec![
        read("/changes", "Changes of who is on watch, newest first", List(of::<ChangeView>()), changes::changes)
            .query(PAGED),
        read("/changes/{change}", "A change", One(of::<ChangeView>()), changes::one),
        answer("/changes/{change}/undo", "Undo a change; a taker gives the watch back", post(cover::undo)),
        read("/cover", "The requests that somebody can take", List(of::<ChangeView>()), changes::wanted),
        change(
            Override,
            "/cover",
            "Ask who can take a part of a watch",
            of::<cover::NewCover>(),
            made(201),
            cover::ask_cover,
        ),
        answer("/cover/{change}/take", "Take it", post(cover::take)),
        answer("/cover/{change}/decline", "\"I can't\"", post(cover::decline)),
        change(
            Override,
            "/shifts/take",
            "Take somebody's watch without having been asked",
            of::<cover::TakenShift>(),
            made(201),
            cover::take_shift,
        ),
        answer("/swaps/{change}/accept", "Agree to a swap", post(cover::accept_swap)),
        answer("/swaps/{change}/approve", "Approve a swap, as the lead", post(cover::approve_swap)),
        answer("/swaps/{change}/refuse", "Refuse a swap", post(cover::refuse_swap)),
    ]
}

fn of_swaps_and_leave() -> Vec<Endpoint> {
    use changes::{ChangeView, LeaveView, Made};
    let made = || (201, One(of::<Made>()));
    vec![
        read("/swaps", "The swaps that wait for somebody", List(of::<ChangeView>()), changes::swaps),
        change(Override, "/swaps", "Propose a swap", of::<cover::NewSwap>(), made(), cover::propose_swap),
        read("/leave", "Who is away, now and later", List(of::<LeaveView>()), changes::leave).query(&["person"]),
        change(
            Override,
            "/leave",
            "Add a leave, and ask for cover for the watches in it",
            of::<cover::NewLeave>(),
            made(),
            cover::add_leave,
        ),
        change(
            Override,
            "/leave/import",
            "Take over the leave of a person from an iCalendar file; once more: what changed in it",
            of::<leave_import::NewImport>(),
            (200, One(of::<leave_import::ImportView>())),
            leave_import::import_leave,
        ),
        remove(Override, "/leave/{change}", "Remove a leave", cover::remove_leave),
        read("/sick", "Who is sick", List(of::<ChangeView>()), changes::sick),
        change(
            Override,
            "/sick",
            "Say that somebody is sick: nobody pages them from now on",
            of::<cover::Sickness>(),
            made(),
            cover::report_sick,
        ),
        remove(Override, "/sick/{person}", "They are back", cover::end_sick),
    ]
}

fn of_announcements() -> Vec<Endpoint> {
    use announcements::{AnnouncementView, NewAnnouncement, Withdrawal};
    let one = || One(of::<AnnouncementView>());
    vec![
        read(
            "/announcements",
            "What is announced: work on the systems, freezes, events; newest first",
            List(of::<AnnouncementView>()),
            announcements::announcements,
        )
        .query(&["state", "kind", "rota", "from", "until", "at", "limit", "cursor"]),
        read("/announcements/{announcement}", "An announcement", one(), announcements::announcement),
        change(
            Announce,
            "/announcements",
            "Announce work, a freeze or an event; the same once more is answered with the one that stands",
            of::<NewAnnouncement>(),
            (201, one()),
            announcements::announce,
        ),
        Endpoint {
            method: "put",
            path: "/announcements/{announcement}",
            summary: "Change an announcement: all of it is as the body says",
            needs: Needs::May(Announce),
            query: &[],
            body: Some(of::<NewAnnouncement>()),
            status: 200,
            answer: one(),
            route: put(announcements::change),
        },
        change(
            Announce,
            "/announcements/{announcement}/withdraw",
            "Call an announcement off; one that is under way ends",
            of::<Withdrawal>(),
            (200, one()),
            announcements::withdraw,
        ),
    ]
}
