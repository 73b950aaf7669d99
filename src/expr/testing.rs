//! Helpers for tests of expressions: they compile a text on its own, and evaluate it on an event.

use super::{
    DefineId, Env, ExprKind, LookupId, LookupInfo, Path, PathId, PathTable, PreparedPatterns, Root, Scope, Typed,
    compile_text, evaluate,
};
use crate::diagnostic::{FileId, Span, Text};
use crate::event::{Json, Type, Value};
use bumpalo::Bump;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// The clock of the tests, as an instant and as text.
pub(crate) const NOW: &str = "2026-01-10T07:30:00Z";

/// An event that has data alone; its id is `evt-1`, its time the second event of 1970.
pub(crate) struct Event<'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) data: Value<'a>,
    pub(crate) paths: &'a PathTable,
}

impl<'a> Env<'a> for Event<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        match self.paths.get(path) {
            Some(Path { root: Root::Data, steps }) => self.data.walk(steps),
            Some(Path { root: Root::Now, .. }) => Value::String(NOW),
            Some(Path { root: Root::Time, .. }) => Value::int(1),
            _ => Value::Null,
        }
    }

    fn is_present(&mut self, path: PathId) -> bool {
        match self.paths.get(path) {
            Some(Path { root: Root::Data, steps }) => self.data.has(steps),
            _ => false,
        }
    }

    fn define(&mut self, _: DefineId) -> Value<'a> {
        Value::Null
    }

    fn zone(&self) -> &'a TimeZone {
        const { &TimeZone::UTC }
    }

    /// The table, the column and the number of keys, as digits.
    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        Value::int(i128::from(table.0) * 100 + i128::from(column) * 10 + key.len() as i128)
    }

    fn event_id(&mut self) -> Value<'a> {
        Value::String("evt-1")
    }
}

/// `customers` by one key, `a.b` by two.
pub(crate) fn lookups() -> HashMap<String, LookupInfo> {
    let info = |id, keys, columns: &[&str]| LookupInfo {
        id: LookupId(id),
        keys,
        columns: columns.iter().map(ToString::to_string).collect(),
    };
    [("customers".to_owned(), info(1, 1, &["tier", "score"])), ("a.b".to_owned(), info(2, 2, &["c.d"]))].into()
}

/// Compiles a text that is not in a file. The error is the first problem in it.
pub(crate) fn compiled(source: &str, paths: &mut PathTable) -> Result<Typed, String> {
    let mut diagnostics = Vec::new();
    let roots = Root::ALL.map(|(_, root)| root);
    let mut scope = Scope {
        paths,
        defines: &HashMap::new(),
        define_types: &[],
        lookups: &lookups(),
        patterns: &mut PreparedPatterns::default(),
        zone: &TimeZone::UTC,
        type_of: &|_| Type::ANY,
        roots: &roots,
    };
    let text = Text::verbatim(source, Span::new(FileId(0), 0, source.len()));
    let typed = compile_text(&text, &mut scope, ExprKind::Value, &mut diagnostics);
    typed.ok_or_else(|| diagnostics.iter().map(|d| d.message.as_str()).collect::<Vec<_>>().join("; "))
}

/// The value of an expression on an event with this data.
pub(crate) fn value_of(source: &str, data: &Json) -> Result<Json, String> {
    let mut paths = PathTable::default();
    let typed = compiled(source, &mut paths)?;
    let arena = Bump::new();
    let data = Value::from_json(data, &arena);
    Ok(evaluate(&typed, &mut Event { arena: &arena, data, paths: &paths }).to_json())
}

/// Equality as the language has it: `1` is `1.0`.
pub(crate) fn same(a: &Json, b: &Json) -> bool {
    let arena = Bump::new();
    Value::from_json(a, &arena) == Value::from_json(b, &arena)
}
