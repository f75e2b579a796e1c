#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# images.sh CACHE: build what the emulated host boots, once for each set of
# inputs, and print the folder that has it:
#   xen.elf      the hypervisor of Debian's package
#   vmlinuz      the guests' kernel
#   vmlinux.gz   the same, unpacked in less time: dom0's, and most guests'
#   dom0.cpio    dom0's root, an initramfs; with /boot/zone.img in it
#   files        the paths in dom0.cpio
# Messages go to stderr. tests/lab/host calls this; it holds the lock.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${1:?cache folder}
lib=usr/lib/x86_64-linux-gnu
xen=4.17

# Everything from Xen's source that dom0 runs, and the kernel. What these need
# besides is of Debian's base system, and comes from the machine that builds.
debs=(
    "xen-hypervisor-$xen-amd64" "xen-utils-$xen" xen-utils-common
    xenstore-utils "libxenmisc$xen" libxentoollog1 libxenstore4 libxencall1
    libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1
    libxenhypfs1 libxentoolcore1
)

# Modules that dom0 loads or may be asked for; what they need follows.
dom0_modules=(
    xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xenfs xen-blkback
    xen-netback loop bridge nvme e1000e virtio_pci virtio_console virtio_blk
    veth sch_ingress cls_u32 act_mirred
)
# Loaded by the guests' init, in this order. They need no others.
zone_modules=(xen-blkfront xen-netfront)
# What zones that run containers load besides: for zone-mkramdisk, in dom0.
container_modules=(squashfs overlay xen-evtchn xen-gntdev xen-gntalloc)

say()
{
    echo "lab: $*" >&2
}

die()
{
    say "$*"
    exit 125
}

# The version apt would fetch; nothing when apt knows no such package.
candidate()
{
    LC_ALL=C apt-cache policy "$1" 2>/dev/null |
        awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

find_versions()
{
    local d v

    kernel=$(LC_ALL=C apt-cache depends linux-image-amd64 2>/dev/null |
        awk '$1 == "Depends:" && /linux-image/ { print $2; exit }')
    [ -n "$kernel" ] ||
        die "apt knows no linux-image-amd64: run apt-get update first"
    versions=
    for d in "${debs[@]}" "$kernel"; do
        v=$(candidate "$d")
        [ -n "$v" ] || die "apt knows no package $d: run apt-get update first"
        versions+="$d=$v "
    done
}

# fetch FOLDER: download and unpack the packages, keep the modules needed.
fetch()
{
    local to=$1 d v all

    mkdir -p "$to/debs" "$to/root" "$to/kernel"
    say "downloading Xen and Linux from Debian"
    for d in $versions; do
        v=${d#*=}
        d=${d%%=*}
        (cd "$to/debs" && apt-get -qq -o APT::Sandbox::User=root \
            download "$d=$v" >&2) || die "cannot download $d $v"
    done
    say "unpacking them"
    for d in "$to"/debs/*.deb; do
        case ${d##*/} in
        linux-image-*) dpkg -x "$d" "$to/kernel" ;;
        *) dpkg -x "$d" "$to/root" ;;
        esac || die "cannot unpack ${d##*/}"
    done
    rm -rf "$to/debs"
    v=$(basename "$to"/kernel/lib/modules/*)
    busybox depmod -b "$to/kernel" "$v"
    # modules.dep: "path: paths it needs", all of them, already closed.
    all=$(for d in "${dom0_modules[@]}" "${zone_modules[@]}" \
        "${container_modules[@]}"; do
        awk -v f="$d.ko" '{
            n = split($0, part, /[: ]+/)
            name = part[1]
            sub(/.*\//, "", name)
            gsub(/_/, "-", name)
            gsub(/_/, "-", f)
            if (name == f)
                for (i = 1; i <= n; i++)
                    if (part[i] != "")
                        print part[i]
        }' "$to/kernel/lib/modules/$v/modules.dep" | grep . ||
            die "the kernel package has no module $d"
    done | sort -u)
    mkdir -p "$to/root/lib/modules/$v" "$to/root/boot"
    (cd "$to/kernel/lib/modules/$v" &&
        cpio -pdm --quiet "$to/root/lib/modules/$v" <<<"$all")
    cp "$to/kernel/boot/vmlinuz-$v" "$to/root/boot/vmlinuz"
    busybox depmod -b "$to/root" "$v"
    rm -rf "$to/kernel"
}

# number FILE OFFSET BYTES
number()
{
    od -An -tu"$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# repack VMLINUZ FILE: the same kernel without what unpacks it, by gzip: of xz
# Xen and libxl take five seconds under emulation, each time. Where it is, the
# header says (Linux, arch/x86/boot.rst: setup_sects, payload_offset,
# payload_length).
repack()
{
    local from=$1 to=$2 at bytes

    at=$((($(number "$from" 497 1) + 1) * 512 + $(number "$from" 584 4)))
    bytes=$(number "$from" 588 4)
    tail -c +$((at + 1)) "$from" | head -c "$bytes" >"$to.part"
    # Its length follows the stream.
    if xz -dc --single-stream "$to.part" 2>/dev/null | gzip -n1 >"$to"; then
        rm "$to.part"
    else
        rm "$to.part"
        cp "$from" "$to"
    fi
}

# copy_libraries ROOT PATH: the libraries of a program.
copy_libraries()
{
    local root=$1 l

    ldd "$2" 2>/dev/null |
        awk '/=> \//{ print $3 } /^\t\//{ print $1 }' |
        while read -r l; do
            [ -e "$root$l" ] || install -D "$l" "$root$l"
        done
}

# copy_program ROOT PATH...: programs of this machine with their libraries.
copy_program()
{
    local root=$1 p

    shift
    for p; do
        [ -e "$p" ] || die "this machine has no $p: see tests/lab/packages"
        install -D "$p" "$root$p"
        copy_libraries "$root" "$p"
    done
}

# Libraries that the Xen programs need and their packages don't have.
copy_needed()
{
    local root=$1 p l

    for p in "$root/usr/lib/xen-$xen/bin"/*; do
        LD_LIBRARY_PATH=$root/$lib ldd "$p" 2>/dev/null || true
    done | awk '/=> \//{ print $3 } /^\t\//{ print $1 } /not found/ {
        print "missing:" $1 }' | sort -u |
    while read -r l; do
        case $l in
        missing:*) die "this machine has no ${l#*:}" ;;
        "$root"/*) continue ;;
        esac
        [ -e "$root$l" ] || install -D "$l" "$root$l"
    done
}

compile()
{
    local out=$1

    shift
    ${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Wshadow -o "$out" "$@" ||
        die "cannot compile ${out##*/}"
    strip "$out"
}

# The guests' initramfs: one static program and two modules.
make_zone()
{
    local root=$1 to=$2 m v

    v=$(basename "$from"/lib/modules/*)
    mkdir -p "$root"/{lib/modules,proc,sys,dev}
    compile "$root/init" -static "$here"/zone-*.c
    mkdir "$root/sbin"
    ln -s ../init "$root/sbin/poweroff"
    ln -s ../init "$root/sbin/reboot"
    for m in "${zone_modules[@]}"; do
        find "$from/lib/modules/$v" -name "$m.ko" \
            -exec cp {} "$root/lib/modules/" \;
        echo "$m.ko" >>"$root/modules"
    done
    (cd "$root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$to"
}

# make_dom0 ROOT ZONE_IMG VMLINUX_GZ
make_dom0()
{
    local root=$1 a p v

    mkdir -p "$root"/{bin,sbin,proc,sys,dev,tmp,root,out,lab,boot} \
        "$root"/{etc/xen,usr/bin,usr/sbin,var/lib/xen,var/lib/xenstored} \
        "$root"/var/log/xen/console "$root/usr/lib/xen-$xen/bin" "$root/$lib" \
        "$root"/run
    ln -s /run "$root/var/run"
    ln -s /run/lock "$root/var/lock"
    cp /bin/busybox "$root/bin/busybox"
    # brctl and ip as Debian has them: without the first, with iproute2's.
    for a in $(busybox --list); do
        case $a in
        busybox | brctl | ip | init | logger) continue ;;
        esac
        ln -sf busybox "$root/bin/$a"
    done
    # There is no syslog daemon; the hotplug scripts fall back to stderr,
    # which they send to /var/log/xen/xen-hotplug.log.
    printf '#!/bin/sh\nexit 1\n' >"$root/bin/logger"
    chmod 755 "$root/bin/logger"
    copy_program "$root" /bin/bash "$(command -v ip)" \
        "$(command -v bridge)" "$(command -v tc)" "$(command -v flock)" \
        "$(command -v losetup)" "$(command -v mksquashfs)"
    for p in xl xenstored xenconsoled xenconsole xen-init-dom0 xen-diag \
        libxl-save-helper xen-hvmctx xenpm; do
        install -D "$from/usr/lib/xen-$xen/bin/$p" \
            "$root/usr/lib/xen-$xen/bin/$p"
        ln -s "/usr/lib/xen-$xen/bin/$p" "$root/usr/sbin/$p"
    done
    cp -a "$from"/usr/bin/xenstore* "$root/usr/bin/"
    rm -f "$root/usr/bin/xenstore-control"
    cp -a "$from/etc/xen/." "$root/etc/xen/"
    cp -a "$from/$lib"/*.so.* "$root/$lib/"
    copy_needed "$root"
    # glibc opens it by name when a thread is cancelled.
    p=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p)
    p=$(awk '$1 == "libgcc_s.so.1" && /x86-64/ { print $NF; exit }' <<<"$p")
    install -D "$p" "$root$p"
    cp -a "$from/lib/modules" "$root/lib/"
    cp "$from/boot/vmlinuz" "$3" "$root/boot/"
    cp "$2" "$root/boot/zone.img"
    install "$here/dom0-init" "$root/init"
    install -m 644 "$here"/lib*.sh "$root/lab/"
    compile "$root/lab/zp-echo" -static "$here/zp-echo.c"
    compile "$root/lab/shim" "$here/../oci/shim.c"
    compile "$root/lab/zp-stage.so" -fPIC -shared "$here/zp-stage.c" -ldl
    compile "$root/lab/compare" "$here"/compare*.c -ljson-c
    copy_libraries "$root" "$root/lab/compare"
    if [ -e "$here/zp-lie.c" ]; then
        compile "$root/lab/zp-lie" "$here/zp-lie.c" -lxenctrl \
            -lxenforeignmemory -lxencall
    fi
    echo root:x:0:0:root:/root:/bin/bash >"$root/etc/passwd"
    echo root:x:0: >"$root/etc/group"
    echo "127.0.0.1 localhost" >"$root/etc/hosts"
    : >"$root/etc/fstab"
    (cd "$root" && find . -mindepth 1 ! -type d) | sed 's/^\.//'
}

find_versions
# Which library a copied program brings is part of the inputs too.
inputs=$(echo "$versions"
    dpkg-query -W -f '${Package}=${Version}\n' busybox-static bash libc6 \
        iproute2 util-linux mount squashfs-tools libjson-c5 libyajl2 gcc \
        2>/dev/null || true
    cd "$here" && cat images.sh dom0-init lib*.sh compare*.[ch] zone-*.[ch] \
        zp-*.c ../oci/shim.c)
packages=$cache/packages-$(sha256sum <<<"$versions ${dom0_modules[*]} \
${zone_modules[*]} ${container_modules[*]}" | cut -c1-16)
images=$cache/images-$(sha256sum <<<"$inputs" | cut -c1-16)

if [ ! -e "$packages" ]; then
    rm -rf "$cache"/packages-*
    fetch "$packages.new"
    mv "$packages.new" "$packages"
fi
from=$packages/root
if [ ! -e "$images" ]; then
    say "building dom0's and the guests' images"
    rm -rf "$cache"/images-*
    mkdir -p "$images.new"
    zcat "$from/boot/xen-$xen-amd64.gz" >"$images.new/xen.elf"
    cp "$from/boot/vmlinuz" "$images.new/vmlinuz"
    repack "$from/boot/vmlinuz" "$images.new/vmlinux.gz"
    make_zone "$images.new/zone" "$images.new/zone.img"
    make_dom0 "$images.new/dom0" "$images.new/zone.img" \
        "$images.new/vmlinux.gz" >"$images.new/files"
    (cd "$images.new/dom0" && find . | cpio -o -H newc -R 0:0 --quiet) \
        >"$images.new/dom0.cpio"
    rm -rf "$images.new/dom0" "$images.new/zone"
    mv "$images.new" "$images"
fi
echo "$images"
