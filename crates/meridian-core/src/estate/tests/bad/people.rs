//! Sites, persons, teams and channels that are wrong.

use super::check;

#[test]
fn sites() {
    check(
        "Site",
        &[
            (
                "{ timeZone: Asia/HongKong }",
                &["4:19 unknown time zone `Asia/HongKong` | an IANA time zone name ? Asia/Hong_Kong"],
            ),
            ("{ timeZone: Mars/Olympus }", &["4:19 unknown time zone `Mars/Olympus` | an IANA time zone name"]),
            (
                "{ timeZone: asia/hong_kong }",
                &["4:19 unknown time zone `asia/hong_kong` | an IANA time zone name ? Asia/Hong_Kong"],
            ),
            ("{ timeZone: [UTC] }", &["4:19 here stands a list | an IANA time zone name"]),
            (
                "{ timezone: UTC }",
                &[
                    "4:1 `timeZone` is missing | an IANA time zone name: its IANA time zone",
                    "4:9 unknown field `timezone` | `displayName`, `timeZone`, `calendar`, `holidays`, `workingDays`, `hours` or `location` ? timeZone",
                ],
            ),
            ("{}", &["4:1 `timeZone` is missing | an IANA time zone name: its IANA time zone"]),
            ("", &["4:1 `spec` has no value | a map with the fields of its kind"]),
            (
                "[1]",
                &[
                    "4:7 here stands a list | a map of `displayName`, `timeZone`, `calendar`, `holidays`, `workingDays`, `hours` and `location`",
                ],
            ),
            (
                "text",
                &[
                    "4:7 here stands text | a map of `displayName`, `timeZone`, `calendar`, `holidays`, `workingDays`, `hours` and `location`",
                ],
            ),
            (
                "{ timeZone: UTC, calendar: hk }",
                &[
                    "4:34 there is no calendar `hk` | `au-nsw-public`, `ch-zurich-public`, `cn-public`, `de-hesse-public`, `england-public`, `fr-public`, `hk-public`, `in-maharashtra-public`, `jp-public`, `sg-public` or `us-public`",
                ],
            ),
            (
                "{ timeZone: UTC, holidays: [{ date: 2026-02-30 }] }",
                &[
                    "4:35 `name` is missing | a line of text: what is celebrated",
                    "4:43 `2026-02-30` is not in the calendar | a date such as 2026-12-25",
                ],
            ),
            (
                "{ timeZone: UTC, calendar: hk-public, holidays: [{ date: 2026-06-01, name: a }, { date: 2026-06-01, name: b }], workingDays: [2026-06-01, 2026-06-02, 2026-12-25] }",
                &[
                    "4:95 2026-06-01 stands here a second time",
                    "4:133 2026-06-01 stands under `holidays`, too",
                    "4:145 2026-06-02 is no holiday of `hk-public`",
                ],
            ),
            (
                "{ timeZone: UTC, workingDays: [2026-12-25, 2026-12-25T08:00] }",
                &[
                    "4:38 2026-12-25 is no holiday of this site, which has no calendar",
                    "4:50 `2026-12-25T08:00` is not a date | a date such as 2026-12-25",
                ],
            ),
            (
                r#"{ timeZone: UTC, hours: [{ days: mon-fry, from: "8:00", to: "25:00" }] }"#,
                &[
                    "4:40 `fry` is not a day | days of the week, such as mon-fri, sat,sun or daily",
                    "4:55 `8:00` is not a time of day | a time of day such as 08:00; 24:00 is the end of the day",
                    "4:67 `25:00` is not a time of day | a time of day such as 08:00; 24:00 is the end of the day",
                ],
            ),
            (
                r#"{ timeZone: UTC, hours: { from: "08:00" } }"#,
                &["4:31 here stands a map | a list, each item a map of `days`, `from` and `to`"],
            ),
            (
                "{ timeZone: UTC, location: { latitude: 91, longitude: east } }",
                &[
                    "4:46 91 is out of range | a number from -90 to 90",
                    "4:61 `east` is no number | a number from -180 to 180",
                ],
            ),
            (
                r#"{ timeZone: UTC, displayName: "a\nb" }"#,
                &["4:37 this text holds control characters or more than one line | a line of text"],
            ),
            ("{ timeZone: UTC, displayName: '' }", &["4:37 this text is empty | a line of text"]),
        ],
    );
}

#[test]
fn persons() {
    check(
        "Person",
        &[
            ("{ site: london }", &["4:15 there is no site `london` | the name of a site: `hong-kong`"]),
            ("{ site: hongkong }", &["4:15 there is no site `hongkong` | the name of a site: `hong-kong` ? hong-kong"]),
            (
                "{ site: Hong Kong }",
                &["4:15 `Hong Kong` is not a name: 1 to 63 of a-z, 0-9 and - | the name of a site"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: nobody }] }",
                &["4:55 `nobody` has no @ | a mail address, or a secret's place such as ${env:NAME}"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: a@b..c }] }",
                &[
                    "4:55 `a@b..c` is no mail address: what stands after the @ is wrong | a mail address, or a secret's place such as ${env:NAME}",
                ],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, sms: +852 5550 0101 }] }",
                &[
                    "4:48 no channel can carry `sms` | a Channel of twilio in the estate",
                    "4:53 `+852 5550 0101` is no telephone number | a telephone number with its country, such as +85200000000 ? +85255500101",
                ],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: a@b.c, sms: +85255500101 }] }",
                &[
                    "4:62 `sms` stands beside `email`; only one of them may | exactly one of `email`, `sms`, `voice`, `ntfy`, `webhook` or `slack`",
                ],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a }] }",
                &["4:37 nothing here says what it is | one of `email`, `sms`, `voice`, `ntfy`, `webhook` or `slack`"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, ntfy: topic }] }",
                &["4:48 no channel can carry `ntfy` | a Channel of ntfy in the estate"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, ntfy: topic, channel: mail }] }",
                &["4:70 the channel `mail` is smtp, which can't carry `ntfy` | a channel of ntfy"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: a@b.c, channel: mial }] }",
                &["4:71 there is no channel `mial` | the name of a channel: `mail` ? mail"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: a@b.c }, { name: a, email: b@b.c }] }",
                &["4:72 a contact `a` stands here a second time"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: '${env:1X}' }] }",
                &["4:55 `env:1X` is no name of an environment variable | ${env:NAME} or ${file:PATH}"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: '${vault:x}' }] }",
                &["4:55 `${vault:x}` is no secret's place | ${env:NAME} or ${file:PATH}"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: a, email: 'a${env:X' }] }",
                &["4:55 a `${` without its `}` | ${env:NAME} or ${file:PATH}"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: mail, email: a@b.c }], reach: { high: [{ contact: mial }] } }",
                &["4:95 this person has no contact `mial` | `mail` ? mail"],
            ),
            (
                "{ site: hong-kong, contacts: [{ name: mail, email: a@b.c }], reach: { high: [{ contact: mail, after: 2 min }] } }",
                &["4:108 `2 min` is not a duration | a duration such as 30s, 5m, 1h30m or 2d"],
            ),
            ("{ site: hong-kong, reach: { hihg: [] } }", &["4:35 unknown field `hihg` | `high` or `low` ? high"]),
            (
                "{ site: hong-kong, contacts: [{ name: a, webhook: 'ftp://x' }] }",
                &[
                    "4:48 no channel can carry `webhook` | a Channel of webhook in the estate",
                    "4:57 `ftp://x` is no web address | an http:// or https:// address, or a secret's place such as ${env:NAME}",
                ],
            ),
        ],
    );
}

#[test]
fn teams() {
    check(
        "Team",
        &[
            ("{ members: [wen, we] }", &["4:24 there is no person `we` | the name of a person: `mei` or `wen` ? wen"]),
            ("{ members: [wen, wen] }", &["4:24 `wen` stands in this team a second time"]),
            (
                "{ members: [wen], lead: mei }",
                &["4:31 `mei` leads the team but is none of its members | one of the members"],
            ),
            ("{ members: wen }", &["4:18 here stands text | a list, each item the name of a person"]),
            (
                "{ member: [wen] }",
                &[
                    "4:1 `members` is missing | a list, each item the name of a person: who belongs to it",
                    "4:9 unknown field `member` | `displayName`, `members`, `lead`, `approveSwaps` or `takeNotice` ? members",
                ],
            ),
        ],
    );
}

#[test]
fn channels() {
    check(
        "Channel",
        &[
            ("{}", &["4:1 nothing here says what it is | one of `smtp`, `twilio`, `ntfy`, `webhook` or `slack`"]),
            (
                "{ smtp: { host: a, from: a@b.c }, slack: {} }",
                &[
                    "4:41 `slack` stands beside `smtp`; only one of them may | exactly one of `smtp`, `twilio`, `ntfy`, `webhook` or `slack`",
                ],
            ),
            (
                "{ pager: {} }",
                &[
                    "4:1 nothing here says what it is | one of `smtp`, `twilio`, `ntfy`, `webhook` or `slack`",
                    "4:9 unknown field `pager` | `smtp`, `twilio`, `ntfy`, `webhook` or `slack`",
                ],
            ),
            (
                "{ smtp: { host: a, from: nobody, port: 70000, tls: ssl } }",
                &[
                    "15:51 2 channels can carry `email` | `channel:` with `mail` or `x`",
                    "4:32 `nobody` has no @ | a mail address, or a secret's place such as ${env:NAME}",
                    "4:46 70000 is out of range | a whole number from 1 to 65535",
                    "4:58 `ssl` is not known here | none, starttls, implicit",
                ],
            ),
            (
                r#"{ twilio: { accountSid: AC1, from: "0123" } }"#,
                &[
                    "4:9 `authToken` is missing | a secret's place: ${env:NAME} or ${file:PATH}: its token",
                    "4:42 `0123` is no telephone number | a telephone number with its country, such as +85200000000",
                ],
            ),
            (
                "{ webhook: { secret: hunter2 } }",
                &["4:28 this is no signing secret | a secret's place such as ${env:NAME}, or whsec_ and base64"],
            ),
            (
                "{ webhook: { secret: whsec_short } }",
                &[
                    "4:28 this signing secret is not 24 to 64 bytes in base64 | a secret's place such as ${env:NAME}, or whsec_ and base64",
                ],
            ),
            (
                "{ ntfy: { url: ntfy.sh } }",
                &[
                    "4:22 `ntfy.sh` is no web address | an http:// or https:// address, or a secret's place such as ${env:NAME}",
                ],
            ),
            (
                "{ smtp: }",
                &[
                    "15:51 2 channels can carry `email` | `channel:` with `mail` or `x`",
                    "4:9 `smtp` has no value | a map of `host`, `port`, `from`, `username`, `password` and `tls`",
                ],
            ),
        ],
    );
}
