//! Why a line is not an event.

use super::index::Seen;
use super::token;

/// Why a line is not an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it was noticed.
    pub offset: usize,
    /// In a few words: `expected a value`, `invalid UTF-8`, `nested deeper than 1024`.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        // The place of a line too long is its limit, which has been said.
        if self.message.starts_with(TOO_LONG) { Ok(()) } else { write!(f, " at byte {}", self.offset) }
    }
}

const TOO_LONG: &str = "longer than";

/// What the walk missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
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

/// Where the walk stopped, and why. Small, since it is handed up through the hot loops.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) what: What,
}

impl Fault {
    pub(super) fn new(offset: usize, message: &str) -> Fault {
        Fault { offset, message: message.to_owned() }
    }

    /// A line of more than `most` bytes.
    pub(super) fn too_long(most: usize) -> Fault {
        Fault { offset: most, message: format!("{TOO_LONG} {most} bytes") }
    }

    /// The fault of a line at which the walk stopped: the first thing that is wrong with it, which may be one that the
    /// walk does not look for (bytes within strings).
    pub(super) fn from_stop(stop: Stop, line: &[u8], seen: &Seen, depth: usize) -> Fault {
        let walked = line.get(..stop.at).unwrap_or(line);
        Fault::in_strings(walked, seen).unwrap_or_else(|| stop.message(line, depth))
    }

    /// What is wrong within the strings of a text, or with its encoding.
    pub(super) fn in_strings(text: &[u8], seen: &Seen) -> Option<Fault> {
        let encoding = if seen.non_ascii { std::str::from_utf8(text).err() } else { None };
        let encoding = encoding.map(|e| Fault::new(e.valid_up_to(), "invalid UTF-8"));
        let escape = if seen.strings.backslash { token::bad_escape(text) } else { None };
        let control = seen.control.map(|at| at as usize).filter(|at| *at < text.len());
        let control = control.map(|at| Fault::new(at, "control character in a string"));
        [encoding, escape, control].into_iter().flatten().min_by_key(|fault| fault.offset)
    }
}

/// Stops at a position.
#[inline]
pub(super) fn stop<T>(at: usize, what: What) -> Result<T, Stop> {
    Err(Stop { at, what })
}

impl Stop {
    /// What is wrong with a line whose first byte that is no white space, at `start`, does not begin an object.
    pub(super) fn no_object(line: &[u8], start: usize) -> Stop {
        let what = match line.get(start) {
            None => What::Empty,
            Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => What::NotObject,
            Some(_) => What::Event,
        };
        Stop { at: start, what }
    }

    /// The fault as such.
    pub(super) fn message(self, line: &[u8], depth: usize) -> Fault {
        if self.at >= line.len() && self.what != What::Empty {
            return Fault::new(line.len(), "unexpected end");
        }
        let is_text = line.get(self.at).is_some_and(u8::is_ascii);
        if !is_text && line.get(self.at..).is_some_and(starts_invalid) {
            return Fault::new(self.at, "invalid UTF-8");
        }
        let message = match self.what {
            What::Empty => "empty line",
            What::Event => "expected a JSON object",
            What::NotObject => "not a JSON object",
            What::Value => "expected a value",
            What::Number => "malformed number",
            What::Key => "expected a key in double quotes",
            What::Colon => "expected `:`",
            What::CommaOrBrace => "expected `,` or `}`",
            What::CommaOrBracket => "expected `,` or `]`",
            What::Trailing => "trailing characters after the object",
            What::Depth => return Fault { offset: self.at, message: format!("nested deeper than {depth}") },
        };
        Fault::new(self.at, message)
    }
}

/// True if the first character is no valid UTF-8.
fn starts_invalid(rest: &[u8]) -> bool {
    std::str::from_utf8(rest).err().is_some_and(|e| e.valid_up_to() == 0)
}
