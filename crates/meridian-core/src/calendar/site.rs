//! The holidays of one site: a named table, the site's own days beside it, and the days on which it works all the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;

use super::holiday::{covered_years, day_number, holidays};

/// When a site has a holiday. Cheap to clone: each layer of the site has one.
///
/// ```
/// use jiff::civil::date;
/// use meridian_core::calendar::SiteCalendar;
/// let own = [(date(2026, 7, 1), "Founder's day".to_owned())];
/// let site = SiteCalendar::new(Some("england-public"), own, &[date(2026, 12, 28)].into());
/// assert_eq!(site.holiday(date(2026, 7, 1)), Some("Founder's day"));
/// assert_eq!(site.holiday(date(2026, 12, 25)), Some("Christmas Day"));
/// assert_eq!(site.holiday(date(2026, 12, 28)), None, "it works on that one");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteCalendar {
    name: Option<String>,
    /// Days since 1970-01-01, in order, each with the name of its holiday.
    days: Arc<[(i64, Box<str>)]>,
    /// The years in which the site has days of its own.
    own_years: BTreeSet<i16>,
}

impl SiteCalendar {
    /// `own` days win over those of the table, and `working` ones over both.
    pub fn new(
        name: Option<&str>,
        own: impl IntoIterator<Item = (Date, String)>,
        working: &BTreeSet<Date>,
    ) -> SiteCalendar {
        let table = name.map_or(&[][..], holidays);
        let mut days: BTreeMap<i64, Box<str>> = table.iter().map(|(day, name)| (*day, (*name).into())).collect();
        let mut own_years = BTreeSet::new();
        for (date, name) in own {
            own_years.insert(date.year());
            days.insert(day_number(date), name.into());
        }
        for date in working {
            days.remove(&day_number(*date));
        }
        SiteCalendar { name: name.map(str::to_owned), days: days.into_iter().collect(), own_years }
    }

    /// The holidays of a table, and no others.
    pub fn named(name: &str) -> SiteCalendar {
        SiteCalendar::new(Some(name), [], &BTreeSet::new())
    }

    /// Of the table, e.g. `hk-public`.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name of the holiday that the site has on this date.
    pub fn holiday(&self, date: Date) -> Option<&str> {
        let found = self.days.binary_search_by_key(&day_number(date), |day| day.0).ok()?;
        self.days.get(found).map(|day| &*day.1)
    }

    /// Whether anything is known of this year's holidays, by the table or by the site itself.
    pub fn knows(&self, year: i16) -> bool {
        self.own_years.contains(&year) || self.name().and_then(covered_years).is_some_and(|years| years.contains(&year))
    }

    /// Days since 1970-01-01, in order.
    pub(crate) fn days(&self) -> &[(i64, Box<str>)] {
        &self.days
    }
}
