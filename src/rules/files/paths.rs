//! Paths with `/`, as rule sets write and show them.

use std::path::{Component, Path};

/// `named`, relative to `folder`.
pub(super) fn joined(folder: &str, named: &str) -> String {
    if folder.is_empty() || named.starts_with('/') { named.to_owned() } else { format!("{folder}/{named}") }
}

/// The folder part of a path; empty for a file at the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path without `.` and `..`; `None` if it leads above the top.
pub(super) fn normal(path: &str) -> Option<String> {
    let path = lexical(path);
    (path != ".." && !path.starts_with("../") && !path.starts_with('/')).then_some(path)
}

/// A path without `.`, and with `..` only at its beginning.
pub(super) fn lexical(path: &str) -> String {
    let absolute = Path::new(path).is_absolute() && !path.starts_with("//");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// The absolute path `to` relative to the absolute folder `from`, with `/`.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let to_parts: Vec<Component<'_>> = to.components().collect();
    let from_parts: Vec<Component<'_>> = from.components().collect();
    let shared = to_parts.iter().zip(&from_parts).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(String::from(".."), from_parts.len() - shared);
    let down = to_parts.iter().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_folders() {
        let cases =
            [("/a/b", "/a/b/c/d", "c/d"), ("/a/b", "/a/c", "../c"), ("/a/b", "/x", "../../x"), ("/", "/x", "x")];
        for (from, to, path) in cases {
            assert_eq!(relative(Path::new(from), Path::new(to)), path);
        }
    }

    #[test]
    fn dots_are_resolved_lexically() {
        let cases = [("a/./b/../c", "a/c"), ("../a", "../a"), ("a/../../b", "../b"), ("/a/../../b", "/b")];
        for (path, plain) in cases {
            assert_eq!(lexical(path), plain);
        }
        assert_eq!(normal("a/../.."), None);
    }
}
