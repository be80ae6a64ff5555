// Prints an access token for Causeway. The provider's health check too: exit 1 while it gives none.
import process from 'node:process';

const { ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET } = process.env;
const LIMIT_MS = 4000;

const answer = await fetch(new URL('/token', ISSUER), {
  method: 'POST',
  headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
  body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'causeway' }),
  signal: AbortSignal.timeout(LIMIT_MS),
});
const text = await answer.text();
if (!answer.ok) {
  console.error(`${ISSUER}: HTTP ${answer.status} ${text}`);
  process.exit(1);
}
console.log(JSON.parse(text).access_token);
