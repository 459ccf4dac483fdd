//! Checkpoints come in over HTTP, are durable when they are answered, and what is wrong pages somebody.

mod fault;

use std::{io::Write as _, path::Path, time::Duration};

use axum::http::StatusCode;
use meridian_core::{
    access::Scope,
    chain::{
        Checkpoint, Heartbeat, Record,
        engine::{Key, Place},
        wire::block::encode_block,
    },
};
use meridian_store::checkpoints;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{Block, Chains, Kept, State};
use crate::{
    api::tests::house::{Asked, Mock},
    serve::Intake,
};

/// A wire on its way to the Fed, by the bank's chain, in the third minute before three o'clock.
fn seen(seq: u64, hop: &str, second: u32) -> String {
    format!(
        r#"{{"chain":"usd-fedwire","seq":{seq},"id":"IMAD-{seq}","hop":"{hop}","at":"2026-11-23T02:57:{second:02}Z","reporter":"{hop}","epoch":1,"n":{seq}}}"#
    )
}

fn heartbeat(hop: &str, through: u64) -> String {
    format!(r#"{{"reporter":"{hop}","epoch":1,"through":{through},"at":"2026-11-23T02:59:30Z"}}"#)
}

async fn post(mock: &Mock, lines: &[String]) -> Value {
    let (status, answer) = mock.ask(&Asked::default(), "post", "/api/v1/checkpoints", &lines.join("\n")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

/// The incidents, once there are so many; a breach is told a moment after what proves it was answered.
async fn incidents(mock: &Mock, asked: &Asked, is: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..200 {
        let (_, answer) = mock.ask(asked, "get", "/api/v1/incidents", "").await;
        let found = answer["items"].as_array().unwrap().clone();
        if is(&found) {
            return found;
        }
        mock.house.clock.sleep(jiff::SignedDuration::from_millis(10)).await;
    }
    panic!("{:?}", mock.ask(asked, "get", "/api/v1/incidents", "").await)
}

#[tokio::test]
async fn a_wire_that_is_lost_pages_and_one_that_turns_up_ends_it() {
    let mock = Mock::new(Intake::Open).await;
    let reader = mock.token("reader", &[Scope::Read]).await;
    let mut lines: Vec<String> = (1..=5)
        .flat_map(|seq| ["back-office", "mq-gateway"].map(|hop| seen(seq, hop, seq as u32)))
        .chain([seen(1, "fw-2", 3), seen(1, "fedline", 4), seen(1, "fed", 5)])
        .collect();
    let heartbeats = [("back-office", 5), ("mq-gateway", 5), ("fw-2", 1), ("fedline", 1), ("fed", 1)];
    lines.extend(heartbeats.map(|(hop, through)| heartbeat(hop, through)));
    let answer = post(&mock, &lines).await;
    assert_eq!(answer, json!({"accepted": 18, "absorbed": 0, "refused": [], "refused_count": 0}));

    let found = incidents(&mock, &reader, |found| !found.is_empty()).await;
    assert_eq!(found.len(), 1, "one incident for all four: {found:?}");
    let title = "usd-fedwire: 4 messages held between mq-gateway and fw-2 since 02:57:02 UTC";
    assert_eq!((&found[0]["title"], &found[0]["severity"]), (&json!(title), &json!("SEV2")));
    assert_eq!(found[0]["escalation"], "payments");
    let (_, pages) = mock.ask(&reader, "get", "/api/v1/pages", "").await;
    assert!(!pages["items"].as_array().unwrap().is_empty(), "nobody was paged");

    let (_, _, text) = mock.send(&reader, "get", "/metrics", Vec::new()).await;
    let text = String::from_utf8(text).unwrap();
    for line in [
        r#"meridian_checkpoints_total{outcome="new"} 18"#,
        "meridian_checkpoints_ready 1",
        r#"meridian_chain_messages{chain="usd-fedwire",state="originated"} 5"#,
        r#"meridian_chain_messages{chain="usd-fedwire",state="confirmed"} 1"#,
        r#"meridian_chain_hop_waiting{chain="usd-fedwire",hop="mq-gateway"} 4"#,
        r#"meridian_chain_hop_held{chain="usd-fedwire",hop="mq-gateway"} 4"#,
        r#"meridian_chain_hop_last_seen_timestamp_seconds{chain="usd-fedwire",hop="fed"} 1795402625"#,
        r#"meridian_chain_breach_messages{chain="usd-fedwire",hop="fw-2",breach="lost"} 4"#,
    ] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }

    // The same again changes nothing; a heartbeat is never a repetition.
    assert_eq!(post(&mock, &lines).await["absorbed"], 13);

    // All turn up: what was lost is late now, and somebody is still at it.
    let late: Vec<String> =
        (2..=5).flat_map(|seq| ["fw-2", "fedline", "fed"].map(|hop| seen(seq, hop, 5 + seq as u32))).collect();
    assert_eq!(post(&mock, &late).await["accepted"], 12);
    let world = || mock.house.keeper.world().breaches.open().map(|open| open.breach.words()).collect::<Vec<_>>();
    for _ in 0..200 {
        if world().iter().all(|words| !words.contains("held")) {
            break;
        }
        mock.house.clock.sleep(jiff::SignedDuration::from_millis(10)).await;
    }
    assert_eq!(world(), ["4 messages late at fw-2 since 02:57:07 UTC"]);
    let found = incidents(&mock, &reader, |found| !found.is_empty()).await;
    assert_eq!((found.len(), &found[0]["status"]), (1, &json!("open")));
}

#[tokio::test]
async fn bodies_are_taken_line_by_line_and_blocks_whole() {
    let mock = Mock::new(Intake::Open).await;
    let path = "/api/v1/checkpoints";
    let lines = [
        seen(1, "back-office", 1),
        "{".to_owned(),
        String::new(),
        seen(1, "nowhere", 2),
        seen(1, "back-office", 1).replace("IMAD-1", "IMAD-2"),
        seen(2, "back-office", 2).replace("usd-fedwire", "gbp-chaps"),
        seen(3, "back-office", 3).replace("back-office\",\"at\"", &format!("{}\",\"at\"", "x".repeat(10_000))),
    ];
    let answer = post(&mock, &lines).await;
    assert_eq!((&answer["accepted"], &answer["refused_count"]), (&json!(1), &json!(5)), "{answer}");
    let told: Vec<(u64, bool)> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["line"].as_u64().unwrap(), one["set_aside"] == true))
        .collect();
    assert_eq!(told, [(2, false), (4, true), (5, false), (6, true), (7, false)], "{answer}");

    let point = |seq| {
        Record::Checkpoint(Checkpoint {
            chain: "usd-fedwire".into(),
            seq: Some(seq),
            id: format!("IMAD-{seq}").into(),
            hop: "mq-gateway".into(),
            at: 1_795_402_681_000_000_000,
            ..Checkpoint::default()
        })
    };
    let good = encode_block(&[point(1), point(2)]).unwrap();
    let tick = encode_block(&[point(3), Record::Tick { now: 1 }]).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&good).unwrap();
    let zipped = Asked::default().header("content-encoding", "gzip");
    for (what, asked, body, expected) in [
        ("a block", Asked::default(), good.clone(), Ok(2)),
        ("gzip", zipped.clone(), gzip.finish().unwrap(), Ok(0)),
        ("a block that is cut", Asked::default(), good[..good.len() - 1].to_vec(), Err("record 2 of the block")),
        ("a tick", Asked::default(), tick, Err("the house's own")),
        ("no gzip", zipped, good.clone(), Err("gzip")),
        ("nothing", Asked::default(), Vec::new(), Ok(0)),
        (
            "an array",
            Asked::default(),
            format!("[{},{}]", seen(2, "mq-gateway", 2), seen(3, "mq-gateway", 3)).into(),
            Ok(1),
        ),
    ] {
        let (status, _, answer) = mock.send(&asked, "post", path, body).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        match expected {
            Ok(accepted) => {
                assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(accepted)), "{what}: {answer}")
            }
            Err(why) => {
                assert_eq!(status, StatusCode::BAD_REQUEST, "{what}: {answer}");
                assert!(answer["detail"].as_str().unwrap().contains(why), "{what}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn who_may_not_send_is_refused() {
    let mock = Mock::new(Intake::Token).await;
    let line = [seen(1, "back-office", 1)].join("\n");
    let reader = mock.token("reader", &[Scope::Read]).await;
    let sender = mock.token("tap", &[Scope::Ingest]).await;
    for (asked, expected) in
        [(Asked::default(), StatusCode::UNAUTHORIZED), (reader, StatusCode::FORBIDDEN), (sender, StatusCode::OK)]
    {
        assert_eq!(mock.ask(&asked, "post", "/api/v1/checkpoints", &line).await.0, expected);
    }
}

/// A watch over a directory, beside the one of the house.
async fn watch(mock: &Mock, directory: &Path) -> (Chains, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (chains, task) =
        Chains::begin(directory.to_owned(), Kept::default(), mock.house.keeper.clone(), mock.house.clock.clone());
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(task.run(stopped));
    (chains, stop, running)
}

fn block(records: &[Record<'_>]) -> Vec<Block> {
    vec![Block { bytes: encode_block(records).unwrap(), records: records.len() as u32, at: records[0].at() }]
}

fn point(seq: u64, hop: &'static str) -> Record<'static> {
    Record::Checkpoint(Checkpoint {
        chain: "usd-fedwire".into(),
        seq: Some(seq),
        id: format!("IMAD-{seq}").into(),
        hop: hop.into(),
        at: 1_795_402_681_000_000_000 + seq as i64,
        reporter: Some(hop.into()),
        ..Checkpoint::default()
    })
}

fn place(chains: &Chains, seq: u64) -> Option<Place> {
    chains.room().engine.custody("usd-fedwire", None, &Key::Seq(seq)).map(|custody| custody.place)
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_crash_and_after_a_stop() {
    let (mock, directory) = (Mock::new(Intake::Open).await, tempfile::tempdir().unwrap());
    let directory = directory.path().join("checkpoints");
    let (chains, _stop, running) = watch(&mock, &directory).await;
    assert!(!directory.exists(), "nothing was sent");
    let receipt = chains.submit(block(&[point(1, "back-office"), point(2, "back-office")])).await.unwrap();
    assert_eq!((receipt.new, place(&chains, 2).is_some()), (2, true));
    // Killed.
    running.abort();
    let _ = running.await;
    let (chains, stop, running) = watch(&mock, &directory).await;
    let receipt = chains.submit(block(&[point(2, "back-office"), point(3, "back-office")])).await.unwrap();
    assert_eq!((receipt.new, receipt.absorbed), (1, 1), "the second one was known");
    // Stopped: the state is kept, and the next start goes on from it.
    stop.send(()).unwrap();
    running.await.unwrap();
    let state = chains.room().engine.to_bytes().unwrap();
    let (chains, _stop, _running) = watch(&mock, &directory).await;
    assert_eq!(chains.submit(Vec::new()).await.unwrap(), super::Receipt::default());
    let lanes = |bytes: &[u8]| {
        let state: Value = serde_json::from_slice(bytes).unwrap();
        state["state"]["chains"].as_array().unwrap().iter().map(|chain| chain["lanes"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(lanes(&state), lanes(&chains.room().engine.to_bytes().unwrap()));
    assert!(place(&chains, 3).is_some());
    let report = checkpoints::verify(&directory).unwrap();
    assert!(report.damage.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_damaged_log_is_named_and_refuses_while_the_rest_goes_on() {
    let (mock, directory) = (Mock::new(Intake::Open).await, tempfile::tempdir().unwrap());
    let directory = directory.path().join("checkpoints");
    let (chains, stop, running) = watch(&mock, &directory).await;
    for seq in 1..=3 {
        chains.submit(block(&[point(seq, "back-office")])).await.unwrap();
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    std::fs::remove_file(
        std::fs::read_dir(&directory)
            .unwrap()
            .map(|file| file.unwrap().path())
            .find(|path| path.extension().is_some_and(|it| it == "snap"))
            .unwrap(),
    )
    .unwrap();
    let segment = directory.join("00000000000000000000.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let (chains, _stop, _running) = watch(&mock, &directory).await;
    let refused = tokio::time::timeout(Duration::from_secs(10), chains.submit(block(&[point(4, "back-office")]))).await;
    let refused = refused.unwrap().unwrap_err();
    assert!(refused.why.contains("00000000000000000000.seg is damaged at byte"), "{refused:?}");
    assert!(matches!(chains.state(), State::Broken(_)));
    assert!(mock.house.keeper.is_healthy());
}

#[tokio::test]
async fn heartbeats_of_nobody_and_leaping_clocks_break_nothing() {
    let (mock, directory) = (Mock::new(Intake::Open).await, tempfile::tempdir().unwrap());
    let (chains, _stop, _running) = watch(&mock, &directory.path().join("checkpoints")).await;
    for at in [i64::MIN, 0, i64::MAX] {
        let beat = Record::Heartbeat(Heartbeat { reporter: "x".into(), epoch: u64::MAX, through: u64::MAX, at });
        chains.submit(block(&[beat])).await.unwrap();
        let Record::Checkpoint(point) = point(u64::MAX, "fed") else { unreachable!() };
        chains
            .submit(block(&[Record::Checkpoint(Checkpoint { at, epoch: Some(u64::MAX), n: Some(u64::MAX), ..point })]))
            .await
            .unwrap();
    }
    assert_eq!(chains.state(), State::Ready);
}
