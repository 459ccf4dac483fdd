//! A zone's offsets over a stretch of time, laid out for resolving many wall clocks in a row.

use jiff::{
    civil::{DateTime, date},
    tz::TimeZone,
};

use crate::Instant;

pub(crate) const DAY: i64 = 86_400;

/// No offset is as large as this, so that a wall clock is never further from its instant.
const OFFSET_MAX: i64 = 2 * DAY;

/// Seconds from 1970-01-01T00:00 on the wall to `wall`, as if every day had 24 hours.
pub(crate) fn wall_seconds(wall: DateTime) -> i64 {
    let time = wall.time();
    let in_day = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    wall.date().duration_since(date(1970, 1, 1)).as_secs() + in_day
}

/// Where the clock of a zone stands, between two wall clocks. Answers in seconds since 1970-01-01T00:00Z.
pub(crate) struct Offsets {
    /// In order, the first from the beginning of time; never empty.
    spans: Vec<Span>,
    /// The span that answered last: most often it answers again.
    last: usize,
}

struct Span {
    /// The instant from which this offset holds.
    from: i64,
    until: i64,
    offset: i64,
    /// The wall clocks that only this span shows, and that no jump is near to.
    plain: std::ops::Range<i64>,
}

impl Span {
    fn first_wall(&self) -> i64 {
        self.from.saturating_add(self.offset)
    }

    fn end_wall(&self) -> i64 {
        self.until.saturating_add(self.offset)
    }
}

impl Offsets {
    /// Knows every change of offset that a wall clock between `from` and `until` can meet.
    pub(crate) fn new(zone: &TimeZone, from: i64, until: i64) -> Offsets {
        let first = instant(from.saturating_sub(OFFSET_MAX));
        let last = instant(until.saturating_add(OFFSET_MAX));
        let span = |from, offset| Span { from, until: i64::MAX, offset, plain: 0..0 };
        let mut spans = vec![span(i64::MIN, i64::from(zone.to_offset(first).seconds()))];
        for jump in zone.following(first).take_while(|jump| jump.timestamp() <= last) {
            let (at, offset) = (jump.timestamp().as_second(), i64::from(jump.offset().seconds()));
            if let Some(before) = spans.last_mut().filter(|before| before.offset != offset) {
                before.until = at;
                spans.push(span(at, offset));
            }
        }
        let mut passed = i64::MIN;
        for span in &mut spans {
            span.plain = passed.max(span.first_wall())..span.end_wall();
            passed = passed.max(span.end_wall());
        }
        let mut ahead = i64::MAX;
        for span in spans.iter_mut().rev() {
            span.plain.end = span.plain.end.min(ahead);
            ahead = ahead.min(span.first_wall());
        }
        Offsets { spans, last: 0 }
    }

    /// The first instant at which the clock shows `wall` or, when it jumps over it, more.
    pub(crate) fn start(&mut self, wall: i64) -> i64 {
        if let Some(plain) = self.plain(wall) {
            return plain;
        }
        self.last = self.spans.iter().position(|span| wall < span.end_wall()).unwrap_or(self.spans.len() - 1);
        let span = &self.spans[self.last];
        span.from.max(wall.saturating_sub(span.offset))
    }

    /// The last instant at which the clock shows `wall` or, when it jumps over it, the first at which it shows more.
    pub(crate) fn end(&mut self, wall: i64) -> i64 {
        if let Some(plain) = self.plain(wall) {
            return plain;
        }
        self.last = self.spans.iter().rposition(|span| span.first_wall() <= wall).unwrap_or(0);
        let span = &self.spans[self.last];
        span.until.min(wall.saturating_sub(span.offset))
    }

    /// The stretches of wall clock that a change of offset left out, in order.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = (i64, i64)> {
        let jumps = self.spans.windows(2).map(|pair| (pair[0].end_wall(), pair[1].first_wall()));
        jumps.filter(|(from, until)| from < until)
    }

    fn plain(&self, wall: i64) -> Option<i64> {
        let span = &self.spans[self.last];
        span.plain.contains(&wall).then(|| wall - span.offset)
    }
}

/// Saturates at the ends of time: a boundary in the year 9999 is no reason to stop.
pub(crate) fn instant(seconds: i64) -> Instant {
    Instant::from_second(seconds).unwrap_or(if seconds < 0 { Instant::MIN } else { Instant::MAX })
}
