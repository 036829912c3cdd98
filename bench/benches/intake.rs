//! Intake: every file of the world read, judged, keyed and prepared for the store. Nothing is committed.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};
use prane_base::project::Project;
use prane_base::telemetry;
use prane_bench::{Result, World, moment};
use prane_intake::{IntakeContext, extract, take_in};
use prane_rules::Rulebook;
use prane_store::Store;
use prane_vault::Vault;

fn main() -> Result<()> {
    let world = World::new()?;
    let project = world.project()?;
    let rulebook = Rulebook::load(&project)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let bytes = std::fs::read_dir(world.path().join("inbox"))?.map(|entry| Ok(entry?.metadata()?.len())).sum::<Result<u64>>()?;
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("intake");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("take_in", |bencher| {
        bencher.iter_batched(
            || (),
            |()| black_box(once(&project, &rulebook, &runtime).unwrap_or_else(|fault| panic!("{fault}"))),
            BatchSize::PerIteration,
        );
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Rows that one intake of the whole inbox stores.
fn once(project: &Project, rulebook: &Rulebook, runtime: &tokio::runtime::Runtime) -> Result<u64> {
    let (store, staging) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let mut store = runtime.block_on(Store::open(store.path(), staging.path(), moment()?))?;
    let mut vault = Vault::open(project, true)?;
    let context = IntakeContext {
        project,
        contracts: &rulebook.contracts,
        run_id: "bench",
        today: moment()?.date_naive(),
        year_starts: rulebook.year_starts,
        mark_scale: (rulebook.policy.number("marks_scale_min")?, rulebook.policy.number("marks_scale_max")?),
        rejects: None,
    };
    let inbox = extract::find(project, &rulebook.contracts, false)?;
    let intake = take_in(&context, inbox.extracts, &mut store, &mut vault, &mut telemetry::stage("take in"))?;
    Ok(intake.accounts.iter().map(|account| account.stored).sum())
}
