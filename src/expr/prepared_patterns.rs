//! The compiled patterns of a rule set.

use super::functions::{Prepare, PrepareError};
use super::{Function, Prepared};
use crate::event::Json;
use std::collections::HashMap;

/// The patterns of a rule set that have already been compiled, so that rules with equal patterns share them.
#[derive(Debug, Default)]
pub struct PreparedPatterns {
    /// By the function's name and its literal arguments.
    known: HashMap<(&'static str, String), Prepared>,
}

impl PreparedPatterns {
    /// Prepares a call; a pattern that was compiled for an equal call is shared.
    pub(crate) fn prepare(
        &mut self,
        function: &'static Function,
        call: &Prepare<'_>,
    ) -> Result<Prepared, PrepareError> {
        let list = function.prepare_list.zip(call.args.get(1).copied().flatten().and_then(Json::as_array));
        if list.is_none() && function.prepare.is_none() {
            return Ok(Prepared::None);
        }
        let literals: String =
            call.args.iter().map(|literal| literal.map_or_else(String::new, Json::to_string) + ",").collect();
        let key = (function.name, literals);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let prepared = match (list, function.prepare) {
            (Some((prepare, items)), _) => prepare(items)?,
            (None, Some(prepare)) => prepare(call)?,
            (None, None) => Prepared::None,
        };
        let is_shared = matches!(
            prepared,
            Prepared::Regex(_)
                | Prepared::Replace(..)
                | Prepared::Capture(..)
                | Prepared::Glob(_)
                | Prepared::Cidr(_)
                | Prepared::AnyOf(_)
        );
        if is_shared {
            self.known.insert(key, prepared.clone());
        }
        Ok(prepared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_patterns_are_compiled_once() {
        let mut patterns = PreparedPatterns::default();
        let mut known_after = |name: &str, args: &[Option<&Json>]| {
            let call = Prepare { args, lookups: &HashMap::new() };
            patterns.prepare(crate::expr::functions::find(name).unwrap(), &call).map(|_| patterns.known.len())
        };
        let (a, b, broken) = (Json::from("a+"), Json::from("b+"), Json::from("("));
        assert_eq!(known_after("matches", &[None, Some(&a)]).ok(), Some(1));
        assert_eq!(known_after("matches", &[None, Some(&a)]).ok(), Some(1));
        assert_eq!(known_after("matches", &[None, Some(&b)]).ok(), Some(2));
        assert_eq!(known_after("glob", &[None, Some(&b)]).ok(), Some(3));
        assert_eq!(known_after("regex_replace", &[None, Some(&a), Some(&a)]).ok(), Some(4));
        assert_eq!(known_after("regex_replace", &[None, Some(&a), Some(&b)]).ok(), Some(5));
        assert!(known_after("matches", &[None, Some(&broken)]).is_err());
        assert_eq!(known_after("hour", &[None, Some(&Json::from("UTC"))]).ok(), Some(5));
    }
}
