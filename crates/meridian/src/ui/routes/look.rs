//! Pages that are only looked at, the search, and preferences.

use std::convert::Infallible;

use super::{Fields, own_path, palette::search};
use crate::serve::{chains::Chains, past::PastError};
use crate::ui::{
    pages::{self, found},
    parts::{Clock, Reading},
    read::{self, Lens},
    shell::{Shell, Theme},
    view::{FindView, alert::AlertsTab, control::Moment},
    visitor::{Member, Visitor, wants_html},
};
use axum::{
    Form,
    extract::{FromRequestParts, Query},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use meridian_core::Instant;

/// What an address asks for. What it says wrong is as if it said nothing: an address is typed by people, too.
#[derive(Debug, Default)]
pub struct Wanted {
    pub q: String,
    pub state: String,
    pub page: Option<usize>,
    pub before: Option<u64>,
    pub from: Option<String>,
    pub span: String,
    pub rota: Option<String>,
    /// Another moment than now.
    pub at: Option<Instant>,
    pub token: Option<String>,
    pub theme: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Wanted, Infallible> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_or_else(|_| Vec::new(), |sent| sent.0);
        let get = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
        let number = |name: &str| get(name).and_then(|text| text.parse().ok());
        Ok(Wanted {
            q: get("q").unwrap_or_default(),
            state: get("state").unwrap_or_default(),
            page: number("page").and_then(|page| usize::try_from(page).ok()),
            before: number("before"),
            from: get("from"),
            rota: get("rota"),
            token: get("token"),
            theme: get("theme"),
            at: get("at").and_then(|text| text.parse().ok()),
            span: get("span").unwrap_or_default(),
        })
    }
}

pub async fn control(Member(v): Member, wanted: Wanted) -> Response {
    let (rota, chains) = (wanted.rota.as_deref(), &v.house.chains);
    let Some(at) = wanted.at.filter(|at| *at != v.now) else {
        return v.ok(|shell, lens| pages::control(shell, &read::control(lens, &shell.clock, rota, None, chains)));
    };
    if at > v.now {
        let moment = Moment::Ahead { at, now: v.now };
        return v.ok(|shell, lens| as_at(shell, lens, rota, moment, chains));
    }
    match v.house.at(at).await {
        Ok(past) => v.ok(|shell, lens| as_at(shell, &Lens { world: &past, ..*lens }, rota, Moment::Past(at), chains)),
        Err(PastError::Busy) => v.oops(StatusCode::SERVICE_UNAVAILABLE, "Not now", &format!("{}.", PastError::Busy)),
        Err(why) => v.oops(StatusCode::NOT_FOUND, "That moment can't be shown", &format!("At {at}: {why}.")),
    }
}

/// The room at another moment. Its counts are of then, too; only the head says when this was looked at.
fn as_at(shell: &Shell, lens: &Lens<'_>, rota: Option<&str>, moment: Moment, chains: &Chains) -> maud::Markup {
    let lens = Lens { now: moment.at(), ..*lens };
    let counts = if matches!(moment, Moment::Past(_)) { lens.counts() } else { shell.counts };
    let shell = Shell { moment: Some(moment), counts, ..shell.clone() };
    let clock = Clock { now: moment.at(), ..shell.clock.clone() };
    pages::control(&shell, &read::control(&lens, &clock, rota, Some(moment), chains))
}

pub async fn alerts(Member(v): Member, wanted: Wanted) -> Response {
    let tab = AlertsTab::ALL.into_iter().find(|tab| tab.word() == wanted.state).unwrap_or_default();
    v.ok(|shell, lens| pages::alerts(shell, &read::alerts(lens, tab, wanted.q.trim(), wanted.page.unwrap_or(1))))
}

pub async fn pages(Member(v): Member, wanted: Wanted) -> Response {
    v.ok(|shell, lens| pages::recent(shell, &read::pages(lens, wanted.before)))
}

pub async fn coverage(Member(v): Member, wanted: Wanted) -> Response {
    let from = wanted.from.as_deref().and_then(|from| from.parse().ok());
    v.ok(|shell, lens| pages::coverage(shell, &read::coverage(lens, from, &shell.clock)))
}

pub async fn rotas(Member(v): Member) -> Response {
    v.ok(|shell, lens| pages::rotas(shell, &read::rotas(lens)))
}

pub async fn people(Member(v): Member) -> Response {
    v.ok(|shell, lens| pages::people(shell, &read::people(lens)))
}

pub async fn estate(Member(v): Member) -> Response {
    let name = v.house.settings.name.clone();
    v.ok(|shell, lens| pages::estate(shell, &read::estate(lens, &name)))
}

/// So many entries are read for one page; those too small to tell are passed over.
const JOURNAL_PAGE: u64 = 100;

pub async fn journal(Member(v): Member, wanted: Wanted) -> Response {
    let newest = v.house.keeper.world().seq();
    let end = wanted.before.map_or(newest, |before| before.saturating_sub(1)).min(newest);
    let begin = end.saturating_sub(JOURNAL_PAGE - 1).max(1);
    let limit = usize::try_from(end + 1 - begin.min(end + 1)).unwrap_or_default();
    let sealed = match v.house.journal.read(begin, limit).await {
        Ok(sealed) => sealed,
        Err(error) => {
            return v.oops(StatusCode::SERVICE_UNAVAILABLE, "The journal can't be read now", &error.to_string());
        }
    };
    let entries: Vec<_> = sealed.iter().filter_map(|one| meridian_core::journal::open(one).ok()).collect();
    let newest = sealed.last().filter(|_| wanted.before.is_none());
    let head = newest.map(|last| String::from(last.hash).chars().take(16).collect()).unwrap_or_default();
    v.ok(|shell, lens| {
        let older = (begin > 1).then_some(begin);
        pages::journal(shell, &read::journal(lens, entries.iter().rev(), wanted.before.is_some(), older, head))
    })
}

pub async fn find(Member(v): Member, wanted: Wanted) -> Response {
    let query = wanted.q.trim().to_lowercase();
    v.ok(|shell, lens| {
        let view = FindView { found: search(lens, shell.responds(), &query), query: wanted.q.clone() };
        if v.is_live() {
            maud::html! { div #found { (found(&shell.csrf, &view)) } }
        } else {
            pages::find(shell, &view)
        }
    })
}

/// Kept in the browser: these are about how a page looks, not about what it says.
pub async fn preferences(v: Visitor, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    let mut response = if v.is_live() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to(own_path(fields.get("back"))).into_response()
    };
    let chosen = [
        ("reading", Reading::parse(fields.get("reading")).map(Reading::word)),
        ("theme", Some(Theme::parse(fields.get("theme"))).filter(|t| *t != Theme::System).map(Theme::word)),
    ];
    for (name, word) in chosen {
        if let Some(Ok(value)) =
            word.map(|w| HeaderValue::from_str(&format!("{name}={w}; Path=/; Max-Age=31536000; SameSite=Lax")))
        {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

pub async fn nothing_here(v: Visitor) -> Response {
    let path: String = v.uri.path().chars().take(120).collect();
    if v.headers.contains_key(header::ACCEPT) && !wants_html(&v.headers) {
        return (StatusCode::NOT_FOUND, format!("there is nothing at {path}\n")).into_response();
    }
    v.oops(StatusCode::NOT_FOUND, "There is no such page", &format!("Nothing is at {path}."))
}
