//! `dadar fmt`: which files it changes, what it reports, and how it ends.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use program::Place;
use std::fs;

const UNTIDY: &str = "rules:\n- {name: all,subscribers: [audit]}   # everyone\n";
const TIDY: &str = "rules:\n  - {name: all, subscribers: [audit]}  # everyone\n";

fn place() -> Place {
    let tests = "tests:\n- {name: one, event: {type: a.b},expect: {subscribers: [audit]}}\n";
    let data = "- {id:   1, tier:  gold}\n";
    let lookup = "lookups: {customers: {file: customers.yaml, key: id}}\n";
    Place::new(&[
        ("rules/rules.yaml", UNTIDY),
        ("rules/lookups.yaml", lookup),
        ("rules/customers.yaml", data),
        ("rules/rules.test.yaml", tests),
    ])
}

#[test]
fn rule_files_and_tests_are_formatted_and_data_is_not() {
    let place = place();
    let called = place.call(&["fmt"], "").code(0);
    assert_eq!(
        called.out,
        "formatted rules/rules.yaml\nformatted rules/rules.test.yaml\n2 files formatted, 1 unchanged\n"
    );
    assert_eq!(fs::read_to_string(place.path("rules/rules.yaml")).unwrap(), TIDY);
    assert_eq!(fs::read_to_string(place.path("rules/customers.yaml")).unwrap(), "- {id:   1, tier:  gold}\n");
    place.call(&["test"], "").code(0);
    assert_eq!(place.call(&["fmt"], "").code(0).out, "3 files unchanged\n");
    let left: Vec<_> = fs::read_dir(place.path("rules")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn a_check_writes_nothing() {
    let place = place();
    let called = place.call(&["fmt", "--check"], "").code(1);
    assert!(called.out.starts_with("would format rules/rules.yaml\n"), "{called:?}");
    assert_eq!(fs::read_to_string(place.path("rules/rules.yaml")).unwrap(), UNTIDY);
    place.call(&["fmt", "-q"], "").code(0);
    assert_eq!(place.call(&["fmt", "--check"], "").code(0).out, "3 files unchanged\n");
}

#[test]
fn a_diff_writes_nothing_and_succeeds() {
    let place = place();
    let called = place.call(&["fmt", "--diff", "rules/rules.yaml"], "").code(0);
    let expected = "--- rules/rules.yaml\n+++ rules/rules.yaml (formatted)\n@@ -1,2 +1,2 @@\n rules:\n\
                    -- {name: all,subscribers: [audit]}   # everyone\n+  - {name: all, subscribers: [audit]}  # everyone\n";
    assert_eq!(called.out, expected);
    assert_eq!(fs::read_to_string(place.path("rules/rules.yaml")).unwrap(), UNTIDY);
    place.call(&["fmt", "--diff", "--check"], "").code(1);
    let coloured = place.call(&["fmt", "--diff", "--color", "always", "rules/rules.yaml"], "").out;
    assert!(coloured.contains("\x1b[31m-- {name"), "{coloured}");
}

#[test]
fn standard_input_is_written_to_standard_output() {
    let place = Place::new(&[]);
    assert_eq!(place.call(&["fmt", "-"], UNTIDY).code(0).out, TIDY);
    assert_eq!(place.call(&["fmt", "-", "--check"], TIDY).code(0).out, "");
    assert_eq!(place.call(&["fmt", "-", "--check"], UNTIDY).code(1).out, "");
    assert_eq!(
        place.call(&["fmt", "-"], "tests:\n- {name: x,event: {}, expect: {rules: []}}").code(0).out,
        "tests:\n  - {name: x, event: {}, expect: {rules: []}}\n"
    );
    place.call(&["fmt", "-"], b"\xff".to_vec()).code(1).complains("<stdin>` is not UTF-8");
}

#[test]
fn files_with_errors_are_left_alone_and_the_others_are_formatted() {
    let broken = [
        ("a: [1\n", "E001"),
        ("rules: [{name: x, subscribers: [a], when: 'data.a ='}]\n", "E040"),
        ("rules: [{name: x, subscribers: [a], whenn: data.a}]\n", "E003"),
    ];
    for (text, code) in broken {
        let place = Place::new(&[("rules/a.yaml", text), ("rules/b.yaml", UNTIDY)]);
        let called = place.call(&["fmt"], "").code(1).complains(code).complains("rules/a.yaml:1:");
        assert_eq!(called.out, "formatted rules/b.yaml\n1 file formatted, 1 with errors\n");
        assert_eq!(fs::read_to_string(place.path("rules/a.yaml")).unwrap(), text);
    }
    // A name that another file may define is no reason.
    let place = Place::new(&[("rules/a.yaml", "rules: [{name: x, when: elsewhere,  subscribers: [a]}]\n")]);
    place.call(&["fmt"], "").code(0).says("1 file formatted");
}

#[test]
fn wrong_paths_end_with_2_before_anything_is_written() {
    let place = place();
    place.call(&["fmt", "rules", "missing"], "").code(2).complains("there is no file or folder `missing`");
    place.call(&["fmt", "rules", "-"], "").code(2).complains("cannot be combined");
    fs::write(place.path("events.ndjson"), "{}").unwrap();
    place.call(&["fmt", "rules", "events.ndjson"], "").code(2).complains("neither a rule file nor a test file");
    assert_eq!(fs::read_to_string(place.path("rules/rules.yaml")).unwrap(), UNTIDY);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new(&[("shared/rules.yaml", UNTIDY)]);
    let path = place.path("shared/rules.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, place.path("link.yaml")).unwrap();
    place.call(&["fmt", "link.yaml", "shared/rules.yaml"], "").code(0).says("1 file formatted\n");
    assert!(fs::symlink_metadata(place.path("link.yaml")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(&path).unwrap(), TIDY);
    fs::write(&path, UNTIDY).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
    place.call(&["fmt", "shared"], "").code(2).complains("cannot write `shared/rules.yaml`: it is read-only");
    assert_eq!(fs::read_to_string(&path).unwrap(), UNTIDY);
}
