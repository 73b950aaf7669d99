//! Blocks of YAML, in the documents and on the pages of the codes.

use super::document::{Block, Document};
use super::{documents, files, none, root};
use dadar::diagnostic::Code;
use dadar::suite;
use dadar::{LoadOptions, load_strings};
use std::collections::BTreeSet;

/// The problem of a block; `page` is the code whose page contains it. `yaml test error CODE` is checked against the first rule set
/// of the page.
fn fault(block: &Block, page: Option<Code>, blocks: &[Block]) -> Option<String> {
    let words: Vec<&str> = block.fence.split(' ').collect();
    let (codes, wanted) = match words.as_slice() {
        ["yaml"] => (rule_set(&block.body), None),
        ["yaml", "error"] if page.is_some() => (rule_set(&block.body), page),
        ["yaml", "error", code] => (rule_set(&block.body), Some(Code::parse(code).unwrap())),
        ["yaml", "test"] => (test_file(&block.body, None), None),
        ["yaml", "test", "error"] => (test_file(&block.body, None), Some(Code::BadTest)),
        ["yaml", "test", "error", code] => {
            let rules = blocks.iter().find(|block| block.fence == "yaml").unwrap();
            (test_file(&block.body, Some(&rules.body)), Some(Code::parse(code).unwrap()))
        }
        ["yaml", ..] | ["yml", ..] => return Some(format!("{}: what is `{}`?", block.place, block.fence)),
        _ => return None,
    };
    let found: BTreeSet<Code> = codes.iter().map(|(code, _)| *code).collect();
    let fine = found.iter().eq(wanted.iter());
    (!fine).then(|| format!("{}: wanted {wanted:?}, found {codes:#?}", block.place))
}

type Found = Vec<(Code, String)>;

fn rule_set(text: &str) -> Found {
    let loaded = load_strings("docs", [("rules.yaml", text)]);
    loaded.diagnostics.into_iter().map(|one| (one.code, one.message)).collect()
}

fn test_file(text: &str, rules: Option<&str>) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docs.test.yaml");
    std::fs::write(&path, text).unwrap();
    let mut suite = suite::load(&[path], &LoadOptions::default());
    let rules = rules.map(|rules| load_strings("docs", [("rules.yaml", rules)]).rule_set.unwrap());
    rules.iter().for_each(|rules| suite.check_names(rules));
    suite.diagnostics.into_iter().map(|one| (one.code, one.message)).collect()
}

#[test]
fn rule_sets_of_the_documents_load() {
    let blocks: Vec<Block> = documents().iter().flat_map(Document::blocks).collect();
    assert!(blocks.len() > 30);
    none(blocks.iter().filter_map(|block| fault(block, None, &blocks)).collect());
}

#[test]
fn pages_show_what_is_wrong_and_what_is_right() {
    let mut faults = Vec::new();
    let pages = files("src/diagnostic/pages", "md");
    assert_eq!(pages.len(), Code::ALL.len());
    for path in pages {
        let page = Document::read(&path);
        let code = path.file_stem().and_then(|stem| Code::parse(stem.to_str()?)).unwrap();
        let blocks = page.blocks();
        faults.extend(blocks.iter().filter_map(|block| fault(block, Some(code), &blocks)));
        // No rule set is known that leads to a bug of the formatter.
        if blocks.len() < 2 && code != Code::NotFormatted {
            faults.push(format!("{}: a page shows what is wrong and what is right", page.name()));
        }
    }
    none(faults);
}

/// The table of values that need quotes: each line is wrong in the first form and right in the second.
#[test]
fn lines_that_need_quotes() {
    let document = Document::read(&root().join("docs/language.md"));
    let (_, rest) = document.text.split_once("| written | problem | write |\n| --- | --- | --- |\n").unwrap();
    let rows: Vec<&str> = rest.lines().take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 5);
    let rule = |line: &str| {
        let when = if line.starts_with("any:") { "when:\n      " } else { "" };
        rule_set(&format!("rules:\n  - name: r\n    subscribers: [s]\n    {when}{line}\n"))
    };
    let mut faults = Vec::new();
    for row in rows {
        let code = |cell: &str| cell.trim().trim_matches('`').to_owned();
        let cells: Vec<String> = row.trim_matches('|').split(" | ").map(code).collect();
        if rule(&cells[0]).is_empty() {
            faults.push(format!("`{}` is right as it is", cells[0]));
        }
        faults.extend(rule(&cells[2]).into_iter().map(|(_, message)| format!("`{}`: {message}", cells[2])));
    }
    none(faults);
}
