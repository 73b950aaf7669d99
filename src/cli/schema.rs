//! `dadar schema`: JSON Schemas of the input files and the output.

use super::{Done, Exit, output};
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dadar schema > dadar.schema.json\n  \
    dadar schema --of tests > dadar-test.schema.json\n  dadar schema --of decision\n\n\
    In the first line of a rule file, for editors with the YAML language server:\n  \
    # yaml-language-server: $schema=dadar.schema.json")]
pub(crate) struct SchemaArgs {
    /// The documents that the schema describes
    #[arg(long, value_enum, default_value_t = Of::Rules, value_name = "WHAT")]
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    /// Rule files
    Rules,
    /// Test files (`*.test.yaml`)
    Tests,
    /// A line of `route`, also with `--deliveries`
    Decision,
    /// A line of `explain --format json`
    Explain,
    /// A line of `check --format json`
    Check,
}

impl Of {
    /// Written by hand, like the decoders and the types. Tests compare them with every rule file and test file in the
    /// repository, and with the output of the program.
    fn schema(self) -> &'static str {
        match self {
            Of::Rules => include_str!("../../schemas/rule-file.schema.json"),
            Of::Tests => include_str!("../../schemas/test-file.schema.json"),
            Of::Decision => include_str!("../../schemas/decision.schema.json"),
            Of::Explain => include_str!("../../schemas/explain.schema.json"),
            Of::Check => include_str!("../../schemas/check.schema.json"),
        }
    }
}

pub(crate) fn run(args: &SchemaArgs) -> Done {
    output::print(args.of.schema())?;
    Ok(Exit::Fine)
}
