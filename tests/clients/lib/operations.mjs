// The documents of operations/*.graphql by operation name, and what the scripts do with them over plain HTTP.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Kind, parse, print, separateOperations } from 'graphql';
import { must } from './report.mjs';

const FOLDER = new URL('../operations/', import.meta.url);
const REQUEST_LIMIT_MS = 30_000;

/** Every document as one text. */
export const allDocuments = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => readFileSync(fileURLToPath(new URL(name, FOLDER)), 'utf8'))
  .join('\n');
const documents = separateOperations(parse(allDocuments, { noLocation: true }));

/** The text of one operation with just the fragments that it uses. */
export function operation(name) {
  must(documents[name]?.definitions.some((d) => d.kind === Kind.OPERATION_DEFINITION), `no operation ${name}`);
  return print(documents[name]);
}

/** A caller of `server` (anything with `http`) with a bearer token. */
export class Caller {
  constructor(server, token) {
    this.server = server;
    this.token = token;
  }

  /** `data` of one operation; throws on any error. */
  async run(name, variables = {}) {
    const response = await fetch(this.server.http, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${this.token}`,
      },
      body: JSON.stringify({ query: operation(name), operationName: name, variables }),
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    const text = await response.text();
    must(response.ok, `${name}: HTTP ${response.status} ${text}`);
    const { data, errors } = JSON.parse(text);
    must(errors === undefined, `${name}: ${JSON.stringify(errors)}`);
    return data;
  }

  /** The payload of a mutation; throws on a user error. */
  async send(name, input) {
    const data = await this.run(name, { input: { ...input, idempotencyKey: randomUUID() } });
    const [payload] = Object.values(data);
    must(payload.userErrors.length === 0, `${name}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }

  /** The change that a mutation returns; throws on a user error. */
  async mutate(name, input) {
    return (await this.send(name, input)).change;
  }

  /** Every policy of the first tenants, each with the id of its tenant. */
  async policies() {
    const { tenants } = await this.run('FindPolicies');
    return tenants.edges.flatMap(({ node: tenant }) =>
      tenant.policies.edges.map(({ node }) => ({ ...node, tenantId: tenant.id })),
    );
  }

  /** A draft that renames `policy`: always possible, never critical. */
  rename(policy) {
    const displayName = `${policy.displayName.slice(0, 200)} ${randomUUID().slice(0, 8)}`;
    return this.mutate('CreateChange', {
      tenantId: policy.tenantId,
      policyId: policy.id,
      payload: { rename: { displayName } },
    });
  }

  /** The cursor of the newest event, or undefined while the log is empty. */
  async logEnd() {
    const { events } = await this.run('LogEnd');
    return events.edges.at(-1)?.cursor;
  }
}
