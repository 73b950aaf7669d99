//! `cargo bench --bench end_to_end`: the throughput of `dadar route`, from a file to `/dev/null`.
//!
//! 10,000 rules of one equality each, few of which match; 400 MB of events of about 1 kB (`--events N` for another number). Each
//! variant is run five times, in turns, and the best run counts. The time of the same command for an empty file, which is the
//! loading of the rules, is subtracted.
#![allow(clippy::print_stdout, clippy::panic, clippy::expect_used, clippy::indexing_slicing, dead_code)]

#[path = "data/mod.rs"]
mod data;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const EVENTS: usize = 450_000;
const ROUNDS: usize = 5;
const WAYS: [&[&str]; 4] =
    [&["--threads=1"], &["--threads=2"], &["--trusted", "--threads=1"], &["--trusted", "--threads=2"]];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let events = arguments.iter().skip_while(|argument| *argument != "--events").nth(1);
    let events = events.and_then(|number| number.parse().ok()).unwrap_or(EVENTS);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let workload = data::workloads().into_iter().find(|workload| workload.name == "W1 equal").expect("the workload");
    std::fs::write(at("rules.yaml"), (workload.yaml)(10_000)).expect("the rules can be written");
    std::fs::write(at("none.ndjson"), "").expect("the file can be written");
    let bytes = write_events(&at("events.ndjson"), events);
    println!("{events} events, {:.0} MB", bytes as f64 / 1e6);

    let run = |way: &[&str], input: &str| route(&at("rules.yaml"), &at(input), way);
    let mut best = [(Duration::MAX, Duration::MAX); WAYS.len()];
    for _ in 0..ROUNDS {
        for (way, best) in WAYS.iter().zip(&mut best) {
            best.0 = best.0.min(run(way, "none.ndjson"));
            best.1 = best.1.min(run(way, "events.ndjson"));
        }
    }
    println!("{:<24} {:>8} {:>8} {:>8}", "", "load ms", "route ms", "MB/s");
    for (way, (load, all)) in WAYS.iter().zip(best) {
        let routing = all.saturating_sub(load).as_secs_f64();
        let rate = bytes as f64 / 1e6 / routing;
        println!("{:<24} {:>8.0} {:>8.0} {:>8.0}", way.join(" "), load.as_secs_f64() * 1e3, routing * 1e3, rate);
    }
}

fn write_events(path: &Path, events: usize) -> usize {
    let lots = data::lots(20_000.min(events));
    let mut file = BufWriter::new(File::create(path).expect("the file can be made"));
    let mut bytes = 0;
    for lot in lots.iter().cycle().take(events) {
        writeln!(file, "{lot}").expect("the file can be written");
        bytes += lot.len() + 1;
    }
    bytes
}

fn route(rules: &Path, input: &Path, way: &[&str]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dadar"));
    command.arg("route").arg(rules).arg("-i").arg(input).args(way).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let status = command.status().expect("dadar runs");
    assert!(status.success(), "{way:?}: {status}");
    started.elapsed()
}
