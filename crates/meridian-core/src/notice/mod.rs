//! Notices: how a change of who is on watch is told to the people whom it concerns.
//!
//! | what happens | who is told |
//! | --- | --- |
//! | cover is asked for | those who can take it, in the order of the request ([`crate::cover::Offer`]) |
//! | nobody has taken it two hours before the watch, or all declined | whose watch it is, and the lead of their team |
//! | a watch is taken | whose it was, and who has it now |
//! | a swap is proposed, accepted, made, refused, withdrawn | whoever has to answer, then both |
//! | a change is undone | those who are on watch again, or no more |
//!
//! Nobody is told what they did themselves. What one commit makes for one person is one notice. In a person's night a
//! notice waits until their morning, at the latest until an hour before the watch; within that hour, and while the
//! watch runs, it goes over the contacts of a page, and before it over those that wake nobody.
//!
//! A notice is planned once, with its deliveries; those are sent as the deliveries of a page are: started, succeeded
//! or failed, tried again, and handed to the person's next contact when they are given up. When it is settled before,
//! what waits is cancelled, and says why.
//!
//! What this noun does *not* do: it sends nothing, it decides no change, and it escalates nothing. Whoever is told and
//! does not answer is asked for nothing further; the watch stays with whom it was.

mod fact;
mod moot;
mod plan;
mod state;
mod told;
mod wish;
mod words;

pub use fact::*;
pub use plan::*;
pub use state::*;
pub(crate) use told::plan_outcome;

#[cfg(test)]
mod tests;
