#[path = "../../tests/support/files.rs"]
mod files;

use super::{ChangeDetection, Live, ReloadEvent, ReloadOptions, Reloader};
use crate::route::Router;
use crate::rules::load_strings;
use files::write_whole;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

mod cancellation;

const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until a condition holds; fails after a generous limit.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}: still not");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A temporary folder of rules for a reloader to watch.
struct RulesFolder {
    dir: TempDir,
    news: Arc<Mutex<Vec<String>>>,
}

impl RulesFolder {
    fn new(files: &[(&str, &str)]) -> RulesFolder {
        let place = RulesFolder { dir: TempDir::new().unwrap(), news: Arc::default() };
        files.iter().for_each(|(name, text)| place.write(name, text));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write_whole(&self.path(name), text);
    }

    fn start(&self, path: impl AsRef<Path>, options: ReloadOptions) -> Reloader {
        let news = self.news.clone();
        let observer = move |one: ReloadEvent| news.lock().unwrap().push(one.to_string());
        Reloader::start(self.path("").join(path), options, observer).unwrap()
    }

    fn news(&self) -> Vec<String> {
        self.news.lock().unwrap().clone()
    }
}

fn quick() -> ReloadOptions {
    ReloadOptions { debounce: Duration::from_millis(20), ..ReloadOptions::default() }
}

/// Rules that send every event to a subscriber.
fn to(subscriber: &str) -> String {
    format!("topics:\n  \"#\": [{subscriber}]\n")
}

fn sent_to(reloader: &Reloader) -> String {
    reloader.current().router.route(br#"{"type":"a"}"#).subscribers.concat()
}

#[track_caller]
fn follows(reloader: &Reloader, subscriber: &str) {
    let end = Instant::now() + PATIENCE;
    while sent_to(reloader) != subscriber {
        assert!(Instant::now() < end, "{subscriber}: still {}: {:#?}", sent_to(reloader), reloader.state());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_kind_of_save_is_noticed() {
    let place = RulesFolder::new(&[("rules/a.yaml", &to("one"))]);
    let reloader = place.start("rules", quick());
    fs::write(place.path("rules/a.yaml"), to("written")).unwrap();
    follows(&reloader, "written");
    for subscriber in ["renamed", "renamed-again"] {
        place.write("rules/.a.yaml.swp", &to(subscriber));
        fs::rename(place.path("rules/.a.yaml.swp"), place.path("rules/a.yaml")).unwrap();
        follows(&reloader, subscriber);
    }
    place.write("rules/deep/er/b.yaml", "topics: {a: [zed]}");
    follows(&reloader, "renamed-againzed");
    fs::remove_dir_all(place.path("rules/deep")).unwrap();
    follows(&reloader, "renamed-again");
    // The whole folder is replaced by another of the same name, twice.
    for subscriber in ["moved", "moved-again"] {
        place.write(&format!("{subscriber}/a.yaml"), &to(subscriber));
        fs::rename(place.path("rules"), place.path(&format!("old-{subscriber}"))).unwrap();
        fs::rename(place.path(subscriber), place.path("rules")).unwrap();
        follows(&reloader, subscriber);
    }
    place.write("rules/a.yaml", &to("after"));
    follows(&reloader, "after");
}

#[test]
#[cfg(unix)]
fn links_swapped_as_a_config_map_does() {
    use std::os::unix::fs::symlink;
    let place = RulesFolder::new(&[("rules/..v1/a.yaml", &to("one"))]);
    symlink("..v1", place.path("rules/..data")).unwrap();
    symlink("..data/a.yaml", place.path("rules/a.yaml")).unwrap();
    symlink("rules", place.path("current")).unwrap();
    let reloader = place.start("current", quick());
    for (n, subscriber) in [(2, "two"), (3, "three"), (4, "four")] {
        place.write(&format!("rules/..v{n}/a.yaml"), &to(subscriber));
        symlink(format!("..v{n}"), place.path("rules/..tmp")).unwrap();
        fs::rename(place.path("rules/..tmp"), place.path("rules/..data")).unwrap();
        fs::remove_dir_all(place.path(&format!("rules/..v{}", n - 1))).unwrap();
        follows(&reloader, subscriber);
    }
    place.write("other/a.yaml", &to("other"));
    symlink("other", place.path("next")).unwrap();
    fs::rename(place.path("next"), place.path("current")).unwrap();
    follows(&reloader, "other");
}

#[test]
#[cfg(unix)]
fn a_link_that_cannot_be_read_is_noticed_like_a_file() {
    use std::os::unix::fs::symlink;
    let place = RulesFolder::new(&[("rules/a.yaml", &to("one")), ("elsewhere/b.yaml", &to("two"))]);
    let reloader = place.start("rules", quick());
    let failed = |reason: &str| reloader.state().last_error.is_some_and(|error| error.contains(reason));
    symlink(".later/b.txt", place.path("rules/b.yaml")).unwrap();
    until("a broken link is reported", || failed("broken symbolic link"));
    place.write("rules/.later/b.txt", "topics: {a: [zed]}");
    follows(&reloader, "onezed");
    symlink("../elsewhere/b.yaml", place.path("rules/c.yaml")).unwrap();
    until("a link that leads outside is reported", || failed("outside"));
    fs::remove_file(place.path("rules/c.yaml")).unwrap();
    until("its removal is noticed", || reloader.state().last_error.is_none());
}

#[test]
fn named_files_count() {
    let rules = "lookups:\n  who: {file: ../data/who.csv, key: k}\nschemas:\n  s: {topic: none, file: ../data/s.json}\n\
                 topics:\n  \"#\": [all]\nlabels:\n  name: [{expr: 'lookup(\"who.name\", \"x\")'}]\n";
    let place =
        RulesFolder::new(&[("rules/a.yaml", rules), ("data/who.csv", "k,name\nx,one\n"), ("data/s.json", "{}")]);
    let mut options = quick();
    options.load.root = Some(place.path(""));
    let reloader = place.start("rules", options);
    let name = || {
        let decision = reloader.current().router.route(br#"{"type":"a"}"#);
        decision.labels.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    assert_eq!(name(), "one");
    place.write("data/who.csv", "k,name\nx,two\n");
    until("the lookup", || name() == "two");
    let before = reloader.state();
    place.write("data/s.json", "{\"type\": \"object\"}");
    until("the schema", || reloader.state().ruleset != before.ruleset);
    // A missing file is an error, until it exists again.
    fs::remove_file(place.path("data/who.csv")).unwrap();
    until("an error", || reloader.state().last_error.is_some());
    assert_eq!(name(), "two");
    place.write("data/who.csv", "k,name\nx,three\n");
    until("the lookup", || name() == "three" && reloader.state().last_error.is_none());
}

#[test]
fn what_is_wrong_is_told_once_and_changes_nothing() {
    let place = RulesFolder::new(&[("rules/a.yaml", &to("one"))]);
    let reloader = place.start("rules", quick());
    let first = reloader.state();
    place.write("rules/a.yaml", "topics: [");
    until("an error", || reloader.state().last_error.is_some());
    // Writing the same bytes again is not a change.
    place.write("rules/a.yaml", "topics: [");
    place.write("rules/notes.txt", "x");
    let state = reloader.state();
    assert_eq!((state.generation, state.failures, state.loaded_at), (1, 1, first.loaded_at));
    assert_eq!(sent_to(&reloader), "one");
    fs::remove_dir_all(place.path("rules")).unwrap();
    until("another error", || reloader.state().failures == 2);
    place.write("rules/a.yaml", &to("two"));
    follows(&reloader, "two");
    until("a clean state", || reloader.state().last_error.is_none());
    let state = reloader.state();
    assert_eq!((state.generation, state.reloads, state.failures), (2, 1, 2));
    let refused = place.news().iter().filter(|news| news.contains("wrong")).count();
    assert_eq!(refused, 2, "{:#?}", place.news());
    // Going back to the contents in force does not create a new generation.
    place.write("rules/a.yaml", "topics: {");
    until("an error", || reloader.state().last_error.is_some());
    place.write("rules/a.yaml", &to("two"));
    until("a clean state", || reloader.state().last_error.is_none());
    assert_eq!(reloader.state().generation, 2);
}

#[test]
fn tests_have_to_pass_if_asked() {
    let test = "tests:\n  - {name: t, events: e.ndjson, expect: {subscribers: [one]}}\n";
    let event = "{\"type\":\"a\"}\n";
    let files = [("rules/a.yaml", &*to("one")), ("rules/a.test.yaml", test), ("rules/e.ndjson", event)];
    let place = RulesFolder::new(&files);
    let reloader = place.start("rules", ReloadOptions { tests: true, ..quick() });
    place.write("rules/a.yaml", &to("two"));
    until("a failed test", || reloader.state().last_error.is_some());
    assert_eq!(sent_to(&reloader), "one");
    assert!(reloader.state().last_error.unwrap().contains("1 test failed: `t`"));
    place.write("rules/a.test.yaml", &test.replace("one", "two"));
    follows(&reloader, "two");
    // A mistake in a test file counts like a failed test.
    place.write("rules/a.test.yaml", &test.replace("one", "two").replace("expect:", "expects:"));
    until("a mistake in a test", || reloader.state().last_error.is_some());
    place.write("rules/a.test.yaml", &test.replace("one", "two"));
    until("a clean state", || reloader.state().last_error.is_none());
    place.write("rules/e.ndjson", "{\"no\":\"topic\"}\n");
    until("a failed test", || reloader.state().last_error.is_some());
    place.write("rules/e.ndjson", event);
    until("a clean state", || reloader.state().last_error.is_none());
}

#[test]
fn a_burst_is_a_few_reloads_and_the_last_state_wins() {
    let place = RulesFolder::new(&[("rules/a.yaml", &to("s0"))]);
    let reloader = place.start("rules", ReloadOptions::default());
    for n in 1..=1000 {
        fs::write(place.path("rules/a.yaml"), to(&format!("s{n}"))).unwrap();
    }
    follows(&reloader, "s1000");
    let state = reloader.state();
    assert!(state.reloads + state.failures < 20, "{state:?}");
}

#[test]
fn polling_and_asking() {
    let place = RulesFolder::new(&[("rules/a.yaml", &to("one"))]);
    let polling = ChangeDetection::Poll(Duration::from_millis(10));
    let polls = place.start("rules", ReloadOptions { detection: polling, ..quick() });
    let waits = place.start("rules/a.yaml", ReloadOptions { detection: ChangeDetection::Manual, ..quick() });
    place.write("rules/a.yaml", &to("two"));
    follows(&polls, "two");
    assert_eq!(sent_to(&waits), "one");
    assert_eq!(waits.reload_now().generation, 2);
    assert_eq!(sent_to(&waits), "two");
    assert_eq!(waits.reload_now().generation, 2, "nothing new");
    place.write("rules/a.yaml", "x: y");
    assert!(waits.reload_now().last_error.is_some());
    waits.trigger().request();
    until("another failure", || waits.state().failures == 2);
}

/// Two rule sets whose decisions differ in every field are swapped while threads route: each decision is made entirely by the
/// rule set that it names.
#[test]
fn no_decision_is_of_two_generations() {
    const SWAPS: u64 = 4000;
    let text = |x: &str, stop: bool| {
        format!(
            "define: {{v: data.{x}}}\nlabels:\n  lane:\n    - expr: concat(\"{x}-\", v)\n\
             topics:\n  t: {{subscribers: [{x}-topic], settings: {{from: {x}}}}}\n\
             rules:\n  - {{name: {x}-first, when: data.n >= 0, subscribers: [{x}-rule], stop: {stop}}}\n\
             {} - {{name: {x}-second, when: v == \"{x}\", subscribers: [{x}-more]}}\n",
            if stop { "  - {name: pad, when: data.n > 5, subscribers: [pad]}\n " } else { " " }
        )
    };
    let router = |name: &str, stop| {
        let text = text(name, stop);
        let loaded = load_strings(name, [("r.yaml", text.as_str())]);
        Router::new(&loaded.rule_set.unwrap_or_else(|| panic!("{:#?}\n{text}", loaded.diagnostics)))
    };
    let routers = [router("x", false), router("y", true)];
    let line = br#"{"id":"e","type":"t","data":{"n":1,"x":"x","y":"y"}}"#;
    let expected: Vec<Vec<u8>> = routers
        .iter()
        .map(|router| {
            let mut out = Vec::new();
            router.session().route_to(line, 1, &mut out);
            out
        })
        .collect();
    assert_ne!(expected[0], expected[1]);
    let live = Live::new(routers[0].clone());
    let (done, routed) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let (mut session, mut out, mut last) = (live.session(), Vec::new(), 0);
                while !done.load(Ordering::Relaxed) {
                    out.clear();
                    session.route_to(line, 1, &mut out);
                    let number = session.generation().number;
                    assert!(number >= last, "generations never go back");
                    last = number;
                    assert_eq!(out, expected[(number as usize + 1) % 2], "generation {number}");
                    routed.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for swap in 1..=SWAPS {
            let before = routed.load(Ordering::Relaxed);
            live.replace(routers[swap as usize % 2].clone());
            if swap % 16 == 0 {
                let end = Instant::now() + PATIENCE;
                while routed.load(Ordering::Relaxed) == before && Instant::now() < end {
                    thread::yield_now();
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(routed.into_inner() >= SWAPS / 16);
    assert_eq!(live.generation().number, SWAPS + 1);
    assert_eq!(live.sweep(), SWAPS as usize, "routers are shared with the test, so none was the last");
}

/// A rule set that is written while another one takes long to load comes into force without waiting for it.
#[test]
fn a_slow_reload_does_not_block_a_later_one() {
    let place = RulesFolder::new(&[("rules/a.yaml", &to("one"))]);
    let reloader = place.start("rules", quick());
    let mut slow = to("slow");
    slow.push_str("rules:\n");
    for n in 0..60_000 {
        slow += &format!("  - {{name: r{n}, when: data.a{n} > {n} && data.b < {n}, subscribers: [s{n}]}}\n");
    }
    place.write("rules/a.yaml", &slow);
    until("loading", || reloader.state().loading_since.is_some());
    place.write("rules/a.yaml", &to("fast"));
    follows(&reloader, "fast");
    until("an end", || reloader.state().loading_since.is_none());
    assert_eq!(sent_to(&reloader), "fast");
    assert_eq!(reloader.state().last_error, None);
}
