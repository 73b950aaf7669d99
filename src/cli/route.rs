//! `dadar route`: writes a decision for each line of input.

use super::budget::BudgetArgs;
use super::log::{LogArgs, LogFormat};
use super::metrics::{self, Metrics};
use super::reload_log::ReloadLog;
use super::rule_set::{self, Ready, RulesArg, is_stdin, load_one, refuse_stdin_twice};
use super::{CommandError, Done, Exit, Global, output, progress, signals, size, summary};
use anyhow::Context;
use clap::{Args, ValueHint};
use dadar::RuleSet;
use dadar::reload::{ChangeDetection, Live, ReloadOptions, Reloader};
use dadar::unstable::event::parse_number;
use dadar::unstable::expr::time;
use dadar::unstable::pipeline::counts::SharedCounts;
use dadar::unstable::pipeline::input::{
    Follow, FollowOptions, InputSource, Progress, SavedState, StateError, Stream, is_gzip, open_stream,
};
use dadar::unstable::pipeline::stop::StopSignal;
use dadar::unstable::pipeline::{Job, panics, route_lines};
use dadar::{Clock, Options, Router};
use dadar::{Limits, Mode};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar route rules -i events.ndjson > decisions.ndjson\n  \
    dadar route rules -i events.ndjson.gz > decisions.ndjson\n  \
    producer | dadar route rules | consumer        each decision as soon as its event arrives\n  \
    producer | dadar route rules --watch           with rules that may change\n  \
    dadar route rules -i events.ndjson --follow --state events.state >> decisions.ndjson\n  \
    dadar route rules -i events.ndjson --follow --watch --watch-tests --metrics 9464\n  \
    dadar route rules -i events.ndjson --now 2026-01-10T13:00:00+05:30\n  \
    dadar route rules -i events.ndjson --threads 4 --summary > /dev/null\n  \
    dadar route rules -i events.ndjson --deliveries     {\"id\": …, \"subscriber\": …, \"event\": {…}}\n\n\
    Lines in = lines out, in order (with --deliveries: a line for each event and subscriber; \
    with `split` in the rules: a line for each event of a line). An empty line \
    is a malformed event.\n\n\
    SIGINT and SIGTERM: the lines that were read are finished, and the exit code is 0; a \
    second signal ends the program at once. SIGHUP: reloads the rules (with --watch). Exit code 3: some input was malformed.")]
pub(crate) struct RouteArgs {
    #[command(flatten)]
    rules: RulesArg,
    /// The events, one JSON object a line, also compressed with gzip; without this option, or with `-`, standard input
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    input: Option<PathBuf>,
    /// Continue at the end of FILE as it grows, through truncation and rotation, like `tail -F`
    #[arg(long, requires = "input")]
    follow: bool,
    /// Record in this file how far FILE has been decided, and resume there next time
    #[arg(long, value_name = "FILE", requires = "input", value_hint = ValueHint::FilePath)]
    state: Option<PathBuf>,
    /// The clock for `now`: a time, or `event` for each event's own time (null for an event without one)
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    now: Option<String>,
    /// Write a line for each delivery, with the event that the subscriber is sent, instead of the decisions
    #[arg(long)]
    deliveries: bool,
    /// Print counts by status, rule and subscriber to stderr at the end
    #[arg(long)]
    summary: bool,
    /// Stop reading an event once the rest cannot change the decision
    #[arg(long)]
    trusted: bool,
    /// The longest line that is read; longer ones are malformed
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true, default_value = "64MiB", value_parser = size::parse)]
    max_line: usize,
    #[command(flatten)]
    budget: BudgetArgs,
    /// Leave the beginning of malformed lines out of their decisions
    #[arg(long)]
    no_input_echo: bool,
    /// The number of threads that decide; 0: one for each core
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
    /// Reload the rules when their files change; rules with errors never come into force
    #[arg(long)]
    watch: bool,
    /// Let rules come into force only if their own tests pass
    #[arg(long, requires = "watch")]
    watch_tests: bool,
    /// How many milliseconds files have to be unchanged before they are reloaded
    #[arg(long, value_name = "MS", default_value_t = 100, requires = "watch")]
    watch_debounce: u32,
    /// Read the files every MS milliseconds: for file systems that do not report changes
    #[arg(long, value_name = "MS", requires = "watch", value_parser = clap::value_parser!(u32).range(1..))]
    watch_poll: Option<u32>,
    /// Serve metrics for Prometheus: a port (on 127.0.0.1), or an address with a port
    #[arg(long, value_name = "ADDR")]
    metrics: Option<String>,
    #[command(flatten)]
    log: LogArgs,
}

impl RouteArgs {
    /// Starts the log, before anything is reported.
    pub(crate) fn begin_log(&self, global: &Global) {
        self.log.begin(global.quiet, output::colour(global.color, &io::stderr()));
    }
}

pub(crate) fn run(args: RouteArgs, global: &Global) -> Done {
    let colour = output::colour(global.color, &io::stderr());
    let (stop, starting) = signals::install()?;
    // Report wrong arguments before loading the rules.
    let address = args.metrics.as_deref().map(metrics::address).transpose()?;
    refuse_conflicts(&args)?;
    let counts = Arc::new(SharedCounts::new(address.is_some()));
    let input = RouteInput::for_route(&args, &stop, &counts)?;
    let (live, reloader) = match in_force(&args, global, &counts, colour)? {
        Ok(in_force) => in_force,
        Err(exit) => return Ok(exit),
    };
    if let Some(address) = address {
        let metrics = Metrics { counts: counts.clone(), live: live.clone(), reloader: reloader.clone() };
        let address = metrics::serve(address, metrics)?;
        tracing::info!("metrics are at http://{address}/metrics");
    }
    panics::install_hook();
    let start = Instant::now();
    let progress = input.progress(args.state.as_deref())?;
    drop(starting);
    let job = Job {
        live: &live,
        counts: &counts,
        progress: progress.as_ref(),
        lines_before: input.lines_before,
        threads: threads(args.threads),
    };
    let bytes = route(job, input, global)?;
    let totals = counts.totals();
    if args.summary && !global.quiet {
        let text = match args.log.log_format {
            LogFormat::Human => summary::render(&totals, bytes, start.elapsed(), io::stderr().is_terminal()),
            LogFormat::Json => summary::json(&totals, bytes, start.elapsed()),
        };
        output::complain(&text)?;
    }
    let exit = if totals.malformed() > 0 && !stop.is_requested() { Exit::Malformed } else { Exit::Fine };
    Ok(exit)
}

/// Arguments that exclude one another by their values.
fn refuse_conflicts(args: &RouteArgs) -> anyhow::Result<()> {
    refuse_stdin_twice(args.rules.path(), args.input.as_deref())?;
    if is_stdin(args.rules.path()) && args.watch {
        return Err(CommandError::new("--watch needs a file or folder: standard input cannot be read again").into());
    }
    if args.state.is_some() && args.state == args.input {
        return Err(CommandError::new("the state cannot be kept in the input itself").hint("name another file").into());
    }
    Ok(())
}

type InForce = (Live, Option<Arc<Reloader>>);

/// The rules, and the reloader that keeps them up to date.
fn in_force(
    args: &RouteArgs,
    global: &Global,
    counts: &Arc<SharedCounts>,
    colour: bool,
) -> anyhow::Result<Result<InForce, Exit>> {
    let Ready { rules, mut snapshot, tests, .. } = match load_one(args.rules.path(), global)? {
        Ok(ready) => ready,
        Err(exit) => return Ok(Err(exit)),
    };
    let options = Options::default()
        .clock(args.now.as_deref().map_or(Ok(Clock::System), |text| clock(text, &rules))?)
        .mode(if args.trusted { Mode::Trusted } else { Mode::Strict })
        .limits(Limits::default().bytes(args.max_line))
        .input_echo(!args.no_input_echo)
        .deliveries(args.deliveries)
        .budget(args.budget.budget());
    let router = Router::with_options(&rules, options);
    counts.introduce(&router);
    if !args.watch {
        return Ok(Ok((Live::new(router), None)));
    }
    let log = ReloadLog { counts: counts.clone(), format: args.log.log_format, colour };
    if args.watch_tests {
        tests.iter().for_each(|test| snapshot.add(test));
    }
    if args.watch_tests
        && let Err(error) =
            dadar::reload::check_tests(&rules, &tests, &rule_set::options(global).within(snapshot.root()))
    {
        log.log_details(&error);
        tracing::error!("{}: {error}, so nothing was done", args.rules.path().display());
        return Ok(Err(Exit::Refused));
    }
    let detection =
        args.watch_poll.map_or(ChangeDetection::Events, |ms| ChangeDetection::Poll(Duration::from_millis(ms.into())));
    let options = ReloadOptions::default()
        .load(rule_set::options(global))
        .route(options)
        .tests(args.watch_tests)
        .debounce(Duration::from_millis(args.watch_debounce.into()))
        .detection(detection);
    let reloader = Reloader::follow(router, snapshot, options, move |event| log.log(&event));
    signals::reload_on_hangup(&reloader)?;
    Ok(Ok((reloader.live().clone(), Some(Arc::new(reloader)))))
}

/// Reads `--now`: `event`, a time (without an offset, in the rule set's zone), or seconds since 1970.
pub(crate) fn clock(text: &str, rules: &RuleSet) -> anyhow::Result<Clock> {
    if text == "event" {
        return Ok(Clock::Event);
    }
    let seconds = || time::Instant::from_seconds(parse_number(text)?);
    let instant = time::parse_time(text, &rules.zone).map(|time| time.instant).or_else(seconds);
    match instant.and_then(time::Instant::timestamp) {
        Some(now) => Ok(Clock::Fixed(now)),
        None => Err(CommandError::new(format!("--now `{text}` is not a time"))
            .hint("write it as 2026-01-10T13:00:00+05:30, in seconds since 1970, or `event` for each event's own time")
            .into()),
    }
}

fn threads(asked: u16) -> usize {
    match asked {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => usize::from(n),
    }
}

/// Routes the input. Returns the number of bytes read.
fn route(job: Job<'_>, input: RouteInput, global: &Global) -> anyhow::Result<u64> {
    let bar = progress::of_bytes(input.size, global);
    let total = AtomicU64::new(0);
    let on_read = |bytes| {
        total.fetch_add(bytes, Ordering::Relaxed);
        bar.inc(bytes);
    };
    let output = NamedOutput(io::stdout());
    let routed = match input.source {
        From::File(file) => keeping_progress(job, || route_lines(job, *file, output, on_read))?,
        From::Stream(stream) => route_lines(job, stream, output, on_read),
    };
    bar.finish_and_clear();
    routed.with_context(|| format!("cannot route {}", input.name))?;
    Ok(total.into_inner())
}

/// Standard output, whose errors say that they are its own and not those of the input.
struct NamedOutput(io::Stdout);

impl io::Write for NamedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(output::named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(output::named)
    }
}

/// Writes the state while something runs, and at the end, also after an error, since the output until then has been written.
fn keeping_progress<T>(job: Job<'_>, work: impl FnOnce() -> T) -> anyhow::Result<T> {
    let Some(progress) = job.progress else { return Ok(work()) };
    let (done, finished) = thread::scope(|scope| {
        scope.spawn(|| progress.keep());
        (work(), progress.finish())
    });
    finished.context("cannot write the state")?;
    Ok(done)
}

/// The events to route.
struct RouteInput {
    source: From,
    path: PathBuf,
    /// As shown to people.
    name: String,
    size: Option<u64>,
    /// The number of lines that an earlier run decided.
    lines_before: u64,
}

enum From {
    Stream(Stream),
    File(Box<Follow>),
}

impl RouteInput {
    fn for_route(args: &RouteArgs, stop: &StopSignal, counts: &SharedCounts) -> anyhow::Result<RouteInput> {
        let path = args.input.as_deref().filter(|path| *path != Path::new("-"));
        let by_name = path.filter(|_| args.follow || args.state.is_some());
        // A file that does not exist yet may be created; anything but a file has no position to resume at.
        let Some(path) = by_name.filter(|path| path.metadata().map_or(args.follow, |kind| kind.is_file())) else {
            return Self::stream(path, args, stop);
        };
        let name = format!("`{}`", path.display());
        refuse_compressed(path, args, &name)?;
        let saved =
            args.state.as_deref().map(SavedState::read).transpose().map_err(|error| with_hint(&error))?.flatten();
        let options = FollowOptions { once: !args.follow, late_bytes: counts.late_bytes.clone() };
        let follow = Follow::new(path, stop.clone(), options, saved.as_ref());
        let source = From::File(Box::new(follow.with_context(|| format!("cannot read {name}"))?));
        let lines_before = saved.map_or(0, |saved| saved.lines);
        Ok(RouteInput { source, path: path.to_path_buf(), name, size: None, lines_before })
    }

    fn stream(path: Option<&Path>, args: &RouteArgs, stop: &StopSignal) -> anyhow::Result<RouteInput> {
        let opened = Opened::new(path, open_stream)?;
        if args.state.is_some() {
            return Err(CommandError::new(format!("--state cannot be kept for {}", opened.name))
                .hint("only a regular file has a position to resume at: name one with `-i`")
                .into());
        }
        let source = From::Stream(Stream::new(opened.reader, stop.clone()));
        Ok(RouteInput { source, path: PathBuf::new(), name: opened.name, size: opened.size, lines_before: 0 })
    }

    /// The state file, which is written before anything is read.
    fn progress(&self, state: Option<&Path>) -> anyhow::Result<Option<Progress>> {
        let (Some(state), From::File(file)) = (state, &self.source) else { return Ok(None) };
        let start = file.checkpoint().map(|checkpoint| (checkpoint, self.lines_before));
        Ok(Some(Progress::begin(&self.path, state, start).map_err(|error| with_hint(&error))?))
    }
}

/// Compressed input has no position to resume at, and cannot grow.
fn refuse_compressed(path: &Path, args: &RouteArgs, name: &str) -> Result<(), CommandError> {
    let named = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let refused = is_gzip(path) || (named && args.follow);
    if !refused {
        return Ok(());
    }
    let what = if args.follow { "--follow cannot read" } else { "--state cannot be kept for" };
    Err(CommandError::new(format!("{what} compressed input: {name} is gzip"))
        .hint("route it as a whole, without this option"))
}

fn with_hint(error: &StateError) -> CommandError {
    CommandError::new(error.to_string()).hint(error.hint())
}

/// An opened input.
pub(crate) struct Opened {
    pub(crate) reader: File,
    /// As shown to people.
    pub(crate) name: String,
    /// Only known for files.
    size: Option<u64>,
}

impl Opened {
    /// Opens a file; with `-` or without a path, standard input.
    pub(crate) fn new(path: Option<&Path>, open: impl Fn(&Path) -> io::Result<File>) -> anyhow::Result<Opened> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Opened { reader: stdin()?, name: String::from("standard input"), size: None });
        };
        let name = format!("`{}`", path.display());
        let file = open(path).with_context(|| format!("cannot read {name}"))?;
        let kind = file.metadata().with_context(|| format!("cannot read {name}"))?;
        if kind.is_dir() {
            return Err(CommandError::new(format!("{name} is a folder"))
                .hint("name a file with one event a line")
                .into());
        }
        // How much compressed input holds is not known.
        let size = (kind.is_file() && !is_gzip(path)).then_some(kind.len());
        Ok(Opened { reader: file, name, size })
    }
}

/// Standard input without a buffer: waiting for input would not notice buffered bytes.
fn stdin() -> io::Result<File> {
    #[cfg(unix)]
    let own = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned();
    #[cfg(windows)]
    let own = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned();
    own.map(File::from)
}
