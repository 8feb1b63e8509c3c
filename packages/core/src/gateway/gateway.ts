import { z } from 'zod';
import type { Release, ReleasedTool } from '../release/release.ts';

/** The name of a gateway, or of the place it stands at: what a host name may be. */
export const gatewayNameSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, dots and hyphens');

/** For which machines a release may bring a gateway. */
export const gatewayPlatformSchema = z.enum(['linux/amd64', 'linux/arm64']);
export type GatewayPlatform = z.infer<typeof gatewayPlatformSchema>;

/** The name of the program of a release that gateways run (`spec.content.tools`). */
export const gatewayTool = 'sealift-gateway';

/** Longest executable that a gateway takes, in bytes, whatever a release says. */
export const maxExecutableBytes = 1024 ** 3;

/** What a release lets gateways run. */
export interface GatewayExecutable {
  /** As `sealift version` says it. */
  readonly version: string;
  /** Of the program itself, lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The executable that a release brings for gateways of a platform, with its place among the release's programs; undefined where it brings none. */
export function executableFor(
  { gateway, tools = [] }: Pick<Release['spec'], 'gateway' | 'tools'>,
  platform: GatewayPlatform,
): (GatewayExecutable & { readonly tool: ReleasedTool }) | undefined {
  const tool = tools.find((one) => one.name === gatewayTool && one.platform === platform);
  if (gateway === undefined || tool === undefined) return undefined;
  return { version: gateway.version, sha256: tool.sha256, sizeBytes: tool.sizeBytes, tool };
}
