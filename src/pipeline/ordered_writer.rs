//! Writes decisions in the order of their batches.
//!
//! There is no writer thread that would have to be woken: the worker that delivers the next batch in order writes it, and
//! all batches that were waiting for it. A worker that is far ahead of the others waits, which bounds memory.

use super::input::Checkpoint;
use super::job::Job;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many batches may wait for an earlier one, for each thread.
const AHEAD: u64 = 4;
/// A buffer that long decisions made larger than this is freed.
const LARGE: usize = 4 << 20;

/// The output, shared by the workers.
pub(super) struct OrderedWriter<'j, W> {
    job: Job<'j>,
    /// Locked only by the worker that writes: see `Order::writing`.
    output: Mutex<W>,
    order: Mutex<Order>,
    /// Something was written, or the output was closed.
    moved: Condvar,
    closed: AtomicBool,
}

#[derive(Default)]
struct Order {
    /// The sequence number to be written next.
    next: u64,
    /// Decisions that wait for earlier ones.
    waiting: BTreeMap<u64, DecidedBatch>,
    /// A worker is writing.
    writing: bool,
    /// The number of workers waiting for `moved`.
    sleeping: usize,
    failed: Option<io::Error>,
    /// Emptied buffers for reuse.
    spare: Vec<Vec<u8>>,
}

/// The decisions of a batch.
pub(super) struct DecidedBatch {
    pub(super) text: Vec<u8>,
    /// The position that is reached once they are written.
    pub(super) checkpoint: Option<Checkpoint>,
    /// The number of the last line.
    pub(super) lines: u64,
}

impl<'j, W: Write> OrderedWriter<'j, W> {
    pub(super) fn new(job: Job<'j>, output: W) -> Self {
        Self {
            job,
            output: Mutex::new(output),
            order: Mutex::default(),
            moved: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// True until the output is closed.
    pub(super) fn is_open(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }

    /// Accepts the decisions of a batch. Returns an empty buffer for the next.
    pub(super) fn put(&self, sequence: u64, written: DecidedBatch) -> Vec<u8> {
        let ahead = AHEAD * self.job.threads.max(1) as u64;
        let mut order = self.wait(self.lock(), |order| sequence > order.next + ahead);
        order.waiting.insert(sequence, written);
        if !order.writing {
            order.writing = true;
            while let Some(next) = self.next(&mut order) {
                drop(order);
                let DecidedBatch { mut text, checkpoint, lines } = next;
                let done = self.write(&mut text);
                if let Some((progress, checkpoint)) = self.job.progress.zip(checkpoint).filter(|_| done.is_ok()) {
                    progress.reached(checkpoint, lines);
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

    /// Writes a part of a batch's decisions, once all earlier batches are written.
    pub(super) fn put_part(&self, sequence: u64, text: &mut Vec<u8>) {
        let mut order = self.wait(self.lock(), |order| sequence > order.next || order.writing);
        order.writing = true;
        drop(order);
        let done = self.write(text);
        order = self.lock();
        order.writing = false;
        self.note(&mut order, done);
    }

    /// Closes the output.
    pub(super) fn close(&self, why: io::Error) {
        self.note(&mut self.lock(), Err(why));
    }

    /// The result of writing.
    pub(super) fn end(self) -> io::Result<()> {
        let order = self.order.into_inner().unwrap_or_else(PoisonError::into_inner);
        order.failed.map_or(Ok(()), Err)
    }

    fn next(&self, order: &mut Order) -> Option<DecidedBatch> {
        if self.is_open() { order.waiting.remove(&order.next) } else { None }
    }

    /// Writes and flushes: the reader gets every decision before the next read blocks.
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

    /// Waking is a system call, so it is skipped when nobody waits, which is nearly always.
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
    use super::{AHEAD, DecidedBatch, OrderedWriter};
    use crate::pipeline::counts::SharedCounts;
    use crate::pipeline::job::Job;
    use crate::reload::Live;
    use crate::route::Router;
    use crate::rules::load_strings;
    use std::io::{self, Write};

    fn with_job(test: impl FnOnce(Job<'_>)) {
        let rules = load_strings("r", [("r.yaml", "topics: {a: [b]}")]).rule_set.unwrap();
        let (live, counts) = (Live::new(Router::new(&rules)), SharedCounts::default());
        test(Job { live: &live, counts: &counts, progress: None, lines_before: 0, threads: 2 });
    }

    fn written(text: &str) -> DecidedBatch {
        DecidedBatch { text: text.into(), checkpoint: None, lines: 0 }
    }

    #[test]
    fn batches_are_in_the_order_of_the_turns() {
        const FAR: u64 = AHEAD * 2 + 1;
        with_job(|job| {
            let mut output = Vec::new();
            let writer = OrderedWriter::new(job, &mut output);
            writer.put(2, written("2"));
            writer.put(1, written("1"));
            std::thread::scope(|scope| {
                scope.spawn(|| writer.put_part(3, &mut b"3a ".to_vec()));
                scope.spawn(|| writer.put(FAR, written("far")));
                writer.put_part(0, &mut b"0a ".to_vec());
                writer.put(0, written("0b "));
            });
            writer.put(3, written("3b "));
            writer.put(4, written("4"));
            writer.end().unwrap();
            assert_eq!(output, b"0a 0b 123a 3b 4");
        });
    }

    #[test]
    fn a_part_waits_for_the_batch_before() {
        with_job(|job| {
            let mut output = Vec::new();
            let writer = OrderedWriter::new(job, &mut output);
            writer.put(0, written("0"));
            std::thread::scope(|scope| {
                scope.spawn(|| writer.put_part(2, &mut b"2a".to_vec()));
                std::thread::sleep(std::time::Duration::from_millis(30));
                writer.put(1, written("1"));
            });
            writer.put(2, written("2b"));
            writer.end().unwrap();
            assert_eq!(output, b"012a2b");
        });
    }

    #[test]
    fn nobody_waits_for_a_closed_output() {
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
            let writer = OrderedWriter::new(job, Full);
            std::thread::scope(|scope| {
                scope.spawn(|| writer.put_part(2, &mut b"2".to_vec()));
                scope.spawn(|| writer.put(1000, written("1000")));
                writer.put(0, written("0"));
            });
            assert!(!writer.is_open());
            assert_eq!(writer.end().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        });
    }
}
