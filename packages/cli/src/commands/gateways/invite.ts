import { createdInviteSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { gatewaysUrl } from './list.ts';

/** Lets a gateway register. @throws PLATFORM_*, GATEWAY_INVITES_LIMIT */
export async function inviteGateway(
  name: string,
  { site, json }: { readonly site: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const client = await connect(context);
  const made = await client.post(`${gatewaysUrl}/invites`, { name, site }, createdInviteSchema);
  if (json === true) return context.out(JSON.stringify(made));
  context.out(
    `Token for the gateway ${made.name} at ${made.site}, good once until ${made.expiresAt}, shown this once:`,
  );
  context.out(made.token);
  context.out(`On its machine: sealift gateway register ${client.url}`);
}
