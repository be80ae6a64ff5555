// graphql-transport-ws on the wire: every sentence of its PROTOCOL.md (npm graphql-ws) that a server can break.
// There is no published suite; this one is validated against the reference server of npm graphql-ws.
import process from 'node:process';
import { INVALID, REFUSED } from './lib/malformed.mjs';
import { Caller, operation } from './lib/operations.mjs';
import { check, finish, must, mustEqual } from './lib/report.mjs';
import { withServer } from './lib/server.mjs';
import { Socket } from './lib/socket.mjs';

/** Longest wait for connection_init that we accept of a server, and for its first ping to a silent listener. */
const INIT_LIMIT_MS = Number(process.env.WIRE_INIT_LIMIT_MS ?? 20_000);
const PING_LIMIT_MS = Number(process.env.WIRE_PING_LIMIT_MS ?? 45_000);
const MANY = 15; // below every server's bound on active operations

await withServer(async (server) => {
  const token = await server.token('OWNER');
  const auth = { Authorization: `Bearer ${token}` };
  const caller = new Caller(server, token);
  const [policy] = await caller.policies();
  const events = operation('Events');

  const open = (options) => Socket.open(server.ws, options);
  const ready = async () => (await open()).init(auth);
  /** Makes one event happen. */
  const trigger = () => caller.rename(policy);

  // These two mostly wait, so they run beside everything else.
  const { promise: others, resolve: othersDone } = deferred();
  const patient = [
    check('no connection_init: closed with 4408', async () => {
      await (await open()).expectClose(4408, INIT_LIMIT_MS);
    }, INIT_LIMIT_MS + 5_000),
    check('a silent listener is pinged, kept alive, and then served', async () => {
      const socket = await ready();
      socket.subscribe('s', events);
      const deadline = Date.now() + PING_LIMIT_MS;
      while (socket.frames.ping === 0 && Date.now() < deadline) {
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 200)), socket.closed]);
        must(socket.raw.readyState === socket.raw.OPEN, 'the server cut a silent listener');
      }
      must(socket.frames.ping > 0, `no ping within ${PING_LIMIT_MS} ms`);
      await others; // their events are not this check's
      await socket.expectAlive();
      socket.inbox.length = 0;
      await trigger();
      await socket.expect('s', 'next');
      socket.end();
    }, PING_LIMIT_MS + 120_000),
  ];

  // --- Communication: the sub-protocol -------------------------------------------------------------------------------
  await check('the handshake selects graphql-transport-ws', async () => {
    const socket = await open();
    mustEqual(socket.raw.protocol, 'graphql-transport-ws', 'the sub-protocol');
    socket.end();
  });
  for (const protocol of [null, 'graphql-ws']) {
    await check(`sub-protocol ${protocol ?? '(none)'}: never served`, async () => {
      const socket = await open({ protocol }).catch(() => undefined); // refused in the handshake: fine
      if (socket === undefined) {
        return;
      }
      const { code } = await socket.closed;
      must([1002, 4400, 4406].includes(code), `closed with ${code}`);
    });
  }

  // --- ConnectionInit and ConnectionAck --------------------------------------------------------------------------------
  await check('connection_init with a token: connection_ack', async () => (await ready()).end());
  await check('a token in the handshake serves as well', async () => {
    const socket = await open({ headers: auth });
    await socket.init();
    await socket.expectAlive();
    socket.end();
  });
  await check('a second connection_init: closed with 4429', async () => {
    const socket = await ready();
    socket.send({ type: 'connection_init' });
    await socket.expectClose(4429);
  });
  await check('two connection_init in one burst: closed with 4429', async () => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: auth });
    socket.send({ type: 'connection_init', payload: auth });
    await socket.expectClose(4429);
  });
  await check('a forged token: closed with 4403', async () => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: { Authorization: 'Bearer e30.e30.e30' } });
    await socket.expectClose(4403);
  });
  await check('no token: closed with 4403', async () => {
    const socket = await open();
    socket.send({ type: 'connection_init' });
    await socket.expectClose(4403);
  });
  await check('subscribe before connection_ack: closed with 4401', async () => {
    const socket = await open();
    socket.subscribe('1', '{ __typename }');
    await socket.expectClose(4401);
  });

  // --- Ping and Pong ---------------------------------------------------------------------------------------------------
  await check('ping: pong', async () => {
    const socket = await ready();
    socket.send({ type: 'ping' });
    mustEqual((await socket.next()).type, 'pong', 'the answer');
    socket.end();
  });
  await check('ping before connection_init: pong', async () => {
    const socket = await open();
    socket.send({ type: 'ping' });
    mustEqual((await socket.next()).type, 'pong', 'the answer');
    socket.end();
  });
  await check('ping with a payload: pong', async () => {
    const socket = await ready();
    socket.send({ type: 'ping', payload: { at: 1 } });
    mustEqual((await socket.next()).type, 'pong', 'the answer');
    socket.end();
  });
  await check('an unsolicited pong, with and without payload, is ignored', async () => {
    const socket = await ready();
    socket.send({ type: 'pong' });
    socket.send({ type: 'pong', payload: { at: 1 } });
    await socket.expectAlive();
    socket.end();
  });

  // --- Subscribe, Next, Complete ---------------------------------------------------------------------------------------
  await check('a query: one next, then complete', async () => {
    const socket = await ready();
    socket.subscribe('q', '{ __typename }');
    mustEqual((await socket.expect('q', 'next')).payload.data, { __typename: 'Query' }, 'the data');
    await socket.expect('q', 'complete');
    await socket.expectQuiet();
    socket.end();
  });
  await check('a mutation: one next, then complete', async () => {
    const socket = await ready();
    socket.subscribe('m', 'mutation { __typename }');
    mustEqual((await socket.expect('m', 'next')).payload.data, { __typename: 'Mutation' }, 'the data');
    await socket.expect('m', 'complete');
    socket.end();
  });
  await check('operationName, variables and extensions may be null', async () => {
    const socket = await ready();
    socket.subscribe('q', '{ __typename }', { operationName: null, variables: null, extensions: null });
    await socket.expect('q', 'next');
    await socket.expect('q', 'complete');
    socket.end();
  });
  await check('operationName picks the operation', async () => {
    const socket = await ready();
    socket.subscribe('q', 'query A { a: __typename } query B { b: __typename }', { operationName: 'B' });
    mustEqual((await socket.expect('q', 'next')).payload.data, { b: 'Query' }, 'the data');
    socket.end();
  });
  await check('a variable used only in a directive is accepted', async () => {
    const socket = await ready();
    socket.subscribe('q', 'query ($x: Boolean!) { __typename @include(if: $x) }', { variables: { x: true } });
    mustEqual((await socket.expect('q', 'next')).payload.data, { __typename: 'Query' }, 'the data');
    socket.end();
  });
  await check('a subscription: next for an event that happens later', async () => {
    const socket = await ready();
    socket.subscribe('s', events);
    await socket.expectAlive(); // the subscription was received before this answer
    await trigger();
    const { payload } = await socket.expect('s', 'next');
    must(typeof payload.data.events.cursor === 'string', `no cursor in ${JSON.stringify(payload)}`);
    socket.end();
  });
  await check('a query is answered while a subscription listens', async () => {
    const socket = await ready();
    socket.subscribe('s', events);
    await socket.expectAlive();
    await socket.expectAlive();
    socket.end();
  });
  await check(`${MANY} subscriptions on one socket each see the event`, async () => {
    const socket = await ready();
    for (let n = 0; n < MANY; n += 1) {
      socket.subscribe(`s${n}`, events);
    }
    await socket.expectAlive();
    await trigger();
    const seen = new Set();
    while (seen.size < MANY) {
      const message = await socket.next();
      mustEqual(message.type, 'next', 'the type');
      seen.add(message.id);
    }
    socket.end();
  });
  await check('complete by the client: nothing more for that id, the others go on', async () => {
    const socket = await ready();
    socket.subscribe('gone', events);
    socket.subscribe('stays', events);
    await socket.expectAlive();
    socket.complete('gone');
    await socket.expectAlive();
    await trigger();
    await socket.expect('stays', 'next');
    const rest = socket.inbox.filter((message) => message.id === 'gone');
    mustEqual(rest, [], 'messages after complete');
    socket.end();
  });
  await check('an id is free again after complete by the client', async () => {
    const socket = await ready();
    socket.subscribe('s', events);
    await socket.expectAlive();
    socket.complete('s');
    socket.subscribe('s', '{ __typename }');
    await socket.expect('s', 'next');
    await socket.expect('s', 'complete');
    socket.end();
  });
  await check('an id is free again after complete by the server', async () => {
    const socket = await ready();
    for (let n = 0; n < 3; n += 1) {
      socket.subscribe('q', '{ __typename }');
      await socket.expect('q', 'next');
      await socket.expect('q', 'complete');
    }
    socket.end();
  });
  await check('complete for an unknown or finished id is ignored', async () => {
    const socket = await ready();
    socket.complete('never');
    socket.subscribe('q', '{ __typename }');
    await socket.expect('q', 'next');
    await socket.expect('q', 'complete');
    socket.complete('q');
    await socket.expectAlive();
    socket.end();
  });
  for (const [kind, second] of [['subscription', events], ['query', '{ __typename }']]) {
    await check(`an active id used again by a ${kind}: closed with 4409 and the id in the reason`, async () => {
      const socket = await ready();
      socket.subscribe('twice', events);
      socket.subscribe('twice', second);
      mustEqual((await socket.expectClose(4409)).reason, 'Subscriber for twice already exists', 'the reason');
    });
  }
  await check('two sockets may use the same id', async () => {
    const [one, two] = [await ready(), await ready()];
    one.subscribe('same', events);
    two.subscribe('same', events);
    await one.expectAlive();
    await two.expectAlive();
    one.end();
    two.end();
  });
  await check('the client closes with 1000: the server answers 1000', async () => {
    const socket = await ready();
    socket.subscribe('s', events);
    await socket.expectAlive();
    socket.end();
    await socket.expectClose(1000);
  });

  // --- Error -----------------------------------------------------------------------------------------------------------
  for (const [name, [query, rest]] of Object.entries(REFUSED)) {
    await check(`${name}: one error message, no complete, and the id is free again`, async () => {
      const socket = await ready();
      socket.subscribe('e', query, rest);
      const { payload } = await socket.expect('e', 'error');
      must(Array.isArray(payload) && payload.length > 0, `payload ${JSON.stringify(payload)}`);
      must(payload.every((error) => typeof error.message === 'string'), `payload ${JSON.stringify(payload)}`);
      await socket.expectQuiet();
      socket.subscribe('e', '{ __typename }');
      await socket.expect('e', 'next');
      socket.end();
    });
  }

  for (const [name, variables] of [['a missing variable', {}], ['a variable of the wrong type', { x: 'yes' }]]) {
    // Coercion belongs to execution, so PROTOCOL.md lets a server choose: an error message, or a result without data.
    await check(`${name}: an error message, or next without data and complete`, async () => {
      const socket = await ready();
      socket.subscribe('e', 'query ($x: Boolean!) { __typename @include(if: $x) }', { variables });
      const { type, payload } = await socket.next();
      if (type === 'next') {
        must(payload.errors?.length > 0 && payload.data == null, `payload ${JSON.stringify(payload)}`);
        await socket.expect('e', 'complete');
      } else {
        mustEqual(type, 'error', 'the type');
      }
      await socket.expectAlive();
      socket.end();
    });
  }

  // --- Invalid message -------------------------------------------------------------------------------------------------
  for (const [name, message] of Object.entries(INVALID)) {
    await check(`${name}: closed with 4400`, async () => {
      const socket = await ready();
      socket.send(message);
      await socket.expectClose(4400);
    });
  }
  for (const type of ['connection_ack', 'next']) {
    await check(`a message that only servers send, ${type}: closed`, async () => {
      const socket = await ready();
      socket.send({ type, id: '1', payload: {} });
      const { code } = await socket.closed;
      must(code === 4400 || code === 4500, `closed with ${code}`); // the reference server says 4500
    });
  }
  await check('connection_init with a payload that is no object: closed with 4400', async () => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: 'x' });
    await socket.expectClose(4400);
  });
  othersDone();
  await Promise.all(patient);
});
finish();

function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}
