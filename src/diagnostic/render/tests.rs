use super::*;
use crate::diagnostic::{Code, SourceFile, Span};

fn one(text: &str, build: impl FnOnce(&dyn Fn(&str) -> Span) -> Diagnostic, format: Format) -> String {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("rules/a,b.yaml", text));
    let span = |part: &str| {
        let start = text.find(part).unwrap();
        Span::new(file, start, start + part.len())
    };
    render(&[build(&span)], &sources, format, false)
}

const RULES: &str = "rules:\n  - name: big\n    when: data.amount > 5\n  - name: other\n  - name: big2\n";

fn duplicate(span: &dyn Fn(&str) -> Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateName, span("big2"), "rule `big` is defined twice")
        .label("defined again")
        .also(span("big\n"), "first defined here")
        .help("give one of them another name")
}

#[test]
fn people_see_both_places() {
    insta::assert_snapshot!(one(RULES, duplicate, Format::Human));
}

#[test]
fn programs_get_one_line() {
    insta::assert_snapshot!(one(RULES, duplicate, Format::Json));
}

#[test]
fn github_gets_escapes() {
    insta::assert_snapshot!(one(RULES, duplicate, Format::Github));
}

#[test]
fn sarif_has_rules_and_regions() {
    let json: serde_json::Value = serde_json::from_str(&one(RULES, duplicate, Format::Sarif)).unwrap();
    let run = &json["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "E020");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "rules/a%2Cb.yaml");
    assert_eq!(place["region"]["startLine"], 5);
    assert_eq!(place["region"]["startColumn"], 11);
    assert_eq!(place["region"]["endColumn"], 15);
}

#[test]
fn no_place_is_fine() {
    let text =
        one("", |_| Diagnostic::global(Code::NoRuleSet, "no rules in `x`").help("run `dadar init x`"), Format::Human);
    insta::assert_snapshot!(text);
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let line = format!("when: {} WRONG {}\n", "x".repeat(100_000), "y".repeat(100_000));
    let shown = one(&line, |span| Diagnostic::new(Code::ExpressionSyntax, span("WRONG"), "no"), Format::Human);
    insta::assert_snapshot!(shown);
}

#[test]
fn several_lines_are_underlined_on_the_first() {
    let text = "a:\n  b: [1,\n   2,\n   3]\nc: 1\n";
    let shown = one(text, |span| Diagnostic::new(Code::WrongType, span("[1,\n   2,\n   3]"), "no"), Format::Human);
    insta::assert_snapshot!(shown);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let text = "a: \"\u{1b}[31m\u{9b}2J\u{202e}\" # x\r\n";
    for format in [Format::Human, Format::Json, Format::Github, Format::Sarif] {
        let shown =
            one(text, |span| Diagnostic::new(Code::BadValue, span("# x"), "not `\u{1b}[31m`").label("\u{1b}"), format);
        assert!(!shown.contains('\u{1b}'), "{format:?}: {shown}");
        if format != Format::Json && format != Format::Sarif {
            assert!(!shown.contains(['\u{9b}', '\u{202e}', '\r']), "{format:?}: {shown:?}");
        }
    }
    let shown = one(text, |span| Diagnostic::new(Code::BadValue, span("# x"), "not `\u{1b}[31m`"), Format::Human);
    insta::assert_snapshot!(shown);
}

#[test]
fn the_end_of_a_file_can_be_shown() {
    let text = "rules:";
    let shown = one(
        text,
        |span| Diagnostic::new(Code::EmptyValue, Span { start: 6, end: 6, ..span("rules:") }, "nothing"),
        Format::Human,
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn wide_and_tabbed_lines_underline_the_right_column() {
    let text = "\tname: \"₹ 日本語\" oops\n";
    insta::assert_snapshot!(one(text, |span| Diagnostic::new(Code::YamlSyntax, span("oops"), "no"), Format::Human));
}

#[test]
fn of_very_many_the_first_are_shown_to_people() {
    let mut sources = Sources::default();
    let text = "x ".repeat(20_000);
    let file = sources.add(SourceFile::new("f", text.as_str()));
    let at = |n: usize, code| Diagnostic::new(code, Span::new(file, 2 * n, 2 * n + 1), "no");
    let mut all: Vec<Diagnostic> = (0..20_000).map(|n| at(n, Code::Unused)).collect();
    all.push(at(19_999, Code::BadValue));
    let shown = render(&all, &sources, Format::Human, false);
    assert_eq!(shown.matches("warning[W007]").count(), 999);
    assert_eq!(shown.matches("error[E014]").count(), 1);
    assert!(shown.ends_with("and 19001 more, which the other formats show\n\n"));
    assert_eq!(render(&all, &sources, Format::Json, false).lines().count(), 20_001);
}

#[test]
fn notes_are_notes_in_every_format() {
    let note = |span: &dyn Fn(&str) -> Span| {
        let place = span("data.amount > 5");
        Diagnostic::new(Code::NotEqualOnMissing, place, "a fact").note().help("nothing to do")
    };
    assert!(one(RULES, note, Format::Human).starts_with("note[W002]: a fact\n"));
    assert!(one(RULES, note, Format::Github).starts_with("::notice file="));
    let json: serde_json::Value = serde_json::from_str(&one(RULES, note, Format::Json)).unwrap();
    assert_eq!(json["severity"], "note");
    let sarif: serde_json::Value = serde_json::from_str(&one(RULES, note, Format::Sarif)).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "note");
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"], "warning");
    // An error stays one.
    let error = |span: &dyn Fn(&str) -> Span| Diagnostic::new(Code::BadTopic, span("big"), "no").note();
    assert!(one(RULES, error, Format::Human).starts_with("error[E050]"));
}
