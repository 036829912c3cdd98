//! Keeps earlier versions of names, so that a list of a past night shows the names of that night.
//!
//! A row of a versioned sheet has the night since which it is valid (`since`, the position of the night among those of the
//! store). A row that a later night replaces moves to `<sheet>_before`, with the night that replaced it (`until`).

use polars::prelude::*;
use prane_base::error::Result;

use crate::errors::FrameError;

/// Sheets with names that lists show.
const VERSIONED: [&str; 2] = ["pupils", "centre_participants"];
pub(super) const SINCE: &str = "since";
const UNTIL: &str = "until";

/// Whether earlier versions of a sheet's rows are kept.
pub(super) fn are_kept(sheet: &str) -> bool {
    VERSIONED.contains(&sheet)
}

/// The sheet that holds the replaced rows of a sheet.
#[must_use]
pub fn sheet_before(sheet: &str) -> String {
    format!("{sheet}_before")
}

/// The rows of a night that change something, and the stored rows that they replace.
pub(super) fn replaced(before: &DataFrame, rows: DataFrame, key: &str, night: i32) -> Result<(DataFrame, DataFrame)> {
    let compared: Vec<&PlSmallStr> = rows.get_column_names().into_iter().filter(|name| *name != key && *name != SINCE).collect();
    let same = compared.iter().map(|name| col((*name).clone()).eq_missing(col(format!("{name}_before")))).reduce(Expr::and);
    let unchanged = rows
        .clone()
        .lazy()
        .join_builder()
        .with(before.clone().lazy())
        .left_on([col(key)])
        .right_on([col(key)])
        .how(JoinType::Inner)
        .suffix("_before")
        .finish()
        .filter(same.unwrap_or_else(|| lit(true)))
        .select([col(key)])
        .collect()
        .frame_err()?;
    let changing = rows.lazy().join(unchanged.lazy(), [col(key)], [col(key)], JoinArgs::new(JoinType::Anti)).collect().frame_err()?;
    let replaced =
        before.clone().lazy().join(changing.clone().lazy(), [col(key)], [col(key)], JoinArgs::new(JoinType::Semi)).collect().frame_err()?;
    Ok((changing, until(replaced, night)?))
}

/// Rows that `night` replaces, with the column `until`. A version that its own night replaced is on no list and is dropped.
pub(super) fn until(rows: DataFrame, night: i32) -> Result<DataFrame> {
    rows.lazy().filter(col(SINCE).lt(lit(night))).with_column(lit(night).alias(UNTIL)).collect().frame_err()
}

/// The rows that were valid in `night`, of a sheet and of its replaced rows.
pub(super) fn as_known(sheet: DataFrame, before: Option<DataFrame>, night: i32) -> Result<DataFrame> {
    let columns: Vec<Expr> = sheet.get_column_names().into_iter().map(|name| col(name.clone())).collect();
    let current = sheet.lazy().filter(col(SINCE).lt_eq(lit(night)));
    let Some(before) = before else { return current.collect().frame_err() };
    let earlier = before.lazy().filter(col(SINCE).lt_eq(lit(night)).and(col(UNTIL).gt(lit(night)))).select(columns);
    concat([current, earlier], UnionArgs::default()).frame_err()?.collect().frame_err()
}

/// A sheet with the column `since`; it is added where an earlier version of this program wrote the sheet without it.
pub(super) fn with_since(sheet: DataFrame, since: i32) -> Result<DataFrame> {
    if sheet.column(SINCE).is_ok() {
        return Ok(sheet);
    }
    sheet.lazy().with_column(lit(since).alias(SINCE)).collect().frame_err()
}
