//! Records are read back as they were written, and whatever else comes in is refused by name and never panics.

use proptest::prelude::*;

use super::block::{Records, decode_block, encode_block};
use super::json;
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record};

fn text(pattern: &'static str) -> impl Strategy<Value = std::borrow::Cow<'static, str>> {
    pattern.prop_map(|text: String| text.into())
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![5 => 1..20_u64, 1 => any::<u64>(), 1 => Just(u64::MAX)]
}

fn any_record() -> impl Strategy<Value = Record<'static>> {
    let opt = |pattern| proptest::option::of(text(pattern));
    let place = (text("[ab]"), opt("[LM]"), text("[a-c]"), opt("[rs]"));
    let ids = prop_oneof![
        3 => text("ID-[0-9]{2}"),
        1 => text("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        1 => text("[äé9 -]{1,9}")
    ];
    let numbers = (proptest::option::of(number()), proptest::option::of(number()), proptest::option::of(number()));
    let content = (proptest::option::of(0..3_u8), proptest::option::of(-3_i64..3), opt("USD|EUR"));
    let sending = (proptest::option::of(any::<u32>()), any::<bool>(), proptest::option::of(any::<bool>()));
    let checkpoint = (place, ids, numbers, content, sending, any::<i64>()).prop_map(
        |(
            (chain, lane, hop, reporter),
            id,
            (seq, epoch, n),
            (digest, amount, currency),
            (attempt, possdup, rejected),
            at,
        )| {
            let outcome = rejected.map(|yes| if yes { Outcome::Rejected } else { Outcome::Cancelled });
            let digest = digest.map(|byte| Digest([byte; 16]));
            let amount = amount.map(|units| crate::chain::Amount(i128::from(units) * 12_500_000_000));
            let (epoch, n) = if reporter.is_some() { (epoch, n.map(|n| n.max(1))) } else { (None, None) };
            Record::Checkpoint(Checkpoint {
                chain,
                lane,
                seq,
                id,
                hop,
                at,
                digest,
                amount,
                currency,
                attempt,
                possdup,
                outcome,
                reporter,
                epoch,
                n,
            })
        },
    );
    let heartbeat = (text("[rs]"), number(), number(), any::<i64>())
        .prop_map(|(reporter, epoch, through, at)| Record::Heartbeat(Heartbeat { reporter, epoch, through, at }));
    prop_oneof![8 => checkpoint, 1 => heartbeat, 1 => any::<i64>().prop_map(|now| Record::Tick { now })]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_block_is_read_back_as_it_was_written(records in proptest::collection::vec(any_record(), 0..60)) {
        let block = encode_block(&records).unwrap();
        prop_assert_eq!(&decode_block(&block).unwrap(), &records);
    }

    #[test]
    fn a_block_that_is_cut_or_has_a_wrong_byte_never_panics(
        records in proptest::collection::vec(any_record(), 1..20), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let block = encode_block(&records).unwrap();
        for cut in 0..block.len() {
            prop_assert!(decode_block(&block[..cut]).is_err(), "cut at {}", cut);
        }
        let mut wrong = block.clone();
        *at.get_mut(&mut wrong) = byte;
        let read = Records::new(&wrong).map(|records| records.filter(Result::is_ok).count());
        prop_assert!(read.is_err() || read.is_ok_and(|count| count <= records.len().max(wrong.len())));
        let longer = [block, vec![0]].concat();
        prop_assert!(decode_block(&longer).is_err());
    }

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_block(&[b"MCKB\x01\x20".as_slice(), &bytes].concat());
        let _ = json::read(&bytes);
        let _ = json::read(&[b"[".as_slice(), &bytes].concat());
    }
}

#[test]
fn a_message_at_five_hops_takes_few_bytes() {
    let hops = ["origin", "gateway", "firewall", "bank", "wire"];
    let mut records = Vec::new();
    for seq in 1..=1_000_u64 {
        for (at, hop) in hops.iter().enumerate() {
            records.push(Record::Checkpoint(Checkpoint {
                chain: "fedwire-out".into(),
                lane: Some("A".into()),
                seq: Some(seq),
                id: format!("20260302MMQFMP31{seq:06}").into(),
                hop: (*hop).into(),
                at: 1_772_476_200_000_000_000 + seq as i64 * 1_000_000 + at as i64 * 71_003_117,
                digest: Some(Digest::of(&seq.to_string())),
                reporter: Some(format!("tap-{at}").into()),
                epoch: Some(1),
                n: Some(seq),
                ..Checkpoint::default()
            }));
        }
    }
    let bytes = encode_block(&records).unwrap().len();
    assert!(bytes < records.len() * 12, "{} bytes a record", bytes as f64 / records.len() as f64);
}

#[test]
fn what_is_wrong_with_a_line_is_said() {
    let cases: &[(&str, &str)] = &[
        (r#"{"chain":"c","hop":"h","at":1}"#, "field `id`: is missing"),
        (
            r#"{"chain":"c","id":"1","hop":"h","at":"yesterday"}"#,
            "field `at`: is \"yesterday\" (a text); send RFC 3339",
        ),
        (r#"{"chain":"c","id":"1","hop":"h","at":18446744073709551615}"#, "field `at`: is 18446744073709551615"),
        (r#"{"chain":"c","id":1,"hop":"h","at":1}"#, "field `id`: is 1 (a number); send a text"),
        (r#"{"chain":"c","id":"1","hop":"h","at":1,"seq":-1}"#, "field `seq`: is -1"),
        (r#"{"chain":"c","id":"1","hop":"h","at":1,"hopp":1}"#, "field `hopp`: is not known"),
        (r#"{"chain":"c","id":"1","hop":"h","at":1,"amount":"1e6"}"#, "field `amount`: `1e6`: an amount is a decimal"),
        (r#"{"chain":"c","id":"1","hop":"h","at":1,"outcome":"lost"}"#, "field `outcome`: is \"lost\" (a text)"),
        (r#"{"chain":"c","id":"1","hop":"h","at":1,"n":4}"#, "field `n`: a counter of nobody; send `reporter`"),
        (r#"{"chain":"c","id":"1","hop":"h","at":1,"reporter":"r","n":0}"#, "field `n`: 0 is no report"),
        (r#"{"chain":"","id":"1","hop":"h","at":1}"#, "field `chain`: is empty"),
        (r#"{"reporter":"r","epoch":1,"through":4}"#, "field `at`: is missing"),
        (r#"{"reporter":"r","epoch":1,"through":4,"at":1,"hop":"h"}"#, "field `hop`: is no part of a heartbeat"),
        (r#"{"chain":"c","id":"1","ho"#, "the line is cut"),
        ("[1]", "it is a number, not an object"),
        ("nonsense", "it is no JSON"),
    ];
    for (line, expected) in cases {
        let read = json::read(line.as_bytes());
        let said = read.refused.iter().map(|(line, fault)| format!("line {line}: {fault}")).collect::<String>();
        assert!(said.starts_with("line 1: ") && said.contains(expected), "{line}\n said {said}\n expected {expected}");
    }
    let long = format!(r#"{{"chain":"c","id":"{}","hop":"h","at":1}}"#, "x".repeat(10_000));
    assert!(json::read(long.as_bytes()).refused[0].1.to_string().contains("has 10000 bytes; at most 256"));
}

#[test]
fn good_lines_are_read_around_bad_ones() {
    let good =
        r#"{"chain":"c","id":"a\"b","hop":"h","at":"2026-03-02T18:30:00.000000001Z","amount":12.5,"currency":"USD"}"#;
    let cases: &[(String, &[usize], &[usize])] = &[
        (format!("{good}\nbad\n\n{good}\r\n"), &[1, 4], &[2]),
        (format!("[{good}, {{}} ,{good}]"), &[1, 3], &[2]),
        (format!("[{good},{good}"), &[1, 2], &[3]),
        (format!("[{good},{{\"chain\""), &[1], &[2]),
        (format!("[{good}] x"), &[1], &[2]),
        ("[]".into(), &[], &[]),
        (String::new(), &[], &[]),
    ];
    for (text, records, refused) in cases {
        let read = json::read(text.as_bytes());
        let numbers = |pairs: Vec<usize>| pairs;
        assert_eq!(numbers(read.records.iter().map(|(n, _)| *n).collect()), *records, "{text}");
        assert_eq!(numbers(read.refused.iter().map(|(n, _)| *n).collect()), *refused, "{text}");
        for (_, record) in read.records {
            let Record::Checkpoint(point) = record else { panic!("{text}") };
            assert_eq!((point.id.as_ref(), point.at), ("a\"b", 1_772_476_200_000_000_001));
            assert_eq!(point.amount.unwrap().to_string(), "12.5");
        }
    }
}

/// Lines as programs write them, and lines that nearly are.
fn line() -> impl Strategy<Value = String> {
    let names = ["chain", "hop", "id", "at", "reporter", "epoch", "seq", "n", "lane", "digest", "amount", "currency"];
    let names = names.into_iter().chain(["attempt", "possdup", "through", "outcome", "other"]).collect::<Vec<_>>();
    let values = [
        "1",
        "0",
        "01",
        "-1",
        "-0",
        "12.50",
        "1e3",
        "18446744073709551615",
        "9999999999999999999",
        "4294967296",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\"",
        "\"\u{e4}\"",
        "\"a\\n\"",
        "\"\u{7f}\"",
        "\"12.50\"",
        "\"rejected\"",
        "[]",
        "\"2026-03-02T18:30:00Z\"",
        "\"yesterday\"",
        "9223372036854775808",
        "1772476200000000000",
        "\"abcdefgh\"",
    ];
    let usual = |name: &str| match name {
        "at" | "epoch" | "seq" | "n" | "attempt" | "through" => 0,
        "possdup" => 10,
        "amount" => 18,
        "outcome" => 19,
        _ => 14,
    };
    let field = (prop::sample::select(names), proptest::option::weighted(0.3, prop::sample::select(values.to_vec())));
    let spaces = prop_oneof![6 => Just(""), 2 => Just(" "), 1 => Just("\t")];
    let all = proptest::collection::vec(field, 0..6);
    (all, any::<[bool; 2]>(), spaces.clone(), spaces, 0..30_u8).prop_map(move |(fields, [point, beat], a, b, end)| {
        let mut all: Vec<(&str, &str)> = Vec::new();
        let whole: &[&str] = match (point, beat) {
            (true, _) => &["chain", "id", "hop", "at"],
            (_, true) => &["reporter", "epoch", "through", "at"],
            _ => &[],
        };
        all.extend(whole.iter().map(|name| (*name, values[usual(name)])));
        for (name, value) in fields {
            let value = value.unwrap_or(values[usual(name)]);
            match all.iter_mut().find(|(known, _)| *known == name).filter(|_| end >= 3) {
                Some(known) => known.1 = value,
                None => all.push((name, value)),
            }
        }
        let all: Vec<String> = all.iter().map(|(name, value)| format!("\"{name}\":{a}{value}")).collect();
        let text = format!("{{{b}{}{a}}}", all.join(&format!(",{b}")));
        match end {
            4 => text[..text.len() - 1].to_owned(),
            5 => format!("{text}}}"),
            6 => format!("{text} "),
            _ => text,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn a_line_is_read_alike_the_quick_way_and_carefully(line in line()) {
        prop_assert_eq!(json::read_line(line.as_bytes()), json::read_carefully(line.as_bytes()));
    }
}
