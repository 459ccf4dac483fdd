//! The routing as an Alertmanager configuration, so that `amtool config routes show` and `test` work on it.
//!
//! Receivers are names alone: how people are reached is no business of that format.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::{GroupBy, InhibitRule, Matcher, Route, TimeInterval, interval::WEEKDAYS};
use crate::{estate::Routing, id::Name};

/// A configuration that Alertmanager accepts and that routes as this routing does.
pub fn routing_as_alertmanager_yaml(routing: &Routing) -> String {
    let mut names = BTreeSet::new();
    collect_receivers(&routing.route, &mut names);
    let intervals = |(name, all): (&String, &Vec<TimeInterval>)| json!({ "name": name, "time_intervals": all.iter().map(interval).collect::<Vec<_>>() });
    let mut config = json!({
        "route": route(&routing.route),
        "receivers": names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
    });
    if !routing.inhibit_rules.is_empty() {
        config["inhibit_rules"] = routing.inhibit_rules.iter().map(inhibit_rule).collect();
    }
    if !routing.time_intervals.is_empty() {
        config["time_intervals"] = routing.time_intervals.iter().map(intervals).collect();
    }
    let mut yaml = String::new();
    write_yaml(&config, 0, &mut yaml);
    yaml
}

/// `1h30m`, `90s` as `1m30s`, `0s`: the syntax of Prometheus. What is below a millisecond is dropped.
pub fn prometheus_duration(duration: SignedDuration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(0);
    if rest == 0 {
        return "0s".into();
    }
    let mut text = String::new();
    for (unit, millis) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if rest >= millis {
            text.push_str(&format!("{}{unit}", rest / millis));
            rest %= millis;
        }
    }
    text
}

fn collect_receivers(route: &Route, names: &mut BTreeSet<Name>) {
    names.insert(route.receiver.clone());
    route.routes.iter().for_each(|child| collect_receivers(child, names));
}

fn written(matchers: &[Matcher]) -> Value {
    matchers.iter().map(|m| m.to_string()).collect()
}

fn route(route: &Route) -> Value {
    let mut map = Map::new();
    map.insert("receiver".into(), json!(route.receiver));
    let group_by = match &route.group_by {
        GroupBy::All => json!(["..."]),
        GroupBy::Labels(names) => json!(names),
    };
    map.insert("group_by".into(), group_by);
    map.insert("group_wait".into(), prometheus_duration(route.group_wait).into());
    map.insert("group_interval".into(), prometheus_duration(route.group_interval).into());
    map.insert("repeat_interval".into(), prometheus_duration(route.repeat_interval).into());
    if !route.matchers.is_empty() {
        map.insert("matchers".into(), written(&route.matchers));
    }
    if route.continues {
        map.insert("continue".into(), true.into());
    }
    if !route.mute_time_intervals.is_empty() {
        map.insert("mute_time_intervals".into(), json!(route.mute_time_intervals));
    }
    if !route.active_time_intervals.is_empty() {
        map.insert("active_time_intervals".into(), json!(route.active_time_intervals));
    }
    if !route.routes.is_empty() {
        map.insert("routes".into(), route.routes.iter().map(self::route).collect());
    }
    Value::Object(map)
}

fn inhibit_rule(rule: &InhibitRule) -> Value {
    let (source, target) = (written(&rule.source), written(&rule.target));
    json!({ "source_matchers": source, "target_matchers": target, "equal": rule.equal })
}

fn interval(interval: &TimeInterval) -> Value {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let mut map = Map::new();
    let mut insert = |key: &str, list: Vec<Value>| {
        if !list.is_empty() {
            map.insert(key.into(), list.into());
        }
    };
    let time = |(from, to): &(u16, u16)| json!({ "start_time": clock(*from), "end_time": clock(*to) });
    insert("times", interval.times.iter().map(time).collect());
    if let Some(days) = interval.weekdays {
        let on = |day: &usize| days.0 >> ((day + 6) % 7) & 1 == 1;
        insert("weekdays", (0..7).filter(on).map(|day| WEEKDAYS[day].into()).collect());
    }
    insert("days_of_month", interval.days_of_month.iter().map(|(a, b)| format!("{a}:{b}").into()).collect());
    insert("months", interval.months.iter().map(|(a, b)| format!("{a}:{b}").into()).collect());
    insert("years", interval.years.iter().map(|(a, b)| format!("{a}:{b}").into()).collect());
    if let Some(zone) = interval.location.as_ref().and_then(|zone| zone.iana_name()) {
        map.insert("location".into(), zone.into());
    }
    Value::Object(map)
}

/// Block style, with every text quoted as in JSON, which YAML reads as JSON does.
fn write_yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (at, (key, value)) in map.iter().enumerate() {
                // The first key of a list's item stands behind the dash.
                if at > 0 || !out.ends_with("- ") {
                    out.push_str(&pad);
                }
                out.push_str(key);
                out.push(':');
                write_child(value, indent + 2, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                out.push_str(&pad);
                out.push_str("- ");
                match value {
                    Value::Object(map) if !map.is_empty() => write_yaml(value, indent + 2, out),
                    scalar => write_scalar(scalar, out),
                }
            }
        }
        scalar => write_scalar(scalar, out),
    }
}

fn write_child(value: &Value, indent: usize, out: &mut String) {
    let nested = value.as_object().is_some_and(|m| !m.is_empty()) || value.as_array().is_some_and(|a| !a.is_empty());
    if nested {
        out.push('\n');
        write_yaml(value, indent, out);
    } else {
        out.push(' ');
        write_scalar(value, out);
    }
}

/// What JSON lets stand for itself but YAML does not is escaped.
fn write_scalar(value: &Value, out: &mut String) {
    for c in value.to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('\n');
}
