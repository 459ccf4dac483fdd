//! `POST /checkpoints`: what test points saw, and completeness heartbeats.
//!
//! | the body begins with | it is |
//! | --- | --- |
//! | `MCKB` | a block ([`meridian_core::chain::wire::block`]); refused whole if it is not sound |
//! | `[` | a JSON array; what stands before a break is taken |
//! | anything else | NDJSON, one object a line; a bad line is refused alone |
//!
//! The answer comes when what was taken is durable and folded. What is not a checkpoint is refused by its line, with the
//! reason; what is one and can't be used (an unknown chain, say) is kept in the log, counted, and named as set aside.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use meridian_core::chain::{
    Record,
    engine::AsideReason,
    wire::{
        block::{RECORDS_MAX, Records, encode_block},
        json,
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use crate::{
    hooks::body::{parse_off_thread, read},
    serve::{
        House,
        chains::{Block, Receipt},
    },
};

/// Of one request, decompressed.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// So many refused lines are named; the others are counted.
const REFUSED_MAX: usize = 1000;

/// One line. A heartbeat has `reporter`, `epoch`, `through` and `at` alone.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes lines that the wire reads by itself")]
pub struct CheckpointLine {
    chain: String,
    lane: Option<String>,
    seq: Option<u64>,
    id: String,
    hop: String,
    /// RFC 3339, or nanoseconds since 1970 as an integer.
    at: String,
    digest: Option<String>,
    /// Decimal text.
    amount: Option<String>,
    currency: Option<String>,
    attempt: Option<u32>,
    possdup: Option<bool>,
    /// `rejected` or `cancelled`.
    outcome: Option<String>,
    reporter: Option<String>,
    epoch: Option<u64>,
    /// The reporter's own counter, from 1 in each epoch.
    n: Option<u64>,
    /// Of a heartbeat: all reports through this counter were sent.
    through: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TakenView {
    /// Records that are durable now and were not known.
    accepted: u64,
    /// Records that are durable now and were known: repetitions, and what a second tap saw, too.
    absorbed: u64,
    /// Lines that are not taken or can't be used, the first 1,000 of them.
    refused: Vec<RefusedLine>,
    /// How many there are.
    refused_count: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedLine {
    /// Counted from 1; of an array or a block the place of the record.
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    reason: String,
    /// What to do.
    hint: &'static str,
    /// It is in the log all the same, and counts once the estate has its chain and hop.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    set_aside: bool,
}

/// What a body holds.
struct Parsed {
    blocks: Vec<Block>,
    /// Of each record its line; none: they are one after the other.
    lines: Option<Vec<u64>>,
    refused: Vec<RefusedLine>,
    refused_count: u64,
}

pub async fn take(State(house): State<House>, headers: HeaderMap, body: Body) -> Result<Json<TakenView>, Problem> {
    let body = read(&headers, body, BYTES_MAX).await.map_err(|error| {
        let problem = Problem::new(error.status(), error.to_string());
        if error.status() == StatusCode::SERVICE_UNAVAILABLE { problem.retry_after(2) } else { problem }
    })?;
    let parsed =
        parse_off_thread(body, parse).await.map_err(|error| Problem::new(error.status(), error.to_string()))?;
    let Parsed { blocks, lines, refused, refused_count } = parsed?;
    let receipt = if blocks.is_empty() { Receipt::default() } else { house.chains.submit(blocks).await? };
    Ok(Json(TakenView::of(&receipt, lines.as_deref(), refused, refused_count)))
}

impl From<crate::serve::chains::Refused> for Problem {
    fn from(refused: crate::serve::chains::Refused) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, refused.why).retry_after(refused.retry_after_s)
    }
}

fn parse(body: &[u8]) -> Result<Parsed, Problem> {
    if body.starts_with(b"MCKB") { parse_block(body) } else { parse_json(body) }
}

fn parse_json(body: &[u8]) -> Result<Parsed, Problem> {
    let read = json::read(body);
    let refused_count = read.refused.len() as u64;
    let refused = read.refused.into_iter().take(REFUSED_MAX).map(|(line, fault)| RefusedLine {
        line: line as u64,
        field: fault.field.map(String::from),
        reason: fault.reason,
        hint: fault.hint,
        set_aside: false,
    });
    let (lines, records): (Vec<usize>, Vec<Record<'_>>) = read.records.into_iter().unzip();
    let encode = |records: &[Record<'_>]| {
        let bytes = encode_block(records).map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.to_string()))?;
        Ok::<Block, Problem>(block(bytes, records))
    };
    Ok(Parsed {
        blocks: records.chunks(RECORDS_MAX).map(encode).collect::<Result<_, _>>()?,
        lines: Some(lines.into_iter().map(|line| line as u64).collect()),
        refused: refused.collect(),
        refused_count,
    })
}

fn block(bytes: Vec<u8>, records: &[Record<'_>]) -> Block {
    Block { bytes, records: records.len() as u32, at: records.first().map_or(0, Record::at) }
}

/// A block is written by a program: one that is not sound is refused whole.
fn parse_block(body: &[u8]) -> Result<Parsed, Problem> {
    let wrong = |why: String| Problem::new(StatusCode::BAD_REQUEST, why);
    let records = Records::new(body).map_err(|error| wrong(error.to_string()))?;
    let (mut count, mut at) = (0, None);
    for record in records {
        let record = record.map_err(|error| wrong(error.to_string()))?;
        count += 1;
        if matches!(record, Record::Tick { .. }) {
            let why = "a tick of the clock, which is the house's own; nothing of the block was taken, leave it out";
            return Err(wrong(format!("record {count} of the block: {why}")));
        }
        at.get_or_insert(record.at());
    }
    let block = Block { bytes: body.to_vec(), records: count, at: at.unwrap_or_default() };
    let blocks = if count == 0 { Vec::new() } else { vec![block] };
    Ok(Parsed { blocks, lines: None, refused: Vec::new(), refused_count: 0 })
}

impl TakenView {
    fn of(receipt: &Receipt, lines: Option<&[u64]>, refused: Vec<RefusedLine>, refused_count: u64) -> TakenView {
        let line = |number: u64| lines.map_or(number + 1, |lines| lines.get(number as usize).copied().unwrap_or(0));
        let named = receipt.named.iter().map(|(number, reason)| RefusedLine::named(line(*number), *reason));
        let mut all: Vec<RefusedLine> = refused.into_iter().chain(named).collect();
        all.sort_by_key(|refused| refused.line);
        all.truncate(REFUSED_MAX);
        let aside: u64 = receipt.aside.values().sum();
        TakenView {
            accepted: receipt.new,
            absorbed: receipt.absorbed,
            refused: all,
            refused_count: refused_count + receipt.contradicted + aside,
        }
    }
}

impl RefusedLine {
    fn named(line: u64, reason: Option<AsideReason>) -> RefusedLine {
        let (reason, hint, set_aside) = match reason {
            None => {
                let hint = "count each report once; begin a new epoch when the counter starts anew";
                ("the reporter has sent another report of this number", hint, false)
            }
            Some(reason) if reason.may_count_later() => {
                (reason.explain(), "it is in the log, and counts once the estate knows it", true)
            }
            Some(reason) => (reason.explain(), "it is in the log, and counts for nothing", false),
        };
        RefusedLine { line, field: None, reason: reason.to_owned(), hint, set_aside }
    }
}
