//! Words within a bar: the longest form that fits whole and clear of the now-line. What fits in no form stays away, and
//! the bar's title says it.

/// How wide a text is at most, in pixels. No font is known here, so it is rather too wide than too narrow.
pub fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | ' ' | '\u{a0}' | ':' => 0.32,
        'f' | 'r' | 't' | '-' | '(' | ')' => 0.44,
        'm' | 'w' | 'M' | 'W' => 0.95,
        c if c.is_ascii_uppercase() => 0.74,
        c if c.is_ascii() => 0.62,
        _ => 1.05,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// `Tom Ashdown, Payments`, then the name alone, the first name, the initials.
pub fn forms(who: &str, aside: Option<&str>) -> Vec<String> {
    let mut forms: Vec<String> = aside.map(|aside| format!("{who}, {aside}")).into_iter().collect();
    forms.push(who.to_owned());
    let words: Vec<&str> = who.split_whitespace().collect();
    if words.len() > 1 {
        forms.push(words[0].to_owned());
        forms.push(words.iter().take(3).filter_map(|word| word.chars().next()).collect());
    }
    forms
}

/// A stretch of the picture, in per cent of its width.
pub type Stretch = (f64, f64);

/// Where a text stands: from which per cent, and which.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub x: f64,
    pub text: String,
}

/// The best place for one of the forms within a stretch of a picture so many pixels wide. Where the now-line crosses
/// the stretch, the text keeps to one side of it, to the left if that says as much.
pub fn place(forms: &[String], stretch: Stretch, now: Option<f64>, pixels: f64, size: f64) -> Option<Placed> {
    const PAD: f64 = 11.0;
    let sides = match now.filter(|now| stretch.0 < *now && *now < stretch.1) {
        None => vec![stretch],
        Some(now) => vec![(stretch.0, now), (now, stretch.1)],
    };
    let fits = |text: &String, side: &Stretch| width(text, size) + PAD <= (side.1 - side.0) / 100.0 * pixels;
    forms.iter().find_map(|text| {
        let side = sides.iter().find(|side| fits(text, side))?;
        Some(Placed { x: side.0, text: text.clone() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_give_way_whole() {
        fn check(stretch: Stretch, now: Option<f64>, expect: Option<(f64, &str)>) {
            let placed = place(&forms("Tom Ashdown", Some("Payments")), stretch, now, 700.0, 12.0);
            assert_eq!(placed, expect.map(|(x, text)| Placed { x, text: text.into() }), "{stretch:?} {now:?}");
        }
        check((0.0, 50.0), None, Some((0.0, "Tom Ashdown, Payments")));
        check((10.0, 25.0), None, Some((10.0, "Tom Ashdown")));
        check((10.0, 18.0), None, Some((10.0, "Tom")));
        check((10.0, 14.5), None, Some((10.0, "TA")));
        check((10.0, 11.0), None, None);
        // Crossed by the now-line: the side that says most, and never across it.
        check((0.0, 50.0), Some(10.0), Some((10.0, "Tom Ashdown, Payments")));
        check((0.0, 50.0), Some(40.0), Some((0.0, "Tom Ashdown, Payments")));
        check((0.0, 16.0), Some(8.0), Some((0.0, "Tom")));
        check((0.0, 3.0), Some(1.5), None);
    }

    #[test]
    fn one_name_has_no_shorter_form() {
        assert_eq!(forms("Madonna", None), ["Madonna"]);
        assert_eq!(forms("李 文", None), ["李 文", "李", "李文"]);
    }
}
