//! How it begins: with TLS, and with what keeps it from beginning, each said with what, where and what to do.

use super::ground::{ESTATE, PROGRAM};
use meridian_testkit::servers::{free_port, http, wait_until};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A directory with an estate, and where the data will be.
struct Place {
    dir: TempDir,
    port: u16,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("estate")).unwrap();
        std::fs::write(dir.path().join("estate/estate.yaml"), ESTATE.replace("{hook}", "http://127.0.0.1:9")).unwrap();
        Self { dir, port: free_port() }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn serve(&self, flags: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        let (estate, data, listen) = (self.path("estate"), self.path("data"), format!("127.0.0.1:{}", self.port));
        let has = |flag: &str| flags.contains(&flag);
        command.arg("serve").env("NO_COLOR", "1").stdin(Stdio::null());
        for (flag, value) in [("--estate", &estate), ("--data", &data), ("--listen", &listen)] {
            if !has(flag) {
                command.args([flag, value]);
            }
        }
        command.args(flags);
        command
    }

    /// It ends at once, with 1, and says all of this.
    fn refuses(&self, flags: &[&str], expected: &[&str]) {
        let out = self.serve(flags).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{flags:?}: {said}");
        for words in expected {
            assert!(said.contains(words), "{flags:?}: `{words}` is missing in:\n{said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// A running server; killed when dropped.
struct Runs(Child);

impl Drop for Runs {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A self-made certificate and its key; `None` where `openssl` is not installed.
fn certificate(dir: &Path, name: &str) -> Option<(String, String)> {
    let (certificate, key) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    command.arg("-addext").arg("basicConstraints=critical,CA:FALSE");
    command.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    let Ok(out) = command.output() else {
        eprintln!("SKIPPED: openssl is not installed");
        return None;
    };
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some((certificate.display().to_string(), key.display().to_string()))
}

#[test]
fn https_with_both_versions_of_http() {
    let place = Place::new();
    let Some((certificate, key)) = certificate(place.dir.path(), "server") else { return };
    let mut child = place.serve(&["--tls-cert", &certificate, "--tls-key", &key]);
    let _runs = Runs(child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root = reqwest::Certificate::from_pem(&std::fs::read(&certificate).unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ask = |only_http1: bool| {
        let builder = reqwest::Client::builder().tls_certs_only([root.clone()]);
        let client = if only_http1 { builder.http1_only() } else { builder }.build().unwrap();
        let url = format!("https://localhost:{}/-/ready", place.port);
        runtime.block_on(async { client.get(url).send().await }).ok()
    };
    let second = wait_until("an answer by TLS", || ask(false));
    assert_eq!((second.status().as_u16(), second.version()), (200, reqwest::Version::HTTP_2));
    assert_eq!(ask(true).unwrap().version(), reqwest::Version::HTTP_11);
    // A client that speaks plainly to this port hears no page, and harms nobody.
    let plain = http::get(&format!("http://127.0.0.1:{}/-/ready", place.port));
    assert!(plain.is_err(), "{plain:?}");
    assert!(ask(true).is_some());
}

#[test]
fn certificates_that_do_not_fit() {
    let place = Place::new();
    let dir = place.dir.path();
    let Some((one, key)) = certificate(dir, "one") else { return };
    let Some((two, _)) = certificate(dir, "two") else { return };
    let (empty, nowhere) = (place.path("empty.pem"), place.path("nowhere.pem"));
    std::fs::write(&empty, "").unwrap();
    place.refuses(&["--tls-cert", &two, "--tls-key", &key], &["TLS", "two.pem", "one.key", "do not fit", "hint:"]);
    place.refuses(&["--tls-cert", &nowhere, "--tls-key", &key], &["TLS", "nowhere.pem", "No such file"]);
    place.refuses(&["--tls-cert", &empty, "--tls-key", &key], &["TLS", "empty.pem", "no certificate"]);
    place.refuses(&["--tls-cert", &one, "--tls-key", &one], &["TLS", "one.pem", "key"]);
    place.refuses(&["--tls-cert", &key, "--tls-key", &key], &["TLS", "one.key", "certificate"]);
}

#[test]
fn what_keeps_it_from_beginning() {
    let place = Place::new();
    place.refuses(&["--estate", "/nowhere/at/all"], &["/nowhere/at/all", "No such file", "hint: see `meridian check"]);
    place.refuses(&["--external-url", "ftp://x"], &["--external-url", "http://"]);
    // A file where the data should be; this stops root, too.
    let file = place.path("file");
    std::fs::write(&file, "").unwrap();
    place.refuses(&["--data", &file], &[&file, "hint:", "--data"]);
    place.refuses(&["--data", "/proc/meridian"], &["/proc/meridian", "hint:", "--data"]);
    std::fs::create_dir(place.path("other")).unwrap();
    std::fs::write(place.path("other/journal.db"), "this is no journal at all, and long enough to see it").unwrap();
    place.refuses(&["--data", &place.path("other")], &["journal.db", "no journal", "hint:"]);
    std::fs::create_dir(place.path("keyless")).unwrap();
    std::fs::write(place.path("keyless/link.key"), "short").unwrap();
    place.refuses(&["--data", &place.path("keyless")], &["link.key", "32 bytes"]);

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    place.refuses(&["--listen", &listen], &[&listen, "in use", "hint: choose another address with --listen"]);

    let mut first = place.serve(&[]);
    let _runs = Runs(first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let ready = format!("http://127.0.0.1:{}/-/ready", place.port);
    wait_until("the first is ready", || http::get(&ready).ok().filter(|answer| answer.status == 200));
    let other = format!("127.0.0.1:{}", free_port());
    place.refuses(&["--listen", &other], &[&place.path("data"), "process", "hint:"]);
    assert_eq!(http::get(&ready).unwrap().status, 200, "the first is not harmed");
}

#[test]
fn a_broken_estate_keeps_it_from_its_first_start_only() {
    let place = Place::new();
    std::fs::write(place.path("estate/estate.yaml"), ESTATE.replace("Asia/Hong_Kong", "Asia/Hong_Kogn")).unwrap();
    place.refuses(&[], &["estate.yaml", "Asia/Hong_Kogn", "hint: see `meridian check"]);
    std::fs::write(place.path("estate/estate.yaml"), "").unwrap();
    place.refuses(&[], &["no Routing", "hint: see `meridian check"]);
}
