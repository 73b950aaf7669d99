//! Input: a stream that is read once to its end, or a file that is followed as it grows.

mod feed;
mod follow;
mod gzip;
mod rotation;
mod source;
mod state;
mod stream;

pub use feed::{Feed, Filled};
pub use follow::{Follow, FollowOptions};
pub use gzip::is_gzip;
pub use source::{Checkpoint, FileIdentity, InputSource, ReadEvent};
pub use state::{Progress, SavedState, StateError};
pub use stream::{Stream, open_stream};
