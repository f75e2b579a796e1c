#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zonectl density: what it counts, and how it refuses.
. "$top_srcdir/tests/cli/lib.sh"

# Two nodes of 8 pcpus and 4100 MiB: three zones of 1 GiB and their overhead
# fit on each.
cat >"$tmp/host.json" <<'END'
{"name": "pair", "nodes": [
  {"id": 0, "cpus": "0-7", "mem_kb": 4198400},
  {"id": 1, "cpus": "8-15", "mem_kb": 4198400}],
 "distances": [[10, 20], [20, 10]]}
END
host=(density --host "$tmp/host.json")
number()
{
    grep -m1 -o "\"$1\": [0-9.][0-9.]*" "$tmp/out" | grep -o '[0-9.]*$'
}

run "${host[@]}" --vcpus 1 --memory 1G --numa-nodes 1 --json
expect_exit 0 "one shape"
is "zones until the first refusal" "$(number zones_until_first_refusal)" 6
is "zones placed" "$(number zones_placed)" 6
is "all local" "$(number local_share)" 1.000000
is "two nodes stranded" "$(grep -c '"by": "memory", "hosts": 1' "$tmp/out")" 2
accepted "as text" "${host[@]}" --vcpus 1 --memory 1G
run "${host[@]}" --count 1000 --vcpus 1 --memory 1G --numa-nodes 1 --json
is "a thousand hosts" "$(number zones_placed)" 6000
run "${host[@]}" --count 3 --host "$tmp/host.json" --vcpus 1 --memory 1G \
    --numa-nodes 1 --json
is "hosts of two kinds" "$(number zones_placed)" 24
run "${host[@]}" --vcpus 4 --memory 1G --vcpu-ratio 1 --numa-nodes 1 --json
is "a ratio bounds vcpus" "$(number zones_placed)" 4
is "stranded for want of vcpus" \
    "$(grep -c '"by": "vcpus", "hosts": 1' "$tmp/out")" 2
run "${host[@]}" --vcpus 2 --memory 5G --spill honest --json
is "memory that spills" "$(number zones_placed)" 1
run "${host[@]}" --vcpus 1 --memory 3G --spill strict --more --json
is "more: by zones" "$(number more)" 2
is "more: each node alone" "$(grep -o '"alone": 1' "$tmp/out" | wc -l)" 2
is "more: what is stranded then" \
    "$(grep -c '"by": "memory", "memory_kib": [1-9]' "$tmp/out")" 2
run "${host[@]}" --vcpus 2 --memory 3G --numa-nodes 2 --more --json
is "a zone that divides: short of what its host is" \
    "$(grep -c '"by": "memory"' "$tmp/out")" 2
accepted "more as text" "${host[@]}" --vcpus 1 --memory 3G --more

refused 2 'density does not follow' "dedicated zones" "${host[@]}" \
    --vcpus 1 --memory 512M --dedicated

# Mixes.
cat >"$tmp/mix.json" <<'END'
[{"name": "small", "vcpus": 1, "memory": 512, "weight": 3},
 {"name": "large", "vcpus": 4, "memory": "2G", "numa_nodes": 1}]
END
cat >"$tmp/mix.csv" <<'END'
name,vcpus,memory,numa_nodes,weight
small,1,512M,,3
large,4,2G,1,1
END
run "${host[@]}" --mix "$tmp/mix.json" --seed 7 --json
expect_exit 0 "a mix"
cp "$tmp/out" "$tmp/first"
run "${host[@]}" --mix "$tmp/mix.csv" --seed 7 --json
check "the same mix as CSV" cmp "$tmp/out" "$tmp/first"
cat >"$tmp/words.csv" <<'END'
vcpus,memory,strategy,spill,size_by,first_node,memory_policy
2,512M,scatter,strict,cpu,pack,static
1,256M,compact,honest,both,balanced,dynamic
END
cat >"$tmp/words.json" <<'END'
[{"vcpus": 2, "memory": "512M", "strategy": "scatter", "spill": "strict",
  "size_by": "cpu", "first_node": "pack", "memory_policy": "static"},
 {"vcpus": 1, "memory": "256M", "strategy": "compact", "spill": "honest",
  "size_by": "both", "first_node": "balanced", "memory_policy": "dynamic"}]
END
run "${host[@]}" --mix "$tmp/words.json" --json
expect_exit 0 "a mix with words"
cp "$tmp/out" "$tmp/first"
run "${host[@]}" --mix "$tmp/words.csv" --json
check "the same as CSV" cmp "$tmp/out" "$tmp/first"
run "${host[@]}" --mix "$tmp/mix.json" --seed 7 --json --policies all
is "each policy once" "$(grep -c '"name": "pack"' "$tmp/out")" 1
run "${host[@]}" --shape 1:512M:3 --shape 4:2G --json
expect_exit 0 "shapes on the command line"

# bad FILE LINE COLUMN WORD TEXT: a mix that is refused.
bad()
{
    cat >"$tmp/$1"
    refused 1 "$1: .*line $2 column $3: .*$4" "$5" "${host[@]}" \
        --mix "$tmp/$1"
}
bad m.json 2 12 'vcpus: -1' "a negative number" <<'END'
[{"vcpus": 1, "memory": 512},
 {"vcpus": -1, "memory": 512}]
END
bad m.json 1 26 'memory' "a unit that is none" <<<'[{"vcpus": 1, "memory":  "5X"}]'
bad m.json 1 14 'vcpus' "a number too large" <<<'[ {"vcpus" : 99999999999, "memory": 5}]'
bad m.json 1 22 'above' "a size too large" \
    <<<'[{"vcpus":1,"memory":999999999999999999999}]'
bad m.json 1 36 'colour' "an unknown key" \
    <<<'[{"vcpus": 1, "memory":5,"colour": "red"}]'
bad m.json 1 2 'vcpu' "a shape without vcpus" <<<'[{"memory": 5}]'
bad m.json 1 1 'list' "no list" <<<'{"vcpus": 1}'
bad m.json 1 1 'without shapes' "an empty list" <<<'[]'
bad m.json 2 1 'expected' "half a mix" <<<'[{"vcpus": 1,'
bad m.csv 2 1 'negative\|whole number' "a negative number in CSV" \
    <<<$'vcpus,memory\n-1,512'
bad m.csv 3 3 'memory' "an unknown unit in CSV" \
    <<<$'vcpus,memory\n1,512\n1,5Q'
bad m.csv 2 1 'above' "an overflow in CSV" \
    <<<$'vcpus,memory\n99999999999999999999,512'
bad m.csv 2 7 'unknown word "loose"' "an unknown word" \
    <<<$'vcpus,memory,spill\n1,512,loose'
bad m.csv 2 1 weight "a weight of 0" <<<$'vcpus,memory,weight\n1,5,0'
bad m.csv 2 5 weight "a negative weight" <<<$'vcpus,memory,weight\n1,5,-1'
bad m.json 1 2 weight "a weight of 0 in JSON" \
    <<<'[{"vcpus": 1, "memory": 5, "weight": 0}]'
bad m.json 1 '[0-9]*' weight "a weight too large" \
    <<<'[{"vcpus": 1, "memory": 5, "weight": 99999999999}]'
bad m.csv 1 1 'no CSV\|empty' "no mix" </dev/null
bad m.csv 1 14 'colour' "an unknown column" <<<$'vcpus,memory,colour\n1,512,x'
bad m.csv 2 3 'fields' "a line too short" <<<$'vcpus,memory,name\n1,512'
bad m.csv 2 7 'end' "a quote without its end" <<<$'vcpus,memory,name\n1,512,"x'
bad m.csv 1 '[0-9]*' '64 columns' "a million columns" < <(awk 'BEGIN {
    printf "vcpus"; for (i = 1; i < 1000000; i++) printf ",c%d", i }')
bad m.csv 2 4 NUL "a NUL byte" < <(printf 'vcpus,memory\n1,5\0')

# The optimum, where GLPK is there: two nodes that four zones of 1 GiB and
# three of 1.3 GiB fill, if each kind is by itself.
run "${host[@]}" --vcpus 1 --memory 1G --numa-nodes 1 --json
if grep -q 'built without GLPK' "$tmp/out"; then
    skip "the optimum" "built without GLPK"
else
    is "the optimum of one shape" "$(number prefix)" 6
    check "it is proven" grep -q '"proven": true, "bound": 6' "$tmp/out"
    run "${host[@]}" --shape 1:1332M --shape 2:1980M --numa-nodes 1 --json
    check "no more than the bound" [ "$(number zones_until_first_refusal)" \
        -le "$(number bound)" ]
    check "what is known to fit is no more either" \
        [ "$(number prefix)" -le "$(number bound)" ]
fi

# Traces.
trace=("${host[@]}" --trace "$tmp/t.csv" --numa-nodes 1)
printf 'time,lifetime,vcpus,memory\n0,1h,1,3G\n1,5m,1,3G\n2,,1,3G\n301,,1,3G\n' \
    >"$tmp/t.csv"
run "${trace[@]}" --json
expect_exit 0 "a trace"
is "placed" "$(number placed)" 3
is "refused" "$(number refused)" 1
check "by what" grep -q '"refused_by": {"memory": 1}' "$tmp/out"
accepted "a trace as text" "${trace[@]}"
cat >"$tmp/t.csv" <<'END'
name,cpu_milli,memory_mib,num_gpu,creation_time,deletion_time,scheduled_time
p0,1500,1024,1,0,100,0
p1,800,2048,1,7,,8
END
run "${trace[@]}" --json
expect_exit 0 "a pod list"
is "pods placed" "$(number placed)" 2
is "vcpus are rounded up" "$(grep -c '"vcpus": 3,' "$tmp/out")" 1
cat >"$tmp/t.csv" <<'END'
vmId,vmTypeId,priority,starttime,endtime,machineId,core,memory
7,1,0,0.5,NULL,0,0.0625,0.1
8,1,0,-3.25,0.25,0,0.0625,0.1
8,1,0,-3.25,0.25,1,0.5,0.8
END
run "${trace[@]}" --json
expect_exit 0 "shares of a machine"
is "of one machine" "$(number placed)" 2
is "zones at the peak" "$(grep -c '"zones": 1, "vcpus": 1,' "$tmp/out")" 1

bad_trace()
{
    cat >"$tmp/t.csv"
    refused 1 "t.csv: line $1 column $2: .*$3" "$4" "${trace[@]}"
}
head='time,lifetime,vcpus,memory'
bad_trace 3 1 'line above' "unsorted times" <<<"$head"$'\n5,1,1,1G\n4,1,1,1G'
bad_trace 2 1 negative "a negative time" <<<"$head"$'\n-5,1,1,1G'
bad_trace 2 3 negative "a negative lifetime" <<<"$head"$'\n5,-1,1,1G'
bad_trace 2 3 unit "an unknown unit of time" <<<"$head"$'\n5,1y,1,1G'
bad_trace 2 5 'whole number' "vcpus that are none" <<<"$head"$'\n5,1,x,1G'
bad_trace 2 7 memory "an unknown unit of memory" <<<"$head"$'\n5,1,1,1X'
bad_trace 2 1 large "an overflow" <<<"$head"$'\n99999999999999999999,1,1,1G'
bad_trace 2 5 vcpu "no vcpus" <<<"$head"$'\n5,1,0,1G'
bad_trace 2 5 above "too many vcpus" <<<"$head"$'\n5,1,99999999999,1G'
bad_trace 2 7 beyond "an overflow of memory" \
    <<<"$head"$'\n5,1,1,99999999999999999999G'
bad_trace 2 7 memory "negative memory" <<<"$head"$'\n5,1,1,-1G'
bad_trace 2 7 memory "no memory" <<<"$head"$'\n5,1,1,'
bad_trace 2 3 large "an overflow of lifetime" \
    <<<"$head"$'\n5,99999999999999d,1,1G'
bad_trace 2 5 fields "a line too short" <<<"$head"$'\n5,1,1'
bad_trace 2 10 fields "a line too long" <<<"$head"$'\n5,1,1,1G,4'
bad_trace 1 1 'no CSV' "an empty trace" </dev/null
pods='name,cpu_milli,memory_mib,creation_time,deletion_time'
bad_trace 2 3 cpu_milli "a pod of negative size" <<<"$pods"$'\np,-5,1,0,1'
bad_trace 2 3 above "a pod beyond" <<<"$pods"$'\np,1000001,1,0,1'
bad_trace 2 5 above "a pod's memory beyond" \
    <<<"$pods"$'\np,1,999999999999999999,0,1'
bad_trace 2 9 'is before creation_time' "a pod that ends before it starts" \
    <<<"$pods"$'\np,1,1,5,1'
bad_trace 3 7 'line above' "unsorted pods" <<<"$pods"$'\np,1,1,5,6\np,1,1,4,6'
shares='vmId,starttime,endtime,core,memory'
bad_trace 2 7 negative "a negative share" <<<"$shares"$'\n1,0,1,-0.5,0.1'
bad_trace 2 7 large "a share beyond" <<<"$shares"$'\n1,0,1,9999999999999,0.1'
bad_trace 2 7 'not a number' "a share that is none" <<<"$shares"$'\n1,0,1,x,0.1'
bad_trace 2 5 'is before starttime' "an end before the start" \
    <<<"$shares"$'\n1,5,1,0.1,0.1'
bad_trace 1 1 columns "columns of nothing" <<<$'a,b\n1,2'
bad_trace 1 '[0-9]*' '64 columns' "a trace of a million columns" < <(awk 'BEGIN {
    printf "time"; for (i = 1; i < 1000000; i++) printf ",c%d", i }')
refused 2 'trace' "a trace and a mix" "${trace[@]}" --shape 1:1G

refused 2 'mix' "mix and shape" "${host[@]}" --mix x --shape 1:1G
refused 2 'shape' "a shape that is none" "${host[@]}" --shape 1
refused 2 'none of all' "an unknown policy" "${host[@]}" --shape 1:1G \
    --policies often
refused 2 'at least 1' "no hosts" "${host[@]}" --count 0 --shape 1:1G
refused 2 'at most 1000000' "too many hosts" "${host[@]}" --count 1000001 \
    --shape 1:1G
refused 2 'after --host' "a count of no host" density --count 2 --shape 1:1G
refused 2 'vcpus is missing' "nothing to place" "${host[@]}"
finish
