//! `history.*`: the lists and aggregates of earlier nights, and how the store keeps them.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;
use prane_base::error::Result;
use prane_store::Store;
use prane_store::tables::TableSpec;

use super::Engine;
use super::tables::put_files;

fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

fn history_spec(name: &str, fields: Vec<Field>) -> TableSpec {
    TableSpec { name: name.into(), columns: Arc::new(Schema::new(fields)), partition_by: vec![], sorted_by: vec![] }
}

/// The specification of the published lists in the store.
#[must_use]
pub fn lists_spec() -> TableSpec {
    let text = |n: &str| Field::new(n, DataType::Utf8, true);
    let whole = |n: &str| Field::new(n, DataType::Int32, true);
    let rate = |n: &str| Field::new(n, DataType::Float64, true);
    let fields = vec![
        Field::new("as_of", DataType::Date32, true),
        text("school_id"),
        whole("rank"),
        text("pupil_key"),
        text("class"),
        whole("level"),
        text("status"),
        whole("weeks_on_list"),
        Field::new("flags", DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))), true),
        Field::new("on_list", DataType::Boolean, true),
        text("confidence"),
        rate("recent_absent"),
        whole("recent_recorded"),
        rate("absence_rate"),
        text("attendance_hash"),
        text("marks_hash"),
    ];
    history_spec("lists", fields)
}

/// The specifications of the published aggregates in the store: the rows of `programme.<name>` after suppression. Suppression must
/// consider what readers know from earlier nights.
#[must_use]
pub fn shown_specs() -> Vec<TableSpec> {
    use DataType::{Date32, Float64, Int32, Utf8};
    let all = |kind: &DataType, names: &[&str]| names.iter().map(|n| field(n, kind.clone())).collect::<Vec<_>>();
    let day = || vec![field("as_of", Date32)];
    let rates = [
        "absence_rate_before",
        "absence_rate_before_below",
        "absence_rate_before_above",
        "absence_rate_after",
        "absence_rate_after_below",
        "absence_rate_after_above",
        "school_rate_before",
        "school_rate_after",
        "change_beside_school",
    ];
    vec![
        history_spec(
            "groups",
            [
                day(),
                all(&Utf8, &["kind", "region", "municipality", "name"]),
                all(&Int32, &["pupils", "assessable", "level_3", "level_2", "level_1"]),
            ]
            .concat(),
        ),
        history_spec(
            "reach",
            [day(), all(&Utf8, &["centre_id", "service"]), all(&Date32, &["month"]), all(&Int32, &["participants", "attending"])].concat(),
        ),
        history_spec("change", [day(), all(&Utf8, &["service"]), all(&Int32, &["pupils", "less_absent"]), all(&Float64, &rates)].concat()),
    ]
}

/// SQL for the rows of `programme.<name>` on one day, with the columns and in the order of the store.
#[must_use]
pub fn shown_question(spec: &TableSpec, as_of: NaiveDate) -> String {
    let columns = spec.columns.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>().join(", ");
    format!("select {columns} from programme.{} where as_of = date '{as_of}' order by {columns}", spec.name)
}

/// Registers `history.*`: the published lists and aggregates of all days except those of `tonight`.
///
/// # Errors
/// Store errors.
pub fn history(engine: &Engine<'_>, store: &Store, tonight: &[NaiveDate]) -> Result<()> {
    for spec in [lists_spec()].into_iter().chain(shown_specs()) {
        let files: Vec<_> =
            store.files(&spec.name).into_iter().filter(|f| !tonight.iter().any(|d| f.path.starts_with(&format!("as_of-{d}")))).collect();
        put_files(engine, store, &format!("history.{}", spec.name), &spec, &files, &[])?;
    }
    Ok(())
}
