//! What messages become, as a table; hostile ones among them.

use super::*;
use crate::tap::{Format, Tap, answer};

const UETR: &str = "8a562c67-ca16-48ba-b074-65581be6f001";

fn tap(mt: Mt) -> Tap {
    Tap {
        chain: "wires".into(),
        hop: "here".into(),
        lane: None,
        reporter: "t".into(),
        format: Format::Mt(Box::new(mt)),
    }
}

fn sequences() -> Mt {
    Mt { sequences: true, ..Mt::default() }
}

/// What is sent, with this type, these tags of block 3, these fields, and this trailer.
fn message(kind: &str, tags: &str, text: &str, trailer: &str) -> String {
    let text = text.replace('|', "\r\n");
    format!(
        "{{1:F01BANKBEBBAXXX0027002609}}{{2:I{kind}BANKDEFFXXXXN}}{{3:{{108:MUR1}}{tags}}}{{4:\r\n{text}\r\n-}}{{5:{trailer}}}"
    )
}

/// The same as it arrives, with other numbers of the receiver's own.
fn received(text: &str) -> String {
    text.replace("{1:F01BANKBEBBAXXX0027002609}", "{1:F01BANKDEFFAXXX0815000042}")
        .replace("{2:I103BANKDEFFXXXXN}", "{2:O1031829261123BANKBEBBAXXX00270026092611231830N}")
}

const TEXT: &str = ":20:REF-1|:23B:CRED|:32A:261123EUR1250000,50|:50K:/123|ACME :20:X|:59:/456|BETA|:71A:SHA";
const ACK: &str = "{1:F21BANKBEBBAXXX0027002609}{4:{177:2611231830}{451:0}{108:MUR1}}";

fn nak() -> String {
    ACK.replace("{451:0}", "{451:1}{405:T27002}")
}

fn system(kind: &str, tags: &str) -> String {
    format!("{{1:F01BANKBEBBAXXX0027000007}}{{2:O{kind}1830261123DYLRXXXXAXXX00010000012611231831S}}{{4:{tags}}}{{5:}}")
}

/// `id, amount currency, possdup, outcome, @hop, lane#seq` of each report.
fn told(tap: &Tap, memory: &mut Memory, text: &str) -> Vec<String> {
    let piece = Piece { text: text.as_bytes(), before: b"2026-11-23T19:00:00Z \x01", written: None };
    let show = |seen: Result<Seen, Fault>| match seen {
        Err(fault) => format!("refused: {}", fault.field.unwrap_or_else(|| fault.reason.clone().into())),
        Ok(seen) => {
            let text = |name: &str| seen.get(name).map(|value| value.to_string().replace('"', ""));
            let hop = text("hop").filter(|hop| hop != "here").map(|hop| format!("@{hop}"));
            let possdup = text("possdup").map(|_| "possdup".to_owned());
            let lane = text("lane").map(|lane| format!("{lane}#{}", text("seq").unwrap_or_default()));
            let shown = [text("id"), text("amount"), text("currency"), possdup, text("outcome"), hop, lane];
            shown.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    };
    tap.see(memory, &piece).into_iter().map(show).collect()
}

#[test]
fn each_message_is_told_passed_over_or_refused() {
    let tag = format!("{{121:{UETR}}}");
    let customer = format!("{UETR}/pacs.008 1250000.50 EUR");
    let (bank, back) = (format!("{UETR}/pacs.009 1250000.50 EUR"), format!("{UETR}/pacs.004 1250000.50 EUR"));
    let (free, wide) = (format!("{UETR}/MT199/REF-1"), format!("{UETR}/pacs.008 1250000.50 EUR possdup"));
    let plain = message("103", &tag, TEXT, "{CHK:1A2B3C4D5E6F}");
    let with = |amount: &str| message("103", &tag, &TEXT.replace("EUR1250000,50", amount), "");
    let cases: Vec<(String, Vec<&str>)> = vec![
        (plain.clone(), vec![&customer]),
        (received(&plain), vec![&customer]),
        (plain.replace("\r\n", "\n"), vec![&customer]),
        (plain.replace("\r\n", " "), vec![&customer]),
        (plain.replace("}{", "}\r\n{"), vec![&customer]),
        (plain.replace(UETR, &UETR.to_uppercase()), vec![&customer]),
        (message("202", &tag, TEXT, ""), vec![&bank]),
        (message("202", &format!("{{119:COV}}{tag}"), TEXT, ""), vec![&bank]),
        (message("103", &tag, &format!("{TEXT}|:72:/RETN/99"), ""), vec![&back]),
        (message("199", &tag, ":20:REF-1|:79:hello", ""), vec![&free]),
        (message("199", "", ":20:REF-1|:79:hello", ""), vec!["BANKBEBB/REF-1/MT199"]),
        (message("103", "", TEXT, ""), vec!["BANKBEBB/REF-1/pacs.008 1250000.50 EUR"]),
        (received(&message("103", "", TEXT, "")), vec!["BANKBEBB/REF-1/pacs.008 1250000.50 EUR"]),
        (message("910", "", ":20:REF-1|:32A:261123USD7,", ""), vec!["BANKBEBB/REF-1/MT910 7 USD"]),
        (message("103", &tag, TEXT, "{CHK:1A2B3C4D5E6F}{PDE:}"), vec![&wide]),
        (message("103", &tag, TEXT, "{PDM:1348261123BANKFRPPAXXX2222123456}"), vec![&wide]),
        (with("EUR,5"), vec!["8a562c67-ca16-48ba-b074-65581be6f001/pacs.008 0.5 EUR"]),
        (with("EUR0,12345678901234567890"), vec!["refused: amount"]),
        (with("EUR1.000,00"), vec!["refused: amount"]),
        (with("5"), vec!["refused: 32A"]),
        (message("103", "{121:8a56}", TEXT, ""), vec!["refused: 121"]),
        (message("103", "", ":32A:261123EUR1,", ""), vec!["refused: 20"]),
        (message("199", "", &format!(":20:{}", "x".repeat(10_000)), ""), vec!["refused: id"]),
        (plain.replace("\r\n-}", "}"), vec!["refused: 4"]),
        (plain.replace("I103", "X103"), vec!["refused: 2"]),
        (plain.replace("I103", "O103"), vec!["refused: 2"]),
        (plain.replace("F01BANKBEBBAXXX", "F01BÄNKBEBBAXX"), vec!["refused: 1"]),
        ("{1:F01BANKBEBBAXXX00270026".into(), vec!["refused: block"]),
        (plain.replace("{4:", "{4"), vec!["refused: block"]),
        (plain[..plain.find("{4:").unwrap()].to_owned(), vec!["refused: 4"]),
        (system("010", "{106:261123BANKBEBBAXXX0027002609}"), vec![]),
        ("{1:L02BANKBEBBAXXX}{4:{110:001}}".into(), vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(told(&tap(Mt::default()), &mut Memory::default(), &text), expected, "{text}");
    }
}

#[test]
fn answers_find_their_message() {
    let sent = message("103", &format!("{{121:{UETR}}}"), TEXT, "");
    let id = format!("{UETR}/pacs.008");
    let rejected = vec![format!("{id} rejected")];
    let mir = "{106:261123BANKBEBBAXXX0027002609}";
    let unnumbered = sent.replace("0027002609", "0000000000");
    let by_reference = ACK.replace("0027002609", "0027009999").replace("{451:0}", "{451:1}");
    // What was seen before, the answer, and what it tells.
    let cases: Vec<(&str, String, Vec<String>)> = vec![
        ("", format!("{}{sent}", nak()), rejected.clone()),
        ("", format!("{ACK}{sent}"), vec![id.clone()]),
        ("", format!("{ACK}{unnumbered}"), vec![id.clone()]),
        (&sent, format!("{ACK}{sent}"), vec![]),
        (&sent, nak(), rejected.clone()),
        (&sent, by_reference, rejected.clone()),
        (&sent, ACK.into(), vec![]),
        ("", nak(), vec!["refused: 1".into()]),
        (&sent, system("019", &format!("{{175:1831}}{mir}{{432:08}}")), rejected.clone()),
        (&sent, system("019", "{108:MUR1}"), rejected),
        (&sent, system("011", mir), vec![]),
        ("", system("019", mir), vec!["refused: 1".into()]),
        ("", system("019", ""), vec!["refused: 106".into()]),
        ("", ACK.replace("{451:0}", ""), vec!["refused: 451".into()]),
    ];
    for (before, text, expected) in cases {
        let (tap, mut memory) = (tap(Mt::default()), Memory::default());
        if !before.is_empty() {
            told(&tap, &mut memory, before);
        }
        assert_eq!(told(&tap, &mut memory, &text), expected, "{before}\n{text}");
    }
    let words = ["ACK=swift", "011=delivered"].iter().map(|text| answer::word(text).unwrap()).collect();
    let answers = answer::Answers { accepted: words, ..answer::Answers::default() };
    let (tap, mut memory) = (tap(Mt { answers, ..sequences() }), Memory::default());
    for (text, expected) in [
        (sent.clone(), format!("{id} 1250000.50 EUR BANKBEBBAXXX/0027#2609")),
        (ACK.to_owned(), format!("{id} @swift BANKBEBBAXXX/0027#2609")),
        (format!("{ACK}{unnumbered}"), format!("{id} @swift BANKBEBBAXXX/0027#2609")),
        (system("011", mir), format!("{id} @delivered BANKBEBBAXXX/0027#2609")),
    ] {
        assert_eq!(told(&tap, &mut memory, &text), [expected], "{text}");
    }
}

#[test]
fn with_sequences_every_number_of_a_terminal_is_told() {
    let tag = format!("{{121:{UETR}}}");
    let (sent, service) = (message("103", &tag, TEXT, ""), message("035", "", ":20:X", ""));
    let id = format!("{UETR}/pacs.008 1250000.50 EUR BANKBEBBAXXX/0027#2609");
    let only = "BANKBEBBAXXX/0027/2609 cancelled BANKBEBBAXXX/0027#2609".to_owned();
    let wanting = |types: &str| Mt { types: [types.to_owned()].into(), ..sequences() };
    for (mt, text, expected) in [
        (sequences(), &sent, vec![id.clone()]),
        (sequences(), &received(&sent), vec![id.clone()]),
        (sequences(), &service, vec![only.clone()]),
        (wanting("202"), &sent, vec![only]),
        (wanting("202"), &received(&sent), vec![]),
        (wanting("I103"), &sent, vec![id.clone()]),
        (wanting("O103"), &received(&sent), vec![id]),
        (sequences(), &sent.replace("0027002609", "0000000000"), vec!["refused: 1".to_owned()]),
        (Mt { key: Key::Fin, ..Mt::default() }, &sent, vec!["BANKBEBBAXXX0027002609 1250000.50 EUR".to_owned()]),
        (
            Mt { key: Key::Fin, ..sequences() },
            &nak(),
            vec!["BANKBEBBAXXX0027002609 rejected BANKBEBBAXXX/0027#2609".to_owned()],
        ),
    ] {
        assert_eq!(told(&tap(mt), &mut Memory::default(), text), expected, "{text}");
    }
}

#[test]
fn the_digest_is_of_the_text_and_not_of_how_it_is_sent() {
    let plain = message("103", &format!("{{121:{UETR}}}"), TEXT, "{CHK:1}");
    let digest = |text: &str| {
        let piece = Piece { text: text.as_bytes(), written: Some(1), ..Piece::default() };
        tap(Mt::default()).see(&mut Memory::default(), &piece).remove(0).unwrap()["digest"].clone()
    };
    for (other, same) in [
        (received(&plain), true),
        (plain.replace("{CHK:1}", "{CHK:2}{PDE:}"), true),
        (plain.replace("{108:MUR1}", "{108:MUR2}"), true),
        (plain.replace("\r\n", "\n"), true),
        (plain.replace("BETA", "GAMMA"), false),
        (plain.replace("I103", "I202"), false),
    ] {
        assert_eq!(digest(&plain) == digest(&other), same, "{other}");
    }
}

#[test]
fn the_time_is_the_log_s_or_the_network_s_or_the_file_s() {
    let sent = message("103", "", TEXT, "");
    let at = |text: &str| text.parse::<crate::Instant>().unwrap().as_nanosecond().to_string();
    for (clock, before, text, written, expected) in [
        (Clock::Any, "2026-11-23 19:00:00 in\n\u{1}", &sent, None, at("2026-11-24T00:00:00Z")),
        (Clock::Any, "", &received(&sent), None, at("2026-11-23T23:30:00Z")),
        (Clock::Any, "", &sent, Some(7), "7".to_owned()),
        (Clock::Any, "", &sent, None, "at".to_owned()),
        (Clock::Message, "2026-11-23 19:00:00", &received(&sent), Some(7), at("2026-11-23T23:30:00Z")),
        (Clock::Message, "", &received(&sent).replace("2609261123", "2609269923"), Some(7), "at".to_owned()),
    ] {
        let zone = Some(TimeZone::get("America/New_York").unwrap());
        let piece = Piece { text: text.as_bytes(), before: before.as_bytes(), written };
        let said = match tap(Mt { clock, zone, ..Mt::default() }).see(&mut Memory::default(), &piece).remove(0) {
            Ok(seen) => seen["at"].to_string(),
            Err(fault) => fault.field.unwrap().into(),
        };
        assert_eq!(said, expected, "{clock:?} {before} {text}");
    }
}
