import { describe, expect, it } from 'vitest';
import {
  controlPlanePatch,
  deferAnnotation,
  heldByOthers,
  isDeferred,
  poolOf,
  poolPatch,
  textAt,
  type Topology,
  topologySchema,
} from './topology.ts';

const place = { name: 'node', fields: ['template'] };
const node = (template: string) => ({ name: 'node', value: { template, cpus: 4 } });
const whole = (): Topology =>
  topologySchema.parse({
    classRef: { name: 'edge' },
    version: 'v1.36.3',
    controlPlane: { replicas: 3, variables: { overrides: [{ name: 'other', value: 1 }] } },
    workers: {
      machineDeployments: [
        { name: 'a', class: 'worker', replicas: 2, metadata: { annotations: { mine: 'yes' } } },
        { name: 'b', class: 'worker', variables: { overrides: [node('/own')] } },
      ],
    },
    variables: [node('/old'), { name: 'sshKey', value: 'key' }],
  });

/** As a merge patch does it (RFC 7396), as far as it is used here: lists are replaced. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const into = typeof target === 'object' && target !== null ? target : {};
  return Object.entries(patch).reduce<Record<string, unknown>>(
    (all, [key, value]) => ({ ...all, [key]: merged(all[key], value) }),
    { ...into },
  );
}
const after = (topology: Topology, patch: unknown): Topology => topologySchema.parse(merged(topology, patch));

describe('a text in a topology', () => {
  it("is a part's own, else that of the whole", () => {
    expect(textAt(whole(), undefined, place)).toBe('/old');
    expect(textAt(whole(), 'a', place)).toBe('/old');
    expect(textAt(whole(), 'b', place)).toBe('/own');
    expect(textAt(whole(), 'b', { name: 'sshKey', fields: [] })).toBe('key');
  });

  it.each([
    ['another variable', { name: 'none', fields: [] }],
    ['what is no text', { name: 'node', fields: ['cpus'] }],
    ['a field of a text', { name: 'sshKey', fields: ['length'] }],
    ['what every object inherits', { name: 'node', fields: ['constructor', 'name'] }],
  ])('is not %s', (_, at) => {
    expect(textAt(whole(), undefined, at)).toBeUndefined();
  });
});

describe('a control plane that is asked', () => {
  const asked = after(whole(), controlPlanePatch(whole(), { version: 'v1.37.2', place, text: '/new' }));

  it('gets version and text in one change, and every pool is kept back', () => {
    expect(asked.version).toBe('v1.37.2');
    expect(textAt(asked, undefined, place)).toBe('/new');
    expect([textAt(asked, 'a', place), textAt(asked, 'b', place)]).toEqual(['/old', '/own']);
    expect([isDeferred(poolOf(asked, 'a')), isDeferred(poolOf(asked, 'b'))]).toEqual([true, true]);
    expect(heldByOthers(asked)).toBeUndefined();
  });

  it('keeps all else', () => {
    expect(asked.controlPlane).toEqual({
      replicas: 3,
      variables: {
        overrides: [
          { name: 'other', value: 1 },
          { name: 'node', value: { template: '/new', cpus: 4 } },
        ],
      },
    });
    expect(poolOf(asked, 'a')).toMatchObject({ replicas: 2, metadata: { annotations: { mine: 'yes' } } });
    expect(asked.variables).toEqual(whole().variables);
    const none = topologySchema.parse({ class: 'edge', version: 'v1.36.3' });
    expect(controlPlanePatch(none, { version: 'v1.37.2', place, text: '/new' })).not.toHaveProperty('workers');
  });

  it('asked twice has the same', () => {
    expect(after(asked, controlPlanePatch(asked, { version: 'v1.37.2', place, text: '/new' }))).toEqual(asked);
  });
});

describe('a pool that is asked', () => {
  it('gets its text and is no longer kept back, and no other is', () => {
    const first = after(whole(), controlPlanePatch(whole(), { version: 'v1.37.2', place, text: '/new' }));
    const asked = after(first, poolPatch(first, 'b', { place, text: '/new' }));
    expect([textAt(asked, 'a', place), textAt(asked, 'b', place)]).toEqual(['/old', '/new']);
    expect([isDeferred(poolOf(asked, 'a')), isDeferred(poolOf(asked, 'b'))]).toEqual([true, false]);
    const both = after(asked, poolPatch(asked, 'a', { place, text: '/new' }));
    expect(poolOf(both, 'a')).toEqual({
      name: 'a',
      class: 'worker',
      replicas: 2,
      metadata: { annotations: { mine: 'yes' } },
      variables: { overrides: [{ name: 'node', value: { template: '/new', cpus: 4 } }] },
    });
  });
});

it('pools that somebody else keeps back are told of', () => {
  const held = (annotations: Readonly<Record<string, string>>) =>
    heldByOthers(
      topologySchema.parse({
        version: 'v1',
        workers: { machineDeployments: [{ name: 'a', class: 'w', metadata: { annotations } }] },
      }),
    );
  expect(held({ [deferAnnotation]: '' })).toContain('pool a');
  expect(held({ [deferAnnotation]: 'sealift' })).toBeUndefined();
  expect(held({ 'topology.cluster.x-k8s.io/hold-upgrade-sequence': 'sealift' })).toContain('hold-upgrade-sequence');
  expect(held({})).toBeUndefined();
});
