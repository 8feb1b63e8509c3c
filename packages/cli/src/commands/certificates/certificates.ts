import { type Certificate, certificateListSchema, certificateStates } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

const needsCare = 3;

/** Lists certificates. @throws PLATFORM_* */
export async function listCertificates(
  { check, json }: { readonly check?: true; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const list = await (await connect(context)).get('/api/v1/certificates', certificateListSchema);
  const { certificates, problems, consoleUrl } = list;
  if (check === true && (problems.length > 0 || certificates.some(({ state }) => state !== 'valid'))) {
    context.exitCode = needsCare;
  }
  if (json === true) return context.out(JSON.stringify(list));
  if (consoleUrl === null) {
    context.note(
      'Nobody has said how people reach the console over TLS: sealift notifications allow --console-url URL',
    );
  }
  for (const one of certificates) context.out(lineOf(one));
  for (const { where, reason } of problems) context.out(plainLine(`NOT LOOKED AT  ${where}  ${reason}`));
  if (certificates.length + problems.length === 0) context.out('There is no certificate that the console knows of.');
}

function lineOf({ where, use, subject, issuer, names, validTo, state }: Certificate): string {
  const mark = state === 'valid' ? certificateStates.valid : certificateStates[state].toUpperCase();
  const forNames = names.length === 0 ? '' : `  for ${names.join(', ')}`;
  return plainLine(`${mark}  until ${validTo}  ${where} (${use})  ${subject}, issued by ${issuer}${forNames}`);
}
