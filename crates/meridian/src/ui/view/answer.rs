//! What stands behind the link of a notice: what is asked, how it stands, and what its reader can answer.

use meridian_core::id::ChangeId;

#[derive(Clone, Debug)]
pub struct AnswerView {
    /// Where the answers are posted.
    pub action: String,
    pub who: String,
    pub title: String,
    pub reason: &'static str,
    pub items: Vec<AnswerItem>,
}

#[derive(Clone, Debug)]
pub struct AnswerItem {
    pub change: ChangeId,
    pub text: String,
    /// How it stands for the reader: theirs, taken by somebody else, declined. Absent: it waits for them.
    pub stands: Option<String>,
    /// The answers that are still open: what the form sends, and the word on the button. The first is the wished one.
    pub answers: &'static [(&'static str, &'static str)],
}
