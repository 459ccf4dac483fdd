//! Which known name was probably meant.

/// The known name that is most like what was written, where one is like it at all.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    if written.len() > 100 {
        return None;
    }
    let (raw, written) = (written, plain(written));
    let far = 1 + written.len() / 4;
    // Of two that are as near by their letters, the one that is nearer as it was written.
    let distance = |name: &'a str| {
        let letters = strsim::damerau_levenshtein(&written, &plain(name));
        (letters <= far).then(|| (letters, strsim::damerau_levenshtein(raw, name), name))
    };
    known.into_iter().filter_map(distance).min().map(|(_, _, name)| name)
}

/// `a`, `b` or `c`; shortened where there are many.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "none".into(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 24 => format!("{} or {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..20].join(", "), names.len() - 20),
    }
}
