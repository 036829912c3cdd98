//! The shape of the program: which crate stands on which, that no arrow runs back, and that rules stand in SQL alone.
//! `PRANE_DRAW=1 cargo test --test program shape::` draws docs/architecture.md anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{files_below, root};

/// Crate → those it stands on, of this repository.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("pipeline")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.extend([root().to_path_buf(), root().join("reports")]);
    let manifests = folders.into_iter().map(|folder| folder.join("Cargo.toml")).filter(|path| path.is_file());
    manifests
        .map(|path| {
            let manifest: toml::Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_string();
            let needs = manifest["dependencies"].as_table().unwrap().keys().filter(|n| n.starts_with("prane")).cloned().collect();
            (name, needs)
        })
        .collect()
}

/// Rust files below a folder, without their test modules.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") && !entry.ends_with("tests.rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let code = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default()
                .split("#[cfg(test)]\n#[allow")
                .next()
                .unwrap_or_default();
            found.push((entry, code.to_string()));
        }
    }
    found.sort();
    found
}

/// Module → modules of the same crate that it names.
fn modules(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let name = |path: &Path| {
        let first = path.strip_prefix(folder).unwrap().components().next().unwrap().as_os_str().to_string_lossy().to_string();
        first.trim_end_matches(".rs").to_string()
    };
    let files = sources(folder);
    let known: BTreeSet<String> = files.iter().map(|(path, _)| name(path)).filter(|n| n != "lib" && n != "main").collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = known.iter().map(|n| (n.clone(), BTreeSet::new())).collect();
    for (path, text) in &files {
        let Some(from) = arrows.get_mut(&name(path)) else { continue };
        for used in text.split("crate::").skip(1) {
            let inner = used.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or(used);
            let names = if used.starts_with('{') { inner.split(',').collect() } else { vec![inner] };
            for one in names {
                let one: String = one.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if known.contains(&one) && one != name(path) {
                    from.insert(one);
                }
            }
        }
    }
    arrows
}

/// Takes away whoever stands on nothing that is left; what remains stands in a circle.
fn circle(arrows: &BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    let mut left = arrows.clone();
    loop {
        let free: Vec<String> = left.iter().filter(|(_, on)| !on.iter().any(|o| left.contains_key(o))).map(|(n, _)| n.clone()).collect();
        if free.is_empty() {
            return left;
        }
        for name in free {
            left.remove(&name);
        }
    }
}

fn drawing(arrows: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut text = String::from("```mermaid\nflowchart TD\n");
    for (name, on) in arrows {
        let reached: BTreeSet<&String> = on.iter().flat_map(|o| all_below(arrows, o)).collect();
        for below in on.iter().filter(|o| !reached.contains(o)) {
            text.push_str(&format!("    {name} --> {below}\n"));
        }
    }
    text + "```\n"
}

fn all_below<'a>(arrows: &'a BTreeMap<String, BTreeSet<String>>, name: &str) -> BTreeSet<&'a String> {
    let mut all = BTreeSet::new();
    for on in arrows.get(name).into_iter().flatten() {
        if all.insert(on) {
            all.extend(all_below(arrows, on));
        }
    }
    all
}

#[test]
fn the_architecture_is_drawn_as_it_is() {
    let app = modules(&root().join("pipeline/app"));
    let drawn = [("<!-- crates -->\n", drawing(&crates())), ("<!-- pipeline/app -->\n", drawing(&app))];
    let path = root().join("docs/architecture.md");
    let mut text = fs::read_to_string(&path).unwrap();
    for (mark, drawing) in drawn {
        let from = text.find(mark).unwrap_or_else(|| panic!("docs/architecture.md lacks {mark}")) + mark.len();
        let end = from + text[from..].find("\n```\n").expect("the drawing is fenced") + "\n```\n".len();
        if std::env::var_os("PRANE_DRAW").is_some() {
            text.replace_range(from..end, &drawing);
        } else {
            assert_eq!(&text[from..end], drawing, "PRANE_DRAW=1 cargo test --test program shape:: draws it anew");
        }
    }
    if std::env::var_os("PRANE_DRAW").is_some() {
        fs::write(path, text).unwrap();
    }
}

#[test]
fn no_module_of_the_flow_stands_on_one_that_stands_on_it() {
    let mut arrows = modules(&root().join("pipeline/app"));
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 20, "few arrows are seen: {arrows:?}");
    let left = circle(&arrows);
    assert!(left.is_empty(), "these stand in a circle: {left:?}");
    // An arrow turned back is seen.
    let (from, to) = arrows.iter().find_map(|(from, on)| Some((from.clone(), on.first()?.clone()))).unwrap();
    arrows.entry(to).or_default().insert(from);
    assert!(!circle(&arrows).is_empty());
}

#[test]
fn what_the_walls_are_for_ends_at_them() {
    let crates = crates();
    let may = |library: &str| -> BTreeSet<String> {
        let uses = |name: &str| {
            let folder = match name {
                "prane" => root().to_path_buf(),
                "prane-reports" => root().join("reports"),
                other => root().join("pipeline").join(other.trim_start_matches("prane-")),
            };
            let manifest: toml::Table = toml::from_str(&fs::read_to_string(folder.join("Cargo.toml")).unwrap()).unwrap();
            manifest["dependencies"].as_table().unwrap().contains_key(library)
        };
        crates.keys().filter(|name| uses(name)).cloned().collect()
    };
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(may("datafusion"), set(&["prane-rules"]));
    assert_eq!(may("deltalake"), set(&["prane-store"]));
    assert_eq!(may("polars"), set(&["prane-intake", "prane-vault"]));
    assert_eq!(may("age"), set(&["prane-base"]));
    assert_eq!(may("plotters"), set(&["prane-reports"]));
    assert!(crates["prane-linkage"].is_empty() && crates["prane-synth"].is_empty() && crates["prane-reports"].is_empty());
}

#[test]
fn sql_stands_in_queries_and_the_rulebook_alone() {
    let folders = ["base", "linkage", "contract", "store", "vault", "intake", "synth"].map(|c| root().join("pipeline").join(c).join("src"));
    let files: Vec<_> =
        folders.into_iter().chain([root().join("pipeline/app"), root().join("reports/src")]).flat_map(|f| sources(&f)).collect();
    assert!(files.len() > 100, "{} files were read", files.len());
    let found = sql_in(&files);
    assert!(found.is_empty(), "SQL text outside pipeline/rules and queries/: {found:?}");
    assert!(!sql_in(&sources(&root().join("pipeline/rules/src"))).is_empty(), "the rulebook's own SQL is not seen");
}

/// Lines that hold the text of a question.
fn sql_in(files: &[(PathBuf, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files {
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let quoted = line.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ").to_lowercase();
            let words: Vec<&str> = quoted.split_whitespace().collect();
            // A command line in a sentence, `prane sql -c "select …"`, is no question that the program asks.
            if words.first() == Some(&"select") || (words.contains(&"select") && words.contains(&"from") && !quoted.contains("prane sql")) {
                found.push(format!("{}:{}", path.strip_prefix(root()).unwrap().display(), at + 1));
            }
        }
    }
    found
}

#[test]
fn what_the_store_packs_is_asked_for_by_name() {
    // Bits of masks, parts of a day, Mondays worked out by hand, years cut out of texts: functions of the engine say what is meant.
    let packed = ["720720", "<<", ">>", " & ", " ^ ", "bit_", "log2", "% 7", "as int) + 3", "substr(", "date_trunc('week'", "'-', "];
    let files = files_below(&root().join("queries"));
    assert!(files.len() > 100, "{} files", files.len());
    let found: Vec<String> = files
        .into_iter()
        .flat_map(|(name, bytes)| {
            let text = String::from_utf8(bytes).unwrap();
            packed.iter().filter(|what| text.contains(**what)).map(|what| format!("{name} has {what}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
