//! Events: JSON values, paths into them, and the scanner that finds the paths in one pass over the bytes.
//!
//! This layer knows nothing of rules.

mod canonical;
pub(crate) mod cloud_event;
mod decode;
mod documents;
mod elements;
mod json;
mod number;
mod path;
mod scan;
mod value;

pub use canonical::{canonical_json, canonical_json_within, hash_text};
pub use decode::{decode, parse, parse_value};
pub use documents::{DocumentJoiner, JsonDocument};
pub use elements::Elements;
pub use json::write_json;
pub use number::{Number, format_number, parse_number};
pub use path::{RawPath, Step};
pub use scan::{Captures, Fault, Found, Limits, MAX_DEPTH, Mode, Tag, Trie, scan};
pub use value::{Json, Type, Value};
