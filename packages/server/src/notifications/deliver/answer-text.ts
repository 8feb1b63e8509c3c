import { hideSecrets } from '@sealift/core/secret';

const longest = 500;

/** What the other side said, for people: on one line, short, without control characters and secrets. */
export function answerText(said: string): string {
  const line = said
    .slice(0, longest * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim();
  return hideSecrets(line).slice(0, longest);
}
