use super::*;
use crate::diagnostic::{FileId, Text};
use crate::expr::{DefineId, LookupId, LookupInfo, Path, PathTable, Root, compile_text};
use bumpalo::Bump;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

const ROOTS: [Root; 7] = [Root::Event, Root::Data, Root::Headers, Root::Topic, Root::Id, Root::Time, Root::Now];

/// The names that the tests use: `city` and `region`, a table `customers`, and by a schema `data.typed.number` and the like.
struct TestScope {
    paths: PathTable,
    defines: HashMap<String, DefineId>,
    lookups: HashMap<String, LookupInfo>,
    roots: Vec<Root>,
}

impl TestScope {
    fn new() -> TestScope {
        let columns = vec!["tier".to_owned()];
        let lookup = LookupInfo { id: LookupId(0), keys: 1, columns };
        TestScope {
            paths: PathTable::default(),
            defines: [("city".to_owned(), DefineId(0)), ("region".to_owned(), DefineId(1))].into(),
            lookups: [("customers".to_owned(), lookup)].into(),
            roots: ROOTS.to_vec(),
        }
    }

    fn compile(&mut self, source: &str, wanted: ExprKind) -> (Option<Typed>, Vec<Diagnostic>) {
        let type_of = |path: &Path| match path.to_string().as_str() {
            "data.typed.number" => Type::NUMBER,
            "data.typed.string" => Type::STRING,
            "data.typed.maybe" => Type::STRING.union(Type::NULL),
            _ => Type::ANY,
        };
        let mut scope = Scope {
            paths: &mut self.paths,
            defines: &self.defines,
            define_types: &[Type::STRING.union(Type::NULL), Type::ANY],
            lookups: &self.lookups,
            patterns: &mut crate::expr::PreparedPatterns::default(),
            zone: &TimeZone::UTC,
            type_of: &type_of,
            roots: &self.roots,
        };
        let text = Text::verbatim(source, Span::new(FileId(0), 0, source.len()));
        let mut diagnostics = Vec::new();
        let typed = compile_text(&text, &mut scope, wanted, &mut diagnostics);
        (typed, diagnostics)
    }
}

/// The typed tree, shortly.
fn tree(typed: &Typed, paths: &PathTable) -> String {
    let list = |name: &str, items: &[&Typed]| {
        let items: Vec<String> = items.iter().map(|item| tree(item, paths)).collect();
        format!("({name} {})", items.join(" "))
    };
    let many = |name: &str, items: &[Typed]| list(name, &items.iter().collect::<Vec<_>>());
    match &typed.node {
        TypedNode::Const(value) => value.to_string(),
        TypedNode::List(items) => many("list", items),
        TypedNode::Path(id) => paths.get(*id).unwrap().to_string(),
        TypedNode::Define(id) => format!("define{}", id.0),
        TypedNode::It(depth) => format!("it{depth}"),
        TypedNode::Steps(base, steps) => steps
            .iter()
            .fold(tree(base, paths), |text, step| format!("{text}→{}", step.to_string().trim_start_matches('.'))),
        TypedNode::Index(a, b) => format!("{}[{}]", tree(a, paths), tree(b, paths)),
        TypedNode::Not(a) => list("!", &[a]),
        TypedNode::Present(a) => list("present", &[a]),
        TypedNode::Negate(a) => list("-", &[a]),
        TypedNode::And(items) => many("&&", items),
        TypedNode::Or(items) => many("||", items),
        TypedNode::Arithmetic(op, a, b) => list(Operator::Arithmetic(*op).symbol(), &[a, b]),
        TypedNode::Compare(op, a, b) => list(Operator::Compare(*op).symbol(), &[a, b]),
        TypedNode::In(a, b) => list("in", &[a, b]),
        TypedNode::Coalesce(a, b) => list("??", &[a, b]),
        TypedNode::If(c, a, b) => list("if", &[c, a, b]),
        TypedNode::Quantified(quantifier, a, b) => list(&format!("{quantifier:?}").to_lowercase(), &[a, b]),
        TypedNode::Call(function, items, _) => many(function.name, items),
    }
}

/// The tree, or the errors: code and underlined text of each.
fn compiled(source: &str, wanted: ExprKind) -> String {
    let mut world = TestScope::new();
    let (typed, diagnostics) = world.compile(source, wanted);
    match typed {
        Some(typed) => tree(&typed, &world.paths),
        None => found(source, &diagnostics),
    }
}

fn found(source: &str, diagnostics: &[Diagnostic]) -> String {
    let shown = diagnostics.iter().map(|diagnostic| {
        let span = diagnostic.primary.as_ref().unwrap().span;
        format!("{} `{}`", diagnostic.code.as_str(), source.get(span.start as usize..span.end as usize).unwrap())
    });
    shown.collect::<Vec<_>>().join("; ")
}

#[test]
fn trees() {
    let cases = [
        ("data.amount > 5000", "(> data.amount 5000)"),
        ("data[\"odd key\"].x[0]", "data[\"odd key\"].x[0]"),
        ("event", "event"),
        ("data.a[data.i].b[1]", "data.a[data.i]→b→[1]"),
        ("city.x", "define0"),
        ("region.x[\"y\"]", "define1→x→y"),
        ("(data.a ?? data.b).c", "(?? data.a data.b)→c"),
        ("a.b", "E031 `a`"),
        ("any(data.items, it.price > 100)", "(anytest data.items (> it0→price 100))"),
        ("map(data.a, filter(it.b, it > 1))", "(map data.a (filter it0→b (> it0 1)))"),
        ("any(data.a, starts_with(it, [\"a\", \"b\"]))", "(anytest data.a (starts_with it0 [\"a\",\"b\"]))"),
        ("any(data.a, cidr(it, [\"::1\"]))", "(any data.a (cidr it0 [\"::1\"]))"),
        ("any(data.a, x -> x.b > 1)", "(anytest data.a (> it0→b 1))"),
        ("any(data.a, x -> any(data.b, y -> starts_with(y, x)))", "(any data.a (any data.b (starts_with it0 it1)))"),
        // Without a name it is the innermost that has none.
        ("map(data.a, map(data.b, y -> it + y))", "(map data.a (map data.b (+ it1 it0)))"),
        ("map(data.a, map(x -> it, it))", "E030 `x`"),
        ("map(data.a, map(filter(it, it > 1), it.x))", "(map data.a (map (filter it0 (> it0 1)) it0→x))"),
        ("map(data.a, x -> x.b.c[data.n])", "(map data.a it0→b→c[data.n])"),
        ("any(data.a, it.b && any(it.c, it == 1))", "(anytest data.a (&& it0→b (anytest it0→c (== it0 1))))"),
        ("any(data.a, x -> any(x.c, y -> y == x.b))", "(any data.a (any it0→c (== it0 it1→b)))"),
        ("any(data.a, it.b == data.c)", "(any data.a (== it0→b data.c))"),
        ("data.a && (data.b && data.c) && true", "(&& data.a data.b data.c)"),
        ("true && data.flag", "(&& data.flag true)"),
        ("false || data.a > 1", "(> data.a 1)"),
        ("data.a && false", "false"),
        ("coalesce(data.a, data.b, data.c)", "(?? data.a (?? data.b data.c))"),
        ("coalesce(data.a)", "data.a"),
        ("null ?? data.a", "data.a"),
        ("if(data.x, 1, 2)", "(if data.x 1 2)"),
        ("if(1 < 2, data.a, data.b)", "data.a"),
        ("between(data.a, 1, 5)", "(&& (>= data.a 1) (<= data.a 5))"),
        ("between(hour(now), 12, 14)", "(between (hour now) 12 14)"),
        ("between(now, \"2026-01-01\", \"2026-02-01\")", "(&& (>= now \"2026-01-01\") (<= now \"2026-02-01\"))"),
        ("1 + 2 * 3", "7"),
        ("-5", "-5"),
        ("-(2 ^ 2)", "-4"),
        ("lower(\"ABC\") + \"d\"", "\"abcd\""),
        ("str::to_lowercase(data.a)", "(lower data.a)"),
        ("data.x in [\"a\", lower(\"B\")]", "(in data.x [\"a\",\"b\"])"),
        ("data.x in [data.y, 1]", "(in data.x (list data.y 1))"),
        ("hour(0)", "(hour 0)"),
        ("[1, [2, 3]][1][0] + 1", "3"),
        ("uuid(\"x\")", "(uuid \"x\")"),
        ("exists(data.x)", "(exists data.x)"),
        ("data.a - data.b", "(- data.a data.b)"),
        ("data.a-data.b", "(- data.a data.b)"),
        ("data.a - id", "(- data.a id)"),
        ("lookup(\"customers.tier\", data.id)", "(lookup \"customers.tier\" data.id)"),
        ("-9223372036854775808", "-9223372036854775808"),
    ];
    for (source, expected) in cases {
        let expected = if source == "city.x" { "E034 `.x`" } else { expected };
        assert_eq!(compiled(source, ExprKind::Value), expected, "{source}");
    }
}

#[test]
fn errors() {
    let cases = [
        ("amount > 5", "E031 `amount`"),
        ("foo + bar", "E031 `foo`; E031 `bar`"),
        ("foo && data.x > \"a\" + 1", "E031 `foo`; E034 `+`"),
        ("it.price", "E031 `it`"),
        ("any(data.a, it.x) && it", "E031 `it`"),
        ("any(data.items, price > 1)", "E031 `price`"),
        ("any(data.a, data -> data.x > 1)", "E023 `data`"),
        ("any(data.a, it -> it.x > 1)", "E023 `it`"),
        ("any(data.a, len -> len.x > 1)", "E023 `len`"),
        ("any(data.a, city -> city.x > 1)", "E020 `city`"),
        ("any(data.a, x -> any(x.b, x -> x > 1))", "E020 `x`"),
        ("any(data.a, x -> it > 1)", "E031 `it`"),
        ("any(data.a, x -> x > 1) && x", "E031 `x`"),
        ("lower(x -> data.a)", "E030 `x`"),
        ("any(x -> x.a)", "E033 `any(x -> x.a)`"),
        ("any(data.a, null -> 1)", "E030 `null`"),
        ("[x -> 1]", "E030 `->`"),
        ("during(now, \"mon 09:00-18:00, tues 09:00-18:00\")", "E072 `tues`"),
        ("during(now, \"mon 09:00-\\u0031\")", "E072 `\"mon 09:00-\\u0031\"`"),
        ("during(now, lower(data.w))", "E037 `lower(data.w)`"),
        ("during(now, \"09:00-18:00\", \"India\")", "E071 `\"India\"`"),
        ("during(true, \"09:00-18:00\")", "E034 `true`"),
        ("cidr(data.ip, [\"10.0.0.0/8\", \"10.0.0.0/33\"])", "E036 `\"10.0.0.0/33\"`"),
        ("glob(data.a, [\"a*\", \"b\\\\\"])", "E036 `\"b\\\\\"`"),
        ("matches(data.a, (\"a\", \"(\"))", "E036 `\"(\"`"),
        ("matches(data.a, [])", "E036 `[]`"),
        ("starts_with(data.a, [])", "E036 `[]`"),
        ("starts_with(data.a, [\"a\", 5])", "E034 `5`"),
        ("starts_with(data.a, [\"a\", data.b])", "E037 `[\"a\", data.b]`"),
        ("contains(data.a, [\"a\", data.b])", "E037 `[\"a\", data.b]`"),
        ("ends_with(data.a, split(data.b, \",\"))", "E034 `split(data.b, \",\")`"),
        ("contains(data.a, [1, null])", "E034 `null`"),
        ("contains(data.a, [[1], 1])", "E034 `[1]`"),
        ("cidr(data.a, [data.b])", "E037 `[data.b]`"),
        ("lower", "E031 `lower`"),
        ("topic.x", "E034 `.x`"),
        ("now[0]", "E034 `[0]`"),
        ("data.a[-1]", "data.a[-1]"),
        ("get(data.a, 0, \"b\", data.c, -1).d", "data.a[0].b[data.c][-1]→d"),
        ("present(data.a)", "(present data.a)"),
        ("present(data)", "(! (== data null))"),
        ("present(city)", "E034 `city`"),
        ("present(lower(data.a))", "E034 `lower(data.a)`"),
        ("present(null)", "E034 `null`"),
        ("present(data.a, data.b)", "E033 `data.b`"),
        ("get(data.a)", "E033 `get(data.a)`"),
        ("get(data.a, true)", "E034 `true`"),
        ("get(topic, 1)", "E034 `1`"),
        ("time(data.a) - 5", "E034 `time(data.a)`"),
        ("time(data.a) < \"soon\"", "E072 `\"soon\"`"),
        ("hour(now, 5)", "E034 `5`"),
        ("hour(now, \"+5\")", "E071 `\"+5\"`"),
        ("hour(now, data.zone)", "(hour now data.zone)"),
        ("regex_capture(data.a, \"b\", data.c)", "E037 `data.c`"),
        ("regex_capture(data.a, \"b\", 1)", "E036 `1`"),
        ("data.a == none", "E031 `none`"),
        ("data.a[1.5]", "E034 `1.5`"),
        ("data.a[true]", "E034 `true`"),
        ("lower(data.a).x", "E034 `.x`"),
        ("lowr(data.x)", "E032 `lowr`"),
        ("not(data.x)", "E032 `not`"),
        ("city(1)", "E032 `city`"),
        ("foo(bar)", "E031 `bar`; E032 `foo`"),
        ("lower()", "E033 `lower()`"),
        ("lower(data.a, 1, 2)", "E033 `1, 2`"),
        ("any(data.a)", "E033 `any(data.a)`"),
        ("if(data.a, 1)", "E033 `if(data.a, 1)`"),
        ("coalesce()", "E033 `coalesce()`"),
        ("lower(5)", "E034 `5`"),
        ("lower(len(data.x))", "E034 `len(data.x)`"),
        ("any(\"abc\", it)", "E034 `\"abc\"`"),
        ("any(data.a, 5)", "E035 `5`"),
        ("if(5, 1, 2)", "E035 `5`"),
        ("\"a\" > 5", "E034 `\"a\" > 5`"),
        ("data.x > true", "E034 `true`"),
        ("data.x > null", "E034 `null`"),
        ("data.x + true", "E034 `true`"),
        ("data.x * \"2\"", "E034 `\"2\"`"),
        ("len(data.x) + \"km\"", "E034 `+`"),
        ("!5", "E034 `5`"),
        ("-\"a\"", "E034 `\"a\"`"),
        ("data.x && 5", "E034 `5`"),
        ("len(data.x) == \"a\"", "E034 `len(data.x) == \"a\"`"),
        ("lower(data.x) == len(data.y)", "E034 `lower(data.x) == len(data.y)`"),
        ("data.typed.number == \"5\"", "E034 `data.typed.number == \"5\"`"),
        ("data.typed.string > 5", "E034 `data.typed.string > 5`"),
        ("city > 5", "E034 `city > 5`"),
        ("data.x in \"abc\"", "E034 `\"abc\"`"),
        ("data.x in (\"abc\")", "E034 `(\"abc\")`"),
        ("data.x in (5)", "E034 `(5)`"),
        ("data.x in (lower(data.y))", "E034 `(lower(data.y))`"),
        ("data.x in topic", "E034 `topic`"),
        ("len(data.x) in [\"a\", \"b\"]", "E034 `[\"a\", \"b\"]`"),
        ("between(data.x, 1, \"b\") && between(len(data.x), \"a\", 2)", "E034 `1, \"b\"`; E034 `len(data.x), \"a\"`"),
        ("between(true, 1, 2)", "E034 `true`"),
        ("between(now, \"x\", \"2026-01-01\")", "E072 `\"x\"`"),
        ("!data.a == \"x\"", "E034 `!data.a == \"x\"`"),
        ("!data.a > 5", "E034 `!data.a`"),
        ("!data.a in [\"x\"]", "E034 `[\"x\"]`"),
        ("now > \"yesterday\"", "E072 `\"yesterday\"`"),
        ("hour(\"yesterday\")", "E072 `\"yesterday\"`"),
        ("now == true", "E034 `now == true`"),
        ("matches(data.x, \"[\")", "E036 `\"[\"`"),
        ("matches(data.x, data.y)", "E037 `data.y`"),
        ("lookup(\"customer.tier\", data.x)", "E060 `\"customer.tier\"`"),
        ("data.order-id > 5", "E031 `data.order-id`"),
        ("headers.x-request-id == \"a\"", "E031 `headers.x-request-id`"),
        ("data.a.b-c-d + foo", "E031 `data.a.b-c-d`; E031 `foo`"),
        ("upper(foo) == lower(bar)", "E031 `foo`; E031 `bar`"),
    ];
    for (source, expected) in cases {
        assert_eq!(compiled(source, ExprKind::Value), expected, "{source}");
    }
}

#[test]
fn fine() {
    let cases = [
        "data.x == null",
        "len(data.x) == null",
        "1 / 0 > 5",
        "now > \"2026-01-01\"",
        "time < 1700000000",
        "\"2026-01-01T00:00:00Z\" <= now",
        "lower(null)",
        "contains(data.tags, 5)",
        "number(data.x) > 5",
        "data.typed.maybe == \"a\"",
        "city == \"mumbai\"",
        "hour(now) in [1, 2]",
        "hour(now, \"Asia/Kolkata\") > 5",
        "data.x in (\"a\", \"b\")",
        "data.x in (data.y)",
        "data.x in (data.y ?? [1, 2])",
        "data.x in ([1, 2])",
        "if(data.x, 1, \"a\") == 1",
        "data.a == [1, 2]",
        "min(1, data.x, 3) > 2",
    ];
    for source in cases {
        let (typed, diagnostics) = TestScope::new().compile(source, ExprKind::Value);
        assert!(typed.is_some() && diagnostics.is_empty(), "{source}: {diagnostics:?}");
    }
}

#[test]
fn conditions() {
    let cases = [
        ("data.flag", "data.flag"),
        ("true", "true"),
        ("data.amount + 1", "E035 `data.amount + 1`"),
        ("\"x\"", "E035 `\"x\"`"),
        ("5", "E035 `5`"),
        ("topic", "E035 `topic`"),
        ("city", "E035 `city`"),
        ("data.typed.string", "E035 `data.typed.string`"),
        ("[1]", "E035 `[1]`"),
    ];
    for (source, expected) in cases {
        assert_eq!(compiled(source, ExprKind::Condition), expected, "{source}");
    }
}

#[test]
fn lints() {
    let cases = [
        ("data.currency != \"INR\"", "W002 `data.currency != \"INR\"`"),
        ("\"INR\" != data.currency", "W002 `\"INR\" != data.currency`"),
        ("data.a > 1 && data.b != 2", "W002 `data.b != 2`"),
        ("(data.currency ?? \"INR\") != \"INR\"", ""),
        ("exists(data.c) && data.c != \"INR\"", ""),
        ("data.c != null && data.c != \"INR\"", ""),
        ("starts_with(data.c, \"I\") && data.c != \"INR\"", ""),
        ("data.c > 5 && data.c != 7", ""),
        ("!exists(data.c) || data.c != \"INR\"", ""),
        ("data.c == null || data.c != \"INR\"", ""),
        ("!(data.c == null) && data.c != \"INR\"", ""),
        ("data.c in [\"a\", \"b\"] && data.c != \"a\"", ""),
        ("data.c in [null, \"a\", \"b\"] && data.c != \"a\"", "W002 `data.c != \"a\"`"),
        ("data.c in [\"a\", null] && data.c != \"a\"", "W002 `data.c != \"a\"`"),
        ("data.c in data.l && data.l != [1]", ""),
        ("data.c != null", ""),
        ("topic != \"a\"", ""),
        ("data.typed.number != 5", ""),
        ("data.typed.maybe != \"a\"", "W002 `data.typed.maybe != \"a\"`"),
        ("!(data.c != 5)", ""),
        ("data.c == 5", ""),
        ("if(exists(data.c), data.c != 5, false)", ""),
        ("!(data.amount > 5)", "W006 `!(data.amount > 5)`"),
        ("!between(data.amount, 1, 5)", "W006 `!between(data.amount, 1, 5)`"),
        ("exists(data.amount) && !(data.amount > 5)", ""),
        ("!((data.amount ?? 0) > 5)", ""),
        ("!(topic > \"a\")", ""),
        ("!(data.a == 5)", ""),
        ("1 == 1", "W008 `1 == 1`"),
        ("any(data.a, x -> data.b)", "W007 `x`"),
        ("between(hour(now), 22, 6)", "W008 `between(hour(now), 22, 6)`"),
        ("between(hour(now), 6, 22)", ""),
        ("between(data.a, 5, 4.5)", "W008 `between(data.a, 5, 4.5)`"),
        ("data.b && hour(now) >= 22 && hour(now) < 6", "W008 `hour(now) < 6`"),
        ("hour(now) < 6 && hour(now, \"UTC\") >= 22", ""),
        ("hour(now) >= 22 || hour(now) < 6", ""),
        ("3 > data.a && 5 < data.a && data.a < 9", "W008 `5 < data.a`"),
        ("data.a >= 3 && data.a <= 3 && data.a <= 4", ""),
        ("data.a >= 3 && data.a < 3", "W008 `data.a < 3`"),
        ("any(data.l, it > 3 && it < 3)", "W008 `it < 3`"),
        ("any(data.a, x -> any(data.b, y -> y > 1))", "W007 `x`"),
        ("1 > 2", "W008 `1 > 2`"),
        ("data.a && false", "W008 `data.a && false`"),
        ("true", ""),
        ("(false)", ""),
    ];
    for (source, expected) in cases {
        let (typed, diagnostics) = TestScope::new().compile(source, ExprKind::Condition);
        assert!(typed.is_some(), "{source}: {diagnostics:?}");
        assert_eq!(found(source, &diagnostics), expected, "{source}");
    }
}

#[test]
fn hints() {
    let cases = [
        ("amount > 5", "a field of the payload is written `data.amount`, a text `\"amount\"`"),
        ("cty == \"x\"", "did you mean `city`? (a field of the payload is written `data.cty`, a text `\"cty\"`)"),
        ("express", "a field of the payload is written `data.express`, a text `'\"express\"'`"),
        ("any(data.i, x -> price > 1)", "a field of the element is written `x.price`, a text `\"price\"`"),
        ("any(data.i, x -> it.price > 1)", "the element is `x`"),
        ("between(hour(now), 22, 6)", "for hours that pass midnight, write `during(now, \"22:00-07:00\")`"),
        (
            "hour(data.t, \"UTC\") > 22 && hour(data.t, \"UTC\") < 6",
            "for hours that pass midnight, write `during(data.t, \"23:00-06:00\", \"UTC\")`",
        ),
        ("between(data.a, 22, 6)", "exchange `22` and `6`, or join two conditions with `||`"),
        ("during(now, \"Mon 09:00-18:00\")", "write `mon`"),
        (
            "any(data.i, price -> prize > 1)",
            "did you mean `price`? (a field of the element is written `price.prize`, a text `\"prize\"`)",
        ),
        ("any(data.i, x -> lower(x) + 1 > 1)", "to join them, write `string(1)`"),
        ("any(data.i, x -> len(x))", "compare it with something: `len(x) > 0`"),
        ("any(data.i, price > 1)", "a field of the element is written `it.price`, a text `\"price\"`"),
        ("True", "write `true`"),
        ("lowr(data.x)", "did you mean `lower`?"),
        ("length(data.x)", "write `len(x)`"),
        ("is_empty(data.x)", "write `len(x) == 0`"),
        ("includes(data.x, \"a\")", "write `contains(x, \"…\")`"),
        ("startsWith(data.x, \"a\")", "did you mean `starts_with`?"),
        ("now - time > 60", "for the seconds between two times, write `seconds_between(time, now)`"),
        ("now - data.at > 60", "for the seconds between two times, write `seconds_between(data.at, now)`"),
        ("data.at - now > 60", "for the seconds between two times, write `seconds_between(now, data.at)`"),
        ("now + 60 > time", "for a number of seconds, write `unix_ms(now) / 1000`"),
        ("now - 60 > time", "for a number of seconds, write `unix_ms(now) / 1000`"),
        ("time > 1768050300123", "milliseconds are divided by 1000: `1768050300123 / 1000`"),
        ("between(now, 1768050300123, data.x)", "milliseconds are divided by 1000: `1768050300123 / 1000`"),
        (
            "weekday(now) == 6",
            "`weekday` yields `\"mon\"`, `\"tue\"`, `\"wed\"`, `\"thu\"`, `\"fri\"`, `\"sat\"`, `\"sun\"`",
        ),
        (
            "weekday(now) in [0, 6]",
            "`weekday` yields `\"mon\"`, `\"tue\"`, `\"wed\"`, `\"thu\"`, `\"fri\"`, `\"sat\"`, `\"sun\"`",
        ),
        ("regex_replace(data.x, \"(a)\", \"$1_$2\") == \"\"", "it has one group, `$1`; a dollar is `$$`"),
        ("not(data.x)", "write `!(x)`"),
        ("now()", "write `now`"),
        ("data.x in (\"abc\")", "write `[\"abc\"]` or `(\"abc\",)`"),
        ("data.x in \"abc\"", "write `data.x in [\"abc\"]`, or `contains(\"abc\", data.x)` for a part of a text"),
        ("len(data.x) == \"5\"", "write `5` without quotes"),
        (
            "data.a.order-id",
            "a key with a `-` is written `data.a[\"order-id\"]`; to subtract, put spaces around the `-`",
        ),
        (
            "headers.x-request-id",
            "a key with a `-` is written `headers[\"x-request-id\"]`; to subtract, put spaces around the `-`",
        ),
        ("data.amount + 1", "compare it with something: `… > 0`"),
        (
            "data.c != \"INR\"",
            "write `exists(data.c) && data.c != \"INR\"`, or `(data.c ?? \"\") != \"INR\"` if it is meant to",
        ),
        ("!(data.c > 5)", "write `data.c <= 5`, or `data.c == null || data.c <= 5` if it is meant to"),
    ];
    for (source, help) in cases {
        let (_, diagnostics) = TestScope::new().compile(source, ExprKind::Condition);
        assert_eq!(diagnostics[0].help.as_deref(), Some(help), "{source}: {diagnostics:?}");
    }
}

#[test]
fn paths_only() {
    let cases = [
        ("event.headers", "event.headers"),
        ("event.a ?? event.b ?? event", "(?? (?? event.a event.b) event)"),
        ("lower(event.a)", "E073 `lower(event.a)`"),
        ("event.a ?? \"x\" ?? 5", "E073 `\"x\"`; E073 `5`"),
        ("event.a[event.b]", "E073 `event.a[event.b]`"),
        ("data.x", "E031 `data`"),
    ];
    for (source, expected) in cases {
        let mut world = TestScope { roots: vec![Root::Event, Root::Now], ..TestScope::new() };
        let (typed, diagnostics) = world.compile(source, ExprKind::Paths);
        let result = typed.map_or_else(|| found(source, &diagnostics), |typed| tree(&typed, &world.paths));
        assert_eq!(result, expected, "{source}");
        if source == "data.x" {
            assert_eq!(diagnostics[0].help.as_deref(), Some("only `event` and `now` may be used here"));
        }
    }
}

#[test]
fn equal_expressions_are_equal_wherever_they_stand() {
    let mut world = TestScope::new();
    let mut hash = |source: &str| {
        let typed = world.compile(source, ExprKind::Value).0.unwrap();
        let mut hasher = DefaultHasher::new();
        typed.hash(&mut hasher);
        (typed, hasher.finish())
    };
    assert_eq!(hash("data.a > 5 && lower(data.b) == 'x'"), hash("(data.a>5)&&str::to_lowercase(data.b)==\"x\""));
    assert_ne!(hash("data.a > 5"), hash("data.a >= 5"));
    assert_ne!(hash("data.a > 5"), hash("data.b > 5"));
    assert_ne!(hash("data.a == \"5\""), hash("data.a == 5"));
}

#[test]
fn large_expressions() {
    let many = |operator: &str, n: usize| vec!["data.a == 1"; n].join(operator);
    assert!(TestScope::new().compile(&many(" && ", 4000), ExprKind::Condition).0.is_some());
    assert!(TestScope::new().compile(&vec!["data.a"; 256].join("+"), ExprKind::Value).0.is_some());
    // The highest trees can be walked by everybody.
    let (typed, _) = TestScope::new().compile(&vec!["data.a"; 256].join("+"), ExprKind::Value);
    let arena = Bump::new();
    let mut env = fold::Nowhere { arena: &arena, zone: &TimeZone::UTC };
    assert!(crate::expr::evaluate(typed.as_ref().unwrap(), &mut env).is_null());
    let nested = format!("{}data.a{}", "lower(".repeat(64), ")".repeat(64));
    assert!(TestScope::new().compile(&nested, ExprKind::Value).0.is_some());
    let many = format!("coalesce({})", vec!["data.a"; 5000].join(","));
    assert!(TestScope::new().compile(&many, ExprKind::Value).0.is_some());
}

fn sources() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "data.a",
        "data.typed.number",
        "headers.x",
        "topic",
        "now",
        "time",
        "it",
        "x",
        "city",
        "foo",
        "1",
        "\"a\"",
        "\"2026-01-01\"",
        "true",
        "null",
        "[1, \"a\"]",
        "1.5",
        "\"[\"",
        "id",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let binary =
            prop::sample::select(vec!["+", "-", "*", "/", "^", "==", "!=", "<", ">=", "&&", "||", "??", " in "]);
        let unary = prop::sample::select(vec!["!", "-", "lower", "hour", "exists", "len", "number", "string", "abs"]);
        let calls = prop::sample::select(vec![
            "any", "all", "map", "filter", "if", "between", "coalesce", "contains", "matches", "replace", "glob",
            "format", "lookup",
        ]);
        prop_oneof![
            (inner.clone(), binary, inner.clone()).prop_map(|(a, op, b)| format!("({a}{op}{b})")),
            (unary, inner.clone()).prop_map(|(op, a)| format!("{op}({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}].x")),
            (calls, prop::collection::vec(inner, 0..4))
                .prop_map(|(name, items)| format!("{name}({})", items.join(", "))),
        ]
    })
}

#[test]
fn errors_have_an_end() {
    let names: Vec<_> = (0..2000).map(|n| format!("name{n}")).collect();
    let (typed, diagnostics) = TestScope::new().compile(&names.join(" && "), ExprKind::Condition);
    assert!(typed.is_none());
    assert_eq!(diagnostics.len(), MAX_ERRORS);
    let (typed, diagnostics) = TestScope::new().compile(&format!("'{}'", "\\q".repeat(2000)), ExprKind::Value);
    assert!(typed.is_none());
    assert_eq!(diagnostics.len(), MAX_ERRORS);
}

proptest! {
    #[test]
    fn never_panics_and_an_error_is_told(source in sources()) {
        let (typed, diagnostics) = TestScope::new().compile(&source, ExprKind::Condition);
        prop_assert_eq!(typed.is_none(), diagnostics.iter().any(Diagnostic::is_error));
        for (at, diagnostic) in diagnostics.iter().enumerate() {
            prop_assert!(!diagnostics[..at].contains(diagnostic));
        }
    }
}
