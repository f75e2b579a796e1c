#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# plan --from libvirt: what render writes comes back as the same plan, what
# people write is understood, refused by name or said to be left out.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
cat >"$tmp/cxl.json" <<'END'
{"nodes":[{"id":0,"cpus":"0-15","mem_kb":16777216},
{"id":1,"cpus":"16-31","mem_kb":16777216},
{"id":4,"cpus":"","mem_kb":8388608}],
"distances":[[10,21,14],[21,10,24],[14,24,10]],
"pci":[{"busid":"41:00.0","nodes":[1]}]}
END
echo '<domain><vcpu>1</vcpu><memory>65536</memory></domain>' >"$tmp/least.xml"
run plan --host "$tmp/host.json" --from libvirt "$tmp/least.xml"
if grep -q 'without libxml2' "$tmp/err"; then
    skip "plan --from libvirt" "built without libxml2"
    finish
fi
expect_exit 0 "the least there can be"

# body: the plan without what depends on how it was asked for.
body()
{
    sed -n '/"vnodes": \[/,/^  \]/p; /"distances": /p; /"vcpus": /p' "$1"
}
# back HOST TEXT OPTION...: a plan, rendered, read and planned.
back()
{
    local host=$tmp/$1.json text=$2 format

    shift 2
    zonectl plan --host "$host" --json "$@" >"$tmp/plan.json"
    for format in libvirt libvirt-kvm; do
        zonectl render --host "$host" --format $format "$@" >"$tmp/dom.xml"
        run plan --host "$host" --json --from libvirt "$tmp/dom.xml"
        expect_exit 0 "$text: $format"
        body "$tmp/plan.json" >"$tmp/a"
        body "$tmp/out" >"$tmp/b"
        check "$text: $format is the same plan" cmp "$tmp/a" "$tmp/b"
    done
    check "$text: it was one" grep -q '"pnode"' "$tmp/a"
}
back host "one node" --vcpus 4 --memory 1G
back host "two nodes" --vcpus 8 --memory 2G --numa-nodes 2
back host "three, uneven" --vcpus 7 --memory 1000M --numa-nodes 3
back host "four nodes" --vcpus 16 --memory 4G --numa-nodes 4
back cxl "memory of a node without pcpus" --vcpus 4 --memory 2G \
    --numa-nodes 2 --memory-nodes 4:1G
back host "not all online" --vcpus 2 --max-vcpus 4 --memory 1G

# domain TEXT...: <vcpu>4, 2 GiB and this.
domain()
{
    printf '%s\n' '<domain type="kvm"><name>web &amp; more</name>' \
        '<vcpu>4</vcpu><memory unit="GiB">2</memory>' "$@" '</domain>' \
        >"$tmp/d.xml"
}
plan=(plan --host "$tmp/cxl.json" --from libvirt "$tmp/d.xml")
has()
{
    run "${plan[@]}" --json
    expect_exit 0 "$1"
    check "$1: $2" grep -q "$2" "$tmp/out"
}
warns()
{
    run "${plan[@]}"
    expect_exit 0 "$1"
    check "$1: it says so, once" [ "$(grep -c "warning: $2" "$tmp/err")" = 1 ]
}
bad()
{
    refused "$1" "libvirt domain XML: $2" "$3" "${plan[@]}"
}

domain
has "a name" '"zone": "web & more"'
has "vcpus" '"vcpus": 4'
domain '<numatune><memory mode="preferred"/></numatune>'
has "preferred" '"spill": "preferred"'
domain '<numatune><memory mode="interleave" nodeset="0-1"/></numatune>'
has "interleaved" '"spill": "interleave"'
domain '<numatune><memory mode="strict" nodeset="0"/></numatune>'
has "strict" '"spill": "strict"'
warns "a nodeset" 'numatune nodeset: left out'
pins=
for vcpu in 0 1 2 3; do
    pins+="<vcpupin vcpu='$vcpu' cpuset='$((vcpu + 8))'/>"
done
domain "<cputune>$pins</cputune>"
has "a pcpu each" '"dedicated": true'
domain '<cputune><vcpupin vcpu="0" cpuset="0-3"/><emulatorpin cpuset="1"/>' \
    '<iothreadpin iothread="1" cpuset="1"/></cputune>'
warns "pins to sets" 'vcpupin: left out'
warns "pins of QEMU" 'emulatorpin, iothreadpin: left out'
domain '<memoryBacking><hugepages/></memoryBacking>' \
    '<cpu><topology sockets="2" cores="2" threads="1"/></cpu>' \
    '<maxMemory slots="4">99</maxMemory>' '<os><type>hvm</type></os>'
warns "huge pages" 'memoryBacking hugepages: left out'
warns "sockets" 'topology: left out'
warns "slots" 'maxMemory: left out'
warns "an HVM guest" 'os type hvm: a zone is PVH'
domain '<os><type>linux</type></os>'
has "a PV guest" '"type": "pv"'
address='bus="0x41" slot="0" function="0x0"'
domain '<devices><hostdev type="pci"><source>' \
    "<address domain='0x0000' $address/></source>" \
    '<address type="pci" bus="7"/></hostdev>' \
    '<hostdev type="usb"><source/></hostdev></devices>'
has "a device decides" '"first_node": {"pnode": 1, "rule": "pci"'
warns "another bus" 'hostdev: left out'
domain '<currentMemory unit="MB">512</currentMemory>'
has "less at boot: dynamic" '"memory_policy": "dynamic"'
has "less at boot" '"memory_kib": 501760'
domain '<metadata><domain><vcpu>9</vcpu></domain></metadata>' \
    "<a>$(printf '<some-very-long-element-name>%.0s' 1 2 3)" \
    "$(printf '</some-very-long-element-name>%.0s' 1 2 3)</a>"
has "what is not ours" '"vcpus": 4'

# What zones can't have.
cells()
{
    domain "<cpu><numa>$1</numa></cpu>$2"
}
cells '<cell cpus="0-2" memory="1" unit="GiB"/>
<cell cpus="3" memory="1" unit="GiB"/>'
bad 2 "cell 0 has 3 vcpus, not 2" "unequal vcpus"
cells '<cell cpus="0-1" memory="1536" unit="MiB"/>
<cell cpus="2-3" memory="512" unit="MiB"/>'
bad 2 "cell 0 has 1572864 KiB, not 1048576" "unequal memory"
cells '<cell cpus="0-3" memory="1" unit="GiB"/>'
bad 2 "its cells have 1048576 KiB, its memory is 2097152" "another sum"
cells '<cell cpus="0-3" memory="1" unit="GiB"/><cell memory="1" unit="GiB"/>'
bad 2 "cell 1 has no vcpus: a memnode" "memory of nowhere"
cells '<cell id="1" cpus="0-3" memory="1" unit="GiB"/>
<cell id="1" memory="1" unit="GiB"/>'
bad 2 "cell id: twice" "a cell twice"
cells '<cell id="99" cpus="0-3" memory="1" unit="GiB"/>'
bad 2 "cell id: .*not 0 to 31" "a cell beyond"
cells '<cell cpus="0-3" memory="1" unit="furlong"/>'
bad 2 "cell 0: its memory is a number of a known unit" "an odd unit"
cells '<cell cpus="0-x" memory="1" unit="GiB"/>'
bad 2 "cpus: " "an odd list"
cells '<cell memory="2" unit="GiB"/>' \
    '<numatune><memnode cellid="0" mode="strict" nodeset="4"/></numatune>'
bad 2 "no cell has vcpus" "memory alone"
domain '<numatune><memory mode="restrictive"/></numatune>'
bad 2 "numatune mode: not strict, preferred or interleave" "another mode"
domain '<numatune><memnode cellid="0" mode="preferred" nodeset="1"/></numatune>'
bad 2 "memnode 0: its mode is not strict" "a memnode's mode"
domain '<numatune><memnode cellid="99" mode="strict"/></numatune>'
bad 2 "memnode cellid: not 0 to 31" "a memnode's cell"
domain '<cpu><topology threads="4"/></cpu>'
bad 2 "topology threads: a core has 1 or 2" "four threads"
domain '<cputune><vcpupin vcpu="128" cpuset="1"/></cputune>'
bad 2 "vcpupin vcpu: not 0 to 127" "a pin of nobody"
for wrong in 'bus="0x41" slot="32" function="0"' 'slot="0" function="0"' \
    'bus="0x" slot="0" function="0"' 'bus="1" slot="0" function="8"' \
    'bus="g" slot="0" function="0"' 'bus="1a" slot="0" function="0"' \
    'domain="65536" bus="1" slot="0" function="0"'; do
    domain "<devices><hostdev type='pci'><source><address $wrong/></source>" \
        '</hostdev></devices>'
    bad 2 "hostdev: its source has no PCI address" "$wrong"
done
many=$(for bus in $(seq 1 17); do
    echo "<hostdev type='pci'><source><address bus='$bus' slot='0'" \
        "function='0'/></source></hostdev>"
done)
domain "<devices>$many</devices>"
bad 3 "hostdev: more than 16 PCI devices" "seventeen devices"
domain '<vcpu current="5">4</vcpu>'
bad 2 "vcpu current: 5 of 4" "more than there are"
domain '<vcpu current="0">4</vcpu>'
bad 2 "vcpu current: not 1 to 128" "none online"
for wrong in 0 129 -1 4x '' 99999999999999999999; do
    domain "<vcpu>$wrong</vcpu>"
    bad 2 "vcpu: not 1 to 128" "vcpu: \"$wrong\""
    domain "<memory>$wrong</memory>"
    [ "$wrong" = 129 ] || bad 2 "/domain/memory: not 1 to" "memory: \"$wrong\""
done
domain '<memory unit="parsec">1</memory>'
bad 2 "/domain/memory: its unit is not known" "memory's unit"
domain "<name>$(printf 'x%.0s' {1..64})</name>"
bad 2 "name: longer than 63 bytes" "a long name"
echo '<domain><vcpu>4</vcpu></domain>' >"$tmp/d.xml"
bad 2 "vcpu or memory is missing" "no memory"
echo '<domain><vcpu>4</vcpu>' >"$tmp/d.xml"
bad 2 "line " "cut off"
echo '<domainsnapshot/>' >"$tmp/d.xml"
refused 2 'XML of <domainsnapshot>, not of <domain>' "another document" \
    "${plan[@]}"
# Others than UTF-8 are not converted: libxml2 would have its say on stderr.
for encoding in UTF-16 EUC-JP UTF-7 ISO-8859-1; do
    printf '<?xml version="1.0" encoding="%s"?><domain>+\xff\xff</domain>' \
        $encoding >"$tmp/d.xml"
    refused 2 'd.xml: .*' "bytes of $encoding" "${plan[@]}"
done
printf '<\0d\0o\0m\0a\0i\0n\0/\0>\0' >"$tmp/d.xml"
refused 2 'not UTF-8' "UTF-16" "${plan[@]}"
printf '\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n%s' \
    "$(cat "$tmp/least.xml")" >"$tmp/d.xml"
accepted "a mark of UTF-8" "${plan[@]}"
echo '{"vcpus": 4}' >"$tmp/d.xml"
refused 2 'd.xml: .*' "JSON" "${plan[@]}"
cat >"$tmp/d.xml" <<'END'
<!DOCTYPE domain [<!ENTITY x SYSTEM "/etc/passwd">]>
<domain><name>&x;</name><vcpu>1</vcpu><memory>65536</memory></domain>
END
refused 2 'it defines entities' "an entity" "${plan[@]}"
{
    echo '<domain><vcpu>4</vcpu><memory>65536</memory><a>'
    head -c 1100000 /dev/zero | tr '\0' ' '
    echo '</a></domain>'
} >"$tmp/d.xml"
refused 3 'a libvirt domain has at most 1048576' "too long" "${plan[@]}"
finish
