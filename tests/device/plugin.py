# SPDX-License-Identifier: GPL-2.0-or-later
"""zone-device-plugin and a kubelet that is ours."""
import concurrent.futures
import json
import os
import queue
import signal
import subprocess
import threading
import time

import grpc

import wire
from checks import check, ended, equal

TMP = os.environ["ZP_TEST_TMP"]
PROGRAM = os.environ["ZP_TEST_PROGRAM"]
DIR = os.path.join(TMP, "device-plugins")
HOST = os.path.join(TMP, "host.json")
CONF = os.path.join(TMP, "device-plugin.conf")
SHAPES = os.path.join(TMP, "shapes.csv")
LOG = os.path.join(TMP, "log")
V1 = "/v1beta1.DevicePlugin/"
VCPU = "zoneplace.io/vcpu"
MEMORY = "zoneplace.io/memory-64mib"
FITS = "zoneplace.io/fits-small"
WIDE = "zoneplace.io/fits-wide"
ALL = sorted([VCPU, MEMORY, FITS, WIDE])


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def write(path, text):
    with open(path + ".new", "w") as f:
        f.write(text)
    os.rename(path + ".new", path)


def write_host(free_mib=(4096, 4096), mem_mib=4096, name="two"):
    """Nodes 0 and 2, of 4 pcpus each, two of which are kept back."""
    write(HOST, json.dumps({
        "name": name, "distances": [[10, 20], [20, 10]], "reserved": "0",
        "nodes": [{"id": 2 * i, "cpus": "%d-%d" % (4 * i, 4 * i + 3),
                   "mem_kb": mem_mib << 10, "free_kb": free_mib[i] << 10}
                  for i in range(2)]}))


def write_conf(text=""):
    write(CONF, "interval = 1\nkubelet-dir = %s\nshapes = %s\n%s" %
          (DIR, SHAPES, text))


# ---- the plugin

class Plugin:
    def __init__(self):
        self.log = open(LOG, "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "--config", CONF, "--host", HOST], stderr=self.log)

    def end(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        status = self.process.wait(30)
        self.log.close()
        return status


def log():
    with open(LOG) as f:
        return f.read()


def once(*args):
    """(status, stdout, lines of stderr)"""
    done = subprocess.run([PROGRAM, *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30)
    return (done.returncode, done.stdout.decode(),
            done.stderr.decode().splitlines())


# ---- kubelet

class Kubelet(grpc.GenericRpcHandler):
    """Like the real one it empties its directory when it starts, and calls
    the plugin back before it answers."""

    def __init__(self, refuse=0):
        self.refuse = refuse
        self.registered = queue.Queue()
        for name in os.listdir(DIR):
            os.unlink(os.path.join(DIR, name))
        self.server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(8), handlers=[self])
        self.server.add_insecure_port("unix:" + DIR + "/kubelet.sock")
        self.server.start()

    def service(self, details):
        if details.method != "/v1beta1.Registration/Register":
            return None
        return grpc.unary_unary_rpc_method_handler(self.register)

    def register(self, request, context):
        if self.refuse:
            self.refuse -= 1
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not today")
        fields = wire.fields(request)
        path = os.path.join(DIR, fields[2][0].decode())
        with channel(path) as via:
            fields["options"] = call(via, "GetDevicePluginOptions")[1]
        self.registered.put(fields)
        return b""

    def resources(self):
        """{name: fields of its RegisterRequest}, of one registration."""
        got = {}
        while len(got) < len(ALL):
            fields = self.registered.get(timeout=30)
            got[fields[3][0].decode()] = fields
        return got

    def end(self):
        self.server.stop(None).wait(10)


def channel(path):
    return grpc.insecure_channel("unix:" + path, options=[
        ("grpc.max_receive_message_length", 4 << 20),
        ("grpc.use_local_subchannel_pool", 1)])


def call(via, method, request=b""):
    """(code, answer or text)"""
    try:
        return "OK", via.unary_unary(V1 + method)(request, timeout=20)
    except grpc.RpcError as error:
        return error.code().name, error.details()


def devices(message):
    """{id: (health, node or None)}"""
    out = {}
    for device in wire.fields(message).get(1, []):
        f = wire.fields(device)
        node = None
        if 3 in f:
            node = wire.fields(wire.fields(f[3][0])[1][0])[1][0]
        out[f[1][0].decode()] = (f[2][0].decode(), node)
    return out


class Watch:
    """What a resource's ListAndWatch says."""

    def __init__(self, resource):
        name = "zoneplace-%s.sock" % resource.split("/")[1]
        self.via = channel(os.path.join(DIR, name))
        self.lists = queue.Queue()
        self.stream = self.via.unary_stream(V1 + "ListAndWatch")(b"")
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for message in self.stream:
                self.lists.put(devices(message))
        except grpc.RpcError:
            pass
        self.lists.put(None)

    def next(self):
        return self.lists.get(timeout=30)

    def end(self):
        self.stream.cancel()
        self.via.close()


def healthy(got):
    return sum(1 for health, _ in got.values() if health == "Healthy")


# ---- tests

def check_list():
    args = ("--config", CONF, "--host", HOST, "--list")
    status, out, _ = once(*args)
    equal("--list", (status, out), (0, """\
zoneplace.io/vcpu: 7 for pods of 7
  pnode 0: 3 of 3
  pnode 2: 4 of 4
zoneplace.io/memory-64mib: 128 for pods of 128
  pnode 0: 64 of 64
  pnode 2: 64 of 64
zoneplace.io/fits-small: 6 for pods of 6
zoneplace.io/fits-wide: 2 for pods of 2
"""))
    got = json.loads(once(*args, "--json")[1])["resources"]
    equal("--list --json", (got[0], got[2]), (
        {"name": VCPU, "healthy": 7, "all": 7, "pnodes": [
            {"pnode": 0, "healthy": 3, "all": 3},
            {"pnode": 2, "healthy": 4, "all": 4}]},
        {"name": FITS, "healthy": 6, "all": 6, "pnodes": []}))
    write_conf("memory-unit = 1M\nvcpus-per-pcpu = 2\nnuma-ids = no\n")
    equal("units of 1 MiB, two vcpus a pcpu, no nodes",
          once(*args)[1].splitlines()[:2],
          ["zoneplace.io/vcpu: 14 for pods of 14",
           "zoneplace.io/memory-mib: 8192 for pods of 8192"])
    write_host(mem_mib=1 << 20, free_mib=(1 << 20, 1 << 20))
    status, _, said = once(*args)
    equal("more devices than kubelet takes", (status, said), (1, [
        "zone-device-plugin: memory in units of 1 MiB makes 2097152 devices, "
        "limit 85598: memory-unit = 32M would do"]))
    write_conf("memory-unit = 32M")
    equal("that unit does", once(*args)[0], 0)
    write_host()
    write_conf()


def check_bad():
    for text, part in (
            ("interval = 0", 'interval: "0", not seconds from 1 to 3600'),
            ("interval = 5s", '"5s"'), ("interval = -1", '"-1"'),
            ("memory-unit = 1000K", "not whole MiB from 1M to 64G"),
            ("memory-unit = 128G", "64G"), ("memory-unit =", '""'),
            ("vcpus-per-pcpu = 17", "from 1 to 16"),
            ("numa-ids = maybe", "not yes or no"),
            ("kubelet-dir = here", "not an absolute path"),
            ("kubelet-dir = /" + 300 * "x", "below 200 bytes"),
            ("colour = red", "line 4: no such key: colour"),
            ("interval 5", 'line 4: no "key = value"'),
            ("shapes = /nonexistent", "/nonexistent: No such file")):
        write_conf(text)
        status, out, said = once("--config", CONF, "--host", HOST)
        check("%.30s: refused" % text,
              status == 1 and not out and len(said) == 1 and part in said[0],
              status, said)
    write_conf()
    good = open(SHAPES).read()
    for text, part in (
            ("name,vcpus,memory\nSmall,1,1G\n", 'its name "Small" is not'),
            ("name,vcpus,memory\n-a,1,1G\n", 'its name "-a" is not'),
            ("vcpus,memory\n1,1G\n", 'its name "" is not'),
            ("name,vcpus,memory\na,1,1G\na,2,1G\n", "two shapes are named a"),
            ("name,vcpus,memory\na,x,1G\n", "line 2"),
            ("name,vcpus,memory\n" + "".join(
                "a%d,1,1G\n" % i for i in range(33)), "33 shapes, limit 32"),
            ("[", "shapes.csv: ")):
        write(SHAPES, text)
        status, out, said = once("--config", CONF, "--host", HOST)
        check("shapes %.25r: refused" % text,
              status == 1 and len(said) == 1 and part in said[0], status,
              said)
    write(SHAPES, good)
    for args, expected in ((["--hosts"], 2), (["x"], 2), (["--json"], 2),
                           (["--help"], 0), (["--version"], 0),
                           (["--config", TMP + "/none"], 1),
                           (["--config", CONF, "--host", TMP + "/none"], 1)):
        equal(" ".join(args).replace(TMP, ""), once(*args)[0], expected)


def check_registered(got):
    equal("all resources register", sorted(got), ALL)
    for name in ALL:
        fields = got[name]
        equal("%s: as it should" % name,
              (fields[1], fields[2], wire.fields(fields[4][0]),
               wire.fields(fields["options"])),
              ([b"v1beta1"],
               [b"zoneplace-%s.sock" % name.split("/")[1].encode()],
               {2: [1]}, {2: [1]}))


def check_lists(watch):
    got = watch[VCPU].next()
    equal("a device a pcpu, with its node", got, {
        "pcpu%d-0" % i: ("Healthy", 0 if i < 4 else 2) for i in range(1, 8)})
    got = watch[MEMORY].next()
    equal("memory", got, {
        "n%d-%d" % (node, i): ("Healthy", node) for node in (0, 2)
        for i in range(64)})
    equal("small zones that fit", watch[FITS].next(), {
        "fit-%d" % i: ("Healthy", None) for i in range(6)})
    equal("wide zones that fit", len(watch[WIDE].next()), 2)


def check_updates(watch):
    # 4 GiB in all, and no node with 3 GiB of them.
    write_host((2048, 2048))
    got = watch[MEMORY].next()
    equal("half of the memory is in use", (len(got), healthy(got)), (128, 64))
    equal("those of both nodes", sorted(
        (node, i) for node in (0, 2) for i in range(64)
        if got["n%d-%d" % (node, i)][0] == "Healthy"),
          [(node, i) for node in (0, 2) for i in range(32)])
    equal("a shape that fits the sum and no node", watch[WIDE].next(), {})
    equal("and one that still fits", len(watch[FITS].next()), 2)
    write_host((2048, 2048), name="renamed")
    write(HOST, open(HOST).read() + "\n")
    time.sleep(2.5)
    equal("without a change nothing is sent",
          [watch[name].lists.qsize() for name in ALL], [0] * len(ALL))
    write(HOST, "{")
    equal("a host that can't be read has nothing for pods",
          [(name, healthy(watch[name].next())) for name in (VCPU, MEMORY,
                                                            FITS)],
          [(VCPU, 0), (MEMORY, 0), (FITS, 0)])
    check("that is said", wait_for(lambda: "host.json: " in log()), log())
    time.sleep(2.2)
    equal("once", log().count("host.json: "), 1)
    write_host()
    equal("and then all is there again",
          [healthy(watch[name].next()) for name in (VCPU, MEMORY, FITS,
                                                    WIDE)], [7, 128, 6, 2])
    check("that is said, too",
          "the host can be counted again" in log(), log())


def ids(*names):
    return b"".join(wire.text(1, name) for name in names)


def check_allocate(watch):
    via = watch[VCPU].via
    equal("two containers", call(via, "Allocate", wire.field(
        1, ids("pcpu1-0", "pcpu7-0")) + wire.field(1, ids("pcpu2-0"))),
          ("OK", wire.field(1, b"") * 2))
    equal("none", call(via, "Allocate"), ("OK", b""))
    for name in ("pcpu0-0", "pcpu1-1", "", "x" * 63, "n0-1", "pcpu1-0\0"):
        code, text = call(via, "Allocate", wire.field(1, ids(name)))
        check("no device %r" % name, code == "NOT_FOUND" and
              "zoneplace.io/vcpu has no device" in text, code, text)
    equal("an id of 64 bytes",
          call(via, "Allocate", wire.field(1, ids("x" * 64))),
          ("RESOURCE_EXHAUSTED", "a device id of 64 bytes, limit 63"))
    for what, request in (("cut off", b"\x0a\x05\x0a"), ("a tag of 0", b"\0"),
                          ("a group", b"\x0b"), ("a number", b"\x08\x01")):
        equal("no protobuf: %s" % what, call(via, "Allocate", request)[0],
              "INVALID_ARGUMENT")
    equal("unknown fields", call(via, "Allocate", wire.number(9, 1) +
                                 wire.field(1, ids("pcpu1-0") +
                                            wire.number(7, 3))),
          ("OK", wire.field(1, b"")))
    equal("PreStartContainer", call(via, "PreStartContainer",
                                    ids("pcpu1-0")), ("OK", b""))
    equal("PreStartContainer of another",
          call(via, "PreStartContainer", ids("pcpu9-0"))[0], "NOT_FOUND")
    equal("another method", call(via, "Deallocate")[0], "UNIMPLEMENTED")


def prefer(via, available, must=(), size=1):
    request = wire.field(1, ids(*available) + b"".join(
        wire.text(2, name) for name in must) + wire.number(3, size))
    code, answer = call(via, "GetPreferredAllocation", request)
    if code != "OK":
        return code
    return [i.decode() for i in
            wire.fields(wire.fields(answer)[1][0]).get(1, [])]


def check_preferred(watch):
    via = watch[VCPU].via
    every = ["pcpu%d-0" % i for i in range(1, 8)]
    equal("three fit node 0 and leave node 2 whole", prefer(
        via, every, size=3), every[:3])
    equal("four only fit node 2", prefer(via, every, size=4), every[3:])
    equal("five need both", sorted(prefer(via, every, size=5)),
          sorted(every[3:] + every[:1]))
    equal("beside one that must be in", prefer(
        via, every, must=["pcpu5-0"], size=3),
          ["pcpu5-0", "pcpu4-0", "pcpu6-0"])
    equal("none", prefer(via, every, size=0), [])
    equal("twice the same is one", prefer(
        via, ["pcpu1-0"] * 3, size=2), "INVALID_ARGUMENT")
    equal("more than there are", prefer(via, every, size=8),
          "INVALID_ARGUMENT")
    equal("less than none", prefer(via, every, size=-1), "INVALID_ARGUMENT")
    equal("more must be in than are wanted", prefer(
        via, every, must=every[:2], size=1), "INVALID_ARGUMENT")
    equal("one must be in that isn't there", prefer(
        via, every, must=["pcpu9-0"]), "INVALID_ARGUMENT")


def check_unhealthy(watch):
    write_host((0, 4096))
    got = watch[MEMORY].next()
    equal("a node without memory", healthy(got), 64)
    equal("a device that is not there for pods", call(
        watch[MEMORY].via, "Allocate", wire.field(1, ids("n0-63"))),
          ("FAILED_PRECONDITION", "zoneplace.io/memory-64mib: device n0-63 "
           "is not there for pods now"))
    write_host()
    watch[MEMORY].next()


def check_many(watch):
    """Watchers that come and go, and more than one."""
    for _ in range(100):
        one = Watch(VCPU)
        one.next()
        one.end()
    more = [Watch(VCPU) for _ in range(20)]
    equal("20 watch", [len(w.next()) for w in more], [7] * 20)
    for w in more:
        w.end()
    equal("and others are served", call(
        watch[VCPU].via, "Allocate", wire.field(1, ids("pcpu1-0")))[0], "OK")


def watch_all():
    return {name: Watch(name) for name in ALL}


def main():
    os.mkdir(DIR)
    write(SHAPES, "name,vcpus,memory,numa_nodes\nsmall,1,1G,1\nwide,2,3G,1\n")
    write_host()
    write_conf()
    check_list()
    check_bad()

    plugin = Plugin()
    check("it waits for kubelet",
          wait_for(lambda: "waiting for kubelet" in log()), log())
    kubelet = Kubelet()
    check_registered(kubelet.resources())
    watch = watch_all()
    check_lists(watch)
    check_updates(watch)
    check_allocate(watch)
    check_preferred(watch)
    check_unhealthy(watch)
    check_many(watch)

    status, _, said = once("--config", CONF, "--host", HOST)
    check("a second one is refused", status == 1 and len(said) == 1 and
          "Address already in use" in said[0], status, said)

    kubelet.end()
    equal("kubelet removes the sockets", watch[VCPU].lists.qsize(), 0)
    kubelet = Kubelet()
    check_registered(kubelet.resources())
    equal("the old streams have ended", [watch[name].next() for name in
                                         (VCPU, MEMORY)], [None, None])
    watch = watch_all()
    equal("and new ones have the lists",
          [healthy(watch[name].next()) for name in (VCPU, MEMORY)], [7, 128])

    kubelet.end()
    kubelet = Kubelet(refuse=2)
    check("kubelet refuses",
          wait_for(lambda: "doesn't register zoneplace.io/vcpu: not today" in
                   log()), log())
    check_registered(kubelet.resources())

    plugin.end(signal.SIGKILL)
    check("killed, its sockets stay", os.path.exists(
        os.path.join(DIR, "zoneplace-vcpu.sock")))
    plugin = Plugin()
    check_registered(kubelet.resources())
    watch = watch_all()
    equal("it counts as before", [healthy(watch[name].next()) for name in
                                  (VCPU, MEMORY)], [7, 128])

    os.unlink(os.path.join(DIR, "zoneplace-vcpu.sock"))
    check_registered(kubelet.resources())
    equal("it ends when told", plugin.end(), 0)
    equal("and its sockets are gone", os.listdir(DIR), ["kubelet.sock"])
    kubelet.end()
    os._exit(ended())


main()
