// GraphQL over HTTP: the audit suite of npm graphql-http, every audit, MUST, SHOULD and MAY alike.
import { serverAudits } from 'graphql-http';
import { finish, record } from './lib/report.mjs';
import { withServer } from './lib/server.mjs';

// What graphql-http 1.23.1 holds. Fewer would mean that the suite shrank under us.
const AUDITS = 61;
const LIMIT_MS = 10_000;

await withServer(async (server) => {
  const authorization = `Bearer ${await server.token('OWNER')}`;
  const fetchFn = (url, init = {}) =>
    fetch(url, {
      ...init,
      headers: { ...init.headers, authorization },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  const audits = serverAudits({ url: server.http, fetchFn });
  for (const audit of audits) {
    const result = await audit.fn().catch((error) => ({ status: 'fatal', reason: String(error) }));
    record(`${audit.id} ${audit.name}`, result.status === 'ok', result.status === 'ok' ? '' : await explain(result));
  }
  record(`the suite has ${AUDITS} audits`, audits.length === AUDITS, `${audits.length}`);
});
finish();

async function explain(result) {
  const body = await result.response?.text?.().catch(() => '(body already read)');
  const status = result.response === undefined ? '' : ` [HTTP ${result.response.status}] ${body}`;
  return `${result.status}: ${result.reason}${status}`;
}
