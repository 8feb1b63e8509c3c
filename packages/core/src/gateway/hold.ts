import { z } from 'zod';
import { gatewayNameSchema } from './gateway.ts';

/** At which level upgrades of gateways are paused, the widest first. */
const pauseLevels = ['global', 'site', 'gateway'] as const;

/** What is paused. `name` is that of the site or the gateway. */
export const pausedSchema = z.discriminatedUnion('level', [
  z.strictObject({ level: z.literal('global') }),
  z.strictObject({ level: z.literal('site'), name: gatewayNameSchema }),
  z.strictObject({ level: z.literal('gateway'), name: gatewayNameSchema }),
]);
export type Paused = z.infer<typeof pausedSchema>;

/** A pause: what, who, since when and why. */
export const pauseSchema = z.object({
  paused: pausedSchema,
  by: z.string(),
  at: z.iso.datetime(),
  reason: z.string(),
});
export type Pause = z.infer<typeof pauseSchema>;

/** Every pause that holds a gateway at its version, the widest first; none where it may go on. */
export function holdsOf(gateway: { readonly name: string; readonly site: string }, pauses: readonly Pause[]): Pause[] {
  const holds = ({ paused }: Pause): boolean => {
    if (paused.level === 'global') return true;
    return paused.name === (paused.level === 'site' ? gateway.site : gateway.name);
  };
  return pauses
    .filter(holds)
    .toSorted((a, b) => pauseLevels.indexOf(a.paused.level) - pauseLevels.indexOf(b.paused.level));
}

/** What is paused, in words: `all gateways`, `the site hamburg`, `the gateway hamburg-1`. */
export function pausedText(paused: Paused): string {
  return paused.level === 'global' ? 'all gateways' : `the ${paused.level} ${paused.name}`;
}

/** Which level holds a gateway, who set it and why: `paused for the site hamburg by admin: move of the data centre`. */
export function holdText({ paused, by, reason }: Pause): string {
  return `paused for ${pausedText(paused)} by ${by}${reason === '' ? '' : `: ${reason}`}`;
}

/** The command that ends a pause. */
export function resumeCommand(paused: Paused): string {
  const what = { global: '--all', site: '--site', gateway: '' }[paused.level];
  return ['sealift gateways resume', what, 'name' in paused ? paused.name : ''].filter((part) => part !== '').join(' ');
}
