"""A hard invented world with known truth, through the whole program: `prane synth --hard-links`, `prane run`, `prane link export`.

    PRANE=target/release/prane python tests/linkage/worlds.py FOLDER [PUPILS] [SEED]

Prints precision and recall of the links made without a person, what is for review, and whether the true pupil is among it.
A pupil with two numbers counts under either.
"""
import csv, os, re, subprocess, sys, time

PRANE = os.environ.get("PRANE", "target/release/prane")
folder, pupils, seed = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "20000", sys.argv[3] if len(sys.argv) > 3 else "1"


def prane(*args, **more):
    return subprocess.run([PRANE, *args], check=True, capture_output=True, text=True, **more)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


if not os.path.exists(folder):
    prane("synth", folder, "--pupils", pupils, "--seed", seed, "--hard-links")
if not os.path.exists(os.path.join(folder, "published")):
    start = time.time()
    said = prane("run", "--project", folder, "--log", "json")
    print(f"night {time.time() - start:.1f} s")
    print("\n".join(line for line in re.findall(r'"message":"([^"]*(?:linked \+|records may)[^"]*)"', said.stderr + said.stdout)))
one = {}
for row in rows(os.path.join(folder, "truth/same_pupil.csv")):
    one[row["other_pupil_id"]] = row["pupil_id"]
truth = {(r["centre_id"], r["participant_id"]): r["pupil_id"] for r in rows(os.path.join(folder, "truth/participants.csv"))}
links = list(csv.DictReader(prane("link", "export", "--project", folder).stdout.splitlines()))
made = {(r["centre_id"], r["participant_id"]): one.get(r["pupil_id"], r["pupil_id"]) for r in links}
right = sum(one.get(truth[key], truth[key]) == pupil for key, pupil in made.items())
pupils_there = sum(bool(pupil) for pupil in truth.values())
has_id = {(r["centre_id"], r["participant_id"]): bool(r["national_id"]) for r in rows(os.path.join(folder, "inbox/centre_participants.csv"))}
print(f"participants {len(truth)}, of them pupils {pupils_there}")
print(f"links {len(made)}, wrong {len(made) - right}: precision {right / max(len(made), 1):.5f}, recall {right / pupils_there:.4f}")
for name, wanted in (("with a national id", True), ("without", False)):
    those = [key for key, pupil in truth.items() if pupil and has_id[key] == wanted]
    found = sum(made.get(key) == one.get(truth[key], truth[key]) for key in those)
    print(f"  {name}: recall {found / max(len(those), 1):.4f} of {len(those)}")
counts = prane("sql", "--project", folder, "--quiet", "--format", "csv", "-c",
               "select kind, outcome, count(distinct record_key) as n from sources.links group by kind, outcome order by 1, 2").stdout
print(counts)
