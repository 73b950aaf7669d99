//! `dadar eval`: the value of one expression, and of each of its parts: a scratchpad for rule writers.

use super::budget::BudgetArgs;
use super::route::{Opened, clock};
use super::rule_set::{Ready, is_stdin, load_one};
use super::{CommandError, Done, Exit, Global, OutputFormat, events, output};
use clap::{Args, ValueHint};
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{SourceFile, Sources, Span, Text, printable, printable_json};
use dadar::explain::{self, TextStyle};
use dadar::unstable::event::{Json, JsonDocument};
use dadar::unstable::interpreter::Expression;
use dadar::unstable::pipeline::input::open_stream;
use dadar::unstable::trace::ExpressionTrace;
use dadar::{Clock, Options};
use dadar::{RuleSet, load_strings};
use serde_json::json;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar eval '(2 + 3) * 4'\n  \
    dadar eval 'data.amount > 5000' --event '{\"data\": {\"amount\": 7500}}'\n  \
    dadar eval 'any(data.items, it.price > 100)' -i events.ndjson\n  \
    dadar eval 'city == \"mumbai\"' rules -i events.ndjson    with the named values, lookups and zone of a rule set\n  \
    dadar eval 'hour(now) >= 22' --now 2026-01-10T23:00:00Z\n  \
    tail -1 events.ndjson | dadar eval 'data' -i -\n\n\
    Exit code 1: the expression or the rules have errors. Exit code 3: an event was malformed.")]
pub(crate) struct EvalArgs {
    /// The expression
    #[arg(value_name = "EXPR", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    expression: String,
    /// Events: one JSON object a line, or laid out over several, also compressed with gzip; `-`: standard input
    #[arg(short, long, value_name = "FILE", conflicts_with = "event", value_hint = ValueHint::FilePath)]
    input: Option<PathBuf>,
    /// An event, as JSON; may be given several times
    #[arg(long, value_name = "JSON")]
    event: Vec<String>,
    /// A rule set whose named values, lookups, zone, envelope and `ingest` are used; `-`: one rule file on standard input
    #[arg(value_name = "RULES", value_hint = ValueHint::AnyPath)]
    rules: Option<PathBuf>,
    /// The rule set, as an option instead of an argument
    #[arg(short = 'r', long = "rules", value_name = "RULES", conflicts_with = "rules", value_hint = ValueHint::AnyPath)]
    named: Option<PathBuf>,
    /// The clock for `now`: a time, or `event` for each event's own time (null for an event without one)
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    now: Option<String>,
    #[command(flatten)]
    budget: BudgetArgs,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

/// The name of the expression in diagnostics.
const NAME: &str = "<expression>";

impl EvalArgs {
    /// The path of the rule set, if there is one.
    fn rules(&self) -> Option<&Path> {
        self.named.as_deref().or(self.rules.as_deref())
    }
}

pub(crate) fn run(args: &EvalArgs, global: &Global) -> Done {
    refuse_stdin_twice(args)?;
    let input = args.input.as_deref().map(|path| Opened::new(Some(path), open_stream)).transpose()?;
    let (rules, mut sources) = match args.rules() {
        None => (no_rules()?, Sources::default()),
        Some(path) => match load_one(path, global)? {
            Ok(Ready { rules, sources, .. }) => (rules, sources),
            Err(exit) => return Ok(exit),
        },
    };
    let clock = args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &rules))?;
    let splits = rules.splits();
    let Some(expression) = compile(&args.expression, rules, &mut sources, global)? else { return Ok(Exit::Refused) };
    let several = input.is_some() || args.event.len() > 1 || splits;
    let mut evaluator = ExpressionRun {
        expression: Rc::new(expression),
        sources,
        options: Options::default().clock(clock).budget(args.budget.budget()),
        format: args.format,
        colour: output::colour(global.color, &io::stdout()),
        several,
        out: output::stdout(),
        malformed: false,
    };
    evaluator.all(args, input)?;
    evaluator.out.flush()?;
    Ok(if evaluator.malformed { Exit::Malformed } else { Exit::Fine })
}

fn refuse_stdin_twice(args: &EvalArgs) -> Result<(), CommandError> {
    let both = args.rules().is_some_and(is_stdin) && args.input.as_deref().is_some_and(is_stdin);
    match both {
        true => super::rule_set::refuse_stdin_twice(Path::new("-"), None),
        false => Ok(()),
    }
}

/// An empty rule set, with the defaults of every rule set.
fn no_rules() -> anyhow::Result<RuleSet> {
    let loaded = load_strings("none", [("none.yaml", "rules: []")]);
    Ok(loaded.rule_set.ok_or_else(|| CommandError::new("no rule set could be made"))?)
}

/// The expression; none if it has errors. Errors and lints are reported on stderr.
fn compile(source: &str, rules: RuleSet, sources: &mut Sources, global: &Global) -> anyhow::Result<Option<Expression>> {
    let file = sources.add(SourceFile::new(NAME, source));
    let text = Text::verbatim(source, Span::new(file, 0, source.len()));
    let mut diagnostics = Vec::new();
    let expression = Expression::compile(rules, &text, &mut diagnostics);
    let colour = output::colour(global.color, &io::stderr());
    let failed = diagnostics.iter().any(dadar::Diagnostic::is_error);
    diagnostics.retain(|one| one.is_error() || !global.quiet);
    output::complain(&render(&diagnostics, sources, Format::Human, colour))?;
    Ok(expression.filter(|_| !failed))
}

/// Evaluates the expression on one event after the other.
struct ExpressionRun {
    expression: Rc<Expression>,
    sources: Sources,
    options: Options,
    format: OutputFormat,
    colour: bool,
    /// Whether results have headings.
    several: bool,
    out: BufWriter<StdoutLock<'static>>,
    malformed: bool,
}

impl ExpressionRun {
    fn all(&mut self, args: &EvalArgs, input: Option<Opened>) -> anyhow::Result<()> {
        if let Some(input) = input {
            let limit = self.options.limits.bytes;
            return events::each(input, limit, self, Self::document, |evaluator| Ok(evaluator.out.flush()?));
        }
        if args.event.is_empty() {
            return self.document(&JsonDocument { text: b"{}".to_vec(), line: 1 });
        }
        for (line, event) in (1..).zip(&args.event) {
            self.document(&JsonDocument { text: event.clone().into_bytes(), line })?;
        }
        Ok(())
    }

    fn document(&mut self, document: &JsonDocument) -> anyhow::Result<()> {
        let mut done = Ok(());
        let (expression, options) = (self.expression.clone(), self.options);
        expression.evaluate_each(&document.text, document.line, &options, |result| {
            if done.is_ok() {
                done = self.result(document.line, result);
            }
        });
        done
    }

    fn result(&mut self, line: u64, result: Result<ExpressionTrace, String>) -> anyhow::Result<()> {
        self.malformed |= result.is_err();
        match self.format {
            OutputFormat::Human => self.human(line, result),
            OutputFormat::Json => self.json(line, result),
        }
    }

    fn human(&mut self, line: u64, result: Result<ExpressionTrace, String>) -> anyhow::Result<()> {
        if self.several {
            let part = result.as_ref().ok().and_then(|trace| trace.part);
            let gap = if line > 1 || part > Some(1) { "\n" } else { "" };
            let part = part.map(|part| format!(", part {part}")).unwrap_or_default();
            let id = result.as_ref().map_or(Json::Null, |trace| trace.id.clone());
            let id = match &id {
                Json::Null => String::new(),
                Json::String(id) => format!("  {id}"),
                other => format!("  {other}"),
            };
            writeln!(self.out, "{gap}{}", printable(&format!("== {line}{part}{id}")))?;
        }
        match result {
            Ok(trace) => {
                let style = if self.colour { TextStyle::COLOURED } else { TextStyle::PLAIN };
                self.out.write_all(explain::render_expression(&trace, &self.sources, &style).as_bytes())?;
            }
            Err(error) => writeln!(self.out, "malformed: {}", printable(&error))?,
        }
        Ok(())
    }

    fn json(&mut self, line: u64, result: Result<ExpressionTrace, String>) -> anyhow::Result<()> {
        let json = match result {
            Ok(trace) => explain::expression_to_json(&trace, &self.sources),
            Err(error) => json!({"line": line, "malformed": error}),
        };
        writeln!(self.out, "{}", printable_json(&json.to_string()))?;
        Ok(())
    }
}
