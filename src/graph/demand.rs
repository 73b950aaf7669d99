//! Type errors: which values have another type than some rule needs.
//!
//! Worked out at compile time into one mask of types for each path; an event pays one look at the mask for each value found,
//! and more only if the mask hits.

use super::condition::NodeId;
use super::names::Names;
use super::run::Run;
use crate::decision::{MAX_REQUIRED_BY, Requirer, TypeError};
use crate::event::{Step, Type, Value};
use crate::expr::{PathId, PathTable, TypeRequirement, fits_type};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

/// All demands of a rule set.
#[derive(Debug, Default)]
pub(crate) struct Demands {
    wants: Vec<Want>,
    by_path: FxHashMap<PathId, Vec<usize>>,
    known: FxHashMap<TypeRequirement, usize>,
    /// How many rules there are, whose numbers come first among the askers.
    pub(super) rules: u32,
    /// The other askers.
    others: Vec<Requirer>,
}

/// One type wanted of one path, and by whom.
#[derive(Debug)]
struct Want {
    shown: String,
    elements: Vec<Vec<Step>>,
    expected: Type,
    askers: Vec<Asker>,
}

/// Who asks, and while what holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    /// The number of a rule; numbers beyond the rules' are those of others.
    pub(crate) number: u32,
    pub(crate) in_force: NodeId,
}

impl Demands {
    /// Adds what somebody needs. Askers come in the order in which they are to be named.
    pub(crate) fn add(&mut self, paths: &PathTable, demands: Vec<TypeRequirement>, asker: Asker) {
        for demand in demands {
            let want = match self.known.get(&demand) {
                Some(want) => *want,
                None => self.new_want(paths, demand),
            };
            if let Some(want) = self.wants.get_mut(want)
                && want.askers.last().is_none_or(|last| last.number != asker.number)
            {
                want.askers.push(asker);
            }
        }
    }

    /// Adds what somebody else than a rule needs.
    pub(crate) fn add_other(&mut self, paths: &PathTable, demands: Vec<TypeRequirement>, requirer: Requirer) {
        let number = self.rules + self.others.len() as u32;
        self.others.push(requirer);
        self.add(paths, demands, Asker { number, in_force: NodeId::TRUE });
    }

    /// The conditions under which somebody asks.
    pub(crate) fn conditions_mut(&mut self) -> impl Iterator<Item = &mut NodeId> {
        self.wants.iter_mut().flat_map(|want| &mut want.askers).map(|asker| &mut asker.in_force)
    }

    fn requirer(&self, number: u32, rules: &Names) -> Option<Requirer> {
        match number.checked_sub(self.rules) {
            None => Some(Requirer::Rule(rules.name(number))),
            Some(other) => self.others.get(other as usize).cloned(),
        }
    }

    fn new_want(&mut self, paths: &PathTable, demand: TypeRequirement) -> usize {
        let number = self.wants.len();
        self.wants.push(Want {
            shown: demand.shown(paths),
            elements: demand.elements.clone(),
            expected: demand.expected,
            askers: Vec::new(),
        });
        self.by_path.entry(demand.path).or_default().push(number);
        self.known.insert(demand, number);
        number
    }

    /// The types at a path that call for a closer look.
    pub(crate) fn suspicious(&self, path: PathId) -> Type {
        let wants = self.by_path.get(&path).into_iter().flatten().filter_map(|want| self.wants.get(*want));
        wants.fold(Type::NONE, |all, want| all.union(want.suspicious()))
    }

    /// The paths that somebody wants something of.
    pub(crate) fn paths(&self) -> impl Iterator<Item = PathId> {
        self.by_path.keys().copied()
    }

    /// Adds the errors of a path to `errors`.
    pub(crate) fn check(&self, path: PathId, run: &mut Run<'_, '_>, errors: &mut Vec<TypeError>) {
        let value = run.path_value(path);
        let rules = &run.graph.rules;
        for want in self.by_path.get(&path).into_iter().flatten().filter_map(|want| self.wants.get(*want)) {
            let Some(found) = want.offence(value, &want.elements, run.zone()) else { continue };
            let askers: Vec<&Asker> = want.askers.iter().filter(|asker| run.holds(asker.in_force)).collect();
            if askers.is_empty() {
                continue;
            }
            errors.push(TypeError {
                path: want.shown.clone(),
                expected: want.expected.to_string(),
                found: found.to_string(),
                required_by: askers
                    .iter()
                    .take(MAX_REQUIRED_BY)
                    .filter_map(|asker| self.requirer(asker.number, rules))
                    .collect(),
                count: askers.len(),
            });
        }
    }

    /// Forgets what is needed for building alone.
    pub(crate) fn seal(&mut self) {
        self.known = FxHashMap::default();
        self.wants.iter_mut().for_each(|want| want.askers.shrink_to_fit());
    }
}

impl Want {
    fn suspicious(&self) -> Type {
        let suspicious = if !self.elements.is_empty() {
            Type::ARRAY
        } else if self.expected.intersects(Type::TIME) {
            // Only reading a text or a number tells whether it is a time.
            Type::ANY
        } else {
            Type::ANY.difference(self.expected)
        };
        suspicious.difference(Type::NULL)
    }

    /// The type of the first value that is not what is wanted.
    fn offence(&self, value: Value<'_>, elements: &[Vec<Step>], zone: &TimeZone) -> Option<Type> {
        match elements.split_first() {
            Some((steps, deeper)) => {
                let items = value.as_array()?;
                items.iter().find_map(|item| self.offence(item.walk(steps), deeper, zone))
            }
            None => (!fits_type(value, self.expected, zone)).then(|| value.type_of()),
        }
    }
}
