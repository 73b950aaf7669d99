//! The scanner against serde_json, and the ways of indexing against one another.

mod writer;

use super::backend::SimdBackend;
use super::*;
use crate::event::path::{RawPath, Step};
use crate::event::value::Value;
use crate::event::{decode, parse};
use bumpalo::Bump;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;
use writer::Writer;

/// Every way of indexing that this processor can do.
fn backends() -> impl Iterator<Item = SimdBackend> {
    let mut backends = vec![SimdBackend::Portable, SimdBackend::detect()];
    backends.dedup();
    backends.into_iter()
}

/// The result of serde_json, without its limit of nesting. The second is true if it refuses only because a number is too big.
fn peer(line: &[u8]) -> Result<Json, bool> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    reader.disable_recursion_limit();
    let value = Json::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|e| e.to_string().starts_with("number out of range"))
}

fn path(text: &str) -> RawPath {
    let step = |part: &str| match part.parse() {
        Ok(index) => Step::Index(index),
        Err(_) => Step::Key(part.into()),
    };
    text.split('.').filter(|part| !part.is_empty()).map(step).collect()
}

fn walk_json<'j>(value: &'j Json, path: &[Step]) -> Option<&'j Json> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_object()?.get(&**key),
        Step::Index(index) => value.as_array()?.get(*index as usize),
    })
}

/// Scans by every level; they must agree. Gives what was captured for each path, as `Ok(None)` where nothing was.
fn captured(line: &[u8], paths: &[RawPath], mode: Mode) -> Result<Vec<Option<Json>>, Fault> {
    let trie = Trie::new(paths.iter().map(Vec::as_slice));
    assert_eq!(trie.slots(), paths.len());
    let mut captures = Captures::new(&trie);
    let mut results = backends().map(|backend| {
        // Twice, since captures are used again.
        let first = scan_with(backend, &trie, line, mode, Limits::default(), &mut captures);
        let again = scan_with(backend, &trie, line, mode, Limits::default(), &mut captures);
        assert_eq!(first, again);
        let arena = Bump::new();
        let mut found = captures.found().to_vec();
        found.sort_unstable();
        let present = (0..paths.len()).filter(|slot| captures.get(*slot).tag != Tag::Missing);
        assert!(present.map(|slot| slot as u32).eq(found), "{:?}", captures.found());
        let of = |slot| match captures.get(slot) {
            Found { tag: Tag::Missing, .. } => None,
            found => Some(decode(line, found, &arena).to_json()),
        };
        first.map(|()| (0..paths.len()).map(of).collect::<Vec<_>>())
    });
    let first = results.next().unwrap();
    for other in results {
        assert_eq!(first, other, "{}", String::from_utf8_lossy(line));
    }
    first
}

/// Numbers as floats where they are whole, since `1.0` decodes to what compares and prints as `1`.
fn same(a: &Json, b: &Json) -> bool {
    let arena = Bump::new();
    Value::from_json(a, &arena) == Value::from_json(b, &arena)
}

/// Strict scans accept what serde_json accepts, and capture what it finds.
fn check(line: &[u8], paths: &[RawPath]) {
    let shown = String::from_utf8_lossy(line);
    let ours = captured(line, paths, Mode::Strict);
    match (peer(line), &ours) {
        (Ok(json @ Json::Object(_)), Ok(found)) => {
            for (path, found) in paths.iter().zip(found) {
                let expected = walk_json(&json, path);
                let agree = match (expected, found) {
                    (Some(a), Some(b)) => same(a, b),
                    (None, None) => true,
                    _ => false,
                };
                assert!(agree, "{shown} at {path:?}: {found:?}, not {expected:?}");
            }
            let arena = Bump::new();
            assert!(same(&parse(line, Limits::default(), &arena).unwrap().to_json(), &json), "{shown}");
        }
        (Ok(Json::Object(_)), Err(fault)) => panic!("refused {shown}: {fault:?}"),
        (Ok(_), Ok(_)) => panic!("not an object, but accepted: {shown}"),
        (Err(false), Ok(_)) => panic!("accepted: {shown}"),
        (Ok(_), Err(_)) | (Err(_), Err(_)) | (Err(true), Ok(_)) => {}
    }
    if let Err(fault) = &ours {
        assert!(fault.offset <= line.len());
    }
}

/// Trusted scans of valid events without duplicate keys find the same.
fn check_trusted(line: &[u8], paths: &[RawPath]) {
    assert_eq!(captured(line, paths, Mode::Trusted), captured(line, paths, Mode::Strict));
}

fn fault(line: &[u8]) -> (usize, String) {
    let fault = captured(line, &[path("a")], Mode::Strict).unwrap_err();
    (fault.offset, fault.message)
}

#[test]
fn faults_say_what_and_where() {
    let cases: &[(&[u8], usize, &str)] = &[
        (b"", 0, "empty line"),
        (b" \t ", 3, "empty line"),
        (b"[1]", 0, "not a JSON object"),
        (b" 17", 1, "not a JSON object"),
        (b"hello", 0, "expected a JSON object"),
        (b"{", 1, "unexpected end"),
        (b"{\"a", 3, "unexpected end"),
        (b"{\"a\"", 4, "unexpected end"),
        (b"{\"a\" 1}", 5, "expected `:`"),
        (b"{\"a\":}", 5, "expected a value"),
        (b"{\"a\":1 2}", 7, "expected `,` or `}`"),
        (b"{\"a\":[1 2]}", 8, "expected `,` or `]`"),
        (b"{\"a\":[1}", 7, "expected `,` or `]`"),
        (b"{\"a\":1,}", 7, "expected a key in double quotes"),
        (b"{'a':1}", 1, "expected a key in double quotes"),
        (b"{\"a\":012}", 6, "malformed number"),
        (b"{\"a\":1.}", 7, "malformed number"),
        (b"{\"a\":-", 6, "unexpected end"),
        (b"{\"a\":tru}", 5, "expected a value"),
        (b"{\"a\":1}}", 7, "trailing characters after the object"),
        (b"{\"a\":\"\x01\"}", 6, "control character in a string"),
        (b"{\"a\":\"\\x\"}", 6, "unknown escape"),
        (b"{\"a\":\"\\ud800\"}", 6, "lone surrogate"),
        (b"{\"a\":\"\\ud800\\u0041\"}", 6, "lone surrogate"),
        (b"{\"a\":\"\\udc00\"}", 6, "lone surrogate"),
        (b"{\"a\":\"\\u00g0\"}", 6, "expected four hexadecimal digits after `\\u`"),
        (b"{\"a\":\"\xff\"}", 6, "invalid UTF-8"),
        (b"{\"a\":\xff}", 5, "invalid UTF-8"),
        (b"{\"a\":\"\xff\" 1}", 6, "invalid UTF-8"),
        (b"\xef\xbb\xbf{}", 0, "expected a JSON object"),
    ];
    for (line, offset, message) in cases {
        assert_eq!(fault(line), (*offset, (*message).to_owned()), "{}", String::from_utf8_lossy(line));
    }
}

#[test]
fn limits_hold() {
    let trie = Trie::new([path("a").as_slice(), &path("a.b")]);
    let mut captures = Captures::new(&trie);
    let mut run = |line: &str, depth, bytes| {
        scan(&trie, line.as_bytes(), Mode::Strict, Limits { depth, bytes }, &mut captures).map_err(|f| f.message)
    };
    assert_eq!(run("{\"a\":[1]}", 2, 9), Ok(()));
    assert_eq!(run("{\"a\":[1]}", 1, 9), Err("nested deeper than 1".to_owned()));
    assert_eq!(run("{\"a\":{\"b\":[]}}", 2, 99), Err("nested deeper than 2".to_owned()));
    assert_eq!(run("{\"a\":{\"b\":[]}}", 3, 99), Ok(()));
    assert_eq!(run("{\"a\":[1]}", 9, 8), Err("longer than 8 bytes".to_owned()));
    assert_eq!(Fault::too_long(8).to_string(), "longer than 8 bytes");
    let trie = Trie::new([path("a.0").as_slice()]);
    let mut within = |depth| {
        let line = b"{\"a\":[0,1,[[2],3]]}";
        scan(&trie, line, Mode::Strict, Limits { depth, bytes: 99 }, &mut captures).map_err(|f| f.offset)
    };
    assert_eq!((within(4), within(3), within(1)), (Ok(()), Err(11), Err(5)));
}

#[test]
fn endless_nesting_is_a_fault() {
    let trie = Trie::new([path("a").as_slice(), &path("a.b")]);
    let mut captures = Captures::new(&trie);
    let mut run = |line: &str, depth, bytes| {
        scan(&trie, line.as_bytes(), Mode::Strict, Limits { depth, bytes }, &mut captures).map_err(|f| f.message)
    };
    for open in ["[", "{\"b\":", "[{\"b\":"] {
        let deep = format!("{{\"a\":{}", open.repeat(100_000));
        assert_eq!(run(&deep, 1024, usize::MAX), Err("nested deeper than 1024".to_owned()));
        assert_eq!(run(&deep, usize::MAX, usize::MAX), Err("nested deeper than 4096".to_owned()));
    }
}

#[test]
fn deepest_value_is_decoded() {
    for (open, close) in [("[", "]"), ("{\"b\":", "}")] {
        let n = MAX_DEPTH - 1;
        let line = format!("{{\"a\":{}1{}}}", open.repeat(n), close.repeat(n));
        let arena = Bump::new();
        let limits = Limits { depth: usize::MAX, ..Limits::default() };
        let mut value = parse(line.as_bytes(), limits, &arena).unwrap().step(&Step::Key("a".into()));
        for _ in 0..n {
            value = if open == "[" { value.step(&Step::Index(0)) } else { value.step(&Step::Key("b".into())) };
        }
        assert_eq!(value, Value::int(1));
    }
}

#[test]
fn nesting_is_kept_apart_over_many_levels() {
    // Closed wrongly at every level in turn.
    let open = "[{\"b\":".repeat(100);
    let close = "}]".repeat(100);
    check(format!("{{\"x\":{open}1{close}}}").as_bytes(), &[path("x")]);
    for wrong in 0..close.len() {
        let mut close = close.clone().into_bytes();
        close[wrong] ^= b'}' ^ b']';
        let line = [b"{\"x\":", open.as_bytes(), b"1", &close, b"}"].concat();
        check(&line, &[path("x")]);
        check(&line, &[path("y")]);
    }
}

/// Brackets that are closed at once, at every depth: also where the kinds of the brackets around no longer fit one word.
#[test]
fn empty_values_at_every_depth() {
    for depth in 1..=200usize {
        for empty in ["[]", "{}"] {
            let is_object = |level: usize| (level * level / 7).is_multiple_of(2);
            let mut value = String::from(empty);
            for level in (0..depth).rev() {
                value = match is_object(level) {
                    true => format!("{{\"a\":{value},\"b\":{empty}}}"),
                    false => format!("[{value},{empty}]"),
                };
            }
            let line = format!("{{\"x\":{value}}}");
            check(line.as_bytes(), &[path("y")]);
            check(line.as_bytes(), &[path("x.a.a"), path("x.0")]);
        }
    }
}

/// Long keys whose first and last bytes are the same.
#[test]
fn long_keys_that_differ_in_the_middle() {
    let key = |middle: &str| format!("customer_{middle}_identifier");
    let all: Vec<String> = ["aaaaaa", "aaabaa", "bbbbbb", "aaaaab"].map(key).to_vec();
    for known in 1..=all.len() {
        let paths: Vec<RawPath> = all.iter().take(known).map(|key| vec![Step::Key(key.as_str().into())]).collect();
        for skipped in 0..all.len() {
            let members = all.iter().enumerate().filter(|(n, _)| *n != skipped);
            let members: Vec<_> = members.map(|(n, key)| format!("\"{key}\":{n}")).collect();
            let line = format!("{{{}}}", members.join(","));
            check(line.as_bytes(), &paths);
            check_trusted(line.as_bytes(), &paths);
        }
    }
}

#[test]
fn captures_by_path() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"a":1,"b":{"c":[1,{"d":"x"}]}}"#, &["a", "b.c.1.d", "b", "b.c", "", "b.c.0", "b.c.2", "a", "a.x", "a.0"]),
        (r#"{"a":1,"a":2}"#, &["a"]),
        (r#"{"a":{"b":1,"c":2},"a":{"c":3}}"#, &["a.b", "a.c", "a"]),
        (
            r#"{"a":{"b":1,"c":{"b":2}},"x":1,"a":{"c":{}},"a":{"c":{"b":3}},"a":{"c":[]}}"#,
            &["a.b", "a.c.b", "x", "a.c"],
        ),
        (r#"{"a":{"b":1},"a":null}"#, &["a.b", "a"]),
        (r#"{"a":[{"b":1},{"b":2}],"a":[{"b":3}]}"#, &["a.0.b", "a.1.b", "a.1", "a.0"]),
        (r#"{"\u0061":1,"\u0062\n":2}"#, &["a", "b\n"]),
        (r#"{"a":1,"\u0061":{"b":"\ud83d\ude00\\\"\/\b\f\n\r\t"}}"#, &["a.b", "a"]),
        (r#"{"a":{"0":1},"b":[1]}"#, &["a.0", "b.0", "b.x"]),
        (r#"{"":{"":1}}"#, &[""]),
        (
            r#" { "a" : [ 1 , 2.5e-3 , true , false , null , "x" ] , "b" : { } , "c" : [ ] } "#,
            &["a.0", "a.1", "a.5", "b", "c", "a.3"],
        ),
    ];
    for (line, paths) in cases {
        let paths: Vec<_> = paths.iter().map(|p| path(p)).collect();
        check(line.as_bytes(), &paths);
        // At every place within blocks.
        for shift in 0..70 {
            check(format!("{}{line}", " ".repeat(shift)).as_bytes(), &paths);
        }
    }
}

#[test]
fn large_nodes_find_their_keys() {
    for width in [1usize, 7, 8, 9, 16, 30, 70] {
        let keys: Vec<_> = (0..500).map(|n| format!("{n:0>width$}")).collect();
        let paths: Vec<RawPath> = keys.iter().map(|key| vec![Step::Key(key.as_str().into())]).collect();
        let members: Vec<_> = keys.iter().enumerate().map(|(n, key)| format!("\"{key}\":{n}")).collect();
        let line = format!("{{{}}}", members.join(","));
        check(line.as_bytes(), &paths);
        check_trusted(line.as_bytes(), &paths);
    }
}

#[test]
fn trusted_takes_the_first_and_stops() {
    let paths = [path("a"), path("b.c")];
    let one = |line: &str| captured(line.as_bytes(), &paths, Mode::Trusted).unwrap();
    let expected = vec![Some(Json::from(1)), Some(Json::from(2))];
    assert_eq!(one(r#"{"a":1,"x":[{"b":1}],"b":{"x":1,"c":2}} what follows is not read"#), expected);
    assert_eq!(one(r#"{"a":1,"a":9,"b":{"c":2,"c":3}}"#), expected);
    assert_eq!(one(r#"{"b":{"c":2,"y":[]},"b":{"c":3},"a":1}"#), expected);
}

/// The captures of both modes for each path, by every level; null for a fault. The same captures are used for all.
fn spans(trie: &Trie, line: &[u8]) -> [Option<Vec<Found>>; 2] {
    let mut captures = Captures::new(trie);
    [Mode::Strict, Mode::Trusted].map(|mode| {
        let mut results = backends().map(|backend| {
            scan_with(backend, trie, line, mode, Limits::default(), &mut captures).ok()?;
            Some((0..trie.slots()).map(|slot| captures.get(slot)).collect::<Vec<_>>())
        });
        let first = results.next().unwrap();
        for other in results {
            assert_eq!(first, other, "{mode:?} {}", String::from_utf8_lossy(line));
        }
        first
    })
}

#[test]
fn trusted_scans_hold_at_every_border() {
    let long = "k".repeat(61);
    let cases: &[(&str, &[&str])] = &[
        (r#"{"\\":"\\\"","a":"\\\\\"","b":"x"}"#, &["a", "b", "\\"]),
        (r#"{"x":"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"","a":1}"#, &["a", "x"]),
        (r#"{"x\\":"}]:,{[","a":"{\"a\":2}","b":[":,"]}"#, &["a", "b.0", "x\\", "b"]),
        ("{\"x\" \t:\r\n 1 , \"a\"\n:\t\"y\" ,\"b\" : [ 1 , [ ] , { } ]\r}", &["a", "b.1", "b.2", "b"]),
        (r#"{"":{"":{"":1}},"a":2}"#, &["", "a"]),
        (r#"{"\u0061":{"\u0062\"":-0.5e7},"c":1}"#, &["a.b\"", "c", "a"]),
        (r#"{"a":[[1,[2,3]],[],[[4],{"b":[5,6]}]],"b":7}"#, &["a.0.1.1", "a.2.1.b.0", "a.2.1", "a.2", "b", "a.1.0"]),
        (r#"{"a":{"b":{"c":{"d":1,"x":[{}]},"x":{}},"x":2},"b":3}"#, &["a.b.c.d", "b"]),
        (r#"{"a":{"b":{"c":{"d":1,"x":[{}]},"x":{}},"x":2},"b":3}"#, &["a.b.c.d", "b", "a.b", ""]),
        (r#"{"x":{},"y":[],"a":{},"b":[],"c":[{}],"d":[[]]}"#, &["a", "b", "c.0", "d.0", "a.b", "b.0", "d.0.0", ""]),
        (r#"{"a":12345678901234567890123456789012345678901234567890}"#, &["a"]),
    ];
    for (line, paths) in cases {
        let paths: Vec<_> = paths.iter().map(|p| path(p)).collect();
        let trie = Trie::new(paths.iter().map(Vec::as_slice));
        for shift in 0..130 {
            // Before all of it, and within.
            let lines = [
                format!("{}{line}", " ".repeat(shift)),
                format!("{{\"{long}\":\"{}\",{}", "s".repeat(shift), line.trim_start_matches('{')),
                format!("{{{}{}", " ".repeat(shift), line.trim_start_matches('{')),
            ];
            for line in lines {
                check(line.as_bytes(), &paths);
                let [strict, trusted] = spans(&trie, line.as_bytes());
                assert!(strict.is_some(), "{line}");
                assert_eq!(strict, trusted, "{line}");
            }
        }
    }
}

/// Removes from a trie the siblings that others settle, and returns them.
fn settle(trie: &mut Trie, paths: &[RawPath]) -> Vec<(usize, Vec<usize>)> {
    let mut settled = Vec::new();
    for (n, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let is_sibling =
            |other: &RawPath| other.len() == path.len() && other[..path.len() - 1] == path[..path.len() - 1];
        let others: Vec<usize> =
            (n + 1..paths.len()).filter(|m| paths[*m] != *path && is_sibling(&paths[*m])).collect();
        let keys = path.iter().chain(others.iter().flat_map(|m| &paths[*m]));
        if keys.into_iter().all(|step| matches!(step, Step::Key(_))) {
            trie.supersede(path, &others.iter().map(|m| paths[*m].as_slice()).collect::<Vec<_>>());
            settled.push((n, others));
        }
    }
    settled
}

/// JSON with few keys, so that paths meet it.
fn json() -> impl Strategy<Value = Json> {
    let key = || prop_oneof![Just("a"), Just("b"), Just("c"), Just("longer key"), Just("\"\\"), Just("é\u{1}")];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,80}".prop_map(Json::from),
        "[\\x00-\\x7f]{0,20}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

fn event() -> impl Strategy<Value = Json> {
    (json(), json(), json()).prop_map(|(a, b, c)| serde_json::json!({"a": a, "b": b, "longer key": c}))
}

fn paths() -> impl Strategy<Value = Vec<RawPath>> {
    let step = prop_oneof![
        Just(Step::Key("a".into())),
        Just(Step::Key("b".into())),
        Just(Step::Key("longer key".into())),
        Just(Step::Key("\"\\".into())),
        (0u32..4).prop_map(Step::Index),
    ];
    prop::collection::vec(prop::collection::vec(step, 0..4), 0..8)
}

/// A text with duplicate keys: written by hand from fragments.
fn text_with_duplicates() -> impl Strategy<Value = String> {
    let key = || prop_oneof![Just("\"a\""), Just("\"b\""), Just("\"\\u0061\""), Just("\"longer key\"")];
    let leaf = prop_oneof![Just("1".to_owned()), Just("\"x\"".to_owned()), Just("null".to_owned())];
    let value = leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec((key(), inner.clone()), 0..5).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
        ]
    });
    prop::collection::vec((key(), value), 0..5).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        format!("{{{}}}", members.join(", "))
    })
}

/// A text with some bytes replaced, inserted and removed.
fn mutated(mut line: Vec<u8>, edits: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    const SIGNS: &[u8] = b"{}[]:,\"\\ \n\t0123456789.eE+-utfnrl\x00\x1f\xff\x80\xc3";
    for (at, kind, byte) in edits {
        if line.is_empty() {
            break;
        }
        let at = at.index(line.len());
        let sign = SIGNS[*byte as usize % SIGNS.len()];
        match kind {
            0 => line[at] = *byte,
            1 => line[at] = sign,
            2 => line.insert(at, sign),
            _ => {
                line.remove(at);
            }
        }
    }
    line
}

/// 1500 of each, or as many as `PROPTEST_CASES` says.
fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 1500, ..config } }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn valid_events(event in event(), paths in paths(), pretty: bool) {
        let line = if pretty { serde_json::to_string_pretty(&event) } else { serde_json::to_string(&event) }.unwrap();
        check(line.as_bytes(), &paths);
        check_trusted(line.as_bytes(), &paths);
    }

    #[test]
    fn trusted_scans_find_the_same(choices in prop::collection::vec(any::<u8>(), 0..400)) {
        let (line, paths) = Writer::event(&choices);
        let mut trie = Trie::new(paths.iter().map(Vec::as_slice));
        let [strict, trusted] = spans(&trie, line.as_bytes());
        prop_assert!(strict.is_some(), "{line}");
        prop_assert_eq!(&strict, &trusted, "{}", line);
        // The same where some are not waited for.
        let settled = settle(&mut trie, &paths);
        let (strict, trusted) = (strict.unwrap(), spans(&trie, line.as_bytes())[1].clone().unwrap());
        for (slot, path) in paths.iter().enumerate() {
            let is_below = |other: &usize| path.starts_with(&paths[*other]);
            let may_miss = settled.iter().any(|(n, others)| {
                !matches!(strict[*n].tag, Tag::Missing | Tag::Null | Tag::Number) && others.iter().any(is_below)
            });
            let missing = may_miss && trusted[slot].tag == Tag::Missing;
            prop_assert!(missing || trusted[slot] == strict[slot], "{line} at {path:?}: {:?}", trusted[slot]);
        }
    }

    #[test]
    fn trusted_scans_of_what_is_no_json_end(
        choices in prop::collection::vec(any::<u8>(), 0..400),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<u8>()), 1..8),
    ) {
        let (line, paths) = Writer::event(&choices);
        let line = mutated(line.into_bytes(), &edits);
        let _ = captured(&line, &paths, Mode::Trusted);
        let trie = Trie::new(paths.iter().map(Vec::as_slice));
        let [strict, trusted] = spans(&trie, &line);
        prop_assert!(strict.is_none() || trusted.is_some(), "{}", String::from_utf8_lossy(&line));
        for found in trusted.into_iter().flatten() {
            prop_assert!(found.start <= found.end && found.end <= line.len());
        }
    }

    #[test]
    fn duplicate_keys(line in text_with_duplicates(), paths in paths()) {
        check(line.as_bytes(), &paths);
    }

    #[test]
    fn mutated_events(
        event in event(),
        paths in paths(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<u8>()), 1..4),
    ) {
        let line = mutated(event.to_string().into_bytes(), &edits);
        check(&line, &paths);
        let _ = captured(&line, &paths, Mode::Trusted);
    }

    #[test]
    fn truncated_events(event in event(), paths in paths(), at: prop::sample::Index) {
        let mut line = event.to_string().into_bytes();
        line.truncate(at.index(line.len()));
        check(&line, &paths);
        let _ = captured(&line, &paths, Mode::Trusted);
    }

    #[test]
    fn random_bytes(line in prop::collection::vec(any::<u8>(), 0..200), paths in paths()) {
        check(&line, &paths);
        let _ = captured(&line, &paths, Mode::Trusted);
    }

    #[test]
    fn random_signs(line in "\\{[\\[\\]{}:,\"\\\\ a1e.-]{0,40}\\}", paths in paths()) {
        check(line.as_bytes(), &paths);
        let _ = captured(line.as_bytes(), &paths, Mode::Trusted);
    }

    #[test]
    fn numbers(number in "-?[01]{0,2}(\\.[01]{0,2})?([eE][+-]?[01]{0,2})?", before in 0..70usize) {
        check(format!("{}{{\"a\":{number}}}", " ".repeat(before)).as_bytes(), &[path("a")]);
    }
}
