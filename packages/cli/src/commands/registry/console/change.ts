import { registryChecksSchema, triedRegistrySchema } from '@sealift/core/api';
import { connect } from '../../../client/connect.ts';
import type { CliContext } from '../../../context.ts';
import { givenSettings, type RegistryOptions, usage } from './options.ts';
import { findRegistry, printChecks, refuseFailed, registriesUrl, registryUrl } from './registries.ts';

const defaults = {
  plainHttp: false,
  packBase: 'sealift/packs',
  imageBase: 'sealift/images',
  username: null,
  ca: null,
  allowedOrigins: [],
  push: true,
  syncEveryMinutes: null,
} as const;

/** Adds a registry to the console, once all that is needed of it was tried. @throws USAGE, REGISTRY_*, PLATFORM_* */
export async function addRegistry(
  name: string,
  address: string,
  options: RegistryOptions,
  context: CliContext,
): Promise<void> {
  const settings = { ...defaults, allowedOrigins: [], ...(await givenSettings(options)), registry: address };
  const api = await connect(context);
  if (options.dryRun === true) {
    const { checks } = await api.post(`${registriesUrl}/validate`, settings, registryChecksSchema);
    return report(address, checks, options, context);
  }
  const request = { name, ...settings };
  const { checks, ...added } = await api.post(registriesUrl, request, triedRegistrySchema);
  if (options.json === true) return context.out(JSON.stringify({ ...added, checks }));
  printChecks(checks, context);
  context.out(`The registry ${name} is added, and is read now: look with \`sealift registry ls\`.`);
}

/** Changes how a registry of the console is reached. @throws USAGE, NOT_FOUND, REGISTRY_*, RECORD_CHANGED, PLATFORM_* */
export async function editRegistry(
  name: string,
  { address, ...options }: RegistryOptions & { readonly address?: string },
  context: CliContext,
): Promise<void> {
  const given = await givenSettings(options);
  const request = address === undefined ? given : { ...given, registry: address };
  if (Object.keys(request).length === 0) throw usage('say what is to be changed');
  const api = await connect(context);
  if (options.dryRun === true) {
    const { checks } = await api.post(registryUrl(name, '/validate'), request, registryChecksSchema);
    return report(name, checks, options, context);
  }
  const { revision } = await findRegistry(api, name);
  const { checks, ...edited } = await api.patch(registryUrl(name), request, triedRegistrySchema, revision);
  if (options.json === true) return context.out(JSON.stringify({ ...edited, checks }));
  printChecks(checks, context);
  context.out(`The registry ${name} is changed.`);
}

/** Tries a registry of the console as it is. @throws NOT_FOUND, REGISTRY_*, PLATFORM_* */
export async function validateRegistry(
  name: string,
  options: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const { checks } = await api.post(registryUrl(name, '/validate'), {}, registryChecksSchema);
  report(name, checks, options, context);
}

function report(
  what: string,
  checks: Parameters<typeof printChecks>[0],
  { json }: { readonly json?: true },
  context: CliContext,
): void {
  if (json === true) context.out(JSON.stringify({ checks }));
  else printChecks(checks, context);
  refuseFailed(what, checks);
}
