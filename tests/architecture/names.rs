//! File names that every system can check out.

use std::collections::BTreeMap;
use std::path::Path;

/// What Windows keeps for devices, with any ending.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Made by tools, and not checked in.
const MADE: [&str; 5] = [".git", "target", "corpus", "artifacts", "mutants.out"];

pub(crate) fn fault(name: &str) -> Option<&'static str> {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    if RESERVED.contains(&&*stem) || numbered.is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9'])) {
        Some("is the name of a device on Windows")
    } else if name.contains(['<', '>', ':', '"', '\\', '|', '?', '*']) || name.contains(char::is_control) {
        Some("has a character that Windows allows in no name")
    } else if name.ends_with(['.', ' ']) {
        Some("ends with a dot or a space")
    } else {
        None
    }
}

/// What is wrong with the names below a folder.
pub(crate) fn faults(folder: &Path, out: &mut Vec<String>) {
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if MADE.contains(&&*name) {
            continue;
        }
        let shown = path.display();
        out.extend(fault(&name).map(|fault| format!("{shown} {fault}")));
        if let Some(other) = seen.insert(name.to_lowercase(), name.clone()) {
            out.push(format!("{shown} differs from `{other}` in capitals only"));
        }
        if path.is_dir() && !path.is_symlink() {
            faults(&path, out);
        }
    }
}
