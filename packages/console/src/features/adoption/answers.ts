import type { ProposedLayer } from '@sealift/core/api';
import type { Said } from '../../api/adoption.ts';

/** What a person says a layer runs. */
export type LayerAnswer = { readonly runs: 'defaults' } | { readonly runs: 'values'; readonly values: string };

/** Answers by the layer they are of. */
export type Answers = ReadonlyMap<string, LayerAnswer>;

/** A layer's name and its pack's, as commands write them. */
export function placeOf({ layer, pack }: Pick<ProposedLayer, 'layer' | 'pack'>): string {
  return `${layer}/${pack}`;
}

/** Whether the site does not tell which values a layer runs: only a person can. */
export function isOpen({ valuesFrom, state }: Pick<ProposedLayer, 'valuesFrom' | 'state'>): boolean {
  return valuesFrom === 'none' && state !== 'absent';
}

/** The request that says all of it; a layer whose values are to be given and are not yet says nothing. */
export function saidOf(
  version: string,
  layers: readonly Pick<ProposedLayer, 'layer' | 'pack'>[],
  answers: Answers,
): Said {
  const said = layers.flatMap(({ layer, pack }) => {
    const answer = answers.get(placeOf({ layer, pack }));
    return answer === undefined ? [] : [{ layer, pack, answer }];
  });
  return {
    ...(version === '' ? {} : { version }),
    values: said.flatMap(({ layer, pack, answer }) =>
      answer.runs === 'values' && answer.values !== '' ? [{ layer, pack, values: answer.values }] : [],
    ),
    defaults: said.flatMap(({ layer, pack, answer }) => (answer.runs === 'defaults' ? [{ layer, pack }] : [])),
  };
}

/** Layers whose values nobody has told yet. */
export function unanswered(layers: readonly ProposedLayer[], answers: Answers): readonly ProposedLayer[] {
  return layers.filter((layer) => {
    const answer = answers.get(placeOf(layer));
    return answer === undefined ? isOpen(layer) : answer.runs === 'values' && answer.values === '';
  });
}
