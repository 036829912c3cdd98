//! Steps of a SQL file that its head names in `steps`: each is computed once, however often the rest of the file reads it.
//! `DataFusion` plans a step (a `with` name) again wherever it stands, and a step of a step multiplies.

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{self, Ident, ObjectName, ObjectNamePart, With};
use prane_base::error::{Error, Result};

use crate::query::{Query, single_select};

/// The schema that holds what steps gave while their file is planned.
pub(super) const SCHEMA: &str = "steps";

/// A step to be computed: the name of the table that holds what it gives, and its select.
pub(super) type Step = (String, Statement);

/// The steps of a file that are to be computed, in their order, and the select that then reads them.
///
/// # Errors
/// A configuration error for a step that the file does not have.
pub(super) fn split(query: &Query) -> Result<(Vec<Step>, Statement)> {
    let mut steps = Vec::new();
    let mut statement = query.statement.clone();
    if query.header.steps.is_empty() {
        return Ok((steps, statement));
    }
    let mut unknown = query.header.steps.clone();
    if let Some(with) = select(&mut statement).and_then(|select| select.with.as_mut()) {
        for at in 0..with.cte_tables.len() {
            let name = with.cte_tables[at].alias.name.value.clone();
            if !query.header.steps.contains(&name) {
                continue;
            }
            unknown.retain(|step| *step != name);
            let table = format!("{}.{name}", query.id);
            let mut step = std::mem::replace(&mut with.cte_tables[at].query, read(&table)?);
            if step.with.is_none() && at > 0 {
                step.with =
                    Some(With { with_token: with.with_token.clone(), recursive: false, cte_tables: with.cte_tables[..at].to_vec() });
            }
            steps.push((table, Statement::Statement(Box::new(ast::Statement::Query(step)))));
        }
    }
    match unknown.first() {
        Some(step) => Err(Error::configuration(
            &query.file,
            format!("names the step {step} in its head, which it does not have"),
            "steps = [...] holds names that stand after `with`",
        )),
        None => Ok((steps, statement)),
    }
}

fn select(statement: &mut Statement) -> Option<&mut ast::Query> {
    match statement {
        Statement::Statement(inner) => match inner.as_mut() {
            ast::Statement::Query(query) => Some(query),
            _ => None,
        },
        _ => None,
    }
}

/// A select of all that a step gave.
fn read(table: &str) -> Result<Box<ast::Query>> {
    let name = ObjectName([SCHEMA, table].map(|part| ObjectNamePart::Identifier(Ident::with_quote('"', part))).to_vec());
    let mut statement = single_select(&format!("select * from {name}")).map_err(Error::Bug)?;
    let query = select(&mut statement).ok_or_else(|| Error::Bug("a select is none".into()))?;
    Ok(Box::new(query.clone()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str = "with a as (select 1 as n), b as (select n + 1 as n from a), c as (select n from b) select b.n from b cross join c";

    #[test]
    fn a_step_is_read_from_a_table_and_knows_the_steps_before_it() {
        let query = Query::parse("checks.x".into(), "x.sql".into(), &format!("-- steps = [\"b\", \"c\"]\n{TEXT}")).unwrap();
        let (steps, rest) = split(&query).unwrap();
        let steps: Vec<String> = steps.iter().map(|(table, step)| format!("{table}: {step}")).collect();
        assert_eq!(
            steps,
            [
                "checks.x.b: WITH a AS (SELECT 1 AS n) SELECT n + 1 AS n FROM a",
                "checks.x.c: WITH a AS (SELECT 1 AS n), b AS (SELECT * FROM \"steps\".\"checks.x.b\") SELECT n FROM b",
            ]
        );
        assert!(rest.to_string().ends_with("c AS (SELECT * FROM \"steps\".\"checks.x.c\") SELECT b.n FROM b CROSS JOIN c"), "{rest}");
    }

    #[test]
    fn a_step_that_is_not_there_is_refused() {
        let query = Query::parse("checks.x".into(), "x.sql".into(), &format!("-- steps = [\"d\"]\n{TEXT}")).unwrap();
        assert!(split(&query).unwrap_err().to_string().contains("names the step d in its head"));
    }
}
