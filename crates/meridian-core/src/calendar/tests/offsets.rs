use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use proptest::prelude::*;

use crate::calendar::{
    end_instant,
    offsets::{Offsets, wall_seconds},
    start_instant,
};

const ZONES: [&str; 16] = [
    "UTC",
    "Asia/Hong_Kong",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Sitka",
    "Asia/Manila",
    "Pacific/Kwajalein",
    "Antarctica/Troll",
    "America/Scoresbysund",
    "America/Caracas",
];

/// The policy as the design words it, from the classification of the time zone library.
fn worded(zone: &TimeZone, wall: DateTime) -> (Timestamp, Timestamp) {
    let at = |offset: Offset| offset.to_timestamp(wall).unwrap();
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => (at(offset), at(offset)),
        AmbiguousOffset::Fold { before, after } => (at(before), at(after)),
        AmbiguousOffset::Gap { after, .. } => {
            let jump = zone.following(at(after)).next().unwrap().timestamp();
            (jump, jump)
        }
    }
}

#[test]
fn every_jump_of_two_centuries_is_resolved_as_worded() {
    let since: Timestamp = "1840-01-01T00:00Z".parse().unwrap();
    let end: Timestamp = "2045-01-01T00:00Z".parse().unwrap();
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        let mut whole = Offsets::new(&zone, since.as_second(), end.as_second());
        for jump in zone.following(since).take_while(|jump| jump.timestamp() < end) {
            let shown = zone.to_datetime(jump.timestamp());
            for minutes in [-1500, -121, -120, -61, -60, -59, -30, -15, -1, 0, 1, 15, 29, 30, 31, 60, 61, 1500] {
                let wall = shown + jiff::SignedDuration::from_mins(minutes);
                let seen = (start_instant(&zone, wall), end_instant(&zone, wall));
                assert_eq!(seen, worded(&zone, wall), "{wall} in {name}");
                assert!(seen.0 <= seen.1);
                assert_eq!(whole.start(wall_seconds(wall)), seen.0.as_second(), "{wall} in {name}");
            }
        }
    }
}

proptest! {
    /// Whatever was asked before, and in whatever order.
    #[test]
    fn one_table_answers_like_many(zone in 0..ZONES.len(), walls in prop::collection::vec(0i64..4_000_000_000, 1..20)) {
        let zone = TimeZone::get(ZONES[zone]).unwrap();
        let mut table = Offsets::new(&zone, 0, 4_000_000_000);
        for wall in walls {
            let mut fresh = Offsets::new(&zone, wall, wall);
            prop_assert_eq!((table.start(wall), table.end(wall)), (fresh.start(wall), fresh.end(wall)));
        }
    }
}
