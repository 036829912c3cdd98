//! Finds the vault's key: in the environment, by a command, or in a file that only its owner can read. It is made once, on the
//! first run of a project that names no other place, and never written anywhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use prane_base::disk::write_private;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::seal::KeyPair;

/// The variable that may hold the key.
pub const VARIABLE: &str = "PRANE_VAULT_KEY";
/// Comment at the head of a key's file.
const COMMENT: &str = "The key of this project's vault. Without it nobody can say who the pupils are: keep a copy in another place.";

/// A key, and where it was found.
pub struct Found {
    /// The key.
    pub key: KeyPair,
    /// The file, where the key is in one.
    pub file: Option<PathBuf>,
}

/// The key of a project's vault, if there is one yet.
///
/// # Errors
/// A vault error where a place is named but gives no key.
pub fn find(project: &Project) -> Result<Option<Found>> {
    if let Ok(text) = std::env::var(VARIABLE)
        && !text.trim().is_empty()
    {
        return Ok(Some(Found { key: KeyPair::parse(&text, VARIABLE)?, file: None }));
    }
    if !project.config.vault.key_command.is_empty() {
        return Ok(Some(Found { key: from_command(project)?, file: None }));
    }
    let path = project.vault_key();
    if !path.exists() {
        // A rotation may have been interrupted after the old key was moved away and before the new one was in its place.
        let next = next_of(&path);
        if !next.exists() {
            return Ok(None);
        }
        std::fs::rename(&next, &path).map_err(|e| Error::io(&path, e))?;
    }
    let place = path.display().to_string();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).map_err(|e| Error::io(&path, e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::vault(&place, "can be read by others than its owner", format!("chmod 600 {place}")));
        }
    }
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
    Ok(Some(Found { key: KeyPair::parse(&text, &place)?, file: Some(path) }))
}

/// Whether `prane.toml` belongs to the account that runs this program. Only then `key_command` is run: opening somebody else's
/// project must not run their commands.
fn is_own(project: &Project) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // A new file belongs to the account that runs this program.
        let own = tempfile::tempfile().and_then(|file| file.metadata()).map(|m| m.uid());
        let owner = std::fs::metadata(project.root.join("prane.toml")).map(|m| m.uid());
        own.is_ok_and(|own| owner.is_ok_and(|owner| own == owner))
    }
    #[cfg(not(unix))]
    {
        let _ = project;
        true
    }
}

fn from_command(project: &Project) -> Result<KeyPair> {
    let line = &project.config.vault.key_command;
    if !is_own(project) {
        return Err(Error::vault(
            "[vault] key_command",
            "is not run: prane.toml belongs to another account",
            format!("run prane as the owner of {}, or set {VARIABLE}", project.root.join("prane.toml").display()),
        ));
    }
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    let output = shell
        .args([if cfg!(windows) { "/C" } else { "-c" }, line])
        .current_dir(&project.root)
        .stdin(std::process::Stdio::inherit())
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|e| {
            Error::vault("[vault] key_command", format!("cannot be started: {e}"), "it is run by the system's shell in the project folder")
        })?;
    if !output.status.success() {
        return Err(Error::vault(
            "[vault] key_command",
            format!("ended with {}", output.status),
            "try it by hand in the project folder; it must print the key and end with 0",
        ));
    }
    KeyPair::parse(&String::from_utf8_lossy(&output.stdout), "[vault] key_command")
}

/// Makes the key of a project that has none.
///
/// # Errors
/// A store error where its file cannot be written.
pub fn make(project: &Project) -> Result<Found> {
    let (key, path) = (KeyPair::generate(), project.vault_key());
    write_key(&path, &key)?;
    Ok(Found { key, file: Some(path) })
}

/// Writes a key's file, for its owner alone.
///
/// # Errors
/// A store error.
pub fn write_key(path: &Path, key: &KeyPair) -> Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
    }
    write_private(path, key.file_text(COMMENT).as_bytes())
}

/// The file of the next key while the vault is being sealed to it.
#[must_use]
pub fn next_of(file: &Path) -> PathBuf {
    with_ending(file, "next")
}

/// The file of the key before this one: earlier backups need it.
#[must_use]
pub fn old_of(file: &Path) -> PathBuf {
    with_ending(file, "old")
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    file.with_file_name(format!("{}.{ending}", file.file_name().unwrap_or_default().to_string_lossy()))
}

/// Moves the next key into place; the key before it moves to [`old_of`].
///
/// # Errors
/// A store error.
pub fn promote(file: &Path) -> Result<()> {
    let (next, old) = (next_of(file), old_of(file));
    // A backup needs the key of its time, so no old key is ever overwritten.
    if old.exists() {
        let free = (1_u32..10_000).map(|n| with_ending(file, &format!("old.{n}"))).find(|path| !path.exists()).unwrap_or_default();
        std::fs::rename(&old, &free).map_err(|e| Error::io(&free, e))?;
    }
    std::fs::rename(file, &old).map_err(|e| Error::io(&old, e))?;
    std::fs::rename(&next, file).map_err(|e| Error::io(file, e))
}
