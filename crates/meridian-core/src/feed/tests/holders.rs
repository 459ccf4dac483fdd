use super::{House, at, name};
use crate::{
    Command, Refusal, Reply,
    access::{AccountRole, Principal, Scope, may_make_feed, may_revoke_feed},
    feed::FeedOf,
    id::FeedId,
};

const NOW: &str = "2026-03-02T09:00:00Z";

fn make(house: &mut House, of: &str, by: &str) -> Result<Reply, String> {
    let of: FeedOf = of.parse()?;
    let hash = format!("hash of {of} by {by}");
    let command = Command::MakeFeed { of, hash, prefix: "mrf_abcd".into(), made_by: by.into() };
    house.ask(at(NOW), command).map_err(|refusal| refusal.to_string())
}

fn account(house: &mut House, account: &str, role: AccountRole, person: Option<&str>) {
    let command = Command::CreateAccount {
        account: name(account),
        display_name: account.into(),
        password_hash: "x".into(),
        role,
        person: person.map(name),
        first: false,
    };
    house.ask(at(NOW), command).unwrap();
}

#[test]
fn a_feed_is_made_read_and_revoked() {
    let mut house = House::new(NOW);
    assert_eq!(make(&mut house, "rota/payments", "ana"), Ok(Reply::Feed(FeedId(1))));
    assert_eq!(make(&mut house, "person/tom", "ana"), Ok(Reply::Feed(FeedId(2))));
    let known = |house: &House| house.0.feeds.by_hash("hash of rota/payments by ana").map(|feed| feed.id);
    assert_eq!(known(&house), Some(FeedId(1)));
    let revoke = Command::RevokeFeed { feed: FeedId(1) };
    assert_eq!(house.ask(at(NOW), revoke.clone()), Ok(Reply::Done));
    assert_eq!(known(&house), None);
    assert_eq!(house.ask(at(NOW), revoke), Err(Refusal::NotFound("calendar feed 1".into())));
    // A number is never given twice.
    assert_eq!(make(&mut house, "team/ops", "ana"), Ok(Reply::Feed(FeedId(3))));
    let refused = make(&mut house, "rota/paymnts", "ana").unwrap_err();
    assert_eq!(refused, "of: the estate has no rota/paymnts; did you mean `rota/payments`?");
    assert!(make(&mut house, "person/nobody", "ana").is_err());
    for _ in 0..198 {
        make(&mut house, "team/ops", "ana").unwrap();
    }
    assert!(make(&mut house, "team/ops", "ana").unwrap_err().contains("has 200 calendar feeds"));
}

#[test]
fn an_address_goes_with_the_right_to_it() {
    let mut house = House::new(NOW);
    account(&mut house, "ana", AccountRole::Admin, None);
    account(&mut house, "tom", AccountRole::Responder, Some("tom"));
    account(&mut house, "pri", AccountRole::Viewer, Some("priya"));
    for (of, by) in [("person/tom", "tom"), ("rota/payments", "tom"), ("person/priya", "pri"), ("team/ops", "pri")] {
        make(&mut house, of, by).unwrap();
    }
    let left = |house: &House| house.0.feeds.iter().map(|feed| feed.id.0).collect::<Vec<_>>();
    let change = |person| Command::ChangeAccount {
        account: name("tom"),
        display_name: "Tom".into(),
        role: AccountRole::Responder,
        person,
    };
    house.ask(at(NOW), change(Some(name("tom")))).unwrap();
    assert_eq!(left(&house), [1, 2, 3, 4]);
    house.ask(at(NOW), change(None)).unwrap();
    assert_eq!(left(&house), [2, 3, 4]);
    // Whoever is disabled can be enabled again; meanwhile nobody reads what they made.
    let reads = |house: &House| house.0.feed("hash of team/ops by pri").is_some();
    assert!(reads(&house));
    house.ask(at(NOW), Command::DisableAccount { account: name("pri") }).unwrap();
    assert!(!reads(&house) && left(&house) == [2, 3, 4]);
    house.ask(at(NOW), Command::EnableAccount { account: name("pri") }).unwrap();
    assert!(reads(&house));
    house.ask(at(NOW), Command::RemoveAccount { account: name("pri") }).unwrap();
    assert_eq!(left(&house), [2]);
}

#[test]
fn who_may_have_which_feed() {
    let session =
        |role, person: Option<&str>| Principal::Session { account: name("me"), role, person: person.map(name) };
    let token = |scope| Principal::Token { token: name("t"), scopes: vec![scope] };
    let mut house = House::new(NOW);
    for (of, by) in [("person/tom", "me"), ("person/tom", "other"), ("rota/payments", "other")] {
        make(&mut house, of, by).unwrap();
    }
    // Makes: tom's, priya's, a rota's; revokes: tom's of their own making, tom's of another's, a rota's of another's.
    for (principal, makes, revokes) in [
        (Principal::Anonymous, [false; 3], [false; 3]),
        (Principal::Demo, [true; 3], [true; 3]),
        (session(AccountRole::Viewer, None), [false, false, true], [true, false, false]),
        (session(AccountRole::Viewer, Some("tom")), [true, false, true], [true, true, false]),
        (session(AccountRole::Admin, None), [true; 3], [true; 3]),
        (token(Scope::Read), [false; 3], [false; 3]),
        (token(Scope::Ingest), [false; 3], [false; 3]),
        (token(Scope::Respond), [false, false, true], [true, false, false]),
        (token(Scope::Admin), [true; 3], [true; 3]),
    ] {
        let made =
            ["person/tom", "person/priya", "rota/payments"].map(|of| may_make_feed(&principal, &of.parse().unwrap()));
        assert_eq!(made, makes, "{principal}");
        let feeds: Vec<bool> = house.0.feeds.iter().map(|feed| may_revoke_feed(&principal, "me", feed)).collect();
        assert_eq!(feeds, revokes, "{principal}");
    }
}
