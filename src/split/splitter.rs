//! The search for the list of events in a line.

use super::Batch;
use crate::event::{Captures, Fault, Found, Limits, Mode, RawPath, Tag, Trie, Value, decode, scan};
use crate::expr::{PathId, PathTable, Root};
use bumpalo::Bump;

/// Finds the list of events in a line.
#[derive(Clone, Debug)]
pub(crate) struct Splitter {
    trie: Trie,
    /// The slots of the lists, which come first.
    lists: usize,
    /// The paths from `batch` that are read, ascending. Their slots follow those of the lists.
    paths: Vec<PathId>,
}

/// What a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Located<'l> {
    /// One event.
    Event,
    /// A list of events: its text, with the brackets.
    List(&'l [u8]),
}

impl Splitter {
    /// `None` if the rule set does not split lines. `paths` are all paths that it reads.
    pub(crate) fn new(split: &[RawPath], paths: &PathTable) -> Option<Splitter> {
        if split.is_empty() {
            return None;
        }
        let below_batch = (0..).map(PathId).zip(paths.as_slice()).filter(|(_, path)| path.root == Root::Batch);
        let (ids, below): (Vec<PathId>, Vec<&RawPath>) = below_batch.map(|(id, path)| (id, &path.steps)).unzip();
        let mut trie = Trie::new(split.iter().chain(below).map(Vec::as_slice));
        if split.iter().any(Vec::is_empty) {
            trie.take_arrays();
        }
        Some(Splitter { trie, lists: split.len(), paths: ids })
    }

    /// Memory for [`Splitter::locate`].
    pub(crate) fn captures(&self) -> Captures {
        Captures::new(&self.trie)
    }

    /// Reads a line: in strict mode all of it, so that a line that is no valid JSON has no events.
    pub(crate) fn locate<'l>(
        &self,
        line: &'l [u8],
        mode: Mode,
        limits: Limits,
        captures: &mut Captures,
    ) -> Result<Located<'l>, Fault> {
        scan(&self.trie, line, mode, limits, captures)?;
        let list = (0..self.lists).map(|slot| captures.get(slot)).find(|found| found.tag == Tag::Array);
        let text = list.and_then(|list| line.get(list.start..list.end));
        Ok(text.map_or(Located::Event, Located::List))
    }

    /// The values below `batch` of the line that was located last.
    pub(crate) fn batch<'a>(&'a self, line: &'a [u8], captures: &Captures, arena: &'a Bump) -> Batch<'a> {
        let value = |at: usize| decode(line, captures.get(self.lists + at), arena);
        let values = arena.alloc_slice_fill_iter((0..self.paths.len()).map(value));
        Batch { paths: &self.paths, values, bytes: self.bytes(line), tree: Value::Null }
    }

    /// As [`Splitter::batch`], by walking through the line as a tree. `paths` are those of [`Splitter::new`].
    pub(crate) fn batch_of_tree<'a>(&'a self, line: &'a [u8], paths: &PathTable, arena: &'a Bump) -> Batch<'a> {
        let whole = Found { tag: Tag::Object, start: 0, end: line.len() };
        let tree = if self.paths.is_empty() { Value::Null } else { decode(line, whole, arena) };
        let value = |id: &PathId| paths.get(*id).map_or(Value::Null, |path| tree.walk(&path.steps));
        let values = arena.alloc_slice_fill_iter(self.paths.iter().map(value));
        Batch { paths: &self.paths, values, bytes: self.bytes(line), tree }
    }

    fn bytes(&self, line: &[u8]) -> usize {
        if self.paths.is_empty() { 0 } else { line.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Located, Splitter};
    use crate::event::{Limits, Mode, RawPath, Step};
    use crate::expr::PathTable;

    fn path(keys: &[&str]) -> RawPath {
        keys.iter().map(|key| Step::Key((*key).into())).collect()
    }

    fn located(split: &[RawPath], line: &str, mode: Mode) -> String {
        let splitter = Splitter::new(split, &PathTable::default()).unwrap();
        match splitter.locate(line.as_bytes(), mode, Limits::default(), &mut splitter.captures()) {
            Ok(Located::Event) => String::from("event"),
            Ok(Located::List(text)) => String::from_utf8_lossy(text).into_owned(),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn the_first_list_is_split() {
        let split = [path(&["a", "b"]), path(&["c"])];
        for mode in [Mode::Strict, Mode::Trusted] {
            let cases = [
                (r#"{"a":{"b":[1, 2]},"c":[3]}"#, "[1, 2]"),
                (r#"{"a":{"b":5},"c":[3]}"#, "[3]"),
                (r#"{"a":{"b":null},"c":{}}"#, "event"),
                (r#"{"c":[ ]}"#, "[ ]"),
                (r#"{}"#, "event"),
                ("[1]", "not a JSON object at byte 0"),
            ];
            for (line, expected) in cases {
                assert_eq!(located(&split, line, mode), expected, "{line} {mode:?}");
            }
        }
        assert_eq!(located(&split, r#"{"c":[1],"c":[2]}"#, Mode::Strict), "[2]");
        assert_eq!(located(&split, r#"{"c":[1],"d":tru}"#, Mode::Strict), "expected a value at byte 13");
        assert_eq!(located(&split, r#"{"c":[1,tru],"d":1}"#, Mode::Trusted), "expected a value at byte 8");
    }

    #[test]
    fn a_line_may_be_a_list() {
        let split = [RawPath::new(), path(&["c"])];
        for mode in [Mode::Strict, Mode::Trusted] {
            assert_eq!(located(&split, r#" [{"x":1}, 2] "#, mode), r#"[{"x":1}, 2]"#);
            assert_eq!(located(&split, "[]", mode), "[]");
            assert_eq!(located(&split, r#"{"c":[3]}"#, mode), "[3]");
            assert_eq!(located(&split, "{}", mode), "event");
            assert_eq!(located(&split, "5", mode), "not a JSON object at byte 0");
        }
        assert_eq!(located(&split, "[1,]", Mode::Strict), "expected a value at byte 3");
        assert_eq!(located(&split, "[1] 2", Mode::Strict), "trailing characters after the object at byte 4");
    }
}
