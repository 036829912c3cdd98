//! Examines the settings, the SQL files and the policy.

use std::path::Path;

use prane_base::config::Config;
use prane_base::error::plural;
use prane_base::project::Project;
use prane_rules::policy::Policy;
use prane_rules::query::{Library, Records};

use super::{Report, entries, name_of};

impl Report {
    /// `prane.toml`. Where it is invalid, the rest is examined with the default settings.
    pub(super) fn settings(&mut self, root: &Path) -> Project {
        self.ok(format!("project folder {}", root.display()));
        match Project::open(root) {
            Ok(project) if project.config_text.is_empty() => {
                self.warn("no prane.toml: every setting has its default", "`prane init` in a new folder writes a documented one");
                project
            }
            Ok(project) => {
                self.ok(format!("prane.toml reads well: {}", plural(project.config.source.len(), "mapping")));
                if project.config_text.contains("# OPEN:") {
                    self.warn("prane.toml has places marked OPEN", "settle each and take its OPEN line away");
                }
                project
            }
            Err(error) => {
                self.error(&error);
                Project { root: root.to_path_buf(), config: Config::default(), config_text: String::new() }
            }
        }
    }

    /// The SQL files and the policy, the project's own laid over the built-in ones.
    pub(super) fn rules(&mut self, project: &Project) {
        let library = match Library::load(&project.queries()) {
            Ok(library) => library,
            Err(error) => return self.error(&error),
        };
        let all = library.queries.keys().cloned().collect();
        match library.order(&all) {
            Ok(order) => self.ok(format!("{} read well, and none reads itself", plural(order.len(), "SQL file"))),
            Err(error) => self.error(&error),
        }
        match Policy::load(&library, &project.config) {
            Ok(policy) => self.ok(format!("policy reads well: {}", plural(policy.numbers.len(), "number"))),
            Err(error) => self.error(&error),
        }
        for flag in library.of_schema("flags").filter(|flag| flag.header.rests_on.is_none()) {
            self.warn(
                format!("{} does not say what the flag rests on: pages will name no cause where a child's level moves by it", flag.file),
                format!("add to its head, for example: -- rests_on = \"{}\"", Records::Attendance.word()),
            );
        }
        // Without this warning a misspelt folder would be ignored silently.
        let schemas: Vec<&str> = library.queries.values().map(prane_rules::query::Query::schema).collect();
        for folder in entries(&project.queries()).into_iter().filter(|p| p.is_dir()) {
            let name = name_of(&folder);
            if !schemas.contains(&name.as_str()) {
                let near = prane_base::error::nearest(&name, schemas.iter().copied())
                    .map_or_else(String::new, |n| format!("; did you mean queries/{n}/?"));
                self.warn(
                    format!("queries/{name}/ is no schema, and its files are not read"),
                    format!("the folders are named in queries/README.md{near}"),
                );
            }
        }
    }
}
