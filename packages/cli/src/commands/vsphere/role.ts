import { requiredPrivileges } from '@sealift/vsphere/privileges';
import { ensureRole } from '@sealift/vsphere/role';
import type { CliContext } from '../../context.ts';
import { type ConnectionOptions, connectVcenter } from './connection.ts';

export interface RoleOptions extends ConnectionOptions {
  readonly name: string;
  readonly create?: true;
  readonly update?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Shows the privileges that Sealift's account needs, or makes a role of them. */
export async function runRole(options: RoleOptions, context: CliContext): Promise<void> {
  if (options.create !== true && options.update !== true) {
    if (options.json === true) context.out(JSON.stringify({ name: options.name, privileges: requiredPrivileges }));
    else for (const { id, on, use } of requiredPrivileges) context.out(`${id.padEnd(42)} ${on.padEnd(14)} ${use}`);
    return;
  }
  await using client = await connectVcenter(options, context);
  const { update, dryRun } = options;
  const result = await ensureRole(client, options.name, {
    update: update === true,
    dryRun: dryRun === true,
    cancel: context.cancel,
  });
  if (options.json === true) return context.out(JSON.stringify({ ...result, dryRun: dryRun === true }));
  const would = dryRun === true ? 'would be ' : '';
  const added = result.added.length === 0 ? '' : `, ${result.added.length} privileges added`;
  context.out(
    `The role ${result.name} ${result.change === 'unchanged' ? 'is complete' : `${would}${result.change}${added}`}`,
  );
}
