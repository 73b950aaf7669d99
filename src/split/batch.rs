//! The values below `batch`.

use crate::event::Value;
use crate::expr::PathId;

/// The values below `batch` for all events of one line. It is empty if the rule set does not split lines.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Batch<'a> {
    /// The paths from `batch` that are read, ascending.
    pub(super) paths: &'a [PathId],
    /// By position in `paths`: the value.
    pub(super) values: &'a [Value<'a>],
    /// The length of the line, if `batch` is read.
    pub(crate) bytes: usize,
    /// The line as a tree, for the interpreter alone.
    pub(crate) tree: Value<'a>,
}

impl<'a> Batch<'a> {
    /// That of a rule set that does not split lines.
    pub(crate) const NONE: Batch<'static> = Batch { paths: &[], values: &[], bytes: 0, tree: Value::Null };

    /// The value at a path.
    pub(crate) fn get(&self, path: PathId) -> Value<'a> {
        let at = self.paths.binary_search(&path).ok();
        at.and_then(|at| self.values.get(at)).copied().unwrap_or_default()
    }
}
