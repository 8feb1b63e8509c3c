import {
  type PackRegistry,
  packRegistryListSchema,
  type PackRegistryList,
  registryChecksSchema,
} from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { z } from 'zod';
import type { ApiClient } from '../../../client/api-client.ts';
import type { CliContext } from '../../../context.ts';
import { plainLine } from '../../../terminal/plain-line.ts';
import { Remedies } from '../../../terminal/remedies.ts';

export const registriesUrl = '/api/v1/registries';

/** The address of one registry, or of something of it. */
export function registryUrl(name: string, below = ''): string {
  return `${registriesUrl}/${encodeURIComponent(name)}${below}`;
}

/** One registry with its settings. @throws NOT_FOUND, PLATFORM_* */
export async function findRegistry(api: ApiClient, name: string): Promise<PackRegistry> {
  const { registries } = await api.get(registriesUrl, packRegistryListSchema);
  const found = registries.find((one) => one.name === name);
  if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'pack registry', name } });
  return found;
}

/** What a person reads of the registries. */
export function registryLines({ registries, conflicts }: PackRegistryList): string[] {
  return [
    ...registries.flatMap(linesOf),
    ...conflicts.flatMap(({ kind, name, version, places }) => [
      `CONFLICT: the ${kind} ${name} ${version} is different content in several registries; nobody can upgrade to it:`,
      ...places.map(({ registry, digest, inCatalogue }) => {
        return `  ${registry}: ${digest}${inCatalogue ? ' (in the catalogue)' : ''}`;
      }),
    ]),
  ];
}

function linesOf({ name, registry, base, embedded, settings, sync }: PackRegistry): string[] {
  const address = base === '' ? registry : `${registry}/${base}`;
  const minutes = settings?.syncEveryMinutes ?? null;
  const kind = embedded ? 'part of the console' : settings?.push === true ? 'pull and push' : 'pull only';
  const often = embedded ? ', synced after each push' : minutes === null ? '' : `, synced every ${minutes} minutes`;
  return [
    `${name}  ${address}  ${kind}${often}`,
    `  ${sync.state}${sync.finishedAt === null ? '' : ` at ${sync.finishedAt}`}: ${sync.message}`,
    ...sync.refused.map((one) => `  refused ${one.name}: ${one.detail} (${one.code})`),
  ];
}

type Checks = z.infer<typeof registryChecksSchema>['checks'];

const words = { pass: 'ok', warn: 'warning', block: 'FAILED', unknown: 'not tried' } as const;

/** Prints what was tried of a registry, each with its remedy. */
export function printChecks(checks: Checks, context: CliContext): void {
  const remedies = new Remedies();
  for (const { title, outcome, detail, remedy } of checks) {
    context.out(plainLine(`${words[outcome]}: ${title}: ${detail}`));
    const line = remedies.line(remedy);
    if (line !== undefined) context.out(plainLine(`  ${line}`));
  }
}

/** @throws REGISTRY_SETTINGS_REFUSED where something failed */
export function refuseFailed(registry: string, checks: Checks): void {
  const failed = checks.find(({ outcome }) => outcome === 'block');
  if (failed === undefined) return;
  throw new SealiftError('REGISTRY_SETTINGS_REFUSED', {
    values: { registry, reason: failed.detail },
    ...(failed.remedy === undefined ? {} : { hint: failed.remedy }),
  });
}
