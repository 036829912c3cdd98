//! The tables of the store: their columns, partitions and sort orders. Derived from the contracts wherever one exists.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::contract::{Contract, Kind};

/// One table of the store.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Folder under `store/` and name in SQL.
    pub name: String,
    /// Columns in the data files.
    pub columns: SchemaRef,
    /// Columns that live in the folder names.
    pub partition_by: Vec<String>,
    /// Order of the rows in each file.
    pub sorted_by: Vec<String>,
}

/// Run that brought a row; a column of every stored table.
pub const KNOWN_FROM: &str = "known_from";
/// Keyed hash of a row's key in its extract; a column of every stored table but the registers.
pub const ROW_KEY: &str = "row_key";

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

/// The stored columns of a contract column, with pupils and participants as keys; none for what goes to the vault.
#[must_use]
pub fn stored_columns(contract: &Contract) -> Vec<Field> {
    let mut fields = Vec::new();
    for column in &contract.columns {
        match (column.kind, contract.table.as_str(), column.name.as_str()) {
            (_, "pupils", "birth_date") => fields.push(Field::new("first_september", DataType::Int32, true)),
            (_, "contacts", "by") => fields.push(text("by_key")),
            _ if column.vault => {}
            (Kind::PupilId, ..) => fields.push(text("pupil_key")),
            (Kind::ParticipantId, ..) => fields.push(text("participant_key")),
            (Kind::Date, ..) => fields.push(Field::new(&column.name, DataType::Date32, true)),
            (Kind::Integer, ..) => fields.push(Field::new(&column.name, DataType::Int32, true)),
            (Kind::Mark, ..) => fields.push(Field::new(&column.name, DataType::Float64, true)),
            _ => fields.push(text(&column.name)),
        }
    }
    if contract.table == "centre_participants" {
        fields.push(text("pupil_key"));
    }
    fields
}

/// The stored form of a contract's table.
#[must_use]
pub fn spec_of(contract: &Contract) -> TableSpec {
    let mut fields = stored_columns(contract);
    let register = is_register(&contract.table);
    if !register {
        fields.push(text(ROW_KEY));
    }
    fields.push(text(KNOWN_FROM));
    let (partition_by, sorted_by) = match contract.table.as_str() {
        "attendance" => (vec!["school_year", "period"], vec!["school_id", "pupil_key", "date", "lesson"]),
        "marks" => (vec!["school_year", "period"], vec!["school_id", "pupil_key"]),
        _ => (vec![], vec![]),
    };
    let owned = |names: Vec<&str>| names.into_iter().map(String::from).collect();
    TableSpec {
        name: contract.table.clone(),
        columns: Arc::new(Schema::new(fields)),
        partition_by: owned(partition_by),
        sorted_by: owned(sorted_by),
    }
}

/// Attendance and marks: too many rows to keep in memory as text, kept as packed integers and partitioned by time.
#[must_use]
pub fn is_register(table: &str) -> bool {
    matches!(table, "attendance" | "marks")
}

/// Tables of the sums of a register's files, partitioned as it is; none for other tables. 720720 parts make a day; masks
/// hold a bit a day, Monday 1. A school's day is one row, a pupil's week at a school one row, and so is a pupil's day
/// whose parts the masks do not tell.
#[must_use]
pub fn sums_of(register: &TableSpec) -> Vec<TableSpec> {
    let date = |name: &str| Field::new(name, DataType::Date32, true);
    let whole = |name: &str| Field::new(name, DataType::Int32, true);
    let parts = ["parts_absent", "parts_unexcused", "parts_late"].map(whole);
    let masks = ["recorded_mask", "away_mask", "unexcused_mask", "late_mask", "partial_mask"].map(whole);
    let pupil = || vec![text("school_id"), text("pupil_key")];
    let tables = match register.name.as_str() {
        "attendance" => vec![
            ("attendance_by_week", [pupil(), vec![date("week"), whole("days_recorded")], parts.to_vec(), masks.to_vec()].concat()),
            (
                "school_day",
                vec![text("school_id"), date("date"), whole("pupils_recorded"), Field::new("parts_absent", DataType::Int64, true)],
            ),
            ("partial_day", [pupil(), vec![date("date")], parts.to_vec()].concat()),
        ],
        "marks" => vec![(
            "marks_by_subject",
            [
                pupil(),
                vec![whole("term"), text("subject"), Field::new("mark_sum", DataType::Float64, true), whole("marks"), date("last_date")],
            ]
            .concat(),
        )],
        _ => vec![],
    };
    let spec = |(name, fields): (&str, Vec<Field>)| TableSpec {
        name: name.into(),
        columns: Arc::new(Schema::new(fields)),
        partition_by: register.partition_by.clone(),
        sorted_by: vec![],
    };
    tables.into_iter().map(spec).collect()
}

/// Which register each school keeps in a school year.
#[must_use]
pub fn registers() -> TableSpec {
    TableSpec {
        name: "registers".into(),
        columns: Arc::new(Schema::new(vec![text("school_id"), text("school_year"), text("register"), text(ROW_KEY), text(KNOWN_FROM)])),
        partition_by: vec![],
        sorted_by: vec![],
    }
}

impl TableSpec {
    /// Data columns and partition columns.
    #[must_use]
    pub fn full_schema(&self) -> Schema {
        let partitions = self.partition_by.iter().map(|p| Arc::new(text(p)));
        Schema::new(self.columns.fields().iter().cloned().chain(partitions).collect::<Vec<_>>())
    }
}
