//! The result of a decision.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The result of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Topics, rules or tables chose at least one subscriber, and not all were filtered out.
    Routed,
    /// No subscriber was chosen, or all were filtered out.
    Unrouted,
    /// A filter dropped the event, or the line has an empty list of events.
    Dropped,
    /// The event is not valid by a schema.
    Rejected,
    /// The line is not an event: not a JSON object, over a limit, or without a topic.
    Malformed,
}

/// A text that is not the word of a [`Status`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown status `{text}`: expected routed, unrouted, dropped, rejected or malformed")]
#[non_exhaustive]
pub struct ParseStatusError {
    /// The text.
    pub text: String,
}

impl Status {
    /// All of them, in the order of their declaration.
    pub const ALL: [Status; 5] =
        [Status::Routed, Status::Unrouted, Status::Dropped, Status::Rejected, Status::Malformed];

    /// The word on a decision: `routed`, `malformed` …
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Routed => "routed",
            Status::Unrouted => "unrouted",
            Status::Dropped => "dropped",
            Status::Rejected => "rejected",
            Status::Malformed => "malformed",
        }
    }
}

/// As [`Status::as_str`].
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the word on a decision.
///
/// ```
/// use dadar::Status;
///
/// assert_eq!("routed".parse(), Ok(Status::Routed));
/// assert!("Routed".parse::<Status>().is_err());
/// ```
impl FromStr for Status {
    type Err = ParseStatusError;

    fn from_str(text: &str) -> Result<Status, ParseStatusError> {
        let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| ParseStatusError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_as_they_are_written() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        let error = "lost".parse::<Status>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown status `lost`: expected routed, unrouted, dropped, rejected or malformed"
        );
    }
}
