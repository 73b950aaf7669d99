//! Texts that replace files on disk.

use super::*;
use std::fs;
use std::path::Path;

const RULES: &str = "rules: [{name: disk, when: 'lookup(\"l.v\", id) == \"1\"', subscribers: [s]}]
lookups: {l: {file: data/l.csv, key: k}}
schemas: {s: {file: data/s.json}}
";

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    for (path, text) in [("rules.yaml", RULES), ("data/l.csv", "k,v\na,1\n"), ("data/s.json", "{\"type\": \"object\"}")]
    {
        fs::write(dir.path().join(path), text).unwrap();
    }
    dir
}

fn rule_names(loaded: &Loaded) -> Vec<&str> {
    let rules = loaded.rule_set.as_ref().unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    rules.rules.iter().map(|rule| &*rule.name.text).collect()
}

#[test]
fn of_an_existing_file() {
    let dir = folder();
    let text = RULES.replace("disk", "unsaved");
    let options = LoadOptions::default().overlay(dir.path().join("rules.yaml"), text.as_str());
    let loaded = load(dir.path(), &options);
    assert_eq!(rule_names(&loaded), ["unsaved"]);
    assert!(loaded.snapshot.is_current());
    assert_ne!(loaded.rule_set.unwrap().version, load(dir.path(), &LoadOptions::default()).rule_set.unwrap().version);
    // The same file by another path, and as the only file of a rule set.
    let roundabout = dir.path().join("data/../rules.yaml");
    let options = LoadOptions::default().overlay(roundabout, text.as_str());
    assert_eq!(rule_names(&load(&dir.path().join("rules.yaml"), &options)), ["unsaved"]);
    // Errors are in the text of the overlay.
    let options = LoadOptions::default().overlay(dir.path().join("rules.yaml"), "rules: [{name: r, wen: 1}]");
    assert_eq!(shown(&load(dir.path(), &options)), ["E003 wen"]);
}

#[test]
fn of_new_files_in_the_folder() {
    let dir = folder();
    let new = |path: &str, name: &str| {
        let text = format!("rules: [{{name: {name}, subscribers: [s]}}]");
        LoadOptions::default().overlay(dir.path().join(path), text)
    };
    assert_eq!(rule_names(&load(dir.path(), &new("a.yaml", "new"))), ["new", "disk"]);
    let loaded = load(dir.path(), &new("a/b/c.yaml", "deep"));
    assert_eq!(rule_names(&loaded), ["deep", "disk"]);
    assert!(loaded.files.iter().any(|file| file.path == "a/b/c.yaml"));
    assert!(loaded.snapshot.is_current());
    fs::write(dir.path().join("d.yaml"), "rules: []").unwrap();
    assert!(!loaded.snapshot.is_current());
    // Hidden files and other kinds of files are left out as on disk.
    assert_eq!(rule_names(&load(dir.path(), &new(".a.yaml", "hidden"))), ["disk"]);
    assert_eq!(rule_names(&load(dir.path(), &new("a.txt", "text"))), ["disk"]);
    // A file that is not on disk, alone.
    let alone = dir.path().join("alone.yaml");
    assert_eq!(rule_names(&load(&alone, &new("alone.yaml", "alone"))), ["alone"]);
}

#[test]
fn of_a_lookup_and_a_schema() {
    let dir = folder();
    let options = LoadOptions::default()
        .overlay(dir.path().join("data/l.csv"), "k,v,w\na,1,2\nb,3,4\n")
        .overlay(dir.path().join("data/s.json"), "{\"type\": \"array\"}");
    let rules = load(dir.path(), &options).rule_set.unwrap();
    assert_eq!(rules.lookups[0].columns, ["v", "w"]);
    assert!(!rules.schemas[0].validator.validate(&json!({})).is_empty());
    let broken = LoadOptions::default().overlay(dir.path().join("data/s.json"), "{");
    assert_eq!(load(dir.path(), &broken).diagnostics[0].code, Code::BadSchema);
    // They need not be on disk.
    fs::remove_dir_all(dir.path().join("data")).unwrap();
    assert_eq!(rule_names(&load(dir.path(), &options)), ["disk"]);
    assert_eq!(load(dir.path(), &LoadOptions::default()).diagnostics[0].code, Code::MissingFile);
}

#[test]
fn within_the_limits_and_the_root() {
    let dir = folder();
    let outside = tempfile::tempdir().unwrap();
    let text = RULES.replace("data/l.csv", "../x.csv");
    let options = LoadOptions::default()
        .overlay(dir.path().join("rules.yaml"), text.as_str())
        .overlay(dir.path().parent().unwrap_or(Path::new("/")).join("x.csv"), "k,v\n");
    assert_eq!(load(dir.path(), &options).diagnostics[0].code, Code::OutsideRoot);
    let options = LoadOptions::default()
        .limits(crate::rules::LoadLimits::default().file_bytes(300))
        .overlay(dir.path().join("data/l.csv"), format!("k,v\n{}", "#".repeat(300)));
    assert_eq!(load(dir.path(), &options).diagnostics[0].code, Code::TooLarge);
    // Texts of other folders make no difference.
    let options = LoadOptions::default().overlay(outside.path().join("a.yaml"), "rules: 7");
    assert_eq!(rule_names(&load(dir.path(), &options)), ["disk"]);
}

#[test]
fn of_tests_and_their_events() {
    let dir = folder();
    let test = dir.path().join("r.test.yaml");
    let text = "tests: [{name: t, events: e.ndjson, expect: {status: routed}}]";
    let options =
        LoadOptions::default().overlay(&test, text).overlay(dir.path().join("e.ndjson"), "{\"type\": \"a\"}\n");
    let loaded = load(dir.path(), &options);
    assert_eq!(loaded.tests.len(), 1);
    let suite = crate::suite::load(&loaded.tests, &options.within(loaded.root.as_deref()));
    assert_eq!(suite.files.len(), 1);
    assert!(!suite.diagnostics.iter().any(|one| one.code == Code::MissingFile), "{:#?}", suite.diagnostics);
}
