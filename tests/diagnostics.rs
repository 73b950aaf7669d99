//! The diagnostics for each mistake. A folder of `tests/cases/check` is a rule set with mistakes (`quiet` only looks as if it
//! had some); its `shown.snap` holds the output of `dadar check`.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, clippy::panic)]

use dadar::diagnostic::render::{Format, render};
use dadar::{Code, LoadOptions, load};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const CASES: &str = "tests/cases/check";

/// Relative to the project, so that the output contains no paths of a machine.
fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(CASES).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn mistakes_are_shown_so_that_they_can_be_mended() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let loaded = load(&case, &LoadOptions::default());
        seen.extend(loaded.diagnostics.iter().map(|one| one.code));
        let shown = render(&loaded.diagnostics, &loaded.sources, Format::Human, false);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(&case));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("shown", shown));
    }
    // Codes that need huge files, special limits or bytes that are not text have tests elsewhere; so do those of test files
    // and of the formatter.
    let of_tests = [Code::BadTest, Code::TestNamesNobody];
    let elsewhere = [Code::TooLarge, Code::LoadBudget, Code::Unreadable, Code::NotFormatted];
    let elsewhere = [&of_tests[..], &elsewhere[..]].concat();
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
