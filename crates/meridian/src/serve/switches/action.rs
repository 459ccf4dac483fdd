//! One try of an action: a program that is run, or an address that is posted to.
//!
//! What a program gets: its arguments, and in its environment `PATH`, `HOME`, `LANG` and what begins with `MERIDIAN_`,
//! nothing else of Meridian's own. It is told that a try is a rehearsal only if the estate says that it understands it.

use std::{process::Stdio, time::Duration};

use meridian_core::{
    id::{Name, SwitchId},
    switch::{ActionDoes, Phase, RunOutcome, SwitchAction},
};
use reqwest::{Client, header::CONTENT_TYPE};
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
};

use crate::{
    notify::{OutboundPolicy, Secrets, http, roots::Roots},
    serve::House,
};

/// What an action says is kept up to so many characters.
const SAID_MAX: usize = 500;
/// Read of what a program says; the rest is thrown away.
const OUTPUT_BYTES_MAX: u64 = 64 << 10;
const INHERITED: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// How actions are carried out.
#[derive(Clone)]
pub enum Runner {
    Real {
        http: Client,
        policy: OutboundPolicy,
        secrets: Secrets,
    },
    /// Nothing is done, and every action counts as done. For the demonstration.
    Pretend,
}

/// What is to be done.
pub struct Order {
    pub switch: SwitchId,
    pub run: u32,
    pub chain: Name,
    pub from: Name,
    pub to: Name,
    pub phase: Phase,
    pub action: SwitchAction,
    pub dry: bool,
    /// The replay list: its file, its hash, and how many messages it has.
    pub list: Option<(String, String, u64)>,
}

impl Order {
    pub fn of(house: &House, id: SwitchId, run: u32) -> Option<Order> {
        use meridian_core::switch::Way;
        let world = house.keeper.world();
        let switch = world.switches.get(id)?;
        let known = switch.runs.iter().find(|known| known.run == run)?;
        let action = switch.actions(known.phase).iter().find(|action| action.name == known.action)?.clone();
        let list = switch.replay.as_ref().filter(|_| known.phase == Phase::Replay).map(|(_, replay)| {
            let path = house.switches.papers().path(&replay.paper);
            let count = replay.count(Way::Original) + replay.count(Way::PossibleDuplicate);
            (path.to_string_lossy().into_owned(), replay.paper.clone(), count)
        });
        let what = &switch.what;
        let (chain, from, to) = (what.chain.clone(), what.from.clone(), what.to.clone());
        Some(Order { switch: id, run, chain, from, to, phase: known.phase, action, dry: known.dry, list })
    }

    /// The same try has the same key, so that the other side can tell a repetition.
    fn key(&self) -> String {
        format!("switch-{}-{}", self.switch, self.run)
    }
}

impl Runner {
    /// With the environment of this process.
    pub fn real(public_targets_only: bool) -> Result<Runner, String> {
        let policy = OutboundPolicy { private: !public_targets_only };
        let http = http::client(policy, &Roots::from_environment()?);
        let http = http.map_err(|why| format!("the HTTP client can't be built: {why}"))?;
        Ok(Runner::Real { http, policy, secrets: Secrets::process() })
    }

    pub async fn run(&self, house: &House, order: Order) -> RunOutcome {
        if order.dry && !order.action.dry_run {
            return RunOutcome::Done(format!("not tried, for it knows no dry run: {}", order.action.does.words()));
        }
        let Runner::Real { http, policy, secrets } = self else {
            return RunOutcome::Done(format!("a demonstration: {}", order.action.does.words()));
        };
        let told = match &order.action.does {
            ActionDoes::Command(words) => command(words, secrets, &order).await,
            ActionDoes::Webhook(url) => webhook(house, (http, *policy), secrets, url, &order).await,
        };
        match told {
            Ok(said) => RunOutcome::Done(said),
            Err(why) => RunOutcome::Failed(why),
        }
    }
}

fn shortened(text: &str) -> String {
    let clean: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match clean.char_indices().nth(SAID_MAX) {
        Some((at, _)) => format!("{}\u{2026}", &clean[..at]),
        None => clean,
    }
}

async fn command(words: &[String], secrets: &Secrets, order: &Order) -> Result<String, String> {
    let mut args = Vec::with_capacity(words.len());
    for word in words {
        let secret = secrets.resolve_aside(word).await.map_err(|why| why.to_string())?;
        args.push(secret.expose().to_owned());
    }
    let Some((program, args)) = args.split_first() else { return Err("no program is named".to_owned()) };
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command.envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.envs(variables(order));
    let mut child = command.spawn().map_err(|why| format!("`{}` can't be run: {why}", words[0]))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let all = async { tokio::join!(child.wait(), read(out), read(err)) };
    let limit = Duration::from_secs(order.action.timeout_s);
    let Ok((status, out, err)) = tokio::time::timeout(limit, all).await else {
        let limit = order.action.timeout_s;
        return Err(format!("it did not end within {limit} s and was stopped: look whether it has done something"));
    };
    let said = shortened(&if err.trim().is_empty() { out } else { format!("{} {}", out.trim(), err.trim()) });
    match status {
        Ok(status) if status.success() => Ok(said),
        Ok(status) => Err(format!("{status}{}{said}", if said.is_empty() { "" } else { ": " })),
        Err(why) => Err(format!("its end is not known: {why}")),
    }
}

fn variables(order: &Order) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("MERIDIAN_SWITCH", order.switch.to_string()),
        ("MERIDIAN_KEY", order.key()),
        ("MERIDIAN_CHAIN", order.chain.to_string()),
        ("MERIDIAN_FROM", order.from.to_string()),
        ("MERIDIAN_TO", order.to.to_string()),
        ("MERIDIAN_PHASE", order.phase.word().to_owned()),
        ("MERIDIAN_ACTION", order.action.name.to_string()),
        ("MERIDIAN_DRY_RUN", u8::from(order.dry).to_string()),
    ];
    if let Some((path, hash, count)) = &order.list {
        all.push(("MERIDIAN_LIST", path.clone()));
        all.push(("MERIDIAN_LIST_BLAKE3", hash.clone()));
        all.push(("MERIDIAN_LIST_COUNT", count.to_string()));
    }
    all
}

/// The beginning of what it says; the rest is read too, so that the program isn't held up.
async fn read(from: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut from) = from else { return String::new() };
    let mut text = Vec::new();
    // What can't be read is not said.
    let _ = (&mut from).take(OUTPUT_BYTES_MAX).read_to_end(&mut text).await;
    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&text).into_owned()
}

async fn webhook(
    house: &House,
    (client, policy): (&Client, OutboundPolicy),
    secrets: &Secrets,
    url: &str,
    order: &Order,
) -> Result<String, String> {
    let secret = secrets.resolve_aside(url).await.map_err(|why| why.to_string())?;
    let url = http::parse_url(secret.expose(), policy)?;
    let origin = http::origin(&url);
    let mut redacted = http::Redacted::default();
    redacted.hide_url(&url);
    let external = &house.settings.external_url;
    let list = order.list.as_ref().map(|(_, hash, count)| {
        let url = format!("{external}/api/v1/switches/{}/replay/list", order.switch);
        json!({"url": url, "blake3": hash, "count": count})
    });
    let body = json!({
        "type": "switch.action",
        "data": {
            "key": order.key(),
            "switch": order.switch.0,
            "chain": order.chain,
            "from": order.from,
            "to": order.to,
            "phase": order.phase.word(),
            "action": order.action.name,
            "dryRun": order.dry,
            "list": list,
        },
    });
    let request = client
        .post(url)
        .timeout(Duration::from_secs(order.action.timeout_s))
        .header(CONTENT_TYPE, "application/json")
        .header("idempotency-key", order.key())
        .body(body.to_string());
    let answer = http::send(request, &origin, house.clock.now()).await;
    let answer = answer.map_err(|outcome| match outcome {
        meridian_core::command::Outcome::Failed { error, .. } | meridian_core::command::Outcome::Refused { error } => {
            redacted.apply(&error)
        }
        meridian_core::command::Outcome::Sent { receipt } => receipt,
    })?;
    let said = shortened(&redacted.apply(&answer.body));
    let told = format!("{origin} answered {}{}{said}", answer.status.as_u16(), if said.is_empty() { "" } else { ": " });
    if answer.status.is_success() { Ok(told) } else { Err(told) }
}
