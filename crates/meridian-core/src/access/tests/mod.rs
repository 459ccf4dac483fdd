//! What access refuses, what it makes, and what its fold remembers.

use proptest::prelude::*;

use super::*;
use crate::{
    Instant,
    command::{Command, Refusal},
    id::Name,
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
    check(change("ana", AccountRole::Responder), "`ana` is the last admin and can't be made a smaller role");
    check(change("nil", AccountRole::Viewer), "the account `nil` does not exist");
    check(Command::RemoveAccount { account: name("ana") }, "`ana` is the last admin and can't be removed");
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
    check(&Principal::Demo, &[Read, Ingest, Respond, Silence, Override]);
    check(&session(AccountRole::Viewer), &[Read, OwnAccount]);
    check(&session(AccountRole::Responder), &[Read, Ingest, Respond, Silence, Override, OwnAccount]);
    check(&session(AccountRole::Admin), &Action::ALL);
    check(&token(&[]), &[]);
    check(&token(&[Scope::Read]), &[Read]);
    check(&token(&[Scope::Ingest]), &[Ingest]);
    check(&token(&[Scope::Respond]), &[Read, Respond, Silence, Override]);
    check(&token(&[Scope::Ingest, Scope::Respond]), &[Read, Ingest, Respond, Silence, Override]);
    check(&token(&[Scope::Admin]), &[Read, Ingest, Respond, Silence, Override, Accounts, Tokens, Reload]);
}

fn any_command() -> impl Strategy<Value = Command> {
    let who = prop::sample::select(vec!["ana", "bo", "wen", "mei"]);
    let role = prop::sample::select(AccountRole::ALL.to_vec());
    (who, role, 0..7u8, any::<bool>(), 1..40i64).prop_map(|(who, role, kind, flag, end)| match kind {
        0 => create(who, role, flag),
        1 => change(who, role),
        2 => Command::RemoveAccount { account: name(who) },
        3 => session(who, &format!("s{end}"), at(end)),
        4 => token(&format!("t{}", end % 5), &[if flag { Scope::Admin } else { Scope::Read }], who, None),
        5 => Command::ChangePassword { account: name(who), password_hash: format!("h{end}") },
        _ => Command::RevokeToken { token: name(&format!("t{}", end % 5)) },
    })
}

proptest! {
    /// Once there is an account there is always an admin; every session and every powerful token has a living account
    /// behind it; and the state survives being written down.
    #[test]
    fn there_is_always_an_admin(commands in prop::collection::vec(any_command(), 0..40)) {
        let mut access = Access::default();
        for (minute, command) in (0i64..).zip(&commands) {
            let outcome: Result<_, Refusal> = plan(&access, command, at(minute)).unwrap();
            outcome.unwrap_or_default().iter().for_each(|fact| access.fold(at(minute), fact));
            let admins = access.accounts().filter(|(_, a)| a.role == AccountRole::Admin).count();
            prop_assert!(access.is_empty() || admins > 0);
        }
        let text = serde_json::to_string(&access).unwrap();
        prop_assert_eq!(serde_json::from_str::<Access>(&text).unwrap(), access);
    }
}
