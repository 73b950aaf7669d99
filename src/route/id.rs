//! The numbers of subscribers.

/// The number of a subscriber in one [`Router`](crate::Router); [`Router::subscriber`](crate::Router::subscriber) has its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubscriberId(pub(super) u32);

impl SubscriberId {
    /// The position in [`Router::subscribers`](crate::Router::subscribers).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
