//! Options of loading: where files may be, limits, overlays and cancellation.

use super::cancellation::Cancellation;
use crate::read::Overlay;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Options of loading.
///
/// ```
/// use dadar::{LoadLimits, LoadOptions, load};
/// use std::path::Path;
///
/// let folder = Path::new("rules/payments");
/// let unsaved = "rules: [{name: all, subscribers: [audit]}]";
/// let options = LoadOptions::default()
///     .limits(LoadLimits::default().file_bytes(1 << 20))
///     .overlay(folder.join("unsaved.yaml"), unsaved);
/// let loaded = load(folder, &options);
/// assert!(loaded.rule_set.is_some_and(|rules| rules.rules.iter().any(|rule| &*rule.name.text == "all")));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadOptions {
    pub(crate) root: Option<PathBuf>,
    pub(crate) limits: LoadLimits,
    pub(crate) overlay: Overlay,
    pub(crate) cancellation: Cancellation,
}

impl LoadOptions {
    /// The default options with a root.
    pub fn rooted(root: impl Into<PathBuf>) -> LoadOptions {
        LoadOptions::default().root(root)
    }

    /// A folder in which files may be, besides the rule set's own. Without it, the one that `root` in the `ruleset:` section
    /// names, if any.
    #[must_use]
    pub fn root(self, root: impl Into<PathBuf>) -> LoadOptions {
        LoadOptions { root: Some(root.into()), ..self }
    }

    /// The limits for files and diagnostics.
    #[must_use]
    pub fn limits(self, limits: LoadLimits) -> LoadOptions {
        LoadOptions { limits, ..self }
    }

    /// Uses `text` instead of the content of a file on disk, as for a file in an editor that is not saved. The file need not
    /// exist: a new rule file in the rule set's folder is found, and so is a lookup or schema that rules name.
    #[must_use]
    pub fn overlay(mut self, path: impl AsRef<Path>, text: impl Into<Arc<str>>) -> LoadOptions {
        self.overlay.insert(path.as_ref(), text);
        self
    }

    /// Stops loading soon after `check` returns true: it is called before each file, section and lookup, and for every
    /// 64 rules. The result is then marked as [`cancelled`](super::Loaded::cancelled).
    ///
    /// ```
    /// use dadar::{LoadOptions, load};
    /// use std::path::Path;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// let stop = Arc::new(AtomicBool::new(true));
    /// let flag = stop.clone();
    /// let options = LoadOptions::default().cancel_when(move || flag.load(Ordering::Relaxed));
    /// let loaded = load(Path::new("rules/payments"), &options);
    /// assert!(loaded.cancelled && loaded.rule_set.is_none());
    /// ```
    #[must_use]
    pub fn cancel_when(self, check: impl Fn() -> bool + Send + Sync + 'static) -> LoadOptions {
        LoadOptions { cancellation: Cancellation::when(check), ..self }
    }

    /// These options for the tests of a rule set, which may name the same files as the rules: `root` is
    /// [`Loaded::root`](super::Loaded::root).
    #[must_use]
    pub fn within(&self, root: Option<&Path>) -> LoadOptions {
        LoadOptions { root: root.map(Path::to_path_buf).or_else(|| self.root.clone()), ..self.clone() }
    }
}

/// The limits for loading a rule set. If a limit is exceeded, a diagnostic says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadLimits {
    /// Bytes in one file; 16 MiB by default, 4 GiB at most.
    pub file_bytes: u64,
    /// Bytes in all files together; a file counts each time that it is read; 1 GiB by default.
    pub total_bytes: u64,
    /// Files and folders in the folder of the rule set; 100,000 by default.
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
    /// Sets the limit for the bytes in one file.
    #[must_use]
    pub fn file_bytes(self, file_bytes: u64) -> LoadLimits {
        LoadLimits { file_bytes, ..self }
    }

    /// Sets the limit for the bytes in all files together.
    #[must_use]
    pub fn total_bytes(self, total_bytes: u64) -> LoadLimits {
        LoadLimits { total_bytes, ..self }
    }

    /// Sets the limit for files and folders.
    #[must_use]
    pub fn files(self, files: usize) -> LoadLimits {
        LoadLimits { files, ..self }
    }

    /// Sets the limit for diagnostics.
    #[must_use]
    pub fn diagnostics(self, diagnostics: usize) -> LoadLimits {
        LoadLimits { diagnostics, ..self }
    }

    /// The limit for one file. Offsets in a file are 32-bit numbers, so larger limits have no effect.
    pub(super) fn max_file_bytes(&self) -> u64 {
        self.file_bytes.min(u64::from(u32::MAX))
    }
}
