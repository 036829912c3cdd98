//! Makes the crate again when a SQL file changes: they are embedded.

fn main() {
    println!("cargo:rerun-if-changed=../../queries");
}
