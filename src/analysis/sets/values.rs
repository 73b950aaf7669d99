//! Sets of values of any type.

use super::Emptiness;
use super::automata::TextAutomata;
use super::numbers::NumberSet;
use super::text::TextSet;
use crate::event::{Json, Number, Type};

/// A set of values. Arrays and objects are in it all or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSet {
    /// Null, and a missing value.
    pub null: bool,
    /// `true`.
    pub yes: bool,
    /// `false`.
    pub no: bool,
    /// Numbers.
    pub numbers: NumberSet,
    /// Texts.
    pub texts: TextSet,
    /// Every array.
    pub arrays: bool,
    /// Every object.
    pub objects: bool,
}

impl ValueSet {
    /// No value.
    pub fn none() -> ValueSet {
        ValueSet {
            null: false,
            yes: false,
            no: false,
            numbers: NumberSet::NONE,
            texts: TextSet::None,
            arrays: false,
            objects: false,
        }
    }

    /// Every value.
    pub fn all() -> ValueSet {
        ValueSet::none().complement()
    }

    /// All values of these types.
    pub fn of_type(ty: Type) -> ValueSet {
        let has = |one: Type| ty.intersects(one);
        ValueSet {
            null: has(Type::NULL),
            yes: has(Type::BOOLEAN),
            no: has(Type::BOOLEAN),
            numbers: if has(Type::NUMBER) { NumberSet::all() } else { NumberSet::NONE },
            texts: if has(Type::STRING) { TextSet::Every } else { TextSet::None },
            arrays: has(Type::ARRAY),
            objects: has(Type::OBJECT),
        }
    }

    /// One value. For an array or an object: every one of them, which is a superset.
    pub fn only(value: &Json) -> ValueSet {
        let mut set = ValueSet::none();
        match value {
            Json::Null => set.null = true,
            Json::Bool(value) => (set.yes, set.no) = (*value, !*value),
            Json::Number(number) => set.numbers = Number::from_json(number).map_or(NumberSet::NONE, NumberSet::only),
            Json::String(text) => set.texts = TextSet::only(text),
            Json::Array(_) => set.arrays = true,
            Json::Object(_) => set.objects = true,
        }
        set
    }

    /// Numbers only.
    pub fn numbers(numbers: NumberSet) -> ValueSet {
        ValueSet { numbers, ..ValueSet::none() }
    }

    /// Texts only.
    pub fn texts(texts: TextSet) -> ValueSet {
        ValueSet { texts, ..ValueSet::none() }
    }

    /// True if the value is in it.
    pub fn contains(&self, value: &Json) -> bool {
        match value {
            Json::Null => self.null,
            Json::Bool(true) => self.yes,
            Json::Bool(false) => self.no,
            Json::Number(number) => Number::from_json(number).is_some_and(|number| self.numbers.contains(number)),
            Json::String(text) => self.texts.contains(text),
            Json::Array(_) => self.arrays,
            Json::Object(_) => self.objects,
        }
    }

    /// The values that are in both.
    #[must_use]
    pub fn intersection(&self, other: &ValueSet) -> ValueSet {
        ValueSet {
            null: self.null && other.null,
            yes: self.yes && other.yes,
            no: self.no && other.no,
            numbers: self.numbers.intersection(&other.numbers),
            texts: self.texts.intersection(&other.texts),
            arrays: self.arrays && other.arrays,
            objects: self.objects && other.objects,
        }
    }

    /// The values that are in at least one of them.
    #[must_use]
    pub fn union(&self, other: &ValueSet) -> ValueSet {
        ValueSet {
            null: self.null || other.null,
            yes: self.yes || other.yes,
            no: self.no || other.no,
            numbers: self.numbers.union(&other.numbers),
            texts: self.texts.union(&other.texts),
            arrays: self.arrays || other.arrays,
            objects: self.objects || other.objects,
        }
    }

    /// The values that are not in it.
    #[must_use]
    pub fn complement(&self) -> ValueSet {
        ValueSet {
            null: !self.null,
            yes: !self.yes,
            no: !self.no,
            numbers: self.numbers.complement(),
            texts: self.texts.complement(),
            arrays: !self.arrays,
            objects: !self.objects,
        }
    }

    /// A value in it, if there is one. Texts and numbers come first, null last.
    pub fn emptiness(&self, automata: &mut TextAutomata) -> Emptiness<Json> {
        let text = self.texts.emptiness(automata);
        if let Emptiness::Witness(text) = text {
            return Emptiness::Witness(Json::from(text));
        }
        let number = self.numbers.example().map(Number::to_json);
        let simple = [
            (self.yes, Json::from(true)),
            (self.no, Json::from(false)),
            (self.arrays, Json::Array(Vec::new())),
            (self.objects, Json::Object(serde_json::Map::new())),
            (self.null, Json::Null),
        ];
        let simple = simple.into_iter().find(|(is_in, _)| *is_in).map(|(_, value)| value);
        match number.or(simple) {
            Some(value) => Emptiness::Witness(value),
            None if text == Emptiness::Unknown => Emptiness::Unknown,
            None => Emptiness::Empty,
        }
    }
}
