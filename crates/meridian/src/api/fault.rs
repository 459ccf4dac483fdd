//! `/where`: where the fault is, as the page and the command line show it.

use axum::{Json, extract::State};
use meridian_core::{
    Instant,
    access::Action,
    chain::fault::{Accused, Answer, Explained, Located, Losing, Next, Suspect},
    finding::Spot,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Caller, Problem};
use crate::serve::{House, chains::fault};

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FaultView {
    #[schema(format = DateTime)]
    pub at: String,
    /// Since when what passed is counted; absent: nothing is missing.
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Lanes of routes of chains that miss messages, and that miss none.
    pub lanes_failing: usize,
    pub lanes_healthy: usize,
    /// Best first; those that nothing tells apart are the sets of one.
    pub explanations: Vec<ExplanationView>,
    /// How likely nothing is faulty and only reports are missing.
    pub nothing: f64,
    /// Sets of another size that explain as well: only that one fault is likelier than several speaks against them.
    pub rivals: Vec<Vec<String>>,
    /// Where each way of a chain loses messages.
    pub segments: Vec<SegmentView>,
    /// Where a look is worth it, best first.
    pub next: Vec<LookView>,
    /// What passes there is unknown.
    pub dark: Vec<DarkView>,
    /// What was too much to be weighed.
    pub left_out: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ExplanationView {
    pub rank: usize,
    /// Of each set.
    pub probability: f64,
    pub sets: Vec<SetView>,
}

/// What is faulty together.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SetView {
    pub words: String,
    pub suspects: Vec<SuspectView>,
    /// Of `lanes_failing`, how many lose messages at one of them.
    pub explains: usize,
    /// Of `lanes_healthy`, how many pass none of them.
    pub spares: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SuspectView {
    /// `into`, `out_of`, `whole` or `connection`.
    pub kind: String,
    /// The component, counterparty or hop; of a connection both.
    pub parts: Vec<String>,
    pub words: String,
    /// About what share of its messages it loses.
    pub loses: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Vec<String>>,
    /// The chains that run through it.
    pub chains: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SegmentView {
    pub chain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    pub last_seen: String,
    pub first_missing: String,
    pub lost: u64,
    /// What halves it, if this chain were all that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<SpotView>,
}

/// A place to look at, as a finding names it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SpotView {
    pub chain: String,
    pub hop: String,
    /// `entrance`, `at` or `exit`.
    pub side: String,
    pub words: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LookView {
    #[serde(flatten)]
    pub spot: SpotView,
    pub cost: f64,
    /// What the answer is expected to tell.
    pub bits: f64,
    /// How likely the messages that go missing are seen there.
    pub seen: f64,
    pub why: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DarkView {
    pub chain: String,
    pub hop: String,
}

fn share(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn spot(spot: &Spot) -> SpotView {
    let (chain, hop) = (spot.chain.to_string(), spot.hop.to_string());
    SpotView { chain, hop, side: spot.side.word().to_owned(), words: spot.words() }
}

fn suspect(located: &Located) -> SuspectView {
    let suspect: &Suspect = &located.suspect;
    SuspectView {
        kind: suspect.kind().to_owned(),
        parts: suspect.parts().iter().map(ToString::to_string).collect(),
        words: located.words(),
        loses: share(located.loses),
        between: located.between.as_ref().map(|(_, before, behind)| vec![before.to_string(), behind.to_string()]),
        chains: located.chains.iter().map(ToString::to_string).collect(),
    }
}

fn set(accused: &Accused) -> SetView {
    let suspects = accused.suspects.iter().map(suspect).collect();
    SetView { words: accused.words(), suspects, explains: accused.explains, spares: accused.spares }
}

fn explanation(one: &Explained) -> ExplanationView {
    ExplanationView { rank: one.rank, probability: share(one.posterior), sets: one.sets.iter().map(set).collect() }
}

fn segment(one: &Losing) -> SegmentView {
    SegmentView {
        chain: one.chain.to_string(),
        route: one.route.as_ref().map(ToString::to_string),
        last_seen: one.last_seen.to_string(),
        first_missing: one.first_missing.to_string(),
        lost: one.lost,
        look: one.look.as_ref().map(spot),
    }
}

fn next(one: &Next) -> LookView {
    LookView { spot: spot(&one.spot), cost: one.cost, bits: share(one.bits), seen: share(one.seen), why: one.why() }
}

pub fn view(answer: &Answer, at: Instant) -> FaultView {
    FaultView {
        at: at.to_string(),
        since: answer.since.map(|since| since.to_string()),
        lanes_failing: answer.failing,
        lanes_healthy: answer.healthy,
        explanations: answer.explanations.iter().map(explanation).collect(),
        nothing: share(answer.nothing),
        rivals: answer.rivals.iter().map(|set| set.iter().map(ToString::to_string).collect()).collect(),
        segments: answer.segments.iter().map(segment).collect(),
        next: answer.next.iter().map(next).collect(),
        dark: answer
            .dark
            .iter()
            .map(|(chain, hop)| DarkView { chain: chain.to_string(), hop: hop.to_string() })
            .collect(),
        left_out: answer.left_out.clone(),
    }
}

pub async fn find_it(State(house): State<House>, caller: Caller) -> Result<Json<FaultView>, Problem> {
    caller.authorize(Action::Read)?;
    let found = fault(&house).await;
    Ok(Json(view(&found.answer, found.at)))
}
