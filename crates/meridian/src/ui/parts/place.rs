//! Where words stand in a picture: the most important first, and whoever would collide gives way.
//!
//! A wish has several ways to stand, the best one first. Wishes are settled in the order of their rank; each takes its
//! first way that lies within the picture, clear of what is drawn and of all words that stand already, or stays away.
//! Positions are a percentage of the width and pixels from there. What is clear at the least width stays clear at every
//! wider one, so one drawing serves all. What it does *not* do: move or cut a word.

use super::label::width;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: String,
    pub class: &'static str,
    /// Per cent of the width.
    pub x: f64,
    /// Pixels from there.
    pub dx: f64,
    /// The base line.
    pub y: f64,
    pub anchor: Anchor,
    /// The size of its letters.
    pub size: f64,
}

/// Something drawn: from and until as per cent and pixels, top and bottom in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub from: (f64, f64),
    pub until: (f64, f64),
    pub top: f64,
    pub bottom: f64,
}

/// Words that belong together, with the ways in which they would stand.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The smaller, the sooner it is served.
    pub rank: u8,
    pub ways: Vec<Vec<Word>>,
}

impl Word {
    pub fn area(&self) -> Area {
        let wide = width(&self.text, self.size);
        let left = match self.anchor {
            Anchor::Start => self.dx,
            Anchor::Middle => self.dx - wide / 2.0,
            Anchor::End => self.dx - wide,
        };
        // A letter's body, with what hangs below the line.
        let (top, bottom) = (self.y - self.size * 0.86, self.y + self.size * 0.24);
        Area { from: (self.x, left), until: (self.x, left + wide), top, bottom }
    }
}

impl Area {
    /// Whether this lies left of that, at a width and at every wider one.
    fn before(&self, that: &Area, pixels: f64) -> bool {
        let apart = (that.from.0 - self.until.0) / 100.0 * pixels + that.from.1 - self.until.1;
        self.until.0 <= that.from.0 && apart >= 0.0
    }

    pub fn clear_of(&self, that: &Area, pixels: f64) -> bool {
        let over = |a: &Area, b: &Area| a.bottom <= b.top;
        over(self, that) || over(that, self) || self.before(that, pixels) || that.before(self, pixels)
    }

    fn inside(&self, pixels: f64) -> bool {
        let left = self.from.0 / 100.0 * pixels + self.from.1;
        let right = (100.0 - self.until.0) / 100.0 * pixels - self.until.1;
        left >= 0.0 && right >= 0.0
    }
}

/// For each wish the way it stands, if any.
pub fn choose(wishes: &[Wish], taken: &[Area], pixels: f64) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|number| wishes[*number].rank);
    let mut chosen = vec![None; wishes.len()];
    let mut standing: Vec<Area> = taken.to_vec();
    for number in order {
        let fits = |way: &Vec<Word>| {
            let mut areas = way.iter().map(Word::area);
            areas.all(|area| area.inside(pixels) && standing.iter().all(|other| area.clear_of(other, pixels)))
        };
        chosen[number] = wishes[number].ways.iter().position(fits);
        if let Some(way) = chosen[number] {
            standing.extend(wishes[number].ways[way].iter().map(Word::area));
        }
    }
    chosen
}

/// The words that stand.
pub fn settle(wishes: Vec<Wish>, taken: &[Area], pixels: f64) -> Vec<Word> {
    let chosen = choose(&wishes, taken, pixels);
    let standing = wishes.into_iter().zip(chosen).filter_map(|(mut wish, way)| Some(wish.ways.swap_remove(way?)));
    standing.flatten().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = Word> {
        let anchor = prop::sample::select(vec![Anchor::Start, Anchor::Middle, Anchor::End]);
        ("[a-zA-Z0-9 ]{1,24}", 0.0..100.0_f64, -30.0..30.0_f64, 0..12_u8, anchor).prop_map(
            |(text, x, dx, row, anchor)| Word { text, class: "", x, dx, y: f64::from(row) * 9.0, anchor, size: 11.0 },
        )
    }

    fn wish() -> impl Strategy<Value = Wish> {
        (0..5_u8, prop::collection::vec(prop::collection::vec(word(), 1..3), 1..4)).prop_map(|(rank, ways)| {
            // Words of one way stand on lines of their own; whoever makes a way sees to that.
            let apart = |way: Vec<Word>| {
                way.into_iter().enumerate().map(|(n, word)| Word { y: word.y + 200.0 * n as f64, ..word }).collect()
            };
            Wish { rank, ways: ways.into_iter().map(apart).collect() }
        })
    }

    fn area() -> impl Strategy<Value = Area> {
        (0.0..100.0_f64, 0.0..20.0_f64, 0.0..100.0_f64, 1.0..60.0_f64).prop_map(|(x, wide, top, tall)| Area {
            from: (x, 0.0),
            until: ((x + wide).min(100.0), 0.0),
            top,
            bottom: top + tall,
        })
    }

    /// By the definition, in pixels, at one width.
    fn overlap(a: &Area, b: &Area, pixels: f64) -> bool {
        let edge = |(percent, away): (f64, f64)| percent / 100.0 * pixels + away;
        let across = edge(a.from) + 1e-6 < edge(b.until) && edge(b.from) + 1e-6 < edge(a.until);
        across && a.top < b.bottom && b.top < a.bottom
    }

    proptest! {
        #[test]
        fn words_never_overlap_and_ranks_are_respected(
            wishes in prop::collection::vec(wish(), 0..40),
            taken in prop::collection::vec(area(), 0..12),
            pixels in 300.0..1200.0_f64,
            wider in 1.0..3.0_f64,
        ) {
            let chosen = choose(&wishes, &taken, pixels);
            let areas = |number: usize, way: usize| wishes[number].ways[way].iter().map(Word::area).collect::<Vec<_>>();
            let placed: Vec<(usize, Vec<Area>)> =
                chosen.iter().enumerate().filter_map(|(n, way)| Some((n, areas(n, (*way)?)))).collect();
            // At the width it was settled for and at a wider one, nothing lies on anything.
            for at in [pixels, pixels * wider] {
                for (n, words) in &placed {
                    for word in words {
                        prop_assert!(word.inside(at));
                        prop_assert!(taken.iter().all(|area| !overlap(word, area, at)));
                        let others = placed.iter().filter(|(m, _)| m != n).flat_map(|(_, words)| words);
                        prop_assert!(others.clone().all(|other| !overlap(word, other, at)));
                    }
                }
            }
            // Whoever stays away, or stands in a lesser way, gave way to what is drawn or to somebody of no lesser rank.
            for (n, way) in chosen.iter().enumerate() {
                for better in 0..way.unwrap_or(wishes[n].ways.len()) {
                    let blocked = areas(n, better).iter().any(|word| {
                        let sooner = placed.iter().filter(|(m, _)| (wishes[*m].rank, *m) < (wishes[n].rank, n));
                        !word.inside(pixels)
                            || taken.iter().any(|area| !word.clear_of(area, pixels))
                            || sooner.flat_map(|(_, words)| words).any(|other| !word.clear_of(other, pixels))
                    });
                    prop_assert!(blocked, "wish {n} would have had room in its way {better}");
                }
            }
        }
    }

    #[test]
    fn the_more_important_word_stands() {
        let say = |rank, text: &str, x| Wish {
            rank,
            ways: vec![vec![Word {
                text: text.into(),
                class: "",
                x,
                dx: 0.0,
                y: 10.0,
                anchor: Anchor::Start,
                size: 11.0,
            }]],
        };
        let words = settle(vec![say(3, "planned", 10.0), say(1, "HOLE 2 h", 11.0), say(3, "far", 60.0)], &[], 800.0);
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["HOLE 2 h", "far"]);
    }
}
