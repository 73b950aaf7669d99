//! What has to hold for whatever input: for the fuzz targets, and for the tests that keep what they found.

use dadar::diagnostic::render::{Format, render};
use dadar::diagnostic::{Diagnostic, FileId, SourceFile, Sources, Span, Text};
use dadar::event::{Captures, Limits, Mode, Step, Trie, scan};
use dadar::reference::Reference;
use dadar::route::{Clock, Options, Router};
use dadar::rules::load_strings;

/// A rule file, whatever stands in it.
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
    let parsed = dadar::expr::parse(&Text::verbatim(text, whole), &mut diagnostics);
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
    ];
    let trie = Trie::new(paths.iter().map(Vec::as_slice));
    let (mut strict, mut trusted) = (Captures::new(&trie), Captures::new(&trie));
    let limits = Limits::default();
    let read = scan(&trie, data, Mode::Strict, limits, &mut strict);
    let trusting = scan(&trie, data, Mode::Trusted, limits, &mut trusted);
    // serde_json goes 128 deep.
    let shallow = data.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() < 100;
    let object = shallow && serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(data).is_ok();
    assert!(read.is_ok() || !object, "{read:?}");
    if read.is_ok() {
        assert!(trusting.is_ok(), "{trusting:?}");
        for slot in 0..paths.len() {
            let found = strict.get(slot);
            assert!(found.start <= found.end && found.end <= data.len());
            // Of duplicate keys they may take another.
            assert_eq!(strict.found().contains(&(slot as u32)), trusted.found().contains(&(slot as u32)));
        }
    }
}

/// Rules, a zero byte, and events: both evaluators decide the same.
pub(crate) fn route(data: &[u8]) {
    let split = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (rules, events) = data.split_at(split);
    let Ok(text) = std::str::from_utf8(rules) else { return };
    let Some(rules) = load_strings("fuzz", [("rules.yaml", text)]).rule_set else { return };
    let clock = "2026-01-10T13:00:00Z".parse().map_or(Clock::Event, Clock::Fixed);
    let options = Options { clock, ..Options::default() };
    let mut session = Router::with_options(&rules, options).session();
    let reference = Reference::new(&rules);
    let events = events.strip_prefix(&[0]).unwrap_or(events);
    for (number, line) in (1..).zip(events.split(|byte| *byte == b'\n').take(20)) {
        let decision = session.route(line, number);
        let expected = reference.decide(line, number, &options);
        assert_eq!(decision, expected, "{}", String::from_utf8_lossy(line));
        let mut written = Vec::new();
        session.route_to(line, number, &mut written);
        let written: serde_json::Value = serde_json::from_slice(&written).expect("a decision is a line of JSON");
        assert_eq!(Some(written), serde_json::to_value(&decision).ok());
    }
}

/// Places lie within their files, and everything can be rendered.
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
