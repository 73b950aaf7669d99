//! Where workers leave their decisions: the output, in the order of the batches.
//!
//! There is no writer that would have to be woken: who brings the decisions that are next writes them, and after them all
//! that wait for nothing else. Who is far ahead of the others waits, so that little waits in memory.

use super::Job;
use crate::cli::input::Mark;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many batches may wait for an earlier one, for each thread.
const AHEAD: u64 = 4;
/// A buffer that long decisions made larger than this is not kept.
const LARGE: usize = 4 << 20;

/// The output, shared by the workers.
pub(super) struct Outlet<'j, W> {
    job: Job<'j>,
    /// Locked by the one that writes, and nobody else: see `Order::writing`.
    output: Mutex<W>,
    order: Mutex<Order>,
    /// Something was written, or nothing will be any more.
    moved: Condvar,
    closed: AtomicBool,
}

#[derive(Default)]
struct Order {
    /// Whose turn it is.
    next: u64,
    /// Decisions that wait for earlier ones.
    waiting: BTreeMap<u64, Written>,
    /// Somebody is writing.
    writing: bool,
    /// So many wait for something to move.
    sleeping: usize,
    failed: Option<io::Error>,
    /// Emptied buffers, to be filled again.
    spare: Vec<Vec<u8>>,
}

/// The decisions of a batch.
pub(super) struct Written {
    pub(super) text: Vec<u8>,
    /// What is done when they are written.
    pub(super) reached: Option<Mark>,
    /// The number of the last line.
    pub(super) lines: u64,
}

impl<'j, W: Write> Outlet<'j, W> {
    pub(super) fn new(job: Job<'j>, output: W) -> Self {
        Self {
            job,
            output: Mutex::new(output),
            order: Mutex::default(),
            moved: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// True as long as decisions are taken.
    pub(super) fn is_open(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }

    /// Takes what a turn came to. Returns an empty buffer for the next.
    pub(super) fn put(&self, turn: u64, written: Written) -> Vec<u8> {
        let ahead = AHEAD * self.job.threads.max(1) as u64;
        let mut order = self.wait(self.lock(), |order| turn > order.next + ahead);
        order.waiting.insert(turn, written);
        if !order.writing {
            order.writing = true;
            while let Some(next) = self.next(&mut order) {
                drop(order);
                let Written { mut text, reached, lines } = next;
                let done = self.write(&mut text);
                if let Some((progress, mark)) = self.job.progress.zip(reached).filter(|_| done.is_ok()) {
                    progress.reached(mark, lines);
                }
                order = self.lock();
                order.next += 1;
                order.spare.push(text);
                self.note(&mut order, done);
            }
            order.writing = false;
            self.wake(&order);
        }
        order.spare.pop().unwrap_or_default()
    }

    /// Takes a part of what a turn comes to, when it has come.
    pub(super) fn put_part(&self, turn: u64, text: &mut Vec<u8>) {
        let mut order = self.wait(self.lock(), |order| turn > order.next || order.writing);
        order.writing = true;
        drop(order);
        let done = self.write(text);
        order = self.lock();
        order.writing = false;
        self.note(&mut order, done);
    }

    /// Takes nothing any more.
    pub(super) fn close(&self, why: io::Error) {
        self.note(&mut self.lock(), Err(why));
    }

    /// How writing ended.
    pub(super) fn end(self) -> io::Result<()> {
        let order = self.order.into_inner().unwrap_or_else(PoisonError::into_inner);
        order.failed.map_or(Ok(()), Err)
    }

    fn next(&self, order: &mut Order) -> Option<Written> {
        if self.is_open() { order.waiting.remove(&order.next) } else { None }
    }

    /// Whoever is at the other end gets every decision before there is more to wait for.
    fn write(&self, text: &mut Vec<u8>) -> io::Result<()> {
        let done = if self.is_open() {
            let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
            output.write_all(text).and_then(|()| output.flush())
        } else {
            Ok(())
        };
        if text.capacity() > LARGE {
            *text = Vec::new();
        }
        text.clear();
        done
    }

    fn note(&self, order: &mut Order, done: io::Result<()>) {
        if let Err(error) = done {
            order.failed.get_or_insert(error);
            self.closed.store(true, Ordering::Relaxed);
        }
        self.wake(order);
    }

    /// Waking costs a call of the system, also where nobody sleeps, which is nearly always.
    fn wake(&self, order: &Order) {
        if order.sleeping > 0 {
            self.moved.notify_all();
        }
    }

    fn wait<'o>(&self, mut order: MutexGuard<'o, Order>, too_early: impl Fn(&Order) -> bool) -> MutexGuard<'o, Order> {
        while self.is_open() && too_early(&order) {
            order.sleeping += 1;
            order = self.moved.wait(order).unwrap_or_else(PoisonError::into_inner);
            order.sleeping -= 1;
        }
        order
    }

    fn lock(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, Outlet, Written};
    use crate::cli::pipeline::Job;
    use crate::cli::tally::Board;
    use dadar::reload::Live;
    use dadar::route::Router;
    use dadar::rules::load_strings;
    use std::io::{self, Write};

    fn with_job(test: impl FnOnce(Job<'_>)) {
        let rules = load_strings("r", [("r.yaml", "topics: {a: [b]}")]).rule_set.unwrap();
        let (live, board) = (Live::new(Router::new(&rules)), Board::default());
        test(Job { live: &live, board: &board, progress: None, before: 0, threads: 2 });
    }

    fn written(text: &str) -> Written {
        Written { text: text.into(), reached: None, lines: 0 }
    }

    #[test]
    fn it_is_in_the_order_of_the_turns() {
        const FAR: u64 = AHEAD * 2 + 1;
        with_job(|job| {
            let mut output = Vec::new();
            let outlet = Outlet::new(job, &mut output);
            outlet.put(2, written("2"));
            outlet.put(1, written("1"));
            std::thread::scope(|scope| {
                scope.spawn(|| outlet.put_part(3, &mut b"3a ".to_vec()));
                scope.spawn(|| outlet.put(FAR, written("far")));
                outlet.put_part(0, &mut b"0a ".to_vec());
                outlet.put(0, written("0b "));
            });
            outlet.put(3, written("3b "));
            outlet.put(4, written("4"));
            outlet.end().unwrap();
            assert_eq!(output, b"0a 0b 123a 3b 4");
        });
    }

    #[test]
    fn nobody_waits_where_nothing_is_written_any_more() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        with_job(|job| {
            let outlet = Outlet::new(job, Full);
            std::thread::scope(|scope| {
                scope.spawn(|| outlet.put_part(2, &mut b"2".to_vec()));
                scope.spawn(|| outlet.put(1000, written("1000")));
                outlet.put(0, written("0"));
            });
            assert!(!outlet.is_open());
            assert_eq!(outlet.end().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        });
    }
}
