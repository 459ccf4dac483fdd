//! Routings that are wrong.

use super::check;

#[test]
fn routings() {
    check(
        "Routing",
        &[
            (
                "{}",
                &[
                    "4:1 `route` is missing | a map of `receiver`, `matchers`, `match`, `match_re`, `continue`, `group_by`, `group_wait`, `group_interval`, `repeat_interval`, `mute_time_intervals`, `active_time_intervals`, `severity` and `routes`: the root of the tree; it matches every alert",
                ],
            ),
            (
                "{ route: { } }",
                &["4:9 the root of the tree has no receiver | `receiver:` with the name of an escalation"],
            ),
            (
                "{ route: { receiver: nobody } }",
                &["4:28 there is no escalation `nobody` | the name of an escalation: `ops`"],
            ),
            (
                "{ route: { receiver: ops, matchers: [a=b] } }",
                &[
                    "4:33 the root of the tree can't have `matchers`: every alert must end somewhere | this condition at a route below the root",
                ],
            ),
            (
                "{ route: { receiver: ops, mute_time_intervals: [x] } }",
                &[
                    "4:33 the root of the tree can't have `mute_time_intervals`: every alert must end somewhere | this condition at a route below the root",
                    "4:55 there is no time interval `x` | a name under `time_intervals`: none",
                ],
            ),
            ("{ route: { receiver: ops, routes: [{ matchers: ['severity==critical'] }] } }", &[]),
            (
                r#"{ route: { receiver: ops, routes: [{ matchers: ['team=~"("'] }] } }"#,
                &[
                    r#"4:62 not a regular expression: unclosed group | matchers such as severity="critical" or team=~"payments|trading""#,
                ],
            ),
            (
                "{ route: { receiver: ops, routes: [{ match: { 'a-b': x } }] } }",
                &["4:53 `a-b` is not a label name: letters, digits, _ and :, no digit first"],
            ),
            (
                "{ route: { receiver: ops, routes: [{ match_re: { a: '[' } }] } }",
                &["4:59 not a regular expression: unclosed character class | a regular expression for the whole value"],
            ),
            (
                "{ route: { receiver: ops, routes: [{ recever: ops }] } }",
                &[
                    "4:44 unknown field `recever` | `receiver`, `matchers`, `match`, `match_re`, `continue`, `group_by`, `group_wait`, `group_interval`, `repeat_interval`, `mute_time_intervals`, `active_time_intervals`, `severity` or `routes` ? receiver",
                ],
            ),
            (
                "{ route: { receiver: ops, group_by: ['...', team] } }",
                &["4:44 `...` stands for all labels and can't stand beside others"],
            ),
            (
                "{ route: { receiver: ops, group_by: [team, team] } }",
                &["4:50 `team` stands in this list a second time"],
            ),
            (
                "{ route: { receiver: ops, group_by: [a-b] } }",
                &["4:44 `a-b` is no name of a label | the name of a label, or ... for all of them"],
            ),
            (
                "{ route: { receiver: ops, group_interval: 0s, repeat_interval: 5 } }",
                &[
                    "4:49 `group_interval` can't be zero | a duration above zero",
                    "4:70 `5` is not a duration | a duration such as 30s, 5m, 1h30m or 2d",
                ],
            ),
            (
                "{ route: { receiver: ops, routes: [{ continue: yes, severity: SEV6 }] } }",
                &[
                    "4:54 `yes` is neither true nor false | true or false",
                    "4:69 `SEV6` is not known here | SEV1, SEV2, SEV3, SEV4, SEV5 ? SEV1",
                ],
            ),
            (
                "{ route: { receiver: ops, routes: [{ active_time_intervals: [nigths] }] } , time_intervals: [{ name: nights, time_intervals: [] }] }",
                &["4:68 there is no time interval `nigths` | a name under `time_intervals`: `nights` ? nights"],
            ),
            (
                "{ route: { receiver: ops }, receivers: [] }",
                &[
                    "4:35 `receivers` is not read here | receivers are escalations: a document of kind Escalation for each",
                ],
            ),
            (
                "{ route: { receiver: ops }, inhibit_rules: [{ source_matcher: [a=b], equal: ['1'] }] }",
                &[
                    "4:53 unknown field `source_matcher` | `source_matchers`, `source_match`, `source_match_re`, `target_matchers`, `target_match`, `target_match_re` or `equal` ? source_matchers",
                    "4:84 `1` is no name of a label | the name of a label: letters, digits and _, no digit first",
                ],
            ),
            (
                "{ route: { receiver: ops }, time_intervals: [{ name: a, time_intervals: [{ times: [{ start_time: '17:00', end_time: '09:00' }, { start_time: '9:00', end_time: '10:00' }], weekdays: [mon], days_of_month: ['0'], months: [janember], years: ['2027:2026'], location: Local }] }, { name: a, time_intervals: [] }] }",
                &[
                    "4:90 `09:00` is not after `17:00`; for a night, write two ranges that meet at 24:00 and 00:00",
                    "4:148 `9:00` is no time of day | a time of day in hours and minutes, such as 09:00; 24:00 is the end of the day",
                    "4:189 `mon` is not a weekday | a day of the week or a range from Sunday to Saturday, such as monday:friday",
                    "4:211 `0` is not a day of the month: 1 to 31, or -31 to -1 counted from its end | a day of the month or a range, such as 1:5 or -3:-1",
                    "4:226 `janember` is not a month: january to december, or 1 to 12 | a month or a range, such as january:march or 1:3",
                    "4:245 `2027:2026` ends before it starts | a year or a range, such as 2026:2028",
                    "4:269 unknown time zone `Local` | an IANA time zone name; `Local` would mean something else on each machine",
                    "4:289 a time interval `a` stands here a second time",
                ],
            ),
            (
                "{ route: { receiver: ops }, severity: { label: a-b, map: { critical: bad }, default: SEV0 } }",
                &[
                    "4:54 `a-b` is no name of a label | the name of a label: letters, digits and _, no digit first",
                    "4:76 `bad` is no severity | SEV1, SEV2, SEV3, SEV4 or SEV5",
                    "4:92 `SEV0` is not known here | SEV1, SEV2, SEV3, SEV4, SEV5 ? SEV1",
                ],
            ),
        ],
    );
}
