use super::{Source, Unanswered, instant};

fn oncall(source: &Source, rota: Option<&str>, at: meridian_core::Instant, json: bool) -> Result<String, String> {
    super::oncall(source, rota, Some(at), json).map(|said| said.text).map_err(here)
}

fn shifts(
    source: &Source,
    rota: &str,
    from: meridian_core::Instant,
    to: meridian_core::Instant,
    json: bool,
) -> Result<String, String> {
    super::shifts(source, rota, from, to, json).map(|said| said.text).map_err(here)
}

fn here(why: Unanswered) -> String {
    match why {
        Unanswered::Here(why) => why,
        other => panic!("{other:?}"),
    }
}

const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: mail }
spec: { smtp: { host: localhost, from: meridian@example.com } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { site: hong-kong, contacts: [{ name: mail, email: wen@example.com }], reach: { high: [{ contact: mail }], low: [{ contact: mail }] } }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  layers:
    - name: day
      site: hong-kong
      hours: [{ days: mon-fri, from: "08:00", to: "17:00" }]
      rotation: { start: 2026-01-05T08:00, every: 1 week, members: [wen] }
"#;

fn estate() -> Source {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("estate.yaml"), ESTATE).unwrap();
    Source::estate(dir.path()).map_err(here).unwrap()
}

#[test]
fn scripts_get_json() {
    let at = instant("2026-03-09T06:55:00+01:00").unwrap();
    let text = oncall(&estate(), None, at, true).unwrap();
    let expected = serde_json::json!([{
        "rota": "payments", "layer": "day", "role": "primary", "person": "wen", "site": "hong-kong",
        "from": "2026-03-09T00:00:00Z", "until": "2026-03-09T09:00:00Z", "because": "turn 10 of the rotation",
    }]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected);
    assert_eq!(oncall(&estate(), Some("payments"), at, true).unwrap(), text);
    let (from, to) = (instant("2026-03-09T00:00Z").unwrap(), instant("2026-03-10T00:00Z").unwrap());
    assert_eq!(shifts(&estate(), "payments", from, to, true).unwrap(), text);
    assert_eq!(oncall(&estate(), None, to - jiff::SignedDuration::from_hours(1), true).unwrap(), "[]");
}

#[test]
fn people_get_a_table() {
    let (from, to) = (instant("2026-03-09T00:00Z").unwrap(), instant("2026-03-10T04:00Z").unwrap());
    let head = "ROTA      LAYER  ROLE     PERSON  FROM               UNTIL              AT THE SITE                                BECAUSE\n";
    let first = "payments  day    primary  wen     2026-03-09 00:00Z  2026-03-09 09:00Z  Mon 2026-03-09 08:00-17:00 Asia/Hong_Kong  turn 10 of the rotation\n";
    let second = "payments  day    primary  wen     2026-03-10 00:00Z  2026-03-10 04:00Z  Tue 2026-03-10 08:00-12:00 Asia/Hong_Kong  turn 10 of the rotation\n";
    assert_eq!(shifts(&estate(), "payments", from, to, false).unwrap(), format!("{head}{first}{second}"));
    assert_eq!(oncall(&estate(), None, from, false).unwrap(), format!("{head}{first}"));
    let night = instant("2026-03-09T12:00Z").unwrap();
    let nobody = "payments: nobody is on watch at 2026-03-09 12:00Z, until 2026-03-10 00:00Z\n";
    assert_eq!(oncall(&estate(), None, night, false).unwrap(), nobody);
    assert_eq!(oncall(&Source::World(Box::default()), None, night, false).unwrap(), "The estate has no rota.\n");
}

#[test]
fn what_can_not_be_answered_is_said() {
    let (from, to) = (instant("2026-03-09T00:00Z").unwrap(), instant("2026-03-10T00:00Z").unwrap());
    for (seen, why) in [
        (oncall(&estate(), Some("paymnts"), from, true), "the estate has no rota `paymnts`; did you mean `payments`?"),
        (shifts(&estate(), "trading", from, to, true), "the estate has no rota `trading`"),
        (
            shifts(&estate(), "payments", to, from, true),
            "--to 2026-03-09T00:00:00Z is not after --from 2026-03-10T00:00:00Z",
        ),
        (
            shifts(&estate(), "payments", from, instant("2226-01-01T00:00Z").unwrap(), true),
            "from 2026-03-09T00:00:00Z to 2226-01-01T00:00:00Z are more than 100 years: ask for less at a time",
        ),
        (
            instant("tomorrow").map(|i| i.to_string()),
            "`tomorrow` is not an instant: write RFC 3339 like 2026-03-08T06:55:00Z",
        ),
    ] {
        assert_eq!(seen.unwrap_err(), why);
    }
}
