/**
 * Runs the agents of many gateways in one process, for the benchmark: each with a folder, an identity and requests of its own, by the code that a
 * gateway's agent runs. What a whole gateway has beside it, the keeper, a judge and processes of its own, is not here: it never talks to a console.
 *
 * Takes the console's address and a folder; the tokens of registrations come on standard input, one a line. Says `registered` and `reporting`.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Secret } from '@sealift/core/secret';
import { runAgent } from '@sealift/gateway/agent';
import { registerGateway } from '@sealift/gateway/register';
import { mapAtOnce } from '@sealift/io/map-at-once';

const [url = '', root = ''] = process.argv.slice(2);
const cancel = new AbortController();
process.once('SIGTERM', () => cancel.abort());
const env = process.env;
const tokens: string[] = [];
for await (const line of createInterface(process.stdin)) tokens.push(line);

const folders = tokens.map((_, index) => join(root, `gateway-${index}`));
await mapAtOnce(tokens, 4, async (token, index) => {
  const folder = folders[index] ?? '';
  await registerGateway({ url, token: new Secret(token), folder, replace: false, env, cancel: cancel.signal });
});
process.stdout.write('registered\n');

let started = 0;
const say = (line: string): void => {
  if (line.includes('"started"')) started += 1;
  if (started === folders.length) process.stdout.write('reporting\n');
};
const run = (folder: string) => runAgent({ folder, env, keys: async () => [], say, cancel: cancel.signal });
await Promise.all(folders.map(run));
