//! All endpoints, in one table: the router and the OpenAPI document are made from it, and the tests walk along it.

mod change;
mod switch;

use axum::{
    handler::Handler,
    routing::{MethodRouter, delete, get, post, put},
};
use meridian_core::access::Action::{
    self, Accounts, Feeds, Find, Ingest, Override, OwnAccount, Read, Respond, Silence, Tokens,
};

use super::{
    access, accounts, alerts, chains, checkpoints, coverage, estate,
    fairness::{self, ShareView},
    fault, feeds, findings, handoffs, incidents,
    openapi::{Described, Shape, of},
    pages, rotas,
};
use crate::serve::House;

/// One endpoint.
pub struct Endpoint {
    pub method: &'static str,
    /// Below `/api/v1`.
    pub path: &'static str,
    pub summary: &'static str,
    pub needs: Needs,
    /// Of the query; `!` at the end: required.
    pub query: &'static [&'static str],
    pub body: Option<Described>,
    pub status: u16,
    pub answer: Shape,
    pub route: MethodRouter<House>,
}

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody, logged in or not.
    Nothing,
    /// Anybody who is known.
    Login,
    May(Action),
    /// Whoever may send alerts: by the setting `intake` anybody, or a token with the scope `ingest`.
    Intake,
}

const PAGED: &[&str] = &["limit", "cursor"];

fn read<H: Handler<T, House>, T: 'static>(
    path: &'static str,
    summary: &'static str,
    answer: Shape,
    handler: H,
) -> Endpoint {
    let needs = Needs::May(Read);
    Endpoint { method: "get", path, summary, needs, query: &[], body: None, status: 200, answer, route: get(handler) }
}

fn change<H: Handler<T, House>, T: 'static>(
    needs: Action,
    path: &'static str,
    summary: &'static str,
    body: Described,
    (status, answer): (u16, Shape),
    handler: H,
) -> Endpoint {
    let (needs, body, route) = (Needs::May(needs), Some(body), post(handler));
    Endpoint { method: "post", path, summary, needs, query: &[], body, status, answer, route }
}

fn remove<H: Handler<T, House>, T: 'static>(
    needs: Action,
    path: &'static str,
    summary: &'static str,
    handler: H,
) -> Endpoint {
    let (needs, route) = (Needs::May(needs), delete(handler));
    Endpoint {
        method: "delete",
        path,
        summary,
        needs,
        query: &[],
        body: None,
        status: 204,
        answer: Shape::Nothing,
        route,
    }
}

impl Endpoint {
    fn query(self, query: &'static [&'static str]) -> Endpoint {
        Endpoint { query, ..self }
    }

    fn needs(self, needs: Needs) -> Endpoint {
        Endpoint { needs, ..self }
    }
}

pub fn endpoints() -> Vec<Endpoint> {
    let mut all = on_access();
    all.extend(on_accounts());
    all.extend(on_incidents());
    all.extend(on_handoffs());
    all.extend(on_alerts());
    all.extend(on_chains());
    all.extend(on_rotas());
    all.extend(change::endpoints());
    all.extend(switch::endpoints());
    all.extend(on_feeds());
    all
}

fn on_chains() -> Vec<Endpoint> {
    use Shape::{List, One};
    vec![
        read("/chains", "All chains, as they are now", List(of::<chains::ChainView>()), chains::list),
        read(
            "/chains/{chain}",
            "A chain: its ways, what is wrong, latencies, lanes",
            One(of::<chains::WholeChainView>()),
            chains::one,
        ),
        read(
            "/where",
            "Where the fault is: what explains what is missing, and where to look next",
            One(of::<fault::FaultView>()),
            fault::find_it,
        ),
        read(
            "/findings",
            "What was found by hand, newest first",
            List(of::<findings::FoundView>()),
            findings::findings,
        )
        .query(&["incident", "chain", "state", "limit", "cursor"]),
        read("/findings/{finding}", "A finding", One(of::<findings::FoundView>()), findings::finding),
        change(
            Find,
            "/findings",
            "Record that the messages that go missing were seen, or not, at a place of a chain",
            of::<findings::NewFinding>(),
            (201, One(of::<findings::FoundView>())),
            findings::find,
        ),
        change(
            Find,
            "/findings/{finding}/withdraw",
            "Take a finding back",
            of::<findings::FindingWithdrawal>(),
            (200, One(of::<findings::FoundView>())),
            findings::withdraw,
        ),
        change(
            Ingest,
            "/checkpoints",
            "Report what test points saw, one object a line; answered when it is durable",
            of::<checkpoints::CheckpointLine>(),
            (200, One(of::<checkpoints::TakenView>())),
            checkpoints::take,
        )
        .needs(Needs::Intake),
    ]
}

fn on_access() -> Vec<Endpoint> {
    use Shape::{List, Nothing, One};
    use access::*;
    vec![
        read("/me", "Who asks, and what may be done", One(of::<Me>()), me).needs(Needs::Login),
        change(OwnAccount, "/session", "Log in with a cookie", of::<Login>(), (204, Nothing), log_in)
            .needs(Needs::Nothing),
        remove(OwnAccount, "/session", "Log out", log_out),
        change(OwnAccount, "/setup", "Make the first account", of::<Setup>(), (204, Nothing), set_up)
            .needs(Needs::Nothing),
        change(
            OwnAccount,
            "/me/password",
            "Change one's own password",
            of::<OwnPassword>(),
            (204, Nothing),
            own_password,
        ),
        remove(OwnAccount, "/me/sessions", "Log one's other browsers out", end_own_sessions),
        change(OwnAccount, "/join", "Choose the password by a one-time link", of::<Join>(), (204, Nothing), join)
            .needs(Needs::Nothing),
        read("/tokens", "All API tokens", List(of::<TokenView>()), tokens).needs(Needs::May(Tokens)),
        change(
            Tokens,
            "/tokens",
            "Make an API token; its secret is told once",
            of::<NewToken>(),
            (201, One(of::<TokenView>())),
            create_token,
        ),
        remove(Tokens, "/tokens/{token}", "Revoke an API token", revoke_token),
    ]
}

fn on_accounts() -> Vec<Endpoint> {
    use Shape::{List, One};
    use accounts::*;
    let account = || One(of::<AccountView>());
    let done = |path, summary| Endpoint {
        body: None,
        ..change(Accounts, path, summary, of::<AccountView>(), (200, account()), disable_account)
    };
    vec![
        read("/accounts", "All accounts", List(of::<AccountView>()), accounts).needs(Needs::May(Accounts)),
        change(
            Accounts,
            "/accounts",
            "Make an account; without a password the answer tells a one-time link, once",
            of::<NewAccount>(),
            (201, account()),
            create_account,
        ),
        Endpoint {
            method: "put",
            path: "/accounts/{account}",
            summary: "Change an account",
            needs: Needs::May(Accounts),
            query: &[],
            body: Some(of::<AccountChange>()),
            status: 200,
            answer: account(),
            route: put(change_account),
        },
        remove(Accounts, "/accounts/{account}", "Remove an account, its sessions and its tokens", remove_account),
        change(
            Accounts,
            "/accounts/{account}/role",
            "Change what an account may",
            of::<RoleChange>(),
            (200, account()),
            change_role,
        ),
        change(
            Accounts,
            "/accounts/{account}/password",
            "Set a password, which logs every browser of the account out",
            of::<NewPassword>(),
            (200, account()),
            set_password,
        ),
        done("/accounts/{account}/disable", "Disable an account, its sessions and its tokens"),
        Endpoint {
            route: post(enable_account),
            ..done("/accounts/{account}/enable", "Enable an account and its tokens again")
        },
        Endpoint {
            status: 201,
            route: post(make_link),
            ..done("/accounts/{account}/link", "Make a one-time link to choose a password; it is told once")
        },
        remove(Accounts, "/accounts/{account}/sessions", "Log every browser of an account out", end_sessions),
    ]
}

fn on_incidents() -> Vec<Endpoint> {
    use Shape::{List, One};
    use incidents::*;
    let one = || One(of::<IncidentView>());
    vec![
        read("/incidents", "Incidents, newest first", List(of::<IncidentView>()), list).query(&[
            "status",
            "severity",
            "escalation",
            "at",
            "limit",
            "cursor",
        ]),
        change(Respond, "/incidents", "Open an incident by hand", of::<NewIncident>(), (201, one()), open),
        read("/incidents/{incident}", "An incident with its timeline", one(), incidents::one).query(&["at"]),
        change(
            Respond,
            "/incidents/{incident}/acknowledge",
            "Take it",
            of::<Acknowledgement>(),
            (200, one()),
            acknowledge,
        ),
        change(Respond, "/incidents/{incident}/notes", "Write a note", of::<Note>(), (201, one()), note),
        change(
            Respond,
            "/incidents/{incident}/reassign",
            "Give it to another person",
            of::<Reassignment>(),
            (200, one()),
            reassign,
        ),
        change(
            Respond,
            "/incidents/{incident}/severity",
            "Change its severity",
            of::<SeverityChange>(),
            (200, one()),
            change_severity,
        ),
        change(Respond, "/incidents/{incident}/resolve", "Resolve it", of::<Resolution>(), (200, one()), resolve),
        read("/pages", "Pages, newest first", List(of::<pages::PageView>()), pages::list)
            .query(&["incident", "person", "limit", "cursor"]),
        read("/pages/{page}", "A page with its deliveries", One(of::<pages::PageView>()), pages::one),
        change(
            Respond,
            "/pages/{page}/pass-on",
            "\"I cannot\": the next step follows at once",
            of::<pages::PassOn>(),
            (200, One(of::<pages::PageView>())),
            pages::pass_on,
        ),
        read("/deliveries", "The deliveries of an incident", List(of::<pages::DeliveryView>()), pages::deliveries)
            .query(&["incident!", "limit", "cursor"]),
    ]
}

fn on_handoffs() -> Vec<Endpoint> {
    use Shape::{List, Nothing, One};
    use handoffs::*;
    let one = || One(of::<HandoffView>());
    let wish = |path, summary, body, status, route| Endpoint {
        method: "post",
        path,
        summary,
        needs: Needs::May(Respond),
        query: &[],
        body: Some(body),
        status,
        answer: one(),
        route,
    };
    vec![
        read("/handoffs", "Handoffs, newest first", List(of::<HandoffView>()), list).query(&[
            "rota", "standing", "q", "person", "from", "to", "since", "until", "only", "at", "limit", "cursor",
        ]),
        read("/handoffs/figures", "How well each edge is handed over", List(of::<FiguresView>()), figures)
            .query(&["from", "until"]),
        read("/handoffs/{handoff}", "A handoff with its brief", one(), handoffs::one).query(&["at"]),
        wish("/handoffs/{handoff}/notes", "Add an item of one's own", of::<NewNote>(), 201, post(note)),
        wish("/handoffs/{handoff}/items", "Say more about an item", of::<Amendment>(), 200, post(amend)),
        wish("/handoffs/{handoff}/actions", "Add an action, or change one", of::<NewAction>(), 201, post(action)),
        wish("/handoffs/{handoff}/actions/over", "An action is over", of::<ActionOver>(), 200, post(action_over)),
        wish("/handoffs/{handoff}/read", "Say that the brief was read", of::<HaveRead>(), 200, post(have_read)),
        wish("/handoffs/{handoff}/questions", "Ask about an item", of::<NewQuestion>(), 201, post(ask)),
        wish("/handoffs/{handoff}/answers", "Answer a question", of::<NewAnswer>(), 200, post(answer)),
        wish("/handoffs/{handoff}/read-backs", "Read an item back", of::<NewReadBack>(), 200, post(read_back)),
        wish("/handoffs/{handoff}/waivers", "Let an item go without", of::<NewWaiver>(), 200, post(waive)),
        wish("/handoffs/{handoff}/accept", "Take the watch", of::<Acceptance>(), 200, post(accept)),
        wish("/handoffs/{handoff}/refuse", "Not yet, and why", of::<Refusal>(), 200, post(refuse)),
        read("/responsible", "Who is responsible, in the order of paging", List(of::<ResponsibleView>()), responsible)
            .query(&["rota", "at"]),
        change(
            Respond,
            "/incidents/{incident}/promise",
            "Promise the next update",
            of::<NewPromise>(),
            (204, Nothing),
            promise,
        ),
    ]
}

fn on_alerts() -> Vec<Endpoint> {
    use Shape::{List, One};
    use alerts::*;
    vec![
        read("/alerts", "Alerts that fire", List(of::<AlertView>()), list)
            .query(&["filter", "state", "receiver", "at", "limit", "cursor"]),
        read("/alerts/{fingerprint}", "An alert", One(of::<AlertView>()), one).query(&["at"]),
        Endpoint {
            body: None,
            ..change(
                Respond,
                "/alerts/{fingerprint}/resolve",
                "Resolve it, whatever its source says",
                of::<AlertView>(),
                (204, Shape::Nothing),
                resolve,
            )
        },
        read("/silences", "Silences", List(of::<SilenceView>()), silences).query(&["state", "at", "limit", "cursor"]),
        change(Silence, "/silences", "Set a silence", of::<NewSilence>(), (201, One(of::<SilenceView>())), set_silence),
        remove(Silence, "/silences/{silence}", "Expire a silence", expire_silence),
    ]
}

fn on_feeds() -> Vec<Endpoint> {
    use feeds::*;
    let made = (201, Shape::One(of::<FeedView>()));
    vec![
        read("/feeds", "The calendar feeds that the caller may revoke", Shape::List(of::<FeedView>()), list)
            .needs(Needs::May(Feeds)),
        change(Feeds, "/feeds", "Make a calendar feed; its address is told once", of::<NewFeed>(), made, create),
        remove(Feeds, "/feeds/{feed}", "Revoke a calendar feed", revoke),
    ]
}

fn on_rotas() -> Vec<Endpoint> {
    use Shape::{List, One};
    use rotas::*;
    let made = || (201, One(of::<OverrideView>()));
    vec![
        read("/oncall", "Who is on watch", List(of::<ShiftView>()), oncall).query(&["rota", "at"]),
        read("/shifts", "The shifts of a rota in a window", List(of::<ShiftView>()), shifts)
            .query(&["rota!", "from!", "until!", "at"]),
        read("/rotas/{rota}/next", "When who is on watch changes next", One(of::<NextView>()), next_change)
            .query(&["after"]),
        read("/fairness", "Who carries how much of the watch", List(of::<ShareView>()), fairness::fairness)
            .query(&["rota", "team", "from!", "until!"]),
        read(
            "/coverage",
            "Where the ring has holes and overlaps in a window, and why",
            One(of::<coverage::CoverageView>()),
            coverage::coverage,
        )
        .query(&["rota", "from!", "until!"]),
        read("/rotas", "All rotas", List(of::<RotaView>()), rotas::rotas),
        read("/rotas/{rota}/overrides", "The overrides of a rota", List(of::<OverrideView>()), overrides),
        change(
            Override,
            "/rotas/{rota}/overrides",
            "Change who is on watch for a while",
            of::<NewOverride>(),
            made(),
            add_override,
        ),
        remove(Override, "/rotas/{rota}/overrides/{override}", "Take an override back", remove_override),
        read("/estate", "The estate in force, and what was refused", One(of::<estate::EstateView>()), estate::estate),
        read("/journal", "The journal's entries, oldest first", List(of::<estate::EntryView>()), estate::journal)
            .query(PAGED),
    ]
}
