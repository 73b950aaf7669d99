//! Sites of random rule sets: each has a path of its own, and an identity that does not depend on its neighbours.

use crate::agree::{check, load};
use crate::{events, generate};
use dadar::unstable::interpreter::Interpreter;
use dadar::unstable::rules::{NameKind, SiteId, SiteKind, Sites};
use dadar::unstable::trace::{CasesTrace, Condition, ConditionKind, Trace};
use dadar::{Clock, Options};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};

fn sites(yaml: &str) -> Option<Sites> {
    load(yaml).rule_set.map(|rules| Sites::new(&rules))
}

/// The rule set with a new first rule, a new first row in each table with inputs, a new first topic and a new first alternative.
fn with_neighbours(yaml: &str) -> String {
    let mut out = String::new();
    let mut lines = yaml.lines().peekable();
    while let Some(line) = lines.next() {
        out += &format!("{line}\n");
        let next = lines.peek().copied().unwrap_or_default();
        match line {
            "rules:" => {
                out += "  - {name: inserted, when: 'data.inserted == 1 && data.amount > 5', subscribers: [a]}\n"
            }
            "    rows:" if next.starts_with("      - ") => {
                out += "      - {when: {tier: inserted, total: 5}, subscribers: [a]}\n";
            }
            "topics:" => out += "  inserted: [a]\n",
            "  region:" => out += "    - {when: data.inserted == 1, value: inserted}\n",
            _ => {}
        }
    }
    out
}

/// The identities with their kinds, and the names in front of a position.
fn identities(sites: &Sites) -> BTreeSet<(u128, &'static str)> {
    sites.iter().map(|(_, site)| (site.identity.0, site.kind.word())).collect()
}

#[test]
fn paths_and_identities_are_unique_and_parents_come_first() {
    check(60, &generate::rule_set(), |yaml| {
        let Some(sites) = sites(&yaml) else { return Ok(()) };
        let mut paths = HashMap::new();
        let mut seen = HashSet::new();
        for (id, site) in sites.iter() {
            prop_assert!(paths.insert(&*site.path, id).is_none(), "`{}` twice in\n{yaml}", site.path);
            prop_assert!(seen.insert(site.identity), "the identity of `{}` twice in\n{yaml}", site.path);
            prop_assert_eq!(sites.find(&site.path), Some(id));
            prop_assert!(site.parent.is_none_or(|parent| parent < id));
            let parents: Vec<SiteId> = site.parent.into_iter().collect();
            prop_assert!(parents.iter().all(|parent| sites.children(*parent).any(|child| child == id)));
        }
        let children: usize = sites.iter().map(|(id, _)| sites.children(id).count()).sum();
        prop_assert_eq!(children, sites.iter().filter(|(_, site)| site.parent.is_some()).count());
        Ok(())
    });
}

#[test]
fn an_inserted_neighbour_changes_no_identity() {
    let inserted = std::cell::Cell::new(0);
    check(60, &generate::rule_set(), |yaml| {
        let Some(before) = sites(&yaml) else { return Ok(()) };
        let changed = with_neighbours(&yaml);
        let Some(after) = sites(&changed) else { return Ok(()) };
        let (old, new) = (identities(&before), identities(&after));
        let lost = before.iter().find(|(_, site)| !new.contains(&(site.identity.0, site.kind.word())));
        prop_assert!(lost.is_none(), "`{}` lost its identity in\n{changed}", lost.unwrap().1.path);
        prop_assert_eq!(new.len() - old.len(), after.len() - before.len());
        inserted.set(inserted.get() + after.len() - before.len());
        Ok(())
    });
    assert!(inserted.get() > 200, "{}", inserted.get());
}

/// The conditions of a trace that have sites of their own, with those in definitions of named values.
fn conditions(trace: &Trace) -> Vec<&Condition> {
    let mut all: Vec<&Condition> = Vec::new();
    all.extend(trace.rules.iter().filter_map(|rule| rule.condition.as_ref()));
    all.extend(trace.groups.iter().filter_map(|group| group.condition.as_ref()));
    all.extend(trace.filters.iter().filter_map(|filter| filter.condition.as_ref()));
    all.extend(trace.schemas.iter().filter_map(|schema| schema.condition.as_ref()));
    all.extend(trace.subscribers.iter().filter_map(|person| person.filter.as_ref()));
    all.extend(trace.tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.condition.as_ref()));
    all.extend(cases(trace).flat_map(|cases| &cases.alternatives).filter_map(|case| case.condition.as_ref()));
    all
}

fn cases(trace: &Trace) -> impl Iterator<Item = &CasesTrace> {
    let keys = trace.tables.iter().filter_map(|table| table.key_cases.as_ref());
    trace.defines.iter().chain(&trace.label_cases).chain(keys)
}

/// The number of sites in a condition, each of which must be the one that is written at its place.
fn walk(condition: &Condition, sites: &Sites, is_own: bool) -> Result<usize, String> {
    let mut count = 0;
    match &condition.site {
        Some(path) => {
            let site = sites.find(path).and_then(|id| sites.get(id)).ok_or(format!("no site `{path}`"))?;
            let is_leaf = condition.kind == ConditionKind::Leaf;
            let kind = if is_leaf { SiteKind::Leaf } else { SiteKind::Node };
            if (site.span, site.kind) != (condition.span, kind) {
                return Err(format!("`{path}` is another place"));
            }
            count += 1;
        }
        None if is_own => return Err(format!("a part has no site: {condition:?}")),
        None => {}
    }
    for part in &condition.parts {
        count += walk(part, sites, condition.site.is_some())?;
    }
    for part in &condition.inside {
        walk(part, sites, false)?;
    }
    Ok(count)
}

#[test]
fn the_parts_of_a_trace_have_their_sites() {
    let seen = std::cell::Cell::new(0);
    let noon: jiff::Timestamp = "2026-01-10T13:00:00+05:30".parse().unwrap();
    check(60, &(generate::rule_set(), vec(events::event(), 3)), |(yaml, events)| {
        let Some(rules) = load(&yaml).rule_set else { return Ok(()) };
        let sites = Sites::new(&rules);
        let interpreter = Interpreter::new(&rules);
        for event in events {
            let options = Options::default().clock(Clock::Fixed(noon));
            let trace = interpreter.trace(&event, 1, &options);
            for (at, rule) in trace.rules.iter().enumerate() {
                let id = sites.part(NameKind::Rule, at).unwrap();
                prop_assert_eq!(rule.site.as_deref(), Some(sites.path(id)));
            }
            let rows = trace.tables.iter().flat_map(|table| &table.rows);
            prop_assert!(rows.clone().all(|row| row.site.is_some()));
            for condition in conditions(&trace) {
                match walk(condition, &sites, true) {
                    Ok(count) => seen.set(seen.get() + count),
                    Err(why) => prop_assert!(false, "{}\n{}", why, yaml),
                }
            }
            for one in cases(&trace) {
                let chosen: Vec<_> = one.alternatives.iter().filter(|case| case.chosen).collect();
                prop_assert_eq!(chosen.len(), usize::from(!one.value.is_null()), "{}", yaml);
                prop_assert!(chosen.iter().all(|case| case.value == one.value && case.reached));
                for result in one.alternatives.iter().filter_map(|case| case.result.as_ref()) {
                    prop_assert!(walk(result, &sites, false).is_ok());
                }
            }
        }
        Ok(())
    });
    assert!(seen.get() > 1_000, "{}", seen.get());
}

/// The lints of silent mistakes find nothing in rule sets that were not made to have any.
#[test]
fn random_rule_sets_have_no_silent_mistakes() {
    check(200, &generate::rule_set(), |yaml| {
        let loaded = load(&yaml);
        let codes = ["W022", "W023", "W025", "W026", "W027"];
        let found = loaded.diagnostics.iter().find(|one| codes.contains(&one.code.as_str()));
        prop_assert!(found.is_none(), "{found:?} in\n{yaml}");
        Ok(())
    });
}
