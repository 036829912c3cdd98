//! Caches the hashes of the files of the inbox: a file whose size and times are unchanged is not hashed again. It only saves time;
//! which files were taken in is decided by the hash alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use prane_base::disk::{restrict, write_private};
use prane_base::error::{Error, Result};
use serde::{Deserialize, Serialize};

use super::Hash;

/// Size and times of a file, and its inode on Unix: every write to the file changes at least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    size: u64,
    modified: Option<SystemTime>,
    #[serde(default)]
    changed: (i64, i64),
    #[serde(default)]
    inode: u64,
}

impl Look {
    /// The current size and times of a file.
    ///
    /// # Errors
    /// A store error.
    pub fn at(path: &Path) -> Result<Self> {
        let data = std::fs::metadata(path).map_err(|e| Error::io(path, e))?;
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            ((data.ctime(), data.ctime_nsec()), data.ino())
        };
        #[cfg(not(unix))]
        let (changed, inode) = ((0, 0), 0);
        Ok(Self { size: data.len(), modified: data.modified().ok(), changed, inode })
    }

    /// Size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether the file was changed within the last seconds: another change might leave its times equal.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.modified.and_then(|m| m.elapsed().ok()).is_none_or(|age| age < Duration::from_secs(2))
    }
}

/// Name within the inbox → size and times of the file, its hash in hex, and whether it is a returned list.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen(BTreeMap<String, (Look, String, bool)>);

impl Seen {
    /// Loads the cache; an empty one where the file cannot be read.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// The hash of a file that is unchanged, and whether it is a returned list.
    #[must_use]
    pub fn found(&self, name: &str, look: &Look) -> Option<(Hash, bool)> {
        let (known, hash, returned) = self.0.get(name)?;
        let hash = blake3::Hash::from_hex(hash).ok()?;
        (known == look).then(|| (*hash.as_bytes(), *returned))
    }

    /// Adds a file, unless it was changed within the last seconds.
    pub fn note(&mut self, name: &str, look: &Look, hash: &Hash, returned: bool) {
        if !look.is_fresh() {
            self.0.insert(name.to_string(), (look.clone(), blake3::Hash::from(*hash).to_hex().to_string(), returned));
        }
    }

    /// Writes the cache.
    ///
    /// # Errors
    /// A store error.
    pub fn save(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
            restrict(folder, 0o700)?;
        }
        let text = serde_json::to_vec(self).map_err(|e| Error::Bug(e.to_string()))?;
        write_private(path, &text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let (file, notes) = (folder.path().join("marks.csv"), folder.path().join("runs/.inbox.json"));
        std::fs::write(&file, "one").unwrap();
        let old = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
        let date_back = || std::fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
        date_back();
        let (look, mut seen) = (Look::at(&file).unwrap(), Seen::default());
        seen.note("marks.csv", &look, &[7; 32], true);
        seen.save(&notes).unwrap();
        let seen = Seen::load(&notes);
        assert_eq!(seen.found("marks.csv", &Look::at(&file).unwrap()), Some(([7; 32], true)));
        // The same size and modification time: on Unix the change is still noticed.
        std::thread::sleep(Duration::from_millis(20));
        std::fs::write(&file, "two").unwrap();
        date_back();
        #[cfg(unix)]
        assert_eq!(seen.found("marks.csv", &Look::at(&file).unwrap()), None);
        assert_eq!(Seen::load(&folder.path().join("none")), Seen::default());
    }

    #[test]
    fn a_recently_changed_file_is_not_noted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("marks.csv");
        std::fs::write(&file, "one").unwrap();
        let mut seen = Seen::default();
        seen.note("marks.csv", &Look::at(&file).unwrap(), &[7; 32], false);
        assert_eq!(seen, Seen::default());
    }
}
