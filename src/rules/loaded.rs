//! The result of loading.

use super::input_snapshot::InputSnapshot;
use super::load_error::LoadError;
use super::name_index::NameIndex;
use super::rule_set::RuleSet;
use crate::diagnostic::{Diagnostic, Sources};
use std::path::PathBuf;

/// One file that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedFile {
    /// Relative to the rule set, with `/`.
    pub path: String,
    /// Its path on disk; `None` for rule sets made from strings.
    pub location: Option<PathBuf>,
}

/// The result of loading.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// The rule set; `None` if there are errors.
    pub rule_set: Option<RuleSet>,
    /// If there are errors: the parts without errors, for editors. It must not be used to route events: a condition with an
    /// error is dropped, so its rule matches every event.
    pub partial: Option<RuleSet>,
    /// All diagnostics, by file and place, except those that the rule set silences.
    pub diagnostics: Vec<Diagnostic>,
    /// The lints that a comment or a setting silences; each has a [`suppression`](Diagnostic::suppression).
    pub suppressed: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// The files that were read (rules, schemas, lookups).
    pub files: Vec<LoadedFile>,
    /// The files that define the rule set: those in [`files`](Self::files) that are neither schemas nor lookups.
    pub rule_files: Vec<PathBuf>,
    /// The `*.test.yaml` files of the rule set.
    pub tests: Vec<PathBuf>,
    /// The files and folders that loading looked at; empty for rule sets made from strings.
    pub snapshot: InputSnapshot,
    /// If the folder contains several rule sets: their folders. Nothing is loaded then, and there is a diagnostic.
    pub rule_sets: Vec<PathBuf>,
    /// The widest folder in which files of the rule set may be; `None` for rule sets made from strings.
    pub root: Option<PathBuf>,
    /// True if [`LoadOptions::cancel_when`](super::LoadOptions::cancel_when) stopped loading. There is no rule set then, and
    /// the diagnostics are incomplete.
    pub cancelled: bool,
}

impl Loaded {
    /// The rule set, or an error that displays all errors. Warnings are dropped.
    ///
    /// ```
    /// use dadar::load_strings;
    ///
    /// let right = load_strings("club", [("rules.yaml", "rules: [{name: all, subscribers: [audit]}]")]);
    /// let rules = right.into_result()?;
    /// assert_eq!(rules.rules.len(), 1);
    ///
    /// let wrong = load_strings("club", [("rules.yaml", "rules: [{name: all, subscriber: [audit]}]")]);
    /// let error = wrong.into_result().expect_err("the key is wrong");
    /// assert!(error.to_string().contains("unknown key `subscriber` in a rule"));
    /// # Ok::<(), dadar::LoadError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no rule set: see [`LoadError`].
    pub fn into_result(self) -> Result<RuleSet, LoadError> {
        match self.rule_set {
            Some(rule_set) => Ok(rule_set),
            None if self.cancelled => Err(LoadError::Cancelled),
            None if !self.rule_sets.is_empty() => Err(LoadError::SeveralRuleSets(self.rule_sets)),
            None => {
                let errors = self.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
                Err(LoadError::Invalid { errors, sources: self.sources })
            }
        }
    }

    /// The names of the rule set, or of the partial one: where each is defined and used. `None` if nothing was loaded.
    pub fn names(&self) -> Option<NameIndex> {
        self.rule_set.as_ref().or(self.partial.as_ref()).map(RuleSet::names)
    }
}
