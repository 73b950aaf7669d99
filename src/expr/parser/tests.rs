use super::*;
use crate::diagnostic::FileId;
use crate::expr::syntax::{Accessor, AccessorKind};
use proptest::prelude::*;

fn text(source: &str) -> Text {
    Text::verbatim(source, Span::new(FileId(0), 0, source.len()))
}

/// The tree with everything in parentheses.
fn tree(expr: &Expr) -> String {
    let list = |name: &str, items: &[Expr]| {
        let items: Vec<String> = items.iter().map(tree).collect();
        format!("({name} {})", items.join(" "))
    };
    match &expr.node {
        ExprNode::Literal(value) => value.to_string(),
        ExprNode::Name(name) => name.clone(),
        ExprNode::List(items) => list("list", items),
        ExprNode::Access(base, steps) => steps.iter().fold(tree(base), |text, step| match step {
            Accessor { kind: AccessorKind::Key(key), .. } => format!("{text}.{key}"),
            Accessor { kind: AccessorKind::Index(index), .. } => format!("{text}[{}]", tree(index)),
        }),
        ExprNode::Call(name, _, arguments) => list(name, arguments),
        ExprNode::Named(name, _, body) => format!("({name} -> {})", tree(body)),
        ExprNode::Not(operand) => format!("(! {})", tree(operand)),
        ExprNode::Negate(operand) => format!("(- {})", tree(operand)),
        ExprNode::And(items) => list("&&", items),
        ExprNode::Or(items) => list("||", items),
        ExprNode::Binary(op, _, left, right) => format!("({} {} {})", op.symbol(), tree(left), tree(right)),
    }
}

fn parsed(source: &str) -> String {
    let mut diagnostics = Vec::new();
    match parse(&text(source), &mut diagnostics) {
        Some(expr) => tree(&expr),
        None => diagnostics.iter().map(|d| shown(source, d)).collect::<Vec<_>>().join("; "),
    }
}

/// `E030 at `text`: message | help`.
fn shown(source: &str, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.primary.as_ref().unwrap().span;
    let at = source.get(span.start as usize..span.end as usize).unwrap();
    format!("{} `{at}`", diagnostic.code.as_str())
}

#[test]
fn precedence() {
    let cases = [
        ("data.amount > 5000", "(> data.amount 5000)"),
        ("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"),
        ("8 / 4 / 2 % 3", "(% (/ (/ 8 4) 2) 3)"),
        ("2 ^ 3 ^ 2", "(^ (^ 2 3) 2)"),
        ("-2 ^ 2", "(- (^ 2 2))"),
        ("2 ^ -1", "(^ 2 (- 1))"),
        ("-a.b[0]", "(- a.b[0])"),
        ("any(l, x -> x.a || x.b)", "(any l (x -> (|| x.a x.b)))"),
        ("any(l, x -> any(x, y -> y > x) && c, d)", "(any l (x -> (&& (any x (y -> (> y x))) c)) d)"),
        ("!a == b", "(== (! a) b)"),
        ("!!a", "(! (! a))"),
        ("a - -1", "(- a (- 1))"),
        ("a ?? b + 1 == c", "(== (?? a (+ b 1)) c)"),
        ("a ?? b ?? c", "(?? (?? a b) c)"),
        ("a && b && c || d && e", "(|| (&& a b c) (&& d e))"),
        ("a && (b && c)", "(&& a (&& b c))"),
        ("(a || b) && c", "(&& (|| a b) c)"),
        ("a == 1 && b in [1, 2,]", "(&& (== a 1) (in b (list 1 2)))"),
        ("a in (\"x\", 'y')", "(in a (list \"x\" \"y\"))"),
        ("a in (1,)", "(in a (list 1))"),
        ("a in []", "(in a (list ))"),
        ("f(())", "(f (list ))"),
        ("(a < b) == (c < d)", "(== (< a b) (< c d))"),
        ("if(a, b, c)", "(if a b c)"),
        ("f()", "(f )"),
        ("f (a,)", "(f a)"),
        ("str::to_lowercase(a)", "(str::to_lowercase a)"),
        ("data.in.true[\"odd key\"][i + 1]", "data.in.true[\"odd key\"][(+ i 1)]"),
        ("data . x", "data.x"),
        ("grünzeug.größe", "grünzeug.größe"),
        ("डेटा.शहर", "डेटा.शहर"),
        ("a /* the amount */\n > 5 /* that is all */", "(> a 5)"),
        ("not_a_word", "not_a_word"),
        ("(a ?? b).c", "(?? a b).c"),
    ];
    for (source, expected) in cases {
        assert_eq!(parsed(source), expected, "{source}");
    }
}

#[test]
fn literals() {
    let cases = [
        ("0", "0"),
        ("18446744073709551615", "18446744073709551615"),
        ("1.50", "1.5"),
        ("1e3", "1000.0"),
        ("1E-2", "0.01"),
        ("0xff", "255"),
        ("true", "true"),
        ("null", "null"),
        (r#""a\n\"\\\/\u20b9""#, r#""a\n\"\\/₹""#),
        (r#"'it\'s "x"'"#, r#""it's \"x\"""#),
        (r#""\ud83d\ude00""#, "\"😀\""),
        ("\"\"", "\"\""),
    ];
    for (source, expected) in cases {
        assert_eq!(parsed(source), expected, "{source}");
    }
}

#[test]
fn chains_are_mended_as_they_were_meant() {
    let cases = [
        ("1 < a <= 3", "write `1 < a && a <= 3`"),
        ("a == b == c", "write `a == b && b == c`"),
        ("a == b == true", "put the first into parentheses: `(a == b) == true`"),
        ("a in b == true", "put the first into parentheses: `(a in b) == true`"),
        ("a != b < c", "put the first into parentheses: `(a != b) < c`"),
    ];
    for (source, help) in cases {
        let mut diagnostics = Vec::new();
        assert!(parse(&text(source), &mut diagnostics).is_none());
        assert_eq!(diagnostics.first().and_then(|d| d.help.as_deref()), Some(help), "{source}");
    }
}

#[test]
fn errors_point_at_the_exact_characters() {
    let cases = [
        ("", "E030 ``"),
        ("amount >", "E030 `>`"),
        ("> 5", "E030 `>`"),
        ("a && ", "E030 `&&`"),
        ("a b", "E030 `b`"),
        ("a < b < c", "E039 `<`"),
        ("a == b == c", "E039 `==`"),
        ("a in b in c", "E039 `in`"),
        ("a = 5", "E040 `=`"),
        ("a := 5", "E040 `:=`"),
        ("a += 5", "E040 `+=`"),
        ("a; b", "E040 `;`"),
        ("f(a = 5)", "E040 `=`"),
        ("a and b", "E030 `and`"),
        ("a OR b", "E030 `OR`"),
        ("not a", "E030 `not`"),
        ("a not in b", "E030 `not in`"),
        ("a is not null", "E030 `is not`"),
        ("a === b", "E030 `===`"),
        ("a !== b", "E030 `!==`"),
        ("a <> b", "E030 `<>`"),
        ("a & b", "E030 `&`"),
        ("a | b", "E030 `|`"),
        ("a?.b", "E030 `?.`"),
        ("a ? b : c", "E030 `?`"),
        ("(a + (b)", "E030 `(`"),
        ("[1, 2", "E030 `[`"),
        ("f(1", "E030 `(`"),
        ("a[0", "E030 `[`"),
        ("a)", "E030 `)`"),
        ("(a]", "E030 `]`"),
        ("\"abc", "E030 `\"`"),
        ("a == 'abc", "E030 `'`"),
        (r#""a\d""#, r"E030 `\d`"),
        (r#""\q \w""#, r"E030 `\q`; E030 `\w`"),
        (r#""\u12""#, r"E030 `\u12`"),
        (r#""\ud83d x""#, r"E030 `\ud83d`"),
        ("a > .5", "E030 `.5`"),
        ("a > 1.", "E030 `1.`"),
        ("a > 012", "E030 `012`"),
        ("a > 1_000", "E030 `1_000`"),
        ("a > 5km", "E030 `5km`"),
        ("a > 1e999", "E030 `1e999`"),
        ("a > 0xfg", "E030 `0xfg`"),
        ("a.0", "E030 `.0`"),
        ("a.items.0.sku", "E030 `.0`"),
        ("a.", "E030 `.`"),
        ("a.\"x\"", "E030 `.\"x\"`"),
        ("a[]", "E030 `[]`"),
        ("a, b", "E030 `,`"),
        ("f(, a)", "E030 `,`"),
        ("{a: 1}", "E030 `{`"),
        ("a > ₹5", "E030 `₹`"),
        ("a == “x”", "E030 `“`"),
        ("$.a", "E030 `$`"),
        ("data.name.lower()", "E030 `data.name.lower`"),
        ("a /* b", "E030 `/*`"),
        ("a == +5", "E030 `+`"),
    ];
    for (source, expected) in cases {
        assert_eq!(parsed(source), expected, "{source}");
    }
}

#[test]
fn hints() {
    let cases = [
        ("a < b.c < 10", "write `a < b.c && b.c < 10`"),
        ("a = 5", "to compare, write `==`"),
        ("a and b", "write `&&`"),
        ("a > 012", "write `12`, or `\"012\"` if it is a text"),
        ("a > .5", "write `0.5`"),
        ("a > 1_000", "write `1000`"),
        ("a.0.b", "an element is written `[0]`, the key `\"0\"` is written `[\"0\"]`"),
        ("data.name.lower()", "write `lower(data.name)`"),
        ("data.name.starts_with(\"x\")", "write `starts_with(data.name, …)`"),
        ("data.tags contains \"x\"", "write `contains(text_or_list, x)`"),
        (r#""\d""#, r"a backslash itself is written `\\`: `\\d`"),
        ("(a", "a `)` is missing"),
        ("lower data.x", "write `lower(text)`"),
        ("a ? b : c", "write `if(condition, this, that)`"),
    ];
    for (source, help) in cases {
        let mut diagnostics = Vec::new();
        assert!(parse(&text(source), &mut diagnostics).is_none(), "{source}");
        assert_eq!(diagnostics[0].help.as_deref(), Some(help), "{source}");
    }
}

/// Adjacent signs are not nested.
#[test]
fn many_signs() {
    for sign in ["-a", "!a", "-(a)"] {
        assert!(!parsed(&vec![sign; 100].join(" + ")).starts_with('E'), "{sign}");
    }
}

#[test]
fn limits() {
    let deep = |open: &str, close: &str, n: usize| format!("{}a{}", open.repeat(n), close.repeat(n));
    for (open, close) in
        [("(", ")"), ("[", "]"), ("!", ""), ("-", ""), ("f(", ")"), ("a[", "]"), ("!(", ")"), ("2^-", "")]
    {
        let n = 64 / open.chars().filter(|c| "([!-".contains(*c)).count();
        assert!(!parsed(&deep(open, close, n)).starts_with('E'), "{open}");
        assert!(parsed(&deep(open, close, n + 1)).starts_with("E038"), "{open}");
        for n in [10_000, 20_000, 100_000] {
            assert!(parsed(&deep(open, close, n)).starts_with("E038"), "{open}");
            assert!(parsed(&open.repeat(n)).starts_with("E038"), "{open}");
        }
    }
    for operator in ["+", "*", "^", "??", "-"] {
        let chain = |n: usize| vec!["a"; n].join(operator);
        assert!(!parsed(&chain(256)).starts_with('E'), "{operator}");
        assert!(parsed(&chain(257)).starts_with("E038"), "{operator}");
        assert!(parsed(&chain(15_000)).starts_with("E038"), "{operator}");
    }
    for operator in ["&&", "||"] {
        assert!(!parsed(&vec!["a"; 10_000].join(operator)).starts_with('E'), "{operator}");
    }
    assert!(!parsed(&vec!["a"; 30_000].join(".")).starts_with('E'));
    assert!(parsed(&format!("a{}", "[b]".repeat(1000))).starts_with("E038"));
    assert!(parsed(&"a".repeat(70_000)).starts_with("E038"));
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "data", ".", "x", "[", "]", "(", ")", "\"k\"", "'", "\"", "\\", "\\u", "0", "1.5", "e", "+", "-", "*",
        "^", "!", "==", "!=", "<", ">=", "&&", "||", "??", "in", "not", " ", ",", "=", ";", "//", "/*", "é", "💥",
        "it", "any(", "lower", "now", "true", "null", "?", ":", "::",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn never_panics(source in prop_oneof![any::<String>(), pieces()]) {
        let mut diagnostics = Vec::new();
        let expr = parse(&text(&source), &mut diagnostics);
        prop_assert_eq!(expr.is_none(), !diagnostics.is_empty());
        for diagnostic in &diagnostics {
            let span = diagnostic.primary.as_ref().unwrap().span;
            prop_assert!(source.get(span.start as usize..span.end as usize).is_some());
        }
    }
}

/// The help of the first error.
fn help(source: &str) -> String {
    let mut diagnostics = Vec::new();
    assert!(parse(&text(source), &mut diagnostics).is_none(), "{source}");
    diagnostics.first().and_then(|d| d.help.clone()).unwrap_or_default()
}

#[test]
fn comments() {
    let cases = [
        ("a /* b */ + /**/ c", "(+ a c)"),
        ("\"// /* no comment */\" == a", "(== \"// /* no comment */\" a)"),
        ("a // b", "E030 `//`"),
        ("a // 2 == 1", "E030 `//`"),
        ("// a\nb", "E030 `//`"),
        ("a /* b", "E030 `/*`"),
        ("a /* b\n*/ && c", "E030 `/*`"),
        ("a /* b /* c */", "a"),
    ];
    for (source, expected) in cases {
        assert_eq!(parsed(source), expected, "{source}");
    }
    assert_eq!(help("a // 2"), "to divide, write `/`; a comment is written `/* … */`");
}

/// A comment that runs over a line break which YAML has folded to a space.
#[test]
fn comments_end_on_their_line_of_the_file() {
    let file = "a > 1 /* rupees\n  && b /* or */";
    let whole = Span::new(FileId(0), 0, file.len());
    let folded = |at: usize, behind: usize| {
        let mut text = Text::building(whole);
        text.push(file.get(..at).unwrap(), 0..at);
        text.push(" ", at..behind);
        text.push(file.get(behind..).unwrap(), behind..file.len());
        text
    };
    let break_at = file.find('\n').unwrap();
    let mut diagnostics = Vec::new();
    assert!(parse(&folded(break_at, break_at + 3), &mut diagnostics).is_none());
    assert_eq!(diagnostics[0].message, "a comment ends on the line where it begins");
}

#[test]
fn says_how_it_is_written_here() {
    let cases = [
        (
            "any(l, x => x.price > 1)",
            "a name for the element is written `x -> …`; without one it is `it`: `any(list, it.price > 100)`",
        ),
        (
            "any(l, (x) => x.price > 1)",
            "a name for the element is written `x -> …`; without one it is `it`: `any(list, it.price > 100)`",
        ),
        (
            "any(l, (x) -> x.price > 1)",
            "a name for the element is written `x -> …`; without one it is `it`: `any(list, it.price > 100)`",
        ),
        ("data.x => 5", "write `>=`"),
        ("(data.x => 5)", "write `>=`"),
        ("data.x | upper", "a function is written before its arguments: `upper(data.x)`"),
        ("data.x | upper == \"A\"", "a function is written before its arguments: `upper(data.x)`"),
        ("data.x |> lowercase", "a function is written before its arguments: `lower(data.x)`"),
        ("a > 1 | b > 1", "write `||`"),
        (
            "data.items[*].price > 1",
            "to ask whether some element fits, write `any(list, it.price > 100)`; `filter` and `map` make lists",
        ),
        (
            "data.items[?price > 1]",
            "to ask whether some element fits, write `any(list, it.price > 100)`; `filter` and `map` make lists",
        ),
        (".data.x == 1", "it begins with its root: `data.x`"),
        ("a && .x == 1", "it begins with its root: `data.x`"),
        ("data.name.startsWith(\"a\")", "write `starts_with(data.name, \"…\")`"),
        ("data.name.startsWith()", "write `starts_with(data.name, \"…\")`"),
        ("data.name.toLowerCase() == \"a\"", "write `lower(data.name)`"),
        ("data.tags.includes(\"a\")", "write `contains(data.tags, \"…\")`"),
        ("data.name.isEmpty()", "write `len(data.name) == 0`"),
        ("data.name.lower()", "write `lower(data.name)`"),
        ("data.name.frobnicate()", "values have no methods: a function is written before its arguments, `lower(x)`"),
    ];
    for (source, expected) in cases {
        assert_eq!(help(source), expected, "{source}");
    }
}
