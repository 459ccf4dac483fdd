//! What is announced: work on the systems, freezes, events.

use meridian_core::{
    Instant,
    announcement::{AnnouncedKind, AnnouncementState},
    id::{AnnouncementId, Name},
};

#[derive(Clone, Debug, Default)]
pub struct AnnouncementsView {
    /// What is over is shown, rather than what stands.
    pub over_tab: bool,
    pub standing: usize,
    pub over: usize,
    pub rows: Vec<AnnouncementRow>,
    /// So many more are over than are shown.
    pub more: usize,
}

#[derive(Clone, Debug)]
pub struct AnnouncementRow {
    pub id: AnnouncementId,
    pub kind: AnnouncedKind,
    pub state: AnnouncementState,
    pub title: String,
    pub reference: String,
    pub link: String,
    pub from: Instant,
    pub until: Instant,
    /// Empty: every rota.
    pub rotas: Vec<(Name, String)>,
    pub owner: Option<String>,
    pub if_wrong: String,
    /// The names of what it collides with.
    pub collides: Vec<String>,
    /// Who announced it, and what became of it.
    pub by: String,
    pub ended: Option<String>,
}

/// The form, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementForm {
    /// One that stands is changed.
    pub id: Option<AnnouncementId>,
    pub kind: String,
    pub title: String,
    pub reference: String,
    pub link: String,
    pub from: String,
    pub until: String,
    pub zone: String,
    pub rotas: Vec<String>,
    pub owner: String,
    pub if_wrong: String,
    /// What can be chosen.
    pub known_rotas: Vec<(String, String)>,
    pub known_people: Vec<(String, String)>,
    pub error: Option<(&'static str, String)>,
}
