//! Recorded decisions: the lines of `expected: file.ndjson`.

use super::TestFailure;
use super::expectation::same;
use crate::event::Json;

/// One line of a file of decisions. Only the keys that it has are compared.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) members: Vec<(String, Json)>,
    /// `expected.ndjson:3`.
    pub(super) place: String,
}

/// The key that names the version of the rules. The version changes with every edit, so it is not compared: the recorded
/// decision would never match again.
const VERSION: &str = "ruleset";

impl Recorded {
    /// Reads one line.
    pub(super) fn parse(line: &[u8], place: String) -> Result<Recorded, String> {
        match serde_json::from_slice(line) {
            Ok(Json::Object(members)) if members.keys().all(|key| key == VERSION) => {
                Err(String::from("it has nothing to compare"))
            }
            Ok(Json::Object(members)) => Ok(Recorded { members: members.into_iter().collect(), place }),
            Ok(_) => Err(String::from("it is not a JSON object")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// True for the decision on an event of a line that was split.
    pub(super) fn is_part(&self) -> bool {
        self.members.iter().any(|(key, _)| key == "parts")
    }

    /// What did not hold of a decision, given as the JSON that is written of it.
    pub(super) fn check(&self, decision: &Json) -> Vec<TestFailure> {
        let compared = self.members.iter().filter(|(key, _)| key != VERSION);
        compared.filter_map(|(key, want)| self.compare(key, want, decision.get(key).unwrap_or(&Json::Null))).collect()
    }

    fn compare(&self, key: &str, want: &Json, found: &Json) -> Option<TestFailure> {
        let agrees = match key {
            "subscribers" | "filtered" => same(&sorted(want), &sorted(found)),
            _ => same(want, found),
        };
        let failure = || TestFailure {
            event: None,
            field: key.to_owned(),
            expected: want.to_string(),
            found: found.to_string(),
            note: None,
            place: Some(self.place.clone()),
        };
        (!agrees).then(failure)
    }
}

/// A list of names as a set: sorted, without duplicates.
fn sorted(json: &Json) -> Json {
    let Json::Array(items) = json else { return json.clone() };
    let mut items = items.clone();
    items.sort_by_key(Json::to_string);
    items.dedup();
    Json::Array(items)
}
