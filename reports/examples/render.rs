//! Makes the pages, workbooks and tables of many schools and tells how long that took.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::wildcard_imports, dead_code)]

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

use std::time::Instant;

use prane_reports::*;

fn main() {
    let schools: u32 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(200);
    let make = Renderer::new().unwrap();
    let edition = fixtures::edition(Language::Sq);
    let page = fixtures::school(make.words(Language::Sq), 15);
    let timed = |what: &str, each: &dyn Fn() -> usize| {
        let start = Instant::now();
        let bytes: usize = (0..schools).map(|_| each()).sum();
        let a_page = start.elapsed().as_secs_f64() * 1000.0 / f64::from(schools);
        println!("{what}: {a_page:.2} ms and {} bytes a school", bytes / schools as usize);
    };
    timed("list.html", &|| make.list_html(&page, &edition).unwrap().len());
    timed("list.xlsx", &|| make.list_xlsx(&page, &edition).unwrap().len());
    timed("list.csv", &|| make.list_csv(&page, &edition).unwrap().len());
}
