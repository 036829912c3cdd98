//! Maintenance of the vault: rotates its key and makes backups.

use std::path::Path;

use prane_base::archive;
use prane_base::disk::{exchange, restrict, write_private};
use prane_base::error::{Error, Result, plural};
use prane_base::project::Project;
use prane_base::seal::KeyPair;

use super::{Vault, key, sealed_files};

/// Seals the whole vault to a new key: it is written to staging and then swapped in at once. The key goes into the project's key
/// file, and the key before it stays beside it (`.old`); where the key comes from the environment or a command, the new one goes
/// into `new_key_file`. Returns a sentence that says what was done.
///
/// # Errors
/// A vault error where the vault does not open; then nothing is changed. A usage error where the new key has no place.
pub fn rotate_key(project: &Project, new_key_file: Option<&Path>) -> Result<String> {
    let mut vault = existing(project)?;
    // Files that an earlier version left in the clear are sealed first.
    vault.save()?;
    let in_file = key::find(project)?.and_then(|found| found.file);
    let place = match (new_key_file, &in_file) {
        (Some(file), None) if file.exists() => {
            return Err(Error::usage(format!("{} is there already", file.display()), "name a file that is not there yet"));
        }
        (Some(file), None) => file.to_path_buf(),
        (None, Some(file)) => key::next_of(file),
        (Some(_), Some(file)) => {
            return Err(Error::usage(
                "--new-key-file is for keys that come from the environment or a command",
                format!("leave it out: the new key goes into {}", file.display()),
            ));
        }
        (None, None) => {
            return Err(Error::usage(
                "the key comes from the environment or a command, so the new one has no place",
                "give --new-key-file FILE, and put the key from there where yours is kept",
            ));
        }
    };
    let contents = vault.contents()?;
    let new = KeyPair::generate();
    key::write_key(&place, &new)?;
    let sealed_anew = project.staging().join("vault");
    let _ = std::fs::remove_dir_all(&sealed_anew);
    std::fs::create_dir_all(&sealed_anew).map_err(|e| Error::io(&sealed_anew, e))?;
    restrict(&project.staging(), 0o700)?;
    restrict(&sealed_anew, 0o700)?;
    for (file, bytes) in &contents {
        write_private(&sealed_anew.join(file), &new.recipient().seal(bytes)?)?;
    }
    // From here on the new key counts; a night that finds the old key in its place completes the rotation.
    exchange(&sealed_anew, &project.vault())?;
    std::fs::remove_dir_all(project.staging()).map_err(|e| Error::io(&project.staging(), e))?;
    let files = plural(contents.len(), "file");
    Ok(match in_file {
        Some(file) => {
            key::promote(&file)?;
            format!(
                "the vault ({files}) has a new key in {}; the one before is in {}: backups made until now need it. Copy the new key to where you keep the other one",
                file.display(),
                key::old_of(&file).display()
            )
        }
        None => format!("the vault ({files}) has a new key in {}: put it where yours is kept, then remove the file", place.display()),
    })
}

/// Writes all files of the vault, sealed as they are, into one archive. Each file is opened first, so that a damaged one is found
/// now and not when the backup is needed. Returns a sentence that says what was done.
///
/// # Errors
/// A vault error where a file does not open; a usage error where the archive is there already.
pub fn backup(project: &Project, to: &Path) -> Result<String> {
    if to.exists() {
        return Err(Error::usage(format!("{} is there already", to.display()), "name a file that is not there yet"));
    }
    let count = existing(project)?.contents()?.len();
    let folder = project.vault();
    let files = sealed_files(&folder)
        .into_iter()
        .map(|name| {
            let path = folder.join(&name);
            Ok((name, std::fs::read(&path).map_err(|e| Error::io(&path, e))?))
        })
        .collect::<Result<Vec<_>>>()?;
    write_private(to, &archive::stored(&files)?)?;
    Ok(format!(
        "{} of the vault, each opened and found whole, are in {}: unpack it into vault/ to restore. The key is not in it: keep a copy of the key in another place",
        plural(count, "file"),
        to.display()
    ))
}

/// The vault of a project that has one.
fn existing(project: &Project) -> Result<Vault> {
    if !Vault::is_there(project) {
        return Err(Error::usage(format!("{} holds no vault yet", project.vault().display()), "`prane run` makes it"));
    }
    Vault::open(project, true)
}
