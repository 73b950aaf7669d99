//! An expression that is not part of the rule files, with the value of each part: a scratchpad for rule writers.

use super::condition::{MAX_DEPTH, MAX_INSIDE};
use super::context::EventContext;
use super::requirements::mismatch;
use super::sent;
use super::split::{LineEvent, each_event};
use crate::clock::Clock;
use crate::decision::{Input, shown_id};
use crate::diagnostic::{Diagnostic, Span, Text};
use crate::event::{self, Type, Value};
use crate::expr::{Quantifier, TypeRequirement, Typed, TypedNode, evaluate, evaluate_measured, type_requirements};
use crate::options::Options;
use crate::rules::{RuleSet, shown_computation};
use crate::split::{self, Batch, Splitter};
use crate::trace::{ExpressionTrace, Mismatch, PartTrace, ValueError};
use bumpalo::Bump;

/// An expression with its parts, which can be evaluated on events.
///
/// ```
/// use dadar::diagnostic::{SourceFile, Sources, Span, Text};
/// use dadar::unstable::interpreter::Expression;
/// use dadar::{Options, load_strings};
///
/// let rules = load_strings("shop", [("rules.yaml", "define: {total: 'data.price * data.count'}")]).rule_set.unwrap();
/// let source = "total > 100";
/// let mut sources = Sources::default();
/// let file = sources.add(SourceFile::new("<expression>", source));
/// let text = Text::verbatim(source, Span::new(file, 0, source.len()));
/// let expression = Expression::compile(rules, &text, &mut Vec::new()).unwrap();
/// let event = br#"{"data": {"price": 20, "count": 6}}"#;
/// let trace = expression.evaluate(event, 1, &Options::default()).unwrap();
/// assert_eq!((trace.ty.as_str(), trace.value), ("boolean", true.into()));
/// assert_eq!(trace.parts[0].value, 120);
/// ```
#[derive(Clone, Debug)]
pub struct Expression {
    rules: RuleSet,
    typed: Typed,
    needed: Vec<TypeRequirement>,
    parts: Vec<ExpressionPart>,
    splitter: Option<Splitter>,
}

/// A part that is shown.
#[derive(Clone, Debug)]
struct ExpressionPart {
    span: Span,
    /// The expression that yields its value. If the part depends on an element, this maps the enclosing lists over it.
    typed: Typed,
    each: bool,
    parts: Vec<ExpressionPart>,
}

impl Expression {
    /// Compiles an expression with the names of a rule set. If it returns `None`, the errors are among the
    /// diagnostics.
    pub fn compile(mut rules: RuleSet, text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Expression> {
        let typed = rules.compile(text, diagnostics)?;
        let mut needed = Vec::new();
        type_requirements(&typed, Type::ANY, &mut needed);
        let mut dissector = Dissector { rules: &rules, lists: Vec::new(), depth: 0, left: MAX_INSIDE };
        let parts = dissector.parts(&typed);
        let splitter = Splitter::new(&rules.split, &rules.paths);
        Some(Expression { rules, typed, needed, parts, splitter })
    }

    /// The types that the expression can yield.
    pub fn ty(&self) -> Type {
        self.typed.ty
    }

    /// Its value on one line of input, and the value of each part. The `ingest` of the rule set is applied to the event first.
    ///
    /// # Errors
    ///
    /// If the line is not a JSON object, or the rule set splits it into several events.
    pub fn evaluate(&self, line: &[u8], number: u64, options: &Options) -> Result<ExpressionTrace, String> {
        let mut results = Vec::new();
        self.evaluate_each(line, number, options, |result| results.push(result));
        match results.len() {
            1 => results.pop().unwrap_or_else(|| Err(String::from("no event"))),
            0 => Err(String::from("an empty list of events")),
            several => Err(split::too_many(several as u64)),
        }
    }

    /// As [`Expression::evaluate`], for each event of the line.
    pub fn evaluate_each(
        &self,
        line: &[u8],
        number: u64,
        options: &Options,
        mut each: impl FnMut(Result<ExpressionTrace, String>),
    ) {
        each_event(self.splitter.as_ref(), &self.rules, line, options.limits, &mut |event| match event {
            LineEvent::Malformed(error) => each(Err(error)),
            LineEvent::EmptyList => {}
            LineEvent::Event(text, part, batch) => {
                each(self.evaluate_event(Input { text, line: number, part }, batch, options));
            }
        });
    }

    fn evaluate_event(
        &self,
        input: Input<'_>,
        batch: &Batch<'_>,
        options: &Options,
    ) -> Result<ExpressionTrace, String> {
        let arena = Bump::new();
        let event = match event::parse(input.text, options.limits, &arena) {
            Ok(event @ Value::Object(_)) => event,
            Ok(_) => return Err(String::from("not a JSON object")),
            Err(fault) => return Err(fault.to_string()),
        };
        let ingest = sent::ingest(&self.rules, &arena, event, options, batch, false);
        let clock = ingest.clock_read().map_or(options.clock, Clock::Fixed);
        let mut context = EventContext::new(&self.rules, &arena, ingest.tree, clock, options.budget, batch);
        let evaluation = evaluate_measured(&self.typed, &mut context);
        let exceeded = evaluation.exceeded.map(|exceeded| ValueError {
            path: shown_computation(exceeded.computation, &self.rules.paths),
            mismatch: Mismatch { expected: options.budget.describe(exceeded.limit), found: String::from("more") },
        });
        Ok(ExpressionTrace {
            line: input.line,
            part: input.part.map(|part| part.part),
            id: shown_id(context.id),
            ty: self.typed.ty.to_string(),
            value: evaluation.value.to_json(),
            errors: self.mismatches(&mut context).into_iter().chain(exceeded).collect(),
            parts: self.parts.iter().map(|part| part.evaluate(&mut context)).collect(),
        })
    }

    fn mismatches(&self, context: &mut EventContext<'_>) -> Vec<ValueError> {
        let mut errors = Vec::new();
        for requirement in &self.needed {
            let Some(found) = mismatch(requirement, context) else { continue };
            let mismatch = Mismatch { expected: requirement.expected.to_string(), found: found.to_string() };
            let error = ValueError { path: requirement.shown(&context.rules.paths), mismatch };
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
        errors
    }
}

impl ExpressionPart {
    fn evaluate<'a>(&'a self, context: &mut EventContext<'a>) -> PartTrace {
        let value = evaluate(&self.typed, context);
        let missing = match &self.typed.node {
            TypedNode::Path(id) if value.is_null() => {
                let path = context.rules.paths.get(*id);
                path.is_some_and(|path| !context.root(path.root).has(&path.steps))
            }
            _ => false,
        };
        PartTrace {
            span: self.span,
            value: value.to_json(),
            missing,
            each: self.each,
            parts: self.parts.iter().map(|part| part.evaluate(context)).collect(),
        }
    }
}

/// Splits expressions into the parts that are shown.
struct Dissector<'r> {
    rules: &'r RuleSet,
    /// The lists of the enclosing quantifiers, the outermost first.
    lists: Vec<Typed>,
    /// The number of definitions of named values around the current part.
    depth: u32,
    /// The number of parts in definitions of named values that may still be shown.
    left: usize,
}

impl Dissector<'_> {
    /// The parts of an expression that are shown.
    fn parts(&mut self, typed: &Typed) -> Vec<ExpressionPart> {
        match &typed.node {
            TypedNode::Define(_) => self.inside(typed),
            TypedNode::Quantified(_, list, body) => {
                let mut parts: Vec<ExpressionPart> = self.part(list).into_iter().collect();
                self.lists.push((**list).clone());
                parts.extend(self.part(body));
                self.lists.pop();
                parts
            }
            _ => typed.children().filter_map(|child| self.part(child)).collect(),
        }
    }

    /// One part; none for constants and for `it` alone, whose values are obvious.
    fn part(&mut self, typed: &Typed) -> Option<ExpressionPart> {
        if matches!(typed.node, TypedNode::Const(_) | TypedNode::It(_)) {
            return None;
        }
        let each = has_free_element(typed, 0);
        let shown = if each { self.for_each_element(typed) } else { typed.clone() };
        Some(ExpressionPart { span: typed.span, typed: shown, each, parts: self.parts(typed) })
    }

    /// A list with the value of an expression for each element (lists of lists within several quantifiers).
    fn for_each_element(&self, typed: &Typed) -> Typed {
        self.lists.iter().rev().fold(typed.clone(), |body, list| Typed {
            span: body.span,
            ty: Type::ARRAY.union(Type::NULL),
            node: TypedNode::Quantified(Quantifier::Map, Box::new(list.clone()), Box::new(body)),
        })
    }

    /// The conditions and expressions in the definition of a named value.
    fn inside(&mut self, typed: &Typed) -> Vec<ExpressionPart> {
        let TypedNode::Define(id) = typed.node else { return Vec::new() };
        let Some(named) = self.rules.define(id).filter(|_| self.depth < MAX_DEPTH) else { return Vec::new() };
        // The definition of a named value cannot refer to the elements where the name is used.
        let lists = std::mem::take(&mut self.lists);
        self.depth += 1;
        let mut parts = Vec::new();
        for alternative in &named.cases.alternatives {
            for inner in alternative.when.iter().chain([&alternative.value]) {
                if self.left > 0 {
                    self.left -= 1;
                    parts.extend(self.part(inner));
                }
            }
        }
        self.depth -= 1;
        self.lists = lists;
        parts
    }
}

/// True if an expression reads an element of a quantifier around it; `inner` quantifiers have been entered.
fn has_free_element(typed: &Typed, inner: u32) -> bool {
    match &typed.node {
        TypedNode::It(level) => *level >= inner,
        TypedNode::Quantified(_, list, body) => has_free_element(list, inner) || has_free_element(body, inner + 1),
        _ => typed.children().any(|child| has_free_element(child, inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::Expression;
    use crate::clock::Clock;
    use crate::diagnostic::{SourceFile, Sources, Span, Text};
    use crate::options::Options;
    use crate::rules::load_strings;
    use crate::trace::{ExpressionTrace, PartTrace};

    const RULES: &str = "
ruleset: {timezone: Asia/Kolkata}
lookups: {owners: {key: repo, rows: [{repo: api, team: core}]}}
define:
  city: lower(data.city ?? \"\")
  lane:
    - {when: city == \"pune\", value: fast}
    - expr: data.lane
ingest: tidy
transforms: {tidy: [{set: {data.seen: {value: true}}}]}
";

    fn evaluate(source: &str, event: &str) -> (ExpressionTrace, Sources) {
        let loaded = load_strings("r", [("r.yaml", RULES)]);
        let mut sources = loaded.sources;
        let file = sources.add(SourceFile::new("<expression>", source));
        let mut diagnostics = Vec::new();
        let text = Text::verbatim(source, Span::new(file, 0, source.len()));
        let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let expression = Expression::compile(rules, &text, &mut diagnostics);
        let expression = expression.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let now = "2026-01-10T13:00:00+05:30".parse().unwrap();
        let options = Options { clock: Clock::Fixed(now), ..Options::default() };
        (expression.evaluate(event.as_bytes(), 1, &options).unwrap(), sources)
    }

    /// The parts as `text = value`, with inner parts in brackets.
    fn shown(parts: &[PartTrace], sources: &Sources) -> String {
        let one = |part: &PartTrace| {
            let inner = shown(&part.parts, sources);
            let inner = if inner.is_empty() { inner } else { format!(" [{inner}]") };
            let value = if part.missing { String::from("missing") } else { part.value.to_string() };
            let each = if part.each { "each " } else { "" };
            format!("{each}{} = {value}{inner}", sources.snippet(part.span))
        };
        parts.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn check(source: &str, event: &str, value: &str, parts: &str) {
        let (trace, sources) = evaluate(source, event);
        assert_eq!((trace.value.to_string().as_str(), shown(&trace.parts, &sources).as_str()), (value, parts));
    }

    #[test]
    fn each_part_has_its_value() {
        let event = r#"{"data": {"a": 2, "n": null}}"#;
        check("(data.a + 1) * 2", event, "6", "(data.a + 1) = 3 [data.a = 2]");
        check("data.b ?? data.n ?? 1", event, "1", "data.b ?? data.n = null [data.b = missing; data.n = null]");
        check("1 + 2", event, "3", "");
        // Parts that were skipped have their values too.
        check(
            "data.a > 5 && exists(data.n)",
            event,
            "false",
            "data.a > 5 = false [data.a = 2]; exists(data.n) = false [data.n = null]",
        );
    }

    #[test]
    fn parts_within_quantifiers_have_a_value_for_each_element() {
        let event = r#"{"data": {"l": [{"p": 1, "m": [1, 5]}, {"p": 9, "m": []}], "x": 3}}"#;
        let parts = "data.l = [{\"m\":[1,5],\"p\":1},{\"m\":[],\"p\":9}]; each it.p > data.x = [false,true] [each it.p = [1,9]; data.x = 3]";
        check("any(data.l, it.p > data.x)", event, "true", parts);
        let (trace, sources) = evaluate("map(data.l, any(it.m, it > 4))", event);
        assert_eq!(trace.value.to_string(), "[true,false]");
        let inner = shown(&trace.parts[1].parts, &sources);
        assert_eq!(inner, "each it.m = [[1,5],[]]; each it > 4 = [[false,true],[]]");
    }

    #[test]
    fn the_rule_set_gives_names_and_the_zone() {
        let event = r#"{"data": {"city": "Pune", "repo": "api"}}"#;
        check("lookup(\"owners.team\", data.repo)", event, "\"core\"", "data.repo = \"api\"");
        check("hour(now)", event, "13", "now = \"2026-01-10T13:00:00+05:30\"");
        check("data.seen", event, "true", "");
        let city = "lower(data.city ?? \"\") = \"pune\" [data.city ?? \"\" = \"Pune\" [data.city = \"Pune\"]]";
        let parts =
            format!("lane = \"fast\" [city == \"pune\" = true [city = \"pune\" [{city}]]; data.lane = missing]");
        check("lane == \"fast\"", event, "true", &parts);
    }

    #[test]
    fn wrong_types_are_reported() {
        let (trace, _) = evaluate("data.a > 5 && data.a < 9", r#"{"data": {"a": "x"}}"#);
        let errors: Vec<String> = trace.errors.iter().map(|one| format!("{}: {:?}", one.path, one.mismatch)).collect();
        assert_eq!(errors, ["data.a: Mismatch { expected: \"number\", found: \"string\" }"]);
    }
}
