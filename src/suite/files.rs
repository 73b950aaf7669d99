//! The files that tests name: events and recorded decisions.

use crate::diagnostic::Code;
use crate::rules::LoadOptions;
use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// An event file may have at most so many bytes; tests are not the place for more.
const MAX_EVENT_FILE: usize = 64 << 20;

/// Lines with their numbers, from 1.
pub(super) type Lines = Vec<(u64, Vec<u8>)>;

/// Why a file cannot be used.
pub(super) struct Problem {
    pub(super) code: Code,
    /// Goes on after the file's name: `is not there`.
    pub(super) message: String,
}

impl Problem {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The folder of a test file, and the one that files named by it may not lie outside of.
pub(super) struct Folder {
    path: PathBuf,
    root: Option<PathBuf>,
    /// The files that were asked for.
    named: RefCell<Vec<PathBuf>>,
}

impl Folder {
    /// The folder around a test file.
    pub(super) fn of(test_file: &Path, options: &LoadOptions) -> Folder {
        let parent = test_file.parent().filter(|parent| !parent.as_os_str().is_empty());
        let path = parent.unwrap_or(Path::new(".")).to_path_buf();
        let real = fs::canonicalize(&path).ok();
        let root = match &options.root {
            Some(root) => fs::canonicalize(root).ok(),
            None => {
                let current = std::env::current_dir().and_then(fs::canonicalize).ok();
                let within = |current: &PathBuf| real.as_ref().is_some_and(|real| real.starts_with(current));
                current.filter(within).or(real)
            }
        };
        Folder { path, root, named: RefCell::default() }
    }

    /// The files that tests named, whether they are there or not.
    pub(super) fn named(self) -> Vec<PathBuf> {
        self.named.into_inner()
    }

    /// The lines of a file that a test names, each with its number from 1.
    pub(super) fn lines(&self, name: &str) -> Result<Lines, Problem> {
        let path = self.path.join(name);
        self.named.borrow_mut().push(path.clone());
        let real = fs::canonicalize(&path).map_err(|error| unreadable(&error))?;
        match &self.root {
            Some(root) if real.starts_with(root) => {}
            _ => return Err(Problem::new(Code::OutsideRoot, "lies outside of the root folder")),
        }
        let bytes = read(&real, MAX_EVENT_FILE)?;
        Ok(split_lines(&bytes))
    }
}

/// A text file of at most `limit` bytes.
pub(super) fn read_text(path: &Path, limit: usize) -> Result<String, Problem> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes).map_err(|_| Problem::new(Code::Unreadable, "is not UTF-8"))
}

fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Problem> {
    let length = fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if length > limit as u64 {
        return Err(Problem::new(Code::TooLarge, format!("is larger than {} MiB", limit >> 20)));
    }
    fs::read(path).map_err(|error| unreadable(&error))
}

fn unreadable(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::new(Code::MissingFile, "is not there"),
        _ => Problem::new(Code::Unreadable, format!("cannot be read: {error}")),
    }
}

/// Lines as `dadar route` reads them: a byte-order mark is skipped, `\r\n` ends a line as well, and a last line needs no
/// line break.
fn split_lines(bytes: &[u8]) -> Lines {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let whole = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
    (1..).zip(lines.into_iter().map(whole)).collect()
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
        assert_eq!(shown("\u{feff}a\r\nb\n\nc"), ["1:a", "2:b", "3:", "4:c"]);
        assert!(shown("").is_empty());
    }
}
