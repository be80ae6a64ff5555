// Counts checks and prints them. The last line, `N passed, N failed`, is what tests/run adds up.
import process from 'node:process';

const results = [];
const DEFAULT_LIMIT_MS = 60_000;

/** Runs one named check; it fails when `body` throws, returns a rejected promise, or outlives `limitMs`. */
export async function check(name, body, limitMs = DEFAULT_LIMIT_MS) {
  const started = performance.now();
  let failure;
  try {
    await within(limitMs, 'the check', Promise.resolve().then(body));
  } catch (error) {
    failure = error;
  }
  const tookMs = Math.round(performance.now() - started);
  results.push({ name, ok: failure === undefined });
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${name} (${tookMs} ms)`);
  if (failure !== undefined) {
    console.log(String(failure?.stack ?? failure?.message ?? failure).replace(/^/gm, '       '));
  }
  return failure === undefined;
}

/** Records a check that was decided elsewhere. */
export function record(name, ok, detail = '') {
  results.push({ name, ok });
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail === '' ? '' : `: ${detail}`}`);
}

/** Throws when `condition` is false. */
export function must(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** Throws unless both are the same JSON. */
export function mustEqual(actual, expected, what) {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  must(a === e, `${what}: expected ${e}, got ${a}`);
}

/** `promise`, or an error naming `what` after `limitMs`. */
export function within(limitMs, what, promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Prints the closing line and ends the process: 0 only if something ran and nothing failed. */
export function finish() {
  const failed = results.filter((result) => !result.ok);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  process.exit(failed.length === 0 && results.length > 0 ? 0 : 1);
}
