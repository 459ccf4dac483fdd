//! Incidents, as lists and one by one.

use meridian_core::{
    estate::Target,
    id::IncidentId,
    incident::{Incident, Moment},
    page::{Walk, WalkState},
};

use super::{Lens, alert, page, story::tell};
use crate::ui::{
    parts::{
        Say,
        say::{listed, verb},
    },
    view::Told,
    view::incident::{Figure, IncidentRow, IncidentView, IncidentsView, Stake, State, StepState, StepView, Tab},
};

const PER_PAGE: usize = 100;
const TOLD_SHOWN: usize = 30;

pub(super) fn row(lens: &Lens<'_>, incident: &Incident) -> IncidentRow {
    IncidentRow {
        id: incident.id,
        title: incident.title.clone(),
        severity: incident.severity,
        state: state(lens, incident),
        opened: incident.opened_at,
        alerts_firing: incident.alerts.len(),
    }
}

fn state(lens: &Lens<'_>, incident: &Incident) -> State {
    let exhausted =
        || matches!(lens.world.pages.walk(incident.id).map(|w| &w.state), Some(WalkState::Exhausted { .. }));
    match (&incident.resolved, &incident.acknowledged) {
        (Some(resolved), _) => State::Resolved { at: resolved.at },
        (_, Some(acknowledged)) => State::Acknowledged { by: lens.person(&acknowledged.by), at: acknowledged.at },
        _ if exhausted() => State::Exhausted,
        _ => State::Waiting,
    }
}

/// `before` is the number of the last incident of the page before.
pub fn incidents(lens: &Lens<'_>, tab: Tab, before: Option<u64>) -> IncidentsView {
    let world = lens.world;
    let open = world.incidents.open_count();
    let older_than = |incident: &&Incident| before.is_none_or(|before| incident.id.0 < before);
    let mut rows: Vec<IncidentRow> = match tab {
        Tab::Open => world.incidents.open().rev().filter(older_than).take(PER_PAGE + 1).map(|i| row(lens, i)).collect(),
        Tab::Resolved => {
            let resolved = world.incidents.iter().rev().filter(|i| i.is_resolved());
            resolved.filter(older_than).take(PER_PAGE + 1).map(|i| row(lens, i)).collect()
        }
    };
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let older = rows.last().filter(|_| more).map(|last| last.id.0);
    if tab == Tab::Open {
        rows.sort_by_key(|row| {
            (!matches!(row.state, State::Waiting | State::Exhausted), row.severity, std::cmp::Reverse(row.id))
        });
    }
    IncidentsView {
        tab,
        older,
        rows,
        open,
        resolved: world.incidents.iter().count() - open,
        newer: before.is_some(),
        escalations: world.estate().escalations.values().map(|e| (e.name.clone(), e.display_name.clone())).collect(),
    }
}

/// `before` is the number of the last fact of the page before.
pub fn incident(lens: &Lens<'_>, id: IncidentId, before: Option<u64>) -> Option<IncidentView> {
    let world = lens.world;
    let incident = world.incidents.get(id)?;
    let walk = world.pages.walk(id);
    let escalation = world.estate().escalations.get(&incident.escalation);
    let rounds = escalation.map_or(1, |e| e.repeat + 1);
    let older_than = |told: &Told| before.is_none_or(|before| told.seq.is_none_or(|seq| seq < before));
    let all: Vec<Told> = incident.timeline.iter().rev().filter_map(|moment| told(lens, moment)).collect();
    let told_total = all.len();
    let left_out = incident.timeline.left_out().map(|(count, _)| count as usize);
    let mut told: Vec<Told> = all.into_iter().filter(older_than).take(TOLD_SHOWN + 1).collect();
    let more = told.len() > TOLD_SHOWN;
    told.truncate(TOLD_SHOWN);
    Some(IncidentView {
        id,
        title: incident.title.clone(),
        severity: incident.severity,
        state: state(lens, incident),
        opened: incident.opened_at,
        escalation: escalation.map_or_else(|| incident.escalation.to_string(), |e| e.display_name.clone()),
        stake: stake(lens, incident, walk),
        promised: promised(lens, incident),
        steps: steps(lens, incident, walk),
        round: walk.filter(|_| rounds > 1).map(|walk| format!("round {} of {rounds}", walk.round + 1)),
        alerts: incident.alerts.iter().take(50).filter_map(|fp| alert::row(lens, *fp)).collect(),
        alerts_total: incident.alerts.len(),
        tried: page::tried(lens, id),
        told_total,
        left_out,
        older: told.last().filter(|_| more).and_then(|last| last.seq),
        newer: before.is_some(),
        told,
        where_is_it: world.breaches.of(id).any(|open| open.breach.key.trouble.is_of_passage()),
        people: lens.choices(),
    })
}

fn told(lens: &Lens<'_>, moment: &Moment) -> Option<Told> {
    tell(lens, moment.seq, moment.at, &moment.actor, moment.fact())
}

/// The one thing that matters now.
fn stake(lens: &Lens<'_>, incident: &Incident, walk: Option<&Walk>) -> Stake {
    let firing = match incident.alerts.len() {
        0 => "No alert of it fires now.".to_owned(),
        1 => "1 alert fires.".to_owned(),
        n => format!("{n} alerts fire."),
    };
    if let Some(resolved) = &incident.resolved {
        let say = Say::new().text("Resolved at ").at(resolved.at).text(".");
        let took = Figure::Took(resolved.at.duration_since(incident.opened_at));
        return Stake { figure: took, under: "from opening to end".into(), urgent: false, say, more: None };
    }
    if let Some(acknowledged) = &incident.acknowledged {
        let say = Say::new().strong(lens.person(&acknowledged.by)).text(" has it since ").at(acknowledged.at).text(".");
        return Stake {
            figure: Figure::Since(incident.opened_at),
            under: "running".into(),
            urgent: false,
            say,
            more: Some(firing.into()),
        };
    }
    match walk.map(|walk| &walk.state) {
        Some(WalkState::Waiting { until }) => waits(lens, incident, walk, *until, &firing),
        Some(WalkState::Held { until }) => {
            let say = Say::new().text("Its alerts are quiet; nobody further is paged.");
            let (figure, more) = (Figure::Until(*until), Some(Say::new().text(firing)));
            Stake { figure, under: "until it is looked at again".into(), urgent: false, say, more }
        }
        Some(WalkState::Exhausted { again }) => {
            let say = Say::new().text("Everybody was tried and nobody answered.");
            let more = Say::new().text("The escalation begins anew at ").at(*again).text(format!(". {firing}"));
            Stake {
                figure: Figure::Until(*again),
                under: "until it begins anew".into(),
                urgent: true,
                say,
                more: Some(more),
            }
        }
        _ => Stake {
            figure: Figure::Since(incident.opened_at),
            under: "running".into(),
            urgent: true,
            say: "Nobody has it.".into(),
            more: Some(firing.into()),
        },
    }
}

fn promised(lens: &Lens<'_>, incident: &Incident) -> Option<Say> {
    let promise = incident.promise.as_ref()?;
    let overdue = promise.due <= lens.now;
    let said =
        Say::new().text(if overdue { "Update promised and overdue: it was due " } else { "Update promised: due " });
    Some(said.at(promise.due).text(format!(", {}.", promise.what.trim_end_matches('.'))))
}

/// Somebody is paged and has not answered.
fn waits(
    lens: &Lens<'_>,
    incident: &Incident,
    walk: Option<&Walk>,
    until: meridian_core::Instant,
    firing: &str,
) -> Stake {
    let paged: Vec<String> = waiting_for(lens, walk);
    let say = match paged.is_empty() {
        true => Say::new().text("Nobody could be paged at this step."),
        false => Say::new().strong(listed(&paged)).text(verb(
            paged.len(),
            " was paged and has not answered.",
            " were paged and have not answered.",
        )),
    };
    let next = lens.world.next_paged(incident.id);
    let more = match next {
        Some(next) if !next.persons.is_empty() => Say::new()
            .text(format!("Then {} {} paged, ", lens.people(&next.persons), verb(next.persons.len(), "is", "are")))
            .at(next.at)
            .text(format!(". {firing}")),
        _ => Say::new().text("After that everybody was tried; it begins anew. ").text(firing),
    };
    Stake { figure: Figure::Until(until), under: "left to answer".into(), urgent: true, say, more: Some(more) }
}

fn waiting_for(lens: &Lens<'_>, walk: Option<&Walk>) -> Vec<String> {
    let pages = walk.into_iter().flat_map(|walk| &walk.pages);
    pages.filter_map(|id| lens.world.pages.page(*id)).map(|page| lens.person(&page.person)).collect()
}

fn steps(lens: &Lens<'_>, incident: &Incident, walk: Option<&Walk>) -> Vec<StepView> {
    let Some(escalation) = lens.world.estate().escalations.get(&incident.escalation) else { return Vec::new() };
    let at = walk.map_or(0, |walk| walk.step as usize);
    let assigned = walk.is_some_and(|walk| walk.assigned.is_some());
    let step = |(i, step): (usize, &meridian_core::estate::Step)| {
        let name = step.page.iter().map(|target| target_words(lens, target)).collect::<Vec<_>>().join(", ");
        let ended = incident.acknowledged.is_some() || incident.resolved.is_some();
        let paged = waiting_for(lens, walk);
        let (state, say) = match (i.cmp(&at), ended) {
            _ if assigned => (StepState::Ahead, Say::new().text("reassigned past it")),
            (std::cmp::Ordering::Less, _) => (StepState::Passed, Say::new().text("no answer")),
            (std::cmp::Ordering::Greater, true) => (StepState::Ahead, Say::new().text("not needed")),
            (std::cmp::Ordering::Greater, false) => (
                StepState::Ahead,
                Say::new().text("waits ").text(crate::ui::parts::lasting(step.within)).text(" when reached"),
            ),
            (std::cmp::Ordering::Equal, true) => match &incident.acknowledged {
                Some(answer) => {
                    (StepState::Answered, Say::new().text(lens.person(&answer.by)).text(", ").at(answer.at))
                }
                None => (StepState::Answered, Say::new().text("over")),
            },
            (std::cmp::Ordering::Equal, false) if paged.is_empty() => {
                (StepState::Nobody, Say::new().text("found nobody"))
            }
            (std::cmp::Ordering::Equal, false) => match walk.map(|walk| &walk.state) {
                Some(WalkState::Waiting { until }) => {
                    (StepState::Here, Say::new().text(listed(&paged)).text(", until ").at(*until))
                }
                _ => (StepState::Passed, Say::new().text(listed(&paged)).text(", no answer")),
            },
        };
        StepView { name, state, say }
    };
    escalation.steps.iter().enumerate().map(step).collect()
}

fn target_words(lens: &Lens<'_>, target: &Target) -> String {
    match target {
        Target::Rota(rota, meridian_core::estate::Role::Primary) => lens.rota_title(rota),
        Target::Rota(rota, role) => format!("{}, {}", lens.rota_title(rota), role.word()),
        Target::Person(person) => lens.person(person),
        Target::Team(team) => {
            let known = lens.world.estate().teams.get(team);
            format!("team {}", known.map_or_else(|| team.to_string(), |team| team.display_name.clone()))
        }
    }
}
