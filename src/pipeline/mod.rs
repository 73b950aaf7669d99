//! Lines in, decisions out: reads events from a stream or a growing file, decides them on several threads, and writes the
//! decisions in the order of the lines.
//!
//! Each worker takes a batch of lines from the batch reader (`batch_reader`), decides it, and passes the decisions to the
//! ordered writer (`ordered_writer`). There are no other threads: no worker waits for another while there is input, and only
//! a sequence number moves between cores. A batch is the result of one read, so a line that arrives alone is decided at once.
//!
//! This module is not stable yet.

mod batch_reader;
pub mod counts;
pub mod input;
mod job;
pub mod lines;
mod ordered_writer;
pub mod panics;
pub mod stop;
mod worker;

use batch_reader::BatchReader;
use input::{Feed, InputSource};
use ordered_writer::OrderedWriter;
use std::io::{self, Write};
use std::thread;
use worker::Worker;

pub use job::Job;

/// Routes every line of `source` and writes the decisions to `output`. `on_read` gets the size of each read.
pub fn route_lines(
    job: Job<'_>,
    source: impl InputSource,
    output: impl Write + Send,
    on_read: impl Fn(u64) + Send + Sync,
) -> io::Result<()> {
    let feed = Feed::new(source, job.live.generation().router.options().limits.bytes);
    let reader = BatchReader::new(feed, job.lines_before, job.live, on_read);
    let writer = OrderedWriter::new(job, output);
    thread::scope(|scope| {
        let work = || Worker::new(job).run(&reader, &writer);
        let others: Vec<_> = (1..job.threads).map(|_| scope.spawn(work)).collect();
        // This thread is a worker, too.
        work();
        for other in others {
            // A worker that panicked has closed the writer.
            let _ = other.join();
        }
    });
    writer.end().and(reader.end())
}
