//! The SQL files, the policy and the contracts of a project, loaded together.

use prane_base::day;
use prane_base::error::Result;
use prane_base::project::Project;
use prane_contract::Contract;

use crate::policy::Policy;
use crate::query::Library;

/// The rules of a project.
pub struct Rulebook {
    /// The SQL files.
    pub library: Library,
    /// The policy numbers.
    pub policy: Policy,
    /// The contracts of the canonical tables.
    pub contracts: Vec<Contract>,
    /// Month and day on which a school year starts.
    pub year_starts: (u32, u32),
}

impl Rulebook {
    /// Loads and validates the rules of a project.
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
