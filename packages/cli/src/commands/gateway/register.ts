import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { registerGateway } from '@sealift/gateway/register';
import { checkPlatformUrl } from '../../client/profile.ts';
import { machineKeys } from '../../client/trust.ts';
import type { CliContext } from '../../context.ts';
import { askHidden, readSecretFile } from '../../terminal/secret-input.ts';

export interface GatewayRegisterOptions {
  readonly data: string;
  readonly tokenFile?: string;
  readonly replace?: true;
  readonly json?: true;
}

const maxTokenBytes = 200;

/** Registers this machine. @throws PLATFORM_URL_INVALID, USAGE, INPUT_INVALID, GATEWAY_*, FILE_UNWRITABLE */
export async function register(address: string, options: GatewayRegisterOptions, context: CliContext): Promise<void> {
  const url = checkPlatformUrl(address);
  const keys = await machineKeys(context);
  const token = new Secret(await readToken(options.tokenFile));
  const { env, cancel } = context;
  const folder = resolve(options.data);
  const replace = options.replace === true;
  const { name, site } = await registerGateway({ url, token, folder, replace, env, cancel });
  if (options.json === true) context.out(JSON.stringify({ name, site, url, data: folder, trustedKeys: keys.length }));
  else {
    context.out(`This machine is the gateway ${name} at ${site} of ${url}.`);
    context.out(`Start it with: sealift gateway run --data ${folder}`);
  }
  if (keys.length === 0) {
    context.note(
      'warning: this machine trusts no key, so the gateway takes no new executable\n  fix: Run `sealift keys trust vendor.pub` here, as the account that the gateway runs as or as root.',
    );
  }
}

async function readToken(file: string | undefined): Promise<string> {
  const text = (file === undefined ? await askHidden('Token', noTerminal) : await readSecretFile(file)).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= maxTokenBytes) return text;
  const reason = 'it is empty or has characters that no token has';
  throw new SealiftError('INPUT_INVALID', { values: { what: 'the token', reason }, place: file ?? 'the answer' });
}

function noTerminal(): SealiftError {
  const reason = 'there is no terminal to ask for the token';
  return new SealiftError('USAGE', {
    values: { reason },
    hint: 'Give --token-file FILE; - stands for standard input.',
  });
}
