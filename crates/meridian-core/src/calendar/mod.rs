//! Wall-clock time: hours of the week, holidays, and what a wall-clock boundary means as an instant.
//!
//! What it does *not* do: it knows no rota and no person, and it never decides by accident what a local time that
//! does not exist, or exists twice, means. That is a policy with a name: [`start_instant`] and [`end_instant`].
//!
//! ```
//! use jiff::{civil::date, tz::TimeZone};
//! use meridian_core::calendar::{Days, WallTime, end_instant, start_instant};
//!
//! let london = TimeZone::get("Europe/London").unwrap();
//! // On 2026-10-25 the clocks of London show 01:30 twice.
//! let twice = date(2026, 10, 25).at(1, 30, 0, 0);
//! assert_eq!(start_instant(&london, twice).to_string(), "2026-10-25T00:30:00Z");
//! assert_eq!(end_instant(&london, twice).to_string(), "2026-10-25T01:30:00Z");
//!
//! assert_eq!(Days::parse("fri-mon").unwrap().to_string(), "fri-mon");
//! assert_eq!("24:00".parse::<WallTime>().unwrap(), WallTime::END_OF_DAY);
//! ```

mod boundary;
mod holiday;
pub(crate) mod offsets;
mod site;
mod week;

pub use boundary::*;
pub use holiday::{calendars, covered_years, holiday};
pub use site::SiteCalendar;
pub use week::*;

#[cfg(test)]
mod tests;
