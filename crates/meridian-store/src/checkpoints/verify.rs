//! Reading all of a log to prove that it is whole. Nothing is held and nothing is changed.

use std::{path::Path, sync::Arc};

use super::{
    Damage, Frame, LogError, Position, Torn,
    disk::{Directory, Disk},
    log::{ends_early, reaches},
    segment::{Segment, Step, Tail, name_of, segments},
    snapshots,
};

/// What a log holds, and all that is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogReport {
    pub segments: u64,
    pub frames: u64,
    pub events: u64,
    /// Of the groups, without what the log adds.
    pub blob_bytes: u64,
    pub first: Position,
    pub end: Position,
    /// The earliest and the latest instant at which a group begins.
    pub instants: Option<(i64, i64)>,
    pub torn: Option<Torn>,
    /// The first of each segment.
    pub damage: Vec<Damage>,
    /// The places of the sound snapshots, the oldest first.
    pub snapshots: Vec<Position>,
    /// What is wrong with the others.
    pub bad_snapshots: Vec<String>,
}

/// Reads the log in this directory. Only what hinders the reading itself is an error: damage stands in the report.
pub fn verify(directory: &Path) -> Result<LogReport, LogError> {
    verify_on(&(Arc::new(Directory::at(directory)) as Arc<dyn Disk>))
}

pub(super) fn verify_on(disk: &Arc<dyn Disk>) -> Result<LogReport, LogError> {
    let disk = disk.as_ref();
    // First, so that a writer that goes on meanwhile is only further than that.
    let reached = reaches(disk)?;
    let known = segments(disk)?;
    let mut report = LogReport::default();
    let mut before: Option<Segment> = None;
    for (at, first) in known.iter().enumerate() {
        let mut segment = match Segment::open(disk, *first) {
            Ok(segment) => segment,
            Err(LogError::Damaged(damage)) => {
                report.damage.push(damage);
                before = None;
                continue;
            }
            Err(other) => return Err(other),
        };
        if report.segments == 0 {
            report.first = segment.header.first;
        }
        report.segments += 1;
        let continued = before.as_ref().map_or(Ok(()), |before| before.continued_by(&segment));
        report.damage.extend(continued.err());
        let newest = at + 1 == known.len();
        let whole = report.add(&mut segment, newest, reached.0)?;
        report.end = report.end.max(segment.next);
        before = whole.then_some(segment);
    }
    if report.damage.is_empty() {
        report.damage.extend(ends_early(report.end, reached));
    }
    for frame in snapshots::names(disk)? {
        match snapshots::read(disk, frame) {
            Ok(state) => report.snapshots.push(state.position),
            Err(why) => report.bad_snapshots.push(format!("{} is damaged: {why}", snapshots::name_of(frame))),
        }
    }
    report.damage.extend(report.beginning_lost(known.first().copied()));
    Ok(report)
}

impl LogReport {
    /// Frames are let go of only when snapshots stand for them.
    fn beginning_lost(&self, oldest: Option<u64>) -> Option<Damage> {
        let covered = self.snapshots.last().map_or(0, |place| place.frame);
        let oldest = oldest.filter(|oldest| *oldest > covered)?;
        Some(Damage {
            file: name_of(oldest),
            offset: 24,
            expected: format!("frame {covered} in this segment or in one before it"),
            found: format!("no segment before it, and no sound snapshot that stands for frame {oldest}"),
        })
    }

    /// Whether all that was durable can be read back.
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty() && self.bad_snapshots.is_empty()
    }

    fn count(&mut self, frame: &Frame) {
        self.frames += 1;
        self.events += u64::from(frame.events);
        self.blob_bytes += frame.blob.len() as u64;
        let (from, until) = self.instants.unwrap_or((frame.at, frame.at));
        self.instants = Some((from.min(frame.at), until.max(frame.at)));
    }

    /// Counts a segment; false: it can't be read to its end.
    fn add(&mut self, segment: &mut Segment, newest: bool, reached: Position) -> Result<bool, LogError> {
        loop {
            match segment.read()? {
                Step::Frame(frame) => self.count(&frame),
                Step::End => return Ok(true),
                Step::Bad(bad) if !newest => {
                    self.damage.push(bad);
                    return Ok(false);
                }
                Step::Bad(bad) => {
                    match segment.tail(bad, reached) {
                        Ok(Tail::Frame(frame)) => {
                            self.count(&frame);
                            continue;
                        }
                        Ok(Tail::Torn(torn)) => self.torn = Some(torn),
                        Err(LogError::Damaged(damage)) => self.damage.push(damage),
                        Err(other) => return Err(other),
                    }
                    return Ok(false);
                }
            }
        }
    }
}
