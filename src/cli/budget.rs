//! The options for the budget of one event.

use super::size;
use clap::Args;
use dadar::Budget;

/// The budget of each computation on an event.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct BudgetArgs {
    /// How much memory a computation on one event may take; beyond it is null, with an entry under `errors`
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true, default_value = "64MiB", value_parser = size::parse)]
    event_memory: usize,
    /// How many steps a computation on one event may take: elements visited, 8 bytes of text each
    #[arg(long, value_name = "STEPS", default_value_t = Budget::default().work, value_parser = clap::value_parser!(u64).range(1..))]
    event_work: u64,
}

impl BudgetArgs {
    pub(crate) fn budget(self) -> Budget {
        Budget::DEFAULT.memory(self.event_memory).work(self.event_work)
    }
}
