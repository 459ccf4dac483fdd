//! `meridian tap` over payments: documents of ISO 20022 and messages of SWIFT MT through the program into a file, which
//! `chain audit` reads. Killed at any moment, with files renamed in the middle of a document, each payment is told once.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use meridian_testkit::servers::wait_until;
use serde_json::Value;

use super::{client::Ran, estate::PROGRAM};

const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires }
spec:
  hops: [{ name: gateway }, { name: fed, limit: 15m }]
  endToEnd: 30m
  retryHorizon: 2d
"#;

/// A message written for the tests, from the standard.
fn sample(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payments").join(name)).unwrap()
}

/// A directory with an estate, and a log that is written to in pieces.
struct Bank {
    directory: tempfile::TempDir,
    log: PathBuf,
}

impl Bank {
    fn new() -> Bank {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("estate")).unwrap();
        fs::write(directory.path().join("estate/estate.yaml"), ESTATE).unwrap();
        let log = directory.path().join("payments.log");
        Bank { directory, log }
    }

    fn tap(&self, path: &str, more: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", PROGRAM, "tap", path, "--chain", "wires", "--hop", "gateway"]);
        command.args(["--to", "out.ndjson", "--lag", "1s"]).args(more).current_dir(self.directory.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts a tap, and waits until it has begun: what was rotated before that is not its own.
    fn start(&self, more: &[&str]) -> Child {
        let child = self.tap("payments.log", more).spawn().unwrap();
        let position = self.directory.path().join("tap-gateway.position");
        wait_until("it has begun", || position.exists().then_some(()));
        child
    }

    fn once(&self, path: &str, more: &[&str]) -> Ran {
        self.tap(path, &[&["--once"], more].concat()).output().unwrap().into()
    }

    /// Writes in three pieces, and in the middle of them the file may get another name.
    fn write(&self, text: &str, renamed: Option<&str>) {
        let mut file = File::options().create(true).append(true).open(&self.log).unwrap();
        let (first, rest) = text.as_bytes().split_at(text.len() / 3);
        let (second, third) = rest.split_at(rest.len() / 2);
        file.write_all(first).unwrap();
        if let Some(name) = renamed {
            fs::rename(&self.log, self.directory.path().join(name)).unwrap();
        }
        sleep(Duration::from_millis(40));
        file.write_all(second).unwrap();
        sleep(Duration::from_millis(15));
        file.write_all(third).unwrap();
    }

    fn reports(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.directory.path().join("out.ndjson")).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line.get("through").is_none()).collect()
    }

    fn audit(&self) -> String {
        let mut command = Command::new(PROGRAM);
        command.args(["chain", "audit", "--estate", "estate", "out.ndjson"]).current_dir(self.directory.path());
        Ran::from(command.output().unwrap()).out
    }

    /// That each report is there once, and the counter has no hole.
    fn each_once(&self, expected: usize, said: &Ran) {
        let reports = self.reports();
        let places: BTreeSet<String> = reports.iter().map(|one| format!("{} at {}", one["id"], one["hop"])).collect();
        assert_eq!((places.len(), reports.len()), (expected, expected), "lost or doubled: {said:?}");
        let numbers: Vec<u64> = reports.iter().map(|one| one["n"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (1..=expected as u64).collect::<Vec<_>>());
    }
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn documents_that_are_cut_and_rotated_are_each_told_once() {
    let (bank, transfer, report) = (Bank::new(), sample("pacs.008.xml"), sample("pacs.002.xml"));
    let more = ["--format", "iso20022", "--answers", "fed"];
    let turns = 8;
    for turn in 0..turns {
        let numbered = |text: &str| {
            text.replace("000000000001", &format!("{:012}", 2 * turn + 1))
                .replace("000000000002", &format!("{:012}", 2 * turn + 2))
        };
        let child = bank.start(&more);
        sleep(Duration::from_millis(60 + 45 * (turn % 4)));
        let renamed = format!("payments.log.{turn}");
        bank.write(
            &format!("2026-11-23 18:30:{turn:02} INFO sent:\n{}", numbered(&transfer)),
            (turn % 3 == 1).then_some(&renamed),
        );
        bank.write(
            &format!("2026-11-23 18:31:{turn:02} INFO got {}", numbered(&report)),
            (turn % 3 == 2).then_some(&renamed),
        );
        sleep(Duration::from_millis(30 + 70 * (turn % 5)));
        kill(child);
    }
    let said = bank.once("payments.log", &more);
    // Two payments a document, and a status of each.
    bank.each_once(4 * turns as usize, &said);
    let first = bank.reports().into_iter().find(|one| one["n"] == 1).unwrap();
    assert_eq!((&first["amount"], &first["currency"]), (&"1250000.00".into(), &"EUR".into()), "{first}");
    let told = bank.audit();
    assert!(told.contains("wires: 16 messages = 8 confirmed + 8 rejected + 0 cancelled + 0 outstanding"), "{told}");
}

#[test]
fn messages_of_swift_are_each_told_once_with_what_the_network_says() {
    let (bank, sent, nak, ack) = (Bank::new(), sample("mt103.fin"), sample("nak.fin"), sample("ack.fin"));
    let more = ["--format", "mt", "--answers", "fed", "--sequences"];
    let turns = 8;
    for turn in 1..=turns {
        let numbered = |text: &str| {
            text.replace("0027000001", &format!("0027{turn:06}"))
                .replace("000000000001", &format!("{turn:012}"))
                .replace("MUR000001", &format!("MUR{turn:06}"))
        };
        let child = bank.start(&more);
        let renamed = format!("payments.log.{turn}");
        bank.write(&format!("2026-11-23T18:30:{turn:02}Z {}\n", numbered(&sent)), (turn % 2 == 1).then_some(&renamed));
        let answer = if turn % 4 == 0 { &nak } else { &ack };
        bank.write(&format!("2026-11-23T18:31:{turn:02}Z {}\n", numbered(answer)), None);
        sleep(Duration::from_millis(30 + 90 * (turn % 5)));
        kill(child);
    }
    let said = bank.once("payments.log", &more);
    bank.each_once(2 * turns as usize, &said);
    let told = bank.audit();
    assert!(told.contains("wires: 8 messages = 6 confirmed + 2 rejected + 0 cancelled + 0 outstanding"), "{told}");
}

#[test]
fn a_directory_of_documents_is_told_with_what_is_wrong_in_it() {
    let bank = Bank::new();
    let spool = bank.directory.path().join("spool");
    fs::create_dir(&spool).unwrap();
    let put = |name: &str, text: &[u8]| fs::write(spool.join(name), text).unwrap();
    let transfer = sample("pacs.008.xml");
    put("a.xml", transfer.as_bytes());
    put("b.xml", sample("pacs.009.cov.xml").as_bytes());
    put("c.xml", &transfer.as_bytes()[..1200]);
    put("d.xml", transfer.replace("UTF-8", "windows-1252").as_bytes());
    put("e.xml", &transfer.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    put("f.xml.part", transfer.as_bytes());
    let more = ["--format", "iso20022", "--files", "*.xml", "--at", "message"];
    let said = ["c.xml, byte 0: the document ends in its middle", "windows-1252", "UTF-16"];
    let ran = bank.once("spool", &more).fails(1, &said);
    assert_eq!(ran.out, "3 reported, 3 refused, 0 documents that tell of no message\n");
    // The cover has the UETR of its payment, and is another message.
    let ids: BTreeSet<String> = bank.reports().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let uetr = "8a562c67-ca16-48ba-b074-000000000001";
    assert!(ids.contains(&format!("{uetr}/pacs.008")) && ids.contains(&format!("{uetr}/pacs.009")), "{ids:?}");
    // The rest of the one that was cut is none, but what rejects the first is known by it, though the tap began anew.
    put("g.xml", sample("admi.002.xml").as_bytes());
    let ran = bank.once("spool", &more);
    assert_eq!((ran.code, &*ran.out), (0, "2 reported, 0 refused, 0 documents that tell of no message\n"), "{ran:?}");
    let told = bank.audit();
    assert!(told.contains("wires: 3 messages = 0 confirmed + 2 rejected + 0 cancelled + 1 outstanding"), "{told}");
}

#[test]
fn samples_of_swift_are_read_and_what_can_not_be_asked_is_said() {
    let bank = Bank::new();
    let all: String = ["mt103.fin", "mt019.fin", "mt202cov.fin"].map(sample).join("$\r\n");
    fs::write(&bank.log, all).unwrap();
    let ran = bank.once("payments.log", &["--format", "mt", "--zone", "Europe/London"]);
    assert_eq!((ran.code, &*ran.out), (0, "3 reported, 0 refused, 0 messages that tell of no message\n"), "{ran:?}");
    let reports = bank.reports();
    assert_eq!(reports[1]["outcome"], "rejected");
    assert_eq!((&reports[2]["possdup"], &reports[2]["at"]), (&true.into(), &1_795_462_200_000_000_000_i64.into()));
    for (more, hint) in [
        (["--format", "mt", "--key", "tx-id"], "--key is uetr or fin"),
        (["--format", "iso20022", "--key", "fin"], "give --key another element"),
        (["--format", "iso20022", "--imad", "uetr"], "a UETR is no IMAD"),
        (["--format", "iso20022", "--accepted", "=fed"], "no WORD or WORD=HOP"),
    ] {
        bank.once("payments.log", &more).fails(1, &[hint]);
    }
}
