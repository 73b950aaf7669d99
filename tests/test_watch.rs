//! `dadar test --watch`: tests that run again when files change.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/files.rs"]
mod files;
#[path = "support/program.rs"]
mod program;

use files::write_whole;
use program::{Place, RULES, TESTS};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Nothing takes so long, not even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(40);

struct Watch {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Watch {
    fn start(place: &Place, args: &[&str]) -> Watch {
        let mut child = place.start(&[&["test", "--watch"], args].concat());
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Watch { child, out, err }
    }

    /// Waits for a line with this text.
    #[track_caller]
    fn says(&self, part: &str) {
        wait_for(part, &self.out);
    }

    #[track_caller]
    fn complains(&self, part: &str) {
        wait_for(part, &self.err);
    }

    /// Ends it with a signal.
    fn end(&mut self, signal: &str) {
        assert!(Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
    });
    lines
}

#[track_caller]
fn wait_for(part: &str, lines: &Receiver<String>) {
    let mut seen = Vec::new();
    while !seen.last().is_some_and(|line: &String| line.contains(part)) {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => seen.push(line),
            Err(_) => panic!("no `{part}` in {seen:#?}"),
        }
        assert!(!seen.concat().contains('\x1b'), "nothing is cleared in a pipe: {seen:#?}");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn rules_tests_events_and_data_are_watched() {
    let rules = RULES.replace("data.amount > 100", "'data.amount > number(lookup(\"limits.amount\", \"all\"))'");
    let rules = format!("{rules}lookups: {{limits: {{file: limits.csv, key: name}}}}\n");
    let tests = format!("{TESTS}  - {{name: recorded, events: events.ndjson, expect: {{status: routed}}}}\n");
    let event = "{\"event_type\":\"ORDER_CREATED\"}\n";
    let place = Place::new(&[
        ("rules/rules.yaml", &*rules),
        ("rules/limits.csv", "name,amount\nall,100\n"),
        ("rules/a.test.yaml", &*tests),
        ("rules/events.ndjson", event),
    ]);
    let write = |name: &str, text: &str| write_whole(&place.path("rules").join(name), text);
    let mut watch = Watch::start(&place, &[]);
    watch.says("2 passed");
    watch.complains("waiting for changes");
    for (name, wrong, right) in [
        ("rules.yaml", &*rules.replace("[checks]", "[nobody]"), &*rules),
        ("limits.csv", "name,amount\nall,1000\n", "name,amount\nall,100\n"),
        ("a.test.yaml", &*tests.replace("[big]", "[small]"), &*tests),
        ("events.ndjson", "{\"event_type\":\"OTHER\"}\n", event),
    ] {
        write(name, wrong);
        watch.says("1 passed, 1 failed");
        write(name, right);
        watch.says("2 passed");
    }
    // Another file of tests, and one that is broken.
    write("b.test.yaml", &TESTS.replace("big ones", "more"));
    watch.says("3 passed");
    write("b.test.yaml", "tests: {");
    watch.complains("error[E001]");
    std::fs::remove_file(place.path("rules/b.test.yaml")).unwrap();
    watch.says("2 passed");
    watch.end("INT");
}

#[test]
fn broken_rules_are_shown_and_the_watch_continues() {
    let place = Place::small();
    let path = place.path("rules/rules.yaml");
    let mut watch = Watch::start(&place, &["--format", "json"]);
    watch.says("{\"failed\":0,\"passed\":1}");
    write_whole(&path, "rules: [{name: x, wen: true}]");
    watch.complains("error[E003]");
    watch.complains("waiting for changes");
    write_whole(&path, RULES);
    watch.says("{\"failed\":0,\"passed\":1}");
    watch.complains("waiting for changes");
    // Even without the folder.
    std::fs::rename(place.path("rules"), place.path("away")).unwrap();
    watch.complains("no rule set `rules`");
    watch.complains("waiting for changes");
    std::fs::rename(place.path("away"), place.path("rules")).unwrap();
    watch.says("{\"failed\":0,\"passed\":1}");
    watch.end("TERM");
}

#[test]
fn several_rule_sets_and_one_file_are_watched() {
    let other = TESTS.replace("big ones", "others");
    let files =
        [("r/a/a.yaml", RULES), ("r/a/a.test.yaml", TESTS), ("r/b/b.yaml", RULES), ("r/b/b.test.yaml", &*other)];
    let place = Place::new(&files);
    let all = Watch::start(&place, &["r", "-k", "others"]);
    all.says("== r/b");
    all.says("1 passed");
    let one = Watch::start(&place, &["-q", "r/a/a.test.yaml"]);
    one.says("1 passed");
    write_whole(&place.path("r/a/a.test.yaml"), &other);
    one.says("✓ others");
    all.says("== r/a");
    all.says("1 passed");
    write_whole(&place.path("r/c/c.yaml"), RULES);
    write_whole(&place.path("r/c/c.test.yaml"), &other);
    all.says("== r/c");
    // Renamed tests, so that the filter fits none: an error, which the next change mends.
    for name in ["a/a", "b/b", "c/c"] {
        write_whole(&place.path(&format!("r/{name}.test.yaml")), TESTS);
    }
    all.complains("no test has `others` in its name");
    write_whole(&place.path("r/b/b.test.yaml"), &other);
    all.says("✓ others");
}

#[test]
fn it_ends_when_nobody_reads() {
    let place = Place::small();
    let mut child = place.start(&["test", "--watch"]);
    drop(child.stdout.take());
    let mut watch = Watch { out: channel().1, err: lines(child.stderr.take().unwrap()), child };
    let status = (0..4000).find_map(|_| {
        thread::sleep(Duration::from_millis(10));
        watch.child.try_wait().unwrap()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let place = Place::small();
    place.call(&["test", "-", "--watch"], RULES).code(2).complains("standard input cannot be read again");
    place.call(&["test", "--watch", "--format", "junit"], "").code(2).complains("one document");
    place.call(&["test", "--watch", "--root", "nothing"], "").code(2).complains("is not a folder");
}
