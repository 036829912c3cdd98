//! Everything that a project decides by its rules, loaded once.

use prane_base::day;
use prane_base::error::Result;
use prane_base::project::Project;
use prane_contract::Contract;

use crate::policy::Policy;
use crate::query::Library;

/// What every command needs before it asks anything.
pub struct Rulebook {
    /// SQL files.
    pub library: Library,
    /// Numbers.
    pub policy: Policy,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Month and day on which a school year starts.
    pub year_starts: (u32, u32),
}

impl Rulebook {
    /// Reads and checks everything a project configures.
    ///
    /// # Errors
    /// Configuration errors.
    pub fn load(project: &Project) -> Result<Self> {
        let library = Library::load(&project.queries())?;
        let policy = Policy::load(&library, &project.config)?;
        let year_starts = day::month_and_day(policy.text("school_year_starts")?)?;
        Ok(Self { library, policy, contracts: prane_contract::contracts()?, year_starts })
    }
}
