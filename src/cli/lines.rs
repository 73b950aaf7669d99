//! Splits input into lines, however it arrives, and never holds more of a line than one may have.

/// A byte-order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Splits chunks into lines. `\n` and `\r\n` end one, and a byte-order mark at the very beginning is skipped.
///
/// A line of more than `limit` bytes is handed on as its first `limit + 1` bytes: enough for whoever reads it to see that
/// it is too long, and what it began with.
pub(crate) struct Splitter {
    limit: usize,
    /// What has come of a line whose end has not.
    held: Vec<u8>,
    /// How much has come of it, also where not all of it is kept.
    pending: u64,
    at_start: bool,
}

impl Splitter {
    /// A splitter for lines of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, held: Vec::new(), pending: 0, at_start: true }
    }

    /// A line begins: the first of a file, or one within.
    pub(crate) fn begin(&mut self, at_start: bool) {
        self.at_start = at_start;
    }

    /// How many bytes have come of a line whose end has not.
    pub(crate) fn pending(&self) -> u64 {
        self.pending
    }

    /// Hands on every line that is complete with this chunk.
    pub(crate) fn push(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8])) {
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            if self.held.is_empty() {
                self.emit(line, &mut each);
            } else {
                self.hold(line);
                let held = std::mem::take(&mut self.held);
                self.emit(&held, &mut each);
                self.held = held;
                self.held.clear();
            }
            rest = after.get(1..).unwrap_or_default();
            self.pending = 0;
        }
        self.hold(rest);
        self.pending += rest.len() as u64;
    }

    /// Hands on the last line, if it has no line break.
    pub(crate) fn finish(&mut self, mut each: impl FnMut(&[u8])) {
        self.pending = 0;
        let held = std::mem::take(&mut self.held);
        let only_a_mark = self.at_start && held == BOM;
        if !held.is_empty() && !only_a_mark {
            self.emit(&held, &mut each);
        }
    }

    /// Keeps the beginning of a line. Two bytes more than may be there, so that `\r` can be told from a line too long.
    fn hold(&mut self, part: &[u8]) {
        let bom = if self.at_start { BOM.len() } else { 0 };
        let room = (self.limit + 2 + bom).saturating_sub(self.held.len());
        self.held.extend_from_slice(part.get(..room).unwrap_or(part));
    }

    fn emit(&mut self, line: &[u8], each: &mut impl FnMut(&[u8])) {
        let line = match self.at_start {
            true => line.strip_prefix(BOM).unwrap_or(line),
            false => line,
        };
        self.at_start = false;
        let whole = line.len() <= self.limit + 1;
        let line = if whole { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        each(line.get(..self.limit + 1).unwrap_or(line));
    }
}

#[cfg(test)]
mod tests {
    use super::Splitter;

    /// The lines of a text that arrives in pieces of every size.
    fn check(text: &str, limit: usize, expected: &[&str]) {
        for size in 1..=text.len().max(1) {
            let mut lines = Vec::new();
            let mut splitter = Splitter::new(limit);
            for chunk in text.as_bytes().chunks(size) {
                splitter.push(chunk, |line| lines.push(String::from_utf8_lossy(line).into_owned()));
            }
            splitter.finish(|line| lines.push(String::from_utf8_lossy(line).into_owned()));
            assert_eq!(lines, expected, "{text:?} in pieces of {size}");
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
}
