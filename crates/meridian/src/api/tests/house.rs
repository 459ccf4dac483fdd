//! A whole house for tests: a journal in memory, the bank's estate, no sockets.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Request, StatusCode},
};
use http_body_util::BodyExt;
use meridian_core::{
    Command, Instant,
    access::{AccountRole, Scope},
    id::{Actor, Name},
};
use meridian_store::{Journal, MemoryJournal};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tower::ServiceExt;

use crate::{
    api::auth,
    clock::Clock,
    serve::{
        House, Intake, Keeper, Settings,
        chains::{Chains, Kept},
        estate, run,
    },
};

pub struct Mock {
    pub house: House,
    pub router: Router,
    pub journal: Arc<MemoryJournal>,
    /// Where the checkpoint log goes.
    _directory: tempfile::TempDir,
    _stop: oneshot::Sender<()>,
    _stop_chains: oneshot::Sender<()>,
}

/// What a request brings beside its body. A later header of the same name takes the place of the earlier.
#[derive(Clone, Default)]
pub struct Asked(pub(super) Vec<(HeaderName, HeaderValue)>);

impl Asked {
    pub fn header(mut self, name: &'static str, value: &str) -> Asked {
        let name = HeaderName::from_static(name);
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.parse().unwrap()));
        self
    }
}

fn bank() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bank")
}

impl Mock {
    pub async fn new(intake: Intake) -> Mock {
        Mock::on(Arc::new(MemoryJournal::new()), intake).await
    }

    /// The house that starts after another one ended on the same journal.
    pub async fn on(journal: Arc<MemoryJournal>, intake: Intake) -> Mock {
        let mock = Mock::begin(journal, "2026-11-23T03:00:00Z".parse().unwrap(), intake).await;
        let estate::Read::Good { files, digest } = estate::read(&bank()) else { panic!("the bank's estate is broken") };
        mock.house.keeper.ask(Actor::System, Command::LoadEstate { files, digest }).await.unwrap();
        mock
    }

    /// A house without an estate, at this instant.
    pub async fn empty(now: Instant, intake: Intake) -> Mock {
        Mock::begin(Arc::new(MemoryJournal::new()), now, intake).await
    }

    async fn begin(journal: Arc<MemoryJournal>, now: Instant, intake: Intake) -> Mock {
        let lease = journal.acquire("test").await.unwrap();
        let clock = Clock::simulated(now, 1.0);
        let (outbox, _) = mpsc::unbounded_channel();
        let shared: Arc<dyn Journal> = journal.clone();
        let (keeper, task) = Keeper::begin(shared.clone(), lease, clock.clone(), outbox).await.unwrap();
        let (_stop, stopped) = oneshot::channel();
        tokio::spawn(task.run(stopped));
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings {
            listen: "127.0.0.1:9094".parse().unwrap(),
            data: directory.path().into(),
            estate: bank(),
            name: "bank".into(),
            external_url: "http://meridian.test".into(),
            intake,
            tls: None,
            public_targets_only: false,
            checkpoints: Default::default(),
            trusted_proxies: vec!["192.0.2.0/24".parse().unwrap()],
            demo: false,
        };
        let (reload, _) = mpsc::channel(1);
        let (chains, chains_task) =
            Chains::begin(settings.checkpoint_log(), Kept::default(), keeper.clone(), clock.clone());
        let (_stop_chains, stopped) = oneshot::channel();
        tokio::spawn(chains_task.run(stopped));
        let house = House::new(keeper, clock, shared, settings, [7; 32], reload, chains);
        house.keeper.ask(Actor::System, Command::Start { version: "test".into() }).await.unwrap();
        Mock { router: run::router(house.clone()), house, journal, _directory: directory, _stop, _stop_chains }
    }

    /// Logs an account in without the slow hash.
    pub async fn session(&self, account: &str, role: AccountRole) -> Asked {
        if self.house.keeper.world().access.is_empty() && role != AccountRole::Admin {
            self.account("root", AccountRole::Admin).await;
        }
        self.account(account, role).await;
        let drawn = auth::draw_session().unwrap();
        let hash = drawn.hash.clone();
        let command = Command::OpenSession { hash, account: account.parse().unwrap(), until: Instant::MAX };
        self.house.keeper.ask(Actor::System, command).await.unwrap();
        let asked = Asked::default().header("cookie", &format!("a=b; meridian={}", drawn.secret));
        let (_, me) = self.ask(&asked, "get", "/api/v1/me", "").await;
        asked.header("x-csrf-token", me["csrf"].as_str().expect("a CSRF token"))
    }

    async fn account(&self, account: &str, role: AccountRole) {
        let account: Name = account.parse().unwrap();
        let (display_name, password_hash) = (account.to_string(), "$argon2id$none".to_owned());
        let command = Command::CreateAccount { account, display_name, password_hash, role, person: None, first: false };
        self.house.keeper.ask(Actor::System, command).await.unwrap();
    }

    pub async fn token(&self, token: &str, scopes: &[Scope]) -> Asked {
        Asked::default().header("authorization", &format!("Bearer {}", self.secret(token, scopes).await))
    }

    pub async fn secret(&self, token: &str, scopes: &[Scope]) -> String {
        let auth::Drawn { secret, hash, prefix } = auth::draw_token().unwrap();
        let (token, scopes, created_by) = (token.parse().unwrap(), scopes.to_vec(), "root".to_owned());
        let command = Command::CreateToken { token, hash, prefix, scopes, created_by, expires: None };
        self.house.keeper.ask(Actor::System, command).await.unwrap();
        secret
    }

    /// The status and the JSON of the answer; `null` where there is none.
    pub async fn ask(&self, asked: &Asked, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let (status, _, bytes) = self.send(asked, method, path, body.to_owned().into_bytes()).await;
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub async fn send(
        &self,
        asked: &Asked,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
        if !asked.0.iter().any(|(name, _)| name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &asked.0 {
            request = request.header(name, value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }
}
