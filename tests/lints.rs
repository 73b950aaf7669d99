//! Lints: a folder of `tests/cases/lints` has a rule set with a defect, whose first line names the expected codes, and a twin
//! without it, which must be silent. The example rule sets are silent too, notes included.
#![allow(clippy::unwrap_used, clippy::panic)]

use dadar::{LoadOptions, load, load_strings};
use std::path::{Path, PathBuf};

/// The codes of a rule file, and the diagnostics for messages.
fn codes(path: &Path) -> (Vec<&'static str>, String) {
    let text = std::fs::read_to_string(path).unwrap();
    let loaded = load_strings("case", [("rules.yaml", text.as_str())]);
    let place = |one: &dadar::Diagnostic| {
        one.primary.as_ref().map(|label| loaded.sources.place(label.span)).unwrap_or_default()
    };
    let shown = loaded.diagnostics.iter().map(|one| format!("{} {} {}\n", place(one), one.code.as_str(), one.message));
    let codes = loaded.diagnostics.iter().map(|one| one.code.as_str()).collect();
    (codes, shown.collect())
}

fn folders(path: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

#[test]
fn defects_are_reported_and_their_twins_are_silent() {
    let cases = folders("tests/cases/lints");
    assert!(cases.len() > 8);
    for case in cases {
        let defect = case.join("defect.yaml");
        let text = std::fs::read_to_string(&defect).unwrap();
        let wanted = text.lines().next().unwrap().strip_prefix("# expect: ").unwrap();
        let (mut found, shown) = codes(&defect);
        found.sort_unstable();
        assert_eq!(found.join(" "), wanted, "{}\n{shown}", defect.display());
        let (found, shown) = codes(&case.join("twin.yaml"));
        assert!(found.is_empty(), "{}\n{shown}", case.display());
    }
}

#[test]
fn the_examples_are_silent() {
    let mut sets = folders("rules");
    assert!(sets.len() > 4);
    // The rule set that `dadar init` writes.
    sets.push(PathBuf::from("src/cli/init"));
    for set in sets {
        let loaded = load(&set, &LoadOptions::default());
        assert!(loaded.rule_set.is_some(), "{}", set.display());
        let mut tests = dadar::suite::load(&loaded.tests, &LoadOptions::default().within(loaded.root.as_deref()));
        loaded.rule_set.iter().for_each(|rules| tests.check_names(rules));
        assert_eq!(loaded.diagnostics, [], "{}", set.display());
        assert_eq!(tests.diagnostics, [], "{}", set.display());
        assert!(loaded.suppressed.is_empty() && tests.suppressed.is_empty());
    }
}
