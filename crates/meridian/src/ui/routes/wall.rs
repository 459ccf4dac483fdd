//! The wall display: opened once with a token that may only read, which its browser then keeps.

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use meridian_core::access::{Action, Principal, Scope, may};

use super::{live::stream, look::Wanted};
use crate::{
    api::auth::by_token,
    serve::House,
    ui::{
        pages,
        read::{self, Lens},
        shell::Theme,
        visitor::{Visitor, cookie, markup_response},
    },
};

/// Its own cookie, sent to the wall's addresses alone: a display is nobody's login.
const COOKIE: &str = "wall";

pub fn router() -> Router<House> {
    Router::new().route("/wall", get(show)).route("/wall/live", get(live))
}

async fn show(v: Visitor, wanted: Wanted) -> Response {
    let theme = wanted.theme.as_deref().map_or(v.theme(), Theme::parse);
    // A room is dark more often than not.
    let theme = if theme == Theme::System { Theme::Dark } else { theme };
    if let Some(token) = &wanted.token {
        return if reads_only(token, &v.house) { keep(&v, token) } else { closed(theme) };
    }
    if !let_in(&v) {
        return closed(theme);
    }
    let world = v.house.keeper.world();
    let lens = Lens { me: None, ..v.lens(&world) };
    let view = read::wall(&lens, &v.clock(&world), &v.house.settings.name, wanted.rota.as_deref());
    drop(world);
    markup_response(pages::wall(theme, &view)).into_response()
}

async fn live(v: Visitor, State(house): State<House>) -> Response {
    if let_in(&v) { stream(&house) } else { StatusCode::UNAUTHORIZED.into_response() }
}

/// A login that may read is enough; else the display's own token, for as long as it lives.
fn let_in(v: &Visitor) -> bool {
    may(&v.principal, Action::Read) || cookie(&v.headers, COOKIE).is_some_and(|token| reads_only(token, &v.house))
}

/// What hangs in a room, in an address and in a browser for months must not be able to do anything.
fn reads_only(token: &str, house: &House) -> bool {
    matches!(by_token(token, house), Some(Principal::Token { scopes, .. }) if scopes == [Scope::Read])
}

/// The token leaves the address, so that nobody reads it off the screen.
fn keep(v: &Visitor, token: &str) -> Response {
    let secure = if v.house.settings.external_url.starts_with("https://") { "; Secure" } else { "" };
    let value = format!("{COOKIE}={token}; Path=/wall; Max-Age=31536000; HttpOnly; SameSite=Strict{secure}");
    let mut response = Redirect::to("/wall").into_response();
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn closed(theme: Theme) -> Response {
    (StatusCode::UNAUTHORIZED, markup_response(pages::wall_closed(theme))).into_response()
}

#[cfg(test)]
mod tests {
    use meridian_core::access::{AccountRole, Scope};

    use crate::{
        api::tests::house::{Asked, Mock},
        serve::Intake,
    };

    #[tokio::test]
    async fn a_display_is_let_in_by_what_may_only_read() {
        let mock = Mock::new(Intake::Token).await;
        let get = async |asked: &Asked, path: &str| {
            let (status, headers, body) = mock.send(asked, "get", path, Vec::new()).await;
            let kept = headers.get("set-cookie").map_or("", |value| value.to_str().unwrap()).to_owned();
            (status.as_u16(), kept, String::from_utf8(body).unwrap())
        };
        let nobody = Asked::default();
        let check = async |asked: &Asked, path: &str, status: u16, says: &str| {
            let (found, kept, body) = get(asked, path).await;
            assert_eq!(found, status, "{path}: {body}");
            assert!(kept.is_empty() && body.contains(says), "{path}: {kept} {body}");
        };
        check(&nobody, "/wall", 401, "not let in").await;
        check(&nobody, "/wall?token=mrd_wrong", 401, "not let in").await;
        check(&mock.session("ada", AccountRole::Viewer).await, "/wall", 200, "Wall display").await;
        for (name, scopes) in [("all", vec![Scope::Admin]), ("two", vec![Scope::Read, Scope::Respond])] {
            let secret = mock.secret(name, &scopes).await;
            check(&nobody, &format!("/wall?token={secret}"), 401, "not let in").await;
            check(&nobody.clone().header("cookie", &format!("wall={secret}")), "/wall", 401, "not let in").await;
        }
        let secret = mock.secret("lobby", &[Scope::Read]).await;
        let (status, kept, _) = get(&nobody, &format!("/wall?token={secret}")).await;
        assert_eq!(status, 303, "the token leaves the address");
        assert!(kept.starts_with(&format!("wall={secret}; Path=/wall;")) && kept.contains("HttpOnly"), "{kept}");
        let display = nobody.clone().header("cookie", &format!("wall={secret}"));
        check(&display, "/wall", 200, "Wall display").await;
        // It opens the wall, and nothing else.
        assert_eq!(get(&display, "/").await.0, 303);
        assert_eq!(get(&display, "/api/v1/incidents").await.0, 401);
    }
}
