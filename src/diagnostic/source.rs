//! Source files and places in them.

use std::sync::Arc;

/// The number of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The smallest span that contains both; `self` if they are in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineColumn {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// One file that a rule set was loaded from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SourceFile {
    /// The path in messages: as given by the caller, or relative to the rule set.
    pub path: String,
    /// The whole text. Line ends of a CR alone are LF.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
    /// The number of characters that begin before each multiple of [`STRIDE`], so that a column on a long line is found
    /// without counting from its beginning.
    characters: Vec<u32>,
}

/// Bytes between two entries of [`SourceFile::characters`].
const STRIDE: usize = 1_024;

impl SourceFile {
    /// A file with its text.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = with_line_feeds(text.into());
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
        let line_starts = std::iter::once(0).chain(breaks.map(|at| at as u32 + 1)).collect();
        let mut count = 0;
        let characters = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let before = count;
            count += first_bytes(chunk);
            before
        });
        let characters = characters.collect();
        Self { path: path.into(), text, line_starts, characters }
    }

    /// The number of characters that begin before a byte offset.
    fn characters_before(&self, offset: usize) -> u32 {
        let offset = offset.min(self.text.len());
        // At the very end of a file whose length is a multiple of the stride, the last entry is one stride before.
        let at = (offset / STRIDE).min(self.characters.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(at * STRIDE..offset).unwrap_or_default();
        self.characters.get(at).copied().unwrap_or(0) + first_bytes(rest)
    }

    /// The start of a line, counted from 1.
    pub(crate) fn line_start(&self, number: usize) -> usize {
        let start = number.checked_sub(1).and_then(|at| self.line_starts.get(at)).copied();
        start.map_or(self.text.len(), |start| start as usize)
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> LineColumn {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let before = self.characters_before(self.line_start(line));
        let column = self.characters_before(offset as usize).saturating_sub(before) as usize + 1;
        LineColumn { line, column }
    }

    /// The text of a line, counted from 1, without its line break.
    pub fn line(&self, number: usize) -> &str {
        let line = self.text.get(self.line_start(number)..self.line_start(number + 1)).unwrap_or("");
        match line.strip_suffix('\n') {
            Some(line) => line.strip_suffix('\r').unwrap_or(line),
            None => line,
        }
    }
}

/// The text with LF for each CR that no LF follows, so that everything counts the same lines. Offsets stay the same.
fn with_line_feeds(text: Arc<str>) -> Arc<str> {
    let bytes = text.as_bytes();
    let is_alone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
    if !memchr::memchr_iter(b'\r', bytes).any(is_alone) {
        return text;
    }
    let next = text.chars().skip(1).chain(['\0']);
    let line_feed = |(char, next): (char, char)| if char == '\r' && next != '\n' { '\n' } else { char };
    text.chars().zip(next).map(line_feed).collect::<String>().into()
}

/// The number of characters that begin in these bytes of UTF-8.
fn first_bytes(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

/// All files of a rule set, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of that number.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(n, file)| (FileId(n as u32), file))
    }

    /// `path:line:column` of the start of a span.
    pub fn place(&self, span: Span) -> String {
        match self.get(span.file) {
            Some(file) => {
                let LineColumn { line, column } = file.position(span.start);
                format!("{}:{line}:{column}", file.path)
            }
            None => String::from("?"),
        }
    }

    /// The text that a span covers.
    pub fn snippet(&self, span: Span) -> &str {
        let range = span.start as usize..span.end as usize;
        self.get(span.file).and_then(|file| file.text.get(range)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriage_returns_alone_end_lines() {
        let file = SourceFile::new("f", "a\rb\r\n₹\r\rc\r");
        assert_eq!(&*file.text, "a\nb\r\n₹\n\nc\n");
        assert_eq!(file.position(10), LineColumn { line: 5, column: 1 });
        assert_eq!(file.line(2), "b");
    }

    #[test]
    fn positions_are_those_of_counting() {
        let long = "₹a😀é".repeat(700);
        for text in ["", "a", "a\nb\r\nc", "\n\n", &format!("x\n{long}\r\n{long}"), &"x".repeat(2 * STRIDE)] {
            let file = SourceFile::new("f", text);
            for offset in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let before = text.get(..offset).unwrap();
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                let line = before.matches('\n').count() + 1;
                let column = before.get(line_start..).unwrap().chars().count() + 1;
                assert_eq!(file.position(offset as u32), LineColumn { line, column }, "{offset}");
                let whole = text.get(line_start..).unwrap().lines().next().unwrap_or("");
                assert_eq!(file.line(line), whole);
                assert_eq!(file.line_start(line), line_start);
            }
            assert_eq!((file.line(0), file.line(1_000_000)), ("", ""));
        }
    }
}
