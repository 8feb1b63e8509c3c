/** A text of another side as one line: no control characters, which could move the cursor or pass for another line. */
export function plainLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
