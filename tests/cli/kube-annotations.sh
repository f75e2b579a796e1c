#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kube-annotations check: manifests good and bad, with a host and without.
. "$top_srcdir/tests/cli/lib.sh"
program=$top_builddir/kube-annotations/kube-annotations
if ! [ -x "$program" ]; then
    skip "kube-annotations" "built without libyaml"
    finish
fi
examples=$top_srcdir/kube-annotations/examples
host=$top_srcdir/tests/data/hosts/epyc-7742-nps4.json

# kube ARG...: as run does.
kube()
{
    command="kube-annotations $*"
    status=0
    # shellcheck disable=SC2086 # ZP_WRAP is several words
    ${ZP_WRAP:-} "$program" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null ||
        status=$?
}
says()
{
    check "$1: \"$2\"" grep -q -- "$2" "$tmp/out"
}
# bad EXIT WORD TEXT: the manifest on stdin is refused in one line.
bad()
{
    cat >"$tmp/m.yaml"
    kube check "$tmp/m.yaml"
    expect_exit "$1" "$3"
    check "$3: one line" [ "$(grep -c '^kube-annotations: ' "$tmp/err")" = 1 ]
    check "$3: it says \"$2\"" grep -q "^kube-annotations: .*$2" "$tmp/err"
}
# pod ANNOTATIONS [SPEC]: a pod of class zone.
pod()
{
    printf '%s\n' 'kind: Pod' 'metadata:' '  name: web' '  annotations:'
    printf '    %s\n' "$1"
    printf '%s\n' 'spec:' '  runtimeClassName: zone'
    [ -z "${2:-}" ] || printf '  %s\n' "$2"
}

# ---- the examples
kube check "$examples/counted.yaml"
expect_exit 0 "counted.yaml: what is counted is no annotation"
says "its zone" '^zone counted: 2 vcpus, 4096 MiB, static'
kube check "$examples/two-nodes.yaml"
expect_exit 0 "two-nodes.yaml"
says "its zone" '^zone two-nodes: 8 vcpus, 2048 MiB, static, scattered, 2 nodes$'
check "no warnings" [ ! -s "$tmp/err" ]
kube check --host "$host" "$examples/two-nodes.yaml"
expect_exit 0 "on a host"
zonectl plan --host "$host" --name two-nodes --vcpus 8 --memory 2G \
    --numa-nodes 2 --scatter --memory-policy static >"$tmp/plan" 2>/dev/null
check "its plan is zonectl's" cmp -s <(tail -n +2 "$tmp/out") "$tmp/plan"
kube check "$examples/limits.yaml"
expect_exit 0 "limits.yaml"
says "the limits' sum, rounded up" '^zone limits: 3 vcpus, 768 MiB, dynamic$'
kube check --host "$host" --json "$examples/limits.yaml"
expect_exit 0 "limits.yaml as JSON"
for word in '"pod": "limits"' '"kind": "Deployment"' '"vcpus": 3' \
    '"memory_policy": "dynamic"' '"notes": \[\]' '"plan": {'; do
    says "JSON" "$word"
done
kube check "$examples/runtimeclass.yaml"
expect_exit 2 "no pod"
check "it says so" grep -q 'there is no pod in it' "$tmp/err"

# ---- what is read
pod 'zoneplace.io/numa-nodes: "2"' 'containers: [{resources: {limits: {cpu: 4, memory: 1G}}}]' \
    >"$tmp/m.yaml"
kube check --host "$host" "$tmp/m.yaml"
expect_exit 0 "dynamic is a wish"
check "that is said" grep -q '^warning: web: .*dynamic zone is 1' "$tmp/err"
says "JSON is as good" '^zone web: 4 vcpus, 953 MiB, dynamic, 2 nodes$'
kube check --host "$host" --tier patched "$tmp/m.yaml"
expect_exit 0 "the patched tier"
check "can have it" [ ! -s "$tmp/err" ]
kube check --host "$host" --json "$tmp/m.yaml"
says "why it is static" '"static_because": "'
pod 'zoneplace.io/memory-policy: dynamic
    zoneplace.io/numa-nodes: "2"
    zoneplace.io/cpu: "2"' >"$tmp/m.yaml"
kube check --host "$host" "$tmp/m.yaml"
expect_exit 1 "dynamic by name, where it can't be"
check "the reason" grep -q 'Pod web: .*dynamic zone is 1' "$tmp/err"
{
    pod 'zoneplace.io/cpu: "1"'
    printf '%s\n' --- '# nothing' --- 'kind: Service' --- \
        'kind: CronJob' 'metadata: {name: nightly}' \
        'spec: {jobTemplate: {spec: {template: {metadata: {annotations: {dev.edera/cpu: "3"}}}}}}'
} >"$tmp/m.yaml"
kube check "$tmp/m.yaml"
expect_exit 0 "several documents"
says "the pod" '^zone web: 1 vcpus'
says "the job's pod" '^zone nightly: 3 vcpus'
check "the class of another" \
    grep -q '^warning: nightly: runtimeClassName: none, not zone' "$tmp/err"
printf '{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"j"}}]}' \
    >"$tmp/m.yaml"
kube check --handler none "$tmp/m.yaml"
expect_exit 0 "a list, in JSON"
says "what is assumed" '^zone j: 1 vcpus, 512 MiB, dynamic$'
check "and said" grep -q 'no annotation and no limit' "$tmp/err"
pod 'zoneplace.io/kernel: /boot/zone' >"$tmp/m.yaml"
kube check --allow-kernel /boot/other --allow-kernel /boot/zone "$tmp/m.yaml"
expect_exit 0 "a kernel that is allowed"
spec='initContainers:
  - {resources: {limits: {cpu: 5, memory: 64Mi}}}
  - {restartPolicy: Always, resources: {limits: {cpu: 1, memory: 100Mi}}}
  - {resources: {limits: {cpu: 2, memory: 900Mi}}}
  containers:
  - {resources: {limits: {cpu: 1, memory: 300Mi}}}
  - {resources: {limits: {cpu: 1}}}
  overhead: {memory: 24Mi}'
pod 'a: b' "$spec" >"$tmp/m.yaml"
kube check "$tmp/m.yaml"
says "init containers, sidecars, overhead" '^zone web: 5 vcpus, 1024 MiB,'
check "one has no limit" grep -q '1 containers without a limit' "$tmp/err"
pod 'a: b' "$spec
  resources: {limits: {cpu: 7, memory: 2Gi}}" >"$tmp/m.yaml"
kube check "$tmp/m.yaml"
says "the pod's own limits, and overhead" '^zone web: 7 vcpus, 2072 MiB,'

# ---- bad ones. What annotations are told is in check_annotation.c.
bad 2 'Pod web: annotation .*none of cpu' \
    "an unknown annotation" < <(pod 'zoneplace.io/numa-node: "2"')
bad 2 'line 5: zoneplace.io/cpu: its value has to be a string' "a number" \
    < <(pod 'zoneplace.io/cpu: 4')
bad 2 'line 5: a: its value' "a truth value" < <(pod 'a: true')
bad 2 'line 5: a: its value' "nothing" < <(pod 'a:')
bad 2 'line 5: a: its value' "a list" < <(pod 'a: [1]')
bad 2 'a name is no text' "a list as a name" < <(pod '? [1]
    : x')
bad 2 'its value has to be a string' "a NUL" < <(pod 'a: "x\0y"')
bad 2 'line 8: memory: no quantity' "a limit that is none" \
    < <(pod 'a: b' 'containers: [{resources: {limits: {memory: 1GB}}}]')
bad 2 'line 8: cpu: no quantity' "a list as a limit" \
    < <(pod 'a: b' 'containers: [{resources: {limits: {cpu: []}}}]')
bad 3 'Pod web: the pod.s limits are 200000m' "limits beyond a zone" \
    < <(pod 'a: b' 'containers: [{resources: {limits: {cpu: 200}}}]')
bad 2 'line 1: Deployment: it has no template' \
    "no template" < <(echo 'kind: Deployment')
bad 2 'it has no kind' "no kind" < <(echo 'name: x')
bad 2 'a document: no mapping' "a list" < <(echo '[1, 2]')
bad 2 'List: it has no items' "a list of nothing" < <(echo 'kind: List')
bad 2 'there is no pod in it' "no pod" < <(echo 'kind: Service')
bad 2 'there is no pod in it' "nothing at all" < <(printf '')
bad 2 'line [0-9]*: ' "cut off" < <(printf 'kind: Pod\nmetadata: {')
bad 2 'line 2: ' "a tab" < <(printf 'kind: Pod\n\tx: 1\n')
bad 2 'm.yaml: line' "other bytes" < <(printf '\xff\xfe\x00')
bad 2 'annotations: no mapping' \
    "annotations that are a list" < <(echo 'kind: Pod
metadata: {annotations: [1]}')
bad 3 'annotations: more than 1000' "a thousand annotations" < <(
    echo 'kind: Pod'
    echo 'metadata: {annotations: {'
    seq 1 1001 | sed 's/.*/a&: x,/'
    echo '}}'
)
bad 3 'containers: more than 1000' "a thousand containers" < <(
    echo 'kind: Pod'
    echo 'spec: {containers: ['
    seq 1 1001 | sed 's/.*/{},/'
    echo ']}'
)
bad 3 'more than 1000 pods' "a thousand pods" < <(
    echo 'kind: List'
    echo 'items: ['
    seq 1 1001 | sed 's/.*/{kind: Pod},/'
    echo ']'
)
bad 3 'at most 4 MiB' "a long file" < <(head -c 5000000 /dev/zero | tr '\0' '#')
{
    echo 'a: &a [x,x,x,x,x,x,x,x,x,x]'
    for letter in b c d e f g h i; do
        last=$(tr 'b-i' 'a-h' <<<$letter)
        echo "$letter: &$letter [*$last,*$last,*$last,*$last,*$last,*$last]"
    done
    echo 'kind: Pod'
    echo 'spec: {containers: *i}'
} >"$tmp/m.yaml"
kube check "$tmp/m.yaml"
expect_exit 0 "a billion laughs: nobody counts them"
kube check
expect_exit 2 "no file"
kube
expect_exit 2 "no verb"
kube chek "$tmp/m.yaml"
expect_exit 2 "another verb"
kube check --tier bare "$tmp/m.yaml"
expect_exit 2 "another tier"
kube check --speed "$tmp/m.yaml"
expect_exit 2 "another option"
kube check "$tmp/none.yaml"
expect_exit 1 "no such file"
kube check --host "$tmp/m.yaml" "$examples/limits.yaml"
expect_exit 1 "a host that is none"
kube --help
expect_exit 0 "--help"
for option in host tier handler allow-kernel allow-cmdline json; do
    says "--help has it" "--$option "
    check "and kube-annotations(1)" grep -q "^=item B<--$option>" \
        "$top_srcdir/docs/man/kube-annotations.1.pod"
done
check "help fits 80 columns" [ -z "$(awk 'length > 80' "$tmp/out")" ]
kube-annotations()
{
    "$program" "$@"
}
. "$top_srcdir/tools/completion/kube-annotations"
completes()
{
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _kube_annotations
    echo "${COMPREPLY[*]}"
}
is "completion: the verb" "$(completes kube-annotations ch)" check
is "completion: an option" "$(completes kube-annotations check --allow-k)" \
    --allow-kernel
is "completion: a tier" "$(completes kube-annotations check --tier p)" patched
is "completion: a file" \
    "$(completes kube-annotations check "$tmp/m.y")" "$tmp/m.yaml"
kube --version
says "--version" '^kube-annotations [0-9]'
finish
