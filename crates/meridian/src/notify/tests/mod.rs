//! The senders against real sockets, and every rendering against hostile text.

mod carried;
mod rendered;
mod server;

use jiff::tz::TimeZone;
use meridian_core::{
    alert::Labels,
    estate::{Carrier, Channel, Estate, Way},
    id::IncidentId,
    incident::Severity,
    page::Urgency,
};

use super::*;

/// A page as the example bank would send it.
pub fn page() -> Message {
    let alert = |title: &str, host: &str, firing| AlertLine {
        labels: [("alertname", "FedwireQueueStuck"), ("service", "payments"), ("host", host), ("severity", "critical")]
            .into_iter()
            .collect(),
        annotations: [
            ("summary", title),
            ("description", "No message has left the queue for 5 minutes; the limit is 60 seconds."),
        ]
        .into_iter()
        .collect(),
        since: "2026-11-23T18:58:00Z".parse().unwrap(),
        firing,
        generator_url: "https://prometheus.bank.example/graph?g0.expr=mq_depth".into(),
    };
    Message {
        key: "mrd-bank-d123".into(),
        kind: Kind::Page { urgency: Urgency::High },
        to: Recipient {
            person: "wen".parse().unwrap(),
            display_name: "Wen Li".into(),
            way: Way::Email("wen@bank.example".into()),
        },
        incident: IncidentSummary {
            number: IncidentId(1042),
            title: "US dollar wires are not reaching the Fed".into(),
            severity: Severity::Sev2,
            since: "2026-11-23T18:58:00Z".parse().unwrap(),
            status: IncidentStatus::Open,
            group: [("service", "payments"), ("site", "nyc")].into_iter().collect(),
            alerts: vec![
                alert("Fedwire queue on mq-a is 900 deep and not moving", "mq-a", true),
                alert("Fedwire queue on mq-b is 412 deep and not moving", "mq-b", true),
                alert("The gateway fw-2 answers slowly", "fw-2", false),
            ],
            alerts_total: 12,
            runbook_url: Some("https://runbooks.bank.example/fedwire/queue-stuck".into()),
        },
        because: "you are on watch for payments (hong-kong, primary) until 17:00 HKT, 09:00 UTC".into(),
        next: Some(Next { who: "Grace Lau".into(), at: "2026-11-23T19:09:00Z".parse().unwrap() }),
        acknowledge_url: Some("https://meridian.bank.example/a/AQEAAAAAabcdEFGHijklMNOPqrstUVWXyz012345".into()),
        pass_on_url: Some("https://meridian.bank.example/a/AQIAAAAAabcdEFGHijklMNOPqrstUVWXyz012345".into()),
        keypad_url: None,
        incident_url: "https://meridian.bank.example/incidents/1042".into(),
        at: "2026-11-23T19:04:00Z".parse().unwrap(),
        zone: TimeZone::get("Asia/Hong_Kong").unwrap(),
        drill: false,
    }
}

/// The same with hostile text wherever a source can write.
pub fn hostile(text: &str) -> Message {
    let mut m = page();
    let labels: Labels = [("alertname", text), ("service", text), (text, text)].into_iter().collect();
    m.incident.title = text.into();
    m.incident.group = labels.clone();
    m.incident.runbook_url = Some(text.into());
    m.incident.alerts[0].labels = labels;
    m.incident.alerts[0].annotations = [("summary", text), ("description", text)].into_iter().collect();
    m.incident.alerts[0].generator_url = text.into();
    m.because = text.into();
    m.to.display_name = text.into();
    m.next = Some(Next { who: text.into(), at: m.at });
    m.incident.status = IncidentStatus::Acknowledged { by: text.into(), at: m.at };
    m.key = text.into();
    m
}

pub const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "x\r\nBcc: everybody@example.com\r\n\r\nhello",
    "<!channel> <@U012> @all @here *bold* `code` & <http://evil|x>",
    "javascript:alert(1)",
    "</Say><Hangup/><Say>",
    "\u{202e}gnp.exe \u{0}\u{1}\u{7f} \u{feff}",
    "👩‍👩‍👧‍👦🔥日本語 اَلْعَرَبِيَّةُ",
    "${env:PATH} {{ x }} %s %n",
];

pub fn estate(channels: impl IntoIterator<Item = (&'static str, Carrier)>) -> Estate {
    let channels = channels.into_iter().map(|(name, carrier)| {
        let name: meridian_core::id::Name = name.parse().unwrap();
        (name.clone(), Channel { name, carrier })
    });
    Estate { channels: channels.collect(), ..Estate::default() }
}

pub fn sender(carrier: Carrier, policy: OutboundPolicy, secrets: Secrets) -> Sender {
    // A second installation is refused, and is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Sender::new(&estate([("it", carrier)]), "https://meridian.bank.example/", secrets, policy).unwrap()
}
