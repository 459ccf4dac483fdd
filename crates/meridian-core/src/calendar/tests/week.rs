use jiff::civil::Weekday;
use proptest::prelude::*;

use crate::calendar::{Days, WallTime};

#[test]
fn times_of_day_are_read_and_written() {
    for (text, seconds, written) in [
        ("00:00", Some(0), "00:00"),
        ("08:00", Some(28_800), "08:00"),
        ("08:00:30", Some(28_830), "08:00:30"),
        ("08:00:00", Some(28_800), "08:00"),
        ("23:59:59", Some(86_399), "23:59:59"),
        ("24:00", Some(86_400), "24:00"),
        ("24:00:01", None, ""),
        ("24:01", None, ""),
        ("25:00", None, ""),
        ("99:99", None, ""),
        ("08:60", None, ""),
        ("08:00:60", None, ""),
        ("8:00", None, ""),
        ("08", None, ""),
        ("08:00:00:00", None, ""),
        ("08:00:", None, ""),
        ("+8:00", None, ""),
        ("", None, ""),
        ("٠٨:٠٠", None, ""),
    ] {
        let time = text.parse::<WallTime>();
        assert_eq!(time.as_ref().ok().map(|t| t.0), seconds, "{text}");
        match time {
            Ok(time) => assert_eq!(time.to_string(), written),
            Err(why) => assert!(why.contains("is not a time of day: write 08:00"), "{why}"),
        }
    }
}

#[test]
fn days_are_read_and_written() {
    for (text, bits, written) in [
        ("mon-fri", Some(0b001_1111), "mon-fri"),
        ("sat,sun", Some(0b110_0000), "sat,sun"),
        ("mon,wed-fri", Some(0b001_1101), "mon,wed-fri"),
        ("fri-mon", Some(0b111_0001), "fri-mon"),
        ("sun-mon", Some(0b100_0001), "sun,mon"),
        ("mon-sun", Some(0b111_1111), "daily"),
        ("tue-mon", Some(0b111_1111), "daily"),
        ("Daily", Some(0b111_1111), "daily"),
        (" Mon , Tuesday ", Some(0b000_0011), "mon,tue"),
        ("wed-wed", Some(0b000_0100), "wed"),
        ("", None, ""),
        ("mon-", None, ""),
        ("mon,,tue", None, ""),
        ("mon-wed-fri", None, ""),
        ("weekday", None, ""),
    ] {
        let days = Days::parse(text);
        assert_eq!(days.as_ref().ok().map(|d| d.0), bits, "{text}");
        match days {
            Ok(days) => assert_eq!(days.to_string(), written),
            Err(why) => assert!(why.contains("is not a day: write days like mon-fri"), "{why}"),
        }
    }
    let weekend = Days::parse("sat,sun").unwrap();
    assert!(
        weekend.contains(Weekday::Saturday) && weekend.contains(Weekday::Sunday) && !weekend.contains(Weekday::Monday)
    );
}

proptest! {
    #[test]
    fn no_text_makes_them_panic(text in ".{0,12}|[0-9:]{0,9}|[a-z,-]{0,16}") {
        let _ = text.parse::<WallTime>();
        let _ = Days::parse(&text);
    }

    #[test]
    fn what_is_written_reads_back(bits in 1u8..128, seconds in 0u32..=86_400) {
        prop_assert_eq!(Days::parse(&Days(bits).to_string()), Ok(Days(bits)));
        prop_assert_eq!(WallTime(seconds).to_string().parse(), Ok(WallTime(seconds)));
    }
}
