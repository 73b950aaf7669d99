//! The part of the language that the crate evalexpr also supports has the same meaning there: both evaluate random
//! expressions.
//!
//! The generator avoids the deliberate differences; [`DIFFERENCES`] lists them with both results.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use bumpalo::Bump;
use dadar::diagnostic::{FileId, Span, Text};
use dadar::unstable::event::{Type, Value};
use dadar::unstable::expr::{
    DefineId, Env, ExprKind, LookupId, PathId, PathTable, Root, Scope, Typed, compile_text, evaluate,
};
use evalexpr::{ContextWithMutableVariables, HashMapContext, Value as Theirs};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::HashMap;

/// Expression, its value here (as JSON), and its value in evalexpr 11.3.1 (or `error`).
const DIFFERENCES: &[(&str, &str, &str)] = &[
    // `/` does not truncate.
    ("1 / 2", "0.5", "0"),
    ("4 / 2", "2", "2"),
    // Null instead of errors and of numbers that are not finite.
    ("1 / 0", "null", "error"),
    ("1.0 / 0.0", "null", "inf"),
    ("1 % 0", "null", "error"),
    ("math::sqrt(-1)", "null", "NaN"),
    ("str::substring(\"abc\", 1, 9)", "null", "error"),
    // Integers become unsigned integers and floats instead of overflowing.
    ("9223372036854775807 + 1", "9223372036854775808", "error"),
    ("9223372036854775807 * 4", "3.6893488147419103e19", "error"),
    // Integers and floats are one type.
    ("1 == 1.0", "true", "false"),
    ("contains((1, 2), 2.0)", "true", "false"),
    ("floor(2.5)", "2", "2"),
    ("2 ^ 3", "8", "8"),
    ("9007199254740993 > 9007199254740992.0", "true", "false"),
    ("str::from(-0.0)", "\"0\"", "\"-0\""),
    // Code points, not bytes. (evalexpr's `str::substring` panics inside a code point.)
    ("len(\"₹\")", "1", "3"),
    // JSON's names for types.
    ("typeof(1)", "\"number\"", "\"int\""),
    ("typeof(1.5)", "\"number\"", "\"float\""),
    ("typeof((1, 2))", "\"array\"", "\"tuple\""),
    // `contains` also accepts strings.
    ("contains(\"abc\", \"b\")", "true", "error"),
    ("contains_any(\"abc\", (\"x\", \"c\"))", "true", "error"),
];

const ZONE: &TimeZone = &TimeZone::UTC;

/// The variables in both languages: `data.i`, `data.f`, `data.s`, `data.b`.
#[derive(Clone, Debug)]
struct Variables {
    int: i64,
    float: f64,
    text: String,
    flag: bool,
}

struct Ours<'a> {
    arena: &'a Bump,
    paths: &'a PathTable,
    variables: &'a Variables,
}

impl<'a> Env<'a> for Ours<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }
    fn path(&mut self, path: PathId) -> Value<'a> {
        match self.paths.get(path).unwrap().to_string().as_str() {
            "data.i" => Value::int(self.variables.int),
            "data.f" => Value::float(self.variables.float),
            "data.s" => Value::String(&self.variables.text),
            "data.b" => Value::Bool(self.variables.flag),
            _ => Value::Null,
        }
    }
    fn is_present(&mut self, path: PathId) -> bool {
        !self.path(path).is_null()
    }
    fn define(&mut self, _: DefineId) -> Value<'a> {
        Value::Null
    }
    fn zone(&self) -> &'a TimeZone {
        ZONE
    }
    fn lookup(&mut self, _: LookupId, _: u32, _: &[Value<'_>]) -> Value<'a> {
        Value::Null
    }
    fn event_id(&mut self) -> Value<'a> {
        Value::Null
    }
}

fn compiled(source: &str, paths: &mut PathTable) -> Typed {
    let mut diagnostics = Vec::new();
    let roots = Root::ALL.map(|(_, root)| root);
    let mut scope = Scope {
        paths,
        defines: &HashMap::new(),
        define_types: &[],
        lookups: &HashMap::new(),
        patterns: &mut dadar::unstable::expr::PreparedPatterns::default(),
        zone: ZONE,
        type_of: &|_| Type::ANY,
        roots: &roots,
    };
    let text = Text::verbatim(source, Span::new(FileId(0), 0, source.len()));
    let typed = compile_text(&text, &mut scope, ExprKind::Value, &mut diagnostics);
    typed.unwrap_or_else(|| panic!("{source}: {diagnostics:?}"))
}

fn ours(source: &str, variables: &Variables) -> serde_json::Value {
    let mut paths = PathTable::default();
    let typed = compiled(source, &mut paths);
    let arena = Bump::new();
    evaluate(&typed, &mut Ours { arena: &arena, paths: &paths, variables }).to_json()
}

fn theirs(source: &str, variables: &Variables) -> Result<Theirs, evalexpr::EvalexprError> {
    let mut context = HashMapContext::new();
    context.set_value("data.i".into(), Theirs::Int(variables.int)).unwrap();
    context.set_value("data.f".into(), Theirs::Float(variables.float)).unwrap();
    context.set_value("data.s".into(), Theirs::String(variables.text.clone())).unwrap();
    context.set_value("data.b".into(), Theirs::Boolean(variables.flag)).unwrap();
    evalexpr::eval_with_context(source, &context)
}

/// Compares numbers by value, everything else as it is.
fn agree(ours: &serde_json::Value, theirs: &Theirs) -> bool {
    match theirs {
        Theirs::Int(n) => ours.as_f64() == Some(*n as f64),
        Theirs::Float(n) => ours.as_f64() == Some(*n),
        Theirs::String(s) => ours.as_str() == Some(s),
        Theirs::Boolean(b) => ours.as_bool() == Some(*b),
        Theirs::Tuple(_) | Theirs::Empty => false,
    }
}

/// Writes an expression. Its choices come from a list of bytes; after the last one, it takes the simplest choice.
struct Writer<'c> {
    choices: std::slice::Iter<'c, u8>,
    depth: usize,
}

impl Writer<'_> {
    fn choose(&mut self, of: u8) -> u8 {
        self.choices.next().map_or(0, |choice| choice % of)
    }

    /// At the maximum depth only leaves are chosen; they come first.
    fn kind(&mut self, leaves: u8, all: u8) -> u8 {
        let of = if self.depth > 5 { leaves } else { all };
        self.choose(of)
    }

    fn within<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        written
    }

    /// Sometimes without parentheses, so that precedence matters.
    fn wrap(&mut self, text: String) -> String {
        if self.choose(3) == 0 { text } else { format!("({text})") }
    }

    fn int(&mut self) -> String {
        self.within(|w| match w.kind(2, 13) {
            0 => w.choose(10).to_string(),
            1 => "data.i".to_owned(),
            2 => format!("{} + {}", w.int(), w.int()),
            3 => format!("{} - {}", w.int(), w.int()),
            4 => format!("{} * {}", w.int(), w.int()),
            5 => format!("{} % {}", w.int(), w.choose(9) + 1),
            6 => format!("-{}", w.int()),
            7 => format!("len({})", w.text()),
            8 => format!("min({}, {})", w.int(), w.int()),
            9 => format!("max({}, {}, {})", w.int(), w.int(), w.int()),
            10 => format!("math::abs({})", w.int()),
            11 => format!("if({}, {}, {})", w.flag(), w.int(), w.int()),
            _ => format!("bitxor({}, bitand({}, {}))", w.int(), w.int(), w.int()),
        })
        .pipe(|text| self.wrap(text))
    }

    fn float(&mut self) -> String {
        self.within(|w| match w.kind(2, 14) {
            0 => format!("{}.{}", w.choose(10), [0, 25, 5, 75][usize::from(w.choose(4))]),
            1 => "data.f".to_owned(),
            2 => format!("{} + {}", w.float(), w.int()),
            3 => format!("{} - {}", w.float(), w.float()),
            4 => format!("{} * {}", w.int(), w.float()),
            5 => format!("{} / {}.5", w.float(), w.choose(9)),
            6 => format!("{} % {}.5", w.float(), w.choose(9)),
            7 => format!("floor({})", w.float()),
            8 => format!("ceil({})", w.float()),
            9 => format!("round({})", w.float()),
            10 => format!("min({}, {})", w.float(), w.float()),
            11 => format!("if({}, {}, {})", w.flag(), w.float(), w.float()),
            12 => format!("math::sqrt(math::abs({}))", w.float()),
            _ => format!("{} ^ {}", w.float(), w.choose(4)),
        })
        .pipe(|text| self.wrap(text))
    }

    fn text(&mut self) -> String {
        self.within(|w| match w.kind(2, 10) {
            0 => ["\"\"", "\"a\"", "\"Ab c\"", "\" b\\\"\\\\ \"", "\"ABC\""][usize::from(w.choose(5))].to_owned(),
            1 => "data.s".to_owned(),
            2 => format!("({} + {})", w.text(), w.text()),
            3 => format!("str::to_lowercase({})", w.text()),
            4 => format!("str::to_uppercase({})", w.text()),
            5 => format!("str::trim({})", w.text()),
            6 => format!("str::from({})", w.int()),
            7 => format!("str::from({})", w.flag()),
            8 => format!("str::substring({}, {})", w.text(), w.choose(3)),
            _ => format!("if({}, {}, {})", w.flag(), w.text(), w.text()),
        })
    }

    fn flag(&mut self) -> String {
        self.within(|w| match w.kind(2, 12) {
            0 => ["true", "false"][usize::from(w.choose(2))].to_owned(),
            1 => "data.b".to_owned(),
            2 => format!("!{}", w.flag()),
            3 => format!("{} && {}", w.flag(), w.flag()),
            4 => format!("{} || {}", w.flag(), w.flag()),
            5 => format!("({} {} {})", w.int(), w.comparison(), w.int()),
            6 => format!("({} {} {})", w.float(), w.comparison(), w.float()),
            7 => format!("({} {} {})", w.text(), w.comparison(), w.text()),
            8 => format!("({} < {})", w.float(), w.int()),
            9 => format!("contains(({}, {}), {})", w.int(), w.int(), w.int()),
            10 => format!("contains_any(({}, {}), ({}, \"a\"))", w.text(), w.text(), w.text()),
            _ => format!("(({}) == ({}))", w.flag(), w.flag()),
        })
        .pipe(|text| self.wrap(text))
    }

    fn comparison(&mut self) -> &'static str {
        ["==", "!=", "<", "<=", ">", ">="][usize::from(self.choose(6))]
    }
}

/// `x.pipe(f)` is `f(x)`, so that the wrapper comes after the wrapped value.
trait Pipe: Sized {
    fn pipe<T>(self, f: impl FnOnce(Self) -> T) -> T {
        f(self)
    }
}

impl Pipe for String {}

fn variables() -> impl Strategy<Value = Variables> {
    (-100..100_i64, -400..400_i32, "[ aAbB]{0,4}", any::<bool>()).prop_map(|(int, quarters, text, flag)| Variables {
        int,
        float: f64::from(quarters) / 4.0,
        text,
        flag,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn means_the_same(choices in prop::collection::vec(any::<u8>(), 0..120), variables in variables(), kind in 0..4) {
        let mut writer = Writer { choices: choices.iter(), depth: 0 };
        let source = match kind {
            0 => writer.int(),
            1 => writer.float(),
            2 => writer.text(),
            _ => writer.flag(),
        };
        // An overflow there is a number here.
        if let Ok(expected) = theirs(&source, &variables) {
            let found = ours(&source, &variables);
            prop_assert!(agree(&found, &expected), "{source}\nhere: {found}\nthere: {expected:?}");
        }
    }
}

#[test]
fn differences() {
    let variables = Variables { int: 0, float: 0.0, text: String::new(), flag: false };
    for (source, here, there) in DIFFERENCES {
        let found = ours(source, &variables);
        let expected: serde_json::Value = serde_json::from_str(here).unwrap();
        let equal = match (found.as_f64(), expected.as_f64()) {
            (Some(a), Some(b)) => a == b,
            _ => found == expected,
        };
        assert!(equal, "{source}: {found}, not {here}");
        let shown = theirs(source, &variables).map_or_else(|_| "error".to_owned(), |value| value.to_string());
        assert_eq!(&shown, there, "{source} there");
    }
}
