//! The fingerprint in the version of a rule set.

use crate::rules::files::FileRef;
use sha2::{Digest, Sha256};

/// The first 12 hex digits of the SHA-256 over all files in the order of their paths. Each part is preceded by its
/// length, so that different sets of files hash different bytes.
pub(super) fn fingerprint(files: &[(FileRef, Vec<u8>)]) -> String {
    let mut hasher = Sha256::new();
    for (file, bytes) in files {
        for part in [file.path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
