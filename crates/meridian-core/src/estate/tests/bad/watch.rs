//! Rotas and escalations that are wrong.

use super::check;

#[test]
fn rotas() {
    check(
        "Rota",
        &[
            (
                "{ layers: [] }",
                &[
                    "4:9 this list is empty | a list, each item a map of `name`, `site`, `role`, `hours`, `holidays`, `needs` and `rotation`; at least one",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [] } }] }",
                &[
                    "4:92 this list is empty | a list, each item the name of a person, or a map of `person`, `from` and `until`, or a list of such; at least one",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [[]] } }] }",
                &[
                    "4:102 this list is empty | the name of a person, or a map of `person`, `from` and `until`, or a list of such",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: } }] }",
                &[
                    "4:92 `members` has no value | a list, each item the name of a person, or a map of `person`, `from` and `until`, or a list of such",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [wen, [mei, men]] } }] }",
                &["4:113 there is no person `men` | the name of a person: `mei` or `wen` ? mei"],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [[wen, wen]] } }] }",
                &["4:108 `wen` is on watch together with themselves"],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [{ person: men, from: 2026-13-01, since: 2026-01-01 }] } }] }",
                &[
                    "4:112 there is no person `men` | the name of a person: `mei` or `wen` ? mei",
                    "4:123 `2026-13-01` is not in the calendar | a local date and time such as 2026-01-05T08:00, or a date",
                    "4:135 unknown field `since` | `person`, `from` or `until`",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [{ person: wen, from: 2026-03-01, until: 2026-03-01 }, { from: 2026-03-01 }] } }] }",
                &[
                    "4:142 `wen` leaves before they join | a moment after 2026-03-01T00:00:00",
                    "4:156 `person` is missing | the name of a person: who it is",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [[{ person: wen, until: 2026-03-02 }, { person: wen, from: 2026-03-01 }]] } }] }",
                &["4:139 `wen` is on watch together with themselves"],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: [1 month, 3 days, weekly], members: [wen] } }] }",
                &[
                    "4:102 `weekly` is not how long a turn lasts | how long a turn lasts: a number of hours, days, weeks or months",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: [1 month, 3 days], members: [wen] } }] }",
                &[
                    "4:94 months stand beside parts of another kind: together they would fit no calendar | months alone, or hours, days and weeks",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: [], members: [wen] } }] }",
                &[
                    "4:77 this list is empty | how long a turn lasts: a number of hours, days, weeks or months, or a list of such",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-02-30, every: 1 week, members: [wen] } }] }",
                &[
                    "4:65 `2026-02-30` is not in the calendar | a local date and time such as 2026-01-05T08:00, or a date",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 5 January, every: 1 week, members: [wen] } }] }",
                &[
                    "4:65 `5 January` is not a local date and time | a local date and time such as 2026-01-05T08:00, or a date",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05T08:00Z, every: 1 week, members: [wen] } }] }",
                &[
                    "4:65 `2026-01-05T08:00Z` has a zone; the zone of a local time is its site's | a local date and time such as 2026-01-05T08:00, or a date",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: weekly, members: [wen] } }] }",
                &[
                    "4:84 `weekly` is not how long a turn lasts | how long a turn lasts: a number of hours, days, weeks or months",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 0 days, members: [wen] } }] }",
                &[
                    "4:84 a turn can't last no time at all | how long a turn lasts: a number of hours, days, weeks or months",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 2 weks, members: [wen] } }] }",
                &[
                    "4:84 `2 weks` is not how long a turn lasts | how long a turn lasts: a number of hours, days, weeks or months",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 400 days, members: [wen] } }] }",
                &[
                    "4:84 a turn of `400 days` is longer than a year | how long a turn lasts: a number of hours, days, weeks or months",
                ],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, turns: elapse, members: [wen] } }] }",
                &["4:99 `elapse` is not known here | elapsed, served ? elapsed"],
            ),
            (
                "{ layers: [{ name: a, site: hong-kong, role: primry, holidays: open, hours: [], rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }] }",
                &[
                    "4:52 `primry` is not known here | primary, secondary, shadow, reverse-shadow ? primary",
                    "4:70 `open` is not known here | staffed, closed",
                    "4:76 this list is empty | a list, each item a map of `days`, `from` and `to`; at least one",
                ],
            ),
            (
                "{ team: payments, layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }, { name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }] }",
                &[
                    "4:15 there is no team `payments` | the name of a team: none",
                    "4:136 a layer `a` stands here a second time",
                ],
            ),
            (
                r#"{ layers: [{ name: a, site: hong-kong, rotation: { start: 2026-01-05, every: 1 week, members: [wen] } }], overrides: [{ from: "2026-02-18T00:00Z", until: "2026-02-17T00:00Z", with: mei }, { from: 2026-02-18T00:00, until: soon, replace: wen, with: wen, layer: b }] }"#,
                &[
                    "4:161 this override ends before it begins | an instant after 2026-02-18T00:00:00Z",
                    "4:203 `2026-02-18T00:00` does not say in which zone | an instant such as 2026-02-17T00:00Z or 2026-02-17T08:00+08:00 ? 2026-02-18T00:00Z",
                    "4:228 `soon` is not an instant | an instant such as 2026-02-17T00:00Z or 2026-02-17T08:00+08:00",
                    "4:254 `wen` replaces themselves | somebody else",
                    "4:266 this rota has no layer `b` | `a` ? a",
                ],
            ),
        ],
    );
}

#[test]
fn escalations() {
    check(
        "Escalation",
        &[
            (
                "{ steps: [] }",
                &["4:9 this list is empty | a list, each item a map of `page` and `within`; at least one"],
            ),
            (
                "{ steps: [{ page: [], within: 5m }] }",
                &[
                    "4:19 this list is empty | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME`, or a list of such",
                ],
            ),
            (
                "{ steps: [{ page: [escalation/x], within: 5m }] }",
                &[
                    "4:26 `escalation/x`: a step pages rotas, persons and teams, never an escalation | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME`",
                ],
            ),
            (
                "{ steps: [{ page: [payments], within: 5m }] }",
                &[
                    "4:26 `payments` does not say what it is | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME` ? rota/payments",
                ],
            ),
            (
                "{ steps: [{ page: [rota/payment], within: 5m }] }",
                &[
                    "4:26 there is no rota `payment` | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME` ? rota/payments",
                ],
            ),
            (
                "{ steps: [{ page: [rota/payments#secondry], within: 5m }] }",
                &[
                    "4:26 `secondry` is no role | primary, secondary, shadow or reverse-shadow ? rota/payments#secondary",
                ],
            ),
            (
                "{ steps: [{ page: [person/wen#primary], within: 5m }] }",
                &[
                    "4:26 only a rota has roles; `person/wen` has none | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME`",
                ],
            ),
            (
                "{ steps: [{ page: [persn/wen], within: 5m }] }",
                &[
                    "4:26 `persn/wen` is nothing that can be paged | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME` ? person/wen",
                ],
            ),
            (
                "{ steps: [{ page: rota/payments }] }",
                &[
                    "4:17 `within` is missing | a duration such as 30s, 5m, 1h30m or 2d: how long it waits for an acknowledgement",
                ],
            ),
            (
                "{ steps: [{ page: rota/payments, within: 0s }] }",
                &["4:48 a step that waits no time gives nobody a chance to answer | a duration above zero"],
            ),
            (
                "{ steps: [{ page: rota/payments, within: 5 minutes }], repeat: many }",
                &[
                    "4:48 `5 minutes` is not a duration | a duration such as 30s, 5m, 1h30m or 2d",
                    "4:70 `many` is no whole number | a whole number from 0 to 100",
                ],
            ),
            (
                "{ steps: [{ page: rota/payments, within: 5m }], repeat: 1000 }",
                &["4:63 1000 is out of range | a whole number from 0 to 100"],
            ),
            (
                "{ steps: [{ page: [{ rota: payments }], within: 200y }] }",
                &[
                    "4:26 here stands a map | `rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME`",
                    "4:55 `200y` is longer than a hundred years | a duration such as 30s, 5m, 1h30m or 2d",
                ],
            ),
        ],
    );
}
