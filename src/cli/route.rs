//! `dadar route`: a decision for each line of input.

use super::input::{Follow, Progress, Saved, Stream, can_write};
use super::log::LogArgs;
use super::metrics::{self, Metrics};
use super::pipeline::Job;
use super::rule_set::{self, Ready, RulesArg, load_one};
use super::stop::Stop;
use super::tally::Board;
use super::watch::{self, Teller};
use super::{Done, Exit, Failure, Global, output, size, summary};
use anyhow::Context;
use clap::Args;
use dadar::event::{Limits, Mode};
use dadar::expr::time;
use dadar::reload::{Live, Notice, ReloadOptions, Reloader};
use dadar::route::{Clock, Options, Router};
use dadar::rules::RuleSet;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar route rules -i events.ndjson > decisions.ndjson\n  \
    producer | dadar route rules | consumer        each decision as soon as its event is there\n  \
    producer | dadar route rules --watch           with the rules as they are at each event\n  \
    dadar route rules -i events.ndjson --follow --state events.state >> decisions.ndjson\n  \
    dadar route rules -i events.ndjson --follow --watch --watch-tests --metrics 9464\n  \
    dadar route rules -i events.ndjson --now 2026-01-10T13:00:00+05:30\n  \
    dadar route rules -i events.ndjson --threads 4 --summary > /dev/null\n  \
    dadar route rules -i events.ndjson --deliveries     {\"id\": …, \"subscriber\": …, \"event\": {…}}\n\n\
    Lines in = lines out, in order (with --deliveries: a line for each event and subscriber). SIGINT and SIGTERM: the lines that were read are finished, and the exit code is 0; a \
    second one ends at once. SIGHUP: reloads the rules (with --watch). Exit code 3: some input was malformed.")]
pub(crate) struct RouteArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// Events, one JSON object a line; `-` or nothing: standard input
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Go on at the end of FILE as it grows, through truncation and rotation, as `tail -F`
    #[arg(long, requires = "input")]
    follow: bool,
    /// Keep in this file how far FILE has been decided, and go on there next time
    #[arg(long, value_name = "FILE", requires = "input")]
    state: Option<PathBuf>,
    /// The clock for `now`: a time, or `event` for each event's own time (null for an event without one)
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
    /// Reload the rules when their files change; wrong rules never come into force
    #[arg(long)]
    watch: bool,
    /// Rules come into force only if their own tests pass
    #[arg(long, requires = "watch")]
    watch_tests: bool,
    /// For how many milliseconds files have to be at rest before they are reloaded
    #[arg(long, value_name = "MS", default_value_t = 100, requires = "watch")]
    watch_debounce: u32,
    /// Read the files every so many milliseconds, where the file system tells of no changes
    #[arg(long, value_name = "MS", requires = "watch", value_parser = clap::value_parser!(u32).range(1..))]
    watch_poll: Option<u32>,
    /// Serve counts for Prometheus: a port (on 127.0.0.1), or an address with a port
    #[arg(long, value_name = "ADDR")]
    metrics: Option<String>,
    #[command(flatten)]
    log: LogArgs,
}

/// From so many bytes on a file is worth a progress bar.
const LARGE: u64 = 64 << 20;

pub(crate) fn run(args: RouteArgs, global: &Global) -> Done {
    // What was mistyped should not wait for the rules.
    let address = args.metrics.as_deref().map(metrics::address).transpose()?;
    let colour = output::colour(global.color, &io::stderr());
    args.log.begin(colour);
    let stop = Stop::install()?;
    let input = Lines::open(&args, &stop)?;
    let board = Arc::new(Board::new(address.is_some()));
    let (live, reloader) = match in_force(&args, global, &board, colour)? {
        Ok(in_force) => in_force,
        Err(exit) => return Ok(exit),
    };
    if let Some(address) = address {
        let metrics = Metrics { board: board.clone(), live: live.clone(), reloader: reloader.clone() };
        let address = metrics::serve(address, metrics)?;
        tracing::info!("metrics are at http://{address}/metrics");
    }
    let start = Instant::now();
    let job = Job { live: &live, board: &board, progress: None, before: input.before, threads: threads(args.threads) };
    let bytes = route(job, input, args.state.as_deref())?;
    let totals = board.totals();
    if args.summary {
        let drawn = io::stderr().is_terminal();
        output::complain(&summary::render(&totals, bytes, start.elapsed(), drawn))?;
    }
    let exit = if totals.malformed() > 0 && !stop.is_asked() { Exit::Malformed } else { Exit::Fine };
    Ok(exit)
}

type InForce = (Live, Option<Arc<Reloader>>);

/// The rules, and who keeps them up to date.
fn in_force(
    args: &RouteArgs,
    global: &Global,
    board: &Arc<Board>,
    colour: bool,
) -> anyhow::Result<Result<InForce, Exit>> {
    let Ready { rules, mut footprint, tests, .. } = match load_one(&args.rules.rules, global)? {
        Ok(ready) => ready,
        Err(exit) => return Ok(Err(exit)),
    };
    let options = Options {
        clock: args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &rules))?,
        mode: if args.trusted { Mode::Trusted } else { Mode::Strict },
        limits: Limits { bytes: args.max_line, ..Limits::default() },
        input_echo: !args.no_input_echo,
        deliveries: args.deliveries,
    };
    let router = Router::with_options(&rules, options);
    board.introduce(&router);
    if !args.watch {
        return Ok(Ok((Live::new(router), None)));
    }
    let teller = Teller { board: board.clone(), format: args.log.log_format, colour };
    if args.watch_tests {
        tests.iter().for_each(|test| footprint.add(test));
    }
    if args.watch_tests
        && let Err(refusal) =
            dadar::reload::check_tests(&rules, &tests, &rule_set::options(global).within(footprint.root()))
    {
        output::complain(&teller.details(&refusal))?;
        output::complain(&format!("{}: {refusal}, so nothing was done\n", args.rules.rules.display()))?;
        return Ok(Err(Exit::Refused));
    }
    let options = ReloadOptions {
        load: rule_set::options(global),
        route: options,
        tests: args.watch_tests,
        debounce: Duration::from_millis(args.watch_debounce.into()),
        notice: args.watch_poll.map_or(Notice::Events, |ms| Notice::Poll(Duration::from_millis(ms.into()))),
    };
    let reloader = Reloader::follow(router, footprint, options, move |news| teller.tell(&news));
    watch::reload_on_hangup(&reloader)?;
    Ok(Ok((reloader.live().clone(), Some(Arc::new(reloader)))))
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
fn route(job: Job<'_>, input: Lines, state: Option<&Path>) -> anyhow::Result<u64> {
    let bar = progress(input.size);
    let total = AtomicU64::new(0);
    let seen = |bytes| {
        total.fetch_add(bytes, Ordering::Relaxed);
        bar.inc(bytes);
    };
    let output = io::stdout();
    let routed = match (state, input.source) {
        (Some(state), From::File(file)) => {
            let progress = Progress::new(&input.path, state);
            let routed = thread::scope(|scope| {
                scope.spawn(|| progress.keep());
                let routed = Job { progress: Some(&progress), ..job }.run(file, output, seen);
                // Also after an error: what was written was written.
                let finished = progress.finish().with_context(|| format!("cannot write `{}`", state.display()));
                (routed, finished)
            });
            routed.1?;
            routed.0
        }
        (_, From::File(file)) => job.run(file, output, seen),
        (_, From::Stream(stream)) => job.run(stream, output, seen),
    };
    bar.finish_and_clear();
    routed.with_context(|| format!("cannot route {}", input.name))?;
    Ok(total.into_inner())
}

/// Lines to route.
struct Lines {
    source: From,
    path: PathBuf,
    /// As shown to people.
    name: String,
    size: Option<u64>,
    /// So many lines were decided by an earlier run.
    before: u64,
}

enum From {
    Stream(Stream),
    File(Follow),
}

impl Lines {
    fn open(args: &RouteArgs, stop: &Stop) -> anyhow::Result<Lines> {
        let path = args.input.as_deref().filter(|path| *path != Path::new("-"));
        let by_name = path.filter(|_| args.follow || args.state.is_some());
        // What is not there may come; what is no file has no place to come back to.
        let Some(path) = by_name.filter(|path| path.metadata().map_or(args.follow, |kind| kind.is_file())) else {
            let input = Input::open(path)?;
            if args.state.is_some() {
                return Err(Failure::new(format!("--state cannot be kept for {}", input.name))
                    .hint("only a file has a place to come back to: name one with `-i`")
                    .into());
            }
            let source = From::Stream(Stream::new(input.reader, stop.clone()));
            return Ok(Lines { source, path: PathBuf::new(), name: input.name, size: input.size, before: 0 });
        };
        let name = format!("`{}`", path.display());
        let saved = args.state.as_deref().map(Saved::read).transpose()?.flatten();
        args.state.as_deref().map(can_write).transpose()?;
        let follow = Follow::new(path, stop.clone(), !args.follow, saved.as_ref());
        let source = From::File(follow.with_context(|| format!("cannot read {name}"))?);
        let before = saved.map_or(0, |saved| saved.lines);
        Ok(Lines { source, path: path.to_path_buf(), name, size: None, before })
    }
}

/// Where events come from.
pub(crate) struct Input {
    pub(crate) reader: File,
    /// As shown to people.
    pub(crate) name: String,
    /// Known of files alone.
    size: Option<u64>,
}

impl Input {
    /// A file; `-` or none: standard input.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Input> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Input { reader: stdin()?, name: String::from("standard input"), size: None });
        };
        let name = format!("`{}`", path.display());
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let kind = file.metadata().with_context(|| format!("cannot read {name}"))?;
        if kind.is_dir() {
            return Err(Failure::new(format!("{name} is a folder")).hint("name a file with an event a line").into());
        }
        Ok(Input { reader: file, name, size: kind.is_file().then_some(kind.len()) })
    }
}

/// Standard input, without a buffer of its own in between: what waits in it could not be waited for.
fn stdin() -> io::Result<File> {
    #[cfg(unix)]
    let own = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned();
    #[cfg(windows)]
    let own = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned();
    own.map(File::from)
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
