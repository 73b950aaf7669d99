//! `dadar explain`: how the rules treated an event, and why.

use super::budget::BudgetArgs;
use super::route::{Opened, clock};
use super::rule_set::{Ready, RulesArg, load_one, refuse_stdin_twice};
use super::{CommandError, Done, Exit, Global, OutputFormat, events, output};
use clap::{Args, ValueHint};
use dadar::decision::{Decision, Status};
use dadar::diagnostic::printable_json;
use dadar::explain::{self, Focus, TextStyle};
use dadar::unstable::event::{Json, JsonDocument};
use dadar::unstable::interpreter::Interpreter;
use dadar::unstable::trace::Trace;
use dadar::{Clock, Options};
use std::fs::File;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::PathBuf;
use std::rc::Rc;

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
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    input: Option<PathBuf>,
    /// Only events with this id; may be given several times
    #[arg(long, value_name = "ID")]
    event: Vec<String>,
    /// Only the event on this line, counted from 1; may be given several times
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    line: Vec<u64>,
    /// Only the event of this number in its line, counted from 1, where the rule set splits lines
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..))]
    part: Option<u64>,
    /// Why this subscriber does or does not get the event
    #[arg(long, value_name = "NAME", conflicts_with = "rule")]
    subscriber: Option<String>,
    /// Why this rule does or does not match
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// The clock for `now`: a time, or `event` for each event's own time (null for an event without one)
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    now: Option<String>,
    /// With `--format json`: every part of the rule set, not only those that took part
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    budget: BudgetArgs,
    /// How to write it
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
}

pub(crate) fn run(args: ExplainArgs, global: &Global) -> Done {
    refuse_stdin_twice(args.rules.path(), args.input.as_deref())?;
    let input = Opened::new(args.input.as_deref(), |path| File::open(path))?;
    let ready = match load_one(args.rules.path(), global)? {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let clock = args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &ready.rules))?;
    let mut explainer = Explainer {
        interpreter: Rc::new(Interpreter::new(&ready.rules)),
        ready: &ready,
        options: Options::default().clock(clock).budget(args.budget.budget()),
        args: &args,
        colour: output::colour(global.color, &io::stdout()),
        out: output::stdout(),
        explained: 0,
        documents: 0,
        malformed: false,
        missing: Missing { events: args.event.clone(), lines: args.line.clone(), part: args.part },
    };
    explainer.all(input)?;
    explainer.out.flush()?;
    explainer.nothing_missing()?;
    if explainer.documents == 0 && !global.quiet {
        output::complain("the input has no events\n")?;
    }
    Ok(if explainer.malformed { Exit::Malformed } else { Exit::Fine })
}

/// Goes through the input, and explains the events that are asked for.
struct Explainer<'e> {
    interpreter: Rc<Interpreter<'e>>,
    ready: &'e Ready,
    options: Options,
    args: &'e ExplainArgs,
    colour: bool,
    out: BufWriter<StdoutLock<'static>>,
    explained: usize,
    /// The lines, or events over several lines, in the input.
    documents: usize,
    malformed: bool,
    missing: Missing,
}

/// The ids, lines and part that were asked for and have not come.
struct Missing {
    events: Vec<String>,
    lines: Vec<u64>,
    part: Option<u64>,
}

impl Explainer<'_> {
    fn all(&mut self, input: Opened) -> anyhow::Result<()> {
        let limit = self.options.limits.bytes;
        events::each(input, limit, self, Self::document, |explainer| Ok(explainer.out.flush()?))
    }

    /// True if a line is asked for, or all are.
    fn is_line_asked_for(&mut self, document: &JsonDocument) -> bool {
        let (events, lines) = (&self.args.event, &self.args.line);
        self.missing.lines.retain(|line| !document.covers(*line));
        lines.iter().any(|line| document.covers(*line)) || (events.is_empty() && lines.is_empty())
    }

    /// True if a line has an event that is asked for by its id.
    fn has_event(&self, document: &JsonDocument) -> bool {
        let ids = &self.args.event;
        let mut found = false;
        if !ids.is_empty() {
            self.interpreter.decide_each(&document.text, document.line, &self.options, |decision| {
                found |= ids.contains(&text(&decision.id));
            });
        }
        found
    }

    /// True if an event is asked for: by its line, by its id, or since all are; and by its number in the line.
    fn is_asked_for(&mut self, decision: &Decision, line_asked_for: bool) -> bool {
        let id = text(&decision.id);
        let asked_for = line_asked_for || self.args.event.contains(&id);
        // An event that the line does not split is its only part.
        let is_part = self.args.part.is_none_or(|part| part == decision.part.unwrap_or(1));
        if asked_for && is_part {
            self.missing.events.retain(|missing| *missing != id);
            self.missing.part = None;
        }
        asked_for && is_part
    }

    /// An error if something was asked for that the input does not have.
    fn nothing_missing(&self) -> Result<(), CommandError> {
        match (self.missing.events.first(), self.missing.lines.first()) {
            (Some(id), _) => Err(CommandError::new(format!("no event has the id `{id}`"))),
            (None, Some(line)) => Err(CommandError::new(format!("the input has no line {line}"))),
            (None, None) => match self.missing.part {
                Some(part) => Err(CommandError::new(format!("no line has a part {part}"))),
                None => Ok(()),
            },
        }
    }

    fn document(&mut self, document: &JsonDocument) -> anyhow::Result<()> {
        self.documents += 1;
        let line_asked_for = self.is_line_asked_for(document);
        if !line_asked_for && !self.has_event(document) {
            return Ok(());
        }
        let (interpreter, options) = (self.interpreter.clone(), self.options);
        let mut result = Ok(());
        interpreter.trace_each(&document.text, document.line, &options, |trace| {
            if result.is_ok() && self.is_asked_for(&trace.decision, line_asked_for) {
                result = self.event(&trace);
            }
        });
        result
    }

    fn event(&mut self, trace: &Trace) -> anyhow::Result<()> {
        self.malformed |= trace.decision.status == Status::Malformed;
        match self.args.format {
            OutputFormat::Human => self.page(trace)?,
            OutputFormat::Json => self.json(trace)?,
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
        let json = match self.args.full {
            true => explain::to_json(trace, &self.ready.sources),
            false => explain::to_short_json(trace, &self.ready.sources, self.focus()),
        };
        let json = json.to_string();
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
