//! Adds sites one by one, with their paths and identities.

use super::index::Sites;
use super::path::quoted;
use super::site::{ConditionRole, Site, SiteId, SiteIdentity, SiteKind};
use crate::diagnostic::Span;
use crate::rules::name::{Name, NameKind};
use crate::rules::rule_set::RuleSet;
use std::collections::HashMap;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// The state of collecting.
pub(super) struct SiteBuilder<'r> {
    pub(super) rules: &'r RuleSet,
    pub(super) sites: Sites,
    last_child: HashMap<SiteId, SiteId>,
    /// How many sites have the same identity, apart from their rank.
    ranks: HashMap<u128, u32>,
    /// How many sites would have the same path.
    copies: HashMap<Arc<str>, u32>,
}

impl<'r> SiteBuilder<'r> {
    pub(super) fn new(rules: &'r RuleSet) -> SiteBuilder<'r> {
        SiteBuilder {
            rules,
            sites: Sites::default(),
            last_child: HashMap::new(),
            ranks: HashMap::new(),
            copies: HashMap::new(),
        }
    }

    fn add(&mut self, kind: SiteKind, span: Span, parent: Option<SiteId>, path: String, identity: u128) -> SiteId {
        let id = SiteId(self.sites.sites.len() as u32);
        let path = self.unused(path);
        self.sites.by_path.insert(path.clone(), id);
        let identity = SiteIdentity(identity);
        self.sites.sites.push(Site { kind, span, parent, path, identity, role: None, first_child: None, next: None });
        if let Some(parent) = parent {
            self.append(parent, id);
        }
        id
    }

    /// The path, unless it is in use: in a partial rule set, two parts may have the same name.
    fn unused(&mut self, path: String) -> Arc<str> {
        if !self.sites.by_path.contains_key(path.as_str()) {
            return path.into();
        }
        let copies = self.copies.entry(path.as_str().into()).or_insert(1);
        *copies += 1;
        // No path has a `#` otherwise, except within quotes.
        format!("{path}#{copies}").into()
    }

    fn append(&mut self, parent: SiteId, child: SiteId) {
        match self.last_child.insert(parent, child) {
            Some(previous) => self.with(previous, |site| site.next = Some(child)),
            None => self.with(parent, |site| site.first_child = Some(child)),
        }
    }

    fn with(&mut self, id: SiteId, change: impl FnOnce(&mut Site)) {
        if let Some(site) = self.sites.sites.get_mut(id.0 as usize) {
            change(site);
        }
    }

    pub(super) fn set_role(&mut self, id: SiteId, role: ConditionRole) {
        self.with(id, |site| site.role = Some(role));
    }

    fn identity_of(&self, id: SiteId) -> u128 {
        self.sites.get(id).map_or(0, |site| site.identity.0)
    }

    pub(super) fn path_of(&self, id: SiteId) -> &str {
        self.sites.path(id)
    }

    /// A part that has a name of its own.
    pub(super) fn named(&mut self, of: NameKind, kind: SiteKind, name: &Name, parent: Option<SiteId>) -> SiteId {
        let identity = self.ranked(hash(&[kind.word(), &name.text]));
        let id = self.add(kind, name.span, parent, format!("{}:{}", kind.word(), quoted(&name.text)), identity);
        self.sites.parts.entry(of).or_default().push(id);
        id
    }

    /// A part of `owner`, with the identity of its kind, its owner, its text, and its rank among equal texts.
    pub(super) fn part(&mut self, kind: SiteKind, span: Span, owner: SiteId, tail: &str, text: &str) -> SiteId {
        let path = format!("{}{tail}", self.path_of(owner));
        let identity = self.ranked(hash(&[kind.word(), &self.owner_text(owner), text]));
        self.add(kind, span, Some(owner), path, identity)
    }

    /// A part of a condition that `owner` has in a role.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn add_ranked(
        &mut self,
        kind: SiteKind,
        span: Span,
        parent: SiteId,
        path: String,
        owner: SiteId,
        role: ConditionRole,
        text: &str,
    ) -> SiteId {
        let role = if role == ConditionRole::When { "when" } else { "value" };
        let identity = self.ranked(hash(&[kind.word(), role, &self.owner_text(owner), text]));
        self.add(kind, span, Some(parent), path, identity)
    }

    fn owner_text(&self, owner: SiteId) -> String {
        SiteIdentity(self.identity_of(owner)).to_string()
    }

    /// A hash with the number of earlier sites that have the same one.
    fn ranked(&mut self, base: u128) -> u128 {
        let rank = self.ranks.entry(base).or_default();
        *rank += 1;
        match *rank {
            1 => base,
            rank => hash(&[&SiteIdentity(base).to_string(), &rank.to_string()]),
        }
    }
}

/// A hash of texts, each with its length, so that no two lists of texts are confused.
fn hash(texts: &[&str]) -> u128 {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    xxh3_128(&bytes)
}
