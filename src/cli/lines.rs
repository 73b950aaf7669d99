//! Cuts input into lines, however it arrives, and never holds more of a line than one may have.

use std::ops::Range;

/// A byte-order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// What is read at a time: what is read is still in the core's own cache when it is decided.
const SIZE: usize = 1 << 18;
/// A buffer that a long line made larger than this is not kept.
const LARGE: usize = 16 * SIZE;

/// Bytes as they were read, and the lines that are complete in them.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Only the first `filled` bytes count. It never gets shorter: room that was cleared once need not be cleared again.
    text: Vec<u8>,
    filled: usize,
    /// Where the line begins whose end has not come.
    open: usize,
    lines: Vec<Range<usize>>,
}

impl Chunk {
    /// The lines, without their line breaks.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(|line| self.text.get(line.clone()).unwrap_or_default())
    }

    /// How many lines there are.
    pub(crate) fn count(&self) -> usize {
        self.lines.len()
    }

    /// Where to read to next. [`Cutter::cut`] has to be told how much came.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        let end = self.filled + SIZE;
        if self.text.len() < end {
            self.text.resize(end, 0);
        }
        self.text.get_mut(self.filled..end).unwrap_or_default()
    }

    fn unfinished(&self) -> &[u8] {
        self.text.get(self.open..self.filled).unwrap_or_default()
    }

    /// Begins anew, with the beginning of a line.
    fn begin(&mut self, held: &[u8]) {
        if self.text.len() > LARGE {
            self.text = Vec::new();
        }
        self.lines.clear();
        (self.filled, self.open) = (0, 0);
        if self.text.len() < held.len() + SIZE {
            self.text.resize(held.len() + SIZE, 0);
        }
        if let Some(room) = self.text.get_mut(..held.len()) {
            room.copy_from_slice(held);
            self.filled = held.len();
        }
    }
}

/// Cuts chunks into lines, one chunk after the other. `\n` and `\r\n` end a line, and a byte-order mark at the very beginning is
/// skipped.
///
/// A line of more than `limit` bytes becomes its first `limit + 1` bytes: enough for whoever reads it to see that
/// it is too long, and what it began with.
#[derive(Debug)]
pub(crate) struct Cutter {
    limit: usize,
    /// What has come of a line whose end has not, from one chunk to the next.
    held: Vec<u8>,
    /// How much has come of it, also where not all of it is kept.
    pending: u64,
    at_start: bool,
}

impl Cutter {
    /// For lines of at most `limit` bytes. They begin at the beginning of a file, or within.
    pub(crate) fn new(limit: usize, at_start: bool) -> Self {
        Self { limit, held: Vec::new(), pending: 0, at_start }
    }

    /// How many bytes have come of a line whose end has not.
    pub(crate) fn pending(&self) -> u64 {
        self.pending
    }

    /// Begins a chunk with what the last one left over.
    pub(crate) fn begin(&mut self, chunk: &mut Chunk) {
        chunk.begin(&self.held);
        self.held.clear();
    }

    /// Finds every line that is complete with the bytes that were read last.
    pub(crate) fn cut(&mut self, chunk: &mut Chunk, read: usize) {
        let from = chunk.filled;
        chunk.filled += read;
        let (mut open, mut pending) = (chunk.open, self.pending + read as u64);
        let Chunk { text, lines, filled, .. } = &mut *chunk;
        let fresh = text.get(from..*filled).unwrap_or_default();
        for at in memchr::memchr_iter(b'\n', fresh) {
            lines.push(self.line(text, open..from + at));
            open = from + at + 1;
            pending = (*filled - open) as u64;
        }
        chunk.open = open;
        self.pending = pending;
        // Two bytes more than a line may have, so that `\r` can be told from a line too long.
        let bom = if self.at_start { BOM.len() } else { 0 };
        chunk.filled = chunk.filled.min(open.saturating_add(self.limit).saturating_add(2 + bom));
    }

    /// Ends a chunk: what has come of a line goes on in the next.
    pub(crate) fn end(&mut self, chunk: &Chunk) {
        self.held.extend_from_slice(chunk.unfinished());
    }

    /// A file is over: what has come of a line is a line. Another file may follow.
    pub(crate) fn finish(&mut self, chunk: &mut Chunk) {
        let only_a_mark = self.at_start && chunk.unfinished() == BOM;
        if !chunk.unfinished().is_empty() && !only_a_mark {
            let line = self.line(&chunk.text, chunk.open..chunk.filled);
            chunk.lines.push(line);
        }
        chunk.open = chunk.filled;
        (self.pending, self.at_start) = (0, true);
    }

    /// What of these bytes is the line.
    fn line(&mut self, text: &[u8], within: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = within;
        let line = text.get(start..end).unwrap_or_default();
        if std::mem::replace(&mut self.at_start, false) && line.starts_with(BOM) {
            start += BOM.len();
        }
        let whole = end - start <= self.limit.saturating_add(1);
        if whole && start < end && line.ends_with(b"\r") {
            end -= 1;
        }
        start..end.min(start.saturating_add(self.limit).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Cutter};

    /// The lines of a text that arrives in pieces of every size, so many of them to a chunk.
    fn check(text: &str, limit: usize, expected: &[&str]) {
        for size in 1..=text.len().max(1) {
            for together in [1, 2, usize::MAX] {
                assert_eq!(lines(text, limit, size, together), expected, "{text:?} in pieces of {size}");
            }
        }
    }

    fn lines(text: &str, limit: usize, size: usize, together: usize) -> Vec<String> {
        let (mut cutter, mut chunk, mut lines) = (Cutter::new(limit, true), Chunk::default(), Vec::new());
        let mut pieces = text.as_bytes().chunks(size).peekable();
        loop {
            cutter.begin(&mut chunk);
            for piece in pieces.by_ref().take(together) {
                chunk.room()[..piece.len()].copy_from_slice(piece);
                cutter.cut(&mut chunk, piece.len());
            }
            let over = pieces.peek().is_none();
            if over {
                cutter.finish(&mut chunk);
            }
            cutter.end(&chunk);
            lines.extend(chunk.lines().map(|line| String::from_utf8_lossy(line).into_owned()));
            if over {
                return lines;
            }
        }
    }

    #[test]
    fn both_line_breaks_and_none() {
        check("a\nb\r\n\nc", 9, &["a", "b", "", "c"]);
        check("a\n", 9, &["a"]);
        check("\n\n", 9, &["", ""]);
        check("", 9, &[]);
        check("a\rb\n", 9, &["a\rb"]);
    }

    #[test]
    fn a_mark_at_the_beginning_alone() {
        check("\u{feff}a\n\u{feff}b", 9, &["a", "\u{feff}b"]);
        check("\u{feff}", 9, &[]);
        check("\u{feff}\n", 9, &[""]);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        check("1234\n12345\n123456789\n1234\r\nx", 4, &["1234", "12345", "12345", "1234", "x"]);
        check("\u{feff}1234\n", 4, &["1234"]);
        check("123456789", 4, &["12345"]);
        check("1234\r", 4, &["1234"]);
    }

    #[test]
    fn no_more_of_a_line_is_held_than_one_may_have() {
        let (mut cutter, mut chunk) = (Cutter::new(10, true), Chunk::default());
        cutter.begin(&mut chunk);
        for _ in 0..100 {
            let read = chunk.room().len();
            chunk.room().fill(b'x');
            cutter.cut(&mut chunk, read);
        }
        assert!(chunk.text.len() < 2 * super::SIZE);
        assert_eq!((chunk.count(), cutter.pending()), (0, 100 * super::SIZE as u64));
        cutter.finish(&mut chunk);
        assert_eq!(chunk.lines().collect::<Vec<_>>(), [[b'x'; 11]]);
    }
}
