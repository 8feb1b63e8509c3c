import { connect } from '../../../client/connect.ts';
import type { CliContext } from '../../../context.ts';
import { findRegistry, registryUrl } from './registries.ts';

/** Has the console forget a registry that nothing needs. @throws NOT_FOUND, REGISTRY_NEEDED, REGISTRY_EMBEDDED, PLATFORM_* */
export async function removeRegistry(
  name: string,
  { json }: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const { revision } = await findRegistry(api, name);
  await api.deleteOnly(registryUrl(name), revision);
  context.out(
    json === true
      ? JSON.stringify({ removed: name })
      : `The registry ${name} is removed from the console; what it holds was not touched.`,
  );
}
