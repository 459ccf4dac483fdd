//! Durations as Prometheus and Alertmanager write them: `90s`, `5m`, `1h30m`, `2d`.

use jiff::SignedDuration;

const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a duration: numbers with the units `y w d h m s ms`, each at most once and from the largest to the smallest.
/// A bare `0` is a duration, too.
///
/// ```
/// use meridian_core::estate::parse_duration;
/// assert_eq!(parse_duration("1d2h3m4s5ms").unwrap().as_millis(), 93_784_005);
/// assert!(parse_duration("3m1h").is_err());
/// ```
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let shown = || text.chars().take(40).collect::<String>().escape_debug().to_string();
    let wrong = || format!("`{}` is not a duration", shown());
    if text == "0" {
        return Ok(SignedDuration::ZERO);
    }
    let (mut rest, mut units, mut total) = (text, UNITS.as_slice(), 0i64);
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        let place = units.iter().position(|(word, _)| *word == unit).filter(|_| digits > 0).ok_or_else(wrong)?;
        let millis =
            number.parse::<i64>().ok().and_then(|n| n.checked_mul(units[place].1)).and_then(|n| total.checked_add(n));
        total = millis
            .filter(|n| *n <= 100 * UNITS[0].1)
            .ok_or_else(|| format!("`{}` is longer than a hundred years", shown()))?;
        (rest, units) = (after, &units[place + 1..]);
    }
    Ok(SignedDuration::from_millis(total))
}

/// Writes it back, shortest form first: `1h30m`.
pub fn show_duration(duration: SignedDuration) -> String {
    let mut millis = duration.as_millis().max(0);
    if millis == 0 {
        return "0s".into();
    }
    let mut shown = String::new();
    for (unit, size) in UNITS.iter().skip(2) {
        let count = millis / i128::from(*size);
        millis %= i128::from(*size);
        if count > 0 {
            shown += &format!("{count}{unit}");
        }
    }
    shown
}
