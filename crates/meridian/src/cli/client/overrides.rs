//! `meridian override …`.

use serde::Deserialize;
use serde_json::json;

use super::{
    Client,
    args::{OverrideCommand, Part},
    failure::Failure,
    output::{Form, Output, Usual},
    table::{Table, clean},
};

#[derive(Deserialize)]
struct Override {
    id: Option<u64>,
    rota: String,
    from: String,
    until: String,
    replace: Option<String>,
    with: String,
    layer: Option<String>,
    /// An earlier one that it wins over, or that it changes nothing.
    #[serde(default)]
    remarks: Vec<String>,
}

pub(super) async fn run(client: &Client, command: OverrideCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        OverrideCommand::List { rota } => {
            let wish = format!("list the overrides of {rota}");
            let path = ["rotas", rota.as_str(), "overrides"];
            let show = |out: &Output, found: Vec<Override>| {
                out.table(&table(out, &found), &format!("The rota {rota} has no override."))
            };
            let all = Part { limit: None, cursor: None };
            out.list(server, (&wish, &path), &[], (&all, Usual::All), show).await
        }
        OverrideCommand::Add { rota, with, replace, layer, from, end } => {
            let from = from.unwrap_or(out.now);
            let body = json!({
                "from": from, "until": end.after(from)?, "replace": replace, "with": with, "layer": layer,
            });
            let wish = format!("override the rota {rota}");
            let answer = server.post(&wish, &["rotas", rota.as_str(), "overrides"], &body).await?;
            if out.form == Form::Ids {
                return answer.read().map(|made: Override| made.id.map_or(String::new(), |id| format!("{id}\n")));
            }
            out.done(&answer, |made: Override| said(out, &made))
        }
        OverrideCommand::Remove { rota, id } => {
            let wish = format!("remove override {id} of the rota {rota}");
            server.delete(&wish, &["rotas", rota.as_str(), "overrides", &id.to_string()]).await?;
            Ok(out.said(format!("Override {id} of {rota} is removed.")))
        }
    }
}

/// `Override 7: mei is on watch in payments instead of wen from … until …`, and what is worth knowing of it.
fn said(out: &Output, made: &Override) -> String {
    let Override { id, rota, from, until, replace, with, layer, remarks } = made;
    let number = id.map_or(String::new(), |id| format!(" {id}"));
    let whose =
        replace.as_ref().map_or_else(|| " in addition".to_owned(), |replaced| format!(" instead of {replaced}"));
    let layer = layer.as_ref().map_or(String::new(), |layer| format!(" (layer {layer})"));
    let (from, until) = (out.instant(from), out.instant(until));
    let what = format!("Override{number}: {with} is on watch in {rota}{layer}{whose} from {from} until {until}.");
    let remarks = remarks.iter().map(|remark| format!("Note: {remark}."));
    std::iter::once(what).chain(remarks).map(|line| clean(&line) + "\n").collect()
}

fn table(out: &Output, overrides: &[Override]) -> Table {
    let mut table = Table::new(["OVERRIDE", "ROTA", "LAYER", "FROM", "UNTIL", "WITH", "REPLACES"]);
    for one in overrides {
        table.row([
            one.id.map_or_else(|| "estate".to_owned(), |id| id.to_string()).into(),
            (&one.rota).into(),
            one.layer.as_deref().unwrap_or("any").into(),
            out.instant(&one.from).into(),
            out.instant(&one.until).into(),
            (&one.with).into(),
            one.replace.as_deref().unwrap_or("nobody").into(),
        ]);
    }
    table
}
