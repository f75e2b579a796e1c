#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A pod by CRI, without Xen: zone-cri with a host that is only described,
# containerd as Debian has it, zone-oci with stand-in zones. The lab's
# full/87-containerd.sh is the same with all of them real.
# shellcheck disable=SC2016,SC2034,SC2154
. "$top_srcdir/tests/oci/lib.sh"
. "$top_srcdir/tests/cri/client.sh"
. "$top_srcdir/tests/cri/host.sh"
needs "a pod by CRI"
trap 'stop_cri_host 2>/dev/null; clean_up; rm -rf "$tmp"' EXIT
start_containerd
start_zone_cri
until_true "zone-cri answers" list_pods >/dev/null

pod=$(run_pod web zoneplace.io/cpu=4 zoneplace.io/memory=1Gi \
    zoneplace.io/numa-nodes=2 zoneplace.io/numa-strategy=scatter 2>"$tmp/err")
check "a pod becomes a zone" [ -n "$pod" ]
[ -n "$pod" ] || finish
is "it is reserved" "$(reserved)" 1
check "under the uuid that zone-oci knows" grep -rq "\"uuid\": \"$(
    grep -o '[0-9a-f]\{8\}-[0-9a-f-]\{27\}' "$tmp/ledger" | head -n 1)\"" "$root"
one=$(create_container "$pod" web one "$busybox_image" \
    sh -c 'cat /etc/mark; echo bad >&2; exit 42' 2>"$tmp/err")
check "a container is made" [ -n "$one" ]
check "it starts" start_container "$one"
until_true "it ends" has_ended "$one"
is "its exit code" "$(container_code "$one")" 42
is "its log, as CRI has it" \
    "$(sed 's/^[^ ]*T[^ ]* //' "$cri_logs/one.log" | sort | tr '\n' ,)" \
    "stderr F bad,stdout F of the image,"
two=$(create_container "$pod" web two "$busybox_image" sleep 1000)
check "a second one starts" start_container "$two"
is "exec: output and code" \
    "$(exec_sync "$two" sh -c 'cat /etc/mark; exit 3' | tr '\n' ,)" \
    "of the image,,3,"

# ---- what does not fit
status=0
run_pod big zoneplace.io/memory=64Ti >"$tmp/out" 2>"$tmp/err" || status=$?
is "a pod that does not fit" "$status" 1
check "is refused with its reason" grep -q '^code 8: zone-cri: .*MiB' "$tmp/err"
is "and leaves no sandbox" "$(list_pods)" "$pod"
is "and no reservation" "$(reserved)" 1

# ---- zone-cri dies
kill -9 "$zone_cri"
wait "$zone_cri" 2>/dev/null
start_zone_cri
until_true "zone-cri is back" list_pods >/dev/null
is "the reservation is there" "$(reserved)" 1
three=$(create_container "$pod" web three "$busybox_image" sleep 1000)
check "a third container starts" start_container "$three"
check "the second stops" stop_container "$two"
is "and has ended" "$(container_state "$two")" 2

# ---- the end
check "the pod is stopped" stop_pod "$pod"
check "again" stop_pod "$pod"
check "removed" remove_pod "$pod"
check "again" remove_pod "$pod"
is "no reservation stays" "$(reserved)" 0
is "no state of a zone" "$(find "$root" -mindepth 2 2>/dev/null)" ""
is "no mount" "$(grep -c "$tmp/cd/.*/sandboxes\|$tmp/cd/.*/rootfs" /proc/self/mountinfo)" 0
finish
