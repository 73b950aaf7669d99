//! From an offset to the innermost node.

use super::*;

/// The way to the node at an offset: `rules/0/when`, a key as `rules/0/(when)`.
fn way(document: &YamlDocument, offset: usize) -> String {
    let step = |step: &NodeStep<'_>| match step {
        NodeStep::Value(entry) => entry.key.text.value.clone(),
        NodeStep::Key(entry) => format!("({})", entry.key.text.value),
        NodeStep::Item(at) => at.to_string(),
    };
    let found = document.node_at(offset as u32);
    found.map_or_else(|| String::from("-"), |found| found.steps.iter().map(step).collect::<Vec<_>>().join("/"))
}

#[test]
fn keys_values_and_items() {
    let text = "# c\nrules:\n  - name: a\n    when: x\n  - [1, {k: v}]\nlast: |\n  text\n";
    let document = parse(FileId(0), text, YamlLimits::default(), &mut Vec::new());
    let at = |word: &str| way(&document, text.find(word).unwrap());
    assert_eq!(at("rules"), "(rules)");
    assert_eq!(at("name"), "rules/0/(name)");
    assert_eq!(at("x\n"), "rules/0/when");
    assert_eq!(at("1,"), "rules/1/0");
    assert_eq!(at("v}"), "rules/1/1/k");
    assert_eq!(at("k:"), "rules/1/1/(k)");
    assert_eq!(at("text"), "last");
    assert_eq!(at("# c"), "-");
    assert_eq!(way(&document, text.len() + 5), "-");
}

#[test]
fn copies_by_aliases_are_found_at_their_anchor() {
    let text = "a: &x {k: v}\nb: *x\nc: {<<: *x, l: m}\n";
    let document = parse(FileId(0), text, YamlLimits::default(), &mut Vec::new());
    let at = |word: &str| way(&document, text.find(word).unwrap());
    assert_eq!(at("v}"), "a/k");
    assert_eq!(at("*x\n"), "");
    assert_eq!(at("m}"), "c/l");
    assert_eq!(at("<<"), "c");
}

fn scalars<'n>(node: &'n YamlNode, out: &mut Vec<&'n YamlNode>) {
    match &node.kind {
        YamlKind::Scalar(_) => out.push(node),
        YamlKind::Sequence(items) => items.iter().for_each(|item| scalars(item, out)),
        YamlKind::Mapping(entries) => entries.iter().for_each(|entry| scalars(&entry.value, out)),
    }
}

#[test]
fn every_scalar_of_the_examples_is_found_at_each_of_its_bytes() {
    for text in [include_str!("../../rules/tests/rules.yaml"), include_str!("../../rules/tests/tables.yaml")] {
        let document = parse(FileId(0), text, YamlLimits::default(), &mut Vec::new());
        let mut all = Vec::new();
        scalars(document.root.as_ref().unwrap(), &mut all);
        assert!(all.len() > 10);
        for node in all.into_iter().filter(|node| node.span.start < node.span.end) {
            for offset in node.span.start..node.span.end {
                let found = document.node_at(offset).unwrap();
                assert_eq!(found.node.span, node.span, "{}", covered(text, node.span));
            }
        }
    }
}
