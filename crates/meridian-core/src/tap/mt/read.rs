//! The blocks of one message.
//!
//! ```text
//! {1:F01BANKBEBBAXXX0027002609}                                block 1: application and service, terminal, session, number
//! {2:I103BANKDEFFXXXXN}                                        block 2 of what is sent
//! {2:O1031829261123BANKBEBBAXXX00270026092611231830N}          … received: input time, MIR, output date and time
//! {3:{108:MUR}{121:8a562c67-ca16-48ba-b074-65581be6f001}}      block 3: tags
//! {4:␍␊:20:REF␍␊:32A:261123EUR1250000,␍␊-}                     block 4: fields, or tags of the network
//! {5:{CHK:1A2B3C4D5E6F}{PDE:}}                                 block 5: trailers
//! ```

use super::fault;
use crate::{chain::wire::Fault, tap::excerpt};

/// Whether it goes to the network or comes from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    #[default]
    Sent,
    Received,
}

type Tags = Vec<(String, String)>;

#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Such as F01.
    pub service: String,
    pub terminal: String,
    session: String,
    sequence: String,
    pub way: Way,
    /// Three digits; empty without block 2.
    pub kind: String,
    /// Of what is received: the date, terminal, session and number of who sent it.
    mir: Option<String>,
    /// Of what is received: `YYMMDDHHMM`.
    pub output: Option<String>,
    header: Tags,
    text: String,
    /// What the network says instead of a text.
    tags: Tags,
    pub trailer: Tags,
    /// Of an acknowledgement: what it is about.
    pub copy: Option<Box<Message>>,
}

/// Blocks, with what stands in them; behind a second block 1 it is another message's.
pub fn read(text: &str) -> Result<Message, Fault> {
    let mut messages: Vec<Message> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = end(rest).ok_or_else(|| broken(rest, "is not closed"))?;
        let block = &rest[1..end - 1];
        let (number, content) = block.split_once(':').ok_or_else(|| broken(rest, "has no number"))?;
        if number == "1" {
            messages.push(first(content)?);
        }
        let Some(message) = messages.last_mut() else { return Err(broken(rest, "stands before block 1")) };
        message.take(number, content)?;
        rest = rest[end..].trim_start();
    }
    let mut messages = messages.into_iter();
    let mut message = messages.next().ok_or_else(|| broken(text, "is none"))?;
    message.copy = messages.next().map(Box::new);
    Ok(message)
}

fn broken(text: &str, why: &str) -> Fault {
    fault("block", format!("`{}` {why}", excerpt(text)), "look whether the message is whole")
}

/// Behind the brace that closes the first one.
fn end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return (depth == 1).then_some(at + 1),
            b'}' => depth -= 1,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn first(content: &str) -> Result<Message, Fault> {
    // Of a login and of what else is between a terminal and the network, nothing is told.
    if content.starts_with(['L', 'A']) {
        return Ok(Message { service: content.chars().take(3).collect(), ..Message::default() });
    }
    let parts = || Some((content.get(..3)?, content.get(3..15)?, content.get(15..19)?, content.get(19..25)?));
    let right = |session: &str, sequence: &str| content.is_ascii() && is_number(session) && is_number(sequence);
    let parts = parts().filter(|(.., session, sequence)| right(session, sequence));
    let Some((service, terminal, session, sequence)) = parts else {
        let reason = format!("`{}` is no service, terminal, session and number", excerpt(content));
        return Err(fault("1", reason, "expected is F01BANKBEBBAXXX0027002609"));
    };
    let [service, terminal, session, sequence] = [service, terminal, session, sequence].map(str::to_owned);
    Ok(Message { service, terminal, session, sequence, ..Message::default() })
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `{108:MUR}{121:…}`
fn tags(content: &str) -> Tags {
    let mut tags = Tags::new();
    let mut rest = content.trim();
    while let Some(length) = rest.find('{').and_then(|begin| {
        rest = &rest[begin..];
        end(rest)
    }) {
        let tag = &rest[1..length - 1];
        let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
        tags.push((name.to_owned(), value.trim().to_owned()));
        rest = &rest[length..];
    }
    tags
}

fn get<'a>(tags: &'a Tags, name: &str) -> Option<&'a str> {
    tags.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

impl Message {
    fn take(&mut self, number: &str, content: &str) -> Result<(), Fault> {
        match number {
            "2" => self.take_second(content)?,
            "3" => self.header = tags(content),
            "4" if content.trim_start().starts_with('{') || content.trim().is_empty() => self.tags = tags(content),
            "4" => {
                let text = content.trim_end().strip_suffix('-').ok_or_else(|| {
                    fault("4", "the text does not end with a line `-`", "look whether the message is whole")
                })?;
                self.text = text.trim().to_owned();
            }
            "5" => self.trailer = tags(content),
            "1" | "S" => {}
            _ => return Err(broken(number, "is the number of no block")),
        }
        Ok(())
    }

    fn take_second(&mut self, content: &str) -> Result<(), Fault> {
        let wrong = || {
            let reason = format!("`{}` is no block 2", excerpt(content));
            fault("2", reason, "expected is I103BANKDEFFXXXXN, or O103 with a time, a MIR, a date and a time")
        };
        self.kind = content.get(1..4).filter(|kind| is_number(kind)).ok_or_else(wrong)?.to_owned();
        match content.get(..1) {
            Some("I") => {}
            Some("O") => {
                self.way = Way::Received;
                let mir = content.get(8..36).filter(|mir| is_mir(mir)).ok_or_else(wrong)?;
                self.mir = Some(mir.to_owned());
                self.output = Some(content.get(36..46).filter(|time| is_number(time)).ok_or_else(wrong)?.to_owned());
            }
            _ => return Err(wrong()),
        }
        Ok(())
    }

    /// Whether users exchange it, and not the network.
    pub fn is_of_user(&self) -> bool {
        !self.kind.is_empty() && !self.kind.starts_with('0')
    }

    /// Whether it says anything.
    pub fn has_text(&self) -> bool {
        !self.text.is_empty()
    }

    pub fn header(&self, tag: &str) -> Option<&str> {
        get(&self.header, tag)
    }

    pub fn tag(&self, tag: &str) -> Option<&str> {
        get(&self.tags, tag)
    }

    /// The first line of a field of the text.
    pub fn field(&self, tag: &str) -> Option<&str> {
        self.fields().find(|(known, _)| *known == tag).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Each line that begins a field. Where a log has made one line of all, a field begins behind a space.
    fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let apart = if self.text.contains('\n') { "\n:" } else { " :" };
        self.text.strip_prefix(':').into_iter().flat_map(move |text| text.split(apart)).filter_map(|field| {
            let (tag, value) = field.split_once(':')?;
            Some((tag, value.lines().next().unwrap_or_default()))
        })
    }

    pub fn amount(&self) -> Result<Option<(String, String)>, Fault> {
        let found = self.field("32A").map(|value| ("32A", value.get(6..))).or_else(|| Some(("32B", self.field("32B"))));
        let Some((tag, value)) = found.filter(|(tag, value)| *tag == "32A" || value.is_some()) else { return Ok(None) };
        let parts = value.and_then(|value| value.split_at_checked(3));
        let parts = parts.filter(|(currency, _)| currency.bytes().all(|byte| byte.is_ascii_uppercase()));
        let (currency, amount) = parts.ok_or_else(|| {
            let reason = format!("`{}` is no currency and amount", excerpt(value.unwrap_or_default()));
            fault(tag, reason, "expected is 261123EUR1250000, in 32A, and the same without the date in 32B")
        })?;
        Ok(Some((currency.to_owned(), amount.replace(',', "."))))
    }

    pub fn is_return(&self) -> bool {
        self.fields().any(|(tag, value)| tag == "72" && value.trim_start().starts_with("/RETN/"))
    }

    /// The terminal, session and number of who sent it.
    pub fn numbers(&self) -> Result<String, Fault> {
        let text = match &self.mir {
            Some(mir) => mir[6..].to_owned(),
            None => format!("{}{}{}", self.terminal, self.session, self.sequence),
        };
        if text[12..] == *"0000000000" {
            let hint = "follow the log behind the interface to the network, or leave the numbers out";
            return Err(fault("1", "the message has no session and number yet", hint));
        }
        Ok(text)
    }

    /// Takes over the numbers of its acknowledgement, if it has none.
    pub fn number_as(&mut self, acknowledgement: &Message) {
        if self.numbers().is_err() {
            self.session.clone_from(&acknowledgement.session);
            self.sequence.clone_from(&acknowledgement.sequence);
        }
    }

    pub fn lane(&self) -> Result<(String, u64), Fault> {
        let numbers = self.numbers()?;
        let sequence = numbers[16..].parse().unwrap_or_default();
        Ok((format!("{}/{}", &numbers[..12], &numbers[12..16]), sequence))
    }

    /// The BIC of who sent it.
    pub fn sender(&self) -> &str {
        let terminal = self.mir.as_ref().map_or(self.terminal.as_str(), |mir| &mir[6..18]);
        terminal.get(..8).unwrap_or_default()
    }

    /// Of the type and the text, whatever ends its lines.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.kind.as_bytes());
        for word in self.text.split_whitespace() {
            hasher.update(b" ").update(word.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// A date, a terminal, a session and a number.
pub fn is_mir(text: &str) -> bool {
    text.is_ascii() && text.len() == 28 && is_number(&text[..6]) && is_number(&text[18..])
}
