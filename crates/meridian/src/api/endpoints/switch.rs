//! From one route of a chain to another.

use axum::handler::Handler;
use meridian_core::access::Action;

use super::{Described, Endpoint, change, of, read};
use crate::{
    api::{
        openapi::Shape::{Lines, List, One},
        switches::*,
    },
    serve::House,
};

/// A deed answers how the switch stands afterwards.
fn deed<H: Handler<T, House>, T: 'static>(
    path: &'static str,
    summary: &'static str,
    body: Described,
    handler: H,
) -> Endpoint {
    change(Action::Switch, path, summary, body, (200, One(of::<SwitchView>())), handler)
}

pub fn endpoints() -> Vec<Endpoint> {
    let lines = || Lines(of::<ListLine>());
    let mut all = vec![
        read("/switches", "Switches from route to route, newest first", List(of::<SwitchView>()), switches)
            .query(&["chain", "state", "limit", "cursor"]),
        read("/switches/{switch}", "A switch, with its checklist", One(of::<SwitchView>()), switch),
        read(
            "/switches/{switch}/messages",
            "The messages of the cut, as they were at the partition",
            lines(),
            messages,
        )
        .query(&["set", "format"]),
        read("/switches/{switch}/replay/list", "What is to be sent, in its order", lines(), replay_list)
            .query(&["format"]),
        read("/switches/{switch}/account/list", "What became of every message of the cut", lines(), account_list)
            .query(&["format"]),
        change(
            Action::Switch,
            "/switches",
            "Begin to switch a chain to another route: the cut is now",
            of::<NewSwitch>(),
            (201, One(of::<SwitchView>())),
            declare,
        ),
    ];
    all.extend(deeds());
    all
}

fn deeds() -> Vec<Endpoint> {
    vec![
        deed("/switches/{switch}/fence", "Close the old route, or say that it is closed", of::<Fencing>(), fence),
        deed("/switches/{switch}/counters", "The last numbers that the sender gave", of::<Counters>(), counters),
        deed("/switches/{switch}/drain", "Wait no longer for late confirmations", of::<Nothing>(), drain),
        deed("/switches/{switch}/partition", "Say of every message what is proven", of::<Nothing>(), partition),
        deed("/switches/{switch}/ask", "The authority was asked", of::<Asking>(), ask),
        deed("/switches/{switch}/answers", "What the authority says of messages", of::<Answers>(), answers),
        deed(
            "/switches/{switch}/release",
            "Send these over another rail although nobody knows whether they arrived; two people have to",
            of::<Release>(),
            release,
        ),
        deed("/switches/{switch}/replay", "Fix the list, open the new route and send", of::<Replaying>(), replay),
        deed("/switches/{switch}/epoch", "How the lanes are numbered from now on", of::<Numbering>(), epoch),
        deed("/switches/{switch}/reconcile", "Close the account and sign it", of::<Nothing>(), reconcile),
        deed("/switches/{switch}/call-off", "Call the switch off", of::<CallingOff>(), call_off),
        deed("/switches/{switch}/runs/{run}/done", "Say that an action was done", of::<SaidDone>(), say_done),
    ]
}
