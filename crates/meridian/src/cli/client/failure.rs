//! Why a command led to nothing: what, why, and what to do.

use std::process::ExitCode;

use serde::Deserialize;

use crate::cli::color;

/// Why a command led to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was wanted, after "cannot": `acknowledge incident 4`.
    pub wish: String,
    pub why: String,
    pub hint: Option<String>,
    /// The server's `application/problem+json`, for `--json`.
    pub problem: Option<String>,
}

/// What the server says of a refusal.
#[derive(Debug, Deserialize)]
struct Problem {
    title: String,
    status: u16,
    detail: String,
}

impl Failure {
    pub fn new(wish: impl Into<String>, why: impl Into<String>) -> Failure {
        Failure { wish: wish.into(), why: why.into(), hint: None, problem: None }
    }

    pub fn hint(self, hint: impl Into<String>) -> Failure {
        Failure { hint: Some(hint.into()), ..self }
    }

    /// From an answer that is not 2xx. `base` is the server's URL.
    pub fn refused(wish: &str, status: u16, body: &str, base: &str, had_token: bool) -> Failure {
        let Ok(problem) = serde_json::from_str::<Problem>(body) else {
            let said: String = body.trim().chars().take(300).collect();
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Failure {
                hint: hint(status, base, had_token).or_else(|| Some(format!("is {base} a Meridian?"))),
                ..Failure::new(wish, format!("{base} answered {status}{said}"))
            };
        };
        let Problem { title, status, detail } = problem;
        Failure {
            hint: hint(status, base, had_token),
            problem: Some(body.trim().to_owned()),
            ..Failure::new(wish, format!("{detail} ({status} {title})"))
        }
    }

    /// Tells it on the standard error; for scripts as the server's problem, or one of the same form.
    pub fn tell(&self, json: bool) -> ExitCode {
        if json {
            eprintln!("{}", self.as_problem());
        } else {
            eprintln!("{}", self.as_text());
        }
        ExitCode::FAILURE
    }

    fn as_problem(&self) -> String {
        self.problem.clone().unwrap_or_else(|| {
            let kind = "urn:meridian:problem:no-answer";
            serde_json::json!({ "type": kind, "title": "No answer", "detail": self.why, "hint": self.hint }).to_string()
        })
    }

    fn as_text(&self) -> String {
        let mut text = format!("{} cannot {}\n  why:  {}", color::error("error:"), self.wish, self.why);
        if let Some(hint) = &self.hint {
            text += &format!("\n  hint: {hint}");
        }
        text
    }
}

fn hint(status: u16, base: &str, had_token: bool) -> Option<String> {
    Some(match status {
        401 if had_token => format!(
            "make a new token at {base}/tokens (or `meridian token create` with another admin token), \
             and put it into MERIDIAN_TOKEN or ~/.config/meridian/token"
        ),
        401 => format!(
            "log in at {base}/tokens, make a token there, and put it into MERIDIAN_TOKEN or \
             ~/.config/meridian/token (mode 0600)"
        ),
        403 => format!("an admin can make a token with a wider scope at {base}/tokens"),
        409 => "look at its present state, then decide anew".into(),
        429 | 503 => "try again in a moment".into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_as_what_why_and_hint() {
        let body = r#"{"type":"urn:meridian:problem:not-found","title":"Not Found","status":404,"detail":"incident 9 does not exist"}"#;
        let failure = Failure::refused("show incident 9", 404, body, "http://h", true);
        let expected = "error: cannot show incident 9\n  why:  incident 9 does not exist (404 Not Found)";
        assert_eq!(failure.as_text(), expected);
        assert_eq!(failure.as_problem(), body);
    }

    #[test]
    fn hints_name_the_way_out() {
        for (status, had_token, expected) in [
            (401, false, "log in at http://h/tokens"),
            (401, true, "make a new token at http://h/tokens"),
            (403, true, "wider scope"),
            (503, true, "again"),
            (404, true, "is http://h a Meridian?"),
        ] {
            let failure = Failure::refused("list incidents", status, "<html>", "http://h", had_token);
            assert!(failure.hint.as_deref().unwrap().contains(expected), "{failure:?}");
            assert!(failure.why.contains(&status.to_string()), "{failure:?}");
            assert!(failure.as_problem().contains("no-answer"));
        }
    }
}
