//! `dadar check`: reports every problem of a rule set.

use super::levels::LintLevels;
use super::progress::Spinner;
use super::rule_set::{Findings, RulesArg, exit, load_all, options};
use super::{Done, Exit, Global, codes, output};
use clap::{Args, ValueEnum};
use dadar::diagnostic::Diagnostic;
use dadar::diagnostic::render::{Format, render};
use dadar::suite;
use dadar::{Loaded, RuleSet};
use serde_json::json;
use std::io;
use std::path::Path;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar check                                    the rules in ./rules\n  \
    dadar check rules/orders --deny warnings       warnings fail as well\n  \
    dadar check rules/orders --allow W002 --notes  without one lint, and with notes\n  \
    dadar check --format sarif > dadar.sarif       for code scanning\n  \
    generate-rules | dadar check -                 one rule file from standard input\n  \
    dadar check --explain E020                     what a code means\n  \
    dadar check --explain                          all codes")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// The format of the diagnostics
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    format: CheckFormat,
    #[command(flatten)]
    levels: LintLevels,
    /// Print the page of a code, such as E020 or duplicate-name; without CODE, list all codes (as `dadar codes` does)
    #[arg(long, value_name = "CODE", num_args = 0..=1)]
    explain: Option<Option<String>>,
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people, with the source line
    Human,
    /// One JSON object a line: each diagnostic, then a summary
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// SARIF 2.1.0
    Sarif,
}

impl CheckFormat {
    fn format(self) -> Format {
        match self {
            CheckFormat::Human => Format::Human,
            CheckFormat::Json => Format::Json,
            CheckFormat::Github => Format::Github,
            CheckFormat::Sarif => Format::Sarif,
        }
    }
}

pub(crate) fn run(args: CheckArgs, global: &Global) -> Done {
    if let Some(code) = &args.explain {
        return match code {
            Some(code) => codes::page(code),
            None => codes::list(),
        };
    }
    let mut all = Findings::default();
    let checked = load_all(args.rules.path(), global)?.sets;
    let rule_sets = checked.len();
    for (path, loaded) in checked {
        let findings = check_one(&path, loaded, &args, rule_sets > 1, global)?;
        all.append(findings);
    }
    if args.format != CheckFormat::Human {
        let mut shown = all.diagnostics.clone();
        if args.format == CheckFormat::Sarif {
            shown.extend(all.suppressed.iter().cloned());
        }
        let text = render(&shown, &all.sources, args.format.format(), false);
        let summary = if args.format == CheckFormat::Json { json_summary(rule_sets, &all) } else { String::new() };
        output::print(&(text + &summary))?;
    }
    Ok(end(&all, &args.levels))
}

/// Checks one rule set and its tests. For people, the result is printed at once, with a heading if there are several.
fn check_one(
    path: &Path,
    loaded: Loaded,
    args: &CheckArgs,
    several: bool,
    global: &Global,
) -> anyhow::Result<Findings> {
    let spinner = Spinner::start("loading tests", global);
    let mut tests = suite::load(&loaded.tests, &options(global).within(loaded.root.as_deref()));
    drop(spinner);
    loaded.rule_set.iter().for_each(|rules| tests.check_names(rules));
    let mut findings = Findings::default();
    findings.add(loaded.diagnostics, loaded.suppressed, &loaded.sources);
    let test_count = tests.len();
    findings.add(tests.diagnostics, tests.suppressed, &tests.sources);
    findings.retain(|one| args.levels.reports(one));
    if args.format == CheckFormat::Human {
        if several {
            output::print(&format!("== {}\n", path.display()))?;
        }
        let colour = output::colour(global.color, &io::stderr());
        let shown = findings.shown(|one| !global.quiet || args.levels.denies(one));
        output::complain(&render(&shown, &findings.sources, Format::Human, colour))?;
        output::print(&summary(path, loaded.rule_set.as_ref(), test_count, &findings))?;
    }
    Ok(findings)
}

/// `checked rules: 12 topics, 9 rules, 3 tests: no problems`.
fn summary(path: &Path, rules: Option<&RuleSet>, tests: usize, findings: &Findings) -> String {
    let parts = rules.map(|rules| parts(rules, tests)).filter(|parts| !parts.is_empty());
    let parts = parts.map_or(String::new(), |parts| format!(": {}", parts.join(", ")));
    format!("checked {}{parts}: {}\n", path.display(), verdict(findings))
}

fn parts(rules: &RuleSet, tests: usize) -> Vec<String> {
    let counts = [
        (rules.topics.len(), "topic"),
        (rules.rules.len(), "rule"),
        (rules.tables.len(), "table"),
        (rules.schemas.len(), "schema"),
        (rules.filters.len(), "filter"),
        (rules.lookups.len(), "lookup"),
        (tests, "test"),
    ];
    counts.iter().filter(|(n, _)| *n > 0).map(|&(n, noun)| output::count(n, noun)).collect()
}

/// `no problems`, `2 errors, 1 warning`.
fn verdict(findings: &Findings) -> String {
    let counts = [(findings.errors(), "error"), (findings.warnings(), "warning"), (findings.notes(), "note")];
    let found: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|&(n, noun)| output::count(n, noun)).collect();
    if found.is_empty() { String::from("no problems") } else { found.join(", ") }
}

fn end(all: &Findings, levels: &LintLevels) -> Exit {
    let errors: Vec<Diagnostic> = all.diagnostics.iter().filter(|one| one.is_error()).cloned().collect();
    match (errors.is_empty(), all.diagnostics.iter().any(|one| levels.denies(one))) {
        (false, _) => exit(&errors),
        (true, true) => Exit::Refused,
        (true, false) => Exit::Fine,
    }
}

/// The last line of `--format json`.
fn json_summary(rule_sets: usize, all: &Findings) -> String {
    let summary = json!({
        "rule_sets": rule_sets,
        "errors": all.errors(),
        "warnings": all.warnings(),
        "notes": all.notes(),
        "silenced": all.suppressed.len(),
    });
    format!("{}\n", json!({"summary": summary}))
}
