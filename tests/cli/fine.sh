#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Finer than nodes: L3 domains, threads of a core, pcpus for one zone alone.
. "$top_srcdir/tests/cli/lib.sh"

# Two nodes of two L3s of four cores of two threads; pcpu N and N + 16 are one
# core. More members come after the first line.
host()
{
    echo '{"nodes":[{"id":0,"cpus":"0-7,16-23","mem_kb":8388608},'
    echo '{"id":1,"cpus":"8-15,24-31","mem_kb":8388608}],'
    echo "\"distances\":[[10,12],[12,10]]$1}"
}
cores=$(for i in {0..15}; do
    echo "{\"core\":$i,\"socket\":0,\"cpus\":\"$i,$((i + 16))\"}"
done | paste -sd,)
cores=",\"cores\":[$cores]"
l3=',"l3":["0-3,16-19","4-7,20-23","8-11,24-27","12-15,28-31"]'
host "" >"$tmp/plain.json"
host "$cores" >"$tmp/cores.json"
host "$cores$l3" >"$tmp/l3.json"

# affinity HOST OPTION...: "VCPUS=PCPUS ..." of the plan.
affinity()
{
    local file=$1

    shift
    run plan --host "$tmp/$file.json" --memory 1G --json "$@"
    grep -o '"vcpus": "[^"]*", "pcpus": "[^"]*"}' "$tmp/out" |
        sed 's/"vcpus": "\(.*\)", "pcpus": "\(.*\)"}/\1=\2/' | xargs
}
# pcpus HOST OPTION...: of all vnodes.
pcpus()
{
    local file=$1

    shift
    run plan --host "$tmp/$file.json" --memory 1G --json "$@"
    grep -o '"first_vcpu": [0-9]*, "pcpus": "[^"]*"' "$tmp/out" |
        sed 's/.*"pcpus": "\(.*\)"/\1/' | xargs
}

is "an L3 holds it" "$(affinity l3 --vcpus 8 --float l3)" "0-7=0-3,16-19"
is "two L3s, equal shares" "$(affinity l3 --vcpus 10 --float l3)" \
    "0-4=0-3,16-19 5-9=4-7,20-23"
is "float node is nothing new" "$(affinity l3 --vcpus 8 --float node)" ""
is "a whole core each" "$(pcpus l3 --vcpus 8 --smt avoid)" "0-7"
is "16 threads are not 16 cores" "$(pcpus l3 --vcpus 9 --smt avoid)" \
    "0-7 8-15"
is "as few cores as hold it" "$(pcpus l3 --vcpus 5 --smt pack)" \
    "0-2,16-18"
is "spread while there are cores" "$(pcpus l3 --vcpus 8 --smt spread)" "0-7"
is "spread beyond the cores" "$(pcpus l3 --vcpus 9 --smt spread)" \
    "0-7,16-23"
is "dedicated" "$(affinity l3 --vcpus 3 --dedicated)" "0=0 1=16 2=1"
is "dedicated, whole cores are kept" \
    "$(pcpus l3 --vcpus 3 --dedicated --smt pack)" "0-1,16-17"
is "dedicated, siblings stay idle" \
    "$(affinity l3 --vcpus 2 --dedicated --smt avoid)" "0=0 1=1"
is "and nobody else's" "$(pcpus l3 --vcpus 2 --dedicated --smt avoid)" \
    "0-1,16-17"
is "dedicated without cores" "$(affinity plain --vcpus 2 --dedicated)" \
    "0=0 1=1"
is "housekeeping" "$(affinity l3 --vcpus 2 --dedicated \
    --reserve-pcpus 0-1)" "0=2 1=18"
is "a core with a housekeeping thread is no whole one" \
    "$(pcpus l3 --vcpus 7 --smt avoid --reserve-pcpus 16)" "1-7"

# What others have.
host "$cores$l3,\"dedicated\":\"0-3\",\"floating\":[{\"cpus\":\"4-7,20-23\",\"milli\":250}]" \
    >"$tmp/busy.json"
is "others keep off" "$(pcpus busy --vcpus 12)" "4-7,16-23"
is "dedicated keeps off others" "$(affinity busy --vcpus 2 --dedicated)" \
    "0=16 1=17"
is "the emptier L3 first" "$(affinity busy --vcpus 4 --float l3)" \
    "0-3=16-19"
run host --host "$tmp/busy.json" --json
check "a host file keeps what is dedicated" \
    grep -q '"dedicated": "0-3"' "$tmp/out"
cp "$tmp/out" "$tmp/again.json"
run host --host "$tmp/again.json" --json
check "and is the same again" cmp -s "$tmp/out" "$tmp/again.json"

refused 3 'float' "L3s that are not known" plan --host "$tmp/cores.json" \
    --vcpus 2 --memory 1G --float l3
refused 3 'smt' "cores that are not known" plan --host "$tmp/plain.json" \
    --vcpus 2 --memory 1G --smt avoid
refused 3 'smt: .*take 16' "more than the cores" plan --host "$tmp/l3.json" \
    --vcpus 17 --memory 1G --smt avoid
refused 3 'dedicated: .*have 20' "more than nobody is on" plan \
    --host "$tmp/busy.json" --vcpus 21 --memory 1G --dedicated
refused 2 'overcommit' "dedicated and overcommit" plan --host "$tmp/l3.json" \
    --vcpus 2 --memory 1G --dedicated --overcommit 2
refused 2 'threads' "threads on cores of their own" plan \
    --host "$tmp/l3.json" --vcpus 2 --memory 1G --smt avoid --threads 2
refused 2 'none of' "no such float" plan --host "$tmp/l3.json" --vcpus 2 \
    --memory 1G --float package

# The plan goes round, and into an xl.cfg.
run plan --host "$tmp/l3.json" --vcpus 3 --memory 1G --dedicated --json
cp "$tmp/out" "$tmp/plan.json"
run render --plan "$tmp/plan.json" --host "$tmp/l3.json" --format xl.cfg
is "cpus of the xl.cfg" "$(sed -n '/^cpus/,/^]/p' "$tmp/out" |
    tr -d ' \n')" 'cpus=["0","16","1",]'
sed 's/"pcpus": "16"/"pcpus": "1"/' "$tmp/plan.json" >"$tmp/bad.json"
refused 1 'pcpu 1 is there twice' "a pcpu for two vcpus" render \
    --plan "$tmp/bad.json" --format text
finish
