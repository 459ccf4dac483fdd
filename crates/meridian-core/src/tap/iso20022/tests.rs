//! What documents become, as a table; hostile ones among them.

use super::*;
use crate::tap::{Format, Tap, answer, frame::FRAME_BYTES_MAX};

const UETR: &str = "8a562c67-ca16-48ba-b074-65581be6f001";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn tap(iso20022: Iso20022) -> Tap {
    let format = Format::Iso20022(Box::new(iso20022));
    Tap { chain: "wires".into(), hop: "here".into(), lane: None, reporter: "t".into(), format }
}

fn document(kind: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}">{body}</Document>"#
    )
}

fn header(more: &str) -> String {
    format!(
        "<AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:head.001.001.02'><BizMsgIdr>BIZ-1</BizMsgIdr>\
         <CreDt>2026-11-23T18:00:00Z</CreDt>{more}</AppHdr>"
    )
}

/// A transaction of these identifiers.
fn transaction(ids: &str, amount: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>NOTPROVIDED</EndToEndId>{ids}</PmtId>\
         <IntrBkSttlmAmt Ccy=\"EUR\">{amount}</IntrBkSttlmAmt><ChrgBr>SHAR</ChrgBr></CdtTrfTxInf>"
    )
}

fn uetr_of(text: &str) -> String {
    format!("<UETR>{text}</UETR>")
}

fn transfer(kind: &str, transactions: &str) -> String {
    let root = if kind.starts_with("pacs.009") { "FICdtTrf" } else { "FIToFICstmrCdtTrf" };
    let group =
        "<GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-11-23T18:29:58.5+01:00</CreDtTm><NbOfTxs>1</NbOfTxs></GrpHdr>";
    document(kind, &format!("<{root}>{group}{transactions}</{root}>"))
}

fn report(body: &str) -> String {
    let group = "<GrpHdr><MsgId>STS-1</MsgId><CreDtTm>2026-11-23T18:31:00Z</CreDtTm></GrpHdr>";
    document("pacs.002.001.10", &format!("<FIToFIPmtStsRpt>{group}{body}</FIToFIPmtStsRpt>"))
}

fn status(original: &str, status: &str) -> String {
    report(&format!(
        "<TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>MSG-1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId></OrgnlGrpInf>\
         {original}<TxSts>{status}</TxSts></TxInfAndSts>"
    ))
}

fn by_group(status: &str) -> String {
    report(&format!(
        "<OrgnlGrpInfAndSts><OrgnlMsgId>MSG-1</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId>\
         <GrpSts>{status}</GrpSts></OrgnlGrpInfAndSts>"
    ))
}

fn rejection(of: &str) -> String {
    document("admi.002.001.01", &format!("<admi.002.001.01><RltdRef><Ref>{of}</Ref></RltdRef></admi.002.001.01>"))
}

fn receipt(of: &str, code: &str) -> String {
    let report = format!("<Rpt><RltdRef><Ref>{of}</Ref></RltdRef><ReqHdlg><StsCd>{code}</StsCd></ReqHdlg></Rpt>");
    document("admi.007.001.01", &format!("<RctAck><MsgId><MsgId>R-1</MsgId></MsgId>{report}</RctAck>"))
}

/// `id, amount currency, possdup, outcome, @hop, lane#seq` of each report.
fn told(tap: &Tap, memory: &mut Memory, text: &str) -> Vec<String> {
    let piece = Piece { text: text.as_bytes(), before: b"2026-11-23T19:00:00Z sent:", written: None };
    let show = |seen: Result<Seen, Fault>| match seen {
        Err(fault) => format!("refused: {}", fault.field.unwrap_or_else(|| fault.reason.clone().into())),
        Ok(seen) => {
            let text = |name: &str| seen.get(name).map(|value| value.to_string().replace('"', ""));
            let hop = text("hop").filter(|hop| hop != "here").map(|hop| format!("@{hop}"));
            let possdup = text("possdup").map(|_| "possdup".to_owned());
            let lane = text("lane").map(|lane| format!("{lane}#{}", text("seq").unwrap_or_default()));
            [text("id"), text("amount"), possdup, text("outcome"), hop, lane]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        }
    };
    tap.see(memory, &piece).into_iter().map(show).collect()
}

#[test]
fn each_document_is_told_passed_over_or_refused() {
    let one = transaction(&uetr_of(UETR), "1250000.00");
    let (id, cover) = (format!("{UETR}/pacs.008 1250000.00"), format!("{UETR}/pacs.009 1250000.00"));
    let two = format!("{one}{}", transaction(&uetr_of(OTHER), "5"));
    let with = |amount: &str| transfer("pacs.008.001.08", &transaction(&uetr_of(UETR), amount));
    let plain = transfer("pacs.008.001.08", &one);
    let bare = format!("<Document><FIToFICstmrCdtTrf><GrpHdr/>{one}</FIToFICstmrCdtTrf></Document>");
    let prefixed = plain.replace("<Document xmlns=", "<p:Document xmlns:p=").replace("</Document", "</p:Document");
    let bomb = plain.replace("<Document", "<!DOCTYPE d [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]><Document");
    let returned = document(
        "pacs.004.001.09",
        &format!(
            "<PmtRtr><TxInf><OrgnlUETR>{UETR}</OrgnlUETR><RtrdIntrBkSttlmAmt Ccy='EUR'>7.5</RtrdIntrBkSttlmAmt></TxInf></PmtRtr>"
        ),
    );
    let cases: Vec<(String, Vec<&str>)> = vec![
        (plain.clone(), vec![&id]),
        (
            format!("{}{plain}", header("<PssblDplct>true</PssblDplct>")),
            vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.008 1250000.00 possdup"],
        ),
        (
            format!("{}{plain}", header("<CpyDplct>CODU</CpyDplct>")),
            vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.008 1250000.00 possdup"],
        ),
        (format!("<E xmlns='u'>{}{}</E>", header(""), plain.split_once("?>").unwrap().1), vec![&id]),
        (prefixed, vec![&id]),
        (bare, vec![&id]),
        (plain.replace(UETR, &UETR.to_uppercase()), vec![&id]),
        (transfer("pacs.008.001.08", &two), vec![&id, "11111111-2222-4333-8444-555555555555/pacs.008 5"]),
        (transfer("pacs.009.001.08", &one), vec![&cover]),
        (
            format!(
                "{}{}",
                header("<BizSvc>swift.cbprplus.adv</BizSvc>").replace("adv</", ".adv</"),
                transfer("pacs.009.001.08", &one)
            ),
            vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.009.adv 1250000.00"],
        ),
        (transfer("pacs.008.001.02", &transaction("<TxId>TX-1</TxId>", "5")), vec!["TX-1 5"]),
        (transfer("pacs.008.001.08", &transaction("", "5")), vec!["refused: UETR"]),
        (transfer("pacs.008.001.08", &transaction(&uetr_of("8a56"), "5")), vec!["refused: UETR"]),
        (
            transfer("pacs.008.001.08", &transaction(&format!("<TxId>{}</TxId>", "x".repeat(10_000)), "5")),
            vec!["refused: id"],
        ),
        (transfer("pacs.008.001.08", ""), vec!["refused: CdtTrfTxInf"]),
        (with("+.5"), vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.008 0.5"]),
        (with("7."), vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.008 7"]),
        (with("0.12345678901234567890"), vec!["refused: amount"]),
        (with("1,5"), vec!["refused: amount"]),
        (with("1").replace(" Ccy=\"EUR\"", ""), vec!["refused: Ccy"]),
        (with("1").replace("SHAR", "a &amp; b &#65;"), vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.008 1"]),
        (returned, vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.004 7.5"]),
        (document("camt.053.001.08", "<BkToCstmrStmt/>"), vec![]),
        (document("admi.004.001.02", "<SysEvtNtfctn/>"), vec![]),
        ("<E xmlns='u'><a/></E>".into(), vec![]),
        (header(""), vec!["refused: AppHdr"]),
        ("<Document/>".into(), vec!["refused: Document"]),
        (bomb, vec!["refused: the document has a DTD"]),
        (with("1").replace("SHAR", "&lol;"), vec!["refused: the entity `lol` is none of XML's own"]),
        (
            plain.replace("UTF-8", "ISO-8859-1"),
            vec!["refused: the document says that it is written in ISO-8859-1, and only UTF-8 is read"],
        ),
        (
            format!("<Document>{}{}</Document>", "<a>".repeat(70), "</a>".repeat(70)),
            vec!["refused: its elements stand more than 64 deep in each other"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            told(&tap(Iso20022::default()), &mut Memory::default(), &text),
            expected,
            "{}",
            &text[..text.len().min(900)]
        );
    }
    let latin = Piece { text: b"<Document><a>\xe9</a></Document>", ..Piece::default() };
    let told = tap(Iso20022::default()).see(&mut Memory::default(), &latin).remove(0);
    assert!(told.unwrap_err().reason.contains("not UTF-8"));
}

#[test]
fn answers_find_their_message() {
    let (id, other) = (format!("{UETR}/pacs.008"), format!("{OTHER}/pacs.008"));
    let original = format!("<OrgnlUETR>{UETR}</OrgnlUETR>");
    let sent = format!("{}{}", header(""), transfer("pacs.008.001.08", &transaction(&uetr_of(UETR), "1")));
    let both = transaction(&uetr_of(UETR), "1") + &transaction(&uetr_of(OTHER), "1");
    let several = format!("{}{}", header(""), transfer("pacs.008.001.08", &both));
    let rejected = |id: &str| format!("{id} rejected");
    let without_type = status(&original, "RJCT").replace("OrgnlMsgNmId", "X");
    // What was seen before, the answer, and what it tells.
    let cases: Vec<(&str, String, Vec<String>)> = vec![
        ("", status(&original, "RJCT"), vec![rejected(&id)]),
        ("", status(&original, "CANC"), vec![format!("{id} cancelled")]),
        ("", status(&original, "ACSC"), vec![id.clone()]),
        ("", status(&original, "ACSP"), vec![]),
        (
            "",
            status(&original, "RJCT").replace("pacs.008.001.08", "pacs.009.001.08"),
            vec![rejected(&format!("{UETR}/pacs.009"))],
        ),
        ("", status(&original, "RJCT").replace("pacs.008.001.08", "MT103"), vec![rejected(&id)]),
        ("", without_type.clone(), vec!["refused: OrgnlMsgNmId".into()]),
        (&sent, without_type, vec![rejected(&id)]),
        ("", status("<OrgnlTxId>TX-1</OrgnlTxId>", "RJCT"), vec![rejected("TX-1")]),
        (&sent, status("<OrgnlTxId>TX-1</OrgnlTxId>", "RJCT"), vec![rejected(&id)]),
        ("", status("", "RJCT"), vec!["refused: UETR".into()]),
        (&several, status("", "RJCT"), vec!["refused: UETR".into()]),
        (&several, by_group("RJCT"), vec![rejected(&id), rejected(&other)]),
        (&several, by_group("PART"), vec![]),
        ("", by_group("RJCT"), vec!["refused: OrgnlMsgId".into()]),
        (&several, rejection("BIZ-1"), vec![rejected(&id), rejected(&other)]),
        (&sent, rejection("MSG-1"), vec![rejected(&id)]),
        ("", rejection("BIZ-1"), vec!["refused: RltdRef".into()]),
        (&sent, receipt("BIZ-1", "E007"), vec![rejected(&id)]),
        (&sent, receipt("BIZ-1", "TS01"), vec![]),
        // Seen here already.
        (&sent, status(&original, "ACSC"), vec![]),
    ];
    let rejected = ["E007".to_owned()].into();
    let tap_of = |answers| tap(Iso20022 { answers, ..Iso20022::default() });
    for (before, text, expected) in cases {
        let tap = tap_of(answer::Answers { rejected: BTreeSet::clone(&rejected), ..answer::Answers::default() });
        let mut memory = Memory::default();
        if !before.is_empty() {
            told(&tap, &mut memory, before);
            // What was remembered survives a restart.
            memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
        }
        assert_eq!(told(&tap, &mut memory, &text), expected, "{text}");
    }
    let words = ["ACSP=settling", "ACSC"].iter().map(|text| answer::word(text).unwrap()).collect();
    let tap = tap_of(answer::Answers { accepted: words, hop: Some("fed".into()), ..answer::Answers::default() });
    let mut memory = Memory::default();
    for (text, expected) in [
        (sent, format!("{id} 1")),
        (status(&original, "ACSP"), format!("{id} @settling")),
        (status(&original, "ACSC"), format!("{id} @fed")),
        (status(&original, "RJCT"), format!("{id} rejected @fed")),
    ] {
        assert_eq!(told(&tap, &mut memory, &text), [expected], "{text}");
    }
}

#[test]
fn a_group_s_status_holds_where_a_transaction_has_none_of_its_own() {
    let one = format!("<TxInfAndSts><OrgnlUETR>{UETR}</OrgnlUETR></TxInfAndSts>");
    let other = format!("<TxInfAndSts><OrgnlUETR>{OTHER}</OrgnlUETR><TxSts>PDNG</TxSts></TxInfAndSts>");
    let text = by_group("RJCT").replace("</OrgnlGrpInfAndSts>", &format!("</OrgnlGrpInfAndSts>{one}{other}"));
    let said = told(&tap(Iso20022::default()), &mut Memory::default(), &text);
    assert_eq!(said, [format!("{UETR}/pacs.008 rejected")]);
}

#[test]
fn an_imad_is_told_as_lane_and_number_and_its_answers_have_them_too() {
    let iso = Iso20022 { key: Key::MsgId, imad: Some(Key::MsgId), ..Iso20022::default() };
    let (tap, imad) = (tap(iso), "20261123A1B2C3D4000031");
    let sent = transfer("pacs.008.001.08", &transaction(&uetr_of(UETR), "1"));
    for (text, expected) in [
        (sent.replace("MSG-1", imad), format!("{imad} 1 A1B2C3D4@20261123#31")),
        (sent, "refused: MsgId".to_owned()),
        (rejection(imad), format!("{imad} rejected A1B2C3D4@20261123#31")),
        (status("", "RJCT").replace("MSG-1", imad), format!("{imad} rejected A1B2C3D4@20261123#31")),
    ] {
        assert_eq!(told(&tap, &mut Memory::default(), &text), [expected], "{text}");
    }
}

#[test]
fn only_the_wanted_types_are_told_and_the_others_are_known() {
    let tap = tap(Iso20022 { types: ["pacs.002".to_owned()].into(), ..Iso20022::default() });
    let mut memory = Memory::default();
    let sent = transfer("pacs.008.001.08", &transaction(&uetr_of(UETR), "1"));
    assert!(told(&tap, &mut memory, &sent).is_empty());
    assert_eq!(told(&tap, &mut memory, &by_group("ACSC")), [format!("{UETR}/pacs.008")]);
}

#[test]
fn the_digest_is_of_the_transaction_and_not_of_how_it_is_sent() {
    let plain = transfer("pacs.008.001.08", &transaction(&uetr_of(UETR), "1"));
    let digest = |text: &str| {
        let seen =
            tap(Iso20022::default()).see(&mut Memory::default(), &Piece { text: text.as_bytes(), ..Piece::default() });
        seen.into_iter().next().unwrap().unwrap()["digest"].clone()
    };
    for (other, same) in [
        (format!("{}{plain}", header("<PssblDplct>true</PssblDplct>")), true),
        (plain.replace("MSG-1", "MSG-2").replace("18:29", "19:29"), true),
        (plain.replace("><", ">\r\n  <"), true),
        (plain.replace("<ChrgBr>", "<p:ChrgBr xmlns:p='u'>").replace("</ChrgBr", "</p:ChrgBr"), true),
        (plain.replace("SHAR", "S<!-- c -->H&#65;R"), true),
        (plain.replace("SHAR", "DEBT"), false),
        (plain.replace("EUR", "USD"), false),
        (plain.replace(">1<", ">2<"), false),
    ] {
        assert_eq!(digest(&plain) == digest(&other), same, "{other}");
    }
}

#[test]
fn the_time_is_the_log_s_or_the_message_s_or_the_file_s() {
    let with = transfer("pacs.008.001.08", &transaction(&uetr_of(UETR), "1"));
    let local = with.replace("+01:00", "");
    let without = with.replace("CreDtTm", "X");
    let (written, zone) = (Some(1_000), || Some(TimeZone::get("Europe/London").unwrap()));
    let at = |text: &str| text.parse::<crate::Instant>().unwrap().as_nanosecond().to_string();
    for (clock, before, text, expected) in [
        (Clock::Any, "2026-11-23 19:00:00,5 INFO sent:\n", &with, at("2026-11-23T19:00:00.5Z")),
        (Clock::Any, "2026-11-23T19:00:00Z INFO sent:\n   ", &with, at("2026-11-23T19:00:00Z")),
        (Clock::Any, "no stamp ", &with, at("2026-11-23T17:29:58.5Z")),
        (Clock::Any, "", &local.replace("11-23", "07-23"), at("2026-07-23T17:29:58.5Z")),
        (Clock::Any, "", &without, "1000".into()),
        (Clock::Log, "", &with, "at".into()),
        (Clock::Message, "2026-11-23T19:00:00Z", &with, at("2026-11-23T17:29:58.5Z")),
        (Clock::Message, "", &without, "CreDtTm".into()),
        (Clock::Message, "", &with.replace("18:29", "25:29"), "CreDtTm".into()),
        (Clock::File, "2026-11-23T19:00:00Z", &with, "1000".into()),
    ] {
        let tap = tap(Iso20022 { clock, zone: zone(), ..Iso20022::default() });
        let piece = Piece { text: text.as_bytes(), before: before.as_bytes(), written };
        let said = match tap.see(&mut Memory::default(), &piece).remove(0) {
            Ok(seen) => seen["at"].to_string(),
            Err(fault) => fault.field.unwrap().into(),
        };
        assert_eq!(said, expected, "{clock:?} {before} {text}");
    }
}

#[test]
fn the_newest_messages_are_remembered_and_no_more() {
    let (tap, mut memory) = (tap(Iso20022::default()), Memory::default());
    let sent = |number: usize| {
        let uetr = uetr_of(&format!("8a562c67-ca16-48ba-b074-{number:012}"));
        transfer("pacs.008.001.08", &transaction(&uetr, "1")).replace("MSG-1", &format!("MSG-{number}"))
    };
    for number in 0..=answer::MESSAGES_MAX {
        told(&tap, &mut memory, &sent(number));
    }
    assert_eq!(told(&tap, &mut memory, &rejection("MSG-0")), ["refused: RltdRef"]);
    assert_eq!(
        told(&tap, &mut memory, &rejection("MSG-1")),
        ["8a562c67-ca16-48ba-b074-000000000001/pacs.008 rejected"]
    );
    let kept = serde_json::to_string(&memory).unwrap().len();
    assert!(kept < FRAME_BYTES_MAX, "{kept} bytes stand beside the position");
}
