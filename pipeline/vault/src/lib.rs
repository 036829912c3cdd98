//! The vault: names, numbers, contacts, birth dates and free words, behind this one module.
//!
//! Everything that could say who somebody is lies here and nowhere else. Sheets are Parquet, each sealed to the vault's key
//! (`<sheet>.parquet.age`, mode 0600, in a folder of mode 0700); so is the project's secret, from which all pseudonyms come.
//! The key itself lies elsewhere ([`key`]). Nothing is ever written here in the clear.

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
/// Ending of everything that is sealed.
const SEALED: &str = ".age";

/// Sheet of the hashes of numbers that were erased.
const ERASED: &str = "erased";

/// The vault of a project.
pub struct Vault {
    folder: PathBuf,
    /// Where the files lie that count before those of `folder`: of a night that the store has, cut off before they were moved.
    next: Option<PathBuf>,
    key: KeyPair,
    /// The project's secret.
    pub secret: Secret,
    /// All pupils ever seen.
    pub pupils: Pupils,
    pending: Vec<(String, DataFrame)>,
    /// Place among the nights of the store of the one that reads and adds.
    night: i32,
    /// Whether that night is past: names are as it knew them.
    past: bool,
}

impl Vault {
    /// Opens a project's vault; `make` allows a first run to make it, with its key. Without `make` nothing is written: a
    /// rehearsal of a first run has a vault of its own, in memory.
    ///
    /// # Errors
    /// A vault error where there is no key, another one, or a damaged file; a store error when it cannot be read.
    pub fn open(project: &Project, make: bool) -> Result<Self> {
        let folder = project.vault();
        if make {
            next::settle(project)?;
        }
        let next = next::counting(project)?;
        let path = sealed_path(&folder, SECRET);
        let key = match key::find(project)? {
            Some(found) => found_key(project, found, &path, make)?,
            None if !sealed_files(&folder).is_empty() => return Err(no_key(project)),
            None if make => key::make(project)?.key,
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
        let mut vault = Self { folder, next, key, secret, pupils: Pupils::default(), pending: Vec::new(), night: i32::MAX, past: false };
        if make && !path.exists() {
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

    /// Says which night reads and adds: `place` among those of the store, and whether it is past.
    pub fn for_night(&mut self, place: usize, past: bool) {
        (self.night, self.past) = (place.unwrapped_as(), past);
    }

    /// Place among the nights of the store of the one that reads and adds.
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

    /// `bytes`, for the holder of the vault's key alone.
    ///
    /// # Errors
    /// A bug.
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.key.recipient().seal(bytes)
    }

    /// What [`Vault::seal`] sealed; `place` names it in messages.
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

    /// A sheet as it is now: with what this night added, else as last written; none where there never was one. All its
    /// columns, or those named.
    ///
    /// # Errors
    /// A vault or store error when it cannot be read.
    pub fn sheet(&self, name: &str, columns: Option<&[&str]>) -> Result<Option<DataFrame>> {
        if let Some((_, added)) = self.pending.iter().find(|(n, _)| n == name) {
            return Ok(Some(match columns {
                Some(columns) => added.select(columns.iter().copied()).frame_err()?,
                None => added.clone(),
            }));
        }
        let file = format!("{name}.parquet");
        let Some(bytes) = self.read(&file)? else { return Ok(None) };
        let columns = columns.map(|c| c.iter().map(ToString::to_string).collect());
        let read = ParquetReader::new(Cursor::new(bytes)).with_columns(columns).finish();
        read.map(Some).map_err(|e| Error::store(format!("vault/{file}"), e))
    }

    /// Columns of a sheet as the night knew it.
    fn known_sheet(&self, name: &str, columns: &[&str]) -> Result<Option<DataFrame>> {
        if !self.past || !versions::are_kept(name) {
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

    /// Texts of `columns` in a sheet, for the rows whose `key` is among `wanted`; every row where `wanted` is none. A past
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

    /// Adds rows to a sheet, in place of those with the same `key`; kept until [`Vault::save`].
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
                let (changing, gone) = versions::replaced(&sheet, rows, key, self.night)?;
                self.keep_before(name, key, gone)?;
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

    /// A sheet as it is now, taken out of what is pending.
    fn take_sheet(&mut self, name: &str) -> Result<Option<DataFrame>> {
        match self.pending.iter().position(|(n, _)| n == name) {
            Some(at) => Ok(Some(self.pending.remove(at).1)),
            None => self.sheet(name, None),
        }
    }

    /// Adds to the versions of a sheet that were replaced.
    fn keep_before(&mut self, name: &str, key: &str, gone: DataFrame) -> Result<()> {
        if gone.height() == 0 {
            return Ok(());
        }
        let name = versions::sheet_before(name);
        let kept = match self.take_sheet(&name)? {
            Some(before) => concat([before.lazy(), gone.lazy()], UnionArgs { diagonal: true, ..UnionArgs::default() })
                .frame_err()?
                .collect()
                .frame_err()?,
            None => gone,
        };
        self.pending.push((name, kept.sort([key, versions::SINCE], SortMultipleOptions::default()).frame_err()?));
        Ok(())
    }

    /// What a file of the vault holds now.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        if let Some(next) = &self.next
            && let Some(bytes) = read_file(next, &self.key, name)?
        {
            return Ok(Some(bytes));
        }
        read_file(&self.folder, &self.key, name)
    }

    /// Writes what was added, each sheet aside and then swapped in.
    ///
    /// # Errors
    /// A store error.
    pub fn save(&mut self) -> Result<()> {
        for (name, bytes) in self.take_pending()? {
            self.put(&name, &bytes)?;
        }
        self.seal_what_is_open()
    }

    /// Writes what was added aside, for the night that will be number `at` of the store. It counts once the store has that
    /// night, and [`Vault::bring_in`] moves it into place.
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

    /// Moves what was set aside into place: the store has the night.
    ///
    /// # Errors
    /// A store error; the next who opens the vault goes on.
    pub fn bring_in(&mut self) -> Result<()> {
        next::bring_in(&self.folder)?;
        self.seal_what_is_open()
    }

    /// Everything added and not yet written, as files.
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

    /// Writes one file sealed.
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

    /// Seals what a version before this one wrote in the clear.
    fn seal_what_is_open(&self) -> Result<()> {
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

    /// Takes children out of every sheet; rows gone, by sheet. That they were erased is kept as a hash nobody can turn
    /// back without the secret, so that a night can say when an extract brings them again.
    ///
    /// # Errors
    /// A vault error where a sheet does not open.
    pub fn erase(&mut self, children: &Children) -> Result<BTreeMap<String, u64>> {
        let mut gone = BTreeMap::new();
        self.seal_what_is_open()?;
        for file in sealed_files(&self.folder) {
            let Some(name) = file.strip_suffix(".parquet.age").filter(|name| *name != ERASED) else { continue };
            let Some(frame) = self.sheet(name, None)? else { continue };
            let stays = stays(&frame, name, children);
            let kept = frame.filter(&stays).frame_err()?;
            if kept.height() < frame.height() {
                gone.insert(name.to_string(), (frame.height() - kept.height()) as u64);
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
        Ok(gone)
    }

    /// Two numbers are of one child: everything known by `gone` is by `keep` from now on.
    ///
    /// # Errors
    /// A vault error where the sheet of pupils does not open.
    pub fn merge_pupils(&mut self, gone: Key, keep: Key) -> Result<()> {
        self.pupils.merge(gone, keep);
        if let Some(sheet) = self.take_sheet("pupils")? {
            let sheet = versions::with_since(sheet, 0)?;
            let gone = hex(gone);
            let leaves: BooleanChunked =
                sheet.column("pupil_key").frame_err()?.str().frame_err()?.iter().map(|key| Some(key == Some(gone.as_str()))).collect();
            // Lists of past nights call the child by the number that it had then.
            self.keep_before("pupils", "pupil_key", versions::until(sheet.filter(&leaves).frame_err()?, self.night)?)?;
            self.pending.push(("pupils".into(), sheet.filter(&!leaves).frame_err()?));
        }
        Ok(())
    }

    fn erased_hash(&self, id: &str) -> String {
        hex(self.secret.key("erased", &[id.as_bytes()]))
    }

    /// How many numbers of erased children there are, and how many of them the vault knows again: an extract brought them.
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

    /// Every sealed file, and what it holds.
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

    /// The key of a pupil that has one.
    #[must_use]
    pub fn pupil_key(&self, pupil_id: &str) -> Option<Key> {
        self.pupils.get(pupil_id).map(|(code, _)| self.pupils.key(code))
    }
}

/// Which rows of a sheet are of none of the children.
fn stays(frame: &DataFrame, sheet: &str, children: &Children) -> BooleanChunked {
    let column = |name: &str| frame.column(name).ok().and_then(|c| c.str().ok());
    let among = |values: Option<&StringChunked>, wanted: &BTreeSet<String>, row: usize| {
        values.and_then(|v| v.get(row)).is_some_and(|value| wanted.contains(value))
    };
    let key = if sheet == "keys" { column("key") } else { column("pupil_key") };
    let (pupil_id, participant_key, row_key) = (column("pupil_id"), column("participant_key"), column("row_key"));
    let other_pupil = column("other_pupil_id");
    let (centre, participant) = (column("centre_id"), column("participant_id"));
    (0..frame.height())
        .map(|row| {
            let pair = centre.and_then(|c| c.get(row)).zip(participant.and_then(|p| p.get(row)));
            let theirs = among(key, &children.pupil_keys, row)
                || among(pupil_id, &children.pupil_ids, row)
                || among(other_pupil, &children.pupil_ids, row)
                || among(participant_key, &children.participant_keys, row)
                || among(row_key, &children.row_keys, row)
                || pair.is_some_and(|(c, p)| children.participants.contains(&(c.to_string(), p.to_string())));
            Some(!theirs)
        })
        .collect()
}

/// The key that opens the secret. A change of keys that was cut off after the vault was swapped is brought to its end.
fn found_key(project: &Project, found: Found, secret: &Path, make: bool) -> Result<KeyPair> {
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
    if make {
        key::promote(&project.vault_key())?;
    }
    Ok(key)
}

fn no_key(project: &Project) -> Error {
    Error::vault(
        "vault/",
        format!("is sealed, and its key is nowhere: not in {}, {} or [vault] key_command", project.vault_key().display(), key::VARIABLE),
        "put the key back from where you keep a copy; nothing was changed, and without the key nobody can read the names",
    )
}

/// What a file of the vault holds, sealed or (from a version before this one) open; none where there is none.
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

/// `vault/keys.parquet.age`, as messages call it.
fn place(path: &Path) -> String {
    format!("vault/{}", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Whether a vault holds numbers of pupils: it has had a night.
#[must_use]
pub fn knows_pupils(folder: &Path) -> bool {
    folder.join("keys.parquet").exists() || sealed_path(folder, "keys.parquet").exists()
}

/// Names of the sealed files of a vault, in order.
#[must_use]
pub fn sealed_files(folder: &Path) -> Vec<String> {
    files_of(folder).into_iter().filter(|n| n.ends_with(SEALED) && !n.starts_with('.')).collect()
}

/// Names of the files that a version before this one left in the clear.
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
