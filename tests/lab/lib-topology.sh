# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For scenarios about what guests take for their topology: zones are launched
# side by side from FLAGS[NAME], which the scenario sets, with KERNEL, and each
# is compared with its plan. What is left in /out is for after/.

mkdir -p /out
patched=no
[ "${LAB_TIER:-}" != patched ] || patched=yes

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

# two_threads: the machine has two threads a core, its emulation hides that
# from Xen.
two_threads()
{
    local core

    mkdir -p /etc/zoneplace
    for core in 0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15; do
        echo "core = $core"
    done >>/etc/zoneplace/host.conf
}

threads_of()
{
    sed -n 's/^  "threads": \([0-9]*\),$/\1/p' "/out/$1.json"
}
