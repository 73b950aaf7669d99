//! Which module imports which, and the circles among them.

use crate::source::{Module, Source};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) type Edges = BTreeMap<String, BTreeSet<String>>;

/// The module that defines the item at a path; re-exports are followed.
pub(crate) fn resolve(path: &[String], sources: &BTreeMap<Module, Source>, depth: usize) -> Module {
    let mut module = Module::new();
    for (at, segment) in path.iter().enumerate() {
        let child: Module = module.iter().cloned().chain([segment.clone()]).collect();
        if sources.contains_key(&child) {
            module = child;
            continue;
        }
        let passed_on = sources.get(&module).and_then(|source| source.names.get(segment));
        if let (Some(passed_on), true) = (passed_on, depth < 16) {
            let further: Vec<String> = passed_on.iter().chain(&path[at + 1..]).cloned().collect();
            return resolve(&further, sources, depth + 1);
        }
        break;
    }
    module
}

/// The imports between the top-level modules, and between the files of each of them. A module's use of its own children is not an
/// import: they are part of it, and they may use its definitions.
pub(crate) fn imports(sources: &BTreeMap<Module, Source>) -> (Edges, Edges) {
    let (mut top, mut files) = (Edges::new(), Edges::new());
    for (module, source) in sources {
        let Some(own) = module.first() else { continue };
        top.entry(own.clone()).or_default();
        files.entry(module.join("::")).or_default();
        for target in source.mentions.iter().map(|path| resolve(path, sources, 0)) {
            let Some(other) = target.first().filter(|_| target != *module) else { continue };
            if other == own {
                if target.starts_with(module) {
                    continue;
                }
                files.entry(module.join("::")).or_default().insert(target.join("::"));
            } else {
                top.entry(own.clone()).or_default().insert(other.clone());
            }
        }
    }
    (top, files)
}

fn reached(from: &str, edges: &Edges) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(node) = open.pop() {
        for next in edges.get(&node).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

/// Sets of nodes that can all reach one another.
pub(crate) fn circles(edges: &Edges) -> BTreeSet<BTreeSet<String>> {
    let reach: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|node| (node, reached(node, edges))).collect();
    let leads = |from: &String, to: &String| reach.get(from).is_some_and(|set| set.contains(to));
    let circle =
        |node: &String| edges.keys().filter(|other| leads(node, other) && leads(other, node)).cloned().collect();
    edges.keys().filter(|node| leads(node, node)).map(circle).collect()
}

/// The nodes, each after all that it imports.
pub(crate) fn layers(edges: &Edges) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let reach = |node: &String| reached(node, edges);
    while done.len() < edges.len() {
        let is_ready = |node: &&String| {
            let set = reach(node);
            !done.contains(node)
                && set.iter().all(|other| done.contains(other) || reach(other).contains(*node) || other == *node)
        };
        let Some(next) = edges.keys().find(is_ready) else { break };
        done.push(next.clone());
    }
    done
}
