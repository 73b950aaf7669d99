//! `cargo bench --bench memory`: how much memory rule sets and their graphs take, by kind of rules and by their number.
//!
//! The figure is the number of bytes that are allocated and not freed, without memory that an allocator keeps for later.
//!
//! `cargo bench --bench memory -- WORD` runs the workloads with WORD in their name; `--rules N` only that many rules.
#![allow(unsafe_code, clippy::print_stdout, clippy::panic, clippy::indexing_slicing, dead_code)]

#[path = "data/mod.rs"]
mod data;

use dadar::Router;
use data::{Workload, workloads};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The allocated bytes, and their peak.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call is forwarded unchanged to the system's allocator; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both blocks exist while the contents are copied.
        more(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn more(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed) + size;
    PEAK.fetch_max(live, Relaxed);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let only_rules = arguments.iter().position(|argument| argument == "--rules").map(|at| at + 1);
    let rules_given: Option<usize> = only_rules.and_then(|at| arguments.get(at)?.parse().ok());
    let word = arguments.iter().enumerate().find(|(n, argument)| !argument.starts_with("--") && Some(*n) != only_rules);
    let word = word.map_or("", |(_, argument)| argument.as_str());

    println!(
        "Megabytes (of 1,000,000 bytes); `load` and `compile`: the most there were meanwhile, the rules' text included."
    );
    println!(
        "{:<22} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>11}",
        "workload", "rules", "text", "load", "rule set", "compile", "graph", "session", "bytes/rule"
    );
    let lines = data::lots(200);
    for workload in workloads().into_iter().filter(|workload| workload.name.contains(word)) {
        let largest = workload.sizes.iter().max().copied().unwrap_or_default();
        row(&workload, rules_given.unwrap_or(largest), &lines);
    }
}

/// Resets the peak to the bytes that are allocated now.
fn begin() -> usize {
    let live = LIVE.load(Relaxed);
    PEAK.store(live, Relaxed);
    live
}

fn since(start: usize) -> usize {
    LIVE.load(Relaxed).saturating_sub(start)
}

fn row(workload: &Workload, rules: usize, lines: &[String]) {
    let start = begin();
    let yaml = (workload.yaml)(rules);
    let text = yaml.capacity();
    begin();
    let mut loaded = dadar::load_strings("bench", [("rules.yaml", yaml.as_str())]);
    let Some(rule_set) = loaded.rule_set.take() else {
        // (So many of them are longer than a file may be.)
        let why = loaded.diagnostics.first().map_or("", |diagnostic| diagnostic.message.as_str());
        return println!("{:<22} {:>7} {why}", workload.name, rules);
    };
    drop(loaded);
    let loading = PEAK.load(Relaxed) - start;
    let rule_set_size = since(start) - text;
    begin();
    let router = Router::new(&rule_set);
    let compiling = PEAK.load(Relaxed) - start;
    drop(rule_set);
    drop(yaml);
    let graph = since(start);
    let before = begin();
    let mut session = router.session();
    let matches: usize = lines.iter().map(|line| session.decide(line.as_bytes()).rules().len()).sum();
    let session_size = since(before);
    std::hint::black_box(matches);
    let mega = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "{:<22} {:>7} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>11}",
        workload.name,
        rules,
        mega(text),
        mega(loading),
        mega(rule_set_size),
        mega(compiling),
        mega(graph),
        mega(session_size),
        graph / rules.max(1),
    );
}
