//! A document: its fenced blocks, its hidden files, its links.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A fenced block.
pub(crate) struct Block {
    /// The text after the opening fence.
    pub(crate) fence: String,
    /// The content.
    pub(crate) body: String,
    /// `README.md:12`, for messages.
    pub(crate) place: String,
}

impl Document {
    pub(crate) fn read(path: &Path) -> Document {
        Document { path: path.to_owned(), text: std::fs::read_to_string(path).unwrap() }
    }

    /// As shown in messages.
    pub(crate) fn name(&self) -> String {
        self.path.strip_prefix(super::root()).unwrap_or(&self.path).display().to_string()
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let Some(fence) = line.strip_prefix("```") else { continue };
            let body: String = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```")
                .map(|line| format!("{line}\n"))
                .collect();
            blocks.push(Block { fence: fence.to_owned(), body, place: format!("{}:{}", self.name(), number + 1) });
        }
        blocks
    }

    /// The files in `<!-- file NAME` … `-->`: names and contents.
    pub(crate) fn hidden_files(&self) -> Vec<(&str, &str)> {
        let comments = self.text.split("<!-- file ").skip(1);
        comments.map(|rest| rest.split_once("\n-->").unwrap().0.split_once('\n').unwrap()).collect()
    }

    /// The targets of all links.
    pub(crate) fn links(&self) -> Vec<String> {
        let targets = self.text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        targets.map(|(target, _)| target.to_owned()).collect()
    }

    /// The anchors that GitHub gives to headings.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let headings = self.text.lines().filter(|line| line.starts_with('#'));
        let anchor = |line: &str| -> String {
            let text = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            text.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
        };
        headings.map(anchor).collect()
    }
}

/// Changes a document in its file. Tests run in parallel, so each reads it again.
pub(crate) fn rewrite(path: &Path, change: impl FnOnce(String) -> String) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for document in super::documents() {
        for link in document.links().iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, a)| (path, Some(a)));
            let target = if path.is_empty() { document.path.clone() } else { document.path.with_file_name(path) };
            let found = target.exists()
                && anchor.is_none_or(|anchor| Document::read(&target).anchors().iter().any(|known| known == anchor));
            if !found {
                faults.push(format!("{}: `{link}` leads nowhere", document.name()));
            }
        }
    }
    super::none(faults);
}
