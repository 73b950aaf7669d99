//! From a rule set to its graph.

use super::budget::BudgetPlan;
use super::condition::{Conditions, NodeId};
use super::demand::{Asker, Demands};
use super::labels::{CasesPlan, Labels};
use super::layout::{LayoutPlan, Source, User};
use super::lowering::Lowering;
use super::names::{Names, json_string};
use super::register::Registered;
use super::schemas::SchemaPlan;
use super::targets::{TablePlan, TargetBuilder, all_targets};
use super::topics::Topics;
use super::values::{ValueNode, Values};
use super::{DecisionGraph, DefaultsPlan, FilterPlan, Reader};
use crate::decision::Requirer;
use crate::diagnostic::Span;
use crate::event::Type;
use crate::expr::{DefineId, Path, PathId, PathTable, Root, Typed, TypedNode, type_requirements};
use crate::rules::{Cases, Name, RuleSet, SchemaTarget, TableKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Compiles a rule set. Takes time and memory in proportion to its size.
pub(crate) fn compile(rules: &RuleSet) -> DecisionGraph {
    // What only transforms read is no slot: they read trees.
    let mut paths = rules.paths.first(rules.routing_paths);
    let targets_of_schemas = [Root::Event, Root::Data, Root::Headers]
        .map(|root| if rules.schemas.is_empty() { None } else { Some(paths.intern(Path { root, steps: Vec::new() })) });
    let mut values = Values::default();
    let mut conditions = Conditions::new();
    let mut subscribers = Names::new(subscriber_names(rules));
    let mut topics = Topics::new(rules, &subscribers);
    let numbers = |names: &[Name]| subscribers.numbers(names.iter().map(|name| &name.text));
    let defaults = DefaultsPlan {
        always: numbers(&rules.defaults.always),
        unrouted: numbers(&rules.defaults.unrouted),
        dropped: numbers(&rules.defaults.dropped),
        rejected: numbers(&rules.defaults.rejected),
    };

    let mut lowering = Lowering::new(&mut values, &mut conditions, &rules.defines);
    let mut defines: Vec<_> = rules.defines.iter().map(|define| CasesPlan::new(&define.cases, &mut lowering)).collect();
    let define_values = (0..rules.defines.len()).map(|n| lowering.values.intern(&define(n))).collect();
    let mut labels = Labels::new(rules, &mut lowering);

    let mut builder = TargetBuilder::new(lowering, &mut topics, &labels, &subscribers);
    let rule_plans = builder.rules(rules);
    let mut tables: Vec<_> = rules.tables.iter().map(|table| builder.table(table)).collect();
    let filters = rules.filters.iter().map(|filter| FilterPlan {
        name: filter.name.text.clone(),
        json: json_string(&filter.name.text),
        drop: filter.drop,
        condition: builder.lowering.truth(&filter.condition),
    });
    let mut filters: Vec<_> = filters.collect();
    let mut schemas: Vec<SchemaPlan> = Vec::new();
    for schema in &rules.schemas {
        let parts = [
            builder.limited_to(&schema.topics),
            schema.when.as_ref().map_or(NodeId::TRUE, |when| builder.lowering.truth(when)),
        ];
        let target = match schema.target {
            SchemaTarget::Event => targets_of_schemas[0],
            SchemaTarget::Data => targets_of_schemas[1],
            SchemaTarget::Headers => targets_of_schemas[2],
        };
        let applies = builder.lowering.conditions.and(parts);
        schemas.extend(target.map(|target| SchemaPlan {
            name: schema.name.text.clone(),
            applies,
            target,
            rejects: schema.rejects,
            validator: schema.validator.clone(),
        }));
    }
    let mut subscriber_filters = subscriber_filters(rules, &subscribers, &mut builder.lowering);
    let mut demands = all_demands(rules, &paths, &mut builder);
    let mut budgets = BudgetPlan::new(rules, &mut builder);
    let target_conditions = std::mem::take(&mut builder.conditions);
    let rule_plans = (rule_plans, std::mem::take(&mut builder.extras));

    let mut demanded: Vec<PathId> = demands.paths().collect();
    demanded.extend(schemas.iter().map(|schema| schema.target));
    let asks_for_time = rules.reads_clock() || transforms_read_time(rules);
    let (layout, trie, slots) = LayoutPlan::new(&rules.envelope, &paths, &mut values, &demanded, asks_for_time);
    let mut registered = Registered::new(target_conditions, rule_plans, &mut conditions, &values, &topics);
    // From here on, conditions that no event may ask for are gone, and the others have new numbers.
    let cases = defines.iter_mut().chain(labels.own.iter_mut().map(|(_, cases)| cases));
    let cases = cases.chain(tables.iter_mut().filter_map(TablePlan::key_mut));
    let roots = cases.flat_map(|cases| cases.alternatives.iter_mut().map(|(when, _)| when));
    let roots = roots.chain(filters.iter_mut().map(|filter: &mut FilterPlan| &mut filter.condition));
    let roots = roots.chain(schemas.iter_mut().map(|schema| &mut schema.applies));
    let roots = roots.chain(subscriber_filters.iter_mut().flatten()).chain(demands.conditions_mut());
    let roots = roots.chain(budgets.conditions_mut());
    conditions.seal(roots.chain(registered.conditions_mut()));
    let (targets, indexes, pairs) = registered.index(&mut topics);
    demands.seal();
    topics.seal();
    values.seal();
    subscribers.seal();
    labels.names.seal();
    let mut rule_names = Names::new(rules.rules.iter().map(|rule| rule.name.text.clone()));
    rule_names.seal();
    let mut index_of_path = vec![None; paths.as_slice().len()];
    let mut computed_indexes = Vec::new();
    for (number, index) in indexes.as_slice().iter().enumerate() {
        match values.get(index.value) {
            Some(ValueNode::Path(path)) if is_slot(&layout, *path) => {
                if let Some(slot) = index_of_path.get_mut(super::at(*path)) {
                    *slot = Some(number as u32);
                }
            }
            _ => computed_indexes.push(number as u32),
        }
    }
    let reader = |user: &User| Reader {
        path: user.path,
        choice: user.choice,
        index: index_of_path.get(super::at(user.path)).copied().flatten(),
        suspicious: demands.suspicious(user.path),
    };
    let readers = layout.users.iter().map(|users| users.iter().map(reader).collect()).collect();
    let suspicious_roots = demands.paths().filter(|path| !is_slot(&layout, *path)).collect();
    DecisionGraph {
        version_json: json_string(&rules.version),
        version: rules.version.clone(),
        zone: rules.zone.clone(),
        rules: rule_names,
        defaults,
        groups: rules.groups.len(),
        transforms: super::transforms::TransformPlan::new(rules, &subscribers, &slots),
        lookups: rules.lookups.clone(),
        subscribers,
        trie,
        layout,
        values,
        conditions,
        defines,
        topics,
        targets,
        indexes,
        pairs,
        filters,
        schemas,
        tables,
        subscriber_filters,
        labels,
        demands,
        readers,
        computed_indexes,
        suspicious_roots,
        define_values,
        budgets,
        reads_clock: rules.reads_clock(),
        no_topic: [rules.no_topic(false).into(), rules.no_topic(true).into()],
    }
}

/// True if some transform may ask for the event's time, or for the clock, which may be it.
fn transforms_read_time(rules: &RuleSet) -> bool {
    let is_time = |path: &Path| matches!(path.root, Root::Time | Root::Now);
    !rules.transforms.is_empty() && rules.paths.as_slice().iter().any(is_time)
}

/// True if a path is read from a slot of the scan.
fn is_slot(layout: &LayoutPlan, path: PathId) -> bool {
    matches!(layout.sources.get(super::at(path)), Some(Source::Slot(_) | Source::Choice(..)))
}

/// A reference to a named value.
fn define(number: usize) -> Typed {
    let nowhere = Span::new(crate::diagnostic::FileId(0), 0, 0);
    Typed { span: nowhere, ty: Type::ANY, node: TypedNode::Define(DefineId(number as u32)) }
}

/// Everybody who is named anywhere, sorted.
fn subscriber_names(rules: &RuleSet) -> BTreeSet<Arc<str>> {
    let topics = rules.topics.iter().flat_map(|node| &node.subscribers);
    let by_rules = rules.rules.iter().flat_map(|rule| rule.subscribers.iter().chain(&rule.exclude));
    let by_rows = rules.tables.iter().flat_map(all_targets).flat_map(|target| &target.subscribers);
    let named = topics.chain(by_rules).chain(by_rows).chain(rules.defaults.names());
    named.map(|name| name.text.clone()).chain(rules.subscribers.keys().cloned()).collect()
}

/// The filters of subscribers, by number; empty where nobody has one.
fn subscriber_filters(rules: &RuleSet, subscribers: &Names, lowering: &mut Lowering<'_>) -> Vec<Option<NodeId>> {
    if rules.subscribers.values().all(|subscriber| subscriber.filter.is_none()) {
        return Vec::new();
    }
    let filter = |name: &Arc<str>| rules.subscribers.get(name).and_then(|subscriber| subscriber.filter.as_ref());
    subscribers.as_slice().iter().map(|name| filter(name).map(|filter| lowering.truth(filter))).collect()
}

/// Who needs which types: rules by rank, then tables, filters, labels, named values, subscribers, schemas.
fn all_demands(rules: &RuleSet, paths: &PathTable, builder: &mut TargetBuilder<'_, '_>) -> Demands {
    let mut all = Demands::default();
    all.rules = rules.rules.len() as u32;
    for (number, rule) in (0u32..).zip(&rules.rules).filter(|(_, rule)| rule.enabled) {
        let mut wanted = Vec::new();
        rule.when.iter().for_each(|when| type_requirements(when, Type::BOOLEAN, &mut wanted));
        rule.labels.iter().for_each(|(_, value)| type_requirements(value, Type::ANY, &mut wanted));
        let mut around = rule.group;
        while let Some(group) = around.and_then(|id| rules.groups.get(id.0 as usize)) {
            group.when.iter().for_each(|when| type_requirements(when, Type::BOOLEAN, &mut wanted));
            around = group.parent;
        }
        if !wanted.is_empty() {
            let in_force = builder.in_force(rules, rule);
            all.add(paths, wanted, Asker { number, in_force });
        }
    }
    let mut add = |requirer: fn(Arc<str>) -> Requirer, name: &Arc<str>, wanted: Vec<_>| {
        if !wanted.is_empty() {
            all.add_other(paths, wanted, requirer(name.clone()));
        }
    };
    for table in &rules.tables {
        let mut wanted = Vec::new();
        match &table.kind {
            TableKind::Key { key, .. } => of_cases(key, &mut wanted),
            TableKind::Decision { inputs, rows, .. } => {
                inputs.iter().for_each(|(_, input)| type_requirements(input, Type::ANY, &mut wanted));
                rows.iter()
                    .filter_map(|row| row.when.as_ref())
                    .for_each(|w| type_requirements(w, Type::BOOLEAN, &mut wanted));
            }
        }
        for target in all_targets(table) {
            target.labels.iter().for_each(|(_, value)| type_requirements(value, Type::ANY, &mut wanted));
        }
        add(Requirer::Table, &table.name.text, wanted);
    }
    for filter in &rules.filters {
        let mut wanted = Vec::new();
        type_requirements(&filter.condition, Type::BOOLEAN, &mut wanted);
        add(Requirer::Filter, &filter.name.text, wanted);
    }
    for (kind, named) in [(Requirer::Label as fn(_) -> _, &rules.labels), (Requirer::Define, &rules.defines)] {
        for named in named {
            let mut wanted = Vec::new();
            of_cases(&named.cases, &mut wanted);
            add(kind, &named.name.text, wanted);
        }
    }
    for (name, subscriber) in &rules.subscribers {
        let mut wanted = Vec::new();
        subscriber.filter.iter().for_each(|filter| type_requirements(filter, Type::BOOLEAN, &mut wanted));
        add(Requirer::Subscriber, name, wanted);
    }
    for schema in &rules.schemas {
        let mut wanted = Vec::new();
        schema.when.iter().for_each(|when| type_requirements(when, Type::BOOLEAN, &mut wanted));
        add(Requirer::Schema, &schema.name.text, wanted);
    }
    all
}

fn of_cases(cases: &Cases, wanted: &mut Vec<crate::expr::TypeRequirement>) {
    for alternative in &cases.alternatives {
        alternative.when.iter().for_each(|when| type_requirements(when, Type::BOOLEAN, wanted));
        type_requirements(&alternative.value, Type::ANY, wanted);
    }
}
