//! Earlier versions of names, so that a list of a past night shows them as they stood on its day.
//!
//! A row of a versioned sheet says since which night it holds (`since`, the place of the night among those of the store).
//! What a later night replaces moves into `<sheet>_before`, with the night that replaced it (`until`).

use polars::prelude::*;
use prane_base::error::Result;

use crate::errors::FrameError;

/// Sheets whose names stand on lists.
const VERSIONED: [&str; 2] = ["pupils", "centre_participants"];
pub(super) const SINCE: &str = "since";
const UNTIL: &str = "until";

/// Whether earlier versions of a sheet's rows are kept.
pub(super) fn are_kept(sheet: &str) -> bool {
    VERSIONED.contains(&sheet)
}

/// The sheet that holds what was replaced.
#[must_use]
pub fn sheet_before(sheet: &str) -> String {
    format!("{sheet}_before")
}

/// Rows that a night brings, those of them that change nothing left out; and the rows that they replace.
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
    let gone =
        before.clone().lazy().join(changing.clone().lazy(), [col(key)], [col(key)], JoinArgs::new(JoinType::Semi)).collect().frame_err()?;
    Ok((changing, until(gone, night)?))
}

/// Rows that `night` replaces, with `until`. A version that did not outlive its night is on no list, and is not kept.
pub(super) fn until(rows: DataFrame, night: i32) -> Result<DataFrame> {
    rows.lazy().filter(col(SINCE).lt(lit(night))).with_column(lit(night).alias(UNTIL)).collect().frame_err()
}

/// Rows as `night` knew them, of a sheet and of what was replaced in it.
pub(super) fn as_known(sheet: DataFrame, before: Option<DataFrame>, night: i32) -> Result<DataFrame> {
    let columns: Vec<Expr> = sheet.get_column_names().into_iter().map(|name| col(name.clone())).collect();
    let now = sheet.lazy().filter(col(SINCE).lt_eq(lit(night)));
    let Some(before) = before else { return now.collect().frame_err() };
    let then = before.lazy().filter(col(SINCE).lt_eq(lit(night)).and(col(UNTIL).gt(lit(night)))).select(columns);
    concat([now, then], UnionArgs::default()).frame_err()?.collect().frame_err()
}

/// A sheet with `since`: one of a version before this has none, and holds since the first night.
pub(super) fn with_since(sheet: DataFrame, since: i32) -> Result<DataFrame> {
    if sheet.column(SINCE).is_ok() {
        return Ok(sheet);
    }
    sheet.lazy().with_column(lit(since).alias(SINCE)).collect().frame_err()
}
