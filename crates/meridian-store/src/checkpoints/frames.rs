//! Reading frames in order, across segments.

use std::{path::Path, sync::Arc};

use super::{
    Frame, LogError, Position, Torn,
    disk::{Directory, Disk},
    log::reaches,
    segment::{Segment, Step, Tail, segments},
};

/// The frames of the log in this directory, from a place on, without holding it: a writer may go on meanwhile. A frame
/// that is not finished ends it, and [`Frames::torn`] then says so.
pub fn frames(directory: &Path, from: Position) -> Result<Frames, LogError> {
    let disk: Arc<dyn Disk> = Arc::new(Directory::at(directory));
    let (reached, _) = reaches(disk.as_ref())?;
    Frames::begin(disk, from, reached.frame, None)
}

/// Frame after frame; after an error there are no more.
pub struct Frames {
    disk: Arc<dyn Disk>,
    /// The first frames of the segments that come after the current one, the next one last.
    ahead: Vec<u64>,
    current: Option<Segment>,
    /// The log has at least all frames before this one.
    reached: u64,
    until: Option<u64>,
    torn: Option<Torn>,
}

impl Frames {
    pub(super) fn begin(
        disk: Arc<dyn Disk>,
        from: Position,
        reached: u64,
        until: Option<u64>,
    ) -> Result<Frames, LogError> {
        let mut ahead = segments(disk.as_ref())?;
        ahead.reverse();
        let at = ahead.iter().position(|first| *first <= from.frame);
        let (Some(at), Some(oldest)) = (at, ahead.last().copied()) else {
            let first = match ahead.last() {
                Some(oldest) => Segment::open(disk.as_ref(), *oldest)?.header.first,
                None if from == Position::START && reached == 0 => {
                    return Ok(Frames { disk, ahead, current: None, reached, until, torn: None });
                }
                None => return Err(LogError::NoSuchPosition { asked: from, nearest: Position::START }),
            };
            return Err(LogError::Gone { asked: from, first });
        };
        let first = ahead.get(at).copied().unwrap_or(oldest);
        ahead.truncate(at);
        let current = Some(Segment::open(disk.as_ref(), first)?);
        let mut frames = Frames { disk, ahead, current, reached, until, torn: None };
        frames.skip_to(from)?;
        Ok(frames)
    }

    /// The unfinished frame at which the reading ended, if it did.
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    fn place(&self) -> Position {
        self.current.as_ref().map_or(Position::START, |segment| segment.next)
    }

    fn skip_to(&mut self, from: Position) -> Result<(), LogError> {
        while self.place().frame < from.frame {
            let Some(frame) = self.next() else { break };
            frame?;
        }
        match self.place() {
            place if place == from => Ok(()),
            nearest => Err(LogError::NoSuchPosition { asked: from, nearest }),
        }
    }

    fn step(&mut self) -> Result<Option<Frame>, LogError> {
        loop {
            let Some(segment) = &mut self.current else { return Ok(None) };
            if self.until.is_some_and(|until| segment.next.frame >= until) {
                return Ok(None);
            }
            match segment.read()? {
                Step::Frame(frame) => return Ok(Some(frame)),
                Step::Bad(bad) if !self.ahead.is_empty() => return Err(bad.into()),
                Step::Bad(bad) => match segment.tail(bad, Position { frame: self.reached, event: 0 })? {
                    Tail::Frame(frame) => return Ok(Some(frame)),
                    Tail::Torn(torn) => {
                        self.torn = Some(torn);
                        return Ok(None);
                    }
                },
                Step::End => {
                    let Some(next) = self.ahead.pop() else {
                        return if segment.next.frame < self.reached {
                            Err(ended(segment, self.reached))
                        } else {
                            Ok(None)
                        };
                    };
                    let next = Segment::open(self.disk.as_ref(), next)?;
                    segment.continued_by(&next)?;
                    self.current = Some(next);
                }
            }
        }
    }
}

fn ended(segment: &Segment, reached: u64) -> LogError {
    let wanted = format!("{}, for the log was durable up to frame {reached}", segment.next);
    segment.damage(wanted, "the end").into()
}

impl Iterator for Frames {
    type Item = Result<Frame, LogError>;

    fn next(&mut self) -> Option<Result<Frame, LogError>> {
        let step = self.step();
        if step.is_err() {
            self.current = None;
            self.ahead.clear();
        }
        step.transpose()
    }
}
