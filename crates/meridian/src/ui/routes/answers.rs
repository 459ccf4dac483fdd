//! What stands behind the signed link of a notice. Opening it changes nothing; only its POST does.

use axum::{
    Form,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use meridian_core::{
    Command,
    id::{Actor, ChangeId, Name, NoticeId},
};
use serde::Deserialize;

use crate::{
    notify::link,
    serve::AskError,
    ui::{pages, read, visitor::Visitor},
};

#[derive(Deserialize)]
pub struct Answer {
    change: u64,
    answer: String,
}

pub async fn ask(v: Visitor, Path(token): Path<String>) -> Response {
    show(&v, &token, StatusCode::OK, None)
}

fn show(v: &Visitor, token: &str, status: StatusCode, said: Option<&str>) -> Response {
    let (notice, person) = match link::open_notice(&v.house.link_key, token, v.now) {
        Ok(opened) => opened,
        Err(why) => return v.page(StatusCode::GONE, pages::ack_gone(v.theme(), &why.to_string())),
    };
    let world = v.house.keeper.world();
    let view = read::answer(&v.lens(&world), notice, &person, format!("/answer/{token}"));
    let clock = v.clock(&world);
    drop(world);
    match view {
        Some(view) => v.page(status, pages::answer(&clock, v.theme(), said, &view)),
        None => {
            let why = "What it asked is over for long; the page of changes has what is asked now.";
            v.page(StatusCode::GONE, pages::ack_gone(v.theme(), why))
        }
    }
}

/// The command, if the notice asks that of this person, who is still in the estate.
fn command(v: &Visitor, notice: NoticeId, by: &Name, wish: &Answer) -> Option<Command> {
    let world = v.house.keeper.world();
    world.estate().persons.get(by)?;
    let view = read::answer(&v.lens(&world), notice, by, String::new())?;
    let change = ChangeId(wish.change);
    let item = view.items.into_iter().find(|item| item.change == change)?;
    item.answers.iter().find(|(answer, _)| *answer == wish.answer)?;
    let by = by.clone();
    match wish.answer.as_str() {
        "take" => Some(Command::TakeCover { change, by }),
        "decline" => Some(Command::DeclineCover { change, by }),
        "accept" => Some(Command::AcceptSwap { change, by }),
        "approve" => Some(Command::ApproveSwap { change, by }),
        "refuse" => Some(Command::RefuseSwap { change, by, reason: String::new() }),
        _ => None,
    }
}

pub async fn answer(v: Visitor, Path(token): Path<String>, Form(wish): Form<Answer>) -> Response {
    let Ok((notice, by)) = link::open_notice(&v.house.link_key, &token, v.now) else {
        return show(&v, &token, StatusCode::GONE, None);
    };
    let back = || Redirect::to(&format!("/answer/{token}")).into_response();
    // What is not asked any more is shown as it stands now.
    let Some(command) = command(&v, notice, &by, &wish) else { return back() };
    match v.house.keeper.ask(Actor::Link(by), command).await {
        Ok(_) => back(),
        Err(AskError::Refused(refusal)) => {
            show(&v, &token, StatusCode::CONFLICT, Some(&format!("Nothing was changed: {refusal}.")))
        }
        Err(AskError::Unavailable { why, .. }) => {
            v.oops(StatusCode::SERVICE_UNAVAILABLE, "Not taken yet", &format!("{why}. Press the button again."))
        }
    }
}
