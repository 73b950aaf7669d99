//! Decodes YAML trees into a rule set. Each section has a file. All errors are reported at once.

use super::files::{FileRef, FileTree};
use super::keys;
use super::{Cases, Name, NameKind, NamePlace, RuleSet, TransformId};
use crate::diagnostic::{Code, Diagnostic, MAX_SUGGESTIONS, Sources, Span, Text, did_you_mean};
use crate::event::{Json, Type};
use crate::expr::{self, DefineId, ExprKind, LookupInfo, PathTable, PreparedPatterns, Root, Scope, Typed};
use crate::schema::Validator;
use crate::yaml::{YamlEntry, YamlNode};
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

mod active;
mod cells;
mod condition;
mod define;
mod destinations;
mod envelope;
mod environment;
mod fields;
mod filters;
mod groups;
mod lookup_file;
mod lookup_rows;
mod lookups;
mod overrides;
mod rules;
mod ruleset;
mod schemas;
mod setting_conflicts;
mod split;
mod subscribers;
mod tables;
mod taken_literally;
mod topics;
mod transforms;

pub(super) use define::type_of_cases;
use fields::Fields;

/// A parsed rule file.
pub(super) struct RuleFile {
    /// The file.
    pub(super) file: FileRef,
    /// Its contents.
    pub(super) node: YamlNode,
}

/// One section of one file.
#[derive(Clone, Copy)]
struct Section<'n> {
    /// The value of the section's key.
    node: &'n YamlNode,
    /// The section's key.
    key: Span,
    /// The file that contains it.
    file: &'n FileRef,
}

/// Reads the files that rules name: schemas and lookups.
pub(super) struct ReferencedFiles<'d> {
    /// The source of files.
    pub(super) tree: &'d Arc<FileTree>,
    /// The texts that diagnostics point into.
    pub(super) sources: &'d mut Sources,
    /// Every file that was read.
    pub(super) read: &'d mut Vec<(FileRef, Vec<u8>)>,
}

/// Every root of the language. The first exists only in a rule set with `split`, the last only within a `for_each`.
const ROOTS: [Root; 9] =
    [Root::Batch, Root::Event, Root::Data, Root::Headers, Root::Topic, Root::Id, Root::Time, Root::Now, Root::It];

/// The state of decoding.
struct RuleSetDecoder<'d> {
    referenced: ReferencedFiles<'d>,
    diagnostics: &'d mut Vec<Diagnostic>,
    paths: PathTable,
    zone: TimeZone,
    defines: HashMap<String, DefineId>,
    define_types: Vec<Type>,
    lookups: HashMap<String, LookupInfo>,
    /// The patterns that have been compiled.
    patterns: PreparedPatterns,
    transforms: HashMap<Arc<str>, TransformId>,
    /// The cases of the named values, to find the types that they require.
    define_cases: Vec<Cases>,
    /// Within a `for_each`: its elements, as errors show them.
    element: Option<String>,
    /// True if the rule set has `split`, so that `batch` exists.
    splits: bool,
    /// The schemas that guarantee types of `data` for the rule that is being compiled.
    typing: Vec<Validator>,
    seen: HashMap<(NameKind, Arc<str>), Span>,
    texts: HashMap<Arc<str>, Arc<str>>,
    /// The uses of names for which the rule set keeps only numbers.
    resolved_names: Vec<NamePlace>,
    /// The spans of words in places for a boolean.
    booleans: HashSet<Span>,
    /// Lookups that could not be read.
    broken: HashSet<Arc<str>>,
}

/// Decodes all files of a rule set, after applying their overrides. The result is complete only if no error was reported.
pub(super) fn decode(
    name: String,
    files: &mut [RuleFile],
    referenced: ReferencedFiles<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> RuleSet {
    let mut decoder = RuleSetDecoder {
        referenced,
        diagnostics,
        paths: PathTable::default(),
        zone: TimeZone::UTC,
        defines: HashMap::new(),
        define_types: Vec::new(),
        lookups: HashMap::new(),
        patterns: PreparedPatterns::default(),
        transforms: HashMap::new(),
        define_cases: Vec::new(),
        element: None,
        splits: false,
        typing: Vec::new(),
        seen: HashMap::new(),
        texts: HashMap::new(),
        resolved_names: Vec::new(),
        booleans: HashSet::new(),
        broken: HashSet::new(),
    };
    decoder.apply_overrides(files);
    let sections = decoder.sections(files);
    decoder.rule_set(name, &sections)
}

/// The sections of all files, by their names, in file order.
type Sections<'n> = HashMap<&'static str, Vec<Section<'n>>>;

impl<'d> RuleSetDecoder<'d> {
    fn sections<'n>(&mut self, files: &'n [RuleFile]) -> Sections<'n> {
        let mut sections = Sections::new();
        for RuleFile { file, node } in files {
            let Some(entries) = self.mapping(node, "a mapping of sections (`rules:`, `topics:` …)") else { continue };
            for entry in entries {
                let key = entry.key.text.value.as_str();
                if key.starts_with(keys::IGNORED) {
                    continue;
                }
                match keys::FILE.keys.iter().find(|known| **known == key) {
                    Some(_) if self.refuse_empty(entry) => {}
                    Some(known) => {
                        self.lint_environment(&entry.value);
                        let section = Section { node: &entry.value, key: entry.key.text.span(), file };
                        sections.entry(known).or_default().push(section);
                    }
                    None => self.unknown_section(entry),
                }
            }
        }
        sections
    }

    fn unknown_section(&mut self, entry: &YamlEntry) {
        if entry.key.text.value == "tests" {
            let message = "`tests` does not belong in a rule file";
            let help = "put tests into a file whose name ends in `.test.yaml`";
            self.report(Diagnostic::new(Code::UnknownKey, entry.key.text.span(), message).help(help));
            return;
        }
        self.unknown_key(entry, &keys::FILE);
    }

    /// Decodes all sections. The order matters: the zone before times, lookups and named values before the expressions that
    /// use them, schemas before the rules for which they guarantee types.
    fn rule_set(&mut self, default_name: String, sections: &Sections<'_>) -> RuleSet {
        // After a cancellation, the remaining parts have no sections and are empty.
        let tree = self.referenced.tree;
        let of = |name: &str| match sections.get(name) {
            Some(sections) if !tree.is_cancelled() => sections.as_slice(),
            _ => &[],
        };
        let head = self.head(default_name, of("ruleset"));
        self.zone = head.zone.clone();
        let split = self.split(head.split);
        let lookups = self.lookups(of("lookups"));
        let defines = self.defines(of("define"));
        let envelope = self.envelope(head.envelope);
        let labels = self.labels(of("labels"));
        let schemas = self.schemas(of("schemas"));
        let topics = self.topics(of("topics"));
        let (rules, groups) = self.rules(of("rules"), &schemas);
        let tables = self.tables(of("tables"));
        let filters = self.filters(of("filters"));
        let transforms = self.transform_names(of("transforms"));
        let ingest = self.ingest(of("ingest"));
        let subscribers = self.subscribers(of("subscribers"));
        // Last, so that paths that only transforms read come after all others.
        let routing_paths = self.paths.as_slice().len();
        if !transforms.is_empty() {
            self.define_cases = defines.iter().map(|named| named.cases.clone()).collect();
        }
        let transforms = self.transforms(transforms);
        let rule_set = RuleSet {
            name: head.name,
            version: Arc::from(""),
            zone: head.zone,
            envelope,
            split,
            defaults: head.defaults,
            paths: std::mem::take(&mut self.paths),
            defines,
            labels,
            topics,
            rules,
            groups,
            tables,
            schemas,
            filters,
            subscribers,
            lookups,
            routing_paths,
            transforms,
            ingest,
            allowed_lints: head.allowed_lints,
            resolved_names: std::mem::take(&mut self.resolved_names),
        };
        if head.strict {
            self.check_declared(&rule_set);
        }
        super::nesting::check(&rule_set, self.diagnostics);
        self.drop_errors_of_broken_lookups();
        self.drop_lints_of_booleans();
        rule_set
    }

    /// Removes the lints of words that were reported as wrong booleans.
    fn drop_lints_of_booleans(&mut self) {
        if self.booleans.is_empty() {
            return;
        }
        let booleans = std::mem::take(&mut self.booleans);
        let reported = |diagnostic: &Diagnostic| {
            diagnostic.code == Code::AmbiguousScalar
                && diagnostic.primary.as_ref().is_some_and(|label| booleans.contains(&label.span))
        };
        self.diagnostics.retain(|diagnostic| !reported(diagnostic));
    }

    /// Records the use of a name.
    fn used(&mut self, kind: NameKind, name: &Name) {
        let place = NamePlace { kind, name: name.text.clone(), span: name.span, is_definition: false };
        self.resolved_names.push(place);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A suggestion for a name that is not among the `known` ones. None are made after many errors, since there may be many names.
    fn suggestion<'k>(&self, wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
        if self.diagnostics.len() < MAX_SUGGESTIONS { did_you_mean(wrong, known) } else { None }
    }

    /// Shares one copy of equal texts.
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.texts.get(text) {
            return shared.clone();
        }
        let shared: Arc<str> = Arc::from(text);
        self.texts.insert(shared.clone(), shared.clone());
        shared
    }

    /// Records a name. If it is taken, reports an error that shows both places, and returns false.
    fn unique(&mut self, kind: NameKind, name: &Name) -> bool {
        match self.seen.entry((kind, name.text.clone())) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(name.span);
                true
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = *first.get();
                let message = format!("the {} `{}` is defined twice", kind.word(), name.text);
                let diagnostic = Diagnostic::new(Code::DuplicateName, name.span, message);
                self.report(diagnostic.label("again here").also(first, "first here"));
                false
            }
        }
    }

    /// The entries of sections that map names to values. Each name must be unique among those of its kind.
    fn named_entries<'n>(
        &mut self,
        sections: &[Section<'n>],
        kind: NameKind,
    ) -> Vec<(Name, &'n YamlNode, &'n FileRef)> {
        let mut all = Vec::new();
        for section in sections {
            let wanted = format!("a mapping of {} names", kind.word());
            let Some(entries) = self.mapping(section.node, &wanted) else { continue };
            for entry in entries {
                let Some(name) = self.key_name(entry) else { continue };
                if self.unique(kind, &name) & !self.refuse_empty(entry) {
                    all.push((name, &entry.value, section.file));
                }
            }
        }
        all
    }

    /// Compiles an expression over all roots.
    fn compile(&mut self, text: &Text, wanted: ExprKind) -> Option<Typed> {
        self.with_scope(|scope, diagnostics| expr::compile_text(text, scope, wanted, diagnostics))
    }

    /// Passes the scope of expressions over all roots to `act`.
    fn with_scope<R>(&mut self, act: impl FnOnce(&mut Scope<'_>, &mut Vec<Diagnostic>) -> R) -> R {
        let typing = &self.typing;
        let type_of = |path: &expr::Path| {
            if path.root != Root::Data || typing.is_empty() {
                return Type::ANY;
            }
            let types = typing.iter().map(|schema| schema.type_at(&path.steps));
            let known = types.fold(Type::ANY.union(Type::TIME), Type::intersection);
            if known.difference(Type::TIME) == Type::NONE { Type::ANY } else { known }
        };
        let mut scope = Scope {
            paths: &mut self.paths,
            defines: &self.defines,
            define_types: &self.define_types,
            lookups: &self.lookups,
            patterns: &mut self.patterns,
            zone: &self.zone,
            type_of: &type_of,
            roots: roots(self.splits, self.element.is_some()),
        };
        act(&mut scope, self.diagnostics)
    }
}

/// The roots of an expression.
fn roots(splits: bool, in_for_each: bool) -> &'static [Root] {
    let (first, last) = (usize::from(!splits), ROOTS.len() - usize::from(!in_for_each));
    ROOTS.get(first..last).unwrap_or_default()
}

/// A literal as an expression.
fn constant(value: Json, span: Span) -> Typed {
    Typed { span, ty: Type::of_json(&value), node: expr::TypedNode::Const(value) }
}
