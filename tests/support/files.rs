//! Test files that a program watches.

use std::fs;
use std::path::Path;

/// Writes a file and its parent folders. The file appears as a whole: on a slow machine, a half-written file can be unchanged for
/// long enough to be read.
pub(crate) fn write_whole(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let beside = path.with_extension("beside");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}
