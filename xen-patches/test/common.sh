# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For cpuid.sh and patched.sh, in dom0: guests that run guest-init.c.

# guest_config NAME LINE...
guest_config()
{
    local name=$1

    shift
    cat >"/root/$name.cfg" <<END
type = "pvh"
name = "$name"
kernel = "/boot/vmlinuz"
ramdisk = "/lab/guest.img"
extra = "$LAB_PLAIN"
$(printf '%s\n' "$@")
END
}

guest_ended()
{
    grep -q 'GUEST END' "$(zone_log "$1")"
}

# boot NAME [COMMAND...]: create it paused, have the command do with it what
# it likes, unpause it and wait for its end. Its console is /tmp/NAME.txt.
# A guest which hangs the way the emulation is known for is started again.
boot()
{
    local name=$1 tries=0

    shift
    while :; do
        : >"$(zone_log "$name")"
        xl create -q -p "/root/$name.cfg" || return 1
        [ $# -eq 0 ] || "$@" "$(zone_id "$name")" || return 1
        xl unpause "$name"
        if wait_until 180 guest_ended "$name"; then
            break
        fi
        tries=$((tries + 1))
        if [ $tries -gt 1 ] || ! lab_boot_hang "$name"; then
            note "$name's console:" "$(tail -n 30 "$(zone_log "$name")")"
            xl destroy "$name"
            return 1
        fi
        echo "$name" >>"$LAB_SEEN/.hangs"
        xl destroy "$name"
    done
    tr -d '\r' <"$(zone_log "$name")" >"/tmp/$name.txt"
    wait_until 30 zone_gone "$name" || xl destroy "$name"
}

# boots TEXT NAME [COMMAND...]: ok if boot does it. (What check runs can't
# count results of its own.)
boots()
{
    local text=$1

    shift
    if boot "$@"; then
        ok "$text"
    else
        fail "$text"
    fi
}

# sys_of NAME PATH: "cpu=value" of the guest's lines.
sys_of()
{
    sed -n "s|^SYS \([0-9]*\) $2: |\1=|p" "/tmp/$1.txt" | tr '\n' ' '
}

# A guest of stock xl: its CPUID, for comparing it from tier to tier.
plain_guest()
{
    guest_config plain "memory = 256" "vcpus = 4"
    boots "a guest of stock xl runs" plain || lab_done
    mkdir -p /out
    grep '^CPUID' /tmp/plain.txt >/out/cpuid.txt || true
    check "it reports its CPUID" test -s /out/cpuid.txt
    cp /tmp/plain.txt /out/
}

# What a guest gets for domctls, by what it has put into Xen's ring: nothing at
# all for those of another interface version (0x17), nor for those of this.
guest_domctls()
{
    guest_config driver "memory = 32" "vcpus = 1"
    sed -i "s|^kernel.*|kernel = \"/lab/guest-domctl\"|; /^ramdisk/d; /^extra/d" \
        /root/driver.cfg
    check "a guest that tries domctls starts" xl create -q /root/driver.cfg
    wait_until 60 zone_gone driver || xl destroy driver
    xl dmesg | tr -d '\r' | sed -n 's/.*domctl \([0-9]* interface .*\)/\1/p' \
        >/tmp/domctls
    note "$(grep -c . /tmp/domctls) answers, such as $(head -n 1 /tmp/domctls)"
    # EPERM is 1, EACCES 13.
    is "it is refused: dom0 and itself, by three numbers" \
        "$(sed -n 's/.*interface 21 .*: //p' /tmp/domctls | uniq -c |
            sed 's/^ *//')" "6 errno 1"
    is "and by the number of the interface" \
        "$(sed -n 's/.*interface 23 .*: //p' /tmp/domctls | uniq -c |
            sed 's/^ *//')" "192 errno 13"
}
