//! SWIFT MT messages in anything: where one begins, and which blocks belong to it.

use super::{Ahead, Scan, Seek, find};

/// `{1:`, the application, and the service; none: the bytes end before that is known.
fn is_begin(bytes: &[u8]) -> Option<bool> {
    let is = |place: usize, byte: u8| match place {
        0..3 => byte == b"{1:"[place],
        3 => matches!(byte, b'F' | b'A' | b'L'),
        _ => byte.is_ascii_digit(),
    };
    let shared = &bytes[..bytes.len().min(6)];
    match shared.iter().enumerate().all(|(place, byte)| is(place, *byte)) {
        false => Some(false),
        true if shared.len() == 6 => Some(true),
        true => None,
    }
}

pub fn seek(bytes: &[u8], tails: bool) -> Seek {
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => match is_begin(&bytes[at..]) {
                Some(true) => return Seek::Begin(at),
                Some(false) => {}
                None => return Seek::Unsure(at),
            },
            b'-' if tails && at > 0 && bytes[at - 1] == b'\n' => match bytes.get(at + 1) {
                Some(b'}') => return Seek::Headless { begin: at, end: at + 2 },
                Some(_) => {}
                None => return Seek::Unsure(at),
            },
            _ => {}
        }
    }
    Seek::Nowhere
}

/// How far a block goes from its brace on.
fn block(bytes: &[u8]) -> Scan {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if at > 0 => match is_begin(&bytes[at..]) {
                Some(true) => return Scan::Cut(at),
                Some(false) => depth += 1,
                None => return Scan::More,
            },
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Scan::End(at + 1);
                }
            }
            _ => {}
        }
    }
    Scan::More
}

/// Whether what follows an acknowledgement is the copy of what is acknowledged: of the same terminal, and of the same numbers
/// or of none; none: the bytes end before that is known.
fn is_copy(acknowledgement: &[u8], copy: &[u8]) -> Option<bool> {
    let (asked, given) = (acknowledgement.get(6..28)?, copy.get(6..28)?);
    let same =
        asked[..12] == given[..12] && (asked[12..] == given[12..] || given[12..].iter().all(|byte| *byte == b'0'));
    Some(same && copy.get(3..6) == Some(b"F01"))
}

pub fn scan(bytes: &[u8], ahead: Ahead) -> Scan {
    let (mut at, mut last, mut copied) = (0, 0_u8, false);
    loop {
        let number = bytes.get(at + 1).copied().unwrap_or_default();
        at += match block(&bytes[at..]) {
            Scan::End(end) => end,
            Scan::Cut(other) => return Scan::Cut(at + other),
            Scan::More => return Scan::More,
        };
        last = last.max(number);
        if number == b'5' {
            return Scan::End(at);
        }
        // Whether it is whole without what may follow.
        let enough = ahead != Ahead::More && last >= b'4';
        let unsure = if enough { Scan::End(at) } else { Scan::More };
        let Some(next) = bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|space| at + space) else {
            return unsure;
        };
        if bytes[next] != b'{' {
            return Scan::End(at);
        }
        match (is_begin(&bytes[next..]), bytes.get(next + 1)) {
            (Some(true), _) if !copied && next == at && bytes.starts_with(b"{1:F21") => {
                match is_copy(bytes, &bytes[next..]) {
                    Some(true) => (copied, last) = (true, 0),
                    Some(false) => return Scan::End(at),
                    None if find(&bytes[next..], 0, b'}').is_some() => return Scan::End(at),
                    None => return unsure,
                }
            }
            (Some(true), _) => return Scan::End(at),
            (None, _) | (_, None) => return unsure,
            (_, Some(number)) if number.is_ascii_digit() && *number > last => {}
            _ => return Scan::End(at),
        }
        at = next;
    }
}
