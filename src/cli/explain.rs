//! `dadar explain`: what the rules made of an event, and why.

use super::budget::BudgetArgs;
use super::route::{Opened, clock};
use super::rule_set::{Ready, RulesArg, load_one, refuse_stdin_twice};
use super::{CommandError, Done, Exit, Global, OutputFormat, events, output};
use clap::Args;
use dadar::decision::Status;
use dadar::diagnostic::printable_json;
use dadar::explain::{self, Focus, TextStyle};
use dadar::unstable::event::{Json, JsonDocument};
use dadar::unstable::interpreter::Interpreter;
use dadar::unstable::trace::Trace;
use dadar::{Clock, Options};
use std::fs::File;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar explain rules -i events.ndjson --event evt-17\n  \
    dadar explain rules -i events.ndjson --event evt-17 --subscriber billing   why it gets it, or why not\n  \
    dadar explain rules -i events.ndjson --event evt-17 --rule high-value-order\n  \
    dadar explain rules -i events.ndjson --line 3 --line 8\n  \
    dadar explain rules -i event.json                          one event, laid out over several lines\n  \
    echo '{\"event_type\":\"ORDER_CREATED\"}' | dadar explain rules")]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// Events: one JSON object a line, or laid out over several, also compressed with gzip; `-` or nothing: standard input
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Only events with this id; may be given several times
    #[arg(long, value_name = "ID")]
    event: Vec<String>,
    /// Only the event on this line, counted from 1; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    line: Vec<u64>,
    /// Why this subscriber does or does not get the event
    #[arg(long, value_name = "NAME", conflicts_with = "rule")]
    subscriber: Option<String>,
    /// Why this rule does or does not match
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// The clock for `now`: a time, or `event` for each event's own time (null for an event without one)
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    #[command(flatten)]
    budget: BudgetArgs,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

pub(crate) fn run(args: ExplainArgs, global: &Global) -> Done {
    refuse_stdin_twice(&args.rules.rules, args.input.as_deref())?;
    let input = Opened::new(args.input.as_deref(), |path| File::open(path))?;
    let ready = match load_one(&args.rules.rules, global)? {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let clock = args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &ready.rules))?;
    let mut explainer = Explainer {
        interpreter: Interpreter::new(&ready.rules),
        ready: &ready,
        options: Options::default().clock(clock).budget(args.budget.budget()),
        args: &args,
        colour: output::colour(global.color, &io::stdout()),
        out: output::stdout(),
        explained: 0,
        malformed: false,
        missing: Missing { events: args.event.clone(), lines: args.line.clone() },
    };
    explainer.all(input)?;
    explainer.out.flush()?;
    explainer.nothing_missing()?;
    Ok(if explainer.malformed { Exit::Malformed } else { Exit::Fine })
}

/// Goes through the input, and explains the events that are asked for.
struct Explainer<'e> {
    interpreter: Interpreter<'e>,
    ready: &'e Ready,
    options: Options,
    args: &'e ExplainArgs,
    colour: bool,
    out: BufWriter<StdoutLock<'static>>,
    explained: usize,
    malformed: bool,
    missing: Missing,
}

/// The ids and lines that were asked for and have not come.
struct Missing {
    events: Vec<String>,
    lines: Vec<u64>,
}

impl Explainer<'_> {
    fn all(&mut self, input: Opened) -> anyhow::Result<()> {
        let limit = self.options.limits.bytes;
        events::each(input, limit, self, Self::document, |explainer| Ok(explainer.out.flush()?))
    }

    /// True if an event is asked for: by its line, by its id, or since all are.
    fn is_asked_for(&mut self, document: &JsonDocument) -> bool {
        let (events, lines) = (&self.args.event, &self.args.line);
        self.missing.lines.retain(|line| !document.covers(*line));
        if lines.iter().any(|line| document.covers(*line)) || (events.is_empty() && lines.is_empty()) {
            return true;
        }
        if events.is_empty() {
            return false;
        }
        let id = text(&self.interpreter.decide(&document.text, document.line, &self.options).id);
        self.missing.events.retain(|missing| *missing != id);
        events.contains(&id)
    }

    /// An error if something was asked for that the input does not have.
    fn nothing_missing(&self) -> Result<(), CommandError> {
        match (self.missing.events.first(), self.missing.lines.first()) {
            (Some(id), _) => Err(CommandError::new(format!("no event has the id `{id}`"))),
            (None, Some(line)) => Err(CommandError::new(format!("the input has no line {line}"))),
            (None, None) => Ok(()),
        }
    }

    fn document(&mut self, document: &JsonDocument) -> anyhow::Result<()> {
        if !self.is_asked_for(document) {
            return Ok(());
        }
        let (line, number) = (&document.text, document.line);
        let trace = self.interpreter.trace(line, number, &self.options);
        self.malformed |= trace.decision.status == Status::Malformed;
        match self.args.format {
            OutputFormat::Human => self.page(&trace)?,
            OutputFormat::Json => self.json(&trace)?,
        }
        self.explained += 1;
        Ok(())
    }

    fn page(&mut self, trace: &Trace) -> anyhow::Result<()> {
        let style = if self.colour { TextStyle::COLOURED } else { TextStyle::PLAIN };
        let page = explain::render(trace, &self.ready.sources, self.focus(), &style)?;
        if self.explained > 0 {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(page.as_bytes())?;
        Ok(())
    }

    fn json(&mut self, trace: &Trace) -> anyhow::Result<()> {
        explain::check(trace, self.focus())?;
        let json = explain::to_json(trace, &self.ready.sources).to_string();
        writeln!(self.out, "{}", printable_json(&json))?;
        Ok(())
    }

    fn focus(&self) -> Focus<'_> {
        match (&self.args.subscriber, &self.args.rule) {
            (Some(name), _) => Focus::Subscriber(name),
            (None, Some(name)) => Focus::Rule(name),
            (None, None) => Focus::All,
        }
    }
}

/// An id as it is typed: a string without quotes, anything else as JSON.
fn text(id: &Json) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
