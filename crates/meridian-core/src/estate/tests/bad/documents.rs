//! Documents that are wrong as documents.

use super::check_texts;

#[test]
fn documents() {
    check_texts(&[
        (
            "apiVersion: meridian/v1\nkind: Rotta\nmetadata: { name: x }\nspec: {}\n",
            &["2:7 `Rotta` is not known here | Site, Person, Team, Rota, Escalation, Channel, Routing, Chain ? Rota"],
        ),
        (
            "apiVersion: meridian/v2\nkind: Site\nmetadata: { name: x }\nspec: { timeZone: UTC }\n",
            &["1:13 `meridian/v2` is not known here | meridian/v1 ? meridian/v1"],
        ),
        (
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: x }\nspec: {}\n",
            &[
                "1:13 documents of `backstage.io/v1alpha1` are not read yet | meridian/v1; keep these documents outside of the estate's directory for now",
            ],
        ),
        (
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: { name: x }\nspec: {}\n",
            &[
                "1:13 documents of `openslo/v1` are not read yet | meridian/v1; keep these documents outside of the estate's directory for now",
            ],
        ),
        (
            "kind: Site\nmetadata: { name: Hong Kong, label: a }\nspec: { timeZone: UTC }\n",
            &[
                "1:1 `apiVersion` is missing | meridian/v1: the format of this document",
                "2:19 `Hong Kong` is not a name: 1 to 63 of a-z, 0-9 and - | a name: 1 to 63 of a-z, 0-9 and - ? hong-kong",
                "2:30 unknown field `label` | `name`",
            ],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: hong-kong }\nspec: { timeZone: UTC }\n",
            &["3:19 a second site `hong-kong`; the first is at base.yaml:4 | a name that is unique within its kind"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\n",
            &["1:1 `spec` is missing | a map with the fields of its kind: what the document says about it"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec: { timeZone: UTC, timeZone: UTC }\n",
            &["4:24 `timeZone` stands here a second time; the first is on line 4"],
        ),
        ("- a\n- b\n", &["1:3 here stands a list | a map of `apiVersion`, `kind`, `metadata` and `spec`"]),
        ("hello\n", &["1:1 here stands text | a map of `apiVersion`, `kind`, `metadata` and `spec`"]),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec:\n\ttimeZone: UTC\n",
            &["5:2 this is not YAML: a tab used for indentation; YAML allows only spaces there"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec:\n  timeZone: UTC\n   calendar: hk-public\n",
            &["6:12 this is not YAML: a second colon on the line, or wrong indentation; quote a text that holds `: `"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x\nspec: { timeZone: UTC }\n---\napiVersion: meridian/v1\nkind: Site\nmetadata: { name: y }\nspec: { timeZone: Asia/Hongkong }\n---\napiVersion: meridian/v1\nkind: Person\nmetadata: { name: z }\nspec: { site: x }\n",
            &[
                "4:5 this is not YAML: a bracket that is not closed, or a comma that is missing",
                "9:19 unknown time zone `Asia/Hongkong` | an IANA time zone name ? Asia/Hong_Kong",
            ],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec: &a { timeZone: UTC, hours: [*a] }\n",
            &["4:35 this alias stands inside of what it names"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec: { timeZone: UTC, hours: *hours }\n",
            &[
                "4:31 this is not YAML: an alias (*) whose anchor (&) is not in this document; quote a text that begins with *",
            ],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec:\n  <<: { timeZone: UTC }\n",
            &[
                "4:1 `timeZone` is missing | an IANA time zone name: its IANA time zone",
                "5:3 merge keys (`<<`) are not read: what holds must stand where it holds | the fields themselves, or an alias for a whole value",
            ],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec: { ? [a] : b, timeZone: !zone UTC }\n",
            &["4:11 a list can't be a key | text", "4:30 the tag `!zone` means nothing in an estate | no tag"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Routing\nmetadata: { name: a }\nspec: { route: { receiver: ops } }\n---\napiVersion: meridian/v1\nkind: Routing\nmetadata: { name: b }\nspec: { route: { receiver: ops } }\n",
            &[
                "8:19 a second routing; the first, `a`, is at f.yaml:3 | one Routing in an estate: its tree has room for everybody",
            ],
        ),
        (
            "apiVersion: meridian/v1\nkind: Channel\nmetadata: { name: mail2 }\nspec: { smtp: { host: localhost, from: a@b.c } }\n",
            &["15:51 2 channels can carry `email` | `channel:` with `mail` or `mail2`"],
        ),
        (
            "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: x }\nspec: { timeZone: U\0TC }\n",
            &["4:20 a NUL character stands here | text without NUL characters"],
        ),
    ]);
}
