//! Reads the events that a command looks at one by one: one JSON object a line, or laid out over several.

use super::route::Opened;
use anyhow::Context;
use dadar::unstable::event::{DocumentJoiner, JsonDocument};
use dadar::unstable::pipeline::input::{Feed, Stream};
use dadar::unstable::pipeline::lines::LineBuffer;
use dadar::unstable::pipeline::stop::StopSignal;

/// Hands each event of an input to `take`, in order; events are at most `limit` bytes long. `waiting` is called before each
/// read, so that the output so far can be flushed.
pub(crate) fn each<T>(
    input: Opened,
    limit: usize,
    target: &mut T,
    mut take: impl FnMut(&mut T, &JsonDocument) -> anyhow::Result<()>,
    mut waiting: impl FnMut(&mut T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut feed = Feed::new(Stream::new(input.reader, StopSignal::new()?), limit);
    let mut chunk = LineBuffer::default();
    let mut joiner = DocumentJoiner::new(limit);
    let mut number = 0;
    loop {
        let step = feed.fill(&mut chunk, |_| ()).with_context(|| format!("cannot read {}", input.name))?;
        for line in chunk.lines() {
            number += 1;
            joiner.line(line, number).iter().try_for_each(|document| take(target, document))?;
        }
        if step.over {
            return joiner.end().iter().try_for_each(|document| take(target, document));
        }
        waiting(target)?;
    }
}
