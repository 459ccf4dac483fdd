//! What lines become, as a table; and the laws: no line makes a parser panic.

use proptest::prelude::*;

use super::*;

fn tap(format: Format) -> Tap {
    Tap { chain: "wires".into(), hop: "gateway".into(), lane: Some("A".into()), reporter: "tap-1".into(), format }
}

fn pattern(regex: &str, time_format: Option<&str>, zone: Option<&str>) -> Format {
    Format::Regex(Box::new(Pattern::new(regex, time_format.map(str::to_owned), zone).unwrap()))
}

fn log() -> Format {
    let regex = r"^(?P<at>\S+ \S+) wire (?P<id>\S+) seq=(?P<seq>\S+)(?: amt=(?P<amount>\S+) (?P<currency>\S+))?(?: (?P<outcome>REJECTED))?";
    pattern(regex, Some("%Y-%m-%d %H:%M:%S%.f"), Some("America/New_York"))
}

fn told(tap: &Tap, line: &str) -> String {
    match tap.see(&mut Memory::default(), &Piece { text: line.as_bytes(), ..Piece::default() }).pop() {
        Some(Ok(seen)) => tap.seal(seen, 3, 9).unwrap(),
        None => "-".to_owned(),
        Some(Err(fault)) => format!("refused: {}", fault.field.unwrap_or_else(|| "line".into())),
    }
}

#[test]
fn each_line_is_reported_passed_over_or_refused() {
    const OWN: &str = r#","reporter":"tap-1""#;
    let (json, log) = (tap(Format::Ndjson), tap(log()));
    let cases = [
        (
            &json,
            r#"{"id":"7","at":5}"#,
            format!(r#"{{"at":5,"chain":"wires","epoch":3,"hop":"gateway","id":"7","lane":"A","n":9{OWN}}}"#),
        ),
        (
            &json,
            r#"{"id":"7","at":5,"hop":"h","amount":0.10,"reporter":"x","n":1}"#,
            format!(r#"{{"amount":"0.10","at":5,"chain":"wires","epoch":3,"hop":"h","id":"7","lane":"A","n":9{OWN}}}"#),
        ),
        (&json, "", "-".to_owned()),
        (&json, r#"{"id":"7","at":"#, "refused: line".to_owned()),
        (&json, r#"{"id":"7","id":"8","at":5}"#, "refused: line".to_owned()),
        (&json, r#"{"at":5}"#, "refused: id".to_owned()),
        (&json, r#"{"through":5,"at":5}"#, "refused: through".to_owned()),
        (
            &log,
            "2026-01-02 10:00:00.5 wire W1 seq=4 amt=10.00 USD",
            format!(
                r#"{{"amount":"10.00","at":1767366000500000000,"chain":"wires","currency":"USD","epoch":3,"hop":"gateway","id":"W1","lane":"A","n":9{OWN},"seq":4}}"#
            ),
        ),
        (
            &log,
            "2026-07-02 10:00:00 wire W1 seq=4 REJECTED",
            format!(
                r#"{{"at":1783000800000000000,"chain":"wires","epoch":3,"hop":"gateway","id":"W1","lane":"A","n":9,"outcome":"rejected"{OWN},"seq":4}}"#
            ),
        ),
        (&log, "2026-07-02 10:00:00 cache warmed", "-".to_owned()),
        (&log, "2026-13-02 10:00:00 wire W1 seq=4", "refused: at".to_owned()),
        (&log, "2026-07-02 10:00:00 wire W1 seq=-4", "refused: seq".to_owned()),
        (&log, "2026-07-02 10:00:00 wire W1 seq=4 amt=1e6 USD", "refused: amount".to_owned()),
    ];
    for (tap, line, expected) in cases {
        assert_eq!(told(tap, line), expected, "{line}");
    }
}

#[test]
fn a_pattern_that_can_not_work_is_refused() {
    for (regex, zone, word) in [
        ("(", None, "can't be read"),
        ("(?P<id>x)", None, "no group `at`"),
        ("(?P<id>x)(?P<at>y)(?P<when>z)", None, "`when`"),
        ("(?P<id>x)(?P<at>y)", Some("Mars/Base"), "no time zone"),
    ] {
        let why = Pattern::new(regex, None, zone).unwrap_err().to_string();
        assert!(why.contains(word), "{why}");
    }
}

proptest! {
    #[test]
    fn no_line_makes_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for format in [
            Format::Ndjson,
            log(),
            pattern("(?P<at>.)(?P<id>.*)", None, None),
            fix::tests::fix(true),
            Format::Iso20022(Box::default()),
            Format::Mt(Box::default()),
        ] {
            let _ = tap(format).see(&mut Memory::default(), &Piece { text: &bytes, ..Piece::default() });
        }
    }

    #[test]
    fn no_change_to_a_message_makes_a_parser_panic(
        sample in proptest::sample::select(SAMPLES.to_vec()),
        place in any::<proptest::sample::Index>(),
        taken in 0_usize..30,
        put in prop_oneof![".{0,4}", "[{}:0-9A-Z<>/&;é-]{0,12}"],
    ) {
        let mut bytes = sample.as_bytes().to_vec();
        let place = place.index(bytes.len());
        let end = (place + taken).min(bytes.len());
        bytes.splice(place..end, put.into_bytes());
        for sequences in [false, true] {
            let key = if sequences { mt::Key::Fin } else { mt::Key::Uetr };
            for format in [
                Format::Mt(Box::new(mt::Mt { sequences, key, ..mt::Mt::default() })),
                Format::Iso20022(Box::new(iso20022::Iso20022 { imad: Some(iso20022::Key::MsgId), ..iso20022::Iso20022::default() })),
            ] {
                let (tap, mut memory) = (tap(format), Memory::default());
                for _ in 0..2 {
                    let _ = tap.see(&mut memory, &Piece { text: &bytes, before: b"", written: Some(1) });
                }
            }
        }
    }
}

/// Messages near to which the hostile ones are.
const SAMPLES: [&str; 5] = [
    "<AppHdr><BizMsgIdr>B</BizMsgIdr><PssblDplct>true</PssblDplct></AppHdr><Document xmlns='urn:x:pacs.008.001.08'><F><GrpHdr>\
     <MsgId>20261123A1B2C3D4000031</MsgId></GrpHdr><CdtTrfTxInf><PmtId><UETR>8a562c67-ca16-48ba-b074-65581be6f001</UETR>\
     </PmtId><IntrBkSttlmAmt Ccy='EUR'>1.5</IntrBkSttlmAmt></CdtTrfTxInf></F></Document>",
    "<Document xmlns='urn:x:pacs.002.001.10'><F><TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>M</OrgnlMsgId><OrgnlMsgNmId>MT103\
     </OrgnlMsgNmId></OrgnlGrpInf><OrgnlTxId>T</OrgnlTxId><TxSts>RJCT</TxSts></TxInfAndSts></F></Document>",
    "{1:F01BANKBEBBAXXX0027002609}{2:I103BANKDEFFXXXXN}{3:{108:MUR1}}{4:\r\n:20:R\r\n:32A:261123EUR1,5\r\n:72:/RETN/\r\n-}{5:{PDE:}}",
    "{1:F01BANKDEFFAXXX0815000042}{2:O1031829261123BANKBEBBAXXX00270026092611231830N}{4:\n:20:R\n:32B:EUR1,5\n-}",
    "{1:F21BANKBEBBAXXX0027002609}{4:{177:2611231830}{451:1}{108:MUR1}}",
];
