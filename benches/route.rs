//! `cargo bench --bench route`: how many events a second one thread decides, by kind of rules and by their number.
//!
//! Events are in memory, about 1 kB each, and the same on every machine. Next to each figure is the ratio to a limit in the same
//! run: for strict mode, the time of serde_json's `IgnoredAny`, which walks the event and keeps nothing; for trusted mode, the
//! time of sonic-rs `get_many`, which finds the fields that the rules read and decides nothing. 1.00 is the speed of the limit.
//!
//! `cargo bench --bench route -- WORD` runs the workloads with WORD in their name; `--rules N` only that many rules;
//! `--profile` (strict, or `--trusted`) decides all events a fixed number of times (`--passes N`) and prints only their
//! count, for a profiler.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::panic, clippy::expect_used, clippy::indexing_slicing)]

#[path = "data/mod.rs"]
mod data;

use dadar::Mode;
use dadar::{Options, Router, Session};
use data::{Workload, workloads};
use sonic_rs::PointerTree;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The time for which a figure is measured, and the number of rounds, of which the best counts.
const ROUND: Duration = Duration::from_millis(60);
const ROUNDS: usize = 5;
/// The default number of times that a profile decides all events.
const PASSES: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let value_of = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1).cloned();
    let only_rules: Option<usize> = value_of("--rules").and_then(|number| number.parse().ok());
    let passes = value_of("--passes").and_then(|number| number.parse().ok()).unwrap_or(PASSES);
    let is_trusted = arguments.iter().any(|argument| argument == "--trusted");
    let is_profile = arguments.iter().any(|argument| argument == "--profile");
    let word = arguments.iter().enumerate().find(|(n, argument)| {
        !argument.starts_with("--") && (*n == 0 || !["--rules", "--passes"].contains(&&*arguments[n - 1]))
    });
    let word = word.map_or("", |(_, argument)| argument.as_str());

    let events = data::lots(2_000);
    let lines: Vec<&[u8]> = events.iter().map(String::as_bytes).collect();
    let bytes: usize = lines.iter().map(|line| line.len()).sum();
    if !is_profile {
        println!("{} events, {} bytes each on average", lines.len(), bytes / lines.len());
        println!(
            "{:<22} {:>7} {:>9} {:>9} {:>7} {:>9} {:>9} {:>7} {:>9} {:>8} {:>8} {:>8}",
            "workload",
            "rules",
            "strict/s",
            "ns/event",
            "×ignore",
            "trusted/s",
            "ns/event",
            "×get",
            "matches",
            "load ms",
            "graph ms",
            "MB"
        );
    }
    for workload in workloads().into_iter().filter(|workload| workload.name.contains(word)) {
        for &rules in workload.sizes.iter().filter(|size| only_rules.is_none_or(|only| only == **size)) {
            if is_profile {
                profile(&workload, rules, &lines, if is_trusted { Mode::Trusted } else { Mode::Strict }, passes);
            } else {
                row(&workload, rules, &lines);
            }
        }
    }
}

fn row(workload: &Workload, rules: usize, lines: &[&[u8]]) {
    let before = resident();
    let yaml = (workload.yaml)(rules);
    let started = Instant::now();
    let loaded = dadar::load_strings("bench", [("rules.yaml", yaml.as_str())]);
    let load = started.elapsed();
    let Some(rule_set) = loaded.rule_set else {
        for diagnostic in loaded.diagnostics.iter().take(3) {
            eprintln!("{}: {}", diagnostic.code.as_str(), diagnostic.message);
        }
        panic!("{}: the rules do not load", workload.name);
    };
    let started = Instant::now();
    let strict = Router::with_options(&rule_set, options(Mode::Strict));
    let compile = started.elapsed();
    drop(rule_set);
    let memory = resident().saturating_sub(before);
    let trusted = strict.and_options(options(Mode::Trusted));

    let mut session = strict.session();
    let matches: usize = lines.iter().map(|line| session.decide(line).rules().len()).sum();
    let mut trusted_session = trusted.session();
    let mut tree = PointerTree::new();
    data::paths(&yaml).into_iter().for_each(|path| tree.add_path(path));
    let mut best = [f64::MAX; 4];
    for _ in 0..ROUNDS {
        best[0] = best[0]
            .min(measure(lines, |line| black_box(serde_json::from_slice::<serde::de::IgnoredAny>(line)).is_ok()));
        best[1] = best[1].min(measure(lines, |line| black_box(session.decide(line)).rules().len() == 0));
        best[2] = best[2].min(measure(lines, |line| black_box(trusted_session.decide(line)).rules().len() == 0));
        best[3] = best[3].min(measure(lines, |line| black_box(sonic_rs::get_many(line, &tree)).is_ok()));
    }
    println!(
        "{:<22} {:>7} {:>8.0}K {:>9.0} {:>7.2} {:>8.0}K {:>9.0} {:>7.2} {:>9.3} {:>8.0} {:>8.0} {:>8.1}",
        workload.name,
        rules,
        1e6 / best[1],
        best[1],
        best[0] / best[1],
        1e6 / best[2],
        best[2],
        best[3] / best[2],
        matches as f64 / lines.len() as f64,
        load.as_secs_f64() * 1e3,
        compile.as_secs_f64() * 1e3,
        memory as f64 / 1e6,
    );
}

fn options(mode: Mode) -> Options {
    Options::default().mode(mode)
}

/// Nanoseconds per event in one round.
fn measure(lines: &[&[u8]], mut decide: impl FnMut(&[u8]) -> bool) -> f64 {
    let started = Instant::now();
    let mut count = 0usize;
    while started.elapsed() < ROUND {
        for line in lines {
            black_box(decide(line));
        }
        count += lines.len();
    }
    started.elapsed().as_nanos() as f64 / count as f64
}

/// A fixed amount of work.
fn profile(workload: &Workload, rules: usize, lines: &[&[u8]], mode: Mode, passes: usize) {
    let yaml = (workload.yaml)(rules);
    let loaded = dadar::load_strings("bench", [("rules.yaml", yaml.as_str())]);
    let router = Router::with_options(&loaded.rule_set.expect("the rules load"), options(mode));
    let mut session = router.session();
    let matches = decide_all(&mut session, lines, passes);
    println!("{} {rules}: {} events, {matches} matches", workload.name, passes * lines.len());
}

/// The function for a profiler; scripts/instructions.sh refers to its name.
#[inline(never)]
fn decide_all(session: &mut Session, lines: &[&[u8]], passes: usize) -> usize {
    (0..passes).flat_map(|_| lines).map(|line| session.decide(line).rules().len()).sum()
}

/// Resident memory in bytes; 0 if the system does not report it.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) * 1024
}
