//! Reads a request's body without trusting it: bounded before memory grows, also after decompression.

use std::{fmt, io::Read, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::serve::buffer::{BUDGET, Held};

/// Above this, decompressing and parsing leave the threads that serve requests.
const LARGE_BYTES: usize = 256 * 1024;
/// A client that pauses longer than this in the middle of its body is let go.
const FRAME_WITHIN: Duration = Duration::from_secs(20);

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Gzip,
    Zstd,
}

impl Coding {
    fn word(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Zstd => "zstd",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    TooLarge {
        bytes_max: usize,
    },
    /// A `Content-Encoding` that we do not read.
    Encoding(String),
    /// It is not packed as it says.
    Packed(Coding, String),
    /// The client went away in the middle.
    Broken(String),
    /// The client is there and sends nothing.
    Slow,
    /// What other requests hold in memory leaves no room for it.
    Full,
}

impl BodyError {
    pub fn status(&self) -> StatusCode {
        match self {
            BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Encoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            BodyError::Slow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Full => StatusCode::SERVICE_UNAVAILABLE,
            BodyError::Packed(..) | BodyError::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyError::TooLarge { bytes_max } => {
                write!(f, "the body is larger than {bytes_max} bytes, decompressed; send it in smaller parts")
            }
            BodyError::Encoding(found) => {
                write!(f, "Content-Encoding `{}` is not read here; send gzip, zstd or plain", found.escape_debug())
            }
            BodyError::Packed(coding, why) => {
                write!(f, "the body is not the {} that Content-Encoding promises: {why}", coding.word())
            }
            BodyError::Slow => write!(f, "nothing more of the body came for {FRAME_WITHIN:?}; send it without a pause"),
            BodyError::Full => f.write_str("too much of other requests is held in memory; send it again in a moment"),
            BodyError::Broken(why) => write!(f, "the body ended early: {why}"),
        }
    }
}

impl std::error::Error for BodyError {}

/// The whole body, decompressed, of at most `bytes_max`.
pub async fn read(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, BodyError> {
    let encoding = headers.get(header::CONTENT_ENCODING).map(|v| String::from_utf8_lossy(v.as_bytes()).to_lowercase());
    let coding = match encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => None,
        Some("gzip" | "x-gzip") => Some(Coding::Gzip),
        Some("zstd") => Some(Coding::Zstd),
        Some(other) => return Err(BodyError::Encoding(other.chars().take(40).collect())),
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > bytes_max as u64) {
        return Err(BodyError::TooLarge { bytes_max });
    }
    let raw = collect(body, bytes_max).await?;
    let Some(coding) = coding else { return Ok(raw) };
    off_thread_if(raw.len() > LARGE_BYTES / 8, move || unfold(coding, &raw, bytes_max)).await
}

/// One frame is handed on as it is; several are joined.
async fn collect(mut body: Body, bytes_max: usize) -> Result<Bytes, BodyError> {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = timeout(FRAME_WITHIN, body.frame()).await.map_err(|_| BodyError::Slow)? {
        let frame = frame.map_err(|e| BodyError::Broken(e.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + joined.len() + data.len() > bytes_max {
            return Err(BodyError::TooLarge { bytes_max });
        }
        if first.is_empty() && joined.is_empty() {
            first = data;
        } else {
            joined.extend_from_slice(&std::mem::take(&mut first));
            joined.extend_from_slice(&data);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}

/// What was unfolded counts against the budget of all bodies until the last look at it.
fn unfold(coding: Coding, raw: &[u8], bytes_max: usize) -> Result<Bytes, BodyError> {
    let (held, mut plain) = (BUDGET.hold(), Vec::new());
    let broken = |why: String| BodyError::Packed(coding, why);
    match coding {
        Coding::Gzip => grow(&mut plain, flate2::read::MultiGzDecoder::new(raw), &held, bytes_max, &broken)?,
        Coding::Zstd => {
            let mut rest = raw;
            // One frame after the other may stand in a body.
            while !rest.is_empty() {
                let frame = ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(|e| broken(e.to_string()))?;
                grow(&mut plain, frame, &held, bytes_max, &broken)?;
            }
        }
    }
    Ok(Bytes::from_owner(Unfolded { plain, _held: held }))
}

/// Step by step, so that nothing grows beyond what is allowed.
fn grow(
    plain: &mut Vec<u8>,
    reader: impl Read,
    held: &Held,
    bytes_max: usize,
    broken: &dyn Fn(String) -> BodyError,
) -> Result<(), BodyError> {
    const STEP: usize = 64 * 1024;
    let mut reader = reader.take((bytes_max - plain.len()) as u64 + 1);
    loop {
        if !held.grow(STEP) {
            return Err(BodyError::Full);
        }
        let before = plain.len();
        let mut step = reader.by_ref().take(STEP as u64);
        step.read_to_end(plain).map_err(|e| broken(e.to_string()))?;
        if plain.len() > bytes_max {
            return Err(BodyError::TooLarge { bytes_max });
        }
        if plain.len() == before {
            return Ok(());
        }
    }
}

struct Unfolded {
    plain: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for Unfolded {
    fn as_ref(&self) -> &[u8] {
        &self.plain
    }
}

/// Runs `work` here when it is small; a large one would keep other requests waiting.
pub async fn parse_off_thread<T: Send + 'static>(
    body: Bytes,
    work: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Result<T, BodyError> {
    off_thread_if(body.len() > LARGE_BYTES, move || Ok(work(&body))).await
}

async fn off_thread_if<T: Send + 'static>(
    large: bool,
    work: impl FnOnce() -> Result<T, BodyError> + Send + 'static,
) -> Result<T, BodyError> {
    if !large {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(|e| BodyError::Broken(e.to_string()))?
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn bodies() {
        #[track_caller]
        fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
            pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect()
        }
        let is_large = |r: Result<Bytes, BodyError>| r == Err(BodyError::TooLarge { bytes_max: 100 });
        let plain = read(&headers(&[]), Body::from("abc"), 100).await.unwrap();
        assert_eq!(plain.as_ref(), b"abc");
        let zipped = headers(&[("content-encoding", "gzip")]);
        assert_eq!(read(&zipped, Body::from(gzip(b"abc")), 100).await.unwrap().as_ref(), b"abc");
        assert!(is_large(read(&headers(&[]), Body::from(vec![b' '; 101]), 100).await));
        assert!(is_large(read(&headers(&[("content-length", "101")]), Body::empty(), 100).await));
        // A small body that would unfold to 100 MB is stopped at the limit.
        let bomb = gzip(&vec![0; 100_000_000]);
        assert!(bomb.len() < 1_000_000);
        let outcome = read(&zipped, Body::from(bomb), 1_000_000).await;
        assert_eq!(outcome, Err(BodyError::TooLarge { bytes_max: 1_000_000 }));
        assert!(matches!(read(&zipped, Body::from("abc"), 100).await, Err(BodyError::Packed(Coding::Gzip, _))));
        let zstd = |plain: &[u8]| ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest);
        let packed = headers(&[("content-encoding", "zstd")]);
        let two = [zstd(&[b'a'; 300]), zstd(&[b'b'; 300])].concat();
        let joined = [[b'a'; 300], [b'b'; 300]].concat();
        assert!(two.len() < 599, "what is refused below is what it unfolds to");
        assert_eq!(read(&packed, Body::from(two.clone()), 600).await.unwrap().as_ref(), joined);
        assert_eq!(read(&packed, Body::from(two), 599).await, Err(BodyError::TooLarge { bytes_max: 599 }));
        let bomb = read(&packed, Body::from(zstd(&vec![0; 10_000_000])), 1_000_000).await;
        assert_eq!(bomb, Err(BodyError::TooLarge { bytes_max: 1_000_000 }));
        let whole = zstd(b"abc");
        for wrong in [&b"abc"[..], &whole[..whole.len() - 4], &[&whole[..], b"x"].concat()] {
            let outcome = read(&packed, Body::from(wrong.to_vec()), 100).await;
            assert!(matches!(outcome, Err(BodyError::Packed(Coding::Zstd, _))), "{wrong:?}: {outcome:?}");
        }
        let brotli = headers(&[("content-encoding", "br")]);
        assert_eq!(read(&brotli, Body::from("abc"), 100).await, Err(BodyError::Encoding("br".into())));
    }

    #[tokio::test]
    async fn frames_are_joined_and_counted() {
        let frames = |n: usize| {
            let parts = (0..n).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"0123456789")));
            Body::from_stream(futures_util::stream::iter(parts))
        };
        assert_eq!(read(&HeaderMap::new(), frames(3), 30).await.unwrap().len(), 30);
        assert_eq!(read(&HeaderMap::new(), frames(4), 30).await, Err(BodyError::TooLarge { bytes_max: 30 }));
    }
}
