//! Connections that are kept, and many of them at once.

use std::{
    io::{BufReader, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use meridian_testkit::servers::http::{self, Response};

/// One connection, for one request after another.
pub struct Connection {
    reader: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: &str) -> Connection {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { reader: BufReader::with_capacity(64 * 1024, stream) }
    }

    /// Sends a whole request and reads its answer.
    pub fn send(&mut self, request: &[u8]) -> Response {
        self.reader.get_ref().write_all(request).unwrap();
        http::read_response(&mut self.reader, false).unwrap()
    }
}

/// Sends all requests over so many connections. Every answer must be a 200, or the figures would mean nothing.
pub fn send_all(address: &str, requests: &[Vec<u8>], connections: usize) -> Duration {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut connection = Connection::open(address);
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = connection.send(request);
                    assert_eq!(answer.status, 200, "{}", answer.text());
                }
            });
        }
    });
    begun.elapsed()
}
