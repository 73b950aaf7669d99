//! `transforms:` and `ingest:`, and their uses. `steps` decodes steps, `sources` the values that they set.

use super::{Fields, RuleSetDecoder, Section};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Action, Name, NameKind, Transform, TransformId, TransformStep};
use crate::yaml::YamlNode;

mod field_paths;
mod sources;
mod steps;

/// The limit for the steps of a transform, including those of the transforms that it uses.
const MOST_STEPS: usize = 10_000;
/// The limit for the nesting of uses.
const DEEPEST: usize = 64;

impl RuleSetDecoder<'_> {
    /// The names of all transforms; their positions are their numbers.
    pub(super) fn transform_names<'n>(&mut self, sections: &[Section<'n>]) -> Vec<(Name, &'n YamlNode)> {
        let entries = self.named_entries(sections, NameKind::Transform);
        let entries: Vec<(Name, &YamlNode)> = entries.into_iter().map(|(name, node, _)| (name, node)).collect();
        let numbers = (0..).map(TransformId);
        self.transforms = entries.iter().map(|(name, _)| name.text.clone()).zip(numbers).collect();
        entries
    }

    /// `ingest:`, which may appear once, since its order matters.
    pub(super) fn ingest(&mut self, sections: &[Section<'_>]) -> Vec<TransformId> {
        let [first, others @ ..] = sections else { return Vec::new() };
        for other in others {
            let message = "`ingest` appears twice in this rule set";
            let diagnostic = Diagnostic::new(Code::DuplicateName, other.key, message);
            self.report(diagnostic.label("again here").also(first.key, "first here"));
        }
        self.transform_list(first.node)
    }

    /// The name of an optional key, or a list of names.
    pub(super) fn transforms_at(&mut self, fields: &Fields<'_>, key: &str) -> Vec<TransformId> {
        fields.get(key).map_or_else(Vec::new, |node| self.transform_list(node))
    }

    fn transform_list(&mut self, node: &YamlNode) -> Vec<TransformId> {
        let names = self.names(node);
        names.iter().filter_map(|name| self.transform_named(name)).collect()
    }

    fn transform_named(&mut self, name: &Name) -> Option<TransformId> {
        let found = self.transforms.get(&name.text).copied();
        self.used(NameKind::Transform, name);
        if found.is_none() {
            let near = self.suggestion(&name.text, self.transforms.keys().map(|known| &**known));
            let help = near.unwrap_or_else(|| String::from("define it under `transforms:`"));
            let message = format!("there is no transform `{}`", name.text);
            self.report(Diagnostic::new(Code::BadTransform, name.span, message).help(help));
        }
        found
    }

    /// All transforms, in the order of their numbers.
    pub(super) fn transforms(&mut self, entries: Vec<(Name, &YamlNode)>) -> Vec<Transform> {
        let read = |(name, node): (Name, &YamlNode)| {
            let steps = self.steps(node, &format!("a list of steps (the transform `{}`)", name.text));
            Transform { name, steps }
        };
        let transforms: Vec<Transform> = entries.into_iter().map(read).collect();
        self.check_uses(&transforms);
        transforms
    }

    /// Reports transforms that use themselves or exceed a limit.
    fn check_uses(&mut self, transforms: &[Transform]) {
        let uses: Vec<Vec<usize>> = transforms.iter().map(|transform| used_by(&transform.steps)).collect();
        let mut sizes: Vec<Option<(usize, usize)>> = vec![None; transforms.len()];
        let mut open = vec![false; transforms.len()];
        for start in 0..transforms.len() {
            // The path from `start` to the current transform: each transform, and how many of its uses have been visited.
            let mut way: Vec<(usize, usize)> = vec![(start, 0)];
            while let Some((at, looked)) = way.last_mut() {
                let at = *at;
                if sizes.get(at).copied().flatten().is_some() {
                    way.pop();
                    continue;
                }
                if let Some(open) = open.get_mut(at) {
                    *open = true;
                }
                let next = uses.get(at).and_then(|uses| uses.get(*looked)).copied();
                *looked += 1;
                match next {
                    Some(next) if open.get(next) == Some(&true) => {
                        let cycle: Vec<usize> = way.iter().map(|(at, _)| *at).skip_while(|at| *at != next).collect();
                        self.report_use_cycle(transforms, &cycle);
                    }
                    Some(next) => way.push((next, 0)),
                    None => {
                        let own = transforms.get(at).map_or(0, |transform| count(&transform.steps));
                        let below = uses.get(at).into_iter().flatten();
                        let below = below.filter_map(|used| sizes.get(*used).copied().flatten());
                        let size = below.fold((own, 1), |(steps, depth), (more, deeper)| {
                            (steps.saturating_add(more), depth.max(deeper + 1))
                        });
                        if let (Some(slot), Some(open)) = (sizes.get_mut(at), open.get_mut(at)) {
                            (*slot, *open) = (Some(size), false);
                        }
                        way.pop();
                    }
                }
            }
        }
        for (transform, size) in transforms.iter().zip(&sizes) {
            let Some((steps, depth)) = *size else { continue };
            let message = match () {
                () if steps > MOST_STEPS => {
                    format!(
                        "`{}` has {steps} steps, including those of the transforms that it uses",
                        transform.name.text
                    )
                }
                () if depth > DEEPEST => format!("`{}` uses transforms {depth} deep", transform.name.text),
                () => continue,
            };
            let help = format!("at most {MOST_STEPS} steps and {DEEPEST} transforms within one another are allowed");
            self.report(Diagnostic::new(Code::BadTransform, transform.name.span, message).help(help));
        }
    }

    fn report_use_cycle(&mut self, transforms: &[Transform], cycle: &[usize]) {
        let names: Vec<&Name> = cycle.iter().filter_map(|at| transforms.get(*at)).map(|found| &found.name).collect();
        let [first, others @ ..] = names.as_slice() else { return };
        let mut shown: Vec<String> = names.iter().map(|name| format!("`{}`", name.text)).collect();
        shown.push(format!("`{}`", first.text));
        let message = format!("the transform `{}` uses itself: {}", first.text, shown.join(" → "));
        let mut diagnostic = Diagnostic::new(Code::BadTransform, first.span, message);
        for other in others {
            diagnostic = diagnostic.also(other.span, "by way of this");
        }
        self.report(diagnostic);
    }
}

/// The numbers of the transforms that steps use. (`use` is not allowed in a `for_each`.)
fn used_by(steps: &[TransformStep]) -> Vec<usize> {
    let used = |step: &TransformStep| if let Action::Use(id) = &step.action { Some(id.0 as usize) } else { None };
    steps.iter().filter_map(used).collect()
}

fn count(steps: &[TransformStep]) -> usize {
    let within = |step: &TransformStep| if let Action::ForEach(_, steps) = &step.action { count(steps) } else { 0 };
    steps.iter().map(|step| 1 + within(step)).sum()
}
