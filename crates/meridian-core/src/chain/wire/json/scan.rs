//! The quick way to read a line, for lines as programs write them: every field at most once, no escapes, no nulls.
//!
//! It reads a line fully or not at all. What it does not take, whether it is wrong or only written otherwise, is read
//! by the careful way, which also says what is wrong; so this may be incomplete, but never more lenient. What this does
//! *not* do: it explains nothing.

use std::borrow::Cow;

use super::field::At;
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record, Text};

/// A line that is read from the front.
struct Scan<'a> {
    line: &'a str,
    at: usize,
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// A bit in each byte that is a quote, a backslash or a control character; the lowest one is right.
#[inline]
fn special(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | control) & (ONES * 0x80)
}

/// How many bytes stand before the first that ends a text or means something in it.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let found = special(u64::from_le_bytes(*chunk));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_special = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    at + bytes[at..].iter().position(is_special).unwrap_or(bytes.len() - at)
}

impl<'a> Scan<'a> {
    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.line.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn next(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn spaces(&mut self) {
        while self.next() == Some(b' ') {
            self.at += 1;
        }
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    #[inline]
    fn word(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let (from, len) = (self.at, plain(self.rest()));
        self.at += len;
        self.take(b'"')?;
        self.line.get(from..from + len)
    }

    #[inline]
    fn text(&mut self) -> Option<Text<'a>> {
        self.word().map(Cow::Borrowed)
    }

    /// At most 19 digits, so that they fit.
    #[inline]
    fn number(&mut self) -> Option<u64> {
        let digits = self.rest();
        let mut value = 0_u64;
        let mut len = 0;
        while let Some(digit) = digits.get(len).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            if len == 19 {
                return None;
            }
            value = value * 10 + u64::from(digit);
            len += 1;
        }
        let ends = matches!(digits.get(len), Some(b',' | b'}' | b' '));
        let zero = len > 1 && digits[0] == b'0';
        self.at += len;
        (len > 0 && ends && !zero).then_some(value)
    }

    fn instant(&mut self) -> Option<i64> {
        match self.next()? {
            b'"' => At::of(self.word()?),
            b'-' => {
                self.at += 1;
                i64::try_from(self.number()?).ok().filter(|value| *value != 0).map(|value| -value)
            }
            _ => i64::try_from(self.number()?).ok(),
        }
    }

    fn flag(&mut self) -> Option<bool> {
        let (word, value) = if self.next()? == b't' { ("true", true) } else { ("false", false) };
        self.rest().starts_with(word.as_bytes()).then(|| self.at += word.len())?;
        Some(value)
    }

    fn outcome(&mut self) -> Option<Outcome> {
        match self.word()? {
            "rejected" => Some(Outcome::Rejected),
            "cancelled" => Some(Outcome::Cancelled),
            _ => None,
        }
    }

    /// The name of the next field, with its colon; none within: the object is over.
    fn name(&mut self, is_first: bool) -> Option<Option<&'a str>> {
        self.spaces();
        if self.next()? == b'}' {
            self.at += 1;
            return Some(None);
        }
        if !is_first {
            self.take(b',')?;
            self.spaces();
        }
        let name = self.word()?;
        self.take(b':')?;
        self.spaces();
        Some(Some(name))
    }
}

#[derive(Clone, Copy)]
enum Field {
    Chain,
    Hop,
    Id,
    At,
    Reporter,
    Epoch,
    Seq,
    N,
    Lane,
    Digest,
    Amount,
    Currency,
    Attempt,
    Possdup,
    Outcome,
    Through,
}

impl Field {
    fn of(name: &str) -> Option<Field> {
        Some(match name {
            "chain" => Field::Chain,
            "hop" => Field::Hop,
            "id" => Field::Id,
            "at" => Field::At,
            "reporter" => Field::Reporter,
            "epoch" => Field::Epoch,
            "seq" => Field::Seq,
            "n" => Field::N,
            "lane" => Field::Lane,
            "digest" => Field::Digest,
            "amount" => Field::Amount,
            "currency" => Field::Currency,
            "attempt" => Field::Attempt,
            "possdup" => Field::Possdup,
            "outcome" => Field::Outcome,
            "through" => Field::Through,
            _ => return None,
        })
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What a checkpoint must have.
const CHECKPOINT: u32 = Field::Chain.bit() | Field::Hop.bit() | Field::Id.bit() | Field::At.bit();
/// All that a heartbeat has.
const HEARTBEAT: u32 = Field::Reporter.bit() | Field::Epoch.bit() | Field::Through.bit() | Field::At.bit();

/// The record, if the line is one of those that this reads.
pub fn scan(line: &[u8]) -> Option<Record<'_>> {
    let mut scan = Scan { line: std::str::from_utf8(line).ok()?, at: 0 };
    scan.take(b'{')?;
    let mut point = Checkpoint::default();
    let (mut through, mut seen) = (0, 0_u32);
    while let Some(name) = scan.name(seen == 0)? {
        let field = Field::of(name)?;
        if seen & field.bit() != 0 {
            return None;
        }
        seen |= field.bit();
        match field {
            Field::Chain => point.chain = scan.text()?,
            Field::Hop => point.hop = scan.text()?,
            Field::Id => point.id = scan.text()?,
            Field::At => point.at = scan.instant()?,
            Field::Reporter => point.reporter = Some(scan.text()?),
            Field::Epoch => point.epoch = Some(scan.number()?),
            Field::Seq => point.seq = Some(scan.number()?),
            Field::N => point.n = Some(scan.number()?),
            Field::Lane => point.lane = Some(scan.text()?),
            Field::Digest => point.digest = Some(Digest::of(scan.word()?)),
            Field::Amount => point.amount = Some(scan.word()?.parse().ok()?),
            Field::Currency => point.currency = Some(scan.text()?),
            Field::Attempt => point.attempt = Some(u32::try_from(scan.number()?).ok()?),
            Field::Possdup => point.possdup = scan.flag()?,
            Field::Outcome => point.outcome = Some(scan.outcome()?),
            Field::Through => through = scan.number()?,
        }
    }
    if scan.at != line.len() {
        return None;
    }
    if seen & Field::Through.bit() == 0 {
        return (seen & CHECKPOINT == CHECKPOINT).then_some(Record::Checkpoint(point));
    }
    let Checkpoint { reporter: Some(reporter), epoch: Some(epoch), at, .. } = point else { return None };
    (seen == HEARTBEAT).then_some(Record::Heartbeat(Heartbeat { reporter, epoch, through, at }))
}
