//! The checks of the fuzz targets, on their seeds and on all their findings so far.

#![cfg(feature = "render")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checks;

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let mut seen = 0;
    for kind in ["seeds", "findings"] {
        let folder = Path::new("tests/fuzz").join(kind).join(target);
        // Git does not store empty folders: a target without findings has no folder.
        for entry in fs::read_dir(folder).into_iter().flatten() {
            check(&fs::read(entry.unwrap().path()).unwrap());
            seen += 1;
        }
    }
    assert!(seen > 0, "no seeds of {target}");
}

#[test]
fn yaml() {
    replay("yaml", checks::yaml);
}

#[test]
fn expression() {
    replay("expression", checks::expression);
}

#[test]
fn scanner() {
    replay("scanner", checks::scanner);
}

#[test]
fn route() {
    replay("route", checks::route);
}
