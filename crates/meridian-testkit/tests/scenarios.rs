//! Every file of `tests/scenarios` is an incident, told in the scenario language and played on one estate.

use std::path::Path;

use meridian_testkit::scenario;

/// `MERIDIAN_SCENARIO=part-of-a-name` plays only those.
#[test]
fn every_scenario_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let estate = std::fs::read_to_string(folder.join("estate.yaml")).expect("the estate is readable");
    let wanted = std::env::var("MERIDIAN_SCENARIO").unwrap_or_default();
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("the folder is readable").flatten().collect();
    files.retain(|file| file.path().extension().is_some_and(|extension| extension == "scenario"));
    files.sort_by_key(|file| file.path());
    assert!(files.len() >= 25, "only {} scenarios are found in {}", files.len(), folder.display());
    let mut broken = Vec::new();
    for file in files {
        let name = file.file_name().into_string().expect("a name in UTF-8");
        let text = std::fs::read_to_string(file.path()).expect("the scenario is readable");
        if let Some(Err(why)) = name.contains(&wanted).then(|| scenario::play(&estate, &text)) {
            broken.push(format!("tests/scenarios/{name}: {why}"));
        }
    }
    assert!(broken.is_empty(), "{} scenarios do not hold:\n{}", broken.len(), broken.join("\n"));
}
