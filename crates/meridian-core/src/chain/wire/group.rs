//! Groups: blocks that were made durable together, one after the other. One group is one frame of the log.
//!
//! ```text
//! group      = (len:u32le block)*      nothing may follow
//! ```
//!
//! What this does *not* do: it doesn't read the blocks ([`super::block`] does), and it has no checksum (the frame has).

use std::fmt;

/// Why the bytes are no group: at which place it broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupError {
    pub at: usize,
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a block of the group ends before its length, at byte {}", self.at)
    }
}

impl std::error::Error for GroupError {}

/// Adds a block to a group. A block has far less than 4 GiB: intake bounds it.
pub fn push(group: &mut Vec<u8>, block: &[u8]) {
    group.extend((block.len() as u32).to_le_bytes());
    group.extend(block);
}

/// The blocks of a group, one after the other. After an error there are no more.
pub fn blocks(group: &[u8]) -> impl Iterator<Item = Result<&[u8], GroupError>> {
    let mut rest = group;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = group.len() - rest.len();
        let block = rest.split_first_chunk::<4>().and_then(|(length, after)| {
            let length = u32::from_le_bytes(*length) as usize;
            after.split_at_checked(length)
        });
        let Some((block, after)) = block else {
            rest = &[];
            return Some(Err(GroupError { at }));
        };
        rest = after;
        Some(Ok(block))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_comes_back_and_a_cut_is_named() {
        let mut group = Vec::new();
        [&b"one"[..], b"", b"three"].into_iter().for_each(|block| push(&mut group, block));
        assert_eq!(blocks(&group).collect::<Result<Vec<_>, _>>(), Ok(vec![&b"one"[..], b"", b"three"]));
        for cut in 1..group.len() {
            let whole = [7, 11].contains(&cut);
            let read: Result<Vec<_>, _> = blocks(&group[..cut]).collect();
            assert_eq!(read.is_ok(), whole, "cut at {cut}");
        }
        assert_eq!(blocks(&[255; 9]).collect::<Vec<_>>(), [Err(GroupError { at: 0 })]);
        assert_eq!(blocks(&[]).count(), 0);
    }
}
