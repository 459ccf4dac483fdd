//! One function per page: from the frame's data and the page's view to markup. No function here decides anything.

mod access;
mod accounts;
mod ack;
mod alerts;
mod control;
mod coverage;
mod estate;
mod fairness;
mod feed;
mod incident;
mod incidents;
mod journal;
mod people;
mod recent;
mod rota;
mod silences;
mod strip;
mod wall;

pub use access::{login, setup, tokens};
pub use accounts::{account, accounts, join, own_account};
pub use ack::{ack, ack_gone};
pub use alerts::{alerts, percent};
pub use control::control;
pub use coverage::coverage;
pub use estate::estate;
pub use fairness::fairness;
pub use feed::feeds;
pub use incident::incident;
pub use incidents::incidents;
pub use journal::{find, found, journal, oops, oops_bare};
pub use people::people;
pub use recent::recent;
pub use rota::{rota, rotas};
pub use silences::{silence_form, silences};
pub use wall::{closed as wall_closed, wall};
