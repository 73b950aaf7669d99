//! `dadar test`: runs the tests of rule sets.

mod human;
mod junit;

use super::rule_set::{RulesArg, exit, load_all, options};
use super::{Done, Exit, Global, output};
use clap::{Args, ValueEnum};
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Diagnostic, printable_json};
use dadar::rules::Loaded;
use dadar::suite::{self, FileReport, Outcome, Report, Suite};
use serde_json::json;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar test                              the tests of ./rules\n  \
    dadar test rules/orders -k lunch        those with `lunch` in their names\n  \
    dadar test --format junit > tests.xml   for a build server")]
pub(crate) struct TestArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// Run only tests whose names contain this
    #[arg(short = 'k', long = "filter", value_name = "NAME")]
    filter: Option<String>,
    /// How to write what came of them
    #[arg(long, value_enum, default_value_t = Shape::Human)]
    format: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
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
    /// The end it leads to, by itself.
    exit: Exit,
}

pub(crate) fn run(args: TestArgs, global: &Global) -> Done {
    let loaded = load_all(&args.rules.rules, global)?;
    let several = loaded.len() > 1;
    let mut all = Vec::new();
    for (path, loaded) in loaded {
        let tested = test_one(path, loaded, &args, global)?;
        if args.format == Shape::Human {
            let colour = output::colour(global.color, &io::stdout());
            let heading = several.then_some(tested.path.as_path());
            output::print(&human::render(&tested.report, &tested.path, heading, colour))?;
        }
        all.push(tested);
    }
    match args.format {
        Shape::Human => {}
        Shape::Json => output::print(&json_lines(&all))?,
        Shape::Junit => output::print(&junit::render(all.iter().map(|one| (one.path.as_path(), &one.report))))?,
    }
    Ok(all.iter().map(|one| one.exit).find(|exit| *exit != Exit::Fine).unwrap_or(Exit::Fine))
}

/// Runs the tests of a rule set. Mistakes in the rules or in the tests are told on stderr; tests without mistakes run all
/// the same.
fn test_one(path: PathBuf, loaded: Loaded, args: &TestArgs, global: &Global) -> anyhow::Result<Tested> {
    let suite = suite::load(&loaded.tests, &options(global).within(loaded.root.as_deref()));
    let rule_errors = complain(&loaded.diagnostics, |errors| render_errors(errors, &loaded.sources, global))?;
    let test_errors = complain(&suite.diagnostics, |errors| render_errors(errors, &suite.sources, global))?;
    let mut report = match &loaded.rule_set {
        Some(rules) => suite::run(rules, &suite, args.filter.as_deref()),
        None => Report::default(),
    };
    warn_if_none(&path, &suite, &report, loaded.rule_set.is_some())?;
    report.files.extend(problem(&path, "the rules can be loaded", &rule_errors));
    report.files.extend(problem(&path, "the tests can be read", &test_errors));
    let errors = [rule_errors, test_errors].concat();
    let exit = match (errors.is_empty(), report.failed()) {
        (false, _) => exit(&errors),
        (true, 0) => Exit::Fine,
        (true, _) => Exit::Refused,
    };
    Ok(Tested { path, report, exit })
}

/// Errors as a test that failed, so that no report looks as if all were well.
fn problem(path: &Path, name: &str, errors: &[Diagnostic]) -> Option<FileReport> {
    let path = path.display().to_string();
    let failure = suite::Failure {
        event: None,
        field: String::from("errors"),
        expected: String::from("none"),
        found: output::count(errors.len(), "error"),
        note: Some(String::from("they are told on standard error, and by `dadar check`")),
        place: None,
    };
    let outcome = Outcome {
        name: name.to_owned(),
        place: path.clone(),
        failures: vec![failure],
        failed_event: None,
        now: None,
        events: 0,
        duration: Duration::ZERO,
    };
    (!errors.is_empty()).then(|| FileReport { path, outcomes: vec![outcome] })
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

/// No tests at all is worth a word, since it looks like success.
fn warn_if_none(path: &Path, suite: &Suite, report: &Report, ran: bool) -> anyhow::Result<()> {
    let ran_none = ran && report.outcomes().next().is_none();
    if ran_none && suite.is_empty() && suite.diagnostics.is_empty() {
        output::complain(&format!("{}: no tests; they stand in files named `*.test.yaml`\n", path.display()))?;
    } else if ran_none && !suite.is_empty() {
        output::complain(&format!("{}: no test has such a name\n", path.display()))?;
    }
    Ok(())
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

fn json_line(rules: &Path, file: &str, outcome: &Outcome) -> serde_json::Value {
    let failure = |one: &suite::Failure| {
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
