//! Sites of random rule sets: each has a path of its own, and an identity that does not depend on its neighbours.

use crate::agree::{check, load};
use crate::generate;
use dadar::unstable::rules::{SiteId, Sites};
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
