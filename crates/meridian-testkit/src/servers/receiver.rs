//! An HTTP server that keeps every request and answers as the test tells it: what webhooks are sent to.

use super::http;
use std::io::{BufReader, ErrorKind, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub at: Instant,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        http::find(&self.headers, name)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; panics with the body where it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("not JSON ({why}): {}", self.text()))
    }
}

/// What to answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    delay: Duration,
    hang_up: bool,
}

impl Answer {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Take the request and close the connection without a word.
    pub fn hang_up() -> Self {
        Self { hang_up: true, ..Self::default() }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

type Rule = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

struct Shared {
    requests: Mutex<Vec<Request>>,
    came: Condvar,
    rule: Mutex<Rule>,
    stopped: AtomicBool,
}

/// A running receiver; it answers 200 until told otherwise.
pub struct Receiver {
    shared: Arc<Shared>,
    port: u16,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = super::process::listen();
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            came: Condvar::new(),
            rule: Mutex::new(Arc::new(|_| Answer::status(200))),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.stopped.load(Ordering::Acquire) {
                    break;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.converse(&stream));
            }
        });
        Self { shared, port }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// How it answers from now on.
    pub fn answer(&self, rule: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        *lock(&self.shared.rule) = Arc::new(rule);
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// Waits until there are this many.
    pub fn wait_for(&self, count: usize) -> Vec<Request> {
        self.wait_until(&format!("{count} requests"), |requests| requests.len() >= count)
    }

    /// Waits until the requests are as wanted; panics with what came after a minute.
    pub fn wait_until(&self, what: &str, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let requests = lock(&self.shared.requests);
        let (requests, late) = self
            .shared
            .came
            .wait_timeout_while(requests, PATIENCE, |requests| !enough(requests))
            .unwrap_or_else(PoisonError::into_inner);
        let all = requests.clone();
        drop(requests);
        let lines = || all.iter().map(|r| format!("{} {} {}\n", r.method, r.path, r.text())).collect::<String>();
        assert!(!late.timed_out(), "waited {PATIENCE:?} in vain for {what}; {} came:\n{}", all.len(), lines());
        all
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        // One last connection wakes the thread that accepts, so that it sees the flag and frees the port.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    /// Answers one request after another until the other side hangs up.
    fn converse(&self, stream: &TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::new(stream);
        while let Ok(Some((first, headers))) = http::read_head(&mut reader) {
            if http::find(&headers, "expect").is_some_and(|e| e.eq_ignore_ascii_case("100-continue")) {
                let mut out = stream;
                let _ = out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            let Ok(body) = http::read_body(&mut reader, &headers) else { return };
            if self.stopped.load(Ordering::Acquire) || self.respond(stream, &first, headers, body).is_err() {
                return;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "when a request came, and an answer that is late on purpose")]
    fn respond(
        &self,
        mut stream: &TcpStream,
        first: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> std::io::Result<()> {
        let mut words = first.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let request = Request { method, path, headers, body, at: Instant::now() };
        let rule = Arc::clone(&lock(&self.rule));
        let answer = rule(&request);
        lock(&self.requests).push(request);
        self.came.notify_all();
        std::thread::sleep(answer.delay);
        if answer.hang_up {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        let mut out = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{out}\r\n{}", answer.body).as_bytes())
    }
}

/// A test that panicked elsewhere must not hide its own message behind a poisoned lock.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
