//! What `--summary` tells: counts for each status, rule and subscriber.

use super::output::count;
use super::tally::{Named, STATUSES, Totals};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::HumanBytes;
use std::fmt::Write;
use std::time::Duration;

/// The counts as a table, plain or drawn.
pub(crate) fn render(totals: &Totals, bytes: u64, took: Duration, drawn: bool) -> String {
    let statuses = STATUSES.iter().map(|status| status.as_str().to_owned()).zip(totals.statuses);
    let mut table = Table::new();
    table.load_style(if drawn { presets::UTF8_FULL_CONDENSED } else { presets::NOTHING });
    table.set_header(vec!["what", "name", "events"]);
    rows(&mut table, "status", statuses.collect());
    rows(&mut table, "clock", vec![(String::from("no time in the event"), totals.no_clock)]);
    rows(&mut table, "rule", named(&totals.rules));
    rows(&mut table, "subscriber", named(&totals.subscribers));
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = String::new();
    for line in table.to_string().lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "{}", speed(totals.lines(), bytes, took));
    text
}

fn named(counts: &Named) -> Vec<(String, u64)> {
    let mut named: Vec<(String, u64)> = counts.as_slice().iter().map(|(name, n)| (name.to_string(), *n)).collect();
    // The most frequent first; those of equal counts stay in their order.
    named.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    named
}

/// Rows for what occurred.
fn rows(table: &mut Table, what: &str, counts: Vec<(String, u64)>) {
    for (name, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
        let name = dadar::diagnostic::printable(&name).into_owned();
        table.add_row(vec![what.to_owned(), name, n.to_string()]);
    }
}

/// `1000 lines, 1.20 MiB in 12ms: 98 MB/s`.
fn speed(lines: u64, bytes: u64, took: Duration) -> String {
    let rate = bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9);
    let lines = count(usize::try_from(lines).unwrap_or(usize::MAX), "line");
    // In milliseconds, and less than that in microseconds.
    let micros = took.as_micros() as u64;
    let took = Duration::from_micros(if micros < 1000 { micros } else { micros / 1000 * 1000 });
    format!("{lines}, {} in {took:?}: {rate:.0} MB/s", HumanBytes(bytes))
}
