// What compose.yml would start, without a Docker engine: the files against the binary and the repository, then the same
// processes with the same environment on loopback ports. What it can't show: that the images build, and Docker's networks.
//
// Needs CAUSEWAY_BIN, CAUSEWAY_TEST_POSTGRES and the npm packages of tests/clients and docker/oidc; tests/run brings them.
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { check, finish, must, mustEqual } from '../tests/clients/lib/report.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(HERE);
const BINARY = process.env.CAUSEWAY_BIN;
const COMMAND_LIMIT_MS = 30_000;
const READY_LIMIT_MS = 60_000;

const YAML = createRequire(path.join(ROOT, 'tests/clients/package.json'))('yaml');
const compose = YAML.parse(readFileSync(path.join(HERE, 'compose.yml'), 'utf8'), { merge: true });
const image = instructions(readFileSync(path.join(HERE, 'Dockerfile'), 'utf8'));
const imageEnvironment = Object.fromEntries(
  image.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(/\s+/).map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
);
const replicas = Object.keys(compose.services).filter((name) => name.startsWith('replica-'));
const started = [];

try {
  await check('Dockerfile: what it copies is there', copies);
  await check('Dockerfile: it starts and probes the binary by commands that exist, and not as root', entry);
  await check('compose.yml: build contexts and Dockerfiles are there, and every dependency is a service', services);
  await check('lock files name no registry', locks);
  await check('the same processes as compose.yml: two replicas on one PostgreSQL, one identity provider', processes, 180_000);
} finally {
  await stopAll();
}
finish();

/** A Dockerfile's instructions, continued lines joined. */
function instructions(text) {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, rest] = line.match(/^(\S+)\s+(.*)$/);
      return { name, rest: rest.trim() };
    });
}

function copies() {
  const copied = image
    .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
    .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
  must(copied.length > 0, 'nothing is copied');
  for (const source of copied) {
    must(existsSync(path.join(ROOT, source)), `${source} is not in the repository`);
  }
  const members = readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').match(/^members = \[([^\]]*)\]/m)[1].match(/[\w/-]+/g);
  for (const member of members) {
    must(copied.includes(member.split('/')[0]), `the workspace member ${member} is not copied, so cargo would refuse`);
  }
}

async function entry() {
  const last = (name) => image.findLast((line) => line.name === name)?.rest;
  mustEqual(JSON.parse(last('ENTRYPOINT')), ['causeway'], 'ENTRYPOINT');
  const help = await run(BINARY, ['--help']);
  const known = [...help.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name);
  const [program, probe] = JSON.parse(last('HEALTHCHECK').replace(/^.*CMD /, ''));
  mustEqual(program, 'causeway', 'the probe');
  const used = [probe, JSON.parse(last('CMD'))[0], ...Object.values(compose.services).filter(isCauseway).flatMap((s) => s.command ?? [])];
  for (const command of used) {
    must(known.includes(command), `causeway has no command ${command}; it has ${known}`);
  }
  must(Number(last('USER')) > 0, `USER ${last('USER')}`);
  mustEqual(last('EXPOSE'), imageEnvironment.CAUSEWAY__LISTEN.split(':')[1], 'the exposed port');
}

function services() {
  for (const [name, service] of Object.entries(compose.services)) {
    if (service.build !== undefined) {
      const context = path.join(HERE, service.build.context ?? service.build);
      must(existsSync(path.join(context, service.build.dockerfile ?? 'Dockerfile')), `${name}: no Dockerfile in ${context}`);
    }
    for (const other of Object.keys(service.depends_on ?? {})) {
      must(other in compose.services, `${name} depends on ${other}`);
      const healthy = service.depends_on[other].condition === 'service_healthy';
      must(!healthy || compose.services[other].healthcheck !== undefined, `${other} has no health check to wait for`);
    }
  }
  mustEqual(replicas.length, 2, 'replicas');
}

function locks() {
  for (const file of ['docker/oidc/package-lock.json', 'tests/clients/package-lock.json']) {
    const packages = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
    const hosts = Object.entries(packages).filter(([, entry]) => 'resolved' in entry);
    mustEqual(hosts.map(([name]) => name), [], `${file}: packages with a download address`);
    const bare = Object.entries(packages).filter(([name, entry]) => name !== '' && entry.integrity === undefined);
    mustEqual(bare.map(([name]) => name), [], `${file}: packages without an integrity hash`);
  }
}

/** Walks through compose.yml in the order of its dependencies. */
async function processes() {
  const world = { shared: await mkdtemp(path.join(tmpdir(), 'causeway-compose-')), database: `compose_${process.pid}` };
  started.push({ folder: world.shared });
  world.oidcPort = await freePort();
  world.ports = Object.fromEntries(await Promise.all(replicas.map(async (name) => [name, await freePort()])));
  await run('psql', [process.env.CAUSEWAY_TEST_POSTGRES, '-qc', `create database ${world.database}`]);

  const oidc = path.join(HERE, 'oidc');
  await run(path.join(oidc, 'setup'), [world.shared, ...compose.services.setup.command.slice(2)]);
  const provider = environment('oidc', world);
  start('node', ['provider.mjs'], { cwd: oidc, env: provider });
  const token = await until('the identity provider', () => run('node', ['token.mjs'], { cwd: oidc, env: provider }));

  await refusesUnknownSettings(environment('migrate', world));
  await run(BINARY, compose.services.migrate.command, { env: environment('migrate', world) });
  for (const name of replicas) {
    const env = environment(name, world);
    const child = start(BINARY, JSON.parse(image.findLast((line) => line.name === 'CMD').rest), { env });
    await until(name, () => {
      must(child.exitCode === null, `${name} ended with ${child.exitCode}\n${child.text}`);
      return run(BINARY, ['healthcheck'], { env });
    });
  }

  const answers = await Promise.all(replicas.map((name) => ask(world.ports[name], token.trim())));
  for (const answer of answers) {
    mustEqual(answer.viewer.role, 'OWNER', 'the role of the first owner');
    mustEqual(answer.viewer.workspace, answers[0].viewer.workspace, 'the workspace');
  }
  const stranger = await fetch(`http://127.0.0.1:${world.ports[replicas[0]]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  mustEqual(stranger.status, 401, 'the answer without a token');
}

async function refusesUnknownSettings(env) {
  const refused = await run(BINARY, ['migrate', 'status'], { env: { ...env, CAUSEWAY__NO_SUCH_SETTING: '1' } }).then(() => false, () => true);
  must(refused, 'a setting that does not exist was accepted, so this check could not notice one in compose.yml');
}

async function ask(port, token) {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ viewer { role workspace { id name } } }' }),
    signal: AbortSignal.timeout(COMMAND_LIMIT_MS),
  });
  const text = await answer.text();
  must(answer.ok, `HTTP ${answer.status} ${text}`);
  const { data, errors } = JSON.parse(text);
  must(errors === undefined, text);
  return data;
}

/** A service's environment as Docker would give it, with hosts and volumes as they are here. */
function environment(name, { shared, database, oidcPort, ports }) {
  const service = compose.services[name];
  const here = (value) =>
    String(value)
      .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
      .replace(/^postgres:\/\/.*$/, process.env.CAUSEWAY_TEST_POSTGRES.replace(/[^/]*$/, database))
      .replace('oidc:8443', `localhost:${oidcPort}`)
      .replace(/^\/shared/, shared);
  const own = Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, here(value)]));
  const bare = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('CAUSEWAY__')));
  if (!isCauseway(service)) {
    return { ...bare, ...own };
  }
  const listen = `127.0.0.1:${ports[name] ?? 0}`;
  return { ...bare, ...imageEnvironment, ...own, CAUSEWAY__LISTEN: listen, CAUSEWAY__DATA_DIR: path.join(shared, `data-${name}`) };
}

function isCauseway(service) {
  return service.image === 'causeway';
}

function start(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  child.text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => (child.text = (child.text + data).slice(-8_000)));
  }
  child.on('error', (error) => (child.text += error.message));
  started.push({ child });
  return child;
}

function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: COMMAND_LIMIT_MS, ...options }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else {
        reject(new Error(`${path.basename(program)} ${args.join(' ')}: ${error.code ?? error.signal}\n${stdout}${stderr}`));
      }
    });
  });
}

async function until(what, attempt) {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      must(Date.now() < deadline, `${what} was not ready: ${error.message}`);
      await sleep(200);
    }
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function stopAll() {
  for (const { child } of started) {
    if (child !== undefined && child.exitCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(timer);
    }
  }
  for (const { folder } of started) {
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
