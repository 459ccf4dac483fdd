use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::alert::Labels;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Beside a plain map.
    #[test]
    fn a_set_is_a_sorted_map(pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..70), asked: String) {
        let plain: BTreeMap<&str, &str> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let labels = Labels::new(pairs.iter().map(|(n, v)| (n.as_str().into(), v.as_str().into())).collect());
        prop_assert_eq!(labels.iter().collect::<Vec<_>>(), plain.iter().map(|(n, v)| (*n, *v)).collect::<Vec<_>>());
        prop_assert_eq!(labels.iter().len(), plain.len());
        prop_assert_eq!(labels.is_empty(), plain.is_empty());
        for name in plain.keys().copied().chain([asked.as_str()]) {
            prop_assert_eq!(labels.get(name), plain.get(name).copied());
        }
        let json = serde_json::to_string(&labels).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&plain).unwrap());
        prop_assert_eq!(&serde_json::from_str::<Labels>(&json).unwrap(), &labels);
        let from_value = serde_json::from_value::<Labels>(serde_json::to_value(&labels).unwrap()).unwrap();
        prop_assert_eq!(from_value, labels);
    }

    #[test]
    fn lengths_of_any_size_hold(name in 0usize..5000, value in prop_oneof![0usize..5000, Just(262_144), Just(300_000)]) {
        let (name, value) = ("é".repeat(name), "x".repeat(value));
        let labels: Labels = [("", "first"), (name.as_str(), value.as_str())].into_iter().collect();
        prop_assert_eq!(labels.get(&name), Some(value.as_str()));
    }

    #[test]
    fn order_is_that_of_the_pairs(a in prop::collection::btree_map("[ab]{0,3}", "[ab]{0,70}", 0..4), b in prop::collection::btree_map("[ab]{0,3}", "[ab]{0,70}", 0..4)) {
        let labels = |m: &BTreeMap<String, String>| m.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Labels>();
        prop_assert_eq!(labels(&a).cmp(&labels(&b)), a.iter().cmp(b.iter()));
    }
}

#[test]
fn the_last_of_a_name_counts_and_empty_values_can_go() {
    let labels: Labels = serde_json::from_str(r#"{"b":"1","a":"x","b":"2","c":""}"#).unwrap();
    assert_eq!(format!("{labels:?}"), r#"{"a": "x", "b": "2", "c": ""}"#);
    assert_eq!(format!("{:?}", labels.without_empty()), r#"{"a": "x", "b": "2"}"#);
    assert!(serde_json::from_str::<Labels>(r#"{"b":1}"#).is_err());
    assert!(serde_json::from_str::<Labels>(r#"["b"]"#).is_err());
}
