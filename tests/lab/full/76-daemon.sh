# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# zone-balloond as a daemon: killed at any point, its next life comes to the
# same targets; no zone gets below its floor; and its own memory stays what it
# is, whatever a guest writes.
# lab: stock
. /lab/lib.sh

mkdir -p /out /etc/zoneplace
# What an idle zone of 640 MiB would be shrunk below, in four steps.
cat >/etc/zoneplace/host.conf <<END
balloon-floor = 384M
balloon-step-min = 64M
balloon-slew = 64M
balloon-shrink-free = 70
balloon-interval = 1
END
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
note "SEED=$SEED"
log=/out/rounds.log
: >$log

dev()
{
    zonectl launch --name dev --kernel /boot/vmlinux.gz \
        --ramdisk /boot/zone.img --cmdline "$LAB_PLAIN zone.agent=1" \
        --vcpus 1 --memory 384M --max-memory 640M --agent
}

daemon()
{
    zone-balloond --json >>$log 2>&1 &
    daemon=$!
}

rounds()
{
    grep -c '"zone":"dev"' $log
}

# more_rounds N: so many more than there were.
more_rounds()
{
    local want=$(($(rounds) + $1))

    wait_until $((60 + 3 * $1)) bash -c \
        "[ \$(grep -c '\"zone\":\"dev\"' $log) -ge $want ]"
}

# Three rounds that change nothing, and the zone is there.
settled()
{
    grep '"zone":"dev"' $log | tail -n 3 | tr -d '"{}' | awk -F , '
        {
            for (i = 1; i <= NF; i++) {
                split($i, word, ":")
                value[word[1]] = word[2]
            }
            off = value["held_kib"] - value["target_kib"]
            if (off > 4096 || off < -4096 ||
                value["next_kib"] != value["target_kib"] ||
                (NR > 1 && value["target_kib"] != last))
                bad = 1
            last = value["target_kib"]
        }
        END {
            if (bad || NR < 3)
                exit 1
            print last
        }'
}

rss_kib()
{
    awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status"
}

check "launch with an agent" dev
check "dev reports" report_of dev 240 dev
dom=$(zone_id dev)
check "mem-set to its maximum" timeout 120 zonectl mem-set dev 640M --wait

daemon
check "a round" more_rounds 1
is "the daemon has no capability, and gets none by programs it runs" \
    "$(awk '/^(CapPrm|CapBnd|NoNewPrivs):/ { print $2 }' \
        "/proc/$daemon/status" | paste -s -d ' ')" \
    "0000000000000000 0000000000000000 1"
check "idle, it is shrunk to where it stays" wait_until 240 settled
calm=$(settled)
is "that is its floor" "$calm" 393216
check "every page is at home" zonectl verify dev
check "dev takes memory" zone_cmd "$dom" alloc 0 230
check "in need, it grows" wait_until 60 bash -c \
    "[ \$(xenstore-read /local/domain/$dom/memory/target) -gt $calm ]"
check "dev frees it" zone_cmd "$dom" free
check "and it comes back" wait_until 240 settled
is "to the same" "$(settled)" "$calm"

# The same way with a daemon that is killed again and again.
kill $daemon
wait $daemon 2>/dev/null
check "mem-set to its maximum" timeout 120 zonectl mem-set dev 640M --wait
: >$log
lives=0
end=$(($(lab_seconds) + 300))
while [ "$(lab_seconds)" -lt $end ] && ! settled >/dev/null; do
    daemon
    lives=$((lives + 1))
    sleep "0.$((RANDOM % 10))"
    [ $((RANDOM % 2)) = 0 ] || more_rounds 1
    kill -9 $daemon
    wait $daemon 2>/dev/null
done
note "$lives lives, each ended by SIGKILL"
is "killed $lives times, it comes to the same" "$(settled)" "$calm"
check "it was killed at least five times" [ $lives -ge 5 ]
check "every page is at home" zonectl verify dev
is "no round went below the floor" \
    "$(sed -n 's/.*"next_kib":\([0-9]*\).*/\1/p' $log | sort -n | head -n 1)" \
    "$calm"

# What guests write: rubbish, a megabyte, as many keys as xenstored gives them.
daemon
check "a round" more_rounds 3
before=$(rss_kib)
for i in 0 1 2 3 4 5 6 7 8; do
    zone_cmd "$dom" rubbish $i >/dev/null || fail "rubbish $i" || true
    more_rounds 1 || fail "rubbish $i: no round" || true
done
note "flood: $(zone_cmd "$dom" flood 1000000)"
# So many that 1 KiB kept of each would show.
check "the daemon goes on" more_rounds 120
after=$(rss_kib)
note "the daemon's VmRSS: $before KiB, then $after KiB"
check "its memory is flat" [ "$after" -le $((before + 64)) ]
check "the zone is not below its floor" \
    [ "$(xenstore-read "/local/domain/$dom/memory/target")" -ge "$calm" ]
kill $daemon
wait $daemon
is "asked to end, it ends well" $? 0
check "dev: destroy" zonectl destroy dev
is "nothing is left" "$(xl list | awk 'NR > 2')" ""
lab_done
