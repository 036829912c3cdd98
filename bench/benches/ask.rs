//! Ask: the ranked list of the world's last day, from the stored tables through every view under it.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use prane::question::{self, Question};
use prane_bench::{PUPILS, Result, World, options};
use prane_rules::answer::Format;

fn main() -> Result<()> {
    let world = World::new()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(prane::nightly::run(&world.project()?, &options()?))?;
    let question: Question = runtime.block_on(question::open(world.project()?, options()?))?;
    let ask = || runtime.block_on(question.ask("select * from caseload.list", Format::Csv));
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("ask");
    group.throughput(Throughput::Elements(u64::from(PUPILS)));
    group.bench_function("caseload.list", |bencher| {
        bencher.iter(|| black_box(ask()).unwrap_or_else(|fault| panic!("{fault}")));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
