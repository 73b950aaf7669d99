//! The files to format.

use super::super::rule_set::load_all;
use super::super::{CommandError, Global};
use dadar::LoadLimits;
use dadar::diagnostic::{Code, Diagnostic};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Rules,
    Tests,
}

/// A file to format.
pub(super) struct FormatFile {
    pub(super) path: PathBuf,
    pub(super) kind: FileKind,
}

/// The rule files and test files at these paths, each once. A path that does not exist is an error.
pub(super) fn find(paths: &[PathBuf], global: &Global) -> Result<Vec<FormatFile>, anyhow::Error> {
    let mut all = Vec::new();
    for path in paths {
        let metadata = path.metadata().map_err(|error| unreadable(path, &error))?;
        match metadata.is_dir() {
            true => in_folder(path, global, &mut all)?,
            false if is_yaml(path) => all.push(FormatFile { path: path.clone(), kind: kind_of_path(path) }),
            false => {
                let error = CommandError::new(format!("`{}` is neither a rule file nor a test file", path.display()));
                return Err(error.hint("their names end in `.yaml` or `.yml`").into());
            }
        }
    }
    let mut seen = HashSet::new();
    all.retain(|found| seen.insert(fs::canonicalize(&found.path).unwrap_or_else(|_| found.path.clone())));
    Ok(all)
}

fn in_folder(folder: &Path, global: &Global, all: &mut Vec<FormatFile>) -> anyhow::Result<()> {
    for (_, loaded) in load_all(folder, global)?.sets {
        all.extend(loaded.rule_files.into_iter().map(|path| FormatFile { path, kind: FileKind::Rules }));
        all.extend(loaded.tests.into_iter().map(|path| FormatFile { path, kind: FileKind::Tests }));
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn kind_of_path(path: &Path) -> FileKind {
    let is_test = path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_some_and(|end| end == "test"));
    if is_test { FileKind::Tests } else { FileKind::Rules }
}

/// The kind of a text without a path: tests are below a key `tests`.
pub(super) fn kind_of_text(text: &str) -> FileKind {
    let has_tests =
        text.lines().any(|line| line.strip_prefix("tests").is_some_and(|rest| rest.trim_start().starts_with(':')));
    if has_tests { FileKind::Tests } else { FileKind::Rules }
}

/// The limit for the size of a file.
pub(super) fn max_bytes(global: &Global) -> u64 {
    global.max_file.map_or(LoadLimits::default().file_bytes, |size| size as u64)
}

/// The text of a file.
pub(super) fn read(path: &Path, global: &Global) -> Result<String, Box<Diagnostic>> {
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| file.take(max_bytes(global) + 1).read_to_end(&mut bytes));
    match file {
        Ok(_) => text(&shown, bytes, global),
        Err(error) => Err(unusable(Code::Unreadable, format!("cannot read `{shown}`: {error}"), None)),
    }
}

/// The text of a file that has been read.
pub(super) fn text(shown: &str, bytes: Vec<u8>, global: &Global) -> Result<String, Box<Diagnostic>> {
    if bytes.len() as u64 > max_bytes(global) {
        let message = format!("`{shown}` has more than {} bytes", max_bytes(global));
        return Err(unusable(Code::TooLarge, message, Some("split it, or raise the limit with `--max-file`")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unusable(Code::Unreadable, format!("`{shown}` is not UTF-8: byte {at} is not part of a character"), None)
    })
}

fn unusable(code: Code, message: String, help: Option<&str>) -> Box<Diagnostic> {
    Box::new(Diagnostic::global(code, message).maybe_help(help.map(str::to_owned)))
}

fn unreadable(path: &Path, error: &std::io::Error) -> CommandError {
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => CommandError::new(format!("there is no file or folder `{shown}`")),
        _ => CommandError::new(format!("cannot read `{shown}`: {error}")),
    }
}
