use super::*;

/// Formats a text that must be formatted to another one.
fn formats(text: &str, expected: &str) {
    match format(text) {
        Ok(formatted) => assert_eq!(formatted, expected, "formatted:\n{formatted}\nfrom:\n{text}"),
        Err(error) => panic!("{error}:\n{text}\n{:?}", once(text, YamlLimits::default())),
    }
}

fn keeps(text: &str) {
    formats(text, text);
}

#[test]
fn indentation_and_spacing() {
    formats(
        "topics:\n    order.created:  [a,b]\n\n\n\n    order.paid: [ c ]\nrules:\n- name:   x\n  when: data.a\n",
        "topics:\n  order.created: [a, b]\n\n  order.paid: [c]\nrules:\n  - name: x\n    when: data.a\n",
    );
    formats("a: {b:   1,c: {d:  2}}", "a: {b: 1, c: {d: 2}}\n");
    formats("a: {\"b\":1, 'c':{d: \"e\"}}", "a: {\"b\": 1, 'c': {d: \"e\"}}\n");
}

#[test]
fn one_line_stays_one_line() {
    let long = format!("rules:\n  - {{name: a, when: '{}', subscribers: [b]}}\n", "data.long && ".repeat(30));
    keeps(&long);
    keeps("a: [\n  1,\n  2,\n]\n");
}

#[test]
fn scalars_keep_their_text() {
    keeps("a: 'single'\nb: \"double\"\nc: 0x1F\nd: 1.50\ne: ~\n");
    keeps("a: 'it''s'\nb: \"\\u0041\"\n");
    keeps("when: data.a\n  && data.b\n     || data.c\n");
    formats("when:    data.a\n         && data.b\n", "when: data.a\n         && data.b\n");
    formats(
        "rules:\n- name: x\n  when: \"a\n    b\n\n    c\"\n",
        "rules:\n  - name: x\n    when: \"a\n      b\n\n      c\"\n",
    );
    keeps("when: >-\n  data.a\n    && data.b\n");
    keeps("when: |+\n  data.a\n\n\nb: 1\n");
    keeps("when: |+  # c\n  data.a\n\n\n");
    formats("a:\n    - >+\n      x\n\n\n    - 1\n", "a:\n  - >+\n    x\n\n\n  - 1\n");
}

#[test]
fn anchors_and_merge_keys() {
    keeps("a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n");
    keeps("a: &x\n  b: 1\nc: [*x, *x]\n");
}

#[test]
fn comments() {
    formats("a: 1 # one\nbcd: 2      # two\n", "a: 1  # one\nbcd: 2  # two\n");
    formats("a: 1       # one\nbcd: 2     # two\n", "a: 1    # one\nbcd: 2  # two\n");
    formats(
        "a: 1       # one\n           # more\nbcd: 2     # two\n",
        "a: 1    # one\n        # more\nbcd: 2  # two\n",
    );
    formats(
        "rules:\n- name: a\n# about the topics\ntopics:\n    # inner\n    a: [b]\n    # last\n# end\n",
        "rules:\n  - name: a\n# about the topics\ntopics:\n  # inner\n  a: [b]\n  # last\n# end\n",
    );
    keeps("# only a comment\n");
    keeps("a:  # one\n  - b  # two\n");
    keeps("a: |  # header\n  text # no comment\n");
    keeps("a:\n  - b\n\n  # about c\n  - c\n");
}

#[test]
fn encodings_are_kept() {
    formats("\u{feff}a:   1\r\nb: [ 2 ]\r\n", "\u{feff}a: 1\r\nb: [2]\r\n");
    formats("", "");
}

#[test]
fn invalid_texts_are_refused() {
    for text in ["a: [1", "a: 1\n b: 2\n", "a: 1\na: 2\n", "{", "a: {{ b }}\n"] {
        assert!(matches!(format(text), Err(FormatError::Syntax(_))), "{text}: {:?}", format(text));
    }
}

#[test]
fn more_than_white_space_is_refused() {
    let limits = YamlLimits::default();
    let altered = |a: &str, b: &str| guard::compare(a, b, limits).map_err(|error| error.to_string());
    assert_eq!(altered("a: 1 # x\n", "a:   1 # x\n"), Ok(()));
    for (a, b) in [
        ("a: 1\n", "a: 2\n"),
        ("a: 1\n", "a: '1'\n"),
        ("a: '1'\n", "a: \"1\"\n"),
        ("a: [1]\n", "a:\n  - 1\n"),
        ("a: 1 # x\n", "a: 1 # y\n"),
        ("a: 1 # x\n", "a: 1\n# x\n"),
        ("# x\na: 1\n", "a: 1\n# x\n"),
        ("a: 1 # x\n", "a: 1\n"),
        ("a: &x 1\nb: *x\n", "a: &x 1\nb: 1\n"),
    ] {
        assert!(altered(a, b).is_err(), "{a:?} {b:?}");
    }
}
