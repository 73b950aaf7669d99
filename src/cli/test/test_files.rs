//! `dadar test FILE.test.yaml`: finds the rule set that a test file belongs to.

use std::fs;
use std::path::{Path, PathBuf};

/// The number of folders upwards in which a rule set is searched.
const MAX_UP: usize = 16;

/// The folder of the rule set that a test file belongs to; none for anything that is not a test file.
///
/// It is the nearest folder with rule files, at or above the file's own; but if that and the folders above it have rule files,
/// the nearest of them with a `ruleset:` section.
pub(super) fn rule_set_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    if !is_test(name) || !path.is_file() {
        return None;
    }
    let own = folder_of(path);
    let mut nearest = None;
    let mut at = Some(own.clone());
    for _ in 0..MAX_UP {
        let Some(folder) = at else { break };
        match (rules_in(&folder), &nearest) {
            (Rules::Head, _) => return Some(folder),
            (Rules::Some, None) => nearest = Some(folder.clone()),
            (Rules::None, Some(_)) => break,
            _ => {}
        }
        at = above(&folder);
    }
    Some(nearest.unwrap_or(own))
}

fn is_test(name: &str) -> bool {
    name.ends_with(".test.yaml") || name.ends_with(".test.yml")
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}

/// The parent folder, as a path from the current folder.
fn above(folder: &Path) -> Option<PathBuf> {
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => Some(parent.to_path_buf()),
        _ if folder != Path::new(".") && folder.is_relative() => Some(PathBuf::from(".")),
        _ => None,
    }
}

/// The rule files directly in a folder.
enum Rules {
    None,
    Some,
    /// One of them has a `ruleset:` section.
    Head,
}

fn rules_in(folder: &Path) -> Rules {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut rules = Rules::None;
    for path in entries.map(|entry| entry.path()).filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if is_test(&name) || name.starts_with('.') || !(name.ends_with(".yaml") || name.ends_with(".yml")) {
            continue;
        }
        if has_head(&path) {
            return Rules::Head;
        }
        rules = Rules::Some;
    }
    rules
}

fn has_head(path: &Path) -> bool {
    let text = fs::read(path).unwrap_or_default();
    text.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"ruleset:"))
}
