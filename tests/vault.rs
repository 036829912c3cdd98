//! The vault at rest: sealed, opened by its key alone, given another key, copied, and never half-lost.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::sync::LazyLock;

use crate::support::{Project, files_below, rows, same_files, samples};

/// A project after one night.
static NIGHT: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::shared("vault").with_samples();
    project.run();
    project
});

/// Names, numbers and contacts of the sample's children.
fn secrets() -> Vec<String> {
    let mut secrets = Vec::new();
    for row in rows(&fs::read(samples().join("inbox/pupils.csv")).unwrap()) {
        secrets
            .extend(["pupil_id", "national_id", "first_name", "last_name", "guardian_contact"].iter().filter_map(|c| row.get(*c).cloned()));
    }
    secrets.retain(|s| s.chars().count() > 4);
    assert!(secrets.len() > 500);
    secrets
}

fn vault(project: &Project) -> BTreeMap<String, Vec<u8>> {
    files_below(&project.path("vault"))
}

fn secret_key(project: &Project) -> String {
    let text = fs::read_to_string(project.path("vault.key")).unwrap();
    text.lines().find(|l| l.starts_with("AGE-SECRET-KEY-1")).unwrap().to_string()
}

#[test]
fn the_vault_is_sealed_whole() {
    let files = vault(&NIGHT);
    assert!(files.len() > 5);
    let secrets = secrets();
    for (name, bytes) in files {
        assert!(crate::support::is_a(&name, "age"), "{name} lies in the clear");
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"), "{name}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!secrets.iter().any(|s| text.contains(s.as_str())), "{name} tells somebody");
    }
    let secret = fs::read_to_string(NIGHT.path("vault.key")).unwrap();
    assert!(secret.contains("AGE-SECRET-KEY-1"));
    for (name, bytes) in files_below(&NIGHT.path("runs")).into_iter().chain(files_below(&NIGHT.path("store"))) {
        assert!(!String::from_utf8_lossy(&bytes).contains("AGE-SECRET-KEY-1"), "{name} holds the key");
    }
}

#[test]
fn without_its_key_the_vault_stays_shut_and_whole() {
    let project = NIGHT.copy();
    let before = vault(&project);
    let published = project.published("latest");
    fs::remove_file(project.path("vault.key")).unwrap();
    project.prane(&["run"]).code(7).says(&["its key is nowhere", "put the key back"]);
    assert!(!project.path("vault.key").exists(), "no new key is made for a vault that has one");
    // Somebody else's key.
    let other = Project::empty();
    other.put("inbox/attendance.csv", "pupil_id,school_id,date,status\nP1,S1,2026-02-27,present\n").run();
    fs::copy(other.path("vault.key"), project.path("vault.key")).unwrap();
    project.prane(&["run"]).code(7).says(&["sealed with another key"]);
    project.put("vault.key", "not a key\n");
    project.prane(&["report"]).code(7).says(&["vault.key: holds no key", "AGE-SECRET-KEY-1"]);
    fs::set_permissions(project.path("vault.key"), fs::Permissions::from_mode(0o644)).unwrap();
    project.prane(&["report"]).code(7).says(&["can be read by others", "chmod 600"]);
    same_files(&before, &vault(&project));
    same_files(&published, &project.published("latest"));
    // Questions need no names, and no key.
    project.prane(&["sql", "-c", "select count(*) as n from caseload.list"]).code(0);
}

#[test]
fn a_damaged_file_is_told_and_nothing_is_lost() {
    let project = NIGHT.copy();
    let path = project.path("vault/pupils.parquet.age");
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    let at = damaged.len() / 2;
    damaged[at] ^= 1;
    fs::write(&path, &damaged).unwrap();
    project.prane(&["run"]).code(7).says(&["vault/pupils.parquet.age: is damaged", "backup"]);
    assert_eq!(fs::read(&path).unwrap(), damaged);
    project.prane(&["vault", "backup", &project.path("bad.zip").to_string_lossy()]).code(7).says(&["is damaged"]);
    assert!(!project.path("bad.zip").exists());
    fs::write(&path, whole).unwrap();
    project.prane(&["run"]).code(0);
}

#[test]
fn a_key_from_the_environment_or_a_command_opens_it() {
    let project = NIGHT.copy();
    let key = secret_key(&project);
    fs::rename(project.path("vault.key"), project.path("kept-elsewhere")).unwrap();
    project.prane_with(&["report"], &[("PRANE_VAULT_KEY", key.as_str())]).code(0);
    let settings = fs::read_to_string(project.path("prane.toml")).unwrap();
    project.put("prane.toml", format!("{settings}\n[vault]\nkey_command = \"cat kept-elsewhere\"\n"));
    project.prane(&["report"]).code(0);
    project.put("prane.toml", format!("{settings}\n[vault]\nkey_command = \"cat nowhere\"\n"));
    project.prane(&["report"]).code(7).says(&["[vault] key_command: ended with", "try it by hand"]);
}

#[test]
fn another_key_leaves_every_pseudonym_and_list_as_it_was() {
    let project = NIGHT.copy();
    let (before, published, key) = (vault(&project), project.published("latest"), project.key_of("P0000001"));
    let old = secret_key(&project);
    project.prane(&["vault", "rotate-key"]).code(0).says(&["has a new key"]);
    assert_ne!(secret_key(&project), old);
    assert_eq!(fs::metadata(project.path("vault.key")).unwrap().permissions().mode() & 0o777, 0o600);
    let after = vault(&project);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before.len() > 5 && before.iter().all(|(name, bytes)| after[name] != *bytes));
    assert_eq!(project.key_of("P0000001"), key);
    project.prane(&["run"]).code(0);
    same_files(&published, &project.published("latest"));
    project.prane_with(&["run"], &[("PRANE_VAULT_KEY", old.as_str())]).code(7).says(&["another key"]);
}

#[test]
fn a_change_of_keys_that_was_cut_off_is_brought_to_its_end() {
    let project = NIGHT.copy();
    let old = fs::read(project.path("vault.key")).unwrap();
    project.prane(&["vault", "rotate-key"]).code(0);
    // As it is when the vault was swapped, but the key not yet.
    fs::rename(project.path("vault.key"), project.path("vault.key.next")).unwrap();
    fs::write(project.path("vault.key"), &old).unwrap();
    fs::set_permissions(project.path("vault.key"), fs::Permissions::from_mode(0o600)).unwrap();
    project.prane(&["run"]).code(0);
    assert!(!project.path("vault.key.next").exists() && project.path("vault.key.old").exists());
    project.prane(&["run"]).code(0);
}

#[test]
fn a_key_from_elsewhere_changes_into_a_file_of_its_own() {
    let project = NIGHT.copy();
    let key = secret_key(&project);
    fs::remove_file(project.path("vault.key")).unwrap();
    let given = [("PRANE_VAULT_KEY", key.as_str())];
    project.prane_with(&["vault", "rotate-key"], &given).code(2).says(&["--new-key-file"]);
    let file = project.path("next.key").to_string_lossy().to_string();
    project.prane_with(&["vault", "rotate-key", "--new-key-file", &file], &given).code(0).says(&["put it where yours is kept"]);
    project.prane_with(&["report"], &given).code(7);
    let new = fs::read_to_string(&file).unwrap();
    project.prane_with(&["report"], &[("PRANE_VAULT_KEY", new.as_str())]).code(0);
}

#[test]
fn a_backup_restores_the_vault() {
    let project = NIGHT.copy();
    let before = vault(&project);
    let to = project.path("kept.zip");
    project.prane(&["vault", "backup", &to.to_string_lossy()]).code(0).says(&["found whole", "The key is not in it"]);
    project.prane(&["vault", "backup", &to.to_string_lossy()]).code(2).says(&["is there already"]);
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    fs::remove_dir_all(project.path("vault")).unwrap();
    let mut archive = zip::ZipArchive::new(fs::File::open(&to).unwrap()).unwrap();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = format!("vault/{}", file.name().unwrap());
        project.put(&name, bytes);
    }
    same_files(&before, &vault(&project));
    project.prane(&["run"]).code(0);
}

#[test]
fn every_use_of_names_is_logged_and_a_changed_log_is_seen() {
    let project = NIGHT.copy();
    project.prane(&["explain", "P0000001"]).code(0);
    project.prane(&["vault", "backup", &project.path("b.zip").to_string_lossy()]).code(0);
    let log = fs::read_to_string(project.path("runs/audit.jsonl")).unwrap();
    for what in ["\"run\"", "\"explain\"", "\"vault backup\""] {
        assert!(log.contains(what), "{what} is not in the log");
    }
    assert!(!log.contains("P0000001"), "the log names a pupil");
    project.prane(&["doctor"]).says(&["runs/audit.jsonl is whole: 3 uses", "the vault opens with its key", "beside the vault"]);
    project.put("runs/audit.jsonl", log.replace("explain", "run"));
    project.prane(&["doctor"]).code(2).says(&["line 2 is not as it was written"]);
}

#[test]
fn a_vault_that_is_gone_stops_the_night_and_no_old_key_is_lost() {
    let project = NIGHT.copy();
    let first = secret_key(&project);
    project.prane(&["vault", "rotate-key"]).code(0);
    project.prane(&["vault", "rotate-key"]).code(0);
    let old = |name: &str| fs::read_to_string(project.path(name)).unwrap();
    assert!(old("vault.key.old.1").contains(&first) && !old("vault.key.old").contains(&first));
    fs::rename(project.path("vault"), project.path("mislaid")).unwrap();
    project.prane(&["run"]).code(7).says(&["is missing, but the store has nights", "from a backup"]);
    assert!(!project.path("vault").exists(), "a new vault was made");
    fs::rename(project.path("mislaid"), project.path("vault")).unwrap();
    project.prane(&["run"]).code(0);
}
