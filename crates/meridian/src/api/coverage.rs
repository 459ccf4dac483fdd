//! `/coverage`: holes, overlaps and what else somebody should look at, months ahead.

use axum::{Json, extract::State};
use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use meridian_core::{
    Instant,
    access::Action,
    estate::{Estate, Site},
    roster::coverage::{
        Because, ClockChange, Cover, Coverage, End, Finding, Phase, Place, Proposal, Scope, Stretch, What,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Caller, Params, Problem, rotas::known};
use crate::serve::House;

/// More is not looked at together: every day of it stands in the answer.
pub const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(24 * 732);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CoverageView {
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub until: String,
    /// Of each rota, of teams with several rotas, and of the estate as a whole.
    pub covers: Vec<CoverView>,
    /// The worst first, overlaps last.
    pub findings: Vec<FindingView>,
    pub clock_changes: Vec<ClockChangeView>,
}

/// `[from, until)`.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct StretchView {
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub until: String,
}

/// Where somebody is primary, and where nobody is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CoverView {
    /// `rota/NAME`, `team/NAME` or `estate`.
    pub of: String,
    pub covered: Vec<StretchView>,
    /// Nobody is there, and somebody is relied upon.
    pub holes: Vec<StretchView>,
    /// Nobody is there, and nobody needs to be.
    pub off: Vec<StretchView>,
    pub overlaps: Vec<StretchView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// `rota/NAME`, `team/NAME` or `estate`.
    pub of: String,
    /// `hole`, `unstaffed-holiday`, `away`, `unreachable`, `idle-override`, `double-cover` or `overlap`.
    pub what: String,
    pub title: String,
    /// Whose end it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<LayerOf>,
    /// Whose beginning it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arriving: Option<LayerOf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    pub days: usize,
    /// Days on which it is at the same time in UTC.
    pub phases: Vec<PhaseView>,
    pub because: Vec<BecauseView>,
    /// Each was tried: with it nothing is left of the hole.
    pub proposals: Vec<ProposalView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LayerOf {
    pub rota: String,
    pub layer: String,
    pub site: String,
    /// The wall clock of its end or beginning, at its site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PhaseView {
    pub said: String,
    pub seconds: i64,
    pub stretches: Vec<StretchView>,
    /// The same by the wall clocks of the sites concerned.
    pub local: Vec<LocalView>,
    /// The clock changes that made it begin.
    pub begun_by: Vec<ClockChangeView>,
    /// The clock changes that made it end.
    pub ended_by: Vec<ClockChangeView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LocalView {
    pub site: String,
    /// As people call the site.
    pub site_name: String,
    pub times: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ClockChangeView {
    #[schema(format = DateTime)]
    pub at: String,
    pub site: String,
    /// Seconds east of UTC.
    pub from_offset: i32,
    pub to_offset: i32,
    pub said: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct BecauseView {
    /// `hours-end`, `hours-begin`, `days-off`, `clock-change`, `holiday`, `rotation-not-started`, `member-left`,
    /// `member-joins`, `no-primary`, `reach`, `relied`, `away` or `not-on-watch`.
    pub reason: String,
    pub said: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProposalView {
    pub said: String,
    /// On how many days it closes the hole; on the others the site is closed for a holiday.
    pub closes: usize,
    pub changes: Vec<HoursChangeView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct HoursChangeView {
    pub rota: String,
    pub layer: String,
    pub site: String,
    /// Which end of the hours moves, `from` or `until`; or `days`, where hours are added.
    pub end: String,
    pub wall: String,
    pub days: String,
    /// All hours of the layer, as the estate would then have them.
    pub hours: Vec<String>,
}

fn stretch((from, until): &Stretch) -> StretchView {
    StretchView { from: from.to_string(), until: until.to_string() }
}

fn stretches(these: &[Stretch]) -> Vec<StretchView> {
    these.iter().map(stretch).collect()
}

fn of(scope: &Scope) -> String {
    match scope {
        Scope::Rota(name) => format!("rota/{name}"),
        Scope::Team(name) => format!("team/{name}"),
        Scope::Estate => "estate".to_owned(),
    }
}

/// The whole answer; the command line prints the same.
pub fn view(coverage: &Coverage, estate: &Estate) -> CoverageView {
    let cover = |cover: &Cover| CoverView {
        of: of(&cover.of),
        covered: stretches(&cover.covered),
        holes: stretches(&cover.holes),
        off: stretches(&cover.off),
        overlaps: stretches(&cover.overlaps),
    };
    CoverageView {
        from: coverage.window.0.to_string(),
        until: coverage.window.1.to_string(),
        covers: coverage.covers.iter().map(cover).collect(),
        findings: coverage.findings.iter().map(|found| finding(found, estate)).collect(),
        clock_changes: coverage.clock_changes.iter().map(|change| clock_change(change, estate)).collect(),
    }
}

fn finding(found: &Finding, estate: &Estate) -> FindingView {
    let layer = |place: &Place, wall: Option<String>| LayerOf {
        rota: place.rota.to_string(),
        layer: place.layer.clone(),
        site: place.site.to_string(),
        wall,
    };
    let side = |side: &meridian_core::roster::coverage::Side| layer(&side.place, Some(side.wall.to_string()));
    let (what, leaving, arriving, person) = match &found.what {
        What::Hole { leaving, arriving } => ("hole", leaving.as_ref().map(side), arriving.as_ref().map(side), None),
        What::UnstaffedHoliday { layer: place } => ("unstaffed-holiday", Some(layer(place, None)), None, None),
        What::Away { person } => ("away", None, None, Some(person.to_string())),
        What::IdleOverride { with, .. } => ("idle-override", None, None, Some(with.to_string())),
        What::Unreachable { person } => ("unreachable", None, None, Some(person.to_string())),
        What::DoubleCover { leaving, arriving } => ("double-cover", Some(side(leaving)), Some(side(arriving)), None),
        What::Overlap { leaving, arriving } => ("overlap", Some(side(leaving)), Some(side(arriving)), None),
    };
    let sites: Vec<&Site> = found.sites().iter().filter_map(|site| estate.sites.get(*site)).collect();
    let phase = |phase: &Phase| PhaseView {
        said: phase.when(),
        seconds: phase.length().as_secs(),
        stretches: stretches(&phase.stretches),
        local: sites
            .iter()
            .filter_map(|site| {
                let times = phase.there(&site.zone)?;
                Some(LocalView { site: site.name.to_string(), site_name: site.display_name.clone(), times })
            })
            .collect(),
        begun_by: phase.begun_by.iter().map(|change| clock_change(change, estate)).collect(),
        ended_by: phase.ended_by.iter().map(|change| clock_change(change, estate)).collect(),
    };
    FindingView {
        of: of(&found.of),
        what: what.to_owned(),
        title: found.title(estate),
        leaving,
        arriving,
        person,
        days: found.days(),
        phases: found.phases.iter().map(phase).collect(),
        because: found.because.iter().map(|because| reason(because, estate)).collect(),
        proposals: found.proposals.iter().map(|made| proposal(made, estate)).collect(),
    }
}

fn clock_change(change: &ClockChange, estate: &Estate) -> ClockChangeView {
    ClockChangeView {
        at: change.at.to_string(),
        site: change.site.to_string(),
        from_offset: change.from_offset,
        to_offset: change.to_offset,
        said: change.words(estate),
    }
}

fn reason(because: &Because, estate: &Estate) -> BecauseView {
    BecauseView { reason: because.word().to_owned(), said: because.words(estate) }
}

fn proposal(proposal: &Proposal, estate: &Estate) -> ProposalView {
    let change = |change: &meridian_core::roster::coverage::HoursChange| HoursChangeView {
        rota: change.place.rota.to_string(),
        layer: change.place.layer.clone(),
        site: change.place.site.to_string(),
        end: match change.end {
            End::From => "from",
            End::Until => "until",
            End::Days => "days",
        }
        .to_owned(),
        wall: change.wall.to_string(),
        days: change.days.to_string(),
        hours: change.hours.iter().map(ToString::to_string).collect(),
    };
    ProposalView {
        said: proposal.words(estate),
        closes: proposal.closes,
        changes: proposal.changes.iter().map(change).collect(),
    }
}

#[derive(Deserialize)]
pub struct CoverageQuery {
    rota: Option<String>,
    from: String,
    until: String,
}

/// An instant, or a date: its midnight in UTC.
pub fn moment(text: &str) -> Option<Instant> {
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    // A date alone is no instant, and an instant is no date alone.
    if text.contains(['T', 't', ' ']) { text.parse().ok() } else { text.parse().ok().and_then(midnight) }
}

pub async fn coverage(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<CoverageQuery>,
) -> Result<Json<CoverageView>, Problem> {
    caller.authorize(Action::Read)?;
    let only = query.rota.as_deref().map(|rota| known(&house, rota)).transpose()?;
    let read = |field: &'static str, text: &str| {
        moment(text).ok_or_else(|| Problem::query(field, "an instant as RFC 3339, or a date like 2026-03-08"))
    };
    let (from, until) = (read("from", &query.from)?, read("until", &query.until)?);
    if until <= from || until.duration_since(from) > WINDOW_MAX {
        return Err(Problem::query("until", "it must lie after `from`, at most two years"));
    }
    let world = house.keeper.world();
    Ok(Json(view(&world.coverage(only.as_ref(), from, until), world.estate())))
}
