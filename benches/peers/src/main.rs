//! Compares dadar with other engines, on the same events and the same rules, in one run.
//!
//! `cargo run --release` measures everything; with `-- WORD`, the workloads with WORD in their name; `--rules N`: only so
//! many rules. Figures are thread CPU time, engine after engine in each round, from the best round; only ratios are meaningful.
//! Every engine that counts matching rules must find the same number, or the program ends with an error.

#[path = "../../data/mod.rs"]
#[allow(dead_code)]
mod data;
mod engine;
mod rule;
mod workload;

use cpu_time::ThreadTime;
use engine::{Built, Engine};
use rule::Rule;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use workload::{Workload, workloads};

const ROUND: Duration = Duration::from_millis(30);
const ROUNDS: usize = 5;
/// The limits for engines that try each rule in turn: the number of rules and of events.
const IN_TURN: usize = 1_000;
/// With more, a-tree takes long to build, and tens of microseconds per event.
const A_TREE: usize = 1_000;
const FEW_EVENTS: usize = 100;

/// One engine with its rules, in one row of the table.
struct Row {
    name: &'static str,
    engine: Box<dyn Engine>,
    /// Whether it counts matching rules.
    decides: bool,
    build: Duration,
    best: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.iter().position(|argument| argument == "--rules");
    let only_rules: Option<usize> = only.and_then(|n| arguments.get(n + 1)?.parse().ok());
    let word = arguments.iter().enumerate().find(|(n, _)| only.is_none_or(|only| *n != only && *n != only + 1));
    let word = word.map_or("", |(_, word)| word.as_str());

    let events = data::lots(2_000);
    let lines: Vec<&[u8]> = events.iter().map(String::as_bytes).collect();
    let bytes: usize = lines.iter().map(|line| line.len()).sum();
    println!("{} events of {} bytes on average; times are of one thread", lines.len(), bytes / lines.len());
    println!("× strict, × trusted: how many times as long as dadar in that mode");
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let file = place.rsplit('/').next().unwrap_or_default();
        println!("         a panic at {file}: {}", panic.payload_as_str().unwrap_or_default());
    }));

    let mut goals = Vec::new();
    let mut is_wrong = false;
    for workload in workloads().into_iter().filter(|workload| workload.name.contains(word)) {
        println!("\n{}", workload.name);
        println!(
            "{:>7}  {:<22} {:>11} {:>10} {:>9} {:>9} {:>9} {:>9}",
            "rules", "engine", "events/s", "ns/event", "× strict", "× trusted", "matches", "build ms"
        );
        for &rules in workload.sizes.iter().filter(|size| only_rules.is_none_or(|only| only == **size)) {
            is_wrong |= compare(&workload, rules, &lines, &mut goals);
        }
    }
    println!("\ngoals");
    goals.iter().for_each(|goal| println!("{goal}"));
    if is_wrong {
        println!("\nthe engines do not agree");
        std::process::exit(1);
    }
}

/// Prints the rows for one number of rules; true if the engines do not agree.
fn compare(workload: &Workload, rules: usize, lines: &[&[u8]], goals: &mut Vec<String>) -> bool {
    let made: Vec<Rule> = (0..rules).map(workload.rule).collect();
    let (mut rows, refused) = rows(workload, &made);
    let few = &lines[..FEW_EVENTS];
    let mut is_wrong = false;
    let expected = rows[0].engine.count(lines);
    let expected_few = rows[0].engine.count(few);
    rows.retain_mut(|row| {
        if !row.decides {
            return true;
        }
        let started = Instant::now();
        // The first event may trigger work that was deferred.
        let first = catch_unwind(AssertUnwindSafe(|| row.engine.matches(lines[0])));
        row.build += started.elapsed();
        if first.is_err() {
            println!("{rules:>7}  {:<22} panics", row.name);
            return false;
        }
        let slow = is_in_turn(row.name);
        let found = row.engine.count(if slow { few } else { lines });
        let wanted = if slow { expected_few } else { expected };
        if found != wanted {
            println!("{rules:>7}  {:<22} finds {found} matches, not {wanted}", row.name);
            is_wrong = true;
        }
        true
    });
    for _ in 0..ROUNDS {
        for row in &mut rows {
            let lines = if is_in_turn(row.name) { few } else { lines };
            row.best = row.best.min(measure(lines, &mut *row.engine));
        }
    }
    let (strict, trusted) = (rows[0].best, rows[1].best);
    for row in &rows {
        let matches = if row.decides { format!("{:.3}", expected as f64 / lines.len() as f64) } else { "–".into() };
        let build = if row.decides { format!("{:.0}", row.build.as_secs_f64() * 1e3) } else { "–".into() };
        println!(
            "{rules:>7}  {:<22} {:>11.0} {:>10.0} {:>8.2} {:>9.2} {matches:>9} {build:>9}",
            row.name,
            1e9 / row.best,
            row.best,
            row.best / strict,
            row.best / trusted,
        );
    }
    for (name, why) in refused {
        println!("{rules:>7}  {name:<22} {why}");
    }
    let quamina = rows.iter().filter(|row| row.name.starts_with("quamina")).map(|row| row.best).reduce(f64::min);
    if let (Some(goal), Some(quamina)) = ((workload.goal)(rules), quamina) {
        goals.push(verdict(workload.name, rules, "trusted × quamina", quamina / trusted, goal));
    }
    let ignored = rows.iter().find(|row| row.name.ends_with("IgnoredAny"));
    if let (10_000, Some(ignored)) = (rules, ignored) {
        goals.push(verdict(workload.name, rules, "strict × IgnoredAny", ignored.best / strict, 1.0));
    }
    is_wrong
}

/// The engines that support these rules, and those that do not, with the reason.
fn rows(workload: &Workload, rules: &[Rule]) -> (Vec<Row>, Vec<(&'static str, String)>) {
    let started = Instant::now();
    let [strict, trusted] = engine::dadar(rules);
    let build = started.elapsed();
    let mut rows = vec![
        Row { name: "dadar strict", engine: strict, decides: true, build, best: f64::MAX },
        Row { name: "dadar trusted", engine: trusted, decides: true, build, best: f64::MAX },
    ];
    let mut refused = Vec::new();
    let is_glob = workload.name.starts_with("W4");
    let mut engines: Vec<(&'static str, fn(&[Rule]) -> Built)> = vec![("quamina", engine::quamina)];
    if is_glob {
        engines.push(("quamina, for speed", engine::quamina_speed));
    }
    if rules.len() <= A_TREE {
        engines.push(("a-tree", engine::a_tree));
    }
    if rules.len() <= IN_TURN {
        engines.push(("cel", engine::cel));
        engines.push(("evalexpr", engine::evalexpr));
    }
    for (name, build) in engines {
        let started = Instant::now();
        match catch_unwind(|| build(rules)) {
            Ok(Ok(engine)) => {
                rows.push(Row { name, engine, decides: true, build: started.elapsed(), best: f64::MAX });
            }
            Ok(Err(why)) => refused.push((name, why)),
            Err(_) => refused.push((name, "panics".to_owned())),
        }
    }
    let limits: [(&'static str, Box<dyn Engine>); 3] = [
        ("sonic-rs get_many", engine::get_many(rules)),
        ("serde_json IgnoredAny", Box::new(engine::IgnoredAny)),
        ("serde_json Value", Box::new(engine::Value)),
    ];
    for (name, engine) in limits {
        rows.push(Row { name, engine, decides: false, build: Duration::ZERO, best: f64::MAX });
    }
    (rows, refused)
}

fn is_in_turn(name: &str) -> bool {
    matches!(name, "cel" | "evalexpr")
}

fn verdict(name: &str, rules: usize, what: &str, ratio: f64, goal: f64) -> String {
    let met = if ratio >= goal { "met" } else { "MISSED" };
    format!("{met:<7} {what:<20} {ratio:>6.2} (goal {goal:.1})  {rules:>7} rules  {name}")
}

impl dyn Engine {
    fn count(&mut self, lines: &[&[u8]]) -> usize {
        lines.iter().map(|line| self.matches(line)).sum()
    }
}

/// Nanoseconds per event in one round.
fn measure(lines: &[&[u8]], engine: &mut dyn Engine) -> f64 {
    let started = ThreadTime::now();
    let mut count = 0usize;
    for chunk in lines.chunks(50).cycle() {
        for line in chunk {
            black_box(engine.matches(black_box(line)));
        }
        count += chunk.len();
        if started.elapsed() >= ROUND {
            break;
        }
    }
    started.elapsed().as_nanos() as f64 / count as f64
}
