//! A server as a process: started, watched, its output kept, and gone with the test.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(10);

const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port of the loopback interface that nobody listens on.
///
/// It lies below the range from which the system takes the ports of outgoing connections; otherwise a server that is
/// stopped and started again could find its port taken by some client. Whether it is free is asked by connecting, never
/// by listening: a process that another thread forks at that moment would hold the listening socket a while longer.
pub fn free_port() -> u16 {
    ports()
        .find(|port| TcpStream::connect(("127.0.0.1", *port)).is_err())
        .unwrap_or_else(|| panic!("no free port in {PORTS:?}"))
}

/// A listener on such a port, for a server that lives in this process.
pub(super) fn listen() -> TcpListener {
    ports()
        .find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok())
        .unwrap_or_else(|| panic!("no port to listen on in {PORTS:?}"))
}

/// Every port of the range once, each process from its own beginning, no two calls from the same one.
fn ports() -> impl Iterator<Item = u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    let begin = u16::try_from(std::process::id() % 600).unwrap_or(0) * 20;
    (0..count).map(move |_| PORTS.start + (begin + NEXT.fetch_add(1, Ordering::Relaxed) % count) % count)
}

/// Waits until the question has an answer, and panics with `what` after a minute.
#[expect(clippy::disallowed_methods, reason = "another process takes real time, and there is nothing to be woken by")]
pub fn wait_until<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        std::thread::sleep(STEP);
    }
}

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program in a process group of its own, with its output in `dir/NAME.log`, appended when started again.
    ///
    /// The system kills it when the thread that started it ends, so it must be started by the thread of its test.
    pub fn start(name: &'static str, program: &Path, dir: &Path, prepare: impl FnOnce(&mut Command)) -> Self {
        let log = dir.join(format!("{name}.log"));
        let out = File::options().create(true).append(true).open(&log);
        let out = out.unwrap_or_else(|why| panic!("{}: {why}", log.display()));
        let err = out.try_clone().expect("a second handle of the log");
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        prepare(&mut command);
        command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        let child = command.spawn().unwrap_or_else(|why| panic!("{name} could not be started: {why}"));
        Self { name, child, log }
    }

    /// What it has printed so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the server has an answer; panics when it ends before.
    pub fn wait_until<T>(&mut self, what: &str, mut question: impl FnMut(&str) -> Option<T>) -> T {
        let Self { name, child, log } = self;
        wait_until(&format!("{name}: {what}"), || {
            let printed = String::from_utf8_lossy(&std::fs::read(&log).unwrap_or_default()).into_owned();
            let answer = question(&printed);
            if let (None, Ok(Some(status))) = (&answer, child.try_wait()) {
                panic!("{name} ended ({status}) before {what}:\n{printed}");
            }
            answer
        })
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to stop, and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        let (name, child) = (self.name, &mut self.child);
        wait_until(&format!("{name} to stop after SIGTERM"), || child.try_wait().ok().flatten())
    }

    /// Kills it and all that it started, at once.
    pub fn kill(&mut self) {
        if self.is_running() {
            self.signal("KILL");
        }
        let _ = self.child.wait();
    }

    /// Sends a signal to its whole group. The shell does it, because doing it here would take unsafe code.
    pub fn signal(&self, signal: &str) {
        let script = format!("kill -{signal} -{}", self.child.id());
        let _ = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What it started may outlive it, so the group is killed even when its first process has ended.
        self.signal("KILL");
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(60)..];
            eprintln!("--- the last lines of {}:\n{}\n---", self.name, last.join("\n"));
        }
    }
}
