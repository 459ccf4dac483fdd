//! The frame around every page: head, navigation, banners, and what the script needs.

use maud::{DOCTYPE, Markup, html};
use meridian_core::{
    Instant,
    chain::{breach::Trouble, grouped},
};

use super::{
    assets,
    parts::{
        Clock, Detail, Glyph, Reading,
        form::csrf,
        glyph::{glyph, mark, sprite},
        list::Tone,
        time,
    },
    view::control::Moment,
};

/// What every page knows besides its own view.
#[derive(Clone, Debug)]
pub struct Shell {
    pub clock: Clock,
    /// The name of the estate.
    pub estate: String,
    pub reader: Option<Reader>,
    pub theme: Theme,
    pub csrf: String,
    pub counts: Counts,
    /// Said once after an action.
    pub flash: Option<(Tone, String)>,
    /// When a change of the estate was refused; the old one stays in force.
    pub refused: Option<Instant>,
    /// The path and query of this page, to come back to.
    pub path: String,
    /// Another moment than now that is looked at: nothing can be done then, and nothing moves.
    pub moment: Option<Moment>,
}

#[derive(Clone, Debug)]
pub struct Reader {
    pub display_name: String,
    /// What this account may do, decided elsewhere.
    pub responds: bool,
    pub administers: bool,
    /// Whether there is an account to look at: a demonstration's visitor has none.
    pub own_account: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn word(self) -> &'static str {
        ["system", "light", "dark"][self as usize]
    }
    pub fn parse(text: &str) -> Theme {
        [Theme::Light, Theme::Dark].into_iter().find(|t| t.word() == text).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub incidents: usize,
    /// Whether one of them waits for somebody to take it.
    pub incidents_wait: bool,
    pub alerts: usize,
    /// Pages that nobody answered yet.
    pub pages: usize,
    /// Whether somebody who is relied upon is missing at some instant of the coming weeks.
    pub hole: bool,
    /// Requests and swaps that wait for somebody.
    pub changes: usize,
    /// What is announced and under way: work, freezes, events.
    pub under_way: usize,
    /// Handoffs that nobody accepted yet, and whether one of them was due already.
    pub handoffs: usize,
    pub handoff_late: bool,
    /// The worst that is wrong with a chain.
    pub chains: Option<Trouble>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Room,
    Incidents,
    Handoffs,
    Alerts,
    Silences,
    Pages,
    Rotas,
    Coverage,
    Chains,
    Changes,
    Announced,
    People,
    Journal,
    Estate,
    Accounts,
    Tokens,
    Elsewhere,
}

impl Shell {
    pub fn responds(&self) -> bool {
        self.moment.is_none() && self.reader.as_ref().is_some_and(|reader| reader.responds)
    }
    pub fn administers(&self) -> bool {
        self.reader.as_ref().is_some_and(|reader| reader.administers)
    }
}

/// A page within the frame. `main` decides its own padding by its class.
pub fn frame(shell: &Shell, title: &str, here: Place, class: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme(shell)] data-at=(shell.clock.now.as_millisecond()) data-reading=(shell.clock.reading.word()) data-still=[shell.moment.map(|_| "")] data-live-from=[(here == Place::Chains).then_some("/live?of=chains")]
            data-zone-site=(zone(&shell.clock.site)) data-zone-mine=(zone(&shell.clock.mine)) {
            (head(title))
            body {
                (sprite())
                a.skip href="#main" { "Skip to content" }
                div #lost.banner role="alert" hidden {
                    b { "DISCONNECTED" }
                    p { "Data as of " (time(&shell.clock, shell.clock.now, None, Detail::Second)) ", " span data-lost-age {} " old. Clocks are right, everything else may not be. Retrying." }
                }
                div.app {
                    (top(shell))
                    (nav(shell, here))
                    main #main.(class) tabindex="-1" { (banners(shell)) (content) }
                }
                (keys(shell))
                dialog #palette.palette aria-label="Find or do" {
                    form action="/find" role="search" {
                        input type="search" name="q" aria-label="Find or do" placeholder="A page, an incident, a person" autocomplete="off"
                            role="combobox" aria-expanded="true" aria-controls="palette-results";
                    }
                    div #palette-results.results role="listbox" aria-label="Results" {}
                }
            }
        }
    }
}

/// A page without the frame: a login, the phone page.
pub fn bare(title: &str, theme: Theme, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[(theme != Theme::System).then(|| theme.word())] {
            (head(title))
            body { (sprite()) (content) }
        }
    }
}

fn zone(zone: &jiff::tz::TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

fn theme(shell: &Shell) -> Option<&'static str> {
    (shell.theme != Theme::System).then(|| shell.theme.word())
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · Meridian" }
            link rel="icon" type="image/svg+xml" href=(assets::MARK.path());
            link rel="stylesheet" href=(assets::STYLE.path());
            script src=(assets::SCRIPT.path()) defer {}
        }
    }
}

fn top(shell: &Shell) -> Markup {
    html! {
        header.head {
            a.brand href="/" { (mark()) "Meridian" }
            span.env { span.label { "Estate" } " " (shell.estate) }
            a.hint.push href="/find" data-palette { "Find or do" span { kbd { "Ctrl" } " " kbd { "K" } } }
            form.seg method="post" action="/preferences" data-preferences="reading" {
                (csrf(&shell.csrf))
                input type="hidden" name="back" value=(shell.path);
                @for reading in Reading::ALL {
                    button name="reading" value=(reading.word()) aria-pressed=(if reading == shell.clock.reading { "true" } else { "false" })
                        title=[(reading == Reading::Mine).then(|| super::parts::time::zone_mark(shell.clock.now, &shell.clock.mine))] {
                        (match reading { Reading::Site => "Site", Reading::Mine => "Mine", Reading::Utc => "UTC" })
                        span.sr { " time" }
                    }
                }
            }
            (as_of(shell))
            form method="post" action="/preferences" data-preferences="theme" {
                (csrf(&shell.csrf))
                input type="hidden" name="back" value=(shell.path);
                button.iconbtn name="theme" value=(if shell.theme == Theme::Dark { "light" } else { "dark" }) aria-label="Switch light and dark" { (glyph(Glyph::Moon)) }
            }
            (me(shell))
        }
    }
}

/// Without the script this says what is true of a page that doesn't move: as of when it was made.
fn as_of(shell: &Shell) -> Markup {
    html! {
        p #asof.asof data-state="still" role="status" {
            svg.g.g-live aria-hidden="true" { use href="#ok" {} }
            svg.g.g-old aria-hidden="true" { use href="#fail" {} }
            span {
                span.long { span data-word { "As of" } " " }
                (time(&shell.clock, shell.clock.now, None, Detail::Second))
            }
        }
    }
}

fn me(shell: &Shell) -> Markup {
    html! {
        @match &shell.reader {
            None => span.me { a href="/login" { "Log in" } },
            Some(reader) => details.me {
                summary aria-label={ "Account of " (reader.display_name) } { span { (reader.display_name) } }
                div {
                    b { (reader.display_name) }
                    @if reader.own_account { a href="/account" { "Your account" } }
                    a href="/calendars" { "Calendar feeds" }
                    @if reader.administers { a href="/accounts" { "Accounts" } }
                    @if reader.administers { a href="/tokens" { "API tokens" } }
                    form.inline method="post" action="/logout" { (csrf(&shell.csrf)) button.linkbtn { "Log out" } }
                }
            },
        }
    }
}

fn nav(shell: &Shell, here: Place) -> Markup {
    let counts = &shell.counts;
    let some = |n: usize| (n > 0).then(|| thousands(n));
    let link = |place: Place, href: &str, word: &str, aside: Option<String>, grave: bool| {
        html! {
            a href=(href) aria-current=[(place == here).then_some("page")] {
                (word)
                @if let Some(aside) = &aside { span.crit[grave] { (aside) } }
            }
        }
    };
    html! {
        nav #nav.nav aria-label="Main" data-live {
            (link(Place::Room, "/", "Day", None, false))
            (link(Place::Incidents, "/incidents", "Incidents", some(counts.incidents), counts.incidents_wait))
            (link(Place::Handoffs, "/handoffs", "Handoffs", some(counts.handoffs), counts.handoff_late))
            (link(Place::Alerts, "/alerts", "Alerts", some(counts.alerts), false))
            (link(Place::Pages, "/pages", "Pages", some(counts.pages), false))
            (link(Place::Silences, "/silences", "Silences", None, false))
            hr;
            (link(Place::Chains, "/chains", "Chains", counts.chains.map(|trouble| trouble.short().to_owned()), counts.chains.is_some_and(Trouble::is_grave)))
            hr;
            (link(Place::Rotas, "/rotas", "Rotas", None, false))
            (link(Place::Coverage, "/coverage", "Coverage", counts.hole.then(|| "hole".to_owned()), true))
            (link(Place::Changes, "/changes", "Changes", some(counts.changes), false))
            (link(Place::Announced, "/announcements", "Announced", some(counts.under_way), false))
            (link(Place::People, "/people", "People", None, false))
            hr;
            (link(Place::Journal, "/journal", "Journal", None, false))
            (link(Place::Estate, "/estate", "Estate", shell.refused.map(|_| "refused".to_owned()), true))
            @if shell.administers() { (link(Place::Accounts, "/accounts", "Accounts", None, false)) }
            @if shell.administers() { (link(Place::Tokens, "/tokens", "Tokens", None, false)) }
            a.more href="/find" { "More" }
        }
    }
}

/// `1,204`
pub fn thousands(n: usize) -> String {
    grouped(&n.to_string())
}

fn banners(shell: &Shell) -> Markup {
    html! {
        @if let Some(moment) = shell.moment {
            div.banner.past {
                (glyph(Glyph::Due))
                p {
                    b { (match moment { Moment::Past(_) => "As it was", Moment::Ahead { .. } => "As it is planned" }) }
                    ", " (time(&shell.clock, moment.at(), None, Detail::Second))
                }
                a.btn.push href="/" { "Back to now" }
            }
        }
        @if let Some((tone, text)) = &shell.flash {
            @let class = match tone { Tone::Good => "good", Tone::Warning => "plain", Tone::Bad => "bad" };
            div.banner.(class) role="status" {
                (glyph(match tone { Tone::Good => Glyph::Ok, Tone::Warning => Glyph::Risk, Tone::Bad => Glyph::Fail }))
                p { (text) }
            }
        }
        @if let Some(at) = shell.refused {
            div.banner.bad {
                (glyph(Glyph::Fail))
                p { b { "A change of the estate was refused" } " at " (time(&shell.clock, at, None, Detail::Minute)) "; the one before stays in force. " a href="/estate" { "What is wrong" } }
            }
        }
    }
}

fn keys(shell: &Shell) -> Markup {
    let rows = [
        ("Ctrl K", "find or do"),
        ("g d", "the day"),
        ("g i, g a, g p", "incidents, alerts, pages"),
        ("g s, g h, g x", "silences, handoffs, changes"),
        ("g r, g c, g f", "rotas, coverage, fairness"),
        ("g m, g n", "chains of messages, what is announced"),
        ("g o, g j, g e", "people, journal, estate"),
        ("j k", "next and previous row, Enter opens it"),
        ("/", "filter"),
        ("\u{2190} \u{2192}", "on the day: the line of now, by a quarter of an hour"),
        ("a", "acknowledge"),
        ("n", "note"),
        ("?", "these keys"),
    ];
    html! {
        dialog #keys.keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl { @for (key, what) in rows { dt { @for one in key.split(", ") { kbd { (one) } " " } } dd { (what) } } }
            form method="dialog" { button.btn.tight { "Close" } }
            @if !shell.responds() { p.faint { "This account reads; it may not act." } }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_set_apart() {
        for (n, text) in [(0, "0"), (999, "999"), (1_204, "1,204"), (10_000, "10,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::thousands(n), text);
        }
    }
}
