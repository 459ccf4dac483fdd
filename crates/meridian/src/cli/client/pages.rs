//! `meridian page …`.

use serde::Deserialize;

use super::{
    Client,
    args::PageCommand,
    failure::Failure,
    incidents::by_whom,
    output::{Output, Usual},
    table::{Table, clean},
};

#[derive(Deserialize)]
struct Page {
    page: u64,
    incident: u64,
    person: String,
    urgency: String,
    because: String,
    opened_at: String,
    deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
struct Delivery {
    contact: String,
    notice: Option<String>,
    state: String,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    error: Option<String>,
}

pub(super) async fn run(client: &Client, command: PageCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        PageCommand::List { incident, person, part } => {
            let query = [("incident", incident.map(|n| n.to_string())), ("person", person.map(String::from))];
            let show = |out: &Output, found: Vec<Page>| out.table(&table(out, &found), "There is no such page.");
            out.list(server, ("list pages", &["pages"]), &query, (&part, Usual::Newest(50)), show).await
        }
        PageCommand::Pass { page, by } => {
            let number = page.to_string();
            let wish = format!("pass page {number} on");
            let answer = server.post(&wish, &["pages", &number, "pass-on"], &by_whom(by)).await?;
            let said = |page: Page| {
                let person = clean(&page.person);
                format!("Page {} to {person} about INC-{} is passed on.\n", page.page, page.incident)
            };
            out.done(&answer, said)
        }
    }
}

fn table(out: &Output, pages: &[Page]) -> Table {
    let mut table = Table::new(["PAGE", "INCIDENT", "PERSON", "URGENCY", "OPENED", "BECAUSE", "DELIVERIES"]);
    for page in pages {
        // What is told later, quietly, is no way to get attention.
        let ways = page.deliveries.iter().filter(|delivery| delivery.notice.is_none());
        table.row([
            page.page.to_string().into(),
            page.incident.to_string().into(),
            (&page.person).into(),
            (&page.urgency).into(),
            out.instant(&page.opened_at).into(),
            (&page.because).into(),
            ways.map(way).collect::<Vec<_>>().join(", ").into(),
        ]);
    }
    table
}

/// `phone failed (busy)`
fn way(delivery: &Delivery) -> String {
    let error = delivery.attempts.last().and_then(|attempt| attempt.error.as_deref());
    let error = error.map_or(String::new(), |error| format!(" ({error})"));
    format!("{} {}{error}", delivery.contact, delivery.state)
}
