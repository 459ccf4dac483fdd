//! An amount of money, exact: a decimal number in billionths.
//!
//! One unit for all amounts means that sums need no rescaling and that `100`, `100.0` and `100.00` are one amount. What
//! this does *not* do: it knows no currency and rounds nothing; a text with more digits than fit is refused.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

const FRACTION_DIGITS: usize = 9;
const WHOLE_DIGITS_MAX: usize = 18;
const UNIT: i128 = 1_000_000_000;

/// In billionths. Read from text, it has at most 18 digits before the point and 9 behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub i128);

/// Why a text is no [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountError;

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an amount is a decimal number such as 1250000.00, with at most {WHOLE_DIGITS_MAX} digits before the point and {FRACTION_DIGITS} behind it"
        )
    }
}

impl std::error::Error for AmountError {}

impl FromStr for Amount {
    type Err = AmountError;

    /// ```
    /// use meridian_core::chain::Amount;
    /// assert_eq!("100.50".parse::<Amount>().unwrap().to_string(), "100.5");
    /// assert!("1e6".parse::<Amount>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Amount, AmountError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str, len: usize| {
            !part.is_empty() && part.len() <= len && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !numeric(whole, WHOLE_DIGITS_MAX) || !numeric(fraction, FRACTION_DIGITS) {
            return Err(AmountError);
        }
        let value = |part: &str| part.bytes().fold(0_i128, |sum, byte| sum * 10 + i128::from(byte - b'0'));
        let scale = 10_i128.pow((FRACTION_DIGITS - fraction.len()) as u32);
        let billionths = value(whole) * UNIT + value(fraction) * scale;
        Ok(Amount(if negative { -billionths } else { billionths }))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, value) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, fraction) = (value / UNIT as u128, value % UNIT as u128);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let text = format!("{fraction:09}");
        write!(f, "{sign}{whole}.{}", text.trim_end_matches('0'))
    }
}
