//! `dadar schema`: the JSON Schema of rule files.

use super::{Done, Exit, output};

/// Written by hand, as the decoder of rule files is. A test holds it against every rule file that is shipped.
const SCHEMA: &str = include_str!("../../schemas/rule-file.schema.json");

pub(crate) fn run() -> Done {
    output::print(SCHEMA)?;
    Ok(Exit::Fine)
}
