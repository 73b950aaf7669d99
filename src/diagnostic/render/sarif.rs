//! SARIF 2.1.0, which code-scanning services read: one run with the rules that occur and a result for each diagnostic.

use crate::diagnostic::{Code, Diagnostic, Label, Sources, Suppression};
use serde_json::Value as Json;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;

/// All diagnostics as one document.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|one| one.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let results: Vec<Json> = diagnostics.iter().map(|one| result(one, &codes, sources)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "dadar",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().copied().map(rule).collect::<Vec<Json>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: Code) -> Json {
    let page = code.page();
    json!({
        "id": code.as_str(),
        "name": code.slug(),
        "shortDescription": {"text": first_sentence(page)},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": code.severity().as_str()},
    })
}

/// The first line of text on a page, without heading marks.
fn first_sentence(page: &str) -> &str {
    page.lines().map(|line| line.trim_start_matches('#').trim()).find(|line| !line.is_empty()).unwrap_or("")
}

fn result(diagnostic: &Diagnostic, codes: &[Code], sources: &Sources) -> Json {
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        let _ = write!(text, "\n{help}");
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or(0),
        "level": diagnostic.severity().as_str(),
        "message": {"text": text},
    });
    if let Some(place) = diagnostic.primary.as_ref().and_then(|label| location(label, None, sources)) {
        set(&mut result, "locations", json!([place]));
    }
    let related = diagnostic.secondary.iter().enumerate();
    let related: Vec<Json> = related.filter_map(|(n, label)| location(label, Some(n), sources)).collect();
    if !related.is_empty() {
        set(&mut result, "relatedLocations", Json::Array(related));
    }
    if let Some(suppression) = &diagnostic.suppression {
        set(&mut result, "suppressions", json!([suppressed(suppression, sources)]));
    }
    result
}

/// A comment in a rule file, or a setting of the rule set.
fn suppressed(suppression: &Suppression, sources: &Sources) -> Json {
    let mut suppressed = json!({"kind": "inSource"});
    if !suppression.reason.is_empty() {
        set(&mut suppressed, "justification", json!(suppression.reason));
    }
    let label = Label { span: suppression.span, text: String::new() };
    if let Some(place) = location(&label, None, sources) {
        set(&mut suppressed, "location", place);
    }
    suppressed
}

fn location(label: &Label, number: Option<usize>, sources: &Sources) -> Option<Json> {
    let file = sources.get(label.span.file)?;
    let (start, end) = (file.position(label.span.start), file.position(label.span.end));
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&file.path)},
        "region": {
            "startLine": start.line, "startColumn": start.column,
            "endLine": end.line, "endColumn": end.column,
        },
    }});
    if let Some(number) = number {
        set(&mut location, "id", json!(number));
    }
    if !label.text.is_empty() {
        set(&mut location, "message", json!({"text": label.text}));
    }
    Some(location)
}

/// Sets a member of an object.
fn set(object: &mut Json, key: &str, value: Json) {
    if let Json::Object(members) = object {
        members.insert(key.to_owned(), value);
    }
}

/// A path as a URI reference: relative ones stay relative.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./");
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
