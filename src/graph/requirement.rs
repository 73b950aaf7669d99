//! Type requirements: which values have another type than some rule requires.
//!
//! They are compiled into one mask of types for each path. An event pays one test of the mask for each value found, and more
//! only if the type is in the mask.

use super::evaluator::Evaluator;
use super::names::Names;
use super::outcome::Outcome;
use crate::decision::{MAX_REQUIRED_BY, Requirer, TypeError, add_errors};
use crate::event::{Step, Type, Value};
use crate::expr::{PathId, PathTable, TypeRequirement, fits_type};
use crate::logic::{DraftId, NodeId, Seal, Sealer};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// All type requirements of a rule set.
#[derive(Debug)]
pub(crate) struct TypeRequirements<C = NodeId> {
    all: Vec<RequirementPlan<C>>,
    by_path: FxHashMap<PathId, Vec<usize>>,
    /// How many rules there are. As requirers they have the lowest numbers.
    rules: u32,
    /// The requirers that are not rules.
    others: Vec<Requirer>,
}

/// A type that is required of a path.
#[derive(Debug)]
struct RequirementPlan<C> {
    shown: String,
    elements: Vec<Vec<Step>>,
    expected: Type,
    requirers: Vec<RequirerPlan<C>>,
}

/// The part that requires a type, and the events for which it does.
#[derive(Clone, Copy, Debug)]
struct RequirerPlan<C> {
    /// The number of a rule, or, after the rules, that of another requirer.
    number: u32,
    in_force: C,
}

/// Collects type requirements; equal ones once.
pub(super) struct Collector<'p> {
    paths: &'p PathTable,
    out: TypeRequirements<DraftId>,
    known: FxHashMap<TypeRequirement, usize>,
}

impl Collector<'_> {
    /// A collector for a rule set with this many rules.
    pub(super) fn new(paths: &PathTable, rules: usize) -> Collector<'_> {
        let out = TypeRequirements {
            all: Vec::new(),
            by_path: FxHashMap::default(),
            rules: rules as u32,
            others: Vec::new(),
        };
        Collector { paths, out, known: FxHashMap::default() }
    }

    /// Adds the requirements of a rule. Requirers are added in the order in which decisions name them.
    pub(super) fn add_rule(&mut self, required: Vec<TypeRequirement>, rule: u32, in_force: DraftId) {
        self.add(required, RequirerPlan { number: rule, in_force });
    }

    /// Adds the requirements of another part of the rule set.
    pub(super) fn add_other(&mut self, required: Vec<TypeRequirement>, requirer: Requirer) {
        if required.is_empty() {
            return;
        }
        let number = self.out.rules + self.out.others.len() as u32;
        self.out.others.push(requirer);
        self.add(required, RequirerPlan { number, in_force: DraftId::TRUE });
    }

    fn add(&mut self, required: Vec<TypeRequirement>, requirer: RequirerPlan<DraftId>) {
        for requirement in required {
            let number = match self.known.get(&requirement) {
                Some(known) => *known,
                None => self.add_requirement(requirement),
            };
            if let Some(requirement) = self.out.all.get_mut(number)
                && requirement.requirers.last().is_none_or(|last| last.number != requirer.number)
            {
                requirement.requirers.push(requirer);
            }
        }
    }

    fn add_requirement(&mut self, requirement: TypeRequirement) -> usize {
        let number = self.out.all.len();
        self.out.all.push(RequirementPlan {
            shown: requirement.shown(self.paths),
            elements: requirement.elements.clone(),
            expected: requirement.expected,
            requirers: Vec::new(),
        });
        self.out.by_path.entry(requirement.path).or_default().push(number);
        self.known.insert(requirement, number);
        number
    }

    pub(super) fn finish(self) -> TypeRequirements<DraftId> {
        self.out
    }
}

impl<C: Seal> Seal for TypeRequirements<C> {
    type Sealed = TypeRequirements<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        let TypeRequirements { all, by_path, rules, others } = self;
        TypeRequirements { all: all.seal(sealer), by_path, rules, others }
    }
}

impl<C: Seal> Seal for RequirementPlan<C> {
    type Sealed = RequirementPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        let RequirementPlan { shown, elements, expected, requirers } = self;
        RequirementPlan { shown, elements, expected, requirers: requirers.seal(sealer) }
    }
}

impl<C: Seal> Seal for RequirerPlan<C> {
    type Sealed = RequirerPlan<C::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        RequirerPlan { number: self.number, in_force: self.in_force.seal(sealer) }
    }
}

impl<C> TypeRequirements<C> {
    /// The paths that have type requirements.
    pub(crate) fn paths(&self) -> impl Iterator<Item = PathId> {
        self.by_path.keys().copied()
    }

    fn of_path(&self, path: PathId) -> impl Iterator<Item = &RequirementPlan<C>> {
        self.by_path.get(&path).into_iter().flatten().filter_map(|number| self.all.get(*number))
    }
}

impl TypeRequirements {
    /// By path: the types that some requirement may exclude.
    pub(crate) fn needs_check(&self) -> FxHashMap<PathId, Type> {
        let types = |path: PathId| self.of_path(path).fold(Type::NONE, |all, one| all.union(one.needs_check()));
        self.paths().map(|path| (path, types(path))).collect()
    }

    /// Adds the values of an event that have another type than is required, by path.
    pub(crate) fn report(&self, evaluator: &mut Evaluator<'_, '_>, outcome: &mut Outcome<'_>) {
        let mut errors = Vec::new();
        for path in evaluator.paths_to_check() {
            self.check(path, evaluator, &mut errors);
        }
        let graph = evaluator.graph;
        for path in graph.readers.computed_paths() {
            self.check(*path, evaluator, &mut errors);
        }
        if errors.is_empty() {
            return;
        }
        let all = &mut outcome.reports_mut().errors;
        if all.is_empty() {
            errors.sort_by(|a, b| (&a.path, &a.expected).cmp(&(&b.path, &b.expected)));
            *all = errors;
        } else {
            // (Expressions that choose subscribers have added errors.)
            add_errors(all, errors);
        }
    }

    fn check(&self, path: PathId, evaluator: &mut Evaluator<'_, '_>, errors: &mut Vec<TypeError>) {
        let value = evaluator.path_value(path);
        let rules = &evaluator.graph.rules;
        for requirement in self.of_path(path) {
            let mismatch = requirement.mismatch(value, &requirement.elements, evaluator.zone());
            let Some(found) = mismatch else { continue };
            let in_force = requirement.requirers.iter().filter(|requirer| evaluator.holds(requirer.in_force));
            let requirers: Vec<u32> = in_force.map(|requirer| requirer.number).collect();
            if requirers.is_empty() {
                continue;
            }
            let named = requirers.iter().take(MAX_REQUIRED_BY);
            errors.push(TypeError {
                path: requirement.shown.clone(),
                expected: requirement.expected.to_string(),
                found: found.to_string(),
                required_by: named.filter_map(|number| self.requirer(*number, rules)).collect(),
                count: requirers.len(),
            });
        }
    }

    fn requirer(&self, number: u32, rules: &Names) -> Option<Requirer> {
        match number.checked_sub(self.rules) {
            None => Some(Requirer::Rule(rules.name(number))),
            Some(other) => self.others.get(other as usize).cloned(),
        }
    }
}

impl<C> RequirementPlan<C> {
    fn needs_check(&self) -> Type {
        let types = if !self.elements.is_empty() {
            Type::ARRAY
        } else if self.expected.intersects(Type::TIME.union(Type::ZONE)) {
            // Whether a text or a number is a time or zone shows only when it is parsed.
            Type::ANY
        } else {
            Type::ANY.difference(self.expected)
        };
        types.difference(Type::NULL)
    }

    /// The type of the first value that does not fit.
    fn mismatch(&self, value: Value<'_>, elements: &[Vec<Step>], zone: &TimeZone) -> Option<Type> {
        match elements.split_first() {
            Some((steps, deeper)) => {
                let items = value.as_array()?;
                items.iter().find_map(|item| self.mismatch(item.walk(steps), deeper, zone))
            }
            None => (!fits_type(value, self.expected, zone)).then(|| value.type_of()),
        }
    }
}
