#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A pod's network: what is in its namespace is in its zone, packets go both
# ways, and nothing of it stays. As a CNI plugin leaves it: a namespace with an
# interface, addresses and routes, whose other end is elsewhere.
# shellcheck disable=SC2016,SC2034,SC2154
. "$top_srcdir/tests/oci/lib.sh"

pod=zp-pod-$$ peer=zp-peer-$$
remove_namespaces()
{
    ip netns delete "$pod" 2>/dev/null
    ip netns delete "$peer" 2>/dev/null
}
trap 'clean_up; remove_namespaces; rm -rf "$tmp"' EXIT

# make_pod: the two namespaces, joined.
make_pod()
{
    ip netns add "$pod" && ip netns add "$peer" &&
        ip link add eth0 netns "$pod" mtu 1400 address 02:00:00:00:88:05 \
            type veth peer name p0 netns "$peer" mtu 1400 &&
        ip -n "$pod" address add 10.88.0.5/24 dev eth0 &&
        ip -n "$pod" address add 10.88.1.5/32 dev eth0 &&
        ip -n "$pod" address add fd88::5/64 dev eth0 nodad &&
        ip -n "$peer" address add 10.88.0.1/24 dev p0 &&
        ip -n "$peer" address add fd88::1/64 dev p0 nodad &&
        ip -n "$pod" link set eth0 up && ip -n "$peer" link set p0 up &&
        ip -n "$peer" link set lo up &&
        ip -n "$pod" route add default via 10.88.0.1 &&
        ip -n "$pod" route add 203.0.113.0/24 via 10.88.0.1 metric 50 \
            mtu 1300 &&
        ip -n "$pod" route add 169.254.7.7 dev eth0 &&
        ip -n "$pod" route add 198.51.100.0/24 via 169.254.9.9 dev eth0 onlink &&
        ip -n "$pod" -6 route add default via fd88::1
}
can_join()
{
    tc -n "$pod" qdisc add dev eth0 ingress &&
        tc -n "$pod" filter add dev eth0 ingress protocol all u32 \
            match u8 0 0 action mirred egress redirect dev lo &&
        tc -n "$pod" qdisc delete dev eth0 ingress
}
if ! make_pod 2>"$tmp/err" || ! can_join 2>>"$tmp/err"; then
    skip "a pod's network" "no veth, u32 or mirred: $(tail -n 1 "$tmp/err")"
    finish
fi

# in_namespace PATH: of a config.json; "" has none, "-" no namespace at all.
in_namespace()
{
    case $1 in
    '') cat ;;
    -) tr '\n' ' ' | sed 's|, {"type": "network"}||' ;;
    *) sed "s|{\"type\": \"network\"|&, \"path\": \"$1\"|" ;;
    esac
}
# sandbox PATH: a pod's zone; $status.
sandbox()
{
    config '["/pause"]' "$(cri sandbox)" | in_namespace "$1" | bundle pod
    create pod
}
# inside COMMAND: what a container of it prints; $status.
inside()
{
    config "[\"sh\", \"-c\", \"$1\"]" "$(cri container pod)" |
        in_namespace /proc/1/ns/net | bundle one
    create one
    [ "$status" = 0 ] && oci start one && ended one
    cat "$tmp/one/out"
    oci delete one
}
# refused TEXT WANTED: the sandbox could not be made, and that was said.
refused()
{
    is "$1: refused" "$status" 1
    check "$1: says why" grep -qF "$2" "$tmp/err"
    check "$1: in one line" [ "$(wc -l <"$tmp/err")" = 1 ]
    check "$1: nothing is left" [ ! -e "$root/pod" ]
}
ends_with_pod()
{
    oci kill pod KILL
    ended pod
    gone pod "$1"
}
interfaces()
{
    ip -n "$pod" -o link | sed 's/^[0-9]*: //; s/[@:].*//' | sort |
        tr '\n' ' '
}

path=/run/netns/$pod
for applet in ip nc; do
    mkdir -p "$tmp/rootfs"
    [ -e "$tmp/rootfs/bin" ] || make_rootfs "$tmp/rootfs"
    ln -s busybox "$tmp/rootfs/bin/$applet"
done

# ---- what the pod has, the zone has
sandbox "$path"
is "the sandbox is made" "$status" 0 || cat "$tmp/err"
oci start pod
inside 'cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu; ls /sys/class/net' \
    >"$tmp/seen"
is "MAC, MTU and name are the pod's" "$(tr '\n' ' ' <"$tmp/seen")" \
    "02:00:00:00:88:05 1400 eth0 lo "
inside 'ip -o address show dev eth0' >"$tmp/seen"
is "so are its addresses" \
    "$(grep -o 'inet6* [^ ]*' "$tmp/seen" | grep -v fe80 | sort | tr '\n' ' ')" \
    "inet 10.88.0.5/24 inet 10.88.1.5/32 inet6 fd88::5/64 "
inside 'ip route' >"$tmp/seen"
is "and its routes" "$(sed 's/ *$//' "$tmp/seen" | sort)" \
    "10.88.0.0/24 dev eth0 scope link  src 10.88.0.5
169.254.7.7 dev eth0 scope link
198.51.100.0/24 via 169.254.9.9 dev eth0 onlink
203.0.113.0/24 via 10.88.0.1 dev eth0  metric 50
default via 10.88.0.1 dev eth0"
inside 'ip -6 route' >"$tmp/seen"
check "of IPv6" grep -q '^default via fd88::1 dev eth0' "$tmp/seen"
check "its network, once" \
    [ "$(grep -c '^fd88::/64 dev eth0' "$tmp/seen")" = 1 ]
is "the host's end is beside it" "$(interfaces)" "eth0 lo zone "
is "whose addresses stay for who made it" \
    "$(ip -n "$pod" -o -4 address show dev eth0 | grep -c inet)" 2

# ---- packets
# listens: who comes first is asked for a line and gets one. In turn: nc ends
# with what it receives, whatever it has yet to send.
listens()
{
    timeout 20 ip netns exec "$peer" "$busybox" nc -l -p 7000 -e sh -c \
        'head -n 1 >"$0"; echo from the peer' "$tmp/came" &
    until_true "the peer listens" eval \
        'ip netns exec "$peer" ss -Hltn | grep -q :7000'
}
listens
is "to the peer and back" \
    "$(inside 'echo hello | nc -w 5 10.88.0.1 7000')" "from the peer"
until_true "what was sent arrived" grep -qx hello "$tmp/came"
listens
is "by IPv6" "$(inside 'nc -w 5 fd88::1 7000')" "from the peer"
# 3 MB need segments of full size. Who asks says nothing, and waits for the end.
head -c 3000000 /dev/urandom >"$tmp/rootfs/tmp/much"
config '["sh", "-c", "echo up >&2; nc -l -p 8000 </tmp/much"]' \
    "$(cri container pod)" | bundle server
create server
oci start server
until_true "it serves" grep -q up "$tmp/server/err"
fetch()
{
    sleep 10 | ip netns exec "$peer" "$busybox" nc -w 5 10.88.0.5 8000 \
        >"$tmp/came" 2>/dev/null
}
until_true "the peer fetches" fetch
check "3 MB from the zone arrive whole" \
    cmp "$tmp/came" "$tmp/rootfs/tmp/much"
ended server
oci delete server

# ---- a second zone in its place
config '["/pause"]' "$(cri sandbox)" | in_namespace "$path" | bundle second
create second
is "a second zone of this network: refused" "$status" 1
check "says why" grep -qF "network: 2 interfaces, at most 1" "$tmp/err"
is "the first has it still" "$(inside 'nc -w 1 10.88.0.1 7009; echo $?')" 1
listens
is "and uses it" "$(inside 'nc -w 5 10.88.0.1 7000')" "from the peer"

# ---- the end
ends_with_pod "with a network"
is "interfaces are as before" "$(interfaces)" "eth0 lo "
is "no qdisc stays" "$(tc -n "$pod" qdisc show dev eth0 | grep -c ingress)" 0
sandbox "$path"
is "the next zone can have it" "$status" 0
kill -KILL "$(sed -n 's/.*"keeper".*"pid": *\([0-9]*\).*/\1/p' \
    "$root/pod/state.json")"
oci delete --force pod
is "after a keeper that was killed: interfaces" "$(interfaces)" "eth0 lo "
is "and qdiscs" "$(tc -n "$pod" qdisc show dev eth0 | grep -c ingress)" 0
sandbox "$path"
ip netns delete "$pod"
command="delete, the namespace gone"
status=0
oci delete --force pod 2>"$tmp/err" || status=$?
expect_exit 0 "a namespace that went first"
check "no state" [ ! -e "$root/pod" ]
remove_namespaces

# ---- what there is not
sandbox ''
is "a namespace of its own" "$status" 0
is "has lo" "$(inside 'ls /sys/class/net; ip -o address show dev lo' |
    grep -o '^lo$\|127.0.0.1' | tr '\n' ' ')" "lo 127.0.0.1 "
ends_with_pod "without a network"
ip netns add "$pod"
sandbox "$path"
is "a namespace with nothing in it" "$status" 0
ends_with_pod "an empty one"
sandbox -
refused "the host's network" "namespaces: no network: a zone can't share the \
host's; \"host-network = loopback\" in oci.conf"
echo 'host-network = loopback' >>"$conf"
sandbox -
is "loopback instead: made" "$status" 0
ends_with_pod "loopback instead"
sed -i '/host-network/d' "$conf"
sandbox /proc/self/ns/net
refused "the host's by its path" "is the host's: a zone can't share it"
sandbox /proc/self/ns/uts
refused "another namespace" "/proc/self/ns/uts is no network namespace"
: >"$tmp/file"
sandbox "$tmp/file"
refused "a file" "is no network namespace"
sandbox /nonexistent
refused "nothing" "/nonexistent: No such file or directory"

# ---- what a zone can't have
remove_namespaces
make_pod
tc -n "$pod" qdisc add dev eth0 ingress
sandbox "$path"
refused "what redirects already" "network: eth0: it has an ingress qdisc"
check "and stays as it was" eval \
    'tc -n "$pod" qdisc show dev eth0 | grep -q ingress'
tc -n "$pod" qdisc delete dev eth0 ingress
for i in {10..24}; do
    ip -n "$pod" address add "10.88.0.$i/24" dev eth0
done
sandbox "$path"
refused "many addresses" "network: eth0: 18 addresses, at most 16"
ip -n "$pod" address flush dev eth0
for i in {1..65}; do
    ip -n "$pod" route add "10.99.0.$i" dev eth0
done
sandbox "$path"
refused "many routes" " routes, at most 64"
ip -n "$pod" route flush dev eth0
ip -n "$pod" route add 10.1.0.0/16 dev eth0 table 7
sandbox "$path"
refused "another table" "network: eth0: a route of another table than main"
ip -n "$pod" route flush table 7
ip -n "$pod" link add eth1 up type veth peer name e1
ip -n "$pod" link set e1 up
sandbox "$path"
refused "more interfaces" "network: 3 interfaces, at most 1"

nothing_left "all"
finish
