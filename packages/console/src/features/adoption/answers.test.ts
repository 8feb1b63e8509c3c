import { layerNameSchema, packNameSchema } from '@sealift/core/pack';
import { describe, expect, test } from 'vitest';
import { type Answers, isOpen, saidOf } from './answers.ts';

const layers = ['kubernetes', 'calico', 'ubuntu'].map((pack) => ({
  layer: layerNameSchema.parse('k8s'),
  pack: packNameSchema.parse(pack),
}));

describe('what a person says', () => {
  test('goes to the server layer by layer, and nothing of one whose values are not given yet', () => {
    const answers: Answers = new Map([
      ['k8s/kubernetes', { runs: 'values', values: 'a: 1\n' }],
      ['k8s/calico', { runs: 'defaults' }],
      ['k8s/ubuntu', { runs: 'values', values: '' }],
      ['k8s/of-another-release', { runs: 'defaults' }],
    ]);
    expect(saidOf('', layers, answers)).toEqual({
      values: [{ layer: 'k8s', pack: 'kubernetes', values: 'a: 1\n' }],
      defaults: [{ layer: 'k8s', pack: 'calico' }],
    });
    expect(saidOf('4.2.12', layers, new Map())).toEqual({ version: '4.2.12', values: [], defaults: [] });
  });

  test('is asked for where the site does not tell, and not of a layer that is not there', () => {
    expect(isOpen({ valuesFrom: 'none', state: 'differs' })).toBe(true);
    expect(isOpen({ valuesFrom: 'none', state: 'absent' })).toBe(false);
    expect(isOpen({ valuesFrom: 'helm', state: 'differs' })).toBe(false);
  });
});
