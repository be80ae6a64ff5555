// One change from draft to applied, watched by the npm clients graphql-ws and graphql-sse, while the server is killed
// with -9 and started again. Nothing may be missing and nothing may come twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENTS, Follower } from './lib/follower.mjs';
import { Caller } from './lib/operations.mjs';
import { check, finish, must, mustEqual } from './lib/report.mjs';
import { Server } from './lib/server.mjs';

const STEP_LIMIT_MS = 30_000;
// After kill -9 the job's lease has to run out before anybody may take it over.
const RECOVERY_LIMIT_MS = 150_000;
const SETTLE_MS = 750;
const SCENARIO_LIMIT_MS = 300_000;

const scenarios = [
  { name: 'undisturbed' },
  { name: 'kill -9 between dry-run and apply', killAfterDryRun: true },
  { name: 'kill -9 while applying', killWhileApplying: true },
];

const server = await Server.start();
try {
  for (const [n, scenario] of scenarios.entries()) {
    await check(`${scenario.name}: the change is applied`, () => story(scenario, n), SCENARIO_LIMIT_MS);
    for (const follower of scenario.followers ?? []) {
      await check(`${scenario.name}: ${follower.client} saw every event once, in order`, () => judge(scenario, follower));
    }
  }
} finally {
  await server.stop();
}
finish();

/** Drives one change to the end. Leaves the followers and the undisturbed replay in `scenario`. */
async function story(scenario, n) {
  const token = await server.token('OWNER');
  const owner = new Caller(server, token);
  const policy = (await owner.policies()).filter((p) => p.state !== null)[n];
  must(policy !== undefined, `the embedded tenants hold no policy number ${n}`);

  const start = await owner.logEnd();
  must(start !== undefined, 'the log is empty, though the embedded tenants were connected');
  let change = await owner.rename(policy);
  const followers = CLIENTS.map((client) => new Follower(client, server, token, change.id, start));
  scenario.followers = followers;
  try {
    await all(followers, 'DRAFT', STEP_LIMIT_MS);
    change = await owner.mutate('RunDryRun', { id: change.id, expectedRevision: change.revision });
    await all(followers, 'DRY_RUN_COMPLETE', STEP_LIMIT_MS);
    if (change.requiresApproval) {
      change = await approve(owner, change);
    }
    scenario.expected = change.requiresApproval
      ? ['DRAFT', 'DRY_RUN_COMPLETE', 'AWAITING_APPROVAL', 'DRY_RUN_COMPLETE', 'APPLYING', 'APPLIED']
      : ['DRAFT', 'DRY_RUN_COMPLETE', 'APPLYING', 'APPLIED'];

    if (scenario.killAfterDryRun) {
      await killAndRestart();
    }
    await owner.mutate('ApplyChange', {
      id: change.id,
      expectedRevision: change.revision,
      digest: change.dryRun.digest,
    });
    if (scenario.killWhileApplying) {
      await Promise.any(followers.map((follower) => follower.reach('APPLYING', STEP_LIMIT_MS)));
      await killAndRestart();
    }
    await all(followers, 'APPLIED', RECOVERY_LIMIT_MS);
    mustEqual((await owner.run('ChangeStatus', { id: change.id })).node.status, 'APPLIED', 'the status');
    await sleep(SETTLE_MS); // a second delivery would come now
  } catch (error) {
    error.message += `\n--- the server's last lines\n${await server.tail()}`;
    throw error;
  } finally {
    await Promise.all(followers.map((follower) => follower.stop()));
  }
  scenario.replay = await replay(token, change.id, start, scenario.followers[0].events.length);
}

/** What a client that was never disturbed sees: the log from the start, read in one go. */
async function replay(token, changeId, start, atLeast) {
  const follower = new Follower(CLIENTS[0], server, token, changeId, start);
  const deadline = Date.now() + STEP_LIMIT_MS;
  while ((follower.events.length < atLeast || !follower.path.includes('APPLIED')) && Date.now() < deadline) {
    await sleep(10);
  }
  await sleep(SETTLE_MS);
  await follower.stop();
  return follower.events;
}

function judge(scenario, follower) {
  must(scenario.replay !== undefined, 'the story did not end');
  mustEqual(follower.path, scenario.expected, 'the statuses');
  const cursors = follower.events.map((event) => event.cursor);
  mustEqual(new Set(cursors).size, cursors.length, 'distinct cursors');
  mustEqual(follower.events, scenario.replay, 'the events against an undisturbed replay');
  const disturbed = Boolean(scenario.killAfterDryRun || scenario.killWhileApplying);
  must(follower.cuts > 0 === disturbed, `the stream was cut ${follower.cuts} times (${follower.lastCut ?? ''})`);
}

async function killAndRestart() {
  await server.kill();
  await server.launch();
}

async function approve(owner, change) {
  const reference = { id: change.id, expectedRevision: change.revision };
  const asked = await owner.mutate('RequestApproval', reference);
  const approver = new Caller(server, await server.token('APPROVER'));
  return approver.mutate('DecideApproval', {
    id: asked.id,
    decision: 'APPROVE',
    digest: asked.dryRun.digest,
  });
}

function all(followers, status, limitMs) {
  return Promise.all(followers.map((follower) => follower.reach(status, limitMs)));
}
