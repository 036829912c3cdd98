//! What becomes of a file: its account, its rejects, and whether its rows may be used.

use super::{Account, Intake, Taking, hex_of, small};
use crate::contract::Contract;
use crate::contract::plan::Plan;
use crate::contract::reject::{FileRejects, Reject, write as write_rejects};
use crate::contract::value::World;
use crate::extract::{At, Extract, FileFault, Reading, Taker, read};
use crate::fault::{Outcome, plural};

/// Why a row is refused, with everything needed to mend it.
pub(super) fn reject_of(contract: &Contract, plan: &Plan, world: &World, fields: &[&[u8]]) -> Reject {
    let (column, reason) =
        small::judge_row(contract, plan, world, fields).err().unwrap_or((None, "holds a value that cannot be kept".into()));
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).to_string();
    let raw: Vec<String> = (0..contract.columns.len()).map(|at| text(plan.raw(at, fields))).collect();
    let value = column.map_or_else(|| fields.iter().map(|f| text(f)).collect::<Vec<_>>().join(","), |at| raw[at].clone());
    Reject { row: 0, column: column.map_or(String::new(), |at| contract.columns[at].name.clone()), value, reason, raw }
}

/// One file's account, rejects and notes; says whether its rows may be used.
fn judge_file(
    with: &Taking<'_>,
    extract: &Extract,
    read: u64,
    rejects: &[Reject],
    unknown: &[String],
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
        intake.notes.push(format!("{}: columns that nobody knows were left alone: {}", extract.name, unknown.join(", ")));
    }
    #[allow(clippy::cast_precision_loss)] // a share
    let share = if read == 0 { 0.0 } else { account.rejected as f64 / read as f64 };
    let tolerance = with.project.config.contract.tolerance;
    let first = rejects.first().map_or(String::new(), |r| format!("; first: row {}, {}", r.row, r.reason));
    if extract.returned {
        // Written by hand, line by line: a slip in one says nothing against the others.
        account.told.push(match (read, account.rejected) {
            (0, _) => format!("{}: a list that came back with nothing filled in", extract.name),
            (_, 0) => format!("{}: a list that came back with {} filled in", extract.name, self::rows(read)),
            (_, some) => format!("{}: a list that came back; {some} of {} filled in cannot be used{first}", extract.name, self::rows(read)),
        });
        return (account, true);
    }
    if share > tolerance {
        account.refused =
            Some(format!("{} of {} rows refused, more than the tolerance of {} %{first}", account.rejected, read, tolerance * 100.0));
        account.rejected = read;
        return (account, false);
    }
    if read == 0 {
        intake.notes.push(format!("{}: has a header and no rows", extract.name));
    }
    (account, true)
}

fn refused_whole(extract: &Extract, fault: &FileFault) -> Account {
    Account {
        file: extract.name.clone(),
        table: extract.table.clone(),
        blake3: hex_of(&extract.hash),
        read: fault.rows,
        rejected: fault.rows,
        refused: Some(fault.reason.clone()),
        ..Account::default()
    }
}

/// Reads one file; a file that cannot be read is accounted for, and gives nothing.
pub(super) fn open<T: Taker>(
    with: &Taking<'_>,
    extract: &Extract,
    contract: &Contract,
    threads: usize,
    taker: &(dyn Fn(&Plan) -> T + Sync),
    intake: &mut Intake,
) -> Option<(Reading, Plan, Vec<T>)> {
    with.progress.file(&extract.name);
    match read(extract, contract, threads, taker) {
        Ok(done) => Some(done),
        Err(fault) => {
            intake.accounts.push(refused_whole(extract, &fault));
            None
        }
    }
}

/// Judges what was read of one file by its rejects; the account of a file whose rows may be used.
pub(super) fn judge(
    with: &Taking<'_>,
    extract: &Extract,
    (reading, plan): (&Reading, &Plan),
    mut rejects: Vec<(At, Reject)>,
    rejected: &mut Vec<FileRejects>,
    intake: &mut Intake,
) -> Option<Account> {
    rejects.sort_by_key(|(at, _)| *at);
    let rows: Vec<Reject> = rejects.into_iter().map(|(at, reject)| Reject { row: reading.row_number(at), ..reject }).collect();
    let (account, usable) = judge_file(with, extract, reading.rows(), &rows, &plan.unknown, intake);
    rejected.push(FileRejects { file: extract.name.clone(), rows });
    if usable {
        return Some(account);
    }
    intake.accounts.push(account);
    None
}

/// `1 row`, `2 rows`.
pub(super) fn rows(count: u64) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), "row")
}

/// Writes the rejects of a table, unless this is a rehearsal.
pub(super) fn put_rejects(with: &Taking<'_>, contract: &Contract, files: &[FileRejects]) -> Outcome<()> {
    let Some(folder) = with.rejects else { return Ok(()) };
    if files.iter().all(|f| f.rows.is_empty()) {
        return Ok(());
    }
    let columns: Vec<String> = contract.columns.iter().map(|c| c.name.clone()).collect();
    write_rejects(folder, &contract.table, &columns, files)
}
