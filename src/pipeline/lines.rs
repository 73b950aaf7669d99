//! Splits input into lines, however it arrives, and never holds more of a line than the limit.

use std::ops::Range;

/// A byte-order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// The size of a read: small enough that its lines are still in the core's cache when they are decided.
const SIZE: usize = 1 << 18;
/// A buffer that a long line made larger than this is freed.
const LARGE: usize = 16 * SIZE;

/// Bytes as they were read, and the complete lines among them.
#[derive(Debug, Default)]
pub struct LineBuffer {
    /// Only the first `filled` bytes are valid. It never shrinks, so that each byte is zeroed only once.
    text: Vec<u8>,
    filled: usize,
    /// The start of the unfinished line.
    open: usize,
    lines: Vec<Range<usize>>,
}

impl LineBuffer {
    /// The lines, without their line breaks.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(|line| self.text.get(line.clone()).unwrap_or_default())
    }

    /// The number of lines.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// The space to read into. Pass the number of bytes read to [`LineSplitter::split`].
    pub fn room(&mut self) -> &mut [u8] {
        let end = self.filled + SIZE;
        if self.text.len() < end {
            self.text.resize(end, 0);
        }
        self.text.get_mut(self.filled..end).unwrap_or_default()
    }

    fn unfinished(&self) -> &[u8] {
        self.text.get(self.open..self.filled).unwrap_or_default()
    }

    /// Empties the buffer, except for the beginning of a line.
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

/// Cuts chunks into lines, one buffer after the other. `\n` and `\r\n` end a line, and a byte-order mark at the very beginning is
/// skipped.
///
/// A line of more than `limit` bytes is cut to its first `limit + 1` bytes: enough to see that it is too long, and how it
/// begins.
#[derive(Debug)]
pub struct LineSplitter {
    limit: usize,
    /// The unfinished line, carried from one buffer to the next.
    held: Vec<u8>,
    /// Its length, including the part that was cut off.
    pending: u64,
    at_start: bool,
}

impl LineSplitter {
    /// For lines of at most `limit` bytes. `at_start`: the first line is at the beginning of a file.
    pub fn new(limit: usize, at_start: bool) -> Self {
        Self { limit, held: Vec::new(), pending: 0, at_start }
    }

    /// The number of bytes of the unfinished line.
    pub fn pending(&self) -> u64 {
        self.pending
    }

    /// Begins a buffer with the unfinished line of the last one.
    pub fn begin(&mut self, buffer: &mut LineBuffer) {
        buffer.begin(&self.held);
        self.held.clear();
    }

    /// Finds the lines that the last `read` bytes complete.
    pub fn split(&mut self, buffer: &mut LineBuffer, read: usize) {
        let from = buffer.filled;
        buffer.filled += read;
        let (mut open, mut pending) = (buffer.open, self.pending + read as u64);
        let LineBuffer { text, lines, filled, .. } = &mut *buffer;
        let fresh = text.get(from..*filled).unwrap_or_default();
        for at in memchr::memchr_iter(b'\n', fresh) {
            lines.push(self.line(text, open..from + at));
            open = from + at + 1;
            pending = (*filled - open) as u64;
        }
        buffer.open = open;
        self.pending = pending;
        // Keep two bytes more than the limit, so that `\r\n` can be distinguished from a line that is too long.
        let bom = if self.at_start { BOM.len() } else { 0 };
        buffer.filled = buffer.filled.min(open.saturating_add(self.limit).saturating_add(2 + bom));
    }

    /// Ends a buffer: its unfinished line is carried to the next.
    pub fn end(&mut self, buffer: &LineBuffer) {
        self.held.extend_from_slice(buffer.unfinished());
    }

    /// Ends a file: an unfinished line counts as a line. Another file may follow.
    pub fn finish(&mut self, buffer: &mut LineBuffer) {
        let only_a_mark = self.at_start && buffer.unfinished() == BOM;
        if !buffer.unfinished().is_empty() && !only_a_mark {
            let line = self.line(&buffer.text, buffer.open..buffer.filled);
            buffer.lines.push(line);
        }
        buffer.open = buffer.filled;
        (self.pending, self.at_start) = (0, true);
    }

    /// The line in this range, without its line break and byte-order mark.
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
    use super::{LineBuffer, LineSplitter};

    /// Checks the lines of a text that arrives in pieces of every size, with several pieces in a buffer.
    fn check(text: &str, limit: usize, expected: &[&str]) {
        for size in 1..=text.len().max(1) {
            for together in [1, 2, usize::MAX] {
                assert_eq!(lines(text, limit, size, together), expected, "{text:?} in pieces of {size}");
            }
        }
    }

    fn lines(text: &str, limit: usize, size: usize, together: usize) -> Vec<String> {
        let (mut splitter, mut buffer, mut lines) = (LineSplitter::new(limit, true), LineBuffer::default(), Vec::new());
        let mut pieces = text.as_bytes().chunks(size).peekable();
        loop {
            splitter.begin(&mut buffer);
            for piece in pieces.by_ref().take(together) {
                buffer.room()[..piece.len()].copy_from_slice(piece);
                splitter.split(&mut buffer, piece.len());
            }
            let over = pieces.peek().is_none();
            if over {
                splitter.finish(&mut buffer);
            }
            splitter.end(&buffer);
            lines.extend(buffer.lines().map(|line| String::from_utf8_lossy(line).into_owned()));
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
        let (mut splitter, mut buffer) = (LineSplitter::new(10, true), LineBuffer::default());
        splitter.begin(&mut buffer);
        for _ in 0..100 {
            let read = buffer.room().len();
            buffer.room().fill(b'x');
            splitter.split(&mut buffer, read);
        }
        assert!(buffer.text.len() < 2 * super::SIZE);
        assert_eq!((buffer.count(), splitter.pending()), (0, 100 * super::SIZE as u64));
        splitter.finish(&mut buffer);
        assert_eq!(buffer.lines().collect::<Vec<_>>(), [[b'x'; 11]]);
    }
}
