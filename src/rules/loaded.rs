//! The result of loading.

use super::input_snapshot::InputSnapshot;
use super::rule_set::RuleSet;
use crate::diagnostic::{Diagnostic, Sources};
use std::path::PathBuf;

/// One file that was read.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// Relative to the rule set, with `/`.
    pub path: String,
    /// Where it lies; `None` for rule sets made from strings.
    pub location: Option<PathBuf>,
}

/// The result of loading.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// The rule set; `None` if there are errors.
    pub rule_set: Option<RuleSet>,
    /// If there are errors: what could be decoded, for editors. It must not be used to route events: a condition with an error is left
    /// out, so its rule matches every event.
    pub partial: Option<RuleSet>,
    /// Every diagnostic, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// Everything that was read (rules, schemas, lookups).
    pub files: Vec<LoadedFile>,
    /// The `*.test.yaml` files of the rule set.
    pub tests: Vec<PathBuf>,
    /// What was looked at on disk; empty for rule sets made from strings.
    pub snapshot: InputSnapshot,
    /// If the folder holds several rule sets: their folders. Nothing is loaded then, and a diagnostic says so.
    pub rule_sets: Vec<PathBuf>,
    /// The widest folder that files of the rule set may lie in; `None` for rule sets made from strings.
    pub root: Option<PathBuf>,
}
