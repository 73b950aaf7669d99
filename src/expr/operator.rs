//! The operators of the language.

/// Arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Functions with a body that is evaluated for each element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Quantifier {
    Any,
    /// `any` with a condition that only tests the element and its parts, so that the graph can index it. It reads each
    /// element once and makes nothing, so it has no budget of its own.
    AnyTest,
    All,
    None,
    Count,
    Filter,
    Map,
}

impl Quantifier {
    /// Its name in the language.
    pub const fn name(self) -> &'static str {
        match self {
            Quantifier::Any | Quantifier::AnyTest => "any",
            Quantifier::All => "all",
            Quantifier::None => "none",
            Quantifier::Count => "count",
            Quantifier::Filter => "filter",
            Quantifier::Map => "map",
        }
    }
}

impl Arithmetic {
    /// As it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Remainder => "%",
            Arithmetic::Power => "^",
        }
    }
}

impl Comparison {
    /// As it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterEqual => ">=",
        }
    }
}
