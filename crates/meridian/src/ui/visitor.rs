//! Who looks at a page, and how they like it: the session, the preferences, the frame made of both.

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use jiff::tz::TimeZone;
use maud::Markup;
use meridian_core::{
    Instant, World,
    access::{Action, Principal, may},
    id::{Actor, Name},
};

use super::{
    pages,
    parts::{Clock, Reading, list::Tone},
    read::{self, Lens},
    shell::{Reader, Shell, Theme},
    view::OopsView,
};
use crate::{
    api::Caller,
    serve::{AskError, House},
};

/// Nothing of ours needs an inline script or style, and nobody may put our pages into a frame.
const CONTENT_SECURITY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whoever asks for a page, known or not.
pub struct Visitor {
    pub house: House,
    pub principal: Principal,
    pub headers: HeaderMap,
    pub uri: Uri,
    pub now: Instant,
    pub caller: Caller,
}

/// A visitor who may read; others are led to the login.
pub struct Member(pub Visitor);

impl FromRequestParts<House> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Visitor, Response> {
        let caller = Caller::from_request_parts(parts, house).await.map_err(IntoResponse::into_response)?;
        let (headers, uri, now) = (parts.headers.clone(), parts.uri.clone(), house.clock.now());
        Ok(Visitor { house: house.clone(), principal: caller.principal.clone(), caller, headers, uri, now })
    }
}

impl FromRequestParts<House> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Member, Response> {
        let visitor = Visitor::from_request_parts(parts, house).await?;
        if may(&visitor.principal, Action::Read) {
            return Ok(Member(visitor));
        }
        if visitor.is_live() {
            return Err(StatusCode::UNAUTHORIZED.into_response());
        }
        let next = pages::percent(parts.uri.path_and_query().map_or("/", |p| p.as_str()));
        Err(Redirect::to(&format!("/login?next={next}")).into_response())
    }
}

/// A browser that goes to a page, rather than a program.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|accept| accept.as_bytes().windows(9).any(|w| w == b"text/html"))
}

/// A layer around everything: where a program gets its problem as JSON or plain words, a person who looks at pages gets
/// one. Whatever refused the request, and a panic no less.
pub async fn for_browsers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let page = !["/api/", "/-/", "/v2/"].iter().any(|begin| path.starts_with(begin));
    let asked = page && wants_html(request.headers()) && !request.headers().contains_key("x-live");
    let theme = Theme::parse(cookie(request.headers(), "theme").unwrap_or_default());
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let status = response.status();
    if !asked || !(status.is_client_error() || status.is_server_error()) || kind.starts_with(b"text/html") {
        return response;
    }
    let problem = kind.starts_with(b"application/problem+json");
    let (head, body) = response.into_parts();
    let said = axum::body::to_bytes(body, 64 * 1024).await.unwrap_or_default();
    let why = if problem { detail(&said) } else { String::from_utf8_lossy(&said).into_owned() };
    let number = head.headers.get("x-request-id").and_then(|number| number.to_str().ok());
    let view = OopsView {
        status: status.as_u16(),
        title: status.canonical_reason().unwrap_or("This did not work").into(),
        why: match number.filter(|_| status.is_server_error() && !why.contains("log")) {
            Some(number) => format!("{why} The server's log tells more at {number}."),
            None => why,
        },
        href: "/".into(),
        link: "The control room".into(),
    };
    let mut page = (status, markup_response(pages::oops_bare(theme, &view))).into_response();
    for (name, value) in head.headers.iter().filter(|(name, _)| !CONTENT_HEADERS.contains(name)) {
        page.headers_mut().append(name, value.clone());
    }
    page
}

/// What belongs to the answer that the page stands in for.
const CONTENT_HEADERS: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::CACHE_CONTROL];

/// The words of a problem, as a sentence.
fn detail(problem: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(problem).unwrap_or_default();
    let detail = json["detail"].as_str().unwrap_or_default();
    let mut chars = detail.chars();
    let begin: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if detail.is_empty() || detail.ends_with('.') { "" } else { "." };
    format!("{begin}{}{end}", chars.as_str())
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// `%20` and the like undone; what is no UTF-8 then is nothing.
pub fn unpercent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |b: &u8| (*b as char).to_digit(16);
        let (high, low) = (rest.next().and_then(digit)?, rest.next().and_then(digit)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

impl Visitor {
    /// The script asks for fresh regions of a page that stands open.
    pub fn is_live(&self) -> bool {
        self.headers.contains_key("x-live")
    }

    pub fn theme(&self) -> Theme {
        Theme::parse(cookie(&self.headers, "theme").unwrap_or_default())
    }

    pub fn lens<'a>(&'a self, world: &'a World) -> Lens<'a> {
        Lens { world, now: self.now, me: self.principal.person() }
    }

    /// The zone that "mine" means: that of the person's site, else the browser's.
    pub fn mine(&self, world: &World) -> TimeZone {
        let browser = cookie(&self.headers, "zone").and_then(unpercent).and_then(|name| TimeZone::get(&name).ok());
        read::zone_of_reader(&self.lens(world), &browser.unwrap_or(TimeZone::UTC))
    }

    pub fn clock(&self, world: &World) -> Clock {
        let reading = cookie(&self.headers, "reading").and_then(Reading::parse).unwrap_or_default();
        Clock { now: self.now, reading, mine: self.mine(world), site: self.lens(world).watch_zone() }
    }

    pub fn shell(&self, world: &World) -> Shell {
        let path = self.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let display_name = match &self.principal {
            Principal::Session { account, .. } => {
                world.access.account(account.as_str()).map_or_else(|| account.to_string(), |a| a.display_name.clone())
            }
            _ => "Demo".to_owned(),
        };
        let known = self.principal != Principal::Anonymous;
        Shell {
            clock: self.clock(world),
            estate: self.house.settings.name.clone(),
            reader: known.then(|| Reader {
                display_name,
                responds: may(&self.principal, Action::Respond),
                administers: may(&self.principal, Action::Tokens),
                own_account: may(&self.principal, Action::OwnAccount),
            }),
            theme: self.theme(),
            csrf: self.caller.csrf().to_owned(),
            counts: self.lens(world).counts(),
            flash: if self.is_live() { None } else { self.flash() },
            refused: world.estate_in_force().refused.as_ref().map(|refused| refused.at),
            path,
            moment: None,
        }
    }

    fn flash(&self) -> Option<(Tone, String)> {
        let text = unpercent(cookie(&self.headers, "flash")?)?;
        let (tone, text) = text.split_once('|')?;
        let tone = match tone {
            "bad" => Tone::Bad,
            _ => Tone::Good,
        };
        Some((tone, text.to_owned()))
    }

    /// May the visitor do this, by a form of ours? Then as whom.
    pub fn act(&self, action: Action, csrf: &str) -> Result<Actor, Box<Response>> {
        if let Err(stale) = self.caller.check_form(csrf) {
            return Err(Box::new(self.oops(StatusCode::FORBIDDEN, "Nothing was changed", &stale.detail)));
        }
        if !may(&self.principal, action) {
            let why = format!("This account may not {}. An admin can change that.", action.word());
            return Err(Box::new(self.oops(StatusCode::FORBIDDEN, "This is not yours to do", &why)));
        }
        Ok(self.principal.actor())
    }

    /// The name under which the visitor answers for something.
    pub fn name(&self) -> Option<Name> {
        match &self.principal {
            Principal::Session { account, person, .. } => Some(person.clone().unwrap_or_else(|| account.clone())),
            Principal::Demo => "demo".parse().ok(),
            _ => None,
        }
    }

    pub fn page(&self, status: StatusCode, markup: Markup) -> Response {
        let mut response = (status, markup_response(markup)).into_response();
        if !self.is_live() && cookie(&self.headers, "flash").is_some() {
            response
                .headers_mut()
                .append(header::SET_COOKIE, HeaderValue::from_static("flash=; Path=/; Max-Age=0; SameSite=Lax"));
        }
        response
    }

    pub fn ok(&self, render: impl FnOnce(&Shell, &Lens<'_>) -> Markup) -> Response {
        let world = self.house.keeper.world();
        let markup = render(&self.shell(&world), &self.lens(&world));
        drop(world);
        self.page(StatusCode::OK, markup)
    }

    pub fn oops(&self, status: StatusCode, title: &str, why: &str) -> Response {
        let view = OopsView {
            status: status.as_u16(),
            title: title.into(),
            why: why.into(),
            href: "/".into(),
            link: "The control room".into(),
        };
        let markup = if may(&self.principal, Action::Read) {
            pages::oops(&self.shell(&self.house.keeper.world()), &view)
        } else {
            pages::oops_bare(self.theme(), &view)
        };
        self.page(status, markup)
    }

    /// Back to a page of ours, with a word about what came of it.
    pub fn back(&self, to: &str, tone: Tone, said: &str) -> Response {
        let mark = if tone == Tone::Bad { "bad" } else { "good" };
        let said: String = said.chars().take(300).collect();
        let value =
            format!("flash={}; Path=/; Max-Age=60; SameSite=Lax; HttpOnly", pages::percent(&format!("{mark}|{said}")));
        let mut response = Redirect::to(to).into_response();
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }

    /// What a refusal of the keeper means to whoever pressed the button.
    pub fn refused(&self, to: &str, error: &AskError) -> Response {
        match error {
            AskError::Refused(refusal) => self.back(to, Tone::Bad, &format!("Nothing was changed: {refusal}.")),
            AskError::Unavailable { why, .. } => {
                self.oops(StatusCode::SERVICE_UNAVAILABLE, "Not now", &format!("{why}. Try again in a moment."))
            }
        }
    }
}

/// HTML with the headers that all our pages have.
pub fn markup_response(markup: Markup) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, markup.into_string()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::{Request, StatusCode, header},
        middleware::from_fn,
        routing::{get, post},
    };
    use tower::ServiceExt;

    use super::{super::pages::percent, for_browsers, unpercent};
    use crate::api::Problem;

    #[tokio::test]
    async fn people_get_pages_and_programs_get_problems() {
        let problem = || async { Problem::new(StatusCode::FORBIDDEN, "not <you>") };
        let router = Router::new()
            .route("/page", get(problem))
            .route("/api/x", get(problem))
            .route("/form", post(async || "taken"))
            .layer(from_fn(for_browsers));
        let check = async |path: &str, accept: &str, status: u16, kind: &str, says: &str| {
            let request = Request::get(path).header(header::ACCEPT, accept).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path}");
            let found = response.headers().get(header::CONTENT_TYPE).map_or("", |v| v.to_str().unwrap()).to_owned();
            assert!(found.starts_with(kind), "{path} for {accept}: {found}");
            let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains(says), "{path} for {accept}: {body}");
        };
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        check("/page", browser, 403, "text/html", "Not &lt;you&gt;.").await;
        check("/page", "application/json", 403, "application/problem+json", "not <you>").await;
        check("/api/x", browser, 403, "application/problem+json", "not <you>").await;
        check("/form", browser, 405, "text/html", "Method Not Allowed").await;
    }

    #[test]
    fn what_is_encoded_comes_back() {
        for text in ["", "Asia/Hong_Kong", "good|“seen”, 100%", "\0\n"] {
            assert_eq!(unpercent(&percent(text)).as_deref(), Some(text));
        }
        for broken in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(unpercent(broken), None);
        }
    }
}
