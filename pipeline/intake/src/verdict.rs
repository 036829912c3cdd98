//! Decides whether the rows of a file may be used, and makes its account and its rejects.

use az::UnwrappedAs;
use prane_base::error::{Result, plural};
use prane_contract::plan::Plan;
use prane_contract::reject::write as write_rejects;
use prane_contract::reject::{FileRejects, Reject, not_written_yet};
use prane_contract::value::{Refusal, Why, World, is_totals};
use prane_contract::{Contract, Kind};

use super::{Account, Intake, IntakeContext, hex_of, small};
use crate::extract::{At, Extract, Reading, Taker, read};

/// A file with rows up to this many days ahead is read again later; a day further ahead is a slip.
const LONGEST_WAIT: i64 = 366;

/// The reject of a row: the reason, and everything needed to correct the row.
pub(super) fn reject_of(contract: &Contract, plan: &Plan, world: &World, fields: &[&[u8]]) -> Reject {
    let (column, Refusal { mut why, reason }) =
        small::judge_row(contract, plan, world, fields).err().unwrap_or((None, "holds a value that cannot be kept".to_string().into()));
    // The heading of a row of totals may be in another column than the ids.
    let is_id = |at: &usize| matches!(contract.columns[*at].kind, Kind::PupilId | Kind::ParticipantId);
    let has_no_id = (0..contract.columns.len()).filter(is_id).all(|at| plan.raw(at, fields).trim_ascii().is_empty());
    if has_no_id && fields.iter().any(|field| std::str::from_utf8(field).is_ok_and(is_totals)) {
        why = Why::Totals;
    }
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).to_string();
    let raw: Vec<String> = (0..contract.columns.len()).map(|at| text(plan.raw(at, fields))).collect();
    let value = column.map_or_else(|| fields.iter().map(|f| text(f)).collect::<Vec<_>>().join(","), |at| raw[at].clone());
    Reject { row: 0, column: column.map_or(String::new(), |at| contract.columns[at].name.clone()), value, why, reason, raw }
}

/// The reject of a cell that was left empty while its row was taken.
pub(super) fn emptied(contract: &Contract, plan: &Plan, fields: &[&[u8]], column: usize, refusal: Refusal) -> Reject {
    let raw: Vec<String> = (0..contract.columns.len()).map(|at| String::from_utf8_lossy(plan.raw(at, fields)).to_string()).collect();
    let reason = format!("{}; the cell is left empty, and its row is taken", refusal.reason);
    Reject { row: 0, column: contract.columns[column].name.clone(), value: raw[column].clone(), why: refusal.why, reason, raw }
}

/// Makes a file's account and notes; the flag says whether its rows may be used.
fn judge_file(
    with: &IntakeContext<'_>,
    extract: &Extract,
    read: u64,
    rejects: &[Reject],
    unknown: &[usize],
    intake: &mut Intake,
) -> (Account, bool) {
    let mut account = Account {
        file: extract.name.clone(),
        table: extract.table.clone(),
        blake3: hex_of(&extract.hash),
        read,
        rejected: rejects.len() as u64,
        ..Account::default()
    };
    if !unknown.is_empty() {
        let places: Vec<String> = unknown.iter().map(|at| (at + 1).to_string()).collect();
        let columns = plural(places.len(), "unknown column");
        intake.notes.push(format!("{}: {columns} ignored (number {})", extract.name, places.join(", ")));
    }
    let totals = rejects.iter().filter(|r| r.why == Why::Totals).count() as u64;
    if totals > 0 {
        intake.notes.push(format!("{}: {} of totals set aside", extract.name, self::rows(totals)));
    }
    let days_to_come = || rejects.iter().filter_map(|r| if let Why::Early(day) = r.why { Some(day) } else { None });
    account.read_again = days_to_come().any(|day| day.signed_duration_since(with.today).num_days() <= LONGEST_WAIT);
    #[allow(clippy::cast_precision_loss)] // a share
    let share = if read == 0 { 0.0 } else { (account.rejected - totals) as f64 / read as f64 };
    let tolerance = with.project.config.contract.tolerance;
    let slips = || rejects.iter().filter(|r| r.why != Why::Totals);
    let first = slips().next().map_or(String::new(), |r| format!("; first: row {}, {}", r.row, r.reason));
    if extract.returned {
        // Each line was filled in by hand: a slip in one does not discredit the others.
        account.messages.push(match (read, account.rejected) {
            (0, _) => format!("{}: a list that came back with nothing filled in", extract.name),
            (_, 0) => format!("{}: a list that came back with {} filled in", extract.name, self::rows(read)),
            (_, some) => format!("{}: a list that came back; {some} of {} filled in cannot be used{first}", extract.name, self::rows(read)),
        });
        return (account, true);
    }
    let words = || rejects.iter().filter(|r| r.why == Why::Word);
    if let Some(first) = words().next() {
        // An unmapped word may be a kind of absence. It is rare in every register, so the tolerance would let the file pass and
        // lose exactly the children who were absent.
        account.refused = Some(format!(
            "{} with a word that no mapping knows (the words stand under rejects/); first: row {}, {}",
            self::rows(words().count() as u64),
            first.row,
            first.reason
        ));
        account.rejected = read;
        return (account, false);
    }
    if share > tolerance {
        account.refused =
            Some(format!("{} of {} rows refused, more than the tolerance of {} %{first}", account.rejected, read, tolerance * 100.0));
        account.rejected = read;
        return (account, false);
    }
    if account.read_again {
        intake.notes.push(format!("{}: has rows of days to come; it is read again on the next night", extract.name));
    }
    if read == 0 {
        intake.notes.push(format!("{}: has a header and no rows", extract.name));
    }
    (account, true)
}

/// The account of a file that is refused as a whole, before its rows are judged.
pub(super) fn refused(extract: &Extract, rows: u64, why: &str) -> Account {
    Account {
        file: extract.name.clone(),
        table: extract.table.clone(),
        blake3: hex_of(&extract.hash),
        read: rows,
        rejected: rows,
        refused: Some(why.to_string()),
        ..Account::default()
    }
}

/// Reads one file; `None`, with an account of the refused file, where it cannot be read.
pub(super) fn open<T: Taker>(
    extract: &Extract,
    contract: &Contract,
    threads: usize,
    taker: &(dyn Fn(&Plan) -> T + Sync),
    intake: &mut Intake,
) -> Option<(Reading, Plan, Vec<T>)> {
    tracing::debug!("reading {}", extract.name);
    match read(extract, contract, threads, taker) {
        Ok(result) => Some(result),
        Err(error) => {
            intake.accounts.push(refused(extract, error.rows, &error.reason));
            None
        }
    }
}

/// Decides by its rejects whether the rows of a file may be used: then its account is returned, else it is kept as refused.
pub(super) fn judge(
    with: &IntakeContext<'_>,
    extract: &Extract,
    (reading, plan): (&Reading, &Plan),
    mut rejects: Vec<(At, Reject)>,
    rejected: &mut Vec<FileRejects>,
    intake: &mut Intake,
) -> Option<Account> {
    rejects.sort_by_key(|(at, _)| *at);
    intake.notes.extend(reading.notes.iter().map(|note| format!("{}: {note}", extract.name)));
    let rows: Vec<Reject> = rejects.into_iter().map(|(at, reject)| Reject { row: reading.row_number(at), ..reject }).collect();
    let (account, usable) = judge_file(with, extract, reading.rows(), &rows, &plan.unknown, intake);
    rejected.push(FileRejects { file: extract.name.clone(), blake3: hex_of(&extract.hash), rows });
    if usable {
        return Some(account);
    }
    intake.accounts.push(account);
    None
}

/// `1 row`, `2 rows`.
pub(super) fn rows(count: u64) -> String {
    plural(count.unwrapped_as(), "row")
}

/// Writes the rejects of a table, unless this is a rehearsal.
pub(super) fn put_rejects(with: &IntakeContext<'_>, contract: &Contract, files: Vec<FileRejects>, intake: &mut Intake) -> Result<()> {
    let Some(folder) = with.rejects else { return Ok(()) };
    let (files, notes) = not_written_yet(folder, files)?;
    intake.notes.extend(notes);
    if files.is_empty() {
        return Ok(());
    }
    let columns: Vec<String> = contract.columns.iter().map(|c| c.name.clone()).collect();
    write_rejects(folder, &contract.table, &columns, &files)
}
