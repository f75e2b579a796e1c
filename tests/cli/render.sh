#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A plan as tables, xl.cfg, JSON and text.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
request=(--host "$tmp/host.json" --vcpus 8 --memory 2G --numa-nodes 2
    --name demo)

for format in text json xl.cfg libvirt libvirt-kvm qemu srat slit; do
    accepted "$format" render "${request[@]}" --format $format
    cp "$tmp/out" "$tmp/direct.$format"
    run render "${request[@]}" --format $format -o "$tmp/file.$format"
    expect_exit 0 "$format -o"
    check "$format -o: nothing on stdout" [ ! -s "$tmp/out" ]
    check "$format -o: the same bytes" \
        cmp "$tmp/file.$format" "$tmp/direct.$format"
done
is "the SRAT's signature" "$(head -c 4 "$tmp/file.srat")" SRAT
is "the SLIT's signature" "$(head -c 4 "$tmp/file.slit")" SLIT

# From a plan file it is the same, host or not.
zonectl plan "${request[@]}" --json >"$tmp/plan.json"
for format in xl.cfg libvirt libvirt-kvm qemu srat slit; do
    run render --plan "$tmp/plan.json" --host "$tmp/host.json" \
        --format $format
    expect_exit 0 "$format of a plan file"
    check "$format of a plan file: the same bytes" \
        cmp "$tmp/out" "$tmp/direct.$format"
done
accepted "text of a plan file without its host" render \
    --plan "$tmp/plan.json"
accepted "xl.cfg of a plan file without its host" render \
    --plan "$tmp/plan.json" --format xl.cfg
zonectl render --plan - --format slit <"$tmp/plan.json" >"$tmp/out"
check "--plan -" cmp "$tmp/out" "$tmp/direct.slit"

# Each is taken by its reader.
schemas=/usr/share/libvirt/schemas
for format in libvirt libvirt-kvm; do
    if ! [ -e $schemas/domain.rng ]; then
        skip "$format is valid" "libvirt's schemas (libvirt0) are missing"
    elif ! command -v xmllint >/dev/null; then
        skip "$format is valid" "xmllint (libxml2-utils) is not installed"
    else
        check "$format is valid" xmllint --noout \
            --relaxng $schemas/domain.rng "$tmp/file.$format"
        zonectl render --host "$tmp/host.json" --vcpus 2 --max-vcpus 3 \
            --memory 512M --name "<&'\">" --format $format >"$tmp/flat.xml"
        check "$format of one node, with an odd name, is valid" xmllint \
            --noout --relaxng $schemas/domain.rng "$tmp/flat.xml"
        is "$format: the name comes back" \
            "$(xmllint --xpath 'string(/domain/name)' "$tmp/flat.xml")" \
            "<&'\">"
    fi
done
check "qemu is a shell script" sh -n "$tmp/file.qemu"
zonectl render "${request[@]}" --name "a'b,c" --format qemu >"$tmp/odd.sh"
printf '#!/bin/sh\necho "$2"\n' >"$tmp/echo"
chmod +x "$tmp/echo"
is "qemu: the name comes back, its comma doubled as QEMU wants it" \
    "$(QEMU=$tmp/echo sh "$tmp/odd.sh")" "guest=a'b,,c"
for vendor in amd intel; do
    refused 1 topology "cpuid-$vendor of a guest that is told nothing" \
        render "${request[@]}" --format cpuid-$vendor
    accepted "cpuid-$vendor" render "${request[@]}" --tier patched \
        --format cpuid-$vendor
    is "cpuid-$vendor: every vcpu" "$(grep -c '^CPU ' "$tmp/out")" 8
    if command -v cpuid >/dev/null; then
        cp "$tmp/out" "$tmp/leaves"
        cpuid -f "$tmp/leaves" >"$tmp/out" 2>"$tmp/err"
        is "cpuid-$vendor: cpuid(1) reads every vcpu" \
            "$(grep -c '^CPU ' "$tmp/out")" 8
        is "cpuid-$vendor: and takes the ids as they are" \
            "$(sed -n 's/^ *extended APIC ID *= \([0-9]*\)$/\1/p' \
                "$tmp/out" | sort -nu | xargs)" "0 1 2 3 4 5 6 7"
    else
        skip "cpuid-$vendor: cpuid(1) reads it" "cpuid is not installed"
    fi
done
refused 1 'node 0' "qemu: memory of a node from two pnodes" render \
    --host "$tmp/host.json" --vcpus 1 --memory 5G --spill preferred \
    --format qemu

for format in libvirt qemu; do
    accepted "$format of nodes that are emulated" render "${request[@]}" \
        --emulate 2 --format $format
    check "$format: it says so" \
        grep -q 'shown nodes that are not the host' "$tmp/out"
    refused 1 'a PV zone' "$format of a pv zone" render \
        --host "$tmp/host.json" --vcpus 1 --memory 512M --type pv \
        --format $format
    refused 1 'the plan shows one' "$format of nodes that are not shown" \
        render "${request[@]}" --vnuma never --format $format
done

refused 1 . "a plan that is none" render --plan "$tmp/host.json"
sed 's/"distances": \[/&[10],/' "$tmp/plan.json" >"$tmp/lie.json"
refused 1 . "a plan with other distances" render --plan "$tmp/lie.json"
refused 1 . "a plan for another host" render --plan "$tmp/plan.json" \
    --host <(sed 's/"0-7"/"100-107"/; s/"8-15"/"108-115"/' "$tmp/host.json")
refused 1 . "SRAT of a flat zone" render --host "$tmp/host.json" --vcpus 1 \
    --memory 512M --format srat
refused 1 . "memory devices of a static zone" render "${request[@]}" \
    --format ssdt
accepted "memory devices of a dynamic one" render "${request[@]}" \
    --max-memory 4G --agent --tier patched --format ssdt
is "the SSDT's signature" "$(head -c 4 "$tmp/out")" SSDT
refused 1 'without an agent' "several vnodes grow without an agent" plan \
    "${request[@]}" --max-memory 4G --memory-policy dynamic --tier patched
refused 1 'unmodified xen' "several vnodes grow on unmodified Xen" plan \
    "${request[@]}" --max-memory 4G --memory-policy dynamic --agent
accepted "flat, they do" plan "${request[@]}" --max-memory 4G \
    --memory-policy dynamic --vnuma never --json
check "and add memory by themselves" grep -q '"growth": *"hotadd"' "$tmp/out"
refused 1 'no/file' "-o into no folder" render "${request[@]}" \
    -o "$tmp/no/file"

# A table on a terminal helps nobody.
if command -v script >/dev/null; then
    status=0
    script -qec "$zonectl render --host $tmp/host.json \
        --vcpus 8 --memory 2G --numa-nodes 2 --format srat" /dev/null \
        >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
    expect_exit 2 "binary on a terminal"
    check "binary on a terminal: it says why" grep -q binary "$tmp/out"
else
    skip "binary on a terminal" "no script(1)"
fi
finish
