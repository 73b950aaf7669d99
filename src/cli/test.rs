//! `dadar test`: runs the tests of rule sets.

mod human;
mod junit;
mod test_files;
mod watch;

use super::budget::BudgetArgs;
use super::progress::Spinner;
use super::rule_set::{LoadedSets, RulesArg, exit, is_stdin, load_all, options};
use super::{CommandError, Done, Exit, Global, output};
use clap::{Args, ValueEnum};
use dadar::Loaded;
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Diagnostic, printable_json};
use dadar::suite::{self, FileReport, Report, TestOutcome};
use dadar::unstable::rules::InputSnapshot;
use serde_json::json;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar test                              the tests of ./rules\n  \
    dadar test rules/orders -k lunch        those with `lunch` in their names\n  \
    dadar test rules/orders/a.test.yaml     those of one file\n  \
    dadar test --watch                      again after each change\n  \
    dadar test --format junit > tests.xml   for a build server")]
pub(crate) struct TestArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// Run only tests whose names contain this
    #[arg(short = 'k', long = "filter", value_name = "NAME")]
    filter: Option<String>,
    /// Succeed even if there are no tests to run
    #[arg(long)]
    allow_empty: bool,
    /// Run again whenever a file changes that the rules or the tests are made of
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    budget: BudgetArgs,
    /// How to write the results
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    format: TestFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// For people
    Human,
    /// One JSON object a line: each test, then a summary
    Json,
    /// JUnit's XML, for build servers
    Junit,
}

/// The test results of a rule set.
struct Tested {
    path: PathBuf,
    report: Report,
    /// The exit code it leads to by itself.
    exit: Exit,
    /// How many tests there are, and how many of them ran.
    tests: usize,
    ran: usize,
}

pub(crate) fn run(args: TestArgs, global: &Global) -> Done {
    if !args.watch {
        return run_once(&args, global, &mut Vec::new());
    }
    if is_stdin(args.rules.path()) {
        return Err(CommandError::new("--watch needs a file or folder: standard input cannot be read again").into());
    }
    if args.format == TestFormat::Junit {
        return Err(CommandError::new("--watch cannot write JUnit's XML, which is one document")
            .hint("with `--format json`, each run ends with a line of counts")
            .into());
    }
    watch::repeat(global, || {
        let mut snapshots = Vec::new();
        let done = run_once(&args, global, &mut snapshots);
        (done, snapshots)
    })
}

/// Runs the tests. The files that they were made of are added to `snapshots`, also if there was an error.
fn run_once(args: &TestArgs, global: &Global, snapshots: &mut Vec<InputSnapshot>) -> Done {
    let rules = args.rules.path();
    let test_file = test_files::rule_set_of(rules);
    let folder = test_file.as_deref().unwrap_or(rules);
    if args.watch && folder.metadata().is_err() {
        // Its absence is recorded, too.
        snapshots.push(dadar::load(folder, &options(global)).snapshot);
    }
    let LoadedSets { mut sets, snapshot } = load_all(folder, global)?;
    snapshots.extend(snapshot);
    if test_file.is_some() {
        // Only this file is run.
        sets.iter_mut().for_each(|(_, loaded)| loaded.tests = vec![rules.to_path_buf()]);
    }
    let several = sets.len() > 1;
    let mut all = Vec::new();
    for (path, loaded) in sets {
        all.push(test_one(path, loaded, args, global, snapshots)?);
    }
    if !args.allow_empty {
        refuse_unmatched(&all, args.filter.as_deref())?;
        refuse_empty(&mut all, args.filter.as_deref(), global.quiet)?;
    }
    match args.format {
        TestFormat::Human => {
            let colour = output::colour(global.color, &io::stdout());
            for tested in &all {
                let heading = several.then_some(tested.path.as_path());
                output::print(&human::render(&tested.report, &tested.path, heading, colour))?;
            }
        }
        TestFormat::Json => output::print(&json_lines(&all))?,
        TestFormat::Junit => output::print(&junit::render(all.iter().map(|one| (one.path.as_path(), &one.report))))?,
    }
    Ok(all.iter().map(|one| one.exit).find(|exit| *exit != Exit::Fine).unwrap_or(Exit::Fine))
}

/// Runs the tests of a rule set. Mistakes in the rules or in the tests are reported on stderr; tests without mistakes run
/// anyway.
fn test_one(
    path: PathBuf,
    mut loaded: Loaded,
    args: &TestArgs,
    global: &Global,
    snapshots: &mut Vec<InputSnapshot>,
) -> anyhow::Result<Tested> {
    let mut snapshot = std::mem::take(&mut loaded.snapshot);
    if args.watch {
        // Before they are read, so that no change in between is missed.
        loaded.tests.iter().for_each(|test| snapshot.add(test));
    }
    let spinner = Spinner::start("loading tests", global);
    let mut suite = suite::load(&loaded.tests, &options(global).within(loaded.root.as_deref()));
    drop(spinner);
    loaded.rule_set.iter().for_each(|rules| suite.check_names(rules));
    if args.watch {
        suite.named.iter().for_each(|file| snapshot.add(file));
        snapshots.push(snapshot);
    }
    let rule_errors = complain(&loaded.diagnostics, |errors| render_errors(errors, &loaded.sources, global))?;
    let test_errors = complain(&suite.diagnostics, |errors| render_errors(errors, &suite.sources, global))?;
    let spinner = Spinner::start("running tests", global);
    let mut report = match &loaded.rule_set {
        Some(rules) => suite::run_within(rules, &suite, args.filter.as_deref(), args.budget.budget()),
        None => Report::default(),
    };
    drop(spinner);
    let ran = report.outcomes().count();
    report.files.extend(problem(&path, "the rules can be loaded", &rule_errors));
    report.files.extend(problem(&path, "the tests can be read", &test_errors));
    let errors = [rule_errors, test_errors].concat();
    let exit = match (errors.is_empty(), report.failed()) {
        (false, _) => exit(&errors),
        (true, 0) => Exit::Fine,
        (true, _) => Exit::Refused,
    };
    Ok(Tested { path, report, exit, tests: suite.len(), ran })
}

/// A filter that no test has in its name is most likely misspelt. (If there are no tests, or errors, that is reported instead.)
fn refuse_unmatched(all: &[Tested], filter: Option<&str>) -> Result<(), CommandError> {
    let Some(filter) = filter else { return Ok(()) };
    let tests: usize = all.iter().map(|tested| tested.tests).sum();
    let is_unmatched = tests > 0 && all.iter().all(|tested| tested.ran == 0 && tested.exit == Exit::Fine);
    if !is_unmatched {
        return Ok(());
    }
    Err(CommandError::new(format!("no test has `{filter}` in its name"))
        .hint(format!("tests that were found: {tests}; {ALLOW_EMPTY}")))
}

/// A run without a single test fails, since it would look like success. If only some of several rule sets have no tests, that
/// is reported on stderr.
fn refuse_empty(all: &mut [Tested], filter: Option<&str>, quiet: bool) -> anyhow::Result<()> {
    let none_ran = all.iter().all(|tested| tested.ran == 0);
    for tested in all.iter_mut().filter(|tested| tested.exit == Exit::Fine && tested.ran == 0) {
        let path = tested.path.display().to_string();
        let (name, found, note) = match filter {
            Some(filter) if tested.tests > 0 => {
                ("a test has such a name", format!("no test with `{filter}` in its name"), ALLOW_EMPTY)
            }
            _ => ("there are tests", String::from("no tests"), NO_TESTS),
        };
        if !none_ran {
            if !quiet {
                output::complain(&format!("{path}: {found}\n"))?;
            }
            continue;
        }
        let failure = suite::TestFailure::new("tests", "at least one", found).note(note);
        tested.report.files.push(FileReport::new(&path, vec![TestOutcome::failed(name, &path, failure)]));
        tested.exit = Exit::Refused;
    }
    Ok(())
}

const NO_TESTS: &str = "tests are in files named `*.test.yaml`; `--allow-empty` lets a rule set without tests pass";
const ALLOW_EMPTY: &str = "`--allow-empty` lets this pass";

/// Errors as a test that failed, so that no report looks as if all were well.
fn problem(path: &Path, name: &str, errors: &[Diagnostic]) -> Option<FileReport> {
    let path = path.display().to_string();
    let failure = suite::TestFailure::new("errors", "none", output::count(errors.len(), "error"))
        .note("they are reported on standard error, and by `dadar check`");
    let outcome = TestOutcome::failed(name, &path, failure);
    (!errors.is_empty()).then(|| FileReport::new(path, vec![outcome]))
}

fn render_errors(errors: &[Diagnostic], sources: &dadar::diagnostic::Sources, global: &Global) -> String {
    render(errors, sources, Format::Human, output::colour(global.color, &io::stderr()))
}

/// Tells the errors among diagnostics, and hands them back.
fn complain(all: &[Diagnostic], render: impl Fn(&[Diagnostic]) -> String) -> anyhow::Result<Vec<Diagnostic>> {
    let errors: Vec<Diagnostic> = all.iter().filter(|one| one.is_error()).cloned().collect();
    output::complain(&render(&errors))?;
    Ok(errors)
}

fn json_lines(all: &[Tested]) -> String {
    let mut lines = String::new();
    for tested in all {
        for file in &tested.report.files {
            for outcome in &file.outcomes {
                let line = json_line(&tested.path, &file.path, outcome).to_string();
                lines += &format!("{}\n", printable_json(&line));
            }
        }
    }
    let (passed, failed) = totals(all.iter().map(|one| &one.report));
    lines + &format!("{}\n", json!({"passed": passed, "failed": failed}))
}

fn json_line(rules: &Path, file: &str, outcome: &TestOutcome) -> serde_json::Value {
    let failure = |one: &suite::TestFailure| {
        json!({
            "event": one.event, "field": one.field, "expected": one.expected,
            "found": one.found, "note": one.note, "place": one.place,
        })
    };
    json!({
        "rules": rules.display().to_string(),
        "file": file,
        "name": outcome.name,
        "place": outcome.place,
        "passed": outcome.passed(),
        "events": outcome.events,
        "failed_event": outcome.failed_event,
        "now": outcome.now,
        "seconds": outcome.duration.as_secs_f64(),
        "failures": outcome.failures.iter().map(failure).collect::<Vec<_>>(),
    })
}

/// Passed and failed over all reports.
fn totals<'r>(reports: impl Iterator<Item = &'r Report>) -> (usize, usize) {
    reports.fold((0, 0), |(passed, failed), report| (passed + report.passed(), failed + report.failed()))
}
