//! Estates of any shape: sites on both sides of a clock change, rotas of every role, one of them passed by acceptance.

use std::fmt::Write as _;

use meridian_core::{Command, estate, estate::SourceFile, id::Name};
use proptest::{prelude::*, sample::select};

pub const PEOPLE: [&str; 6] = ["ana", "ben", "cem", "dia", "eva", "fay"];
/// The first passes by the clock, the second by acceptance.
pub const ROTAS: [&str; 2] = ["clock", "ring"];

const SITES: [&str; 5] =
    ["Asia/Hong_Kong", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/St_Johns"];
/// The day before a clock change of one of them, or of two.
const STARTS: [&str; 5] =
    ["2026-03-07T18:00Z", "2026-03-28T15:00Z", "2026-10-24T18:00Z", "2026-10-31T18:00Z", "2026-04-04T03:00Z"];
const EVERY: [&str; 5] = ["1 day", "2 days", "36 hours", "1 week", "[4 days, 3 days]"];
const DAYS: [&str; 3] = ["daily", "mon-fri", "sat,sun,mon"];
const ROLES: [&str; 6] = ["primary", "primary", "primary", "secondary", "shadow", "reverse-shadow"];

#[derive(Clone, Debug)]
pub struct Layer {
    pub site: usize,
    pub role: usize,
    pub hours: Option<(u8, u8, usize)>,
    pub every: usize,
    pub served: bool,
    pub closed: bool,
    pub members: Vec<usize>,
    /// The first member joins, or leaves, so many days after the start.
    pub comes: Option<i8>,
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub start: &'static str,
    pub rotas: [Vec<Layer>; 2],
    pub approve: bool,
    pub leave: Option<(usize, u8)>,
}

prop_compose! {
    fn layer()(
        site in 0..SITES.len(),
        role in 0..ROLES.len(),
        hours in prop::option::weighted(0.8, (0u8..24, 1u8..24, 0..DAYS.len())),
        every in 0..EVERY.len(),
        served in any::<bool>(),
        closed in prop::bool::weighted(0.2),
        members in prop::collection::btree_set(0..PEOPLE.len(), 1..4),
        comes in prop::option::weighted(0.3, -3i8..8),
    ) -> Layer {
        Layer { site, role, hours, every, served, closed, members: members.into_iter().collect(), comes }
    }
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let layers = || prop::collection::vec(layer(), 1..5);
    (select(STARTS.to_vec()), layers(), layers(), any::<bool>(), prop::option::of((0..PEOPLE.len(), 0u8..4)))
        .prop_map(|(start, clock, ring, approve, leave)| Plan { start, rotas: [clock, ring], approve, leave })
}

/// What an estate that is loaded later has otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changed {
    pub without: Option<usize>,
    /// The layers' hours begin so much later.
    pub later: u8,
    /// The ring passes by the clock.
    pub by_the_clock: bool,
}

impl Plan {
    pub fn load(&self, changed: Changed) -> Command {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: self.yaml(changed) }];
        estate::load(&files).unwrap_or_else(|problems| panic!("{problems:#?}\n{}", files[0].text));
        Command::LoadEstate { digest: estate::digest(&files), files }
    }

    fn yaml(&self, changed: Changed) -> String {
        let mut text = String::new();
        let mut document = |kind: &str, name: &str, spec: &str| {
            let _ = writeln!(
                text,
                "apiVersion: meridian/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n---"
            );
        };
        document("Channel", "push", "{ ntfy: { url: \"http://127.0.0.1:1\" } }");
        for (number, zone) in SITES.iter().enumerate() {
            document("Site", &format!("s{number}"), &format!("{{ timeZone: {zone} }}"));
        }
        let here: Vec<usize> = (0..PEOPLE.len()).filter(|number| changed.without != Some(*number)).collect();
        let day = &self.start[..8];
        for number in &here {
            let leave = self.leave.filter(|(of, _)| of == number).map_or(String::new(), |(_, after)| {
                let first: u8 = self.start[8..10].parse().unwrap_or(1);
                format!(
                    ", leave: [{{ from: {day}{:02}, until: {day}{:02} }}]",
                    first.min(26) + after % 2,
                    first.min(26) + 2
                )
            });
            let person = PEOPLE[*number];
            let contact = format!("contacts: [{{ name: phone, ntfy: {person} }}]");
            document("Person", person, &format!("{{ site: s{}, {contact}{leave} }}", number % SITES.len()));
        }
        let all: Vec<&str> = here.iter().map(|number| PEOPLE[*number]).collect();
        let team = format!("{{ members: [{}], lead: {}, approveSwaps: {} }}", all.join(", "), all[0], self.approve);
        document("Team", "crew", &team);
        for (name, layers) in ROTAS.iter().zip(&self.rotas) {
            let handoff = if *name == "ring" && !changed.by_the_clock {
                ", handoff: { opens: 1h, late: 10m, leadsAfter: 10m }"
            } else {
                ""
            };
            let layers: Vec<String> =
                layers.iter().enumerate().map(|(number, layer)| layer.yaml(number, day, changed)).collect();
            document("Rota", name, &format!("{{ team: crew, layers: [{}]{handoff} }}", layers.join(", ")));
            document("Escalation", name, &format!("{{ steps: [{{ page: rota/{name}, within: 5m }}] }}"));
        }
        text + "apiVersion: meridian/v1\nkind: Routing\nmetadata: { name: routes }\nspec: { route: { receiver: ring } }\n"
    }
}

impl Layer {
    fn yaml(&self, number: usize, day: &str, changed: Changed) -> String {
        let hours = self.hours.map_or(String::new(), |(from, length, days)| {
            let from = (from + changed.later) % 24;
            let to = (from + length) % 24;
            format!("hours: [{{ days: \"{}\", from: \"{from:02}:00\", to: \"{to:02}:00\" }}], ", DAYS[days])
        });
        let known = self.members.iter().filter(|number| changed.without != Some(**number));
        let mut members: Vec<String> = known.map(|number| PEOPLE[*number].to_owned()).collect();
        if members.is_empty() {
            members.push(PEOPLE[usize::from(changed.without == Some(0))].to_owned());
        }
        if let (Some(comes), true) = (self.comes, members.len() > 1) {
            let word = if comes % 2 == 0 { "from" } else { "until" };
            members[0] = format!("{{ person: {}, {word}: {day}{:02} }}", members[0], 10 + comes * 2);
        }
        // A rota whose every layer is a shadow would page nobody ever.
        let role = if number == 0 { "primary" } else { ROLES[self.role] };
        let turns = if self.served { "served" } else { "elapsed" };
        let holidays = if self.closed { "holidays: closed, " } else { "" };
        format!(
            "{{ name: l{number}, site: s{}, role: {role}, {hours}{holidays}rotation: {{ start: 2026-02-01T09:00, \
             every: {}, turns: {turns}, members: [{}] }} }}",
            self.site,
            EVERY[self.every],
            members.join(", ")
        )
    }
}

pub fn person(number: usize) -> Name {
    PEOPLE[number].parse().unwrap()
}
