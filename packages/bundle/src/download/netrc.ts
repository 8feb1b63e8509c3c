/** An entry of a `.netrc` file. */
export interface NetrcEntry {
  readonly login: string;
  readonly password: string;
}

/**
 * The login that a `.netrc` file has for a host: the first entry of that name, else a `default` that stands before it (inetutils, ".netrc file").
 * Words may be quoted as curl does; macros are passed over; an entry without both names and password is none.
 */
export function netrcLogin(text: string, host: string): NetrcEntry | undefined {
  const words = wordsOf(withoutMacros(text));
  for (let at = 0; at < words.length; ) {
    const word = words[at];
    const isDefault = word === 'default';
    if (word !== 'machine' && !isDefault) {
      at += 1;
      continue;
    }
    const name = isDefault ? undefined : words[at + 1];
    at += isDefault ? 1 : 2;
    const entry: { login?: string; password?: string } = {};
    for (; at < words.length && words[at] !== 'machine' && words[at] !== 'default'; at += 2) {
      const key = words[at];
      const value = words[at + 1];
      if (key === 'login' || key === 'password') entry[key] = value ?? '';
    }
    const isMeant = isDefault || name?.toLowerCase() === host.toLowerCase();
    if (isMeant && entry.login !== undefined && entry.password !== undefined) {
      return { login: entry.login, password: entry.password };
    }
  }
  return undefined;
}

/** A macro goes from its word to the next empty line. */
function withoutMacros(text: string): string {
  return text.replaceAll(/^[ \t]*macdef[^\n]*\n(?:[^\n]+\n?)*/gm, '');
}

function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/#[^\n]*(?=\n|$)|"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    if (quoted !== undefined) words.push(quoted.replaceAll(/\\(.)/g, unescaped));
    else if (plain !== undefined) words.push(plain);
  }
  return words;
}

function unescaped(_: string, character: string): string {
  return { n: '\n', r: '\r', t: '\t' }[character] ?? character;
}
