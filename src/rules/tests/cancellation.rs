//! Loading stops soon after it is asked to.

use super::*;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Loads and stops at the check with this number (from 1); returns how many checks there were.
fn load_until(path: &std::path::Path, stop_at: usize) -> (Loaded, usize) {
    let checks = Arc::new(AtomicUsize::new(0));
    let counter = checks.clone();
    let options = LoadOptions::default().cancel_when(move || counter.fetch_add(1, Ordering::Relaxed) + 1 >= stop_at);
    let loaded = load(path, &options);
    (loaded, checks.load(Ordering::Relaxed))
}

#[test]
fn between_files() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..50 {
        fs::write(dir.path().join(format!("{file}.yaml")), format!("rules: [{{name: r{file}, subscribers: [s]}}]"))
            .unwrap();
    }
    let (all, checks) = load_until(dir.path(), usize::MAX);
    assert!(all.rule_set.is_some() && !all.cancelled);
    assert!(checks > 50, "{checks}");
    for stop_at in [1, 2, 10, 40] {
        let (loaded, checks) = load_until(dir.path(), stop_at);
        assert!(loaded.cancelled && loaded.rule_set.is_none() && loaded.partial.is_none());
        // The caller is not asked again.
        assert_eq!(checks, stop_at);
        assert!(loaded.sources.iter().count() < stop_at);
        assert!(matches!(loaded.into_result(), Err(crate::rules::LoadError::Cancelled)));
    }
}

#[test]
fn between_sections_lookups_and_rules() {
    let dir = tempfile::tempdir().unwrap();
    let broken: String =
        (0..1_000).map(|rule| format!("  - {{name: r{rule}, wen: true, subscribers: [s]}}\n")).collect();
    let lookups: String = (0..20).map(|n| format!("  l{n}: {{key: k, file: l{n}.csv}}\n")).collect();
    fs::write(dir.path().join("r.yaml"), format!("rules:\n{broken}lookups:\n{lookups}")).unwrap();
    for n in 0..20 {
        fs::write(dir.path().join(format!("l{n}.csv")), "k,v\na,1\n").unwrap();
    }
    let (all, checks) = load_until(dir.path(), usize::MAX);
    assert!(all.diagnostics.iter().filter(|one| one.code == Code::UnknownKey).count() >= 1_000);
    let mut read = Vec::new();
    let mut reported = Vec::new();
    for stop_at in 1..=checks {
        let (loaded, seen) = load_until(dir.path(), stop_at);
        assert!(loaded.cancelled && seen == stop_at, "{stop_at}");
        read.push(loaded.sources.iter().count());
        reported.push(loaded.diagnostics.iter().filter(|one| one.code == Code::UnknownKey).count());
    }
    // From one check to the next, one file at most is read, and 64 rules at most are decoded.
    assert!(read.windows(2).all(|pair| pair[1] - pair[0] <= 1), "{read:?}");
    assert!(reported.windows(2).all(|pair| pair[1] - pair[0] <= 64), "{reported:?}");
    assert_eq!(read.last(), Some(&all.sources.iter().count()));
}
