//! What `--summary` tells: counts for each status, rule and subscriber.

use super::output::count;
use comfy_table::{CellAlignment, Table, presets};
use dadar::decision::Status;
use dadar::route::{Router, Verdict};
use indicatif::HumanBytes;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

const STATUSES: [Status; 5] = [Status::Routed, Status::Unrouted, Status::Dropped, Status::Rejected, Status::Malformed];

/// Counts of decisions.
#[derive(Debug)]
pub(crate) struct Tally {
    statuses: [u64; 5],
    subscribers: Vec<u64>,
    rules: Vec<u64>,
}

impl Tally {
    /// Nothing counted yet.
    pub(crate) fn new(router: &Router) -> Self {
        let (subscribers, rules) = (vec![0; router.subscribers().len()], vec![0; router.rules().len()]);
        Self { statuses: [0; 5], subscribers, rules }
    }

    /// Counts a decision.
    pub(crate) fn add(&mut self, verdict: &Verdict<'_>) {
        if let Some(n) = self.statuses.get_mut(verdict.status as usize) {
            *n += 1;
        }
        add_all(&mut self.subscribers, verdict.subscribers);
        add_all(&mut self.rules, verdict.rules);
    }

    /// Adds the counts of another thread.
    pub(crate) fn merge(&mut self, other: &Tally) {
        let pairs = [
            (self.statuses.as_mut_slice(), other.statuses.as_slice()),
            (&mut self.subscribers, &other.subscribers),
            (&mut self.rules, &other.rules),
        ];
        for (ours, theirs) in pairs {
            ours.iter_mut().zip(theirs).for_each(|(n, more)| *n += more);
        }
    }

    /// How many decisions there were.
    pub(crate) fn lines(&self) -> u64 {
        self.statuses.iter().sum()
    }

    /// How many of them were about malformed input.
    pub(crate) fn malformed(&self) -> u64 {
        self.statuses.get(Status::Malformed as usize).copied().unwrap_or(0)
    }

    /// The counts as a table, plain or drawn.
    pub(crate) fn render(&self, router: &Router, bytes: u64, took: Duration, drawn: bool) -> String {
        let statuses = STATUSES.iter().map(|status| status.as_str().to_owned()).zip(self.statuses);
        let mut table = Table::new();
        table.load_style(if drawn { presets::UTF8_FULL_CONDENSED } else { presets::NOTHING });
        table.set_header(vec!["what", "name", "events"]);
        rows(&mut table, "status", statuses.collect());
        rows(&mut table, "rule", named(router.rules(), &self.rules));
        rows(&mut table, "subscriber", named(router.subscribers(), &self.subscribers));
        if let Some(column) = table.column_mut(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let mut text = String::new();
        for line in table.to_string().lines() {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let _ = writeln!(text, "{}", speed(self.lines(), bytes, took));
        text
    }
}

fn add_all(counts: &mut [u64], numbers: &[u32]) {
    for number in numbers {
        if let Some(n) = counts.get_mut(*number as usize) {
            *n += 1;
        }
    }
}

fn named(names: &[Arc<str>], counts: &[u64]) -> Vec<(String, u64)> {
    let mut named: Vec<(String, u64)> = names.iter().map(|name| name.to_string()).zip(counts.iter().copied()).collect();
    // The most frequent first; those of equal counts stay in their order.
    named.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    named
}

/// Rows for what occurred.
fn rows(table: &mut Table, what: &str, counts: Vec<(String, u64)>) {
    for (name, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
        let name = dadar::diagnostic::render::clean(&name).into_owned();
        table.add_row(vec![what.to_owned(), name, n.to_string()]);
    }
}

/// `1000 lines, 1.20 MiB in 12ms: 98 MB/s`.
fn speed(lines: u64, bytes: u64, took: Duration) -> String {
    let rate = bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9);
    let lines = count(usize::try_from(lines).unwrap_or(usize::MAX), "line");
    let took = Duration::from_millis(took.as_millis() as u64);
    format!("{lines}, {} in {took:?}: {rate:.0} MB/s", HumanBytes(bytes))
}
