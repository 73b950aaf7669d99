//! Times: RFC 3339 text, or a number of seconds since 1970.

mod format;
mod instant;
mod parse;
mod zone;

pub(super) use format::format_instant;
pub use format::format_time;
pub(crate) use format::now_value;
pub(super) use instant::Civil;
pub use instant::Instant;
pub use parse::{WrittenTime, instant, parse_time, written_time};
pub(super) use zone::{WRITTEN, is_zone};
pub use zone::{find_zone, zone_hint};

#[cfg(test)]
mod tests;
