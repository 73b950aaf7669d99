//! `dadar test`: runs the tests of rule sets.

mod human;
mod junit;
mod test_files;

use super::budget::BudgetArgs;
use super::rule_set::{RulesArg, exit, load_all, options};
use super::{Done, Exit, Global, output};
use clap::{Args, ValueEnum};
use dadar::Loaded;
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Diagnostic, printable_json};
use dadar::suite::{self, FileReport, Report, TestOutcome};
use serde_json::json;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar test                              the tests of ./rules\n  \
    dadar test rules/orders -k lunch        those with `lunch` in their names\n  \
    dadar test rules/orders/a.test.yaml     those of one file\n  \
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

/// What came of a rule set.
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
    let loaded = match test_files::rule_set_of(&args.rules.rules) {
        Some(folder) => load_for(&folder, &args.rules.rules, global)?,
        None => load_all(&args.rules.rules, global)?,
    };
    let several = loaded.len() > 1;
    let mut all = Vec::new();
    for (path, loaded) in loaded {
        all.push(test_one(path, loaded, &args, global)?);
    }
    if !args.allow_empty {
        refuse_empty(&mut all, args.filter.as_deref())?;
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

/// The rule set in a folder with one of its test files, which is the only one that is run.
fn load_for(folder: &Path, test_file: &Path, global: &Global) -> anyhow::Result<Vec<(PathBuf, Loaded)>> {
    let mut loaded = load_all(folder, global)?;
    loaded.iter_mut().for_each(|(_, loaded)| loaded.tests = vec![test_file.to_path_buf()]);
    Ok(loaded)
}

/// Runs the tests of a rule set. Mistakes in the rules or in the tests are reported on stderr; tests without mistakes run
/// anyway.
fn test_one(path: PathBuf, loaded: Loaded, args: &TestArgs, global: &Global) -> anyhow::Result<Tested> {
    let mut suite = suite::load(&loaded.tests, &options(global).within(loaded.root.as_deref()));
    loaded.rule_set.iter().for_each(|rules| suite.check_names(rules));
    let rule_errors = complain(&loaded.diagnostics, |errors| render_errors(errors, &loaded.sources, global))?;
    let test_errors = complain(&suite.diagnostics, |errors| render_errors(errors, &suite.sources, global))?;
    let mut report = match &loaded.rule_set {
        Some(rules) => suite::run_within(rules, &suite, args.filter.as_deref(), args.budget.budget()),
        None => Report::default(),
    };
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

/// A run without a single test fails, since it would look like success. If only some of several rule sets have no tests, that
/// is reported on stderr.
fn refuse_empty(all: &mut [Tested], filter: Option<&str>) -> anyhow::Result<()> {
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
            output::complain(&format!("{path}: {found}\n"))?;
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
