//! Lines: unfolded, and cut into name, parameters and value.

/// Of a longer line the rest is left out: it is a picture or the like, and never what is asked for here.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// One property, with the number of the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    pub line: u32,
    /// In capitals.
    pub name: String,
    pub params: Vec<(String, String)>,
    pub value: String,
}

impl Property {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value as a text: `\n` is a line, and what was escaped stands for itself.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => text.extend(chars.next().map(|c| if matches!(c, 'n' | 'N') { '\n' } else { c })),
                (c, false) => text.push(c),
            }
        }
        text
    }
}

/// Calls `found` for every property, in order, until it says that it is enough. What has no colon is no property, and
/// left out: exporters break lines where they must not.
pub(super) fn properties(bytes: &[u8], mut found: impl FnMut(Property) -> bool) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut logical: Vec<u8> = Vec::new();
    let mut begins = 0;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some((b' ' | b'\t', rest)) = line.split_first() {
            let room = LINE_BYTES_MAX.saturating_sub(logical.len());
            logical.extend_from_slice(&rest[..rest.len().min(room)]);
            continue;
        }
        if !logical.is_empty() && property(begins, &logical).is_some_and(|property| !found(property)) {
            return;
        }
        logical.clear();
        logical.extend_from_slice(&line[..line.len().min(LINE_BYTES_MAX)]);
        begins = u32::try_from(number + 1).unwrap_or(u32::MAX);
    }
    if !logical.is_empty() {
        property(begins, &logical).map(found);
    }
}

/// `NAME;PARAM=value;PARAM="va:lue":the value`
fn property(line: u32, bytes: &[u8]) -> Option<Property> {
    let text = String::from_utf8_lossy(bytes);
    let (mut cuts, mut quoted, mut colon) = (Vec::new(), false, None);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => cuts.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    let name_end = cuts.first().copied().unwrap_or(colon);
    let ends = cuts.iter().skip(1).copied().chain([colon]);
    let params = cuts.iter().zip(ends).filter_map(|(begin, end)| {
        let (name, value) = text.get(begin + 1..end)?.split_once('=')?;
        Some((name.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned()))
    });
    Some(Property {
        line,
        name: text[..name_end].trim().to_ascii_uppercase(),
        params: params.collect(),
        value: text[colon + 1..].trim().to_owned(),
    })
}
