// A client that follows one change request over a transport and, when the server dies, resumes from its last cursor.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';
import { operation } from './operations.mjs';
import { must } from './report.mjs';

const RETRY_MS = 50;

/** How each transport opens one subscription: an async iterable of results, and an end. */
const TRANSPORTS = {
  'graphql-ws': (server, token, payload) => {
    const client = createWs({
      url: server.ws,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    return { results: client.iterate(payload), end: () => client.dispose() };
  },
  'graphql-sse': (server, token, payload) => {
    const client = createSse({
      url: server.http,
      headers: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    return { results: client.iterate(payload), end: () => client.dispose() };
  },
};

/** The npm clients that a change is followed with. */
export const CLIENTS = Object.keys(TRANSPORTS);

/** Follows `changeRequestUpdates(id, after)`. */
export class Follower {
  constructor(client, server, token, changeId, after) {
    this.client = client;
    this.events = [];
    this.cuts = 0;
    this.errors = [];
    this.done = this.#follow(server, token, changeId, after);
  }

  async #follow(server, token, changeId, after) {
    while (!this.stopped) {
      const variables = { id: changeId, after };
      const subscription = TRANSPORTS[this.client](server, token, { query: operation('ChangeUpdates'), variables });
      this.end = subscription.end;
      try {
        for await (const { data, errors } of subscription.results) {
          if (errors !== undefined) {
            this.errors.push(...errors);
            break;
          }
          this.events.push(data.changeRequestUpdates);
          after = data.changeRequestUpdates.cursor;
        }
      } catch (error) {
        this.lastCut = error; // the server is down, or refused
      }
      subscription.end();
      if (!this.stopped) {
        this.cuts += 1;
        await sleep(RETRY_MS);
      }
    }
  }

  /** The statuses in the order seen, each once per change of status. */
  get path() {
    return this.events
      .map(({ event }) => event.to)
      .filter((status) => status !== undefined)
      .filter((status, n, all) => status !== all[n - 1]);
  }

  /** Waits until an event led to this status. */
  async reach(status, limitMs) {
    const deadline = Date.now() + limitMs;
    while (!this.path.includes(status)) {
      must(this.errors.length === 0, `${this.client}: ${JSON.stringify(this.errors)}`);
      must(
        Date.now() < deadline,
        `${this.client} did not see ${status} within ${limitMs} ms; saw ${this.path}; last cut: ${describe(this.lastCut)}`,
      );
      await sleep(10);
    }
  }

  /** Stops following. */
  async stop() {
    this.stopped = true;
    this.end();
    await this.done;
  }
}

function describe(cut) {
  return cut === undefined ? 'none' : (cut.message ?? cut.reason ?? `close ${cut.code}`);
}
