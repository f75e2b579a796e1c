# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# What the command line tests share. Each one sources it, calls run and the
# expect_ functions, which print "ok N - ..." or "not ok N - ...", and ends
# with finish.
: "${top_srcdir:?}" "${top_builddir:?}"
# shellcheck source=/dev/null
. "$top_srcdir/tests/lib/programs.sh"
zonectl=$(program zonectl)

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
nr=0
nr_failed=0

ok()
{
    nr=$((nr + 1))
    echo "ok $nr - $1"
}

not_ok()
{
    nr=$((nr + 1))
    nr_failed=$((nr_failed + 1))
    echo "not ok $nr - $1"
    echo "# command: ${command:-}"
    echo "# exit ${status:-}, expected ${expected:-0}"
    sed 's/^/# stdout: /' "$tmp/out" | head -n 20
    sed 's/^/# stderr: /' "$tmp/err" | head -n 20
}

skip()
{
    nr=$((nr + 1))
    echo "ok $nr - $1 # SKIP $2"
}

# check TEXT COMMAND...: the command succeeds.
check()
{
    local text=$1

    shift
    if "$@"; then
        ok "$text"
    else
        not_ok "$text"
    fi
}

# is TEXT A B: the same strings.
is()
{
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1: \"$2\" is not \"$3\""
    fi
}

finish()
{
    echo "1..$nr"
    exit $((nr_failed > 0))
}

# zonectl ARG...: the one under test. $ZP_WRAP puts a checker around it.
zonectl()
{
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$zonectl" "$@"
}

# run ARG...: zonectl with these; leaves $status, $tmp/out and $tmp/err.
run()
{
    command="zonectl $*"
    status=0
    zonectl "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

expect_exit()
{
    expected=$1
    check "$2: exit $1" [ "$status" -eq "$1" ]
}

# One line, of zonectl, that has the word.
expect_stderr_one_line()
{
    check "$2: one line on stderr" [ "$(wc -l <"$tmp/err")" -eq 1 ]
    check "$2: it names \"$1\"" grep -q "^zonectl: .*$1" "$tmp/err"
}

# refused EXIT WORD TEXT ARG...: one line with the word, nothing on stdout.
refused()
{
    local code=$1 word=$2 text=$3

    shift 3
    run "$@"
    expect_exit "$code" "$text"
    expect_stderr_one_line "$word" "$text"
    check "$text: nothing on stdout" [ ! -s "$tmp/out" ]
}

# accepted TEXT ARG...: exit 0 and something on stdout.
accepted()
{
    local text=$1

    shift
    run "$@"
    expect_exit 0 "$text"
    check "$text: it says something" [ -s "$tmp/out" ]
}

# make_host [ORDER [KEYS]]: a host of four nodes in two packages, 8 pcpus and
# 4 GiB each, with gaps in the ids. ORDER is any order of "0 2 3 7"; KEYS
# "backward" turns the members of every object around.
make_host()
{
    awk -v order="${1:-0 2 3 7}" -v keys="${2:-forward}" '
    # Members of an object, one a line in m[], joined in either direction.
    function object(m, n,    i, text) {
        for (i = 1; i <= n; i++)
            text = text (i > 1 ? ", " : "") \
                m[keys == "backward" ? n + 1 - i : i]
        return "{" text "}"
    }
    function package(id) { return id < 3 ? 0 : 1 }
    BEGIN {
        cpus[0] = "0-7"; cpus[2] = "8-15"; cpus[3] = "16-23"
        cpus[7] = "24-31"
        unused[0] = 3000000; unused[2] = 4100000; unused[3] = 3500000
        unused[7] = 3900000
        n = split(order, id, " ")
        for (i = 1; i <= n; i++) {
            m[1] = "\"id\": " id[i]
            m[2] = "\"cpus\": \"" cpus[id[i]] "\""
            m[3] = "\"mem_kb\": 4194304"
            m[4] = "\"free_kb\": " unused[id[i]]
            nodes = nodes (i > 1 ? ",\n" : "") object(m, 4)
            row = ""
            for (j = 1; j <= n; j++)
                row = row (j > 1 ? "," : "") (i == j ? 10 : \
                    package(id[i]) == package(id[j]) ? 12 : 32)
            rows = rows (i > 1 ? ",\n" : "") "[" row "]"
        }
        top[1] = "\"name\": \"four\""
        top[2] = "\"nodes\": [" nodes "]"
        top[3] = "\"distances\": [" rows "]"
        d[1] = "\"busid\": \"0000:41:00.0\""; d[2] = "\"nodes\": [3]"
        nic = object(d, 2)
        d[1] = "\"busid\": \"0000:81:00.0\""; d[2] = "\"nodes\": [7]"
        disk = object(d, 2)
        top[4] = "\"pci\": [" (keys == "backward" ? disk ", " nic : \
            nic ", " disk) "]"
        print object(top, 4)
    }'
}
