//! Recognises folders that contain several rule sets.

use super::{ParsedFile, is_key, location};
use crate::rules::files::FileRef;
use crate::yaml::YamlNode;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folders of the rule sets, if there are several: each has a `ruleset` section, and no rule file is above them.
pub(super) fn rule_set_folders(parsed: &[ParsedFile]) -> Vec<PathBuf> {
    let has_head =
        |parsed: &&ParsedFile| parsed.node.iter().flat_map(YamlNode::entries).any(|entry| is_key(entry, &["ruleset"]));
    let heads: Vec<&FileRef> = parsed.iter().filter(has_head).map(|parsed| &parsed.file).collect();
    let folders = |file: &FileRef| -> Vec<String> {
        file.path.rsplit_once('/').map_or_else(Vec::new, |(folder, _)| folder.split('/').map(String::from).collect())
    };
    let [first, ..] = heads.as_slice() else { return Vec::new() };
    let mut common = folders(first);
    for head in &heads {
        let own = folders(head);
        let shared = common.iter().zip(&own).take_while(|(a, b)| a == b).count();
        common.truncate(shared);
    }
    let above = |file: &FileRef| common.starts_with(&folders(file));
    if parsed.iter().any(|parsed| above(&parsed.file)) {
        return Vec::new();
    }
    let below = |file: &&FileRef| -> Option<PathBuf> {
        let depth = folders(file).len().checked_sub(common.len() + 1)?;
        let location = location(file);
        location.ancestors().nth(depth + 1).map(Path::to_path_buf)
    };
    let sets: BTreeSet<PathBuf> = heads.iter().filter_map(below).collect();
    if sets.len() > 1 { sets.into_iter().collect() } else { Vec::new() }
}
