# What people do here. `just` lists it; every line works without just, too.

_default:
    @just --list --unsorted

# Everything that is promised, tried
test:
    cargo test

# One test at the level of users, by a part of its name: just one erase::
one NAME:
    cargo test --test program -- {{NAME}}

# The cases of SQL files
cases:
    cargo test --test queries

# A night on the invented town
samples:
    cargo run -- run --project data-samples

# One page of each kind and language, to look at
pages FOLDER="target/pages":
    mkdir -p {{FOLDER}}
    cargo run -p prane-reports --example look -- {{FOLDER}}

# The code as it is to be written
fmt:
    cargo fmt --all

# No warning is left
clippy:
    cargo clippy --workspace --all-targets --features prane-reports/pdf -- -D warnings

# What is asked of every change
ci:
    .ci/run

# A year of nights, each broken off and run again, timed (or calls, moments, disk, two, damaged)
bench WHAT="year":
    cargo build --release
    PRANE="${CARGO_TARGET_DIR:-target}/release/prane" python3 bench/unbroken.py {{WHAT}}

# How long intake, pairing and ask take, beside the time before
paths *OPTIONS:
    cargo bench -p prane-bench {{OPTIONS}}

# docs/architecture.md drawn anew from manifests and sources
draw:
    PRANE_DRAW=1 cargo test --test program shape::

# Pages in a browser; AXE is the path of axe.min.js (.ci/run fetches it)
browser AXE:
    cargo build
    PRANE_BIN="${CARGO_TARGET_DIR:-target}/debug/prane" PRANE_AXE={{AXE}} cargo test -p prane-browser-tests -- --test-threads=1

# Lists on paper
pdf:
    cargo test -p prane-reports --features pdf

# Looks for input that breaks a reader: just fuzz text (or head, returned); wants cargo-fuzz and a nightly toolchain
fuzz TARGET *OPTIONS:
    cargo +nightly fuzz run {{TARGET}} -- -max_total_time=60 {{OPTIONS}}
