"""The audit of one file of checkpoints by Meridian, DuckDB, Polars and Bytewax, each held against the truth.

    pip install duckdb polars bytewax        # whichever is there is compared
    cargo bench -p meridian-core --bench chain --no-run
    MERIDIAN_BENCH_MESSAGES=400000 python3 crates/meridian-core/benches/chain/compare.py target/release/deps/chain-…

The program named (the built benchmark) writes the traffic and reads it again. Every tool runs in a process of its own,
one after the other, RUNS times (3) in turn; the figure is the processor time of that process, with its start. Prints
one JSON object a line. The others do the same job for this traffic only: they sort or group the whole file at its end,
and know nothing of reporters, heartbeats, retries or late evidence.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

COLUMNS = {"chain": "VARCHAR", "seq": "BIGINT", "hop": "VARCHAR", "at": "BIGINT", "n": "BIGINT", "attempt": "BIGINT"}
LIMIT = 2_000_000_000


def duckdb_audit(file):
    import duckdb

    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    sql = f"""
        create table seen as select * from read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})
            where chain is not null;
        with first as (select * from seen where attempt is null)
        select
            (select count(*) from (select chain, seq from first group by all having max(hop) < 'h4')),
            (select count(*) from (select chain, seq, hop from seen group by all having count(*) > 1)),
            (select count(*) from (select seq, max(seq) over (partition by chain, hop order by n
                rows between unbounded preceding and 1 preceding) as before from first) where seq < before),
            (select count(*) from (select "at" - lag("at") over (partition by chain, seq order by hop) as took from first)
                where took > {LIMIT})
    """
    [(lost, duplicate, disordered, late)] = duckdb.sql(sql).fetchall()
    return {"lost": lost, "duplicate": duplicate, "out_of_order": disordered, "late": late}


def polars_audit(file):
    import polars as pl

    schema = {name: pl.String if kind == "VARCHAR" else pl.Int64 for name, kind in COLUMNS.items()}
    seen = pl.read_ndjson(file, schema=schema).filter(pl.col("chain").is_not_null())
    first = seen.filter(pl.col("attempt").is_null())
    lost = first.group_by("chain", "seq").agg(pl.col("hop").max()).filter(pl.col("hop") < "h4").height
    duplicate = seen.group_by("chain", "seq", "hop").len().filter(pl.col("len") > 1).height
    ordered = first.sort("chain", "hop", "n")
    before = pl.col("seq").cum_max().shift(1).over("chain", "hop")
    disordered = ordered.filter(pl.col("seq") < before).height
    took = pl.col("at") - pl.col("at").shift(1).over("chain", "seq")
    late = first.sort("chain", "seq", "hop").filter(took > LIMIT).height
    return {"lost": lost, "duplicate": duplicate, "out_of_order": disordered, "late": late}


def bytewax_audit(file):
    import bytewax.operators as op
    from bytewax.connectors.files import FileSource
    from bytewax.dataflow import Dataflow
    from bytewax.testing import TestingSink, run_main

    def by_chain(line):
        point = json.loads(line)
        return (point["chain"], point) if "chain" in point else None

    class Chain(op.StatefulLogic):
        def __init__(self):
            self.last, self.highest, self.found = {}, {}, {"duplicate": 0, "out_of_order": 0, "late": 0}

        def on_item(self, point):
            seq, hop, at = point["seq"], point["hop"], point["at"]
            last = self.last.get(seq)
            if last and last[0] == hop:
                self.found["duplicate"] += 1
                return [], False
            if last and at - last[1] > LIMIT:
                self.found["late"] += 1
            if seq < self.highest.get(hop, 0):
                self.found["out_of_order"] += 1
            self.highest[hop] = max(seq, self.highest.get(hop, 0))
            self.last[seq] = (hop, at)
            return [], False

        def on_notify(self):
            return [], False

        def on_eof(self):
            lost = sum(hop != "h4" for hop, _ in self.last.values())
            return [self.found | {"lost": lost}], True

        def notify_at(self):
            return None

        def snapshot(self):
            return None

    flow, out = Dataflow("audit"), []
    points = op.filter_map("read", op.input("lines", flow, FileSource(file)), by_chain)
    op.output("out", op.stateful("chains", points, lambda _: Chain()), TestingSink(out))
    run_main(flow)
    rules = ["lost", "duplicate", "out_of_order", "late"]
    return {rule: sum(found[rule] for _, found in out) for rule in rules}


AUDITS = {"duckdb": duckdb_audit, "polars": polars_audit, "bytewax": bytewax_audit}


def measured(command):
    """What it prints last, its processor seconds and its peak of memory in MiB."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        said = child.stdout.read().strip().splitlines()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode or not said:
        raise RuntimeError(f"{command[0]} failed: {child.returncode}")
    return json.loads(said[-1]), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(program):
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([program, "write", directory], check=True)
        file = str(pathlib.Path(directory, "checkpoints.ndjson"))
        known = json.loads(pathlib.Path(directory, "truth.json").read_text())
        checkpoints, truth = known["checkpoints"], known["truth"]
        tools = {"meridian": [program, "read", directory]}
        for name in AUDITS:
            if importlib.util.find_spec(name):
                tools[name] = [sys.executable, __file__, "audit", name, file]
        for run in range(int(os.environ.get("RUNS", "3"))):
            for name, command in tools.items():
                found, seconds, peak = measured(command)
                print(json.dumps({
                    "name": f"audit of NDJSON, {name}", "run": run + 1, "n": checkpoints, "unit": "checkpoints/CPU-s",
                    "value": round(checkpoints / seconds), "cpu_s": round(seconds, 3), "peak_mib": round(peak),
                    "exact": found == truth, **({} if found == truth else {"found": found, "truth": truth}),
                }), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["audit"]:
        print(json.dumps(AUDITS[sys.argv[2]](sys.argv[3])))
    else:
        main(sys.argv[1])
