export { joinSpans, mask, replaceSpans, type Span, tellsSecret } from './mask.ts';
export { maskData, namedByFlag } from './mask-data.ts';
export { Secret } from './secret.ts';
export { isSecretKey, type KeyMeaning, memberMeaning } from './secret-key.ts';
export { hideSecrets, secretSpans } from './secret-spans.ts';
