//! The vault: names, numbers, contacts, birth dates and free words, behind this one module.
//!
//! Everything that could say who somebody is lies here and nowhere else. Sheets are Parquet files with mode 0600 in a
//! folder of mode 0700; encryption at rest comes with a later issue, and changes only this module.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::fault::{Fault, Outcome};
use crate::identity::{Key, Pupils, Secret, hex, restrict, unhex, vault_file};

/// The vault of a project.
pub struct Vault {
    folder: PathBuf,
    /// The project's secret.
    pub secret: Secret,
    /// All pupils ever seen.
    pub pupils: Pupils,
    pending: Vec<(String, DataFrame)>,
}

impl Vault {
    /// Opens the vault in `folder`; `make` allows a first run to make it.
    ///
    /// # Errors
    /// A store fault when it cannot be read.
    pub fn open(folder: &Path, make: bool) -> Outcome<Self> {
        let secret = Secret::open(folder, make)?;
        let mut vault = Self { folder: folder.to_path_buf(), secret, pupils: Pupils::default(), pending: Vec::new() };
        if let Some(keys) = vault.sheet("keys")? {
            let (kind, id, key, seen) = (
                keys.column("kind")?.str()?.clone(),
                keys.column("id")?.str()?.clone(),
                keys.column("key")?.str()?.clone(),
                keys.column("seen")?.i32()?.clone(),
            );
            let numbers: Vec<Option<i32>> = match keys.column("number") {
                Ok(numbers) => numbers.i32()?.iter().collect(),
                Err(_) => vec![None; keys.height()],
            };
            for ((((kind, id), key), seen), number) in kind.iter().zip(id.iter()).zip(key.iter()).zip(seen.iter()).zip(numbers) {
                let (Some(kind), Some(id), Some(key)) = (kind, id, key.and_then(unhex)) else { continue };
                match kind {
                    "national_id" => vault.pupils.restore_national(id, key),
                    _ => vault.pupils.restore(id, key, seen.and_then(|s| u8::try_from(s).ok()).unwrap_or(0), number),
                }
            }
        }
        Ok(vault)
    }

    /// A sheet as it is now: with what this night added, else as last written; none where there never was one.
    ///
    /// # Errors
    /// A store fault when it cannot be read.
    fn sheet(&self, name: &str) -> Outcome<Option<DataFrame>> {
        if let Some((_, added)) = self.pending.iter().find(|(n, _)| n == name) {
            return Ok(Some(added.clone()));
        }
        self.scan(name)?.map(|sheet| sheet.collect().map_err(|e| Fault::store(format!("vault/{name}.parquet"), e))).transpose()
    }

    /// Texts of `columns` in a sheet, for the rows whose `key` is among `wanted`; every row where `wanted` is none.
    ///
    /// # Errors
    /// A store fault when it cannot be read.
    pub fn texts<const N: usize>(
        &self,
        name: &str,
        key: &str,
        wanted: Option<&BTreeSet<String>>,
        columns: [&str; N],
    ) -> Outcome<Vec<[String; N]>> {
        let added = self.pending.iter().find(|(n, _)| n == name).map(|(_, added)| added.clone().lazy());
        let Some(mut sheet) = added.map_or_else(|| self.scan(name), |a| Ok(Some(a)))? else { return Ok(Vec::new()) };
        if let Some(wanted) = wanted {
            let wanted = df!(key => wanted.iter().map(String::as_str).collect::<Vec<_>>())?.lazy();
            sheet = sheet.join(wanted, [col(key)], [col(key)], JoinArgs::new(JoinType::Semi));
        }
        let frame = sheet.collect().map_err(|e| Fault::store(format!("vault/{name}.parquet"), e))?;
        let columns = columns.iter().map(|c| frame.column(c)?.str()).collect::<PolarsResult<Vec<_>>>()?;
        Ok((0..frame.height()).map(|row| std::array::from_fn(|at| columns[at].get(row).unwrap_or_default().to_string())).collect())
    }

    fn scan(&self, name: &str) -> Outcome<Option<LazyFrame>> {
        let path = vault_file(&self.folder, name);
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(LazyFrame::scan_parquet(PlRefPath::new(path.to_string_lossy()), ScanArgsParquet::default())?))
    }

    /// Adds rows to a sheet, in place of those with the same `key`; kept until [`Vault::save`].
    ///
    /// # Errors
    /// A store fault when the sheet cannot be read.
    pub fn merge(&mut self, name: &str, key: &str, rows: DataFrame) -> Outcome<()> {
        if rows.height() == 0 {
            return Ok(());
        }
        let rows = rows.unique_stable(Some(&[key.to_string()]), UniqueKeepStrategy::Last, None)?;
        let before = match self.pending.iter().position(|(n, _)| n == name) {
            Some(at) => Some(self.pending.remove(at).1),
            None => self.sheet(name)?,
        };
        let merged = match before {
            Some(before) => {
                let kept = before.lazy().join(rows.clone().lazy(), [col(key)], [col(key)], JoinArgs::new(JoinType::Anti));
                concat([kept, rows.lazy()], UnionArgs::default())?.collect()?
            }
            None => rows,
        };
        self.pending.push((name.to_string(), merged.sort([key], SortMultipleOptions::default())?));
        Ok(())
    }

    /// Writes what was added, each sheet aside and then swapped in.
    ///
    /// # Errors
    /// A store fault.
    pub fn save(&mut self) -> Outcome<()> {
        if self.pupils.changed {
            self.pupils.number_all();
            let ids = self.pupils.all_ids();
            let national = self.pupils.all_national();
            let kinds: Vec<&str> =
                std::iter::repeat_n("pupil_id", ids.len()).chain(std::iter::repeat_n("national_id", national.len())).collect();
            let keys: Vec<String> = ids.iter().map(|i| hex(self.pupils.key(i.1))).chain(national.iter().map(|n| hex(n.1))).collect();
            let seen: Vec<i32> = ids.iter().map(|i| i32::from(i.2)).chain(national.iter().map(|_| 0)).collect();
            let names: Vec<&str> = ids.iter().map(|i| i.0).chain(national.iter().map(|n| n.0)).collect();
            let numbers: Vec<Option<i32>> = ids.iter().map(|i| self.pupils.number(i.1)).chain(national.iter().map(|_| None)).collect();
            let frame = df!("kind" => kinds, "id" => names, "key" => keys, "seen" => seen, "number" => numbers)?;
            self.pending.push(("keys".into(), frame));
            self.pupils.changed = false;
        }
        if self.pending.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder).map_err(|e| Fault::io(&self.folder, &e))?;
        restrict(&self.folder, 0o700)?;
        for (name, mut frame) in std::mem::take(&mut self.pending) {
            let path = vault_file(&self.folder, &name);
            let aside = self.folder.join(format!(".{name}.parquet"));
            let file = std::fs::File::create(&aside).map_err(|e| Fault::io(&aside, &e))?;
            restrict(&aside, 0o600)?;
            ParquetWriter::new(file)
                .with_compression(ParquetCompression::Zstd(None))
                .finish(&mut frame)
                .map_err(|e| Fault::store(path.display().to_string(), e))?;
            std::fs::rename(&aside, &path).map_err(|e| Fault::io(&path, &e))?;
        }
        Ok(())
    }

    /// The key of a pupil that has one.
    #[must_use]
    pub fn pupil_key(&self, pupil_id: &str) -> Option<Key> {
        self.pupils.get(pupil_id).map(|(code, _)| self.pupils.key(code))
    }
}
