//! Framing: where in the bytes of a file one message ends and the next one begins.
//!
//! | framing | a frame is | it begins | it ends |
//! | --- | --- | --- | --- |
//! | [`Framing::Lines`] | one line | where the one before ended | with its line feed |
//! | [`Framing::Xml`] | one document, or a business header and the document behind it, or an envelope of both | `<?xml`, `<Document`, `<AppHdr`, or any tag that declares a name space | with the end of its root |
//! | [`Framing::Mt`] | one message: its blocks; an acknowledgement and the copy behind it | `{1:`, an application and a service | with block 5, else with the last block that follows |
//!
//! What stands between frames is passed over: time stamps and words of a log, 0x01 and 0x03, `$`. Of it the frame's own line and
//! the one before are kept as what stands *before* the frame, for the time stamp in it.
//!
//! | what is found | what is done |
//! | --- | --- |
//! | the bytes end in the middle of a frame | it waits for the rest |
//! | they end there for good ([`Ahead::Nothing`]) | [`What::Cut`]; a last line needs no end and is whole |
//! | another frame begins in the middle of one | [`What::Cut`], and the other one is read |
//! | a frame whose beginning is missing ends | [`What::Headless`] |
//! | a frame is longer than [`FRAME_BYTES_MAX`] | [`What::TooLong`], and the next beginning behind that is looked for |
//! | XML in 16 bits a letter | [`What::Wide`] |
//!
//! The law: however the bytes are cut into pieces, the same frames come out. The one exception asks for itself: at
//! [`Ahead::Pause`] a message whose last block may not have come yet is taken as it is. What this does *not* do: it judges
//! nothing inside a frame, and it remembers nothing but whether it is behind a frame that was too long.

mod mt;
mod xml;

#[cfg(test)]
mod tests;

/// The longest frame, in bytes. A longer one is refused whole.
pub const FRAME_BYTES_MAX: usize = 1 << 20;

/// Of what stands before a frame so many bytes are kept at most.
const BEFORE_BYTES_MAX: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Lines,
    Xml,
    Mt,
}

/// What may come behind the bytes that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Anything, at any moment.
    More,
    /// Anything, but for a while nothing came.
    Pause,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Whole,
    /// It ends in its middle.
    Cut,
    /// Its beginning is missing.
    Headless,
    TooLong,
    /// In UTF-16.
    Wide,
}

/// A frame, by its places in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where that begins which stands before it.
    pub from: usize,
    pub begin: usize,
    pub end: usize,
    /// Where the next one is looked for.
    pub next: usize,
    /// Whether the next one is looked for in the rest of one that is too long.
    pub skipping: bool,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Frame(Frame),
    /// The bytes before `from` are of no further use. `half`: a frame has begun there.
    Wait {
        from: usize,
        skipping: bool,
        half: bool,
    },
}

/// Where something may begin.
enum Seek {
    Begin(usize),
    /// A frame without its beginning ends.
    Headless {
        begin: usize,
        end: usize,
    },
    Wide {
        begin: usize,
        end: usize,
    },
    /// A beginning may stand here.
    Unsure(usize),
    Nowhere,
}

/// How far a frame goes, counted from its beginning.
enum Scan {
    End(usize),
    /// Another one begins here, in the middle.
    Cut(usize),
    More,
}

impl Framing {
    /// The next frame in the bytes. They begin where the frame before said that the next one is looked for.
    pub fn next(self, bytes: &[u8], skipping: bool, ahead: Ahead) -> Next {
        match self {
            Framing::Lines => line(bytes, skipping, ahead),
            Framing::Xml => piece(bytes, skipping, ahead, xml::seek, xml::scan),
            Framing::Mt => piece(bytes, skipping, ahead, mt::seek, mt::scan),
        }
    }
}

fn line(bytes: &[u8], mut skipping: bool, ahead: Ahead) -> Next {
    let end_of = |from: usize| bytes[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at);
    let mut begin = 0;
    if skipping {
        let Some(end) = end_of(0) else { return Next::Wait { from: bytes.len(), skipping, half: true } };
        (begin, skipping) = (end + 1, false);
    }
    let frame = |end, next, skipping, what| Next::Frame(Frame { from: begin, begin, end, next, skipping, what });
    match end_of(begin) {
        Some(end) if end - begin > FRAME_BYTES_MAX => frame(end, end + 1, false, What::TooLong),
        Some(end) => frame(end, end + 1, false, What::Whole),
        None if bytes.len() - begin > FRAME_BYTES_MAX => frame(bytes.len(), bytes.len(), true, What::TooLong),
        None if ahead == Ahead::Nothing && begin < bytes.len() => frame(bytes.len(), bytes.len(), false, What::Whole),
        None => Next::Wait { from: begin, skipping, half: begin < bytes.len() },
    }
}

fn piece(
    bytes: &[u8],
    skipping: bool,
    ahead: Ahead,
    seek: fn(&[u8], bool) -> Seek,
    scan: fn(&[u8], Ahead) -> Scan,
) -> Next {
    let broken = |begin, end, skipping, what| Next::Frame(Frame { from: begin, begin, end, next: end, skipping, what });
    let begin = match seek(bytes, !skipping) {
        Seek::Begin(begin) => begin,
        Seek::Headless { begin, end } => return broken(begin, end, false, What::Headless),
        Seek::Wide { begin, end } => return broken(begin, end, true, What::Wide),
        Seek::Unsure(at) => return Next::Wait { from: before(bytes, at), skipping, half: false },
        Seek::Nowhere => return Next::Wait { from: before(bytes, bytes.len()), skipping, half: false },
    };
    let from = before(bytes, begin);
    let rest = &bytes[begin..];
    let within = &rest[..rest.len().min(FRAME_BYTES_MAX)];
    let is_full = within.len() == FRAME_BYTES_MAX;
    let frame = |end, next, skipping, what| Next::Frame(Frame { from, begin, end: begin + end, next, skipping, what });
    // Behind the longest frame nothing is waited for.
    match scan(within, if is_full { Ahead::More } else { ahead }) {
        Scan::End(end) => frame(end, begin + end, false, What::Whole),
        // Behind the last mark of this one nothing begins before the other, and there may stand the other's time stamp.
        Scan::Cut(at) => {
            let mark = rest[..at].iter().rposition(|byte| *byte == rest[at]).unwrap_or_default();
            frame(at, begin + mark + 1, false, What::Cut)
        }
        Scan::More if is_full => frame(within.len(), begin + within.len(), true, What::TooLong),
        Scan::More if ahead == Ahead::Nothing => frame(within.len(), begin + within.len(), false, What::Cut),
        Scan::More => Next::Wait { from, skipping, half: true },
    }
}

/// Where that begins which stands before a place: with the line before its own, or a little nearer.
fn before(bytes: &[u8], at: usize) -> usize {
    let low = at.saturating_sub(BEFORE_BYTES_MAX);
    let mut ends = (low..at).rev().filter(|place| bytes[*place] == b'\n');
    ends.nth(1).map_or(low, |end| end + 1)
}

/// Where this byte stands next.
fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    bytes.get(from..)?.iter().position(|other| *other == byte).map(|at| from + at)
}

/// Behind the next place where these bytes stand.
fn behind(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at + wanted.len())
}

/// Whether the bytes begin so; none: they end before that is known.
fn begins(bytes: &[u8], wanted: &[u8]) -> Option<bool> {
    let shared = bytes.len().min(wanted.len());
    match bytes[..shared] == wanted[..shared] {
        false => Some(false),
        true if shared == wanted.len() => Some(true),
        true => None,
    }
}
