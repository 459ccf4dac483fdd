//! What operators do to the directory of the estate while Meridian runs: it is refused whole and said so, the one
//! before stays in force, people are still paged, and mending it is enough.

use super::ground::Ground;
use meridian_testkit::servers::wait_until;
use serde_json::Value;
use std::fs;

/// The first line of the newest refusal in the journal after this entry.
fn refusal_after(ground: &Ground, seq: u64) -> Option<String> {
    let journal = ground.journal();
    let mut later = journal.iter().filter(|entry| entry["seq"].as_u64().is_some_and(|n| n > seq));
    let problems = later.find_map(|entry| entry["fact"]["estate.refused"]["problems"].as_array())?;
    Some(problems.iter().filter_map(|problem| problem["snippet"].as_str()).collect::<Vec<_>>().join("\n"))
}

fn head(ground: &Ground) -> u64 {
    ground.journal().last().and_then(|entry| entry["seq"].as_u64()).unwrap_or(0)
}

/// How the operator makes it look again.
#[derive(Clone, Copy, Debug)]
enum By {
    FileChange,
    Hangup,
    Post,
}

fn reload(ground: &Ground, by: By) {
    match by {
        By::FileChange => {}
        By::Hangup => ground.meridian.hangup(),
        By::Post => drop(ground.meridian.post("/-/reload", &Value::Null)),
    }
}

#[test]
fn a_broken_estate_is_refused_whole_and_mending_it_is_enough() {
    let ground = Ground::start();
    let good = ground.estate();
    let check = |broken: &str, by: By, expected: &[&str]| {
        let before = head(&ground);
        ground.meridian.write_estate("estate.yaml", broken);
        reload(&ground, by);
        let said = wait_until(&format!("the refusal of {expected:?}"), || refusal_after(&ground, before));
        for word in expected {
            assert!(said.contains(word), "{word} is missing in: {said}");
        }
        let answer = ground.meridian.post("/-/reload", &Value::Null);
        assert_eq!(answer.status, 500, "{}", answer.text());
        assert!(answer.text().contains("the one before stays in force"), "{}", answer.text());
        ground.lives(&format!("While{before}WasBroken"));
        let before = head(&ground);
        ground.meridian.write_estate("estate.yaml", &good);
        reload(&ground, by);
        wait_until("the mended estate is in force", || {
            let journal = ground.journal();
            let mut later = journal.iter().filter(|entry| entry["seq"].as_u64().is_some_and(|n| n > before));
            later.any(|entry| entry["fact"].get("estate.loaded").is_some()).then_some(())
        });
    };
    check("apiVersion: meridian/v1\nkind: Site\nmetadata: { name: [", By::FileChange, &[]);
    check(&good.replace("Asia/Hong_Kong", "Asia/Hong_Kogn"), By::Hangup, &["Asia/Hong_Kogn", "Asia/Hong_Kong"]);
    check(&good.replace("members: [wen] } }", "members: [] } }"), By::Post, &["member"]);
    check(&good.replace("page: [rota/payments]", "page: [escalation/payments]"), By::Post, &["escalation"]);
    check(&good.replace("hook, webhook: ", "hook, wehbook: "), By::FileChange, &["wehbook", "webhook"]);
    check("\0\0\0", By::Hangup, &[]);
    // A file that is just being written, or was emptied by a full disk, is no wish to page nobody.
    check("", By::FileChange, &["no Routing stands here", "lead to nobody"]);
    ground.is_sound();
}

#[test]
fn a_directory_that_is_gone_replaced_or_huge() {
    let ground = Ground::start();
    let (dir, aside) = (ground.meridian.estate().to_path_buf(), ground.meridian.estate().with_extension("aside"));
    let refused = |what: &str, before: u64| wait_until(what, || refusal_after(&ground, before));

    let before = head(&ground);
    fs::rename(&dir, &aside).unwrap();
    let said = refused("a refusal, because the directory is gone", before);
    assert!(said.contains("can't be read") || said.contains("No such file"), "{said}");
    ground.lives("WithoutADirectory");

    let before = head(&ground);
    fs::write(&dir, "a file").unwrap();
    assert_eq!(ground.meridian.post("/-/reload", &Value::Null).status, 500);
    ground.lives("AFileInItsPlace");
    assert!(head(&ground) > before);

    fs::remove_file(&dir).unwrap();
    fs::rename(&aside, &dir).unwrap();
    wait_until("the directory is back", || {
        let answer = ground.meridian.post("/-/reload", &Value::Null);
        (answer.status == 200).then_some(())
    });
    // It is another directory now, and its changes are still seen without being asked.
    let before = head(&ground);
    ground.meridian.write_estate("estate.yaml", "kind: [");
    refused("the change in the directory that came back", before);
    ground.meridian.write_estate("estate.yaml", &ground.estate());

    let huge: String = (0..40_000)
        .map(|n| {
            format!("---\napiVersion: meridian/v1\nkind: Team\nmetadata: {{ name: team-{n} }}\nspec: {{ members: [wen], nothing: at-all }}\n")
        })
        .collect();
    assert!(huge.len() > 4_000_000);
    let before = head(&ground);
    ground.meridian.write_estate("huge.yaml", &huge);
    let said = refused("a refusal of the huge file", before);
    assert!(said.contains("huge.yaml") && said.contains("bytes"), "{}", &said[..said.len().min(500)]);
    ground.lives("BesideAHugeFile");
    fs::remove_file(dir.join("huge.yaml")).unwrap();
    wait_until("all is well again", || (ground.meridian.post("/-/reload", &Value::Null).status == 200).then_some(()));
    ground.is_sound();
}

/// Who is being paged leaves the estate: the page goes on to who is there, or says that nobody is.
#[test]
fn a_person_who_is_being_paged_is_removed() {
    let ground = Ground::start();
    ground.hook.answer(|request| {
        let is_wen = request.path.ends_with("/wen");
        meridian_testkit::servers::Answer::status(if is_wen { 503 } else { 200 })
    });
    assert_eq!(ground.alert("WenIsPaged").status, 200);
    ground.hook.wait_for(1);
    let ana = ground.estate().replace("wen", "ana").replace("Wen Li", "Ana Ruiz");
    ground.meridian.write_estate("estate.yaml", &ana);
    let answer = ground.meridian.post("/-/reload", &Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.text());
    ground.lives("AnaIsPaged");
    let told = |fact: &str| {
        ground.journal().iter().any(|entry| {
            let fact = &entry["fact"][fact];
            fact.to_string().contains("wen") || fact["error"].as_str().is_some_and(|error| error.contains("wen"))
        })
    };
    wait_until("the journal says that Wen could not be reached", || {
        (told("delivery.failed") || told("escalation.exhausted") || told("delivery.cancelled")).then_some(())
    });
    assert_eq!(ground.meridian.get("/api/v2/alerts").status, 200);
    ground.is_sound();
}
