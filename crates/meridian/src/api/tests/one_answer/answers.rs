//! How each of the four is asked, and its answer read back from what it really sends.

use std::collections::BTreeSet;

use meridian_core::{
    Command, Instant, Reply, World,
    id::{Actor, IncidentId, Name},
    incident::Severity,
};
use serde_json::Value;

use super::super::house::{Asked, Mock};

/// `LAYER PERSON` of each watch, whatever its role.
pub type Watch = BTreeSet<String>;
pub type Persons = BTreeSet<String>;

pub struct Oncall {
    pub watch: Watch,
    /// `ROTA: ROLE, PERSON`, as calendars have it: who goes on in another layer sees one watch there.
    pub roles: BTreeSet<String>,
    pub primary: Persons,
    /// Who learns by leading, with a primary beside them at their site: paged with the primaries, and never responsible.
    pub learners: Persons,
}

pub struct Answers<'a> {
    pub mock: &'a Mock,
    pub asked: &'a Asked,
}

fn opened(rota: &str) -> Command {
    Command::OpenIncident { title: "x".into(), severity: Severity::Sev2, escalation: rota.parse().unwrap() }
}

fn paged(world: &World, incident: IncidentId) -> Persons {
    world.pages.pages_of(incident).map(|page| page.person.to_string()).collect()
}

impl Answers<'_> {
    /// Whom a page to this rota really goes to now, and when that was.
    pub async fn pager(&self, rota: &str) -> (Persons, Instant) {
        let keeper = &self.mock.house.keeper;
        let reply = keeper.ask(Actor::System, opened(rota)).await;
        let Ok(Reply::Incident(incident)) = reply else { panic!("{reply:?}") };
        let found = {
            let world = keeper.world();
            (paged(&world, incident), world.incidents.get(incident).unwrap().opened_at)
        };
        keeper.ask(Actor::System, Command::Resolve { incident, reason: String::new() }).await.unwrap();
        found
    }

    /// Whom it will go to, if nobody does anything until then.
    pub fn pager_then(&self, rota: &str, at: Instant) -> Persons {
        let mut world = World::from_snapshot(&self.mock.house.keeper.world().to_snapshot().unwrap()).unwrap();
        let mut journal = Vec::new();
        world.tick(at, &mut journal);
        let reply = world.handle(at, Actor::System, opened(rota), &mut journal);
        let Ok(Reply::Incident(incident)) = reply else { panic!("{reply:?}") };
        paged(&world, incident)
    }

    async fn listed(&self, path: &str) -> Vec<Value> {
        let (status, answer) = self.mock.ask(self.asked, "get", path, "").await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer["items"].as_array().unwrap_or_else(|| panic!("{path}: {answer}")).clone()
    }

    /// Those on watch, and the primaries among them.
    pub async fn oncall(&self, rota: &str, at: Instant) -> Oncall {
        let found = self.listed(&format!("/api/v1/oncall?rota={rota}&at={at}")).await;
        let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
        let watch = found.iter().map(|one| format!("{} {}", text(one, "layer"), text(one, "person"))).collect();
        let roles = found.iter().map(|one| format!("{rota}: {}, {}", text(one, "role"), text(one, "person"))).collect();
        let of = |role: &str| found.iter().filter(move |one| one["role"] == role).collect::<Vec<_>>();
        let primary = of("primary").iter().map(|one| text(one, "person")).collect();
        let sites: BTreeSet<String> = of("primary").iter().map(|one| text(one, "site")).collect();
        let beside = |one: &&&Value| sites.contains(&text(one, "site"));
        let learners = of("reverse-shadow").iter().filter(beside).map(|one| text(one, "person")).collect();
        Oncall { watch, roles, primary, learners }
    }

    pub async fn responsible(&self, rota: &str, at: Instant) -> Persons {
        let found = self.listed(&format!("/api/v1/responsible?rota={rota}&at={at}")).await;
        found.iter().map(|one| one["person"].as_str().unwrap().to_owned()).collect()
    }

    async fn text(&self, asked: &Asked, path: &str) -> String {
        let (status, _, body) = self.mock.send(asked, "get", path, Vec::new()).await;
        let text = String::from_utf8(body).unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        text
    }

    /// The address of a new feed.
    pub async fn feed(&self, of: &str) -> String {
        let (status, answer) =
            self.mock.ask(self.asked, "post", "/api/v1/feeds", &format!("{{\"of\":\"{of}\"}}")).await;
        let url = answer["url"].as_str().unwrap_or_else(|| panic!("{status}: {answer}"));
        url.trim_start_matches("http://meridian.test").to_owned()
    }

    /// As a calendar that knows nothing but the address reads it.
    pub async fn calendar(&self, address: &str) -> Calendar {
        Calendar::read(&self.text(&Asked::default(), address).await)
    }

    /// The table of shifts on a rota's page.
    pub async fn rota_page(&self, rota: &str, at: Instant) -> Watch {
        let page = self.text(self.asked, &format!("/rotas/{rota}?from={}", at.strftime("%Y-%m-%d"))).await;
        let shifts = between(&page, "id=\"shifts\"", "</section>").unwrap();
        rows(shifts)
            .filter(|row| is_during(row, at))
            .map(|row| {
                let who = between(row, "<b>", "</b>").unwrap();
                let layer = between(row, "<td class=\"dim\">", "</td>").unwrap();
                format!("{} {who}", layer.trim())
            })
            .collect()
    }

    /// The table under the day's picture: those on watch as primaries, and those responsible.
    pub async fn day(&self, rota: &str, at: Option<Instant>, when: Instant) -> (Persons, Persons) {
        let moment = at.map(|at| format!("&at={at}")).unwrap_or_default();
        let page = self.text(self.asked, &format!("/?rota={rota}{moment}")).await;
        let table = between(&page, "The day as a table", "</table>").unwrap();
        let (mut primary, mut responsible) = (Persons::new(), Persons::new());
        for row in rows(table).filter(|row| is_during(row, when)) {
            let what = row.rsplit("<td>").next().and_then(|cell| cell.split("</td>").next()).unwrap();
            if let Some((who, _)) = what.split_once(": responsible").or(what.split_once(": stays responsible")) {
                let (_, who) = who.split_once(", ").unwrap();
                responsible.extend(who.replace(" and ", ", ").split(", ").map(str::to_owned));
            } else if let Some((who, _)) = what.split_once(", primary in ") {
                primary.insert(who.split_once(": ").unwrap().1.to_owned());
            }
        }
        (primary, responsible)
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

/// The rows of a table's body, by their first cell.
fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.split("<tr>").skip(1).filter(|row| row.contains("<td"))
}

/// Whether the row's first two times stand around this instant.
fn is_during(row: &str, at: Instant) -> bool {
    let mut times = row.split("datetime=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut next = || times.next().map(|time| time.parse::<Instant>().unwrap());
    matches!((next(), next()), (Some(from), Some(until)) if from <= at && at < until)
}

/// The events of an iCalendar file: `ROTA: ROLE, PERSON` by their summary and their UID, from, until.
pub struct Calendar(Vec<(String, Instant, Instant)>);

impl Calendar {
    fn read(text: &str) -> Calendar {
        let text = text.replace("\r\n ", "");
        let events = text.split("BEGIN:VEVENT\r\n").skip(1).map(|event| {
            let value = |name: &str| between(event, &format!("\r\n{name}:"), "\r\n").unwrap();
            let at = |name: &str| {
                let zone = jiff::tz::TimeZone::UTC;
                let wall = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", value(name)).unwrap();
                wall.to_zoned(zone).unwrap().timestamp()
            };
            let summary = value("SUMMARY").replace("\\,", ",");
            // A person's own calendar names nobody; of who left, another one tells that they left.
            let (rota, role) = match summary.strip_prefix("On watch: ") {
                Some(own) => own.trim_end_matches(')').split_once(" (").unwrap(),
                None => summary.split_once(',').unwrap().0.split_once(": ").unwrap(),
            };
            let person = between(event, "UID:", "@meridian").unwrap().split('.').nth(3).unwrap();
            (format!("{rota}: {role}, {person}"), at("DTSTART"), at("DTEND"))
        });
        Calendar(events.collect())
    }

    /// `ROTA: ROLE, PERSON` of each event at this instant.
    pub fn at(&self, at: Instant) -> BTreeSet<String> {
        self.0.iter().filter(|(_, from, until)| *from <= at && at < *until).map(|(of, ..)| of.clone()).collect()
    }
}

/// Those of them whom a message can be sent to.
pub fn reachable(world: &World, persons: Persons, at: Instant) -> Persons {
    let can = |person: &String| {
        let name: Name = person.parse().unwrap();
        world.estate().persons.contains_key(&name) && !world.is_sick(&name, at)
    };
    persons.into_iter().filter(can).collect()
}
