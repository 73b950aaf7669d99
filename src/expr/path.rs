//! Paths into an event, and the table of all paths of a rule set.

use crate::event::Step;
use std::collections::HashMap;

/// The number of a path in a [`PathTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub u32);

/// The start of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// The raw event.
    Event,
    /// The payload, as the envelope has it.
    Data,
    /// The headers, as the envelope has them.
    Headers,
    /// The topic (a string).
    Topic,
    /// The event's id.
    Id,
    /// The event's time.
    Time,
    /// The clock.
    Now,
    /// The element that a transform's `for_each` is at. (Within `any`, `all`, `filter`, `map`, `it` is theirs.)
    It,
    /// The whole line, in a rule set that makes several events of one.
    Batch,
}

impl Root {
    /// Every root, by the name it has in the language. `it` is not among them: it exists only in a `for_each`.
    pub const ALL: [(&'static str, Root); 8] = [
        ("event", Root::Event),
        ("data", Root::Data),
        ("headers", Root::Headers),
        ("topic", Root::Topic),
        ("id", Root::Id),
        ("time", Root::Time),
        ("now", Root::Now),
        ("batch", Root::Batch),
    ];

    /// Its name in the language.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, root)| *root == self).map_or("it", |(name, _)| name)
    }
}

/// A path from a root. `topic`, `id`, `time` and `now` have no steps (steps into them are an error at load).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// Its start.
    pub root: Root,
    /// The steps from there.
    pub steps: Vec<Step>,
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.root.name())?;
        self.steps.iter().try_for_each(|step| write!(f, "{step}"))
    }
}

/// Every path that a rule set reads, each once.
#[derive(Clone, Debug, Default)]
pub struct PathTable {
    paths: Vec<Path>,
    numbers: HashMap<Path, PathId>,
}

impl PathTable {
    /// The number of a path, which is added if it is new.
    pub fn intern(&mut self, path: Path) -> PathId {
        if let Some(id) = self.numbers.get(&path) {
            return *id;
        }
        let id = PathId(self.paths.len() as u32);
        self.paths.push(path.clone());
        self.numbers.insert(path, id);
        id
    }

    /// The path of a number.
    pub fn get(&self, id: PathId) -> Option<&Path> {
        self.paths.get(id.0 as usize)
    }

    /// The first `count` paths.
    #[must_use]
    pub fn first(&self, count: usize) -> PathTable {
        let paths: Vec<Path> = self.paths.iter().take(count).cloned().collect();
        let numbers = (0..).map(PathId).zip(&paths).map(|(id, path)| (path.clone(), id)).collect();
        PathTable { paths, numbers }
    }

    /// All paths; the position of a path is its number.
    pub fn as_slice(&self) -> &[Path] {
        &self.paths
    }
}
