//! Folders on disk.

use super::{LoadOptions, Loaded, load, shown};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn load_at(path: &Path) -> Loaded {
    load(path, &LoadOptions::default())
}

const RULE: &str = "rules: [{name: a, subscribers: x}]";

#[test]
fn a_folder() {
    let dir = folder(&[
        ("b/x.yaml", RULE),
        ("a.yml", "labels: {l: id}"),
        ("a.test.yaml", "tests: []"),
        (".hidden.yaml", RULE),
        (".git/x.yaml", RULE),
        ("notes.txt", "x"),
    ]);
    let loaded = load_at(dir.path());
    assert!(loaded.rule_set.is_some(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a.yml", "b/x.yaml"]);
    assert_eq!(loaded.tests, [dir.path().join("a.test.yaml")]);
    let name = dir.path().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(*loaded.rule_set.unwrap().name, *name);
}

#[test]
fn one_file() {
    let dir = folder(&[("x.yaml", RULE), ("x.test.yaml", "tests: []"), ("y.yaml", RULE)]);
    let loaded = load_at(&dir.path().join("x.yaml"));
    assert_eq!(loaded.tests.len(), 1);
    assert_eq!(&*loaded.rule_set.unwrap().name, "x");
    assert_eq!(loaded.files.len(), 1);
}

#[test]
fn nothing_to_load() {
    let dir = folder(&[("x.txt", "")]);
    assert_eq!(shown(&load_at(dir.path())), ["E015 -"]);
    assert_eq!(shown(&load_at(&dir.path().join("none"))), ["E011 -"]);
    fs::write(dir.path().join("x.yaml"), b"rules: []\n# \xff\n").unwrap();
    let loaded = load_at(dir.path());
    assert_eq!(shown(&loaded), ["E011 \u{fffd}"]);
    assert!(loaded.diagnostics[0].message.contains("byte 12 "), "{}", loaded.diagnostics[0].message);
}

#[test]
fn several_rule_sets() {
    let dir = folder(&[
        ("food/main.yaml", "ruleset: {name: a}"),
        ("food/rules/r.yaml", RULE),
        ("cabs/deep/main.yaml", "ruleset: {name: b}"),
    ]);
    let loaded = load_at(dir.path());
    assert_eq!(loaded.rule_sets, [dir.path().join("cabs"), dir.path().join("food")]);
    assert!(loaded.rule_set.is_none() && loaded.diagnostics.is_empty());
    fs::write(dir.path().join("own.yaml"), RULE).unwrap();
    assert_eq!(shown(&load_at(dir.path())).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_config_map() {
    use std::os::unix::fs::symlink;
    let dir = folder(&[
        ("..2026/rules.yaml", RULE),
        ("..2026/s.json", "{}"),
        ("..2026/more.yaml", "schemas: {s: {file: s.json}}"),
    ]);
    symlink("..2026", dir.path().join("..data")).unwrap();
    for name in ["rules.yaml", "s.json", "more.yaml"] {
        symlink(format!("..data/{name}"), dir.path().join(name)).unwrap();
    }
    symlink(".", dir.path().join("loop")).unwrap();
    let loaded = load_at(dir.path());
    assert!(loaded.rule_set.is_some(), "{:?}", loaded.diagnostics);
    let files: Vec<_> = loaded.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["more.yaml", "rules.yaml", "s.json"]);
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_root() {
    use std::os::unix::fs::symlink;
    let dir = folder(&[("s.json", "{}"), ("rules/r.yaml", "schemas: {s: {file: ../s.json}}")]);
    let rules = dir.path().join("rules");
    assert_eq!(shown(&load_at(&rules)), ["E065 ../s.json"]);
    let wider = LoadOptions { root: Some(dir.path().to_path_buf()) };
    let loaded = load(&rules, &wider);
    assert!(loaded.rule_set.is_some(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.files[0].path, "../s.json");
    symlink("../s.json", rules.join("in.json")).unwrap();
    fs::write(rules.join("r.yaml"), "schemas: {s: {file: in.json}}").unwrap();
    assert_eq!(shown(&load_at(&rules)), ["E065 in.json"]);
    fs::write(rules.join("own.json"), "{\"$ref\": \"../s.json\"}").unwrap();
    fs::write(rules.join("r.yaml"), "schemas: {s: {file: own.json}}").unwrap();
    let loaded = load_at(&rules);
    assert_eq!(loaded.diagnostics[0].code.as_str(), "E064");
    assert!(loaded.diagnostics[0].message.contains("outside"), "{}", loaded.diagnostics[0].message);
}
