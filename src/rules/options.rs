//! What loading may read, and from where.

use std::path::{Path, PathBuf};

/// How to load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadOptions {
    /// A folder that files may lie in, besides the rule set's own. `None`: the one that `root` in the `ruleset:`
    /// section names, if any.
    pub root: Option<PathBuf>,
    /// What may be read.
    pub limits: LoadLimits,
}

impl LoadOptions {
    /// The default options with a root.
    pub fn rooted(root: impl Into<PathBuf>) -> LoadOptions {
        LoadOptions { root: Some(root.into()), ..LoadOptions::default() }
    }

    /// These options for the tests of a rule set, which may name files wherever the rules may: `root` is
    /// [`Loaded::root`].
    #[must_use]
    pub fn within(&self, root: Option<&Path>) -> LoadOptions {
        LoadOptions { root: root.map(Path::to_path_buf).or_else(|| self.root.clone()), ..self.clone() }
    }
}

/// What loading a rule set may read and report. Beyond a limit there is a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadLimits {
    /// Bytes in one file; 16 MiB by default, 4 GiB at most.
    pub file_bytes: u64,
    /// Bytes in all files together, each counted as often as it is read; 1 GiB by default.
    pub total_bytes: u64,
    /// Files and folders below the rule set's; 100,000 by default.
    pub files: usize,
    /// Diagnostics that are kept; 100,000 by default.
    pub diagnostics: usize,
}

impl Default for LoadLimits {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, total_bytes: 1 << 30, files: 100_000, diagnostics: 100_000 }
    }
}

impl LoadLimits {
    /// The limit for one file, as far as places in a file can be numbered.
    pub(super) fn file_bytes(&self) -> u64 {
        self.file_bytes.min(u64::from(u32::MAX))
    }
}
