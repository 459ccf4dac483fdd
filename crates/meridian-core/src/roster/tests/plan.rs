use std::collections::BTreeMap;

use super::{at, layer, name, rota, stand_in};
use crate::{
    estate::{Estate, Override, Person, Reach},
    roster::{Overrides, RosterFact, plan_add, plan_remove, shifts},
};

const NOW: &str = "2026-02-02T12:00Z";

fn estate() -> Estate {
    let rota = rota([layer("day", "UTC", "", "2026-01-01T00:00", "1 week", "wen")]);
    let person = |text: &str| {
        let (name, site) = (name(text), name("hong-kong"));
        (
            name.clone(),
            Person {
                name,
                display_name: text.into(),
                site,
                contacts: vec![],
                reach: Reach::default(),
                leave: vec![],
                skills: vec![],
                prefers: Default::default(),
                avoids: Default::default(),
            },
        )
    };
    Estate {
        rotas: BTreeMap::from([(rota.name.clone(), rota)]),
        persons: ["wen", "mei", "oliver"].map(person).into(),
        ..Estate::default()
    }
}

#[test]
fn a_wish_is_checked_before_it_is_a_fact() {
    let check = |rota: &str, change: Override, why: &str| {
        let refusal = plan_add(&estate(), &Overrides::default(), &name(rota), change, at(NOW)).unwrap_err();
        assert_eq!(refusal.to_string(), why);
    };
    let today = |who| stand_in("2026-02-02T00:00Z", "2026-02-03T00:00Z", who);
    check("payment", today("wen > mei"), "rota payment does not exist");
    check("payments", today("wen > olivr"), "with: no person of the estate is called `olivr`; did you mean `oliver`?");
    check("payments", today("zoe > mei"), "replace: no person of the estate is called `zoe`");
    check("payments", today("mei > mei"), "with: mei can't stand in for themselves");
    check("payments", today("wen > mei @night"), "layer: rota payments has no layer `night`, only day");
    check(
        "payments",
        stand_in("2026-02-03T00:00Z", "2026-02-03T00:00Z", "> mei"),
        "until: 2026-02-03T00:00:00Z is not after 2026-02-03T00:00:00Z, where the override starts",
    );
    check(
        "payments",
        stand_in("2026-02-01T00:00Z", NOW, "> mei"),
        "until: 2026-02-02T12:00:00Z is past: what was stays as it was",
    );
    check(
        "payments",
        stand_in("2026-02-01T00:00Z", "2027-02-02T00:00:01Z", "> mei"),
        "until: an override lasts at most 366 days: change the rota instead",
    );
    for fine in
        [today("wen > mei @day"), today("> mei"), stand_in("2026-02-01T00:00Z", "2027-02-02T00:00Z", "oliver > mei")]
    {
        assert!(plan_add(&estate(), &Overrides::default(), &name("payments"), fine, at(NOW)).is_ok());
    }
}

#[test]
fn an_added_override_counts_until_it_is_removed() {
    let (estate, payments, mut overrides) = (estate(), name("payments"), Overrides::default());
    let on_watch = |overrides: &Overrides| {
        shifts(&estate.rotas[&payments], &overrides.of(&payments), at(NOW), at("2026-02-02T13:00Z"))[0]
            .person
            .to_string()
    };
    let wish = || stand_in("2026-02-02T00:00Z", "2026-02-03T00:00Z", "wen > mei");
    for id in 1..=2 {
        let fact = plan_add(&estate, &overrides, &payments, wish(), at(NOW)).unwrap();
        assert_eq!(fact, RosterFact::OverrideAdded { id, rota: payments.clone(), change: wish() });
        overrides.apply(&fact);
        assert_eq!(on_watch(&overrides), "mei");
    }
    for id in [2, 1] {
        assert_eq!(on_watch(&overrides), "mei");
        overrides.apply(&plan_remove(&overrides, &payments, id, at(NOW)).unwrap());
    }
    assert_eq!(on_watch(&overrides), "wen");
    // In force since midnight, it ends now: what was until now stays as it was.
    let again = plan_remove(&overrides, &payments, 1, at(NOW)).unwrap_err();
    assert_eq!(again.to_string(), "override 1 was over at 2026-02-02T12:00:00Z: what was stays as it was");
    let morning = shifts(&estate.rotas[&payments], &overrides.of(&payments), at("2026-02-02T11:00Z"), at(NOW));
    assert_eq!(morning[0].person, name("mei"));
    let never = plan_remove(&overrides, &payments, 9, at(NOW)).unwrap_err();
    assert_eq!(never.to_string(), "override 9 of rota payments does not exist");
    // One that has not begun goes without a trace.
    let tomorrow = stand_in("2026-02-03T00:00Z", "2026-02-04T00:00Z", "wen > mei");
    let later = plan_add(&estate, &overrides, &payments, tomorrow, at(NOW)).unwrap();
    overrides.apply(&later);
    overrides.apply(&plan_remove(&overrides, &payments, 3, at(NOW)).unwrap());
    assert_eq!(overrides.numbered(&payments).len(), 2);
    // A number is never given twice, also not after a restart.
    let mut restored: Overrides = serde_json::from_str(&serde_json::to_string(&overrides).unwrap()).unwrap();
    let fact = plan_add(&estate, &restored, &payments, wish(), at(NOW)).unwrap();
    assert!(matches!(fact, RosterFact::OverrideAdded { id: 4, .. }));
    restored.apply(&fact);
    let late = plan_remove(&restored, &payments, 4, at("2026-02-03T00:00Z")).unwrap_err();
    assert_eq!(late.to_string(), "override 4 was over at 2026-02-03T00:00:00Z: what was stays as it was");
}
