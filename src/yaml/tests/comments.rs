//! Comments: where they are, and what they are about.

use super::*;

/// Each comment with its placement, and what it is about: `# a own -> key: value`.
fn shown(text: &str) -> Vec<String> {
    let document = parse(FileId(0), text, YamlLimits::default(), &mut Vec::new());
    let one = |comment: &YamlComment| {
        let placement = if comment.placement == CommentPlacement::OwnLine { "own" } else { "trailing" };
        let subject = document.subject(comment).map_or("-", |span| covered(text, span));
        format!("{} {placement} -> {subject}", covered(text, comment.span)).replace('\n', "⏎")
    };
    document.comments.iter().map(one).collect()
}

#[test]
fn own_line_and_trailing() {
    let text = "# head\na: 1 # one\n\n  # two\nb: # three\n  - x # four\n  # five\n  - {c: d} # six\n# last\n";
    let expected = [
        "# head own -> a: 1",
        "# one trailing -> 1",
        "# two own -> b: # three⏎  - x # four⏎  # five⏎  - {c: d}",
        "# three trailing -> b",
        "# four trailing -> x",
        "# five own -> {c: d}",
        "# six trailing -> {c: d}",
        "# last own -> -",
    ];
    assert_eq!(shown(text), expected);
}

#[test]
fn only_comments_are_comments() {
    let text = "a: 'x # no'\nb: |\n  # no\nc: x#no\nd: [1, # yes é\n  2]\r\n\u{e9}: 3 # yes\r\n";
    let comments = shown(text);
    let texts: Vec<&str> = comments.iter().filter_map(|one| one.split(" trailing").next()).collect();
    assert_eq!(texts, ["# yes é", "# yes"]);
}

#[test]
fn comments_of_a_file_with_a_trap() {
    // The file is read twice; its comments are listed once.
    let text = "# one\na: \"x\" == y # two\nb: 1 # three\n";
    let mut diagnostics = Vec::new();
    let document = parse(FileId(0), text, YamlLimits::default(), &mut diagnostics);
    assert_eq!(diagnostics.len(), 1);
    let comments: Vec<&str> = document.comments.iter().map(|comment| covered(text, comment.span)).collect();
    assert!(comments.starts_with(&["# one"]) && comments.ends_with(&["# three"]), "{comments:?}");
    assert!(document.comments.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
}

#[test]
fn more_comments_than_the_limit_are_dropped_and_the_tree_is_kept() {
    let limits = YamlLimits { comments: 3, ..YamlLimits::default() };
    for text in ["#\n#\n#\na: 1\n", "a: 1 #\nb: 2 #\nc: 3 #\n"] {
        let document = parse(FileId(0), text, limits, &mut Vec::new());
        assert_eq!((document.comments.len(), document.more_comments), (3, false), "{text}");
    }
    for text in ["#\n#\n#\n#\na: 1\n", "a: 1 #\nb: 2 #\nc: 3 #\nd: 4 #\n", "a:\n#\n#\n#\n#\n- 1\n"] {
        let mut diagnostics = Vec::new();
        let document = parse(FileId(0), text, limits, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert_eq!((document.comments.len(), document.more_comments), (0, true), "{text}");
        assert!(document.root.is_some_and(|root| root.get("a").is_some()));
    }
}

#[test]
fn many_consecutive_comments_are_no_error() {
    let text = format!("a:\n{}- 1\n", "# x\n".repeat(5_000));
    let mut diagnostics = Vec::new();
    let document = parse(FileId(0), &text, YamlLimits::default(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(document.comments.len(), 5_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Every comment begins with `#` and is on one line; those of a line of their own have only blanks before them.
    #[test]
    fn comments_of_any_text(text in "([a-z#:\\-\\[\\]{},'\"|&* \n]){0,60}") {
        let document = parse(FileId(0), &text, YamlLimits::default(), &mut Vec::new());
        for comment in &document.comments {
            let shown = covered(&text, comment.span);
            prop_assert!(shown.starts_with('#') && !shown.contains('\n'));
            let line = text[..comment.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let blank = text[line..comment.span.start as usize].trim().is_empty();
            prop_assert_eq!(blank, comment.placement == CommentPlacement::OwnLine);
            if let Some(subject) = document.subject(comment) {
                let after = subject.start >= comment.span.end;
                prop_assert_eq!(after, comment.placement == CommentPlacement::OwnLine);
            }
        }
    }
}
