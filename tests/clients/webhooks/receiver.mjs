// Receives webhooks and verifies them with npm standardwebhooks, as a program of somebody else would. lib/receiver.mjs
// starts it and says how it is spoken to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';

let secret;
let trusted;
const trust = new Promise((resolve) => (trusted = resolve));
const answers = [];

const commands = {
  trust(command) {
    secret = command.secret;
    trusted();
  },
  answer({ status }) {
    answers.push(status);
  },
  verify: ({ secret, headers, body }) => verdict(secret, headers, body),
};

const server = createServer(async (request, response) => {
  const chunks = await request.toArray();
  await trust; // a message may come before its secret has
  const { headers } = request;
  const body = Buffer.concat(chunks);
  const seen = verdict(secret, headers, body);
  const status = answers.shift() ?? (seen.verified ? 204 : 401);
  say({ delivery: { headers, body: body.toString(), status, ...seen } });
  response.writeHead(status).end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
say({ port: server.address().port });

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  say({ reply: command.number, ...commands[command.do](command) });
}
process.exit();

function verdict(secret, headers, body) {
  try {
    return { verified: true, message: new Webhook(secret).verify(body, headers) };
  } catch (error) {
    return { verified: false, error: error.name, text: error.message };
  }
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
