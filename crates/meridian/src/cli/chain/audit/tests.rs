//! Files that are written here, audited as a person would ask.

use std::{fs, io::Write as _, path::PathBuf};

use meridian_core::chain::{
    Record,
    wire::{block::encode_block, group, json},
};
use serde_json::Value;

use super::{Asked, run};

const ESTATE: &str = "apiVersion: meridian/v1
kind: Chain
metadata: { name: wires }
spec:
  hops:
    - { name: origin }
    - { name: gateway, limit: 10s }
    - { name: bank, limit: 10s }
  endToEnd: 30s
  retryHorizon: 1h
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: idle }
spec: { hops: [{ name: a }, { name: b }] }
";

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Dir {
        let dir = Dir(tempfile::tempdir().unwrap());
        fs::create_dir(dir.0.path().join("estate")).unwrap();
        dir.file("estate/estate.yaml", ESTATE.as_bytes());
        dir
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn asked(&self, files: &[PathBuf], json: bool) -> Asked {
        Asked { estate: self.0.path().join("estate"), files: files.to_vec(), chain: Vec::new(), json }
    }

    fn json(&self, files: &[PathBuf]) -> Value {
        serde_json::from_str(&run(&self.asked(files, true)).unwrap()).unwrap()
    }
}

/// Message `seq` at a hop, so many seconds after midnight.
fn line(hop: &str, seq: u64, second: u64, more: &str) -> String {
    let at = 1_795_392_000_000_000_000 + second * 1_000_000_000;
    format!(
        "{{\"chain\":\"wires\",\"lane\":\"A\",\"seq\":{seq},\"id\":\"M{seq}\",\"hop\":\"{hop}\",\"at\":{at},\"amount\":\"100.5\",\"currency\":\"USD\"{more}}}\n"
    )
}

/// Messages 1 to `count`, one in ten seconds, each a second at every hop; but for what `but` says of seq and hop.
fn messages(count: u64, but: impl Fn(u64, &str) -> Option<String>) -> String {
    let mut lines = Vec::new();
    for seq in 1..=count {
        for (step, hop) in (0..).zip(["origin", "gateway", "bank"]) {
            let second = seq * 10 + step;
            lines.push((second, but(seq, hop).unwrap_or_else(|| line(hop, seq, second, ""))));
        }
    }
    lines.sort_by_key(|(second, _)| *second);
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn what_became_of_the_messages() {
    type But = fn(u64, &str) -> Option<String>;
    let cases: [(&str, But, [u64; 3], Value, &str); 7] = [
        ("all arrive", |_, _| None, [20, 20, 0], serde_json::json!({}), "nothing to object"),
        (
            "one does not reach the bank",
            |seq, hop| (seq == 7 && hop == "bank").then(String::new),
            [20, 19, 1],
            serde_json::json!({"lost": 1}),
            "lane A, number 7: lost between gateway and bank",
        ),
        (
            "one is rejected",
            |seq, hop| (seq == 7 && hop == "bank").then(|| line(hop, 7, 72, ",\"outcome\":\"rejected\"")),
            [20, 19, 0],
            serde_json::json!({}),
            "19 confirmed + 1 rejected",
        ),
        (
            "one arrives twice",
            |seq, hop| {
                (seq == 7 && hop == "bank")
                    .then(|| line(hop, 7, 72, "") + &line(hop, 7, 73, ",\"attempt\":2,\"possdup\":true"))
            },
            [20, 20, 0],
            serde_json::json!({"duplicate": 1}),
            "lane A, number 7: arrived twice at bank",
        ),
        (
            "one is altered",
            |seq, hop| (seq == 7 && hop == "bank").then(|| line(hop, 7, 72, "").replace("100.5", "900.5")),
            [20, 20, 0],
            serde_json::json!({"altered": 1}),
            "has other content at bank than at",
        ),
        (
            "one is late",
            |seq, hop| (seq == 7 && hop == "bank").then(|| line(hop, 7, 99, "")),
            [20, 20, 0],
            serde_json::json!({"late": 1, "out_of_order": 1}),
            "lane A, number 7: passed bank after number 9",
        ),
        (
            "the last one is on its way when the file ends",
            |seq, hop| (seq == 20 && hop == "bank").then(String::new),
            [20, 19, 1],
            serde_json::json!({}),
            "1 outstanding",
        ),
    ];
    for (what, but, [originated, confirmed, outstanding], verdicts, said) in cases {
        let dir = Dir::new();
        let files = [dir.file("wires.ndjson", messages(20, but).as_bytes())];
        let found = dir.json(&files);
        let wires = &found["chains"][1];
        assert_eq!((&wires["chain"], &wires["verdicts"]), (&"wires".into(), &verdicts), "{what}: {found:#}");
        let counts = ["originated", "confirmed", "outstanding"].map(|count| wires["messages"][count].as_u64().unwrap());
        assert_eq!(counts, [originated, confirmed, outstanding], "{what}");
        let told = run(&dir.asked(&files, false)).unwrap();
        assert!(told.contains(said) && told.contains("idle: no message was seen"), "{what}: {told}");
        assert!(told.contains("2026-11-23 USD: 2010 = "), "{what}: {told}");
    }
}

#[test]
fn a_hop_that_says_nothing_is_dark_and_loses_nothing() {
    let dir = Dir::new();
    let silent = messages(20, |seq, hop| (seq > 5 && hop == "bank").then(String::new));
    let found = dir.json(&[dir.file("wires.ndjson", silent.as_bytes())]);
    let wires = &found["chains"][1];
    assert_eq!(wires["verdicts"], serde_json::json!({"dark": 1}), "{found:#}");
    assert_eq!(wires["hops"][2]["dark"], true);
    let told = run(&dir.asked(&[dir.0.path().join("wires.ndjson")], false)).unwrap();
    assert!(told.contains("dark: bank") && told.contains("bank says nothing"), "{told}");
}

#[test]
fn files_of_hops_are_one_story() {
    let dir = Dir::new();
    let whole = messages(30, |seq, hop| (seq == 7 && hop == "bank").then(String::new));
    let of = |hop: &str| -> String {
        let is = format!("\"hop\":\"{hop}\"");
        whole.lines().filter(|line| line.contains(&is)).map(|line| format!("{line}\n")).collect()
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(of("bank").as_bytes()).unwrap();
    let one = dir.json(&[dir.file("wires.ndjson", whole.as_bytes())]);
    let several = dir.json(&[
        dir.file("bank.ndjson.gz", &packed.finish().unwrap()),
        dir.file("gateway.ndjson", of("gateway").as_bytes()),
        dir.file("origin.ndjson", of("origin").as_bytes()),
    ]);
    assert_eq!(one, several);
    assert_eq!(one["chains"][1]["verdicts"], serde_json::json!({"lost": 1}));
}

#[test]
fn lines_that_are_none_are_named_and_the_others_taken() {
    let dir = Dir::new();
    let long = format!("{{\"chain\":\"{}\"}}\n", "x".repeat(70_000));
    let mut text = messages(3, |_, _| None);
    text += "\n\nwords\n{\"chain\":\"wires\",\"hop\":\"bank\",\"at\":1}\n";
    text += &long;
    text += &line("nowhere", 4, 40, "");
    text += &line("bank", 4, 41, "").replace("wires", "other");
    text += &line("bank", 18_446_744_073_709_551_615, 42, "");
    text += line("bank", 5, 50, "").trim_end_matches("}\n");
    let files = [dir.file("wires.ndjson", text.as_bytes())];
    let found = dir.json(&files);
    let lines: Vec<u64> =
        found["refused"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [12, 13, 14, 18], "{found:#}");
    assert_eq!((&found["records"]["read"], &found["records"]["refused"]), (&12.into(), &4.into()));
    assert_eq!(found["refused"][1]["field"], "id");
    assert_eq!(found["unknown"][0], serde_json::json!({"chain": "other", "records": 1}));
    assert_eq!(found["unknown"][1], serde_json::json!({"chain": "wires", "hop": "nowhere", "records": 1}));
    let told = run(&dir.asked(&files, false)).unwrap();
    assert!(told.contains("12 records read, 4 refused") && told.contains("wires.ndjson:14: the line has"), "{told}");
}

/// The lines as blocks, so many records in each, as `chain log dump --blocks` writes them.
fn blocks(lines: &str, records: usize) -> Vec<u8> {
    let all: Vec<Record<'_>> = lines.lines().map(|line| json::read_line(line.as_bytes()).unwrap()).collect();
    let mut group = Vec::new();
    for part in all.chunks(records) {
        let ticked: Vec<Record<'_>> = [Record::Tick { now: 7 }].into_iter().chain(part.to_vec()).collect();
        group::push(&mut group, &encode_block(&ticked).unwrap());
    }
    group
}

#[test]
fn blocks_are_read_as_their_lines_are() {
    let dir = Dir::new();
    let text = messages(9, |seq, hop| (seq == 5 && hop == "bank").then(String::new));
    let lines = dir.file("wires.ndjson", text.as_bytes());
    let expected = dir.json(std::slice::from_ref(&lines));
    assert_eq!(expected["chains"][1]["chain"], "wires", "{expected:#}");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&blocks(&text, 4)).unwrap();
    let one = &blocks(&text, 100)[4..];
    for (name, bytes) in [("many", blocks(&text, 4)), ("one", one.to_vec()), ("packed", packed.finish().unwrap())] {
        assert_eq!(dir.json(&[dir.file(name, &bytes)]), expected, "{name}");
    }
    // Beside a file of lines, in the order of the instants.
    let (early, late) = text.split_at(text.len() / 2);
    let (early, late) = (&format!("{early}{}", late.split_once('\n').unwrap().0), late.split_once('\n').unwrap().1);
    let both = [dir.file("late", late.as_bytes()), dir.file("early", &blocks(&format!("{early}\n"), 4))];
    assert_eq!(dir.json(&both), expected);
}

#[test]
fn a_block_that_is_not_sound_is_named_and_the_others_count() {
    let dir = Dir::new();
    let whole = blocks(&messages(4, |_, _| None), 3);
    let second = 4 + u32::from_le_bytes(whole[..4].try_into().unwrap()) as usize;
    let mut flipped = whole.clone();
    flipped[second + 8] ^= 0x7f;
    let mut endless = whole[..second].to_vec();
    endless.extend([255, 255, 255, 255, b'M', b'C', b'K', b'B']);
    for (bytes, read, block, said) in [
        (&flipped[..], 9, 2, ""),
        (&whole[..whole.len() - 1], 9, 4, "the file ends 1 bytes before the block does"),
        (&whole[..second + 3], 3, 2, "the file ends in the middle of a block's length"),
        (&endless[..], 3, 2, "no block has 4294967295 bytes"),
    ] {
        for files in [vec![dir.file("wires", bytes)], vec![dir.file("wires", bytes), dir.file("none", b"")]] {
            let found = dir.json(&files);
            assert_eq!(found["records"]["read"], read, "{said}: {found:#}");
            let refused = &found["refused"][0];
            assert!(refused["block"] == block && refused["reason"].as_str().unwrap().contains(said), "{found:#}");
            assert!(run(&dir.asked(&files, false)).unwrap().contains(&format!("wires, block {block}: ")), "{said}");
        }
    }
}

#[test]
fn what_cannot_be_audited_says_why() {
    let dir = Dir::new();
    let array = dir.file("array.json", b"[{\"chain\":\"wires\"}]");
    let fine = dir.file("fine.ndjson", messages(1, |_, _| None).as_bytes());
    let other = Asked { chain: vec!["wire".into()], ..dir.asked(std::slice::from_ref(&fine), false) };
    let dash = PathBuf::from("-");
    for (asked, said) in [
        (dir.asked(&[array], false), "array.json is a JSON array, and one object a line is expected"),
        (dir.asked(&[dir.0.path().join("none")], false), "none can't be read: No such file"),
        (dir.asked(&[dir.0.path().to_owned()], false), "it is a directory: name its files"),
        (dir.asked(&[dash.clone(), dash], false), "can be read only once"),
        (other, "the estate has no chain `wire`; it has idle, wires"),
    ] {
        let why = run(&asked).unwrap_err();
        assert!(why.contains(said), "{why}");
    }
    fs::write(
        dir.0.path().join("estate/estate.yaml"),
        "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: here }\nspec: { timeZone: UTC }\n",
    )
    .unwrap();
    assert!(run(&dir.asked(&[fine], false)).unwrap_err().contains("has no Chain"));
}
