//! From a rule set to its graph.

use super::budget::BudgetPlan;
use super::builder::Builder;
use super::effects::Effects;
use super::envelope::{self, Reads};
use super::filters::{FilterPlan, filters, subscriber_filters};
use super::labels::{self, CasesPlan, DeclaredLabel, Labels};
use super::names::{Names, json_string};
use super::placement::Placement;
use super::readers::Readers;
use super::requirement::TypeRequirements;
use super::requirers::type_requirements;
use super::schemas::{SchemaPlan, schemas};
use super::tables::TablePlan;
use super::topics::Topics;
use super::transforms::TransformPlan;
use super::{DecisionGraph, DefaultsPlan, SplitPlan, destinations};
use crate::diagnostic::{FileId, Span};
use crate::event::Type;
use crate::expr::{DefineId, Path, PathId, PathTable, Root, Typed, TypedNode};
use crate::logic::{DraftId, Lowering, Seal, Sealer, ValueId};
use crate::rules::RuleSet;

/// Compiles a rule set. Takes time and memory in proportion to its size.
pub(crate) fn compile(rules: &RuleSet) -> DecisionGraph {
    let mut compiler = Compiler::new(rules);
    let plans = compiler.lower();
    let envelope = compiler.lay_out(&plans);
    let placement = Placement::new(&plans.candidates, &mut compiler.builder.lowering);
    compiler.seal(plans, envelope, placement)
}

/// Compiles one rule set, phase by phase.
struct Compiler<'r> {
    builder: Builder<'r>,
    /// The paths that decisions depend on. Paths that only transforms read have no slots, because transforms read trees.
    paths: PathTable,
}

/// Everything that holds conditions, before it is sealed.
struct Plans {
    /// The conditions of all candidates: of rules, then of rows of decision tables.
    candidates: Vec<DraftId>,
    defines: Vec<CasesPlan<DraftId>>,
    /// By named value: its value.
    define_values: Vec<ValueId>,
    labels: Vec<DeclaredLabel<DraftId>>,
    effects: Effects,
    tables: Vec<TablePlan<DraftId>>,
    filters: Vec<FilterPlan<DraftId>>,
    schemas: Vec<SchemaPlan<DraftId>>,
    subscriber_filters: Vec<Option<DraftId>>,
    requirements: TypeRequirements<DraftId>,
    budgets: BudgetPlan<DraftId>,
}

impl<'r> Compiler<'r> {
    fn new(rules: &'r RuleSet) -> Compiler<'r> {
        Compiler { builder: Builder::new(rules), paths: rules.paths.first(rules.routing_paths) }
    }

    /// Brings all conditions into normal form.
    fn lower(&mut self) -> Plans {
        let builder = &mut self.builder;
        let rules = builder.rules;
        let mut candidates = Vec::new();
        Plans {
            defines: rules.defines.iter().map(|define| CasesPlan::new(&define.cases, builder)).collect(),
            define_values: (0..rules.defines.len()).map(|n| builder.lowering.values.intern(&define(n))).collect(),
            labels: labels::declared(builder),
            effects: Effects::new(builder, &mut candidates),
            tables: rules.tables.iter().map(|table| TablePlan::new(table, builder, &mut candidates)).collect(),
            filters: filters(builder),
            schemas: schemas(builder, &mut self.paths),
            subscriber_filters: subscriber_filters(builder),
            requirements: type_requirements(builder, &self.paths),
            budgets: BudgetPlan::new(builder),
            candidates,
        }
    }

    /// Gives slots to all paths that are read.
    fn lay_out(&mut self, plans: &Plans) -> envelope::Compiled {
        let rules = self.builder.rules;
        let mut required: Vec<PathId> = plans.requirements.paths().collect();
        required.extend(plans.schemas.iter().map(|schema| schema.target));
        let reads =
            Reads { paths: &self.paths, required: &required, time: rules.reads_clock() || transforms_read_time(rules) };
        envelope::compile(&rules.envelope, &reads, &mut self.builder.lowering.values)
    }

    /// Seals conditions, builds indexes and puts the graph together.
    fn seal(self, plans: Plans, compiled: envelope::Compiled, placement: Placement) -> DecisionGraph {
        let Builder { rules, lowering, mut subscribers, labels: mut label_names } = self.builder;
        let Lowering { mut values, conditions, pattern_sets, .. } = lowering;
        let envelope::Compiled { envelope, sources, slots, trie } = compiled;
        let mut topics = Topics::new(rules, &pattern_sets, &subscribers);
        let defaults = DefaultsPlan::new(rules, &subscribers);
        let transforms = TransformPlan::new(rules, &subscribers, &slots);
        let declared = destinations::declared(rules, &subscribers);
        let mut rule_names = Names::new(rules.rules.iter().map(|rule| rule.name.text.clone()));
        [&mut subscribers, &mut label_names, &mut rule_names].into_iter().for_each(Names::seal);
        values.seal();
        let mut sealer = Sealer::new(conditions);
        let (candidates, indexes, pairs) = placement.index(&mut sealer, &mut topics);
        let requirements = plans.requirements.seal(&mut sealer);
        DecisionGraph {
            version_json: json_string(&rules.version),
            version: rules.version.clone(),
            zone: rules.zone.clone(),
            rules: rule_names,
            defaults,
            groups: rules.groups.len(),
            transforms,
            declared,
            lookups: rules.lookups.clone(),
            subscribers,
            trie,
            envelope,
            readers: Readers::new(&sources, &indexes, &values, &requirements.needs_check()),
            sources,
            values,
            defines: plans.defines.seal(&mut sealer),
            define_values: plans.define_values,
            topics,
            candidates,
            effects: plans.effects,
            indexes,
            pairs,
            filters: plans.filters.seal(&mut sealer),
            schemas: plans.schemas.seal(&mut sealer),
            tables: plans.tables.seal(&mut sealer),
            subscriber_filters: plans.subscriber_filters.seal(&mut sealer),
            labels: Labels { names: label_names, declared: plans.labels.seal(&mut sealer) },
            requirements,
            budgets: plans.budgets.seal(&mut sealer),
            conditions: sealer.finish(),
            reads_clock: rules.reads_clock(),
            split: SplitPlan::new(rules),
            no_topic: [rules.no_topic(false).into(), rules.no_topic(true).into()],
        }
    }
}

/// True if some transform may read the event's time, or the clock, which may be the event's time.
fn transforms_read_time(rules: &RuleSet) -> bool {
    let is_time = |path: &Path| matches!(path.root, Root::Time | Root::Now);
    !rules.transforms.is_empty() && rules.paths.as_slice().iter().any(is_time)
}

/// A reference to a named value.
fn define(number: usize) -> Typed {
    let nowhere = Span::new(FileId(0), 0, 0);
    Typed { span: nowhere, ty: Type::ANY, node: TypedNode::Define(DefineId(number as u32)) }
}
