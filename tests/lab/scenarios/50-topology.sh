# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What guests take for their packages, cores, threads and caches is what the
# plan says, field by field, and their kernels don't doubt it. That needs the
# patched tier; the stock one has packages = nodes, by padding.
. /lab/lib.sh

mkdir -p /out
KERNEL=(--kernel /boot/vmlinuz --ramdisk /boot/zone.img --cmdline "$LAB_PLAIN")
patched=no
[ "${LAB_TIER:-}" != patched ] || patched=yes

declare -A FLAGS=(
    [one]="--vcpus 1 --memory 256M"
    [far]="--vcpus 5 --memory 256M --numa-nodes 2 --overcommit 2 --scatter"
    [nodes]="--vcpus 4 --memory 256M --numa-nodes 2 --packages node"
    [two]="--vcpus 2 --memory 256M"
    [odd]="--vcpus 5 --memory 256M --numa-nodes 2 --overcommit 2"
    [single]="--vcpus 3 --memory 256M --numa-nodes 2 --scatter --threads 1"
    [four]="--vcpus 8 --memory 512M --numa-nodes 4"
)

start()
{
    local name=$1

    # shellcheck disable=SC2086 # flags are words
    zonectl launch --name "$name" "${KERNEL[@]}" --json ${FLAGS[$name]} \
        >"/out/$name.json"
}

# planned FILE: what each CPU of the guest should see, from a plan's JSON. On
# the stock tier only what padding gives: the package, by the guest's numbers.
planned()
{
    awk -v patched="$patched" '
        # The value of a key in the line: a number, or a quoted text.
        function get(key,    at, text) {
            at = index($0, "\"" key "\": ")
            if (!at)
                return ""
            text = substr($0, at + length(key) + 4)
            if (substr(text, 1, 1) == "\"") {
                text = substr(text, 2)
                return substr(text, 1, index(text, "\"") - 1)
            }
            return text + 0
        }
        # Numbers of a set "|1|2|", in the way of sysfs.
        function list(set,    i, from, text) {
            for (i = 0; i <= nr; i++) {
                if (index(set, "|" i "|")) {
                    if (from == "")
                        from = i
                } else if (from != "") {
                    text = text (text == "" ? "" : ",") from \
                        (i - 1 > from ? "-" (i - 1) : "")
                    from = ""
                }
            }
            return text
        }
        /"vnode": / && get("vcpus") != "" {
            v = get("vnode")
            n = split(get("vcpus"), ends, "-")
            count = ends[n] - ends[1] + 1
            first[v] = nr + 0
            last[v] = nr + count - 1
            nr += count
            package[v] = patched == "yes" ? get("package") : v
        }
        /^  "threads": / { threads = get("threads") }
        /^  "apic_ids": / {
            gsub(/.*\[|\].*|,/, "")
            split($0, apic, " ")
        }
        END {
            for (v in first) {
                mine[v] = "|"
                for (c = first[v]; c <= last[v]; c++)
                    mine[v] = mine[v] c "|"
                set[package[v]] = set[package[v]] mine[v]
            }
            for (v in first) {
                for (c = first[v]; c <= last[v]; c++) {
                    print "cpu" c " package " list(set[package[v]])
                    if (patched != "yes")
                        continue
                    from = c - (c - first[v]) % threads
                    to = from + threads - 1
                    if (to > last[v])
                        to = last[v]
                    core = from (to > from ? "-" to : "")
                    print "cpu" c " apic " apic[c + 1]
                    print "cpu" c " core " core
                    print "cpu" c " cache 1 Data " core
                    print "cpu" c " cache 1 Instruction " core
                    print "cpu" c " cache 2 Unified " core
                    print "cpu" c " cache 3 Unified " list(mine[v])
                }
            }
        }' "$1" | sort
}

# seen REPORT: the same, as the guest's kernel has it.
seen()
{
    awk -v patched="$patched" '
        {
            at = index($0, ": ")
            path = substr($0, 1, at - 1)
            value = substr($0, at + 2)
            n = split(path, part, "/")
        }
        part[n] == "core_siblings_list" {
            print part[6] " package " value
        }
        patched != "yes" { next }
        part[n] == "thread_siblings_list" {
            print part[6] " core " value
        }
        part[3] == "cpuinfo" && part[n] == "apicid" {
            print "cpu" part[4] " apic " value
        }
        part[7] == "cache" { cache[part[6] " " part[8], part[n]] = value }
        part[7] == "cache" && part[n] == "level" {
            name[++caches] = part[6] " " part[8]
        }
        END {
            for (i = 1; i <= caches; i++) {
                split(name[i], part, " ")
                print part[1] " cache " cache[name[i], "level"] " " \
                    cache[name[i], "type"] " " \
                    cache[name[i], "shared_cpu_list"]
            }
        }' "$1" | sort
}

compare_topology()
{
    local name=$1 report=$2

    planned "/out/$name.json" >"/out/$name.planned"
    seen "$report" >"/out/$name.seen"
    is "$name: the plan has CPUs" "$([ -s "/out/$name.planned" ] && echo yes)" \
        yes
    check "$name: packages, cores and caches are as planned" \
        diff "/out/$name.planned" "/out/$name.seen"
    check "$name: guest, plan and Xen agree, page for page" \
        compare_zone "$name" "$report"
    check "$name: zonectl verify finds the same" zonectl verify "$name"
    no_doubts "$name" "$report"
}

# wave NAME...: side by side, and gone again.
wave()
{
    local name report

    for name; do
        check "$name: launch ${FLAGS[$name]}" start "$name" || continue
    done
    for name; do
        report=$(report_of "$name" 300 start "$name") || {
            fail "$name: no report" || true
            continue
        }
        compare_topology "$name" "$report"
    done
    for name; do
        zonectl destroy "$name"
    done
}

# What a guest of xl reads from CPUID, whatever zonectl has done before.
plain_cpuid()
{
    local report

    cat >/root/plain.cfg <<END
type = "pvh"
name = "plain"
kernel = "/boot/vmlinuz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 128
vcpus = 1
END
    report=$(launch_report plain 240 xl create -q /root/plain.cfg) || return 1
    grep '^cpuid/' "$report" >"$1"
    xl destroy plain
    [ -s "$1" ]
}

[ $patched = yes ] ||
    check "a guest of xl, before any zonectl" plain_cpuid /out/cpuid-before
tier=$(zonectl host | sed -n 's/^Xen .*, tier \([^,]*\),.*/\1/p')
note "tier: $tier"
if [ $patched = no ]; then
    is "zonectl finds the tier" "$tier" stock
    skip "threads, caches and packages by socket" \
        "unmodified Xen: tests/lab/host --patched shows them"
    check "two threads per core are refused" \
        bash -c '! zonectl launch --name two --vcpus 2 --memory 256M \
            --threads 2 --kernel /boot/vmlinuz 2>&1'
    FLAGS[even]="--vcpus 4 --memory 256M --numa-nodes 2 --compact"
    FLAGS[far]="--vcpus 3 --memory 256M --numa-nodes 2 --scatter"
    wave even far
    for name in even far; do
        check "$name: the plan says what its guest is not told" \
            grep -q 'not told of SMT siblings, shared caches and sockets' \
            "/out/$name.json"
    done
    check "a guest of xl, after them" plain_cpuid /out/cpuid-after
    check "it reads the same from CPUID" \
        diff /out/cpuid-before /out/cpuid-after
    lab_done
fi
is "zonectl finds the tier" "$tier" patched
is "a plan is made for it" \
    "$(zonectl plan --vcpus 1 --memory 64M --json | grep '"tier"')" \
    '  "tier": "patched",'
wave one far nodes

# The machine has two threads a core. Its emulation hides that from Xen.
mkdir -p /etc/zoneplace
for core in 0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15; do
    echo "core = $core"
done >>/etc/zoneplace/host.conf
threads_of()
{
    sed -n 's/^  "threads": \([0-9]*\),$/\1/p' "/out/$1.json"
}
wave two odd single
is "threads: as the host has them" "$(threads_of two) $(threads_of odd)" "2 2"
is "threads: one, when asked for" "$(threads_of single)" 1
wave four

# Is a kernel with doubts heard? The same nodes by stock xl, whose guests have
# APIC ids that know nothing of them.
cat >/root/doubt.cfg <<END
type = "pvh"
name = "doubt"
kernel = "/boot/vmlinuz"
ramdisk = "/boot/zone.img"
extra = "$LAB_PLAIN"
memory = 256
vcpus = 4
vnuma = [ [ "pnode=1", "size=128", "vcpus=0-1", "vdistances=10,32" ],
          [ "pnode=5", "size=128", "vcpus=2-3", "vdistances=32,10" ] ]
END
if report=$(launch_report doubt 300 xl create -q /root/doubt.cfg); then
    doubts=$(value "$report" dmesg/topology_warnings)
    check "a guest of xl, unpadded: its kernel has doubts ($doubts)" \
        [ "$doubts" -gt 0 ]
    check "it is topology_sane that has them" \
        grep -q '^dmesg/.*llc-sibling.*not on the same node' "$report"
    xl destroy doubt
else
    fail "a guest of xl, unpadded: no report" || true
fi
is "nothing is left of them" "$(xl list | awk 'NR > 2')" ""
lab_done
