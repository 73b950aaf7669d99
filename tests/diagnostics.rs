//! What people are shown for each mistake. A folder of `tests/cases/check` is a rule set with mistakes (`quiet` looks as if it
//! had some); `shown.snap` in it holds what `dadar check` would print.
#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, clippy::panic)]

use dadar::diagnostic::render::{Format, render};
use dadar::{Code, LoadOptions, load};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const CASES: &str = "tests/cases/check";

/// Relative to the project, so that what is shown has no place of a machine in it.
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
    // Those that need huge files, limits of their own, or bytes that are not text have tests elsewhere; so have test files.
    let elsewhere = [Code::TooLarge, Code::LoadBudget, Code::Unreadable, Code::BadTest];
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
