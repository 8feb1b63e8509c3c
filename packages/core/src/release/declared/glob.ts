/**
 * Whether a whole text matches a pattern in which `*` stands for any text and `?` for any one character. Takes at most as many steps as
 * the lengths of both multiplied, whatever the pattern.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  const [wanted, given] = [Array.from(pattern), Array.from(text)];
  let [at, read] = [0, 0];
  /** Where to go on when what follows the last star does not fit. */
  let star: { readonly at: number; read: number } | undefined;
  while (read < given.length) {
    const one = wanted[at];
    if (one === '*') {
      star = { at, read };
      at += 1;
    } else if (one !== undefined && (one === '?' || one === given[read])) {
      at += 1;
      read += 1;
    } else if (star !== undefined) {
      star.read += 1;
      at = star.at + 1;
      read = star.read;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every((one) => one === '*');
}
