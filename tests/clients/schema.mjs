// The committed SDL under the tools that a front-end team would use. One check per tool.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { check, finish, must } from './lib/report.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SDL = path.resolve(process.argv[2] ?? path.join(HERE, '../../schema.graphql'));
const TOOL_LIMIT_MS = 120_000;
const LINTER_RULES = [
  'defined-types-are-used',
  'deprecations-have-a-reason',
  'descriptions-are-capitalized',
  'enum-values-all-caps',
  'enum-values-have-descriptions',
  'fields-are-camel-cased',
  'fields-have-descriptions',
  'input-object-values-are-camel-cased',
  'input-object-values-have-descriptions',
  'relay-connection-types-spec',
  'relay-page-info-spec',
  'types-are-capitalized',
  'types-have-descriptions',
];

// Next to node_modules, so that every tool finds its own packages.
await mkdir(path.join(HERE, 'out'), { recursive: true });
const work = await mkdtemp(path.join(HERE, 'out/schema-'));
try {
  await cp(SDL, path.join(work, 'schema.graphql'));
  await check('the SDL is valid', async () => buildSchema(await readFile(SDL, 'utf8')));
  await check('graphql-schema-linter: names, descriptions, connections', () =>
    tool('graphql-schema-linter', ['--rules', LINTER_RULES.join(','), 'schema.graphql']),
  );
  await check('eslint: the rules of Relay', () =>
    tool('eslint', ['--config', path.join(HERE, 'schema/eslint.config.mjs'), 'schema.graphql'], {
      SCHEMA: path.join(work, 'schema.graphql'),
    }),
  );
  await check('relay-compiler accepts connections, refetching and node(id:)', relay);
  await check('every operation of operations/ is valid', operations);
  await check('graphql-codegen and tsc --strict: a typed client', codegen);
} finally {
  await rm(work, { recursive: true, force: true });
}
finish();

async function relay() {
  await cp(path.join(HERE, 'schema/relay'), path.join(work, 'src'), { recursive: true });
  const config = { src: './src', language: 'typescript', schema: './schema.graphql', eagerEsModules: true };
  await writeFile(path.join(work, 'relay.config.json'), JSON.stringify(config));
  await tool('relay-compiler', ['relay.config.json']);
}

async function operations() {
  const { allDocuments } = await import('./lib/operations.mjs');
  const schema = buildSchema(await readFile(SDL, 'utf8'));
  const problems = validate(schema, parse(allDocuments));
  must(problems.length === 0, problems.map(String).join('\n'));
}

async function codegen() {
  const out = path.join(work, 'typed');
  await tool('graphql-codegen-esm', ['--config', path.join(HERE, 'schema/codegen.config.mjs')], {
    SCHEMA: path.join(work, 'schema.graphql'),
    OPERATIONS: path.join(HERE, 'operations/*.graphql'),
    OUT: out,
  });
  await tool('tsc', [
    '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler',
    path.join(out, 'graphql.ts'), path.join(out, 'gql.ts'),
  ]);
}

/** Runs a tool of node_modules/.bin in the work folder; throws with its output unless it exits 0. */
function tool(name, args, env = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: work, env: { ...process.env, ...env }, timeout: TOOL_LIMIT_MS, maxBuffer: 1 << 26 };
    execFile(path.join(HERE, 'node_modules/.bin', name), args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve();
      } else {
        const output = `${stdout}${stderr}`.trimEnd().split('\n').slice(-60).join('\n');
        reject(Object.assign(new Error(`${name}: exit ${error.code ?? error.signal}\n${output}`), { stack: undefined }));
      }
    });
  });
}
