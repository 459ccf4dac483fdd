//! Numbers in as few bytes as they need, and the reader that never reads past the end.

/// Bytes that are read from the front. Every answer is an error rather than a guess.
#[derive(Clone, Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

pub type Read<T> = Result<T, String>;

impl<'a> Bytes<'a> {
    pub fn take(&mut self, len: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or("it ends in the middle of a record")?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    pub fn varint(&mut self) -> Read<u64> {
        // Nearly every number has one byte.
        if let [byte, rest @ ..] = self.0
            && *byte < 0x80
        {
            self.0 = rest;
            return Ok(u64::from(*byte));
        }
        u64::try_from(self.wide()?).map_err(|_| "a number has more than 64 bits".into())
    }

    /// A number of up to 128 bits.
    pub fn wide(&mut self) -> Read<u128> {
        let mut value = 0_u128;
        for at in 0..19_u32 {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            if at == 18 && bits > 3 {
                return Err("a number has more than 128 bits".into());
            }
            value |= bits << (7 * at);
            if byte < 0x80 {
                return if byte == 0 && at > 0 {
                    Err("a number has a needless zero at its end".into())
                } else {
                    Ok(value)
                };
            }
        }
        Err("a number has more than 19 bytes".into())
    }

    pub fn delta(&mut self, before: i64) -> Read<i64> {
        let zigzag = self.varint()?;
        Ok(before.wrapping_add((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)))
    }
}

pub fn put(out: &mut Vec<u8>, value: u64) {
    put_wide(out, u128::from(value));
}

pub fn put_wide(out: &mut Vec<u8>, mut value: u128) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn put_delta(out: &mut Vec<u8>, before: i64, value: i64) {
    let delta = value.wrapping_sub(before);
    put(out, ((delta << 1) ^ (delta >> 63)) as u64);
}
