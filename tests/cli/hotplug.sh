#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The hotplug script of disks: it ends when the backend has the device, not
# before. A loop device closed earlier is gone when the backend comes.
. "$top_srcdir/tests/cli/lib.sh"
: >"$tmp/out"
: >"$tmp/err"
mkdir -p "$tmp/bin" "$tmp/sys/bus/xen-backend/devices/vbd-7-51712"
cat >"$tmp/bin/xenstore-read" <<END
#!/bin/sh
[ "\$1" = backend/vbd/7/51712/params ] && echo /dev/null
END
cat >"$tmp/bin/xenstore-write" <<END
#!/bin/sh
echo "\$@" >"$tmp/written"
END
chmod +x "$tmp"/bin/*

block()
{
    PATH=$tmp/bin:$PATH XENBUS_PATH=backend/vbd/7/51712 ZP_SYS=$tmp/sys \
        sh "$top_srcdir/libzoneplace/xen/block" "$@"
}
block add &
script=$!
until [ -e "$tmp/written" ]; do
    sleep 0.02
done
is "the backend is told of the device" "$(cat "$tmp/written")" \
    "backend/vbd/7/51712/physical-device 1:3 backend/vbd/7/51712/hotplug-status connected"
sleep 0.3
check "it waits for the backend" kill -0 "$script"
: >"$tmp/sys/bus/xen-backend/devices/vbd-7-51712/physical_device"
status=0
wait "$script" || status=$?
is "and ends well when that has opened it" "$status" 0
status=0
block remove || status=$?
is "there is nothing to do at its removal" "$status" 0
finish
