//! The example estate, which everybody who begins with Meridian reads first.

use std::{fs, path::Path};

use crate::estate::{Loaded, SourceFile, load};

/// The files below `examples/bank`, sorted.
pub fn files() -> Vec<SourceFile> {
    fn below(dir: &Path, prefix: &str, files: &mut Vec<SourceFile>) {
        for entry in fs::read_dir(dir).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
            if path.is_dir() {
                below(&path, &format!("{prefix}{name}/"), files);
            } else {
                files.push(SourceFile { path: format!("{prefix}{name}"), text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    let mut files = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bank"), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

pub fn bank() -> Loaded {
    load(&files()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|problem| format!("{problem}\n\n")).collect::<String>())
    })
}

#[test]
fn the_bank_is_in_order() {
    let loaded = bank();
    assert_eq!(loaded.warnings, []);
    let counts = loaded.estate.counts();
    assert_eq!((counts.sites, counts.persons, counts.teams, counts.rotas, counts.escalations), (3, 14, 4, 4, 4));
    assert_eq!(counts.chains, 2);
    let routing = loaded.estate.routing.unwrap();
    assert_eq!(routing.route.routes.len(), 4);
    assert_eq!(routing.route.routes[0].receiver.as_str(), "payments");
    assert_eq!(routing.time_intervals["markets-open"].len(), 3);
}
