//! The files that tests name: events and recorded decisions.

use crate::diagnostic::Code;
use crate::event::DocumentJoiner;
use crate::read::{self, Overlay, ReadError};
use crate::rules::LoadOptions;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// The size limit of an event file in bytes; tests do not need more.
const MAX_EVENT_FILE: u64 = 64 << 20;

/// Events or decisions as text, each with the number of its first line, from 1.
pub(super) type NumberedLines = Vec<(u64, Vec<u8>)>;

/// The reason why a file cannot be used.
pub(super) struct FileProblem {
    pub(super) code: Code,
    /// Continues after the file's name: `does not exist`.
    pub(super) message: String,
}

impl FileProblem {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The folder of a test file, and an outer folder that may also contain the files that it names.
pub(super) struct Folder {
    path: PathBuf,
    /// Both with symbolic links resolved.
    allowed: Vec<PathBuf>,
    overlay: Overlay,
    /// The files that were requested.
    named: RefCell<Vec<PathBuf>>,
}

impl Folder {
    /// The folder around a test file.
    pub(super) fn of(test_file: &Path, options: &LoadOptions) -> Folder {
        let path = read::parent(test_file);
        let allowed = options.root.as_deref().into_iter().chain([path.as_path()]);
        let overlay = options.overlay.clone();
        let allowed = allowed.filter_map(|folder| overlay.canonicalize(folder).ok()).collect();
        Folder { path, allowed, overlay, named: RefCell::default() }
    }

    /// The files that tests named, whether they exist or not.
    pub(super) fn named(self) -> Vec<PathBuf> {
        self.named.into_inner()
    }

    /// The lines of a file that a test names; pretty-printed JSON is one line.
    pub(super) fn lines(&self, name: &str) -> Result<NumberedLines, FileProblem> {
        let path = self.path.join(name);
        self.named.borrow_mut().push(path.clone());
        let real = self.overlay.canonicalize(&path).map_err(ReadError::from)?;
        if !self.allowed.iter().any(|folder| real.starts_with(folder)) {
            return Err(FileProblem::new(Code::OutsideRoot, "lies outside of the root folder"));
        }
        Ok(split_lines(&read::without_bom(self.overlay.raw(&real, MAX_EVENT_FILE)?)))
    }
}

/// A text file.
pub(super) fn read_text(path: &Path, options: &LoadOptions) -> Result<String, FileProblem> {
    let bytes = read::without_bom(options.overlay.raw(path, options.limits.file_bytes)?);
    String::from_utf8(bytes).map_err(|error| {
        FileProblem::new(Code::Unreadable, format!("is not UTF-8: {}", read::encoding_help(error.as_bytes())))
    })
}

impl From<ReadError> for FileProblem {
    fn from(error: ReadError) -> FileProblem {
        match error {
            ReadError::Missing => FileProblem::new(Code::MissingFile, "does not exist"),
            ReadError::TooLarge(_) => FileProblem::new(Code::TooLarge, format!("is {error}")),
            other => FileProblem::new(Code::Unreadable, format!("cannot be read: {other}")),
        }
    }
}

/// Lines as `dadar route` reads them: `\r\n` also ends a line, and the last line needs no line break. The lines of
/// pretty-printed JSON are joined.
fn split_lines(bytes: &[u8]) -> NumberedLines {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let mut joiner = DocumentJoiner::new(MAX_EVENT_FILE as usize);
    let mut documents = Vec::with_capacity(lines.len());
    for (number, line) in (1..).zip(lines) {
        documents.extend(joiner.line(line.strip_suffix(b"\r").unwrap_or(line), number));
    }
    documents.extend(joiner.end());
    documents.into_iter().map(|document| (document.line, document.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::split_lines;

    #[test]
    fn lines_end_in_either_way() {
        let shown = |text: &str| -> Vec<String> {
            split_lines(text.as_bytes())
                .into_iter()
                .map(|(n, line)| format!("{n}:{}", String::from_utf8_lossy(&line)))
                .collect()
        };
        assert_eq!(shown("a\r\nb\n\nc"), ["1:a", "2:b", "3:", "4:c"]);
        assert!(shown("").is_empty());
        assert_eq!(shown("{\r\n  \"a\": 1\r\n}\r\n{}\n"), ["1:{\n  \"a\": 1\n}", "4:{}"]);
    }
}
