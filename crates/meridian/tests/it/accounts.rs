//! Accounts from the command line, and the logins that follow from it.

use super::client::{House, Ran, contains};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

#[test]
fn accounts_and_their_passwords() {
    let house = House::start();
    let run = |args: &[&str]| house.run(args).ok();
    let piped = |args: &[&str], text: &str| -> Ran {
        let mut command = house.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    };
    let login = |account: &str, password: &str| {
        let body = json!({ "account": account, "password": password });
        house.meridian.post("/api/v1/session", &body).status
    };
    let made = house.run(&["account", "add", "wen", "--name", "Wen Li", "--role", "responder", "--person", "wen"]);
    contains(&made.err, &["chooses the password of wen, until", "told only now"]);
    let token = made.out.trim().split_once("/join?token=").expect("a link").1.to_owned();
    contains(&run(&["account", "list"]), &["Wen Li", "responder", "invited", "never", "ops", "admin", "active"]);
    house.unchanged(&["account", "list"], "/api/v1/accounts?limit=500");
    let chosen = json!({ "token": token, "password": "nine black horses" });
    assert_eq!(house.meridian.post("/api/v1/join", &chosen).status, 204);
    assert_eq!(login("wen", "nine black horses"), 204);

    contains(&run(&["account", "role", "wen", "viewer"]), &["wen is viewer now."]);
    contains(&run(&["account", "disable", "wen"]), &["The account wen is disabled."]);
    assert_eq!(login("wen", "nine black horses"), 403);
    contains(&run(&["account", "list"]), &["disabled"]);
    house.run(&["account", "link", "wen"]).fails(1, &["cannot make a link", "disabled; enable it first"]);
    let enabled: Value = serde_json::from_str(&run(&["account", "enable", "wen", "--json"])).expect("JSON");
    assert_eq!(enabled["state"], "active");
    piped(&["account", "password", "wen"], "short\n").fails(1, &["fewer than 12 characters"]);
    piped(&["account", "password", "wen"], "").fails(1, &["the standard input is empty"]);
    contains(&piped(&["account", "password", "wen"], "ten white horses \n").ok(), &["wen has a new password"]);
    assert_eq!((login("wen", "ten white horses "), login("wen", "ten white horses")), (204, 401));
    contains(&run(&["account", "logout", "wen"]), &["logged out everywhere"]);

    house.run(&["account", "disable", "ops"]).fails(1, &["cannot disable the account ops", "last admin"]);
    house.run(&["account", "role", "ops", "viewer"]).fails(1, &["last admin who can log in", "409"]);
    house.run(&["account", "role", "wen", "king"]).fails(2, &["viewer, responder, admin"]);
    house.run(&["account", "add", "Wen Li"]).fails(2, &["is not a name"]);
    house.run(&["account", "add", "wen"]).fails(1, &["there is an account `wen` already"]);
    house.run(&["account", "add", "x", "--person", "nil"]).fails(1, &["the estate has no person `nil`"]);
    contains(&run(&["account", "remove", "wen"]), &["The account wen is removed."]);
}
