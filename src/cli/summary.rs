//! `--summary`: counts by status, rule and subscriber.

use super::output::count;
use comfy_table::{CellAlignment, Table, presets};
use dadar::diagnostic::{printable, printable_json};
use dadar::unstable::pipeline::counts::{NamedCounts, STATUSES, Totals};
use indicatif::HumanBytes;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::time::Duration;

/// The counts as a table, with or without lines.
pub(crate) fn render(totals: &Totals, bytes: u64, took: Duration, drawn: bool) -> String {
    let statuses = STATUSES.iter().map(|status| status.as_str().to_owned()).zip(totals.statuses);
    let mut table = Table::new();
    table.load_style(if drawn { presets::UTF8_FULL_CONDENSED } else { presets::NOTHING });
    table.set_header(vec!["what", "name", "events"]);
    rows(&mut table, "status", statuses.collect());
    rows(&mut table, "clock", vec![(String::from("no time in the event"), totals.no_clock)]);
    rows(&mut table, "subscribers", vec![(String::from("not declared"), totals.undeclared)]);
    rows(&mut table, "rule", named(&totals.rules));
    rows(&mut table, "subscriber", named(&totals.subscribers));
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = String::new();
    for line in table.to_string().lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "{}", speed(totals.lines, bytes, took));
    text
}

/// The counts as one JSON object.
pub(crate) fn json(totals: &Totals, bytes: u64, took: Duration) -> String {
    let statuses = STATUSES.iter().map(|status| status.as_str().to_owned()).zip(totals.statuses);
    let object = |counts: Vec<(String, u64)>| -> Map<String, Value> {
        counts.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name, n.into())).collect()
    };
    let summary = json!({
        "lines": totals.lines,
        "events": totals.events(),
        "bytes": bytes,
        "seconds": took.as_secs_f64(),
        "statuses": object(statuses.collect()),
        "no_clock": totals.no_clock,
        "undeclared_subscribers": totals.undeclared,
        "rules": object(named(&totals.rules)),
        "subscribers": object(named(&totals.subscribers)),
    });
    format!("{}\n", printable_json(&json!({"message": "summary", "summary": summary}).to_string()))
}

fn named(counts: &NamedCounts) -> Vec<(String, u64)> {
    let mut named: Vec<(String, u64)> = counts.as_slice().iter().map(|(name, n)| (name.to_string(), *n)).collect();
    // The most frequent first.
    named.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    named
}

/// Rows for the counts that are not zero.
fn rows(table: &mut Table, what: &str, counts: Vec<(String, u64)>) {
    for (name, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
        let name = printable(&name);
        table.add_row(vec![what.to_owned(), name.into_owned(), n.to_string()]);
    }
}

/// `1000 lines, 1.20 MiB in 12ms: 98 MB/s`.
fn speed(lines: u64, bytes: u64, took: Duration) -> String {
    let rate = bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9);
    let lines = count(usize::try_from(lines).unwrap_or(usize::MAX), "line");
    // In milliseconds, or in microseconds if it is less than one.
    let micros = took.as_micros() as u64;
    let took = Duration::from_micros(if micros < 1000 { micros } else { micros / 1000 * 1000 });
    format!("{lines}, {} in {took:?}: {rate:.0} MB/s", HumanBytes(bytes))
}
