//! A long run with everything at once: valid and invalid reloads, malformed lines and a slow reader. Counts must agree, and
//! memory must not grow. Run with `cargo test --release --test soak -- --ignored --nocapture`.

#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// One line in this many is malformed.
const MALFORMED: usize = 17;

fn rules(version: usize, padding: usize) -> String {
    use std::fmt::Write;
    let mut text = format!(
        "ruleset: {{name: soak}}\ntopics: {{t: [v{version}]}}\nlabels: {{v: [{{value: v{version}}}]}}\nrules:\n"
    );
    for n in 0..padding {
        writeln!(text, "  - {{name: r{n}, when: data.n == {n}, subscribers: [s{}]}}", n % 50).unwrap();
    }
    text
}

fn resident_kib(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("VmRSS: 0 kB");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn save(folder: &Path, text: &str) {
    fs::write(folder.join(".next"), text).unwrap();
    fs::rename(folder.join(".next"), folder.join("rules.yaml")).unwrap();
}

#[test]
#[ignore = "takes minutes"]
fn soak() {
    let seconds = std::env::var("DADAR_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    let length = Duration::from_secs(seconds);
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("rules");
    fs::create_dir(&folder).unwrap();
    save(&folder, &rules(0, 300));
    let mut command = Command::new(env!("CARGO_BIN_EXE_dadar"));
    command.current_dir(dir.path()).args(["route", "rules", "--watch", "--watch-debounce", "5", "--threads", "2"]);
    command.args(["--metrics", "0", "-v", "--log-format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = log.next().unwrap().unwrap();
        if let Some(rest) = line.split("http://").nth(1) {
            break rest.split("/metrics").next().unwrap().to_owned();
        }
    };
    let logged = thread::spawn(move || log.map_while(Result::ok).filter(|line| line.contains("reload")).count());
    let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut memory = Vec::new();
    let (decided, malformed, metrics) = thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while !over.load(Ordering::Relaxed) {
                let mut text = String::new();
                for _ in 0..200 {
                    text += &match n % MALFORMED {
                        0 => format!("{{\"id\":{n}, broken\n"),
                        _ => format!("{{\"id\":{n},\"type\":\"t\",\"data\":{{\"n\":{}}}}}\n", n % 400),
                    };
                    n += 1;
                }
                stdin.write_all(text.as_bytes()).unwrap();
                sent.store(n, Ordering::Relaxed);
            }
            drop(stdin);
        });
        scope.spawn(|| {
            let mut version = 1;
            while !over.load(Ordering::Relaxed) {
                match version % 5 {
                    0 => save(&folder, "rules: [{name: x, when: broken("),
                    _ => save(&folder, &rules(version, 200 + version % 300)),
                }
                version += 1;
                thread::sleep(Duration::from_millis(30));
            }
        });
        let reader = scope.spawn(|| {
            let (mut lines, mut malformed) = (0, 0);
            for line in BufReader::new(stdout).lines() {
                let decision: Value = serde_json::from_str(&line.unwrap()).unwrap();
                if lines % MALFORMED == 0 {
                    assert_eq!((&decision["status"], &decision["line"]), (&"malformed".into(), &(lines + 1).into()));
                    malformed += 1;
                } else {
                    assert_eq!(decision["id"], lines);
                    let by = &decision["labels"]["v"];
                    assert!(decision["subscribers"].as_array().unwrap().contains(by), "{decision}");
                }
                lines += 1;
                // Slow from time to time.
                if lines % 20_000 == 0 {
                    thread::sleep(Duration::from_millis(200));
                }
            }
            (lines, malformed)
        });
        let start = Instant::now();
        while start.elapsed() < length {
            thread::sleep(Duration::from_millis(500));
            memory.push(resident_kib(id));
        }
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
        let mut metrics = String::new();
        stream.read_to_string(&mut metrics).unwrap();
        over.store(true, Ordering::Relaxed);
        let (decided, malformed) = reader.join().unwrap();
        (decided, malformed, metrics)
    });
    let status = child.wait().unwrap();
    let sent = sent.into_inner();
    let reloads = logged.join().unwrap();
    let metric = |name: &str| metrics.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let (early, late) = (memory[memory.len() / 4], *memory.iter().max().unwrap());
    eprintln!(
        "{decided} decisions, {malformed} malformed, {reloads} lines about reloads, {early} KiB early, {late} KiB at most"
    );
    eprintln!("{}\n{}", metric("dadar_ruleset_generation "), metric("dadar_reload_failures_total "));
    assert_eq!(decided, sent, "lines in = lines out");
    assert_eq!(malformed, sent.div_ceil(MALFORMED));
    assert_eq!(status.code(), Some(3));
    assert!(reloads > 10 && !metric("dadar_reload_failures_total ").ends_with(" 0"));
    assert!(late < early * 3 / 2 + (32 << 10), "memory grows: {memory:?}");
}
