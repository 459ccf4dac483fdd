//! What is asked of a tap on the command line.

use std::{collections::BTreeSet, path::PathBuf};

use clap::ValueHint;
use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::tap::{Clock, Format, Pattern, answer, fix, iso20022, mt};

use crate::cli::client::{self, args::Flags};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// One JSON object a line, with the fields that `POST /checkpoints` takes.
    Ndjson,
    /// Any log, by --pattern.
    Regex,
    /// FIX messages, one a line, apart by SOH, | or ^A.
    Fix,
    /// Documents of ISO 20022: pacs.008, pacs.009, pacs.002, admi.002 and others, with or without a business header.
    Iso20022,
    /// SWIFT MT messages and their acknowledgements.
    Mt,
}

/// What tells one message from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Key {
    /// The UETR with the type; without one TxId, or the sender with its reference.
    Uetr,
    TxId,
    EndToEndId,
    InstrId,
    /// Of messages with one transaction each, such as those of Fedwire.
    MsgId,
    ClrSysRef,
    /// Of mt: the sender's terminal, session and number.
    Fin,
}

/// Whose time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum At {
    /// The log's time stamp, else the message's own time, else the file's.
    Any,
    Log,
    Message,
    File,
}

#[derive(Debug, clap::Args)]
pub struct Asked {
    /// The file that is written, or a directory of such files.
    #[arg(value_hint = ValueHint::AnyPath)]
    pub path: PathBuf,
    /// The chain, as the estate calls it; lines of NDJSON may name another.
    #[arg(long)]
    pub chain: String,
    /// The test point of the chain that this is.
    #[arg(long)]
    pub hop: String,
    /// The sequence domain, if lines do not name it.
    #[arg(long)]
    pub lane: Option<String>,
    /// Whose counter the reports carry; tap-HOP, if absent.
    #[arg(long)]
    pub reporter: Option<String>,
    /// What is read.
    #[arg(long, value_enum, default_value_t = Kind::Ndjson)]
    pub format: Kind,
    /// Of regex: named groups id and at, and seq, lane, digest, amount, currency, outcome.
    #[arg(long, value_name = "REGEX", required_if_eq("format", "regex"))]
    pub pattern: Option<String>,
    /// Of regex: how times are written, as strptime has it; RFC 3339 or nanoseconds, if absent.
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Option<String>,
    /// Of times without an offset, such as Europe/London.
    #[arg(long)]
    pub zone: Option<String>,
    /// Of fix: the tag of the business key.
    #[arg(long, value_name = "TAG", default_value_t = fix::ID_TAG)]
    pub id_tag: u32,
    /// Of fix, iso20022 and mt: only these types, such as D,8 or pacs.008 or 103.
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub types: Vec<String>,
    /// Of fix and mt: tell the number in the session as well, with a lane for each direction of it.
    #[arg(long)]
    pub sequences: bool,
    /// Of iso20022 and mt: what tells one message from another.
    #[arg(long, value_enum, default_value_t = Key::Uetr)]
    pub key: Key,
    /// Of iso20022: the element that carries the IMAD of Fedwire, which is told as lane and number.
    #[arg(long, value_enum, value_name = "ELEMENT")]
    pub imad: Option<Key>,
    /// Of iso20022 and mt: whose time is told.
    #[arg(long, value_enum, default_value_t = At::Any)]
    pub at: At,
    /// Of iso20022 and mt: the test point at which answers are told, such as statuses and acknowledgements; this one, if absent.
    #[arg(long, value_name = "HOP")]
    pub answers: Option<String>,
    /// Of iso20022 and mt: the answers that say that a message went on, such as ACSP=settling,ACCC; ACSC, ACCC and ACK, if absent.
    #[arg(long, value_name = "WORD[=HOP]", value_delimiter = ',')]
    pub accepted: Option<Vec<String>>,
    /// Of iso20022 and mt: answers that say that it was rejected, beside those of the standard.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub rejected: Vec<String>,
    /// Of a directory: the files that are named so; * and ? stand for what they do in a shell.
    #[arg(long, value_name = "NAMES", default_value = "*")]
    pub files: String,
    /// The file with the position, which outlives the tap; REPORTER.position, if absent.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub position: Option<PathBuf>,
    /// Write the reports into this file for `chain audit`, and ask no server.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub to: Option<PathBuf>,
    /// Read what is there to its end, also a last line without an end, and stop.
    #[arg(long)]
    pub once: bool,
    /// So long after it was seen a message may still be written: a tap says that it has told all only of before.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = client::duration)]
    pub lag: SignedDuration,
    #[command(flatten)]
    pub flags: Flags,
}

impl Asked {
    /// How frames are read.
    pub fn format(&self) -> Result<Format, String> {
        Ok(match self.format {
            Kind::Ndjson => Format::Ndjson,
            Kind::Regex => {
                let pattern = self.pattern.as_deref().unwrap_or_default();
                let pattern = Pattern::new(pattern, self.time_format.clone(), self.zone.as_deref());
                Format::Regex(Box::new(pattern.map_err(|why| why.to_string())?))
            }
            Kind::Fix => Format::Fix(Box::new(fix::Fix {
                id_tag: self.id_tag,
                types: self.types(),
                sequences: self.sequences,
                zone: self.zone()?,
            })),
            Kind::Iso20022 => Format::Iso20022(Box::new(iso20022::Iso20022 {
                key: element("--key", self.key)?,
                imad: self.imad.map(|key| element("--imad", key)).transpose()?,
                types: self.types(),
                answers: self.answers()?,
                clock: self.clock(),
                zone: self.zone()?,
            })),
            Kind::Mt => Format::Mt(Box::new(mt::Mt {
                key: match self.key {
                    Key::Uetr => mt::Key::Uetr,
                    Key::Fin => mt::Key::Fin,
                    _ => return Err("messages of mt have no such element: --key is uetr or fin".to_owned()),
                },
                types: self.types(),
                sequences: self.sequences,
                answers: self.answers()?,
                clock: self.clock(),
                zone: self.zone()?,
            })),
        })
    }

    fn types(&self) -> BTreeSet<String> {
        self.types.iter().cloned().collect()
    }

    fn zone(&self) -> Result<Option<TimeZone>, String> {
        let found = self.zone.as_deref().map(|name| TimeZone::get(name).map_err(|_| name));
        found.transpose().map_err(|name| format!("`{name}` is no time zone; write it as in Europe/London or UTC"))
    }

    fn clock(&self) -> Clock {
        match self.at {
            At::Any => Clock::Any,
            At::Log => Clock::Log,
            At::Message => Clock::Message,
            At::File => Clock::File,
        }
    }

    fn answers(&self) -> Result<answer::Answers, String> {
        let mut answers = answer::Answers {
            rejected: self.rejected.iter().cloned().collect(),
            hop: self.answers.clone(),
            ..answer::Answers::default()
        };
        if let Some(words) = &self.accepted {
            let read = |text: &String| {
                answer::word(text)
                    .ok_or_else(|| format!("`{text}` is no WORD or WORD=HOP; write --accepted ACSP=settling,ACCC"))
            };
            answers.accepted = words.iter().filter(|text| !text.is_empty()).map(read).collect::<Result<_, _>>()?;
        }
        Ok(answers)
    }
}

/// An element of ISO 20022.
fn element(option: &str, key: Key) -> Result<iso20022::Key, String> {
    Ok(match key {
        Key::Uetr if option == "--imad" => {
            return Err("a UETR is no IMAD: --imad is msg-id, clr-sys-ref or instr-id".to_owned());
        }
        Key::Uetr => iso20022::Key::Uetr,
        Key::TxId => iso20022::Key::TxId,
        Key::EndToEndId => iso20022::Key::EndToEndId,
        Key::InstrId => iso20022::Key::InstrId,
        Key::MsgId => iso20022::Key::MsgId,
        Key::ClrSysRef => iso20022::Key::ClrSysRef,
        Key::Fin => return Err(format!("documents of iso20022 have no numbers of FIN: give {option} another element")),
    })
}
