#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A CRI client for scenarios: a line of words comes, a line goes back, "OK" and
what was asked for, or the code and text of the failure. The fields are those
of Kubernetes' cri-api, runtime/v1/api.proto.

  run NAME UID [KEY=VALUE ...]      a pod with these annotations: its id
  create POD NAME IMAGE WORD ...    a container of it: its id
  start|stop|delete CONTAINER
  status CONTAINER                  CREATED, RUNNING or EXITED, and the code
  exec CONTAINER WORD ...           the code, and what it printed
  end|remove POD                    StopPodSandbox, RemovePodSandbox
  pods                              how many there are
"""
import shlex
import sys

import grpc
import wire

V1 = "/runtime.v1.RuntimeService/"
LOGS = "/var/log/pods"
STATES = ("CREATED", "RUNNING", "EXITED", "UNKNOWN")
# The host's network, of each container its own pids: hostNetwork in a pod.
NAMESPACES = wire.number(1, 2) + wire.number(2, 1)
pods = {}


def run(name, uid, *annotations):
    config = wire.field(1, wire.text(1, name) + wire.text(2, uid) +
                        wire.text(3, "default"))
    config += wire.text(3, "%s/%s" % (LOGS, name))
    for annotation in annotations:
        config += wire.pair(7, *annotation.split("=", 1))
    config += wire.field(8, wire.field(2, wire.field(1, NAMESPACES)))
    answer = call("RunPodSandbox", wire.field(1, config) +
                  wire.text(2, "zone"))
    pod = answer[1][0].decode()
    pods[pod] = config
    return pod


def create(pod, name, image, *words):
    config = wire.field(1, wire.text(1, name))
    config += wire.field(2, wire.text(1, image))
    for word in words:
        config += wire.text(3, word)
    config += wire.text(11, name + ".log")
    config += wire.field(15, wire.field(2, wire.field(3, NAMESPACES)))
    return call("CreateContainer", wire.text(1, pod) + wire.field(2, config) +
                wire.field(3, pods[pod]))[1][0].decode()


def status(container):
    got = wire.fields(call("ContainerStatus", wire.text(1, container))[1][0])
    return "%s %d" % (STATES[got.get(3, [0])[0]], got.get(7, [0])[0])


def execute(container, *words):
    request = wire.text(1, container)
    for word in words:
        request += wire.text(2, word)
    got = call("ExecSync", request + wire.number(3, 60))
    return "%d %s" % (got.get(3, [0])[0], " ".join(
        got.get(1, [b""])[0].decode().split()))


def listed():
    return str(len(call("ListPodSandbox", b"").get(1, [])))


def simple(method):
    def verb(which):
        call(method, wire.text(1, which))
        return ""
    return verb


def call(method, request):
    return wire.fields(channel.unary_unary(V1 + method)(request, timeout=300))


VERBS = {"run": run, "create": create, "status": status, "exec": execute,
         "pods": listed, "start": simple("StartContainer"),
         "stop": simple("StopContainer"), "delete": simple("RemoveContainer"),
         "end": simple("StopPodSandbox"), "remove": simple("RemovePodSandbox")}
channel = grpc.insecure_channel("unix:" + sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    words = shlex.split(line)
    try:
        print("OK", VERBS[words[0]](*words[1:]), flush=True)
    except grpc.RpcError as error:
        print(error.code().name, " ".join(error.details().split()), flush=True)
