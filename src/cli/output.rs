//! Output: its streams, its colours, and the form of counts and words.

use super::When;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Standard output, locked and buffered. It has to be flushed, or the rest is lost together with its error.
pub(crate) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Whether a stream is to be coloured.
pub(crate) fn colour(when: When, stream: &impl RawStream) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    }
}

/// Writes a text to standard output. If the reader has closed it, the text is dropped: the exit code must still report the result.
pub(crate) fn print(text: &str) -> io::Result<()> {
    unless_closed(write(text, &mut stdout()).map_err(named))
}

/// Writes a text to standard error. If the reader has closed it, the text is dropped.
pub(crate) fn complain(text: &str) -> io::Result<()> {
    unless_closed(write(text, &mut io::stderr().lock()))
}

fn write(text: &str, out: &mut impl Write) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// An error of standard output, which is named in its message. (A closed pipe is recognised by its kind, which is kept.)
pub(crate) fn named(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write to standard output: {error}"))
}

/// True once the reader of a stream has closed it.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// True if a text was dropped, since its reader has closed the stream.
pub(crate) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            CLOSED.store(true, Ordering::Relaxed);
            Ok(())
        }
        written => written,
    }
}

/// `1 error`, `2 errors`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if !noun.ends_with("ey") => format!("{n} {stem}ies"),
        _ => format!("{n} {noun}s"),
    }
}

/// A word as it is typed into a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+:".contains(c)) && !word.is_empty();
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn plurals() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "error"), "0 errors");
        assert_eq!(count(2, "reply"), "2 replies");
    }
}
