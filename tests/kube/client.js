// SPDX-License-Identifier: GPL-2.0-or-later
// What another implementation of gRPC makes of zone-cri: grpc-js, which is
// JavaScript from the socket up. tests/kube/grpc-js runs it.
'use strict';
const grpc = require(process.argv[2]);
const [relayed, direct] = process.argv.slice(3, 5);
const LIMIT = 16 << 20;
const V1 = '/runtime.v1.RuntimeService/';
const options = {
  'grpc.max_receive_message_length': LIMIT,
  'grpc.max_send_message_length': LIMIT + 100,
};
const bytes = (b) => b;
let nr = 0;

function check(text, good, more) {
  nr += 1;
  console.log(`${good ? 'ok' : 'not ok'} ${nr} - ${text}`);
  if (!good) {
    console.log('#', more);
    process.exitCode = 1;
  }
}

function connect(path) {
  return new grpc.Client(`unix:${path}`, grpc.credentials.createInsecure(),
    options);
}

function metadata(words) {
  const m = new grpc.Metadata();
  if (words) {
    m.set('x-do', words);
  }
  return m;
}

// {code, details, messages} of one call, which takes any number of answers.
function call(client, method, request, { words, deadlineMs, cancelMs } = {}) {
  return new Promise((resolve) => {
    const messages = [];
    const end = Date.now() + (deadlineMs || 60000);
    const stream = client.makeServerStreamRequest(method, bytes, bytes,
      request, metadata(words), { deadline: end });
    stream.on('data', (message) => messages.push(message));
    stream.on('error', () => {});
    stream.on('status', (status) => resolve({ ...status, messages }));
    if (cancelMs) {
      setTimeout(() => stream.cancel(), cancelMs);
    }
  });
}

// A field of protobuf: a number 1 to 15, and bytes or text of any length.
function field(number, content) {
  const body = Buffer.from(content);
  const length = [];
  let n = body.length;
  for (; n >= 0x80; n >>>= 7) {
    length.push((n & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, n]), body]);
}

function pod(name, annotations) {
  const entries = Object.entries(annotations).map(([key, value]) =>
    field(7, Buffer.concat([field(1, key), field(2, value)])));
  const config = Buffer.concat([
    field(1, Buffer.concat([field(1, name), field(2, `uid-${name}`),
      field(3, 'tests')])), ...entries]);
  return Buffer.concat([field(1, config), field(2, 'zone')]);
}

async function checkCalls(client) {
  const everything = Buffer.alloc(100000, 'abc');
  let got = await call(client, V1 + 'Version', everything);
  check('a call: its bytes', got.code === 0 &&
    got.messages[0].equals(everything), got);
  got = await call(client, '/runtime.v1alpha2.ImageService/PullImage',
    everything);
  check('of the other version', got.code === 0 &&
    got.messages[0].equals(everything), got);
  got = await call(client, V1 + 'GetContainerEvents', Buffer.from('x'),
    { words: 'count 500' });
  check('500 answers', got.code === 0 && got.messages.length === 500, got);
  for (const size of [4 << 20, LIMIT]) {
    got = await call(client, V1 + 'Status', Buffer.alloc(size, 'r'));
    check(`${size} bytes both ways`, got.code === 0 &&
      got.messages[0].length === size, got.details);
  }
  got = await call(client, V1 + 'Status', Buffer.alloc(LIMIT + 1));
  check('more are refused', got.code === grpc.status.RESOURCE_EXHAUSTED, got);
}

async function checkErrors(client, behind) {
  const how = { words: 'fail NOT_FOUND 2 1' };
  const plain = await call(behind, V1 + 'Exec', Buffer.from('x'), how);
  let got = await call(client, V1 + 'Exec', Buffer.from('x'), how);
  check('an error after 2 answers', got.code === grpc.status.NOT_FOUND &&
    got.messages.length === 2, got);
  check('its text is what it is without zone-cri',
    got.details === plain.details, got);
  check('its trailers', got.metadata.get('x-why')[0] === 'told' &&
    got.metadata.get('x-details-bin')[0].length === 256, got);
  got = await call(client, '/grpc.reflection.v1alpha.ServerReflection/X',
    Buffer.from('x'));
  check('other services are not passed on',
    got.code === grpc.status.UNIMPLEMENTED, got);
  got = await call(client, V1 + 'Status', Buffer.from('x'),
    { words: 'wait', deadlineMs: 500 });
  check('a deadline', got.code === grpc.status.DEADLINE_EXCEEDED, got);
  got = await call(client, V1 + 'Status', Buffer.from('x'),
    { words: 'wait', cancelMs: 300 });
  check('cancelled', got.code === grpc.status.CANCELLED, got);
}

function checkTurns(client) {
  return new Promise((resolve) => {
    const stream = client.makeBidiStreamRequest(V1 + 'Future', bytes, bytes,
      metadata(), { deadline: Date.now() + 30000 });
    let turns = 0;
    stream.on('data', () => {
      turns += 1;
      if (turns < 20) {
        stream.write(Buffer.from(`${turns}`));
      } else {
        stream.end();
      }
    });
    stream.on('error', () => {});
    stream.on('status', (status) => {
      check('a conversation of 20 turns', status.code === 0 && turns === 20,
        status);
      resolve();
    });
    stream.write(Buffer.from('0'));
  });
}

async function checkMany(client) {
  const payload = Buffer.alloc(2000, 'c');
  let bad = 0;
  let left = 5000;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const got = await call(client, V1 + 'ListContainers', payload);
      bad += got.code !== 0 || !got.messages[0].equals(payload);
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  check('5,000 calls, 64 at a time', bad === 0, bad);
}

async function checkPods(client, behind) {
  let got = await call(client, V1 + 'RunPodSandbox', pod('bad',
    { 'zoneplace.io/numa-nodes': 'seven' }));
  check('a bad annotation is refused',
    got.code === grpc.status.INVALID_ARGUMENT &&
    got.details.includes('zoneplace.io/numa-nodes'), got);
  got = await call(client, V1 + 'RunPodSandbox', pod('web',
    { 'zoneplace.io/cpu': '1', 'zoneplace.io/memory': '64Mi' }));
  check('a pod is made', got.code === 0 && got.messages.length === 1, got);
  const last = await call(behind, '/test/Last', Buffer.from('x'));
  check('with its plan', last.messages[0].includes('zoneplace.io/plan'),
    last.messages[0].toString('latin1'));
}

async function main() {
  const client = connect(relayed);
  const behind = connect(direct);
  await checkCalls(client);
  await checkErrors(client, behind);
  await checkTurns(client);
  await checkMany(client);
  await checkPods(client, behind);
  client.close();
  behind.close();
  console.log(`1..${nr}`);
}

main();
