//! From a folder, a file or strings to a rule set with every diagnostic found.

use super::RuleSet;
use crate::diagnostic::{Diagnostic, Sources};
use std::path::{Path, PathBuf};

/// How to load.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The folder that no file named by the rules may lie outside of.
    pub root: Option<PathBuf>,
}

/// One file that was read.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// Relative to the rule set, with `/`.
    pub path: String,
    /// Where it lies; none for rule sets made from strings.
    pub location: Option<PathBuf>,
}

/// What came of loading.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The rule set; none where there are errors.
    pub rule_set: Option<RuleSet>,
    /// Every diagnostic, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// Everything that was read (rules, schemas, lookups).
    pub files: Vec<LoadedFile>,
    /// The `*.test.yaml` files of the rule set.
    pub tests: Vec<PathBuf>,
    /// Where a folder holds several rule sets: their folders. Nothing is loaded then.
    pub rule_sets: Vec<PathBuf>,
}

/// Loads a folder or a file.
pub fn load(path: &Path, options: &LoadOptions) -> Loaded {
    todo!("{path:?} {options:?}")
}

/// Loads a rule set from strings: paths (with `/`) and texts. Files named by the rules are looked for among them.
pub fn load_strings<'f>(name: &str, files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Loaded {
    let _ = files.into_iter();
    todo!("{name}")
}
