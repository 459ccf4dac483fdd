//! Whatever is asked, a wrong question is the asker's fault: never a 500, never a panic.
//!
//! This reaches every parser between the socket and the keeper: paths, queries, filters, cursors, instants, cookies,
//! tokens, links, forms and bodies, each behind the door that guards it.

use std::{cell::RefCell, collections::BTreeSet};

use axum::http::{HeaderName, HeaderValue};
use meridian_core::access::AccountRole;
use proptest::{prelude::*, sample::select};

use super::{
    super::endpoints::endpoints,
    house::{Asked, Mock},
};
use crate::serve::Intake;

/// Paths outside the API's table; `{}` becomes anything.
const PATHS: [&str; 33] = [
    "/",
    "/incidents",
    "/incidents/{}",
    "/alerts",
    "/silences",
    "/silences/new",
    "/pages",
    "/rotas",
    "/rotas/{}",
    "/people",
    "/chains",
    "/chains/{}",
    "/chains/find",
    "/chains/{}/find",
    "/estate",
    "/journal",
    "/find",
    "/wall",
    "/ack/{}",
    "/pass/{}",
    "/answer/{}",
    "/login",
    "/setup",
    "/tokens",
    "/assets/{}/{}",
    "/api/v2/alerts",
    "/api/v2/alerts/groups",
    "/api/v2/silences",
    "/api/v2/silence/{}",
    "/hooks/alertmanager",
    "/v2/enqueue",
    "/incidents/{}/note",
    "/rotas/{}/overrides",
];

const PARAMETERS: [&str; 25] = [
    "filter", "receiver", "active", "silenced", "limit", "cursor", "state", "severity", "rota", "at", "from", "until",
    "to", "q", "incident", "page", "sort", "group", "token", "next", "label", "week", "after", "before", "key",
];

/// Any text, and near misses of what is expected.
fn text() -> impl Strategy<Value = String> {
    let near = [
        "1",
        "0",
        "-1",
        "18446744073709551615",
        "2026-03-08T06:55:00Z",
        "9999-12-31T23:59:59Z",
        "-009999-01-01",
        "a=\"b\"",
        "{a=~\"(\"}",
        "payments",
        "wen",
        "true",
        "P400Y",
        "00000000000000ff",
        "\0",
        "é",
        "SEV1",
        "open",
        "%",
    ];
    prop_oneof![
        select(near.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[0-9:TZ.+-]{0,24}",
        "[a-z=~!\"{}]{0,16}"
    ]
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

prop_compose! {
    fn target()(
        path in select(PATHS.iter().map(|path| (*path).to_owned())
            .chain(endpoints().iter().map(|endpoint| format!("/api/v1{}", endpoint.path)))
            .filter(|path| path != "/api/v1/session" && path != "/api/v1/setup").collect::<Vec<_>>()),
        segments in prop::collection::vec(text(), 3),
        query in prop::collection::vec((select(PARAMETERS.to_vec()), text()), 0..4),
    ) -> String {
        let mut segments = segments.into_iter().map(|text| if text.is_empty() { "x".to_owned() } else { escaped(&text) });
        let filled: Vec<String> = path.split('/')
            .map(|part| if part.starts_with('{') { segments.next().unwrap_or_default() } else { part.to_owned() })
            .collect();
        let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={}", escaped(&value))).collect();
        format!("{}?{}", filled.join("/"), query.join("&"))
    }
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let fields = ["until", "person", "text", "matchers", "severity", "labels", "alerts", "payload", "title", "role"];
    let object = prop::collection::vec((select(fields.to_vec()), text()), 0..5).prop_map(|fields| {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value:?}")).collect();
        format!("{{{}}}", pairs.join(",")).into_bytes()
    });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..60), object, text().prop_map(String::into_bytes)]
}

#[test]
fn nothing_that_is_asked_is_a_fault_of_ours() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mock, admin) = runtime.block_on(async {
        let mock = Mock::new(Intake::Open).await;
        let admin = mock.session("ana", AccountRole::Admin).await;
        (mock, admin)
    });
    let headers = (prop::option::of(".{0,40}"), prop::option::of("(theme|zone|reading|flash|meridian)=.{0,30}"));
    let asked = (target(), select(vec!["get", "get", "post", "delete"]), body(), any::<bool>(), headers);
    let seen = RefCell::new(BTreeSet::new());
    proptest!(ProptestConfig::with_cases(1_500), |((path, method, body, knows, (bearer, cookies)) in asked)| {
        let mut asked = if knows { admin.clone() } else { Asked::default() };
        for (name, value) in [("authorization", bearer.filter(|_| !knows)), ("cookie", cookies.filter(|_| !knows))] {
            let value = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
            asked.0.extend(value.map(|value| (HeaderName::from_static(name), value)));
        }
        let (status, _, answer) = runtime.block_on(mock.send(&asked, method, &path, body));
        let said = String::from_utf8_lossy(&answer).into_owned();
        seen.borrow_mut().insert(status.as_u16());
        prop_assert!(!status.is_server_error(), "{} {}: {} {}", method, path, status, said);
    });
    // Not all were turned away at the door.
    let expected = [200, 400, 401, 404];
    let missing: Vec<_> = expected.iter().filter(|status| !seen.borrow().contains(*status)).collect();
    assert!(missing.is_empty(), "never answered: {missing:?}");
}
