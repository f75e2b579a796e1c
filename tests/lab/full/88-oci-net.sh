# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A pod's network: the interface that is in the sandbox's network namespace is
# the zone's, by netback and netfront; packets go both ways, and nothing of it
# is left. The namespace is as a CNI plugin leaves it.
# lab: --dom0-mem 768
# lab: stock
# shellcheck disable=SC2034,SC2086,SC2154 # lib-oci.sh takes and sets some
. /lab/lib-oci.sh

for module in xen-netback veth sch_ingress cls_u32 act_mirred; do
    modprobe $module
done
netns=/run/netns/pod

# inside COMMAND: what a container of the pod prints.
inside()
{
    bundle one "\"sh\", \"-c\", \"$1\"" "$in_pod"
    create one && oci start one && code_of one >/dev/null
    cat $pod/one/out
    oci delete one
}
interfaces()
{
    ip -n pod -o link | sed 's/^[0-9]*: //; s/[@:].*//' | sort | tr '\n' ' '
}

check "the zones' RAM disk is made" zone-mkramdisk --modules /lib/modules/*
ip netns add pod
ip netns add peer
ip link add eth0 netns pod mtu 1400 address 02:00:00:00:88:05 type veth \
    peer name p0 netns peer mtu 1400
ip -n pod address add 10.88.0.5/24 dev eth0
ip -n pod address add fd88::5/64 dev eth0 nodad
ip -n peer address add 10.88.0.1/24 dev p0
ip -n peer address add fd88::1/64 dev p0 nodad
ip -n pod link set eth0 up
ip -n peer link set p0 up
ip -n pod route add default via 10.88.0.1
ip -n pod -6 route add default via fd88::1
was=$(interfaces)

bundle pod1 '"/pause"' '"io.kubernetes.cri.container-type": "sandbox",
"zoneplace.io/cpu": "1", "zoneplace.io/memory": "256Mi",
"zoneplace.io/memory-policy": "static"'
made "the pod's sandbox becomes a zone" pod1 || {
    note "$(interfaces)"
    lab_done
}
check "it starts" oci start pod1
zone=$(zonectl list | awk 'NR == 2 { print $1 }')
is "the backend is in the pod's namespace" "$(interfaces)" \
    "${was}vif$(zone_id "$zone").0 "
is "and not in dom0's" "$(ip -o link | grep -c vif)" 0

inside 'cd /sys/class/net; ls; cat eth0/address eth0/mtu; ip route; ip -6 route' \
    >/tmp/seen
is "name, MAC and MTU are the pod's" "$(head -n 4 /tmp/seen | tr '\n' ' ')" \
    "eth0 lo 02:00:00:00:88:05 1400 "
is "so are addresses and routes" "$(tail -n +5 /tmp/seen |
    grep -v '^fe80\|^multicast' | sed 's/ metric.*//; s/ *$//' | sort)" \
    "10.88.0.0/24 dev eth0 scope link  src 10.88.0.5
default via 10.88.0.1 dev eth0
default via fd88::1 dev eth0
fd88::/64 dev eth0"

# listens: until a line has gone to one who connects; what comes is in
# /tmp/came. 7000 is 1B58.
listens()
{
    echo "from the peer" >/tmp/line
    ip netns exec peer busybox nc -l -p 7000 </tmp/line >/tmp/came &
    wait_until 10 ip netns exec peer sh -c \
        'grep -q ":1B58 .* 0A " /proc/net/tcp /proc/net/tcp6'
}
listens
is "TCP to the peer and back" \
    "$(inside 'echo hello | nc -w 20 10.88.0.1 7000')" "from the peer"
check "what was sent arrived" wait_until 5 grep -qx hello /tmp/came
listens
is "by IPv6" "$(inside 'nc -w 20 fd88::1 7000')" "from the peer"

# Checksums and segments that the backend leaves to others.
head -c 1000000 /dev/urandom >/tmp/much
bundle server '"sh", "-c", "echo up >&2; nc -l -p 8000 </much"' "$in_pod"
cp /tmp/much $pod/server/rootfs/much
made "a server in the zone" server
oci start server
wait_until 20 grep -q up $pod/server/err
fetch()
{
    sleep 20 | ip netns exec peer busybox nc -w 20 10.88.0.5 8000 >/tmp/came
    [ -s /tmp/came ]
}
check "1 MB from it: it comes" wait_until 30 fetch
check "and is whole" cmp /tmp/came /tmp/much
code_of server >/dev/null
oci delete server

check "the zone is as planned" zonectl verify "$zone"
oci kill pod1 KILL
check "the sandbox is deleted" oci delete --force pod1
is "the pod's interfaces are as before" "$(interfaces)" "$was"
is "and have no qdisc of ours" "$(tc -n pod qdisc show dev eth0 |
    grep -c ingress)" 0
is "no backend is left" "$(ip -o link | grep -c vif)" 0
is "its addresses are the plugin's still" \
    "$(ip -n pod -o -4 address show dev eth0 | grep -c 10.88.0.5)" 1

# Its zone destroyed, and the namespace deleted, before the pod is.
made "another zone with the same network" pod1
zone=$(zonectl list | awk 'NR == 2 { print $1 }')
zonectl destroy "$zone"
ip netns delete pod
check "it is deleted" oci delete --force pod1
is "no backend is left" "$(ip -o link | grep -c vif)" 0
is "no state" "$(ls $root 2>/dev/null)" ""
is "no domain is left" "$(xl list | awk 'NR > 2')" ""
lab_done
