// A receiver of webhooks in a process of its own, which verifies them with one of the libraries of Standard Webhooks.
//
// It is spoken to in lines of JSON. It says `port` first, a `delivery` before it answers each message (204 when its
// library verified it, 401 when not), and a `reply` to each command:
//   trust SECRET    what messages are verified with from now on; before the first one, they wait
//   answer STATUS   the next message is answered so, verified or not
//   verify SECRET, HEADERS, BODY    what the library says to these
// It ends with its standard input, so it never outlives this process.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { must, within } from './report.mjs';

const ANSWER_LIMIT_MS = 20_000;
const ARRIVAL_LIMIT_MS = 30_000;

/** The receiver of each library: a command. */
const PROGRAMS = {
  'npm standardwebhooks': [process.execPath, 'receiver.mjs'],
  'PyPI standardwebhooks': [process.env.CAUSEWAY_PYTHON ?? 'python3', 'receiver.py'],
};

/** The libraries that messages are verified with. */
export const LIBRARIES = Object.keys(PROGRAMS);

export class Receiver {
  /** Starts the receiver of a library and waits until it listens. */
  static async start(library) {
    const [program, script] = PROGRAMS[library];
    const receiver = new Receiver();
    receiver.deliveries = [];
    receiver.waiting = new Map();
    receiver.process = spawn(program, [fileURLToPath(new URL(`../webhooks/${script}`, import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    receiver.exited = new Promise((resolve) => {
      receiver.process.once('exit', resolve);
      receiver.process.once('error', resolve);
    });
    receiver.process.stdin.on('error', () => {}); // told by `exited`
    const port = new Promise((resolve) => (receiver.listens = resolve));
    createInterface({ input: receiver.process.stdout }).on('line', (line) => receiver.#hear(JSON.parse(line)));
    receiver.url = `http://127.0.0.1:${await receiver.#orExit(port, 'starting')}/hooks/causeway`;
    return receiver;
  }

  #hear({ port, delivery, reply, ...rest }) {
    if (port !== undefined) {
      this.listens(port);
    } else if (delivery !== undefined) {
      this.deliveries.push(delivery);
    } else {
      this.waiting.get(reply)(rest);
      this.waiting.delete(reply);
    }
  }

  #orExit(promise, what) {
    const exit = this.exited.then((how) => must(false, `${what}: the receiver ended (${how})`));
    return within(ANSWER_LIMIT_MS, what, Promise.race([promise, exit]));
  }

  #command(what, rest) {
    const number = (this.number = (this.number ?? 0) + 1);
    const reply = new Promise((resolve) => this.waiting.set(number, resolve));
    this.process.stdin.write(`${JSON.stringify({ do: what, number, ...rest })}\n`);
    return this.#orExit(reply, what);
  }

  trust(secret) {
    return this.#command('trust', { secret });
  }

  answer(status) {
    return this.#command('answer', { status });
  }

  /** What the library says: `verified` with the `message`, or the `error` that it throws. */
  verify(secret, { headers, body }) {
    return this.#command('verify', { secret, headers, body });
  }

  /** The deliveries after the first `from`, as soon as `enough` of them have come. */
  async arrived(from, enough, what) {
    const deadline = Date.now() + ARRIVAL_LIMIT_MS;
    for (;;) {
      const deliveries = this.deliveries.slice(from);
      if (enough(deliveries)) {
        return deliveries;
      }
      const seen = deliveries.map((d) => `${d.status} ${d.message?.type ?? d.text}`);
      must(Date.now() < deadline, `${what} did not come within ${ARRIVAL_LIMIT_MS} ms; what came: ${seen}`);
      await sleep(10);
    }
  }

  /** Ends the process. */
  async stop() {
    this.process.stdin.end();
    await this.exited;
  }
}
