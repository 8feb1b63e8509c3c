import { describe, expect, it } from 'vitest';
import { holdsOf, type Pause } from './hold.ts';
import { type GatewayStatus, judgeGateways } from './readiness.ts';

const pause = (paused: Pause['paused'], reason = ''): Pause => ({
  paused,
  by: 'admin',
  at: '2026-11-29T12:00:00.000Z',
  reason,
});
const gateway = (name: string, more: Partial<GatewayStatus> = {}): GatewayStatus => ({
  name,
  site: 'north',
  version: '1.0.0',
  wanted: '2.0.0',
  holds: [],
  failure: null,
  seenAt: '2026-11-29T12:00:00.000Z',
  ...more,
});

describe('what holds a gateway', () => {
  it('is named at each level that does, the widest first, and nothing else', () => {
    const pauses = [
      pause({ level: 'gateway', name: 'a' }),
      pause({ level: 'site', name: 'north' }),
      pause({ level: 'global' }),
    ];
    const levels = (name: string, site: string) => holdsOf({ name, site }, pauses).map(({ paused }) => paused.level);
    expect(levels('a', 'north')).toEqual(['global', 'site', 'gateway']);
    expect(levels('b', 'north')).toEqual(['global', 'site']);
    expect(levels('north', 'south')).toEqual(['global']);
  });
});

describe('gateways before a hop', () => {
  it('are ready, on their way, held and new enough, or stuck, with the level and the command', () => {
    const site = pause({ level: 'site', name: 'north' }, 'a move');
    const judged = judgeGateways(
      [
        gateway('current', { version: '2.0.0' }),
        gateway('newer', { version: '2.1.0' }),
        gateway('moving'),
        gateway('fit', { version: '1.5.0', holds: [site] }),
        gateway('old', { holds: [site] }),
        gateway('silent', { seenAt: '2026-11-29T11:00:00.000Z' }),
        gateway('new', { seenAt: null }),
        gateway('back', { failure: 'it ended with 1' }),
        gateway('other-platform', { wanted: null }),
        gateway('other-platform-fit', { wanted: null, version: '1.5.0' }),
      ],
      '1.5.0',
      new Date('2026-11-29T12:01:00.000Z'),
    );
    expect(judged).toMatchObject({
      ready: ['current', 'newer', 'other-platform-fit'],
      heldAndFit: ['fit'],
      onTheirWay: ['moving'],
    });
    expect(judged.stuck.map(({ name }) => name)).toEqual(['old', 'silent', 'new', 'back', 'other-platform']);
    expect(judged.stuck[0]).toMatchObject({
      reason: 'old runs 1.0.0, older than 1.5.0, and is paused for the site north by admin: a move',
      remedy: expect.stringContaining('`sealift gateways resume --site north`'),
    });
  });
});
