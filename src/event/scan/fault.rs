//! The reasons for which a line is not an event.

use super::structural::IndexState;
use super::token;

/// The reason for which a line is not an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which the fault was detected.
    pub offset: usize,
    /// In a few words: `expected a value`, `invalid UTF-8`, `nested deeper than 1024`.
    pub message: String,
    /// False for a line that is too long: its offset is the limit, which the message has.
    shows_offset: bool,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if self.shows_offset { write!(f, " at byte {}", self.offset) } else { Ok(()) }
    }
}

impl std::error::Error for Fault {}

/// The problem that ended a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StopReason {
    Empty,
    Event,
    NotObject,
    Value,
    Number,
    Key,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Trailing,
    Depth,
}

/// The position at which a scan stopped, and the reason. Small, since the hot loops return it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScanStop {
    pub(super) at: usize,
    pub(super) reason: StopReason,
}

impl Fault {
    pub(super) fn new(offset: usize, message: &str) -> Fault {
        Fault { offset, message: message.to_owned(), shows_offset: true }
    }

    /// A line of more than `most` bytes.
    pub(super) fn too_long(most: usize) -> Fault {
        Fault { offset: most, message: format!("longer than {most} bytes"), shows_offset: false }
    }

    /// The fault of a line in which a strict scan stopped: the first one in the line, which may be within a string before the
    /// stop, where the scan itself checks nothing.
    pub(super) fn from_stop(stop: ScanStop, line: &[u8], state: &IndexState, depth: usize) -> Fault {
        let before = line.get(..stop.at).unwrap_or(line);
        Fault::in_strings(before, state).unwrap_or_else(|| stop.into_fault(line, depth))
    }

    /// The first fault within the strings of a text, or of its encoding.
    pub(super) fn in_strings(text: &[u8], state: &IndexState) -> Option<Fault> {
        let encoding = if state.non_ascii { std::str::from_utf8(text).err() } else { None };
        let encoding = encoding.map(|e| Fault::new(e.valid_up_to(), "invalid UTF-8"));
        let escape = if state.strings.backslash { token::bad_escape(text) } else { None };
        let escape = escape.map(|(at, message)| Fault::new(at, message));
        let control = state.control.map(|at| at as usize).filter(|at| *at < text.len());
        let control = control.map(|at| Fault::new(at, "control character in a string"));
        [encoding, escape, control].into_iter().flatten().min_by_key(|fault| fault.offset)
    }
}

/// Stops at a position.
#[inline]
pub(super) fn stop<T>(at: usize, reason: StopReason) -> Result<T, ScanStop> {
    Err(ScanStop { at, reason })
}

impl ScanStop {
    /// The stop in a line that does not begin with an object; `start` is its first byte after white space.
    pub(super) fn not_an_object(line: &[u8], start: usize) -> ScanStop {
        let reason = match line.get(start) {
            None => StopReason::Empty,
            Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => StopReason::NotObject,
            Some(_) => StopReason::Event,
        };
        ScanStop { at: start, reason }
    }

    /// The stop as a fault of the line.
    pub(super) fn into_fault(self, line: &[u8], depth: usize) -> Fault {
        if self.at >= line.len() && self.reason != StopReason::Empty {
            return Fault::new(line.len(), "unexpected end");
        }
        let is_text = line.get(self.at).is_some_and(u8::is_ascii);
        if !is_text && line.get(self.at..).is_some_and(starts_invalid) {
            return Fault::new(self.at, "invalid UTF-8");
        }
        let message = match self.reason {
            StopReason::Empty => "empty line",
            StopReason::Event => "expected a JSON object",
            StopReason::NotObject => "not a JSON object",
            StopReason::Value => "expected a value",
            StopReason::Number => "malformed number",
            StopReason::Key => "expected a key in double quotes",
            StopReason::Colon => "expected `:`",
            StopReason::CommaOrBrace => "expected `,` or `}`",
            StopReason::CommaOrBracket => "expected `,` or `]`",
            StopReason::Trailing => "trailing characters after the object",
            StopReason::Depth => return Fault::new(self.at, &format!("nested deeper than {depth}")),
        };
        Fault::new(self.at, message)
    }
}

/// True if the text does not begin with valid UTF-8.
fn starts_invalid(rest: &[u8]) -> bool {
    std::str::from_utf8(rest).err().is_some_and(|e| e.valid_up_to() == 0)
}
