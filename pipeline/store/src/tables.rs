//! The tables of the store: columns, partitions and sort orders, derived from the contracts where there is one.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use prane_contract::{Contract, Kind};

/// One table of the store.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Folder under `store/` and name in SQL.
    pub name: String,
    /// Columns in the data files.
    pub columns: SchemaRef,
    /// Columns whose values are in the names of folders.
    pub partition_by: Vec<String>,
    /// Order of the rows in each file.
    pub sorted_by: Vec<String>,
}

/// Column of every stored table: id of the run that brought the row.
pub const KNOWN_FROM: &str = "known_from";
/// Column beside the key of a pupil: its number in this store, by which queries join and group.
pub const PUPIL: &str = "pupil";
/// Column of contacts: text that sorts by the order in which they were saved.
pub const SAVED: &str = "saved";
/// Column of decisions about links: key of a pupil's second number.
pub const OTHER_PUPIL: &str = "other_pupil_key";
/// Column of every stored table but the registers: keyed hash of the row's key in its extract.
pub const ROW_KEY: &str = "row_key";

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

/// The stored columns of a contract, with keys in place of pupils and participants, and without the columns of the vault.
#[must_use]
pub fn stored_columns(contract: &Contract) -> Vec<Field> {
    let mut fields = Vec::new();
    for column in &contract.columns {
        match (column.kind, contract.table.as_str(), column.name.as_str()) {
            (_, "pupils", "birth_date") => fields.push(Field::new("first_september", DataType::Int32, true)),
            (_, "contacts" | "link_decisions", "by") => fields.push(text("by_key")),
            _ if column.vault => {}
            (Kind::PupilId, _, "other_pupil_id") => fields.push(text(OTHER_PUPIL)),
            (Kind::PupilId, table, _) => {
                fields.push(text("pupil_key"));
                // The registers have too many rows for another column; their sums have it.
                if !is_register(table) {
                    fields.push(Field::new(PUPIL, DataType::Int32, true));
                }
            }
            (Kind::ParticipantId, ..) => fields.push(text("participant_key")),
            (Kind::Date, ..) => fields.push(Field::new(&column.name, DataType::Date32, true)),
            (Kind::Integer, ..) => fields.push(Field::new(&column.name, DataType::Int32, true)),
            (Kind::Mark, ..) => fields.push(Field::new(&column.name, DataType::Float64, true)),
            _ => fields.push(text(&column.name)),
        }
    }
    if contract.table == "contacts" {
        fields.push(text(SAVED));
    }
    fields
}

/// The stored table of a contract.
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

/// Whether a table is a register, attendance or marks: it has too many rows to keep in memory as text, so they are packed into
/// integers, and it is partitioned by time.
#[must_use]
pub fn is_register(table: &str) -> bool {
    matches!(table, "attendance" | "marks")
}

/// The tables of a register's sums, partitioned like the register; none for other tables.
///
/// A pupil's month at a school is one row per file: a school's week is in one file, but a month may be in several. Masks hold
/// one bit per day; the first Monday of the month is bit 0. A day has 720720 parts. A school's day is one row, and so is a
/// pupil's day that the masks do not describe completely (`partial_mask`). A pupil's term of marks is in one file: `mean_sum` is
/// the sum of the means of its subjects.
#[must_use]
pub fn sums_of(register: &TableSpec) -> Vec<TableSpec> {
    let date = |name: &str| Field::new(name, DataType::Date32, true);
    let integer = |name: &str| Field::new(name, DataType::Int32, true);
    let long = |name: &str| Field::new(name, DataType::Int64, true);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let parts = ["parts_absent", "parts_unexcused", "parts_late"].map(integer);
    let masks = ["recorded_mask", "away_mask", "unexcused_mask", "late_mask", "partial_mask"].map(long);
    let pupil = || vec![text("school_id"), text("pupil_key"), integer(PUPIL)];
    let tables = match register.name.as_str() {
        "attendance" => vec![
            ("attendance_by_month", [pupil(), vec![date("month")], masks.to_vec()].concat()),
            ("school_day", vec![text("school_id"), date("date"), integer("pupils_recorded"), long("parts_absent")]),
            ("partial_day", [pupil(), vec![date("date"), date("month")], parts.to_vec()].concat()),
        ],
        "marks" => vec![
            ("marks_by_subject", [pupil(), vec![integer("term"), text("subject"), number("mark_sum"), integer("marks")]].concat()),
            (
                "marks_by_term",
                [
                    pupil(),
                    vec![integer("term"), integer("subjects"), number("mean_sum"), number("lowest"), number("highest"), date("last_date")],
                ]
                .concat(),
            ),
            ("marks_by_week", [pupil(), vec![date("week"), integer("marks")]].concat()),
        ],
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

/// The table of the kind of register that each school keeps in a school year.
#[must_use]
pub fn registers() -> TableSpec {
    TableSpec {
        name: "registers".into(),
        columns: Arc::new(Schema::new(vec![text("school_id"), text("school_year"), text("register"), text(ROW_KEY), text(KNOWN_FROM)])),
        partition_by: vec![],
        sorted_by: vec![],
    }
}

/// The table of links: one row for each participant, identification and referral, and further rows where a person is asked about
/// several pupils. `kind` is `participant`, `identification` or `referral`; `record_key` is the key of the participant or of the
/// row; `outcome` is `linked`, `review` or `unlinked`; `why` says how well each field agrees, without names.
#[must_use]
pub fn links() -> TableSpec {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    TableSpec {
        name: "links".into(),
        columns: Arc::new(Schema::new(vec![
            text("kind"),
            text("record_key"),
            text("participant_key"),
            text("outcome"),
            Field::new("place", DataType::Int32, true),
            text("pupil_key"),
            Field::new(PUPIL, DataType::Int32, true),
            number("weight"),
            number("probability"),
            text("decided_by"),
            text("doubt"),
            text("why"),
            text(KNOWN_FROM),
        ])),
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
