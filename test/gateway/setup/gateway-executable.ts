import { fileURLToPath } from 'node:url';
import { makeScript } from '../../../packages/cli/src/executable/scripts.ts';

const cli = fileURLToPath(new URL('../../../packages/cli', import.meta.url));

/** The command `sealift gateway` alone, as a program has it. */
const entry = `
import { Command } from 'commander';
import { registerGateway } from './src/commands/gateway/index.ts';
import { asSealiftError } from '@sealift/core/errors';
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const context = {
  out: (text) => process.stdout.write(text + '\\n'),
  write: (text) => process.stdout.write(text),
  note: (text) => process.stderr.write(text + '\\n'),
  env: process.env,
  cancel: stop.signal,
  exitCode: 0,
};
const program = new Command('sealift');
registerGateway(program, context);
program.parseAsync(process.argv).then(
  () => process.exit(0),
  (error) => {
    const { code, message } = asSealiftError(error);
    process.stderr.write(code + ': ' + message + '\\n' + (code === 'INTERNAL' ? error.stack : ''));
    process.exit(1);
  },
);
`;

/**
 * A gateway's executable, which runs on the Node.js of the tests: the real command, and nothing else of the program.
 *
 * @param version that it says it is
 * @param before run before anything of it, to make a bad build of it, or to kill it somewhere
 */
export async function gatewayExecutable(version: string, before = ''): Promise<Buffer> {
  const script = await makeScript(cli, { text: entry }, { version });
  return Buffer.concat([Buffer.from(`#!${process.execPath}\n${before}\n`), script]);
}
