import { SealiftError } from '@sealift/core/errors';
import type { GatewayPlatform } from '@sealift/core/gateway';

const platforms: Partial<Readonly<Record<string, GatewayPlatform>>> = { x64: 'linux/amd64', arm64: 'linux/arm64' };

/** For which machines this one takes executables. @throws USAGE where no release has any */
export function thisPlatform(): GatewayPlatform {
  const platform = process.platform === 'linux' ? platforms[process.arch] : undefined;
  if (platform !== undefined) return platform;
  const reason = `gateways run on Linux on x86-64 and arm64, not on ${process.platform} on ${process.arch}`;
  throw new SealiftError('USAGE', { values: { reason } });
}
