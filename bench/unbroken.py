#!/usr/bin/env python3
"""Tries to break a night, and says what broke. Python 3 and its standard library; `calls` also wants a C compiler (cc).

    PRANE=target/release/prane python3 bench/unbroken.py calls            # killed before every n-th disk call, run again
    PRANE=... python3 bench/unbroken.py moments --times 60                # killed at random moments, run again
    PRANE=... python3 bench/unbroken.py disk                              # a small full disk (tmpfs, as root), run again with room
    PRANE=... python3 bench/unbroken.py two --times 10                    # two runs at once
    PRANE=... python3 bench/unbroken.py damaged --files 10000 --nights 50 # damaged CSV, Parquet and XLSX files
    PRANE=... python3 bench/unbroken.py year --nights 52                  # a year of nights, a week each

Every subcommand works on an invented project (`prane synth`) in a temporary folder, prints one line a finding and a line of
sums, and ends with 1 where anything was found. A night that was killed and run again is held against the same night that
was not: published bytes (the manifest among them), data files of the store by name and hash, and the run of each night.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PRANE = os.environ.get("PRANE", "target/release/prane")
FIRST, SECOND = "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
static long calls, at = -1;
static const char *count;
__attribute__((constructor)) static void begin(void) {
    const char *n = getenv("UNBROKEN_AT");
    at = n ? atol(n) : -1;
    count = getenv("UNBROKEN_COUNT");
    unsetenv("LD_PRELOAD");
}
__attribute__((destructor)) static void end(void) {
    FILE *file = count ? fopen(count, "w") : NULL;
    if (file) { fprintf(file, "%ld\n", calls); fclose(file); }
}
static void call(void) { if (__sync_add_and_fetch(&calls, 1) == at) raise(SIGKILL); }
#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define OPEN(name) int name(const char *path, int flags, ...) { \
    va_list list; va_start(list, flags); int mode = va_arg(list, int); va_end(list); \
    static int (*real)(const char *, int, ...); if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
    if (flags & (O_CREAT | O_WRONLY | O_RDWR)) call(); return real(path, flags, mode); }
OPEN(open) OPEN(open64)
int rename(const char *from, const char *to) { REAL(rename); call(); return real(from, to); }
int link(const char *from, const char *to) { REAL(link); call(); return real(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) { REAL(linkat); call(); return real(a, from, b, to, flags); }
int symlink(const char *from, const char *to) { REAL(symlink); call(); return real(from, to); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); call(); return real(path, mode); }
int rmdir(const char *path) { REAL(rmdir); call(); return real(path); }
int unlink(const char *path) { REAL(unlink); call(); return real(path); }
int unlinkat(int at, const char *path, int flags) { REAL(unlinkat); call(); return real(at, path, flags); }
ssize_t write(int file, const void *bytes, size_t size) { REAL(write); if (file > 2 && size > 8) call(); return real(file, bytes, size); }
"""


def prane(project, *args, known_at=SECOND, env=None, timeout=900):
    command = [PRANE, *args, "--project", str(project)] + (["--known-at", known_at] if known_at else [])
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(env or {})}, timeout=timeout)
    return done.returncode, done.stdout + done.stderr


def copy(project, to):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(project, to, symlinks=True)
    return to


def base(folder, pupils, years, second=True):
    """A project after its first night, with new days and one file that will be refused in the inbox."""
    project = folder / "base"
    made = [PRANE, "synth", str(project), "--pupils", str(pupils), "--years", str(years), "--extra-days", "2"]
    subprocess.run(made, check=True, capture_output=True)
    if second:
        code, said = prane(project, "run", "--quiet", known_at=FIRST)
        assert code == 0, said
        add_second(project)
    return project


def add_second(project):
    new = sorted((project / "later").glob("*.csv"))[0]
    shutil.copy(new, project / "inbox")
    head, *rows = new.read_text().splitlines()
    refused = [head] + [row.replace(new.stem[-10:], "2099-01-04") for row in rows]
    (project / "inbox/attendance_refused.csv").write_text("\n".join(refused) + "\n")


def state(project):
    """Name → hash of what must be the same: everything published, and the data files of the store."""
    found = {}
    for top in ("published", "store"):
        for path in sorted((project / top).rglob("*")):
            name = str(path.relative_to(project))
            if path.is_symlink():
                found[name] = os.readlink(path)
            elif path.is_file() and (top == "published" or (path.suffix == ".parquet" and "_delta_log" not in name)):
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    nights = project / "store/nights.json"
    if nights.exists():
        found["nights"] = [(n["run_id"], n["as_of"], sorted(n["taken"])) for n in json.loads(nights.read_text())]
    return found


def differ(one, other):
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


class Findings:
    def __init__(self):
        self.bad, self.tried, self.start = 0, 0, time.time()

    def add(self, where, what):
        self.bad += 1
        print(f"BAD {where}: {what}", flush=True)

    def end(self, what):
        print(f"{what}: {self.tried} tried, {self.bad} bad, {time.time() - self.start:.0f} s")
        return 1 if self.bad else 0


def held(findings, where, project, whole, code):
    """Runs the night again after it was broken off, and holds it against the one that was not."""
    findings.tried += 1
    again, said = prane(project, "run", "--quiet")
    if again != code:
        return findings.add(where, f"exit {again} where the unbroken night has {code}: {said.strip()[:300]}")
    other = differ(state(project), whole)
    if other:
        findings.add(where, f"other than the unbroken night: {', '.join(other[:5])}")
    for left in (".staging", "vault/.next", "vault/.next.half"):
        if (project / left).exists():
            findings.add(where, f"{left} is left")


def whole_night(folder, args):
    """The project before the night, and the state after it; nights: the second, or with --first the first."""
    project = base(folder, args.pupils, args.years, second=not args.first)
    whole = copy(project, folder / "whole")
    code, said = prane(whole, "run", "--quiet")
    assert code in (0, 5), said
    return project, state(whole), code


def calls(args, folder):
    source, shim = folder / "shim.c", folder / "shim.so"
    source.write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", str(shim), str(source), "-ldl"], check=True)
    project, whole, code = whole_night(folder, args)
    told = folder / "count"
    prane(copy(project, folder / "count-of"), "run", "--quiet", env={"LD_PRELOAD": str(shim), "UNBROKEN_COUNT": str(told)})
    count = int(told.read_text())
    print(f"{count} disk calls in the night", flush=True)
    findings = Findings()
    for number in range(args.start or 1, count + 1, args.every):
        tried = copy(project, folder / "tried")
        died, _ = prane(tried, "run", "--quiet", env={"LD_PRELOAD": str(shim), "UNBROKEN_AT": str(number)})
        if died != -signal.SIGKILL:
            print(f"call {number}: ended with {died} before it was reached", flush=True)
        held(findings, f"killed before disk call {number}", tried, whole, code)
    return findings.end("killed before disk calls")


def moments(args, folder):
    project, whole, code = whole_night(folder, args)
    begun = time.time()
    prane(copy(project, folder / "timed"), "run", "--quiet")
    takes = time.time() - begun
    findings, dice = Findings(), random.Random(args.seed)
    for number in range(args.times):
        tried = copy(project, folder / "tried")
        night = subprocess.Popen([PRANE, "run", "--quiet", "--project", str(tried), "--known-at", SECOND], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = dice.uniform(0, takes * 1.05)
        time.sleep(moment)
        night.kill()
        night.wait()
        held(findings, f"killed after {moment:.3f} s ({number})", tried, whole, code)
    return findings.end("killed at random moments")


def disk(args, folder):
    """A tmpfs with so much room beyond the project, in steps; at each the night must say so, and go on when there is room."""
    project, whole, code = whole_night(folder, args)
    # A tmpfs gives whole pages.
    size = sum(-(-path.stat().st_size // 4096) * 4 for path in project.rglob("*") if path.is_file() and not path.is_symlink())
    findings, room = Findings(), 0
    while True:
        place = folder / "disk"
        place.mkdir(exist_ok=True)
        total = size + 64 + room
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={total}k", "tmpfs", str(place)], check=True)
        try:
            tried = copy(project, place / "project")
            before = state(tried)
            ended, said = prane(tried, "run", "--quiet")
            if ended not in (0, 5, 7):
                findings.add(f"{room} KiB of room", f"exit {ended}: {said.strip()[:300]}")
            if ended == 7 and "No space" not in said and "os error 28" not in said:
                findings.add(f"{room} KiB of room", f"does not say that the disk is full: {said.strip()[:300]}")
            if ended == 7 and differ({n: h for n, h in state(tried).items() if n.startswith("published/")}, {n: h for n, h in before.items() if n.startswith("published/")}) and "published" not in said:
                findings.add(f"{room} KiB of room", "what was published before is other")
            subprocess.run(["mount", "-o", "remount,size=512m", str(place)], check=True)
            held(findings, f"{room} KiB of room, then more", tried, whole, code)
        finally:
            subprocess.run(["umount", str(place)], check=True)
        if ended in (0, 5):
            return findings.end(f"a full disk, in steps of {args.step} KiB")
        room += args.step


def two(args, folder):
    project, whole, code = whole_night(folder, args)
    findings = Findings()
    for number in range(args.times):
        tried = copy(project, folder / "tried")
        command = [PRANE, "run", "--quiet", "--project", str(tried), "--known-at", SECOND]
        nights = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
        ended = sorted(night.wait() for night in nights)
        # One works, the other is told so; or it came when the first was done.
        if ended not in (sorted([code, 8]), [code, code]):
            findings.add(f"two at once ({number})", f"ended with {ended}")
        held(findings, f"two at once ({number})", tried, whole, code)
    return findings.end("two runs at once")


def damage(bytes_, dice):
    """One of the ways in which files are damaged on their way."""
    data = bytearray(bytes_)
    kind = dice.randrange(8)
    at = dice.randrange(len(data)) if data else 0
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        for _ in range(dice.randint(1, 20)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    elif kind == 2:
        end = min(len(data), at + dice.randint(1, 200))
        del data[at:end]
    elif kind == 3:
        data[at:at] = data[at : at + dice.randint(1, 2000)]
    elif kind == 4:
        data[at:at] = bytes([dice.choice(b'",;\n\r\t\0\xff')]) * dice.randint(1, 40)
    elif kind == 5:
        data[at:at] = b"x" * dice.choice([300, 40_000])
    elif kind == 6:
        data = data.replace(b",", b";") if dice.random() < 0.5 else data.replace(b"\n", b"\r")
    else:
        tail = len(data) - dice.randint(1, min(len(data), 400))
        data[tail] = dice.randrange(256)
    return bytes(data)


def damaged(args, folder):
    """So many damaged files over so many nights, each night from the same project; every account must add up."""
    project = base(folder, args.pupils, args.years, second=False)
    code, said = prane(project, "run", "--quiet", known_at=FIRST)
    assert code == 0, said
    formats = folder / "formats"
    formats.mkdir()
    for ending in ("parquet", "xlsx"):
        question = "select school_id, date, lesson, status, pupil_key as pupil_id from sources.attendance order by date desc limit 300"
        done = subprocess.run([PRANE, "sql", "--quiet", "--format", ending, "-c", question, "--project", str(project), "--known-at", SECOND], capture_output=True)
        if done.returncode == 0 and done.stdout:
            (formats / f"attendance_made.{ending}").write_bytes(done.stdout)
    sources = [path for path in sorted((project / "inbox").iterdir()) + sorted(formats.iterdir()) if path.stat().st_size < 200_000]
    findings, dice, kinds = Findings(), random.Random(args.seed), collections.Counter()
    for night in range(args.nights):
        tried = copy(project, folder / "tried")
        for path in (tried / "inbox").iterdir():
            path.unlink()
        for number in range(args.files // args.nights):
            source = dice.choice(sources)
            kinds[source.suffix] += 1
            (tried / "inbox" / f"{source.stem}_{night}_{number}{source.suffix}").write_bytes(damage(source.read_bytes(), dice))
            findings.tried += 1
        ended, said = prane(tried, "run", "--quiet")
        if ended not in (0, 5, 6):
            findings.add(f"night {night}", f"exit {ended}: {said.strip()[:400]}")
            continue
        runs = sorted((tried / "runs").glob("run-*.json"), key=lambda path: path.stat().st_mtime)
        for account in json.loads(runs[-1].read_text())["inputs"]:
            if account["read"] != account["stored"] + account["superseded"] + account["rejected"]:
                findings.add(f"night {night}", f"{account['file']} does not add up")
    return findings.end(f"damaged files ({', '.join(f'{n} {k}' for k, n in sorted(kinds.items()))}) in {args.nights} nights")


def year(args, folder):
    """Nights one after the other, each with the days since the last; what the store and a night grow to."""
    project = folder / "year"
    subprocess.run([PRANE, "synth", str(project), "--pupils", str(args.pupils), "--years", "1", "--extra-days", str(args.nights * args.days)], check=True, capture_output=True)
    later = sorted((project / "later").glob("*.csv"))
    findings = Findings()
    for night in range(args.nights + 1):
        for path in later[(night - 1) * args.days : night * args.days] if night else []:
            shutil.copy(path, project / "inbox")
        begun = time.time()
        ended, said = prane(project, "run", "--quiet", known_at=f"2027-{1 + night // 28:02}-{1 + night % 28:02}T00:00:00Z")
        findings.tried += 1
        if ended != 0:
            findings.add(f"night {night}", f"exit {ended}: {said.strip()[:300]}")
        size = {top: sum(p.stat().st_size for p in (project / top).rglob("*") if p.is_file()) >> 10 for top in ("store", "published", "vault")}
        print(f"night {night}: {time.time() - begun:.1f} s, KiB {size}", flush=True)
    days = sorted(path.name for path in (project / "published").iterdir() if not path.is_symlink())
    for day in days[:: max(1, len(days) // 5)]:
        kept = {str(p): p.read_bytes() for p in (project / "published" / day).rglob("*") if p.is_file()}
        ended, said = prane(project, "report", "--quiet", "--as-of", day, known_at="2027-12-31T00:00:00Z")
        other = [name for name, data in kept.items() if pathlib.Path(name).read_bytes() != data]
        if ended != 0 or other:
            findings.add(f"the list of {day} made again", f"exit {ended}, other bytes in {other[:3]} {said.strip()[:200]}")
    return findings.end("a year of nights")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    for name, run in (("calls", calls), ("moments", moments), ("disk", disk), ("two", two), ("damaged", damaged), ("year", year)):
        command = what.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("--pupils", type=int, default=60)
        command.add_argument("--years", type=float, default=0.3)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--first", action="store_true", help="break the first night of a project, not its second")
        if name == "calls":
            command.add_argument("--every", type=int, default=1, help="only every so many calls")
            command.add_argument("--start", type=int, default=1, help="from this call on")
        if name == "disk":
            command.add_argument("--step", type=int, default=256, help="KiB of room more each time")
        if name in ("moments", "two"):
            command.add_argument("--times", type=int, default=60 if name == "moments" else 10)
        if name == "damaged":
            command.add_argument("--files", type=int, default=10_000)
        if name in ("damaged", "year"):
            command.add_argument("--nights", type=int, default=52)
        if name == "year":
            command.add_argument("--days", type=int, default=2, help="session days a night brings")
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="prane-unbroken-"))
    try:
        sys.exit(args.run(args, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
