//! The servers themselves: each takes what its real counterpart sends.

use super::http;
use super::*;
use serde_json::json;
use std::time::Duration;

const SEND_MAIL: &str = r#"
import smtplib, sys
from email.message import EmailMessage
mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "meridian@example.com", "wen@example.com", "Zahlungen stehen still: \u00fc"
mail.set_content("Acknowledge: http://127.0.0.1:1/a/token?x=1 now\n" + "long " * 40)
try:
    smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=5).send_message(mail)
    print("taken")
except smtplib.SMTPRecipientsRefused as refused:
    print(list(refused.recipients.values())[0][0])
except smtplib.SMTPServerDisconnected:
    print("hung up")
"#;

#[test]
fn smtp_takes_refuses_and_hangs_up() {
    if !installed() {
        return;
    }
    let smtp = Smtp::start();
    let send = || python(SEND_MAIL, &[&smtp.port().to_string()]).ok().trim().to_owned();
    assert_eq!(send(), "taken");
    let mail = smtp.wait_for(1).remove(0);
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("meridian@example.com", &["wen@example.com".to_owned()][..]));
    assert_eq!(mail.subject, "Zahlungen stehen still: ü");
    assert_eq!(mail.link("/a/"), Some("http://127.0.0.1:1/a/token?x=1"));
    assert_eq!(mail.header("to"), Some("wen@example.com"));

    for code in [451, 550] {
        smtp.set_mood(Mood::Refuse(code));
        assert_eq!(send(), code.to_string());
    }
    smtp.set_mood(Mood::Drop);
    assert_eq!(send(), "hung up");
    smtp.set_mood(Mood::Accept);
    assert_eq!(send(), "taken");
    let answered: Vec<bool> = smtp.mails().iter().map(|mail| mail.answered).collect();
    assert_eq!(answered, [true, false, true]);
}

#[test]
fn a_receiver_keeps_what_came_and_answers_as_told() {
    let receiver = Receiver::start();
    let post = |path: &str| http::post(&receiver.url(path), "application/json", r#"{"a":1}"#);
    assert_eq!(post("/one").unwrap().status, 200);
    receiver.answer(|request| match request.path.as_str() {
        "/busy" => Answer::status(429).header("Retry-After", "7").body("later"),
        "/slow" => Answer::status(204).after(Duration::from_millis(5)),
        _ => Answer::hang_up(),
    });
    let busy = post("/busy").unwrap();
    assert_eq!((busy.status, busy.header("retry-after"), busy.text().as_str()), (429, Some("7"), "later"));
    assert_eq!(post("/slow").unwrap().status, 204);
    assert!(post("/other").is_err());
    let requests = receiver.wait_for(4);
    let paths: Vec<&str> = requests.iter().map(|r| r.path.as_str()).collect();
    assert_eq!(paths, ["/one", "/busy", "/slow", "/other"]);
    assert_eq!(requests[0].json(), json!({ "a": 1 }));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
}

#[test]
fn prometheus_fires_and_resolves() {
    if !installed() {
        return;
    }
    let rules = |expr: &str| {
        format!("groups: [{{ name: a, rules: [{{ alert: Dark, expr: '{expr}', labels: {{ severity: critical }} }}] }}]")
    };
    let receiver = Receiver::start();
    let prometheus = Prometheus::start(&rules("vector(1)"), &receiver.url(""));
    let first = receiver.wait_for(1).remove(0);
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/api/v2/alerts"));
    let alert = &first.json()[0];
    assert_eq!((&alert["labels"]["alertname"], &alert["labels"]["severity"]), (&json!("Dark"), &json!("critical")));

    prometheus.set_rules(&rules("vector(1) > 1"));
    // An alert that fires announces an expiry ahead, later with every repetition; one that is resolved ends now.
    receiver.wait_until("a resolved alert", |requests| {
        let ends: Vec<serde_json::Value> = requests.iter().map(|request| request.json()[0]["endsAt"].clone()).collect();
        ends.windows(2).any(|pair| pair[1].as_str() < pair[0].as_str())
    });
}

#[test]
fn amtool_speaks_with_the_real_alertmanager() {
    if !installed() {
        return;
    }
    let real = Alertmanager::start("route: { receiver: ops }\nreceivers: [{ name: ops }]\n");
    amtool(real.url(), &["alert", "add", "alertname=Dark", "severity=critical"]).ok();
    let found = amtool(real.url(), &["alert", "query", "--output=json"]).ok();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found[0]["labels"]["alertname"], "Dark", "{found}");
    assert_eq!(amtool(real.url(), &["config", "routes", "test", "severity=critical"]).ok().trim(), "ops");
    assert_ne!(amtool(real.url(), &["silence", "expire", "no-such-silence"]).code, Some(0));
}

#[test]
fn chromium_sees_what_the_receiver_serves() {
    if !installed() {
        return;
    }
    let page = |colour: &str| {
        format!(
            "<!doctype html><html lang=en><title>Watch</title><main><h1>Who is on watch</h1>\
             <p style='color:{colour};background:#fff'>Wen Li</p></main></html>"
        )
    };
    let receiver = Receiver::start();
    let (good, bad) = (page("#111"), page("#ccc"));
    receiver.answer(move |request| {
        let body = if request.path == "/bad" { &bad } else { &good };
        Answer::status(200).header("content-type", "text/html").body(body)
    });
    let browser = Browser::with_cookie("session=abc");
    browser.axe(&[&receiver.url("/good")]).ok();
    let seen = receiver.requests();
    let visit = seen.iter().find(|r| r.path == "/good").unwrap();
    assert_eq!(visit.header("cookie"), Some("session=abc"));

    let found = browser.axe(&[&receiver.url("/bad")]);
    assert_eq!(found.code, Some(1), "{}{}", found.stdout, found.stderr);
    assert!(found.stdout.contains("color-contrast"), "{}", found.stdout);

    let picture = std::fs::read(browser.shot(&receiver.url("/good"), 390, true)).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
}

#[test]
fn a_process_is_gone_with_its_test() {
    let dir = tempfile::tempdir().unwrap();
    let start = |script: &str| {
        process::Process::start("sh", std::path::Path::new("/bin/sh"), dir.path(), |command| {
            command.args(["-c", script]);
        })
    };
    let alive = |pid: &str| std::path::Path::new(&format!("/proc/{pid}/cmdline")).exists();
    let mut parent = start("sleep 1000 & echo child=$!; wait");
    let child = parent.wait_until("it prints", |log| log.trim().strip_prefix("child=").map(str::to_owned));
    assert!(alive(&child) && parent.is_running());
    drop(parent);
    wait_until("the child of the server to be gone", || (!alive(&child)).then_some(()));

    let ended =
        std::panic::catch_unwind(|| start("echo no such estate; exit 3").wait_until("it is ready", |_| None::<()>));
    let message = ended.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("exit status: 3") && message.contains("no such estate"), "{message}");
}
