// Webhooks as their receivers see them: the libraries of Standard Webhooks on npm and PyPI verify every message, refuse
// what was forged, and accept both secrets after a rotation. One story, told to each library.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from './lib/operations.mjs';
import { LIBRARIES, Receiver } from './lib/receiver.mjs';
import { check, finish, must, mustEqual } from './lib/report.mjs';
import { Server } from './lib/server.mjs';

const WINDOWS = 5;
const RETRY_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;
// How long "nothing more comes" is watched: several of the server's looks at its log.
const QUIET_MS = 1_500;
const FREEZE = 'freeze_window.changed';
const CHANGED = 'webhook.changed';
// Only these, so that what the tenants' syncs tell meanwhile doesn't come between.
const TOPICS = ['FREEZE_WINDOW', 'WEBHOOK'];

const server = await Server.start();
try {
  for (const library of LIBRARIES) {
    await story(library);
  }
} finally {
  await server.stop();
}
finish();

async function story(library) {
  const owner = new Caller(server, await server.token('OWNER'));
  const receiver = await Receiver.start(library);
  const step = (name, body) => check(`${library}: ${name}`, () => explained(body));

  const created = await owner.send('CreateWebhook', { displayName: library, url: receiver.url, topics: TOPICS });
  const { id, cursor: start } = created.webhook;
  let { secret } = created;
  await receiver.trust(secret);
  const log = async () => {
    const { events } = await owner.run('LogAfter', { after: start, where: { topics: TOPICS } });
    must(!events.pageInfo.hasNextPage, 'the log is longer than this test reads');
    return events.nodes;
  };
  const state = async () => (await owner.run('WebhookState', { id })).node;
  const revision = async () => ({ id, expectedRevision: (await state()).revision });

  try {
    const come = await step(`${WINDOWS} freeze windows come as ${WINDOWS} verified messages, in order`, async () => {
      const windows = await freeze(owner, WINDOWS);
      const seen = ofType(FREEZE, await receiver.arrived(0, frozen(windows), 'the freeze windows'));
      mustEqual(seen.map(about), windows.map(subject), 'the subjects');
      mustEqual(seen.map((d) => d.message.data.details.name), windows.map(({ name }) => name), 'the names');
      mustEqual(new Set(seen.map(messageId)).size, WINDOWS, 'distinct ids');
      mustEqual(seen.map(signatures), seen.map(() => 1), 'signatures of each');
    });
    if (!come) {
      return; // every other step would wait for messages in vain
    }

    await step('the messages are the log, event by event', async () => {
      const seen = messages(receiver.deliveries);
      must(seen.length >= WINDOWS, `only ${seen.length} messages came`);
      mustEqual(seen.map(asMessage), (await log()).map(asEvent), 'the messages');
    });

    await step('every subject is fetched again through node(id:) as the type that the message names', async () => {
      const subjects = messages(receiver.deliveries).map((message) => message.data.subject);
      must(subjects.length >= WINDOWS, `only ${subjects.length} messages came`);
      for (const { type, id } of subjects) {
        mustEqual((await owner.run('Refetch', { id })).node, { __typename: type, id }, 'the node');
      }
    });

    await step('testWebhook sends a verified webhook.test, under a fresh id each time', async () => {
      const from = receiver.deliveries.length;
      for (let n = 0; n < 2; n += 1) {
        mustEqual(await test(owner, id), { accepted: true, status: 204, failure: null }, 'the outcome');
      }
      const seen = ofType('webhook.test', receiver.deliveries.slice(from));
      mustEqual(seen.map((d) => d.message.data.webhook), [id, id], 'the webhooks');
      mustEqual(new Set(seen.map(messageId)).size, 2, 'distinct ids');
    });

    await step('the library refuses another secret and whatever was forged', async () => {
      const [genuine] = ofType(FREEZE, receiver.deliveries);
      must(genuine !== undefined, 'no message came');
      mustEqual((await receiver.verify(secret, genuine)).verified, true, 'the genuine one');
      mustEqual((await receiver.verify(strange(), genuine)).error, 'WebhookVerificationError', 'another secret');
      for (const [what, forged] of Object.entries(forgeries(genuine))) {
        mustEqual((await receiver.verify(secret, forged)).error, 'WebhookVerificationError', what);
      }
    });

    await step('a receiver with another secret refuses, and testWebhook says so', async () => {
      await receiver.trust(strange());
      const from = receiver.deliveries.length;
      try {
        const { accepted, status, failure } = await test(owner, id);
        mustEqual({ accepted, status, failure }, { accepted: false, status: 401, failure: 'answered with status 401' }, 'the outcome');
        mustEqual(receiver.deliveries.slice(from).map((d) => d.error), ['WebhookVerificationError'], 'the refusals');
      } finally {
        await receiver.trust(secret);
      }
    });

    await step('after a 500 the same message comes again, at a fresh time, before those after it', async () => {
      const from = receiver.deliveries.length;
      await receiver.answer(500);
      const windows = await freeze(owner, 2);
      const seen = ofType(FREEZE, await receiver.arrived(from, frozen(windows), 'the repeated message'));
      mustEqual(seen.map((d) => d.status), [500, 204, 204], 'the answers');
      mustEqual(seen.map((d) => d.verified), [true, true, true], 'verified');
      mustEqual(seen.map(about), [windows[0], ...windows].map(subject), 'the subjects');
      repeats(seen[0], seen[1]);
      const { attempts, consecutiveFailures } = await settled(state, windows.length + 1, seen[2]);
      mustEqual(consecutiveFailures, 0, 'failures in a row');
      mustEqual(attempts.map(({ attempt, status, accepted }) => [attempt, status, accepted]), [
        [1, 500, false], [2, 204, true], [1, 204, true],
      ], 'the attempts');
    });

    await step('a message that was refused before kill -9 comes again after it', async () => {
      const from = receiver.deliveries.length;
      await receiver.answer(503);
      const windows = await freeze(owner, 1);
      await receiver.arrived(from, (all) => all.some((d) => d.status === 503), 'the refused message');
      await until(async () => (await state()).consecutiveFailures === 1, 'the failure is written down');
      await server.kill();
      await server.launch();
      const seen = ofType(FREEZE, await receiver.arrived(from, frozen(windows), 'the repeated message'));
      mustEqual(seen.map((d) => [d.status, d.verified]), [[503, true], [204, true]], 'the answers');
      repeats(...seen);
    });

    await step('after rotateWebhookSecret messages verify with the old secret and with the new one', async () => {
      const [from, old] = [receiver.deliveries.length, secret];
      const rotated = await owner.send('RotateWebhookSecret', await revision());
      ({ secret } = rotated);
      must(secret.startsWith('whsec_') && secret !== old, 'the new secret is no new secret');
      const left = Date.parse(rotated.webhook.previousSecretUntil) - Date.now();
      must(left > 0.99 * DAY_MS && left <= DAY_MS, `the old secret is good for another ${left} ms`);
      const told = (all) => ofType(CHANGED, all).length > 0;
      const [message] = ofType(CHANGED, await receiver.arrived(from, told, 'the rotation'));
      mustEqual([message.verified, message.status, signatures(message)], [true, 204, 2], 'under the old secret');
      mustEqual((await receiver.verify(secret, message)).verified, true, 'the same message under the new secret');
      mustEqual((await receiver.verify(strange(), message)).verified, false, 'the same message under another secret');
      mustEqual(about(message), `Webhook ${id}`, 'what it is about');

      await receiver.trust(secret);
      const windows = await freeze(owner, 1);
      const seen = ofType(FREEZE, await receiver.arrived(from, frozen(windows), 'a message under the new secret'));
      mustEqual(seen.map((d) => d.verified), [true], 'under the new secret');
      mustEqual((await receiver.verify(old, seen[0])).verified, true, 'under the old secret');
    });

    await step('after two rotations the first secret is worthless', async () => {
      const [from, old] = [receiver.deliveries.length, secret];
      ({ secret } = await owner.send('RotateWebhookSecret', await revision()));
      await receiver.trust(secret);
      const windows = await freeze(owner, 1);
      const [message] = ofType(FREEZE, await receiver.arrived(from, frozen(windows), 'the freeze window'));
      mustEqual(signatures(message), 2, 'signatures');
      mustEqual((await receiver.verify(old, message)).verified, true, 'under the second secret');
      const { error } = await receiver.verify(created.secret, message);
      mustEqual(error, 'WebhookVerificationError', 'under the first secret');
    });

    await step('replayWebhook brings the same messages again, under the same ids', async () => {
      const first = new Map(accepted(receiver.deliveries).map((d) => [messageId(d), d]));
      const from = receiver.deliveries.length;
      await owner.send('ReplayWebhook', { ...(await revision()), after: start });
      const all = (deliveries) => accepted(deliveries).length >= first.size;
      const again = accepted(await receiver.arrived(from, all, 'the messages of the past')).slice(0, first.size);
      mustEqual(again.map(messageId), [...first.keys()], 'the ids');
      mustEqual(again.map((d) => d.body), [...first.values()].map((d) => d.body), 'the bodies');
    });

    await step('nothing comes after deleteWebhook', async () => {
      const { cursor: end } = (await log()).at(-1);
      await receiver.arrived(0, (all) => messages(all).at(-1)?.data.cursor === end, 'the newest event');
      await owner.send('DeleteWebhook', { id });
      mustEqual((await owner.run('Refetch', { id })).node, null, 'the deleted webhook');
      const from = receiver.deliveries.length;
      await freeze(owner, 1);
      await sleep(QUIET_MS);
      mustEqual(receiver.deliveries.slice(from).map((d) => d.body), [], 'messages');
    });
  } finally {
    await receiver.stop();
  }
}

/** Creates freeze windows so far away that they stop nobody. No name is ASCII: bytes are signed, not characters. */
async function freeze(owner, count) {
  const windows = [];
  for (let n = 0; n < count; n += 1) {
    const { freezeWindow } = await owner.send('CreateFreezeWindow', {
      kind: 'DENY',
      name: `Jahresende ❄ «${randomUUID()}»`,
      timeZone: 'Europe/Berlin',
      startsAt: '2090-12-20T00:00:00',
      endsAt: '2090-12-31T00:00:00',
    });
    windows.push(freezeWindow);
  }
  return windows;
}

/** Whether messages about all of these freeze windows were accepted. */
function frozen(windows) {
  return (deliveries) => {
    const subjects = accepted(deliveries).map((d) => d.message.data.subject?.id);
    return windows.every(({ id }) => subjects.includes(id));
  };
}

async function test(owner, id) {
  const { accepted, status, failure, userErrors } = (await owner.run('TestWebhook', { input: { id } })).testWebhook;
  mustEqual(userErrors, [], 'user errors');
  return { accepted, status, failure };
}

/** The webhook once it has written down the answer to `last`, with its `count` newest attempts in the order of time. */
async function settled(state, count, last) {
  let webhook;
  await until(async () => {
    webhook = await state();
    return webhook.attempts.some(({ accepted, cursor }) => accepted && cursor === last.message.data.cursor);
  }, 'the last answer is written down');
  return { ...webhook, attempts: webhook.attempts.slice(0, count).reverse() };
}

/** Throws unless these are two attempts of one message, a pause apart. */
function repeats(first, second) {
  mustEqual(messageId(second), messageId(first), 'webhook-id');
  mustEqual(second.body, first.body, 'the body');
  const pause = (second.headers['webhook-timestamp'] - first.headers['webhook-timestamp']) * 1000;
  must(pause >= RETRY_MS - 1000, `the timestamps are only ${pause} ms apart`); // of whole seconds
  must(second.headers['webhook-signature'] !== first.headers['webhook-signature'], 'the signature is the old one');
}

/** What an attacker who doesn't know the secret could make of a message. */
function forgeries(genuine) {
  const of = (headers) => ({ body: genuine.body, headers: { ...genuine.headers, ...headers } });
  const time = Number(genuine.headers['webhook-timestamp']);
  const signature = genuine.headers['webhook-signature'];
  return {
    'a changed body': { ...genuine, body: genuine.body.replace('Jahresende', 'Jahresanfang') },
    'another id': of({ 'webhook-id': `${messageId(genuine)}x` }),
    'another time': of({ 'webhook-timestamp': `${time + 1}` }),
    'a time long ago': of({ 'webhook-timestamp': `${time - 3600}` }),
    'another version of the scheme': of({ 'webhook-signature': signature.replace('v1,', 'v2,') }),
    'no signature': of({ 'webhook-signature': '' }),
  };
}

function strange() {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function messageId(delivery) {
  return delivery.headers['webhook-id'];
}

function signatures(delivery) {
  return delivery.headers['webhook-signature'].split(' ').length;
}

function subject(window) {
  return `FreezeWindow ${window.id}`;
}

/** What a message is about. */
function about({ message }) {
  return `${message.data.subject.type} ${message.data.subject.id}`;
}

function ofType(type, deliveries) {
  return deliveries.filter((d) => d.message?.type === type);
}

/** Deliveries that carry an event of the log and were accepted. */
function accepted(deliveries) {
  return deliveries.filter((d) => d.status === 204 && d.message.type !== 'webhook.test');
}

function messages(deliveries) {
  return accepted(deliveries).map((d) => d.message);
}

/** What a message and an event of the log both say. */
function asMessage({ timestamp, data: { id, cursor, severity, topic, actor, subject } }) {
  return [id, cursor, severity, topic, Date.parse(timestamp), actor?.id, actor?.displayName, subject.type, subject.id];
}

function asEvent({ id, cursor, severity, topic, at, actor, subject }) {
  return [id, cursor, severity, topic, Date.parse(at), actor?.id, actor?.displayName, subject.__typename, subject.id];
}

async function until(condition, what) {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    must(Date.now() < deadline, `it did not become true that ${what}`);
    await sleep(50);
  }
}

/** Runs a step; adds the server's last lines to its failure. */
async function explained(body) {
  try {
    await body();
  } catch (error) {
    error.message += `\n--- the server's last lines\n${await server.tail(5)}`;
    throw error;
  }
}
