//! What access refuses, what it makes, and what its fold remembers.

use proptest::prelude::*;

use super::*;
use crate::{
    Instant,
    command::{Command, Refusal},
    id::{Actor, Name},
};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn at(minute: i64) -> Instant {
    Instant::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn create(account: &str, role: AccountRole, first: bool) -> Command {
    Command::CreateAccount {
        account: name(account),
        display_name: account.to_uppercase(),
        password_hash: format!("hash of {account}"),
        role,
        person: None,
        first,
    }
}

fn change(account: &str, role: AccountRole) -> Command {
    Command::ChangeAccount { account: name(account), display_name: account.to_uppercase(), role, person: None }
}

fn invite(account: &str, role: AccountRole, link: &str, until: Instant) -> Command {
    Command::InviteAccount {
        account: name(account),
        display_name: account.to_uppercase(),
        role,
        person: None,
        link_hash: link.into(),
        until,
    }
}

fn link(account: &str, link: &str, until: Instant) -> Command {
    Command::MakeLink { account: name(account), link_hash: link.into(), until }
}

fn join(link: &str) -> Command {
    Command::Join { link_hash: link.into(), password_hash: format!("hash by {link}") }
}

fn disable(account: &str) -> Command {
    Command::DisableAccount { account: name(account) }
}

fn enable(account: &str) -> Command {
    Command::EnableAccount { account: name(account) }
}

fn token(token: &str, scopes: &[Scope], by: &str, expires: Option<Instant>) -> Command {
    Command::CreateToken {
        token: name(token),
        hash: format!("sha of {token}"),
        prefix: "mrd_abc".into(),
        scopes: scopes.to_vec(),
        created_by: by.into(),
        expires,
    }
}

fn session(account: &str, hash: &str, until: Instant) -> Command {
    Command::OpenSession { hash: hash.into(), account: name(account), until }
}

/// Plans and folds; the refusal as a text.
fn take(access: &mut Access, now: Instant, command: &Command) -> Result<usize, String> {
    let facts = plan(access, command, now).expect("a command about access").map_err(|refusal| refusal.to_string())?;
    facts.iter().for_each(|fact| access.fold(now, fact));
    Ok(facts.len())
}

fn house() -> Access {
    let mut access = Access::default();
    take(&mut access, at(0), &create("ana", AccountRole::Admin, true)).unwrap();
    take(&mut access, at(0), &create("wen", AccountRole::Responder, false)).unwrap();
    access
}

#[test]
fn refusals() {
    #[track_caller]
    fn check(command: Command, expected: &str) {
        let refusal = take(&mut house(), at(1), &command).expect_err("refused");
        assert!(refusal.contains(expected), "{refusal}\n  lacks: {expected}");
    }
    check(create("eve", AccountRole::Admin, true), "the first account was made already");
    check(create("wen", AccountRole::Viewer, false), "there is an account `wen` already");
    check(
        change("ana", AccountRole::Responder),
        "`ana` is the last admin who can log in and can't be made a smaller role",
    );
    check(
        Command::ChangeRole { account: name("ana"), role: AccountRole::Viewer },
        "is the last admin who can log in and can't be made a smaller role; make somebody else an admin first",
    );
    check(disable("ana"), "`ana` is the last admin who can log in and can't be disabled");
    check(disable("nil"), "the account `nil` does not exist");
    check(enable("nil"), "the account `nil` does not exist");
    check(invite("wen", AccountRole::Viewer, "l", at(9)), "there is an account `wen` already");
    check(invite("mei", AccountRole::Viewer, "l", at(1)), "until: 2027-");
    check(link("nil", "l", at(9)), "the account `nil` does not exist");
    check(link("wen", "l", at(1)), "is past");
    check(join("never made"), "this link was used or has ended; an admin can make another");
    check(Command::EndSessions { account: name("nil"), but: None }, "the account `nil` does not exist");
    check(change("nil", AccountRole::Viewer), "the account `nil` does not exist");
    check(
        Command::RemoveAccount { account: name("ana") },
        "`ana` is the last admin who can log in and can't be removed",
    );
    check(Command::RemoveAccount { account: name("nil") }, "does not exist");
    check(Command::ChangePassword { account: name("nil"), password_hash: "h".into() }, "does not exist");
    check(session("nil", "s", at(9)), "does not exist");
    check(session("ana", "s", at(1)), "until");
    check(token("ci", &[], "ana", None), "scopes: a token without a scope");
    check(token("ci", &[Scope::Read], "ana", Some(at(1))), "expires: it is past");
    check(Command::RevokeToken { token: name("ci") }, "the token `ci` does not exist");
    let blank = |text: &str| Command::ChangeAccount {
        account: name("wen"),
        display_name: text.into(),
        role: AccountRole::Viewer,
        person: None,
    };
    check(blank(" "), "display_name: it is empty");
    check(blank("a\u{0}b"), "control character");
    check(blank(&"x".repeat(101)), "longer than 100");
}

#[test]
fn the_first_account_is_an_admin() {
    let mut access = Access::default();
    let refusal = take(&mut access, at(0), &create("ana", AccountRole::Viewer, true)).unwrap_err();
    assert!(refusal.contains("must be an admin"), "{refusal}");
    let refusal = take(&mut access, at(0), &invite("ana", AccountRole::Admin, "l", at(9))).unwrap_err();
    assert!(refusal.contains("by the setup link, not by an invitation"), "{refusal}");
    take(&mut access, at(0), &create("ana", AccountRole::Admin, true)).unwrap();
    assert!(!access.is_empty());
}

#[test]
fn a_session_ends_by_time_by_logout_by_password_and_by_removal() {
    let mut access = house();
    take(&mut access, at(1), &session("wen", "s1", at(60))).unwrap();
    assert!(matches!(access.by_session("s1", at(59)), Some(Principal::Session { role: AccountRole::Responder, .. })));
    assert_eq!(access.by_session("s1", at(60)), None);
    take(&mut access, at(2), &Command::CloseSession { hash: "s1".into() }).unwrap();
    assert_eq!(access.by_session("s1", at(3)), None);
    assert_eq!(take(&mut access, at(2), &Command::CloseSession { hash: "s1".into() }), Ok(0));

    take(&mut access, at(3), &session("wen", "s2", at(60))).unwrap();
    take(&mut access, at(4), &Command::ChangePassword { account: name("wen"), password_hash: "new".into() }).unwrap();
    assert_eq!(access.by_session("s2", at(5)), None);

    take(&mut access, at(6), &session("wen", "s3", at(60))).unwrap();
    take(&mut access, at(7), &Command::RemoveAccount { account: name("wen") }).unwrap();
    assert_eq!(access.by_session("s3", at(8)), None);
}

#[test]
fn an_invitation_is_used_once_and_in_time() {
    let mut access = house();
    take(&mut access, at(1), &invite("mei", AccountRole::Responder, "l1", at(60))).unwrap();
    assert_eq!(access.account("mei").unwrap().standing(), Standing::Invited);
    assert_eq!(access.by_link("l1", at(60)), None, "it has ended");
    assert_eq!(access.by_link("l1", at(59)).map(|(name, _)| name.as_str()), Some("mei"));
    take(&mut access, at(2), &link("mei", "l2", at(90))).unwrap();
    assert!(take(&mut access, at(3), &join("l1")).is_err(), "a later link took its place");
    take(&mut access, at(3), &join("l2")).unwrap();
    let mei = access.account("mei").unwrap();
    assert_eq!((mei.standing(), mei.password_hash.as_deref()), (Standing::Active, Some("hash by l2")));
    assert!(take(&mut access, at(4), &join("l2")).is_err(), "it was used");

    // A link for who forgot the password: the old one counts until a new one is chosen, and then logs everybody out.
    take(&mut access, at(5), &session("mei", "s1", at(90))).unwrap();
    assert_eq!(access.account("mei").unwrap().last_login, Some(at(5)));
    take(&mut access, at(6), &link("mei", "l3", at(90))).unwrap();
    assert!(access.by_session("s1", at(7)).is_some());
    take(&mut access, at(7), &join("l3")).unwrap();
    assert_eq!(access.by_session("s1", at(8)), None);
    // A password that was changed meanwhile closes the link: who changed it may have done so because the link leaked.
    take(&mut access, at(8), &link("mei", "l4", at(90))).unwrap();
    take(&mut access, at(9), &Command::ChangePassword { account: name("mei"), password_hash: "own".into() }).unwrap();
    assert!(take(&mut access, at(10), &join("l4")).is_err());
}

#[test]
fn a_disabled_account_opens_nothing_until_it_is_enabled() {
    let mut access = house();
    take(&mut access, at(1), &session("wen", "s1", at(90))).unwrap();
    take(&mut access, at(1), &token("hook", &[Scope::Ingest], "wen", None)).unwrap();
    take(&mut access, at(1), &link("wen", "l1", at(90))).unwrap();
    assert_eq!(take(&mut access, at(2), &disable("wen")), Ok(1));
    assert_eq!(take(&mut access, at(2), &disable("wen")), Ok(0), "it is so already");
    assert_eq!(access.account("wen").unwrap().standing(), Standing::Disabled);
    assert_eq!((access.by_session("s1", at(3)), access.by_token("sha of hook", at(3))), (None, None));
    assert_eq!(access.by_link("l1", at(3)), None);
    for refused in [session("wen", "s2", at(90)), link("wen", "l2", at(90)), join("l1")] {
        assert!(take(&mut access, at(3), &refused).is_err(), "{refused:?}");
    }
    assert_eq!(take(&mut access, at(4), &enable("wen")), Ok(1));
    assert_eq!(take(&mut access, at(4), &enable("wen")), Ok(0));
    assert!(access.by_token("sha of hook", at(5)).is_some(), "the tokens wake up");
    assert_eq!(
        (access.by_session("s1", at(5)), access.by_link("l1", at(5))),
        (None, None),
        "browsers and links do not"
    );
    take(&mut access, at(5), &session("wen", "s2", at(90))).unwrap();
}

#[test]
fn an_admin_who_was_only_invited_is_none_yet() {
    let mut access = house();
    take(&mut access, at(1), &invite("bo", AccountRole::Admin, "l", at(60))).unwrap();
    assert!(take(&mut access, at(2), &disable("ana")).is_err(), "nobody could log in as an admin");
    take(&mut access, at(3), &join("l")).unwrap();
    take(&mut access, at(4), &disable("ana")).unwrap();
    for refused in [disable("bo"), change("bo", AccountRole::Viewer), Command::RemoveAccount { account: name("bo") }] {
        assert!(take(&mut access, at(5), &refused).is_err(), "{refused:?}");
    }
    take(&mut access, at(6), &enable("ana")).unwrap();
    take(&mut access, at(7), &Command::ChangeRole { account: name("bo"), role: AccountRole::Viewer }).unwrap();
    let bo = access.account("bo").unwrap();
    assert_eq!((bo.role, bo.display_name.as_str()), (AccountRole::Viewer, "BO"));
}

#[test]
fn all_sessions_end_but_the_one_that_is_named() {
    let mut access = house();
    for hash in ["s1", "s2", "s3"] {
        take(&mut access, at(1), &session("wen", hash, at(90))).unwrap();
    }
    take(&mut access, at(1), &session("ana", "other", at(90))).unwrap();
    let end = |but: Option<&str>| Command::EndSessions { account: name("wen"), but: but.map(str::to_owned) };
    let live =
        |access: &Access| access.sessions_of(&name("wen")).into_iter().map(|(h, _)| h.to_owned()).collect::<Vec<_>>();
    assert_eq!(take(&mut access, at(2), &end(Some("s2"))), Ok(1));
    assert_eq!(live(&access), ["s2"]);
    assert_eq!(take(&mut access, at(3), &end(Some("s2"))), Ok(0));
    assert_eq!(take(&mut access, at(3), &end(None)), Ok(1));
    assert!(live(&access).is_empty());
    assert!(access.by_session("other", at(4)).is_some());
}

#[test]
fn an_account_keeps_twenty_sessions_and_forgets_those_that_ended() {
    let mut access = house();
    for n in 0..25 {
        take(&mut access, at(n), &session("wen", &format!("s{n:02}"), at(1000))).unwrap();
    }
    let kept: Vec<_> = access.sessions_of(&name("wen")).into_iter().map(|(hash, _)| hash.to_owned()).collect();
    assert_eq!(kept, (5..25).map(|n| format!("s{n:02}")).collect::<Vec<_>>());
    take(&mut access, at(2000), &session("wen", "late", at(3000))).unwrap();
    assert_eq!(access.sessions_of(&name("wen")).len(), 1);
}

#[test]
fn a_token_lives_until_it_expires_or_is_revoked_and_goes_with_the_power_of_its_maker() {
    let mut access = house();
    take(&mut access, at(1), &create("bo", AccountRole::Admin, false)).unwrap();
    take(&mut access, at(1), &token("short", &[Scope::Read], "bo", Some(at(10)))).unwrap();
    take(&mut access, at(1), &token("power", &[Scope::Admin, Scope::Read, Scope::Admin], "bo", None)).unwrap();
    take(&mut access, at(1), &token("mail", &[Scope::Ingest], "ana", None)).unwrap();
    assert_eq!(
        access.by_token("sha of power", at(2)),
        Some(Principal::Token { token: name("power"), scopes: vec![Scope::Read, Scope::Admin] })
    );
    assert!(access.by_token("sha of short", at(9)).is_some());
    assert_eq!(access.by_token("sha of short", at(10)), None);
    assert!(take(&mut access, at(2), &token("mail", &[Scope::Read], "ana", None)).is_err());

    assert_eq!(take(&mut access, at(3), &change("bo", AccountRole::Viewer)), Ok(2));
    assert_eq!(access.by_token("sha of power", at(4)), None);
    assert!(access.by_token("sha of short", at(4)).is_some());
    take(&mut access, at(5), &Command::RemoveAccount { account: name("bo") }).unwrap();
    assert_eq!(access.tokens().iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["mail"]);
    take(&mut access, at(6), &Command::RevokeToken { token: name("mail") }).unwrap();
    assert_eq!(access.by_token("sha of mail", at(7)), None);
}

#[test]
fn who_may_do_what() {
    use Action::*;
    #[track_caller]
    fn check(principal: &Principal, allowed: &[Action]) {
        let found: Vec<_> = Action::ALL.into_iter().filter(|action| may(principal, *action)).collect();
        assert_eq!(found, allowed, "{principal}");
    }
    let session = |role| Principal::Session { account: name("x"), role, person: None };
    let token = |scopes: &[Scope]| Principal::Token { token: name("x"), scopes: scopes.to_vec() };
    check(&Principal::Anonymous, &[]);
    check(&Principal::Demo, &[Read, Ingest, Respond, Silence, Override, Announce, Switch, Find, Feeds]);
    check(&session(AccountRole::Viewer), &[Read, OwnAccount, Feeds]);
    check(
        &session(AccountRole::Responder),
        &[Read, Ingest, Respond, Silence, Override, Announce, Switch, Find, OwnAccount, Feeds],
    );
    check(&session(AccountRole::Admin), &Action::ALL);
    check(&token(&[]), &[]);
    check(&token(&[Scope::Read]), &[Read]);
    check(&token(&[Scope::Ingest]), &[Ingest]);
    check(&token(&[Scope::Respond]), &[Read, Respond, Silence, Override, Announce, Switch, Find, Feeds]);
    check(
        &token(&[Scope::Ingest, Scope::Respond]),
        &[Read, Ingest, Respond, Silence, Override, Announce, Switch, Find, Feeds],
    );
    check(
        &token(&[Scope::Admin]),
        &[Read, Ingest, Respond, Silence, Override, Announce, Switch, Find, Accounts, Tokens, Reload, Feeds],
    );
}

#[test]
fn who_answers_for_what_is_set() {
    #[track_caller]
    fn check(principal: &Principal, named: Option<&str>, expected: Option<&str>) {
        assert_eq!(principal.owner(named).as_deref(), expected, "{principal} names {named:?}");
    }
    let session = |person: Option<&str>| Principal::Session {
        account: name("wen-li"),
        role: AccountRole::Responder,
        person: person.map(name),
    };
    let token = Principal::Token { token: name("ci"), scopes: vec![Scope::Respond] };
    check(&session(None), None, Some("wen-li"));
    check(&session(Some("wen")), None, Some("wen"));
    check(&session(Some("wen")), Some("mei"), Some("wen"));
    check(&token, None, Some("ci"));
    check(&token, Some(" mei "), Some("mei"));
    check(&token, Some(" "), Some("ci"));
    check(&Principal::Demo, Some("mei"), Some("demo"));
    check(&Principal::Anonymous, Some("amtool"), Some("amtool"));
    check(&Principal::Anonymous, None, None);
}

#[test]
fn who_stands_behind_an_actor() {
    #[track_caller]
    fn check(access: &Access, actor: Actor, expected: &str) {
        assert_eq!(access.person(&actor).to_string(), expected, "{actor}");
    }
    let mut access = house();
    take(&mut access, at(1), &token("backup", &[Scope::Read], "ana", None)).unwrap();
    check(&access, Actor::Token("backup".into()), "account:ana");
    check(&access, Actor::Token("revoked".into()), "token:revoked");
    check(&access, Actor::Account("ana".into()), "account:ana");
    check(&access, Actor::Link(name("nobody")), "link:nobody");
    let person = AccessFact::AccountCreated {
        account: name("mei-1"),
        display_name: "Mei".into(),
        password_hash: String::new(),
        role: AccountRole::Responder,
        person: Some(name("mei")),
    };
    access.fold(at(2), &person);
    check(&access, Actor::Link(name("mei")), "account:mei-1");
}

fn any_command() -> impl Strategy<Value = Command> {
    let who = prop::sample::select(vec!["ana", "bo", "wen", "mei"]);
    let role = prop::sample::select(AccountRole::ALL.to_vec());
    (who, role, 0..12u8, any::<bool>(), 1..60i64).prop_map(|(who, role, kind, flag, end)| match kind {
        0 => create(who, role, flag),
        1 => change(who, role),
        2 => Command::RemoveAccount { account: name(who) },
        3 => session(who, &format!("s{end}"), at(end)),
        4 => token(&format!("t{}", end % 5), &[if flag { Scope::Admin } else { Scope::Read }], who, None),
        5 => Command::ChangePassword { account: name(who), password_hash: format!("h{end}") },
        6 => invite(who, role, &format!("l{}", end % 7), at(end)),
        7 => link(who, &format!("l{}", end % 7), at(end)),
        8 => join(&format!("l{}", end % 7)),
        9 => disable(who),
        10 => enable(who),
        _ => Command::RevokeToken { token: name(&format!("t{}", end % 5)) },
    })
}

proptest! {
    /// Once there is an account there is always an admin who can log in; every session and every powerful token has a living account
    /// behind it; and the state survives being written down.
    #[test]
    fn there_is_always_an_admin(commands in prop::collection::vec(any_command(), 0..40)) {
        let mut access = Access::default();
        for (minute, command) in (0i64..).zip(&commands) {
            let outcome: Result<_, Refusal> = plan(&access, command, at(minute)).unwrap();
            outcome.unwrap_or_default().iter().for_each(|fact| access.fold(at(minute), fact));
            let able = |a: &Account| a.role == AccountRole::Admin && a.standing() == Standing::Active;
            let admins = access.accounts().filter(|(_, a)| able(a)).count();
            prop_assert!(access.is_empty() || admins > 0);
        }
        let text = serde_json::to_string(&access).unwrap();
        prop_assert_eq!(serde_json::from_str::<Access>(&text).unwrap(), access);
    }
}
