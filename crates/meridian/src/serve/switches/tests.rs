//! A whole switch over HTTP: real checkpoints, real programs, a real address that is posted to.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, routing::post};
use meridian_core::{
    Command,
    access::{AccountRole, Scope},
    estate::SourceFile,
    id::{Actor, SwitchId},
    switch::{Deed, RunOutcome},
};
use meridian_store::{Journal, MemoryJournal};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::{Runner, Task};
use crate::{
    api::tests::house::{Asked, Mock},
    serve::Intake,
};

/// The chain of the tests. Every action appends what it was told to a file; `of_a` and `extra` say more.
fn estate(directory: &Path, of_a: &str, of_b: &str, extra: &str) -> SourceFile {
    let said = directory.join("said").display().to_string();
    let script = |what: &str| {
        format!(
            "command: [sh, -c, 'echo {what} $MERIDIAN_KEY $MERIDIAN_DRY_RUN $MERIDIAN_FROM $MERIDIAN_TO >> {said}; echo done']"
        )
    };
    let text = format!(
        "apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: wires }}\nspec:\n  hops: [{{ name: office }}, {{ name: mq-a }}, \
         {{ name: line-a }}, {{ name: line-b }}, {{ name: fed, organisation: Fed }}]\n  routes:\n  - {{ name: a, hops: [office, mq-a, \
         line-a, fed], fence: [{{ name: stop, {}, dryRun: true }}, {{ name: revoke, {} }}]{of_a} }}\n  - {{ name: b, hops: [office, \
         line-b, fed], standby: true{of_b} }}\n  switch: {{ drain: 10m, authority: Fed{extra} }}\n",
        script("stop"),
        script("revoke"),
    );
    SourceFile { path: "chains.yaml".into(), text }
}

struct House {
    mock: Mock,
    directory: tempfile::TempDir,
    _stop: oneshot::Sender<()>,
}

/// The runner speaks HTTP, and the process's TLS provider has to be there for that.
fn runner() -> Runner {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Runner::real(false).unwrap()
}

async fn house(of_a: &str, of_b: &str, extra: &str) -> House {
    let mock = Mock::empty("2026-11-23T03:00:00Z".parse().unwrap(), Intake::Open).await;
    let directory = tempfile::tempdir().unwrap();
    let file = estate(directory.path(), of_a, of_b, extra);
    let command = Command::LoadEstate { files: vec![file], digest: "1".into() };
    mock.house.keeper.ask(Actor::System, command).await.unwrap();
    let (_stop, stopped) = oneshot::channel();
    tokio::spawn(Task::new(mock.house.clone(), runner()).run(stopped));
    House { mock, directory, _stop }
}

impl House {
    async fn ok(&self, asked: &Asked, path: &str, body: &Value) -> Value {
        let (status, answer) = self.mock.ask(asked, "post", path, &body.to_string()).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    async fn refused(&self, asked: &Asked, path: &str, body: &Value) -> String {
        let (status, answer) = self.mock.ask(asked, "post", path, &body.to_string()).await;
        assert!(status.is_client_error(), "{path}: {status} {answer}");
        answer["detail"].as_str().unwrap_or_default().to_owned()
    }

    async fn get(&self, asked: &Asked, path: &str) -> String {
        let (status, _, body) = self.mock.send(asked, "get", path, Vec::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&body));
        String::from_utf8(body).unwrap()
    }

    /// How it stands, once this holds.
    async fn until(&self, asked: &Asked, is: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..1000 {
            let (_, switch) = self.mock.ask(asked, "get", "/api/v1/switches/1", "").await;
            if is(&switch) {
                return switch;
            }
            self.mock.house.clock.sleep(jiff::SignedDuration::from_millis(10)).await;
        }
        panic!("{:#}", self.mock.ask(asked, "get", "/api/v1/switches/1", "").await.1)
    }

    async fn report(&self, lines: &[String]) {
        let (status, answer) = self.mock.ask(&Asked::default(), "post", "/api/v1/checkpoints", &lines.join("\n")).await;
        assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(lines.len())), "{answer}");
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("said")).unwrap_or_default()
    }

    /// Later than what was done just now by more than a step of the engine's time.
    async fn heartbeat(&self, hop: &str, through: u64) -> String {
        self.mock.house.clock.sleep(jiff::SignedDuration::from_millis(150)).await;
        let at = self.mock.house.clock.now();
        format!(r#"{{"reporter":"at-{hop}","epoch":1,"through":{through},"at":"{at}"}}"#)
    }
}

/// Before the cut; `n` is the reporter's counter.
fn seen(seq: u64, hop: &str, n: u64) -> String {
    format!(
        r#"{{"chain":"wires","lane":"cust","seq":{seq},"id":"IMAD-{seq}","hop":"{hop}","at":"2026-11-23T02:57:0{seq}Z","amount":"100.50","currency":"USD","reporter":"at-{hop}","epoch":1,"n":{n}}}"#
    )
}

/// 1 arrived, 2 left and nobody knows more, 3 and 4 wait before the border.
fn history() -> Vec<String> {
    let mut lines: Vec<String> = (1..=4).map(|seq| seen(seq, "office", seq)).collect();
    lines.extend((1..=3).map(|seq| seen(seq, "mq-a", seq)));
    lines.extend((1..=2).map(|seq| seen(seq, "line-a", seq)));
    lines.push(seen(1, "fed", 1));
    lines
}

fn states(switch: &Value) -> Vec<&str> {
    switch["steps"].as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect()
}

fn shares(switch: &Value, key: &str) -> Vec<(String, u64, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = switch[key].as_array().unwrap().iter();
    all.map(|share| (text(&share["of"]), share["count"].as_u64().unwrap(), text(&share["amount"]))).collect()
}

#[tokio::test]
async fn from_the_cut_to_the_signature() {
    let list = tempfile::tempdir().unwrap();
    let copied = list.path().join("list").display().to_string();
    let (posted, mut posts) = mpsc::unbounded_channel::<Value>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let open = post(async move |axum::Json(body): axum::Json<Value>| {
        posted.send(body).unwrap();
        "opened"
    });
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/open", open)).await });
    let of_b = format!(", open: [{{ name: start, webhook: 'http://{address}/open' }}]");
    let extra =
        format!(", fourEyes: true, replay: [{{ name: send, command: [sh, -c, 'cp $MERIDIAN_LIST {copied}'] }}]");
    let house = house("", &of_b, &extra).await;
    house.report(&history()).await;
    let mei = house.mock.session("mei", AccountRole::Responder).await;
    let wen = house.mock.session("wen", AccountRole::Responder).await;

    let told = house.refused(&mei, "/api/v1/switches", &json!({"chain": "wires", "to": "c", "reason": "x"})).await;
    assert!(told.contains("`c` is no route of this chain"), "{told}");
    let switch =
        house.ok(&mei, "/api/v1/switches", &json!({"chain": "wires", "to": "b", "reason": "fw-2 drops"})).await;
    assert_eq!((&switch["from"], &switch["border"], &switch["step"]), (&json!("a"), &json!("line-a"), &json!("fence")));

    // What comes in while the old route is open may leave over it; so it is of this switch, too.
    let late = seen(5, "office", 5).replace("2026-11-23T02:57:05Z", &house.mock.house.clock.now().to_string());
    house.report(&[late]).await;
    // A rehearsal; then two people.
    house.ok(&mei, "/api/v1/switches/1/fence", &json!({"dry_run": true})).await;
    let switch = house.until(&mei, |switch| switch["runs"][1]["outcome"] == "done").await;
    assert!(switch["runs"][1]["said"].as_str().unwrap().contains("knows no dry run"), "{switch}");
    assert_eq!(house.said(), "stop switch-1-1 1 a b\n");
    let switch = house.ok(&mei, "/api/v1/switches/1/fence", &json!({})).await;
    assert_eq!(states(&switch)[1], "second_person");
    assert!(house.refused(&mei, "/api/v1/switches/1/fence", &json!({})).await.contains("second person"));
    house.ok(&wen, "/api/v1/switches/1/fence", &json!({})).await;
    house.until(&mei, |switch| switch["steps"][1]["state"] == "done").await;
    assert_eq!(house.said(), "stop switch-1-1 1 a b\nstop switch-1-3 0 a b\nrevoke switch-1-4 0 a b\n");

    // Without the border's word nothing is proven.
    house.ok(&mei, "/api/v1/switches/1/drain", &json!({})).await;
    let switch = house.ok(&mei, "/api/v1/switches/1/partition", &json!({})).await;
    assert_eq!(shares(&switch, "partition")[1], ("in_doubt".into(), 4, "402".into()));
    house.report(&[house.heartbeat("line-a", 2).await]).await;
    house.ok(&mei, "/api/v1/switches/1/counters", &json!({"counters": {"cust": 5}})).await;
    let switch = house.ok(&mei, "/api/v1/switches/1/partition", &json!({})).await;
    let wanted = [("confirmed", 1, "100.5"), ("never_left", 3, "301.5"), ("in_doubt", 1, "100.5")];
    assert_eq!(shares(&switch, "partition"), wanted.map(|(of, count, sum)| (of.into(), count, sum.into())));
    let doubt = house.get(&mei, "/api/v1/switches/1/messages?set=in_doubt&format=csv").await;
    assert!(doubt.contains("\r\ncust,2,IMAD-2,in_doubt,line-a,2026-11-23T02:57:02Z,1,100.5,USD\r\n"), "{doubt}");
    let preview = house.get(&mei, "/api/v1/switches/1/replay/list").await;
    assert_eq!(preview.lines().count(), 4);

    // What is asked of the authority, by key.
    let promised = json!({"whom": "Fed", "promised": "2026-11-23T03:30:00Z"});
    house.ok(&mei, "/api/v1/switches/1/ask", &promised).await;
    for (message, why) in [
        (json!({"id": "IMAD-9", "fate": "received"}), "`IMAD-9` is not in the partition"),
        (json!({"id": "IMAD-1", "fate": "received"}), "it had ended before the partition"),
        (json!({"seq": 2, "fate": "received"}), "number 2 of lane `` is not in the partition"),
        (json!({"id": "IMAD-2", "fate": "lost"}), "`lost` is none of received, rejected, not_received"),
        (json!({"fate": "received"}), "needs an id, or a lane and a seq"),
    ] {
        let told = house.refused(&mei, "/api/v1/switches/1/answers", &json!({"messages": [message]})).await;
        assert!(told.contains(why), "{told}");
    }
    let answers = json!({"messages": [{"id": "IMAD-2", "fate": "not_received"}], "note": "call 17"});
    let switch = house.ok(&mei, "/api/v1/switches/1/answers", &answers).await;
    assert_eq!(states(&switch)[4..6], ["done", "now"]);

    // The replay: the route is opened, then the list is sent.
    house.ok(&wen, "/api/v1/switches/1/replay", &json!({})).await;
    house.ok(&mei, "/api/v1/switches/1/replay", &json!({})).await;
    let switch = house.until(&mei, |switch| switch["steps"][5]["state"] == "done").await;
    assert_eq!(shares(&switch, "replay"), [("original".into(), 4, "402".into())]);
    let opened = posts.recv().await.unwrap();
    assert_eq!((&opened["data"]["phase"], &opened["data"]["dryRun"]), (&json!("open"), &json!(false)));
    let sent = std::fs::read_to_string(&copied).unwrap();
    let keys: Vec<(u64, Value, bool)> = sent
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| (row["seq"].as_u64().unwrap(), row["because"].clone(), row["possdup"] == true))
        .collect();
    let (never, not) = (json!("never_left"), json!("not_received"));
    assert_eq!(keys, [(2, not, false), (3, never.clone(), false), (4, never.clone(), false), (5, never, false)]);

    // They arrive over the other route; the account closes and is signed.
    let over_b = |seq: u64, hop: &str, n| seen(seq, hop, n).replace("T02:57:0", "T03:00:0");
    let lines: Vec<String> =
        (2..=5).flat_map(|seq| [over_b(seq, "line-b", seq - 1), over_b(seq, "fed", seq)]).collect();
    house.report(&lines).await;
    assert!(house.refused(&mei, "/api/v1/switches/1/reconcile", &json!({})).await.contains("numbered from now on"));
    house.ok(&mei, "/api/v1/switches/1/epoch", &json!({})).await;
    let switch = house.ok(&mei, "/api/v1/switches/1/reconcile", &json!({})).await;
    assert_eq!((&switch["state"], &switch["account"]["doubled"]), (&json!("reconciled"), &json!(0)));
    let wanted = [("originated".into(), 5, "502.5".into()), ("confirmed".into(), 5, "502.5".into())];
    assert_eq!(shares(&switch["account"], "shares"), wanted);
    let entry = switch["account"]["entry"].as_u64().unwrap();
    let sealed = house.mock.journal.read(entry, 1).await.unwrap();
    let signed = String::from_utf8(sealed[0].body.to_vec()).unwrap();
    let paper = switch["account"]["list"].as_str().unwrap();
    assert!(signed.contains("switch.reconciled") && signed.contains(paper), "{signed}");
    assert_eq!(house.get(&mei, "/api/v1/switches/1/account/list").await.lines().count(), 5);

    // A paper that somebody changes is not shown as if it were the one that was signed.
    let file = house.mock.house.switches.papers().path(paper);
    std::fs::write(&file, "{}\n").unwrap();
    let (status, answer) = house.mock.ask(&mei, "get", "/api/v1/switches/1/account/list", "").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer["detail"].as_str().unwrap().contains("was changed since it was signed"), "{answer}");
}

#[tokio::test]
async fn two_tokens_of_one_person_are_one_person() {
    let house = house("", "", ", fourEyes: true").await;
    let root = house.mock.session("root", AccountRole::Admin).await;
    let mei = house.mock.session("mei", AccountRole::Responder).await;
    let one = house.mock.token("one", &[Scope::Respond]).await;
    let two = house.mock.token("two", &[Scope::Respond]).await;
    house.ok(&one, "/api/v1/switches", &json!({"chain": "wires", "to": "b", "reason": "x"})).await;
    let by_hand = json!({"note": "pulled the cable"});
    let switch = house.ok(&one, "/api/v1/switches/1/fence", &by_hand).await;
    assert_eq!(states(&switch)[1], "second_person");
    for same in [&two, &root] {
        assert!(house.refused(same, "/api/v1/switches/1/fence", &by_hand).await.contains("a second person"));
    }
    let switch = house.ok(&mei, "/api/v1/switches/1/fence", &by_hand).await;
    assert_eq!(states(&switch)[1], "done");
}

#[tokio::test]
async fn a_fence_that_leaks_stops_the_replay() {
    let house = house("", "", "").await;
    house.report(&history()).await;
    let mei = house.mock.session("mei", AccountRole::Responder).await;
    house.ok(&mei, "/api/v1/switches", &json!({"chain": "wires", "to": "b", "reason": "x"})).await;
    house.ok(&mei, "/api/v1/switches/1/fence", &json!({"note": "pulled the cable"})).await;
    house.report(&[house.heartbeat("line-a", 2).await]).await;
    house.ok(&mei, "/api/v1/switches/1/drain", &json!({})).await;
    house.ok(&mei, "/api/v1/switches/1/partition", &json!({})).await;
    house.report(&[seen(3, "line-a", 3)]).await;
    let told = house.refused(&mei, "/api/v1/switches/1/replay", &json!({})).await;
    assert!(told.contains("the fence does not hold: 1 messages") && told.contains("#3 cust"), "{told}");
    house.ok(&mei, "/api/v1/switches/1/partition", &json!({})).await;
    let switch = house.ok(&mei, "/api/v1/switches/1/replay", &json!({})).await;
    let wanted = [("original".into(), 1, "100.5".into()), ("possible_duplicate".into(), 2, "201".into())];
    assert_eq!(shares(&switch, "replay"), wanted);
}

#[tokio::test]
async fn what_fails_hangs_or_was_never_there_is_said() {
    let failing = ", open: [{ name: hangs, command: [sleep, '60'], timeout: 1s }]";
    let house = house("", failing, ", replay: [{ name: gone, command: [/nowhere/at/all] }]").await;
    house.report(&history()).await;
    let mei = house.mock.session("mei", AccountRole::Responder).await;
    house.ok(&mei, "/api/v1/switches", &json!({"chain": "wires", "to": "b", "reason": "x"})).await;
    house.ok(&mei, "/api/v1/switches/1/fence", &json!({"note": "pulled the cable"})).await;
    house.ok(&mei, "/api/v1/switches/1/drain", &json!({})).await;
    house.ok(&mei, "/api/v1/switches/1/partition", &json!({})).await;
    house.ok(&mei, "/api/v1/switches/1/replay", &json!({})).await;
    let switch = house.until(&mei, |switch| switch["runs"][0]["outcome"] == "failed").await;
    assert!(switch["runs"][0]["said"].as_str().unwrap().contains("did not end within 1 s"), "{switch}");
    assert_eq!(states(&switch)[5], "stuck");
    house.ok(&mei, "/api/v1/switches/1/runs/1/done", &json!({"note": "it is open, I looked"})).await;
    let switch = house.until(&mei, |switch| switch["runs"][1]["outcome"] == "failed").await;
    assert!(switch["runs"][1]["said"].as_str().unwrap().contains("can't be run"), "{switch}");
    let switch = house.ok(&mei, "/api/v1/switches/1/replay", &json!({"note": "by hand from the list"})).await;
    assert_eq!(states(&switch)[5], "done");
}

#[tokio::test]
async fn an_action_under_way_at_a_crash_is_unknown_and_is_not_run_again() {
    let journal = Arc::new(MemoryJournal::new());
    let directory = tempfile::tempdir().unwrap();
    let file = estate(directory.path(), "", "", "");
    let mock = Mock::on(journal.clone(), Intake::Open).await;
    let command = Command::LoadEstate { files: vec![file], digest: "1".into() };
    mock.house.keeper.ask(Actor::System, command).await.unwrap();
    let token = mock.token("ops", &[Scope::Respond]).await;
    let ask = async |mock: &Mock, path: &str, body: Value| mock.ask(&token, "post", path, &body.to_string()).await;
    ask(&mock, "/api/v1/switches", json!({"chain": "wires", "to": "b", "reason": "x"})).await;
    // Nothing runs actions in this house, as if it had died in between.
    let (status, switch) = ask(&mock, "/api/v1/switches/1/fence", json!({})).await;
    assert_eq!((status, &switch["runs"][0]["outcome"]), (StatusCode::OK, &Value::Null));
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(Task::new(mock.house.clone(), runner()).run(stopped));
    for _ in 0..1000 {
        let ended = mock.house.keeper.world().switches.get(SwitchId(1)).unwrap().runs[0].ended.clone();
        if let Some((_, outcome)) = ended {
            assert_eq!(outcome, RunOutcome::Unknown);
            break;
        }
        mock.house.clock.sleep(jiff::SignedDuration::from_millis(10)).await;
    }
    assert!(!directory.path().join("said").exists());
    // Whoever looked can go on; the next action runs.
    ask(&mock, "/api/v1/switches/1/runs/1/done", json!({"note": "the channel is stopped"})).await;
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(30), task).await.unwrap().unwrap();
    let runs = mock.house.keeper.world().switches.get(SwitchId(1)).unwrap().runs.clone();
    assert_eq!(runs.iter().map(|run| run.action.as_str()).collect::<Vec<_>>(), ["stop", "revoke"]);
    // What the edge tells of a try that is over changes nothing.
    let deed = Box::new(Deed::Ended { run: 1, outcome: RunOutcome::Unknown });
    let again = mock.house.keeper.ask(Actor::System, Command::Switch { switch: SwitchId(1), deed }).await;
    assert_eq!(again.unwrap(), meridian_core::Reply::Already);
}
