//! `dadar route`: a decision for each line of input.

use super::pipeline;
use super::rule_set::{RulesArg, load_one};
use super::summary::Tally;
use super::{Done, Exit, Failure, Global, output, size};
use anyhow::Context;
use clap::Args;
use dadar::event::{Limits, Mode};
use dadar::expr::time;
use dadar::route::{Clock, Options, Router};
use dadar::rules::RuleSet;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar route rules -i events.ndjson > decisions.ndjson\n  \
    producer | dadar route rules | consumer        each decision as soon as its event is there\n  \
    dadar route rules -i events.ndjson --now 2026-01-10T13:00:00+05:30\n  \
    dadar route rules -i events.ndjson --threads 4 --summary > /dev/null\n  \
    dadar route rules -i events.ndjson --deliveries     {\"id\": …, \"subscriber\": …, \"event\": {…}}\n\n\
    Lines in = lines out, in order (with --deliveries: a line for each event and subscriber). Exit code 3: some input was malformed.")]
pub(crate) struct RouteArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// Events, one JSON object a line; `-` or nothing: standard input
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The clock for `now`: a time, or `event` for each event's own time
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Write what each subscriber is sent, a line for each, instead of the decisions
    #[arg(long)]
    deliveries: bool,
    /// Tell on stderr how often each status, rule and subscriber occurred
    #[arg(long)]
    summary: bool,
    /// Stop reading an event once nothing unread can change the decision
    #[arg(long)]
    trusted: bool,
    /// How long a line may be
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size::parse)]
    max_line: usize,
    /// Leave the beginning of malformed lines out of their decisions
    #[arg(long)]
    no_input_echo: bool,
    /// How many threads decide; 0: as many as there are cores
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
}

/// From so many bytes on a file is worth a progress bar.
const LARGE: u64 = 64 << 20;

pub(crate) fn run(args: RouteArgs, global: &Global) -> Done {
    // The input first: a name mistyped should not wait for the rules.
    let input = Input::open(args.input.as_deref())?;
    let rules = match load_one(&args.rules.rules, global)? {
        Ok(ready) => ready.rules,
        Err(exit) => return Ok(exit),
    };
    let options = Options {
        clock: args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &rules))?,
        mode: if args.trusted { Mode::Trusted } else { Mode::Strict },
        limits: Limits { bytes: args.max_line, ..Limits::default() },
        input_echo: !args.no_input_echo,
        deliveries: args.deliveries,
    };
    let router = Router::with_options(&rules, options);
    let start = Instant::now();
    let (tally, bytes) = route(&router, threads(args.threads), input)?;
    if args.summary {
        let drawn = io::stderr().is_terminal();
        output::complain(&tally.render(&router, bytes, start.elapsed(), drawn))?;
    }
    Ok(if tally.malformed() > 0 { Exit::Malformed } else { Exit::Fine })
}

/// `--now`: `event`, or a time, in the rule set's zone where it has no offset.
pub(crate) fn clock(text: &str, rules: &RuleSet) -> anyhow::Result<Clock> {
    if text == "event" {
        return Ok(Clock::Event);
    }
    match time::parse_time(text, &rules.zone) {
        Some(instant) => Ok(Clock::Fixed(instant.timestamp)),
        None => Err(Failure::new(format!("--now `{text}` is not a time"))
            .hint("write it as 2026-01-10T13:00:00+05:30, or `event` for each event's own time")
            .into()),
    }
}

fn threads(asked: u16) -> usize {
    match asked {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => usize::from(n),
    }
}

/// Routes the input, and says how many bytes that were.
fn route(router: &Router, threads: usize, input: Input) -> anyhow::Result<(Tally, u64)> {
    let bar = progress(input.size);
    let total = AtomicU64::new(0);
    let seen = |bytes| {
        total.fetch_add(bytes, Ordering::Relaxed);
        bar.inc(bytes);
    };
    let tally = pipeline::run(router, threads, input.reader, &mut io::stdout().lock(), seen);
    bar.finish_and_clear();
    let tally = tally.with_context(|| format!("cannot route {}", input.name))?;
    Ok((tally, total.into_inner()))
}

/// Where events come from.
pub(crate) struct Input {
    pub(crate) reader: Box<dyn Read + Send>,
    /// As shown to people.
    pub(crate) name: String,
    /// Known of files alone.
    size: Option<u64>,
}

impl Input {
    /// A file; `-` or none: standard input.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Input> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Input { reader: Box::new(io::stdin()), name: String::from("standard input"), size: None });
        };
        let name = format!("`{}`", path.display());
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let kind = file.metadata().with_context(|| format!("cannot read {name}"))?;
        if kind.is_dir() {
            return Err(Failure::new(format!("{name} is a folder")).hint("name a file with an event a line").into());
        }
        Ok(Input { reader: Box::new(file), name, size: kind.is_file().then_some(kind.len()) })
    }
}

/// A bar for large files, where somebody is looking.
fn progress(size: Option<u64>) -> ProgressBar {
    let Some(size) = size.filter(|size| *size >= LARGE && io::stderr().is_terminal()) else {
        return ProgressBar::hidden();
    };
    let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
