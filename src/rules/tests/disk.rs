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
    assert!(loaded.rule_set.is_none());
    assert_eq!(shown(&loaded), ["E015 -"]);
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
    let wider = LoadOptions::rooted(dir.path());
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

#[test]
fn a_rule_set_says_where_its_files_lie() {
    let dir = folder(&[
        ("schemas/s.json", "{\"$ref\": \"t.json\"}"),
        ("schemas/t.json", "{}"),
        ("sets/a/r.yaml", "ruleset: {root: ../..}\nschemas: {s: {file: ../../schemas/s.json}}"),
        ("sets/a/r.test.yaml", "tests: [{name: x, events: ../../e.ndjson, expect: {status: malformed}}]"),
        ("e.ndjson", "{}\n"),
    ]);
    let rules = dir.path().join("sets/a");
    let loaded = load_at(&rules);
    let version = loaded.rule_set.as_ref().map(|rules| rules.version.clone());
    assert!(version.is_some(), "{:?}", loaded.diagnostics);
    let files: Vec<_> = loaded.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["../../schemas/s.json", "../../schemas/t.json", "r.yaml"]);
    let tests = |options: &LoadOptions| crate::suite::load(&loaded.tests, options).diagnostics.len();
    assert_eq!((tests(&LoadOptions::default().within(loaded.root.as_deref())), tests(&LoadOptions::default())), (0, 1));
    assert!(loaded.snapshot.is_current());
    // The root that is given to `load` overrides it.
    let narrow = load(&rules, &LoadOptions::rooted(dir.path().join("sets")));
    assert_eq!(shown(&narrow), ["E065 ../../schemas/s.json"]);
    // A version depends on files and their paths in the rule set, not on the location of the rule set.
    let other = tempfile::tempdir().unwrap();
    for file in ["schemas/s.json", "schemas/t.json", "sets/a/r.yaml"] {
        let to = other.path().join("deeper").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(dir.path().join(file), to).unwrap();
    }
    let moved = load_at(&other.path().join("deeper/sets/a"));
    assert_eq!(moved.rule_set.map(|rules| rules.version), version);
}

#[test]
fn roots_that_cannot_be_used() {
    let dir = folder(&[("f", "")]);
    for (root, code) in [("none", "E063 none"), ("f", "E011 f"), ("/", "E014 /"), ("[]", "E004 []")] {
        fs::write(dir.path().join("r.yaml"), format!("ruleset: {{root: {root}}}")).unwrap();
        assert_eq!(shown(&load_at(dir.path())), [code]);
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_rule_set_are_not_read() {
    use std::os::unix::fs::symlink;
    let dir = folder(&[("secret.yaml", "password: x"), ("more/m.yaml", RULE), ("rules/r.yaml", "labels: {l: id}")]);
    let rules = dir.path().join("rules");
    symlink("../secret.yaml", rules.join("a.yaml")).unwrap();
    symlink("../more", rules.join("m")).unwrap();
    let loaded = load_at(&rules);
    assert_eq!(shown(&loaded), ["E065 -", "E065 -"]);
    assert!(loaded.sources.iter().all(|(_, file)| !file.text.contains("password")));
    fs::remove_file(rules.join("a.yaml")).unwrap();
    // If the rule set says so, they are; and a second reading sees them.
    fs::write(rules.join("r.yaml"), "ruleset: {root: ..}").unwrap();
    let loaded = load_at(&rules);
    assert!(loaded.rule_set.is_some(), "{:?}", loaded.diagnostics);
    assert_eq!(loaded.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["m/m.yaml", "r.yaml"]);
    assert!(loaded.snapshot.is_current());
    // A link to the whole folder, or to the one file, was requested.
    symlink(&rules, dir.path().join("link")).unwrap();
    assert!(load_at(&dir.path().join("link")).rule_set.is_some());
    symlink("../more/m.yaml", rules.join("one.yaml")).unwrap();
    assert!(load_at(&rules.join("one.yaml")).rule_set.is_some());
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    use std::os::unix::fs::symlink;
    let dir = folder(&[("r.yaml", RULE)]);
    let fifo = dir.path().join("pipe.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let loaded = load_at(dir.path());
    assert_eq!(shown(&loaded), ["E011 -"]);
    assert!(loaded.diagnostics[0].message.ends_with("pipe.yaml`: not a regular file"), "{:?}", loaded.diagnostics);
    fs::remove_file(&fifo).unwrap();
    symlink("/dev/zero", dir.path().join("zero.csv")).unwrap();
    fs::write(dir.path().join("r.yaml"), "lookups: {l: {file: zero.csv, key: id}}").unwrap();
    let options = LoadOptions::rooted("/dev");
    let loaded = load(dir.path(), &options);
    assert_eq!(shown(&loaded), ["E011 zero.csv"]);
}

#[test]
fn limits() {
    let dir = folder(&[("a.yaml", RULE), ("b.yaml", "lookups: {l: {file: l.csv, key: id}}"), ("l.csv", "id\n1\n")]);
    let with = |change: fn(&mut LoadOptions)| {
        let mut options = LoadOptions::default();
        change(&mut options);
        shown(&load(dir.path(), &options))
    };
    assert_eq!(with(|_| {}), ["W007 l"]);
    assert_eq!(with(|options| options.limits.file_bytes = 34), ["E010 -"]);
    assert_eq!(with(|options| options.limits.total_bytes = 71), ["E017 l.csv"]);
    assert_eq!(with(|options| options.limits.files = 1), ["E017 -"]);
    fs::write(dir.path().join("a.yaml"), "a: 1\nb: 2\nc: 3").unwrap();
    assert_eq!(with(|options| options.limits.diagnostics = 2), ["E003 a", "E003 b", "E017 -"]);
}

#[test]
fn every_file_may_begin_with_a_byte_order_mark() {
    let files = [
        ("r.yaml", "lookups: {c: {file: c.csv, key: id}, j: {file: j.json, key: id}, y: {file: y.yaml, key: id}}"),
        (
            "s.yaml",
            "schemas: {a: {file: a.json}, b: {file: b.yaml}}\nlabels: {l: 'lookup(\"c.n\", id)', j: 'lookup(\"j.n\", id)', y: 'lookup(\"y.n\", id)'}",
        ),
        ("c.csv", "id,n\n1,2\n"),
        ("j.json", "[{\"id\": 1, \"n\": 2}]"),
        ("y.yaml", "- {id: 1, n: 2}"),
        ("a.json", "{\"$ref\": \"d.json\"}"),
        ("d.json", "{\"$ref\": \"b.yaml\"}"),
        ("b.yaml", "type: object"),
        ("t.test.yaml", "tests: [{name: x, events: e.ndjson, expected: d.ndjson}]"),
        ("e.ndjson", "{\"data\":{}}\n"),
        ("d.ndjson", "{\"status\":\"malformed\"}\n"),
    ];
    let marked: Vec<_> = files.iter().map(|(path, text)| (*path, format!("\u{feff}{text}"))).collect();
    let dir = folder(&marked.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>());
    let loaded = load_at(dir.path());
    let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let suite = crate::suite::load(&loaded.tests, &LoadOptions::default());
    assert!(suite.diagnostics.is_empty(), "{:?}", suite.diagnostics);
    assert_eq!(crate::suite::run(&rules, &suite, None).failed(), 0);
    let strings = super::load_strings("x", marked.iter().take(8).map(|(path, text)| (*path, text.as_str())));
    assert!(strings.rule_set.is_some(), "{:?}", strings.diagnostics);
}
