//! From input to decisions, in order: on one thread, or with a reader, workers and a writer.
//!
//! With several threads the reader deals batches of lines to the workers in turn, and the writer takes the batches back in
//! the same turn, so order needs no numbers and no waiting list. Every channel is bounded: who is ahead waits.

use super::lines::Splitter;
use super::summary::Tally;
use dadar::route::{Router, Session};
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// What is read at a time.
const CHUNK: usize = 1 << 18;
/// Decisions are written when there are so many bytes of them, or when there is nothing more to read at once.
const FLUSH: usize = 1 << 16;
/// How many batches may wait before and behind each worker.
const WAITING: usize = 3;

/// Routes every line of `input` and writes the decisions. `seen` is told how many bytes have been read.
pub(crate) fn run(
    router: &Router,
    threads: usize,
    input: impl Read + Send,
    output: &mut impl Write,
    seen: impl Fn(u64) + Send,
) -> io::Result<Tally> {
    match threads {
        0 | 1 => on_one(router, input, output, seen),
        _ => on_many(router, threads, input, output, seen),
    }
}

fn on_one(router: &Router, mut input: impl Read, output: &mut impl Write, seen: impl Fn(u64)) -> io::Result<Tally> {
    let mut worker = Worker::new(router);
    let mut splitter = Splitter::new(router.options().limits.bytes);
    let mut number = 0;
    let mut buffer = vec![0; CHUNK];
    let mut failed = Ok(());
    loop {
        let chunk = read(&mut input, &mut buffer)?;
        seen(chunk.len() as u64);
        let mut each = |line: &[u8]| {
            number += 1;
            worker.line(line, number);
            if worker.out.len() >= FLUSH && failed.is_ok() {
                failed = worker.write(output);
            }
        };
        match chunk.is_empty() {
            true => splitter.finish(&mut each),
            false => splitter.push(chunk, &mut each),
        }
        std::mem::replace(&mut failed, Ok(()))?;
        // Whoever is at the other end gets every decision before we wait for more input.
        worker.write(output)?;
        output.flush()?;
        if chunk.is_empty() {
            return Ok(worker.tally);
        }
    }
}

/// A piece of the input; empty at its end.
fn read<'b>(input: &mut impl Read, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    loop {
        match input.read(buffer) {
            Ok(n) => return Ok(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A session with what it has written and counted.
struct Worker {
    session: Session,
    out: Vec<u8>,
    tally: Tally,
}

impl Worker {
    fn new(router: &Router) -> Self {
        Self { session: router.session(), out: Vec::new(), tally: Tally::new(router) }
    }

    fn line(&mut self, line: &[u8], number: u64) {
        let verdict = self.session.route_to(line, number, &mut self.out);
        self.tally.add(&verdict);
    }

    fn write(&mut self, output: &mut impl Write) -> io::Result<()> {
        let written = output.write_all(&self.out);
        self.out.clear();
        written
    }
}

/// Lines on their way to a worker.
struct Batch {
    /// The number of the first.
    first: u64,
    text: Vec<u8>,
    /// Where each line ends in `text`.
    ends: Vec<usize>,
}

impl Batch {
    fn new(first: u64) -> Self {
        Self { first, text: Vec::with_capacity(CHUNK), ends: Vec::new() }
    }

    fn push(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.ends.push(self.text.len());
    }

    fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let lines = starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default());
        (self.first..).zip(lines)
    }
}

fn on_many(
    router: &Router,
    threads: usize,
    input: impl Read + Send,
    output: &mut impl Write,
    seen: impl Fn(u64) + Send,
) -> io::Result<Tally> {
    thread::scope(|scope| {
        let mut to_workers = Vec::new();
        let mut from_workers = Vec::new();
        let mut workers = Vec::new();
        for _ in 0..threads {
            let (send_batch, batches) = sync_channel::<Batch>(WAITING);
            let (send_text, texts) = sync_channel::<Vec<u8>>(WAITING);
            to_workers.push(send_batch);
            from_workers.push(texts);
            workers.push(scope.spawn(move || work(router, &batches, &send_text)));
        }
        let limit = router.options().limits.bytes;
        let reader = scope.spawn(move || deal(input, limit, &to_workers, seen));
        let written = collect(from_workers, output);
        let read = reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader stopped")));
        let mut tally = Tally::new(router);
        for worker in workers {
            match worker.join() {
                Ok(part) => tally.merge(&part),
                Err(_) => return Err(io::Error::other("a worker stopped")),
            }
        }
        written.and(read).map(|()| tally)
    })
}

/// Reads, and deals batches to the workers in turn. Ends early when they do not take them any more.
fn deal(mut input: impl Read, limit: usize, workers: &[SyncSender<Batch>], seen: impl Fn(u64)) -> io::Result<()> {
    let mut splitter = Splitter::new(limit);
    let mut buffer = vec![0; CHUNK];
    let mut batch = Batch::new(1);
    let mut turns = workers.iter().cycle();
    loop {
        let chunk = read(&mut input, &mut buffer)?;
        seen(chunk.len() as u64);
        match chunk.is_empty() {
            true => splitter.finish(|line| batch.push(line)),
            false => splitter.push(chunk, |line| batch.push(line)),
        }
        if !batch.ends.is_empty() {
            let next = Batch::new(batch.first + batch.ends.len() as u64);
            let full = std::mem::replace(&mut batch, next);
            let taken = turns.next().is_some_and(|worker| worker.send(full).is_ok());
            if !taken {
                return Ok(());
            }
        }
        if chunk.is_empty() {
            return Ok(());
        }
    }
}

/// Decides about batches until there are no more, or nobody wants them.
fn work(router: &Router, batches: &Receiver<Batch>, texts: &SyncSender<Vec<u8>>) -> Tally {
    let mut worker = Worker::new(router);
    for batch in batches {
        for (number, line) in batch.lines() {
            worker.line(line, number);
        }
        if texts.send(std::mem::take(&mut worker.out)).is_err() {
            break;
        }
    }
    worker.tally
}

/// Writes what the workers made, in turn, until the one whose turn it is has no more.
fn collect(workers: Vec<Receiver<Vec<u8>>>, output: &mut impl Write) -> io::Result<()> {
    for texts in workers.iter().cycle() {
        let Ok(text) = texts.recv() else { break };
        output.write_all(&text)?;
        output.flush()?;
    }
    Ok(())
}
