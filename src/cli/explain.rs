//! `dadar explain`: what the rules made of an event, and why.

use super::input::{Feed, Stream};
use super::lines::Chunk;
use super::route::{Input, clock};
use super::rule_set::{Ready, RulesArg, load_one};
use super::stop::Stop;
use super::{Done, Exit, Failure, Global, output};
use anyhow::Context;
use clap::{Args, ValueEnum};
use dadar::decision::Status;
use dadar::diagnostic::printable_json;
use dadar::event::Json;
use dadar::explain::{self, Focus, Style};
use dadar::interpreter::Interpreter;
use dadar::route::{Clock, Options};
use dadar::trace::Trace;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar explain rules -i events.ndjson --event evt-17\n  \
    dadar explain rules -i events.ndjson --event evt-17 --subscriber billing   why it gets it, or why not\n  \
    dadar explain rules -i events.ndjson --event evt-17 --rule high-value-order\n  \
    echo '{\"event_type\":\"ORDER_CREATED\"}' | dadar explain rules")]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// Events, one JSON object a line; `-` or nothing: standard input
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Only events with this id
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Why this subscriber does or does not get the event
    #[arg(long, value_name = "NAME", conflicts_with = "rule")]
    subscriber: Option<String>,
    /// Why this rule does or does not match
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// The clock for `now`: a time, or `event` for each event's own time (null for an event without one)
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Shape::Human)]
    format: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// For people
    Human,
    /// One JSON object for each event
    Json,
}

pub(crate) fn run(args: ExplainArgs, global: &Global) -> Done {
    let input = Input::open(args.input.as_deref())?;
    let ready = match load_one(&args.rules.rules, global)? {
        Ok(ready) => ready,
        Err(exit) => return Ok(exit),
    };
    let clock = args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &ready.rules))?;
    let mut explainer = Explainer {
        interpreter: Interpreter::new(&ready.rules),
        ready: &ready,
        options: Options { clock, ..Options::default() },
        args: &args,
        colour: output::colour(global.color, &io::stdout()),
        out: output::stdout(),
        explained: 0,
        malformed: false,
    };
    explainer.all(input)?;
    explainer.out.flush()?;
    match (&args.event, explainer.explained) {
        (Some(id), 0) => Err(Failure::new(format!("no event has the id `{id}`")).into()),
        _ if explainer.malformed => Ok(Exit::Malformed),
        _ => Ok(Exit::Fine),
    }
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
}

impl Explainer<'_> {
    fn all(&mut self, input: Input) -> anyhow::Result<()> {
        let source = Stream::new(input.reader, Stop::new()?);
        let mut feed = Feed::new(source, self.options.limits.bytes);
        let mut chunk = Chunk::default();
        let mut number = 0;
        loop {
            let step = feed.fill(&mut chunk, |_| ()).with_context(|| format!("cannot read {}", input.name))?;
            for line in chunk.lines() {
                number += 1;
                self.line(line, number)?;
            }
            self.out.flush()?;
            if step.over {
                return Ok(());
            }
        }
    }

    fn line(&mut self, line: &[u8], number: u64) -> anyhow::Result<()> {
        let asked = |wanted: &String| text(&self.interpreter.decide(line, number, &self.options).id) == *wanted;
        if !self.args.event.as_ref().is_none_or(asked) {
            return Ok(());
        }
        let trace = self.interpreter.trace(line, number, &self.options);
        self.malformed |= trace.decision.status == Status::Malformed;
        match self.args.format {
            Shape::Human => self.page(&trace)?,
            Shape::Json => self.json(&trace)?,
        }
        self.explained += 1;
        Ok(())
    }

    fn page(&mut self, trace: &Trace) -> anyhow::Result<()> {
        let style = if self.colour { Style::COLOURED } else { Style::PLAIN };
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

/// An id as it is typed: a string without quotes, all else as JSON.
fn text(id: &Json) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
