//! The program as a long-running process: changing rules, endless streams, signals, kills and slow readers.

#![cfg(all(feature = "cli", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/environment.rs"]
mod environment;
#[path = "support/files.rs"]
mod files;

use environment::dadar;
use files::write_whole;
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A limit that no test reaches, even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(40);

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { dir: TempDir::new().unwrap() };
        place.write("rules/rules.yaml", &to("one"));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write_whole(&self.path(name), text);
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn start(&self, args: &[&str]) -> Running {
        let mut command = dadar();
        command.current_dir(self.dir.path()).arg("route").args(args);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running::new(child)
    }
}

/// Rules that send every event to a subscriber and name it in every field of the decision.
fn to(subscriber: &str) -> String {
    format!(
        "ruleset: {{name: live}}\ntopics:\n  \"#\": {{subscribers: [{subscriber}], settings: {{by: {subscriber}}}}}\n\
         rules:\n  - {{name: rule-{subscriber}, when: data.n >= 0, subscribers: [also-{subscriber}]}}\n\
         labels:\n  by: [{{value: {subscriber}}}]\n"
    )
}

fn event(n: usize) -> String {
    format!("{{\"id\":{n},\"type\":\"t\",\"data\":{{\"n\":{n}}}}}\n")
}

/// A started `dadar route`.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    err: Arc<Mutex<String>>,
}

impl Running {
    fn new(mut child: Child) -> Running {
        let (send, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let err = Arc::new(Mutex::new(String::new()));
        let (pipe, text) = (BufReader::new(child.stderr.take().unwrap()), err.clone());
        thread::spawn(move || {
            for line in pipe.lines().map_while(Result::ok) {
                *text.lock().unwrap() += &(line + "\n");
            }
        });
        Running { stdin: child.stdin.take(), child, lines, err }
    }

    fn send(&mut self, text: &str) {
        self.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn decision(&self) -> Value {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => serde_json::from_str(&line).unwrap(),
            Err(error) => panic!("no decision ({error}); it says:\n{}", self.err()),
        }
    }

    fn ids(&self, n: usize) -> Vec<u64> {
        (0..n).map(|_| self.decision()["id"].as_u64().unwrap()).collect()
    }

    /// The rest of the output, until its end.
    fn rest(&self) -> Vec<String> {
        let mut rest = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => rest.push(line),
                Err(RecvTimeoutError::Disconnected) => return rest,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end"),
            }
        }
    }

    fn err(&self) -> String {
        self.err.lock().unwrap().clone()
    }

    fn says(&self, part: &str) {
        self.until(part, || self.err().contains(part));
    }

    fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < end, "{what}: still not; it says:\n{}", self.err());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "it does not end; it says:\n{}", self.err());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn resident_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The subscriber in a decision; all its fields must name that one.
fn maker(decision: &Value) -> String {
    let by = decision["labels"]["by"].as_str().unwrap().to_owned();
    assert_eq!(decision["subscribers"], serde_json::json!([format!("also-{by}"), by]), "{decision}");
    assert_eq!(decision["rules"], serde_json::json!([format!("rule-{by}")]), "{decision}");
    assert_eq!(decision["settings"]["by"], by, "{decision}");
    by
}

#[test]
fn a_line_is_decided_as_soon_as_it_is_there() {
    let place = Place::new();
    for threads in ["1", "3"] {
        let mut running = place.start(&["rules", "--threads", threads]);
        for n in 0..20 {
            running.send(&event(n));
            assert_eq!(running.decision()["id"], n);
        }
        // A partial line waits for the rest.
        let line = event(20);
        let (half, other) = line.split_at(9);
        running.send(half);
        running.send(other);
        assert_eq!(running.decision()["id"], 20);
        drop(running.stdin.take());
        assert_eq!(running.end().code(), Some(0));
    }
}

#[test]
fn rules_change_while_events_come() {
    let place = Place::new();
    for threads in ["1", "2"] {
        place.write("rules/rules.yaml", &to("one"));
        let mut running = place.start(&["rules", "--watch", "--watch-debounce", "20", "--threads", threads, "-v"]);
        running.send(&event(0));
        assert_eq!(maker(&running.decision()), "one");
        place.write("rules/rules.yaml", &to("two"));
        running.says("generation=2");
        running.send(&event(1));
        assert_eq!(maker(&running.decision()), "two");
        place.write("rules/rules.yaml", "rules: [{name: x, when: nonsense(, subscribers: [a]}]");
        running.says("the last good ones stay in force");
        running.send(&event(2));
        assert_eq!(maker(&running.decision()), "two");
        assert!(running.err().contains("rules.yaml:1:"), "the place is shown:\n{}", running.err());
        place.write("rules/rules.yaml", &to("three"));
        running.says("generation=3");
        running.send(&event(3));
        assert_eq!(maker(&running.decision()), "three");
        running.signal("HUP");
        running.says("the rules on disk are those in force");
        drop(running.stdin.take());
        assert_eq!(running.end().code(), Some(0));
        assert_eq!(running.err().matches("the last good ones").count(), 1, "{}", running.err());
    }
}

#[test]
fn tests_guard_the_rules() {
    let place = Place::new();
    let test = "tests:\n  - {name: t, event: {type: t, data: {n: 1}}, expect: {labels: {by: one}}}\n";
    place.write("rules/a.test.yaml", test);
    let mut running = place.start(&["rules", "--watch", "--watch-tests", "--watch-poll", "20"]);
    running.send(&event(0));
    assert_eq!(maker(&running.decision()), "one");
    place.write("rules/rules.yaml", &to("two"));
    running.says("test `t` failed");
    running.send(&event(1));
    assert_eq!(maker(&running.decision()), "one");
    // The program does not start with rules that fail their tests.
    let mut again = place.start(&["rules", "--watch", "--watch-tests"]);
    assert_eq!(again.end().code(), Some(1));
    again.says("so nothing was done");
}

/// Rules are swapped as fast as they load while events are routed at full speed. Every decision is made by the one rule set
/// that it names; no event is lost, duplicated or out of order.
#[test]
fn a_storm_of_reloads() {
    const EVENTS: usize = 60_000;
    let place = Place::new();
    let mut running =
        place.start(&["rules", "--watch", "--watch-debounce", "0", "--threads", "2", "--log-format", "json", "-v"]);
    let mut stdin = running.stdin.take().unwrap();
    let feeding = thread::spawn(move || {
        for n in 0..EVENTS {
            stdin.write_all(event(n).as_bytes()).unwrap();
            // A short pause now and then, so that the run takes a while.
            if n % 100 == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    let (mut versions, mut seen, mut swap, mut changes) = (std::collections::HashMap::new(), 0, 0, 0);
    let mut last = None;
    while seen < EVENTS {
        let decision = running.decision();
        assert_eq!(decision["id"], seen);
        let by = maker(&decision);
        let version = decision["ruleset"].as_str().unwrap().to_owned();
        changes += usize::from(*last.get_or_insert(by.clone()) != by);
        last = Some(by.clone());
        assert_eq!(*versions.entry(version).or_insert(by.clone()), by);
        seen += 1;
        if seen % 200 == 0 {
            swap += 1;
            let next = place.path("rules/.next");
            fs::write(&next, to(if swap % 2 == 0 { "one" } else { "two" })).unwrap();
            fs::rename(&next, place.path("rules/rules.yaml")).unwrap();
        }
    }
    feeding.join().unwrap();
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert_eq!(running.end().code(), Some(0));
    let log = running.err();
    let reloads = log.lines().filter(|line| line.contains("rules reloaded")).count();
    assert!(reloads > 5, "{reloads} reloads");
    assert!(changes <= reloads, "{changes} changes: it went back from a generation to an older one");
    for line in log.lines() {
        let _: Value = serde_json::from_str(line).unwrap();
    }
}

#[test]
fn files_are_followed_by_name() {
    let place = Place::new();
    place.append("log", &event(0));
    let mut running = place.start(&["rules", "-i", "log", "--follow", "--summary"]);
    assert_eq!(running.ids(1), [0]);
    let line = event(1);
    let (half, other) = line.split_at(7);
    place.append("log", half);
    place.append("log", other);
    assert_eq!(running.ids(1), [1]);
    fs::rename(place.path("log"), place.path("log.1")).unwrap();
    place.append("log.1", &event(2));
    place.append("log.1", event(3).trim_end());
    place.append("log", &event(4));
    assert_eq!(running.ids(3), [2, 3, 4]);
    fs::write(place.path("log"), "").unwrap();
    running.says("was truncated");
    place.append("log", &event(5));
    assert_eq!(running.ids(1), [5]);
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    running.says("6 lines");
    assert!(running.rest().is_empty());
}

#[test]
fn a_file_that_is_not_there_yet() {
    let place = Place::new();
    let mut running = place.start(&["rules", "-i", "log", "--follow"]);
    running.says("waiting for it");
    place.append("log", &event(7));
    assert_eq!(running.ids(1), [7]);
    running.signal("INT");
    assert_eq!(running.end().code(), Some(0));
}

#[test]
fn signals_end_it_in_order() {
    let place = Place::new();
    for (name, threads) in [("INT", "1"), ("TERM", "2")] {
        let mut running = place.start(&["rules", "--summary", "--threads", threads]);
        running.send(&(event(0) + "no event\n" + &event(1)));
        running.send("half a li");
        (0..3).for_each(|_| drop(running.decision()));
        running.signal(name);
        assert_eq!(running.end().code(), Some(0), "{}", running.err());
        assert!(running.rest().is_empty(), "half a line is no line");
        running.says("3 lines");
    }
    // Nobody reads, so it cannot finish; the second signal ends it all the same.
    let mut child = dadar();
    let child = child.current_dir(place.dir.path()).args(["route", "rules"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let out = child.stdout.take();
    let err = child.stderr.take();
    let feeding = thread::spawn(move || while stdin.write_all(event(1).repeat(100).as_bytes()).is_ok() {});
    let mut stuck = Running { child, stdin: None, lines: channel().1, err: Arc::default() };
    thread::sleep(Duration::from_millis(500));
    stuck.signal("TERM");
    thread::sleep(Duration::from_millis(300));
    assert!(stuck.child.try_wait().unwrap().is_none(), "it has lines to finish");
    stuck.signal("TERM");
    assert_eq!(stuck.end().code(), Some(128 + 15));
    drop((out, err));
    feeding.join().unwrap();
}

/// Killed repeatedly while the file grows and is rotated: every line is decided, in order, and repeated lines get the same
/// decision.
#[test]
fn a_kill_loses_nothing() {
    const LINES: usize = 4000;
    let place = Place::new();
    place.append("log", "");
    let path = place.dir.path().to_path_buf();
    let writer = thread::spawn(move || {
        for n in 0..LINES {
            let mut log = OpenOptions::new().append(true).create(true).open(path.join("log")).unwrap();
            log.write_all(event(n).as_bytes()).unwrap();
            if n % 1000 == 999 {
                fs::rename(path.join("log"), path.join(format!("log.{n}"))).unwrap();
            }
            if n % 4 == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    let mut decided: Vec<String> = Vec::new();
    let mut kills = 0;
    let end = Instant::now() + PATIENCE;
    while decided.last().is_none_or(|line| !line.contains(&format!("\"id\":{},", LINES - 1))) {
        assert!(Instant::now() < end, "after {kills} kills: {:?}", decided.last());
        let mut running = place.start(&["rules", "-i", "log", "--follow", "--state", "at"]);
        let until = Instant::now() + Duration::from_millis(if kills < 3 { 700 } else { 5000 });
        while Instant::now() < until {
            match running.lines.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => decided.push(line),
                Err(_) if writer.is_finished() && kills >= 3 => break,
                Err(_) => {}
            }
        }
        running.child.kill().unwrap();
        running.end();
        decided.extend(running.rest());
        kills += 1;
    }
    writer.join().unwrap();
    let ids: Vec<usize> = decided
        .iter()
        .map(|line| {
            let decision: Value = serde_json::from_str(line).unwrap();
            decision["id"].as_u64().unwrap() as usize
        })
        .collect();
    let mut next = 0;
    for id in &ids {
        assert!(*id <= next, "{next} is missing before {id}");
        next = next.max(id + 1);
    }
    assert_eq!(next, LINES);
    assert!(ids.len() < LINES * 3, "{} decisions", ids.len());
}

#[test]
fn the_state_is_of_files_alone() {
    let place = Place::new();
    let run = |args: &[&str]| place.start(args).end().code();
    assert_eq!(run(&["rules", "--state", "at"]), Some(2));
    assert_eq!(run(&["rules", "--follow"]), Some(2));
    assert_eq!(run(&["rules", "-i", "-", "--state", "at"]), Some(2));
    place.append("log", &(event(0) + &event(1)));
    place.write("at", "nonsense");
    assert_eq!(run(&["rules", "-i", "log", "--state", "at"]), Some(2));
    fs::remove_file(place.path("at")).unwrap();
    let mut nowhere = place.start(&["rules", "-i", "log", "--state", "no-folder/at"]);
    assert_eq!(nowhere.end().code(), Some(2));
    assert_eq!(nowhere.rest(), [""; 0], "found out before anything is decided");
    for expected in [vec![0, 1], vec![], vec![2]] {
        let mut running = place.start(&["rules", "-i", "log", "--state", "at"]);
        assert_eq!(running.end().code(), Some(0), "{}", running.err());
        let ids: Vec<u64> = running
            .rest()
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap())
            .collect();
        assert_eq!(ids, expected);
        if expected.is_empty() {
            place.append("log", &event(2));
        }
    }
}

/// A slow reader of the output slows down the reading of the input: memory does not grow with the size of the input.
#[test]
fn a_slow_reader_slows_the_writer() {
    let place = Place::new();
    for threads in ["1", "2"] {
        let mut command = dadar();
        command.current_dir(place.dir.path()).args(["route", "rules", "--threads", threads]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut out = child.stdout.take().unwrap();
        let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = sent.clone();
        let writer = thread::spawn(move || {
            let lines = event(1).repeat(500);
            while stdin.write_all(lines.as_bytes()).is_ok() {
                count.fetch_add(lines.len(), std::sync::atomic::Ordering::Relaxed);
            }
        });
        let running = Running { child, stdin: None, lines: channel().1, err: Arc::default() };
        let mut buffer = vec![0; 4096];
        let mut most = 0;
        for _ in 0..150 {
            out.read_exact(&mut buffer).unwrap();
            thread::sleep(Duration::from_millis(10));
            most = most.max(running.resident_kib());
        }
        let sent = sent.load(std::sync::atomic::Ordering::Relaxed);
        assert!(sent < 16 << 20, "{sent} bytes were taken though nobody read what came of them");
        assert!(most < 120 << 10, "{most} KiB");
        drop(running);
        drop(out);
        writer.join().unwrap();
    }
}

#[test]
fn metrics_are_served() {
    let place = Place::new();
    let mut running = place.start(&["rules", "--watch", "--watch-debounce", "10", "--metrics", "0", "-v"]);
    running.says("/metrics");
    let log = running.err();
    let address = log.split("http://").nth(1).unwrap().split("/metrics").next().unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    running.send(&(event(1) + &event(2) + "no\n"));
    (0..3).for_each(|_| drop(running.decision()));
    let mut events = running.stdin.take().unwrap();
    let metrics = || get(&address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    let has = |line: &str| running.until(line, || metrics().lines().any(|one| one == line));
    has("dadar_events_total{status=\"routed\"} 2");
    has("dadar_malformed_lines_total 1");
    has("dadar_rule_matches_total{rule=\"rule-one\"} 2");
    has("dadar_subscriber_events_total{subscriber=\"also-one\"} 2");
    has("dadar_decision_seconds_count 3");
    has("dadar_ruleset_generation 1");
    has("dadar_reload_in_progress_seconds 0");
    place.write("rules/rules.yaml", "no: rules");
    has("dadar_reload_failures_total 1");
    has("dadar_reload_last_successful 0");
    let more = "  - {name: rule-more, when: data.n >= 0, subscribers: [zone-more]}\nlabels:";
    place.write("rules/rules.yaml", &to("two").replace("labels:", more));
    has("dadar_ruleset_generation 2");
    has("dadar_reload_last_successful 1");
    events.write_all(event(3).as_bytes()).unwrap();
    has("dadar_rule_matches_total{rule=\"rule-more\"} 1");
    has("dadar_subscriber_events_total{subscriber=\"zone-more\"} 1");
    assert!(metrics().starts_with("HTTP/1.1 200"));
    assert!(get(&address, "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    assert!(get(&address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    assert_eq!(get(&address, &"x".repeat(100_000)), "", "what is too long is not read");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    assert_eq!(place.start(&["rules", "--metrics", "nowhere"]).end().code(), Some(2));
}

fn get(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    // The server may close the connection before it has read the request.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn files_of_rules_that_are_swapped_by_a_link() {
    let place = Place::new();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, place.path(name)).unwrap();
    place.write("map/..1/rules.yaml", &to("one"));
    link("..1", "map/..data");
    link("..data/rules.yaml", "map/rules.yaml");
    let mut running = place.start(&["map", "--watch", "-v"]);
    running.send(&event(0));
    assert_eq!(maker(&running.decision()), "one");
    place.write("map/..2/rules.yaml", &to("two"));
    link("..2", "map/..tmp");
    fs::rename(place.path("map/..tmp"), place.path("map/..data")).unwrap();
    running.says("generation=2");
    running.send(&event(1));
    assert_eq!(maker(&running.decision()), "two");
}

/// A signal ends the program at every stage: while a named pipe has no writer, while the file does not exist, and before
/// the rules are loaded.
#[test]
fn signals_end_it_while_it_waits_for_input() {
    let place = Place::new();
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    for args in
        [&["rules", "-i", "pipe"][..], &["rules", "-i", "pipe", "--follow"], &["rules", "-i", "none", "--follow"]]
    {
        for name in ["TERM", "INT"] {
            let mut running = place.start(args);
            thread::sleep(Duration::from_millis(200));
            running.signal(name);
            assert_eq!(running.end().code(), Some(0), "{args:?}: {}", running.err());
        }
    }
    let mut running = place.start(&["rules", "-i", "pipe"]);
    thread::sleep(Duration::from_millis(100));
    place.append("pipe", &(event(1) + &event(2)));
    assert_eq!(running.ids(2), [1, 2]);
    assert_eq!(running.end().code(), Some(0));
}

/// Killed at the beginning of its first run, before other output is written; then the file is rotated.
#[test]
fn a_kill_in_the_first_moments_loses_nothing() {
    let place = Place::new();
    place.append("log", &event(0));
    let mut running = place.start(&["rules", "-i", "log", "--follow", "--state", "at"]);
    running.until("a state", || place.path("at").exists());
    running.child.kill().unwrap();
    running.end();
    fs::rename(place.path("log"), place.path("log.1")).unwrap();
    place.append("log", &event(1));
    let mut running = place.start(&["rules", "-i", "log", "--state", "at"]);
    assert_eq!(running.end().code(), Some(0), "{}", running.err());
    let last: Vec<u64> = running
        .rest()
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap())
        .collect();
    assert!(last == [0, 1] || last == [1], "{last:?}");
    let leftovers = fs::read_dir(place.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(leftovers.into_iter().all(|name| !name.to_string_lossy().ends_with(".tmp")));
}

/// Lines that cannot be decided get a decision, and the state advances past them: the next run does not read them again.
#[test]
fn a_poison_line_is_answered_and_passed() {
    let place = Place::new();
    let deep = "[".repeat(200_000);
    let long = format!("{{\"id\":1,\"type\":\"t\",\"pad\":\"{}\"}}", "x".repeat(100_000));
    let lines = [&*event(0), &deep, "\n", &long, "\n", "\0\u{202e}\x1b[2J\n", "\n", &event(5)];
    place.append("log", &lines.concat());
    let args = ["rules", "-i", "log", "--follow", "--state", "at", "--max-line", "64KiB"];
    let mut running = place.start(&args);
    let statuses: Vec<Value> = (0..6).map(|_| running.decision()["status"].take()).collect();
    assert_eq!(statuses, ["routed", "malformed", "malformed", "malformed", "malformed", "routed"]);
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    place.append("log", &event(6));
    let running = place.start(&args);
    assert_eq!(running.ids(1), [6]);
}

#[test]
fn states_that_are_not_files_are_refused() {
    let place = Place::new();
    place.append("log", &event(0));
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    for state in ["/dev/zero", "/dev/full", "/dev/null", "pipe", "rules", "log"] {
        let mut running = place.start(&["rules", "-i", "log", "--state", state]);
        assert_eq!(running.end().code(), Some(2), "{state}: {}", running.err());
        assert_eq!(running.rest(), [""; 0], "{state}");
    }
    // A link stays a link.
    std::os::unix::fs::symlink("real", place.path("link")).unwrap();
    assert_eq!(place.start(&["rules", "-i", "log", "--state", "real"]).end().code(), Some(0));
    assert_eq!(place.start(&["rules", "-i", "log", "--state", "link"]).end().code(), Some(0));
    assert!(place.path("link").is_symlink());
}

/// Idle connections do not block others, and slow readers are disconnected.
#[test]
fn metrics_are_served_whoever_is_connected() {
    let place = Place::new();
    let names: Vec<String> = (0..20_000).map(|n| format!("{}{n}", "s".repeat(150))).collect();
    place.write("rules/rules.yaml", &format!("topics: {{t: [{}]}}", names.join(", ")));
    let mut running = place.start(&["rules", "--metrics", "0", "-v"]);
    running.says("/metrics");
    let address = running.err().split("http://").nth(1).unwrap().split("/metrics").next().unwrap().to_owned();
    let request = "GET /metrics HTTP/1.1\r\n\r\n";
    running.send(&event(1));
    running.decision();
    let before = running.resident_kib();
    let idle: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let slow: Vec<TcpStream> = (0..16)
        .map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    let whole = get(&address, request);
    assert!(whole.contains("Transfer-Encoding: chunked") && whole.ends_with("0\r\n\r\n"), "{} bytes", whole.len());
    assert!(whole.contains("dadar_subscriber_events_total"));
    assert!(whole.matches("\"} 1\n").count() >= 20_000, "every subscriber is there");
    let whole = get(&address, "GET /metrics HTTP/1.0\r\n\r\n");
    assert!(!whole.contains("chunked") && whole.contains(&names[19_999]));
    let after = running.resident_kib();
    assert!(after < before + (32 << 10), "{before} KiB, then {after} KiB");
    drop((idle, slow));
}

/// Everything on stderr is JSON from the first line on.
#[test]
fn json_logs_from_the_start() {
    let place = Place::new();
    place.write("wrong/rules.yaml", "rules: [{name: x, when: nonsense(, subscribers: [a]}]");
    place.write("none.state", "nonsense");
    place.append("log", &event(0));
    let cases: [(&[&str], i32); 6] = [
        (&["wrong"], 1),
        (&["no-such-rules"], 2),
        (&["rules", "--threads", "many"], 2),
        (&["rules", "-i", "no-such-file"], 2),
        (&["rules", "-i", "log", "--state", "none.state"], 2),
        (&["rules", "-i", "log", "--summary"], 0),
    ];
    for (args, code) in cases {
        let args = [args, &["--log-format", "json"]].concat();
        let mut running = place.start(&args);
        drop(running.stdin.take());
        assert_eq!(running.end().code(), Some(code), "{args:?}: {}", running.err());
        running.rest();
        running.until("a line", || !running.err().is_empty());
        for line in running.err().lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{args:?}: {error}: {line}"));
            assert!(line["message"].is_string(), "{line}");
        }
    }
}

/// These tests need only the program itself.
#[test]
fn help_shows_it_all() {
    let output = dadar().args(["route", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in ["--watch", "--watch-tests", "--follow", "--state", "--metrics", "--log-format", "SIGHUP"] {
        assert!(help.contains(option), "{option}");
    }
    assert!(Path::new(env!("CARGO_BIN_EXE_dadar")).exists());
}
