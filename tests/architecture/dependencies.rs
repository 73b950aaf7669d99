//! The crates that the engine alone is built from.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The crates that a library user without features builds, itself included, without build scripts' and tests' crates. Reads the
/// lock file; needs no network.
pub(crate) fn of_the_engine(root: &Path) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--no-default-features", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}
