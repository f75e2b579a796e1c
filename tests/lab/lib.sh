# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Helpers for scenarios, in dom0 as /lab/lib.sh. tests/lab/README.md lists
# them. Every wait has a deadline and polls; results are printed as
# "ok N - text" and "not ok N - text".

LAB_CONSOLES=/var/log/xen/console
# What a guest kernel is started with. A silent console is a sign of a hang;
# emulated SVM loses AVX state now and then, so that guests do without. With
# MTRRs each CPU that comes stops all the others, which then spin.
# shellcheck disable=SC2034 # for scenarios
LAB_PLAIN="console=hvc0 rdinit=/init loglevel=7 noxsave clearcpuid=mtrr"
# The kernel is dom0's, repacked: libxl takes five seconds to unpack Debian's
# here. It boots in 00-host and 80-render.
# shellcheck disable=SC2034
KERNEL=(--kernel /boot/vmlinux.gz --ramdisk /boot/zone.img
    --cmdline "$LAB_PLAIN")
# The same for guests of many vcpus. Linux ticks on each of them until the
# middle of its boot, which is more than emulation can give for eight; so init
# brings them up when there is peace.
# shellcheck disable=SC2034 # for scenarios
LAB_LARGE="$LAB_PLAIN maxcpus=1 zone.late=1 mitigations=off nowatchdog \
numa_balancing=disable audit=0 xen_timer_slop=50000000"
lab_count=0
lab_failed=0

ok()
{
    lab_count=$((lab_count + 1))
    echo "ok $lab_count - $*"
}

# fail TEXT: count a failure. Returns 1, so that `|| fail` may be followed.
fail()
{
    lab_count=$((lab_count + 1))
    lab_failed=$((lab_failed + 1))
    echo "not ok $lab_count - $*"
    return 1
}

# skip TEXT REASON
skip()
{
    lab_count=$((lab_count + 1))
    echo "ok $lab_count - $1 # SKIP $2"
}

# note TEXT: something to read, a comment in the output.
note()
{
    printf '%s\n' "$*" | sed 's/^/# /'
}

# check TEXT COMMAND...: ok if the command succeeds; else its output is shown.
check()
{
    local text=$1 output

    shift
    if output=$("$@" 2>&1); then
        ok "$text"
        return 0
    fi
    fail "$text" || true
    note "command: $*"
    [ -z "$output" ] || note "$output"
    return 1
}

# is TEXT SEEN WANTED
is()
{
    if [ "$2" = "$3" ]; then
        ok "$1"
        return 0
    fi
    fail "$1" || true
    note "seen:   $2"
    note "wanted: $3"
    return 1
}

# Print the summary and leave with 0 or 1; with 75 if something failed and a
# guest's kernel has stopped.
lab_done()
{
    echo "1..$lab_count"
    note "failed: $lab_failed, relaunched after a hang: $(lab_hangs)"
    [ "$lab_failed" -eq 0 ] || leave_if_stopped
    [ "$lab_failed" -eq 0 ] && [ "$lab_count" -gt 0 ]
    exit
}

# How many guests were started again. launch_report counts in a file: it is
# mostly called in a subshell.
lab_hangs()
{
    [ -e "$LAB_SEEN/.hangs" ] || : >"$LAB_SEEN/.hangs"
    wc -l <"$LAB_SEEN/.hangs"
}

lab_seconds()
{
    cut -d . -f 1 /proc/uptime
}

# wait_until SECONDS COMMAND...: poll until the command succeeds.
wait_until()
{
    local end=$(($(lab_seconds) + $1))

    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(lab_seconds)" -lt "$end" ] || return 1
        sleep 0.3
    done
}

zone_log()
{
    echo "$LAB_CONSOLES/guest-$1.log"
}

# How many reports the zone's console has; $LAB_SEEN keeps how many of them
# wait_report has given out already.
lab_reports()
{
    grep -c '^=== ZONE END' "$(zone_log "$1")" 2>/dev/null || true
}

LAB_SEEN=$(mktemp -d)

# Under emulation a booting guest stops now and then: a secondary CPU that does
# not come up, a timer that never fires. Its sign is a console that has gone
# silent before the report's end, in the last boot, or says nothing any more but
# that a CPU is stuck.

# lab_boot NAME: how the last boot went: "done", "complains" (the kernel's own
# doubts are "WARNING: CPU"; a mitigation it can't have is an advice that every
# guest prints), "stalls" or "goes on".
lab_boot()
{
    awk 'BEGIN { state = "goes on" }
        /Linux version / { state = "goes on" }
        state == "stalls" && !/^=== |^zone-init: / { next }
        /rcu: INFO: .*stall|soft lockup/ { state = "stalls"; next }
        /Kernel panic|Oops|BUG:|WARNING: CPU|Call Trace/ { state = "complains" }
        /^=== (ZONE|GUEST) END|^zone-init: ready/ { state = "done" }
        END { print state }' "$(zone_log "$1")" 2>/dev/null
}
lab_boot_hang()
{
    case $(lab_boot "$1") in
    stalls | "goes on") return 0 ;;
    *) return 1 ;;
    esac
}

# wait_report NAME SECONDS: wait for a report that was not given out before
# and print the name of the file it is in. 1: none came; 2: none came, and
# the guest hangs in its boot.
wait_report()
{
    local name=$1 end=$(($(lab_seconds) + $2)) log seen=0 now size=-1 quiet
    local file

    log=$(zone_log "$name")
    file=/tmp/report-$name.txt
    quiet=$(lab_seconds)
    [ ! -e "$LAB_SEEN/$name" ] || read -r seen <"$LAB_SEEN/$name"
    while :; do
        now=$(lab_reports "$name")
        if [ "${now:-0}" -gt "$seen" ]; then
            echo "$now" >"$LAB_SEEN/$name"
            tr -d '\r' <"$log" | awk -v want="$now" '
                /^=== ZONE REPORT/ { text = "" }
                { text = text $0 "\n" }
                /^=== ZONE END/ && ++n == want { printf "%s", text; exit }
            ' >"$file"
            echo "$file"
            return 0
        fi
        now=$(stat -c %s "$log" 2>/dev/null || echo 0)
        if [ "$now" != "$size" ] && [ "$(lab_boot "$name")" != stalls ]; then
            size=$now
            quiet=$(lab_seconds)
        elif [ $(($(lab_seconds) - quiet)) -ge 40 ] && lab_boot_hang "$name"
        then
            return 2
        fi
        [ "$(lab_seconds)" -lt "$end" ] || return 1
        sleep 0.3
    done
}

# launch_report NAME SECONDS COMMAND...: start a guest and wait for its
# report, whose file is printed.
launch_report()
{
    "${@:3}" >&2 || return 1
    report_of "$@"
}

# report_of NAME SECONDS COMMAND...: wait for the report of a guest that
# COMMAND has started. One that hangs in its boot is destroyed and started
# again, once, and counted.
report_of()
{
    local name=$1 limit=$2 rc=0

    shift 2
    wait_report "$name" "$limit" || rc=$?
    [ $rc -eq 2 ] || return $rc
    hung "$name" "in its boot" >&2 && "$@" >&2 || return 1
    wait_report "$name" "$limit"
}

# hung NAME WHERE: count it, show it and destroy it.
hung()
{
    echo hang >>"$LAB_SEEN/.hangs"
    note "$1 hangs $2, started again; its last lines:"
    note "$(tail -n 3 "$(zone_log "$1")" | tr -d '\r')"
    note "$(xl vcpu-list "$1")"
    # A zone takes its record along, a guest of xl has none.
    zonectl destroy "$1" >/dev/null 2>&1 || xl destroy "$1"
    wait_until 30 zone_gone "$1"
}

# kernel_lives NAME: the guest's kernel does what sysrq tells it.
kernel_lives()
{
    local log before

    log=$(zone_log "$1")
    before=$(stat -c %s "$log") || return
    xl sysrq "$1" h && wait_until 20 kernel_spoke "$log" "$before"
}
kernel_spoke()
{
    [ "$(stat -c %s "$1")" -gt "$2" ]
}

# leave_if_stopped: the end of the scenario if the kernel of a guest has
# stopped, with 75: ./check runs it once more.
leave_if_stopped()
{
    local name

    for name in $(xl list | awk 'NR > 2 && $5 !~ /p/ { print $1 }'); do
        kernel_lives "$name" && continue
        note "the kernel of $name has stopped; its last lines:"
        note "$(tail -n 5 "$(zone_log "$name")" | tr -d '\r')"
        note "$(xl vcpu-list "$name")"
        exit 75
    done
}

zone_id()
{
    xl domid "$1" 2>/dev/null
}

# compare_zone NAME REPORT: /out/NAME.json, which is its plan, against what the
# guest has reported and what Xen says. What was compared stays in /out.
compare_zone()
{
    local id

    id=$(zone_id "$1") || return
    xl vcpu-list "$1" >"/out/$1.vcpus"
    cp "$(xen_dump)" "/out/$1.pages"
    cp "$2" "/out/$1.report"
    /lab/compare --plan "/out/$1.json" --report "/out/$1.report" \
        --debug-u "/out/$1.pages" --vcpu-list "/out/$1.vcpus" --domid "$id"
}

zone_gone()
{
    ! xl domid "$1" >/dev/null 2>&1
}

# backends DOMID: "PID NAME on LIST" for each thread of dom0 that serves its
# disks and interfaces, and the vcpus of dom0 on which it may run.
backends()
{
    local dir name

    for dir in /proc/[0-9]*; do
        name=$(cat "$dir/comm" 2>/dev/null)
        case $name in
        "$1".* | "vif$1".*)
            echo "${dir#/proc/} $name on $(awk \
                '/^Cpus_allowed_list/ { print $2 }' "$dir/status")"
            ;;
        esac
    done
}

# backends_on DOMID LIST: its disk xvda and its interface have threads, all of
# them on these vcpus.
backends_on()
{
    local all

    all=$(backends "$1")
    grep -q " $1\.xvda" <<<"$all" && grep -q " vif$1" <<<"$all" &&
        ! grep -v " on $2\$" <<<"$all"
}

# zone_cmd DOMID COMMAND...: have the guest do it and print its answer
# without the number; fails if the guest says so or says nothing for
# $ZONE_CMD_LIMIT (90) seconds.
zone_cmd()
{
    local base=/local/domain/$1/data before=0 answer end

    shift
    end=$(($(lab_seconds) + ${ZONE_CMD_LIMIT:-90}))
    answer=$(xenstore-read "$base/result" 2>/dev/null) || answer=
    [ -z "$answer" ] || before=${answer%% *}
    xenstore-write "$base/cmd" "$*" || return 1
    while :; do
        answer=$(xenstore-read "$base/result" 2>/dev/null) || answer=
        if [ -n "$answer" ] && [ "${answer%% *}" != "$before" ]; then
            answer=${answer#* }
            echo "$answer"
            [ "${answer%% *}" = ok ]
            return
        fi
        if [ "$(lab_seconds)" -ge "$end" ]; then
            echo "failed: no answer to: $*"
            return 1
        fi
        sleep 0.2
    done
}

# xen_dump [FILE]: what `xl debug-keys u` says; prints the file's name.
# shellcheck disable=SC2120 # FILE may be left out
xen_dump()
{
    local file=${1:-/tmp/debug-u.txt} end=$(($(lab_seconds) + 30)) before

    # The ring may wrap, so look for the last dump and not behind an offset.
    before=$(xl dmesg | grep "'u' pressed" | tail -n 1)
    xl debug-keys u
    while :; do
        xl dmesg | tr -d '\r' | awk '/.u. pressed/ { text = "" }
            { text = text $0 "\n" } END { printf "%s", text }' >"$file"
        if [ "$(head -n 1 "$file")" != "$before" ] &&
            grep -q "'u' pressed" "$file"; then
            break
        fi
        [ "$(lab_seconds)" -lt "$end" ] || return 1
        sleep 0.2
    done
    echo "$file"
}

# xen_pages DOMID: "NODE: PAGES" of that domain, as Xen counts them.
xen_pages()
{
    local file

    # shellcheck disable=SC2119
    file=$(xen_dump) || return 1
    awk -v id="$1" '
        /Domain [0-9]+ \(total/ {
            sub(/.*Domain /, "")
            mine = ($1 == id)
            next
        }
        mine && /Node [0-9]+: / {
            sub(/.*Node /, "")
            print
        }' "$file"
}

# Free KiB of each node, one a line, as zonectl reads them from Xen.
nodes_free()
{
    zonectl host --json | grep -o '"free_kb": *[0-9]*' | grep -o '[0-9]*$'
}

# value FILE PATH: the value of a line of a report.
value()
{
    awk -v path="$2: " 'index($0, path) == 1 {
        print substr($0, length(path) + 1); exit }' "$1"
}

# no_doubts NAME REPORT: the guest's kernel finds nothing odd in its topology.
no_doubts()
{
    is "$1: the guest's kernel has no doubts about its topology" \
        "$(value "$2" dmesg/topology_warnings) $(value "$2" dmesg/WARNING)" \
        "0 0" || note "$(grep '^dmesg/[0-4]: ' "$2")"
}
