import type { Check } from '@sealift/core/check';
import { asSealiftError, type ErrorCode } from '@sealift/core/errors';

/** What is tried of a registry, in this order. */
export const registryTrials = ['reach', 'login', 'pull', 'push', 'artifacts', 'body-limit'] as const;
type RegistryTrial = (typeof registryTrials)[number];

/** What a trial came to; the code is that of the failure where there is one. */
export interface RegistryCheck extends Check {
  readonly name: RegistryTrial;
  readonly code?: ErrorCode;
}

const titles: Readonly<Record<RegistryTrial, string>> = {
  reach: 'It answers',
  login: 'The login is accepted',
  pull: 'Its content may be pulled',
  push: 'Content may be pushed to it',
  artifacts: 'It takes packs and release markers (OCI artifacts)',
  'body-limit': 'It takes large requests',
};

export function passed(name: RegistryTrial, detail: string): RegistryCheck {
  return { name, title: titles[name], outcome: 'pass', detail };
}

export function warned(name: RegistryTrial, detail: string, remedy: string): RegistryCheck {
  return { name, title: titles[name], outcome: 'warn', detail, remedy };
}

/** What was not tried, and why. */
export function notTried(name: RegistryTrial, detail: string): RegistryCheck {
  return { name, title: titles[name], outcome: 'unknown', detail };
}

export function failed(name: RegistryTrial, error: unknown): RegistryCheck {
  const { message, hint, code } = asSealiftError(error);
  return { name, title: titles[name], outcome: 'block', detail: message, remedy: hint, code };
}
