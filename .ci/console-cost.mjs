// What an open console costs the server: CPU with 10,000 idle instances and some active ones, without and with it. Nothing is
// written to disk, whose cost changes by more from one round to the next than a console takes.
// node --experimental-websocket .ci/console-cost.mjs [java options] (after mvn -q package -DskipTests; Linux)
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';

const INSTANCES = Number(process.env.INSTANCES ?? 10_000);
const ACTIVE = Number(process.env.ACTIVE ?? 20);
const ROUNDS = 3, SECONDS = 20, WARM_SECONDS = 20, LEASE_SECONDS = 11, TICKS = 100, PORT = Number(process.env.PORT ?? 4400);
const api = `http://127.0.0.1:${PORT}/api/v1`;
const json = {'content-type': 'application/json'};
const server = spawn('java', [...process.argv.slice(2), '-jar', 'target/mycelium.jar', 'serve', '--port', PORT], {
  env: {...process.env, MYCELIUM_OPS_MANAGEMENT_PORT: '0', MYCELIUM_OPS_LOG_LEVEL: 'error', MYCELIUM_ACCESS_MODE: 'open', MYCELIUM_JOURNAL_URL: 'memory:'}, stdio: 'inherit'});

const cpu = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
};

/** Percent of one core over some seconds. */
async function measure() {
  const began = performance.now(), before = cpu();
  await sleep(SECONDS * 1000);
  return (cpu() - before) / (performance.now() - began) * 1e5;
}

async function open() {
  const socket = new WebSocket(`ws://127.0.0.1:${PORT}/console/feed`);
  const seen = {rows: 0, bytes: 0};
  await new Promise((done, fail) => {
    socket.onerror = fail;
    socket.onmessage = ({data}) => {
      seen.bytes += data.length;
      const frame = JSON.parse(data);
      seen.rows += frame.rows?.length ?? 0;
      if (frame.loaded) done();
    };
  });
  return {socket, seen};
}

try {
  while (!await fetch(`http://127.0.0.1:${PORT}/health/ready`).then(answer => answer.ok, () => false)) await sleep(200);
  for (let i = 0; i < INSTANCES; i += 100) {
    await Promise.all(Array.from({length: Math.min(100, INSTANCES - i)}, (_, j) => fetch(`${api}/instances`,
      {method: 'POST', headers: json, body: JSON.stringify({id: `i${i + j}`, type: 'accumulative'})}).then(answer => answer.text())));
  }
  const traffic = setInterval(() => {
    for (let i = 0; i < ACTIVE; i++) {
      fetch(`${api}/instances/i${i}/rooms/lobby/messages`, {method: 'POST', headers: json, body: '{"payload":{"text":"hi"}}'})
        .then(answer => answer.text());
    }
  }, 1000);
  const warm = await open();
  await sleep(WARM_SECONDS * 1000);
  warm.socket.close();
  await sleep(LEASE_SECONDS * 1000); // for as long the deployer still keeps the rows
  // What is without is measured before and behind each, since the JIT still makes all of it cheaper.
  const costs = [];
  let before = await measure();
  for (let round = 0; round < ROUNDS; round++) {
    const {socket, seen} = await open();
    const rows = seen.rows;
    const beside = await measure();
    socket.close();
    await sleep(LEASE_SECONDS * 1000);
    const behind = await measure();
    costs.push(beside - (before + behind) / 2);
    console.log(`round ${round}: ${beside.toFixed(2)} % of a core with a console, ${before.toFixed(2)} % before and ${behind.toFixed(2)} % behind it`
      + ` (${rows} rows at first, ${((seen.rows - rows) / SECONDS).toFixed(0)} a second)`);
    before = behind;
  }
  clearInterval(traffic);
  costs.sort((a, b) => a - b);
  console.log(`a console costs ${costs[costs.length >> 1].toFixed(2)} % of a core (${costs[0].toFixed(2)} to ${costs.at(-1).toFixed(2)}):`
    + ` ${INSTANCES} instances, ${ACTIVE} of them active`);
} finally {
  server.kill();
}
