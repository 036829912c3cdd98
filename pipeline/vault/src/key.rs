//! Where the vault's key comes from: the environment, a command, or a file that only its owner reads. It is made once,
//! on the first run of a project that names no other place, and never written anywhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use prane_base::disk::write_private;
use prane_base::error::{Error, Result};
use prane_base::project::Project;
use prane_base::seal::KeyPair;

/// The variable that may hold the key.
pub const VARIABLE: &str = "PRANE_VAULT_KEY";
/// What a key's file says of itself.
const TALK: &str = "The key of this project's vault. Without it nobody can say who the pupils are: keep a copy in another place.";

/// A key, and where it was found.
pub struct Found {
    /// The key.
    pub key: KeyPair,
    /// The file, where it was one.
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
        // A change of keys may have been cut off between taking the old one away and putting the new one in its place.
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

/// A command is run only where the settings that name it belong to whoever runs this program: looking at somebody else's
/// folder must not run their commands.
fn is_ours(project: &Project) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // A file made now is of the account that runs.
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
    if !is_ours(project) {
        return Err(Error::vault(
            "[vault] key_command",
            "is not run: prane.toml belongs to another account",
            format!("run prane as the owner of {}, or set {VARIABLE}", project.root.join("prane.toml").display()),
        ));
    }
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    let done = shell
        .args([if cfg!(windows) { "/C" } else { "-c" }, line])
        .current_dir(&project.root)
        .stdin(std::process::Stdio::inherit())
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|e| {
            Error::vault("[vault] key_command", format!("cannot be started: {e}"), "it is run by the system's shell in the project folder")
        })?;
    if !done.status.success() {
        return Err(Error::vault(
            "[vault] key_command",
            format!("ended with {}", done.status),
            "try it by hand in the project folder; it must print the key and end with 0",
        ));
    }
    KeyPair::parse(&String::from_utf8_lossy(&done.stdout), "[vault] key_command")
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
    write_private(path, key.file_text(TALK).as_bytes())
}

/// Where the next key waits while the vault is sealed anew.
#[must_use]
pub fn next_of(file: &Path) -> PathBuf {
    with_ending(file, "next")
}

/// Where the key before stays: backups made until then need it.
#[must_use]
pub fn old_of(file: &Path) -> PathBuf {
    with_ending(file, "old")
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    file.with_file_name(format!("{}.{ending}", file.file_name().unwrap_or_default().to_string_lossy()))
}

/// Puts the next key in the place of the one before.
///
/// # Errors
/// A store error.
pub fn promote(file: &Path) -> Result<()> {
    let (next, old) = (next_of(file), old_of(file));
    // Each backup needs the key of its time: none is ever written over.
    if old.exists() {
        let earlier = (1_u32..10_000).map(|n| with_ending(file, &format!("old.{n}"))).find(|path| !path.exists()).unwrap_or_default();
        std::fs::rename(&old, &earlier).map_err(|e| Error::io(&earlier, e))?;
    }
    std::fs::rename(file, &old).map_err(|e| Error::io(&old, e))?;
    std::fs::rename(&next, file).map_err(|e| Error::io(file, e))
}
