import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { gatewaysUrl } from './list.ts';

interface Output {
  readonly json?: true;
}

/** Forgets a gateway. @throws NOT_FOUND, PLATFORM_* */
export async function removeGateway(name: string, { json }: Output, context: CliContext): Promise<void> {
  await (await connect(context)).deleteOnly(`${gatewaysUrl}/${encodeURIComponent(name)}`);
  context.out(json === true ? JSON.stringify({ removed: name }) : `The gateway ${name} is removed.`);
}

/** Withdraws an invitation. @throws NOT_FOUND, PLATFORM_* */
export async function withdrawInvite(name: string, { json }: Output, context: CliContext): Promise<void> {
  await (await connect(context)).deleteOnly(`${gatewaysUrl}/invites/${encodeURIComponent(name)}`);
  context.out(json === true ? JSON.stringify({ withdrawn: name }) : `The invitation of ${name} is withdrawn.`);
}
