import {
  type LayerTexts,
  layerTextsSchema,
  type ReviewedDecision,
  type ReviewedLayer,
  reviewedLayerSchema,
  type ShownText,
} from '@sealift/core/api';
import { mask, replaceSpans } from '@sealift/core/secret';

/** A layer of the change review as `reviewAnew` answers it. */
const listedLayerSchema = reviewedLayerSchema.omit({ revision: true, answered: true });

/**
 * A layer of the change review for whoever may look, but may not see values as they are: values that persons gave read `***`, what was settled in
 * earlier upgrades is left out, and no place in a text is named, as the texts have other lengths for them; nor which texts they are, which could be guessed.
 *
 * @param answer as of `reviewAnew`
 */
export function hideReviewed(answer: Uint8Array): Uint8Array {
  const layer = listedLayerSchema.parse(JSON.parse(new TextDecoder().decode(answer)));
  const hidden: Omit<ReviewedLayer, 'revision' | 'answered'> = {
    ...layer,
    decisions: layer.decisions.map(withoutPlaces),
    resolutions: layer.resolutions.map((one) => ('value' in one ? { ...one, value: mask } : one)),
    offered: [],
  };
  return new TextEncoder().encode(JSON.stringify(hidden));
}

/**
 * The texts of a layer for the same: secrets in them read `***`, each as many lines high as it was.
 *
 * @param answer as of `textsAnew`
 */
export function hideTexts(answer: Uint8Array): Uint8Array {
  const { base, current, incoming, merged } = layerTextsSchema.parse(JSON.parse(new TextDecoder().decode(answer)));
  const hidden: LayerTexts = {
    base: hide(base),
    current: hide(current),
    incoming: hide(incoming),
    merged: hide(merged),
  };
  return new TextEncoder().encode(JSON.stringify(hidden));
}

function hide({ text, secrets }: ShownText): ShownText {
  const spans = secrets.map(([start, end]) => ({ start, end }));
  const shown = replaceSpans(text, spans, ({ start, end }) => mask + text.slice(start, end).replaceAll(/[^\r\n]/g, ''));
  return { text: shown, secrets: [] };
}

function withoutPlaces({ base, current, incoming, texts: _texts, ...decision }: ReviewedDecision): ReviewedDecision {
  return {
    ...decision,
    ...(base === undefined ? {} : { base: { ...base, span: undefined } }),
    ...(current === undefined ? {} : { current: { ...current, span: undefined } }),
    ...(incoming === undefined ? {} : { incoming: { ...incoming, span: undefined } }),
  };
}
