//! Files that grow, are rotated, copied and cut: what a tap reads of them, in which order, and what it says.

use std::{fs::File, io::Write as _};

use meridian_core::tap::frame::FRAME_BYTES_MAX;

use super::*;
use crate::clock::Clock;

/// A log in a directory of its own, and what a tap has of it.
struct Log {
    directory: tempfile::TempDir,
    source: Source,
    read: Vec<Read>,
    said: Vec<String>,
    /// So much later it is looked.
    later: jiff::SignedDuration,
}

impl Log {
    fn new(like: Option<&str>) -> Log {
        Log::of(Framing::Lines, like)
    }

    fn of(framing: Framing, like: Option<&str>) -> Log {
        let directory = tempfile::tempdir().unwrap();
        let path = like.map_or_else(|| directory.path().join("log"), |_| directory.path().to_owned());
        let begun = Clock::system().now().as_millisecond() - 1;
        let source = Source::new(&path, like.unwrap_or("*"), framing, begun).unwrap();
        Log { directory, source, read: Vec::new(), said: Vec::new(), later: jiff::SignedDuration::ZERO }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let mut file = File::options().create(true).append(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// All whole lines that are new. What is known goes through a restart each time.
    fn lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            self.read = serde_json::from_str(&serde_json::to_string(&self.read).unwrap()).unwrap();
            let said = &mut self.said;
            let look = Look { now: Clock::system().now() + self.later, whole: false };
            let portions = self.source.next(&mut self.read, look, &mut |what| said.push(what)).unwrap();
            if portions.is_empty() {
                return lines;
            }
            lines.extend(portions.into_iter().flat_map(|portion| portion.frames).map(|frame| match frame.what {
                What::Whole => String::from_utf8(frame.text).unwrap(),
                what => format!("{what:?} at {}", frame.at),
            }));
        }
    }
}

const FIRST: &str = "the first line of a log that is long enough to be known by\n";

#[test]
fn a_file_that_grows_is_read_line_by_line() {
    let mut log = Log::new(None);
    assert!(log.lines().is_empty(), "a file that is not there yet is waited for");
    log.write("log", "one\ntwo\nthr");
    assert_eq!(log.lines(), ["one", "two"]);
    log.write("log", "ee\n");
    assert_eq!((log.lines(), log.lines()), (vec!["three".to_owned()], vec![]));
    log.write("other", "never\n");
    log.write("log.gz", "never\n");
    let old = File::create(log.path("log.9")).unwrap();
    log.write("log.9", "from before the tap was begun\n");
    old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    assert!(log.lines().is_empty());
    assert!(log.said.is_empty());
}

#[test]
fn a_renamed_file_is_read_to_its_end_and_then_the_new_one() {
    let mut log = Log::new(None);
    log.write("log", FIRST);
    assert_eq!(log.lines().len(), 1);
    log.write("log", "before\n");
    fs::rename(log.path("log"), log.path("log.1")).unwrap();
    log.write("log", "after\n");
    log.write("log.1", "late\n");
    assert_eq!(log.lines(), ["before", "late", "after"]);
    log.write("log.1", "later\n");
    log.write("log", "again\n");
    assert_eq!(log.lines(), ["later", "again"]);
    fs::remove_file(log.path("log.1")).unwrap();
    assert!(log.lines().is_empty());
    assert_eq!(log.said.len(), 1, "{:?}", log.said);
}

#[test]
fn what_was_born_and_rotated_while_nobody_looked_is_read_in_order() {
    let mut log = Log::new(None);
    log.write("log", FIRST);
    assert_eq!(log.lines().len(), 1);
    for (number, text) in [(3, "one\n"), (2, "two\n"), (1, "three\n")] {
        log.write("log", text);
        fs::rename(log.path("log"), log.path(&format!("log.{number}"))).unwrap();
        // The clock of files is coarse.
        let file = File::options().write(true).open(log.path(&format!("log.{number}"))).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written + Duration::from_secs(10 - number)).unwrap();
    }
    log.write("log", "four\n");
    assert_eq!(log.lines(), ["one", "two", "three", "four"]);
    assert!(log.said.is_empty(), "{:?}", log.said);
}

#[test]
fn rotated_files_are_known_by_their_names() {
    for (name, is) in [
        ("wires.log", false),
        ("wires.log.1", true),
        ("wires.log-20261123", true),
        ("wires-2026-11-23.log", true),
        ("wires.2.log", true),
        ("wires.log.1.gz", false),
        ("wires.logs", false),
        ("wiresX.log", false),
        ("other.log.1", false),
    ] {
        assert_eq!(is_rotated("wires.log", name), is, "{name}");
    }
}

#[test]
fn a_file_that_was_copied_and_cut_loses_and_doubles_nothing() {
    for like in [None, Some("log*")] {
        let mut log = Log::new(like);
        log.write("log", FIRST);
        assert_eq!(log.lines().len(), 1);
        log.write("log", "before\n");
        fs::copy(log.path("log"), log.path("log.1")).unwrap();
        File::create(log.path("log")).unwrap();
        log.write("log", "after\n");
        assert_eq!(log.lines(), ["before", "after"], "{like:?}");
        assert!(log.said.is_empty(), "{:?}", log.said);
    }
}

#[test]
fn a_copy_that_is_seen_before_the_cut_is_not_read_twice() {
    for like in [None, Some("log*")] {
        let mut log = Log::new(like);
        log.write("log", FIRST);
        assert_eq!(log.lines().len(), 1);
        log.write("log", "before\n");
        fs::copy(log.path("log"), log.path("log.1")).unwrap();
        assert_eq!(log.lines(), ["before"], "{like:?}");
        log.write("log", "between\n");
        assert_eq!(log.lines(), ["between"], "{like:?}");
        File::create(log.path("log")).unwrap();
        log.write("log", "after\n");
        assert_eq!(log.lines(), ["after"], "{like:?}");
    }
}

#[test]
fn files_that_begin_with_the_same_head_are_all_read() {
    for like in [None, Some("log*")] {
        let mut log = Log::new(like);
        log.write("log", FIRST);
        log.write("log", "one\n");
        assert_eq!(log.lines().len(), 2);
        fs::rename(log.path("log"), log.path("log.1")).unwrap();
        log.write("log", FIRST);
        let head = log.lines().len();
        assert!(head <= 1, "the head again, or not at all");
        log.write("log", "two\n");
        assert_eq!(log.lines().last().map(String::as_str), Some("two"), "{like:?}");
    }
}

#[test]
fn of_two_that_are_alike_from_the_beginning_the_one_that_goes_on_is_read() {
    for like in [None, Some("log*")] {
        let mut log = Log::new(like);
        log.write("log", FIRST);
        fs::copy(log.path("log"), log.path("log.1")).unwrap();
        assert_eq!(log.lines().len(), 1, "{like:?}");
        log.write("log", "on\n");
        assert_eq!(log.lines(), ["on"], "{like:?}");
    }
}

#[test]
fn a_file_that_was_cut_without_a_copy_says_so_and_begins_anew() {
    let mut log = Log::new(None);
    log.write("log", FIRST);
    assert_eq!(log.lines().len(), 1);
    File::create(log.path("log")).unwrap();
    log.write("log", "after\n");
    assert_eq!(log.lines(), ["after"]);
    assert!(log.said[0].contains("was cut"), "{:?}", log.said);
}

#[test]
fn a_line_that_is_too_long_is_said_once_and_passed_over() {
    let mut log = Log::new(None);
    log.write("log", "one\n");
    log.write("log", &"x".repeat(FRAME_BYTES_MAX + 5));
    assert_eq!(log.lines(), ["one", "TooLong at 4"]);
    log.write("log", "yyy\ntwo\n");
    assert_eq!(log.lines(), ["two"]);
}

#[test]
fn names_are_like_patterns() {
    for (pattern, name, is) in [
        ("*", "", true),
        ("*.xml", "a.xml", true),
        ("*.xml", "a.xml.part", false),
        ("fix-?.log", "fix-1.log", true),
        ("fix-?.log", "fix-12.log", false),
        ("a*b*c", "a-b-b-c", true),
        ("", "a", false),
    ] {
        assert_eq!(like(pattern.as_bytes(), name.as_bytes()), is, "{pattern} {name}");
    }
}

const DOCUMENT: &str = "<?xml version='1.0'?>\n<Document><MsgId>the one and only</MsgId></Document>";

#[test]
fn half_a_document_waits_for_its_rest_over_a_rotation() {
    let mut log = Log::of(Framing::Xml, None);
    let (first, second) = DOCUMENT.split_at(40);
    log.write("log", &format!("10:00 {DOCUMENT}\n10:01 {first}"));
    assert_eq!(log.lines(), [DOCUMENT]);
    fs::rename(log.path("log"), log.path("log.1")).unwrap();
    log.write("log", &format!("10:02 {DOCUMENT}"));
    assert_eq!(log.lines(), [DOCUMENT]);
    log.write("log.1", second);
    assert_eq!(log.lines(), [DOCUMENT]);
    log.write("log.1", "10:03 <Document><a>");
    log.write("log", "10:03 <Document><a>");
    assert!(log.lines().is_empty());
    log.later = jiff::SignedDuration::from_mins(11);
    let place = 2 * DOCUMENT.len() + "10:00 \n10:01 10:03 ".len();
    assert_eq!(log.lines(), [format!("Cut at {place}")], "only the file that is written to may go on");
    assert!(log.lines().is_empty());
    assert!(log.said.is_empty(), "{:?}", log.said);
}

#[test]
fn a_message_that_may_have_a_trailer_is_taken_after_a_pause() {
    let mut log = Log::of(Framing::Mt, None);
    let message = "{1:F01BANKBEBBAXXX0027002609}{2:I103BANKDEFFXXXXN}{4:\n:20:A\n-}";
    log.write("log", message);
    let written = fs::metadata(log.path("log")).unwrap().modified().unwrap();
    File::options().write(true).open(log.path("log")).unwrap().set_modified(written + Duration::from_secs(60)).unwrap();
    assert!(log.lines().is_empty());
    log.later = jiff::SignedDuration::from_secs(62);
    assert_eq!(log.lines(), [message]);
}

#[test]
fn in_a_directory_of_documents_two_that_are_alike_are_two() {
    let mut log = Log::of(Framing::Xml, Some("*.xml"));
    log.write("a.xml", DOCUMENT);
    assert_eq!(log.lines(), [DOCUMENT]);
    log.write("b.xml", DOCUMENT);
    fs::rename(log.path("a.xml"), log.path("a.xml.done")).unwrap();
    assert_eq!(log.lines(), [DOCUMENT]);
    fs::remove_file(log.path("b.xml")).unwrap();
    log.write("c.xml", &DOCUMENT[..50]);
    assert!(log.lines().is_empty());
    assert!(log.said.is_empty(), "what is taken away is not missed: {:?}", log.said);
    fs::remove_file(log.path("c.xml")).unwrap();
    assert!(log.lines().is_empty());
    assert!(log.said[0].contains("not whole"), "{:?}", log.said);
}

#[test]
fn a_copy_that_has_just_begun_is_waited_for() {
    for like in [None, Some("log*")] {
        let mut log = Log::new(like);
        log.write("log", FIRST);
        assert_eq!(log.lines().len(), 1);
        log.write("log", "before\n");
        log.write("log.1", "");
        assert_eq!(log.lines(), ["before"], "{like:?}");
        log.write("log.1", FIRST);
        assert!(log.lines().is_empty(), "{like:?}");
        log.write("log.1", "before\nbetween\n");
        File::create(log.path("log")).unwrap();
        log.write("log", "after\n");
        let mut lines = log.lines();
        lines.sort_unstable();
        assert_eq!(lines, ["after", "between"], "{like:?}");
        log.write("log.2", "af");
        assert!(log.lines().is_empty());
        log.write("log.2", "\n");
        log.later = jiff::SignedDuration::from_secs(2);
        assert_eq!(log.lines(), ["af"], "what stays short is read");
        assert!(log.said.is_empty(), "{:?}", log.said);
    }
}

#[test]
fn what_is_rotated_while_it_is_looked_is_read_once() {
    const TURNS: usize = 300;
    let mut log = Log::new(None);
    let directory = log.directory.path().to_owned();
    let path = directory.join("log");
    let writer = std::thread::spawn(move || {
        for turn in 0..TURNS {
            let mut file = File::options().create(true).append(true).open(&path).unwrap();
            for line in 0..3 {
                writeln!(file, "turn {turn}, line {line} of a log that is rotated all the time").unwrap();
                std::thread::yield_now();
            }
            // A look of the tap falls between most of them.
            let away = directory.join(format!("log.{turn}"));
            if turn % 2 == 0 {
                fs::rename(&path, away).unwrap();
            } else {
                fs::copy(&path, away).unwrap();
                File::create(&path).unwrap();
            }
        }
    });
    let mut lines = Vec::new();
    while !writer.is_finished() {
        lines.extend(log.lines());
    }
    writer.join().unwrap();
    log.later = jiff::SignedDuration::from_secs(2);
    lines.extend(log.lines());
    let mut expected: Vec<String> = (0..TURNS)
        .flat_map(|turn| {
            (0..3).map(move |line| format!("turn {turn}, line {line} of a log that is rotated all the time"))
        })
        .collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert!(lines == expected, "{} lines of {}; said: {:?}", lines.len(), expected.len(), log.said);
}
