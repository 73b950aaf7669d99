//! Names of types: each has one meaning in the whole crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Names with two definitions of the same thing: with and without a feature, or an alias with one of its parameters set.
const SAME: [&str; 2] = ["CompiledSchema", "ElementCondition"];

/// The names that are defined in several files, with these files. Tests are left out.
pub(crate) fn repeated(folder: &Path) -> Vec<String> {
    let mut defined: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    collect(folder, &mut defined);
    let several = defined.into_iter().filter(|(name, files)| files.len() > 1 && !SAME.contains(&&**name));
    several.map(|(name, files)| format!("`{name}` is defined in {}", Vec::from_iter(files).join(" and "))).collect()
}

fn collect(folder: &Path, defined: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            collect(&path, defined);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for name in text.lines().filter_map(definition) {
                defined.entry(name.to_owned()).or_default().insert(path.display().to_string());
            }
        }
    }
}

/// The name of a type that a line at the top level of a file defines.
pub(crate) fn definition(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        // `pub(crate) struct`: only this parenthesis comes before the keyword.
        Some(rest) if rest.starts_with('(') => rest.split_once(") ").map_or(rest, |(_, rest)| rest),
        Some(rest) => rest.trim_start(),
        None => line,
    };
    let rest = ["struct ", "enum ", "trait ", "type ", "union "].iter().find_map(|word| line.strip_prefix(word))?;
    rest.split(|char: char| !char.is_alphanumeric() && char != '_').next()
}
