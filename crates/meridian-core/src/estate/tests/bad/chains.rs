//! Chains that are wrong.

use super::check;

#[test]
fn hops() {
    let many: Vec<String> = (0..33).map(|n| format!("{{ name: h{n} }}")).collect();
    check(
        "Chain",
        &[
            (
                "{ hops: [{ name: a }] }",
                &["4:9 a chain of one hop proves nothing: no message can be lost in it | 2 to 32 hops"],
            ),
            (&format!("{{ hops: [{}] }}", many.join(", ")), &["4:9 this chain has 33 hops | 2 to 32 hops"]),
            (
                "{ hops: [{ name: a }, { name: b }, { name: a }] }",
                &["4:50 a hop `a` stands here a second time | a name that is unique within the chain"],
            ),
            (
                "{ hops: [{ name: a, team: opps }, { name: b, required: maybe }] }",
                &[
                    "4:33 there is no team `opps` | the name of a team: none",
                    "4:62 `maybe` is neither true nor false | true or false",
                ],
            ),
            (
                "{ hops: [{ name: a, limt: 5s }, { team: x }] }",
                &[
                    "4:27 unknown field `limt` | `name`, `component`, `team`, `technology`, `organisation`, `limit`, `required` or `transforms` ? limit",
                    "4:39 `name` is missing | a name: 1 to 63 of a-z, 0-9 and -: how reporters and routes call it",
                    "4:47 there is no team `x` | the name of a team: none",
                ],
            ),
        ],
    );
}

#[test]
fn what_a_chain_says_of_its_hops() {
    let with = |rest: &str| {
        format!(
            "{{ hops: [{{ name: gateway, limit: 5s }}, {{ name: firewall }}, {{ name: bank, limit: 10s }}], {rest} }}"
        )
    };
    let cases: [(&str, &[&str]); 14] = [
        ("finalHop: bnk", &["this chain has no hop `bnk` | one of its hops: `gateway`, `firewall` or `bank` ? bank"]),
        (
            "acknowledgedAt: fire-wall",
            &["this chain has no hop `fire-wall` | one of its hops: `gateway`, `firewall` or `bank` ? firewall"],
        ),
        ("breachPages: opps", &["there is no escalation `opps` | the name of an escalation: `ops` ? ops"]),
        (
            "endToEnd: 5s",
            &["this hop alone may take 10s, and all of the chain only 5s | at most 5s, the chain's `endToEnd`"],
        ),
        (
            "endToEnd: 0, retryHorizon: 0s, darkAfter: 0, lateness: 0",
            &[
                "this hop alone may take 5s, and all of the chain only 0s | at most 0s, the chain's `endToEnd`",
                "this hop alone may take 10s, and all of the chain only 0s | at most 0s, the chain's `endToEnd`",
                "`endToEnd` can't be zero | a duration above zero",
                "`retryHorizon` can't be zero | a duration above zero",
                "`darkAfter` can't be zero | a duration above zero",
            ],
        ),
        ("endToEnd: soon", &["`soon` is not a duration | a duration such as 30s, 5m, 1h30m or 2d"]),
        ("lanes: [a, b, a]", &["a lane `a` stands here a second time"]),
        (
            "routes: [{ name: r, hops: [gateway, firewal, bank] }]",
            &["this chain has no hop `firewal` | one of its hops: `gateway`, `firewall` or `bank` ? firewall"],
        ),
        (
            "routes: [{ name: r, hops: [firewall, gateway, bank] }]",
            &[
                "`gateway` stands after `firewall` here, and before it in the chain | the hops in the order of the chain",
            ],
        ),
        (
            "routes: [{ name: r, hops: [gateway, firewall, firewall, bank] }]",
            &["`firewall` stands in this route a second time"],
        ),
        (
            "routes: [{ name: r, hops: [gateway, firewall] }]",
            &["this route never reaches the final hop, `bank` | `bank` among its hops"],
        ),
        (
            "routes: [{ name: r, hops: [gateway, firewall, bank] }, { name: r, hops: [bank] }]",
            &[
                "a route `r` stands here a second time | a name that is unique within the chain",
                "a route of one hop proves nothing: no message can be lost on it | at least 2 hops",
            ],
        ),
        (
            "routes: [{ name: r, hops: [gateway, bank] }]",
            &[
                "every message must be seen at `firewall`, and no route has it | a route with this hop, or `required: false`",
            ],
        ),
        (
            "routes: [{ name: r, hops: [] }]",
            &["this list is empty | a list, each item a name: 1 to 63 of a-z, 0-9 and -; at least one"],
        ),
    ];
    for (rest, wanted) in cases {
        let spec = with(rest);
        let text = format!("apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: x }}\nspec: {spec}\n");
        let problems = super::problems(&text);
        // Where it stands is looked at in the cases above; here the words are long enough.
        let told: Vec<String> = problems.iter().map(|p| super::told(p).split_once(' ').unwrap().1.to_owned()).collect();
        assert_eq!(told, wanted, "of {rest}");
        assert!(problems.iter().all(|problem| problem.line == 4 && problem.column > 8), "{problems:?}");
    }
}

#[test]
fn what_is_odd_is_said_and_taken() {
    let cases = [
        (
            "{ hops: [{ name: a, limit: 5s }, { name: b }] }",
            "a limit means nothing here: no hop stands before the first one",
        ),
        ("{ hops: [{ name: a }, { name: b }], lateness: 2m }", ""),
        (
            "{ hops: [{ name: a }, { name: b }], lateness: 2m, darkAfter: 1m }",
            "a hop counts as dark after 1m, while its reports are in time until 2m",
        ),
        (
            "{ hops: [{ name: a }, { name: b, required: false }, { name: c }], routes: [{ name: r, hops: [a, c] }] }",
            "no route has `b`: what is seen there is on none of them",
        ),
        (
            "{ hops: [{ name: a }, { name: b }, { name: c }], finalHop: b, acknowledgedAt: c, routes: [{ name: r, hops: [a, b] }] }",
            "",
        ),
    ];
    for (spec, wanted) in cases {
        let text = format!("apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: x }}\nspec: {spec}\n");
        let loaded = crate::estate::load(&[crate::estate::SourceFile { path: "f.yaml".into(), text }]).unwrap();
        let told: Vec<_> = loaded.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(told.join("; "), wanted, "of {spec}");
    }
}

#[test]
fn what_a_chain_says_of_switching() {
    let with = |of_a: &str, rest: &str| {
        format!(
            "{{ hops: [{{ name: office }}, {{ name: line }}, {{ name: fed }}], routes: [{{ name: a, hops: [office, line, fed]{of_a} }}, \
             {{ name: b, hops: [office, fed] }}]{rest} }}"
        )
    };
    let cases: [(&str, &str, &[&str]); 6] = [
        (", border: lines", "", &["route `a` has no hop `lines` | one of its hops: `office`, `line` or `fed` ? line"]),
        (
            ", fence: [{ name: x }, { name: y, command: [a], webhook: 'https://a.example/' }]",
            "",
            &["an action is either a `command` or a `webhook` | one of the two"; 2],
        ),
        (
            ", open: [{ name: x, command: [a] }, { name: x, command: [b] }]",
            "",
            &["an action `x` stands here a second time | a name that is unique in this list"],
        ),
        (
            ", open: [{ name: x, command: [a], timeout: 2h }, { name: y, command: [a], timeout: 0 }]",
            "",
            &["2h is too long | at most 1h", "`timeout` can't be zero | a duration above zero"],
        ),
        ("", ", switch: { drain: 2d }", &["2d is too long | at most 1d"]),
        (
            "",
            ", switch: { replay: [{ name: x, webhook: ftp }] }",
            &["`ftp` is no web address | an http:// or https:// address, or a secret's place such as ${env:NAME}"],
        ),
    ];
    for (of_a, rest, wanted) in cases {
        let text =
            format!("apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: x }}\nspec: {}\n", with(of_a, rest));
        let told = super::problems(&text);
        let told: Vec<String> = told.iter().map(|p| super::told(p).split_once(' ').unwrap().1.to_owned()).collect();
        assert_eq!(told, wanted, "of {of_a}{rest}");
    }
    let one = "{ hops: [{ name: a }, { name: b }], switch: { fourEyes: true } }";
    let text = format!("apiVersion: meridian/v1\nkind: Chain\nmetadata: {{ name: x }}\nspec: {one}\n");
    let loaded = crate::estate::load(&[crate::estate::SourceFile { path: "f.yaml".into(), text }]).unwrap();
    assert_eq!(loaded.warnings[0].message, "this chain has no second route to switch to");
}
