//! Why a file cannot be read, with its diagnostic.

use crate::diagnostic::Code;
use crate::read::{self, ReadError};

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    /// The file does not exist.
    #[error("no such file or folder")]
    Missing,
    /// The file is outside of the root, which is named.
    #[error("outside of {0}")]
    Outside(String),
    /// The file is larger than the limit, which is given in bytes.
    #[error("larger than {}", read::size(*.0))]
    TooLarge(u64),
    /// The files of the rule set are larger than the limit for all of them, which is given in bytes.
    #[error("the files of this rule set together are larger than {}", read::size(*.0))]
    Budget(u64),
    /// Any other error, in a few words.
    #[error("{0}")]
    Unreadable(String),
}

impl FileError {
    /// The code of the diagnostic for it.
    pub(crate) fn code(&self) -> Code {
        match self {
            FileError::Missing => Code::MissingFile,
            FileError::Outside(_) => Code::OutsideRoot,
            FileError::TooLarge(_) => Code::TooLarge,
            FileError::Budget(_) => Code::LoadBudget,
            FileError::Unreadable(_) => Code::Unreadable,
        }
    }

    /// The message about the file that is shown as `path`.
    pub(crate) fn about(&self, path: &str) -> String {
        match self {
            FileError::Missing => format!("there is no file `{path}`"),
            FileError::Outside(place) => format!("`{path}` is outside of {place}"),
            FileError::TooLarge(_) => format!("`{path}` is {self}"),
            FileError::Budget(_) => format!("`{path}` is not read: {self}"),
            FileError::Unreadable(why) => format!("cannot read `{path}`: {why}"),
        }
    }

    /// The help for it.
    pub(crate) fn help(&self) -> Option<String> {
        let help = match self {
            FileError::Missing => "the path is relative to the file that names it",
            FileError::Outside(_) => "set a wider folder as `root` under `ruleset:` or with `--root`, or move the file",
            FileError::TooLarge(_) => "split it into several files, or raise the limit with `--max-file`",
            FileError::Budget(_) | FileError::Unreadable(_) => return None,
        };
        Some(String::from(help))
    }
}

impl From<ReadError> for FileError {
    fn from(error: ReadError) -> FileError {
        match error {
            ReadError::Missing => FileError::Missing,
            ReadError::TooLarge(limit) => FileError::TooLarge(limit),
            other => FileError::Unreadable(other.to_string()),
        }
    }
}
