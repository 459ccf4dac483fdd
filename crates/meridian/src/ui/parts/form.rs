//! Forms: fields with their label, hint and error; buttons that are forms of their own. Every form is a POST with a
//! CSRF token, and works without JavaScript.

use maud::{Markup, html};

/// One labelled control.
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub hint: Option<&'a str>,
    pub error: Option<&'a str>,
}

impl<'a> Field<'a> {
    pub fn new(name: &'a str, label: &'a str) -> Field<'a> {
        Field { name, label, hint: None, error: None }
    }

    pub fn hint(mut self, hint: &'a str) -> Field<'a> {
        self.hint = Some(hint);
        self
    }

    pub fn error(mut self, error: Option<&'a str>) -> Field<'a> {
        self.error = error;
        self
    }

    fn wrap(&self, id: &str, control: Markup) -> Markup {
        html! {
            div.field.bad[self.error.is_some()] {
                label for=(id) { (self.label) }
                (control)
                @if let Some(error) = self.error {
                    small id={ (id) "-error" } role="alert" { (super::glyph(super::Glyph::Fail)) " " (error) }
                } @else if let Some(hint) = self.hint {
                    small { (hint) }
                }
            }
        }
    }

    pub fn text(&self, id: &str, value: &str, required: bool) -> Markup {
        self.input(id, "text", value, required)
    }

    /// A wall-clock time, read in the zone that the hint names.
    pub fn moment(&self, id: &str, value: &str) -> Markup {
        self.input(id, "datetime-local", value, true)
    }

    pub fn input(&self, id: &str, kind: &str, value: &str, required: bool) -> Markup {
        let autocomplete = match kind {
            "password" => Some("current-password"),
            _ => Some("off"),
        };
        self.input_as(id, kind, value, required, autocomplete)
    }

    /// With the browser's own word for what is asked (`username`, `new-password`).
    pub fn input_as(&self, id: &str, kind: &str, value: &str, required: bool, autocomplete: Option<&str>) -> Markup {
        let described = self.error.map(|_| format!("{id}-error"));
        self.wrap(
            id,
            html! {
                input id=(id) name=(self.name) type=(kind) value=[(kind != "password").then_some(value)]
                    required[required] aria-invalid=[self.error.map(|_| "true")] aria-describedby=[described]
                    autocomplete=[autocomplete];
            },
        )
    }

    pub fn area(&self, id: &str, value: &str, rows: u32) -> Markup {
        self.wrap(id, html! { textarea id=(id) name=(self.name) rows=(rows) required { (value) } })
    }

    pub fn select<V: AsRef<str>, L: AsRef<str>>(&self, id: &str, options: &[(V, L)], chosen: &str) -> Markup {
        self.wrap(
            id,
            html! {
                select id=(id) name=(self.name) {
                    @for (value, word) in options {
                        option value=(value.as_ref()) selected[value.as_ref() == chosen] { (word.as_ref()) }
                    }
                }
            },
        )
    }
}

pub fn field<'a>(name: &'a str, label: &'a str) -> Field<'a> {
    Field::new(name, label)
}

/// The hidden field that proves that the form came from a page of ours.
pub fn csrf(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// One button that posts, e.g. Acknowledge.
pub fn button_form(token: &str, action: &str, class: &str, label: Markup) -> Markup {
    html! { form.inline method="post" action=(action) { (csrf(token)) button.btn.(class) type="submit" { (label) } } }
}

/// A button that opens a small form below itself.
pub fn pop_form(token: &str, action: &str, id: &str, opener: Markup, content: Markup) -> Markup {
    html! {
        details.pop.wideform id=(id) {
            summary.btn { (opener) }
            div { form.form method="post" action=(action) { (csrf(token)) (content) } }
        }
    }
}
