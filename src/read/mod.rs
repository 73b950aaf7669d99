//! Reads whole files: regular ones only, opened without blocking, up to a limit, and without a byte-order mark.
//!
//! Every file that a rule set or its tests name is read here, so that the same rules apply to all of them.

mod overlay;

pub(crate) use overlay::Overlay;

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// UTF-8's byte-order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The reason for which a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    /// The file does not exist.
    #[error("no such file or folder")]
    Missing,
    /// A folder, pipe, device or socket.
    #[error("not a regular file")]
    NotRegular,
    /// The file is larger than the limit, which is given in bytes.
    #[error("larger than {}", size(*.0))]
    TooLarge(u64),
    /// Any other error, as the system reports it.
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        match error.kind() {
            io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::Other(reason(&error)),
        }
    }
}

/// The system's reason, or a plainer one for common errors.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => String::from("no such file or folder"),
        io::ErrorKind::PermissionDenied => String::from("permission denied"),
        _ => error.to_string(),
    }
}

/// The bytes of a regular file of at most `limit` bytes, as they are on disk.
pub(crate) fn raw(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    // Opening some devices has side effects, so the kind is checked first. It is checked again on the open file, since
    // the path may lead elsewhere by then.
    regular(&std::fs::metadata(path)?)?;
    let file = open(path)?;
    regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
}

fn regular(metadata: &Metadata) -> Result<(), ReadError> {
    if metadata.is_file() { Ok(()) } else { Err(ReadError::NotRegular) }
}

/// Opens a file without blocking, in case it is a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    options.open(path)
}

/// `bytes` without the byte-order mark at their beginning.
pub(crate) fn without_bom(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    bytes
}

/// The folder of a file.
pub(crate) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// The help for a file that is not UTF-8.
pub(crate) fn encoding_help(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16: save it as UTF-8",
        _ => "save the file as UTF-8",
    }
}

/// `16 MiB`, `1,000 bytes`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        n if n >= 1 << 20 && n.is_multiple_of(1 << 20) => format!("{} MiB", n >> 20),
        n if n >= 1 << 10 && n.is_multiple_of(1 << 10) => format!("{} KiB", n >> 10),
        1 => String::from("1 byte"),
        n => format!("{n} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_exact() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(raw(&path, 5), Ok(b"12345".to_vec()));
        assert_eq!(raw(&path, 4), Err(ReadError::TooLarge(4)));
        assert_eq!(raw(&dir.path().join("y"), 4), Err(ReadError::Missing));
        assert_eq!(raw(dir.path(), 4), Err(ReadError::NotRegular));
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_sockets_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("zero");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert_eq!(raw(&link, 4), Err(ReadError::NotRegular));
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(raw(&socket, 4), Err(ReadError::NotRegular));
    }

    #[test]
    fn only_the_first_mark_is_removed() {
        assert_eq!(without_bom("\u{feff}\u{feff}a".into()), "\u{feff}a".as_bytes());
        assert_eq!(without_bom(b"\xef\xbb".to_vec()), b"\xef\xbb");
    }

    #[test]
    fn sizes_are_short() {
        let sizes = [
            (1, "1 byte"),
            (1000, "1000 bytes"),
            (2048, "2 KiB"),
            (16 << 20, "16 MiB"),
            ((1 << 20) + 1, "1048577 bytes"),
        ];
        for (bytes, shown) in sizes {
            assert_eq!(size(bytes), shown);
        }
    }
}
