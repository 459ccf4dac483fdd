//! The day of a large house: 50 sites, 500 people, 50 rotas around the sun, 200 open incidents.

use std::{fmt::Write, time::Duration};

use meridian_testkit::servers::{Meridian, Receiver};

use crate::{
    client::Connection,
    figures::{Figures, runs},
    pages::{log_in, read},
};

const SITES: usize = 50;
const PEOPLE: usize = 500;
const ROTAS: usize = 50;
const INCIDENTS: usize = 200;
const REQUESTS: usize = 300;
const PATHS: [&str; 4] = ["/", "/?at=2030-06-03T12:00Z", "/wall", "/rotas"];
/// Until every incident is open and its first page has failed.
const SETTLE: Duration = Duration::from_secs(5);
const ZONES: [&str; 10] = [
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Hong_Kong",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Berlin",
    "Europe/London",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Los_Angeles",
];

pub fn run() {
    let mut figures = Figures::default();
    for _ in 0..runs() {
        let receiver = Receiver::start();
        measure(&mut figures, &estate(&receiver.url("/hook")), &alerts(ROTAS), "", &PATHS);
    }
    figures.print();
}

/// The brief of a watch that has all of the house's trouble, and the pages that compose every open brief.
pub fn brief() {
    let mut figures = Figures::default();
    for _ in 0..runs() {
        let receiver = Receiver::start();
        let estate = estate(&receiver.url("/hook")).replace("days: mon-fri", "days: daily");
        // Each rota's next edge is open whatever the time is now.
        let estate = estate.replace("spec:\n  layers:", "spec:\n  handoff: { opens: 1d }\n  layers:");
        let paths = ["/handoffs/{handoff}", "/api/v1/handoffs/{handoff}", "/handoffs", "/"];
        measure(&mut figures, &estate, &alerts(1), "handed over, ", &paths);
    }
    figures.print();
}

fn measure(figures: &mut Figures, estate: &str, body: &str, what: &str, paths: &[&str]) {
    let meridian = Meridian::start(env!("CARGO_BIN_EXE_meridian"), &[("estate.yaml", estate)], &[]);
    let address = meridian.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
    let head = format!(
        "POST /api/v2/alerts HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = Connection::open(&address).send(format!("{head}{body}").as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    std::thread::sleep(SETTLE);
    let cookie = log_in(&meridian.setup_link(), &address);
    for path in paths {
        let name = format!("{SITES} sites, {PEOPLE} people, {INCIDENTS} open incidents: {what}GET {path}");
        let number = if path.contains("{handoff}") { handed_over(&address, &cookie) } else { String::new() };
        if let Some(mut times) = read(&address, &path.replace("{handoff}", &number), &cookie, REQUESTS) {
            figures.add_percentiles(&name, &mut times);
        }
    }
}

/// The number of the open handoff whose brief has all the incidents.
fn handed_over(address: &str, cookie: &str) -> String {
    let mut connection = Connection::open(address);
    let mut get = |path: &str| -> serde_json::Value {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n");
        serde_json::from_slice(&connection.send(request.as_bytes()).body).unwrap()
    };
    let open = get("/api/v1/handoffs?rota=r0&standing=open");
    let number = open["items"][0]["handoff"].to_string();
    let brief = get(&format!("/api/v1/handoffs/{number}"));
    let items = brief["items"].as_array().map_or(0, Vec::len);
    assert!(items >= INCIDENTS, "the brief of {number} has {items} items: {open}");
    number
}

/// Of so many rotas, one after the other.
fn alerts(rotas: usize) -> String {
    let one = |n: usize| {
        let severity = ["critical", "warning", "info"][n % 3];
        format!(r#"{{"labels":{{"alertname":"Alert{n}","severity":"{severity}","rota":"r{}"}}}}"#, n % rotas)
    };
    format!("[{}]", (0..INCIDENTS).map(one).collect::<Vec<_>>().join(","))
}

/// Each rota watches from three sites, five people a turn about, with seconds.
fn estate(hook: &str) -> String {
    let mut text = String::from(
        "apiVersion: meridian/v1\nkind: Channel\nmetadata: { name: hook }\nspec: { webhook: { secret: \"${env:HOOK}\" } }\n",
    );
    let mut say = |document: String| {
        let _ = write!(text, "---\napiVersion: meridian/v1\n{document}\n");
    };
    for n in 0..SITES {
        let (zone, latitude, longitude) = (ZONES[n % ZONES.len()], n % 60, n * 7 % 180);
        say(format!(
            "kind: Site\nmetadata: {{ name: s{n} }}\nspec: {{ timeZone: {zone}, location: {{ latitude: {latitude}, longitude: {longitude} }} }}"
        ));
    }
    for n in 0..PEOPLE {
        let site = n % SITES;
        say(format!(
            "kind: Person\nmetadata: {{ name: p{n} }}\nspec: {{ displayName: Person Number{n}, site: s{site}, contacts: [{{ name: hook, webhook: \"{hook}\" }}] }}"
        ));
    }
    let mut routes = Vec::new();
    for n in 0..ROTAS {
        let mut layers = String::new();
        for (site, role) in
            (0..3).flat_map(|third| [((n + third * 3) % SITES, "primary"), ((n + third * 3) % SITES, "secondary")])
        {
            let members: Vec<String> = (0..5).map(|turn| format!("p{}", (site + SITES * turn) % PEOPLE)).collect();
            let _ = write!(
                layers,
                "\n    - {{ name: s{site}-{role}, site: s{site}, role: {role}, hours: [{{ days: mon-fri, from: \"08:00\", to: \"17:00\" }}], \
                 rotation: {{ start: 2026-01-05T08:00, every: 1 week, members: [{}] }} }}",
                members.join(", ")
            );
        }
        say(format!("kind: Rota\nmetadata: {{ name: r{n} }}\nspec:\n  layers:{layers}"));
        say(format!(
            "kind: Escalation\nmetadata: {{ name: r{n} }}\nspec: {{ steps: [{{ page: [rota/r{n}], within: 1h }}, {{ page: [person/p{n}], within: 1h }}] }}"
        ));
        routes.push(format!("{{ matchers: [rota=\"r{n}\"], receiver: r{n} }}"));
    }
    say(format!(
        "kind: Routing\nmetadata: {{ name: routing }}\nspec: {{ route: {{ receiver: r0, group_by: [alertname], group_wait: 0s, routes: [{}] }} }}",
        routes.join(", ")
    ));
    text
}
