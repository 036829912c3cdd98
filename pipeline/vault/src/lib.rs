//! The vault: names, numbers, contact details, birth dates and free words.
//!
//! Everything that could identify a person is stored here and nowhere else. Sheets are Parquet files, each sealed to the vault's
//! key (`<sheet>.parquet.age`, mode 0600, in a folder of mode 0700); so is the project's secret, from which all pseudonyms are
//! derived. The key itself is stored elsewhere ([`key`]). Nothing in the vault is ever written in the clear.

mod children;
pub mod errors;
pub mod identity;
pub mod keep;
pub mod key;
mod next;
mod versions;

pub use children::Children;
pub use versions::sheet_before;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};

use az::UnwrappedAs;
use polars::prelude::*;
use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use prane_base::key::{Key, hex, unhex};
use prane_base::project::Project;
use prane_base::seal::KeyPair;

use crate::errors::FrameError;
use crate::identity::{Pupils, Secret};
use key::Found;

/// File of the project's secret.
const SECRET: &str = "pseudonym.key";
/// Ending of the names of sealed files.
const SEALED: &str = ".age";

/// Sheet with the hashes of erased numbers.
const ERASED: &str = "erased";

/// The vault of a project.
pub struct Vault {
    folder: PathBuf,
    /// Folder whose files take precedence over those of `folder`: they are of a night that the store has, which was interrupted
    /// before they were moved.
    next: Option<PathBuf>,
    key: KeyPair,
    /// The project's secret.
    pub secret: Secret,
    /// All pupils ever seen.
    pub pupils: Pupils,
    pending: Vec<(String, DataFrame)>,
    /// Position of the current night among the nights of the store.
    night: i32,
    /// Whether the current night is a past one: names are then read as that night knew them.
    is_past: bool,
}

impl Vault {
    /// Opens a project's vault. With `create`, the first run makes the vault and its key. Without it nothing is written: a
    /// rehearsal of a first run has a vault in memory only.
    ///
    /// # Errors
    /// A vault error where the key is missing or another one, or a file is damaged; a store error when it cannot be read.
    pub fn open(project: &Project, create: bool) -> Result<Self> {
        let folder = project.vault();
        if create {
            next::settle(project)?;
        }
        let next = next::committed(project)?;
        let path = sealed_path(&folder, SECRET);
        let key = match key::find(project)? {
            Some(found) => found_key(project, found, &path, create)?,
            None if !sealed_files(&folder).is_empty() => return Err(no_key(project)),
            None if create => key::make(project)?.key,
            None => KeyPair::generate(),
        };
        let secret = match read_file(&folder, &key, SECRET)? {
            Some(bytes) => Secret::parse(&bytes, &place(&path))?,
            None if !sealed_files(&folder).is_empty() => {
                return Err(Error::vault(
                    place(&path),
                    "is not there",
                    "put it back from a backup before the next run: without it new extracts cannot be joined to the store",
                ));
            }
            None => Secret::generate()?,
        };
        let mut vault = Self { folder, next, key, secret, pupils: Pupils::default(), pending: Vec::new(), night: i32::MAX, is_past: false };
        if create && !path.exists() {
            vault.put(SECRET, vault.secret.text().as_bytes())?;
        }
        vault.restore_pupils()?;
        Ok(vault)
    }

    /// [`Secret::participant`] as text.
    #[must_use]
    pub fn participant_key(&self, centre: Option<&str>, id: &str) -> String {
        hex(self.secret.participant(centre, id))
    }

    /// Sets the current night: its position among the nights of the store, and whether it is a past one.
    pub fn for_night(&mut self, position: usize, is_past: bool) {
        (self.night, self.is_past) = (position.unwrapped_as(), is_past);
    }

    /// Position of the current night among the nights of the store.
    #[must_use]
    pub fn night(&self) -> i32 {
        self.night
    }

    /// Whether a project has a vault, sealed or open.
    #[must_use]
    pub fn is_there(project: &Project) -> bool {
        let folder = project.vault();
        folder.join(SECRET).exists() || !sealed_files(&folder).is_empty()
    }

    /// Encrypts `bytes` to the vault's key.
    ///
    /// # Errors
    /// A bug.
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.key.recipient().seal(bytes)
    }

    /// Decrypts the output of [`Vault::seal`]; `place` names it in messages.
    ///
    /// # Errors
    /// A vault error.
    pub fn unseal(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>> {
        self.key.open(sealed, place)
    }

    fn restore_pupils(&mut self) -> Result<()> {
        let Some(keys) = self.sheet("keys", None)? else { return Ok(()) };
        let (kind, id, key, seen) = (
            keys.column("kind").frame_err()?.str().frame_err()?,
            keys.column("id").frame_err()?.str().frame_err()?,
            keys.column("key").frame_err()?.str().frame_err()?,
            keys.column("seen").frame_err()?.i32().frame_err()?,
        );
        let numbers: Vec<Option<i32>> = match keys.column("number") {
            Ok(numbers) => numbers.i32().frame_err()?.iter().collect(),
            Err(_) => vec![None; keys.height()],
        };
        for ((((kind, id), key), seen), number) in kind.iter().zip(id.iter()).zip(key.iter()).zip(seen.iter()).zip(numbers) {
            let (Some(kind), Some(id), Some(key)) = (kind, id, key.and_then(unhex)) else { continue };
            match kind {
                "national_id" => self.pupils.restore_national(id, key),
                _ => self.pupils.restore(id, key, seen.map_or(0, UnwrappedAs::unwrapped_as), number),
            }
        }
        Ok(())
    }

    /// A sheet as it is now: with the additions of this night, else as last written; `None` where it does not exist. All its
    /// columns, or only those given.
    ///
    /// # Errors
    /// A vault or store error when it cannot be read.
    pub fn sheet(&self, name: &str, columns: Option<&[&str]>) -> Result<Option<DataFrame>> {
        if let Some((_, sheet)) = self.pending.iter().find(|(n, _)| n == name) {
            return Ok(Some(match columns {
                Some(columns) => sheet.select(columns.iter().copied()).frame_err()?,
                None => sheet.clone(),
            }));
        }
        let file = format!("{name}.parquet");
        let Some(bytes) = self.read(&file)? else { return Ok(None) };
        let columns = columns.map(|c| c.iter().map(ToString::to_string).collect());
        let sheet = ParquetReader::new(Cursor::new(bytes)).with_columns(columns).finish();
        sheet.map(Some).map_err(|e| Error::store(format!("vault/{file}"), e))
    }

    /// Columns of a sheet as the current night knew it.
    fn known_sheet(&self, name: &str, columns: &[&str]) -> Result<Option<DataFrame>> {
        if !self.is_past || !versions::are_kept(name) {
            return self.sheet(name, Some(columns));
        }
        let Some(sheet) = self.sheet(name, None)? else { return Ok(None) };
        let before = self.sheet(&versions::sheet_before(name), None)?;
        let known = versions::as_known(versions::with_since(sheet, 0)?, before, self.night)?;
        Ok(Some(known.select(columns.iter().copied()).frame_err()?))
    }

    /// Whether this night added to one of these sheets.
    #[must_use]
    pub fn is_changed(&self, sheets: &[&str]) -> bool {
        self.pending.iter().any(|(name, _)| sheets.contains(&name.as_str()))
    }

    /// Texts of `columns` in a sheet, for the rows whose `key` is among `wanted`, or for every row without `wanted`. A past
    /// night reads names as it knew them.
    ///
    /// # Errors
    /// A vault or store error when it cannot be read.
    pub fn texts<const N: usize>(
        &self,
        name: &str,
        key: &str,
        wanted: Option<&BTreeSet<String>>,
        columns: [&str; N],
    ) -> Result<Vec<[String; N]>> {
        let needed: Vec<&str> = columns.iter().copied().chain([key]).collect::<BTreeSet<_>>().into_iter().collect();
        let Some(mut frame) = self.known_sheet(name, &needed)? else { return Ok(Vec::new()) };
        if let Some(wanted) = wanted {
            let wanted = df!(key => wanted.iter().map(String::as_str).collect::<Vec<_>>()).frame_err()?.lazy();
            frame = frame.lazy().join(wanted, [col(key)], [col(key)], JoinArgs::new(JoinType::Semi)).collect().frame_err()?;
        }
        let columns = columns.iter().map(|c| frame.column(c)?.str()).collect::<PolarsResult<Vec<_>>>().frame_err()?;
        Ok((0..frame.height()).map(|row| std::array::from_fn(|at| columns[at].get(row).unwrap_or_default().to_string())).collect())
    }

    /// Adds rows to a sheet; they replace rows with the same `key`. Kept in memory until [`Vault::save`] or
    /// [`Vault::set_aside`].
    ///
    /// # Errors
    /// A store error when the sheet cannot be read.
    pub fn merge(&mut self, name: &str, key: &str, rows: DataFrame) -> Result<()> {
        if rows.height() == 0 {
            return Ok(());
        }
        let mut rows = rows.unique_stable(Some(&[key.to_string()]), UniqueKeepStrategy::Last, None).frame_err()?;
        let mut before = self.take_sheet(name)?;
        if versions::are_kept(name) {
            rows = versions::with_since(rows, self.night)?;
            if let Some(sheet) = before.take() {
                let sheet = versions::with_since(sheet, 0)?;
                let (changing, replaced) = versions::replaced(&sheet, rows, key, self.night)?;
                self.keep_before(name, key, replaced)?;
                (before, rows) = (Some(sheet), changing);
            }
        }
        let merged = match before {
            Some(before) => {
                let kept = before.lazy().join(rows.clone().lazy(), [col(key)], [col(key)], JoinArgs::new(JoinType::Anti));
                concat([kept, rows.lazy()], UnionArgs::default()).frame_err()?.collect().frame_err()?
            }
            None => rows,
        };
        self.pending.push((name.to_string(), merged.sort([key], SortMultipleOptions::default()).frame_err()?));
        Ok(())
    }

    /// A sheet as it is now, removed from the pending ones.
    fn take_sheet(&mut self, name: &str) -> Result<Option<DataFrame>> {
        match self.pending.iter().position(|(n, _)| n == name) {
            Some(at) => Ok(Some(self.pending.remove(at).1)),
            None => self.sheet(name, None),
        }
    }

    /// Adds replaced rows to the sheet of earlier versions.
    fn keep_before(&mut self, name: &str, key: &str, replaced: DataFrame) -> Result<()> {
        if replaced.height() == 0 {
            return Ok(());
        }
        let name = versions::sheet_before(name);
        let kept = match self.take_sheet(&name)? {
            Some(before) => concat([before.lazy(), replaced.lazy()], UnionArgs { diagonal: true, ..UnionArgs::default() })
                .frame_err()?
                .collect()
                .frame_err()?,
            None => replaced,
        };
        self.pending.push((name, kept.sort([key, versions::SINCE], SortMultipleOptions::default()).frame_err()?));
        Ok(())
    }

    /// The current contents of a file of the vault.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        if let Some(next) = &self.next
            && let Some(bytes) = read_file(next, &self.key, name)?
        {
            return Ok(Some(bytes));
        }
        read_file(&self.folder, &self.key, name)
    }

    /// Writes the pending sheets, each to a temporary file that is then renamed.
    ///
    /// # Errors
    /// A store error.
    pub fn save(&mut self) -> Result<()> {
        for (name, bytes) in self.take_pending()? {
            self.put(&name, &bytes)?;
        }
        self.seal_open_files()
    }

    /// Writes the pending sheets to a folder beside those in place, for the night that will be number `at` of the store. They
    /// count once the store has that night, and [`Vault::bring_in`] moves them into place.
    ///
    /// # Errors
    /// A store error.
    pub fn set_aside(&mut self, at: usize, run_id: &str) -> Result<()> {
        let files = self.take_pending()?;
        let sealed = files
            .into_iter()
            .map(|(name, bytes)| Ok((format!("{name}{SEALED}"), self.key.recipient().seal(&bytes)?)))
            .collect::<Result<Vec<_>>>()?;
        if sealed.is_empty() { Ok(()) } else { next::write(&self.folder, at, run_id, &sealed) }
    }

    /// Moves the sheets that were set aside into place; call it once the store has the night.
    ///
    /// # Errors
    /// A store error; whoever opens the vault next completes the move.
    pub fn bring_in(&mut self) -> Result<()> {
        next::bring_in(&self.folder)?;
        self.seal_open_files()
    }

    /// Takes the pending sheets, as the names and bytes of files.
    fn take_pending(&mut self) -> Result<Vec<(String, Vec<u8>)>> {
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
            let frame = df!("kind" => kinds, "id" => names, "key" => keys, "seen" => seen, "number" => numbers).frame_err()?;
            self.pending.push(("keys".into(), frame));
            self.pupils.changed = false;
        }
        let mut files = Vec::new();
        for (name, mut frame) in std::mem::take(&mut self.pending) {
            let mut bytes = Vec::new();
            ParquetWriter::new(&mut bytes)
                .with_compression(ParquetCompression::Zstd(None))
                .finish(&mut frame)
                .map_err(|e| Error::store(format!("vault/{name}.parquet"), e))?;
            files.push((format!("{name}.parquet"), bytes));
        }
        Ok(files)
    }

    /// Writes one file, sealed.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        std::fs::create_dir_all(&self.folder).map_err(|e| Error::io(&self.folder, e))?;
        restrict(&self.folder, 0o700)?;
        write_private(&sealed_path(&self.folder, name), &self.key.recipient().seal(bytes)?)?;
        let open = self.folder.join(name);
        if open.exists() {
            std::fs::remove_file(&open).map_err(|e| Error::io(&open, e))?;
        }
        Ok(())
    }

    /// Seals the files that an earlier version of this program left in the clear.
    fn seal_open_files(&self) -> Result<()> {
        for name in open_files(&self.folder) {
            let path = self.folder.join(&name);
            if sealed_path(&self.folder, &name).exists() {
                std::fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
            } else {
                self.put(&name, &std::fs::read(&path).map_err(|e| Error::io(&path, e))?)?;
            }
        }
        Ok(())
    }

    /// Removes children from every sheet; returns the number of removed rows by sheet. Hashes of their numbers, which cannot be
    /// reversed without the secret, are kept, so that a night can report when an extract has them again.
    ///
    /// # Errors
    /// A vault error where a sheet does not open.
    pub fn erase(&mut self, children: &Children) -> Result<BTreeMap<String, u64>> {
        let mut removed = BTreeMap::new();
        self.seal_open_files()?;
        for file in sealed_files(&self.folder) {
            let Some(name) = file.strip_suffix(".parquet.age").filter(|name| *name != ERASED) else { continue };
            let Some(frame) = self.sheet(name, None)? else { continue };
            let kept = frame.filter(&rows_of_others(&frame, name, children)).frame_err()?;
            if kept.height() < frame.height() {
                removed.insert(name.to_string(), (frame.height() - kept.height()) as u64);
                self.pending.retain(|(n, _)| n != name);
                self.pending.push((name.to_string(), kept));
            }
        }
        let participants = children.participants.iter().map(|(centre, id)| format!("{centre}/{id}"));
        let hashes: Vec<String> = children.pupil_ids.iter().cloned().chain(participants).map(|id| self.erased_hash(&id)).collect();
        let rows = df!("hash" => hashes).frame_err()?;
        self.merge(ERASED, "hash", rows)?;
        self.pupils.changed = false;
        self.save()?;
        Ok(removed)
    }

    /// Merges two pupils who are one child: everything known of `gone` is known of `keep` from now on.
    ///
    /// # Errors
    /// A vault error where the sheet of pupils does not open.
    pub fn merge_pupils(&mut self, gone: Key, keep: Key) -> Result<()> {
        self.pupils.merge(gone, keep);
        if let Some(sheet) = self.take_sheet("pupils")? {
            let sheet = versions::with_since(sheet, 0)?;
            let gone = hex(gone);
            let is_gone: BooleanChunked =
                sheet.column("pupil_key").frame_err()?.str().frame_err()?.iter().map(|key| Some(key == Some(gone.as_str()))).collect();
            // Lists of past nights show the number that the child had then.
            self.keep_before("pupils", "pupil_key", versions::until(sheet.filter(&is_gone).frame_err()?, self.night)?)?;
            self.pending.push(("pupils".into(), sheet.filter(&!is_gone).frame_err()?));
        }
        Ok(())
    }

    fn erased_hash(&self, id: &str) -> String {
        hex(self.secret.key("erased", &[id.as_bytes()]))
    }

    /// The number of erased numbers, and how many of them the vault knows again because an extract has them.
    ///
    /// # Errors
    /// A vault error.
    pub fn erased_again(&self) -> Result<(usize, usize)> {
        let Some(sheet) = self.sheet(ERASED, None)? else { return Ok((0, 0)) };
        let erased: BTreeSet<String> = sheet.column("hash").frame_err()?.str().frame_err()?.iter().flatten().map(String::from).collect();
        let mut again = self.pupils.ids().filter(|(id, _)| erased.contains(&self.erased_hash(id))).count();
        for [centre, id] in self.texts("centre_participants", "participant_key", None, ["centre_id", "participant_id"])? {
            again += usize::from(erased.contains(&self.erased_hash(&format!("{centre}/{id}"))));
        }
        Ok((erased.len(), again))
    }

    /// Every sealed file with its decrypted contents.
    ///
    /// # Errors
    /// A vault error where one does not open.
    pub fn contents(&self) -> Result<Vec<(String, Vec<u8>)>> {
        sealed_files(&self.folder)
            .into_iter()
            .map(|file| {
                let name = file.trim_end_matches(SEALED).to_string();
                let bytes = read_file(&self.folder, &self.key, &name)?.unwrap_or_default();
                Ok((file, bytes))
            })
            .collect()
    }

    /// The key of the pupil with this number, where one is known.
    #[must_use]
    pub fn pupil_key(&self, pupil_id: &str) -> Option<Key> {
        self.pupils.get(pupil_id).map(|(code, _)| self.pupils.key(code))
    }
}

/// A mask of the rows of a sheet that are of none of the children.
fn rows_of_others(frame: &DataFrame, sheet: &str, children: &Children) -> BooleanChunked {
    let column = |name: &str| frame.column(name).ok().and_then(|c| c.str().ok());
    let is_among = |values: Option<&StringChunked>, wanted: &BTreeSet<String>, row: usize| {
        values.and_then(|v| v.get(row)).is_some_and(|value| wanted.contains(value))
    };
    let key = if sheet == "keys" { column("key") } else { column("pupil_key") };
    let (pupil_id, participant_key, row_key) = (column("pupil_id"), column("participant_key"), column("row_key"));
    let other_pupil = column("other_pupil_id");
    let (centre, participant) = (column("centre_id"), column("participant_id"));
    (0..frame.height())
        .map(|row| {
            let pair = centre.and_then(|c| c.get(row)).zip(participant.and_then(|p| p.get(row)));
            let is_theirs = is_among(key, &children.pupil_keys, row)
                || is_among(pupil_id, &children.pupil_ids, row)
                || is_among(other_pupil, &children.pupil_ids, row)
                || is_among(participant_key, &children.participant_keys, row)
                || is_among(row_key, &children.row_keys, row)
                || pair.is_some_and(|(c, p)| children.participants.contains(&(c.to_string(), p.to_string())));
            Some(!is_theirs)
        })
        .collect()
}

/// The key that opens the secret. A key rotation that was interrupted after the vault was swapped is completed.
fn found_key(project: &Project, found: Found, secret: &Path, create: bool) -> Result<KeyPair> {
    let Some(file) = found.file else { return Ok(found.key) };
    let next = key::next_of(&file);
    if !next.exists() || !secret.exists() {
        return Ok(found.key);
    }
    let sealed = std::fs::read(secret).map_err(|e| Error::io(secret, e))?;
    if found.key.open(&sealed, "").is_ok() {
        return Ok(found.key);
    }
    let text = std::fs::read_to_string(&next).map_err(|e| Error::io(&next, e))?;
    let key = KeyPair::parse(&text, &next.display().to_string())?;
    key.open(&sealed, &place(secret))?;
    if create {
        key::promote(&project.vault_key())?;
    }
    Ok(key)
}

fn no_key(project: &Project) -> Error {
    Error::vault(
        "vault/",
        format!("is sealed, and its key is nowhere: not in {}, {} or [vault] key_command", project.vault_key().display(), key::VARIABLE),
        "put the key back from where you keep a copy; without the key nobody can read the names",
    )
}

/// The contents of a file of the vault, sealed or (from an earlier version of this program) open; `None` where it does not exist.
fn read_file(folder: &Path, key: &KeyPair, name: &str) -> Result<Option<Vec<u8>>> {
    let path = sealed_path(folder, name);
    match std::fs::read(&path) {
        Ok(sealed) => return key.open(&sealed, &place(&path)).map(Some),
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(&path, e)),
        Err(_) => {}
    }
    let path = folder.join(name);
    if path.exists() { std::fs::read(&path).map(Some).map_err(|e| Error::io(&path, e)) } else { Ok(None) }
}

fn sealed_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{SEALED}"))
}

/// The file in messages, such as `vault/keys.parquet.age`.
fn place(path: &Path) -> String {
    format!("vault/{}", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Whether a vault holds numbers of pupils, as it does after its first night.
#[must_use]
pub fn knows_pupils(folder: &Path) -> bool {
    folder.join("keys.parquet").exists() || sealed_path(folder, "keys.parquet").exists()
}

/// Names of the sealed files of a vault, in order.
#[must_use]
pub fn sealed_files(folder: &Path) -> Vec<String> {
    files_of(folder).into_iter().filter(|n| n.ends_with(SEALED) && !n.starts_with('.')).collect()
}

/// Names of the files that an earlier version of this program left in the clear.
#[must_use]
pub fn open_files(folder: &Path) -> Vec<String> {
    files_of(folder).into_iter().filter(|n| n == SECRET || (n.ends_with(".parquet") && !n.starts_with('.'))).collect()
}

fn files_of(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).map(|all| all.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let mut names: Vec<String> = entries.into_iter().map(|e| e.file_name().to_string_lossy().to_string()).collect();
    names.sort();
    names
}
