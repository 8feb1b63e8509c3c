import { touchedAnnotation } from '@sealift/kubernetes/touch';
import { describe, expect, it } from 'vitest';
import { type MachineSketch, type Said, sketchState } from '../testing/sample-state.ts';
import type { FoundTemplate, NodeTemplates } from './node-template.ts';
import { templatesBack } from './template-back.ts';
import { viewsOf } from './view.ts';

const never = new AbortController().signal;
const now = new Date('2026-11-28T12:30:00Z');
const path = '/DC0/vm/spectro-templates/r_new';
const whole: FoundTemplate = { kubernetes: '1.37.2', sha256: null, finished: true };
const lacking: readonly Said[] = [
  ['VirtualMachineProvisioned', 'False', 'NotProvisioned', 'unable to find template by name'],
];

/** A machine that comes and says so, and the names of those whose template is back. */
async function back(
  { machine = {}, touched }: { readonly machine?: Partial<MachineSketch>; readonly touched?: string } = {},
  found: { readonly path: string; readonly found: FoundTemplate | undefined } = { path, found: whole },
) {
  const state = sketchState({ machines: [{ name: 'd', isNew: true, infrastructure: lacking, ...machine }] });
  const views = viewsOf(state, 'control-plane').flatMap(({ machines }) => machines);
  const marked = views.map((view) => ({
    ...view,
    infrastructure: view.infrastructure && {
      ...view.infrastructure,
      annotations: touched === undefined ? {} : { [touchedAnnotation]: touched },
    },
  }));
  const asked: string[] = [];
  const templates: NodeTemplates = {
    find: async (name) => {
      asked.push(name);
      return found;
    },
  };
  return { back: [...(await templatesBack(templates, marked, now, never))], asked };
}

describe('a machine that found no template', () => {
  it('is to be looked at again once its template is there, whole', async () => {
    expect(await back()).toEqual({ back: ['d'], asked: ['r_new'] });
    expect((await back({}, { path, found: undefined })).back).toEqual([]);
    expect((await back({}, { path, found: { ...whole, finished: false } })).back).toEqual([]);
    expect((await back({}, { path: '/DC1/vm/spectro-templates/r_new', found: whole })).back).toEqual([]);
  });

  it('is not, and nobody is asked, a minute after it was', async () => {
    expect(await back({ touched: '2026-11-28T12:29:30Z' })).toEqual({ back: [], asked: [] });
    expect((await back({ touched: '2026-11-28T12:28:30Z' })).back).toEqual(['d']);
    expect((await back({ touched: 'never' })).back).toEqual(['d']);
  });

  it.each<[string, Partial<MachineSketch>]>([
    ['that goes anyway', { deleting: '2026-11-28T12:00:00Z' }],
    ['that has its VM', { infrastructure: [['VirtualMachineProvisioned', 'True']] }],
    ['that fails for another reason', { infrastructure: [['VirtualMachineProvisioned', 'False', 'x', 'no room']] }],
  ])('is none %s', async (_, machine) => {
    expect(await back({ machine })).toEqual({ back: [], asked: [] });
  });
});
