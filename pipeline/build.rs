//! Makes the program again when a SQL file changes: they are embedded.

fn main() {
    println!("cargo:rerun-if-changed=queries");
    println!("cargo:rerun-if-changed=prane.toml");
}
