//! The papers of switches as files: each is named by its own hash, so that it can't be changed unseen.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A directory of papers.
pub struct Papers {
    directory: PathBuf,
}

impl Papers {
    pub fn at(directory: PathBuf) -> Papers {
        Papers { directory }
    }

    pub fn path(&self, hash: &str) -> PathBuf {
        self.directory.join(format!("{hash}.ndjson"))
    }

    /// Keeps it, durably, and gives its BLAKE3 hash in hexadecimal digits. The same paper twice is one file.
    pub fn keep(&self, paper: &[u8]) -> io::Result<String> {
        let hash = blake3::hash(paper).to_hex().to_string();
        fs::create_dir_all(&self.directory)?;
        let path = self.path(&hash);
        if fs::read(&path).is_ok_and(|kept| kept == paper) {
            return Ok(hash);
        }
        let new = self.directory.join(format!("{hash}.new"));
        let mut file = File::create(&new)?;
        file.write_all(paper)?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        sync(&self.directory)?;
        Ok(hash)
    }

    /// What was kept. Refused: a file that was changed or is gone.
    pub fn read(&self, hash: &str) -> io::Result<Vec<u8>> {
        let path = self.path(hash);
        let told = |why: String| io::Error::other(format!("the paper {}: {why}", path.display()));
        let paper = fs::read(&path).map_err(|why| told(why.to_string()))?;
        if blake3::hash(&paper).to_hex().as_str() != hash {
            return Err(told("it was changed since it was signed; bring it back from a copy of the data".to_owned()));
        }
        Ok(paper)
    }
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
