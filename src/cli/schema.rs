//! `dadar schema`: the JSON Schema of rule files.

use super::{Done, Exit, output};

/// Written by hand, like the decoder of rule files. A test compares it with every rule file that is shipped.
const SCHEMA: &str = include_str!("../../schemas/rule-file.schema.json");

pub(crate) fn run() -> Done {
    output::print(SCHEMA)?;
    Ok(Exit::Fine)
}
