//! FIX: logs with one message a line, its fields apart by SOH, `|` or `^A`, behind whatever the log writes before it.
//!
//! | message | told as |
//! | --- | --- |
//! | a business message with an identifier (tag 11, or another one) | seen, with the digest of its body |
//! | the same marked PossDupFlag (43) or PossResend (97) | seen, as a possible duplicate |
//! | an execution report with OrdStatus (39) 8 or 4 | seen, and rejected or cancelled |
//! | a business message reject (35=j) | the message that it refers to (379) is rejected |
//! | a session message (heartbeat, logon, resend request, …) | nothing; with sequences: its number, which ends where it was sent |
//! | a logon of number 1, or a sequence reset that fills no gap | with sequences: the numbers begin anew, in a lane of another name |
//! | a gap fill | nothing: session messages have no further way, and what else was in the gap has not come |
//!
//! A lane is `SENDER>TARGET`, and behind a reset `SENDER>TARGET@` with the reset's own SendingTime, so that whoever sees
//! the reset on either side of a session names the lane alike. The instant is the log's own, where the line begins with
//! one, else SendingTime (52). The digest leaves out what differs between transmissions: header, trailer, marks.
//!
//! What it does *not* do: it reads no data field (tag 96 and the like) that contains its own delimiter.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{
    Memory, Seen,
    stamp::{compact, logged},
};
use crate::chain::wire::Fault;

/// ClOrdID.
pub const ID_TAG: u32 = 11;

/// Of the session: they carry no business.
const SESSION: [&str; 7] = ["0", "1", "2", "3", "4", "5", "A"];

/// What differs between transmissions of one message, or between the two ends of a session.
const NOT_BODY: [u32; 25] =
    [8, 9, 10, 34, 43, 49, 50, 52, 56, 57, 89, 93, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145, 369, 1128, 1129];

/// How FIX messages are told.
#[derive(Clone, Debug)]
pub struct Fix {
    /// The tag of the business key.
    pub id_tag: u32,
    /// Only these MsgTypes (35); none: all that carry business.
    pub types: BTreeSet<String>,
    /// Whether MsgSeqNum (34) is told, and with it every session message.
    pub sequences: bool,
    /// Of instants at the beginning of a line that have no offset; none: such are taken as UTC.
    pub zone: Option<TimeZone>,
}

/// One message: its fields in their order.
struct Message<'a>(Vec<(u32, &'a str)>);

impl<'a> Message<'a> {
    fn get(&self, tag: u32) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == tag).map(|(_, value)| *value).filter(|value| !value.is_empty())
    }

    fn must(&self, tag: u32, name: &str) -> Result<&'a str, Fault> {
        self.get(tag).ok_or_else(|| fault(tag, format!("the message has no {name}"), "look whether lines are cut"))
    }

    fn is(&self, tag: u32) -> bool {
        self.get(tag) == Some("Y")
    }
}

fn fault(tag: u32, reason: String, hint: &'static str) -> Fault {
    Fault { field: Some(tag.to_string().into()), reason, hint }
}

impl Fix {
    pub(super) fn see(&self, memory: &mut Memory, line: &[u8]) -> Result<Option<Seen>, Fault> {
        let line = String::from_utf8_lossy(line);
        let Some(begin) = line.find("8=FIX") else { return Ok(None) };
        let message = parse(&line[begin..])?;
        let kind = message.must(35, "MsgType")?;
        let at = self.instant(&line[..begin], &message)?;
        let mut seen = Seen::from([("at".to_owned(), Value::from(at))]);
        let lane = if self.sequences { Some(lane(memory, &message, kind)?) } else { None };
        if SESSION.contains(&kind) {
            let Some((lane, seq)) = lane.filter(|_| kind != "4") else { return Ok(None) };
            seen.extend([
                ("id".to_owned(), Value::from(format!("{lane}/{seq}"))),
                ("outcome".to_owned(), Value::from("cancelled")),
            ]);
            set_lane(&mut seen, lane, seq);
            return Ok(Some(seen));
        }
        if !self.types.is_empty() && !self.types.contains(kind) {
            return Ok(None);
        }
        let id = if kind == "j" { message.get(379) } else { message.get(self.id_tag) };
        let Some(id) = id.map(str::to_owned).or_else(|| lane.as_ref().map(|(lane, seq)| format!("{lane}/{seq}")))
        else {
            return Ok(None);
        };
        seen.insert("id".to_owned(), Value::from(id));
        seen.insert("digest".to_owned(), Value::from(digest(&message)));
        if message.is(43) || message.is(97) {
            seen.insert("possdup".to_owned(), Value::from(true));
        }
        let outcome = match (kind, message.get(39)) {
            ("j", _) | ("8", Some("8")) => Some("rejected"),
            ("8", Some("4")) => Some("cancelled"),
            _ => None,
        };
        seen.extend(outcome.map(|outcome| ("outcome".to_owned(), Value::from(outcome))));
        if let Some((lane, seq)) = lane {
            set_lane(&mut seen, lane, seq);
        }
        Ok(Some(seen))
    }

    /// Nanoseconds since 1970, by the log or by the sender.
    fn instant(&self, before: &str, message: &Message<'_>) -> Result<i64, Fault> {
        let logged = logged(before, self.zone.as_ref().unwrap_or(&TimeZone::UTC));
        let at = match logged {
            Some(at) => Some(at),
            None => compact(message.must(52, "SendingTime")?),
        };
        at.and_then(|at| i64::try_from(at.as_nanosecond()).ok()).ok_or_else(|| {
            let reason = format!("`{}` is no UTC time of FIX", super::excerpt(message.get(52).unwrap_or_default()));
            fault(52, reason, "expected is 20261123-18:29:58.123")
        })
    }
}

fn set_lane(seen: &mut Seen, lane: String, seq: u64) {
    seen.insert("lane".to_owned(), Value::from(lane));
    seen.insert("seq".to_owned(), Value::from(seq));
}

/// From `8=FIX` to the end of the line.
fn parse(text: &str) -> Result<Message<'_>, Fault> {
    let delimiter = ["\u{1}", "^A", "|"].into_iter().find(|delimiter| text.contains(delimiter)).unwrap_or("\u{1}");
    let mut fields = Vec::new();
    let mut taken = 0;
    for part in text.split(delimiter) {
        let pair = part.split_once('=').and_then(|(tag, value)| Some((tag.parse::<u32>().ok()?, value)));
        let Some((tag, value)) = pair else {
            let reason = format!("`{}` is no field of FIX", super::excerpt(part));
            let hint = "fields are tag=value, apart by SOH, | or ^A, one message a line";
            return Err(Fault { field: None, reason, hint });
        };
        if tag == 10 {
            if delimiter == "\u{1}" {
                checksum(&text.as_bytes()[..taken], value.trim())?;
            }
            return Ok(Message(fields));
        }
        fields.push((tag, value));
        taken += part.len() + delimiter.len();
    }
    Err(fault(10, "the message has no end".to_owned(), "look whether lines are cut"))
}

/// Of the bytes before the field of the checksum.
fn checksum(bytes: &[u8], said: &str) -> Result<(), Fault> {
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    if format!("{sum:03}") == said {
        return Ok(());
    }
    let reason = format!("the message's bytes sum up to {sum:03}, and its CheckSum says {}", super::excerpt(said));
    Err(fault(10, reason, "look whether the log changes what it writes"))
}

/// The message's lane and number. A reset is remembered, for the numbers after it.
fn lane(memory: &mut Memory, message: &Message<'_>, kind: &str) -> Result<(String, u64), Fault> {
    let seq = message.must(34, "MsgSeqNum")?;
    let seq: u64 = seq.parse().map_err(|_| {
        let reason = format!("`{}` is no number of 64 bits", super::excerpt(seq));
        fault(34, reason, "look whether lines are cut")
    })?;
    let session = format!("{}>{}", message.must(49, "SenderCompID")?, message.must(56, "TargetCompID")?);
    let begins = match kind {
        "A" => seq == 1,
        "4" => !message.is(123),
        _ => false,
    };
    if begins && !message.is(43) {
        memory.sessions.insert(session.clone(), message.must(52, "SendingTime")?.to_owned());
    }
    Ok((name(&memory.sessions, session), seq))
}

fn name(sessions: &BTreeMap<String, String>, session: String) -> String {
    match sessions.get(&session) {
        Some(reset) => format!("{session}@{reset}"),
        None => session,
    }
}

/// Of everything that all transmissions of a message share.
fn digest(message: &Message<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (tag, value) in message.0.iter().filter(|(tag, _)| !NOT_BODY.contains(tag)) {
        hasher.update(format!("{tag}={value}\u{1}").as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Instant,
        tap::{Format, Piece, Tap},
    };

    pub fn fix(sequences: bool) -> Format {
        Format::Fix(Box::new(Fix { id_tag: ID_TAG, types: BTreeSet::new(), sequences, zone: None }))
    }

    fn tap(format: Format) -> Tap {
        Tap { chain: "orders".into(), hop: "gateway".into(), lane: None, reporter: "t".into(), format }
    }

    /// With a right checksum, apart by SOH.
    fn message(fields: &str) -> String {
        let mut text = format!("8=FIX.4.4|9=1|{fields}|").replace('|', "\u{1}");
        let sum = text.bytes().fold(0_u8, |sum, byte| sum.wrapping_add(byte));
        text += &format!("10={sum:03}\u{1}");
        text
    }

    /// `id=…, lane=…, seq=…`, without the digest.
    fn told(tap: &Tap, memory: &mut Memory, line: &str) -> String {
        match tap.see(memory, &Piece { text: line.as_bytes(), ..Piece::default() }).pop() {
            None => "-".into(),
            Some(Err(fault)) => format!("refused: {}", fault.field.unwrap_or_else(|| "line".into())),
            Some(Ok(seen)) => {
                let shown = ["id", "lane", "seq", "possdup", "outcome"];
                let pairs = shown.into_iter().filter_map(|name| Some(format!("{name}={}", seen.get(name)?)));
                pairs.collect::<Vec<_>>().join(", ").replace('"', "")
            }
        }
    }

    const TIME: &str = "52=20261123-18:29:58.123";

    #[test]
    fn each_message_is_told_passed_over_or_refused() {
        let order = format!("35=D|34=7|49=BANK|56=VENUE|{TIME}|11=ORD-7|55=EUR/USD|38=1000");
        let cases = [
            (message(&order), "id=ORD-7", "id=ORD-7, lane=BANK>VENUE, seq=7"),
            (
                message(&format!("{order}|43=Y")),
                "id=ORD-7, possdup=true",
                "id=ORD-7, lane=BANK>VENUE, seq=7, possdup=true",
            ),
            (
                message(&format!("{order}|97=Y")),
                "id=ORD-7, possdup=true",
                "id=ORD-7, lane=BANK>VENUE, seq=7, possdup=true",
            ),
            (
                format!("20261123-18:29:58.5 : {}", message(&order).replace('\u{1}', "|")),
                "id=ORD-7",
                "id=ORD-7, lane=BANK>VENUE, seq=7",
            ),
            (
                message(&format!("35=8|34=9|49=VENUE|56=BANK|{TIME}|11=ORD-7|39=8|58=no such pair")),
                "id=ORD-7, outcome=rejected",
                "id=ORD-7, lane=VENUE>BANK, seq=9, outcome=rejected",
            ),
            (
                message(&format!("35=8|34=9|49=VENUE|56=BANK|{TIME}|11=ORD-7|39=4")),
                "id=ORD-7, outcome=cancelled",
                "id=ORD-7, lane=VENUE>BANK, seq=9, outcome=cancelled",
            ),
            (
                message(&format!("35=j|34=9|49=VENUE|56=BANK|{TIME}|379=ORD-7|380=3")),
                "id=ORD-7, outcome=rejected",
                "id=ORD-7, lane=VENUE>BANK, seq=9, outcome=rejected",
            ),
            (
                message(&format!("35=0|34=8|49=BANK|56=VENUE|{TIME}")),
                "-",
                "id=BANK>VENUE/8, lane=BANK>VENUE, seq=8, outcome=cancelled",
            ),
            (message(&format!("35=4|34=8|49=BANK|56=VENUE|{TIME}|123=Y|36=12")), "-", "-"),
            (message(&format!("35=B|34=8|49=BANK|56=VENUE|{TIME}")), "-", "id=BANK>VENUE/8, lane=BANK>VENUE, seq=8"),
            ("2026-11-23 18:29:58 session BANK>VENUE is up".into(), "-", "-"),
            (message(&order).replace("1000", "9000"), "refused: 10", "refused: 10"),
            (message(&order).split("10=").next().unwrap().to_owned(), "refused: line", "refused: line"),
            (format!("8=FIX.4.4|9=1|{order}"), "refused: 10", "refused: 10"),
            (message("35=D|34=7|49=BANK|56=VENUE|11=ORD-7"), "refused: 52", "refused: 52"),
            (message("34=7|49=BANK|56=VENUE|11=ORD-7"), "refused: 35", "refused: 35"),
            (message(&format!("35=D|34=x|49=BANK|56=VENUE|{TIME}|11=ORD-7")), "id=ORD-7", "refused: 34"),
        ];
        for (line, plain, with_sequences) in cases {
            let said = told(&tap(fix(false)), &mut Memory::default(), &line);
            assert_eq!(said, plain, "{line}");
            let said = told(&tap(fix(true)), &mut Memory::default(), &line);
            assert_eq!(said, with_sequences, "{line}");
        }
    }

    #[test]
    fn a_reset_begins_a_lane_that_both_ends_name_alike() {
        let (tap, mut memory) = (tap(fix(true)), Memory::default());
        let order = |seq: u64| message(&format!("35=D|34={seq}|49=BANK|56=VENUE|{TIME}|11=ORD-{seq}"));
        let logon = "35=A|34=1|49=BANK|56=VENUE|52=20261124-07:00:00|141=Y";
        let reset = "35=4|34=9|49=BANK|56=VENUE|52=20261124-09:00:00|36=1";
        let steps = [
            (order(7), "id=ORD-7, lane=BANK>VENUE, seq=7"),
            (
                message(logon),
                "id=BANK>VENUE@20261124-07:00:00/1, lane=BANK>VENUE@20261124-07:00:00, seq=1, outcome=cancelled",
            ),
            (order(2), "id=ORD-2, lane=BANK>VENUE@20261124-07:00:00, seq=2"),
            (message(reset), "-"),
            (order(1), "id=ORD-1, lane=BANK>VENUE@20261124-09:00:00, seq=1"),
        ];
        for (line, expected) in steps {
            assert_eq!(told(&tap, &mut memory, &line), expected);
            // What was remembered survives a restart.
            memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
        }
    }

    #[test]
    fn the_digest_is_of_the_body_and_the_instant_is_the_log_s_own() {
        let see = |line: &str, zone: Option<&str>| {
            let zone = zone.map(|zone| TimeZone::get(zone).unwrap());
            let fix = Fix { id_tag: ID_TAG, types: BTreeSet::new(), sequences: false, zone };
            let tap = tap(Format::Fix(Box::new(fix)));
            tap.see(&mut Memory::default(), &Piece { text: line.as_bytes(), ..Piece::default() }).remove(0).unwrap()
        };
        let first = message(&format!("35=D|34=7|49=BANK|56=VENUE|{TIME}|11=ORD-7|38=1000"));
        let again =
            message("35=D|34=7|49=BANK|56=VENUE|43=Y|122=20261123-18:29:58|52=20261123-18:40:00|11=ORD-7|38=1000");
        let other = message(&format!("35=D|34=7|49=BANK|56=VENUE|{TIME}|11=ORD-7|38=9000"));
        assert_eq!(see(&first, None)["digest"], see(&again, None)["digest"]);
        assert_ne!(see(&first, None)["digest"], see(&other, None)["digest"]);
        for (before, zone, at) in [
            ("", None, "2026-11-23T18:29:58.123Z"),
            ("20261123-18:30:01.5 : ", None, "2026-11-23T18:30:01.5Z"),
            ("[2026-11-23T18:30:01+01:00] out ", None, "2026-11-23T17:30:01Z"),
            ("2026-11-23 13:30:01,250 INFO ", Some("America/New_York"), "2026-11-23T18:30:01.25Z"),
            ("2026-11-23 18:30:01 ", None, "2026-11-23T18:30:01Z"),
            ("out ", None, "2026-11-23T18:29:58.123Z"),
        ] {
            let expected: Instant = at.parse().unwrap();
            let told = see(&format!("{before}{first}"), zone)["at"].as_i64().unwrap();
            assert_eq!(i128::from(told), expected.as_nanosecond(), "{before}");
        }
    }

    #[test]
    fn only_the_wanted_types_are_told() {
        let types = BTreeSet::from(["D".to_owned()]);
        let tap = tap(Format::Fix(Box::new(Fix { id_tag: 37, types, sequences: false, zone: None })));
        let of = |kind: &str| message(&format!("35={kind}|34=7|49=BANK|56=VENUE|{TIME}|11=ORD-7|37=X9"));
        assert_eq!(told(&tap, &mut Memory::default(), &of("D")), "id=X9");
        assert_eq!(told(&tap, &mut Memory::default(), &of("8")), "-");
    }

    proptest! {
        #[test]
        fn no_field_makes_the_parser_panic(fields in "([0-9]{1,3}=[ -~]{0,5}[|\u{1}]){0,9}", before in "[ -~]{0,30}") {
            for sequences in [true, false] {
                let line = format!("{before}8=FIX.4.4|{fields}10=000|");
                let line = Piece { text: line.as_bytes(), ..Piece::default() };
                let _ = tap(fix(sequences)).see(&mut Memory::default(), &line);
            }
        }
    }
}
