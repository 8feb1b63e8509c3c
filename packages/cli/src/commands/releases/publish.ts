import { publishFolder } from '@sealift/bundle/publish';
import { machineKeys } from '../../client/trust.ts';
import type { CliContext } from '../../context.ts';
import { readSigningKey, type SigningKeyOptions } from '../bundle/signing-key.ts';

export interface PublishOptions extends SigningKeyOptions {
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** Makes a folder of bundles one that any web server can give out, or with a dry run says what would be in its index. */
export async function publish(folder: string, options: PublishOptions, context: CliContext): Promise<void> {
  const { progress, cancel } = context;
  const secretKey = await readSigningKey(options);
  const dryRun = options.dryRun === true;
  let label: string | undefined;
  const published = await publishFolder({
    folder,
    secretKey,
    trustedKeys: await machineKeys(context),
    dryRun,
    now: Math.floor(Date.now() / 1000),
    cancel,
    onProgress: (name, doneBytes, totalBytes) => {
      const next = `Checking ${name}`;
      if (label !== undefined && label !== next) progress.done(label);
      label = next;
      progress.update(next, totalBytes === 0 ? 1 : doneBytes / totalBytes);
    },
  });
  if (label !== undefined) progress.done(label);
  if (options.json === true)
    return context.out(JSON.stringify({ ...published, dryRun, keyId: secretKey.publicKey.keyId }));
  if (options.quiet === true) return;
  for (const { name, kind, product, version, base, sizeBytes } of published.bundles) {
    const about = base === undefined ? '' : `, differential against ${base}`;
    context.out(`${name}  ${kind} ${product} ${version}${about}, ${sizeBytes} bytes`);
  }
  for (const name of published.others) context.note(`left out: ${name}, which is not a bundle`);
  const { index, serial, bundles, changed } = published;
  const is = `${index} with serial ${serial} and ${bundles.length} bundles`;
  if (!changed) context.out(`${is} is as it was.`);
  else
    context.out(
      dryRun ? `${is} would be written. Nothing was.` : `${is}, signed by key ID ${secretKey.publicKey.keyId}`,
    );
}
