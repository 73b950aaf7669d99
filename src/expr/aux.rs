//! What is prepared of a function call when the rules are loaded: compiled patterns, resolved zones and tables.

/// Prepared data of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Aux {
    /// Nothing.
    None,
}
