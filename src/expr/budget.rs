//! The budget for one expression: memory and work, counted by fixed rules, so that all evaluators count alike.
//!
//! The unit that has a budget is a *computation*: an operation that makes values or goes over them (a function, a
//! quantifier, a list, `+`), together with everything inside it. Operators that only choose or compare (`&&`, `??`,
//! `==`, `if`) and the tests that an index can answer have no budget of their own; their operands do. The decision graph
//! takes expressions apart at exactly these operators, so that it and the plain evaluator use up the same budgets, however
//! often they share or repeat a computation. A named value is computed under its own budgets, wherever it is used.
//!
//! Wall-clock time is never looked at: the same expression on the same event always has the same outcome.

use crate::event::{Json, Value};
use std::cell::Cell;

/// The bytes that one element of a list or one member of an object takes.
pub(crate) const ELEMENT: usize = 32;

/// So many bytes of text cost as much work as one element of a list.
pub(crate) const BYTES_PER_STEP: usize = 8;

/// How much one computation on one event may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Bytes of texts, lists and objects that it makes and still needs; 64 MiB by default.
    pub memory: usize,
    /// Steps: an element that is visited is one, and so are 8 bytes of text that are read; 50 million by default.
    pub work: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget::DEFAULT
    }
}

impl Budget {
    /// The default budget.
    pub const DEFAULT: Budget = Budget { memory: 64 << 20, work: 50_000_000 };

    /// Sets the bytes that a computation may use.
    #[must_use]
    pub const fn memory(mut self, memory: usize) -> Budget {
        self.memory = memory;
        self
    }

    /// Sets the steps that a computation may take.
    #[must_use]
    pub const fn work(mut self, work: u64) -> Budget {
        self.work = work;
        self
    }
}

/// Which part of a budget was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    /// [`Budget::memory`].
    Memory,
    /// [`Budget::work`].
    Work,
}

impl Budget {
    /// So many times as much.
    #[must_use]
    pub(crate) fn times(self, factor: u32) -> Budget {
        Budget {
            memory: self.memory.saturating_mul(factor as usize),
            work: self.work.saturating_mul(u64::from(factor)),
        }
    }

    /// The limit in words: `at most 64 MiB of memory`.
    pub fn describe(&self, limit: Limit) -> String {
        match limit {
            Limit::Memory => format!("at most {} of memory", bytes(self.memory)),
            Limit::Work => format!("at most {} steps", self.work),
        }
    }
}

/// A size in the largest unit that divides it.
fn bytes(size: usize) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units.iter().find(|(shift, _)| size > 0 && size.trailing_zeros() >= *shift);
    unit.map_or_else(|| format!("{size} bytes"), |(shift, unit)| format!("{} {unit}", size >> shift))
}

/// Counts the memory and work of one computation. While it is not running, nothing is counted.
#[derive(Debug, Default)]
pub struct Meter {
    running: Cell<bool>,
    memory: Cell<usize>,
    work: Cell<u64>,
    spent: Cell<Option<Limit>>,
}

impl Meter {
    /// Begins a computation.
    pub(crate) fn start(&self, budget: Budget) {
        self.running.set(true);
        self.memory.set(budget.memory);
        self.work.set(budget.work);
        self.spent.set(None);
    }

    /// Ends a computation: which limit it has reached.
    pub(crate) fn stop(&self) -> Option<Limit> {
        self.running.set(false);
        self.spent.take()
    }

    /// The limit that was reached.
    pub(crate) fn spent(&self) -> Option<Limit> {
        self.spent.get()
    }

    /// The work that is left.
    pub(crate) fn work_left(&self) -> u64 {
        self.work.get()
    }

    /// True within a computation.
    pub(crate) fn is_running(&self) -> bool {
        self.running.get()
    }

    /// The memory that is left. Memory for one element of a list is given back after that element.
    pub(crate) fn memory_left(&self) -> usize {
        self.memory.get()
    }

    /// Gives back the memory that was taken since `left` bytes were left.
    pub(crate) fn release_to(&self, left: usize) {
        self.memory.set(left);
    }

    /// Takes memory; false if there is not that much.
    pub(crate) fn allocate(&self, bytes: usize) -> bool {
        if !self.running.get() {
            return true;
        }
        match self.memory.get().checked_sub(bytes) {
            Some(left) => self.memory.set(left),
            None => return self.exceed(Limit::Memory),
        }
        self.spent.get().is_none()
    }

    /// Takes steps; false if there are not that many.
    pub(crate) fn work(&self, steps: usize) -> bool {
        if !self.running.get() {
            return true;
        }
        match self.work.get().checked_sub(steps as u64) {
            Some(left) => self.work.set(left),
            None => return self.exceed(Limit::Work),
        }
        self.spent.get().is_none()
    }

    /// Takes the steps of reading a text.
    pub(crate) fn read(&self, text: &str) -> bool {
        self.work(text.len() / BYTES_PER_STEP)
    }

    /// Takes the steps of going through a whole value.
    pub(crate) fn visit(&self, value: Value<'_>) -> bool {
        match value {
            _ if !self.running.get() => true,
            Value::String(text) => self.read(text),
            Value::Array(items) => self.work(items.len()) && items.iter().all(|item| self.visit(*item)),
            Value::Object(members) => {
                self.work(members.len()) && members.iter().all(|(key, member)| self.read(key) && self.visit(*member))
            }
            _ => true,
        }
    }

    /// Equality, with the steps that it takes; false also where they run out.
    pub(crate) fn equal(&self, a: Value<'_>, b: Value<'_>) -> bool {
        match (a, b) {
            (Value::String(a), Value::String(b)) => a.len() == b.len() && self.read(a) && a == b,
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && self.work(a.len()) && a.iter().zip(b).all(|(a, b)| self.equal(*a, *b))
            }
            (Value::Object(_), Value::Object(_)) => self.visit(a) && self.visit(b) && a == b,
            _ => a == b,
        }
    }

    /// The first limit that is reached counts, and nothing is given after it.
    fn exceed(&self, limit: Limit) -> bool {
        if self.spent.get().is_none() {
            self.spent.set(Some(limit));
        }
        self.memory.set(0);
        self.work.set(0);
        false
    }
}

/// True if a value takes no more than `most` bytes when everything in it is written out, shared parts each time.
pub(crate) fn fits(value: Value<'_>, most: usize) -> bool {
    take(value, &mut { most })
}

fn take(value: Value<'_>, left: &mut usize) -> bool {
    let own = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len().saturating_mul(ELEMENT),
        Value::Object(members) => members.iter().fold(0, |sum, (key, _)| sum + ELEMENT + key.len()),
        _ => 0,
    };
    match left.checked_sub(own) {
        Some(rest) => *left = rest,
        None => return false,
    }
    match value {
        Value::Array(items) => items.iter().all(|item| take(*item, left)),
        Value::Object(members) => members.iter().all(|(_, member)| take(*member, left)),
        _ => true,
    }
}

/// The bytes that a value takes when everything in it is written out.
pub(crate) fn size(value: Value<'_>) -> usize {
    let mut left = usize::MAX;
    take(value, &mut left);
    usize::MAX - left
}

/// The bytes that a constant takes as a value of an evaluation: scalars are borrowed.
pub(crate) fn size_of_constant(json: &Json) -> usize {
    match json {
        Json::Array(items) => items.iter().fold(0, |sum, item| sum + ELEMENT + size_of_constant(item)),
        Json::Object(members) => members.values().fold(0, |sum, member| sum + 2 * ELEMENT + size_of_constant(member)),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_in_words() {
        let budget = |memory| Budget { memory, work: 7 };
        let cases =
            [(64 << 20, "64 MiB"), (1 << 30, "1 GiB"), (3 << 10, "3 KiB"), (1000, "1000 bytes"), (0, "0 bytes")];
        for (memory, shown) in cases {
            assert_eq!(budget(memory).describe(Limit::Memory), format!("at most {shown} of memory"));
        }
        assert_eq!(budget(1).describe(Limit::Work), "at most 7 steps");
    }

    #[test]
    fn what_was_reached_first_counts() {
        let meter = Meter::default();
        assert!(meter.allocate(usize::MAX), "nothing is counted outside of a computation");
        meter.start(Budget { memory: 10, work: 2 });
        assert!(meter.allocate(10) && meter.work(2));
        assert!(!meter.work(1) && !meter.allocate(1) && !meter.work(0));
        assert_eq!(meter.stop(), Some(Limit::Work));
        meter.start(Budget { memory: 10, work: 2 });
        let left = meter.memory_left();
        assert!(meter.allocate(10));
        meter.release_to(left);
        assert!(meter.allocate(10) && !meter.allocate(1));
        assert_eq!(meter.stop(), Some(Limit::Memory));
    }

    #[test]
    fn shared_parts_count_each_time() {
        let text = [Value::String("0123456789")];
        let list = [Value::Array(&text); 3];
        assert_eq!(size(Value::Array(&list)), 3 * ELEMENT + 3 * (ELEMENT + 10));
        assert!(fits(Value::Array(&list), 3 * (2 * ELEMENT + 10)));
        assert!(!fits(Value::Array(&list), 3 * (2 * ELEMENT + 10) - 1));
    }
}
