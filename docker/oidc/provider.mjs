// An OpenID provider with one client, which gets signed access tokens for Causeway's audience by client credentials.
// For compose.yml and docker/check, on one machine; not for production.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import path from 'node:path';
import process from 'node:process';
import Provider from 'oidc-provider';

const { ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET, SHARED } = process.env;
const TOKEN_LIFETIME_S = 3600;
const shared = (name) => readFileSync(path.join(SHARED, name));

const provider = new Provider(ISSUER, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  jwks: { keys: [{ ...createPrivateKey(shared('oidc-key.pem')).export({ format: 'jwk' }), kid: 'local-1', use: 'sig', alg: 'RS256' }] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      getResourceServerInfo: () => ({
        scope: 'causeway',
        audience: AUDIENCE,
        accessTokenTTL: TOKEN_LIFETIME_S,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

const { port } = new URL(ISSUER);
createServer({ key: shared('tls-key.pem'), cert: shared('tls.pem') }, provider.callback()).listen(Number(port));
process.on('SIGTERM', () => process.exit(0));
