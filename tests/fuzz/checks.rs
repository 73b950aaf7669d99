//! Properties that must hold for any input: for the fuzz targets, and for the tests that replay their findings.

use bumpalo::Bump;
use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Diagnostic, FileId, SourceFile, Sources, Span, Text};
use dadar::load_strings;
use dadar::unstable::event::{Captures, Limits, Mode, Step, Tag, Trie, Value, decode, scan};
use dadar::unstable::interpreter::Interpreter;
use dadar::{Clock, Options, Router};

/// A rule file with any content.
pub(crate) fn yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let loaded = load_strings("fuzz", [("rules.yaml", text)]);
    assert!(loaded.rule_set.is_some() || !loaded.diagnostics.is_empty(), "refused without a word");
    shown(&loaded.diagnostics, &loaded.sources);
    if let Some(rules) = loaded.rule_set {
        Router::new(&rules).route(br#"{"type":"a","data":{"a":1}}"#);
    }
}

/// An expression, alone and as a condition.
pub(crate) fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("expression", text));
    let mut diagnostics = Vec::new();
    let whole = Span::new(file, 0, text.len());
    let parsed = dadar::unstable::expr::parse(&Text::verbatim(text, whole), &mut diagnostics);
    assert!(parsed.is_some() || !diagnostics.is_empty(), "refused without a word");
    shown(&diagnostics, &sources);
    let quoted = serde_json::to_string(text).unwrap_or_default();
    yaml(format!("rules: [{{name: r, when: {quoted}, subscribers: [s]}}]").as_bytes());
}

/// A line, scanned for a few paths.
pub(crate) fn scanner(data: &[u8]) {
    let field = |name: &str| Step::Key(name.into());
    let paths = [
        vec![field("a")],
        vec![field("a"), field("b")],
        vec![field("data"), field("amount")],
        vec![field("list"), Step::Index(1)],
        vec![field("é\"")],
        vec![field("list"), Step::Index(1), Step::Index(0)],
        vec![field("list"), Step::Index(3), field("a")],
        vec![field("data")],
        vec![field("")],
    ];
    // All paths, some of them without the prefixes `a` and `data`, and the whole event with one of its parts.
    compare_scans(data, &paths);
    compare_scans(data, &paths[1..7]);
    compare_scans(data, &[vec![], paths[2].clone()]);
}

/// Strict scans find the same values as serde_json; trusted ones do so if no key is repeated.
fn compare_scans(data: &[u8], paths: &[Vec<Step>]) {
    let trie = Trie::new(paths.iter().map(Vec::as_slice));
    let (mut strict, mut trusted) = (Captures::new(&trie), Captures::new(&trie));
    let limits = Limits::default();
    let read = scan(&trie, data, Mode::Strict, limits, &mut strict);
    let trusting = scan(&trie, data, Mode::Trusted, limits, &mut trusted);
    assert!(read.is_err() || trusting.is_ok(), "{trusting:?}");
    // serde_json accepts a depth of 128.
    let shallow = data.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() < 100;
    let object = if shallow { serde_json::from_slice::<serde_json::Value>(data).ok() } else { None };
    let object = object.filter(serde_json::Value::is_object);
    assert!(read.is_ok() || object.is_none(), "{read:?}");
    let unique = object.as_ref().is_some_and(|object| members(object) == colons(data));
    let arena = Bump::new();
    for (slot, path) in paths.iter().enumerate() {
        let (found, trusted) = (strict.get(slot), trusted.get(slot));
        for found in [found, trusted] {
            assert!(found.start <= found.end && found.end <= data.len());
            decode(data, found, &arena);
        }
        if let Some(object) = &object {
            let expected = path.iter().try_fold(object, |value, step| match step {
                Step::Key(key) => value.as_object()?.get(&**key),
                Step::Index(index) => value.as_array()?.get(*index as usize),
            });
            assert_eq!(expected.is_some(), found.tag != Tag::Missing, "{path:?}");
            let expected = expected.map_or(Value::Null, |value| Value::from_json(value, &arena));
            assert_eq!(decode(data, found, &arena), expected, "{path:?}");
        }
        // They choose another of several duplicate keys.
        assert!(!unique || found == trusted, "{found:?} {trusted:?}");
    }
}

/// The number of members, each key of an object counted once.
fn members(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        serde_json::Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

/// The number of colons outside strings.
fn colons(data: &[u8]) -> usize {
    let (mut count, mut in_string, mut bytes) = (0, false, data.iter());
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' => in_string = !in_string,
            b':' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}

/// Rules, a zero byte, and events: both evaluators make the same decisions.
pub(crate) fn route(data: &[u8]) {
    let split = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (rules, events) = data.split_at(split);
    let Ok(text) = std::str::from_utf8(rules) else { return };
    let Some(rules) = load_strings("fuzz", [("rules.yaml", text)]).rule_set else { return };
    let clock = "2026-01-10T13:00:00Z".parse().map_or(Clock::Event, Clock::Fixed);
    let options = Options::default().clock(clock);
    let mut session = Router::with_options(&rules, options).session();
    let interpreter = Interpreter::new(&rules);
    let events = events.strip_prefix(&[0]).unwrap_or(events);
    for (number, line) in (1..).zip(events.split(|byte| *byte == b'\n').take(20)) {
        let (mut decisions, mut expected, mut written) = (Vec::new(), Vec::new(), Vec::new());
        session.route_each(line, number, |decision| decisions.push(decision));
        interpreter.decide_each(line, number, &options, |decision| expected.push(decision));
        assert_eq!(decisions, expected, "{}", String::from_utf8_lossy(line));
        session.route_to(line, number, &mut written);
        let lines = written.split_inclusive(|byte| *byte == b'\n');
        let written: Vec<serde_json::Value> =
            lines.map(|line| serde_json::from_slice(line).expect("a decision is a line of JSON")).collect();
        let values = decisions.iter().map(|decision| serde_json::to_value(decision).unwrap_or_default());
        assert!(values.eq(written));
    }
}

/// Places are within their files, and all diagnostics can be rendered.
fn shown(diagnostics: &[Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            let Span { file: FileId(_), start, end } = label.span;
            let text = sources.get(label.span.file).map(|file| file.text.as_ref()).unwrap_or_default();
            assert!(start <= end && end as usize <= text.len(), "{diagnostic:?}");
            assert!(text.is_char_boundary(start as usize) && text.is_char_boundary(end as usize), "{diagnostic:?}");
        }
    }
    for format in [Format::Human, Format::Json, Format::Github] {
        render(diagnostics, sources, format, false);
    }
}
