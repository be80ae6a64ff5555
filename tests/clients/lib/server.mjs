// Starts, kills and restarts the causeway binary: one process, one data folder, one port, always by its own pid.
import { execFile, spawn } from 'node:child_process';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const READY_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 15_000;

/** The binary under test. tests/run builds it; CAUSEWAY_BIN names another one. */
export const BINARY =
  process.env.CAUSEWAY_BIN ??
  path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target'), 'debug/causeway');

/** A causeway server of this test's own, on a free loopback port and a temporary data folder. */
export class Server {
  /** Makes the folder, picks the port, starts the process and waits until it is ready. */
  static async start() {
    const server = new Server();
    server.folder = await mkdtemp(path.join(tmpdir(), 'causeway-client-'));
    server.port = await freePort();
    live.add(server);
    await server.launch();
    return server;
  }

  get http() {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  get ws() {
    return `ws://127.0.0.1:${this.port}/graphql/ws`;
  }

  /** The environment of every process of this server. The database is the caller's, or SQLite in the folder. */
  get env() {
    return {
      ...process.env,
      CAUSEWAY__LISTEN: `127.0.0.1:${this.port}`,
      CAUSEWAY__DATA_DIR: path.join(this.folder, 'data'),
    };
  }

  /** Starts the process on the same folder and port as before and waits for /health/ready. */
  async launch() {
    this.log = path.join(this.folder, 'server.log');
    const out = createWriteStream(this.log, { flags: 'a' });
    this.process = spawn(BINARY, [], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout.pipe(out, { end: false });
    this.process.stderr.pipe(out, { end: false });
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
      this.process.once('error', (error) => resolve({ code: error.message, signal: null }));
    });
    await this.#ready();
  }

  async #ready() {
    const deadline = Date.now() + READY_LIMIT_MS;
    let ended;
    this.exited.then((exit) => (ended = exit));
    while (Date.now() < deadline) {
      if (ended !== undefined) {
        throw new Error(`the server ended before it was ready (${ended.signal ?? ended.code})\n${await this.tail()}`);
      }
      const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined);
      if (answer?.status === 200) {
        return;
      }
      await sleep(50);
    }
    throw new Error(`the server was not ready within ${READY_LIMIT_MS} ms\n${await this.tail()}`);
  }

  /** A bearer token of the embedded issuer for a member with this role. */
  async token(role) {
    const { stdout } = await promisify(execFile)(BINARY, ['token', '--role', role], {
      env: this.env,
      timeout: STOP_LIMIT_MS,
    });
    const token = stdout.match(/[\w-]+\.[\w-]+\.[\w-]+/)?.[0];
    if (token === undefined) {
      throw new Error(`\`causeway token --role ${role}\` printed no JWT: ${stdout}`);
    }
    return token;
  }

  /** kill -9: no handler runs, nothing is flushed. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  /** Ends the server and removes its folder. */
  async stop() {
    live.delete(this);
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.exited;
    clearTimeout(timer);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The end of the server's output, for a failure message. */
  async tail(lines = 30) {
    const text = await readFile(this.log, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }
}

const live = new Set();
process.on('exit', () => {
  for (const server of live) {
    server.process?.kill('SIGKILL');
    rmSync(server.folder, { recursive: true, force: true });
  }
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(130));
}

/** Runs `body` with a server: the one at CAUSEWAY_URL (token in CAUSEWAY_TOKEN), or a fresh one that is stopped afterwards. */
export async function withServer(body) {
  if (process.env.CAUSEWAY_URL !== undefined) {
    const http = new URL('/graphql', process.env.CAUSEWAY_URL).href;
    const ws = `${http.replace(/^http/, 'ws')}/ws`;
    return body({ http, ws, token: async () => process.env.CAUSEWAY_TOKEN ?? '' });
  }
  const server = await Server.start();
  try {
    return await body(server);
  } finally {
    await server.stop();
  }
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
