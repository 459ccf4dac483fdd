//! The file `end`: up to where the log was durable, as last seen. A bad frame before it is damage, whatever its place.
//!
//! It is written after each sync and is not synced itself: so it is never ahead of the log, and after a crash of the
//! process alone it is exact. A file that cannot be understood is as good as none.

use std::io;

use super::{
    Position,
    disk::{Bytes, Disk},
};

pub(super) const NAME: &str = "end";

#[derive(Default)]
pub(super) struct Mark {
    file: Option<Box<dyn Bytes>>,
}

impl Mark {
    pub fn read(disk: &dyn Disk) -> Option<Position> {
        let bytes = disk.open(NAME).and_then(|file| file.rest(0)).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let (body, checksum) = text.trim_end().rsplit_once(' ')?;
        let (frame, event) = body.split_once(' ')?;
        let sound = u32::from_str_radix(checksum, 16).ok()? == crc32fast::hash(body.as_bytes());
        sound.then_some(Position { frame: frame.parse().ok()?, event: event.parse().ok()? })
    }

    /// A failure here is no failure of the log: an older mark is still a true one.
    pub fn put(&mut self, disk: &dyn Disk, end: Position) {
        let _ = self.write(disk, end);
    }

    fn write(&mut self, disk: &dyn Disk, end: Position) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => disk.open(NAME).or_else(|_| disk.create(NAME))?,
        };
        let body = format!("{:020} {:020}", end.frame, end.event);
        // One write of one length, so that no reader sees a mixture of two lengths.
        let line = format!("{body} {:08x}\n", crc32fast::hash(body.as_bytes()));
        file.write_all_at(line.as_bytes(), 0)?;
        self.file = Some(file);
        Ok(())
    }
}
