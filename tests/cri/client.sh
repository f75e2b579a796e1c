# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What kubelet asks for, by tests/cri/cri-client: sourced by tests that have
# set $cri_client, $cri_socket and $cri_logs. What is printed is of the answer.

cri()
{
    "${cri_client:?}" "${cri_socket:?}" "$@"
}

# pod_config NAME [KEY=VALUE]...: words of its PodSandboxConfig, in $config. In
# the host's network: there is no CNI.
pod_config()
{
    local name=$1 annotation

    shift
    config=("1{" "1=$name" "2=uid-$name" "3=tests" "}" "3=${cri_logs:?}"
        "8{" "2{" "1{" "1:2" "2:1" "}" "}" "}")
    for annotation; do
        config+=("7{" "1=${annotation%%=*}" "2=${annotation#*=}" "}")
    done
}

# run_pod NAME [KEY=VALUE]...: prints the sandbox's id.
run_pod()
{
    local config

    pod_config "$@"
    cri RunPodSandbox "1{" "${config[@]}" "}" 2=zone @1
}

# create_container SANDBOX POD NAME IMAGE ARG...: prints its id.
create_container()
{
    local sandbox=$1 pod=$2 name=$3 image=$4 config word args=()

    shift 4
    pod_config "$pod"
    for word; do
        args+=("3=$word")
    done
    cri CreateContainer "1=$sandbox" "2{" "1{" "1=$name" "}" "2{" "1=$image" \
        "}" "${args[@]}" "11=$name.log" "}" "3{" "${config[@]}" "}" @1
}

start_container()
{
    cri StartContainer "1=$1"
}

stop_container()
{
    cri StopContainer "1=$1" 2:2
}

# container_state ID: 0 created, 1 runs, 2 has ended; proto3 leaves 0 out.
container_state()
{
    cri ContainerStatus "1=$1" @1.3
}

container_code()
{
    cri ContainerStatus "1=$1" @1.7
}

has_ended()
{
    [ "$(container_state "$1")" = 2 ]
}

# exec_sync ID ARG...: its output, and its code on a line of its own.
exec_sync()
{
    local id=$1 word args=()

    shift
    for word; do
        args+=("2=$word")
    done
    cri ExecSync "1=$id" "${args[@]}" 3:100 @1 @3
}

stop_pod()
{
    cri StopPodSandbox "1=$1"
}

remove_pod()
{
    cri RemovePodSandbox "1=$1"
}

# The ids of all sandboxes.
list_pods()
{
    cri ListPodSandbox @1.1
}

# image DIR NAME: an archive of docker's kind, DIR/image.tar: busybox, a mark.
image()
{
    local dir=$1 applet

    mkdir -p "$dir/root/bin" "$dir/root/etc" "$dir/root/tmp"
    cp "$(command -v busybox)" "$dir/root/bin/busybox" || return
    for applet in sh cat echo uname sleep id hostname; do
        ln -sf busybox "$dir/root/bin/$applet"
    done
    echo 'root:x:0:0::/:/bin/sh' >"$dir/root/etc/passwd"
    echo "of the image" >"$dir/root/etc/mark"
    archive "$dir" "$2" '"Cmd": ["/bin/sh"]'
}

# archive DIR NAME CONFIG: DIR/image.tar of DIR/root, as docker saves an image;
# CONFIG is more of what is said of it.
archive()
{
    local dir=$1 id

    mkdir -p "$dir/docker/layer"
    tar -C "$dir/root" -cf "$dir/docker/layer/layer.tar" . || return
    id=$(sha256sum <"$dir/docker/layer/layer.tar" | cut -d ' ' -f 1)
    cat >"$dir/docker/config.json" <<JSON
{"architecture": "amd64", "os": "linux",
"config": {"Env": ["PATH=/bin"], $3},
"rootfs": {"type": "layers", "diff_ids": ["sha256:$id"]}}
JSON
    cat >"$dir/docker/manifest.json" <<JSON
[{"Config": "config.json", "RepoTags": ["$2"], "Layers": ["layer/layer.tar"]}]
JSON
    tar -C "$dir/docker" -cf "$dir/image.tar" .
}
