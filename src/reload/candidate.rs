//! A rule set that may come into force: loaded and tested, without touching the rule set in force.

use super::ReloadOptions;
use crate::diagnostic::{Diagnostic, Sources};
use crate::rules::{self, InputSnapshot, LoadOptions, Loaded, RuleSet};
use crate::suite::{self, Report, Suite};
use std::fmt;
use std::path::{Path, PathBuf};

/// A loaded rule set, and the files that it was loaded from.
pub(super) struct Candidate {
    pub(super) snapshot: InputSnapshot,
    loaded: Loaded,
}

/// The reason why a rule set does not come into force.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ReloadError {
    /// The errors in the rules or in their tests, without warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// The results of the tests, if some failed.
    pub tests: Option<Report>,
    /// If the folder contains several rule sets: their folders.
    pub rule_sets: Vec<PathBuf>,
}

impl Candidate {
    /// Reads and type-checks.
    pub(super) fn load(path: &Path, options: &ReloadOptions) -> Candidate {
        let mut loaded = rules::load(path, &options.load);
        let mut snapshot = std::mem::take(&mut loaded.snapshot);
        if options.tests {
            // Before they are read, so that no change in between is missed.
            loaded.tests.iter().for_each(|test| snapshot.add(test));
        }
        Candidate { snapshot, loaded }
    }

    /// The rule set, if it has no errors and passes its tests.
    pub(super) fn check(&mut self, options: &ReloadOptions) -> Result<RuleSet, ReloadError> {
        let Loaded { rule_set, diagnostics, sources, tests, rule_sets, .. } = std::mem::take(&mut self.loaded);
        let Some(rules) = rule_set else {
            let diagnostics = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
            return Err(ReloadError { diagnostics, sources, rule_sets, tests: None });
        };
        if options.tests {
            self.test(&rules, &tests, options)?;
        }
        Ok(rules)
    }

    fn test(&mut self, rules: &RuleSet, files: &[PathBuf], options: &ReloadOptions) -> Result<(), ReloadError> {
        let suite = suite::load(files, &options.load.within(self.snapshot.root()));
        suite.named.iter().for_each(|file| self.snapshot.add(file));
        check_suite(rules, suite)
    }
}

/// Runs the tests of a rule set, as a [`Reloader`](super::Reloader) does with `tests`: for a first rule set that was
/// loaded by other means.
pub fn check_tests(rules: &RuleSet, files: &[PathBuf], options: &LoadOptions) -> Result<(), Box<ReloadError>> {
    Ok(check_suite(rules, suite::load(files, options))?)
}

fn check_suite(rules: &RuleSet, mut suite: Suite) -> Result<(), ReloadError> {
    suite.check_names(rules);
    if suite.diagnostics.iter().any(Diagnostic::is_error) {
        let diagnostics = suite.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        return Err(ReloadError { diagnostics, sources: suite.sources, ..ReloadError::default() });
    }
    let report = suite::run(rules, &suite, None);
    match report.failed() {
        0 => Ok(()),
        _ => Err(ReloadError { tests: Some(report), sources: suite.sources, ..ReloadError::default() }),
    }
}

/// In one line: `3 errors: …`, the first of them.
impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if let Some(failed) = self.tests.as_ref().map(Report::failed) {
            let first = self.tests.iter().flat_map(Report::outcomes).find(|outcome| !outcome.passed());
            let name = first.map_or("", |outcome| outcome.name.as_str());
            return write!(f, "{failed} test{} failed: `{name}`", plural(failed));
        }
        if !self.rule_sets.is_empty() {
            return f.write_str("the folder contains several rule sets");
        }
        if self.diagnostics.is_empty() {
            return f.write_str("loading was cancelled");
        }
        let n = self.diagnostics.len();
        write!(f, "{n} error{}", plural(n))?;
        let Some(first) = self.diagnostics.first() else { return Ok(()) };
        write!(f, ": {}", first.message)?;
        match &first.primary {
            Some(label) => write!(f, " ({})", self.sources.place(label.span)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ReloadError {}
