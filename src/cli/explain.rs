//! `dadar explain`: what the rules made of an event, and why.

use super::{Done, Failure, Global};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {}

pub(crate) fn run(_args: ExplainArgs, _global: &Global) -> Done {
    Err(Failure::new("not yet").into())
}
