import { Secret } from '@sealift/core/secret';
import type { VCenter } from '@sealift/testkit/vcenter';
import { VcenterClient, type VcenterOptions } from '../client/client.ts';
import { parseThumbprint } from '../connection/thumbprint.ts';

/** Logs in to a simulated vCenter, its certificate pinned; proxies of this machine are passed by. */
export function connectTo(vcenter: VCenter, more: Partial<VcenterOptions> = {}): Promise<VcenterClient> {
  const { url, username } = vcenter;
  const password = new Secret(vcenter.password);
  return VcenterClient.connect({
    url,
    username,
    password,
    env: {},
    ...(more.caFile === undefined ? { thumbprint: parseThumbprint(vcenter.thumbprint) } : {}),
    ...more,
  });
}
