//! What is accepted and what is refused, and how the refusal is said.

use proptest::prelude::*;

use super::*;

fn alert(pairs: &[(&str, &str)]) -> Incoming {
    Incoming { labels: pairs.iter().copied().collect(), ..incoming("") }
}

#[test]
fn labels_are_checked() {
    #[track_caller]
    fn check(pairs: &[(&str, &str)], refusal: Option<&str>) {
        let said = alert(pairs).validate().err().map(|wrong| wrong.to_string());
        assert_eq!(said.as_deref(), refusal);
    }
    check(&[("a", "b")], None);
    check(&[("http.status", "500"), ("größe", "ü"), ("a b", " ")], None);
    check(&[("a", "line\nbreak")], None);
    check(&[("a", "b"), ("1", "")], None);
    check(&[], Some("labels: at least one label pair required"));
    check(&[("a", ""), ("b", "")], Some("labels: at least one label pair required"));
    check(&[("1a", "b")], Some(r#"labels.1a: invalid label set: invalid name "1a""#));
    check(&[("", "b")], Some(r#"labels.: invalid label set: invalid name """#));
    check(&[("a\n", "b")], Some(r#"labels.a\n: invalid label set: invalid name "a\n""#));
    check(&[("a\x7f", "b")], Some(r#"labels.a\u{7f}: invalid label set: invalid name "a\u{7f}""#));
    check(&[("a", "b\0")], Some("labels.a: the value holds a NUL character"));
    let (name, value) = ("n".repeat(LABEL_NAME_BYTES_MAX), "v".repeat(LABEL_VALUE_BYTES_MAX));
    check(&[(&name, &value)], None);
    let short = &name[..80];
    check(&[(&format!("{name}n"), "v")], Some(&format!("labels.{short}: the name is longer than 1024 bytes")));
    check(&[("a", &format!("{value}v"))], Some("labels.a: the value is longer than 65536 bytes"));
}

#[test]
fn labels_are_counted() {
    let names: Vec<String> = (0..=LABELS_MAX).map(|n| format!("l{n}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    assert_eq!(alert(&pairs[1..]).validate(), Ok(()));
    assert_eq!(alert(&pairs).validate().unwrap_err().to_string(), "labels: more than 256 labels");
}

#[test]
fn times_are_in_order() {
    let go_zero = Instant::from_second(-62_135_596_800).unwrap();
    #[track_caller]
    fn check(starts: Option<Instant>, ends: Option<Instant>, fits: bool) {
        let alert = Incoming { starts_at: starts, ends_at: ends, ..incoming("a=b") };
        assert_eq!(alert.validate().is_ok(), fits);
    }
    check(None, None, true);
    check(Some(at(5)), Some(at(5)), true);
    check(Some(at(6)), Some(at(5)), false);
    check(Some(at(6)), Some(go_zero), true);
    check(Some(at(6)), None, true);
}

proptest! {
    #[test]
    fn never_panics(pairs in prop::collection::vec((".{0,8}", ".{0,8}"), 0..5)) {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let alert = alert(&pairs);
        let refused = alert.validate().is_err();
        prop_assert!(refused || !alert.labels.without_empty().is_empty());
    }
}
