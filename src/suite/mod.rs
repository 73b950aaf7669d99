//! Tests of rules: the `*.test.yaml` files of a rule set, and the results of running them.
//!
//! Loading reports every mistake in the files without running a test; running prints nothing and returns a [`Report`].

mod decode;
mod expectation;
mod files;
mod names;
mod recorded;
mod run;

use crate::diagnostic::{Diagnostic, FileId, SourceFile, Sources, Span};
use crate::rules::LoadOptions;
use crate::rules::suppressions::Suppressions;
use crate::yaml;
use expectation::Expectation;
use recorded::Recorded;
use std::path::PathBuf;
use std::time::Duration;

pub use run::{run, run_within};

/// The tests of a rule set.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Suite {
    /// The files, in the order given.
    pub files: Vec<TestFile>,
    /// Every mistake that was found in them. A test with a mistake is left out.
    pub diagnostics: Vec<Diagnostic>,
    /// The lints that a comment silences.
    pub suppressed: Vec<Diagnostic>,
    /// The files that the spans of the diagnostics and the tests refer to.
    pub sources: Sources,
    /// The files of events and decisions that the tests name.
    pub named: Vec<PathBuf>,
    suppressions: Suppressions,
}

/// A file of tests.
#[derive(Debug)]
#[non_exhaustive]
pub struct TestFile {
    /// Its path, as shown in messages.
    pub path: String,
    /// Its tests, in file order.
    pub tests: Vec<TestCase>,
}

/// One test.
#[derive(Debug)]
#[non_exhaustive]
pub struct TestCase {
    /// Its name.
    pub name: String,
    /// Its place.
    pub span: Span,
    now: TestClock,
    inputs: Vec<TestInput>,
    /// What is expected of every event.
    expectations: Vec<Expectation>,
    /// What is expected of each event of a line that the rule set splits.
    parts: Option<ExpectedParts>,
    recorded: Option<Vec<Recorded>>,
}

/// A list under `expect`: an entry for each event of a line.
#[derive(Debug)]
struct ExpectedParts {
    span: Span,
    parts: Vec<Vec<Expectation>>,
}

/// The clock of a test.
#[derive(Debug, PartialEq, Eq)]
enum TestClock {
    /// Not given.
    None,
    /// Each event's own time.
    Event,
    /// As written; a time without an offset is in the rule set's zone.
    At(String),
}

/// An event of a test.
#[derive(Debug)]
struct TestInput {
    line: Vec<u8>,
    number: u64,
    /// `events.ndjson:3`; none if the test has a single event.
    shown: Option<String>,
}

/// The results of a suite.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// A report for each file.
    pub files: Vec<FileReport>,
}

/// The results of a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileReport {
    /// Its path, as shown in messages.
    pub path: String,
    /// The results of its tests, in file order.
    pub outcomes: Vec<TestOutcome>,
}

/// The result of a test.
#[derive(Debug)]
#[non_exhaustive]
pub struct TestOutcome {
    /// The test's name.
    pub name: String,
    /// Its place: `path:line:column`.
    pub place: String,
    /// The expectations that failed; empty if it passed.
    pub failures: Vec<TestFailure>,
    /// The first event for which an expectation failed, as a line of input.
    pub failed_event: Option<String>,
    /// The clock of that event, in the form that `--now` accepts.
    pub now: Option<String>,
    /// The number of its events.
    pub events: usize,
    /// Its duration.
    pub duration: Duration,
}

/// An expectation that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestFailure {
    /// The event, if the test has several: `events.ndjson:3`.
    pub event: Option<String>,
    /// The part of the decision: `subscribers`.
    pub field: String,
    /// The value that the test expects.
    pub expected: String,
    /// The value in the decision.
    pub found: String,
    /// The missing and the unexpected parts.
    pub note: Option<String>,
    /// The place of the expectation: `path:line:column`.
    pub place: Option<String>,
}

impl FileReport {
    /// The outcomes of the tests in one file.
    pub fn new(path: impl Into<String>, outcomes: Vec<TestOutcome>) -> FileReport {
        FileReport { path: path.into(), outcomes }
    }
}

impl TestOutcome {
    /// The outcome of a test that fails before its first event.
    pub fn failed(name: impl Into<String>, place: impl Into<String>, failure: TestFailure) -> TestOutcome {
        TestOutcome {
            name: name.into(),
            place: place.into(),
            failures: vec![failure],
            failed_event: None,
            now: None,
            events: 0,
            duration: Duration::ZERO,
        }
    }
}

impl TestFailure {
    /// A failure without an event, a note and a place.
    pub fn new(field: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> TestFailure {
        let (field, expected, found) = (field.into(), expected.into(), found.into());
        TestFailure { event: None, field, expected, found, note: None, place: None }
    }

    /// Adds a note.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> TestFailure {
        TestFailure { note: Some(note.into()), ..self }
    }
}

impl Report {
    /// The number of tests that passed.
    pub fn passed(&self) -> usize {
        self.outcomes().filter(|outcome| outcome.passed()).count()
    }

    /// The number of tests that failed.
    pub fn failed(&self) -> usize {
        self.outcomes().filter(|outcome| !outcome.passed()).count()
    }

    /// The outcomes of all files.
    pub fn outcomes(&self) -> impl Iterator<Item = &TestOutcome> {
        self.files.iter().flat_map(|file| &file.outcomes)
    }
}

impl TestOutcome {
    /// True if all tests passed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Suite {
    /// The number of tests.
    pub fn len(&self) -> usize {
        self.files.iter().map(|file| file.tests.len()).sum()
    }

    /// Moves the lints that comments silence.
    fn silence(&mut self) {
        self.suppressed.append(&mut self.suppressions.apply(&mut self.diagnostics));
    }

    /// True if there are no tests.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Loads test files. Mistakes in them are among [`Suite::diagnostics`].
///
/// ```
/// use dadar::{LoadOptions, load, suite};
/// use std::path::Path;
///
/// let options = LoadOptions::default();
/// let loaded = load(Path::new("rules/payments"), &options);
/// let tests = suite::load(&loaded.tests, &options.within(loaded.root.as_deref()));
/// assert!(tests.diagnostics.is_empty());
/// let report = suite::run(&loaded.rule_set.unwrap(), &tests, None);
/// assert_eq!((report.passed(), report.failed()), (tests.len(), 0));
/// ```
///
/// Reads these files and the event files that they name. Those may be in the folder of the test file, or in the root of
/// `options`. For the tests of a rule set, [`LoadOptions::within`] makes options with its root.
pub fn load(paths: &[PathBuf], options: &LoadOptions) -> Suite {
    let mut suite = Suite::default();
    for path in paths {
        if options.cancellation.is_requested() {
            break;
        }
        let shown = path.display().to_string();
        match files::read_text(path, options) {
            Ok(text) => {
                let id = suite.sources.add(SourceFile::new(shown, text));
                let folder = files::Folder::of(path, options);
                load_one(&mut suite, id, &folder);
                suite.named.extend(folder.named());
            }
            Err(problem) => {
                suite.diagnostics.push(Diagnostic::global(problem.code, format!("`{shown}` {}", problem.message)));
            }
        }
    }
    suite.silence();
    suite
}

/// Decodes a file that is among the sources already.
fn load_one(suite: &mut Suite, id: FileId, folder: &files::Folder) {
    let Some(file) = suite.sources.get(id) else { return };
    let (path, text) = (file.path.clone(), file.text.clone());
    let mut diagnostics = Vec::new();
    let document = yaml::parse(id, &text, yaml::YamlLimits::default(), &mut diagnostics);
    suite.suppressions.add_comments(&document, &text, &mut diagnostics);
    let mut decoder = decode::SuiteDecoder { folder, diagnostics: &mut diagnostics };
    let tests = document.root.map(|node| decoder.file(&node)).unwrap_or_default();
    diagnostics.sort_by_key(|one| one.primary.as_ref().map(|label| label.span.start));
    suite.diagnostics.append(&mut diagnostics);
    suite.files.push(TestFile { path, tests });
}

#[cfg(test)]
mod tests;
