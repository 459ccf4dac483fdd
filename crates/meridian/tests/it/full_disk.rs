//! A full disk: alerts are refused with a reason, everything else goes on, and space brings all back without a restart.

use super::ground::Ground;
use meridian_testkit::servers::{http, wait_until};
use serde_json::json;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A small file system over a directory; gone when dropped.
pub struct Small(PathBuf);

impl Small {
    pub fn over(directory: PathBuf) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&directory).output();
        if mount.is_ok_and(|done| done.status.success()) {
            return Some(Self(directory));
        }
        eprintln!("SKIPPED: a small file system can only be mounted by root");
        None
    }

    /// Makes it as large as this.
    pub fn grow(&self, size: &str) {
        let mount = Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0).status();
        assert!(mount.is_ok_and(|status| status.success()));
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Takes all the space that is left.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.ballast()).unwrap();
        for portion in [64 * 1024, 512, 1] {
            while std::io::Write::write_all(&mut file, &vec![1; portion]).is_ok() {}
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_alerts_and_recovers_by_itself() {
    let mut ground = Ground::start();
    ground.meridian.stop();
    let Some(small) = Small::over(ground.meridian.data().to_path_buf()) else { return };
    ground.meridian.restart();
    ground.lives("BeforeTheDiskWasFull");
    small.fill();

    // What is in the log's last page may still be taken; then it is refused.
    let mut taken = vec!["BeforeTheDiskWasFull".to_owned()];
    let refused = wait_until("a refusal", || {
        let name = format!("Taken{}", taken.len());
        let answer = ground.alert(&name);
        if answer.status == 200 {
            taken.push(name);
            return None;
        }
        Some((name, answer))
    });
    let (name, answer) = refused;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok()), "{:?}", answer.headers);
    let said = answer.text();
    assert!(said.contains("space") && said.contains("nothing was changed"), "what, and what became of it: {said}");
    // Again, while it rests: the same reason.
    let said = ground.alert(&name).text();
    assert!(said.contains("space"), "{said}");

    let ready = ground.meridian.get("/-/ready");
    assert_eq!((ready.status, ready.header("retry-after").is_some()), (503, true), "{}", ready.text());
    for path in ["/-/healthy", "/metrics", "/login", "/api/v2/status", "/api/v2/alerts", "/api/v2/silences"] {
        assert_eq!(ground.meridian.get(path).status, 200, "{path}");
    }
    let silence = json!({
        "matchers": [{ "name": "alertname", "value": "x", "isRegex": false }], "comment": "c", "createdBy": "wen",
        "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z",
    });
    assert_eq!(ground.meridian.post("/api/v2/silences", &silence).status, 503);
    for path in ["/api/v2/alerts", "/api/v2/silences"] {
        let shown = ground.meridian.get(path).text();
        assert!(!shown.contains(&name) && !shown.contains(r#""wen""#), "half applied: {shown}");
    }

    std::fs::remove_file(small.ballast()).unwrap();
    let ready = ground.meridian.url("/-/ready");
    wait_until("it is ready again, although nobody asked anything of the journal", || {
        http::get(&ready).ok().filter(|answer| answer.status == 200)
    });
    ground.lives("AfterThereWasSpace");
    assert!(ground.journal().iter().any(|entry| entry["fact"].get("house.resumed").is_some()));
    taken.push("AfterThereWasSpace".to_owned());
    let journal = serde_json::to_string(&ground.journal()).unwrap();
    assert!(taken.iter().all(|name| journal.contains(&format!("\"{name}\""))), "{taken:?}: {journal}");
    assert!(!journal.contains(&format!("\"{name}\"")), "{name} was refused");
    ground.is_sound();
    assert_eq!(ground.meridian.stop().and_then(|status| status.code()), Some(0));
}

/// A supervisor must be able to stop it, and the next start must not be hindered by what the full disk left.
#[test]
fn a_full_disk_keeps_it_neither_from_stopping_nor_from_starting_later() {
    let mut ground = Ground::start();
    ground.meridian.stop();
    let Some(small) = Small::over(ground.meridian.data().to_path_buf()) else { return };
    ground.meridian.restart();
    small.fill();
    for n in 0..200 {
        if ground.alert(&format!("Stuck{n}")).status != 200 {
            break;
        }
    }
    assert_eq!(ground.meridian.stop().and_then(|status| status.code()), Some(0), "{}", ground.meridian.log());
    std::thread::sleep(Duration::from_millis(50));
    std::fs::remove_file(small.ballast()).unwrap();
    ground.meridian.restart();
    ground.lives("AfterTheStart");
    ground.is_sound();
}
