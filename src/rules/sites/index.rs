//! The sites of a rule set, by number, path and part.

use super::site::{ConditionRole, Site, SiteId, SiteKind};
use crate::rules::name::NameKind;
use std::collections::HashMap;
use std::sync::Arc;

/// All sites of a rule set.
///
/// ```
/// use dadar::unstable::rules::{NameKind, SiteKind, Sites};
///
/// let text = "rules: [{name: big, when: 'data.amount > 5000 && data.vip', subscribers: [review]}]";
/// let rules = dadar::load_strings("shop", [("rules.yaml", text)]).rule_set.expect("there are no errors");
/// let sites = Sites::new(&rules);
/// let paths: Vec<&str> = sites.iter().map(|(_, site)| &*site.path).collect();
/// assert_eq!(paths, ["rule:big", "rule:big/when", "rule:big/when.all[0]", "rule:big/when.all[1]"]);
/// let leaf = sites.find("rule:big/when.all[0]").expect("it is there");
/// assert_eq!(sites.get(leaf).expect("it is there").kind, SiteKind::Leaf);
/// assert_eq!(sites.find("rule:big"), sites.part(NameKind::Rule, 0));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sites {
    pub(super) sites: Vec<Site>,
    pub(super) by_path: HashMap<Arc<str>, SiteId>,
    pub(super) parts: HashMap<NameKind, Vec<SiteId>>,
}

impl Sites {
    /// The site of a number.
    pub fn get(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(id.0 as usize)
    }

    /// The site of a path.
    pub fn find(&self, path: &str) -> Option<SiteId> {
        self.by_path.get(path).copied()
    }

    /// The path of a site; empty for a number that is not in use.
    pub fn path(&self, id: SiteId) -> &str {
        self.get(id).map_or("", |site| &site.path)
    }

    /// All sites, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (SiteId, &Site)> {
        (0..).map(SiteId).zip(&self.sites)
    }

    /// The number of sites.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// True if there are no sites.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// The site of a named part of the rule set, by its position among those of its kind. (Lookups have no sites.)
    pub fn part(&self, kind: NameKind, position: usize) -> Option<SiteId> {
        self.parts.get(&kind)?.get(position).copied()
    }

    /// The sites that a site directly contains, in order.
    pub fn children(&self, id: SiteId) -> impl Iterator<Item = SiteId> {
        let first = self.get(id).and_then(|site| site.first_child);
        std::iter::successors(first, |id| self.get(*id).and_then(|site| site.next))
    }

    /// The children of one kind.
    pub fn children_of_kind(&self, id: SiteId, kind: SiteKind) -> impl Iterator<Item = SiteId> {
        self.children(id).filter(move |child| self.get(*child).is_some_and(|site| site.kind == kind))
    }

    /// The outermost part of the condition that a site has in a role.
    pub fn condition(&self, id: SiteId, role: ConditionRole) -> Option<SiteId> {
        self.children(id).find(|child| self.get(*child).is_some_and(|site| site.role == Some(role)))
    }
}
