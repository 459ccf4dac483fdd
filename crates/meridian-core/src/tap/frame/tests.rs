//! Where frames begin and end, as a table; and the law: a cut anywhere changes nothing.

use proptest::prelude::*;

use super::*;

/// A frame as it is found: what stands before it, itself, and what it is.
type Got = (String, String, What);

/// Reads as a tap does, with the bytes coming in pieces.
fn read(framing: Framing, pieces: &[&[u8]]) -> Vec<Got> {
    let (mut bytes, mut at, mut skipping, mut got) = (Vec::new(), 0, false, Vec::new());
    for (number, piece) in pieces.iter().enumerate() {
        bytes.extend_from_slice(piece);
        let ahead = if number + 1 == pieces.len() { Ahead::Nothing } else { Ahead::More };
        loop {
            match framing.next(&bytes[at..], skipping, ahead) {
                Next::Frame(frame) => {
                    assert!(frame.next > 0 && frame.from <= frame.begin && frame.begin <= frame.end, "{frame:?}");
                    let text =
                        |from: usize, to: usize| String::from_utf8_lossy(&bytes[at + from..at + to]).into_owned();
                    let shown = if frame.what == What::TooLong { frame.begin + 9 } else { frame.end };
                    got.push((text(frame.from, frame.begin), text(frame.begin, shown), frame.what));
                    (at, skipping) = (at + frame.next, frame.skipping);
                }
                Next::Wait { from, skipping: still, .. } => {
                    (at, skipping) = (at + from, still);
                    break;
                }
            }
        }
    }
    got
}

/// `text` with each whole frame as it is and others named; the same if it comes in two pieces, wherever it is cut.
fn told(framing: Framing, text: &str) -> Vec<String> {
    let whole = read(framing, &[text.as_bytes()]);
    for place in 0..text.len() {
        let (first, second) = text.as_bytes().split_at(place);
        assert_eq!(read(framing, &[first, second]), whole, "{text} in two at {place}");
    }
    let told = |(_, text, what): Got| match what {
        What::Whole => text,
        what => format!("{what:?} {text}"),
    };
    whole.into_iter().map(told).collect()
}

const DECLARED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

#[test]
fn documents_are_found_in_anything() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("a < b, <INFO> and <not/> here </x>", &[]),
        ("<Document><a/></Document>", &["<Document><a/></Document>"]),
        ("<d:Document a='>'>x</d:Document >y", &["<d:Document a='>'>x</d:Document >"]),
        ("12:00 <INFO> <Envelope xmlns='u'><b>1</b></Envelope> done", &["<Envelope xmlns='u'><b>1</b></Envelope>"]),
        ("<Document>1</Document><Document>2</Document>", &["<Document>1</Document>", "<Document>2</Document>"]),
        ("<Document/>\n<Document/>", &["<Document/>", "<Document/>"]),
        ("<AppHdr>h</AppHdr>\n<Document>1</Document>", &["<AppHdr>h</AppHdr>\n<Document>1</Document>"]),
        (
            "<AppHdr/><?xml version='1.0'?>\n<Document/><AppHdr/><Document/>",
            &["<AppHdr/><?xml version='1.0'?>\n<Document/>", "<AppHdr/><Document/>"],
        ),
        ("<AppHdr/> and <Document/>", &["<AppHdr/>", "<Document/>"]),
        ("<AppHdr/><AppHdr/><Document/>", &["<AppHdr/>", "<AppHdr/><Document/>"]),
        ("<AppHdr/>\n", &["Cut <AppHdr/>\n"]),
        (
            "<E xmlns='u'><AppHdr/><Document/><AppHdr/><Document/></E>",
            &["<E xmlns='u'><AppHdr/><Document/><AppHdr/><Document/></E>"],
        ),
        (
            "<Document><!-- <Document> --><![CDATA[</Document>]]></Document>",
            &["<Document><!-- <Document> --><![CDATA[</Document>]]></Document>"],
        ),
        (
            "<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a 'x>'>]><d>&a;</d>",
            &["<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a 'x>'>]><d>&a;</d>"],
        ),
        ("<Document><a>1", &["Cut <Document><a>1"]),
        ("<Document><a>1<Document>2</Document>", &["Cut <Document><a>1", "<Document>2</Document>"]),
        ("<Document><a b='1<Document>2</Document>", &["Cut <Document><a b='1", "<Document>2</Document>"]),
        ("<Document><a\n<?xml version='1.0'?><d/>", &["Cut <Document><a\n", "<?xml version='1.0'?><d/>"]),
        ("<E xmlns='u'><AppHdr><E xmlns='u'/>", &["Cut <E xmlns='u'><AppHdr>", "<E xmlns='u'/>"]),
        ("1</a></Document><Document/>", &["Headless </Document>", "<Document/>"]),
        ("<\0?\0x\0m\0l\0 \0<\0D\0o\0c\0u\0m\0 <Document/>", &["Wide <\0?\0x\0m\0l", "<Document/>"]),
    ];
    for (text, expected) in cases {
        assert_eq!(told(Framing::Xml, text), *expected, "{text}");
    }
}

const ONE: &str = "{1:F01BANKBEBBAXXX0027002609}{2:I103BANKDEFFXXXXN}{4:\r\n:20:A\r\n-}";
const ACK: &str = "{1:F21BANKBEBBAXXX0027002609}{4:{177:2611231830}{451:0}}";

#[test]
fn messages_are_found_in_anything() {
    let trailer = "{5:{MAC:0}{CHK:1}{PDE:}}";
    let (ended, acknowledged) = (format!("{ONE}{trailer}"), format!("{ACK}{ONE}{trailer}"));
    let other = ONE.replace("2609", "2610");
    let cases: &[(String, Vec<&str>)] = &[
        (format!("\u{1}{ended}\u{3}   \u{1}{ended}\u{3}"), vec![&ended, &ended]),
        (format!("{ended}${ended}$"), vec![&ended, &ended]),
        (format!("{ended}{ended}"), vec![&ended, &ended]),
        (format!("{ONE}{ONE}\n"), vec![ONE, ONE]),
        (format!("{ONE}\r\nlog line {{x}}"), vec![ONE]),
        (acknowledged.clone(), vec![&acknowledged]),
        (format!("{ACK}{other}"), vec![ACK, &other]),
        (format!("{ACK}\n{ONE}"), vec![ACK, ONE]),
        (format!("{{1:x}} {{a}} {}", &ONE[..50]), vec!["Cut {1:F01BANKBEBBAXXX0027002609}{2:I103BANKDEFFXXXXN}"]),
        (
            format!("{}{other}", &ONE[..58]),
            vec!["Cut {1:F01BANKBEBBAXXX0027002609}{2:I103BANKDEFFXXXXN}{4:\r\n:20", &other],
        ),
        (format!("{{1:F01BANK{ONE}"), vec!["Cut {1:F01BANK", ONE]),
        (format!(":32A:1\r\n-}}{{5:}}\n{ONE}"), vec!["Headless -}", ONE]),
    ];
    for (text, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|one| (*one).to_owned()).collect();
        let got: Vec<String> = told(Framing::Mt, text);
        assert_eq!(got, expected, "{text}");
    }
}

#[test]
fn a_message_without_a_trailer_is_taken_when_nothing_more_comes() {
    let taken = |text: &str, ahead| matches!(Framing::Mt.next(text.as_bytes(), false, ahead), Next::Frame(_));
    assert!(!taken(ONE, Ahead::More), "its last block may come yet");
    assert!(taken(ONE, Ahead::Pause));
    assert!(!taken(&ONE[..60], Ahead::Pause), "half a message waits for the rest");
    assert!(taken(&ONE[..60], Ahead::Nothing), "it is told as cut");
    assert!(taken(&format!("{ONE}{{5:}}"), Ahead::More));
}

#[test]
fn the_lines_before_a_frame_are_kept_for_their_time_stamp() {
    let text = format!("old\n10:00 sent:\n{DECLARED}<Document/>\n10:01 got <Document><a 10:02 <Document/>");
    let before: Vec<String> = read(Framing::Xml, &[text.as_bytes()]).into_iter().map(|(before, ..)| before).collect();
    assert_eq!(before, ["10:00 sent:\n", "\n10:01 got ", "a 10:02 "]);
}

#[test]
fn a_frame_that_is_too_long_is_refused_whole_and_the_next_one_is_found() {
    let long = "x".repeat(FRAME_BYTES_MAX);
    for (framing, text) in [
        (Framing::Lines, format!("{long}x\nnext\n")),
        (Framing::Xml, format!("<Document><a>{long}</a></Document>\n<Document/>")),
        (Framing::Mt, format!("{{1:F01A}}{{4:\n:79:{long}\n-}}{{5:}}\n{ONE}")),
    ] {
        let whole = read(framing, &[text.as_bytes()]);
        let kinds: Vec<What> = whole.iter().map(|(_, _, what)| *what).collect();
        assert_eq!(kinds, [What::TooLong, What::Whole], "{framing:?}");
        let (first, second) = text.as_bytes().split_at(500_000);
        let (second, third) = second.split_at(400_000);
        assert_eq!(read(framing, &[first, second, third]), whole, "{framing:?}");
    }
}

/// Of which streams are made that come near to the truth.
const ANY: [&str; 9] = ["\n", "\r\n", "12:00 ", "<", ">", "'", "-", "$", "é"];
#[rustfmt::skip]
const XML: [&str; 18] = [
    "<?xml version='1.0'?>", "<Document xmlns='u'>", "<Document>", "</Document>", "<AppHdr>", "</AppHdr>", "<E xmlns='u'>",
    "</E>", "<a b='>'>", "</a>", "<x/>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE a [", "]>", "<\0?\0x\0m\0l",
];
#[rustfmt::skip]
const MT: [&str; 11] = [
    "{1:F01BANKBEBBAXXX0027002609}", "{1:F21BANKBEBBAXXX0027002609}", "{1:F01BANKBEBBAXXX0027002610}", "{2:I103BANKDEFFXXXXN}",
    "{4:\r\n:20:A\r\n-}", "{4:{451:0}}", "{5:{PDE:}}", "{1:F01BANK", "{", "}", "\u{1}",
];

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let of = |words: &'static [&'static str]| proptest::sample::select(words).prop_map(|word| word.as_bytes().to_vec());
    let one =
        move |words| prop_oneof![3 => of(&ANY), 20 => of(words), 1 => proptest::collection::vec(any::<u8>(), 0..5)];
    let many = move |words| proptest::collection::vec(one(words), 0..30).prop_map(|words| words.concat());
    prop_oneof![many(&XML as &'static [_]), many(&MT)]
}

proptest! {
    #[test]
    fn a_cut_anywhere_gives_the_same_frames(
        bytes in stream(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 1..8),
    ) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.sort_unstable();
        places.push(bytes.len());
        let mut from = 0;
        let pieces: Vec<&[u8]> = places.into_iter().map(|to| &bytes[std::mem::replace(&mut from, to)..to]).collect();
        for framing in [Framing::Lines, Framing::Xml, Framing::Mt] {
            prop_assert_eq!(read(framing, &pieces), read(framing, &[&bytes]), "{:?}", framing);
        }
    }
}
