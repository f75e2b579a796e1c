# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of zone-cri share: its processes and calls. finish() ends one."""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

import grpc

from checks import check, ended, equal

HERE = os.path.dirname(os.path.abspath(__file__))
TMP = os.environ["ZP_TEST_TMP"]
PROGRAM = os.environ["ZP_TEST_PROGRAM"].split(" ")
LIMIT = 16 << 20
DIRECT = os.path.join(TMP, "containerd.sock")
RELAYED = os.path.join(TMP, "cri.sock")
LOG = os.path.join(TMP, "zone-cri.log")
V1 = "/runtime.v1.RuntimeService/"


def finish():
    for process in list(processes):
        end(process)
    sys.exit(ended())


# ---- processes

processes = []


LIBC = ctypes.CDLL(None)


def die_with_parent():
    LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def start(args, **more):
    process = subprocess.Popen(args, preexec_fn=die_with_parent, **more)
    processes.append(process)
    return process


def end(process, sig=signal.SIGTERM):
    """Its status."""
    processes.remove(process)
    process.send_signal(sig)
    return process.wait(30)


def containerd(*args):
    process = start([sys.executable, os.path.join(HERE, "standin.py"), DIRECT,
                     *args], stdout=subprocess.PIPE)
    if process.stdout.readline() != b"ready\n":
        raise RuntimeError("the stand-in does not start")
    return process


HOST = os.path.join(TMP, "host.json")


def make_host():
    """Two nodes of 4 pcpus and 4 GiB."""
    with open(HOST, "w") as f:
        f.write('{"name": "two", "nodes": ['
                '{"id": 0, "cpus": "0-3", "mem_kb": 4194304},'
                '{"id": 1, "cpus": "4-7", "mem_kb": 4194304}],'
                '"distances": [[10, 20], [20, 10]]}')


def zone_cri(*args):
    """Started, and ready as systemd sees it."""
    path = os.path.join(TMP, "notify")
    if os.path.exists(path):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(30)
        with open(LOG, "ab") as log:
            process = start([*PROGRAM, "--listen", RELAYED, "--containerd",
                             DIRECT, "--host", HOST, *args], stderr=log,
                            env={**os.environ, "NOTIFY_SOCKET": path})
        if notify.recv(100) != b"READY=1":
            raise RuntimeError("zone-cri does not start")
    return process


def refused(*args):
    """(status, its lines) of a zone-cri that does not start."""
    done = subprocess.run([*PROGRAM, *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30)
    return done.returncode, done.stderr.decode().splitlines()


def log():
    with open(LOG, "rb") as f:
        return f.read()


def rss_kib(process):
    with open("/proc/%d/status" % process.pid) as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


# ---- calls

def channel(path):
    return grpc.insecure_channel("unix:" + path, options=[
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_metadata_size", 1 << 20),
        ("grpc.enable_retries", 0),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.max_reconnect_backoff_ms", 200),
        ("grpc.initial_reconnect_backoff_ms", 50),
    ])


class Outcome:
    """All that a client sees of a call."""

    def __init__(self, via, method, requests=(b"",), metadata=(), timeout=20):
        call = via.stream_stream(method)(iter(requests), metadata=metadata,
                                         timeout=timeout)
        self.messages = []
        try:
            for message in call:
                self.messages.append(message)
        except grpc.RpcError:
            pass
        self.code = call.code().name
        self.text = call.details()
        self.headers = sorted(call.initial_metadata())
        self.trailers = sorted(call.trailing_metadata())

    def key(self):
        return (self.code, self.text, self.headers, self.trailers,
                self.messages)


def call(via, method, request=b"", timeout=20, do=None):
    """(code, answer or text) of a unary call."""
    metadata = (("x-do", do),) if do else ()
    try:
        return "OK", via.unary_unary(method)(request, metadata=metadata,
                                             timeout=timeout)
    except grpc.RpcError as error:
        return error.code().name, error.details()


def seen(via):
    """What the stand-in has been asked since the last time."""
    return call(via, "/test/Seen")[1].decode().splitlines()


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False
