// A graphql-transport-ws client that keeps every rule by hand, so that tests can break them one at a time.
import WebSocket from 'ws';
import { within } from './report.mjs';

const ANSWER_LIMIT_MS = 10_000;
/** How long "nothing more comes" is watched. */
export const QUIET_MS = 400;

export class Socket {
  /** Opens a socket with the sub-protocol; sends nothing. */
  static async open(url, { protocol = 'graphql-transport-ws', headers = {} } = {}) {
    const socket = new Socket();
    socket.inbox = [];
    socket.waiting = [];
    socket.frames = { ping: 0 };
    socket.answerPings = true;
    const raw = new WebSocket(url, protocol === null ? [] : protocol, { headers, handshakeTimeout: ANSWER_LIMIT_MS });
    socket.raw = raw;
    raw.on('message', (data) => socket.#receive(JSON.parse(data.toString())));
    raw.on('ping', () => (socket.frames.ping += 1));
    socket.closed = new Promise((resolve) =>
      raw.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    await within(
      ANSWER_LIMIT_MS,
      'the WebSocket handshake',
      new Promise((resolve, reject) => {
        raw.once('open', resolve);
        raw.once('error', reject);
      }),
    );
    raw.on('error', () => {});
    return socket;
  }

  #receive(message) {
    if (message.type === 'ping' && this.answerPings) {
      this.frames.ping += 1;
      this.send({ type: 'pong' });
      return;
    }
    const waiter = this.waiting.shift();
    if (waiter === undefined) {
      this.inbox.push(message);
    } else {
      waiter(message);
    }
  }

  /** Sends a message as JSON, or a string as it is. */
  send(message) {
    this.raw.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** connection_init with these parameters, up to connection_ack. */
  async init(payload) {
    this.send({ type: 'connection_init', payload });
    const ack = await this.next();
    if (ack.type !== 'connection_ack') {
      throw new Error(`expected connection_ack, got ${JSON.stringify(ack)}`);
    }
    return this;
  }

  subscribe(id, query, rest = {}) {
    this.send({ id, type: 'subscribe', payload: { query, ...rest } });
  }

  complete(id) {
    this.send({ id, type: 'complete' });
  }

  /** The next message that isn't a server's ping. Throws if the socket closes or nothing comes. */
  next(limitMs = ANSWER_LIMIT_MS) {
    if (this.inbox.length > 0) {
      return Promise.resolve(this.inbox.shift());
    }
    const message = new Promise((resolve) => this.waiting.push(resolve));
    const closed = this.closed.then(({ code, reason }) => {
      throw new Error(`the socket closed with ${code} ${reason}`);
    });
    closed.catch(() => {});
    return within(limitMs, 'a message', Promise.race([message, closed]));
  }

  /** The next message, which must have this id and type. */
  async expect(id, type) {
    const message = await this.next();
    if (message.id !== id || message.type !== type) {
      throw new Error(`expected ${type} of ${id}, got ${JSON.stringify(message)}`);
    }
    return message;
  }

  /** Throws if the socket doesn't close with this code. */
  async expectClose(code, limitMs = ANSWER_LIMIT_MS) {
    const close = await within(limitMs, `closing with ${code}`, this.closed);
    if (close.code !== code) {
      throw new Error(`expected close code ${code}, got ${close.code} ${close.reason}`);
    }
    return close;
  }

  /** Throws if anything arrives for a short while, or the socket closes. */
  async expectQuiet() {
    const seen = await Promise.race([
      new Promise((resolve) => setTimeout(resolve, QUIET_MS)),
      this.closed.then((close) => ({ close })),
    ]);
    if (seen !== undefined || this.inbox.length > 0) {
      throw new Error(`expected nothing, got ${JSON.stringify(seen ?? this.inbox)}`);
    }
  }

  /** Throws unless the connection still answers a query. What other operations receive meanwhile stays in the inbox. */
  async expectAlive() {
    const id = 'alive';
    const others = [];
    this.subscribe(id, '{ __typename }');
    for (const type of ['next', 'complete']) {
      let message = await this.next();
      for (; message.id !== id; message = await this.next()) {
        others.push(message);
      }
      if (message.type !== type) {
        throw new Error(`expected ${type} of ${id}, got ${JSON.stringify(message)}`);
      }
    }
    this.inbox.unshift(...others);
  }

  /** Ends politely, with 1000. */
  end() {
    this.raw.close(1000);
  }
}
