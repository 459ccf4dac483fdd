//! Who carries how much of the watch.

use axum::{extract::Query, http::Uri, response::Response};

use super::Fields;
use crate::ui::{
    pages,
    read::{self, FairnessWish},
    visitor::Member,
};

pub async fn fairness(Member(v): Member, uri: Uri) -> Response {
    let fields = Fields(Query::try_from_uri(&uri).map_or_else(|_| Vec::new(), |sent| sent.0));
    let wish = FairnessWish {
        of: fields.get("of").to_owned(),
        from: fields.get("from").parse().ok(),
        to: fields.get("to").parse().ok(),
        person: fields.get("person").parse().ok(),
    };
    v.ok(|shell, lens| pages::fairness(shell, &read::fairness(lens, &shell.clock, &wish)))
}
