//! The `pdpyras` client, unmodified but for its address.

use super::estate::House;
use meridian_testkit::servers::{installed, python};

const SCRIPT: &str = r#"
import sys, warnings
warnings.simplefilter("ignore")
import pdpyras
session = pdpyras.EventsAPISession("0" * 32)
session.url = sys.argv[1]
if sys.argv[2] == "trigger":
    print(session.trigger("The queue stands still", "mq1.example", dedup_key="queue-1", severity="critical"))
else:
    print(getattr(session, sys.argv[2])("queue-1"))
"#;

#[test]
fn pdpyras_triggers_acknowledges_and_resolves() {
    if !installed() {
        return;
    }
    let house = House::start();
    let send = |action: &str| python(SCRIPT, &[&house.meridian.url(""), action]).ok().trim().to_owned();

    assert_eq!(send("trigger"), "queue-1");
    let mail = house.smtp.wait_for(1).remove(0);
    assert_eq!(mail.to, ["wen@example.com"]);
    assert!(house.facts("incident.acknowledged").is_empty());

    assert_eq!(send("trigger"), "queue-1");
    assert_eq!(send("acknowledge"), "queue-1");
    assert_eq!(house.wait_for_facts("incident.acknowledged", 1).len(), 1);
    assert_eq!(send("resolve"), "queue-1");
    assert_eq!(house.wait_for_facts("incident.resolved", 1).len(), 1);
    assert_eq!(house.facts("alert.fired").len(), 1);
    house.verify();
}
