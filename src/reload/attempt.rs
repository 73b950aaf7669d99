//! One attempt at a rule set: loaded, tested and compiled aside, touching nothing that is in force.

use super::ReloadOptions;
use crate::diagnostic::{Diagnostic, Sources};
use crate::route::Router;
use crate::rules::{self, Footprint, LoadOptions, Loaded, RuleSet};
use crate::suite::{self, Report, Suite};
use std::fmt;
use std::path::{Path, PathBuf};

/// A rule set that was loaded, and the place it was loaded from.
pub(super) struct Attempt {
    pub(super) footprint: Footprint,
    loaded: Loaded,
}

/// Why a rule set does not come into force.
#[derive(Debug, Default)]
pub struct Refusal {
    /// What is wrong with the rules or with their tests; warnings are left out.
    pub diagnostics: Vec<Diagnostic>,
    /// What the diagnostics point into.
    pub sources: Sources,
    /// What came of the tests, where some failed.
    pub tests: Option<Report>,
    /// Where a folder holds several rule sets: their folders.
    pub rule_sets: Vec<PathBuf>,
}

impl Attempt {
    /// Reads and checks.
    pub(super) fn load(path: &Path, options: &ReloadOptions) -> Attempt {
        let mut loaded = rules::load(path, &options.load);
        let mut footprint = std::mem::take(&mut loaded.footprint);
        if options.tests {
            // Before they are read, so that no change falls between.
            loaded.tests.iter().for_each(|test| footprint.add(test));
        }
        Attempt { footprint, loaded }
    }

    /// Tests and compiles.
    pub(super) fn build(&mut self, options: &ReloadOptions) -> Result<Router, Refusal> {
        let Loaded { rule_set, diagnostics, sources, tests, rule_sets, .. } = std::mem::take(&mut self.loaded);
        let Some(rules) = rule_set else {
            let diagnostics = diagnostics.into_iter().filter(Diagnostic::is_error).collect();
            return Err(Refusal { diagnostics, sources, rule_sets, tests: None });
        };
        if options.tests {
            self.test(&rules, &tests, options)?;
        }
        Ok(Router::with_options(&rules, options.route))
    }

    fn test(&mut self, rules: &RuleSet, files: &[PathBuf], options: &ReloadOptions) -> Result<(), Refusal> {
        let suite = suite::load(files, &options.load.within(self.footprint.root()));
        suite.named.iter().for_each(|file| self.footprint.add(file));
        check_suite(rules, suite)
    }
}

/// Runs the tests of a rule set: what a [`Reloader`](super::Reloader) does with `tests`, for a first rule set that was
/// loaded by other means.
pub fn check_tests(rules: &RuleSet, files: &[PathBuf], options: &LoadOptions) -> Result<(), Box<Refusal>> {
    Ok(check_suite(rules, suite::load(files, options))?)
}

fn check_suite(rules: &RuleSet, suite: Suite) -> Result<(), Refusal> {
    if suite.diagnostics.iter().any(Diagnostic::is_error) {
        let diagnostics = suite.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        return Err(Refusal { diagnostics, sources: suite.sources, ..Refusal::default() });
    }
    let report = suite::run(rules, &suite, None);
    match report.failed() {
        0 => Ok(()),
        _ => Err(Refusal { tests: Some(report), sources: suite.sources, ..Refusal::default() }),
    }
}

/// In one line: `3 errors: …`, the first of them.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if let Some(failed) = self.tests.as_ref().map(Report::failed) {
            let first = self.tests.iter().flat_map(Report::outcomes).find(|outcome| !outcome.passed());
            let name = first.map_or("", |outcome| outcome.name.as_str());
            return write!(f, "{failed} test{} failed: `{name}`", plural(failed));
        }
        if !self.rule_sets.is_empty() {
            return f.write_str("the folder holds several rule sets");
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

impl std::error::Error for Refusal {}
