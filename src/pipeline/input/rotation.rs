//! Rotated files: the files that once had the name that is followed.

use super::source::FileIdentity;
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Orders the files of one rotation: last written, created, last renamed. Times on their own can be equal, since many file
/// systems only advance them every few milliseconds.
type Age = (SystemTime, Option<SystemTime>, (i64, i64));

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that had the followed name.
struct Rotated {
    path: PathBuf,
    identity: FileIdentity,
    age: Age,
}

/// The identities of all rotated files of `path`.
pub(super) fn identities(path: &Path) -> HashSet<FileIdentity> {
    rotated(path).map(|one| one.identity).collect()
}

/// The oldest file that had the name after `current`, and lost it again: a file can be rotated several times between two
/// polls. Files of exactly the same age as `current` are skipped if they are in `done`.
pub(super) fn next(path: &Path, current: (&Metadata, FileIdentity), done: &HashSet<FileIdentity>) -> Option<PathBuf> {
    let (metadata, identity) = current;
    let age = age(metadata)?;
    let follows = |one: &Rotated| {
        let ties = one.age == age && !done.contains(&one.identity);
        one.identity != identity && (one.age > age || ties)
    };
    let oldest = rotated(path).filter(follows).min_by(|a, b| a.age.cmp(&b.age).then_with(|| a.path.cmp(&b.path)));
    oldest.map(|one| one.path)
}

/// The files next to `path` whose name is its name followed by digits, such as `events.ndjson.1` or
/// `events.ndjson-20260110`.
fn rotated(path: &Path) -> impl Iterator<Item = Rotated> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let entries = fs::read_dir(folder_of(path)).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(move |entry| {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        file_name.strip_prefix(&name).filter(|suffix| is_suffix(suffix))?;
        let metadata = fs::metadata(entry.path()).ok().filter(Metadata::is_file)?;
        Some(Rotated { path: entry.path(), identity: FileIdentity::of(&metadata), age: age(&metadata)? })
    })
}

fn age(metadata: &Metadata) -> Option<Age> {
    Some((metadata.modified().ok()?, metadata.created().ok(), changed(metadata)))
}

/// When the file was last renamed or written.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> (i64, i64) {
    (0, 0)
}

/// `.1`, `-20260110`, `.2026-01-10T13:00:00Z`.
fn is_suffix(suffix: &str) -> bool {
    suffix.bytes().any(|b| b.is_ascii_digit()) && suffix.bytes().all(|b| b.is_ascii_digit() || b".-_:TZ".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::is_suffix;

    #[test]
    fn names_of_rotated_files() {
        for suffix in [".1", "-20260110", ".2026-01-10T13:00:00Z"] {
            assert!(is_suffix(suffix), "{suffix}");
        }
        for suffix in ["", ".bak", ".1.gz", ".", ".state"] {
            assert!(!is_suffix(suffix), "{suffix}");
        }
    }
}
